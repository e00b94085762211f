"""The audit: from a project on disk to an AuditResult."""

import hashlib
import os
import platform
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from pgready import __version__
from pgready.checks import RULES, Gathered, run_checks
from pgready.checks.skips import silent_skips, unread_guards
from pgready.config import refuse_lone_baseline
from pgready.errors import SourceError
from pgready.graph.grouping import resolve_groups, with_undeclared
from pgready.graph.isolation import IsolationRules, judge_isolation
from pgready.graph.unkeyed import unkeyed_columns
from pgready.history import as_deployed, replay_history
from pgready.history.lives import lives_of, misplaced
from pgready.model.deployment import Deployment
from pgready.model.effects import Action, Script
from pgready.model.history import History
from pgready.model.location import Location
from pgready.model.migration import Migration, MigrationRecord
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema
from pgready.model.spelling import questions
from pgready.model.suppressions import Comments
from pgready.model.trace import Rehearsal
from pgready.orchestrator.evidence import Keep, code_digest, kept, key_of
from pgready.orchestrator.remedies import remedies
from pgready.orchestrator.request import AuditRequest, make_request
from pgready.orchestrator.rows import on_rows
from pgready.orchestrator.scope import Scope, read_scope, scope_in_words, worth_tracing
from pgready.orchestrator.sending import Sent, by_statement, cut, sent
from pgready.sources.git import Since
from pgready.sources.migrations.prisma import lock_provider, read_migrations, stray_files
from pgready.sources.prisma import External, PrismaVersion, ProjectFiles, find_version, locate, read_schema
from pgready.sources.sql import read_scripts
from pgready.sources.sql.suppressions import read_suppressions
from pgready.verdict import AuditResult, ProjectInfo, RunInfo, judge

__all__ = ["RUN_ID_VARIABLE", "Progress", "Sources", "audit", "audit_sources", "read_sources"]

RUN_ID_VARIABLE = "PGREADY_RUN_ID"

# From this version on the table of an implicit many-to-many relation has a primary key (release notes of Prisma 6).
_JOIN_PRIMARY_KEY = (6, 0, 0)

Progress = Callable[[int, int, str], None]
"""Called with (done, total, name of the migration) while the rehearsal runs."""


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


def audit(
    project: str | Path = ".",
    *,
    config: str | Path | None = None,
    schema: str | Path | Sequence[str | Path] = (),
    migrations: str | Path | None = None,
    database: str | None = None,
    rehearse: bool = True,
    since: str | None = None,
    postgres: str | Path | None = None,
    on_progress: Progress | None = None,
) -> AuditResult:
    """Audit a Prisma project: read it, rehearse its migrations on a throw-away PostgreSQL, judge every rule.

    `project` is its directory; `config` (default: pgready.toml in it), `schema` and `migrations` say where things are
    when they are not where Prisma looks. `rehearse=False` leaves the rehearsal out, which makes the verdict
    INCONCLUSIVE at best. `since` is a revision of git: what is deployed are the migrations that its tree lacks (None:
    as the configuration says; empty: all of them, onto an empty database). `postgres` is the installation of PostgreSQL
    that the rehearsal runs, or its bin directory (None: the first that is found).

    Raises SourceError and ConfigError for wrong input, RehearsalError without a server; a failing migration is none.
    """
    request = make_request(
        project,
        config=config,
        schema=schema,
        migrations=migrations,
        database=database,
        rehearse=rehearse,
        since=since,
        postgres=postgres,
    )
    if request.config.file is None:
        refuse_lone_baseline(request.root)
    return audit_sources(read_sources(request), on_progress=on_progress)


def read_sources(request: AuditRequest) -> Sources:
    """Read schema and migrations; raises SourceError with every place that cannot be read."""
    try:
        return _read(request)
    except OSError as error:
        # No permission, a loop of links, a device that is gone.
        place = _relative(Path(error.filename), request.root) if isinstance(error.filename, str) else "."
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
    wanted = " or ".join(_relative(parent / "migrations", files.root) for parent in parents[:3])
    near = (directory / "migrations" for parent in parents for directory in (parent.parent, parent.parent.parent))
    seen = next((path for path in near if path.is_dir() and path.is_relative_to(files.root)), None)
    hint = f"; there is {_relative(seen, files.root)}" if seen is not None else ""
    return f"no migrations directory: expected {wanted} (beside the schema), or pass --migrations{hint}"


def audit_sources(
    sources: Sources, *, on_progress: Progress | None = None, run_id: str | None = None, keep: Keep = kept
) -> AuditResult:
    """Rehearse and judge what was read.

    `run_id` names the run (default: the variable PGREADY_RUN_ID, else a new one); `keep` decides whether a rehearsal
    that was kept will do (default) or a new one is made (`anew`).
    """
    started = _now()
    config = sources.request.config
    read = Gathered(
        config=config,
        declared=sources.declared,
        migrations=sources.migrations,
        scripts=sources.scripts,
        lock_provider=sources.lock_provider,
        strays=sources.strays,
        external_tables=_external(sources.files.external.tables),
        external_enums=_external(sources.files.external.enums),
        external_notes=sources.files.external.notes,
        deployment=sources.deployment,
        comments=sources.comments,
    )
    sending = sent(sources.migrations, sources.scripts, sources.prisma, rehearse=sources.request.rehearse)
    read = replace(read, by_statement=frozenset(sending.pieces))
    rehearsal = _rehearsal(sources, sending, on_progress, keep) if sources.request.rehearse else None
    complete = rehearsal.schema if rehearsal is not None and rehearsal.complete else None
    grouping = resolve_groups(
        with_undeclared(sources.declared, complete),
        config.groups,
        config.keys,
        groups_from=config.groups_from,
        rehearsed=complete,
    )
    rules = IsolationRules(contracts=config.contracts, hubs=config.hubs, accepted=config.crossings)
    isolation = judge_isolation(sources.declared, complete, grouping, rules)
    clean = replay_history(sources.migrations, sources.scripts, rehearsal)
    gathered = replace(
        read,
        grouping=grouping,
        crossings=isolation.crossings,
        contracts=isolation.contracts,
        stale_crossings=isolation.stale,
        unknown_in_contracts=tuple((unknown.place, unknown.name) for unknown in isolation.unknown),
        history=as_deployed(clean, sources.migrations, sources.scripts, rehearsal, sources.deployment),
        rehearsal=rehearsal,
        rehearsal_skipped=None if rehearsal else "the rehearsal was switched off",
        skips=silent_skips(sources.migrations, sources.scripts, rehearsal) if rehearsal else (),
        opaque=unread_guards(sources.migrations, sources.scripts, rehearsal) if rehearsal else (),
    )
    run_id = run_id or os.environ.get(RUN_ID_VARIABLE) or uuid.uuid4().hex
    return _result(sources, gathered, clean, started, run_id)


def _external(named: Sequence[External]) -> frozenset[QualifiedName]:
    """`schema.name`, as Prisma wants it; a name without a schema is that of none of our tables."""
    return frozenset(QualifiedName(*each.name.split(".", 1)) for each in named if "." in each.name)


def _result(sources: Sources, gathered: Gathered, clean: History, started: datetime, run_id: str) -> AuditResult:
    # The lives are those of a clean deploy, which is what was rehearsed.
    checks = tuple(run_checks(gathered, today=started.date()))
    policy = gathered.config.policy
    server = gathered.rehearsal.server if gathered.rehearsal else None
    return AuditResult(
        run=RunInfo(
            id=run_id,
            started=started.isoformat(timespec="seconds"),
            finished=_now().isoformat(timespec="seconds"),
            pgready=__version__,
            python=platform.python_version(),
            postgres=server.version if server else None,
        ),
        project=_project_info(sources),
        scope=_scope(sources),
        judgement=judge(checks, policy, opaque=gathered.opaque),
        opaque=gathered.opaque,
        policy=policy,
        checks=checks,
        declared=gathered.declared,
        grouping=gathered.grouping,
        migrations=tuple(map(_record, sources.migrations, sources.scripts)),
        crossings=gathered.crossings,
        contracts=gathered.contracts,
        deployment=gathered.deployment,
        lives=lives_of(clean),
        misplaced=misplaced(clean),
        hubs=gathered.config.hubs,
        accepted_crossings=gathered.config.crossings,
        unkeyed=unkeyed_columns(gathered.declared),
        skips=gathered.skips,
        rehearsal=gathered.rehearsal,
        rehearsal_skipped=gathered.rehearsal_skipped,
    )


def _rehearsal(sources: Sources, sending: Sent, on_progress: Progress | None, keep: Keep) -> Rehearsal:
    from pgready.rehearsal import find_binaries, rehearse  # noqa: PLC0415  # reading and judging need no server

    binaries = find_binaries(sources.request.postgres)
    asked = questions(sources.declared)
    stand_ins = shadow.name if (shadow := sources.files.external.shadow_sql) is not None else None
    rows = on_rows(sources.deployment, sources.migrations)
    traced = worth_tracing(sources.deployment, sources.migrations)
    key = key_of(
        {
            "pgready": [__version__, code_digest()],
            "server": [str(binaries.bindir), binaries.version],
            "migrations": [[migration.name, migration.checksum] for migration in sources.migrations],
            "apart": [sorted(sending.pieces), sorted(sending.otherwise), sorted(rows.last) if rows else []],
            "traced": sorted(traced),
            "stand-ins": stand_ins,
            "questions": [asdict(question) for question in asked],
        }
    )

    def make() -> Rehearsal:
        made = rehearse(
            sources.migrations,
            stand_ins=stand_ins,
            questions=asked,
            pieces=sending.pieces,
            otherwise=sending.otherwise,
            remedies=lambda rehearsal: remedies(
                sources.migrations, silent_skips(sources.migrations, sources.scripts, rehearsal)
            ),
            rerun={migration.name for migration in sources.migrations},
            on_rows=rows,
            traced=traced,
            binaries=binaries,
            on_progress=on_progress,
        )
        return replace(made, made_at=_now().isoformat(timespec="seconds"))

    return keep(key, make)


def _scope(sources: Sources) -> str:
    prepared = (
        ", on which initShadowDb of the Prisma configuration ran first" if sources.files.external.shadow_sql else ""
    )
    scope = Scope(deployment=sources.deployment, since=sources.since)
    return scope_in_words(scope, sources.migrations, prepared)


def _record(migration: Migration, script: Script) -> MigrationRecord:
    return MigrationRecord(
        name=migration.name,
        position=migration.position,
        file=migration.file,
        checksum=migration.checksum,
        has_file=migration.sql is not None,
        statements=len(script.statements),
        unreadable=script.unreadable.message if script.unreadable else None,
        opaque=tuple(
            Location(migration.file, effect.line, effect.column)
            for effect in script.effects
            if effect.action is Action.OPAQUE
        ),
    )


def _project_info(sources: Sources) -> ProjectInfo:
    files, request, prisma = sources.files, sources.request, sources.prisma
    schema_files = tuple(_relative(path, files.root) for path in files.schema_files)
    return ProjectInfo(
        name=request.name,
        schema_files=schema_files,
        migrations_directory=_relative(files.migrations_directory, files.root) if files.migrations_directory else None,
        config_file=request.config.file,
        prisma_version=prisma.text if prisma else None,
        prisma_exact=prisma.exact if prisma else False,
        prisma_location=prisma.location if prisma else None,
        prisma_by_statement=by_statement(prisma),
        prisma_join_primary_key=_at_least(prisma, _JOIN_PRIMARY_KEY),
        hashes=sources.hashes,
    )


def _at_least(prisma: PrismaVersion | None, version: tuple[int, int, int]) -> bool | None:
    """Whether the project's Prisma, of a range the lowest, is this version or newer; None when that is not known."""
    lowest = prisma.lowest if prisma else None
    return None if lowest is None else lowest >= version


def _hashes(files: ProjectFiles, migrations: Sequence[Migration]) -> dict[str, str]:
    schema = {_relative(path, files.root): hashlib.sha256(path.read_bytes()).hexdigest() for path in files.schema_files}
    return dict(sorted((schema | {each.file: each.checksum for each in migrations if each.checksum}).items()))


def _relative(path: Path, root: Path) -> str:
    return Path(os.path.relpath(path, root)).as_posix()


def _now() -> datetime:
    return datetime.now(UTC)
