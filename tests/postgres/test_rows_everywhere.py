"""Rows before every migration of a history: each of them meets some, and what fails on them is told."""

from pgready.model.kept_rows import OnRows, RowsRehearsal
from pgready.rehearsal import rehearse
from pgready.sources.sql.pieces import pieces
from rehearsals import of_texts

ENUM_SWAP = """/*
  Warnings:

  - The values [old] on the enum `mood` will be removed. If these variants are still used, this will fail.

*/
-- AlterEnum
BEGIN;
CREATE TYPE mood_new AS ENUM ('ok');
ALTER TABLE a ALTER m TYPE mood_new USING m::text::mood_new;
DROP TYPE mood;
ALTER TYPE mood_new RENAME TO mood;
COMMIT;
"""


def rows_everywhere(*texts: str, by_statement: bool = False) -> RowsRehearsal:
    migrations = of_texts(*texts)
    cut = {each.name: pieces(each.sql or "") for each in migrations} if by_statement else None
    found = rehearse(migrations, pieces=cut, on_rows=OnRows(before=frozenset(each.name for each in migrations))).rows
    assert found is not None
    return found


def told(rows: RowsRehearsal) -> list[str]:
    return [f"{each.migration} {each.sqlstate}" for each in rows.failures]


def test_every_migration_meets_rows_in_the_tables_of_those_before_it() -> None:
    rows = rows_everywhere(
        "CREATE TABLE a (id int PRIMARY KEY)",
        "ALTER TABLE a ADD x int NOT NULL; CREATE TABLE b (id int PRIMARY KEY)",
        "ALTER TABLE b ADD x int NOT NULL",
        "DROP TABLE a",
    )
    assert told(rows) == ["m2 23502", "m3 23502"]
    assert [(each.migration, each.there) for each in rows.losses] == [("m4", 3)]
    assert (rows.seeded, rows.stopped) == (2, None)


def test_a_column_that_came_later_has_values_in_some_rows_and_null_in_those_from_before_it() -> None:
    rows = rows_everywhere(
        "CREATE TABLE a (id int PRIMARY KEY)",
        "CREATE TYPE mood AS ENUM ('ok', 'old'); ALTER TABLE a ADD m mood, ADD n int, ADD o int",
        "ALTER TABLE a ALTER n SET NOT NULL",
        "ALTER TABLE a DROP o",
        ENUM_SWAP,
    )
    assert told(rows) == ["m3 23502", "m5 22P02"]
    assert [(str(each.object), each.there) for each in rows.losses] == [("public.a.o", 3)]
    assert rows.stopped is None


def test_a_transaction_behind_a_long_comment_is_begun_again_where_statements_are_sent_one_by_one() -> None:
    setup = "CREATE TYPE mood AS ENUM ('ok', 'old'); CREATE TABLE a (id int PRIMARY KEY, m mood)"
    rows = rows_everywhere(setup, ENUM_SWAP, "ALTER TABLE a ADD x int NOT NULL", by_statement=True)
    assert (told(rows), rows.stopped) == (["m2 22P02", "m3 23502"], None)


def test_what_fails_on_a_table_that_its_text_does_not_name_is_run_again_with_all_tables_empty() -> None:
    hidden = "DO $$ BEGIN IF EXISTS (SELECT FROM v) THEN RAISE EXCEPTION 'rows'; END IF; END $$"
    rows = rows_everywhere("CREATE TABLE aa (id int); CREATE VIEW v AS SELECT * FROM aa", hidden, "DROP VIEW v")
    assert (told(rows), rows.stopped) == (["m2 P0001"], None)


def test_rows_that_a_migration_makes_in_its_own_table_stay_and_are_not_made_up() -> None:
    rows = rows_everywhere(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE t (id int)",
        "CREATE TABLE c (id int PRIMARY KEY); INSERT INTO c VALUES (7)",
        "ALTER TABLE a ADD x int NOT NULL",
        "DO $$ BEGIN IF (SELECT array_agg(id) FROM c) <> '{7}' THEN RAISE EXCEPTION 'gone'; END IF; END $$",
    )
    assert (told(rows), rows.seeded, rows.stopped) == (["m3 23502"], 2, None)


def test_a_migration_that_fails_on_rows_after_its_own_commit_ends_the_pass_with_the_reason() -> None:
    rows = rows_everywhere(
        "CREATE TABLE a (id int PRIMARY KEY)",
        "BEGIN; CREATE TABLE b (id int); COMMIT; ALTER TABLE a ADD x int NOT NULL",
        "SELECT 1",
    )
    assert told(rows) == ["m2 23502"]
    assert rows.stopped == 'm2: it fails on rows and leaves a part of its work behind: relation "b" already exists'
