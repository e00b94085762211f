"""How wide the tables are and what their columns are: one bar per table, the widest first."""

from collections.abc import Iterator, Mapping, Sequence

from matplotlib.figure import Figure

from pgready.figures.parts import MARGIN, Sample, heading, legend
from pgready.figures.scene import Box, Scene, Shape, Words, render
from pgready.figures.style import FAINT, INK, QUIET, WIDEST, WORDS
from pgready.figures.text import fitted, plural
from pgready.graph.pages import LinkKind
from pgready.graph.table_shapes import TableShape
from pgready.model.names import QualifiedName

__all__ = ["describe_shapes", "draw_shapes", "shapes_lines", "shapes_scene"]

_ROW = 19
_LABELS = 236
_SIDE = 216
_MOST = 30
_BAD = WORDS[LinkKind.FORBIDDEN]
_KINDS = (
    ("in the primary key", "#2B2B2B"),
    ("in a foreign key", "#0072B2"),
    ("NOT NULL", "#8FBFDF"),
    ("may be NULL", "#FFFFFF"),
)
_WIDE_UNIT = 16.0


def draw_shapes(shapes: Sequence[TableShape], labels: Mapping[QualifiedName, str] | None = None) -> Figure:
    """One bar per table; `labels` are unambiguous names (default: without the schema)."""
    return render(shapes_scene(shapes, labels))


def shapes_scene(shapes: Sequence[TableShape], labels: Mapping[QualifiedName, str] | None = None) -> Scene:
    """The picture as shapes: the 30 widest tables, and how many are narrower."""
    names = labels or {}
    title, line, note = shapes_lines(shapes)
    drawn, y = heading(title, line, note, WIDEST)
    if not shapes:
        return Scene(width=WIDEST, height=y + MARGIN, shapes=tuple(drawn))
    entries, y = legend([(_sample(fill), words) for words, fill in _KINDS], WIDEST, y)
    drawn += entries
    y += 22
    for x, words in zip(_numbers(), ("indexes", "keys out", "keys in"), strict=True):
        drawn.append(Words(x=x, y=y, text=words, size=10, colour=QUIET, align="right"))
    y += 8
    unit = min(_WIDE_UNIT, (WIDEST - MARGIN - _LABELS - _SIDE) / max(shapes[0].columns, 1))
    for shape in shapes[:_MOST]:
        drawn += _row(shape, names.get(shape.table, shape.table.name), y, unit)
        y += _ROW
    if len(shapes) > _MOST:
        most = plural(shapes[_MOST].columns, "column")
        text = f"{plural(len(shapes) - _MOST, 'more table')} of at most {most}."
        drawn.append(Words(x=MARGIN, y=y + 12, text=text, size=11, colour=QUIET))
        y += 24
    return Scene(width=WIDEST, height=y + MARGIN, shapes=tuple(drawn))


def _numbers() -> tuple[float, float, float]:
    """The right ends of the numbers beside a bar."""
    return WIDEST - MARGIN - 116, WIDEST - MARGIN - 52, WIDEST - MARGIN


def _row(shape: TableShape, label: str, y: float, unit: float) -> Iterator[Shape]:
    middle = y + _ROW / 2
    sign = "✗ " if shape.missing else ""
    text = fitted(f"{sign}{label}", _LABELS - MARGIN - 34, 11, bold=shape.missing)
    yield Words(x=MARGIN, y=middle, text=text, size=11, bold=shape.missing, colour=_BAD if shape.missing else INK)
    yield Words(x=_LABELS - 8, y=middle, text=f"{shape.columns:,}", size=11, align="right", colour=QUIET)
    x = float(_LABELS)
    for number, (_, fill) in zip(_counts(shape), _KINDS, strict=True):
        if number:
            yield Box(
                x=x,
                y=y + 4,
                width=number * unit,
                height=_ROW - 8,
                fill=fill,
                edge="#7A7A7A",
                line=0.7,
                radius=0,
                layer=1,
            )
            x += number * unit
    for right, number in zip(_numbers(), (shape.indexes, shape.keys_out, shape.keys_in), strict=True):
        words = f"{number:,}" if number else "\N{EN DASH}"
        yield Words(x=right, y=middle, text=words, size=11, align="right", colour=INK if number else FAINT)


def _counts(shape: TableShape) -> tuple[int, int, int, int]:
    return shape.in_primary_key, shape.in_foreign_key, shape.required, shape.nullable


def _sample(fill: str) -> Sample:
    return lambda x, y: (Box(x=x + 0.5, y=y - 5.5, width=19, height=11, fill=fill, edge="#7A7A7A", line=0.7, radius=0),)


def shapes_lines(shapes: Sequence[TableShape]) -> tuple[str, str, str]:
    """Title, second line and note."""
    if not shapes:
        return "No table is declared", "", ""
    columns = sum(shape.columns for shape in shapes)
    nullable = sum(shape.nullable for shape in shapes)
    title = f"{plural(len(shapes), 'table')} with {plural(columns, 'column')}; the widest has {shapes[0].columns:,}"
    lone = sum(not shape.keys_in and not shape.keys_out for shape in shapes)
    keyless = sum(not shape.in_primary_key for shape in shapes)
    parts = [f"Of the columns outside of keys {nullable:,} may be NULL."]
    if lone:
        parts.append(f"{plural(lone, 'table')} {'has' if lone == 1 else 'have'} no foreign key, neither out nor in.")
    if keyless:
        parts.append(f"{plural(keyless, 'table')} {'has' if keyless == 1 else 'have'} no primary key.")
    missing = sum(shape.missing for shape in shapes)
    note = f"As declared. ✗: a clean deploy does not make it ({missing:,})." if missing else "As declared."
    return title, " ".join(parts), note


_TOLD = 5


def describe_shapes(shapes: Sequence[TableShape], labels: Mapping[QualifiedName, str] | None = None) -> str:
    """The alternative text: the totals, and the widest tables with their numbers."""
    title, line, note = shapes_lines(shapes)
    names = labels or {}
    told = ", ".join(
        f"{names.get(shape.table, shape.table.name)} {shape.columns:,} ({shape.nullable:,} may be NULL)"
        for shape in shapes[:_TOLD]
    )
    return " ".join(
        [f"{title}.", *([line] if line else ()), *([note] if note else ()), *([f"The widest: {told}."] if told else ())]
    )
