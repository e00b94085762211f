"""The boxes of the table map before they have a place: each group with its tables.

Rows are aligned within a group and leave a lane between them, in which a line runs to the outside behind no table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import NamedTuple

from pgready.figures.page_tables import GUTTER, Spot
from pgready.figures.scene import Box
from pgready.figures.style import WIDER, WIDEST
from pgready.figures.text import TIMES, fitted, visible, width_of
from pgready.graph.pages import LinkKind
from pgready.graph.table_map import MapGroup, MapTable, TableMap
from pgready.model.names import QualifiedName

__all__ = ["DENSE", "PAD", "ROOMY", "TITLE", "Block", "Scale", "blocks", "marks_of", "title_of"]

PAD = 11
TITLE = 27
_MOST_MARKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The sizes of a map in CSS pixels: its `width` at most, the names of tables, and the space around them.

    `row` is the height of a table and `gap` the lane below it; `gutter` lies between columns with lines and `beside`
    between those without. `mark` is the width of one mark at the right end of a table, `widest` that of a name.
    """

    width: float
    name: float
    row: float
    gap: float
    gutter: float
    beside: float
    mark: float
    widest: float


ROOMY = Scale(width=WIDEST, name=11.5, row=20, gap=8, gutter=GUTTER, beside=12, mark=13, widest=180)
DENSE = Scale(width=WIDER, name=10, row=16, gap=6, gutter=30, beside=8, mark=12.5, widest=150)
"""For so many tables that a roomy map would be several screens high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A group's box: its tables relative to the left upper corner of the box, which is `width` by `height`.

    `folded` counts the columns of the group that share one with another.
    """

    group: MapGroup
    spots: tuple[Spot, ...]
    width: float
    height: float
    folded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    table: MapTable
    text: str
    note: str
    width: float


def blocks(drawn: TableMap, room: float, scale: Scale, shape: float) -> list[Block]:
    """One block per group, in the map's order; none is wider than `room`. `shape` is the wanted width per height."""
    marks = marks_of(drawn)
    return [_block(group, _Given(drawn.labels, marks, scale), room, shape) for group in drawn.groups]


class _Given(NamedTuple):
    labels: Mapping[QualifiedName, str]
    marks: Mapping[QualifiedName, tuple[str, ...]]
    scale: Scale


def marks_of(drawn: TableMap) -> dict[QualifiedName, tuple[str, ...]]:
    """The marks of every table that has some: "0" for the first hub and so on, "~" and "?" (`_QUALMS`)."""
    place = {hub: str(number) for number, hub in enumerate(drawn.hubs)}
    found: dict[QualifiedName, list[str]] = {}
    for link in drawn.links:
        unkeyed = link.kind is LinkKind.UNKEYED
        if unkeyed or link.referenced_table in place:
            found.setdefault(link.table, []).append("?" if unkeyed else place[link.referenced_table])
        if link.tolerated:
            found.setdefault(link.table, []).append("~")
    return {table: tuple(_fewer(sorted(set(marks), key=_mark_order))) for table, marks in found.items()}


_QUALMS = ("~", "?")
"""Marks of a table with a key that only the baseline allows, and of one with columns without a key."""


def _mark_order(mark: str) -> tuple[int, int]:
    return (_QUALMS.index(mark) + 1, 0) if mark in _QUALMS else (0, int(mark))


def _fewer(marks: list[str]) -> list[str]:
    return marks if len(marks) <= _MOST_MARKS else [*marks[: _MOST_MARKS - 1], "…"]


def _block(group: MapGroup, given: _Given, room: float, shape: float) -> Block:
    inner, scale = room - 2 * PAD, given.scale
    columns = [[_item(table, given) for table in column] for column in group.columns]
    alone = [_item(table, given) for table in group.alone]
    everything = [item for column in columns for item in column] + alone
    name = width_of(title_of(group, inner), 13, bold=True) + 1
    wanted = min(inner, max(name, sqrt(shape * sum(item.width * (scale.row + scale.gap) for item in everything))))
    shown = _chunked(columns, wanted, inner, scale.gutter)
    above, right, below = _grid(shown, TITLE, scale.gutter, scale)
    turns = scale.gutter / 2 if any(link.table != link.referenced_table for link in group.inside) and right else 0
    right = min(right + turns * _turns_back(group), inner)
    gap = 4 if above and alone else 0
    second, wide, bottom = _grid(_stacked(alone, max(wanted, right), scale.beside), below + gap, scale.beside, scale)
    return Block(
        group=group,
        spots=(*above, *second),
        folded=max(0, len(columns) - len(shown)),
        width=max(right, wide, name, 60) + 2 * PAD,
        height=max(below, bottom, TITLE + scale.row + scale.gap) + PAD - scale.gap,
    )


def title_of(group: MapGroup, inner: float) -> str:
    """The group's name and its number of tables, within `inner` pixels in size 13 bold."""
    number = f" ({len(group.tables):,})"
    return fitted(group.name, min(inner - width_of(number, 13, bold=True), 260), 13, bold=True) + number


def _turns_back(group: MapGroup) -> bool:
    """Whether a line turns back into its column, which needs room at its right."""
    column = {table.name: number for number, tables in enumerate(group.columns) for table in tables}
    return any(column[link.table] >= column[link.referenced_table] for link in group.inside)


def _item(table: MapTable, given: _Given) -> _Item:
    scale, marks = given.scale, len(given.marks.get(table.name, ()))
    loops = ("↻" if table.own == 1 else f"↻{TIMES}{table.own}") if table.own else ""
    text = fitted(visible(given.labels[table.name]), scale.widest, scale.name)
    note = width_of(loops, scale.name) + 5 if loops else 0
    width = width_of(text, scale.name) + 13 + note + (marks * scale.mark + 2 if marks else 0)
    return _Item(table=table, text=text, note=loops, width=width)


def _chunked(columns: Sequence[Sequence[_Item]], wanted: float, inner: float, gutter: float) -> list[list[_Item]]:
    """The columns, tall ones cut into several side by side while that stays within `wanted`; too many are folded."""
    tallest = max((len(column) for column in columns), default=0)
    for height in range(2, tallest):
        cut = [list(column[at : at + height]) for column in columns for at in range(0, len(column), height)]
        if _wide(cut, gutter) <= wanted:
            return cut
    folded = [list(column) for column in columns]
    for count in range(len(columns) - 1, 0, -1):
        if _wide(folded, gutter) <= inner:
            break
        folded = [[] for _ in range(count)]
        for place, column in enumerate(columns):
            folded[place * count // len(columns)] += column
    return folded


def _wide(columns: Iterable[Sequence[_Item]], gutter: float) -> float:
    return sum(max(item.width for item in column) + gutter for column in columns) - gutter


def _stacked(items: Sequence[_Item], wanted: float, beside: float) -> list[list[_Item]]:
    """Tables without lines between them, by name down the columns."""
    if not items:
        return []
    widest = max(item.width for item in items)
    height = ceil(len(items) / max(1, int((wanted + beside) // (widest + beside))))
    return [list(items[at : at + height]) for at in range(0, len(items), height)]


def _grid(
    columns: Sequence[Sequence[_Item]], top: float, gutter: float, scale: Scale
) -> tuple[list[Spot], float, float]:
    """Every item in its box; the width that they take, and the y below the lane of the last row."""
    spots: list[Spot] = []
    x = float(PAD)
    for number, column in enumerate(columns):
        width = max(item.width for item in column)
        for row, item in enumerate(column):
            box = Box(x=x, y=top + row * (scale.row + scale.gap), width=width, height=scale.row)
            before = any(len(other) > row for other in columns[:number])
            after = any(len(other) > row for other in columns[number + 1 :])
            spots.append(_spot(item, box, (number, scale.gap), first=not before, last=not after))
        x += width + gutter
    deepest = max((len(column) for column in columns), default=0)
    return spots, max(0.0, x - gutter - PAD), top + deepest * (scale.row + scale.gap)


def _spot(item: _Item, box: Box, place: tuple[int, float], *, first: bool, last: bool) -> Spot:
    column, gap = place
    return Spot(
        table=item.table.name,
        lines=(item.text,),
        note=item.note,
        missing=item.table.missing,
        box=box,
        lane=box.bottom + gap / 2,
        column=column,
        first=first,
        last=last,
    )
