"""The string constants of a statement, also inside DO blocks: a lexer, since words in comments and names fool a search.

Source: PostgreSQL manual, "Lexical Structure".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Literal", "literals"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: its text, and the name of the type that it is cast to by `::` (without its schema)."""

    text: str
    cast: str | None = None


_TOKEN = re.compile(
    r"""
      (?P<line>--[^\n]*)
    | (?P<comment>/\*)
    | (?P<dollar>\$(?P<tag>[^\W\d]\w*|)\$)
    | (?P<escaped>[eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*')
    | (?P<string>'[^']*(?:''[^']*)*')
    | (?P<name>"[^"]*(?:""[^"]*)*")
    | (?P<word>[^\W\d][\w$]*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CAST = re.compile(r'\s*::\s*(?:(?:"(?:[^"]|"")*"|\w+)\s*\.\s*)?(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>\w+))')
_NESTED = re.compile(r"/\*|\*/")
_MOST_DEPTH = 8


def literals(sql: str, *, depth: int = 0) -> Iterator[Literal]:
    """In order; of a dollar-quoted text (the body of a DO block) those within it, and the text itself."""
    at = 0
    while (token := _TOKEN.match(sql, at)) is not None:
        at = token.end()
        if token["comment"]:
            at = _end_of_comment(sql, at)
        elif token["dollar"]:
            end = sql.find(token["dollar"], at)
            body = sql[at : end if end >= 0 else len(sql)]
            at += len(body) + len(token["dollar"])
            yield Literal(body, _cast(sql, at))
            if depth < _MOST_DEPTH:
                yield from literals(body, depth=depth + 1)
        elif token["string"] or token["escaped"]:
            written = (token["string"] or token["escaped"][1:])[1:-1].replace("''", "'")
            yield Literal(written, _cast(sql, at))


def _cast(sql: str, at: int) -> str | None:
    found = _CAST.match(sql, at)
    if found is None:
        return None
    return found["quoted"].replace('""', '"') if found["quoted"] is not None else found["plain"].lower()


def _end_of_comment(sql: str, at: int) -> int:
    """Comments nest."""
    depth = 1
    while depth:
        found = _NESTED.search(sql, at)
        if found is None:
            return len(sql)
        depth += 1 if found[0] == "/*" else -1
        at = found.end()
    return at
