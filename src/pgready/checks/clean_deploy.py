"""RES001: does a deployment of everything onto an empty database come to its end?"""

from collections.abc import Iterator

from pgready.checks.causes import syntax_errors, what_is_needed, why_it_fails
from pgready.checks.counts import counted
from pgready.checks.gathered import Check, Gathered, failed_or_passed, finding
from pgready.checks.out_of_reach import out_of_reach
from pgready.checks.proven import how_to_finish
from pgready.findings import CheckResult, Confidence, Evidence, Finding, Outcome, Rule, Severity
from pgready.model.history import Certainty, Need, ProviderKind
from pgready.model.location import Location
from pgready.model.trace import MigrationRun, Rehearsal, RunOutcome, Sending

__all__ = ["CHECKS"]

_STOPS = (RunOutcome.FAILED, RunOutcome.NO_FILE)

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


def res001(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """The first migration that fails, with its likely cause; where the way of sending is not known, in either way."""
    applied = sum(run.outcome is RunOutcome.APPLIED for run in rehearsal.runs)
    stopped = [run for run in rehearsal.runs if run.outcome in _STOPS]
    failures = [_failure(run) for run in stopped]
    failed = stopped + [run for run in rehearsal.otherwise if run.outcome in _STOPS and _failure(run) not in failures]
    beyond = (out_of_reach(run, rehearsal, _where(run, gathered)) for run in failed)
    why = next((each for each in beyond if each is not None), None)
    if why is not None:
        return CheckResult(rule=RES001.id, outcome=Outcome.SKIPPED, why=why)
    findings = [_failed_run(run, gathered, rehearsal) for run in failed]
    whole = counted(applied, "migration", of=len(rehearsal.runs))
    looked = f"{whole} applied to an empty PostgreSQL {rehearsal.server.version}"
    return failed_or_passed(RES001, findings, looked_at=looked)


def _failure(run: MigrationRun) -> tuple[str, str | None, str | None]:
    """What fails, however the text is sent."""
    error = run.error
    return (run.migration, error.sqlstate, error.message) if error else (run.migration, None, None)


def _file(run: MigrationRun, gathered: Gathered) -> str:
    return next((migration.file for migration in gathered.migrations if migration.name == run.migration), run.migration)


def _where(run: MigrationRun, gathered: Gathered) -> str:
    place = _place_of_error(run, _file(run, gathered), gathered)
    return place.file if place.line is None else f"{place.file}:{place.line}"


def _failed_run(run: MigrationRun, gathered: Gathered, rehearsal: Rehearsal) -> Finding:
    file = _file(run, gathered)
    if run.error is None:
        message = f"{run.migration} (number {run.position}) has no migration.sql: P3015"
        return finding(RES001, object=run.migration, message=message, location=Location(file))
    error = run.error
    cause = why_it_fails(run, gathered) or next(iter((error.context or "").splitlines()), None)
    message = f"{run.migration} (number {run.position}) fails: {error.message} (SQLSTATE {error.sqlstate})"
    return finding(
        RES001,
        object=run.migration,
        message="; ".join((message, *((cause,) if cause else ()), *_about_sending(run, rehearsal))),
        location=_place_of_error(run, file, gathered),
        fix=how_to_finish(rehearsal, gathered.declared) if run in rehearsal.runs else None,
    )


def _about_sending(run: MigrationRun, rehearsal: Rehearsal) -> Iterator[str]:
    """What the way of sending has to do with it."""
    if run.sending is Sending.BY_STATEMENT and run.error and run.error.statement and run.error.statement > 1:
        yield "Prisma 7.4 and newer send the file statement by statement, so what stands before the error stays"
    other = next((each for each in rehearsal.otherwise if each.migration == run.migration), None)
    if other is None:
        return
    if run is other:
        whole = next((each for each in rehearsal.runs if each.migration == run.migration), None)
        if whole is not None and whole.outcome is RunOutcome.APPLIED:
            yield "older versions send the file whole, and apply it"
    elif other.outcome is RunOutcome.APPLIED:
        yield "Prisma 7.4 and newer send it statement by statement, and apply it; the project's version is not known"
    elif _failure(other) == _failure(run) and other.made:
        yield "Prisma 7.4 and newer send it statement by statement, so that what stands before the error stays"


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
    findings = list(_read_failures(gathered))
    if findings:
        return failed_or_passed(RES001, findings, looked_at=f"only read, {why}", evidence=(Evidence.READ,))
    return CheckResult(rule=RES001.id, outcome=Outcome.SKIPPED, why=why)


def _read_failures(gathered: Gathered) -> Iterator[Finding]:
    """The first reason of each migration: a deployment ends there."""
    by_migration: dict[str, Need] = {}
    errors = syntax_errors(gathered)
    for migration in gathered.migrations:
        error = errors.get(migration.name)
        if error is not None:
            yield finding(
                RES001,
                object=migration.name,
                message=f"{migration.name} (number {migration.position}) will fail: {error.message} (SQLSTATE 42601)",
                evidence=Evidence.READ,
                location=Location(migration.file, error.line, error.column),
                fix="Correct the SQL, as long as the migration is not applied anywhere (Prisma compares its checksum).",
            )
    for need in gathered.history.unmet if gathered.history is not None else ():
        if need.certainty is Certainty.HAPPENS and need.migration not in errors:
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


CHECKS = (Check(rule=RES001, judge=res001_read),)
