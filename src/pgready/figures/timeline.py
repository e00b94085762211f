"""The timeline: one row per migration, what it made and left out, what was found in it, and what came too late."""

from collections.abc import Iterator

from matplotlib.figure import Figure

from pgready.figures.describe_timeline import timeline_lines
from pgready.figures.parts import MARGIN, Sample, heading, legend
from pgready.figures.scene import Box, Curve, Scene, Shape, Words, render
from pgready.figures.style import COLOURS, FAINT, INK, PANEL, QUIET, TINTS, WIDEST, WORDS
from pgready.figures.text import fitted, plural
from pgready.findings import Severity
from pgready.graph.pages import LinkKind
from pgready.history.timeline import Mark, Timeline, TimelineRow
from pgready.model.names import ObjectKind

__all__ = ["draw_timeline", "timeline_scene"]

_ROW = 22
_GUTTER = 54
_NUMBER, _DATE, _NAME, _DONE = _GUTTER + 30, _GUTTER + 38, _GUTTER + 112, _GUTTER + 392
_RIGHT = WIDEST - MARGIN
_FOUND = 132
_SQUARE, _STEP = 7, 9
_MOST_SQUARES = 16
_TABLE, _OTHER = "#404040", "#A6A6A6"
_BAD, _BAD_WORDS = COLOURS[LinkKind.FORBIDDEN], WORDS[LinkKind.FORBIDDEN]
_LOOKS = {
    Severity.BLOCK: ("✕", TINTS[LinkKind.FORBIDDEN], _BAD_WORDS),
    Severity.WARN: ("!", TINTS[LinkKind.UNDECLARED], _BAD_WORDS),
    Severity.NOTE: ("·", "", QUIET),
}


def draw_timeline(timeline: Timeline) -> Figure:
    """The migrations from the first to the last; empty ones and those without a date stand out by a word."""
    return render(timeline_scene(timeline))


def timeline_scene(timeline: Timeline) -> Scene:
    """The picture as shapes."""
    title, line = timeline_lines(timeline)
    shapes, y = heading(title, line, _note(timeline), WIDEST)
    entries, y = legend(list(_entries(timeline)), WIDEST, y)
    top = y + 14
    shapes += entries
    for place, row in enumerate(timeline.rows):
        shapes += _row(row, top + place * _ROW)
    shapes += _arcs(timeline, top)
    height = top + max(1, len(timeline.rows)) * _ROW + MARGIN
    return Scene(width=WIDEST, height=height, shapes=tuple(shapes))


def _note(timeline: Timeline) -> str:
    folded = sum(row.count for row in timeline.rows if row.count > 1)
    told = "From top to bottom in the order in which Prisma runs them."
    return told + (
        f" {plural(folded, 'calm migration')} are folded into one row per stretch and year." if folded else ""
    )


def _row(row: TimelineRow, top: float) -> Iterator[Shape]:
    middle = top + _ROW / 2
    sign, tint, colour = _LOOKS[row.mark.severity] if row.mark else ("", "", QUIET)
    if tint:
        yield Box(x=_GUTTER, y=top + 1, width=_RIGHT - _GUTTER, height=_ROW - 2, fill=tint, radius=2, layer=0)
    ink = INK if row.deployed else QUIET
    last = f"{MINUS_TO}{row.first + row.count - 1}" if row.count > 1 else ""
    yield Words(x=_NUMBER, y=middle, text=f"{row.first}{last}", size=10, colour=QUIET, align="right")
    yield _when(row, middle)
    yield from _name(row, middle, ink)
    yield from _done(row, middle)
    if row.mark:
        text = f"{sign} {_rules(row.mark)}"
        yield Words(x=_RIGHT - 4, y=middle, text=text, size=10.5, colour=colour, align="right")


MINUS_TO = "\N{EN DASH}"


def _rules(mark: Mark) -> str:
    shown = mark.rules[:2]
    more = len(mark.rules) - len(shown)
    return ", ".join(shown) + (f" +{more}" if more else "")


def _when(row: TimelineRow, middle: float) -> Shape:
    if row.late:
        return Words(x=_DATE, y=middle, text="! no date", size=10.5, bold=True, colour=_BAD_WORDS)
    return Words(x=_DATE, y=middle, text=row.date or MINUS_TO, size=10.5, colour=QUIET)


def _name(row: TimelineRow, middle: float, ink: str) -> Iterator[Shape]:
    room = _DONE - _NAME - 10
    if row.count > 1:
        year = f" of {row.date[:4]}" if row.date else ""
        text = f"{plural(row.count, 'calm migration')}{year}"
        yield Words(x=_NAME, y=middle, text=fitted(text, room, 11), size=11, colour=QUIET)
        return
    bare = row.name[15:] if row.date and row.name[14:15] == "_" else row.name
    yield Words(x=_NAME, y=middle, text=fitted(bare, room, 11.5), size=11.5, colour=ink)


def _done(row: TimelineRow, middle: float) -> Iterator[Shape]:
    """Squares for what is made and left out, words for the rest."""
    x = float(_DONE)
    tables, total = row.made.get(ObjectKind.TABLE, 0), sum(row.made.values())
    looks = [(_TABLE, False)] * tables + [(_OTHER, False)] * (total - tables) + [(_BAD, True)] * row.skipped
    shown = looks if len(looks) <= _MOST_SQUARES else looks[: _MOST_SQUARES - 4]
    if len(looks) > len(shown) and row.skipped:
        shown = [*looks[: _MOST_SQUARES - 5], (_BAD, True)]
    for colour, hollow in shown:
        yield _square(x, middle, colour, hollow=hollow)
        x += _STEP
    words = [f"+{len(looks) - len(shown)}"] * (len(looks) > len(shown))
    words += [f"{row.skipped} left out"] * (row.skipped > 0)
    words += [f"{row.dropped} dropped"] * (row.dropped > 0)
    words += [f"{row.changed} changed"] * (row.changed > 0)
    words += [f"{row.unread} unread"] * (row.unread > 0)
    words = words or ["nothing at all"] * row.nothing
    room = _RIGHT - (_FOUND if row.mark else 4) - x - 10
    if words:
        yield Words(x=x + 4, y=middle, text=fitted(", ".join(words), room, 10), size=10, colour=QUIET)


def _square(x: float, middle: float, colour: str, *, hollow: bool) -> Box:
    fill, edge = (TINTS[LinkKind.UNKEYED], colour) if hollow else (colour, None)
    return Box(
        x=x,
        y=middle - _SQUARE / 2,
        width=_SQUARE,
        height=_SQUARE,
        fill=fill,
        edge=edge,
        radius=1,
        dashed=False,
        layer=3,
    )


def _arcs(timeline: Timeline, top: float) -> Iterator[Shape]:
    """From the migration that needs something to the one that makes it too late; the longer, the wider."""
    spans = sorted({abs(other - one) for one, other, _ in timeline.late})
    for one, other, _ in timeline.late:
        start, end = (top + place * _ROW + _ROW / 2 for place in (one, other))
        wide = 10 + 30 * (spans.index(abs(other - one)) + 1) / len(spans)
        x = _GUTTER - 3.0
        bend = ((x - wide, start), (x - wide, end), (x, end))
        yield Curve(start=(x, start), steps=(bend,), colour=_BAD, line=1.4)


def _entries(timeline: Timeline) -> Iterator[tuple[Sample, str]]:
    rows = timeline.rows
    if any(row.made.get(ObjectKind.TABLE) for row in rows):
        yield lambda x, y: (_square(x + 7, y, _TABLE, hollow=False),), "a table made"
    if any(sum(row.made.values()) > row.made.get(ObjectKind.TABLE, 0) for row in rows):
        yield lambda x, y: (_square(x + 7, y, _OTHER, hollow=False),), "a column, key, index or type made"
    if any(row.skipped for row in rows):
        yield lambda x, y: (_square(x + 7, y, _BAD, hollow=True),), "left out by a guard"
    if timeline.late:
        yield (
            _late_sample,
            "needs what a later one makes",
        )
    for severity, words in ((Severity.BLOCK, "blocks"), (Severity.WARN, "needs a look"), (Severity.NOTE, "noted")):
        if any(row.mark is not None and row.mark.severity is severity for row in rows):
            yield _sign(severity), words


def _late_sample(x: float, y: float) -> tuple[Shape, ...]:
    bend = ((x - 4, y - 6), (x - 4, y + 6), (x + 14, y + 6))
    return (Curve(start=(x + 14, y - 6), steps=(bend,), colour=_BAD, line=1.4),)


def _sign(severity: Severity) -> Sample:
    sign, tint, colour = _LOOKS[severity]
    return lambda x, y: (
        Box(x=x, y=y - 7, width=20, height=14, fill=tint or PANEL, edge=FAINT, radius=2),
        Words(x=x + 10, y=y, text=sign, size=10.5, colour=colour, align="center"),
    )
