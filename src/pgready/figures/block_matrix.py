"""The block matrix: a mark where the table of the row refers to the table of the column, groups as blocks.

A mark off the blocks leaves its group; a column full of marks is a table that everybody refers to.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from matplotlib.figure import Figure

from pgready.figures.describe import block_lines
from pgready.figures.ids import group_id
from pgready.figures.parts import MARGIN, Sample, heading, legend
from pgready.figures.scene import Box, Curve, Marks, Scene, Segment, Shape, Words, render
from pgready.figures.spread import spread
from pgready.figures.style import CALM, COLOURS, FAINT, PAPER, QUIET, WIDEST, WORDS
from pgready.figures.text import TIMES, fitted, width_of
from pgready.graph.block_matrix import BlockMatrix, MatrixBlock
from pgready.graph.pages import LinkKind

__all__ = ["block_scene", "draw_block_matrix"]

_NOTE = "Row: the table that holds the key. Column: the table it refers to. A mark outside the blocks leaves its group."
_APART = 13.5  # px between labels at the left
_TILTED = 17  # px between tilted labels
_LEADER = 18
_BLOCK, _GRID = "#E4E4E1", "#DADAD6"
_MOST_ROWS = 44
_RIGHT = 76
_SIZES = {
    LinkKind.UNKEYED: 2.6,
    LinkKind.INTERNAL: 1.9,
    LinkKind.ALLOWED: 2.2,
    LinkKind.UNDECLARED: 3.2,
    LinkKind.FORBIDDEN: 3.2,
}
"""The least size of a mark in CSS pixels; what nothing allows is larger, so that it is not told by colour alone."""


def draw_block_matrix(matrix: BlockMatrix) -> Figure:
    """Draw the matrix; 820 CSS pixels wide, however many tables there are.

    The marks of one kind are one path. Where tables are narrower than a mark, marks are drawn on a grid of their own
    size, so that every key stays visible and neighbours become one mark.
    """
    return render(block_scene(matrix))


def block_scene(matrix: BlockMatrix) -> Scene:
    """The matrix as shapes."""
    title, line = block_lines(matrix)
    shapes, top = heading(title, line, _note(matrix), WIDEST)
    explained, top = legend(_samples(matrix), WIDEST, top + 4)
    shapes += explained
    if not matrix.tables:
        return Scene(width=WIDEST, height=top + MARGIN, shapes=tuple(shapes))
    left = MARGIN + _label_width(matrix) + _LEADER
    side = WIDEST - left - _RIGHT - MARGIN
    names = _tilted(_largest(matrix, int(side // _TILTED)), left, side, len(matrix.tables))
    rise = max(0.71 * (width_of(words.text, words.size) + words.size) for words, _ in names)
    frame = Box(x=left, y=top + rise + _LEADER + 8, width=side, height=side, fill=PAPER, edge=QUIET, line=1, layer=-2)
    shapes += [frame, *_blocks(matrix, frame), *_cells(matrix, frame)]
    shapes += _above(names, frame)
    shapes += _rows(matrix, frame)
    below, bottom = _targets(matrix, frame)
    return Scene(width=WIDEST, height=bottom + MARGIN, shapes=(*shapes, *below))


def _note(matrix: BlockMatrix) -> str:
    if not matrix.tables:
        return ""
    filled = sum(block.tables > 0 for block in matrix.blocks)
    hidden = filled - len(_largest(matrix, _MOST_ROWS))
    return _NOTE + (
        f" Of the groups {hidden} are not named: the smallest, then those that leave least." if hidden else ""
    )


def _label(block: MatrixBlock) -> str:
    return f"{fitted(block.name, 104, 11)} ({block.tables:,})"


def _label_width(matrix: BlockMatrix) -> float:
    return max(width_of(_label(block), 11) for block in matrix.blocks)


def _largest(matrix: BlockMatrix, most: int) -> list[MatrixBlock]:
    """The blocks to name: those with keys that nothing allows and the largest, in their order."""
    filled = [block for block in matrix.blocks if block.tables]
    ranked = sorted(filled, key=lambda it: (it.tables, it.out.crossing), reverse=True)
    kept = {block.start for block in ranked[:most]}
    return [block for block in filled if block.start in kept]


def _centre(block: MatrixBlock, start: float, side: float, tables: int) -> float:
    return start + (block.start + block.tables / 2) / tables * side


def _blocks(matrix: BlockMatrix, frame: Box) -> Iterator[Shape]:
    cell = frame.width / len(matrix.tables)
    lines: list[Segment] = []
    for block in matrix.blocks:
        at, size = block.start * cell, block.tables * cell
        yield Box(
            x=frame.x + at,
            y=frame.y + at,
            width=size,
            height=size,
            fill=_BLOCK,
            edge=None,
            radius=0,
            layer=-1,
            gid=group_id(block.name),
        )
        if block.start:
            lines.append((frame.x + at, frame.y, frame.x + at, frame.bottom))
            lines.append((frame.x, frame.y + at, frame.x + frame.width, frame.y + at))
    yield Marks(segments=tuple(lines), colour=_GRID, line=0.6, layer=-1)


def _cells(matrix: BlockMatrix, frame: Box) -> Iterator[Shape]:
    """The marks kind by kind, the worst last and so on top."""
    for kind, least in _SIZES.items():
        pairs = matrix.cells.get(kind, ())
        if not pairs:
            continue
        size = max(least, frame.width / len(matrix.tables))
        if kind is LinkKind.UNKEYED:
            yield Marks(segments=tuple(_crosses(pairs, size, frame, len(matrix.tables))), colour=COLOURS[kind], line=1)
        else:
            segments = tuple(_runs(pairs, size, frame, len(matrix.tables)))
            yield Marks(segments=segments, colour=COLOURS[kind], line=size)


def _binned(pairs: Iterable[tuple[int, int]], size: float, side: float, tables: int) -> list[tuple[int, int]]:
    """The marks on a grid of the mark's size, each once."""
    bins = max(1, int(side / size))
    return sorted({(row * bins // tables, column * bins // tables) for row, column in pairs})


def _runs(pairs: Iterable[tuple[int, int]], size: float, frame: Box, tables: int) -> Iterator[Segment]:
    """Level pieces, one for all neighbours in a row."""
    bins = max(1, int(frame.width / size))
    step = frame.width / bins
    begin: tuple[int, int] | None = None
    last = (-1, -1)
    for mark in _binned(pairs, size, frame.width, tables):
        if begin is None or mark != (last[0], last[1] + 1):
            if begin is not None:
                yield _piece(begin, last, step, frame)
            begin = mark
        last = mark
    if begin is not None:
        yield _piece(begin, last, step, frame)


def _piece(begin: tuple[int, int], last: tuple[int, int], step: float, frame: Box) -> Segment:
    y = frame.y + (begin[0] + 0.5) * step
    return frame.x + begin[1] * step, y, frame.x + (last[1] + 1) * step, y


def _crosses(pairs: Iterable[tuple[int, int]], size: float, frame: Box, tables: int) -> Iterator[Segment]:
    """Small crosses: what has no key is no square."""
    step = frame.width / max(1, int(frame.width / size))
    arm = min(3.0, size / 2 + 0.4)
    for row, column in _binned(pairs, size, frame.width, tables):
        x, y = frame.x + (column + 0.5) * step, frame.y + (row + 0.5) * step
        yield x - arm, y - arm, x + arm, y + arm
        yield x - arm, y + arm, x + arm, y - arm


def _tilted(blocks: Sequence[MatrixBlock], left: float, side: float, tables: int) -> list[tuple[Words, float]]:
    """The names above the columns, and the x that each means."""
    wanted = [_centre(block, left, side, tables) for block in blocks]
    places = spread(wanted, _TILTED, left + 4, left + side - 4)
    return [
        (Words(x=place, y=0, text=fitted(block.name, 96, 11), size=11, angle=45), centre)
        for block, place, centre in zip(blocks, places, wanted, strict=True)
    ]


def _above(names: Iterable[tuple[Words, float]], frame: Box) -> Iterator[Shape]:
    for words, centre in names:
        foot = frame.y - _LEADER
        yield Words(x=words.x - 2, y=foot - 5, text=words.text, size=words.size, angle=words.angle)
        yield _leader((words.x, foot), (centre, frame.y - 1))


def _leader(start: tuple[float, float], end: tuple[float, float]) -> Curve:
    return Curve(start=start, steps=((end,),), colour=FAINT, line=0.8, arrow=False, layer=0)


def _rows(matrix: BlockMatrix, frame: Box) -> Iterator[Shape]:
    """The names of the groups at the left, and at the right in words what of each leaves it unallowed."""
    shown = _largest(matrix, _MOST_ROWS)
    wanted = [_centre(block, frame.y, frame.height, len(matrix.tables)) for block in shown]
    right = frame.x + frame.width
    for block, y, centre in zip(shown, spread(wanted, _APART, frame.y, frame.bottom), wanted, strict=True):
        gid = group_id(block.name) + ":name"
        yield Words(x=frame.x - _LEADER, y=y, text=_label(block), size=11, align="right", gid=gid)
        yield _leader((frame.x - _LEADER + 3, y), (frame.x - 1, centre))
        yield _leader((right + 1, centre), (right + _LEADER - 4, y))
        text, colour = _leaves(block)
        yield Words(x=right + _LEADER, y=y, text=text, size=11, bold=block.out.crossing > 0, colour=colour)
    yield Words(x=right + _LEADER - 8, y=frame.y - _LEADER, text="not allowed", size=10.5, colour=QUIET)


def _leaves(block: MatrixBlock) -> tuple[str, str]:
    """`✕ 3` or `! 12`: the keys out that nothing allows."""
    if block.out.crossing:
        sign = "✕" if block.out.forbidden else "!"
        return f"{sign} {block.out.crossing:,}", WORDS[LinkKind.FORBIDDEN]
    return "none", CALM


def _targets(matrix: BlockMatrix, frame: Box) -> tuple[list[Shape], float]:
    """The tables that other groups refer to most, named below their columns; and the y below the names."""
    found = sorted(matrix.targets, key=lambda it: it.place)
    if not found:
        return [], frame.bottom
    cell = frame.width / len(matrix.tables)
    wanted = [frame.x + (target.place + 0.5) * cell for target in found]
    shapes: list[Shape] = []
    lowest = frame.bottom
    for target, x, column in zip(found, spread(wanted, _TILTED, frame.x, frame.x + frame.width), wanted, strict=True):
        text = f"{fitted(matrix.labels[target.table], 130, 11)} {TIMES}{target.keys:,}"
        foot = frame.bottom + _LEADER
        shapes.append(_leader((column, frame.bottom + 1), (x, foot)))
        shapes.append(Words(x=x + 2, y=foot + 6, text=text, size=11, align="right", angle=45))
        lowest = max(lowest, foot + 12 + 0.71 * width_of(text, 11))
    note = "most referred to by other groups"
    shapes.append(Words(x=frame.x + frame.width, y=lowest + 8, text=note, size=10.5, colour=QUIET, align="right"))
    return shapes, lowest + 12


def _samples(matrix: BlockMatrix) -> Iterator[tuple[Sample, str]]:
    total = matrix.total
    for kind, number, meaning in (
        (LinkKind.INTERNAL, total.internal, "inside the group"),
        (LinkKind.ALLOWED, total.allowed, "allowed"),
        (LinkKind.FORBIDDEN, total.crossing, "between groups that nothing allows (✕ some forbidden, ! undeclared)"),
        (LinkKind.UNKEYED, total.unkeyed, "unkeyed: a column names a table without a foreign key (?)"),
    ):
        if number:
            yield partial(_sample, kind=kind), f"{number:,} {meaning}"


def _sample(x: float, y: float, *, kind: LinkKind) -> tuple[Shape, ...]:
    if kind is LinkKind.UNKEYED:
        arms: tuple[Segment, ...] = ((x + 11, y - 3, x + 17, y + 3), (x + 11, y + 3, x + 17, y - 3))
        return (Marks(segments=arms, colour=COLOURS[kind], line=1.2),)
    size = _SIZES[kind] * 2.6
    return (Marks(segments=((x + 14 - size / 2, y, x + 14 + size / 2, y),), colour=COLOURS[kind], line=size),)
