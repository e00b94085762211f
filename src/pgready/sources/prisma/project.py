"""Which files make up the Prisma schema of a project, and where its migrations are.

Source: `packages/internals/src/cli/getSchema.ts` and `packages/config/src/loadConfigFromFile.ts` of prisma/prisma, and
`inferDirectoryConfig`: without a configured path, `migrations/` stands beside the file with the datasource.
"""

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from pgready.errors import SourceError
from pgready.sources.prisma.config_file import ConfigPaths, find_config, read_config
from pgready.sources.prisma.external import Externals, read_externals

__all__ = ["ProjectFiles", "display_path", "locate", "read_text"]

_DATASOURCE = re.compile(r"^[ \t]*datasource[ \t]+\w+[ \t]*\{", re.MULTILINE)
_MAX_BYTES = 64 * 1024 * 1024
_MAX_CONFIG = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFiles:
    """The files of a Prisma project.

    `schema_files` are sorted by path; `migrations_directory` is None when there is no such directory; `found_by` says
    which rule led to the schema, for the report. `external` is what `prisma.config.*` says about tables and enums that
    Prisma's migrations do not manage.
    """

    root: Path
    schema_files: tuple[Path, ...]
    migrations_directory: Path | None
    found_by: str
    external: Externals = field(default_factory=Externals)


def locate(project: Path, *, schema: tuple[Path, ...] = (), migrations: Path | None = None) -> ProjectFiles:
    """Find the schema files and the migrations of the project in the directory `project`.

    `schema` (files or folders) and `migrations`, when given, win over everything and are relative to the working
    directory. Else the schema is what `prisma.config.*` names, then `package.json`, then `schema.prisma`,
    `prisma/schema.prisma` and the folder `prisma/schema`. A folder means all `*.prisma` below it.

    Raises:
        SourceError: when nothing is found, a named path does not exist, or the configuration cannot be read
            literally.

    """
    root = Path(os.path.abspath(project))  # noqa: PTH100 - resolve() would follow links and change what people typed
    if not root.is_dir():
        raise SourceError("no such directory: expected the directory of a project", path=str(project))
    config = None if schema and migrations else _config(root)
    paths, found_by = _schema_paths(root, schema, config)
    files = tuple(sorted({file for path in paths for file in _files(path, root)}))
    if not files:
        raise SourceError("no *.prisma file below it: expected at least one", path=display_path(paths[0], root))
    return ProjectFiles(
        root=root,
        schema_files=files,
        migrations_directory=_migrations(root, paths, files, migrations, config),
        found_by=found_by,
        external=_external(root),
    )


def display_path(path: Path, root: Path) -> str:
    """The path relative to the project with forward slashes, with `..` when it is outside."""
    return Path(os.path.relpath(path, root)).as_posix()


def read_text(path: Path, root: Path, *, most: int = _MAX_BYTES) -> str:
    """The text of a file of at most so many bytes, UTF-8 without byte order mark, as Prisma's engine wants it.

    Raises:
        SourceError: when it cannot be read, is too large or is not UTF-8.

    """
    shown = display_path(path, root)
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", path=shown) from error
    if len(data) > most:
        raise SourceError(f"is too large: expected at most {most} bytes", path=shown)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:2]:
        raise SourceError("is UTF-16: expected UTF-8", path=shown, line=1, column=1)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8: expected UTF-8"
        raise SourceError(message, path=shown, line=line) from error


def _config(root: Path) -> ConfigPaths | None:
    path = find_config(root)
    return (
        None
        if path is None
        else read_config(path, read_text(path, root, most=_MAX_CONFIG), root, display_path(path, root))
    )


def _external(root: Path) -> Externals:
    """What the configuration says, even where --schema and --migrations do without its paths."""
    path = find_config(root)
    if path is None:
        return Externals()
    try:
        return read_externals(read_text(path, root, most=_MAX_CONFIG), display_path(path, root))
    except SourceError:
        return Externals()


def _schema_paths(root: Path, schema: tuple[Path, ...], config: ConfigPaths | None) -> tuple[list[Path], str]:
    if schema:
        given = [Path(os.path.abspath(path)) for path in schema]  # noqa: PTH100 - as above
        return [_existing(path, root, "named with --schema") for path in given], "--schema"
    if config is not None and config.schema is not None:
        return [_existing(config.schema, root, f"named in {config.path}")], config.path
    named = _package_schema(root)
    if named is not None:
        return [_existing(named, root, "named in package.json#prisma.schema")], "package.json#prisma.schema"
    base = root if config is None else config.directory
    candidates = [base / "schema.prisma", base / "prisma" / "schema.prisma"]
    candidates += [root / "schema.prisma", root / "prisma" / "schema.prisma", root / "prisma" / "schema"]
    for path in candidates:
        if path.is_dir() if path.name == "schema" else path.is_file():
            return [path], display_path(path, root)
    expected = "prisma.config.ts, package.json#prisma.schema, schema.prisma, prisma/schema.prisma or prisma/schema/"
    raise SourceError(
        f"no Prisma schema found in {root}: expected {expected}. Name the directory of the project,"
        " or with --schema (in a notebook: schema) the files or folders of its schema.",
        path=".",
    )


def _existing(path: Path, root: Path, how: str) -> Path:
    if not os.path.exists(path):  # noqa: PTH110 - a path that is too long is no file here, with Path an OSError
        raise SourceError(f"{how}, but there is no such file or folder", path=display_path(path, root))
    return path


def _package_schema(root: Path) -> Path | None:
    """`package.json#prisma.schema`, which Prisma up to version 6 reads."""
    path = root / "package.json"
    if not path.is_file():
        return None
    try:
        content = json.loads(read_text(path, root))
    except (ValueError, RecursionError) as error:
        line, column = (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else (None, None)
        raise SourceError(f"is not valid JSON: {error}", path="package.json", line=line, column=column) from error
    settings = content.get("prisma") if isinstance(content, dict) else None
    named = settings.get("schema") if isinstance(settings, dict) else None
    return root / named if isinstance(named, str) and named else None


def _files(path: Path, root: Path) -> list[Path]:
    """The file itself, or all `*.prisma` below the folder; links to folders are not followed."""
    if path.is_file():
        return [path]
    try:
        return [
            Path(directory) / name
            for directory, _, names in os.walk(path, onerror=_raise)
            for name in names
            if name.endswith(".prisma") and (Path(directory) / name).is_file()
        ]
    except OSError as error:
        shown = display_path(Path(error.filename or path), root)
        raise SourceError(f"cannot be read: {error.strerror or error}", path=shown) from error


def _raise(error: OSError) -> None:
    raise error


def _migrations(
    root: Path,
    paths: list[Path],
    files: tuple[Path, ...],
    given: Path | None,
    config: ConfigPaths | None,
) -> Path | None:
    if given is not None:
        path = Path(os.path.abspath(given))  # noqa: PTH100 - as above
        if not os.path.isdir(path):  # noqa: PTH112 - as in _existing
            raise SourceError("named with --migrations, but there is no such folder", path=display_path(path, root))
        return path
    if config is not None and config.migrations is not None:
        found = os.path.isdir(config.migrations)  # noqa: PTH112 - as in _existing
        return config.migrations if found else None
    beside = _datasource_directory(files, root) or (paths[0] if paths[0].is_dir() else paths[0].parent)
    path = beside / "migrations"
    return path if path.is_dir() else None


def _datasource_directory(files: tuple[Path, ...], root: Path) -> Path | None:
    for file in files:
        if _DATASOURCE.search(read_text(file, root)):
            return file.parent
    return None
