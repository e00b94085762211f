"""The middle of a group page: where the group's tables stand.

Tables that refer to each other stand in columns, a table left of those that it refers to; the others in a grid below.
Rows are aligned over all columns and leave a lane between them, so that a line from a table to the outside runs in the
lane and never behind another table.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from pgready.figures.scene import Box
from pgready.figures.text import TIMES, fitted, plural, visible, width_of
from pgready.graph.pages import GroupPage, LinkKind, PageTable
from pgready.model.names import QualifiedName

__all__ = ["GAP", "GUTTER", "ROW", "Layout", "Spot", "by_table", "lay_out", "moved"]

ROW = 22
GAP = 10
GUTTER = 36
_NAME_SIZE = 12
_NOTE_SIZE = 10.5
_MOST_TABLES = 26
_MOST_COLUMNS = 4
_NARROWEST = 104
_SHORT = 13  # characters of a name that need no second line
_WORD_END = re.compile(r"[_.\- ]+|(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A table in its place; `table` is None for the box that stands for all that are not drawn.

    `lines` is its name, in one line or two; `note` stands at the right end of the last. `lane` is the y of the free
    space below its row; `first` and `last` tell whether nothing stands to its left or right.
    """

    table: QualifiedName | None
    lines: tuple[str, ...]
    note: str
    missing: bool
    box: Box
    lane: float
    column: int = 0
    first: bool = True
    last: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All spots, relative to the left upper corner of the area, which is `width` by `height`."""

    spots: tuple[Spot, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A table before it has a place."""

    table: QualifiedName | None
    lines: tuple[str, ...]
    note: str = ""
    missing: bool = False

    @property
    def natural(self) -> float:
        *above, last = (width_of(line, _NAME_SIZE) for line in self.lines)
        return max(last + self.note_width, *above, 0) + 16

    @property
    def note_width(self) -> float:
        return width_of(self.note, _NOTE_SIZE) + 8 if self.note else 0


def lay_out(page: GroupPage, room: float) -> Layout:
    """Place the tables of the group within `room` pixels of width; at most 26 of them are drawn."""
    shown, hidden = _selected(page)
    linked = [table for table in shown if table.column is not None]
    alone = [_item(page, table) for table in _in_then_out(page, [table for table in shown if table.column is None])]
    if hidden:
        missing = sum(table.missing for table in hidden)
        alone.append(
            _Item(
                table=None,
                lines=(f"+ {plural(len(hidden), 'more table')}",),
                note=f"{missing} of them missing" * (missing > 0),
            )
        )
    narrower = room - GUTTER / 2
    above = _grid(_broken(_columns(page, linked, narrower), narrower), 0, narrower, GUTTER)
    top = above.height + GAP + 6 if above.spots and alone else above.height
    below = _grid(_stacked(alone, room), top, room, 14)
    return Layout(
        spots=(*above.spots, *below.spots),
        width=max(above.width + _turning(page, above.spots), below.width),
        height=max(above.height, below.height, float(ROW)),
    )


def _turning(page: GroupPage, spots: Sequence[Spot]) -> float:
    """Room at the right for lines that turn back into the last column."""
    column = {spot.table: spot.column for spot in spots}
    last = max(column.values(), default=0)
    turns = any(column.get(link.table) == last == column.get(link.referenced_table) for link in page.inside)
    return GUTTER / 2 if turns else 0


def moved(spot: Spot, x: float, y: float) -> Spot:
    """The spot shifted to where its area begins."""
    return replace(spot, box=replace(spot.box, x=spot.box.x + x, y=spot.box.y + y), lane=spot.lane + y)


def _selected(page: GroupPage) -> tuple[list[PageTable], list[PageTable]]:
    """The tables to draw, and the others: those that cross come first, then linked, then missing ones."""
    bad = {
        link.table: link.kind in {LinkKind.FORBIDDEN, LinkKind.UNDECLARED} for link in (*page.outgoing, *page.incoming)
    }
    crossing = {it for link in (*page.outgoing, *page.incoming) for it in (link.table, link.referenced_table)}
    ranked = sorted(
        page.tables,
        key=lambda it: (
            not bad.get(it.name, False),
            it.name not in crossing,
            it.column is None,
            not it.missing,
            it.name,
        ),
    )
    most = _MOST_TABLES if len(ranked) <= _MOST_TABLES else _MOST_TABLES - 1
    return sorted(ranked[:most], key=lambda it: it.name), ranked[most:]


def _item(page: GroupPage, table: PageTable) -> _Item:
    loops = ("↻" if table.own == 1 else f"↻{TIMES}{table.own}") if table.own else ""
    note = " ".join(part for part in (loops, "table missing" if table.missing else "") if part)
    return _Item(table=table.name, lines=(visible(page.labels[table.name]),), note=note, missing=table.missing)


def _in_then_out(page: GroupPage, tables: list[PageTable]) -> list[PageTable]:
    """Tables with keys coming in first (left), with keys going out last (right): short ways to the outside."""
    out = {link.table for link in page.outgoing}
    coming = {link.referenced_table for link in page.incoming}
    return sorted(tables, key=lambda it: ((it.name in out) - (it.name in coming), it.name))


def _columns(page: GroupPage, linked: Sequence[PageTable], room: float) -> list[list[_Item]]:
    """Linked tables by column; deep groups are folded to what fits. Rows follow the tables referred to."""
    if not linked:
        return []
    depth = 1 + max(table.column or 0 for table in linked)
    count = max(1, min(depth, _MOST_COLUMNS, int((room + GUTTER) // (_NARROWEST + GUTTER))))
    columns: list[list[PageTable]] = [[] for _ in range(count)]
    for table in linked:
        columns[(table.column or 0) * count // depth].append(table)
    return [[_item(page, table) for table in column] for column in _untangled(page, [it for it in columns if it])]


def _broken(columns: list[list[_Item]], room: float) -> list[list[_Item]]:
    """The same columns, the names in two lines where they do not fit side by side."""
    wanted = sum(max(item.natural for item in column) + GUTTER for column in columns) - GUTTER
    if wanted <= room:
        return columns
    return [[replace(item, lines=_two_lines(item.lines[0])) for item in column] for column in columns]


def _two_lines(name: str) -> tuple[str, ...]:
    """A name broken at the word boundary nearest to its middle: `BookingRequest`, `AuditLog`."""
    breaks = [match.end() for match in _WORD_END.finditer(name) if match.end() < len(name)]
    if not breaks or len(name) < _SHORT:
        return (name,)
    middle = min(breaks, key=lambda at: abs(len(name) - 2 * at))
    return name[:middle], name[middle:]


def _untangled(page: GroupPage, columns: list[list[PageTable]]) -> list[list[PageTable]]:
    """Order every column by the mean row of the tables it refers to (barycentre, Sugiyama 1981), right to left."""
    near: dict[QualifiedName, list[QualifiedName]] = {}
    for link in page.inside:
        near.setdefault(link.table, []).append(link.referenced_table)
    rows: dict[QualifiedName, float] = {}
    ordered: list[list[PageTable]] = []
    for column in reversed(columns):
        placed = sorted(
            column, key=lambda table: (_mean([rows[it] for it in near.get(table.name, ()) if it in rows]), table.name)
        )
        rows |= {table.name: float(row) for row, table in enumerate(placed)}
        ordered.insert(0, placed)
    return ordered


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("inf")


def _stacked(items: list[_Item], room: float) -> list[list[_Item]]:
    """Tables without links as columns of about five."""
    if not items:
        return []
    widest = min(room, max(item.natural for item in items))
    count = max(1, min(ceil(len(items) / 5), 3, int((room + 14) // (widest + 14))))
    height = ceil(len(items) / count)
    return [items[start : start + height] for start in range(0, len(items), height)]


def _grid(columns: list[list[_Item]], top: float, room: float, gutter: float) -> Layout:
    """Give every item of every column its box; rows are aligned."""
    widths = _shared([max(item.natural for item in column) for column in columns], room - gutter * (len(columns) - 1))
    tall = ROW + 14 * any(len(item.lines) > 1 for column in columns for item in column)
    spots: list[Spot] = []
    x = 0.0
    for number, (column, width) in enumerate(zip(columns, widths, strict=True)):
        for row, item in enumerate(column):
            neighbours = [len(other) > row for other in columns]
            spots.append(
                _spot(
                    item,
                    Box(x=x, y=top + row * (tall + GAP), width=width, height=tall),
                    column=number,
                    first=not any(neighbours[:number]),
                    last=not any(neighbours[number + 1 :]),
                )
            )
        x += width + gutter
    bottom = max((spot.box.bottom for spot in spots), default=top)
    return Layout(spots=tuple(spots), width=max(0, x - gutter), height=bottom)


def _spot(item: _Item, box: Box, *, column: int, first: bool, last: bool) -> Spot:
    *above, lowest = item.lines
    lines = [fitted(line, box.width - 14, _NAME_SIZE) for line in above]
    return Spot(
        table=item.table,
        lines=(*lines, fitted(lowest, box.width - item.note_width - 14, _NAME_SIZE)),
        note=item.note,
        missing=item.missing,
        box=box,
        lane=box.bottom + GAP / 2,
        column=column,
        first=first,
        last=last,
    )


def _shared(wanted: Sequence[float], room: float) -> list[float]:
    """The wanted widths, the widest of them cut to one width so that all fit into `room`."""
    if sum(wanted) <= room:
        return list(wanted)
    limit, left = 0.0, room
    for number, width in enumerate(sorted(wanted)):
        limit = left / (len(wanted) - number)
        if width > limit:
            break
        left -= width
    return [min(width, limit) for width in wanted]


def by_table(spots: Sequence[Spot]) -> Mapping[QualifiedName | None, Spot]:
    """Table -> its spot; None -> the box for all that are not drawn."""
    return {spot.table: spot for spot in spots}
