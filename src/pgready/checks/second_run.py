"""RES003, RES004: what does a second run of a migration do, directly after the first?"""

from collections import Counter
from collections.abc import Iterator, Sequence

from pgready.checks.counts import counted
from pgready.checks.gathered import (
    Check,
    Gathered,
    as_far_as_it_ran,
    failed_or_passed,
    finding,
    incomplete,
    not_given,
    on_rehearsal,
)
from pgready.findings import CheckResult, Evidence, Finding, Rule, Severity
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun, Rehearsal, Rerun, RerunOutcome

__all__ = ["CHECKS", "claimed_migrations"]

RES003 = Rule(
    id="RES003",
    title="A migration that claims to be resilient is not",
    severity=Severity.BLOCK,
    evidence=(Evidence.REHEARSED,),
    condition="`[migrations] resilient` of pgready.toml names the migration, and its second run fails or changes the "
    "catalog or rows, or a guard of it skips something for ever.",
    effect="Re-running it after a failure, as the claim invites to do, makes things worse.",
    fix="Guard each statement (IF NOT EXISTS), or take the claim back.",
    source="The file is run a second time, in a transaction that is rolled back or in a database of its own; "
    "catalogs and rows are compared. Where it may read or write rows, this is done on tables with made-up rows, too.",
)
RES004 = Rule(
    id="RES004",
    title="A second run of a migration loses or changes something",
    severity=Severity.WARN,
    evidence=(Evidence.REHEARSED,),
    condition="Run a second time directly after the first, the migration ends well, and tables or columns were dropped "
    "and made anew, or the catalog or rows are no longer what they were. Keys, indexes, views and functions that are "
    "made anew as they were do not count.",
    effect="Nobody is stopped from running it again, after `prisma migrate resolve --rolled-back` or by hand; what was "
    "written since the first run is then gone or another.",
    fix="Let it fail the second time (leave out IF EXISTS in front of what holds rows), or guard what it makes with "
    "IF NOT EXISTS.",
    source="The file is run a second time, in a transaction that is rolled back or in a database of its own; "
    "catalogs and rows are compared. Where it may read or write rows, this is done on tables with made-up rows, too.",
)
_FEW = 3
_WORDS = {
    RerunOutcome.FAILED: "fail the second time",
    RerunOutcome.SAME: "change nothing",
    RerunOutcome.RECREATES: "make something anew",
    RerunOutcome.CHANGES: "change something",
}
_ROWS = ", on tables with made-up rows,"
_HOLDS = {ObjectKind.TABLE: "rows", ObjectKind.COLUMN: "values"}


def res003(gathered: Gathered) -> CheckResult:
    """Claims of resilience; where there is none, nothing is asked for, whatever became of the rehearsal."""
    if not claimed_migrations(gathered):
        return not_given(RES003, "pgready.toml claims no migration to be resilient")
    return on_rehearsal(RES003, _claims).judge(gathered)


def _claims(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """The claims, each judged by a second run."""
    claimed = claimed_migrations(gathered)
    runs = [run for run in rehearsal.runs if run.migration in claimed]
    unknown = sorted(claimed - {run.migration for run in runs})
    findings = [
        *(
            finding(RES003, object=name, message=f"{name} claims to be resilient and is not on disk")
            for name in unknown
        ),
        *(found for run in runs for found in (*_second_run(run), *_skips_for_ever(run, gathered))),
    ]
    same = sum(
        run.rerun is not None and run.rerun.outcome is RerunOutcome.SAME and run.rerun.on_rows is not False
        for run in runs
    )
    one = len(claimed) == 1
    which = "migration that claims to be resilient changes" if one else "migrations that claim to be resilient change"
    looked = f"{same} of {len(claimed)} {which} nothing when run twice"
    judged = failed_or_passed(RES003, findings, looked_at=looked)
    # What else was found does not prove the claims that could not be judged.
    why = "; ".join((*_unproved(runs), *_unread(claimed, gathered)))
    return incomplete(judged, why) if why else judged


def _unproved(runs: Sequence[MigrationRun]) -> Iterator[str]:
    """What keeps claims from being judged."""
    missing = [f"{run.migration} ({run.rerun_skipped or run.outcome})" for run in runs if run.rerun is None]
    if missing:
        yield f"no second run of {', '.join(missing)}"
    bare = [
        f"{run.migration} ({run.rerun.no_rows or 'not tried'})"
        for run in runs
        if run.rerun is not None and run.rerun.on_rows is False
    ]
    if bare:
        yield f"no second run on rows of {', '.join(bare)}"


def _unread(claimed: frozenset[str], gathered: Gathered) -> Iterator[str]:
    """Guards of claimed migrations that nobody can read: what these leave out is not known (RES002)."""
    for migration in gathered.migrations:
        places = [place for place in gathered.opaque if place.startswith(f"{migration.file}:")]
        if places and migration.name in claimed:
            yield f"what {migration.name} leaves out is not known ({places[0]})"


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
    what = f"fails: {error.message} (SQLSTATE {error.sqlstate})" if error is not None else _what(rerun)
    touched = ", ".join(str(made) for made in (*rerun.made, *rerun.dropped)[:3])
    yield finding(
        RES003,
        object=run.migration,
        message=f"{run.migration} claims to be resilient; its second run{_ROWS * bool(rerun.on_rows)} "
        f"{what}{': ' + touched if touched else ''}",
    )


def _what(rerun: Rerun) -> str:
    """Nothing made or dropped on tables with rows, and nothing changed on empty ones: then it is the rows."""
    only_rows = rerun.outcome is RerunOutcome.CHANGES and rerun.on_rows and not (rerun.made or rerun.dropped)
    return "changes them" if only_rows else f"{rerun.outcome} objects"


def res004(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Second runs that succeed and are not harmless; those that claim to be are RES003's."""
    claimed = claimed_migrations(gathered)
    files = {migration.name: migration.file for migration in gathered.migrations}
    runs = [run for run in rehearsal.runs if run.rerun is not None]
    findings = [
        finding(
            RES004,
            object=run.migration,
            message=f"the second run of {run.migration} succeeds, and {harm}",
            severity=RES004.severity if gathered.deployment.runs(run.migration) else Severity.NOTE,
            location=Location(files.get(run.migration, run.migration)),
            described=not gathered.deployment.runs(run.migration),
        )
        for run in runs
        if run.migration not in claimed and run.rerun is not None and (harm := _harm(run.rerun)) is not None
    ]
    outcomes = Counter(run.rerun.outcome for run in runs if run.rerun is not None)
    told = ", ".join(f"{outcomes[outcome]} {words}" for outcome, words in _WORDS.items() if outcomes[outcome])
    whole = counted(len(runs), "migration", of=len(rehearsal.runs))
    looked = f"{whole} run twice{': ' if told else ''}{told}{_on_rows(runs)}"
    unproved = [run for run in rehearsal.runs if run.rerun is None and run.rerun_skipped]
    judged = failed_or_passed(RES004, findings, looked_at=looked)
    why = "; ".join(f"no second run of {run.migration}: {run.rerun_skipped}" for run in unproved[:_FEW])
    return incomplete(judged, why) if unproved else as_far_as_it_ran(judged, rehearsal)


def _on_rows(runs: Sequence[MigrationRun]) -> str:
    """How far second runs were seen on tables with rows, where the texts may read or write any."""
    told = Counter(run.rerun.on_rows for run in runs if run.rerun is not None and run.rerun.on_rows is not None)
    if not told:
        return ""
    missing = f", {told[False]} not: they are judged on empty tables" if told[False] else ""
    return f" ({told[True]} of {told.total()} that may touch rows also on rows{missing})"


def _harm(rerun: Rerun) -> str | None:
    if rerun.outcome is RerunOutcome.CHANGES:
        touched = _named((*rerun.made, *rerun.dropped))
        changed = "changes rows, seen on made-up ones" if rerun.on_rows else "changes rows or definitions"
        return f"leaves something else behind: {touched}" if touched else changed
    lost = [ref for ref in rerun.recreated if ref.kind in _HOLDS]
    if rerun.outcome is not RerunOutcome.RECREATES or not lost:
        return None
    tables = {(ref.schema, ref.name) for ref in lost if ref.kind is ObjectKind.TABLE}
    lost = [ref for ref in lost if (ref.schema, ref.table) not in tables]
    return f"makes {_named(lost)} anew: the {_HOLDS[lost[0].kind]} are gone"


def _named(refs: Sequence[ObjectRef]) -> str:
    more = f" and {len(refs) - _FEW} more" if len(refs) > _FEW else ""
    return ", ".join(f"{ref.kind} {ref}" for ref in refs[:_FEW]) + more


CHECKS = (Check(rule=RES003, judge=res003), on_rehearsal(RES004, res004, complete=False))
