"""An audit in a few lines of GitHub's Markdown: for the comment on a pull request, and for the summary of a step."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from pgready.findings import Finding, Outcome, Severity
from pgready.model.trace import RunOutcome
from pgready.reports.blocks import Line, Span
from pgready.reports.causes import Lacking
from pgready.reports.consequence import beyond, consequence
from pgready.reports.grouping import FindingGroup, by_cause
from pgready.reports.lines import bad, code, count, line, muted, place, said, strong, warn
from pgready.reports.markdown.blocks import escaped, markdown_line
from pgready.reports.not_run import by_reason, rule_ranges, shortened
from pgready.reports.visible import shorten, visible
from pgready.reports.words import advice, heading
from pgready.verdict import AuditResult, Verdict, blocks, did_not_run

__all__ = ["COMMENT_NAME", "MOST_CHARACTERS", "brief", "comment", "marker"]

COMMENT_NAME = "comment.md"
MOST_CHARACTERS = 60_000
"""Of a comment; GitHub refuses more than 65,536, and a workflow may want to add a line of its own."""

_SIGNS = {Verdict.READY: "✅", Verdict.NOT_READY: "❌", Verdict.INCONCLUSIVE: "❔"}
_CAUSES = 5
_REASONS = 8
_SENTENCE = 600
_REASON = 300
# What is written for a sign is a longer text; a line of words stays far below so many times its length.
_ESCAPED = 3
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&*+,;=%-]+")


def marker(project: str) -> str:
    """The comment of HTML by which a workflow finds the comment of this project again, to replace it.

    Whatever could end a comment of HTML is percent-encoded in it.
    """
    name = quote(project.encode(errors="replace").decode(), safe="").replace("--", "-%2D")
    return f"<!-- pgready:{shorten(name, 300).replace('…', '')} -->"


def comment(audit: AuditResult, *, report: str | None = None) -> str:
    """Verdict, reason, figures, the worst causes with place and remedy, and what was not checked.

    `report` is where the whole report is: an address becomes a link, anything else is shown as it is. At most
    `MOST_CHARACTERS`; names and messages show as text, so nobody is mentioned and no issue is linked.
    """
    return brief(audit, report=report, causes=_CAUSES, most=MOST_CHARACTERS)


def brief(audit: AuditResult, *, report: str | None, causes: int, most: int) -> str:
    """The same with so many causes at most, and so many characters; with fewer causes where they do not fit.

    No line begins with a text of the project, as a line's first signs make lists, quotations and headings.
    """
    while True:
        text = "\n".join(_lines(audit, report, causes))
        if len(text) <= most or causes == 0:
            return text if len(text) <= most else text[: most - 1] + "…"
        causes //= 2


def _lines(audit: AuditResult, report: str | None, causes: int) -> Iterator[str]:
    yield marker(audit.project.name)
    yield f"## {_SIGNS[audit.verdict]} pgready: {audit.verdict.value}"
    yield ""
    told = consequence(audit)
    yield f"**{_cut(told or line(shortened(audit.judgement.reason)))}**"
    yield ""
    if told:
        yield _cut(line(shortened(audit.judgement.reason)))
        yield ""
    if rest := beyond(audit):
        yield _cut(rest)
        yield ""
    yield _cut(line(strong("Project:"), f" {audit.project.name}. ", strong("Deployment:"), f" {audit.scope}"))
    yield ""
    yield from _figures(audit)
    yield from _causes(audit, causes)
    yield from _not_checked(audit)
    yield from _where(audit, report)


def _cut(text: Line, most: int = _SENTENCE) -> str:
    """A line as Markdown, cut where it is too long to be read, and shorter where it is mostly signs to be escaped."""
    shown = markdown_line(tuple(_first(text, most)))
    return shown if len(shown) <= _ESCAPED * most or most <= _ESCAPED else _cut(text, most // 2)


def _first(text: Line, most: int) -> Iterator[Span]:
    """So many characters of what is shown, before anything is escaped: no entity is cut in two."""
    for span in text:
        shown = visible(span.text)
        yield Span(text=shorten(shown, max(most, 1)), style=span.style)
        most -= len(shown)
        if most <= 0:
            return


def _figures(audit: AuditResult) -> Iterator[str]:
    figures = (*_rehearsed(audit), *_judged(audit))
    yield f"| {' | '.join(name for name, _ in figures)} |"
    yield f"|{'---:|' * len(figures)}"
    yield f"| {' | '.join(value for _, value in figures)} |"
    yield ""


def _rehearsed(audit: AuditResult) -> tuple[tuple[str, str], ...]:
    tables, keys = len(audit.declared.tables), sum(1 for _ in audit.declared.foreign_keys())
    if audit.rehearsal is None:
        return (("tables declared", str(tables)), ("foreign keys declared", str(keys)), ("rehearsed", "no"))
    lacking = Lacking(audit)
    applied = sum(run.outcome is RunOutcome.APPLIED for run in audit.rehearsal.runs)
    so_far = "" if audit.rehearsal.complete else " so far"
    return (
        (f"tables made{so_far}", f"{tables - len(lacking.tables)} of {tables}"),
        (f"foreign keys made{so_far}", f"{keys - len(lacking.keys)} of {keys}"),
        ("migrations applied", f"{applied} of {len(audit.migrations)}"),
    )


def _judged(audit: AuditResult) -> tuple[tuple[str, str], ...]:
    accepted = sum(finding.suppressed is not None for finding in audit.findings)
    warnings = sum(_weight(finding, audit) == Severity.WARN for finding in audit.findings)
    passed = sum(check.outcome is Outcome.PASSED for check in audit.checks)
    figures = [("blocking findings", str(len(audit.blocking))), ("warnings", str(warnings))]
    figures += [("accepted", str(accepted))] * bool(accepted)
    return (*figures, ("checks passed", f"{passed} of {len(audit.checks)}"))


def _weight(finding: Finding, audit: AuditResult) -> Severity:
    """BLOCK for what blocks, WARN for what is to be looked at, NOTE for the rest."""
    if blocks(finding, audit.policy):
        return Severity.BLOCK
    quiet = finding.suppressed is not None or finding.described
    return Severity.NOTE if quiet else min(finding.severity, Severity.WARN)


def _causes(audit: AuditResult, most: int) -> Iterator[str]:
    """Causes of what blocks, then of what warns; notes and what is accepted stay in the report."""
    groups = [group for group in by_cause(audit) if _loudest(group, audit) > Severity.NOTE]
    if not groups:
        return
    blocking = any(_loudest(group, audit) is Severity.BLOCK for group in groups)
    yield f"### {'What blocks' if blocking else 'What to look at'}"
    yield ""
    ranked = sorted(groups, key=lambda group: -_loudest(group, audit))
    for group in ranked[:most]:
        yield from _cause(group, audit)
    if rest := ranked[most:]:
        yield ""
        yield f"*{_more(rest, audit)} in `audit.json`.*"
    yield ""


def _more(rest: list[FindingGroup], audit: AuditResult) -> str:
    """`3 more causes that block and 2 more to look at`: a cap must not hide how much blocks."""
    block = sum(_loudest(group, audit) is Severity.BLOCK for group in rest)
    told = [f"{count(block, 'more cause')} that {'blocks' if block == 1 else 'block'}"] * bool(block)
    look = len(rest) - block
    return " and ".join([*told, *[f"{look} more to look at" if block else count(look, "more cause")] * bool(look)])


def _loudest(group: FindingGroup, audit: AuditResult) -> Severity:
    return max(_weight(finding, audit) for finding in group.findings)


def _cause(group: FindingGroup, audit: AuditResult) -> Iterator[str]:
    worst = max(group.findings, key=lambda finding: (_weight(finding, audit), finding.location is not None))
    mark = bad("blocks") if _weight(worst, audit) is Severity.BLOCK else warn("warning")
    loud = [finding for finding in group.findings if _weight(finding, audit) > Severity.NOTE]
    rules = rule_ranges(finding.rule for finding in loud)
    number = count(len(loud), "finding")
    yield f"- {_cut(line(mark, ' ', heading(group), muted(f' ({rules}, {number})')))}"
    where = line(" ", place(worst.location)) if worst.location is not None else ()
    yield f"  - {_cut(line(strong('Found'), where, ': ', said(worst.message)))}"
    if len(loud) > 1:
        yield f"  - *and {len(loud) - 1} more of it in `audit.json`*"
    yield f"  - {_cut(line(strong('What to do:'), ' ', advice(group, audit) or said(worst.fix)))}"


def _not_checked(audit: AuditResult) -> Iterator[str]:
    """What had to run and did not in sight; what was not given, folded; what could not be read, in sight."""
    missing = [check for check in audit.checks if did_not_run(check, audit.policy)]
    idle = [check for check in audit.checks if check.outcome is Outcome.SKIPPED and check not in missing]
    open_ = [(rule_ranges(check.rule for check in checks), why) for why, checks in by_reason(missing).items()]
    open_ += [(each, "could not be read") for each in audit.opaque]
    if open_:
        yield from ("### What did not run", "")
        yield from _reasons(open_)
    if idle:
        made = "check was not made, and is" if len(idle) == 1 else "checks were not made, and are"
        yield f"<details><summary>{len(idle)} {made} not required here</summary>"
        yield ""
        yield from _reasons([(rule_ranges(c.rule for c in checks), why) for why, checks in by_reason(idle).items()])
        yield from ("</details>", "")


def _reasons(reasons: list[tuple[str, str]]) -> Iterator[str]:
    for what, why in reasons[:_REASONS]:
        yield f"- {_cut(line(code(shorten(what, _REASON)), f': {why}'), _REASON)}"
    if len(reasons) > _REASONS:
        yield f"- *{len(reasons) - _REASONS} more in `audit.json`*"
    yield ""


def _where(audit: AuditResult, report: str | None) -> Iterator[str]:
    server = audit.rehearsal.server.version if audit.rehearsal is not None else None
    how = f"rehearsed on PostgreSQL {server}" if server is not None else f"not rehearsed: {audit.rehearsal_skipped}"
    yield f"<sub>pgready {escaped(audit.run.pgready)}, {_cut(line(how))}{_report(report)}</sub>"
    yield ""


def _report(report: str | None) -> str:
    if report is None:
        return ""
    if _ADDRESS.fullmatch(report):
        return f" · [the whole report]({report})"
    return f" · the whole report: {markdown_line(line(code(report)))}"
