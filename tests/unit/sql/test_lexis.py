"""Tokens without the grammar: where they begin, and what would take the parser too long."""

import time

import pytest

from pgready.sources.sql.lexis import LexemeKind, costly, lexemes, skip_trivia


def kinds(text: bytes) -> list[tuple[LexemeKind, bytes]]:
    return [(each.kind, text[each.start : each.end]) for each in lexemes(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a -- b\n c", [(LexemeKind.WORD, b"a"), (LexemeKind.COMMENT, b"-- b"), (LexemeKind.WORD, b"c")]),
        (b"/* a /* b */ ' */x", [(LexemeKind.COMMENT, b"/* a /* b */ ' */"), (LexemeKind.WORD, b"x")]),
        (b"'a''b'c", [(LexemeKind.STRING, b"'a''b'"), (LexemeKind.WORD, b"c")]),
        (b"'a\\'b", [(LexemeKind.STRING, b"'a\\'"), (LexemeKind.WORD, b"b")]),
        (b"E'a\\'b'c", [(LexemeKind.STRING, b"E'a\\'b'"), (LexemeKind.WORD, b"c")]),
        (b"E'a'\n  'b\\'c'd", [(LexemeKind.STRING, b"E'a'\n  'b\\'c'"), (LexemeKind.WORD, b"d")]),
        (b"E'a' -- x\n 'b\\''", [(LexemeKind.STRING, b"E'a' -- x\n 'b\\''")]),
        (b"U&'a''b'", [(LexemeKind.STRING, b"U&'a''b'")]),
        (b'"a""b"c', [(LexemeKind.QUOTED_NAME, b'"a""b"'), (LexemeKind.WORD, b"c")]),
        (b"$$a$b$c$$d", [(LexemeKind.DOLLAR_STRING, b"$$a$b$c$$"), (LexemeKind.WORD, b"d")]),
        (b"$a$ $$ $a$", [(LexemeKind.DOLLAR_STRING, b"$a$ $$ $a$")]),
        (b"a$b$c", [(LexemeKind.WORD, b"a$b$c")]),
        (b"$1", [(LexemeKind.OTHER, b"$"), (LexemeKind.WORD, b"1")]),
        (b"a+--b", [(LexemeKind.WORD, b"a"), (LexemeKind.OPERATOR, b"+"), (LexemeKind.COMMENT, b"--b")]),
        (b"a*/*b*/", [(LexemeKind.WORD, b"a"), (LexemeKind.OPERATOR, b"*"), (LexemeKind.COMMENT, b"/*b*/")]),
        (b"x 'abc", [(LexemeKind.WORD, b"x"), (LexemeKind.UNTERMINATED, b"'abc")]),
        (b"x $$abc", [(LexemeKind.WORD, b"x"), (LexemeKind.UNTERMINATED, b"$$abc")]),
        (b"x /* /* */", [(LexemeKind.WORD, b"x"), (LexemeKind.UNTERMINATED, b"/* /* */")]),
        ("é".encode(), [(LexemeKind.WORD, "é".encode())]),
    ],
)
def test_lexemes_follow_the_rules_of_the_manual(text: bytes, expected: list[tuple[LexemeKind, bytes]]) -> None:
    assert kinds(text) == expected


def test_trivia_are_white_space_and_nested_comments() -> None:
    text = b" \t-- a\n/* b /* c */ */ x"

    assert text[skip_trivia(text, 0) :] == b"x"
    assert skip_trivia(b"/* never closed", 0) == len(b"/* never closed")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"SELECT " + b"+" * 300, 7),
        (b"SELECT 1 /*" + b"/*" * 300, 9),
        (b"SELECT 1; " + b"/*" * 300 + b"*/" * 300, 10),
    ],
)
def test_what_the_scanner_reads_in_quadratic_time_is_found(text: bytes, place: int) -> None:
    found = costly(text)

    assert found is not None
    assert found[0] == place


@pytest.mark.parametrize(
    "text",
    [
        b"-- " + b"-" * 5000 + b"\nSELECT 1",
        b"/" + b"*" * 5000 + b"/ SELECT 1",
        b"/* " + b"=-" * 5000 + b" */ SELECT 1",
        b"SELECT '" + b"/*" * 5000 + b"'",
        b"SELECT $$" + b"+" * 5000 + b"$$",
        b"/* a */ " * 5000,
    ],
)
def test_long_runs_in_comments_and_strings_are_harmless(text: bytes) -> None:
    assert costly(text) is None


def test_lexing_takes_linear_time() -> None:
    started = time.process_time()

    for text in (b"/*" * 200_000, b"'" * 300_001, b"$a$b" * 100_000, b"(" * 300_000, b"+-" * 200_000):
        *_, last = lexemes(text)
        assert last.end == len(text)

    assert time.process_time() - started < 10
