"""The advice of a finding about the order says what was rehearsed, with its numbers, and what Prisma makes of it."""

from dataclasses import replace

import pytest

from builders import Build, Judge
from pgready.checks import Gathered
from pgready.checks.proven import how_to_finish, how_to_order
from pgready.config import Config
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, Move, Rehearsal, Remedy, RunError, RunOutcome, Sending, Skip, Trial

MOVES = (
    Move(migration="add_auth", new_name="20250101000000_add_auth", before="20250102_b"),
    Move(migration="20250103_c", new_name="20250104000001_c", after="20250104000000_d"),
)
REFUSED = RunError(sqlstate="42P01", message='relation "t" does not exist')


@pytest.fixture
def declared(build: Build) -> Schema:
    return Schema(tables=(build.table("User"), build.table("Post", keys=(build.key("Post", "userId", "User"),))))


def rehearsal(build: Build, *trials: Trial) -> Rehearsal:
    runs = build.run("a", 1, RunOutcome.FAILED), build.run("b", 2, RunOutcome.NOT_REACHED)
    return replace(build.rehearsal(Schema(), *runs), trials=trials)


def appeared(build: Build) -> tuple[ObjectRef, ...]:
    kinds = ObjectKind.TABLE, ObjectKind.COLUMN, ObjectKind.INDEX
    return (
        *(build.ref(kind, "Post", None if kind is ObjectKind.TABLE else "Post") for kind in kinds),
        build.ref(ObjectKind.CONSTRAINT, "Post_pkey", "Post"),
        build.ref(ObjectKind.CONSTRAINT, "Post_userId_fkey", "Post"),
    )


def test_an_order_that_deploys_is_told_with_every_name_and_number(build: Build, declared: Schema) -> None:
    trial = Trial(remedy=Remedy(moves=MOVES), appeared=appeared(build), applied=16, base_failed=True)
    assert how_to_finish(rehearsal(build, trial), declared) == (
        "If no database has recorded them yet, rename add_auth to 20250101000000_add_auth and 20250103_c to "
        "20250104000001_c: rehearsed so, all 16 migrations apply and 1 table, 1 foreign key appear. Where one has, "
        "Prisma takes the new name for a new migration and runs the text again, unless it is told before: "
        "`prisma migrate resolve --applied 20250101000000_add_auth` and "
        "`prisma migrate resolve --applied 20250104000001_c`. "
        "A new migration cannot help: the deployment never comes to it."
    )


def test_an_order_that_does_not_deploy_is_no_advice(build: Build, declared: Schema) -> None:
    trial = Trial(remedy=Remedy(moves=MOVES[:1]), failed="x", error=REFUSED, applied=2, base_failed=True)
    assert how_to_finish(rehearsal(build, trial), declared) == (
        "To rename add_auth to 20250101000000_add_auth is not enough: rehearsed so, x fails: relation "
        '"t" does not exist (SQLSTATE 42P01). No order of them was found that deploys.'
    )


def test_an_order_that_deploys_and_loses_something_is_told_as_such(build: Build, declared: Schema) -> None:
    trial = Trial(
        remedy=Remedy(moves=MOVES[:1]), applied=2, base_failed=True, vanished=(build.ref(ObjectKind.TABLE, "User"),)
    )
    assert how_to_finish(rehearsal(build, trial), declared) == (
        "To rename add_auth to 20250101000000_add_auth lets it deploy, and loses something: rehearsed so, all 2 "
        "migrations apply, but table public.User is lost. No order of them was found that deploys and loses nothing."
    )


def test_a_name_is_quoted_for_the_shell_where_a_command_is_told(build: Build, declared: Schema) -> None:
    name = "20240101000000_b; touch $(whoami) #"
    move = Move(migration="b; touch $(whoami) #", new_name=name, before="c")
    told = how_to_finish(rehearsal(build, Trial(remedy=Remedy(moves=(move,)), applied=2, base_failed=True)), declared)
    assert told is not None
    assert f"`prisma migrate resolve --applied '{name}'`" in told


def test_without_a_trial_the_rule_speaks_for_itself(build: Build, declared: Schema) -> None:
    assert how_to_finish(rehearsal(build), declared) is None
    of_skips = Trial(remedy=Remedy(moves=MOVES[:1]), appeared=appeared(build), applied=2)
    assert how_to_finish(rehearsal(build, of_skips), declared) is None


def skip(build: Build, made_by: str | None = "add_auth") -> Skip:
    return Skip(
        migration="20250102_b",
        position=1,
        guard="EXISTS",
        asked_for=build.ref(ObjectKind.TABLE, "User"),
        would_make=build.ref(ObjectKind.CONSTRAINT, "Post_userId_fkey", "Post"),
        exists_at_end=False,
        made_by=made_by,
        made_at=2,
        location=Location("b/migration.sql"),
    )


def test_a_skipped_key_names_the_new_name_and_the_text_that_were_seen_to_make_it(
    build: Build, declared: Schema
) -> None:
    key = appeared(build)[-1:]
    trials = (
        Trial(remedy=Remedy(moves=MOVES[:1]), appeared=key, applied=3),
        Trial(remedy=Remedy(repeats=("20250102_b",)), appeared=key, applied=4),
    )
    assert how_to_order(skip(build), rehearsal(build, *trials), declared) == (
        "If no database has recorded it yet, rename add_auth to 20250101000000_add_auth: rehearsed so, all 3 "
        "migrations apply and 1 foreign key appears. Otherwise add a new migration that holds the text of "
        "20250102_b once more: rehearsed so, it is made."
    )


def test_what_did_not_make_the_key_itself_is_not_promised_for_it(build: Build, declared: Schema) -> None:
    other = (build.ref(ObjectKind.INDEX, "i", "Post"),)
    trials = (
        Trial(remedy=Remedy(moves=MOVES[:1]), appeared=other, applied=3),
        Trial(remedy=Remedy(repeats=("20250102_b",)), appeared=other, applied=4),
    )
    told = how_to_order(skip(build), rehearsal(build, *trials), declared)
    assert told is not None
    assert "rehearsed" not in told
    assert how_to_order(skip(build, made_by=None), rehearsal(build, *trials), declared) is None


_ERROR = RunError(sqlstate="42P01", message='relation "u" does not exist', statement=2)
_FAILED = MigrationRun(migration="1", position=1, outcome=RunOutcome.FAILED, error=_ERROR)


def _sent_either_way(build: Build, other: MigrationRun, *trials: Trial) -> Gathered:
    failed = replace(build.rehearsal(Schema(), _FAILED), otherwise=(other,), trials=trials)
    return Gathered(config=Config(), declared=Schema(), migrations=(build.migration("1"),), rehearsal=failed)


def test_what_fails_either_way_is_one_finding_that_says_what_stays(build: Build, judge: Judge) -> None:
    apart = replace(_FAILED, sending=Sending.BY_STATEMENT, made=(build.ref(ObjectKind.TABLE, "t"),))
    (found,) = judge("RES001", _sent_either_way(build, apart)).findings
    assert found.message == (
        '1 (number 1) fails: relation "u" does not exist (SQLSTATE 42P01); Prisma 7.4 and newer send it statement by '
        "statement, so that what stands before the error stays"
    )
    other = replace(apart, error=REFUSED)
    first, second = judge("RES001", _sent_either_way(build, other)).findings
    assert "older versions" not in first.message + second.message


def test_the_order_that_was_seen_to_deploy_is_the_fix_of_a_failure(build: Build, judge: Judge) -> None:
    move = Move(migration="2", new_name="0_2", before="1")
    trial = Trial(remedy=Remedy(moves=(move,)), applied=2, base_failed=True)
    (found,) = judge("RES001", _sent_either_way(build, _FAILED, trial)).findings
    assert found.fix is not None
    assert "rename 2 to 0_2: rehearsed so, all 2 migrations apply." in found.fix
