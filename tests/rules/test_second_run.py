"""RES003 and RES004: what a second run of a migration says."""

from dataclasses import replace

import pytest

from builders import Build, Judge
from pgready.checks import Gathered
from pgready.config import Config, Suppression
from pgready.findings import Outcome, Severity
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, Rerun, RerunOutcome, RunError, RunOutcome

USER = ObjectRef(kind=ObjectKind.TABLE, schema="public", name="User")


def claims(build: Build, run: MigrationRun) -> Gathered:
    return Gathered(
        config=Config(resilient=("1",)),
        declared=Schema(),
        migrations=(build.migration("1"),),
        rehearsal=build.rehearsal(Schema(), run),
    )


def test_a_claim_of_resilience_is_judged_by_the_second_run(build: Build, judge: Judge) -> None:
    def outcome(rerun: Rerun) -> Outcome:
        run = MigrationRun(migration="1", position=1, outcome=RunOutcome.APPLIED, rerun=rerun)
        return judge("RES003", claims(build, run)).outcome

    error = RunError(sqlstate="42P07", message="relation exists")
    assert outcome(Rerun(outcome=RerunOutcome.SAME)) is Outcome.PASSED
    assert outcome(Rerun(outcome=RerunOutcome.FAILED, error=error)) is Outcome.FAILED
    assert outcome(Rerun(outcome=RerunOutcome.CHANGES, made=(USER,))) is Outcome.FAILED
    assert outcome(Rerun(outcome=RerunOutcome.RECREATES)) is Outcome.FAILED


def test_a_second_run_that_could_not_be_made_is_no_pass(build: Build, judge: Judge) -> None:
    run = MigrationRun(migration="1", position=1, outcome=RunOutcome.APPLIED, rerun_skipped="holds COMMIT")
    result = judge("RES003", claims(build, run))
    assert (result.outcome, result.given) == (Outcome.SKIPPED, True)


def test_a_second_run_on_empty_tables_only_is_no_pass_where_rows_matter(build: Build, judge: Judge) -> None:
    rerun = Rerun(outcome=RerunOutcome.SAME, on_rows=False, no_rows="on made-up rows it fails: no")
    run = MigrationRun(migration="1", position=1, outcome=RunOutcome.APPLIED, rerun=rerun)
    result = judge("RES003", claims(build, run))
    assert (result.outcome, result.given) == (Outcome.SKIPPED, True)
    assert "no second run on rows of 1 (on made-up rows it fails: no)" in result.why
    assert "0 of 1 migration that claims" in result.why


def test_a_claim_that_only_rows_prove_wrong_is_told_so(build: Build, judge: Judge) -> None:
    rerun = Rerun(outcome=RerunOutcome.CHANGES, on_rows=True)
    run = MigrationRun(migration="1", position=1, outcome=RunOutcome.APPLIED, rerun=rerun)
    (found,) = judge("RES003", claims(build, run)).findings
    assert found.message == "1 claims to be resilient; its second run, on tables with made-up rows, changes them"


def test_the_count_says_how_many_were_seen_on_rows(build: Build, judge: Judge) -> None:
    def looked(on_rows: list[bool | None]) -> str:
        runs = [
            MigrationRun(
                migration=str(number),
                position=number,
                outcome=RunOutcome.APPLIED,
                rerun=Rerun(outcome=RerunOutcome.SAME, on_rows=seen),
            )
            for number, seen in enumerate(on_rows, 1)
        ]
        gathered = Gathered(
            config=Config(), declared=Schema(), migrations=(), rehearsal=build.rehearsal(Schema(), *runs)
        )
        return judge("RES004", gathered).why

    assert looked([None]) == "1 of 1 migration run twice: 1 change nothing"
    assert looked([None, True]).endswith("2 change nothing (1 of 1 that may touch rows also on rows)")
    assert looked([False, True]).endswith(
        "(1 of 2 that may touch rows also on rows, 1 not: they are judged on empty tables)"
    )


def test_an_accepted_finding_does_not_prove_the_other_claims(build: Build, judge: Judge) -> None:
    failed = Rerun(outcome=RerunOutcome.CHANGES, made=(USER,))
    runs = (
        MigrationRun(migration="1", position=1, outcome=RunOutcome.APPLIED, rerun=failed),
        MigrationRun(migration="2", position=2, outcome=RunOutcome.APPLIED, rerun_skipped="holds COMMIT"),
    )
    accepted = Suppression(rule="RES003", object="1", reason="agreed")
    gathered = Gathered(
        config=Config(resilient=True, suppressions=(accepted,)),
        declared=Schema(),
        migrations=(build.migration("1"), build.migration("2", 2)),
        rehearsal=build.rehearsal(Schema(), *runs),
    )
    result = judge("RES003", gathered)
    assert result.outcome is Outcome.SKIPPED
    assert "2 (holds COMMIT)" in result.why
    assert result.findings[0].suppressed == "agreed"


def test_a_claim_about_a_migration_that_does_not_exist_is_found(build: Build, judge: Judge) -> None:
    gathered = claims(build, build.run("other"))
    assert "is not on disk" in judge("RES003", gathered).findings[0].message


def again(build: Build, rerun: Rerun | None, *, claims: bool = False, runs: bool = True) -> Gathered:
    skipped = None if rerun else "it leaves a transaction open"
    run = MigrationRun(migration="1", position=1, outcome=RunOutcome.APPLIED, rerun=rerun, rerun_skipped=skipped)
    since = Deployment(kind=DeploymentKind.SINCE, migrations=frozenset(["1"] if runs else []), base="main")
    return Gathered(
        config=Config(resilient=claims),
        declared=Schema(),
        migrations=(build.migration("1"),),
        rehearsal=build.rehearsal(Schema(), run),
        deployment=since,
    )


def recreates(*refs: ObjectRef) -> Rerun:
    return Rerun(outcome=RerunOutcome.RECREATES, recreated=refs)


COLUMN = ObjectRef(kind=ObjectKind.COLUMN, schema="public", table="User", name="name")
KEY = ObjectRef(kind=ObjectKind.CONSTRAINT, schema="public", table="User", name="User_key")


@pytest.mark.parametrize(
    ("rerun", "said"),
    [
        (recreates(COLUMN, USER, KEY), "makes table public.User anew: the rows are gone"),
        (recreates(COLUMN, KEY), "makes column public.User.name anew: the values are gone"),
        (Rerun(outcome=RerunOutcome.CHANGES, made=(USER,)), "leaves something else behind: table public.User"),
        (Rerun(outcome=RerunOutcome.CHANGES), "changes rows or definitions"),
        (Rerun(outcome=RerunOutcome.CHANGES, on_rows=True), "changes rows, seen on made-up ones"),
    ],
)
def test_a_second_run_that_succeeds_and_does_harm_is_told(build: Build, judge: Judge, rerun: Rerun, said: str) -> None:
    (found,) = judge("RES004", again(build, rerun)).findings
    assert found.message == f"the second run of 1 succeeds, and {said}"
    assert (found.severity, found.described) == (Severity.WARN, False)


@pytest.mark.parametrize(
    "rerun",
    [
        recreates(KEY),
        Rerun(outcome=RerunOutcome.SAME),
        Rerun(outcome=RerunOutcome.FAILED, error=RunError(sqlstate="42P07", message="there")),
    ],
)
def test_one_that_fails_or_makes_only_keys_anew_does_none(build: Build, judge: Judge, rerun: Rerun) -> None:
    assert judge("RES004", again(build, rerun)).outcome is Outcome.PASSED


def test_a_claim_of_resilience_is_judged_once(build: Build, judge: Judge) -> None:
    assert judge("RES004", again(build, recreates(USER), claims=True)).findings == ()


def test_what_the_deployment_does_not_run_is_only_described(build: Build, judge: Judge) -> None:
    result = judge("RES004", again(build, recreates(USER), runs=False))
    assert result.outcome is Outcome.PASSED
    assert [(found.severity, found.described) for found in result.findings] == [(Severity.NOTE, True)]


def test_without_a_second_run_nothing_has_passed(build: Build, judge: Judge) -> None:
    result = judge("RES004", again(build, None))
    assert result.outcome is Outcome.SKIPPED
    assert result.why == "no second run of 1: it leaves a transaction open; 0 of 1 migration run twice"


def test_a_deploy_that_stopped_is_no_pass_for_what_did_not_run(build: Build, judge: Judge) -> None:
    first = MigrationRun(migration="1", position=1, outcome=RunOutcome.APPLIED, rerun=Rerun(outcome=RerunOutcome.SAME))
    failed = MigrationRun(migration="2", position=2, outcome=RunOutcome.FAILED)
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=(build.migration("1"), build.migration("2")),
        rehearsal=build.rehearsal(Schema(), first, failed),
    )
    result = judge("RES004", gathered)
    assert (result.outcome, result.given) == (Outcome.SKIPPED, True)
    assert result.why.startswith("the clean deploy did not finish (RES001)")
    harmful = replace(first, rerun=recreates(USER))
    found = judge("RES004", replace(gathered, rehearsal=build.rehearsal(Schema(), harmful, failed)))
    assert (found.outcome, len(found.findings)) == (Outcome.FAILED, 1)


@pytest.mark.parametrize("outcome", [RunOutcome.APPLIED, RunOutcome.FAILED])
def test_where_nothing_is_claimed_nothing_is_asked_for(build: Build, judge: Judge, outcome: RunOutcome) -> None:
    run = MigrationRun(migration="1", position=1, outcome=outcome)
    unclaimed = replace(claims(build, run), config=Config())
    for gathered in (unclaimed, replace(unclaimed, rehearsal=None)):
        result = judge("RES003", gathered)
        assert (result.outcome, result.given) == (Outcome.SKIPPED, False)
        assert result.why == "pgready.toml claims no migration to be resilient"


def test_a_claim_is_not_proved_where_a_guard_cannot_be_read(build: Build, judge: Judge) -> None:
    run = MigrationRun(migration="1", position=1, outcome=RunOutcome.APPLIED, rerun=Rerun(outcome=RerunOutcome.SAME))
    gathered = claims(build, run)
    place = f"{gathered.migrations[0].file}:3:4: column public.User.extra under a condition that cannot be read"
    result = judge("RES003", replace(gathered, opaque=(place,)))
    assert (result.outcome, result.given) == (Outcome.SKIPPED, True)
    assert result.why.startswith(f"what 1 leaves out is not known ({place})")
    assert judge("RES003", replace(gathered, opaque=("other.sql:1:1: cannot be read",))).outcome is Outcome.PASSED
