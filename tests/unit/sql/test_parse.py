"""The traps of the SQL parser, each shown."""

import threading

import pytest

from pgready.sources.sql import parse
from pgready.sources.sql.deep_json import loads_deep
from pgready.sources.sql.parse import SqlError, on_deep_stack


def test_statements_come_with_locations_in_bytes() -> None:
    first, second = parse.parse("SELECT 'é'; SELECT x".encode())

    assert "stmt_location" not in first
    assert second["stmt_location"] == 13
    column = second["stmt"]["SelectStmt"]["targetList"][0]["ResTarget"]["val"]["ColumnRef"]
    assert column["location"] == 20


def test_an_error_has_its_place_in_bytes_too() -> None:
    text = "SELECT 'éü', FROM".encode()

    with pytest.raises(SqlError) as error:
        parse.parse(text)

    assert text[error.value.offset :] == b"FROM" or text[error.value.offset :] == b""


@pytest.mark.parametrize(
    "sql",
    [
        b"SELECT " + b"||".join([b"'a'"] * 48),
        b"SELECT 1 FROM a " + b"JOIN a ON true " * 60,
        b"SELECT " + b"CASE WHEN true THEN " * 30 + b"1" + b" END" * 30,
        b"SELECT " + b"+".join([b"1"] * 5000),
        b" UNION ALL ".join([b"SELECT 1"] * 2000),
    ],
    ids=["concatenation", "joins", "nested case", "sum", "union"],
)
def test_long_chains_are_read(sql: bytes) -> None:
    (statement,) = on_deep_stack(lambda: parse.parse(sql))

    assert "SelectStmt" in statement["stmt"]


def test_a_chain_of_100000_operators_does_not_kill_the_process() -> None:
    with pytest.raises(SqlError, match="nested too deeply"):
        on_deep_stack(lambda: parse.parse(b"SELECT " + b"+".join([b"1"] * 100_000)))


def test_deep_work_happens_in_its_own_thread_and_its_errors_come_back() -> None:
    before = threading.stack_size()

    assert on_deep_stack(threading.get_ident) != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        on_deep_stack(lambda: 1 // 0)
    assert threading.stack_size() == before


def test_a_statement_beyond_the_limit_is_refused() -> None:
    with pytest.raises(SqlError, match="at most"):
        parse.parse(b"SELECT '" + b"a" * parse.MAX_STATEMENT_BYTES + b"'")


def test_quadratic_comments_are_refused() -> None:
    with pytest.raises(SqlError, match="comments nested") as error:
        parse.parse(b"SELECT 1 " + b"/*" * 100_000)

    assert error.value.offset == 9


def test_the_scanner_tells_statements_apart() -> None:
    text = b"SELECT ';'; CREATE TABLE t (); -- end"

    assert [text[start:end] for start, end in parse.split(text)] == [b"SELECT ';'", b" CREATE TABLE t ()"]


def test_a_string_that_never_ends_cannot_be_split() -> None:
    with pytest.raises(SqlError, match="unterminated"):
        parse.split(b"SELECT 1; SELECT 'a")


def test_a_do_block_has_its_tree() -> None:
    body = b" BEGIN DROP TABLE x; END "

    (function,) = parse.parse_plpgsql(b"DO $$" + body + b"$$", body)

    block = function["PLpgSQL_function"]["action"]["PLpgSQL_stmt_block"]
    assert "PLpgSQL_stmt_execsql" in block["body"][0]


def test_the_malformed_tree_of_a_trigger_function_is_mended() -> None:
    body = b" BEGIN NEW.a := 1; RETURN NEW; END "
    sql = b"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$" + body + b"$$"

    (function,) = parse.parse_plpgsql(sql, body)

    assert "action" in function["PLpgSQL_function"]


def test_only_braces_too_many_are_taken_away() -> None:
    tree = b'[{"a":[{"x":"[{}},{}}]"},{}},{}},{"r":{}}],"b":[{}}]}]'

    assert parse._mended(tree) == '[{"a":[{"x":"[{}},{}}]"},{},{},{"r":{}}],"b":[{}]}]'


def test_an_error_in_a_body_has_its_line() -> None:
    body = b"\nBEGIN\n  RETURN 1;\nEND"

    with pytest.raises(SqlError) as error:
        parse.parse_plpgsql(b"DO $$" + body + b"$$", body)

    assert error.value.line == 3


def test_a_body_beyond_the_limit_is_refused() -> None:
    body = b"BEGIN " + b"NULL;" * 60_000 + b" END"

    with pytest.raises(SqlError, match="at most"):
        parse.parse_plpgsql(b"DO $$" + body + b"$$", body)


@pytest.mark.parametrize("text", ['{"a": [1, -2.5e3, "x\\"]", {"b": []}, null, true], "c": {}}', "[]", '"é"', "[[[]]]"])
def test_deep_json_is_json(text: str) -> None:
    import json  # noqa: PLC0415 - the reference

    assert loads_deep(text) == json.loads(text)


def test_deep_json_has_no_limit_of_depth() -> None:
    found = loads_deep("[" * 100_000 + "]" * 100_000)

    depth = 0
    while found:
        found, depth = found[0], depth + 1
    assert depth == 99_999


@pytest.mark.parametrize("text", ["", "[", "]", "{", "[1"])
def test_deep_json_refuses_what_is_not_closed(text: str) -> None:
    with pytest.raises(ValueError, match="not JSON"):
        loads_deep(text)
