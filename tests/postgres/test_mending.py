"""A deployment that fails because of the order is rehearsed in other orders, and the smallest that works is told."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.migration import Migration
from pgready.model.trace import Rehearsal, RunOutcome, Trial
from pgready.orchestrator.mending import Mending
from pgready.rehearsal import rehearse
from pgready.rehearsal.remedies import rearranged
from pgready.sources.sql import read_scripts
from pgready.sources.sql.pieces import pieces
from rehearsals import of_texts

A = "CREATE TABLE a (id int PRIMARY KEY);"
B = "CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a (id));"
C = "CREATE TABLE c (id int PRIMARY KEY, b int REFERENCES b (id));"
D = "ALTER TABLE c ADD COLUMN x int;"


def dated(texts: Sequence[str]) -> list[Migration]:
    """Migrations of consecutive days at noon: 20250101120000_a, 20250102120000_b, ..."""
    return [replace(each, name=f"202501{day:02}120000_{chr(96 + day)}") for day, each in enumerate(of_texts(*texts), 1)]


def mended(migrations: Sequence[Migration], *, by_statement: bool = False) -> Rehearsal:
    cut = {each.name: pieces(each.sql) for each in migrations if each.sql is not None}
    scripts = read_scripts(migrations)
    return rehearse(
        migrations, mends=Mending(migrations=migrations, scripts=scripts), pieces=cut if by_statement else None
    )


def trial_of(*texts: str) -> Trial:
    result = mended(dated(texts))
    assert not result.complete
    (trial,) = result.trials
    assert trial.base_failed
    return trial


def new_names(trial: Trial) -> list[str]:
    return [move.new_name for move in trial.remedy.moves]


def test_what_comes_too_late_gets_a_name_directly_before_what_needs_it() -> None:
    trial = trial_of(A, C, D, B)
    assert trial.works
    assert new_names(trial) == ["20250102000000_d"]
    assert (trial.remedy.moves[0].before, trial.applied, trial.failed) == ("20250102120000_b", 4, None)
    assert "public.c.x" in [str(ref) for ref in trial.appeared]


def test_what_comes_too_early_is_moved_behind_what_it_needs_where_that_is_one_name_less() -> None:
    trial = trial_of(C, A, B, D)
    assert trial.works
    assert new_names(trial) == ["20250104000000_a"]
    assert (trial.remedy.moves[0].before, trial.remedy.moves[0].after) == (None, "20250103120000_c")


def test_a_failure_that_only_moves_is_followed_and_the_fewest_new_names_win() -> None:
    trial = trial_of(D, B, C, A)
    assert trial.works
    assert len(trial.remedy.moves) == 2
    assert trial.applied == 4


@pytest.mark.parametrize(
    "texts",
    [
        ("SELECT f(1);", "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';"),
        ("CREATE TABLE m (x mood);", "CREATE TYPE mood AS ENUM ('a');"),
        ('CREATE TABLE "s.q"."m" (x int);', 'CREATE SCHEMA "s.q";'),
        ("CREATE TABLE m (x citext);", "CREATE EXTENSION citext;"),
        (A, "CREATE INDEX i ON a (x);", "ALTER TABLE a ADD COLUMN x int;"),
        (A, "ALTER TABLE old ADD COLUMN x int;", "ALTER TABLE a RENAME TO old;"),
        ("CREATE TABLE p (x int);", "CREATE TABLE q (x int REFERENCES p (x));", "CREATE UNIQUE INDEX px ON p (x);"),
        (
            "CREATE TYPE mood AS ENUM ('a');",
            "CREATE TABLE m (x mood DEFAULT 'b');",
            "ALTER TYPE mood ADD VALUE 'b';",
        ),
        (A, "CREATE TABLE a (other int);", "ALTER TABLE a RENAME TO old;"),
        (A, "CREATE TABLE b (a int REFERENCES a (id));", "DROP TABLE a;", "ALTER TABLE b DROP CONSTRAINT b_a_fkey;"),
        (A, "DROP TABLE a;", "CREATE TABLE b AS SELECT * FROM a;"),
        ('CREATE TABLE "o""x" (y int REFERENCES "e""; --" (id));', 'CREATE TABLE "e""; --" (id int PRIMARY KEY);'),
    ],
    ids=lambda texts: texts[-1][:30],
)
def test_whatever_kind_of_object_is_missing_or_in_the_way_one_new_name_repairs_it(texts: tuple[str, ...]) -> None:
    trial = trial_of(*texts)
    assert trial.works, trial
    assert len(trial.remedy.moves) == 1
    assert trial.applied == len(texts)


@pytest.mark.parametrize(
    "texts",
    [("SELECT 1/0;", A), ("SELECT * FROM nowhere;", A), (A, "INSERT INTO a VALUES (1), (1);"), (A, A, B)],
    ids=["division", "nobody makes it", "rows", "twice"],
)
def test_a_failure_that_is_none_of_order_is_not_tried(texts: tuple[str, ...]) -> None:
    assert mended(dated(texts)).trials == ()


def test_an_order_that_loses_what_a_later_migration_makes_does_not_work() -> None:
    """The text that is moved makes b, and an older one drops it: by name everything applies, and b is gone."""
    trial = trial_of(A, "CREATE TABLE c (b int REFERENCES b (id));", "DROP TABLE IF EXISTS b CASCADE;", B)
    assert trial.works
    assert new_names(trial) == ["20250104120001_b"], "c goes behind b; b before c would be dropped"
    lost = trial_of(A, "DROP TABLE b;", B)
    assert not lost.works
    assert "public.b" in [str(ref) for ref in lost.vanished]


def test_a_drop_that_fails_for_want_of_an_index_goes_behind_what_makes_it() -> None:
    trial = trial_of(A, "DROP INDEX i; CREATE INDEX j ON a (id);", "CREATE INDEX i ON a (id);")
    assert trial.works
    assert new_names(trial) == ["20250102000000_c"]
    assert [str(ref) for ref in trial.appeared] == ["public.a.j"]


def test_what_is_not_enough_is_told_with_what_fails_then() -> None:
    trial = trial_of("CREATE TABLE c (a int REFERENCES a (id), n int REFERENCES nowhere (id));", A)
    assert not trial.works
    assert trial.error is not None
    assert 'relation "nowhere" does not exist' in trial.error.message


def test_texts_that_are_sent_in_pieces_are_tried_in_pieces() -> None:
    late = "CREATE TABLE a (id int PRIMARY KEY); CREATE INDEX CONCURRENTLY i ON a (id);"
    result = mended(dated([B, late]), by_statement=True)
    assert result.trials[0].works
    assert not mended(dated([B, late])).trials[0].works


def test_what_only_has_another_name_then_is_not_lost() -> None:
    trial = trial_of("ALTER TABLE t RENAME TO u;", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE u ADD x int;")
    assert trial.works, trial
    column = trial_of("ALTER TABLE t RENAME x TO y;", "CREATE TABLE t (x int);", "ALTER TABLE t ADD z int;")
    assert column.works, column
    dropped = trial_of("ALTER TABLE t RENAME TO u; DROP TABLE u;", "CREATE TABLE t (id int);")
    assert not dropped.works, dropped


def test_what_the_deployment_runs_is_renamed_rather_than_what_is_deployed_already() -> None:
    migrations = dated(["ALTER TABLE k ADD z int;", "CREATE TABLE k (i int);"])
    for new, old in ((migrations[0], "20250102120001_a"), (migrations[1], "20250101000000_b")):
        since = Deployment(kind=DeploymentKind.SINCE, migrations=frozenset({new.name}), base="main")
        mending = Mending(migrations=migrations, scripts=read_scripts(migrations), deployment=since)
        (trial,) = rehearse(migrations, mends=mending).trials
        assert trial.works
        assert ([move.migration for move in trial.remedy.moves], new_names(trial)) == ([new.name], [old])


def test_a_complete_rehearsal_is_not_mended() -> None:
    result = mended(dated([A, B]))
    assert (result.complete, result.trials) == (True, ())


@st.composite
def wrong_orders(draw: st.DrawFn) -> list[str]:
    """A good history of tables and columns that need earlier ones, with two of its migrations swapped."""
    size = draw(st.integers(2, 5))
    texts = [f"CREATE TABLE t0 (id int PRIMARY KEY, {', '.join(f'r{n} int' for n in range(size))});"]
    for number in range(1, size):
        needed = sorted(draw(st.sets(st.integers(0, number - 1), min_size=1, max_size=2)))
        keys = ", ".join(f"k{each} int REFERENCES t{each} (id)" for each in needed)
        texts.append(f"CREATE TABLE t{number} (id int PRIMARY KEY, {keys}); CREATE INDEX i{number} ON t{number} (id);")
    one, other = draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    texts[one], texts[other] = texts[other], texts[one]
    return texts


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=wrong_orders())
def test_two_swapped_migrations_are_brought_into_an_order_that_deploys(texts: list[str]) -> None:
    migrations = dated(texts)
    result = mended(migrations)
    if result.complete:
        assert result.trials == ()
        return
    (trial,) = result.trials
    assert trial.works, trial
    assert len(trial.remedy.moves) <= 4
    again = rehearse(rearranged(migrations, trial.remedy))
    assert [run.outcome for run in again.runs] == [RunOutcome.APPLIED] * len(texts)
    assert trial.applied == len(texts)
