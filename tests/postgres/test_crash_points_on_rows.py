"""Migrations that touch rows and are stopped: no advice that runs a change twice, or loses the only copy."""

import pytest

from crashes import AGAIN, REST, UNDO, T, crashed, tried, works


def test_rows_that_a_statement_takes_away_are_never_lost_by_dropping_their_copy() -> None:
    text = """CREATE TEMP TABLE tt AS SELECT 1 AS i; CREATE TABLE d AS SELECT * FROM src; DELETE FROM src;
        CREATE TABLE d2 (i int); CREATE TABLE e AS SELECT * FROM tt;"""
    *_, run = crashed("CREATE TABLE src (id int);", text, by_statement=True)
    before, *behind = run.crash_points[1:]
    assert works(before).sql == ('DROP TABLE "public"."d";',)
    assert [(point.altered, point.recovery) for point in behind] == [(True, None)] * 2


MULTIPLYING = {
    "an update": "UPDATE acc SET cents = cents + 1",
    "an update that made-up rows do not survive": "UPDATE acc SET cents = cents * 100",
    "an insert that reads": "INSERT INTO log SELECT id FROM acc",
    "an update of rows that nobody made up": "UPDATE acc SET cents = cents + 1 WHERE name = 'old'",
    "an update inside of a block": "DO $$ BEGIN UPDATE acc SET cents = cents + 1 WHERE name = 'old'; END $$",
    "an update inside of a function": "SELECT raise_all()",
    "an update of a table that refuses made-up rows": "UPDATE picky SET n = n + 1",
    "an update with a clock": "UPDATE acc SET cents = cents + 1, name = clock_timestamp()::text",
    "a type": "ALTER TABLE acc ALTER cents TYPE bigint USING cents + 1",
}


@pytest.mark.parametrize("text", MULTIPLYING.values(), ids=MULTIPLYING.keys())
def test_a_statement_that_changes_rows_twice_is_never_run_again(text: str) -> None:
    base = """CREATE TABLE acc (id int PRIMARY KEY, cents int, name text, v text); CREATE TABLE log (id int);
        CREATE TABLE picky (n int CHECK (n IN (1, 2)) NOT NULL);
        CREATE FUNCTION raise_all() RETURNS void LANGUAGE sql AS
          'UPDATE acc SET cents = cents + 1 WHERE name = ''old'' '"""
    text += "; ALTER TABLE acc DROP COLUMN IF EXISTS v; ALTER TABLE acc ADD COLUMN IF NOT EXISTS cur text;"
    *_, run = crashed(base, text, by_statement=True)
    assert [point.partial for point in run.crash_points] == [True, True]
    assert [tried(point) for point in run.crash_points] == [[(AGAIN, False), (REST, True)]] * 2


def test_what_fails_on_made_up_rows_is_stopped_on_empty_tables_and_says_so() -> None:
    text = "UPDATE acc SET cents = cents * 100000000; CREATE TABLE IF NOT EXISTS k ();"
    *_, run = crashed("CREATE TABLE acc (id int PRIMARY KEY, cents int);", text, by_statement=True)
    (point,) = run.crash_points
    assert "stopped on empty tables: on made-up rows it fails: integer out of range (22003)" in (point.unseen or "")
    assert run.enclosable is None


def test_what_is_taken_back_with_its_transaction_has_changed_no_rows_whatever_they_are() -> None:
    text = """BEGIN; CREATE TYPE new AS ENUM ('zz'); ALTER TABLE acc ALTER c TYPE new USING (c::text::new); COMMIT;"""
    for by_statement in (True, False):
        *_, run = crashed("CREATE TABLE acc (id int PRIMARY KEY, c text);", text, by_statement=by_statement)
        assert [(point.partial, tried(point)) for point in run.crash_points] == [(False, [(AGAIN, True)])]


def test_a_transaction_around_it_is_tried_on_rows() -> None:
    base = """CREATE TABLE u (id int PRIMARY KEY);
        CREATE TABLE p (id int PRIMARY KEY, uid int REFERENCES u DEFERRABLE INITIALLY DEFERRED);"""
    text = "UPDATE p SET uid = (SELECT max(id) FROM u); ALTER TABLE p ADD z int; ALTER TABLE p ADD z2 int;"
    *_, run = crashed(base, text, by_statement=True)
    assert run.enclosable is False


def test_every_place_has_a_recovery_of_its_own_also_where_nothing_has_changed_before_it() -> None:
    text = """CREATE TABLE a (i int);
        CREATE TABLE b ();
        CREATE TEMP TABLE tt AS SELECT 1 AS i;
        INSERT INTO a SELECT i FROM tt;
        CREATE TABLE c ();"""
    *_, run = crashed(T, text, by_statement=True)
    assert [(point.line, works(point).recovery) for point in run.crash_points] == [
        (2, REST),
        (3, REST),
        (4, UNDO),
        (5, REST),
    ]


def test_numbers_that_a_failed_attempt_has_taken_do_not_spoil_the_next_one() -> None:
    text = "INSERT INTO s (key) VALUES ('a'); INSERT INTO s (key) VALUES ('b'); CREATE TABLE z ();"
    *_, run = crashed("CREATE TABLE s (id serial PRIMARY KEY, key text UNIQUE);", text, by_statement=True)
    assert [tried(point) for point in run.crash_points] == [[(AGAIN, False), (REST, True)]] * 2
