"""The boxes of the table map before they have a place: each group with its tables.

Rows are aligned within a group and leave a lane between them, in which a line runs to the outside behind no table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from pgready.figures.page_tables import GUTTER, Spot
from pgready.figures.scene import Box
from pgready.figures.text import TIMES, fitted, visible, width_of
from pgready.graph.pages import LinkKind
from pgready.graph.table_map import MapGroup, MapTable, TableMap
from pgready.model.names import QualifiedName

__all__ = ["MARK", "NAME_SIZE", "PAD", "TITLE", "Block", "blocks", "marks_of", "title_of"]

NAME_SIZE = 11.5
MARK = 13
"""Width of one mark at the right end of a table."""

PAD = 11
TITLE = 27
_ROW, _GAP = 20, 8
_BESIDE = 12  # px between columns without lines
_WIDEST_NAME = 180
_SHAPE = 1.5  # wanted width per height
_MOST_MARKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A group's box: its tables relative to the left upper corner of the box, which is `width` by `height`."""

    group: MapGroup
    spots: tuple[Spot, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    table: MapTable
    text: str
    note: str
    marks: int

    @property
    def width(self) -> float:
        note = width_of(self.note, NAME_SIZE) + 5 if self.note else 0
        return width_of(self.text, NAME_SIZE) + 13 + note + (self.marks * MARK + 2 if self.marks else 0)


def blocks(drawn: TableMap, room: float) -> list[Block]:
    """One block per group, in the map's order; none is wider than `room`."""
    marks = marks_of(drawn)
    return [_block(group, drawn.labels, marks, room) for group in drawn.groups]


def marks_of(drawn: TableMap) -> dict[QualifiedName, tuple[str, ...]]:
    """The marks of every table that has some: "0" for the first hub and so on, "?" for columns without a key."""
    place = {hub: str(number) for number, hub in enumerate(drawn.hubs)}
    found: dict[QualifiedName, list[str]] = {}
    for link in drawn.links:
        unkeyed = link.kind is LinkKind.UNKEYED
        if unkeyed or link.referenced_table in place:
            found.setdefault(link.table, []).append("?" if unkeyed else place[link.referenced_table])
    return {table: tuple(_fewer(sorted(set(marks), key=_mark_order))) for table, marks in found.items()}


def _mark_order(mark: str) -> tuple[bool, int]:
    return mark == "?", 0 if mark == "?" else int(mark)


def _fewer(marks: list[str]) -> list[str]:
    return marks if len(marks) <= _MOST_MARKS else [*marks[: _MOST_MARKS - 1], "…"]


def _block(
    group: MapGroup, labels: Mapping[QualifiedName, str], marks: Mapping[QualifiedName, tuple[str, ...]], room: float
) -> Block:
    inner = room - 2 * PAD
    columns = [[_item(table, labels, marks) for table in column] for column in group.columns]
    alone = [_item(table, labels, marks) for table in group.alone]
    everything = [item for column in columns for item in column] + alone
    name = width_of(title_of(group, inner), 13, bold=True) + 1
    wanted = min(inner, max(name, sqrt(_SHAPE * sum(item.width * (_ROW + _GAP) for item in everything))))
    above, right, below = _grid(_chunked(columns, wanted, inner), TITLE, GUTTER)
    turns = GUTTER / 2 if any(link.table != link.referenced_table for link in group.inside) and right else 0
    right = min(right + turns * _turns_back(group), inner)
    gap = 4 if above and alone else 0
    second, wide, bottom = _grid(_stacked(alone, max(wanted, right)), below + gap, _BESIDE)
    return Block(
        group=group,
        spots=(*above, *second),
        width=max(right, wide, name, 60) + 2 * PAD,
        height=max(below, bottom, TITLE + _ROW + _GAP) + PAD - _GAP,
    )


def title_of(group: MapGroup, inner: float) -> str:
    """The group's name and its number of tables, within `inner` pixels in size 13 bold."""
    number = f" ({len(group.tables):,})"
    return fitted(group.name, min(inner - width_of(number, 13, bold=True), 260), 13, bold=True) + number


def _turns_back(group: MapGroup) -> bool:
    """Whether a line turns back into its column, which needs room at its right."""
    column = {table.name: number for number, tables in enumerate(group.columns) for table in tables}
    return any(column[link.table] >= column[link.referenced_table] for link in group.inside)


def _item(
    table: MapTable, labels: Mapping[QualifiedName, str], marks: Mapping[QualifiedName, tuple[str, ...]]
) -> _Item:
    loops = ("↻" if table.own == 1 else f"↻{TIMES}{table.own}") if table.own else ""
    text = fitted(visible(labels[table.name]), _WIDEST_NAME, NAME_SIZE)
    return _Item(table=table, text=text, note=loops, marks=len(marks.get(table.name, ())))


def _chunked(columns: Sequence[Sequence[_Item]], wanted: float, inner: float) -> list[list[_Item]]:
    """The columns, tall ones cut into several side by side while that stays within `wanted`; too many are folded."""
    tallest = max((len(column) for column in columns), default=0)
    for height in range(2, tallest):
        cut = [list(column[at : at + height]) for column in columns for at in range(0, len(column), height)]
        if _wide(cut) <= wanted:
            return cut
    folded = [list(column) for column in columns]
    for count in range(len(columns) - 1, 0, -1):
        if _wide(folded) <= inner:
            break
        folded = [[] for _ in range(count)]
        for place, column in enumerate(columns):
            folded[place * count // len(columns)] += column
    return folded


def _wide(columns: Iterable[Sequence[_Item]]) -> float:
    return sum(max(item.width for item in column) + GUTTER for column in columns) - GUTTER


def _stacked(items: Sequence[_Item], wanted: float) -> list[list[_Item]]:
    """Tables without lines between them, by name down the columns."""
    if not items:
        return []
    widest = max(item.width for item in items)
    height = ceil(len(items) / max(1, int((wanted + _BESIDE) // (widest + _BESIDE))))
    return [list(items[at : at + height]) for at in range(0, len(items), height)]


def _grid(columns: Sequence[Sequence[_Item]], top: float, gutter: float) -> tuple[list[Spot], float, float]:
    """Every item in its box; the width that they take, and the y below the lane of the last row."""
    spots: list[Spot] = []
    x = float(PAD)
    for number, column in enumerate(columns):
        width = max(item.width for item in column)
        for row, item in enumerate(column):
            box = Box(x=x, y=top + row * (_ROW + _GAP), width=width, height=_ROW)
            before = any(len(other) > row for other in columns[:number])
            after = any(len(other) > row for other in columns[number + 1 :])
            spots.append(_spot(item, box, number, first=not before, last=not after))
        x += width + gutter
    deepest = max((len(column) for column in columns), default=0)
    return spots, max(0.0, x - gutter - PAD), top + deepest * (_ROW + _GAP)


def _spot(item: _Item, box: Box, column: int, *, first: bool, last: bool) -> Spot:
    return Spot(
        table=item.table.name,
        lines=(item.text,),
        note=item.note,
        missing=item.table.missing,
        box=box,
        lane=box.bottom + _GAP / 2,
        column=column,
        first=first,
        last=last,
    )
