"""What is lost at the end of a deployment of several migrations, and what is kept."""

import pytest

from destruction_cases import BEFORE, found_in, judged
from pgready.findings import Confidence, Severity

COPY = "CREATE TABLE n (id int, line text, at timestamptz); INSERT INTO n SELECT id, line, at FROM log; DROP TABLE log"
REBUILD = f"{COPY}; ALTER TABLE n RENAME TO log"
COLUMN = "ALTER TABLE log ADD COLUMN n text; UPDATE log SET n = line; ALTER TABLE log DROP COLUMN line"
TABLE, VALUES = ("DES001", "block", "public.log"), ("DES002", "block", "public.log.line")

LOST = [
    ((COPY, "DROP TABLE n"), TABLE),
    ((COPY, "TRUNCATE n"), TABLE),
    ((COPY, "DELETE FROM n WHERE true"), TABLE),
    ((COPY, "SELECT 1", "DO $$ BEGIN DROP TABLE n; END $$"), TABLE),
    (
        (
            COPY,
            "CREATE TABLE o (id int, line text, at timestamptz); INSERT INTO o SELECT * FROM n LIMIT 1; DROP TABLE n",
        ),
        TABLE,
    ),
    ((COPY, "CREATE SCHEMA s; ALTER TABLE n SET SCHEMA s; DROP SCHEMA s CASCADE"), TABLE),
    ((COPY, "ALTER TABLE n DROP COLUMN line"), TABLE),
    ((COPY, "UPDATE n SET line = NULL"), TABLE),
    ((REBUILD, "TRUNCATE log"), TABLE),
    ((REBUILD, "ALTER TABLE log DROP COLUMN line"), VALUES),
    ((REBUILD, "UPDATE log SET line = ''"), VALUES),
    ((COLUMN, "ALTER TABLE log DROP COLUMN n"), VALUES),
    ((COLUMN, "UPDATE log SET n = NULL"), VALUES),
    ((COLUMN, "UPDATE log SET n = NULL WHERE n IS NOT NULL"), VALUES),
    (
        (
            "ALTER TABLE log ADD COLUMN n text",
            "UPDATE log SET n = line",
            "ALTER TABLE log DROP COLUMN line, DROP COLUMN n",
        ),
        VALUES,
    ),
    (
        ("CREATE SCHEMA s; ALTER TABLE log SET SCHEMA s", "DROP SCHEMA s CASCADE"),
        ("DES001", "block", "s.log"),
    ),
    (
        ("CREATE TABLE n (LIKE log); INSERT INTO n SELECT * FROM log", "DELETE FROM log", "DROP TABLE n"),
        ("DES003", "block", "public.log"),
    ),
]


@pytest.mark.parametrize(("texts", "expected"), LOST, ids=["; then ".join(texts)[-90:] for texts, _ in LOST])
def test_a_copy_that_a_later_migration_of_the_deployment_takes_is_none(
    texts: tuple[str, ...], expected: tuple[str, str, str]
) -> None:
    assert expected in found_in(judged(BEFORE, *texts))


KEPT = [
    (COPY, "ALTER TABLE n RENAME TO journal"),
    (COPY, "DELETE FROM n WHERE id = 1"),
    (
        COPY,
        "CREATE TABLE o (id int, line text, at timestamptz); INSERT INTO o SELECT id, line, at FROM n; DROP TABLE n",
    ),
    (
        REBUILD,
        "CREATE TABLE o (LIKE log); INSERT INTO o SELECT * FROM log; DROP TABLE log; ALTER TABLE o RENAME TO log",
    ),
    (REBUILD, "ALTER TABLE log ADD COLUMN m text; UPDATE log SET m = ''"),
    (COLUMN, "ALTER TABLE log RENAME COLUMN n TO m"),
    (COLUMN, "UPDATE log SET n = '' WHERE n IS NULL"),
    (COLUMN, "ALTER TABLE log ADD COLUMN o text; UPDATE log SET o = n; ALTER TABLE log DROP COLUMN n"),
    ("CREATE TABLE n (LIKE log); INSERT INTO n SELECT * FROM log", "DELETE FROM log"),
]


@pytest.mark.parametrize("texts", KEPT, ids=["; then ".join(texts)[-90:] for texts in KEPT])
def test_what_is_copied_on_or_only_changes_its_name_is_no_loss(texts: tuple[str, ...]) -> None:
    found = judged(BEFORE, *texts)
    assert [each.message for each in found if each.severity is Severity.BLOCK] == []


def test_the_statement_that_takes_the_copy_is_named() -> None:
    [found] = [
        each for each in judged(BEFORE, COPY, "SELECT 1;\nDROP TABLE n") if each.rule == "DES001" and not each.described
    ]
    assert "the copy that line 1 makes does not last: m3 (line 2) drops public.n" in found.message
    assert found.confidence is Confidence.HIGH


def test_what_a_copy_leaves_out_is_said_in_words() -> None:
    sql = "CREATE TABLE n (id int);\nINSERT INTO n SELECT id FROM log WHERE id > 1 LIMIT 5;\nDROP TABLE log"
    [found] = judged(BEFORE, sql)
    assert "some of its rows were copied to public.n first (line 2)" in found.message
    assert "the rows that the WHERE condition and LIMIT leave out are lost" in found.message
    assert "the values of line, at are not in the copy, and lost" in found.message
    assert found.confidence is Confidence.MEDIUM


def test_truncate_cascade_of_several_tables_names_what_else_is_emptied() -> None:
    found = judged(BEFORE, 'TRUNCATE log, "User" CASCADE')
    assert any(
        "TRUNCATE empties table public.User, and with it public.post (CASCADE)" in each.message for each in found
    )


def test_a_delete_that_depends_on_another_table_says_so() -> None:
    [found] = judged(BEFORE, "DELETE FROM log USING tag")
    assert "as soon as public.tag has a row" in found.message
    assert found.confidence is Confidence.MEDIUM
