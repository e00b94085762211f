"""Names that clash in the database, and how many are remarkable in another way."""

from pgready.findings import CheckResult, Outcome
from pgready.graph.naming import NameTrait, remarkable_names
from pgready.reports.blocks import Block, Bullets, Line, Prose, Stack
from pgready.reports.lines import bad, capped, code, count, good, line, listing, muted, open_, place, said, warn
from pgready.reports.view import View
from pgready.reports.visible import shorten
from pgready.verdict import AuditResult, blocks

__all__ = ["name_clashes"]

_RULE = "INV004"
_NAMED = 5
_TRAITS = {
    NameTrait.CUT: ("is longer than the 63 bytes that PostgreSQL keeps, and cut", "are longer than 63 bytes, and cut"),
    NameTrait.FULL: (
        "is just as long as PostgreSQL keeps (63 bytes)",
        "are just as long as PostgreSQL keeps (63 bytes)",
    ),
    NameTrait.ALIKE: ("differs from another one by capitals only", "differ from another one by capitals only"),
    NameTrait.RESERVED: ("is a reserved word of SQL", "are reserved words of SQL"),
    NameTrait.QUOTED: (
        "has capitals or signs, and needs quotation marks in SQL that is written by hand",
        "have capitals or signs, and need quotation marks in SQL that is written by hand",
    ),
    NameTrait.MAPPED: ("is another one than its model's", "are others than those of their models"),
}


def name_clashes(audit: AuditResult) -> View:
    """What INV004 found, and in numbers which declared names PostgreSQL cuts, folds or reserves."""
    check = next((check for check in audit.checks if check.rule == _RULE), None)
    return View(Stack(body=(*_found(check, audit), Bullets(items=_remarkable(audit)))))


def _found(check: CheckResult | None, audit: AuditResult) -> tuple[Block, ...]:
    if check is None or check.outcome not in (Outcome.PASSED, Outcome.FAILED):
        why = check.why if check is not None else "the check does not exist in this audit"
        return (Prose(lines=(line(open_("Not known"), f": {why}."),)),)
    if not check.findings:
        return (Prose(lines=(line(good("No clash"), f": {check.why}.", muted(f" ({_RULE})")),)),)
    rows = [
        (
            line((bad if blocks(finding, audit.policy) else warn)(finding.severity.word)),
            line(code(finding.object)),
            line(said(shorten(finding.message, _LONGEST))),
            place(finding.location),
        )
        for finding in check.findings
    ]
    return (capped("Names that clash", ("Severity", "Object", "What was found", "Where"), rows, _ROWS),)


_ROWS, _LONGEST = 50, 600


def _remarkable(audit: AuditResult) -> tuple[Line, ...]:
    named = remarkable_names(audit.declared)
    told = []
    for trait, (one, many) in _TRAITS.items():
        few = [each.object for each in named if each.trait is trait]
        shown = line(": ", listing(few, _NAMED)) if len(few) <= _NAMED else ()
        if few:
            told.append(line(f"{count(len(few), 'name')} {one if len(few) == 1 else many}", shown, "."))
    return tuple(told) or (line("Every name is plain: small letters, no reserved word, and short enough."),)
