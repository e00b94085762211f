"""What the command line prints at the end: the verdict, the worst findings, and where the report is."""

from collections.abc import Iterator
from pathlib import Path

from pgready.findings import CheckResult, Finding, Outcome, Severity
from pgready.reports.grouping import FindingGroup, by_cause
from pgready.reports.lines import count
from pgready.reports.noise import noise_by_kind
from pgready.reports.plain import plain_line
from pgready.reports.prisma_version import prisma_behaviour, prisma_version
from pgready.reports.visible import visible
from pgready.reports.words import advice, heading
from pgready.verdict import AuditResult, Verdict, did_not_run

__all__ = ["summary"]

Styled = tuple[str, str]
"""A line and the rich style it is printed in ("" for none); the text is plain, never markup."""

_STYLES = {Verdict.READY: "bold green", Verdict.NOT_READY: "bold red", Verdict.INCONCLUSIVE: "bold yellow"}
_MARKS = {Verdict.READY: "✓", Verdict.NOT_READY: "✗", Verdict.INCONCLUSIVE: "?"}
_FEW = 3
_SEVERITY_STYLES = {Severity.BLOCK: "red", Severity.WARN: "yellow", Severity.NOTE: "dim"}


def summary(result: AuditResult, *, brief: bool = False, report: Path | None = None) -> Iterator[Styled]:
    """Lines for a terminal: figures, the findings by cause, what did not run, and the verdict last.

    The verdict comes last because that is where the eye is when a command ends. `brief` shows the three most important
    causes without their single findings, for when there is a report to open.
    """
    groups = by_cause(result)
    shown = groups[:_FEW] if brief else groups
    yield from _figures(result)
    for group in shown:
        yield ("", "")
        yield from _cause(group, brief=brief)
    if len(groups) > len(shown):
        left = sum(len(group.findings) for group in groups[_FEW:])
        yield ("", "")
        yield (f"  and {count(len(groups) - len(shown), 'more cause')} with {count(left, 'finding')}", "dim")
    yield from _not_run(result)
    yield ("", "")
    mark, verdict = _MARKS[result.verdict], result.verdict
    yield (f"{mark} {verdict}: {visible(result.judgement.reason)}", _STYLES[verdict])
    if report is not None:
        yield (f"  report: {visible(str(report))}", "")


def _figures(result: AuditResult) -> Iterator[Styled]:
    name = visible(result.project.name)
    rehearsal = result.rehearsal
    prisma = (f"  Prisma {plain_line(prisma_version(result.project))}; {prisma_behaviour(result)}", "dim")
    if rehearsal is None:
        yield (f"{name}: {len(result.declared.tables)} tables declared; {result.rehearsal_skipped}", "bold")
        yield prisma
        return
    yield (f"{name}, rehearsed on PostgreSQL {rehearsal.server.version}: {visible(result.scope)}", "bold")
    yield prisma
    for rule in ("RES001", "INV001", "INV006", "ISO001"):
        check = next((check for check in result.checks if check.rule == rule), None)
        if check is not None and check.outcome is not Outcome.SKIPPED:
            yield (f"  {_after_count(check)}", "")
    yield from _noise(result)


def _noise(result: AuditResult) -> Iterator[Styled]:
    kinds = noise_by_kind(result)
    if kinds:
        number = sum(map(len, kinds.values()))
        those = "; ".join(f"{kind}: {len(found)}" for kind, found in kinds.items())
        yield (f"  {count(number, 'difference')} that Prisma does not compare, no findings ({those})", "dim")


def _after_count(check: CheckResult) -> str:
    """What was looked at, without the count of findings in front."""
    return visible(check.why.split("; ", 1)[-1] if check.outcome is Outcome.FAILED else check.why)


def _cause(group: FindingGroup, *, brief: bool) -> Iterator[Styled]:
    """The cause, its findings as compilers print them, and what to do."""
    worst = max(group.findings, key=lambda finding: finding.severity)
    accepted = all(finding.suppressed is not None for finding in group.findings)
    word = "accepted" if accepted else worst.severity.word
    number = f" ({count(len(group.findings), 'finding')})" if brief else ""
    yield (f"{word}: {plain_line(heading(group))}{number}", "dim" if accepted else _SEVERITY_STYLES[worst.severity])
    if not brief:
        yield from (_finding(finding) for finding in group.findings)
    elif worst.location is not None:
        yield (f"  {visible(str(worst.location))}: {visible(worst.message)}", "")
    fixes = [plain_line(advice(group))] if advice(group) else dict.fromkeys(visible(f.fix) for f in group.findings)
    yield from ((f"  fix: {fix}", "dim") for fix in fixes)


def _finding(finding: Finding) -> Styled:
    place = f"{visible(str(finding.location))}: " if finding.location else ""
    known = f"{finding.severity.word} {finding.rule} [{finding.evidence}]"
    accepted = f" (accepted: {visible(finding.suppressed)})" if finding.suppressed else ""
    return (f"  {place}{known} {visible(finding.message)}{accepted}", "")


def _not_run(result: AuditResult) -> Iterator[Styled]:
    missing = [check for check in result.checks if did_not_run(check, result.policy)]
    not_given = [check for check in result.checks if check.outcome is Outcome.SKIPPED and check not in missing]
    if missing or not_given:
        yield ("", "")
    for check in missing:
        yield (f"  {check.rule} did not run: {visible(check.why)}", "yellow")
    for check in not_given:
        yield (f"  {check.rule} not checked: {visible(check.why)}", "dim")
