"""The lines of a group page: from a table through its lane to the outside, and between tables of the group."""

from pgready.figures.page_tables import GUTTER, Spot
from pgready.figures.scene import Box, Curve, Point
from pgready.figures.style import COLOURS
from pgready.graph.pages import Link, LinkKind

__all__ = ["MISSING", "inside_route", "look", "route_in", "route_out"]

MISSING = COLOURS[LinkKind.INTERNAL]
"""Grey, and always dashed: what the rehearsal did not make has no verdict to show."""

_APART = 1.8  # half of the space between keys inside and keys to the outside in one lane

Look = tuple[str, float, bool]


def look(link: Link) -> Look:
    """Colour, width and dashes of the line."""
    if link.missing == link.keys:
        return MISSING, 1.2, True
    return COLOURS[link.kind], 1.7 if link.kind is LinkKind.FORBIDDEN else 1.3, link.kind is LinkKind.UNKEYED


def _swing(start: Point, end: Point) -> tuple[Point, Point, Point]:
    """A curve that leaves and arrives level."""
    middle = (start[0] + end[0]) / 2
    return (middle, start[1]), (middle, end[1]), end


def route_out(spot: Spot, edge: float, port: Box, style: Look) -> Curve:
    """From a table to a port at the right; `edge` is the right side of the group's box."""
    start, steps = spot.box.right, []
    if not spot.last:
        steps.append(_swing(start, (start[0] + 10, spot.lane + _APART)))
    level = (edge, start[1] if spot.last else spot.lane + _APART)
    return _curve(start, [*steps, (level,), _swing(level, port.left)], style)


def route_in(spot: Spot, edge: float, port: Box, style: Look) -> Curve:
    """From a port at the left to a table; `edge` is the left side of the group's box."""
    end = spot.box.left
    if spot.first:
        level = (edge, end[1])
        return _curve(port.right, [_swing(port.right, level), (end,)], style)
    level, turn = (edge, spot.lane + _APART), (end[0] - 16, spot.lane + _APART)
    return _curve(port.right, [_swing(port.right, level), (turn,), _swing(turn, end)], style)


def inside_route(table: Spot, referenced: Spot, style: Look) -> Curve:
    """From a table to one in a later column, in the lane past the columns between; in one column around its right."""
    start, end = table.box.right, referenced.box.left
    if table.column >= referenced.column:
        end = referenced.box.right
        bulge = max(start[0], end[0]) + min(GUTTER, 14 + abs(start[1] - end[1]) / 12)
        return _curve(start, [((bulge, start[1]), (bulge, end[1]), end)], style)
    if table.column + 1 == referenced.column:
        return _curve(start, [_swing(start, end)], style)
    y = start[1] if table.last else table.lane - _APART
    lane = (end[0] - GUTTER + 8, y)
    if table.last:
        return _curve(start, [(lane,), _swing(lane, end)], style)
    return _curve(start, [_swing(start, (start[0] + 10, y)), (lane,), _swing(lane, end)], style)


def _curve(start: Point, steps: list[tuple[Point, ...]], style: Look) -> Curve:
    colour, line, dashed = style
    return Curve(start=start, steps=tuple(steps), colour=colour, line=line, dashed=dashed)
