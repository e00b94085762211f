"""The value of a constant as PostgreSQL prints it, so that `'{a}'::text[]` and `ARRAY['a'::text]` are equal.

Only constants are read: strings, numbers, truth values, arrays of them, with casts and parentheses around them. What
calls a function or computes anything has no value here, and is equal to nothing but the same text. Source: PostgreSQL
manual, "Value Expressions", "Array Input and Output Syntax"; `pg_get_expr` prints string constants with '' doubled and,
where they hold a backslash, as E'...'.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

__all__ = ["is_constant", "same_value", "strip_parentheses", "without_casts"]

Content = str | None | tuple["Content", ...]
"""What stands in the constant: text, SQL's NULL, or the elements of an array."""

_NAME = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_CAST = re.compile(
    rf"::\s*(?P<type>{_NAME}(?:\.{_NAME})*(?:\ (?:varying|precision))?)(?P<modifier>\(\d+(?:,\s*-?\d+)?\))?"
    r"(?:\ (?:with|without)\ time\ zone)?(?:\[\])*"
)
_STRING = re.compile(r"(?P<escaped>E?)'(?P<text>(?:[^'\\]|''|\\.)*)'", re.DOTALL)
_PLAIN = re.compile(r"'(?P<text>(?:[^']|'')*)'")
_NUMBER = re.compile(r"[+-]?\s*\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|[+-]?\s*\.\d+")
_WORD = re.compile(r"(?P<word>true|false|null)\b", re.IGNORECASE)
_SPACE = re.compile(r"\s*")
_ELEMENT = re.compile(r'"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^",{}\\\s](?:[^",{}\\]*[^",{}\\\s])?)', re.DOTALL)
_DEEPEST = 40

_WHOLE = frozenset({"smallint", "integer", "bigint", "oid"})
_NUMERIC = _WHOLE | {"numeric", "real", "double precision"}
_TRUTH = dict.fromkeys(("t", "true", "y", "yes", "on", "1"), "true") | dict.fromkeys(
    ("f", "false", "n", "no", "off", "0"), "false"
)


class _NoConstantError(ValueError):
    """The text is no constant; never leaves this module."""


class _Read(NamedTuple):
    content: Content
    end: int


def is_constant(expression: str) -> bool:
    """Whether the expression is a constant that this module can read."""
    try:
        _constant(expression)
    except ValueError:
        # Also of a modifier with more digits than Python reads.
        return False
    return True


def same_value(first: str, second: str, type_: str) -> bool:
    """Whether both expressions are constants that give a column of that type (as `Column.type`) the same value."""
    try:
        return _normal(_constant(first), type_) == _normal(_constant(second), type_)
    except ValueError:
        return False


def strip_parentheses(expression: str) -> str:
    """The expression without parentheses around the whole of it, as many as anybody writes."""
    text = expression.strip()
    for _ in range(_DEEPEST):
        if not (text.startswith("(") and text.endswith(")") and _closes_at_end(text)):
            break
        text = text[1:-1].strip()
    return text


def without_casts(expression: str) -> str:
    """The expression without its casts, also in the strings that it holds: to compare it roughly."""
    return _CAST.sub("", expression)


def _closes_at_end(text: str) -> bool:
    """Whether the first parenthesis is closed by the last; those in quotes do not count."""
    depth = 0
    for match in re.finditer(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[()]", text):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0 and match[0] == ")":
            return match.end() == len(text)
    return False


def _constant(text: str) -> Content:
    read = _expression(text, 0, 0)
    if _skip(text, read.end) != len(text):
        raise _NoConstantError(text)
    return read.content


def _expression(text: str, start: int, depth: int) -> _Read:
    content, end = _primary(text, _skip(text, start), depth)
    while cast := _CAST.match(text, _skip(text, end)):
        content, end = _cast(content, cast["type"].lower(), cast["modifier"] or ""), cast.end()
    return _Read(content, end)


def _primary(text: str, start: int, depth: int) -> _Read:
    if depth > _DEEPEST:
        raise _NoConstantError(text)
    if text.startswith("(", start):
        read = _expression(text, start + 1, depth + 1)
        return _Read(read.content, _expect(text, read.end, ")"))
    if text[start : start + 6].upper() == "ARRAY[":
        return _array(text, start + 6, depth)
    return _scalar(text, start)


def _scalar(text: str, start: int) -> _Read:
    if match := (_STRING if text.startswith("E'", start) else _PLAIN).match(text, start):
        content = match["text"].replace("''", "'")
        # Inside E'...' the server itself writes only doubled backslashes; anything else is left alone.
        return _Read(content.replace("\\\\", "\\") if text[start] == "E" else content, match.end())
    if match := _WORD.match(text, start):
        word = match["word"].lower()
        return _Read(None if word == "null" else word, match.end())
    if match := _NUMBER.match(text, start):
        return _Read(re.sub(r"\s", "", match[0]), match.end())
    raise _NoConstantError(text)


def _array(text: str, start: int, depth: int) -> _Read:
    items: list[Content] = []
    end = _skip(text, start)
    while not text.startswith("]", end):
        if items:
            end = _expect(text, end, ",")
        content, end = _expression(text, end, depth + 1)
        items.append(content)
        end = _skip(text, end)
    return _Read(tuple(items), end + 1)


def _skip(text: str, start: int) -> int:
    match = _SPACE.match(text, start)
    return match.end() if match else start


def _expect(text: str, start: int, character: str) -> int:
    place = _skip(text, start)
    if not text.startswith(character, place):
        raise _NoConstantError(text)
    return place + 1


def _cast(content: Content, type_: str, modifier: str) -> Content:
    """What a cast leaves of it; casts that may round are not imitated but refused."""
    if isinstance(content, tuple):
        return tuple(_cast(each, type_, modifier) for each in content)
    if content is None:
        return None
    if type_ in ("character varying", "character", "bpchar", "varchar"):
        return content[: int(modifier[1:-1])] if modifier else content
    if _rounds(content, type_, modifier):
        raise _NoConstantError(content)
    return content


def _rounds(content: str, type_: str, modifier: str) -> bool:
    if type_ in _WHOLE:
        return not _is_whole(content)
    if modifier:
        # A scale of digits holds a fraction that is not longer; of other modifiers nothing is known.
        scaled = type_ in ("numeric", "timestamp", "time")
        scale = int(modifier[1:-1].rpartition(",")[2]) if type_ != "numeric" or "," in modifier else 0
        return not scaled or len(content.partition(".")[2]) > scale
    return type_ == '"char"'


def _is_whole(content: str) -> bool:
    # An array in text form is judged element by element later.
    return content.startswith("{") or re.fullmatch(r"[+-]?\d+", content.strip()) is not None


def _normal(content: Content, type_: str) -> object:
    """A form that is equal exactly for equal values of the type."""
    if type_.endswith("[]"):
        items = tuple(_elements(content)) if isinstance(content, str) else content
        element = type_.removesuffix("[]")
        return None if items is None else tuple(_normal(each, element) for each in items)
    if content is None or isinstance(content, tuple):
        return content
    base = re.sub(r"\(.*?\)", "", type_)
    if base in _NUMERIC:
        return _number(content)
    if base in ("json", "jsonb"):
        return _json(content)
    return _text(content, base)


def _text(content: str, base: str) -> str:
    if base == "boolean":
        return _TRUTH.get(content.strip().lower(), content)
    if base in ("character", "bpchar"):
        return content.rstrip(" ")
    return content.lower() if base == "uuid" else content


def _number(content: str) -> Decimal | str:
    try:
        number = Decimal(content.strip())
    except ArithmeticError:
        return content
    return number if number.is_finite() else content.strip().lower()


def _json(content: str) -> object:
    """Numbers are tagged: for Python 1 equals true."""
    try:
        return json.loads(content, parse_int=_tagged, parse_float=_tagged, parse_constant=_tagged)
    except (ValueError, RecursionError):
        return content


def _tagged(number: str) -> tuple[str, object]:
    return "number", _number(number)


def _elements(text: str) -> Iterator[Content]:
    """The elements of `{a,"b c",NULL}`; arrays in arrays are refused."""
    inner = text.strip()
    if not (inner.startswith("{") and inner.endswith("}")):
        raise _NoConstantError(text)
    inner = inner[1:-1]
    place = _skip(inner, 0)
    while place < len(inner):
        match = _ELEMENT.match(inner, place)
        if match is None:
            raise _NoConstantError(text)
        yield _element(match)
        place = _skip(inner, match.end())
        if place < len(inner):
            place = _skip(inner, _expect(inner, place, ","))


def _element(match: re.Match[str]) -> Content:
    if match["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", match["quoted"], flags=re.DOTALL)
    return None if match["plain"].upper() == "NULL" else match["plain"]
