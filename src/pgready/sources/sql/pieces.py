"""A script in pieces of one statement each, for whoever sends them one by one."""

from pgready.sources.sql.lexis import skip_trivia
from pgready.sources.sql.parse import on_deep_stack
from pgready.sources.sql.statements import raw_statements

__all__ = ["pieces"]


def pieces(sql: str) -> tuple[str, ...]:
    """One piece for each statement, in order; together they are the text.

    A piece ends behind its semicolon: a comment belongs to the statement that follows it, what stands behind the last
    semicolon to the last one. A text without a statement is one piece. What is not valid SQL stands in one piece with
    whatever the scanner cannot tell from it. Not for a text with a NUL or a lone surrogate.
    """
    text = sql.encode()
    ends = on_deep_stack(lambda: [_behind_semicolon(text, raw.end) for raw in raw_statements(text)])[:-1]
    return tuple(
        text[start:end].decode() for start, end in zip((0, *ends), (*ends, len(text)), strict=True) if start < end
    ) or (sql,)


def _behind_semicolon(text: bytes, end: int) -> int:
    place = skip_trivia(text, end)
    return place + 1 if text.startswith(b";", place) else end
