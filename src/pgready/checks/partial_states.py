"""RES006, RES009: what does a failure midway leave, and what was seen to repair it?"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pgready.checks.gathered import Gathered, failed_or_passed, finding, incomplete, not_given, on_rehearsal
from pgready.checks.recovery_words import in_words, lines_of, named, repair
from pgready.findings import CheckResult, Evidence, Finding, Rule, Severity
from pgready.model.crash_points import CrashPoint, Recovery
from pgready.model.location import Location
from pgready.model.names import ObjectRef, QualifiedName
from pgready.model.trace import MigrationRun, Rehearsal, RunOutcome, Sending

__all__ = ["CHECKS"]

RES006 = Rule(
    id="RES006",
    title="IF NOT EXISTS keeps an index that is not valid",
    severity=Severity.WARN,
    evidence=(Evidence.REHEARSED,),
    condition="CREATE INDEX CONCURRENTLY IF NOT EXISTS was stopped while it worked, and the migration run again ends "
    "well without making the index valid.",
    effect="What stays of a build that was stopped has the name already, so that the second try skips it: no query "
    "uses the index, every write pays for it, and a unique one is not relied on by ON CONFLICT.",
    fix="Put DROP INDEX CONCURRENTLY IF EXISTS in front of it, in a migration of its own, or leave out IF NOT EXISTS: "
    "then the second try says what is in its way.",
    source="PostgreSQL manual, CREATE INDEX, 'Building Indexes Concurrently'. The statement is stopped while it waits, "
    "the migration is run again, and pg_index.indisvalid is read.",
)
RES009 = Rule(
    id="RES009",
    title="A failure midway leaves a partial state",
    severity=Severity.WARN,
    evidence=(Evidence.REHEARSED,),
    condition="The migration was stopped on purpose behind each statement that commits something, or inside one that "
    "works concurrently, and something stayed. A note where a recovery was seen to work from every such place; a "
    "warning where none of those that were tried did.",
    effect="Prisma refuses every later deployment (P3009) until somebody has brought the database into a known state.",
    fix="Put BEGIN and COMMIT around statements that may share a transaction, or give each a migration of its own.",
    source='Prisma\'s documentation, "Patching and hotfixing"; prisma-engines, pull request 5767 (statement by '
    "statement since 7.4). Each place is tried in a copy of the database, with made-up rows where a statement "
    "may touch rows: the migration again, its rest by hand, or what stays dropped; catalogs and rows are compared with "
    "a run that nothing stopped.",
)
_FEW = 3
_NOT_ASKED = "no migration was stopped on purpose; a deployment since a revision and `--thorough` do that"


def res009(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Partial states of each migration, a finding for each that has one."""
    tried = _tried(rehearsal)
    if not tried:
        return not_given(RES009, _NOT_ASKED)
    found = [_partial(gathered, run) for run in tried if any(point.partial for point in run.crash_points)]
    points = [point for run in tried for point in run.crash_points]
    partial = [point for point in points if point.partial]
    mended = sum(point.recovery is not None for point in partial)
    looked = f"{_count(tried)} stopped at {len(points)} place{'' if len(points) == 1 else 's'}: {len(partial)} leave "
    looked += f"something, {mended} of them with a recovery that works" if partial else "something"
    judged = failed_or_passed(RES009, found, looked_at=looked)
    return _judged(gathered, rehearsal, replace(judged, why=looked))


def res006(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Indexes that a second try leaves as they are."""
    tried = _tried(rehearsal)
    if not tried:
        return not_given(RES006, _NOT_ASKED)
    kept = [found for run in tried for found in _kept_invalid(gathered, run)]
    inside = sum(point.inside and bool(point.trials) for run in tried for point in run.crash_points)
    looked = (
        f"{inside} statement{'' if inside == 1 else 's'} that work{'s' if inside == 1 else ''} concurrently stopped"
    )
    return _judged(gathered, rehearsal, failed_or_passed(RES006, kept, looked_at=looked))


def _tried(rehearsal: Rehearsal) -> list[MigrationRun]:
    return [run for run in rehearsal.runs if run.crash_points or run.crash_skipped]


def _judged(gathered: Gathered, rehearsal: Rehearsal, result: CheckResult) -> CheckResult:
    """Never a pass where a migration that the deployment runs could not be stopped."""
    missing = [run for run in rehearsal.runs if not run.crash_points]
    running = [run for run in missing if gathered.deployment.runs(run.migration)]
    others = [run for run in missing if run.crash_skipped and run not in running]
    if others:
        result = replace(result, why=f"{result.why}; outside of the deployment {_unstopped(others)}")
    return incomplete(result, _unstopped(running)) if running else result


def _unstopped(runs: Sequence[MigrationRun]) -> str:
    told = "; ".join(f"{run.migration} was not stopped: {_why(run)}" for run in runs[:_FEW])
    return f"{told} and {len(runs) - _FEW} more" if len(runs) > _FEW else told


def _why(run: MigrationRun) -> str:
    applied = run.outcome is RunOutcome.APPLIED
    return run.crash_skipped or ("it was not asked for" if applied else f"{run.outcome} in the rehearsal")


def _partial(gathered: Gathered, run: MigrationRun) -> Finding:
    """One finding: the first place that nothing repairs, else that which leaves most."""
    partial = [point for point in run.crash_points if point.partial]
    hopeless = [point for point in partial if point.recovery is None]
    point = hopeless[0] if hopeless else max(partial, key=lambda each: (len(each.stays) + len(each.gone), each.altered))
    running = gathered.deployment.runs(run.migration)
    return finding(
        RES009,
        object=run.migration,
        message=f"{_sent(run)}: {in_words(point)}{_others(run, partial, hopeless)}",
        severity=RES009.severity if running and hopeless else Severity.NOTE,
        location=Location(_file(gathered, run), point.line or 1),
        fix=repair(run, partial, hopeless),
        # What is known to be repaired does not stand in the way of a deployment.
        described=not (running and hopeless),
    )


def _sent(run: MigrationRun) -> str:
    if run.sending is Sending.BY_STATEMENT:
        return f"{run.migration} is sent statement by statement"
    inside = all(point.inside for point in run.crash_points if point.partial)
    return f"{run.migration} {'works in several transactions' if inside else 'ends a transaction in its middle'}"


def _others(run: MigrationRun, partial: Sequence[CrashPoint], hopeless: Sequence[CrashPoint]) -> str:
    if hopeless:
        trials = "; ".join(f"{trial.recovery}: {trial.why}" for trial in hopeless[0].trials)
        others = f" (nor what stays at {lines_of(hopeless[1:], run.crash_points)})" if len(hopeless) > 1 else ""
        if not trials:
            return f". Nothing can be tried that would repair it{others}"
        return f". Nothing that was tried repairs it{others}: {trials}"
    more = len(partial) - 1
    return f"; a failure at {more} other place{'' if more == 1 else 's'} leaves a part, too" if more else ""


def _kept_invalid(gathered: Gathered, run: MigrationRun) -> Iterator[Finding]:
    running = gathered.deployment.runs(run.migration)
    told = set[ObjectRef]()
    for point in run.crash_points:
        again = [trial for trial in point.trials if trial.recovery is Recovery.AGAIN and trial.sqlstate is None]
        for index in sorted({index for trial in again for index in trial.invalid} - told):
            told.add(index)
            yield finding(
                RES006,
                object=str(index),
                message=f"{run.migration} run again after a stop inside it ends well and keeps {named([index])}, which "
                "is not valid: IF NOT EXISTS sees its name and skips it",
                severity=RES006.severity if running else Severity.NOTE,
                location=Location(_file(gathered, run), point.line or 1),
                fix=f"Run DROP INDEX CONCURRENTLY IF EXISTS {_quoted(index)}; in a migration before it, or leave out "
                "IF NOT EXISTS: then the second try says what is in its way.",
                described=not running,
            )


def _file(gathered: Gathered, run: MigrationRun) -> str:
    return next((each.file for each in gathered.migrations if each.name == run.migration), run.migration)


def _quoted(index: ObjectRef) -> str:
    return QualifiedName(index.schema or "", index.name).sql


def _count(runs: Sequence[MigrationRun]) -> str:
    stopped = sum(bool(run.crash_points) for run in runs)
    return f"{stopped} migration{'' if stopped == 1 else 's'}"


CHECKS = (on_rehearsal(RES006, res006, complete=False), on_rehearsal(RES009, res009, complete=False))
