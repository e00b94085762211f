"""Everything that an audit reads from the files of a project."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pgready.checks import RULES
from pgready.errors import SourceError
from pgready.model.deployment import Deployment
from pgready.model.effects import Script
from pgready.model.migration import Migration
from pgready.model.schema import Schema
from pgready.model.suppressions import Comments
from pgready.orchestrator.request import AuditRequest
from pgready.orchestrator.scope import read_scope
from pgready.orchestrator.sending import cut
from pgready.sources.git import Since
from pgready.sources.migrations.prisma import lock_provider, read_migrations, stray_files
from pgready.sources.prisma import PrismaVersion, ProjectFiles, find_version, locate, read_schema
from pgready.sources.sql import read_scripts
from pgready.sources.sql.suppressions import read_suppressions

__all__ = ["Sources", "read_sources", "relative"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything that was read from the files of the project."""

    request: AuditRequest
    files: ProjectFiles
    declared: Schema
    migrations: tuple[Migration, ...]
    scripts: tuple[Script, ...]
    prisma: PrismaVersion | None
    hashes: dict[str, str]
    lock_provider: str | None
    strays: tuple[str, ...] = ()
    deployment: Deployment = field(default_factory=Deployment)
    since: Since | None = None
    comments: Comments = field(default_factory=Comments)


def read_sources(request: AuditRequest) -> Sources:
    """Read schema and migrations; raises SourceError with every place that cannot be read."""
    try:
        return _read(request)
    except OSError as error:
        # No permission, a loop of links, a device that is gone.
        place = relative(Path(error.filename), request.root) if isinstance(error.filename, str) else "."
        raise SourceError(f"cannot be read: {error.strerror or error}", path=place) from error


def _read(request: AuditRequest) -> Sources:
    files = locate(request.root, schema=request.schema, migrations=request.migrations)
    declared = read_schema(files)
    if files.migrations_directory is None:
        raise SourceError(_no_migrations(files), path=".")
    migrations = read_migrations(files.migrations_directory, root=files.root)
    scripts = read_scripts(migrations, by_statement=cut(migrations, prisma := find_version(files.root)))
    scope = read_scope(request.root, request.since, files.migrations_directory, migrations)
    return Sources(
        request=request,
        files=files,
        declared=declared,
        migrations=migrations,
        scripts=scripts,
        prisma=prisma,
        hashes=_hashes(files, migrations),
        lock_provider=lock_provider(files.migrations_directory, root=files.root),
        deployment=scope.deployment,
        since=scope.since,
        comments=read_suppressions(migrations, scripts, rules=RULES),
        strays=stray_files(files.migrations_directory, root=files.root),
    )


def _no_migrations(files: ProjectFiles) -> str:
    """Where Prisma looks, and what stands near it, so that the right --migrations is easy to name."""
    parents = sorted({path.parent for path in files.schema_files})
    wanted = " or ".join(relative(parent / "migrations", files.root) for parent in parents[:3])
    near = (directory / "migrations" for parent in parents for directory in (parent.parent, parent.parent.parent))
    seen = next((path for path in near if path.is_dir() and path.is_relative_to(files.root)), None)
    hint = f"; there is {relative(seen, files.root)}" if seen is not None else ""
    return f"no migrations directory: expected {wanted} (beside the schema), or pass --migrations{hint}"


def _hashes(files: ProjectFiles, migrations: Sequence[Migration]) -> dict[str, str]:
    schema = {relative(path, files.root): hashlib.sha256(path.read_bytes()).hexdigest() for path in files.schema_files}
    return dict(sorted((schema | {each.file: each.checksum for each in migrations if each.checksum}).items()))


def relative(path: Path, root: Path) -> str:
    """The path from the root of the project, with `/`."""
    return Path(os.path.relpath(path, root)).as_posix()
