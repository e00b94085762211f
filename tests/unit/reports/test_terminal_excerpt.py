"""The lines of a file that a finding shows: what is drawn, and that the carets stand below what is meant."""

import re
import time

import pytest

from pgready.model.location import Location
from pgready.reports.terminal.excerpt import excerpt

GUARDED = """DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'o_fk')
        AND EXISTS (SELECT 1 FROM pg_class WHERE relname = 'User')
    THEN
        ALTER TABLE "Order" ADD CONSTRAINT "o_fk" FOREIGN KEY ("u") REFERENCES "User" ("id");
    END IF;
END
$$;
"""


def drawn(
    text: str, line: int | None, column: int | None = None, *, file: str = "m.sql", width: int = 100
) -> list[str]:
    return [each.text for each in excerpt(text, Location(file, line, column), width=width, indent=0)]


def test_a_statement_is_shown_to_its_end_with_carets_below_its_first_line() -> None:
    text = 'SELECT 1;\nALTER TABLE "a"\n    DROP COLUMN "b"; -- gone\nSELECT 2;\n'
    assert drawn(text, 2, 1) == [
        '2 | ALTER TABLE "a"',
        "  | ^^^^^^^^^^^^^^^",
        '3 |     DROP COLUMN "b"; -- gone',
    ]


def test_the_carets_end_with_the_statement_and_a_semicolon_in_quotes_does_not_end_it() -> None:
    text = """INSERT INTO "a;b" VALUES (';'); DROP TABLE c; -- why not\n"""
    assert drawn(text, 1, 1)[1] == "  | " + "^" * 30
    assert drawn(text, 1, 33) == [f"1 | {text.strip()}", "  | " + " " * 32 + "^" * 12]


def test_a_condition_is_shown_with_the_line_of_its_command_and_what_it_guards() -> None:
    lines = drawn(GUARDED, 4, 9)
    assert lines[0].startswith("3 |     IF NOT EXISTS")
    assert lines[2] == "  |         " + "^" * 58
    assert lines[-1].startswith('6 |         ALTER TABLE "Order"')
    assert len(lines) == 5


def test_a_field_is_shown_with_its_model_and_a_model_alone_needs_no_lines() -> None:
    text = "model Order {\n  id Int @id\n  note String\n\n  @@index([note])\n}\n"
    assert drawn(text, 5, 3, file="schema.prisma") == [
        "1 | model Order {",
        "...",
        "5 |   @@index([note])",
        "  |   ^^^^^^^",
    ]
    assert drawn(text, 2, 3, file="schema.prisma") == ["1 | model Order {", "2 |   id Int @id", "  |   ^^"]
    assert drawn(text, 1, 7, file="schema.prisma") == []


def test_never_more_than_six_lines_and_what_is_left_out_shows() -> None:
    text = "CREATE TABLE t (\n" + "".join(f"    c{n} int,\n" for n in range(40)) + "    z int\n);\n"
    lines = drawn(text, 1, 1)
    assert (len(lines), lines[-1].strip()) == (6, "...")
    inside = drawn(text, 30, 5)
    assert [inside[0], inside[1].strip()] == [" 1 | CREATE TABLE t (", "..."]
    assert (len(inside), inside[3].strip(" |")) == (6, "^^^^^^^^")


@pytest.mark.parametrize(
    ("line", "column", "shown", "carets"),
    [
        ("\tDROP TABLE t;", 2, "    DROP TABLE t;", "    ^^^^^^^^^^^^"),
        ("/* 表格 */ DROP TABLE t;", 10, "/* 表格 */ DROP TABLE t;", "           ^^^^^^^^^^^^"),
        ("/* e\u0301 */ DROP TABLE t;", 10, "/* e\u0301 */ DROP TABLE t;", "        ^^^^^^^^^^^^"),
        ("/*\u202e*/ DROP TABLE t;", 7, "/*\\u202e*/ DROP TABLE t;", "           ^^^^^^^^^^^^"),
        ("/*\x1b[31m*/ DROP TABLE t;", 11, "/*\\u001b[31m*/ DROP TABLE t;", "               ^^^^^^^^^^^^"),
        ("DROP TABLE t;\r", 1, "DROP TABLE t;", "^^^^^^^^^^^^"),
    ],
    ids=["tab", "wide", "combining", "right to left", "terminal colour", "carriage return"],
)
def test_carets_stand_below_what_is_meant_whatever_stands_before_it(
    line: str, column: int, shown: str, carets: str
) -> None:
    assert drawn(line, 1, column) == [f"1 | {shown}", f"  | {carets}"]


@pytest.mark.parametrize("width", [30, 80, 200])
def test_a_line_that_is_too_long_is_cut_around_the_place(width: int) -> None:
    text = "SELECT '" + "x" * 3000 + "'; DROP TABLE t; SELECT '" + "y" * 3000 + "';"
    line, carets = drawn(text, 1, text.index("DROP") + 1, width=width)
    assert len(line) <= width
    assert re.fullmatch(r"1 \| \.\.\..*\.\.\.", line)
    start = line.index("DROP")
    assert carets == " " * 2 + "| " + " " * (start - 4) + "^" * 12
    assert line[start : start + 12] == "DROP TABLE t"


def test_a_line_of_megabytes_costs_no_time() -> None:
    text = "SELECT '" + "'" * 4_000_000 + "';\n" + "DROP TABLE t;" + "\t\U0001f600" * 1_000_000
    begin = time.perf_counter()
    assert len(drawn(text, 2, 1)) <= 6
    assert drawn(text, 1, 3_000_000)[1].strip(" |").startswith("^")
    assert time.perf_counter() - begin < 1


@pytest.mark.parametrize(("line", "column"), [(None, None), (0, 1), (9, 1), (2, 1), (1, 99)])
def test_a_place_that_is_not_in_the_text_shows_nothing(line: int | None, column: int | None) -> None:
    assert drawn("SELECT 1;\n\n", line, column) == []


def test_without_a_column_the_whole_line_is_meant() -> None:
    assert drawn("[contracts]\n  name = 1\n", 2, file="pgready.toml") == ["2 |   name = 1", "  |   ^^^^^^^^"]
