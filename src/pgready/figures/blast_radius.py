"""The blast radius: which tables lose rows when one row is deleted, key by key to the right.

What is not deleted stands apart below: references that become NULL or their default, and keys that can stop it all.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from matplotlib.figure import Figure

from pgready.figures.describe import blast_lines
from pgready.figures.ids import table_id
from pgready.figures.parts import MARGIN, Sample, heading, legend
from pgready.figures.scene import Box, Curve, Scene, Shape, Words, render
from pgready.figures.style import CALM, COLOURS, INK, PANEL, PAPER, QUIET, WIDEST
from pgready.figures.text import fitted, plural, width_of
from pgready.graph.cascades import BlastRadius, Blocker, Reached
from pgready.graph.names import short_names
from pgready.graph.pages import LinkKind
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey

__all__ = ["blast_scene", "draw_blast_radius"]

_MOST_COLUMNS = 4
_MOST_TABLES = 26
_MOST_GROUPS = 6
_MOST_LISTED = 10
_ROW, _GAP, _GUTTER = 21, 6, 46
_NARROWEST = 90
_LINE = 17
_LEAST_WIDTH = 700
_KEY_LOST, _TABLE_LOST = ", key missing", ", table missing"
_INSIDE = COLOURS[LinkKind.INTERNAL]
_HIGH = 420  # px within which the deleted row stands in the middle


def draw_blast_radius(radius: BlastRadius, missing_tables: Collection[QualifiedName] = ()) -> Figure:
    """Draw the radius; at most 820 CSS pixels wide.

    A key that a clean deploy does not make is a dashed line, a table that it does not make (`missing_tables`) a
    dashed box.

    Columns are the number of keys from the deleted row, more than four in one; in each the tables stand under their
    groups. Of more than 26 tables in a column the others are counted, group by group; of more
    than six groups of such a column each becomes one box.
    """
    return render(blast_scene(radius, missing_tables))


@dataclass(slots=True)
class _Column:
    """A column while it is laid out, from (0, 0) on: boxes with their words, other words, and each table's box."""

    title: str
    boxes: list[tuple[Box, Words]] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    places: dict[QualifiedName, Box] = field(default_factory=dict)
    bottom: float = 0

    @property
    def width(self) -> float:
        """As wide as its widest part."""
        words = [Words(x=0, y=0, text=self.title, size=11), *self.words]
        ends = [it.x + width_of(it.text, it.size, bold=it.bold) for it in words]
        return max(*ends, *(box.width for box, _ in self.boxes), 0)


def blast_scene(radius: BlastRadius, missing_tables: Collection[QualifiedName] = ()) -> Scene:
    """The radius as shapes."""
    labels = short_names(_named(radius))
    columns = _columns(radius, labels, frozenset(missing_tables))
    wide = sum(column.width for column in columns) + (len(columns) - 1) * _GUTTER + 2 * MARGIN
    width = min(WIDEST, max(_LEAST_WIDTH, wide))
    title, line = blast_lines(radius)
    shapes, top = heading(title, line, "", width)
    top += 14
    height = max(column.bottom for column in columns)
    shapes += _drawn(radius, columns, top)
    explained, top = legend(_samples(radius, columns), width, top + height + 8)
    shapes += explained
    below, bottom = _apart(radius, labels, (width, top + 12), frozenset(missing_tables))
    return Scene(width=width, height=bottom + MARGIN, shapes=(*shapes, *below))


def _named(radius: BlastRadius) -> Iterator[QualifiedName]:
    yield radius.table
    yield from (it.table for it in radius.reached)
    for key in (*radius.set_null, *radius.set_default, *(it.foreign_key for it in radius.blockers)):
        yield from (key.table, key.referenced_table)


def _columns(radius: BlastRadius, labels: Mapping[QualifiedName, str], lost: frozenset[QualifiedName]) -> list[_Column]:
    deepest = max((it.depth for it in radius.reached), default=0)
    count = min(deepest, _MOST_COLUMNS)
    room = (WIDEST - 2 * MARGIN - count * _GUTTER - (20 if deepest > count else 0)) / (count + 1)
    first = _Column(title="the deleted row")
    name = fitted(radius.label, room - 14, 13, bold=True)
    first.words.append(Words(x=0, y=22, text=fitted(radius.group, room, 11, bold=True), size=11, bold=True))
    wide = max(_NARROWEST, width_of(name, 13, bold=True) + 14)
    box = Box(x=0, y=32, width=wide, height=28, fill=INK, edge=INK, gid=table_id(radius.table))
    first.boxes.append((box, Words(x=7, y=46, text=name, size=13, bold=True, colour=PAPER, gid=box.gid)))
    first.places[radius.table] = box
    first.bottom = 66
    columns = [first]
    for number in range(1, count + 1):
        last = number == count < deepest
        reached = [it for it in radius.reached if it.depth == number or (last and it.depth > number)]
        title = _heading(number, deepest if last else number, len(reached))
        columns.append(_column(title, reached, radius, _Told(labels=labels, lost=lost, room=room)))
    return columns


def _heading(number: int, deepest: int, tables: int) -> str:
    far = f"{number} to {deepest} keys away" if deepest > number else f"{plural(number, 'key')} away"
    return f"{far} ({tables:,})"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """How tables are called, which of them are `lost` (not made), and how wide a column may be."""

    labels: Mapping[QualifiedName, str]
    lost: frozenset[QualifiedName]
    room: float


def _column(title: str, reached: Sequence[Reached], radius: BlastRadius, told: _Told) -> _Column:
    column, room = _Column(title=title, bottom=22), told.room
    by_group: dict[str, list[Reached]] = {}
    for group in radius.groups:
        if found := [it for it in reached if it.group == group]:
            by_group[group] = found
    if len(reached) > _MOST_TABLES and len(by_group) > _MOST_GROUPS:
        _add_groups(column, by_group, room)
        return column
    for (group, found), most in zip(by_group.items(), _quotas([*map(len, by_group.values())]), strict=True):
        tint = QUIET if group == radius.group else INK
        name = f"{fitted(group, room - 44, 11, bold=True)} ({len(found):,})"
        column.words.append(Words(x=0, y=column.bottom, text=name, size=11, bold=True, colour=tint))
        column.bottom += 10
        _add_tables(column, found[:most], told)
        if len(found) > most:
            text = f"+ {plural(len(found) - most, 'more table')}"
            column.words.append(Words(x=7, y=column.bottom + 6, text=text, size=11, colour=QUIET))
            column.bottom += 18
        column.bottom += 14
    column.bottom -= 14
    return column


def _add_tables(column: _Column, found: Sequence[Reached], told: _Told) -> None:
    for it in found:
        gone = it.table in told.lost
        tail = _TABLE_LOST if gone else _KEY_LOST * it.missing
        text = fitted(told.labels[it.table], told.room - 14 - width_of(tail, 11.5), 11.5) + tail
        box = _add_box(column, text, told.room, table_id(it.table), missing=gone)
        column.places[it.table] = box
        if it.depth > _MOST_COLUMNS:
            far = Words(x=box.width + 5, y=box.left[1], text=str(it.depth), size=10.5, colour=QUIET)
            column.words.append(far)


def _add_groups(column: _Column, by_group: Mapping[str, Sequence[Reached]], room: float) -> None:
    """One box per group, where a box per table would be too much; those with the fewest tables in one."""
    column.bottom -= 8
    most = _MOST_TABLES if len(by_group) <= _MOST_TABLES else _MOST_TABLES - 1
    shown = set(sorted(by_group, key=lambda group: -len(by_group[group]))[:most])
    for group, found in by_group.items():
        if group in shown:
            text = f"{fitted(group, room - 14 - 34, 11.5)} ({len(found):,})"
            column.places |= dict.fromkeys((it.table for it in found), _add_box(column, text, room, ""))
    if rest := [it.table for group, found in by_group.items() if group not in shown for it in found]:
        text = fitted(f"{plural(len(by_group) - most, 'more group')} ({len(rest):,})", room - 14, 11.5)
        column.places |= dict.fromkeys(rest, _add_box(column, text, room, ""))


def _add_box(column: _Column, text: str, room: float, gid: str, *, missing: bool = False) -> Box:
    wide = min(room, max(_NARROWEST, width_of(text, 11.5) + 14))
    fill, tint = PAPER if gid else PANEL, QUIET if missing else INK
    box = Box(x=0, y=column.bottom, width=wide, height=_ROW, fill=fill, edge=QUIET, dashed=missing, gid=gid)
    column.boxes.append((box, Words(x=7, y=box.left[1], text=text, size=11.5, colour=tint, gid=gid)))
    column.bottom += _ROW + _GAP
    return box


def _quotas(sizes: Sequence[int]) -> list[int]:
    """How many tables of each group are drawn: all, or as many as fit, the small groups whole before the large."""
    left, groups = _MOST_TABLES, len(sizes)
    quota = [0] * groups
    for done, place in enumerate(sorted(range(groups), key=sizes.__getitem__)):
        quota[place] = min(sizes[place], left // (groups - done))
        left -= quota[place]
    return quota


def _drawn(radius: BlastRadius, columns: Sequence[_Column], top: float) -> Iterator[Shape]:
    """The columns side by side, the first in the middle of the second, and the lines between them."""
    places: dict[QualifiedName, tuple[int, Box]] = {}
    edges: list[float] = []
    x = float(MARGIN)
    for number, column in enumerate(columns):
        down = top if number else top + max(0.0, (min(columns[:2][-1].bottom, _HIGH) - column.bottom) / 2)
        yield Words(x=x, y=top, text=column.title, size=11, colour=QUIET)
        for words in column.words:
            yield replace(words, x=words.x + x, y=words.y + down)
        for box, words in column.boxes:
            yield replace(box, x=x, y=box.y + down)
            yield replace(words, x=words.x + x, y=words.y + down)
        places |= {it: (number, replace(box, x=x, y=box.y + down)) for it, box in column.places.items()}
        edges.append(x + max((box.width for box, _ in column.boxes), default=0.0))
        x += column.width + _GUTTER
    yield from _lines(radius, places, edges)


def _lines(
    radius: BlastRadius, places: Mapping[QualifiedName, tuple[int, Box]], edges: Sequence[float]
) -> Iterator[Curve]:
    """The last key of every way, where its tables are drawn in different columns; the same line only once."""
    groups = {radius.table: radius.group} | {it.table: it.group for it in radius.reached}
    found: dict[Curve, None] = {}
    for it in radius.reached:
        referenced = it.via.referenced_table
        if it.table in places and referenced in places:
            (number, one), (other_number, other) = places[referenced], places[it.table]
            if number < other_number:
                line = _line(one, edges[number], other, crosses=groups[referenced] != it.group)
                found[replace(line, dashed=it.via in radius.missing)] = None
    yield from found


def _line(one: Box, edge: float, other: Box, *, crosses: bool) -> Curve:
    """From the side of a box straight to the edge of its column, then over to the other box."""
    (x, y), (to_x, to_y) = one.right, other.left
    middle = (max(x, edge) + to_x) / 2
    over = ((middle, y), (middle, to_y), (to_x, to_y))
    colour, line = (INK, 1.4) if crosses else (_INSIDE, 1.2)
    return Curve(start=(x, y), steps=(((max(x, edge), y),), over), colour=colour, line=line)


def _samples(radius: BlastRadius, columns: Sequence[_Column]) -> Iterator[tuple[Sample, str]]:
    groups = {radius.table: radius.group} | {it.table: it.group for it in radius.reached}
    kinds = {groups[it.via.referenced_table] != it.group for it in radius.reached if it.depth <= _MOST_COLUMNS}
    for crosses, meaning in ((False, "deleted along, same group"), (True, "deleted along in another group")):
        if crosses in kinds:
            yield partial(_sample, crosses=crosses), meaning
    if any(it.via in radius.missing for it in radius.reached):
        yield partial(_sample, crosses=True, dashed=True), "key missing after a clean deploy"
    if any(box.dashed for column in columns for box, _ in column.boxes):
        yield _lost_sample, "table missing after a clean deploy"
    if any(not box.gid for column in columns for box, _ in column.boxes):
        yield _group_sample, "a group, with its number of tables"


def _lost_sample(x: float, y: float) -> tuple[Shape, ...]:
    return (Box(x=x, y=y - 6, width=20, height=12, fill=PAPER, edge=QUIET, dashed=True),)


def _group_sample(x: float, y: float) -> tuple[Shape, ...]:
    return (Box(x=x, y=y - 6, width=20, height=12, fill=PANEL, edge=QUIET),)


def _sample(x: float, y: float, *, crosses: bool, dashed: bool = False) -> tuple[Shape, ...]:
    colour, line = (INK, 1.4) if crosses else (_INSIDE, 1.2)
    return (Curve(start=(x, y), steps=(((x + 20, y),),), colour=colour, line=line, dashed=dashed),)


def _apart(
    radius: BlastRadius,
    labels: Mapping[QualifiedName, str],
    place: tuple[float, float],
    lost: frozenset[QualifiedName],
) -> tuple[list[Shape], float]:
    """What is not deleted, in panels side by side: what is set, and what can stop the delete; from the y in `place`."""
    width, top = place
    defaults = [("Set to their default", radius.set_default)] if radius.set_default else []
    panels: list[tuple[str, list[_Line]]] = [
        ("Set to NULL", [(_key(key, labels), _lost(key, radius, lost)) for key in radius.set_null]),
        *((title, [(_key(key, labels), _lost(key, radius, lost)) for key in keys]) for title, keys in defaults),
        (
            "Can stop it",
            [
                (_key(it.foreign_key, labels), _stops(it) + _lost(it.foreign_key, radius, lost))
                for it in radius.blockers
            ],
        ),
    ]
    wide = (width - 2 * MARGIN - (len(panels) - 1) * 12) / len(panels)
    height = 36 + _LINE * max(1, *(min(len(lines), _MOST_LISTED) for _, lines in panels))
    shapes: list[Shape] = []
    for number, (title, lines) in enumerate(panels):
        box = Box(x=MARGIN + number * (wide + 12), y=top, width=wide, height=height, fill=PANEL, radius=5, layer=0)
        shapes += [box, *_listed(title, lines, box)]
    return shapes, top + height


_Line = tuple[str, str]
"""A key, and what is said of it."""


def _listed(title: str, lines: Sequence[_Line], box: Box) -> Iterator[Words]:
    number = f" ({len(lines):,})" if lines else ""
    x, y = box.x + 12, box.y + 36
    yield Words(x=x, y=box.y + 15, text=f"{title}{number}", size=12, bold=True)
    most = _MOST_LISTED if len(lines) <= _MOST_LISTED else _MOST_LISTED - 1
    for key, told in lines[:most]:
        tail = width_of(told, 11)
        yield Words(x=x, y=y, text=fitted(key, box.width - 24 - tail, 11) + told, size=11)
        y += _LINE
    if len(lines) > most:
        yield Words(x=x, y=y, text=f"+ {len(lines) - most:,} more", size=11, colour=QUIET)
    if not lines:
        yield Words(x=x, y=y, text="none", size=12, bold=True, colour=CALM)


def _key(key: ForeignKey, labels: Mapping[QualifiedName, str]) -> str:
    return f"{labels[key.table]}.{', '.join(key.columns)} → {labels[key.referenced_table]}"


def _lost(key: ForeignKey, radius: BlastRadius, lost: frozenset[QualifiedName]) -> str:
    if key.table in lost:
        return _TABLE_LOST
    return _KEY_LOST if key in radius.missing else ""


def _stops(blocker: Blocker) -> str:
    """How the key stops the delete, and whether its rows may be gone by then."""
    return f": {blocker.foreign_key.on_delete.value}" + (", or deleted along" if blocker.reached else "")
