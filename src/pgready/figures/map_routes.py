"""The lines of the table map between groups: along the lanes of a group and the streets between the boxes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pgready.figures.map_shelves import Placed, Shelf
from pgready.figures.page_routes import Look
from pgready.figures.page_tables import Spot
from pgready.figures.scene import Curve, Point

__all__ = ["End", "route_between"]

_TRACKS = 7
_APART = 3  # px between the lines of a street
_BEND = 6
_TURN = 9  # px in which a line leaves a table's height for its lane

_Steps = list[tuple[Point, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a line: the group in its place, and the table in it."""

    placed: Placed
    spot: Spot

    def street(self, right: bool) -> float:  # noqa: FBT001 - which of two sides
        """The x of the street at that side of the group."""
        return self.placed.east if right else self.placed.west


def route_between(one: End, other: End, shelves: Sequence[Shelf], *, number: int, style: Look) -> Curve:
    """From a table to one of another group, the shortest way; lines of different `number` run beside each other."""
    ways = [
        _way(one, other, shelves, number, (leaving, arriving))
        for leaving in (True, False)
        for arriving in (True, False)
    ]
    start, points, end = min(ways, key=_cost)
    steps = [*_swing(start), *_rounded(points), *_swing(end)]
    colour, line, dashed = style
    return Curve(start=start[0], steps=tuple(steps), colour=colour, line=line, dashed=dashed)


_Way = tuple[list[Point], list[Point], list[Point]]


def _way(one: End, other: End, shelves: Sequence[Shelf], number: int, right: tuple[bool, bool]) -> _Way:
    """Out of the first table, the corners up to the other's lane, and into it; `right`: the side of each."""
    track = (number % _TRACKS - _TRACKS // 2) * _APART
    lane = (number % 3 - 1) * 1.6
    leaving, arriving = _way_out(one.spot, right[0], lane), _way_out(other.spot, right[1], lane)
    out, into = one.street(right[0]) + track, other.street(right[1]) + track
    corners = _streets((one.placed.shelf, out), (other.placed.shelf, into), shelves, track)
    points = [leaving[-1], (out, leaving[-1][1]), *corners, (into, arriving[-1][1]), arriving[-1]]
    return leaving, _without_doubles(points), arriving[::-1]


def _cost(way: _Way) -> float:
    """Its length; a corner counts as some length too."""
    start, points, end = way
    return sum(_length(*pair) for pair in pairwise(points)) + 12 * (len(points) + len(start) + len(end))


def _way_out(spot: Spot, right: bool, lane: float) -> list[Point]:  # noqa: FBT001 - private: which of two sides
    """From the table's side into the lane below it, unless nothing stands between it and the group's border."""
    side = spot.box.right if right else spot.box.left
    if spot.last if right else spot.first:
        return [side]
    return [side, (side[0] + (_TURN if right else -_TURN), spot.lane + lane)]


def _streets(
    one: tuple[int, float], other: tuple[int, float], shelves: Sequence[Shelf], track: float
) -> Iterator[Point]:
    """The corners between two streets through shelves, each given as (shelf, x)."""
    (shelf, x), (last, goal) = one, other
    if (shelf, x) == (last, goal):
        return
    down = last > shelf
    levels = range(shelf + 1, last + 1) if down else range(shelf, last, -1) if last < shelf else (shelf,)
    for level in levels:
        y = shelves[level].north + track
        through = level if down else level - 1
        ends = level == levels[-1]
        following = goal if ends else _street(shelves[through], goal, track)
        yield from ((x, y), (following, y))
        x = following


def _street(shelf: Shelf, goal: float, track: float) -> float:
    """The street through the shelf that is nearest to `goal`; right of the last box everything is street."""
    if goal - track >= shelf.streets[-1]:
        return goal
    return min(shelf.streets, key=lambda x: abs(x + track - goal)) + track


def _without_doubles(points: Sequence[Point]) -> list[Point]:
    """Only the corners: without points that lie where, or on the line where, their neighbours do."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and any(kept[-2][at] == kept[-1][at] == point[at] for at in (0, 1)):
            kept.pop()
        kept.append(point)
    return kept


def _swing(points: Sequence[Point]) -> _Steps:
    """A curve between two heights that leaves and arrives level."""
    if len(points) == 1:
        return []
    (x, y), (to_x, to_y) = points
    middle = (x + to_x) / 2
    return [((middle, y), (middle, to_y), (to_x, to_y))]


def _rounded(points: Sequence[Point]) -> _Steps:
    """Straight pieces with round corners."""
    steps: _Steps = []
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        room = min(_BEND, *(_length(one, other) / 2 for one, other in pairwise((before, corner, after))))
        begin, end = _towards(corner, before, room), _towards(corner, after, room)
        steps += [(begin,), (corner, corner, end)]
    return [*steps, (points[-1],)]


def _length(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _towards(start: Point, goal: Point, far: float) -> Point:
    whole = _length(start, goal)
    share = far / whole if whole else 0
    return start[0] + (goal[0] - start[0]) * share, start[1] + (goal[1] - start[1]) * share
