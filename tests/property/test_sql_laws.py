"""Laws of reading SQL: any text gives a script, every place lies inside the file, statements tile the text."""

import ctypes
import json
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgready.model.effects import Action, Script
from pgready.model.facts import ColumnFacts, ConstraintFacts, IndexFacts, RowsFacts, SettingFacts
from pgready.model.migration import Migration
from pgready.model.names import ObjectKind
from pgready.sources.sql import lexis, parse, read_script
from pgready.sources.sql.lexis import LexemeKind
from pgready.sources.sql.parse import SqlError
from pgready.sources.sql.places import Lines
from pgready.sources.sql.statements import Broken, raw_statements

FIXTURES = Path(__file__).parents[1] / "fixtures" / "sql"
EXAMPLES = Path(__file__).parents[2] / "examples"
# What decides about strings, comments, bodies and flow.
PIECES = (
    *("'", '"', "$$", "$a$", "/*", "*/", "--", "\n", "\r\n", ";", ",", "(", ")", "[", "]", ".", "=", "+", "\\", "E'"),
    *("U&'", "é", "😀", "::", "DO", "DROP", "TABLE", "t", "IF", "EXISTS", "NOT", "THEN", "ELSE", "ELSIF", "END"),
    *("BEGIN", "ATOMIC", "CASE", "WHEN", "LOOP", "FOR", "RETURN", "EXCEPTION", "OTHERS", "EXECUTE", "SELECT"),
    *("INTO", "AND", "OR", "NULL", "x", "1", "regclass", "format(", " "),
)
THOROUGH = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def read(sql: str) -> Script:
    return read_script(Migration(name="m", position=1, file="m/migration.sql", sql=sql))


@cache
def real_texts() -> tuple[str, ...]:
    conditions = json.loads((FIXTURES / "conditions.json").read_text(encoding="utf-8"))["cases"]
    names = json.loads((FIXTURES / "default_names.json").read_text(encoding="utf-8"))["cases"]
    texts = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("premium-apps/prisma/*/*/*.sql"))]
    texts += [f"DO $$ BEGIN IF {case['condition']} THEN CREATE TABLE t (); END IF; END $$;" for case in conditions]
    return (*texts, *(case["sql"] for case in names))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Real SQL with pieces cut out, put in and doubled."""
    text = draw(st.sampled_from(real_texts()))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.just(text[start:end] * 2), st.text(max_size=3)))
        text = text[:start] + piece + text[end:]
    return text


anything = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
    mutated(),
)


def places(script: Script) -> Iterator[tuple[int, int]]:
    for statement in script.statements:
        yield statement.line, statement.column
    for effect in script.effects:
        yield effect.line, effect.column
        yield from ((guard.line, guard.column) for guard in effect.guards)
    if script.unreadable is not None:
        yield script.unreadable.line, script.unreadable.column


@THOROUGH
@given(anything)
def test_any_text_gives_a_script_whose_places_lie_in_the_file(text: str) -> None:
    script = read(text)

    lines = text.removeprefix("\ufeff").split("\n")
    assert all(1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1 for line, column in places(script))
    assert all(1 <= effect.statement <= len(script.statements) for effect in script.effects)


FACTS: dict[type, tuple[set[Action], set[ObjectKind]]] = {
    ColumnFacts: ({Action.CREATES, Action.ALTERS}, {ObjectKind.COLUMN}),
    ConstraintFacts: ({Action.CREATES}, {ObjectKind.CONSTRAINT}),
    IndexFacts: ({Action.CREATES}, {ObjectKind.INDEX}),
    RowsFacts: ({Action.WRITES, Action.CREATES, Action.READS}, {ObjectKind.TABLE, ObjectKind.RELATION}),
    SettingFacts: ({Action.SETS, Action.ALTERS}, {ObjectKind.OTHER, ObjectKind.ROLE}),
}


@THOROUGH
@given(anything)
def test_facts_are_about_the_object_that_they_stand_at(text: str) -> None:
    for effect in read(text).effects:
        if effect.facts is None:
            assert effect.action is not Action.SETS
            continue
        actions, kinds = FACTS[type(effect.facts)]
        assert effect.action in actions
        assert effect.object.kind in kinds
        if isinstance(effect.facts, RowsFacts):
            assert {written for written, _, _ in effect.facts.copies} <= set(effect.facts.columns)


@THOROUGH
@given(anything)
def test_statements_stand_in_the_text_where_they_say(text: str) -> None:
    script = read(text)

    lines = text.removeprefix("\ufeff").encode(errors="replace").decode().split("\n")
    for statement in script.statements:
        rest = "\n".join([lines[statement.line - 1][statement.column - 1 :], *lines[statement.line :]])
        assert statement.sql
        assert rest.startswith(statement.sql)


@THOROUGH
@given(anything.filter(lambda text: "\0" not in text))
def test_statements_tile_the_text(text: str) -> None:
    """Between statements are only semicolons, white space and comments: nothing is lost."""
    encoded = text.encode(errors="replace")

    spans = parse.on_deep_stack(lambda: [(each.start, each.end) for each in raw_statements(encoded)])

    assert all(start < end for start, end in spans)
    edges = [0, *(edge for span in spans for edge in span), len(encoded)]
    assert edges == sorted(edges)
    gaps = [encoded[edges[index] : edges[index + 1]] for index in range(0, len(edges), 2)]
    for gap in gaps:
        words = [each for each in lexis.lexemes(gap) if each.kind is not LexemeKind.COMMENT]
        assert all(gap[each.start : each.end] == b";" for each in words)


@THOROUGH
@given(st.lists(st.sampled_from(real_texts()), min_size=1, max_size=4))
def test_a_broken_statement_in_between_changes_nothing_else(texts: list[str]) -> None:
    whole = [effect for text in texts for effect in read(text).effects]

    broken = read(";\nDROPP TABLE ;\n".join(texts) + ";\nDROPP TABLE ;")

    assert broken.unreadable is not None
    kept = [effect.object.kind for effect in broken.effects if effect.object.name != "unreadable"]
    assert kept == [effect.object.kind for effect in whole]


@THOROUGH
@given(anything.filter(lambda text: "\0" not in text))
def test_lexemes_are_the_tokens_of_the_parser(text: str) -> None:
    """Where the parser's scanner accepts a text, its tokens begin where ours do."""
    encoded = text.encode(errors="replace")
    lib = parse._native().lib
    result = lib.pg_query_scan(encoded)
    try:
        if result.error:
            return
        starts = _token_starts(ctypes.string_at(result.pbuf.data, result.pbuf.len))
    finally:
        lib.pg_query_free_scan_result(result)
    ours = {each.start for each in lexis.lexemes(encoded)}
    assert all(start in ours or _is_cut_otherwise(encoded, start) for start in starts)


def _is_cut_otherwise(text: bytes, start: int) -> bool:
    """Inside numbers, parameters and operators; no expression begins there."""
    return text[start : start + 1] in _NUMBER_OR_OPERATOR or text[start - 1 : start].isdigit()


_NUMBER_OR_OPERATOR = [bytes([byte]) for byte in b"0123456789.$:+-*/<>=~!@#^&|`?%"]


def _token_starts(message: bytes) -> list[int]:
    """Field 1 (start) of each token of a ScanResult, a protocol buffer."""
    starts = []
    for field, value in _fields(message):
        if field == 2 and isinstance(value, bytes):
            inside = dict(_fields(value))
            starts.append(int(inside.get(1, 0)))
    return starts


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    place = 0
    while place < len(message):
        key, place = _number(message, place)
        value, place = _number(message, place)
        if key & 7 == 2:
            yield key >> 3, message[place : place + value]
            place += value
        else:
            yield key >> 3, value


def _number(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


@given(st.text(max_size=80), st.data())
def test_places_count_lines_and_characters_as_editors_do(text: str, data: st.DataObject) -> None:
    encoded = text.encode(errors="replace")
    lines = Lines(encoded)
    for _ in range(3):
        character = data.draw(st.integers(0, len(text)))
        before = text[:character]
        offset = len(before.encode(errors="replace"))

        assert lines.place(offset) == (before.count("\n") + 1, character - (before.rfind("\n") + 1) + 1)


@given(st.integers(1, 400), st.sampled_from(["(", "/*", "$a$ $b$", "CASE WHEN ", "NOT ", "- ", "ARRAY[", "f("]))
@settings(deadline=None)
def test_nesting_of_any_depth_is_read_or_refused(depth: int, opening: str) -> None:
    closing = {"(": ")", "/*": "*/", "CASE WHEN ": " THEN 1 END", "ARRAY[": "]", "f(": ")"}.get(opening, "")

    script = read(f"SELECT 1; SELECT {opening * depth} 1 {closing * depth}; DROP TABLE t")

    assert script.statements
    assert script.statements[0].kind == "SelectStmt"


def test_the_split_of_the_scanner_never_overlaps() -> None:
    for text in real_texts():
        try:
            spans = parse.split(text.encode())
        except SqlError:  # pragma: no cover - the texts are valid
            pytest.fail(text)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_broken_statements_are_values() -> None:
    (broken,) = parse.on_deep_stack(lambda: list(raw_statements(b"SELEC")))

    assert isinstance(broken, Broken)
