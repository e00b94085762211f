"""The audit: from a project on disk to an AuditResult."""

import os
import platform
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pgready import __version__
from pgready.checks import Gathered, run_checks
from pgready.checks.second_run import claimed_migrations
from pgready.checks.skips import silent_skips, unread_guards
from pgready.config import refuse_lone_baseline
from pgready.graph.grouping import resolve_groups, with_undeclared
from pgready.graph.isolation import IsolationRules, judge_isolation
from pgready.graph.unkeyed import unkeyed_columns
from pgready.history import as_deployed, replay_history
from pgready.history.lives import lives_of, misplaced
from pgready.model.effects import Action, Script
from pgready.model.history import History
from pgready.model.location import Location
from pgready.model.migration import Migration, MigrationRecord
from pgready.model.names import QualifiedName
from pgready.orchestrator.evidence import Keep, kept
from pgready.orchestrator.rehearsing import Progress, rehearsal_or_why
from pgready.orchestrator.request import make_request
from pgready.orchestrator.scope import Scope, scope_in_words
from pgready.orchestrator.sending import by_statement, sent
from pgready.orchestrator.sources import Sources, read_sources, relative
from pgready.sources.prisma import External, PrismaVersion
from pgready.verdict import AuditResult, ProjectInfo, RunInfo, judge

__all__ = ["RUN_ID_VARIABLE", "audit", "audit_sources"]

RUN_ID_VARIABLE = "PGREADY_RUN_ID"

# From this version on the table of an implicit many-to-many relation has a primary key (release notes of Prisma 6).
_JOIN_PRIMARY_KEY = (6, 0, 0)


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
    thorough: bool = False,
    on_progress: Progress | None = None,
) -> AuditResult:
    """Audit a Prisma project: read it, rehearse its migrations on a throw-away PostgreSQL, judge every rule.

    `project` is its directory; `config` (default: pgready.toml in it), `schema` and `migrations` say where things are
    when they are not where Prisma looks. `rehearse=False` leaves the rehearsal out, which makes the verdict
    INCONCLUSIVE at best. `since` is a revision of git: what is deployed are the migrations that its tree lacks (None:
    as the configuration says; empty: all of them, onto an empty database). `postgres` is the installation of PostgreSQL
    that the rehearsal runs, or its bin directory (None: the first that is found). `thorough` rehearses every migration
    as if its tables were in use: on rows, with its locks, and stopped midway.

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
        thorough=thorough,
    )
    if request.config.file is None:
        refuse_lone_baseline(request.root)
    return audit_sources(read_sources(request), on_progress=on_progress)


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
    rehearsal, without = rehearsal_or_why(sources, sending, on_progress, keep)
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
        rehearsal_skipped=without,
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
        required_migrations=gathered.config.required_migrations,
        required_models=dict(gathered.config.inventory),
        resilient_migrations=tuple(sorted(claimed_migrations(gathered))),
        unkeyed=unkeyed_columns(gathered.declared),
        skips=gathered.skips,
        rehearsal=gathered.rehearsal,
        rehearsal_skipped=gathered.rehearsal_skipped,
    )


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
    schema_files = tuple(relative(path, files.root) for path in files.schema_files)
    return ProjectInfo(
        name=request.name,
        schema_files=schema_files,
        migrations_directory=relative(files.migrations_directory, files.root) if files.migrations_directory else None,
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


def _now() -> datetime:
    return datetime.now(UTC)
