"""What the command line prints at the end: the verdict, the worst findings, and where the report is."""

from collections.abc import Iterator
from pathlib import Path

from pgready.findings import CheckResult, Finding, Outcome, Severity
from pgready.reports.visible import visible
from pgready.verdict import AuditResult, Verdict, did_not_run

__all__ = ["summary"]

Styled = tuple[str, str]
"""A line and the rich style it is printed in ("" for none); the text is plain, never markup."""

_STYLES = {Verdict.READY: "bold green", Verdict.NOT_READY: "bold red", Verdict.INCONCLUSIVE: "bold yellow"}
_MARKS = {Verdict.READY: "✓", Verdict.NOT_READY: "✗", Verdict.INCONCLUSIVE: "?"}
_SEVERITY_STYLES = {Severity.BLOCK: "red", Severity.WARN: "yellow", Severity.NOTE: "dim"}


def summary(result: AuditResult, *, most: int | None = 3, report: Path | None = None) -> Iterator[Styled]:
    """Lines for a terminal: figures, the `most` important findings (None: all), what did not run, the verdict last.

    The verdict comes last because that is where the eye is when a command ends.
    """
    yield from _figures(result)
    yield from _findings(result, most)
    yield from _not_run(result)
    yield ("", "")
    mark, verdict = _MARKS[result.verdict], result.verdict
    yield (f"{mark} {verdict}: {visible(result.judgement.reason)}", _STYLES[verdict])
    if report is not None:
        yield (f"  report: {visible(str(report))}", "")


def _figures(result: AuditResult) -> Iterator[Styled]:
    name = visible(result.project.name)
    rehearsal = result.rehearsal
    if rehearsal is None:
        yield (f"{name}: {len(result.declared.tables)} tables declared; {result.rehearsal_skipped}", "bold")
        return
    yield (f"{name}, rehearsed on PostgreSQL {rehearsal.server.version}: {visible(result.scope)}", "bold")
    for rule in ("RES001", "INV001", "INV006", "ISO001"):
        check = next((check for check in result.checks if check.rule == rule), None)
        if check is not None and check.outcome is not Outcome.SKIPPED:
            yield (f"  {_after_count(check)}", "")


def _after_count(check: CheckResult) -> str:
    """What was looked at, without the count of findings in front."""
    return visible(check.why.split("; ", 1)[-1] if check.outcome is Outcome.FAILED else check.why)


def _findings(result: AuditResult, most: int | None) -> Iterator[Styled]:
    active = [finding for finding in result.findings if finding.suppressed is None]
    shown = active if most is None else _one_of_each_rule_first(active)[:most]
    if shown:
        yield ("", "")
    for finding in shown:
        yield from _finding(finding)
    if len(active) > len(shown):
        yield ("", "")
        yield (f"  and {len(active) - len(shown)} more findings", "dim")


def _one_of_each_rule_first(findings: list[Finding]) -> list[Finding]:
    """The worst of each rule before the second of any: three lines of one kind tell less than three kinds."""
    ranks: dict[str, int] = {}
    ranked = []
    for finding in findings:
        ranks[finding.rule] = ranks.get(finding.rule, -1) + 1
        ranked.append((-finding.severity, ranks[finding.rule], len(ranked), finding))
    return [finding for *_, finding in sorted(ranked, key=lambda entry: entry[:3])]


def _finding(finding: Finding) -> Iterator[Styled]:
    place = f"{visible(str(finding.location))}: " if finding.location else ""
    style = _SEVERITY_STYLES[finding.severity]
    yield (f"{place}{finding.severity.word} {finding.rule} [{finding.evidence}] {visible(finding.object)}", style)
    yield (f"    {visible(finding.message)}", "")
    yield (f"    fix: {visible(finding.fix)}", "dim")


def _not_run(result: AuditResult) -> Iterator[Styled]:
    missing = [check for check in result.checks if did_not_run(check, result.policy)]
    not_given = [check for check in result.checks if check.outcome is Outcome.SKIPPED and check not in missing]
    if missing or not_given:
        yield ("", "")
    for check in missing:
        yield (f"  {check.rule} did not run: {visible(check.why)}", "yellow")
    for check in not_given:
        yield (f"  {check.rule} not checked: {visible(check.why)}", "dim")
