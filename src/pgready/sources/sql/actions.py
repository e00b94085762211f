"""Where each action of an ALTER TABLE begins: the parser's tree does not say it of all of them."""

from collections.abc import Iterator

from pgready.sources.sql.lexis import LexemeKind, lexemes

__all__ = ["action_offsets"]

_OPEN, _CLOSE = (b"(", b"["), (b")", b"]")
# Between ALTER and the name.
_BEFORE_NAME = frozenset({b"foreign", b"materialized", b"table", b"view", b"index", b"sequence", b"type", b"only"})


def action_offsets(text: bytes, count: int) -> tuple[int, ...] | None:
    """The offset of each action in the text of one statement; None when as many as expected cannot be told apart."""
    tokens = [
        (each.start, text[each.start : each.end].lower())
        for each in lexemes(text)
        if each.kind is not LexemeKind.COMMENT
    ]
    first = _behind_name([word for _, word in tokens])
    found = tuple(_starts(tokens[first:]))
    return found if len(found) == count else None


def _behind_name(words: list[bytes]) -> int:
    """The number of the token behind `ALTER TABLE [IF EXISTS] [ONLY] schema.name [*]`."""
    number = 1
    while number < len(words) and words[number] in _BEFORE_NAME:
        number += 1
        if words[number : number + 2] == [b"if", b"exists"]:
            number += 2
    number += 1
    while words[number : number + 1] == [b"."]:
        number += 2
    return number + (words[number : number + 1] == [b"*"])


def _starts(tokens: list[tuple[int, bytes]]) -> Iterator[int]:
    depth, begins = 0, True
    for start, word in tokens:
        if begins:
            yield start
        depth += (word in _OPEN) - (word in _CLOSE)
        begins = depth == 0 and word == b","
