"""A deployment on tables with rows: what is lost is told once, what has moved is not, what fails is told with why."""

import pytest

from pgready.model.kept_rows import OnRows, RowsRehearsal
from pgready.rehearsal import rehearse
from rehearsals import of_texts

SETUP = """
CREATE TYPE mood AS ENUM ('ok', 'bad', 'new');
CREATE TABLE a (
  id text PRIMARY KEY, note text, n int, at timestamp(3), price numeric(10,2), mood mood, tag varchar(40));
CREATE TABLE b (id text PRIMARY KEY, a_id text NOT NULL REFERENCES a ON DELETE CASCADE, note text);
"""


def on_rows(*texts: str) -> RowsRehearsal:
    migrations = of_texts(*texts)
    last = frozenset(each.name for each in migrations[1:])
    rows = rehearse(migrations, on_rows=OnRows(before=frozenset({"m2"}), last=last)).rows
    assert rows is not None
    return rows


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE a RENAME TO c; ALTER TABLE c RENAME COLUMN note TO remark",
        "ALTER TABLE a ALTER n TYPE bigint, ALTER tag TYPE text",
        "ALTER TABLE a ADD c text; UPDATE a SET c = note; ALTER TABLE a DROP note",
        "CREATE TABLE c AS SELECT * FROM b; DROP TABLE b",
        "CREATE TABLE c (LIKE b); INSERT INTO c SELECT * FROM b; DROP TABLE b; ALTER TABLE c RENAME TO b",
        "UPDATE a SET n = n * 100, note = btrim(note), mood = 'ok'",
        "ALTER TABLE a ALTER price TYPE numeric(12,2), ALTER at TYPE timestamp(6)",
        "INSERT INTO a (id) VALUES ('x'); DELETE FROM a WHERE id = 'x'",
    ],
)
def test_what_is_renamed_rebuilt_widened_or_converted_is_no_loss(text: str) -> None:
    rows = on_rows(SETUP, text)
    assert (rows.seeded, rows.unseeded, rows.failures, rows.losses, rows.stopped) == (2, (), (), (), None)


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("DROP TABLE b", ["public.b 3 0 0 True"]),
        ("TRUNCATE b", ["public.b 3 0 0 False"]),
        ("DELETE FROM a", ["public.a 3 0 0 False", "public.b 3 0 0 False"]),
        ("DELETE FROM b WHERE id LIKE 'q%'", ["public.b 3 2 0 False"]),
        ("ALTER TABLE a DROP note", ["public.a.note 3 0 0 True"]),
        ("UPDATE a SET note = NULL", ["public.a.note 3 0 3 False"]),
        ("UPDATE a SET note = left(note, 4)", ["public.a.note 3 3 1 False"]),
        ("ALTER TABLE a ALTER price TYPE numeric(10,0)", ["public.a.price 3 3 1 False"]),
        ("ALTER TABLE a ALTER at TYPE date", ["public.a.at 3 3 1 False"]),
        ("CREATE TABLE c AS SELECT id, a_id FROM b; DROP TABLE b", ["public.b.note 3 0 0 True"]),
    ],
)
def test_a_loss_is_told_with_what_was_there_and_what_is_left(text: str, lost: list[str]) -> None:
    found = on_rows(SETUP, text).losses
    told = [f"{each.object} {each.there} {each.left} {each.merged} {each.dropped}" for each in found]
    assert told == lost


def test_a_migration_that_fails_on_rows_is_run_again_without_and_the_next_one_meets_rows_again() -> None:
    rows = on_rows(SETUP, "ALTER TABLE a ADD c int NOT NULL", "TRUNCATE b")
    assert [(each.migration, each.sqlstate, each.artefact) for each in rows.failures] == [("m2", "23502", None)]
    assert [(each.migration, str(each.object), each.there) for each in rows.losses] == [("m3", "public.b", 3)]
    assert rows.stopped is None


def test_every_type_of_a_column_gets_values() -> None:
    types = """smallint, bigint, real, double precision, money, boolean, uuid, json, jsonb, bytea, timestamptz, date,
    time, interval, inet, cidr, macaddr, tsvector, point, bit(3), varbit, int4range, tstzrange, daterange, text[],
    mood[], char(3), numeric, numeric(3,3), timestamp(0), email"""
    types = " ".join(types.split())
    columns = ", ".join(f"c{i} {type_} NOT NULL" for i, type_ in enumerate(types.split(", ")))
    columns = columns.replace("inet", "inet UNIQUE", 1)
    setup = f"""{SETUP} CREATE DOMAIN email AS varchar(60) CHECK (value <> '');
    CREATE TABLE c (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, g int GENERATED ALWAYS AS (1) STORED, {columns});"""
    rows = on_rows(setup, "TRUNCATE c")
    assert (rows.seeded, rows.unseeded) == (3, ())
    assert [(str(each.object), each.there) for each in rows.losses] == [("public.c", 3)]


def test_checks_triggers_and_policies_do_not_keep_rows_out_and_a_table_that_must_stay_empty_is_named() -> None:
    setup = """
    CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
    CREATE TABLE c (id int PRIMARY KEY, note text CHECK (note LIKE '%@%'));
    CREATE TRIGGER t BEFORE INSERT ON c EXECUTE FUNCTION no();
    ALTER TABLE c ENABLE ROW LEVEL SECURITY; ALTER TABLE c FORCE ROW LEVEL SECURITY;
    CREATE TABLE d (id int PRIMARY KEY CHECK (id < 0));
    """
    rows = on_rows(setup, "ALTER TABLE c DROP note; DROP TABLE c")
    assert rows.seeded == 1
    assert [str(each.table) for each in rows.unseeded] == ["public.d"]
    assert "check constraint" in rows.unseeded[0].why
    assert [str(each.object) for each in rows.losses] == ["public.c"]


def test_a_function_in_a_check_runs_without_the_rights_of_a_superuser() -> None:
    setup = """
    CREATE FUNCTION f(int) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_read_file('/etc/passwd'); RETURN true; END $$;
    CREATE TABLE c (id int PRIMARY KEY CHECK (f(id)));
    """
    (unseeded,) = on_rows(setup, "SELECT 1").unseeded
    assert "permission denied" in unseeded.why


def test_a_removed_value_of_an_enum_is_no_artefact_and_the_transaction_that_failed_is_begun_again() -> None:
    pieces = (
        "BEGIN;",
        "CREATE TYPE mood_new AS ENUM ('ok', 'bad');",
        "ALTER TABLE a ALTER mood TYPE mood_new USING (mood::text::mood_new);",
        "ALTER TYPE mood RENAME TO mood_old; ALTER TYPE mood_new RENAME TO mood; DROP TYPE mood_old;",
        "COMMIT;",
    )
    asked = OnRows(before=frozenset({"m2"}), last=frozenset({"m2", "m3"}))
    migrations = of_texts(SETUP, "".join(pieces), "TRUNCATE b")
    rows = rehearse(migrations, pieces={"m2": pieces}, on_rows=asked).rows
    assert rows is not None
    assert [(each.migration, each.sqlstate, each.artefact) for each in rows.failures] == [("m2", "22P02", None)]
    assert [str(each.object) for each in rows.losses] == ["public.b"]
    assert rows.stopped is None


def test_a_text_that_is_made_up_and_has_not_the_form_of_the_new_type_is_an_artefact() -> None:
    for text in (
        "ALTER TABLE a ALTER note TYPE jsonb USING note::jsonb",
        "ALTER TABLE a ALTER note TYPE mood USING note::mood",
    ):
        (failure,) = on_rows(SETUP, text).failures
        assert failure.artefact is not None
