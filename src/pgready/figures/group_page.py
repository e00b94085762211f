"""The group page: the keys that come in, the tables of one feature group, the keys that go out.

It answers "does this feature stand on its own?" at a glance: a side without keys says "none" in words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from matplotlib.figure import Figure

from pgready.figures.describe import page_lines
from pgready.figures.page_ports import Panel, Port, panel, port_shapes
from pgready.figures.page_routes import MISSING, inside_route, look, route_in, route_out
from pgready.figures.page_tables import Layout, Spot, by_table, lay_out, moved
from pgready.figures.parts import MARGIN, TOLERATED_SAMPLE, Sample, heading, legend
from pgready.figures.scene import Box, Curve, Scene, Shape, Words, render
from pgready.figures.style import INK, PANEL, PAPER, QUIET, WIDEST, WORDS
from pgready.figures.text import TIMES, fitted, width_of
from pgready.graph.pages import GroupPage, Link, LinkKind
from pgready.model.names import QualifiedName

__all__ = ["draw_group_page", "page_scene"]

_NARROWEST = 560
_LEAST_SIDE = 56
_PAD = 14
_TITLE = 30  # px above the tables for the group's name
_CAPTION = 26  # px above the sides for "keys in from"


def draw_group_page(page: GroupPage) -> Figure:
    """Draw the page; at most 820 CSS pixels wide and about as high, however many tables there are.

    Dashed grey is what the rehearsal did not make. Of more than 26 tables, and of more than 12 tables at a side, those
    that tell least are drawn as one box.
    """
    return render(page_scene(page))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """The sizes of a page before its parts are placed: width of each side, gaps towards the group, the group."""

    sides: tuple[float, float]
    gaps: tuple[float, float]
    inner: float

    @property
    def natural(self) -> float:
        return 2 * MARGIN + sum(self.sides) + sum(self.gaps) + 2 * _PAD + self.inner

    @property
    def width(self) -> float:
        return max(_NARROWEST, self.natural)

    @property
    def group_x(self) -> float:
        """The left side of the group's box; spare room goes to both sides of it."""
        return MARGIN + self.sides[0] + self.gaps[0] + (self.width - self.natural) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """Everything in its place: the group's box, its tables, the ports of both sides."""

    page: GroupPage
    group: Box
    spots: Mapping[QualifiedName | None, Spot]
    coming: tuple[Port, ...]
    going: tuple[Port, ...]


def page_scene(page: GroupPage) -> Scene:
    """The page as shapes."""
    room = 165 if page.incoming and page.outgoing else 260
    coming = panel(page.incoming, page.labels, outgoing=False, room=room)
    going = panel(page.outgoing, page.labels, outgoing=True, room=room)
    frame, tables = _measured(page, coming, going)
    title, line = page_lines(page)
    shapes, top = heading(title, line, "", frame.width)
    top += 12
    tall = tables.height + _TITLE + _PAD
    height = max(tall, coming.height + _CAPTION, going.height + _CAPTION)
    placed = _Page(
        page=page,
        group=Box(
            x=frame.group_x,
            y=top + (height - tall) / 2,
            width=frame.inner + 2 * _PAD,
            height=tall,
            fill=PANEL,
            edge=QUIET,
            line=1.6,
            radius=7,
            layer=0,
        ),
        spots=by_table(
            [moved(spot, frame.group_x + _PAD, top + (height - tall) / 2 + _TITLE) for spot in tables.spots]
        ),
        coming=_ports(coming, MARGIN + frame.sides[0], top, height, outgoing=False),
        going=_ports(going, frame.width - MARGIN - frame.sides[1], top, height, outgoing=True),
    )
    shapes += _headings(coming, MARGIN + frame.sides[0], top, height, outgoing=False)
    shapes += _headings(going, frame.width - MARGIN - frame.sides[1], top, height, outgoing=True)
    shapes += [*_group_shapes(placed), *_lines(placed)]
    explained, bottom = legend(_samples(page), frame.width, top + height + 10)
    return Scene(width=frame.width, height=bottom + MARGIN, shapes=(*shapes, *explained))


def _measured(page: GroupPage, coming: Panel, going: Panel) -> tuple[_Frame, Layout]:
    sides = max(_LEAST_SIDE, coming.width), max(_LEAST_SIDE, going.width)
    gaps = 70 if coming.ports else 16, 70 if going.ports else 16
    room = WIDEST - 2 * MARGIN - sum(sides) - sum(gaps) - 2 * _PAD
    tables = lay_out(page, room)
    name = width_of(fitted(page.name, min(300, room), 14, bold=True), 14, bold=True)
    return _Frame(sides=sides, gaps=gaps, inner=max(tables.width, name, 120)), tables


def _offset(side: Panel, top: float, height: float) -> float:
    """The y of a side's first heading, so that the side stands in the middle below its caption."""
    return top + _CAPTION + (height - _CAPTION - side.height) / 2


def _ports(side: Panel, x: float, top: float, height: float, *, outgoing: bool) -> tuple[Port, ...]:
    """The ports in their place: at the right side they begin at `x`, at the left side they end there."""
    dy = _offset(side, top, height)
    return tuple(
        replace(port, box=replace(port.box, x=x if outgoing else x - port.box.width, y=port.box.y + dy))
        for port in side.ports
    )


def _headings(side: Panel, x: float, top: float, height: float, *, outgoing: bool) -> Iterator[Words]:
    align: Literal["left", "right"] = "left" if outgoing else "right"
    caption = "keys out" if outgoing else "keys in"
    yield Words(x=x, y=top + 6, text=caption, size=11, colour=QUIET, align=align)
    dy = _offset(side, top, height)
    for words in side.headings:
        yield replace(words, x=x, y=words.y + dy, align=align)


def _group_shapes(placed: _Page) -> Iterator[Shape]:
    group = placed.group
    yield group
    name = fitted(placed.page.name, group.width - 2 * _PAD, 14, bold=True)
    yield Words(x=group.x + _PAD, y=group.y + 16, text=name, size=14, bold=True)
    if not placed.spots:
        yield Words(x=group.x + _PAD, y=group.y + _TITLE + 8, text="no tables", colour=QUIET)
    for spot in placed.spots.values():
        yield from _table(spot)
    for port in placed.coming:
        yield from port_shapes(port, outgoing=False)
    for port in placed.going:
        yield from port_shapes(port, outgoing=True)


def _table(spot: Spot) -> Iterator[Shape]:
    box, y = spot.box, spot.box.left[1]
    more = spot.table is None
    yield replace(box, fill=PANEL if more else PAPER, edge=None if more else MISSING, line=1.1, dashed=spot.missing)
    y -= 7 * (len(spot.lines) - 1)
    for number, line in enumerate(spot.lines):
        yield Words(x=box.x + 7, y=y + 14 * number, text=line, colour=QUIET if spot.missing or more else INK)
    if spot.note:
        y += 14 * (len(spot.lines) - 1)
        yield Words(x=box.x + box.width - 6, y=y, text=spot.note, size=10.5, colour=QUIET, align="right")


def _lines(placed: _Page) -> Iterator[Shape]:
    page, group = placed.page, placed.group
    for link in page.inside:
        if link.table in placed.spots and link.referenced_table in placed.spots:
            curve = inside_route(placed.spots[link.table], placed.spots[link.referenced_table], look(link))
            yield curve
            yield from _number(curve, link)
    going, coming = _port_boxes(placed.going), _port_boxes(placed.coming)
    out = (
        route_out(_spot(placed, link.table), group.x + group.width, going[link.referenced_table], look(link))
        for link in page.outgoing
    )
    into = (
        route_in(_spot(placed, link.referenced_table), group.x, coming[link.table], look(link))
        for link in page.incoming
    )
    # Between boxes that stand for many tables one line is as good as a thousand.
    yield from dict.fromkeys((*out, *into))


def _spot(placed: _Page, table: QualifiedName) -> Spot:
    return placed.spots.get(table) or placed.spots[None]


def _port_boxes(ports: tuple[Port, ...]) -> dict[QualifiedName, Box]:
    return {table: port.box for port in ports for table in port.tables}


def _number(curve: Curve, link: Link) -> Iterator[Shape]:
    """How many keys a line inside the group stands for, where it is not one; and the question mark."""
    text = (f"{TIMES}{link.keys}" if link.keys > 1 else "") + ("?" if link.kind is LinkKind.UNKEYED else "")
    if text:
        x, y = curve.middle
        wide = width_of(text, 10.5) + 4
        yield Box(x=x - wide / 2, y=y - 7, width=wide, height=14, fill=PANEL, layer=1)
        yield Words(x=x, y=y, text=text, size=10.5, colour=WORDS[link.kind], align="center")


def _samples(page: GroupPage) -> Iterator[tuple[Sample, str]]:
    links = (*page.inside, *page.outgoing, *page.incoming)
    meanings = {
        LinkKind.INTERNAL: "key inside the group",
        LinkKind.ALLOWED: "allowed",
        LinkKind.UNDECLARED: "undeclared: no rule speaks of it",
        LinkKind.FORBIDDEN: "forbidden by a contract",
        LinkKind.UNKEYED: "unkeyed: a column names a table without a foreign key (?)",
    }
    for kind, meaning in meanings.items():
        found = next((link for link in links if link.kind is kind and _has_colour(link)), None)
        if found:
            yield partial(_sample, style=look(replace(found, missing=0))), meaning
    if any(link.missing for link in links):
        yield partial(_sample, style=(MISSING, 1.2, True)), "key missing after a clean deploy"
    if any(table.missing for table in page.tables):
        yield _lost_sample, "table missing after a clean deploy"
    if any(link.tolerated for link in links):
        yield TOLERATED_SAMPLE
    if any(table.own for table in page.tables):
        yield _loop_sample, "refers to itself"


def _has_colour(link: Link) -> bool:
    """A key that was not made is drawn in grey, but the port of a crossing keeps the colour of its verdict."""
    return link.kind is not LinkKind.INTERNAL or link.missing < link.keys


def _sample(x: float, y: float, *, style: tuple[str, float, bool]) -> tuple[Shape, ...]:
    colour, line, dashed = style
    return (Curve(start=(x, y), steps=(((x + 20, y),),), colour=colour, line=line, dashed=dashed),)


def _lost_sample(x: float, y: float) -> tuple[Shape, ...]:
    return (Box(x=x, y=y - 6, width=20, height=12, fill=PAPER, edge=MISSING, line=1.1, dashed=True),)


def _loop_sample(x: float, y: float) -> tuple[Shape, ...]:
    return (Words(x=x + 10, y=y, text="↻", size=12, colour=QUIET, align="center"),)
