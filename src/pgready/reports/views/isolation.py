"""What the groups promise about each other, judged line by line."""

from pgready.model.groups import Contract, ContractOutcome, ContractVerdict, Crossing, CrossingVerdict
from pgready.model.promises import promise as promise_of
from pgready.reports.blocks import Fold, Line, Prose, Span, Stack, Table
from pgready.reports.lines import NOTHING, bad, capped, code, count, good, line, muted, open_, warn
from pgready.reports.view import View
from pgready.reports.views.drawing import keys_of, made_of, missing_tables
from pgready.reports.views.ungrouped import NO_GROUPS, NOTHING_TO_SHOW
from pgready.verdict import AuditResult

__all__ = ["contracts", "crossings"]

_NAMED = 10


def contracts(audit: AuditResult) -> View:
    """Every contract of the configuration: what it promises and whether it holds, "vacuous" named as such."""
    if not audit.grouping.groups and not audit.contracts:
        return NO_GROUPS
    if not audit.contracts:
        return View(Prose(lines=(line(open_("No contract"), " is declared, so nothing about isolation was judged."),)))
    heads = ("Contract", "Promise", "Verdict", "Broken by")
    rows = [_contract_row(each, audit) for each in audit.contracts]
    return View(capped("Contracts between the groups", heads, rows))


def _contract_row(each: ContractVerdict, audit: AuditResult) -> tuple[Line, ...]:
    reason = (" ", muted(each.contract.reason)) if each.contract.reason else ()
    verdict = line(_judged(each), _lost(each, audit))
    return (line(each.contract.name), line(promise(each.contract), *reason), verdict, _broken_by(each))


def _lost(each: ContractVerdict, audit: AuditResult) -> Line:
    """`, 6 of 9 tables and 5 of 8 keys missing`: what a clean deploy does not make of the groups that it names."""
    if made_of(audit) is None or not each.contract.groups:
        return ()
    tables = {it for group in audit.grouping.groups if group.name in each.contract.groups for it in group.tables}
    keys = [key for key in keys_of(audit) if key.foreign_key.table in tables]
    counts = (
        (len(tables.intersection(missing_tables(audit) or ())), len(tables), "table"),
        (sum(key.missing for key in keys), len(keys), "key"),
    )
    told = [f"{lost} of {count(total, noun)}" for lost, total, noun in counts if lost]
    return line(", ", bad(f"{' and '.join(told)} missing")) if told else ()


def _broken_by(each: ContractVerdict) -> Line:
    """Foreign keys as such, everything else in words."""
    keys = [code(crossing.foreign_key) for crossing in each.broken_by]
    found: list[str | Span] = [*keys, *(violation.sentence for violation in each.violations)]
    if not found:
        return line(NOTHING)
    shown = [part for it in found[:_NAMED] for part in ("; ", it)][1:]
    return line(*shown, f" and {len(found) - _NAMED} more" if len(found) > _NAMED else "")


def promise(contract: Contract) -> Line:
    """The contract as a sentence."""
    return line(promise_of(contract))


def _judged(each: ContractVerdict) -> Line:
    match each.outcome:
        case ContractOutcome.FAILED:
            return line(bad("broken"))
        case ContractOutcome.VACUOUS:
            return line(warn("kept, but vacuous"), muted(": there is nothing that could break it"))
        case ContractOutcome.BASELINED:
            return line(warn("kept, but for the baseline"), muted(f": {len(each.baselined)} tolerated"))
        case _:
            return line(good("kept"))


def crossings(audit: AuditResult) -> View:
    """Every foreign key from one group to another, and what was said about it; the allowed ones are folded."""
    if not audit.grouping.groups:
        return NOTHING_TO_SHOW
    if not audit.crossings:
        return View(Prose(lines=(line(good("None"), ": no foreign key leaves its group."),)))
    allowed = [each for each in audit.crossings if each.verdict is CrossingVerdict.ALLOWED]
    others = [each for each in audit.crossings if each.verdict is not CrossingVerdict.ALLOWED]
    others.sort(
        key=lambda each: (each.verdict is not CrossingVerdict.FORBIDDEN, each.from_group, str(each.foreign_key))
    )
    shown = (_table("Foreign keys between groups that nobody allowed", others),) if others else ()
    fold = Fold(
        summary=line(good(f"{len(allowed)} allowed"), " ", muted("foreign keys between groups")),
        body=(_table("Foreign keys between groups that are allowed", allowed),),
    )
    return View(Stack(body=(*shown, *((fold,) if allowed else ()))))


def _table(caption: str, found: list[Crossing]) -> Table:
    heads = ("From", "To", "Foreign key", "Verdict", "Made")
    return capped(caption, heads, [_crossing_row(crossing) for crossing in found])


def _crossing_row(crossing: Crossing) -> tuple[Line, ...]:
    mark = {CrossingVerdict.ALLOWED: good, CrossingVerdict.FORBIDDEN: bad}.get(crossing.verdict, warn)
    return (
        line(crossing.from_group),
        line(crossing.to_group),
        line(code(crossing.foreign_key), " ", *_on_delete(crossing)),
        line(
            mark("baselined" if crossing.baselined else crossing.verdict.value),
            muted(f": {crossing.reason}") if crossing.reason else "",
        ),
        _there(crossing),
    )


def _on_delete(crossing: Crossing) -> Line:
    declared, made = crossing.foreign_key.on_delete, crossing.made_on_delete
    if made is None or made is declared:
        return line(muted(f"ON DELETE {declared.value}"))
    return line(muted("ON DELETE "), bad(f"declared {declared.value}, made {made.value}"))


def _there(crossing: Crossing) -> Line:
    if crossing.rehearsed is None:
        return line(open_("not rehearsed"))
    if crossing.rehearsed:
        return line(good("made") if crossing.declared else warn("made, not declared"))
    return line(bad("missing"))
