"""RES006 and RES009: what a failure midway leaves, and what is advised about it."""

from collections.abc import Sequence

import pytest

from builders import Build
from pgready.checks.gathered import Gathered
from pgready.checks.partial_states import res006, res009
from pgready.config import Config
from pgready.findings import CheckResult, Finding, Outcome, Severity
from pgready.model.crash_points import CrashPoint, Recovery, RecoveryTrial
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, RunOutcome, Sending

A = ObjectRef(kind=ObjectKind.TABLE, schema="public", name="a")
OF_A = ObjectRef(kind=ObjectKind.COLUMN, schema="public", table="a", name="id")
INDEX = ObjectRef(kind=ObjectKind.INDEX, schema="public", table="a", name="a b")
FAILS = RecoveryTrial(recovery=Recovery.AGAIN, works=False, why="exists (42P07)", sqlstate="42P07")
KEEPS = RecoveryTrial(recovery=Recovery.AGAIN, works=False, why="ends well", invalid=(INDEX,))
AGAIN = RecoveryTrial(recovery=Recovery.AGAIN, works=True)
REST = RecoveryTrial(recovery=Recovery.REST, works=True, sql=("SET search_path = s;",))
WHOLE = CrashPoint(statements=2, line=None, trials=(AGAIN,))


def point(
    *trials: RecoveryTrial, line: int = 3, statements: int = 1, inside: bool = False, unseen: str | None = None
) -> CrashPoint:
    stays = () if unseen else (OF_A, A)
    return CrashPoint(statements=statements, line=line, inside=inside, stays=stays, trials=trials, unseen=unseen)


def run(
    *points: CrashPoint,
    skipped: str | None = None,
    enclosable: bool | None = None,
    name: str = "1",
    sending: Sending = Sending.BY_STATEMENT,
) -> MigrationRun:
    return MigrationRun(
        migration=name,
        position=1,
        outcome=RunOutcome.APPLIED,
        sending=sending,
        crash_points=points,
        crash_skipped=skipped,
        enclosable=enclosable,
    )


def judged(*runs: MigrationRun, running: Sequence[str] = ("1",), rule: str = "RES009") -> CheckResult:
    build = Build()
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=tuple(build.migration(each.migration, number) for number, each in enumerate(runs, 1)),
        deployment=Deployment(kind=DeploymentKind.SINCE, migrations=frozenset(running), base="main"),
    )
    return (res009 if rule == "RES009" else res006)(gathered, build.rehearsal(Schema(), *runs))


def the_one(result: CheckResult) -> Finding:
    (found,) = result.findings
    return found


def test_a_migration_that_leaves_nothing_passes() -> None:
    result = judged(run(WHOLE))
    assert (result.outcome, result.findings) == (Outcome.PASSED, ())
    assert result.why == "1 migration stopped at 1 place: 0 leave something"


def test_a_partial_state_that_is_repaired_is_a_note_with_the_commands_that_were_tried() -> None:
    result = judged(run(point(FAILS, REST), point(AGAIN, line=9)))
    found = the_one(result)
    assert (result.outcome, found.severity) == (Outcome.PASSED, Severity.NOTE)
    assert "failing at line 3 it leaves table public.a" in found.message
    assert "column" not in found.message
    fix = found.fix or ""
    assert "After a failure at line 3, seen to work: run SET search_path = s; by hand, then run the text by hand" in fix
    assert "`prisma migrate resolve --applied 1`" in fix
    assert "After a failure at line 9, seen to work: `prisma migrate resolve --rolled-back 1`" in fix


def test_where_nothing_that_was_tried_works_it_warns_and_advises_no_recovery() -> None:
    found = the_one(judged(run(point(AGAIN), point(FAILS, line=7))))
    assert found.severity is Severity.WARN
    assert found.location is not None
    assert found.location.line == 7
    assert "again: exists (42P07)" in found.message
    assert "Nothing that was tried repairs the other places" in (found.fix or "")
    assert "resolve" not in (the_one(judged(run(point(FAILS)))).fix or "")


def test_a_transaction_around_it_is_advised_only_where_it_was_tried() -> None:
    assert "BEGIN;" in (the_one(judged(run(point(FAILS, REST), enclosable=True))).fix or "")
    for enclosable in (False, None):
        assert "BEGIN;" not in (the_one(judged(run(point(FAILS, REST), enclosable=enclosable))).fix or "")


def test_what_the_deployment_does_not_run_is_only_described() -> None:
    result = judged(run(point(FAILS)), run(WHOLE, name="2"), running=["2"])
    assert (result.outcome, the_one(result).severity, the_one(result).described) == (
        Outcome.PASSED,
        Severity.NOTE,
        True,
    )


@pytest.mark.parametrize("rule", ["RES006", "RES009"])
def test_a_migration_that_could_not_be_stopped_is_never_a_pass(rule: str) -> None:
    for why in ("it is not applied", None):
        result = judged(run(WHOLE), run(name="2", skipped=why), running=["1", "2"], rule=rule)
        assert (result.outcome, result.given) == (Outcome.SKIPPED, True)
        assert f"2 was not stopped: {why or 'it was not asked for'}" in result.why
    outside = judged(run(WHOLE), run(name="2", skipped="it is not applied"), running=["1"], rule=rule)
    assert outside.outcome is Outcome.PASSED


@pytest.mark.parametrize("rule", ["RES006", "RES009"])
def test_nothing_stopped_is_nothing_given(rule: str) -> None:
    result = judged(run(), rule=rule)
    assert (result.outcome, result.given) == (Outcome.SKIPPED, False)


def test_a_name_that_a_shell_would_read_is_quoted() -> None:
    fix = the_one(judged(run(point(AGAIN), name="a; rm -rf /"), running=["a; rm -rf /"])).fix or ""
    assert "--rolled-back 'a; rm -rf /'" in fix


def test_an_index_that_the_second_try_keeps_invalid_is_found_with_how_to_drop_it() -> None:
    result = judged(run(point(KEEPS, inside=True)), rule="RES006")
    found = the_one(result)
    assert (result.outcome, found.severity, found.object) == (Outcome.FAILED, Severity.WARN, "public.a.a b")
    assert 'DROP INDEX CONCURRENTLY IF EXISTS "public"."a b";' in (found.fix or "")
    described = judged(run(point(KEEPS, inside=True)), run(WHOLE, name="2"), running=["2"], rule="RES006")
    assert (described.outcome, the_one(described).severity) == (Outcome.PASSED, Severity.NOTE)


def test_an_index_that_the_second_try_fails_over_is_none() -> None:
    assert judged(run(point(FAILS, inside=True)), rule="RES006").findings == ()


def test_only_places_at_which_it_was_stopped_make_a_range_of_lines() -> None:
    every = [point(REST if line != 5 else FAILS, line=line, statements=line - 1) for line in range(2, 8)]
    fix = the_one(judged(run(*every))).fix or ""
    assert "After a failure at line 2 or 3 or 4 or 6 or 7, seen to work" in fix
    fix = the_one(judged(run(*[each for each in every if each.recovery]))).fix or ""
    assert "After a failure at lines 2 to 7, seen to work" in fix


def test_statements_on_one_line_are_numbered() -> None:
    fix = the_one(judged(run(point(AGAIN, line=1), point(REST, line=1, statements=2)))).fix or ""
    assert "After a failure at statement 2, seen to work: `prisma migrate resolve --rolled-back 1`" in fix
    assert "After a failure at statement 3, seen to work: run" in fix


def test_the_rest_of_a_text_that_is_sent_whole_begins_behind_its_last_commit_wherever_it_failed() -> None:
    rests = point(FAILS, REST, line=4), point(FAILS, REST, line=9, statements=5)
    fix = the_one(judged(run(*rests, sending=Sending.WHOLE))).fix or ""
    assert "After a failure at line 4 or behind it, before line 9, seen to work" in fix
    assert (
        "run the text by hand from line 4 on, wherever behind it it failed, inside BEGIN and COMMIT (or in one" in fix
    )
    assert "run the text by hand from line 9 on" in fix
    assert "from the statement that failed" not in fix


def test_what_may_have_changed_rows_is_no_place_that_leaves_nothing() -> None:
    result = judged(run(point(REST, unseen="line 1 was tried on made-up rows, none of which it meets")))
    assert result.why.endswith("1 leave something, 1 of them with a recovery that works")
    assert (
        "it may have changed rows (line 1 was tried on made-up rows, none of which it meets)" in the_one(result).message
    )


def test_what_ends_transactions_inside_is_told_with_the_reason_that_nothing_was_tried() -> None:
    found = the_one(judged(run(point(line=1, statements=0, inside=True, unseen="it may end transactions inside"))))
    assert found.severity is Severity.WARN
    assert found.message.endswith("Nothing can be tried that would repair it")
    assert "Give each step" not in (found.fix or "")


@pytest.mark.parametrize("rule", ["RES006", "RES009"])
def test_a_migration_outside_of_the_deployment_that_could_not_be_stopped_is_told(rule: str) -> None:
    result = judged(run(WHOLE), run(name="2", skipped="it hangs"), rule=rule)
    assert result.outcome is Outcome.PASSED
    assert result.why.endswith("outside of the deployment 2 was not stopped: it hangs")
