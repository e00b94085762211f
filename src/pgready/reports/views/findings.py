"""The findings, grouped by what would have to be repaired, each with its place, what, why and fix."""

from collections.abc import Iterator, Sequence

from pgready.findings import Confidence, Finding, Severity
from pgready.model.schema import Table
from pgready.reports.blocks import Block, Bullets, Fact, Facts, Fold, Line, Part, Prose, Span, Stack
from pgready.reports.causes import CauseKind
from pgready.reports.counted import findings_in_words
from pgready.reports.grouping import FindingGroup, by_cause
from pgready.reports.lines import CAP, bad, capped, code, count, good, line, listing, muted, place, said, strong, warn
from pgready.reports.plain import plain_line
from pgready.reports.view import View
from pgready.reports.visible import shorten
from pgready.reports.words import advice, explanation, heading, unmade
from pgready.verdict import AuditResult

__all__ = ["findings"]

_NAMES = 40
_FEW = 6
_FIXES = 3
_MOST_FIXES = 5
_LONGEST = 400
# What a page may hold: causes, rows of evidence of all of them, and of each at least.
_PARTS, _NOTES, _ALL_ROWS, _LEAST_ROWS = 60, 40, 600, 8


def findings(audit: AuditResult) -> View:
    """Every finding once, under its cause: the issue, why it is one, its resolution; the evidence is folded."""
    groups = by_cause(audit)
    if not groups:
        return View(Prose(lines=(line(good("No finding."), " Every check that ran has passed."),)))
    limit = max(_LEAST_ROWS, min(CAP, _ALL_ROWS // len(groups)))
    notes = [group for group in groups if _is_note(group, audit)]
    parts = [_part(group, audit, limit) for group in groups[:_PARTS] if group not in notes]
    noted = [_part(group, audit, limit) for group in notes[:_NOTES]]
    rest = [finding for group in (*groups[_PARTS:], *notes[_NOTES:]) for finding in group.findings]
    return View(Stack(body=(_overview(audit, groups), *parts, *_noted(noted, notes), *_others(rest))))


def _is_note(group: FindingGroup, audit: AuditResult) -> bool:
    """Whether nothing of it decides: [policy] may let notes block."""
    return not group.blocks(audit.policy) and all(finding.severity is Severity.NOTE for finding in group.findings)


def _noted(parts: Sequence[Part], groups: Sequence[FindingGroup]) -> tuple[Fold, ...]:
    """Notes change no verdict, so that they wait behind one line."""
    if not parts:
        return ()
    number = count(sum(len(group.findings) for group in groups), "note")
    told = f"from {count(len(groups), 'rule')}: good to know, and nothing that the verdict depends on"
    return (Fold(summary=line(number, " ", muted(told)), body=tuple(parts)),)


def _others(rest: list[Finding]) -> tuple[Block, ...]:
    return (Bullets(items=(line("And many smaller causes, findings of their own:"),), more=len(rest)),) if rest else ()


def _overview(audit: AuditResult, groups: tuple[FindingGroup, ...]) -> Block:
    return Prose(lines=(line(strong(f"{findings_in_words(audit, groups)}.")),))


def _part(group: FindingGroup, audit: AuditResult, limit: int) -> Part:
    told = explanation(group, audit)
    facts = (*((Fact(term="Why", line=told),) if told else ()), *_to_do(group, audit))
    body = (*_affected(group), Facts(facts=facts), *(() if _is_told(group) else (_evidence(group, limit),)))
    return Part(title=line(_mark(group, audit), " ", heading(group)), body=body)


def _mark(group: FindingGroup, audit: AuditResult) -> Span:
    if group.blocks(audit.policy):
        return bad("blocks")
    if all(finding.suppressed is not None for finding in group.findings):
        return muted("accepted")
    worst = max(finding.severity for finding in group.findings)
    return muted("note") if worst is Severity.NOTE else warn(worst.word)


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
    """A few findings with their evidence, where the heading names only their rule; many stay in the folded evidence."""
    return tuple(map(_message, group.findings)) if _is_told(group) else ()


def _is_told(group: FindingGroup) -> bool:
    return group.cause.kind is CauseKind.RULE and len(group.findings) <= _FEW


def _message(finding: Finding) -> Line:
    where = () if finding.location is None else (" at ", code(finding.location))
    known = (muted(f"{finding.rule}, {_known(finding)}: "), code(finding.object), *where)
    return line(*said(shorten(finding.message, _LONGEST)), _accepted(finding), ". ", *known)


def _known(finding: Finding) -> str:
    sure = "" if finding.confidence is Confidence.HIGH else f" ({finding.confidence.value} confidence)"
    return f"{finding.evidence.value}{sure}"


def _accepted(finding: Finding) -> Span | str:
    return "" if finding.suppressed is None else muted(f" Accepted: {finding.suppressed}")


def _to_do(group: FindingGroup, audit: AuditResult) -> tuple[Fact, ...]:
    said_once = advice(group, audit)
    fixes = (
        [said_once]
        if said_once
        else [said(shorten(fix, _LONGEST)) for fix in dict.fromkeys(f.fix for f in group.findings)]
    )
    return tuple(Fact(term="Resolution", line=fix) for fix in fixes[:_FIXES])


def _evidence(group: FindingGroup, limit: int) -> Fold:
    number = count(len(group.findings), "finding")
    rules = ", ".join(sorted({finding.rule for finding in group.findings}))
    return Fold(
        summary=line(f"Evidence: {number} ", muted(f"({rules})")),
        body=(
            capped(
                f"Evidence: {plain_line(heading(group))}",
                ("Rule", "Object", "What was found", "Where", "Known from"),
                [_row(finding) for finding in group.findings],
                limit,
            ),
            *_fixes(group),
        ),
        aside=True,
    )


def _row(finding: Finding) -> tuple[Line, ...]:
    return (
        line(code(finding.rule), " ", muted(finding.severity.word)),
        line(code(finding.object)),
        line(shorten(finding.message, _LONGEST), _accepted(finding)),
        place(finding.location),
        line(_known(finding)),
    )


def _fixes(group: FindingGroup) -> Iterator[Facts]:
    """What the rules say, where the resolution above says something else."""
    seen = dict.fromkeys((finding.rule, finding.fix) for finding in group.findings)
    if group.cause.kind is not CauseKind.RULE or len(seen) > _FIXES:
        facts = tuple(
            Fact(term=f"Fix for {rule}", line=said(shorten(fix, _LONGEST))) for rule, fix in list(seen)[:_MOST_FIXES]
        )
        yield Facts(facts=facts)
