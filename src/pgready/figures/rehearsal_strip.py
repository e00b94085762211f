"""The rehearsal strip: how long each migration took, what it does when it runs again, and what a failure leaves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from matplotlib.figure import Figure

from pgready.figures.describe_strip import strip_lines
from pgready.figures.parts import MARGIN, Sample, heading, legend
from pgready.figures.scene import Box, Marks, Scene, Segment, Shape, Words, render
from pgready.figures.strip_rows import Again, Midway, RehearsalStrip, StripRow, refusal
from pgready.figures.style import COLOURS, FAINT, INK, PANEL, PAPER, QUIET, TINTS, WIDEST, WORDS
from pgready.figures.text import fitted, width_of
from pgready.graph.pages import LinkKind
from pgready.model.trace import RunOutcome

__all__ = ["draw_rehearsal_strip", "rehearsal_strip_scene"]

_ROW = 21
_NUMBER, _NAME = MARGIN + 30, MARGIN + 38
_RIGHT = WIDEST - MARGIN
_BOX = 190
_SMALL, _HEAD = 10, 10.5
_FEW = 1500
_BAD, _WELL = WORDS[LinkKind.FORBIDDEN], WORDS[LinkKind.ALLOWED]
_LOOKS = {
    Again.SAME: ("✓", TINTS[LinkKind.ALLOWED], _WELL),
    Again.EMPTY: ("?", PAPER, QUIET),
    Again.RECREATES: ("↻", TINTS[LinkKind.INTERNAL], INK),
    Again.FAILS: ("✕", TINTS[LinkKind.INTERNAL], QUIET),
    Again.CHANGES: ("!", TINTS[LinkKind.FORBIDDEN], _BAD),
    Again.REPLACES: ("!", TINTS[LinkKind.FORBIDDEN], _BAD),
    Again.UNKNOWN: ("?", PAPER, QUIET),
}
_CELLS = {
    Again.SAME: "#8FBFDF",
    Again.EMPTY: "#E6E6E6",
    Again.RECREATES: "#CFCFCF",
    Again.FAILS: "#DADADA",
    Again.CHANGES: COLOURS[LinkKind.FORBIDDEN],
    Again.REPLACES: COLOURS[LinkKind.FORBIDDEN],
}
_STRUCK = {Again.FAILS: (1,), Again.CHANGES: (1, -1), Again.REPLACES: (1, -1), Again.RECREATES: (0,)}
_WAYS = {
    Midway.NOTHING: ("✓", _WELL),
    Midway.NO_WAY: ("✕", _BAD),
}


def draw_rehearsal_strip(drawn: RehearsalStrip) -> Figure:
    """A cell for each of many migrations, and rows for what stands out; a row for each of a few."""
    return render(rehearsal_strip_scene(drawn))


def rehearsal_strip_scene(drawn: RehearsalStrip) -> Scene:
    """The picture as shapes."""
    shapes, y = heading(*strip_lines(drawn), WIDEST)
    if drawn.left_out:
        entries, y = legend(list(_entries(drawn)), WIDEST, y)
        cells, y = _cells(drawn.every, y + 12)
        shapes += [*entries, *cells]
    columns = _columns(drawn)
    top = y + 30
    shapes += _heads(columns, top - 12) if drawn.rows else ()
    for place, row in enumerate(drawn.rows):
        shapes += _row(row, top + place * _ROW, columns, shaded=place % 2 == 0)
    return Scene(width=WIDEST, height=top + len(drawn.rows) * _ROW + MARGIN, shapes=tuple(shapes))


def _cells(every: Sequence[StripRow], top: float) -> tuple[list[Shape], float]:
    """A cell per migration, line by line; all of one look are one path."""
    long, wide = (50, 15.0) if len(every) <= _FEW else (150, 5.0)
    high = wide if wide > _SMALL else 8.0
    filled: dict[Again, list[Segment]] = {}
    struck: list[Segment] = []
    shapes: list[Shape] = []
    left = MARGIN + 36.0
    for number, row in enumerate(every):
        x, y = left + number % long * wide, top + number // long * (high + 4) + high / 2
        if number % long == 0:
            shapes.append(Words(x=left - 6, y=y, text=str(row.position), size=9, colour=QUIET, align="right"))
        if row.outcome is RunOutcome.APPLIED and row.again in _CELLS:
            filled.setdefault(row.again, []).append((x, y, x + wide - 1, y))
            struck += _strokes(row.again, x, y, wide - 1, high)
        else:
            struck.append((x + wide * 0.25, y, x + wide * 0.75, y))
    shapes += [Marks(segments=tuple(cells), colour=_CELLS[again], line=high) for again, cells in filled.items()]
    shapes += [Marks(segments=tuple(struck), colour=INK, line=1, layer=3)] * bool(struck)
    return shapes, top + ceil(len(every) / long) * (high + 4)


def _strokes(again: Again, x: float, y: float, wide: float, high: float) -> Iterator[Segment]:
    """What tells the looks apart without their colours: one stroke, a cross, a short dash, or nothing."""
    for turn in _STRUCK.get(again, ()):
        reach = high / 2 - 2
        middle = x + wide / 2
        step = min(reach, wide / 2 - 1)
        yield (middle - step, y + turn * reach, middle + step, y - turn * reach)


def _entries(drawn: RehearsalStrip) -> Iterator[tuple[Sample, str]]:
    there = drawn.again()
    for again in _CELLS:
        if there[again]:
            yield _sample(again), f"{again.value} ({there[again]:,})"
    if rest := len(drawn.every) - sum(there[again] for again in _CELLS):
        yield (
            (lambda x, y: (Marks(segments=((x + 6, y, x + 14, y),), colour=INK, line=1),)),
            f"not run again ({rest:,})",
        )


def _sample(again: Again) -> Sample:
    return lambda x, y: (
        Marks(segments=((x + 2, y, x + 18, y),), colour=_CELLS[again], line=14),
        *[Marks(segments=(stroke,), colour=INK, line=1, layer=3) for stroke in _strokes(again, x + 2, y, 16, 14)],
    )


_Scale = tuple[int, int]
"""The powers of ten of milliseconds at both ends of a bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Where the columns begin (`midway` None: there is none), and the bars' longest and their scale."""

    bar: float
    longest: float
    again: float
    midway: float | None
    scale: _Scale


def _columns(drawn: RehearsalStrip) -> _Columns:
    scale = _scale(drawn.rows)
    if len(drawn.every) > drawn.midway()[Midway.UNTRIED]:
        return _Columns(bar=322, longest=80, again=456, midway=660, scale=scale)
    return _Columns(bar=392, longest=165, again=_RIGHT - _BOX, midway=None, scale=scale)


def _scale(rows: Sequence[StripRow]) -> _Scale:
    """From a tenth of a millisecond, or less, to what the slowest needs."""
    times = [row.duration_ms for row in rows if row.duration_ms > 0] or [1.0]
    low, high = min(0, floor(log10(min(times)))), ceil(log10(max(times)))
    return max(low, -1), max(high, 1)


def _long(time: float, columns: _Columns) -> float:
    low, high = columns.scale
    return columns.longest * max(0.02, (log10(max(time, 1e-9)) - low) / (high - low))


def _heads(columns: _Columns, y: float) -> Iterator[Shape]:
    for x, text in ((_NAME, "Migration"), (columns.bar, "Time, logarithmic"), (columns.again + 6, "Run again")):
        yield Words(x=x, y=y, text=text, size=_HEAD, bold=True)
    if columns.midway is not None:
        yield Words(x=columns.midway, y=y, text="Stopped midway", size=_HEAD, bold=True)


def _row(row: StripRow, top: float, columns: _Columns, *, shaded: bool) -> Iterator[Shape]:
    middle = top + _ROW / 2
    bad = row.outcome in (RunOutcome.FAILED, RunOutcome.NO_FILE)
    if shaded or bad:
        fill = TINTS[LinkKind.FORBIDDEN] if bad else PANEL
        yield Box(x=MARGIN, y=top, width=_RIGHT - MARGIN, height=_ROW, fill=fill, radius=0, layer=0)
    ink = QUIET if row.outcome is RunOutcome.NOT_REACHED else INK
    yield Words(x=_NUMBER, y=middle, text=str(row.position), size=_SMALL, colour=QUIET, align="right")
    room = columns.bar - _NAME - 10
    if row.left_out:
        lost = f"! leaves out {row.left_out:,}"
        yield Words(x=_NAME + room, y=middle, text=lost, size=_SMALL, bold=True, colour=_BAD, align="right")
        room -= width_of(lost, _SMALL, bold=True) + 8
    yield Words(x=_NAME, y=middle, text=fitted(_bare(row.name), room, 11), size=11, colour=ink)
    if row.outcome is not RunOutcome.APPLIED:
        yield from _stopped(row, middle, columns)
        return
    yield from _time(row, middle, columns)
    yield from _again(row, top, columns.again)
    if columns.midway is not None and row.midway is not Midway.UNTRIED:
        sign, colour = _WAYS.get(row.midway, ("↩", INK))
        text = f"{sign} {row.midway}"
        yield Words(x=columns.midway, y=middle, text=text, size=_SMALL, colour=colour)


def _bare(name: str) -> str:
    """Without the time stamp, which the number stands for."""
    return name[15:] if name[:14].isdigit() and name[14:15] == "_" and name[15:] else name


def _stopped(row: StripRow, middle: float, columns: _Columns) -> Iterator[Shape]:
    words = {
        RunOutcome.FAILED: f"✕ fails: {row.sqlstate}",
        RunOutcome.NO_FILE: "✕ no migration.sql",
        RunOutcome.NOT_REACHED: "not reached",
    }.get(row.outcome, row.outcome.value)
    bad = row.outcome is not RunOutcome.NOT_REACHED
    text = fitted(words, _RIGHT - columns.bar, 11)
    yield Words(x=columns.bar, y=middle, text=text, size=11, bold=bad, colour=_BAD if bad else QUIET)


def _time(row: StripRow, middle: float, columns: _Columns) -> Iterator[Shape]:
    wide = _long(row.duration_ms, columns)
    yield Box(x=columns.bar, y=middle - 4, width=wide, height=8, fill="#8C8C8C", radius=1)
    yield Words(x=columns.bar + wide + 5, y=middle, text=_told(row.duration_ms), size=9, colour=QUIET)


def _told(time: float) -> str:
    """`0.2 ms`, `12 ms`, `1.4 s`."""
    if time >= 1000:  # noqa: PLR2004  # milliseconds of a second
        return f"{time / 1000:,.1f} s"
    return f"{time:.1f} ms" if time < 10 else f"{time:.0f} ms"  # noqa: PLR2004  # two digits are enough


def _again(row: StripRow, top: float, x: float) -> Iterator[Shape]:
    sign, fill, colour = _LOOKS[row.again]
    unknown, harms = row.again is Again.UNKNOWN, row.again in (Again.CHANGES, Again.REPLACES)
    edge = FAINT if unknown else (_BAD if harms else None)
    yield Box(x=x, y=top + 1.5, width=_BOX, height=_ROW - 3, fill=fill, edge=edge, dashed=unknown, radius=2)
    text = fitted(f"{sign} {_word(row)}", _BOX - 10, _SMALL, bold=harms)
    yield Words(x=x + 6, y=top + _ROW / 2, text=text, size=_SMALL, bold=harms, colour=colour)


def _word(row: StripRow) -> str:
    """Of a failure also what the usual SQLSTATEs mean, or the unusual one."""
    return f"fails: {refusal(row.sqlstate) or row.sqlstate}" if row.again is Again.FAILS else row.again.value
