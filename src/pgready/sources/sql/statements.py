"""SQL text -> its statements, each with its tree or with the reason why it could not be read."""

from collections.abc import Iterator
from dataclasses import dataclass

from pgready.sources.sql import parse
from pgready.sources.sql.lexis import LexemeKind, lexemes, skip_trivia
from pgready.sources.sql.parse import Node, SqlError

__all__ = ["Broken", "RawStatement", "raw_statements"]

# Up to here a text is parsed as a whole; beyond, in pieces of about this size.
_WHOLE_BYTES = 64 << 10
# How many pieces a scanner may have made of one CREATE FUNCTION ... BEGIN ATOMIC.
_MOST_ATOMIC_PIECES = 50


@dataclass(frozen=True, slots=True)
class RawStatement:
    """One statement: the bytes from its first token to before the semicolon, and its tree.

    Locations in the tree count from `base`.
    """

    start: int
    end: int
    kind: str
    node: Node
    base: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A statement (or the rest of a text) that the parser does not accept; `offset` is the place of the error."""

    start: int
    end: int
    message: str
    offset: int


def raw_statements(text: bytes) -> Iterator[RawStatement | Broken]:
    """Every statement in order; what is broken does not lose the others as far as the scanner can tell them apart.

    Text without NUL, UTF-8. The spans do not overlap, and between them are only semicolons, white space and comments.
    """
    whole = _valid(text, 0, len(text)) if len(text) <= _WHOLE_BYTES else None
    yield from _pieces(text) if whole is None else whole


def _read(text: bytes, start: int, end: int) -> list[RawStatement | Broken]:
    """The statements of a part of the text that is valid as a whole."""
    found: list[RawStatement | Broken] = []
    for raw in parse.parse(text[start:end]):
        begin = start + raw.get("stmt_location", 0)
        length = raw.get("stmt_len", 0)
        stop = begin + length if length else end
        for kind, node in raw.get("stmt", {}).items():
            found.append(RawStatement(skip_trivia(text, begin), _trimmed(text, begin, stop), kind, node, start))
    return found


def _trimmed(text: bytes, start: int, end: int) -> int:
    while end > start and text[end - 1] in b" \t\n\r\f\v;":
        end -= 1
    return end


def _split(text: bytes) -> tuple[list[tuple[int, int]], Broken | None]:
    """The spans of the statements before the first place that the scanner does not accept, and that place."""
    try:
        return parse.split(text), None
    except SqlError as error:
        place = error.offset or 0
        message = error.message
    try:
        before = parse.split(text[:place])
    except SqlError:
        before = []
    # The last span may go on where the scanner stopped.
    open_ended = bool(before) and not text[before[-1][1] : place].strip().startswith(b";")
    begin = before.pop()[0] if open_ended else place
    start = min(skip_trivia(text, begin), place)
    return before, Broken(start, _trimmed(text, start, len(text)), message, place)


def _pieces(text: bytes) -> Iterator[RawStatement | Broken]:
    spans, rest = _split(text)
    number = 0
    while number < len(spans):
        last = _batch(spans, number)
        read = _valid(text, spans[number][0], spans[last][1]) if last > number else None
        if read is not None:
            number = last + 1
            yield from read
        while read is None and number <= last:
            found, number = _one(text, spans, number)
            yield from found
    if rest is not None:
        yield rest


def _batch(spans: list[tuple[int, int]], first: int) -> int:
    """The last of the spans that are parsed together with the first."""
    last = first
    while last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= _WHOLE_BYTES:
        last += 1
    return last


def _valid(text: bytes, start: int, end: int) -> list[RawStatement | Broken] | None:
    try:
        return _read(text, start, end)
    except SqlError:
        return None


def _one(text: bytes, spans: list[tuple[int, int]], number: int) -> tuple[list[RawStatement | Broken], int]:
    """The statement of one span (or of several, for BEGIN ATOMIC), and the number of the next span."""
    start, end = spans[number]
    try:
        return _read(text, start, end), number + 1
    except SqlError as error:
        first = error
    last = _end_of_atomic(text, spans, number)
    read = _valid(text, start, spans[last][1]) if last > number else None
    if read is not None:
        return read, last + 1
    begin = skip_trivia(text, start)
    if begin >= end:
        return [], number + 1
    place = max(begin, min(start + (first.offset or 0), end))
    return [Broken(begin, _trimmed(text, begin, end), first.message, place)], number + 1


def _end_of_atomic(text: bytes, spans: list[tuple[int, int]], first: int) -> int:
    """The span with the END of a `BEGIN ATOMIC` in the first span, which the scanner has cut apart; else the first."""
    if b"atomic" not in text[slice(*spans[first])].lower():
        return first
    depth = 0
    for number in range(first, min(first + _MOST_ATOMIC_PIECES, len(spans))):
        words = _words(text[slice(*spans[number])])
        depth += sum(word in (b"atomic", b"case") for word in words) - words.count(b"end")
        if depth <= 0:
            return number
    return first


def _words(piece: bytes) -> list[bytes]:
    return [piece[each.start : each.end].lower() for each in lexemes(piece) if each.kind is LexemeKind.WORD]
