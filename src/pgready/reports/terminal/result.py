"""What the command line prints at the end: the verdict, the worst findings, and where the report is."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from pgready.findings import CheckResult, Finding, Outcome
from pgready.model.location import Location
from pgready.reports.counted import findings_in_words
from pgready.reports.grouping import FindingGroup, by_cause
from pgready.reports.lines import count
from pgready.reports.noise import noise_by_kind
from pgready.reports.not_run import shortened
from pgready.reports.plain import plain_line
from pgready.reports.prisma_version import prisma_behaviour, prisma_version
from pgready.reports.reach import not_judged
from pgready.reports.terminal.findings import Excerpts, Layout, brief_cause, cause, without_quiet
from pgready.reports.terminal.row import BLANK, Row, folded, row
from pgready.reports.terminal.unrun import unrun
from pgready.reports.visible import visible
from pgready.verdict import AuditResult, Verdict

__all__ = ["rows", "summary"]

Styled = tuple[str, str]
"""A line and the rich style it is printed in ("" for none); the text is plain, never markup."""

_STYLES = {Verdict.READY: "bold green", Verdict.NOT_READY: "bold red", Verdict.INCONCLUSIVE: "bold yellow"}
_MARKS = {Verdict.READY: "✓", Verdict.NOT_READY: "✗", Verdict.INCONCLUSIVE: "?"}
_FEW = 3


def summary(
    result: AuditResult,
    *,
    brief: bool = False,
    report: Path | None = None,
    excerpts: Excerpts | None = None,
    width: int | None = None,
    notes: bool = True,
) -> Iterator[Styled]:
    """The lines of `rows` as text, each with its style where it has only one."""
    found = rows(result, brief=brief, report=report, excerpts=excerpts, width=width, notes=notes)
    return ((each.text, each.style) for each in found)


def rows(
    result: AuditResult,
    *,
    brief: bool = False,
    report: Path | None = None,
    excerpts: Excerpts | None = None,
    width: int | None = None,
    notes: bool = True,
    scrub: Callable[[str], str] | None = None,
) -> Iterator[Row]:
    """Lines for a terminal: figures, the findings by cause, what did not run, and the verdict last.

    The verdict comes last because that is where the eye is when a command ends. `brief` shows the three most important
    causes without their single findings, for when there is a report to open. `excerpts` gives the text of the file
    that a place is in, to show its lines; `width` is that of the terminal in cells, None when nothing is to be folded.
    Without `notes` those and accepted findings are only counted. `scrub` takes secrets out of what is said, before a
    line break can tear one apart.
    """
    result = _scrubbed(result, scrub) if scrub is not None else result
    seen: set[Location] = set()
    layout = Layout(width=width, excerpts=excerpts)
    groups = [*_loud(result, notes=notes)]
    shown = groups[:_FEW] if brief else groups
    for text, style in _figures(result):
        margin = " " * (len(text) - len(text.lstrip()))
        yield from folded((margin, style), text.lstrip(), width=width, indent=0, style=style)
    for group in shown:
        yield BLANK
        yield from brief_cause(group, result, layout) if brief else cause(group, result, layout, seen)
    yield from _more(result, groups[len(shown) :])
    where = "the report" if brief else "--notes"
    left_out = [
        *unrun(result, width=width, where=None if notes else where),
        *([] if notes else _quiet(result, groups, where)),
    ]
    yield from [BLANK, *left_out] if left_out else ()
    yield BLANK
    mark, verdict = _MARKS[result.verdict], result.verdict
    style = _STYLES[verdict]
    reason = f"{shortened(visible(result.judgement.reason))} {not_judged(result)}".rstrip()
    yield from folded((f"{mark} {verdict}: ", style), reason, width=width, indent=0, style=style)
    if report is not None:
        yield row(f"  report: {visible(str(report))}")


def _more(result: AuditResult, groups: list[FindingGroup]) -> Iterator[Row]:
    """How many causes are not shown, and whether they block."""
    if not groups:
        return
    blocking = sum(group.blocks(result.policy) for group in groups)
    said = f"{count(len(groups), 'more cause')} with {count(sum(len(group.findings) for group in groups), 'finding')}"
    yield BLANK
    weighed = f"{blocking or 'none'} of them blocking" if len(groups) > 1 or not blocking else "blocking"
    yield row((f"  and {said}, {weighed}, in the report", "dim"))


def _scrubbed(result: AuditResult, scrub: Callable[[str], str]) -> AuditResult:
    """The result without secrets in what a server or a person said: messages, fixes, reasons."""

    def clean(found: Finding) -> Finding:
        accepted = None if found.suppressed is None else scrub(found.suppressed)
        return replace(found, message=scrub(found.message), fix=scrub(found.fix), suppressed=accepted)

    checks = tuple(
        replace(check, why=scrub(check.why), findings=tuple(map(clean, check.findings))) for check in result.checks
    )
    return replace(result, checks=checks, judgement=replace(result.judgement, reason=scrub(result.judgement.reason)))


def _loud(result: AuditResult, *, notes: bool) -> Iterator[FindingGroup]:
    for group in by_cause(result):
        loud = group if notes else without_quiet(group, result.policy.blocking)
        if loud is not None:
            yield loud


def _quiet(result: AuditResult, groups: list[FindingGroup], where: str) -> Iterator[Row]:
    """How many findings are not shown, and what shows them."""
    shown = {id(finding) for group in groups for finding in group.findings}
    left = [finding for finding in result.findings if id(finding) not in shown]
    accepted = sum(finding.suppressed is not None for finding in left)
    parts = [count(len(left) - accepted, "note")] * (len(left) > accepted)
    parts += [count(accepted, "accepted finding")] * bool(accepted)
    if parts:
        yield row((f"  {' and '.join(parts)} not shown ({where} shows them)", "dim"))


def _figures(result: AuditResult) -> Iterator[Styled]:
    name = visible(result.project.name)
    rehearsal = result.rehearsal
    prisma = (f"  Prisma {plain_line(prisma_version(result.project))}; {prisma_behaviour(result)}", "dim")
    counted = (f"  {findings_in_words(result, by_cause(result))}", "")
    if rehearsal is None:
        yield (f"{name}: {len(result.declared.tables)} tables declared; {result.rehearsal_skipped}", "bold")
        yield prisma
        yield counted
        return
    yield (f"{name}, rehearsed on PostgreSQL {rehearsal.server.version}: {visible(result.scope)}", "bold")
    yield prisma
    for rule in ("RES001", "INV001", "INV006", "ISO001"):
        check = next((check for check in result.checks if check.rule == rule), None)
        if check is not None and check.outcome is not Outcome.SKIPPED:
            yield (f"  {_after_count(check)}", "")
    yield from _noise(result)
    yield counted


def _noise(result: AuditResult) -> Iterator[Styled]:
    kinds = noise_by_kind(result)
    if kinds:
        number = sum(map(len, kinds.values()))
        those = "; ".join(f"{kind}: {len(found)}" for kind, found in kinds.items())
        yield (f"  {count(number, 'difference')} that Prisma does not compare, no findings ({those})", "dim")


def _after_count(check: CheckResult) -> str:
    """What was looked at, without the count of findings in front."""
    return visible(check.why.split("; ", 1)[-1] if check.outcome is Outcome.FAILED else check.why)
