"""Findings as a terminal shows them: by cause, each with its place, the lines of the file, then why and how to fix it.

The form is that of ruff and rustc: `file:line:column  RULE  message` in one line that tools can read, the lines of the
file with carets below it. What many findings have in common is said once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pgready.checks import RULES
from pgready.findings import Finding, Severity
from pgready.model.location import Location
from pgready.reports.causes import CauseKind
from pgready.reports.grouping import FindingGroup
from pgready.reports.lines import count
from pgready.reports.plain import plain_line
from pgready.reports.terminal.excerpt import excerpt
from pgready.reports.terminal.row import BLANK, Row, folded, row
from pgready.reports.visible import visible
from pgready.reports.words import advice, explanation, heading
from pgready.verdict import AuditResult

__all__ = ["SEVERITY_STYLES", "Excerpts", "Layout", "brief_cause", "cause", "without_quiet"]

SEVERITY_STYLES = {Severity.BLOCK: "red", Severity.WARN: "yellow", Severity.NOTE: "cyan"}
_EXCERPTS = 2
_FIXES = 3

Excerpts = Callable[[Location], str | None]
"""The text of the file that a place is in; None when there is none or it is not ours to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`width` of the terminal in cells, None where nothing is to be folded (a pipe); where file texts come from."""

    width: int | None = None
    excerpts: Excerpts | None = None


def without_quiet(group: FindingGroup, blocking: Severity) -> FindingGroup | None:
    """The group without notes and accepted findings; None when nothing is left. What blocks is never left out."""
    loud = tuple(
        finding
        for finding in group.findings
        if finding.suppressed is None and (finding.severity > Severity.NOTE or finding.severity >= blocking)
    )
    return replace(group, findings=loud) if loud else None


def cause(group: FindingGroup, result: AuditResult, layout: Layout, seen: set[Location]) -> Iterator[Row]:
    """The cause with all of its findings, why it matters and what to do.

    The lines of a file are shown for the first few findings of each rule, and for a place only once: `seen` are those
    that were shown already, and gets what is shown here.
    """
    yield _heading(group)
    shown: Counter[str] = Counter()
    apart = False
    for place, findings in _by_place(group.findings).items():
        drawn: list[Row] = []
        few = any(shown[finding.rule] < _EXCERPTS for finding in findings)
        if place is not None and few and place not in seen:
            seen.add(place)
            drawn = list(_excerpt(place, layout, SEVERITY_STYLES[max(finding.severity for finding in findings)]))
        if drawn:
            shown.update({finding.rule for finding in findings})
        # What has lines of its file below it stands apart; the others are a list.
        if apart or drawn:
            yield BLANK
        apart = bool(drawn)
        yield from _at_place(place, findings, group, layout)
        yield from drawn
    if apart:
        yield BLANK
    yield from _why(group, result, layout)
    yield from _fixes(group, result, layout)


def brief_cause(group: FindingGroup, result: AuditResult, layout: Layout) -> Iterator[Row]:
    """The cause with the worst of its findings only, for when there is a report to open."""
    worst = _worst(group)
    yield row(*_heading(group).pieces, f" ({count(len(group.findings), 'finding')})")
    where = f"{visible(str(worst.location))}: " if worst.location is not None else ""
    yield row(f"  {where}{visible(worst.message)}")
    yield from _fixes(group, result, layout)


def _worst(group: FindingGroup) -> Finding:
    return max(group.findings, key=lambda finding: finding.severity)


def _heading(group: FindingGroup) -> Row:
    worst, said = _worst(group), plain_line(heading(group))
    if all(finding.suppressed is not None for finding in group.findings):
        return row((f"accepted: {said}", "dim"))
    style = SEVERITY_STYLES[worst.severity]
    return row((f"{worst.severity.word}: ", f"bold {style}"), (said, "bold"), (f" [{worst.evidence}]", "dim"))


def _by_place(findings: Sequence[Finding]) -> dict[Location | None, list[Finding]]:
    """Findings of one place stand together, above its lines: the worst first, then in the order of their places."""
    places: dict[Location | None, list[Finding]] = {}
    for finding in sorted(findings, key=_order):
        places.setdefault(finding.location, []).append(finding)
    return places


def _order(finding: Finding) -> tuple[int, bool, str, int, int]:
    place = finding.location or Location("")
    return -finding.severity, finding.location is None, place.file, place.line or 0, place.column or 0


def _at_place(
    place: Location | None, findings: Sequence[Finding], group: FindingGroup, layout: Layout
) -> Iterator[Row]:
    """`file:line:column  RULE  message` for each where that fits, else the place once and the rest folded below it."""
    where = visible(str(place)) if place is not None else ""
    said = [_said(finding, group) for finding in findings]
    longest = max(len(rule[0]) + len(message) for rule, message in said) + len(where) + 6
    if layout.width is None or longest <= layout.width:
        for rule, message in said:
            yield row("  ", (where, "bold"), "  " if where else "", rule, f"  {message}")
        return
    if where:
        yield row("  ", (where, "bold"))
    for rule, message in said:
        yield from folded((f"{rule[0]}  ", rule[1]), message, width=layout.width, indent=4)


def _said(finding: Finding, group: FindingGroup) -> tuple[tuple[str, str], str]:
    """The rule in its style, with what differs from the heading of the cause, and the message."""
    worst = _worst(group)
    rule = finding.rule
    if finding.severity is not worst.severity:
        rule += f" {finding.severity.word}"
    if finding.evidence is not worst.evidence:
        rule += f" [{finding.evidence}]"
    if finding.suppressed is None:
        return (rule, SEVERITY_STYLES[finding.severity]), visible(finding.message)
    return (rule, "dim"), f"{visible(finding.message)} (accepted: {visible(finding.suppressed)})"


def _excerpt(place: Location, layout: Layout, style: str) -> Iterator[Row]:
    text = layout.excerpts(place) if layout.excerpts is not None and place.line is not None else None
    if text is not None:
        yield from excerpt(text, place, width=layout.width, style=style)


def _why(group: FindingGroup, result: AuditResult, layout: Layout) -> Iterator[Row]:
    rule = RULES.get(group.cause.subject) if group.cause.kind is CauseKind.RULE else None
    why = plain_line(explanation(group, result)) or (rule.effect if rule is not None else "")
    if why:
        yield from folded(("why: ", "bold"), why, width=layout.width)


def _fixes(group: FindingGroup, result: AuditResult, layout: Layout) -> Iterator[Row]:
    """What the cause asks for, else what its findings ask for, each once."""
    said = plain_line(advice(group, result))
    fixes = [said] if said else list(dict.fromkeys(visible(finding.fix) for finding in group.findings))
    for fix in fixes[:_FIXES]:
        yield from folded(("fix: ", "bold"), fix, width=layout.width)
    if len(fixes) > _FIXES:
        yield row((f"       and {len(fixes) - _FIXES} more like these, in audit.json", "dim"))
