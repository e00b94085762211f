"""A whole migration file: statements, places, and text that is no SQL."""

from collections.abc import Callable

import pytest

from pgready.model.effects import Action, Script
from pgready.model.migration import Migration
from pgready.sources.sql import read_script, read_scripts

Read = Callable[..., Script]


def test_statements_are_numbered_with_place_kind_and_text(read: Read) -> None:
    script = read(
        "-- first\nSELECT 1 ;\r\n\r\n/* é */ CREATE TABLE t (\n  a int\n);;\n  -- last\nDROP TABLE t -- end\n"
    )

    assert [(each.position, each.line, each.column, each.kind, each.sql) for each in script.statements] == [
        (1, 2, 1, "SelectStmt", "SELECT 1"),
        (2, 4, 9, "CreateStmt", "CREATE TABLE t (\n  a int\n)"),
        (3, 8, 1, "DropStmt", "DROP TABLE t -- end"),
    ]


def test_effects_name_their_statement_and_its_place(read: Read) -> None:
    script = read("SELECT 'ü'; DROP TABLE a;\n\n  DROP TABLE b;")

    assert [(each.statement, each.line, each.column) for each in script.effects] == [(2, 1, 13), (3, 3, 3)]


@pytest.mark.parametrize("sql", [None, "", " \n", "-- nothing", "/* nothing */", ";;", "\ufeff", "\ufeff-- x\n"])
def test_nothing_is_nothing(sql: str | None) -> None:
    script = read_script(Migration(name="m", position=1, file="m/migration.sql", sql=sql))

    assert script == Script(migration="m")


def test_a_byte_order_mark_is_not_counted(read: Read) -> None:
    script = read("\ufeffDROP TABLE a; DROPP b")

    assert (script.statements[0].column, script.effects[0].column) == (1, 1)
    assert script.unreadable is not None
    assert (script.unreadable.line, script.unreadable.column) == (1, 15)


def test_a_nul_is_refused_at_its_place(read: Read) -> None:
    script = read("DROP TABLE a;\nDROP é\0TABLE b;")

    assert script.unreadable is not None
    assert "NUL" in script.unreadable.message
    assert (script.unreadable.line, script.unreadable.column) == (2, 7)
    assert script.statements == ()


BROKEN = {
    "DROP TABLE a; DROPP TABLE b; DROP TABLE c;": ("DROPP", 1, 15, ["a", "c"]),
    "SELEC 1": ("SELEC", 1, 1, []),
    "x; y; z": ("x", 1, 1, []),
    "DROP TABLE a;\n\nDROP TABLE 'é' b;\nDROP TABLE c": ("é", 3, 12, ["a", "c"]),
    "DROP TABLE a; SELECT 'open; DROP TABLE b;": ("unterminated", 1, 22, ["a"]),
    "DROP TABLE a; /* open; DROP TABLE b;": ("unterminated", 1, 15, ["a"]),
    "DROP TABLE a; DO $$ BEGIN DROP TABLE b;": ("unterminated", 1, 18, ["a"]),
    'DROP TABLE a; DROP TABLE "b; DROP TABLE c;': ("unterminated", 1, 26, ["a"]),
    "DROP TABLE a; DROP TABLE \x01; DROP TABLE c": ("\x01", 1, 26, ["a", "c"]),
    "SELECT 1 + ;": ("syntax error", 1, 12, []),
    "COPY t FROM stdin;\n1\t2\n\\.\nDROP TABLE c;": ("syntax error", 2, 1, ["t"]),
}


@pytest.mark.parametrize("sql", BROKEN)
def test_a_broken_statement_is_named_and_does_not_lose_the_others(sql: str, read: Read) -> None:
    message, line, column, others = BROKEN[sql]

    script = read(sql)

    assert script.unreadable is not None
    assert message in script.unreadable.message
    assert (script.unreadable.line, script.unreadable.column) == (line, column)
    read_objects = [effect.object.name for effect in script.effects if effect.action is not Action.OPAQUE]
    assert read_objects == others
    assert [each.kind for each in script.statements].count("Unreadable") >= 1
    assert any(effect.object.name == "unreadable" for effect in script.effects)


def test_the_first_of_many_errors_is_told(read: Read) -> None:
    script = read("a b c;\nd e f;\nDROP TABLE t;")

    assert script.unreadable is not None
    assert script.unreadable.line == 1
    assert [each.kind for each in script.statements][-1] == "DropStmt"


def test_a_routine_with_an_sql_body_survives_an_error_elsewhere(read: Read) -> None:
    sql = """
    CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC
      SELECT CASE WHEN true THEN 1 END;
      SELECT 2;
    END;
    DROPP TABLE x;
    DROP TABLE y;"""

    script = read(sql)

    assert [each.kind for each in script.statements] == ["CreateFunctionStmt", "Unreadable", "DropStmt"]


def test_many_scripts_are_read_as_each_by_itself() -> None:
    texts = ["CREATE TEMP TABLE a (); SET search_path = x", "DROP TABLE a", "DROPP", None]
    migrations = [
        Migration(name=f"m{number}", position=number, file="m", sql=sql) for number, sql in enumerate(texts, start=1)
    ]

    assert read_scripts(migrations) == tuple(read_script(each) for each in migrations)
    assert str(read_scripts(migrations)[1].effects[0].object) == "public.a"


def test_reading_is_deterministic(read: Read, examples: Callable[[str], list[str]]) -> None:
    for sql in examples("premium-apps"):
        assert read(sql) == read(sql)


def test_large_texts_are_read_piece_by_piece(read: Read) -> None:
    rows = "\n".join(f"INSERT INTO t (a) VALUES ('é{number}');" for number in range(5000))

    script = read(f"{rows}\nDROPP;\n{rows}")

    assert [each.line for each in script.statements] == list(range(1, 10_002))
    assert script.unreadable is not None
    assert script.unreadable.line == 5001
    assert {str(effect.object) for effect in script.effects} == {"public.t", "unreadable"}
