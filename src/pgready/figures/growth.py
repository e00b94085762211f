"""What appeared when: for each kind of objects how many were there after each migration, against what is declared."""

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import add

from matplotlib.figure import Figure

from pgready.figures.parts import MARGIN, Sample, heading, legend
from pgready.figures.scene import Box, Marks, Scene, Segment, Shape, Words, render
from pgready.figures.style import COLOURS, FAINT, INK, PANEL, QUIET, WIDEST, WORDS
from pgready.figures.text import MINUS, brief, plural, wrapped
from pgready.graph.pages import LinkKind
from pgready.history.growth import Growth, Track

__all__ = ["describe_growth", "draw_growth", "growth_lines", "growth_scene"]

_LEFT, _RIGHT = 214, WIDEST - MARGIN
_WIDE = _RIGHT - _LEFT
_HIGH, _APART = 64, 40
_MOST_BARS = 148
_WIDEST_BAR = 44.0
_SMALL = 9
_NAMED = 6
_MADE, _LOST = "#8FBFDF", COLOURS[LinkKind.FORBIDDEN]
_BAD = WORDS[LinkKind.FORBIDDEN]
_LABEL = 22
_SLOT = 40


def draw_growth(growth: Growth) -> Figure:
    """One panel per kind, migrations from left to right."""
    return render(growth_scene(growth))


def growth_scene(growth: Growth) -> Scene:
    """The picture as shapes."""
    title, line, note = growth_lines(growth)
    shapes, y = heading(title, line, note, WIDEST)
    entries, y = legend(list(_entries(growth)), WIDEST, y)
    shapes += entries
    y += 24
    bars = _bars(growth)
    if growth.stops is not None and growth.tracks:
        x = bars.left(growth.stops)
        high = len(growth.tracks) * (_HIGH + _APART) - _APART
        shapes.append(Box(x=x, y=y, width=_LEFT + bars.total - x, height=high, fill=PANEL, radius=0, layer=0))
    for track in growth.tracks:
        shapes += [*_numbers(track, y, _reasons(track, growth)), *_panel(track, y, bars)]
        y += _HIGH + _APART
    if growth.tracks:
        shapes += _ticks(len(growth.migrations), y - _APART + _LABEL + 4, bars)
        y += 6
    for text in _gap_lines(growth):
        for words in wrapped(text, WIDEST - 2 * MARGIN, 11):
            shapes.append(Words(x=MARGIN, y=y, text=words, size=11))
            y += 18
    return Scene(width=WIDEST, height=y + MARGIN, shapes=tuple(shapes))


class _Bars:
    """Where the bar of a migration stands: many migrations share one, which shows the last of them."""

    def __init__(self, migrations: int) -> None:
        self.count = max(1, min(migrations, _MOST_BARS))
        self.migrations = max(1, migrations)
        self.wide = min(_WIDEST_BAR, _WIDE / self.count)
        self.total = self.wide * self.count

    def bar(self, place: int) -> int:
        """Which bar shows the migration at this place."""
        return place * self.count // self.migrations

    def left(self, place: int) -> float:
        """Where its bar begins."""
        return _LEFT + self.bar(place) * self.wide

    def middle(self, place: int) -> float:
        """The middle of its bar."""
        return self.left(place) + self.wide / 2

    def slot(self, place: int) -> float:
        """Where a number that belongs to it has room: below its bar, or in the middle of a stretch of narrow ones."""
        if self.wide >= _SLOT * 0.75:
            return self.middle(place)
        return _LEFT + (int((self.middle(place) - _LEFT) / _SLOT) + 0.5) * _SLOT

    def last(self, bar: int) -> int:
        """The place of the last migration that a bar shows."""
        return -(-(bar + 1) * self.migrations // self.count) - 1


def _bars(growth: Growth) -> _Bars:
    return _Bars(len(growth.migrations))


def _panel(track: Track, top: float, bars: _Bars) -> Iterator[Shape]:
    base = top + _HIGH
    scale = _HIGH / max(track.declared, 1, *map(add, track.there, track.skipped))
    places = [bars.last(bar) for bar in range(bars.count)] if track.there else []
    thick = bars.wide - 2 if bars.wide > 6 else bars.wide + 0.4  # noqa: PLR2004  # narrow bars touch, without a seam
    made = [_upright(bars.middle(place), base, base - scale * track.there[place]) for place in places]
    yield from _marks([it for it in made if it[1] != it[3]], _MADE, thick)
    lost = [
        _upright(bars.middle(it), base - scale * track.there[it], base - scale * (track.there[it] + track.skipped[it]))
        for it in places
        if track.skipped[it]
    ]
    yield from _marks(lost, _LOST, thick * 0.5)
    yield Marks(segments=((_LEFT, base, _LEFT + bars.total, base),), colour=FAINT, line=1, layer=3)
    level = base - scale * track.declared
    dashes = tuple((x, level, x + 5, level) for x in range(_LEFT, int(_LEFT + bars.total) - 4, 8))
    yield Marks(segments=dashes, colour=INK, line=1, layer=4)
    yield from _losses(track, base, bars)


def _upright(x: float, low: float, high: float) -> Segment:
    return x, low, x, high


def _marks(segments: Sequence[Segment], colour: str, line: float) -> Iterator[Shape]:
    if segments:
        yield Marks(segments=tuple(segments), colour=colour, line=line, layer=2)


def _numbers(track: Track, top: float, reasons: Sequence[str]) -> Iterator[Shape]:
    """What the panel says, in words, beside it."""
    whole = track.made == track.declared
    name = track.plural.capitalize()
    yield Words(x=MARGIN, y=top + 7, text=name, size=12.5, bold=True)
    text = f"✓ all {track.declared:,} made" if whole else f"{track.made:,} of {track.declared:,} made"
    yield Words(x=MARGIN, y=top + 25, text=text, size=11, colour=INK if whole else _BAD, bold=not whole)
    for place, reason in enumerate(reasons):
        yield Words(x=MARGIN, y=top + 41 + 15 * place, text=reason, size=10, colour=QUIET)


def _reasons(track: Track, growth: Growth) -> list[str]:
    """Why some are missing: at most three reasons."""
    absent = "never made" if growth.stops is None else "not made so far"
    counts = ((track.left_out, "left out by guards"), (track.gone, "dropped again"), (track.absent, absent))
    return [f"{number:,} {why}" for number, why in counts if number]


def _losses(track: Track, base: float, bars: _Bars) -> Iterator[Shape]:
    """Below the bars: how many were left out just there; where bars are narrow, those of neighbours together."""
    found: Counter[float] = Counter()
    for place, number in enumerate(track.skipped):
        found[bars.slot(place)] += number - (track.skipped[place - 1] if place else 0)
    for x, number in found.items():
        if number:
            text = f"{MINUS}{brief(number)}"
            yield Words(x=x, y=base + 10, text=text, size=10, bold=True, colour=_BAD, align="center")
    again: Counter[float] = Counter()
    for place, number in enumerate(track.again):
        again[bars.slot(place)] += number
    for x, number in again.items():
        if number and not found[x]:
            text = f"({MINUS}{brief(number)})"
            yield Words(x=x, y=base + 10, text=text, size=10, colour=QUIET, align="center")


def _ticks(migrations: int, y: float, bars: _Bars) -> Iterator[Shape]:
    """The numbers of the migrations, as many as have room."""
    step = next(size * power for power in (1, 10, 100, 1000, 10_000) for size in (1, 2, 5) if _fits(size * power, bars))
    numbers = [1, *range(step, migrations + 1, step)] if step > 1 else range(1, migrations + 1)
    for number in numbers:
        yield Words(x=bars.middle(number - 1), y=y, text=str(number), size=_SMALL, colour=QUIET, align="center")
    yield Words(x=MARGIN, y=y, text="Number of the migration", size=_SMALL, colour=QUIET)


def _fits(step: int, bars: _Bars) -> bool:
    return step * bars.wide * bars.count / bars.migrations >= 2 * _LABEL or (step == 1 and bars.wide > _LABEL)


def _entries(growth: Growth) -> Iterator[tuple[Sample, str]]:
    if growth.tracks:
        yield (
            (
                lambda x, y: (
                    Marks(
                        segments=((x + 3, y + 6, x + 3, y - 6), (x + 13, y + 6, x + 13, y - 6)), colour=_MADE, line=8
                    ),
                )
            ),
            "there after the migration",
        )
    if any(track.left_out for track in growth.tracks):
        yield (
            (lambda x, y: (Marks(segments=((x + 8, y + 6, x + 8, y - 6),), colour=_LOST, line=5),)),
            ("would be, had no guard left it out"),
        )
    if growth.tracks:
        yield (
            (lambda x, y: (Marks(segments=((x, y, x + 6, y), (x + 9, y, x + 15, y)), colour=INK, line=1),)),
            "declared",
        )
    if growth.stops is not None:
        yield (lambda x, y: (Box(x=x, y=y - 6, width=18, height=12, fill=PANEL, edge=FAINT, radius=0),)), "not applied"


def growth_lines(growth: Growth) -> tuple[str, str, str]:
    """Title, second line and note."""
    lacking = [track for track in growth.tracks if track.made < track.declared]
    whole = [track for track in growth.tracks if track not in lacking]
    beginning = (
        "A clean deploy makes" if growth.stops is None else f"The deploy stops at number {growth.stops + 1}: made are"
    )
    if not growth.tracks:
        return "Nothing is declared", "", ""
    if not lacking:
        title = f"{beginning} all that is declared: {_and([track.told(track.declared) for track in whole[:2]])}"
        return title, "", _NOTE
    first = [f"{track.made:,} of {track.told(track.declared)}" for track in lacking]
    title = f"{beginning} {_and(first[:2])}"
    line = f"Also {_and(first[2:])}." if first[2:] else "Of all else nothing is missing." if whole else ""
    return title, line, _NOTE


_NOTE = "After each migration, in order. What is there in the end and declared nowhere is not counted."


def _and(parts: Sequence[str]) -> str:
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)


def _gap_lines(growth: Growth) -> list[str]:
    """Which migrations leave out what, the first of them."""
    first, repeats = dict(growth.gaps), dict(growth.repeats)
    told = []
    for place in sorted({*first, *repeats}):
        parts = [it.told(lost) for lost, it in first.get(place, ())]
        parts += [f"{it.told(lost)} again, as an earlier one did" for lost, it in repeats.get(place, ())]
        told.append(f"Number {place + 1} {growth.migrations[place]} leaves out {_and(parts)}.")
    more = len(told) - _NAMED
    return told[:_NAMED] + [f"{plural(more, 'more migration')} {'leaves' if more == 1 else 'leave'} something out."] * (
        more > 0
    )


def describe_growth(growth: Growth) -> str:
    """The alternative text: what is made of what is declared, why the rest is missing, and who left it out."""
    title, line, _ = growth_lines(growth)
    reasons = [
        f"{track.plural.capitalize()}: {_and(_reasons(track, growth))}."
        for track in growth.tracks
        if track.made < track.declared
    ]
    return " ".join([f"{title}.", *([line] if line else ()), *reasons, *_gap_lines(growth)])
