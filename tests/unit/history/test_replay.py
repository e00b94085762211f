"""What became of each object, read from the texts of migrations."""

import time

import pytest

from histories import alive, event, life, ref, told
from pgready.history import replay_history
from pgready.model.history import Certainty, ProviderKind
from pgready.model.migration import Migration
from pgready.sources.sql import read_scripts


def test_a_life_has_every_name_and_event_in_order() -> None:
    history = told(
        "CREATE TABLE a (x int);",
        "ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME COLUMN x TO y;",
        "ALTER TABLE b ALTER y SET NOT NULL; INSERT INTO b VALUES (1); DROP TABLE b;",
    )
    table, column = life(history, "table", "b"), life(history, "column", "b.y")
    assert [str(name.object) for name in table.names] == ["public.a", "public.b"]
    assert [(each.action.value, str(each.object), each.position) for each in table.events] == [
        ("creates", "public.a", 1),
        ("renames", "public.a", 2),
        ("writes", "public.b", 3),
        ("drops", "public.b", 3),
    ]
    assert [str(name.object) for name in column.names] == ["public.a.x", "public.b.x", "public.b.y"]
    assert [each.action.value for each in column.events] == ["creates", "renames", "alters", "drops"]
    dropped = column.dropped
    assert dropped is not None
    assert dropped.implied_by == ref("table", "b")
    assert (table.alive, column.alive) == (False, False)


def test_made_again_is_another_life() -> None:
    history = told("CREATE TABLE a (x int);", "DROP TABLE a;", "CREATE TABLE a (y int);")
    first, second = history.named(ref("table", "a"))
    assert first.made is not None
    assert second.made is not None
    assert (first.made.migration, first.alive, second.made.migration, second.alive) == ("m1", False, "m3", True)


@pytest.mark.parametrize(
    ("before", "drop", "left"),
    [
        ("CREATE TABLE a (x int CONSTRAINT k PRIMARY KEY, y int); CREATE INDEX i ON a (y);", "DROP TABLE a", []),
        (
            "CREATE TABLE a (x int, y int); CREATE INDEX i ON a (x, lower(y::text)); CREATE INDEX j ON a (x);",
            "ALTER TABLE a DROP COLUMN y",
            ["table public.a", "column public.a.x", "index public.a.j"],
        ),
        (
            "CREATE TABLE a (x int CONSTRAINT k UNIQUE);",
            "ALTER TABLE a DROP CONSTRAINT k",
            ["table public.a", "column public.a.x"],
        ),
        (
            "CREATE TABLE a (x int PRIMARY KEY); CREATE TABLE b (y int REFERENCES a); CREATE VIEW v AS TABLE a;",
            "DROP TABLE a CASCADE",
            ["table public.b", "column public.b.y"],
        ),
        (
            "CREATE TYPE e AS ENUM ('v'); CREATE TABLE a (x int, y e);",
            "DROP TYPE e CASCADE",
            ["table public.a", "column public.a.x"],
        ),
        ("CREATE SCHEMA s; CREATE TABLE s.a (x serial); CREATE TYPE s.e AS ENUM ('v');", "DROP SCHEMA s CASCADE", []),
        ("CREATE TABLE a (x serial, y int);", "ALTER TABLE a DROP x", ["table public.a", "column public.a.y"]),
        ("CREATE TABLE a (x int) PARTITION BY LIST (x); CREATE TABLE b PARTITION OF a DEFAULT;", "DROP TABLE a", []),
        (
            "CREATE TABLE a (x int GENERATED ALWAYS AS IDENTITY);",
            "ALTER TABLE a ALTER x DROP IDENTITY",
            ["table public.a", "column public.a.x"],
        ),
    ],
)
def test_what_hangs_on_a_dropped_object_goes_with_it(before: str, drop: str, left: list[str]) -> None:
    assert sorted(alive(told(before, drop))) == sorted(left)


def test_a_rename_keeps_indexes_and_moves_a_key_with_its_index() -> None:
    history = told(
        "CREATE SCHEMA s; CREATE TABLE a (x serial CONSTRAINT k PRIMARY KEY); CREATE INDEX i ON a (x);",
        "ALTER TABLE a RENAME TO b; ALTER INDEX k RENAME TO l; ALTER TABLE b SET SCHEMA s;",
    )
    assert sorted(alive(history)) == [
        "column s.b.x",
        "constraint s.b.l",
        "index s.b.i",
        "index s.b.l",
        "schema s",
        "sequence s.a_x_seq",
        "table s.b",
    ]


def test_temporary_tables_live_as_long_as_their_script() -> None:
    history = told("CREATE TEMP TABLE t (x int);", "CREATE TEMP TABLE t (x int);")
    assert (alive(history), history.clashes) == ({}, ())


def test_conditions_are_evaluated_once_where_they_stand() -> None:
    block = "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'e') THEN "
    block += "CREATE TYPE e AS ENUM ('u', 'v'); END IF; END $$;"
    history = told(block, block, "CREATE TABLE IF NOT EXISTS a (x int);", "CREATE TABLE IF NOT EXISTS a (y int);")
    assert sorted(alive(history)) == [
        "column public.a.x",
        "enum value public.e.u",
        "enum value public.e.v",
        "table public.a",
        "type public.e",
    ]
    assert [each.certainty for each in life(history, "type", "e").events] == [Certainty.HAPPENS, Certainty.SKIPPED]
    assert [each.certainty for each in life(history, "column", "a.y").events] == [Certainty.SKIPPED]
    assert history.clashes == ()


def test_what_cannot_be_told_is_maybe() -> None:
    unknown = "DO $$ BEGIN IF current_setting('x') = 'y' THEN CREATE TABLE a (x int); END IF; END $$;"
    history = told(unknown, "DROP TABLE IF EXISTS a; CREATE TABLE a (x int);")
    first, second = life(history, "table", "a").events[:2]
    assert (first.certainty, second.certainty) == (Certainty.MAYBE, Certainty.MAYBE)
    assert life(history, "table", "a").alive is True
    dynamic = "DO $$ BEGIN EXECUTE current_setting('x'); END $$;"
    history = told(
        "CREATE TABLE a (x int);", dynamic, "DROP TABLE IF EXISTS a;", "CREATE TABLE IF NOT EXISTS b (x int);"
    )
    assert alive(history) == {
        "table public.a": None,
        "column public.a.x": None,
        "table public.b": None,
        "column public.b.x": None,
    }
    assert [(place.migration, place.certainty) for place in history.opaque] == [("m2", Certainty.HAPPENS)]
    assert history.unmet == ()


def test_needs_that_nothing_before_provides_name_who_does() -> None:
    history = told(
        "CREATE TABLE a (x int, y int REFERENCES b (x)); CREATE TABLE c (z e);",
        "CREATE TABLE b (x int PRIMARY KEY); CREATE INDEX i ON a (nothing);",
        "ALTER TABLE later ADD x int; CREATE TABLE later (y int);",
    )
    assert [
        (need.migration, str(need.needed), need.provider.kind, need.provider.migration) for need in history.unmet
    ] == [
        ("m1", "public.b", ProviderKind.LATER, "m2"),
        ("m1", "public.e", ProviderKind.NOBODY, None),
        ("m2", "public.a.nothing", ProviderKind.NOBODY, None),
        ("m3", "public.later", ProviderKind.LATER, "m3"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "CREATE EXTENSION citext; CREATE TABLE a (x citext);",
        "CREATE TABLE a (x int); SELECT * FROM pg_class, information_schema.tables; UPDATE a SET x = 1 WHERE ctid = 2;",
        "DROP TABLE IF EXISTS nothing; ALTER TABLE IF EXISTS nothing ADD x int;",
        "CREATE VIEW v AS SELECT 1 AS one; CREATE RULE r AS ON INSERT TO v DO INSTEAD NOTHING;",
        "CREATE TABLE a (x int); CREATE TABLE b (LIKE a); CREATE INDEX i ON b (x);",
        "WITH own AS (SELECT 1) SELECT * FROM own; SELECT * FROM _prisma_migrations;",
    ],
)
def test_what_the_database_provides_is_not_missed(text: str) -> None:
    assert told(text).unmet == ()


@pytest.mark.parametrize(
    ("again", "code"),
    [
        ("CREATE TABLE a (x int)", "42P07"),
        ("CREATE VIEW a AS SELECT 1", "42P07"),
        ("CREATE INDEX i ON a (x)", "42P07"),
        ("ALTER TABLE a ADD x int", "42701"),
        ("CREATE SCHEMA s", "42P06"),
        ("CREATE TYPE e AS ENUM ()", "42710"),
        ("CREATE TYPE a AS ENUM ()", "42710"),
        ("ALTER TYPE e ADD VALUE 'v'", "42710"),
        ("ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0)", "42710"),
        ("ALTER TABLE b RENAME TO a", "42P07"),
        ("ALTER TABLE a RENAME y TO x", "42701"),
    ],
)
def test_a_name_that_is_taken_clashes_with_the_code_of_the_server(again: str, code: str) -> None:
    first = """CREATE SCHEMA s; CREATE TYPE e AS ENUM ('v'); CREATE TABLE b (); CREATE INDEX j ON b ((1));
    CREATE TABLE a (x int, y int, CONSTRAINT c CHECK (x > 1)); CREATE INDEX i ON a (x);"""
    (clash,) = told(first, again).clashes
    assert (clash.migration, clash.sqlstate) == ("m2", code)
    assert clash.made_by is not None
    assert clash.made_by.migration == "m1"


@pytest.mark.parametrize(
    "again",
    [
        "CREATE TABLE IF NOT EXISTS a (x int)",
        "CREATE OR REPLACE VIEW v AS SELECT 2 AS one",
        "CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP TABLE a; CREATE TABLE a (x int)",
        "ALTER TABLE a RENAME TO b; CREATE TABLE a (x int)",
        "DO $$ BEGIN CREATE TABLE a (x int); EXCEPTION WHEN duplicate_table THEN NULL; END $$",
        "CREATE TEMP TABLE a (x int)",
    ],
)
def test_what_is_guarded_replaced_or_moved_away_does_not_clash(again: str) -> None:
    first = "CREATE TABLE a (x int); CREATE VIEW v AS SELECT 1 AS one; "
    first += "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
    assert told(first, again).clashes == ()


def test_prismas_way_to_change_an_enum_keeps_each_types_own_life() -> None:
    history = told(
        "CREATE TYPE \"E\" AS ENUM ('a', 'b'); CREATE TABLE t (x \"E\");",
        """CREATE TYPE "E_new" AS ENUM ('a'); ALTER TABLE t ALTER x TYPE "E_new" USING (x::text::"E_new");
        ALTER TYPE "E" RENAME TO "E_old"; ALTER TYPE "E_new" RENAME TO "E"; DROP TYPE "E_old";""",
    )
    assert history.clashes == ()
    assert sorted(alive(history)) == ["column public.t.x", "enum value public.E.a", "table public.t", "type public.E"]
    dropped, old = event(history, "drops", "type", "E_old")
    assert [str(name.object) for name in old.names] == ["public.E", "public.E_old"]
    assert dropped.migration == "m2"


def test_ten_thousand_effects_are_replayed_in_a_moment() -> None:
    texts = [
        f"CREATE TABLE t{n} (a int PRIMARY KEY, b text, c e, d int, f int, g int); CREATE INDEX i{n} ON t{n} (b);"
        f"ALTER TABLE t{n} ADD CONSTRAINT k{n} FOREIGN KEY (d) REFERENCES t{max(n - 1, 0)} (a);"
        for n in range(900)
    ]
    migrations = [
        Migration(name=f"m{n}", position=n, file=f"m{n}.sql", sql=text)
        for n, text in enumerate(["CREATE TYPE e AS ENUM ('v');", *texts], 1)
    ]
    scripts = read_scripts(migrations)
    assert sum(len(script.effects) for script in scripts) >= 9900
    started = time.perf_counter()
    history = replay_history(migrations, scripts)
    assert time.perf_counter() - started < 2  # 0.2 s on an idle machine
    assert (history.unmet, history.clashes) == ((), ())
