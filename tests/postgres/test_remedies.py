"""Remedies for a wrong order on a real server: what works, what fails, and that the rehearsal itself is untouched."""

from collections.abc import Sequence

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
