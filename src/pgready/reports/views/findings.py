"""The findings, grouped by what would have to be repaired, each with its place, what, why and fix."""

from collections.abc import Iterator

from pgready.findings import Finding, Severity
from pgready.model.schema import Table
from pgready.reports.blocks import Block, Bullets, Fact, Facts, Fold, Line, Part, Prose, Span, Stack
from pgready.reports.causes import CauseKind
from pgready.reports.grouping import FindingGroup, by_cause
from pgready.reports.lines import bad, capped, code, count, good, line, listing, muted, place, said, strong, warn
from pgready.reports.plain import plain_line
from pgready.reports.view import View
from pgready.reports.words import advice, explanation, heading, unmade
from pgready.verdict import AuditResult, blocks

__all__ = ["findings"]

_NAMES = 40
_FEW = 6


def findings(audit: AuditResult) -> View:
    """Every finding once, under its cause; the evidence of each cause is folded."""
    groups = by_cause(audit)
    if not groups:
        return View(Prose(lines=(line(good("No finding."), " Every check that ran has passed."),)))
    return View(Stack(body=(_overview(audit, groups), *(_part(group, audit) for group in groups))))


def _overview(audit: AuditResult, groups: tuple[FindingGroup, ...]) -> Block:
    blocking = len(audit.blocking)
    causes = sum(_blocks(group, audit) for group in groups)
    text = f"{count(len(audit.findings), 'finding')}, none of which blocks"
    if blocking:
        text = f"{count(len(audit.findings), 'finding')}, {blocking} of them blocking, from {count(causes, 'cause')}"
    return Prose(lines=(line(strong(f"{text}.")),))


def _blocks(group: FindingGroup, audit: AuditResult) -> bool:
    return any(blocks(finding, audit.policy) for finding in group.findings)


def _part(group: FindingGroup, audit: AuditResult) -> Part:
    body = (*_said(explanation(group, audit)), *_affected(group), *_to_do(group, audit), _evidence(group))
    return Part(title=line(_mark(group, audit), " ", heading(group)), body=body)


def _mark(group: FindingGroup, audit: AuditResult) -> Span:
    if _blocks(group, audit):
        return bad("blocks")
    if all(finding.suppressed is not None for finding in group.findings):
        return muted("accepted")
    worst = max(finding.severity for finding in group.findings)
    return muted("note") if worst is Severity.NOTE else warn(worst.word)


def _said(said: Line) -> tuple[Block, ...]:
    return (Prose(lines=(said,)),) if said else ()


def _affected(group: FindingGroup) -> tuple[Block, ...]:
    never = unmade(group) if group.cause.kind is CauseKind.ABSENT else group.tables
    skipped = tuple(table for table in group.tables if table not in never)
    items = (
        *_names(never, ""),
        *_names(skipped, " that a guard leaves out because one of these is missing"),
        *_keys(group),
        *_messages(group),
    )
    return (Bullets(items=items),) if items else ()


def _names(tables: tuple[Table, ...], remark: str) -> tuple[Line, ...]:
    names = [table.name.name for table in tables]
    return (line(strong(count(len(names), "table")), f"{remark}: ", listing(names, _NAMES)),) if names else ()


def _keys(group: FindingGroup) -> tuple[Line, ...]:
    number = strong(count(len(group.keys), "foreign key"))
    return (line(number, ": ", listing(group.keys, _NAMES)),) if group.keys else ()


def _messages(group: FindingGroup) -> tuple[Line, ...]:
    """What the findings say, where the heading names only their rule; many of them stay in the folded evidence."""
    few = group.cause.kind is CauseKind.RULE and len(group.findings) <= _FEW
    return tuple(said(finding.message) for finding in group.findings) if few else ()


def _to_do(group: FindingGroup, audit: AuditResult) -> tuple[Block, ...]:
    said_once = advice(group, audit)
    fixes = [said_once] if said_once else [said(fix) for fix in dict.fromkeys(f.fix for f in group.findings)]
    return (Facts(facts=tuple(Fact(term="What to do", line=fix) for fix in fixes[:3])),)


def _evidence(group: FindingGroup) -> Fold:
    number = count(len(group.findings), "finding")
    rules = ", ".join(sorted({finding.rule for finding in group.findings}))
    return Fold(
        summary=line(f"Evidence: {number} ", muted(f"({rules})")),
        body=(
            capped(
                f"Evidence: {plain_line(heading(group))}",
                ("Rule", "Object", "What was found", "Where", "Known from"),
                [_row(finding) for finding in group.findings],
            ),
            Facts(facts=tuple(_fixes(group))),
        ),
    )


def _row(finding: Finding) -> tuple[Line, ...]:
    accepted = "" if finding.suppressed is None else muted(f" Accepted: {finding.suppressed}")
    sure = "" if finding.confidence.value == "high" else muted(f" ({finding.confidence.value} confidence)")
    return (
        line(code(finding.rule), " ", muted(finding.severity.word)),
        line(code(finding.object)),
        line(finding.message, accepted),
        place(finding.location),
        line(finding.evidence.value, sure),
    )


def _fixes(group: FindingGroup) -> Iterator[Fact]:
    seen = dict.fromkeys((finding.rule, finding.fix) for finding in group.findings)
    return (Fact(term=f"Fix for {rule}", line=said(fix)) for rule, fix in list(seen)[:20])
