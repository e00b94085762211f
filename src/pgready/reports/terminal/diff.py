"""What `pgready diff` prints: what got worse first, with place and rule, and the word last."""

from collections.abc import Callable, Iterator, Sequence

from pgready.diff import AuditDiff, Direction, Weight
from pgready.reports.difference import (
    TONES,
    Remark,
    changes_told,
    conclusion,
    doubts,
    heading,
    remarks,
    scrubbed,
    unchanged,
)
from pgready.reports.plain import TONE_SYMBOLS
from pgready.reports.terminal.findings import SEVERITY_STYLES
from pgready.reports.terminal.row import BLANK, Row, folded, row
from pgready.reports.visible import visible

__all__ = ["diff_rows"]

_STYLES = {
    Direction.SAME: "bold green",
    Direction.BETTER: "bold green",
    Direction.WORSE: "bold red",
    Direction.MIXED: "bold red",
    Direction.UNSURE: "bold yellow",
}
_SECTION_STYLES = {Weight.WORSE: "bold red", Weight.BETTER: "bold green", Weight.ADDED: "bold", Weight.NEUTRAL: "dim"}
_MOST = 200


def diff_rows(
    diff: AuditDiff,
    before: str,
    after: str,
    *,
    width: int | None = None,
    scrub: Callable[[str], str] | None = None,
) -> Iterator[Row]:
    """Lines for a terminal, plain text without markup; `before` and `after` are the two as they were given.

    `width` is that of the terminal in cells, None when nothing is to be folded. `scrub` takes secrets out of what is
    said, before a line break can tear one apart.
    """
    diff = scrubbed(diff, scrub) if scrub is not None else diff
    old, new = diff.before, diff.after
    yield row((f"{visible(before)} -> {visible(after)}: {visible(new.project)}", "bold"))
    for name, side in (("before", old), ("now   ", new)):
        said = f"{side.judgement.verdict}, {visible(side.started)}, {visible(side.scope)}"
        yield from folded((f"{name}  ", "dim"), said, width=width)
    for doubt in doubts(diff):
        yield from folded(("! ", "yellow"), doubt, width=width, style="yellow")
    for weight, found in remarks(diff).items():
        yield BLANK
        yield from _section(weight, found, width)
    yield BLANK
    yield row((f"  {unchanged(diff)}", "dim"))
    yield BLANK
    word, style = diff.direction.value.upper(), _STYLES[diff.direction]
    head = f"{TONE_SYMBOLS[TONES[diff.direction]]} {word}: "
    yield from folded((head, style), visible(conclusion(diff)), width=width, indent=0, style=style)


def _section(weight: Weight, found: Sequence[Remark], width: int | None) -> Iterator[Row]:
    style = _SECTION_STYLES.get(weight, "bold yellow")
    yield from folded(("", style), heading(weight, found), width=width, indent=0, style=style)
    for each in found[:_MOST]:
        yield from _remark(each, width)
    if len(found) > _MOST:
        yield row((f"  and {changes_told(found[_MOST:])} more (--json FILE writes them all)", "dim"))


def _remark(each: Remark, width: int | None) -> Iterator[Row]:
    """`file:line:column  RULE  message (new, block)` in one line where that fits, as `pgready check` prints it."""
    if each.severity is None:
        yield from folded((f"{visible(each.what)}: ", "bold"), visible(each.said), width=width)
        return
    rule = (f"{visible(each.what)}", SEVERITY_STYLES[each.severity])
    text = f"{visible(each.said)} ({visible(each.became)})"
    where = visible(each.place)
    if width is None or len(where) + len(rule[0]) + len(text) + 6 <= width:
        yield row("  ", (where, "bold"), "  " if where else "", rule, f"  {text}")
        return
    if where:
        yield row("  ", (where, "bold"))
    yield from folded((f"{rule[0]}  ", rule[1]), text, width=width, indent=4)
