"""Where the tokens of SQL text begin and end, in linear time, without the grammar.

Two things need it: the places of commands inside PL/pgSQL bodies (the parser gives only lines), and text that the
parser's own scanner would take minutes to read. Meaning is never taken from here.

Source: PostgreSQL manual, "Lexical Structure", and `src/backend/parser/scan.l` (nested comments, continued strings,
dollar quotes; `standard_conforming_strings` is on).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

__all__ = ["Lexeme", "LexemeKind", "costly", "lexemes", "skip_trivia"]


class LexemeKind(Enum):
    """Kinds of lexemes; comments count, white space does not."""

    COMMENT = auto()
    STRING = auto()
    DOLLAR_STRING = auto()
    QUOTED_NAME = auto()
    WORD = auto()
    OPERATOR = auto()
    OTHER = auto()
    UNTERMINATED = auto()


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One lexeme, the bytes from `start` to `end`."""

    kind: LexemeKind
    start: int
    end: int


# An escape string may go on after white space that holds a line break; it stays an escape string.
# Not possessive around what may match in part: CPython before 3.11.5 then goes on behind the part (gh-106052).
_CONTINUED = rb"(?:[ \t\f\v]*+(?:--[^\n\r]*+)?+[\n\r](?:[ \t\f\v\n\r]++|--[^\n\r]*+[\n\r])*'(?:[^'\\]++|''|\\.)*+')*"
_LEXEME = re.compile(
    rb"(?P<space>[ \t\n\r\f\v]++)"
    rb"|(?P<line>--[^\n\r]*+)"
    rb"|(?P<block>/\*)"
    rb"|(?P<escape>[eE]'(?:[^'\\]++|''|\\.)*+'" + _CONTINUED + rb")"
    rb"|(?P<string>(?:[nNbBxX]|[uU]&)?+'(?:[^']++|'')*+')"
    rb'|(?P<quoted>(?:[uU]&)?+"(?:[^"]++|"")*+")'
    rb"|(?P<dollar>\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*+)?+\$)"
    rb"|(?P<word>[A-Za-z_\x80-\xff][A-Za-z0-9_$\x80-\xff]*+|[0-9][0-9A-Za-z_.]*+)"
    rb"|(?P<operator>(?:(?!--|/\*)[-+*/<>=~!@#^&|`?%])+)"
    rb"|(?P<open>[eEnNbBxX]?+'|[uU]&['\"]|\")"
    rb"|(?P<other>.)",
    re.DOTALL,
)
_COMMENT_EDGE = re.compile(rb"/\*|\*/")
_TRIVIA = re.compile(rb"(?:[ \t\n\r\f\v]++|--[^\n\r]*+)*+")
_LONG_RUN = re.compile(rb"[-+*/<>=~!@#^&|`?%]{256,}+")
_NESTED_OPENINGS = 64
_KINDS = {
    "line": LexemeKind.COMMENT,
    "escape": LexemeKind.STRING,
    "string": LexemeKind.STRING,
    "quoted": LexemeKind.QUOTED_NAME,
    "word": LexemeKind.WORD,
    "operator": LexemeKind.OPERATOR,
    "open": LexemeKind.UNTERMINATED,
    "other": LexemeKind.OTHER,
}


def lexemes(text: bytes, start: int = 0) -> Iterator[Lexeme]:
    """The lexemes of SQL text in order; what is never closed is one UNTERMINATED lexeme up to the end."""
    while start < len(text):
        match = _LEXEME.match(text, start)
        if match is None or match.lastgroup is None:  # pragma: no cover - `other` matches every byte
            return
        lexeme = _lexeme(text, match.lastgroup, start, match.end())
        start = lexeme.end if lexeme else match.end()
        if lexeme:
            yield lexeme


def _lexeme(text: bytes, group: str, start: int, end: int) -> Lexeme | None:
    if group == "space":
        return None
    if group == "block":
        closed = _end_of_comment(text, start)
        return Lexeme(LexemeKind.UNTERMINATED if closed < 0 else LexemeKind.COMMENT, start, abs(closed))
    if group == "dollar":
        closing = text.find(text[start:end], end)
        if closing < 0:
            return Lexeme(LexemeKind.UNTERMINATED, start, len(text))
        return Lexeme(LexemeKind.DOLLAR_STRING, start, closing + end - start)
    kind = _KINDS[group]
    return Lexeme(kind, start, len(text) if kind is LexemeKind.UNTERMINATED else end)


def _end_of_comment(text: bytes, start: int) -> int:
    """The end of the (nested) comment that begins at `start`; minus the text's length when it is never closed."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if edge.group() == b"/*" else -1
        if depth == 0:
            return edge.end()
    return -len(text)


def skip_trivia(text: bytes, start: int) -> int:
    """The first byte at or after `start` that is neither white space nor part of a comment."""
    while True:
        match = _TRIVIA.match(text, start)
        start = match.end() if match else start
        if not text.startswith(b"/*", start):
            return start
        start = abs(_end_of_comment(text, start))


def costly(text: bytes) -> tuple[int, str] | None:
    """The place and name of something that the parser's scanner reads in quadratic time; None when there is none.

    Measured with libpg_query 18: 100,000 nested `/*` take 50 s, an operator of 100,000 characters 42 s. Both are runs
    of operator characters, which no real text holds outside comments, so that nearly always one search is enough.
    """
    if _LONG_RUN.search(text) is None:
        return None
    for lexeme in lexemes(text):
        if lexeme.kind is LexemeKind.OPERATOR and lexeme.end - lexeme.start >= 256:  # noqa: PLR2004 - as in _LONG_RUN
            return lexeme.start, f"an operator of {lexeme.end - lexeme.start} characters"
        if text.startswith(b"/*", lexeme.start):
            nested = text.count(b"/*", lexeme.start, lexeme.end)
            if nested > _NESTED_OPENINGS and _LONG_RUN.search(text, lexeme.start, lexeme.end):
                return lexeme.start, f"a comment with {nested} comments nested in it"
    return None
