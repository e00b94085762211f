"""How complete each group is: one row per group, one column per kind of objects, the made share of each as a bar."""

from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from pgready.figures.describe import listed
from pgready.figures.parts import MARGIN, Sample, heading, legend
from pgready.figures.scene import Box, Marks, Scene, Shape, Words, render
from pgready.figures.style import COLOURS, FAINT, INK, QUIET, TOLERATED, TOLERATED_WORDS, WIDEST, WORDS
from pgready.figures.text import fitted, plural
from pgready.graph.completeness import Completeness, GroupCompleteness, Tally, counted
from pgready.graph.pages import LinkKind

__all__ = ["completeness_lines", "completeness_scene", "describe_completeness", "draw_completeness"]

_LABELS = 132
_ROW, _BAR = 40, 9
_MOST_ROWS = 24
_MADE, _LOST = "#8FBFDF", COLOURS[LinkKind.FORBIDDEN]
_BAD = WORDS[LinkKind.FORBIDDEN]
_GAP = 18
_SHORTEST = 7.0


def draw_completeness(completeness: Completeness) -> Figure:
    """One row per group."""
    return render(completeness_scene(completeness))


def completeness_scene(completeness: Completeness) -> Scene:
    """The picture as shapes. Of very many groups those that lack something come first."""
    title, line, note = completeness_lines(completeness)
    shapes, y = heading(title, line, note, WIDEST)
    entries, y = legend(list(_entries(completeness)), WIDEST, y)
    shapes += entries
    rows, rest = _rows(completeness)
    if not rows:
        return Scene(width=WIDEST, height=y + MARGIN, shapes=tuple(shapes))
    y += 22
    shapes += _heads(completeness.kinds, y)
    y += 12
    widest = [max(row.tallies[place].declared for row in rows) for place in range(len(completeness.kinds))]
    for row in rows:
        shapes += _row(row, y, widest, completeness)
        y += _ROW
    if rest:
        text = f"{plural(rest, 'more group')} of which nothing is missing or different."
        if any(_lacks(row) for row in completeness.groups[len(rows) :]):
            text = f"{plural(rest, 'more group')}."
        shapes.append(Words(x=MARGIN, y=y + 8, text=text, size=11, colour=QUIET))
        y += 22
    return Scene(width=WIDEST, height=y + MARGIN, shapes=tuple(shapes))


def _rows(completeness: Completeness) -> tuple[Sequence[GroupCompleteness], int]:
    """The groups to show, and how many are not."""
    groups = completeness.groups
    if len(groups) <= _MOST_ROWS:
        return groups, 0
    return sorted(groups, key=lambda group: not _lacks(group))[:_MOST_ROWS], len(groups) - _MOST_ROWS


def _lacks(group: GroupCompleteness) -> bool:
    return any(tally.missing or tally.different for tally in group.tallies)


def _place(column: int, columns: int) -> tuple[float, float]:
    """Where a column begins, and how wide it is."""
    wide = (WIDEST - MARGIN - _LABELS) / columns
    return _LABELS + column * wide, wide - _GAP


def _heads(kinds: Sequence[str], y: float) -> Iterator[Shape]:
    for column, kind in enumerate(kinds):
        x, wide = _place(column, len(kinds))
        yield Words(x=x, y=y, text=fitted(kind.capitalize(), wide + _GAP - 4, 11), size=11, colour=QUIET)


def _row(row: GroupCompleteness, y: float, widest: Sequence[int], of: Completeness) -> Iterator[Shape]:
    lost = _lacks(row)
    name = fitted(row.group, _LABELS - MARGIN - 8, 12, bold=lost)
    yield Words(x=MARGIN, y=y + 10, text=name, size=12, bold=lost)
    yield Marks(
        segments=((MARGIN, y + _ROW - 3.5, WIDEST - MARGIN, y + _ROW - 3.5),), colour="#EEEEEC", line=1, layer=0
    )
    for column, tally in enumerate(row.tallies):
        x, wide = _place(column, len(row.tallies))
        yield from _cell(tally, x, y, (wide, widest[column]), of)


def _cell(tally: Tally, x: float, y: float, sizes: tuple[float, int], of: Completeness) -> Iterator[Shape]:
    """`sizes`: how wide the column is, and the most that a group declares of it."""
    wide, most = sizes
    text, colour, bold = _label(tally, of)
    yield Words(x=x, y=y + 10, text=fitted(text, wide + _GAP - 4, 11, bold=bold), size=11, bold=bold, colour=colour)
    if not tally.declared:
        return
    long = max(_SHORTEST, wide * tally.declared / max(most, 1))
    if not of.rehearsed:
        yield Box(x=x, y=y + 20, width=long, height=_BAR, fill="#FFFFFF", edge=FAINT, radius=0)
        return
    start = x
    for number, fill in ((tally.same, _MADE), (tally.different, TOLERATED)):
        if number:
            part = long * number / tally.declared
            yield Box(x=start, y=y + 20, width=part, height=_BAR, fill=fill, radius=0, layer=1)
            start += part
    if tally.missing:
        # An empty frame: what is missing is told by the gap, not by its colour alone.
        left = x + long - start
        yield Box(
            x=start + 0.5, y=y + 20.5, width=max(left - 1, 1), height=_BAR - 1, edge=_LOST, line=1, radius=0, layer=3
        )


def _label(tally: Tally, of: Completeness) -> tuple[str, str, bool]:
    """The number with its sign, the colour of the text, and whether it is bold; no tick after a deploy that stopped."""
    extra = f" +{tally.extra:,}" if tally.extra else ""
    if not tally.declared:
        return f"\N{EN DASH}{extra}", QUIET, False
    if not of.rehearsed:
        return f"{tally.declared:,}", INK, False
    if tally.missing:
        return f"✗ {tally.declared - tally.missing:,} of {tally.declared:,}{extra}", _BAD, True
    if tally.different:
        return f"≠ {tally.different:,} of {tally.declared:,}{extra}", TOLERATED_WORDS, True
    return f"{'✓ ' * (of.stops is None)}{tally.declared:,}{extra}", INK, False


def _bar(fill: str, edge: str | None = None) -> Sample:
    return lambda x, y: (Box(x=x + 0.5, y=y - 4.5, width=19, height=_BAR, fill=fill, edge=edge, radius=0),)


def _entries(completeness: Completeness) -> Iterator[tuple[Sample, str]]:
    whole = completeness.total
    if not any(tally.declared for tally in whole):
        return
    if not completeness.rehearsed:
        yield _bar("#FFFFFF", FAINT), "declared; not rehearsed"
        return
    yield _bar(_MADE), "✓ made as declared" if completeness.stops is None else "made as declared, so far"
    if any(tally.different for tally in whole):
        yield _bar(TOLERATED), "≠ made, but not as declared"
    if any(tally.missing for tally in whole):
        yield _bar("#FFFFFF", _LOST), "✗ missing"
    if any(tally.extra for tally in whole):
        yield (lambda x, y: (Words(x=x + 10, y=y, text="+1", size=11, align="center"),)), "made and declared nowhere"


def completeness_lines(completeness: Completeness) -> tuple[str, str, str]:
    """Title, second line and note."""
    parts = list(zip(completeness.kinds, completeness.total, strict=True))
    if not any(tally.declared for _, tally in parts):
        return "Nothing is declared", "", ""
    if not completeness.rehearsed:
        told = ", ".join(counted(tally.declared, kind) for kind, tally in parts[:2])
        return f"Declared: {told}", "Nothing was rehearsed, so what the migrations make of it is not known.", _NOTE
    lost = [f"{tally.missing:,} of {tally.declared:,} {kind}" for kind, tally in parts if tally.missing]
    other = [f"{tally.different:,} of {tally.declared:,} {kind}" for kind, tally in parts if tally.different]
    beginning = "A clean deploy" if completeness.stops is None else "The deploy, which does not run to its end,"
    if lost:
        title = f"{beginning} leaves out {listed(lost[:2])}"
        line = " ".join(
            [f"Also missing: {listed(lost[2:])}."] * bool(lost[2:])
            + [f"Not as declared: {listed(other)}."] * bool(other)
        )
        return title, line, _NOTE
    if completeness.stops is not None:
        differ = f"Not as declared: {listed(other)}." if other else ""
        return "Nothing is missing so far, but the deploy does not run to its end", differ, _NOTE
    if other:
        return f"A clean deploy makes all that is declared, {listed(other)} not as declared", "", _NOTE
    told = listed([counted(tally.declared, kind) for kind, tally in parts if tally.declared])
    return "A clean deploy makes all that is declared", f"{told}.".capitalize(), _NOTE


_NOTE = "One row per feature group. A bar is as long as what is declared, against the largest group of its column."


_TOLD = 12


def describe_completeness(completeness: Completeness) -> str:
    """The alternative text: the totals, then each group that lacks something, with what."""
    title, line, _ = completeness_lines(completeness)
    lacking = [group for group in completeness.groups if _lacks(group)] if completeness.rehearsed else []
    told = [f"{group.group}: {listed(_gaps(group, completeness.kinds))}." for group in lacking[:_TOLD]]
    more = [f"{plural(len(lacking) - _TOLD, 'more group')} likewise."] * (len(lacking) > _TOLD)
    return " ".join([f"{title}.", *([line] if line else ()), *told, *more])


def _gaps(group: GroupCompleteness, kinds: Sequence[str]) -> list[str]:
    pairs = list(zip(kinds, group.tallies, strict=True))
    lost = [f"{tally.missing:,} of {tally.declared:,} {kind} missing" for kind, tally in pairs if tally.missing]
    return lost + [f"{counted(tally.different, kind)} not as declared" for kind, tally in pairs if tally.different]
