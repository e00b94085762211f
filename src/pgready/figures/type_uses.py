"""Which types the columns have: one bar per type, the most used first."""

import re
from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from pgready.figures.describe import listed
from pgready.figures.parts import MARGIN, heading
from pgready.figures.scene import Box, Scene, Shape, Words, render
from pgready.figures.style import QUIET, WIDEST
from pgready.figures.text import fitted, plural, width_of
from pgready.graph.table_shapes import TypeUse

__all__ = ["describe_types", "draw_types", "types_lines", "types_scene"]

_ROW, _LABELS, _LONGEST = 21, 250, 300
_MOST = 14
_BAR = "#8FBFDF"
_TOLD = 5


def draw_types(uses: Sequence[TypeUse]) -> Figure:
    """One bar per type."""
    return render(types_scene(uses))


def types_scene(uses: Sequence[TypeUse]) -> Scene:
    """The picture as shapes: the 14 most used types; enums and other own types are one bar."""
    title, line, note = types_lines(uses)
    shapes, y = heading(title, line, note, WIDEST)
    bars = _bars(uses)
    most = max((number for _, number, _ in bars), default=1)
    y += 8
    for label, number, example in bars[:_MOST]:
        shapes += _row(label, number, example, y, _LONGEST * number / most)
        y += _ROW
    if rest := bars[_MOST:]:
        columns = sum(number for _, number, _ in rest)
        text = f"{plural(len(rest), 'more type')}, of {plural(columns, 'column')} in all."
        shapes.append(Words(x=MARGIN, y=y + 12, text=text, size=11, colour=QUIET))
        y += 22
    return Scene(width=WIDEST, height=y + MARGIN, shapes=tuple(shapes))


def _bars(uses: Sequence[TypeUse]) -> list[tuple[str, int, str]]:
    """Label, number of columns, and an example; own types together."""
    own = [use for use in uses if use.own]
    bars = [(use.type, use.columns, use.first[0]) for use in uses if not use.own]
    if own:
        label = f"own types ({len(own):,})"
        bars.append((label, sum(use.columns for use in own), f"{own[0].first[0]} is {own[0].type}"))
    return sorted(bars, key=lambda bar: -bar[1])


def _row(label: str, number: int, example: str, y: float, long: float) -> Iterator[Shape]:
    middle = y + _ROW / 2
    yield Words(x=MARGIN, y=middle, text=fitted(label, _LABELS - MARGIN - 8, 11.5), size=11.5)
    yield Box(x=_LABELS, y=y + 4, width=max(long, 2), height=_ROW - 8, fill=_BAR, radius=0, layer=1)
    text = f"{number:,}"
    x = _LABELS + max(long, 2) + 6
    yield Words(x=x, y=middle, text=text, size=11, bold=True)
    x += width_of(text, 11, bold=True) + 10
    yield Words(x=x, y=middle, text=fitted(example, WIDEST - MARGIN - x, 10), size=10, colour=QUIET)


def types_lines(uses: Sequence[TypeUse]) -> tuple[str, str, str]:
    """Title, second line and note."""
    if not uses:
        return "No column is declared", "", ""
    columns = sum(use.columns for use in uses)
    title = f"{plural(columns, 'column')} of {plural(len(uses), 'type')}"
    return title, _mixed(uses), "As declared, each with the first column of that type."


_PAIRS = (
    ("times with and without a time zone", r"time.* with time zone.*", r"time.* without time zone.*"),
    ("jsonb and json", r"jsonb(\[\])?", r"json(\[\])?"),
    ("floating-point and exact numbers", r"(real|double precision).*", r"numeric.*"),
)


def _mixed(uses: Sequence[TypeUse]) -> str:
    """Where two types that are easily confused are both in use."""
    found = []
    for words, *patterns in _PAIRS:
        one, other = (sum(use.columns for use in uses if re.fullmatch(it, use.type)) for it in patterns)
        if one and other:
            found.append(f"{words} ({one:,} and {other:,})")
    return f"Both in use: {listed(found)}." if found else ""


def describe_types(uses: Sequence[TypeUse]) -> str:
    """The alternative text: how many types, what is mixed, and the most used."""
    title, line, _ = types_lines(uses)
    told = ", ".join(f"{label} {number:,}" for label, number, _ in _bars(uses)[:_TOLD])
    return " ".join([f"{title}.", *([line] if line else ()), *([f"The most used: {told}."] if told else ())])
