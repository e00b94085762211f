"""The difference of two audits as GitHub-flavoured Markdown, for a pull request."""

from collections.abc import Iterator, Sequence

from pgready.diff import AuditDiff, Weight
from pgready.reports.blocks import Tone
from pgready.reports.difference import TONES, Remark, changes_told, conclusion, doubts, heading, remarks, unchanged
from pgready.reports.lines import code, line, said
from pgready.reports.markdown.blocks import escaped, markdown_line
from pgready.reports.visible import shorten

__all__ = ["MOST_CHARACTERS", "diff_markdown"]

MOST_CHARACTERS = 60_000
"""GitHub refuses a comment of more than 65,536, and a workflow may want to add a line of its own."""

_SIGNS = {Tone.GOOD: "✅", Tone.BAD: "❌", Tone.OPEN: "❔"}
_FEW = 50
_SENTENCE = 300
_OPEN = frozenset({Weight.WORSE, Weight.FIRST_SEEN, Weight.UNSEEN, Weight.LOOSENED, Weight.REMOVED, Weight.CHANGED})


def diff_markdown(diff: AuditDiff) -> str:
    """The word and its reason, then the sections as on the terminal; what needs no action is folded.

    At most `MOST_CHARACTERS`: then each section is cut, and says how much is left out. Names and messages show as
    text, so nobody is mentioned and no issue is linked.
    """
    most = _FEW
    while True:
        text = "\n".join(_lines(diff, most))
        if len(text) <= MOST_CHARACTERS or most == 0:
            return text
        most //= 2


def _lines(diff: AuditDiff, most: int) -> Iterator[str]:
    old, new = diff.before, diff.after
    yield f"## {_SIGNS[TONES[diff.direction]]} pgready diff: {diff.direction.value}"
    yield ""
    verdict = f"{old.judgement.verdict} → {new.judgement.verdict}" if _verdicts(diff) else new.judgement.verdict
    yield f"**{escaped(conclusion(diff))}** Verdict: {verdict}."
    yield ""
    for doubt in doubts(diff):
        yield from (f"> ⚠️ {escaped(doubt)}", "")
    for weight, found in remarks(diff).items():
        yield from _section(weight, found, most)
    yield from (f"{escaped(unchanged(diff))}.", "")
    before, after = (f"{shorten(side.project, _SENTENCE)}, {side.started}" for side in (old, new))
    yield f"<sub>{escaped(before)} → {escaped(after)}, pgready {escaped(shorten(new.pgready, _SENTENCE))}</sub>"
    yield ""


def _verdicts(diff: AuditDiff) -> bool:
    return diff.before.judgement.verdict is not diff.after.judgement.verdict


def _section(weight: Weight, found: Sequence[Remark], most: int) -> Iterator[str]:
    title = heading(weight, found)
    folded = weight not in _OPEN
    yield f"<details><summary>{escaped(title)}</summary>" if folded else f"### {escaped(title)}"
    yield ""
    yield from map(_remark, found[:most])
    if len(found) > most:
        yield f"- *{changes_told(found[most:])} more*"
    yield ""
    if folded:
        yield from ("</details>", "")


def _remark(each: Remark) -> str:
    message = said(shorten(each.said, _SENTENCE))
    if each.severity is None:
        return f"- **{escaped(shorten(each.what, _SENTENCE))}:** {markdown_line(message)}"
    where = line(code(shorten(each.place, _SENTENCE)), ": ") if each.place else ()
    became = escaped(f" ({shorten(each.became, _SENTENCE)})")
    return f"- **{escaped(each.what)}** {markdown_line(where)}{markdown_line(message)}{became}"
