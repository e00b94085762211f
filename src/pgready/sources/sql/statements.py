"""SQL text -> its statements, each with its tree or with the reason why it could not be read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from pgready.sources.sql import parse
from pgready.sources.sql.lexis import LexemeKind, lexemes, skip_trivia
from pgready.sources.sql.parse import Node, SqlError

__all__ = ["Broken", "RawStatement", "raw_statements"]

# Up to here a text is parsed as a whole; beyond, in pieces of about this size.
_WHOLE_BYTES = 64 << 10
# How many pieces a scanner may have made of one CREATE FUNCTION ... BEGIN ATOMIC.
_MOST_ATOMIC_PIECES = 50
# How far the VALUES of an INSERT may be: 1,600 columns, a comma after each.
_MOST_HEAD_LEXEMES = 4000
_META_COMMAND = re.compile(rb"\\[^\s\\]{1,30}")


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
    yield from _explained(text, _pieces(text)) if whole is None else whole


def _explained(text: bytes, found: Iterable[RawStatement | Broken]) -> Iterator[RawStatement | Broken]:
    """Says so where only psql understands a broken text, as in a dump: its commands, rows behind a COPY."""
    copies = False
    for each in found:
        if isinstance(each, RawStatement):
            copies = each.kind == "CopyStmt" and bool(each.node.get("is_from")) and "filename" not in each.node
            yield each
            continue
        message = f"rows for COPY FROM STDIN, which only psql sends: {each.message}" if copies else each.message
        command = _META_COMMAND.match(text, each.start)
        if command is not None and not command.group().startswith(b"\\."):
            message = f"{command.group().decode(errors='replace')} is a command of psql, not SQL: {each.message}"
        yield replace(each, message=message)


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


Span = tuple[int, int]


@dataclass(slots=True)
class _Pieces:
    """The spans of statements as the scanner tells them apart; `rest` is what it does not accept.

    `lookahead` is how many spans may still be looked at for the end of a `BEGIN ATOMIC`: it bounds the time.
    """

    text: bytes
    spans: list[Span]
    rest: Broken | None = None
    lookahead: int = 10_000


def _split(text: bytes) -> _Pieces:
    try:
        return _Pieces(text, _with_gaps(text, parse.split(text), len(text)))
    except SqlError as error:
        place = error.offset or 0
        message = error.message
    try:
        spans = _with_gaps(text, parse.split(text[:place]), place)
    except SqlError:
        spans = []
    # The last span may go on where the scanner stopped.
    open_ended = bool(spans) and not text[spans[-1][1] : place].strip().startswith(b";")
    start = spans.pop()[0] if open_ended else min(_skip_empty(text, place), place)
    return _Pieces(text, spans, Broken(start, _trimmed(text, start, len(text)), message, place))


def _with_gaps(text: bytes, spans: list[Span], end: int) -> list[Span]:
    """The spans without the comments in front, and what the scanner leaves out because it holds no keyword."""
    found: list[Span] = []
    before = 0
    for start, stop in [*spans, (end, end)]:
        gap = _skip_empty(text, before)
        if gap < start:
            found.append((gap, start))
        begin = _skip_empty(text, start)
        if begin < stop:
            found.append((begin, stop))
        before = stop
    return found


def _skip_empty(text: bytes, start: int) -> int:
    """Over white space, comments and semicolons."""
    while True:
        start = skip_trivia(text, start)
        if not text.startswith(b";", start):
            return start
        start += 1


def _pieces(text: bytes) -> Iterator[RawStatement | Broken]:
    pieces = _split(text)
    number = 0
    while number < len(pieces.spans):
        last = _batch(pieces.spans, number)
        read = _valid(text, pieces.spans[number][0], pieces.spans[last][1]) if last > number else None
        if read is not None:
            number = last + 1
            yield from read
        while read is None and number <= last:
            found, number = _one(pieces, number)
            yield from found
    if pieces.rest is not None:
        yield pieces.rest


def _batch(spans: list[Span], first: int) -> int:
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


def _one(pieces: _Pieces, number: int) -> tuple[list[RawStatement | Broken], int]:
    """The statement of one span (or of several, for BEGIN ATOMIC), and the number of the next span."""
    text = pieces.text
    start, end = pieces.spans[number]
    try:
        return _read(text, start, end), number + 1
    except SqlError as error:
        first = error
    last = _end_of_atomic(pieces, number)
    read = _valid(text, start, pieces.spans[last][1]) if last > number else _large_insert(text, start, end)
    if read is not None:
        return read, last + 1
    place = max(start, min(start + (first.offset or 0), end))
    return [Broken(start, _trimmed(text, start, end), first.message, place)], number + 1


def _large_insert(text: bytes, start: int, end: int) -> list[RawStatement | Broken] | None:
    """An INSERT too large for one tree, read up to its VALUES: the rows do not change what it writes to.

    What follows is not checked. None for everything else.
    """
    if end - start <= parse.MAX_STATEMENT_BYTES:
        return None
    head = islice(lexemes(text[start : start + _WHOLE_BYTES]), _MOST_HEAD_LEXEMES)
    values = next((each for each in head if text[start + each.start : start + each.end].lower() == b"values"), None)
    try:
        raw = parse.parse(text[start : start + values.end] + b" (NULL)") if values is not None else []
    except SqlError:
        return None
    nodes = [each.get("stmt", {}).get("InsertStmt") for each in raw]
    if len(nodes) != 1 or nodes[0] is None:
        return None
    return [RawStatement(start, _trimmed(text, start, end), "InsertStmt", nodes[0], start)]


def _end_of_atomic(pieces: _Pieces, first: int) -> int:
    """The span with the END of a `BEGIN ATOMIC` in the first span, which the scanner has cut apart; else the first."""
    text, spans = pieces.text, pieces.spans
    if b"atomic" not in text[slice(*spans[first])].lower():
        return first
    depth = 0
    for number in range(first, min(first + min(_MOST_ATOMIC_PIECES, pieces.lookahead), len(spans))):
        pieces.lookahead -= 1
        words = _words(text[slice(*spans[number])])
        depth += sum(word in (b"atomic", b"case") for word in words) - words.count(b"end")
        if depth <= 0:
            return number
    return first


def _words(piece: bytes) -> list[bytes]:
    return [piece[each.start : each.end].lower() for each in lexemes(piece) if each.kind is LexemeKind.WORD]
