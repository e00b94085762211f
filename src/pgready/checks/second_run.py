"""RES003: what does a second run of a migration do, directly after the first?"""

from collections.abc import Iterator

from pgready.checks.gathered import Gathered, failed_or_passed, finding, incomplete, not_given, on_rehearsal
from pgready.findings import CheckResult, Evidence, Finding, Rule, Severity
from pgready.model.trace import MigrationRun, Rehearsal, RerunOutcome

__all__ = ["CHECKS", "claimed_migrations"]

RES003 = Rule(
    id="RES003",
    title="A migration that claims to be resilient is not",
    severity=Severity.BLOCK,
    evidence=(Evidence.REHEARSED,),
    condition="`[migrations] resilient` of pgready.toml names the migration, and its second run fails or changes the "
    "catalog, or a guard of it skips something for ever.",
    effect="Re-running it after a failure, as the claim invites to do, makes things worse.",
    fix="Guard each statement (IF NOT EXISTS), or take the claim back.",
    source="The file is run a second time, in a transaction that is rolled back or in a database of its own; "
    "catalogs and rows are compared.",
)


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


CHECKS = (on_rehearsal(RES003, res003),)
