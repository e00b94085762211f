"""Remedies for a wrong order on a real server: what works, what fails, and that the rehearsal itself is untouched."""

from collections.abc import Sequence

import pytest

from pgready.model.trace import Move, Rehearsal, Remedy
from pgready.rehearsal import rehearse
from rehearsals import of_texts

SETUP = "CREATE TABLE t (id int PRIMARY KEY, u int);"
GUARDED = """DO $$ BEGIN IF EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 'u') THEN
    ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (u) REFERENCES u (id);
END IF; END $$;"""
LATE = "CREATE TABLE u (id int PRIMARY KEY);"


def tried(texts: Sequence[str], *alternatives: Sequence[Remedy]) -> Rehearsal:
    return rehearse(of_texts(*texts), remedies=lambda _: alternatives)


def test_a_migration_that_runs_earlier_lets_the_key_appear() -> None:
    result = tried([SETUP, GUARDED, LATE], [Remedy(moves=(Move(migration="m3", new_name="m1a", before="m2"),))])
    (trial,) = result.trials
    assert trial.works
    assert [str(ref) for ref in trial.appeared] == ["public.t.k"]
    assert len(result.schema.tables) == 2
    assert not list(result.schema.foreign_keys())


def test_the_text_once_more_at_the_end_lets_it_appear_too() -> None:
    (trial,) = tried([SETUP, GUARDED, LATE], [Remedy(repeats=("m2",))]).trials
    assert trial.works
    assert [str(ref) for ref in trial.appeared] == ["public.t.k"]


def test_one_that_needs_something_itself_fails_and_the_next_place_is_tried() -> None:
    needs = "CREATE TABLE u (id int PRIMARY KEY REFERENCES t (id));"
    first, second = (Move(migration="m3", new_name=new, before=old) for new, old in (("m0", "m1"), ("m1a", "m2")))
    (alone,) = tried([SETUP, GUARDED, needs], [Remedy(moves=(first,))]).trials
    assert (alone.works, alone.failed, alone.error and alone.error.sqlstate) == (False, "m0", "42P01")
    (trial,) = tried([SETUP, GUARDED, needs], [Remedy(moves=(first,)), Remedy(moves=(second,))]).trials
    assert (trial.works, trial.remedy.moves) == (True, (second,))


def test_what_makes_nothing_appear_does_not_work() -> None:
    (trial,) = tried([SETUP, "SELECT 1", LATE], [Remedy(repeats=("m2",))]).trials
    assert (trial.works, trial.failed, trial.appeared) == (False, None, ())


def test_after_a_failure_nothing_is_tried() -> None:
    assert tried([SETUP, "SELECT 1/0"], [Remedy(repeats=("m1",))]).trials == ()


CONFIG = "CREATE TABLE cfg (id int, u int); INSERT INTO cfg VALUES (1, NULL);"


@pytest.mark.parametrize(
    "does",
    [
        "DROP TABLE IF EXISTS cfg; CREATE TABLE cfg (id int, u int);",
        "INSERT INTO cfg VALUES (1, 1);",
        "DELETE FROM cfg;",
        "TRUNCATE t;",
        "DELETE FROM t;",
        "ALTER TABLE cfg DROP COLUMN IF EXISTS u; ALTER TABLE cfg ADD COLUMN u int;",
        "UPDATE cfg SET u = coalesce(u, 0) + 1;",
    ],
)
def test_a_text_that_does_something_else_to_rows_once_more_is_no_remedy(does: str) -> None:
    (trial,) = tried([CONFIG, SETUP, f"{does} {GUARDED}", LATE], [Remedy(repeats=("m3",))]).trials
    assert [str(ref) for ref in trial.appeared][-1:] == ["public.t.k"]
    assert not trial.works, trial
    assert [str(ref) for ref in trial.rows_lost] == ["public.t" if " t" in does.partition(";")[0] else "public.cfg"]


def test_a_migration_that_deletes_what_now_runs_before_it_is_no_remedy() -> None:
    late = "INSERT INTO t VALUES (1, NULL); CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE v ();"
    first = f"DELETE FROM t; {GUARDED}"
    move = Move(migration="m3", new_name="m1a", before="m2")
    (trial,) = tried([SETUP, first, late], [Remedy(moves=(move,))]).trials
    assert (trial.failed, trial.works) == (None, False)
    assert [str(ref) for ref in trial.rows_lost] == ["public.t"]


def test_what_fails_on_made_up_rows_proves_nothing() -> None:
    picky = f"DO $$ BEGIN IF EXISTS (SELECT FROM t) THEN RAISE 'rows'; END IF; END $$; {GUARDED}"
    (trial,) = tried([SETUP, picky, LATE], [Remedy(repeats=("m2",))]).trials
    assert (trial.failed, trial.works, trial.unproved) == (None, False, "on made-up rows it fails")


def test_a_text_whose_second_run_changes_something_is_not_repeated() -> None:
    text = f"ALTER TABLE t ADD CHECK (id > 0); {GUARDED}"
    result = rehearse(
        of_texts(SETUP, text, LATE), rerun={"m1", "m2", "m3"}, remedies=lambda _: [[Remedy(repeats=("m2",))]]
    )
    (trial,) = result.trials
    assert (trial.works, trial.unproved) == (False, "a second run of m2 changes what is there")
