"""Blocks as plain text, for terminals, for text/plain and for those who read a notebook with `cat`."""

import textwrap
from collections.abc import Iterator

from pgready.reports.blocks import (
    Banner,
    Block,
    Bullets,
    Checklist,
    CheckSection,
    Facts,
    Fold,
    Line,
    Part,
    Picture,
    Pre,
    Prose,
    Stack,
    State,
    Style,
    Table,
    Tiles,
    Tone,
)
from pgready.reports.visible import visible

__all__ = ["SYMBOLS", "TONE_SYMBOLS", "plain_line", "plain_text"]

SYMBOLS = {Style.GOOD: "✓", Style.BAD: "✗", Style.WARN: "!", Style.OPEN: "?"}
TONE_SYMBOLS = {Tone.GOOD: "✓", Tone.BAD: "✗", Tone.WARN: "!", Tone.OPEN: "?", Tone.NEUTRAL: ""}
_BOXES = {State.TICKED: "[x]", State.CROSSED: "[✗]", State.OPEN: "[ ]"}


def plain_line(line: Line) -> str:
    """A line without styles; what carries a symbol keeps it."""
    return "".join(f"{SYMBOLS.get(span.style, '')} {visible(span.text)}".removeprefix(" ") for span in line)


def plain_text(block: Block) -> str:
    """The block as text, without a line break at the end."""
    return "\n".join(_lines(block)).rstrip()


def _lines(block: Block) -> Iterator[str]:  # noqa: C901, PLR0912  # one arm per kind of block, nothing else
    match block:
        case Banner():
            yield f"{TONE_SYMBOLS[block.tone]} {visible(block.word)}".strip()
            yield from (plain_line(line) for line in (block.reason, block.detail) if line)
            yield from _facts(block)
        case Tiles():
            yield from (f"{visible(tile.value)}  {visible(tile.label)}" for tile in block.tiles)
        case Facts():
            yield from _facts(block)
        case Prose():
            yield from (plain_line(line) for line in block.lines)
        case Bullets():
            yield from (f"- {plain_line(line)}" for line in block.items)
            yield from _more(block.more)
        case Pre():
            yield visible(block.text, keep="\n")
        case Table():
            yield from _table(block)
        case Checklist():
            for section in block.sections:
                yield from _section(section)
        case Picture():
            yield f"[picture] {visible(block.alt)}"
        case Fold():
            yield f"▸ {plain_line(block.summary)}"
            yield textwrap.indent("\n".join(map(plain_text, block.body)), "  ")
        case Part():
            yield plain_line(block.title)
            yield from (f"{plain_text(inner)}\n" for inner in block.body)
        case Stack():
            yield from (f"{plain_text(inner)}\n" for inner in block.body)


def _facts(block: Banner | Facts) -> Iterator[str]:
    return (f"{visible(fact.term)}: {plain_line(fact.line)}" for fact in block.facts)


def _more(number: int) -> Iterator[str]:
    if number:
        yield f"… {number} more in audit.json"


def _section(section: CheckSection) -> Iterator[str]:
    if section.title:
        yield visible(section.title)
    if section.note:
        yield plain_line(section.note)
    for check in section.checks:
        note = f" ({plain_line(check.note)})" if check.note else ""
        yield f"{_BOXES[check.state]} {plain_line(check.line)}{note}"
        if check.command:
            yield f"      {visible(check.command)}"
    yield ""


def _table(table: Table) -> Iterator[str]:
    yield visible(table.caption)
    rows = [[visible(column.title) for column in table.columns], *([plain_line(c) for c in row] for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, table.columns, strict=True)
        yield "  ".join(f"{cell:>{n}}" if c.numeric else f"{cell:<{n}}" for cell, n, c in cells).rstrip()
    yield from _more(table.more)
