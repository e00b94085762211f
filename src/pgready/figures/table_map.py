"""The table map: every table in the box of its group, and every reference between them.

It answers "what belongs to what, and where does it leak?". Keys to a hub are marks on the table, not lines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from matplotlib.figure import Figure

from pgready.figures.describe import map_lines
from pgready.figures.ids import edge_id, group_id, table_id
from pgready.figures.map_boxes import DENSE, PAD, ROOMY, TITLE, Block, Scale, blocks, marks_of, title_of
from pgready.figures.map_routes import End, route_between
from pgready.figures.map_shelves import STREET, Shelves, shelved
from pgready.figures.page_routes import MISSING, inside_route
from pgready.figures.page_tables import Spot
from pgready.figures.parts import MARGIN, TOLERATED_SAMPLE, Sample, heading, legend
from pgready.figures.scene import Box, Curve, Point, Scene, Shape, Words, render
from pgready.figures.style import COLOURS, INK, PANEL, PAPER, QUIET, TOLERATED_WORDS, WORDS
from pgready.figures.text import fitted
from pgready.graph.pages import Link, LinkKind
from pgready.graph.table_map import MapTable, TableMap, coupled
from pgready.model.names import QualifiedName

__all__ = ["draw_table_map", "map_scene"]

_NARROWEST = 560
_MOST_ROOMY = 60
_SHAPES = (1.5, 1.0, 0.7, 2.2, 3.0)  # wanted width per height of a box
_MOST_HUBS = 8
_LETTERS = 26
_WORST = (LinkKind.ALLOWED, LinkKind.UNDECLARED, LinkKind.FORBIDDEN)


def draw_table_map(drawn: TableMap) -> Figure:
    """Draw the map, as high as it needs; at most 820 CSS pixels wide, of more than 60 tables at most 1,080.

    Made for at most 250 tables. Of some shapes and widths of the boxes that which gives the lowest picture is taken.

    In the SVG every group, table and line is a group of its own with an id (`figures.ids`).
    """
    return render(map_scene(drawn))


def map_scene(drawn: TableMap) -> Scene:
    """The map as shapes."""
    scale = DENSE if sum(len(group.tables) for group in drawn.groups) > _MOST_ROOMY else ROOMY
    room, x, near = scale.width - 2 * STREET, float(STREET), coupled(drawn.crossing)
    limits = [(room + STREET) / count - STREET for count in ((1, 2) if scale is DENSE else (1,))]
    tried = (blocks(drawn, limit, scale, shape) for limit in limits for shape in _SHAPES)
    boxes, flat = min(((it, shelved(it, near, x, 0, room)) for it in tried), key=_badness)
    width = min(scale.width, max(_NARROWEST, flat.right + STREET))
    title, line = map_lines(drawn)
    shapes, top = heading(title, line, "", width)
    explained, top = legend(_samples(drawn), width, top + 6)
    placed = shelved(boxes, near, x, top + STREET, room)
    shapes += explained
    shapes += _boxes(placed)
    shapes += _lines(drawn, placed)
    shapes += _tables(drawn, placed, scale)
    return Scene(width=width, height=placed.bottom + MARGIN, shapes=tuple(shapes))


def _badness(given: tuple[Sequence[Block], Shelves]) -> float:
    """Its height; a column that had to go into another one, so that lines run to and fro, costs some."""
    boxes, shelves = given
    columns = sum(len(block.group.columns) for block in boxes)
    return shelves.bottom * (1 + sum(block.folded for block in boxes) / max(1, 4 * columns))


def _boxes(shelves: Shelves) -> Iterator[Shape]:
    for placed in shelves.placed:
        group, box, gid = placed.block.group, placed.box, group_id(placed.block.group.name)
        yield Box(
            x=box.x,
            y=box.y,
            width=box.width,
            height=box.height,
            fill=PANEL,
            edge=QUIET,
            line=1.3,
            radius=6,
            layer=0,
            gid=gid,
        )
        name = title_of(group, box.width - 2 * PAD)
        yield Words(x=box.x + PAD, y=box.y + TITLE / 2 + 1, text=name, size=13, bold=True, gid=gid)
        if not group.tables:
            yield Words(x=box.x + PAD, y=box.y + TITLE + 8, text="no tables", size=11, colour=QUIET, gid=gid)


def _tables(drawn: TableMap, shelves: Shelves, scale: Scale) -> Iterator[Shape]:
    marks = marks_of(drawn)
    for placed in shelves.placed:
        for table in placed.block.group.tables:
            yield from _table(drawn, placed.spots[table.name], table, _Given(marks.get(table.name, ()), scale))


class _Given(NamedTuple):
    marks: Sequence[str]
    scale: Scale


def _table(drawn: TableMap, spot: Spot, table: MapTable, given: _Given) -> Iterator[Shape]:
    marks, scale = given
    box, y, gid = spot.box, spot.box.left[1], table_id(table.name)
    hub = table.name in drawn.hubs
    yield Box(
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        fill=PAPER,
        edge=INK if hub else MISSING,
        line=2 if hub else 1,
        dashed=spot.missing,
        gid=gid,
    )
    colour = QUIET if spot.missing else INK
    yield Words(x=box.x + 6, y=y, text=spot.lines[0], size=scale.name, colour=colour, gid=gid)
    right = box.x + box.width - 4
    for place, mark in enumerate(reversed(marks)):
        yield from _mark(drawn, table, mark, (right - scale.mark * (place + 0.5), y))
    if spot.note:
        x = right - scale.mark * len(marks) - 2
        yield Words(x=x, y=y, text=spot.note, size=min(10.5, scale.name), colour=QUIET, align="right", gid=gid)
    if hub and len(drawn.hubs) > 1:
        yield from _badge(_letter(drawn.hubs.index(table.name)), box.x + box.width, box.y, gid)


def _mark(drawn: TableMap, table: MapTable, mark: str, at: Point) -> Iterator[Shape]:
    """A dot in the colour of the verdict, hollow when no key of it was made; a letter where there are more hubs."""
    (x, y), gid = at, table_id(table.name)
    if not mark.isdigit():
        colour = TOLERATED_WORDS if mark == "~" else WORDS[LinkKind.UNKEYED]
        yield Words(x=x, y=y, text=mark, size=11, bold=True, colour=colour, align="center", gid=gid)
        return
    hub = drawn.hubs[int(mark)]
    links = [link for link in table.marks if link.referenced_table == hub and link.kind is not LinkKind.UNKEYED]
    kind = max((link.kind for link in links), key=lambda it: _WORST.index(it) if it in _WORST else -1)
    yield from _dot(
        x,
        y,
        kind,
        missing=all(link.missing == link.keys for link in links),
        gid=gid,
        letter=_letter(int(mark)) if len(drawn.hubs) > 1 else "",
    )


def _dot(x: float, y: float, kind: LinkKind, *, missing: bool, gid: str = "", letter: str = "") -> Iterator[Shape]:
    size = 12.0 if letter else 7.5
    fill = PAPER if missing or letter else COLOURS[kind]
    yield Box(
        x=x - size / 2,
        y=y - size / 2,
        width=size,
        height=size,
        radius=size / 2,
        fill=fill,
        edge=COLOURS[kind],
        line=1.2,
        dashed=missing and bool(letter),
        layer=3,
        gid=gid,
    )
    if letter:
        yield Words(x=x, y=y, text=letter, size=9, bold=True, colour=WORDS[kind], align="center", gid=gid)


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < _LETTERS else "+"


def _badge(letter: str, x: float, y: float, gid: str) -> Iterator[Shape]:
    """The hub's letter at the corner of its table."""
    yield Box(x=x - 8, y=y - 5, width=13, height=13, radius=6.5, fill=INK, edge=None, layer=4, gid=gid)
    yield Words(x=x - 1.5, y=y + 1.5, text=letter, size=9, bold=True, colour=PAPER, align="center", gid=gid)


def _lines(drawn: TableMap, shelves: Shelves) -> Iterator[Curve]:
    ends: dict[QualifiedName, End] = {}
    for placed in shelves.placed:
        ends |= {table: End(placed=placed, spot=spot) for table, spot in placed.spots.items()}
        for link in placed.block.group.inside:
            curve = inside_route(placed.spots[link.table], placed.spots[link.referenced_table], _look(link))
            yield _identified(curve, link)
    for number, link in enumerate(sorted(drawn.crossing, key=_importance)):
        one, other = ends[link.table], ends[link.referenced_table]
        yield _identified(route_between(one, other, shelves.shelves, number=number, style=_look(link)), link)


def _importance(link: Link) -> tuple[int, QualifiedName, QualifiedName]:
    """What nothing allows is drawn last, over the others."""
    return _WORST.index(link.kind) if link.kind in _WORST else -1, link.table, link.referenced_table


def _identified(curve: Curve, link: Link) -> Curve:
    return replace(curve, gid=edge_id(link))


def _look(link: Link) -> tuple[str, float, bool]:
    """Colour of the verdict; dashed where no key was made, and where there is none."""
    missing = link.keys > 0 and link.missing == link.keys
    wide = 1.8 if link.kind is LinkKind.FORBIDDEN else 1.2
    return COLOURS[link.kind], wide, missing or link.kind is LinkKind.UNKEYED


def _samples(drawn: TableMap) -> Iterator[tuple[Sample, str]]:
    lines = [*(link for group in drawn.groups for link in group.inside), *drawn.crossing]
    marks = [link for group in drawn.groups for table in group.tables for link in table.marks]
    yield from _hub_samples(drawn)
    meanings = {
        LinkKind.INTERNAL: "inside the group",
        LinkKind.ALLOWED: "allowed",
        LinkKind.UNDECLARED: "undeclared: no rule speaks of it",
        LinkKind.FORBIDDEN: "forbidden by a contract",
    }
    for kind, meaning in meanings.items():
        if found := next((link for link in lines if link.kind is kind), None):
            yield partial(_line_sample, style=_look(replace(found, missing=0))), meaning
        elif any(link.kind is kind for link in marks):
            yield partial(_dot_sample, kind=kind), meaning
    if missing := list(_missing_looks(lines, marks)):
        shown = _line_sample if missing[0] == "dashed" else _dot_sample
        style = (
            {"style": (MISSING, 1.2, True)} if missing[0] == "dashed" else {"kind": LinkKind.INTERNAL, "missing": True}
        )
        yield partial(shown, **style), f"{' or '.join(missing)}: key missing after a clean deploy"
    if any(link.tolerated for link in (*lines, *marks)):
        yield TOLERATED_SAMPLE
    if any(link.kind is LinkKind.UNKEYED for link in (*lines, *marks)):
        yield _question_sample, "unkeyed: a column names a table without a foreign key"


def _missing_looks(lines: Sequence[Link], marks: Sequence[Link]) -> Iterator[str]:
    for links, word in ((lines, "dashed"), (marks, "hollow dot")):
        if any(link.kind is not LinkKind.UNKEYED and link.missing == link.keys for link in links):
            yield word


def _hub_samples(drawn: TableMap) -> Iterator[tuple[Sample, str]]:
    single = len(drawn.hubs) == 1
    for place, hub in enumerate(drawn.hubs[:_MOST_HUBS]):
        letter = "" if single else _letter(place)
        sample = partial(_hub_sample, letter=letter) if letter else partial(_dots_sample, kinds=_kinds_to(drawn, hub))
        yield sample, f"key to the hub {fitted(drawn.labels[hub], 150, 11)}"
    if len(drawn.hubs) > _MOST_HUBS:
        more = f"{_letter(_MOST_HUBS)} to {_letter(len(drawn.hubs) - 1)}: {len(drawn.hubs) - _MOST_HUBS} more hubs"
        yield partial(_hub_sample, letter="…"), more


def _kinds_to(drawn: TableMap, hub: QualifiedName) -> list[LinkKind]:
    """In which colours its dots are, the calm ones first."""
    marks = [link for group in drawn.groups for table in group.tables for link in table.marks]
    kinds = {link.kind for link in marks if link.referenced_table == hub and link.kind is not LinkKind.UNKEYED}
    return sorted(kinds, key=lambda it: _WORST.index(it) if it in _WORST else -1) or [LinkKind.INTERNAL]


def _dots_sample(x: float, y: float, *, kinds: Sequence[LinkKind]) -> tuple[Shape, ...]:
    """A dot of each colour, side by side."""
    return tuple(
        shape for place, kind in enumerate(kinds[-3:]) for shape in _dot(x + 4 + 9 * place, y, kind, missing=False)
    )


def _hub_sample(x: float, y: float, *, letter: str) -> tuple[Shape, ...]:
    size = 12 if letter else 7.5
    dot = Box(
        x=x + 14 - size / 2,
        y=y - size / 2,
        width=size,
        height=size,
        radius=size / 2,
        fill=PAPER if letter else INK,
        edge=INK,
        layer=3,
    )
    name = Words(x=x + 14, y=y, text=letter, size=9, bold=True, colour=INK, align="center")
    return (dot, name) if letter else (dot,)


def _dot_sample(x: float, y: float, *, kind: LinkKind, missing: bool = False) -> tuple[Shape, ...]:
    return tuple(_dot(x + 14, y, kind, missing=missing))


def _line_sample(x: float, y: float, *, style: tuple[str, float, bool]) -> tuple[Shape, ...]:
    colour, line, dashed = style
    return (Curve(start=(x, y), steps=(((x + 20, y),),), colour=colour, line=line, dashed=dashed),)


def _question_sample(x: float, y: float) -> tuple[Shape, ...]:
    mark = Words(x=x + 17, y=y, text="?", size=11, bold=True, colour=WORDS[LinkKind.UNKEYED], align="center")
    steps = (((x + 11, y),),)
    return (Curve(start=(x, y), steps=steps, colour=COLOURS[LinkKind.UNKEYED], dashed=True, arrow=False), mark)
