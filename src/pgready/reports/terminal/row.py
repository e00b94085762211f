"""A line for a terminal: plain text in pieces with the style of each, and how it is folded to a width."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["BLANK", "Row", "folded", "row"]

Piece = tuple[str, str]
"""Text, and the rich style it is printed in ("" for none); the text is never markup."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line without its line break."""

    pieces: tuple[Piece, ...] = ()

    @property
    def text(self) -> str:
        """The whole line without styles."""
        return "".join(text for text, _ in self.pieces)

    @property
    def style(self) -> str:
        """The style of a line that has only one, else none."""
        styles = {style for _, style in self.pieces}
        return styles.pop() if len(styles) == 1 else ""


BLANK = Row()


def row(*pieces: str | Piece) -> Row:
    """A line of its pieces; a bare string has no style, empty ones are left out."""
    styled = (piece if isinstance(piece, tuple) else (piece, "") for piece in pieces)
    return Row(tuple(piece for piece in styled if piece[0]))


def folded(head: Piece, text: str, *, width: int | None, indent: int = 2, style: str = "") -> Iterator[Row]:
    """`head` and the text after it, continued below the text; one line where no width is given.

    Only spaces are broken: a path or a name stays whole, even where it is longer than a line.
    """
    margin = " " * (indent + len(head[0]))
    room = max(20, width - len(margin)) if width else None
    lines = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) if room else [text]
    first, *others = lines or [""]
    yield row(" " * indent, head, (first, style))
    yield from (row(margin, (line, style)) for line in others)
