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
    ((COPY, "UPDATE n SET line = id::text"), TABLE),
    ((COPY, "DELETE FROM n WHERE id = 1"), TABLE),
    ((COLUMN, "UPDATE log SET n = md5(n)"), VALUES),
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
    (COPY, "UPDATE n SET line = log.line FROM log WHERE log.id = n.id"),
    (COPY.replace("SELECT id, line, at", "SELECT id, coalesce(line, ''), at"), "SELECT 1"),
    (COPY.replace("SELECT id, line, at", "SELECT id, line::text, at"), "SELECT 1"),
    (COPY.replace("SELECT id, line, at", "SELECT id, 'no. ' || line, at"), "SELECT 1"),
    ("DELETE FROM tag WHERE id = 1", COPY),
    (
        "CREATE TABLE k (id int PRIMARY KEY)",
        COPY,
        "ALTER TABLE n ADD k int REFERENCES k (id); DELETE FROM k WHERE id = 1",
    ),
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


def test_what_a_copy_computes_or_loses_is_said_in_words() -> None:
    sql = COPY.replace("SELECT id, line, at", "SELECT id, left(line, 0), at").replace("; ", ";\n")
    [found] = judged(BEFORE, sql)
    assert "the copy has line by way of an expression, and what that leaves out is lost" in found.message
    [found] = judged(BEFORE, f"{COPY};\nDELETE FROM n WHERE id > 5")
    assert "some of its rows were copied" in found.message
    assert "the rows that the DELETE in line 2 leaves out are lost" in found.message
    assert found.confidence is Confidence.MEDIUM


def test_a_table_is_not_its_own_successor() -> None:
    [found] = judged(BEFORE, "CREATE TABLE par (LIKE log); ALTER TABLE log INHERIT par; DROP TABLE par CASCADE")
    assert found.message == "table public.log is dropped with its rows, together with table public.par"


def test_a_relation_that_is_turned_round_keeps_the_link() -> None:
    before = (
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a (id), v int);"
    )
    turn = "ALTER TABLE a ADD b_id int;\nUPDATE a SET b_id = b.{} FROM b WHERE b.a_id = a.id;\n"
    [found] = judged(before, f"{turn.format('id')}ALTER TABLE b DROP COLUMN a_id")
    assert (found.severity, found.confidence) == (Severity.WARN, Confidence.MEDIUM)
    assert "the relation is kept the other way round: public.a.b_id is filled (line 2)" in found.message
    [found] = judged(before, f"{turn.format('id')}DELETE FROM a WHERE b_id IS NULL;\nALTER TABLE b DROP COLUMN a_id")
    assert found.severity is Severity.WARN
    for lost in (turn.format("v"), f"{turn.format('id')}UPDATE a SET b_id = NULL;\n", ""):
        [found] = [each for each in judged(before, f"{lost}ALTER TABLE b DROP COLUMN a_id") if each.rule == "DES002"]
        assert found.severity is Severity.BLOCK, lost


def test_a_statement_that_only_uses_the_values_is_named() -> None:
    sql = "ALTER TABLE log ADD COLUMN n int;\nUPDATE log SET n = length(line);\nALTER TABLE log DROP COLUMN line"
    [found] = judged(BEFORE, sql)
    assert found.severity is Severity.BLOCK
    assert found.message.endswith("; line 2 uses them for public.log first, but copies them nowhere")


def test_copies_last_also_when_the_last_migration_does_nothing() -> None:
    [found] = judged(BEFORE, COPY, "SELECT 1")
    assert found.severity is Severity.WARN


def test_a_value_that_two_joins_fill_in_turn_is_still_there() -> None:
    sql = """ALTER TABLE log ADD COLUMN n text; UPDATE log SET n = tag.word FROM tag WHERE tag.id = log.id;
    UPDATE log SET n = post.title FROM post WHERE post.id = log.id; DELETE FROM log WHERE n IS NULL;
    ALTER TABLE tag DROP COLUMN word"""
    [found] = [each for each in judged(BEFORE, sql) if each.rule == "DES002"]
    assert found.severity is Severity.WARN


def test_the_migration_that_drops_a_column_of_the_copy_is_named() -> None:
    named = COPY.replace("INTO n SELECT", "INTO n (id, line, at) SELECT")
    [found] = [
        each for each in judged(BEFORE, named, "SELECT 1;\nALTER TABLE n DROP COLUMN line") if not each.described
    ]
    assert "the copy had line until m3 (line 2) drops it" in found.message
    assert found.severity is Severity.BLOCK
