"""Migrations that are stopped on purpose: what stays, and which recovery leads to where an undisturbed run ends."""

import contextlib
from collections.abc import Sequence

import pytest

from crashes import AGAIN, REST, UNDO, T, crashed, stays, tried, works
from pgready.model.trace import RunOutcome
from pgready.rehearsal import Limits, rehearse
from pgready.rehearsal.catalog_state import State, read_state
from pgready.rehearsal.cluster import throwaway_cluster
from pgready.rehearsal.crash_points import along, with_crash_points
from pgready.rehearsal.database import Database, new_database
from pgready.sources.sql.pieces import pieces
from rehearsals import of_texts


def test_a_text_that_is_one_transaction_leaves_nothing_and_can_be_run_again() -> None:
    *_, run = crashed(T, "ALTER TABLE t ADD w integer;\nINSERT INTO t VALUES (1);\nDROP TABLE IF EXISTS x -- the end")
    (point,) = run.crash_points
    assert (point.statements, point.line, point.partial, tried(point)) == (3, None, False, [(AGAIN, True)])
    assert run.crash_skipped is None


def test_sequences_go_on_as_if_nothing_had_been_stopped() -> None:
    *_, run = crashed(
        "CREATE TABLE t (id serial PRIMARY KEY); CREATE TABLE u (id integer REFERENCES t)",
        "INSERT INTO t DEFAULT VALUES",
        "INSERT INTO u VALUES (1)",
    )
    assert (run.outcome, run.crash_skipped, len(run.crash_points)) == (RunOutcome.APPLIED, None, 1)


def test_what_a_commit_in_the_middle_has_kept_is_told_and_the_rest_is_run_by_hand() -> None:
    *_, run = crashed(T, "CREATE TABLE a ();\nBEGIN;\nCREATE TABLE b ();\nCOMMIT;\nCREATE TABLE c ();\nSELECT 1;")
    (point,) = run.crash_points
    assert (point.statements, point.line, stays(point)) == (4, 5, {"table public.a", "table public.b"})
    assert tried(point) == [(AGAIN, False), (REST, True)]
    assert point.trials[0].sqlstate == "42P07"


def test_a_text_within_begin_and_commit_leaves_nothing() -> None:
    for by_statement in (False, True):
        *_, run = crashed(T, "BEGIN; CREATE TABLE a (); CREATE TABLE b (); COMMIT;", by_statement=by_statement)
        assert [point.partial for point in run.crash_points] == [False]


def test_a_commit_without_a_begin_keeps_what_stands_before_it() -> None:
    *_, run = crashed(T, "CREATE TABLE a ();\nCOMMIT;\nCREATE TABLE b ();")
    assert [(stays(point), works(point).recovery) for point in run.crash_points] == [({"table public.a"}, REST)]


def test_each_statement_that_is_sent_alone_stays_and_the_rest_is_run_by_hand() -> None:
    *_, run = crashed(T, "CREATE TABLE a ();\n-- b\nCREATE TABLE b ();\n\nDROP TABLE t;\nSELECT 1", by_statement=True)
    assert [(point.statements, point.line) for point in run.crash_points] == [(1, 3), (2, 5), (3, 6)]
    assert [tried(point) for point in run.crash_points] == [[(AGAIN, False), (REST, True)]] * 3
    assert stays(run.crash_points[1]) == {"table public.a", "table public.b"}
    assert "t" in {ref.name for ref in run.crash_points[2].gone}
    assert run.enclosable


def test_guarded_statements_are_simply_run_again() -> None:
    *_, run = crashed(
        T, "CREATE TABLE IF NOT EXISTS a (); ALTER TABLE t ADD COLUMN IF NOT EXISTS w int;", by_statement=True
    )
    assert [tried(point) for point in run.crash_points] == [[(AGAIN, True)]]


def test_what_the_session_was_set_to_is_set_again_before_the_rest() -> None:
    text = "CREATE SCHEMA s; SET search_path = s; CREATE TABLE a (); SET search_path = public;"
    *_, run = crashed(T, text, by_statement=True)
    assert [works(point).sql for point in run.crash_points] == [
        (),
        ("SET search_path = s;",),
        ("SET search_path = s;",),
    ]
    assert [works(point).recovery for point in run.crash_points] == [REST, REST, REST]


def test_a_temporary_table_is_gone_so_that_only_undoing_what_stays_helps() -> None:
    *_, run = crashed(
        T,
        "CREATE TEMP TABLE x AS SELECT 1 AS n; CREATE TABLE k (n int); INSERT INTO k SELECT n FROM x;",
        by_statement=True,
    )
    first, point = run.crash_points
    assert (first.partial, tried(first)) == (False, [(AGAIN, True)])
    assert tried(point) == [(AGAIN, False), (REST, False), (UNDO, True)]
    assert works(point).sql == ('DROP TABLE "public"."k";',)


def test_where_nothing_that_was_tried_works_nothing_is_advised() -> None:
    text = "CREATE TEMP TABLE x AS SELECT id FROM t; DELETE FROM t; INSERT INTO u SELECT id FROM x;"
    *_, run = crashed(T + "CREATE TABLE u (id int); INSERT INTO t VALUES (1);", text, by_statement=True)
    first, point = run.crash_points
    assert not first.partial
    assert point.altered
    assert point.recovery is None
    assert [trial.sqlstate for trial in point.trials] == [None, "42P01"]
    assert "other rows in table public.u" in (point.trials[0].why or "")


def test_rows_that_a_second_run_doubles_are_another_state() -> None:
    *_, run = crashed(
        "CREATE TABLE t (n int);", "INSERT INTO t VALUES (1); CREATE TABLE IF NOT EXISTS u ();", by_statement=True
    )
    (point,) = run.crash_points
    assert tried(point) == [(AGAIN, False), (REST, True)]
    assert point.trials[0].sqlstate is None


def test_rows_that_are_others_each_time_are_counted() -> None:
    text = "INSERT INTO t VALUES (clock_timestamp()); CREATE TABLE u ();"
    *_, run = crashed("CREATE TABLE t (at timestamptz);", text, by_statement=True)
    assert [tried(point) for point in run.crash_points] == [[(AGAIN, False), (REST, True)]]


def test_an_index_that_was_built_concurrently_stays_invalid_and_is_dropped_first() -> None:
    *_, run = crashed(T, "CREATE INDEX CONCURRENTLY i ON t (v);")
    (point,) = run.crash_points
    assert (point.inside, point.line, stays(point)) == (True, 1, {"index public.t.i"})
    assert [(*pair, trial.sqlstate) for pair, trial in zip(tried(point), point.trials, strict=True)] == [
        (AGAIN, False, "42P07"),
        (UNDO, True, None),
    ]
    assert works(point).sql == ('DROP INDEX CONCURRENTLY "public"."i";',)


def test_if_not_exists_keeps_an_index_that_is_not_valid() -> None:
    *_, run = crashed(T, "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (v);")
    again, undone = run.crash_points[0].trials
    assert (again.works, again.sqlstate, [str(index) for index in again.invalid]) == (False, None, ["public.t.i"])
    assert (undone.recovery, undone.works, undone.invalid) == (UNDO, True, ())


def test_an_invalid_index_is_dropped_before_the_rest_is_run() -> None:
    text = "ALTER TABLE t DROP COLUMN v;\nCREATE INDEX CONCURRENTLY i ON t (id);\nCREATE TABLE k ();"
    *_, run = crashed(T, text, by_statement=True)
    inside = next(point for point in run.crash_points if point.inside)
    assert (inside.statements, inside.line) == (1, 2)
    assert works(inside).sql == ('DROP INDEX CONCURRENTLY "public"."i";',)
    assert tried(inside) == [(AGAIN, False), (REST, False), (REST, True)]


def test_what_finds_nothing_to_do_concurrently_cannot_be_stopped_inside() -> None:
    *_, run = crashed(T, "DROP INDEX CONCURRENTLY IF EXISTS i;")
    assert [(point.inside, point.partial) for point in run.crash_points] == [(False, False)]


def test_objects_that_need_each_other_are_dropped_in_an_order_that_works() -> None:
    text = """CREATE TEMP TABLE x (); CREATE TYPE e AS ENUM ('a');
    CREATE FUNCTION f(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n';
    CREATE TABLE a (id serial PRIMARY KEY, e e);
    CREATE TABLE b (id integer PRIMARY KEY DEFAULT f(1), a integer REFERENCES a);
    ALTER TABLE a ADD b integer REFERENCES b; ALTER TABLE t ADD w e; CREATE INDEX ON t (w);
    CREATE VIEW y AS SELECT w FROM t;
    INSERT INTO a SELECT FROM x;"""
    *_, run = crashed(T, text, by_statement=True)
    point = run.crash_points[-1]
    assert works(point).recovery is UNDO
    assert 'DROP ROUTINE "public"."f"(n integer);' in works(point).sql
    assert works(point).sql[0] == 'DROP VIEW "public"."y";'


def test_names_cannot_break_out_of_what_is_dropped() -> None:
    name = 'x"; DROP TABLE t; --\n'
    quoted = '"' + name.replace('"', '""') + '"'
    text = f"CREATE TEMP TABLE z (n int); CREATE TABLE {quoted} ({quoted} int); INSERT INTO {quoted} SELECT n FROM z;"
    *_, run = crashed(T, text, by_statement=True)
    assert works(run.crash_points[1]).sql == (f'DROP TABLE "public".{quoted};',)


def test_a_second_run_that_hangs_is_stopped_and_nothing_is_advised() -> None:
    text = """DO $$ BEGIN IF to_regclass('a') IS NOT NULL THEN PERFORM pg_sleep(600); END IF; END $$;
        CREATE TABLE a (); SELECT 1;"""
    *_, run = crashed(T, text, by_statement=True, limits=Limits(migration_seconds=0.7))
    assert (run.outcome, run.crash_points) == (RunOutcome.APPLIED, ())
    assert "a recovery was stopped by pgready" in (run.crash_skipped or "")


def test_a_migration_that_sleeps_too_long_is_told_and_those_behind_it_as_well() -> None:
    text = "CREATE TABLE a (); SELECT pg_sleep(0.5); CREATE TABLE b ();"
    runs = crashed(T, text, by_statement=True, limits=Limits(total_seconds=0.9))
    assert [run.outcome for run in runs] == [RunOutcome.APPLIED] * 2
    assert runs[-1].crash_points == ()
    assert "over" in (runs[-1].crash_skipped or "")


HOSTILE = {
    "ends its own connection the second time": """DO $$ BEGIN
        IF to_regclass('a') IS NOT NULL THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; END $$""",
    "ends all other connections": """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE usename = current_user AND pid <> pg_backend_pid() AND datname <> 'rehearsal'""",
    "changes the password": "ALTER ROLE CURRENT_USER PASSWORD 'mine'",
    "makes a template of it": """DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I IS_TEMPLATE true', current_database()); END $$""",
    "lets nobody in": "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 0', current_database()); END $$",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_migrations_end_the_rehearsal_nowhere(text: str) -> None:
    text += "; CREATE TABLE a (); CREATE TABLE b ();"
    runs = crashed(T, text, "CREATE TABLE last ();", by_statement=True)
    assert [run.outcome for run in runs] == [RunOutcome.APPLIED] * 3
    assert all(run.crash_points or run.crash_skipped for run in runs)


def test_what_needs_the_session_of_a_migration_before_it_is_not_judged() -> None:
    migrations = of_texts("CREATE SCHEMA s; SET search_path = s, public;", "CREATE TABLE a (); CREATE TABLE b ();", T)
    apart = {"m2": pieces(migrations[1].sql or "")}
    runs = rehearse(migrations, pieces=apart, crashed={"m2", "m3"}).runs
    assert [run.crash_points for run in runs] == [(), (), ()]
    assert all("in a session of its own m2" in (run.crash_skipped or "") for run in runs[1:])


@pytest.mark.parametrize("by_statement", [True, False])
def test_a_statement_of_maintenance_leaves_nothing(by_statement: bool) -> None:  # noqa: FBT001  # a parameter of pytest
    *_, run = crashed(T, "VACUUM ANALYZE t;", by_statement=by_statement)
    assert [(point.line, point.partial) for point in run.crash_points] == [(1, False)]


@pytest.mark.parametrize("by_statement", [True, False])
def test_a_block_that_commits_is_told_as_what_cannot_be_stopped_inside(by_statement: bool) -> None:  # noqa: FBT001  # a parameter of pytest
    block = """DO $$ DECLARE n int; BEGIN LOOP UPDATE t SET v = 1 WHERE v IS NULL; GET DIAGNOSTICS n = ROW_COUNT;
        EXIT WHEN n = 0; COMMIT; END LOOP; END $$;"""
    *_, run = crashed(T, block, by_statement=by_statement)
    (point,) = run.crash_points
    assert (point.inside, point.partial, point.trials) == (True, True, ())
    assert "may end transactions inside" in (point.unseen or "")


def test_a_rebuild_that_was_stopped_leaves_an_index_that_no_if_not_exists_keeps() -> None:
    *_, run = crashed(T, "REINDEX INDEX CONCURRENTLY t_pkey;")
    (point,) = run.crash_points
    assert point.trials[0].invalid == ()
    assert works(point).recovery is UNDO


def test_what_takes_longer_than_a_stop_may_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(along, "_MOST_SECONDS_EACH", 0.4)
    runs = crashed(T, "SELECT pg_sleep(0.6);", "CREATE TABLE a ();")
    assert [bool(run.crash_points) for run in runs] == [True, False, True]
    assert "it takes longer than" in (runs[1].crash_skipped or "")


def test_a_migration_that_ends_other_connections_of_its_database_is_stopped_like_others() -> None:
    text = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid(); SELECT 1"""
    runs = crashed(T, text, "CREATE TABLE a ();")
    assert [(bool(run.crash_points), run.crash_skipped) for run in runs] == [(True, None)] * 3


def test_a_password_that_a_migration_changes_keeps_nobody_from_stopping_the_next_one() -> None:
    runs = crashed(T, "ALTER ROLE CURRENT_USER PASSWORD 'mine'; SELECT 1;", "CREATE TABLE a ();")
    assert [bool(run.crash_points) for run in runs] == [True] * 3


def test_only_what_is_asked_for_is_stopped() -> None:
    migrations = of_texts(T, "CREATE TABLE a ();", "CREATE TABLE b ();")
    runs = rehearse(migrations, crashed={"m2"}).runs
    assert [len(run.crash_points) for run in runs] == [0, 1, 0]
    assert [run.crash_skipped for run in runs] == [None] * 3


def test_the_states_of_a_stop_in_place_are_equal_by_everything_that_can_be_compared() -> None:
    """What the number of its transaction says is seen in catalogs and rows."""
    with (
        throwaway_cluster() as cluster,
        new_database(cluster) as plain,
        new_database(cluster, "crash", beside=plain) as second,
    ):
        migrations = of_texts(
            T, "INSERT INTO t VALUES (1, 2); CREATE TYPE e AS ENUM ('a'); CREATE VIEW v AS SELECT * FROM t;"
        )
        runs = rehearse(migrations).runs
        told = with_crash_points(second, migrations, runs, wanted={"m1", "m2"}, pieces={}, limits=Limits())
        assert [len(run.crash_points) for run in told] == [1, 1]
        again = with_texts(plain, [each.sql or "" for each in migrations])
        assert texts(again) == texts(state(cluster_database(second)))


def cluster_database(database: Database) -> Database:
    """With a door that is open: the pass closes the one it was given."""
    return Database(
        cluster=database.cluster,
        name=database.name,
        admin=database.cluster.connect_admin(database.name),
        password=database.password,
    )


def with_texts(database: Database, sql: Sequence[str]) -> State:
    with contextlib.closing(database.connect_owner()) as owner:
        for text in sql:
            owner.execute(text.encode())
    return state(database)


def state(database: Database) -> State:
    with contextlib.closing(database.admin), contextlib.closing(database.connect_owner()) as owner:
        return read_state(database.admin, owner)


def texts(told: State) -> tuple[object, ...]:
    return told.names, {key: text for key, (_, text) in told.definitions.items()}, told.rows


def test_begin_and_commit_are_no_way_around_what_setval_has_set() -> None:
    ground = "CREATE TABLE s (id serial);"
    text = "SELECT setval('s_id_seq', 500); CREATE TABLE q (id int); CREATE TABLE r (id int);"
    migrations = of_texts(ground, text)
    cut = {"m2": tuple(f"{part};" for part in text.split(";") if part.strip())}
    found = rehearse(migrations, pieces=cut, crashed={"m2"})
    assert found.runs[1].crash_points
    assert found.runs[1].enclosable is False
