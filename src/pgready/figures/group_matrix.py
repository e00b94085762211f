"""The group matrix: how many foreign keys go from each group to each other one, and what the contracts say of them.

Rows hold the keys, columns are referred to; the last column and row say in words what goes out and comes in.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from matplotlib.figure import Figure

from pgready.figures.describe import matrix_lines
from pgready.figures.parts import MARGIN, TOLERATED_SAMPLE, Sample, heading, legend
from pgready.figures.scene import Box, Curve, Scene, Shape, Words, render
from pgready.figures.style import CALM, COLOURS, FAINT, INK, PAPER, QUIET, TINTS, TOLERATED_WORDS, WIDER, WIDEST, WORDS
from pgready.figures.text import MINUS, brief, fitted, plural, width_of
from pgready.graph.matrix import GroupMatrix, KeyCounts, MatrixGroup, merged_groups
from pgready.graph.pages import LinkKind

__all__ = ["draw_group_matrix", "matrix_scene"]

_MOST_GROUPS = 40
_MOST_NARROW = 20  # groups that fit into the narrower width
_ROOMY = 74  # px of a cell in which words fit
_NARROW = 30  # px of a cell below which rows are lower too
_LEAST = 8.0  # px of the smallest words
_NONE = 40  # px of a column in which the word "none" fits
_OUT = 92  # px for the column that says what goes out
_NOTE = "Row: the group that holds the key. Column: the group it refers to."


_MERGED = (
    " Shown are the {shown} groups with most keys between groups, counting first those that nothing allows; the other "
    "{more} are one row and column here, and each on its own in audit.json."
)


def draw_group_matrix(matrix: GroupMatrix) -> Figure:
    """Draw the matrix; at most 820 CSS pixels wide, of more than 20 groups at most 1,080.

    The number in a cell counts foreign keys. Below it stand, in words where there is room, what nothing allows, how
    many the rehearsal made, and references without a key. Of more than 40 groups those with the fewest keys between
    groups are drawn as one.
    """
    return render(matrix_scene(matrix))


def matrix_scene(matrix: GroupMatrix) -> Scene:
    """The matrix as shapes."""
    title, line = matrix_lines(matrix)
    matrix, many = merged_groups(matrix, _MOST_GROUPS), len(matrix.groups)
    widest = WIDEST if len(matrix.groups) <= _MOST_NARROW else WIDER
    grid = _grid(matrix, widest)
    width = min(widest, max(560, grid.right + _OUT + MARGIN))
    note = _NOTE + (_MERGED.format(shown=_MOST_GROUPS - 1, more=many - _MOST_GROUPS + 1) if many > _MOST_GROUPS else "")
    shapes, top = heading(title, line, note if matrix.groups else "", width)
    names = _column_names(grid)
    grid = replace(grid, y=top + max((_rise(words) for words in names), default=0) + 14)
    shapes += [replace(words, y=grid.y - 10) for words in names]
    shapes += _frame(grid)
    for row, group in enumerate(grid.groups):
        shapes += _row(matrix, grid, row, group)
    shapes += _sums(matrix, grid)
    explained, bottom = legend(_samples(matrix, grid), width, grid.bottom + 30 if grid.groups else top)
    return Scene(width=width, height=bottom + MARGIN, shapes=(*shapes, *explained))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Where the cells are: the left upper corner, the size of a cell, and whether words fit into one."""

    groups: tuple[MatrixGroup, ...]
    x: float
    cell: float
    row: float
    y: float = 0

    @property
    def roomy(self) -> bool:
        return self.cell >= _ROOMY

    @property
    def right(self) -> float:
        return self.x + self.cell * len(self.groups)

    @property
    def bottom(self) -> float:
        return self.y + self.row * len(self.groups)

    def box(self, row: int, column: int) -> Box:
        """The inside of a cell."""
        x, y = self.x + column * self.cell, self.y + row * self.row
        return Box(x=x + 2.5, y=y + 2.5, width=self.cell - 5, height=self.row - 5)


def _grid(matrix: GroupMatrix, widest: float) -> _Grid:
    count = max(1, len(matrix.groups))
    labels = [width_of(fitted(group.name, 160, 13, bold=True), 13, bold=True) for group in matrix.groups]
    sizes = [width_of(_size(group), 11) for group in matrix.groups]
    x = MARGIN + max([40.0, *labels, *sizes]) + 10
    cell = min(92.0, (widest - x - _OUT - MARGIN) / count)
    if cell < _ROOMY:
        x = MARGIN + 10 + max(width_of(_compact_label(group), 12) for group in matrix.groups)
        cell = min(_ROOMY - 1.0, (widest - x - _OUT - MARGIN) / count)
        return _Grid(groups=matrix.groups, x=x, cell=cell, row=33 if cell >= _NARROW else 26)
    most = max((len(_below(counts)) for counts in matrix.cells.values()), default=0)
    return _Grid(groups=matrix.groups, x=x, cell=cell, row=34 + 14 * max(1, most))


def _size(group: MatrixGroup) -> str:
    return plural(group.tables, "table") + (f", {group.missing:,} missing" if group.missing else "")


def _compact_label(group: MatrixGroup) -> str:
    made = f"{group.tables - group.missing:,}/" if group.missing else ""
    return f"{fitted(group.name, 120, 12)} ({made}{group.tables:,})"


def _column_names(grid: _Grid) -> list[Words]:
    """Level where all fit, else all turned by 45 degrees; y is set later."""
    names = [fitted(group.name, 130, 12) for group in grid.groups]
    middles = [grid.x + (column + 0.5) * grid.cell for column in range(len(names))]
    if all(width_of(name, 12, bold=True) <= grid.cell - 6 for name in names):
        return [Words(x=x, y=0, text=text, align="center", bold=True) for x, text in zip(middles, names, strict=True)]
    return [Words(x=x - 2, y=0, text=text, angle=45) for x, text in zip(middles, names, strict=True)]


def _rise(words: Words) -> float:
    """How far a column's name rises above its foot."""
    return 0.71 * (width_of(words.text, words.size) + words.size) if words.angle else words.size


def _frame(grid: _Grid) -> Iterator[Curve]:
    for line in range(len(grid.groups) + 1 if grid.groups else 0):
        x, y = grid.x + line * grid.cell, grid.y + line * grid.row
        yield Curve(start=(grid.x, y), steps=(((grid.right, y),),), colour=FAINT, line=0.8, arrow=False, layer=0)
        yield Curve(start=(x, grid.y), steps=(((x, grid.bottom),),), colour=FAINT, line=0.8, arrow=False, layer=0)


def _row(matrix: GroupMatrix, grid: _Grid, row: int, group: MatrixGroup) -> Iterator[Shape]:
    middle, right = grid.y + (row + 0.5) * grid.row, grid.x - 8
    if grid.roomy:
        name = fitted(group.name, 160, 13, bold=True)
        yield Words(x=right, y=middle - 9, text=name, size=13, bold=True, align="right")
        yield Words(x=right, y=middle + 8, text=_size(group), size=11, colour=QUIET, align="right")
    else:
        yield Words(x=right, y=middle, text=_compact_label(group), align="right")
    for column, target in enumerate(grid.groups):
        counts = matrix.cells.get((group.name, target.name))
        if counts is not None:
            yield from _cell(grid.box(row, column), counts, roomy=grid.roomy)


def _kind_of(counts: KeyCounts) -> LinkKind:
    """The worst that a cell holds: it gives the cell its look."""
    order = (
        (counts.forbidden, LinkKind.FORBIDDEN),
        (counts.undeclared, LinkKind.UNDECLARED),
        (counts.allowed, LinkKind.ALLOWED),
        (counts.internal, LinkKind.INTERNAL),
    )
    return next((kind for number, kind in order if number), LinkKind.UNKEYED)


def _is_missing(counts: KeyCounts) -> bool:
    return 0 < counts.keys == counts.missing


def _look(box: Box, kind: LinkKind, *, missing: bool) -> Box:
    """Solid border: forbidden. Dashed border on white: not made, or no key at all."""
    if missing or kind is LinkKind.UNKEYED:
        return replace(box, fill=PAPER, edge=COLOURS[kind], dashed=True, line=2 if kind is LinkKind.FORBIDDEN else 1.3)
    edge = COLOURS[kind] if kind is LinkKind.FORBIDDEN else None
    return replace(box, fill=TINTS[kind], edge=edge, line=2)


def _cell(box: Box, counts: KeyCounts, *, roomy: bool) -> Iterator[Shape]:
    kind = _kind_of(counts)
    yield _look(box, kind, missing=_is_missing(counts))
    x, y = box.x + box.width / 2, box.y + box.height / 2
    if not roomy:
        yield from _compact(box, counts)
        return
    below = _below(counts)
    y -= 7 * len(below)
    if counts.keys:
        colour = WORDS[kind] if counts.crossing else INK
        yield Words(
            x=x, y=y, text=f"{counts.keys:,}", size=15, bold=bool(counts.crossing), colour=colour, align="center"
        )
        y += 3
    for text, tint in below:
        y += 14
        yield Words(x=x, y=y if counts.keys else y - 7, text=text, size=11, colour=tint, align="center")


def _below(counts: KeyCounts) -> list[tuple[str, str]]:
    """The words under a cell's number, with their colours."""
    lines = [
        (word if number == counts.keys else f"{number:,} {word}", WORDS[LinkKind.FORBIDDEN])
        for number, word in ((counts.forbidden, "forbidden"), (counts.undeclared, "undeclared"))
        if number
    ]
    if counts.tolerated:
        all_of_them = counts.tolerated == counts.keys
        lines.append(("tolerated ~" if all_of_them else f"{counts.tolerated:,} tolerated ~", TOLERATED_WORDS))
    if counts.missing:
        lines.append((f"{counts.keys - counts.missing:,} made", INK))
    if counts.unkeyed:
        lines.append((f"{'+' if counts.keys else ''}{counts.unkeyed:,} unkeyed ?", WORDS[LinkKind.UNKEYED]))
    return lines


def _compact(box: Box, counts: KeyCounts) -> Iterator[Words]:
    """A number with a mark for its verdict; below it, smaller, how many are missing and how many are unkeyed."""
    mark = "✕" if counts.forbidden else "!" if counts.undeclared else "~" if counts.tolerated else ""
    number = f"{mark}{brief(counts.keys)}" if counts.keys else f"{brief(counts.unkeyed)}?"
    less = f"{MINUS}{brief(counts.missing)}" if counts.missing else ""
    below = less + (f"+{brief(counts.unkeyed)}?" if counts.unkeyed and counts.keys else "")
    if below and 0.94 * box.width < _LEAST * width_of(below, 1):
        below = MINUS * bool(less) + "+?" * bool(counts.unkeyed)
    if mark and 0.94 * box.width < _LEAST * width_of(number, 1, bold=True):
        number = number.removeprefix(mark)  # the cell's look says it too
    x, y = box.x + box.width / 2, box.y + box.height / 2
    apart = min(6.5, box.height / 4)
    lines = [(number, 12.0, bool(counts.crossing), y - apart), (below, 9.0, False, y + apart)] if below else []
    for text, size, bold, at in lines or [(number, 12.0, bool(counts.crossing), y)]:
        fit = min(size, 0.94 * box.width / width_of(text, 1, bold=bold))
        yield Words(x=x, y=at, text=text, size=fit, bold=bold, colour=WORDS[_kind_of(counts)], align="center")


def _sums(matrix: GroupMatrix, grid: _Grid) -> Iterator[Words]:
    """What goes out of each row and comes into each column; nothing is said with the word "none"."""
    if not grid.groups:
        return
    x = grid.right + 12
    yield Words(x=x, y=grid.y - 12, text="keys out", size=11, colour=QUIET)
    yield Words(x=grid.x - 8, y=grid.bottom + 14, text="keys in", size=11, colour=QUIET, align="right")
    for place, group in enumerate(grid.groups):
        others = [other.name for other in grid.groups if other.name != group.name]
        out = _sum(matrix, ((group.name, other) for other in others))
        coming = _sum(matrix, ((other, group.name) for other in others))
        middle = grid.y + (place + 0.5) * grid.row
        notes = _below(out) if grid.roomy else []
        yield replace(_number(out), x=x, y=middle - 7 * len(notes))
        for number, (text, colour) in enumerate(notes, start=1):
            yield Words(x=x, y=middle - 7 * len(notes) + 14 * number, text=text, size=11, colour=colour)
        below = _number(coming, none="none" if grid.cell >= _NONE else "0")
        if width_of(below.text, below.size) > grid.cell - 2:
            short = brief(coming.keys)
            below = replace(below, text=short, size=min(below.size, (grid.cell - 2) / width_of(short, 1)))
        yield replace(below, x=grid.x + (place + 0.5) * grid.cell, y=grid.bottom + 14, align="center")


def _number(counts: KeyCounts, *, none: str = "none") -> Words:
    if not counts.keys:
        return Words(x=0, y=0, text=none, bold=True, colour=CALM)
    return Words(x=0, y=0, text=f"{counts.keys:,}")


def _sum(matrix: GroupMatrix, pairs: Iterable[tuple[str, str]]) -> KeyCounts:
    return sum((matrix.cells[pair] for pair in pairs if pair in matrix.cells), KeyCounts())


def _samples(matrix: GroupMatrix, grid: _Grid) -> Iterator[tuple[Sample, str]]:
    meanings = {
        LinkKind.INTERNAL: "inside the group",
        LinkKind.ALLOWED: "allowed",
        LinkKind.UNDECLARED: "undeclared: no rule speaks of it" + ("" if grid.roomy else " (!)"),
        LinkKind.FORBIDDEN: "forbidden by a contract" + ("" if grid.roomy else " (✕)"),
    }
    kinds = {_kind_of(counts) for counts in matrix.cells.values()}
    for kind, meaning in meanings.items():
        if kind in kinds:
            yield partial(_swatch, kind=kind), meaning
    if any(_is_missing(counts) for counts in matrix.cells.values()) or (matrix.total.missing and not grid.roomy):
        yield (
            partial(_swatch, kind=LinkKind.INTERNAL, missing=True),
            ("none of them made" if grid.roomy else f"none made ({MINUS}2: 2 of the keys are missing)"),
        )
    if matrix.total.tolerated:
        yield TOLERATED_SAMPLE
    if matrix.total.unkeyed:
        yield partial(_swatch, kind=LinkKind.UNKEYED), "unkeyed: a column names a table without a foreign key"


def _swatch(x: float, y: float, *, kind: LinkKind, missing: bool = False) -> tuple[Shape, ...]:
    return (_look(Box(x=x, y=y - 6, width=20, height=12), kind, missing=missing),)
