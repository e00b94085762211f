"""What `pgready compare` prints: the changes by how they count, the groups in numbers, and the word last."""

from collections.abc import Iterator
from itertools import groupby

from pgready.graph.comparison.values import Direction, IsolationChange, Weight
from pgready.graph.coverage import GroupCoverage
from pgready.reports.comparison import SECTIONS, TONES, Remark, compared, remarks, share
from pgready.reports.lines import count
from pgready.reports.plain import TONE_SYMBOLS, plain_line
from pgready.reports.visible import visible

__all__ = ["comparison_lines"]

_STYLES = {
    Direction.BETTER: "bold green",
    Direction.SAME: "bold green",
    Direction.WORSE: "bold red",
    Direction.MIXED: "bold yellow",
    Direction.UNSURE: "bold yellow",
}
_SECTION_STYLES = {Weight.WORSE: "red", Weight.MIXED: "yellow", Weight.LOOSENED: "yellow", Weight.UNSURE: "yellow"}
_MOST = 200


def comparison_lines(change: IsolationChange, before: str, after: str) -> Iterator[tuple[str, str]]:
    """Lines with the rich style of each, plain text without markup; `before` and `after` are the names of the two."""
    yield (f"{visible(before)} -> {visible(after)}: the {change.basis.value} structures compared", "bold")
    if change.unrehearsed:
        yield (f"  Only {compared(change)}", "")
    yield (f"  {_covered(change.coverage_before.total)} -> {_covered(change.coverage_after.total)}", "")
    for weight, found in groupby(remarks(change), key=lambda it: it.weight):
        yield ("", "")
        yield from _section(weight, list(found))
    yield ("", "")
    word, style = change.direction.value.upper(), _STYLES[change.direction]
    yield (f"{TONE_SYMBOLS[TONES[change.direction]]} {word}: {visible(change.reason)}", style)


def _covered(all_: GroupCoverage) -> str:
    return f"{count(all_.tables, 'table')}, {share(all_.keyed, len(all_.unkeyed))} with a key"


def _section(weight: Weight, found: list[Remark]) -> Iterator[tuple[str, str]]:
    yield (f"{SECTIONS[weight]} ({len(found)})", _SECTION_STYLES.get(weight, "dim"))
    for it in found[:_MOST]:
        yield (f"  {plain_line(it.what)}: {plain_line(it.said)}", "dim" if weight is Weight.NEUTRAL else "")
    if len(found) > _MOST:
        yield (f"  and {len(found) - _MOST} more", "dim")
