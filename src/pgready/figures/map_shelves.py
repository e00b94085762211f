"""Where the groups of the table map stand: on shelves, each beside or above those that it is most coupled to.

A shelf is as high as its first box; smaller boxes are stacked in one slot. Between slots and between shelves stays
free, so that lines between groups have streets to run in.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pgready.figures.map_boxes import Block
from pgready.figures.page_tables import Spot, moved
from pgready.figures.scene import Box
from pgready.model.names import QualifiedName

__all__ = ["STREET", "Placed", "Shelf", "Shelves", "shelved"]

STREET = 26
"""Width of the free space between boxes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A group in its place, with its tables; `shelf` is its number, `west` and `east` the middles of its streets."""

    block: Block
    box: Box
    spots: Mapping[QualifiedName, Spot]
    shelf: int
    west: float
    east: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A row of boxes: the middle of the street above it, and those of the streets through it, left to right."""

    north: float
    streets: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelves:
    """All groups in their places, and the shelves; one more follows the last, without boxes."""

    placed: tuple[Placed, ...]
    shelves: tuple[Shelf, ...]
    right: float
    bottom: float


@dataclass(slots=True)
class _Slot:
    """A column of a shelf while it is filled."""

    width: float
    height: float
    blocks: list[Block] = field(default_factory=list)


def shelved(
    blocks: Sequence[Block], coupling: Mapping[frozenset[str], int], x: float, y: float, room: float
) -> Shelves:
    """Place the boxes from (x, y) on within `room`; equal input gives equal places."""
    rows = _filled(blocks, coupling, room)
    placed: list[Placed] = []
    shelves: list[Shelf] = []
    for number, row in enumerate(rows):
        shelves.append(Shelf(north=y - STREET / 2, streets=_streets(row, x)))
        placed += _row(row, number, x, y)
        y += max(slot.height for slot in row) + STREET
    right = max((it.box.x + it.box.width for it in placed), default=x)
    shelves.append(Shelf(north=y - STREET / 2, streets=()))
    return Shelves(placed=tuple(placed), shelves=tuple(shelves), right=right, bottom=y - STREET if rows else y)


def _filled(blocks: Sequence[Block], coupling: Mapping[frozenset[str], int], room: float) -> list[list[_Slot]]:
    left = list(blocks)
    rows: list[list[_Slot]] = []
    near: Counter[str] = Counter()
    while left:
        first = max(left, key=lambda it: (it.height, near[it.group.name]))
        row: list[_Slot] = []
        taken: Block | None = first
        while taken is not None:
            _put(taken, row)
            left.remove(taken)
            near.update(_neighbours(taken, coupling))
            taken = _next(left, row, near, room)
        rows.append(row)
    return rows


def _neighbours(block: Block, coupling: Mapping[frozenset[str], int]) -> dict[str, int]:
    name = block.group.name
    return {other: number for pair, number in coupling.items() if name in pair for other in pair - {name}}


def _next(left: Sequence[Block], row: Sequence[_Slot], near: Mapping[str, int], room: float) -> Block | None:
    """Of the boxes that still fit on the shelf the most coupled one, of those the highest."""
    free = room - sum(slot.width + STREET for slot in row)
    fitting = [block for block in left if block.width <= free or _slot_for(block, row)]
    return max(fitting, key=lambda it: (near[it.group.name], it.height), default=None)


def _slot_for(block: Block, row: Sequence[_Slot]) -> _Slot | None:
    high = max(slot.height for slot in row)
    return next(
        (slot for slot in row if slot.height + STREET + block.height <= high and block.width <= slot.width), None
    )


def _put(block: Block, row: list[_Slot]) -> None:
    slot = _slot_for(block, row) if row else None
    if slot is None:
        row.append(_Slot(block.width, block.height, [block]))
        return
    slot.height += STREET + block.height
    slot.blocks.append(block)


def _streets(row: Sequence[_Slot], x: float) -> tuple[float, ...]:
    found = [x - STREET / 2]
    for slot in row:
        found.append(found[-1] + slot.width + STREET)
    return tuple(found)


def _row(row: Sequence[_Slot], number: int, x: float, top: float) -> list[Placed]:
    placed = []
    for slot in row:
        y = top
        for block in slot.blocks:
            box = Box(x=x, y=y, width=block.width, height=block.height)
            spots = {spot.table: moved(spot, x, y) for spot in block.spots if spot.table}
            streets = x - STREET / 2, x + slot.width + STREET / 2
            placed.append(Placed(block=block, box=box, spots=spots, shelf=number, west=streets[0], east=streets[1]))
            y += block.height + STREET
        x += slot.width + STREET
    return placed
