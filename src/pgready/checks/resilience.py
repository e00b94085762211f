"""RES: do the migrations do what they say, also on an empty database and a second time?"""

from collections.abc import Iterator

from pgready.checks.causes import describe_skip, what_is_needed, why_it_fails
from pgready.checks.gathered import Check, Gathered, failed_or_passed, finding, incomplete, not_given, on_rehearsal
from pgready.findings import CheckResult, Confidence, Evidence, Finding, Outcome, Rule, Severity
from pgready.model.history import Certainty, History, Need, ProviderKind
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, Rehearsal, RerunOutcome, RunError, RunOutcome, Skip

__all__ = ["CHECKS"]

# active_sql_transaction (CREATE INDEX CONCURRENTLY beside others), unsafe_new_enum_value_usage: PostgreSQL manual,
# "PostgreSQL Error Codes".
_FEW = 3
# From this version on an extension can be made trusted for one server (extension_control_path).
_CONTROL_PATHS = 180000
_ONLY_IN_A_TRANSACTION = frozenset({"25001", "55P04"})

RES001 = Rule(
    id="RES001",
    title="A clean deploy fails",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ, Evidence.REHEARSED),
    condition="Run in Prisma's order on an empty database, a migration ends with an error. Without a rehearsal: a "
    "statement needs an object that only a later one makes, or none.",
    effect="No new environment can be made: `prisma migrate deploy` stops, and P3009 refuses to go on.",
    fix="Repair the migration; if it needs an object that a later one makes, order them the other way round.",
    source="Seen on the throw-away server; SQLSTATE and message are the server's.",
)
RES002 = Rule(
    id="RES002",
    title="A migration skips silently, and what it should make never comes into being",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ, Evidence.REHEARSED),
    condition="A statement stands under a guard that asks for a prerequisite; on an empty database the guard is false "
    "when it runs, and nothing makes the guarded object later.",
    effect="The migration is recorded as applied, `prisma migrate status` says all is well, and the object is missing "
    "for ever.",
    fix="Let the migration that makes the prerequisite run first, or add a migration after it that makes the object.",
    source="Seen in the catalog of the throw-away server before and after each migration.",
)
RES003 = Rule(
    id="RES003",
    title="A migration that claims to be resilient is not",
    severity=Severity.BLOCK,
    evidence=(Evidence.REHEARSED,),
    condition="`[migrations] resilient` of pgready.toml names the migration, and its second run fails or changes the "
    "catalog, or a guard of it skips something for ever.",
    effect="Re-running it after a failure, as the claim invites to do, makes things worse.",
    fix="Guard each statement (IF NOT EXISTS), or take the claim back.",
    source="The file is run a second time in a transaction that is rolled back; the catalogs are compared.",
)


RES007 = Rule(
    id="RES007",
    title="A migration leaves its transaction open",
    severity=Severity.BLOCK,
    evidence=(Evidence.REHEARSED,),
    condition="A file ends without an error inside a transaction (BEGIN without COMMIT).",
    effect="What it and the files after it do is lost when the deploy ends, with Prisma's own record that it finished: "
    "the next deploy stops with P3009.",
    fix="Add the COMMIT, or leave out the BEGIN: Prisma sends the file as one transaction anyway.",
    source="PostgreSQL manual, BEGIN; the state of the connection was looked at after each file.",
)


def res007(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Files after which the connection is still inside a transaction."""
    files = {migration.name: migration.file for migration in gathered.migrations}
    findings = [
        finding(
            RES007,
            object=run.migration,
            message=f"{run.migration} (number {run.position}) ends inside a transaction that it has not committed",
            location=Location(files.get(run.migration, run.migration)),
        )
        for run in rehearsal.runs
        if run.leaves_open
    ]
    return failed_or_passed(RES007, findings, looked_at=f"the connection after each of {len(rehearsal.runs)} files")


def res001(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """The first migration that fails, with its likely cause.

    An error that only a transaction block causes is none for a Prisma that runs files statement by statement; that
    way was not rehearsed, so nothing is known.
    """
    applied = sum(run.outcome is RunOutcome.APPLIED for run in rehearsal.runs)
    failed = [run for run in rehearsal.runs if run.outcome in (RunOutcome.FAILED, RunOutcome.NO_FILE)]
    elsewhere = [run for run in failed if run.error and run.error.sqlstate in _ONLY_IN_A_TRANSACTION]
    if elsewhere and gathered.statement_by_statement:
        why = f"{elsewhere[0].migration} cannot run as one transaction, and Prisma 7.4 and newer do not run it so"
        return CheckResult(rule=RES001.id, outcome=Outcome.SKIPPED, why=f"{why}; that way was not rehearsed")
    ours = next((run for run in failed if run.error is not None and _is_ours(run.error, rehearsal)), None)
    if ours is not None and ours.error is not None:
        why = f"{ours.migration} (number {ours.position}) needs what the throw-away server does not have or allow"
        return CheckResult(rule=RES001.id, outcome=Outcome.SKIPPED, why=f"{why}: {ours.error.message}")
    findings = [_failed_run(run, gathered) for run in failed]
    looked = f"{applied} of {len(rehearsal.runs)} migrations applied to an empty PostgreSQL {rehearsal.server.version}"
    return failed_or_passed(RES001, findings, looked_at=looked)


def _is_ours(error: RunError, rehearsal: Rehearsal) -> bool:
    """Whether the error says more about the throw-away server than about the migration.

    These are a limit of pgready, an imitated function, an extension that the package does not carry, and a command that
    our role without rights may not give (42501): a target server may well do it. Before PostgreSQL 18 the rehearsal
    itself creates the untrusted extensions that a project names, so that they are there already (42710).
    """
    created = error.sqlstate == "42710" and "extension" in error.message
    if created and rehearsal.server.version_num < _CONTROL_PATHS:
        return True
    lacking = error.sqlstate in {"0A000", "58P01"} and ("extension" in error.message or "pgready" in error.message)
    return lacking or error.sqlstate == "42501" or error.message.startswith("stopped by pgready")


def _failed_run(run: MigrationRun, gathered: Gathered) -> Finding:
    file = next((migration.file for migration in gathered.migrations if migration.name == run.migration), run.migration)
    if run.error is None:
        message = f"{run.migration} (number {run.position}) has no migration.sql: P3015"
        return finding(RES001, object=run.migration, message=message, location=Location(file))
    error = run.error
    cause = why_it_fails(run, gathered) or next(iter((error.context or "").splitlines()), None)
    message = f"{run.migration} (number {run.position}) fails: {error.message} (SQLSTATE {error.sqlstate})"
    return finding(
        RES001,
        object=run.migration,
        message=f"{message}; {cause}" if cause else message,
        location=_place_of_error(run, file, gathered),
    )


def _place_of_error(run: MigrationRun, file: str, gathered: Gathered) -> Location:
    """The server's position, else the statement that did not end (the server gives no position for many commands)."""
    error = run.error
    if error is None or error.line is not None or error.statement is None:
        return Location(file, error.line if error else None, error.column if error else None)
    script = next((script for script in gathered.scripts if script.migration == run.migration), None)
    statement = next((each for each in (script.statements if script else ()) if each.position == error.statement), None)
    return Location(file, statement.line, statement.column) if statement else Location(file)


def res001_read(gathered: Gathered) -> CheckResult:
    """What was rehearsed decides; without a rehearsal, what can be read: never a pass, but reasons to fail."""
    if gathered.rehearsal is not None:
        return res001(gathered, gathered.rehearsal)
    why = gathered.rehearsal_skipped or "no rehearsal was made"
    findings = list(_read_failures(gathered.history)) if gathered.history is not None else []
    if findings:
        return failed_or_passed(RES001, findings, looked_at=f"only read, {why}", evidence=(Evidence.READ,))
    return CheckResult(rule=RES001.id, outcome=Outcome.SKIPPED, why=why)


def _read_failures(history: History) -> Iterator[Finding]:
    """The first reason of each migration: a deployment ends there."""
    by_migration: dict[str, Need] = {}
    for need in history.unmet:
        if need.certainty is Certainty.HAPPENS:
            by_migration.setdefault(need.migration, need)
    for name, need in by_migration.items():
        later = need.provider.kind is ProviderKind.LATER
        yield finding(
            RES001,
            object=name,
            message=f"{name} (number {need.position}) will fail: {what_is_needed(need)}",
            evidence=Evidence.READ,
            # What nobody makes may be there by other means, in a database that is not empty.
            confidence=Confidence.HIGH if later else Confidence.MEDIUM,
            location=need.location,
        )


def res002(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Objects that a false guard suppressed and that nothing made in the end; one finding for each object."""
    made = {each for run in rehearsal.runs for each in run.made}
    # What a later migration made and another dropped again is missing for that reason, not for the guard's.
    never = [
        skip
        for skip in gathered.skips
        if not skip.exists_at_end and not any(skip.would_make.covers(each) for each in made)
    ]
    by_object: dict[ObjectRef, list[Skip]] = {}
    for skip in never:
        by_object.setdefault(skip.would_make, []).append(skip)
    findings = [_skipped(wanted, skips, gathered.declared, rehearsal.schema) for wanted, skips in by_object.items()]
    later = len(gathered.skips) - len(never)
    guarded = sum(bool(effect.guards) for script in gathered.scripts for effect in script.effects)
    looked = f"{guarded} guarded effects in {len(rehearsal.runs)} migrations"
    looked += f"; {later} skipped and made by a later migration" if later else ""
    judged = failed_or_passed(RES002, findings, looked_at=looked)
    if not gathered.opaque:
        return judged
    places = "; ".join(gathered.opaque[:_FEW])
    more = f"; and {len(gathered.opaque) - _FEW} more" if len(gathered.opaque) > _FEW else ""
    return incomplete(judged, f"what these would make is not known: {places}{more}")


def _skipped(wanted: ObjectRef, skips: list[Skip], declared: Schema, there: Schema) -> Finding:
    first, *others = skips
    again = f" (also skipped by {', '.join(skip.migration for skip in others)})" if others else ""
    expected = _is_declared(wanted, declared) and not _stands_under_another_name(wanted, declared, there)
    return finding(
        RES002,
        object=str(wanted),
        message=f"{wanted.kind} {_name(wanted)} never comes into being: {describe_skip(first)}{again}",
        # What no model declares may well be meant for some databases only.
        severity=RES002.severity if expected else Severity.WARN,
        confidence=Confidence.HIGH if expected else Confidence.MEDIUM,
        location=first.location,
        fix=_how_to_order(first),
    )


def _how_to_order(skip: Skip) -> str | None:
    if skip.made_by is None:
        return None
    return (
        f"Let {skip.made_by} run before {skip.migration} (a date in front of its name, as long as it is not applied "
        "anywhere), or make the object in a migration that runs after it."
    )


def _name(wanted: ObjectRef) -> str:
    return ".".join(part for part in (wanted.table, wanted.name) if part)


def _is_declared(wanted: ObjectRef, declared: Schema) -> bool:
    """Whether the schema declares an object of that name."""
    for table in declared.tables:
        if wanted.schema not in (None, table.name.schema):
            continue
        if wanted.kind is ObjectKind.TABLE and table.name.name == wanted.name:
            return True
        if wanted.table == table.name.name and wanted.name in _names_within(wanted.kind, declared, wanted):
            return True
    return wanted.kind is ObjectKind.TYPE and any(enum.name.name == wanted.name for enum in declared.enums)


def _stands_under_another_name(wanted: ObjectRef, declared: Schema, there: Schema) -> bool:
    """Whether an equal key or index is there, only called otherwise: then nothing is missing."""
    table = next((table for table in declared.tables if table.name.name == wanted.table), None)
    other = there.table(table.name) if table is not None else None
    if table is None or other is None:
        return False
    key = next((key for key in table.foreign_keys if key.name == wanted.name), None)
    index = next((index for index in table.indexes if index.name == wanted.name), None)
    if key is not None:
        return any(each.identity == key.identity for each in other.foreign_keys)
    return index is not None and any(
        (each.columns, each.unique, each.method) == (index.columns, index.unique, index.method)
        for each in other.indexes
    )


def _names_within(kind: ObjectKind, declared: Schema, wanted: ObjectRef) -> set[str]:
    tables = [table for table in declared.tables if table.name.name == wanted.table]
    if kind is ObjectKind.COLUMN:
        return {column.name for table in tables for column in table.columns}
    keys = {key.name for table in tables for key in table.foreign_keys}
    indexes = {index.name for table in tables for index in table.indexes}
    primary = {table.primary_key.name for table in tables if table.primary_key is not None}
    return keys | indexes | primary


def res003(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Claims of resilience, each judged by a second run."""
    claimed = claimed_migrations(gathered)
    if not claimed:
        return not_given(RES003, "pgready.toml claims no migration to be resilient")
    runs = [run for run in rehearsal.runs if run.migration in claimed]
    unknown = sorted(claimed - {run.migration for run in runs})
    findings = [
        *(
            finding(RES003, object=name, message=f"{name} claims to be resilient and is not on disk")
            for name in unknown
        ),
        *(found for run in runs for found in (*_second_run(run), *_skips_for_ever(run, gathered))),
    ]
    same = sum(run.rerun is not None and run.rerun.outcome is RerunOutcome.SAME for run in runs)
    looked = f"{same} of {len(claimed)} migrations that claim to be resilient change nothing when run twice"
    unproved = [f"{run.migration} ({run.rerun_skipped or run.outcome})" for run in runs if run.rerun is None]
    judged = failed_or_passed(RES003, findings, looked_at=looked)
    # What else was found does not prove the claims that could not be judged.
    return incomplete(judged, f"no second run of {', '.join(unproved)}") if unproved else judged


def _skips_for_ever(run: MigrationRun, gathered: Gathered) -> Iterator[Finding]:
    """Being able to run twice is no resilience when the first run leaves things out that nothing makes later."""
    lost = [skip for skip in gathered.skips if skip.migration == run.migration and not skip.exists_at_end]
    if lost:
        count = "1 object that never comes" if len(lost) == 1 else f"{len(lost)} objects that never come"
        yield finding(
            RES003,
            object=run.migration,
            message=f"{run.migration} claims to be resilient; it skips {count} into being (RES002)",
            location=lost[0].location,
            fix="Repair what RES002 says of it, or take the claim back.",
        )


def claimed_migrations(gathered: Gathered) -> frozenset[str]:
    """Names of the migrations that claim to be resilient."""
    claim = gathered.config.resilient
    if claim is True:
        return frozenset(migration.name for migration in gathered.migrations if migration.sql is not None)
    return frozenset(claim or ())


def _second_run(run: MigrationRun) -> Iterator[Finding]:
    rerun = run.rerun
    if rerun is None or rerun.outcome is RerunOutcome.SAME:
        return
    error = rerun.error
    what = f"fails: {error.message} (SQLSTATE {error.sqlstate})" if error is not None else f"{rerun.outcome} objects"
    touched = ", ".join(str(made) for made in (*rerun.made, *rerun.dropped)[:3])
    yield finding(
        RES003,
        object=run.migration,
        message=f"{run.migration} claims to be resilient; its second run {what}{': ' + touched if touched else ''}",
    )


CHECKS = (
    Check(rule=RES001, judge=res001_read),
    on_rehearsal(RES002, res002),
    on_rehearsal(RES003, res003),
    on_rehearsal(RES007, res007, complete=False),
)
