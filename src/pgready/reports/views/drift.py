"""Which states of the database were compared with each other, and which were not."""

from pgready.reports.blocks import Line, Stack, State, Table
from pgready.reports.judged import Claim, accepted, claim_row, idle_of, state_of
from pgready.reports.lines import bad, count, good, line, open_, table, warn
from pgready.reports.not_run import rule_ranges
from pgready.reports.view import View
from pgready.reports.views.noise import noise_fold
from pgready.verdict import AuditResult, blocks

__all__ = ["drift"]

_LIVE = "no live database was looked at"
_RULES = ("INV001", "INV002", "INV005", "INV006", "INV007", "INV008")
_CLAIMS = (
    Claim("Every declared table is there", ("INV001",)),
    Claim("No table is there that nobody declares", ("INV002",)),
    Claim("Columns: types, NULL, defaults", ("INV005",)),
    Claim("Foreign keys, with their actions", ("INV006",)),
    Claim("Primary keys and indexes", ("INV007",)),
    Claim("Enums and their values", ("INV008",)),
)


def drift(audit: AuditResult) -> View:
    """Each pair of states, then declared against rehearsed by kind, then folded what Prisma itself does not compare."""
    heads = ("Claim", "Is it so?", "What was seen", "Rules")
    by_kind = table("Declared against rehearsed", heads, [claim_row(claim, audit) for claim in _CLAIMS])
    return View(Stack(body=(_pairs(audit), by_kind, *noise_fold(audit))))


def _pairs(audit: AuditResult) -> Table:
    rows = (
        (line("schema and migrations: declared, rehearsed"), *_rehearsed(audit)),
        (line("schema and database: declared, live"), line(open_("not looked at")), line(_LIVE)),
        (line("migrations and database: rehearsed, live"), line(open_("not looked at")), line(_LIVE)),
        (
            line("migrations on disk, and those that a database has recorded"),
            line(open_("not looked at")),
            line(f"{_LIVE}, so that failed, pending and edited migrations are not known"),
        ),
    )
    return table("The states that can drift apart", ("States", "Do they agree?", "Why"), rows)


def _rehearsed(audit: AuditResult) -> tuple[Line, Line]:
    if audit.rehearsal is None:
        return line(open_("not looked at")), line(audit.rehearsal_skipped or "nothing was rehearsed")
    found = [finding for finding in audit.findings if finding.rule in _RULES and not finding.described]
    claim = Claim("They agree", _RULES)
    if not found:
        return _none_found(claim, audit)
    blocking = sum(blocks(finding, audit.policy) for finding in found)
    kept = sum(finding.suppressed is not None for finding in found)
    end = "" if audit.rehearsal.complete else "; the clean deploy did not run to its end"
    said = f"{count(len(found), 'difference')}, {blocking} of them blocking{f', {kept} accepted' if kept else ''}{end}"
    mark = bad("no") if blocking else warn("not quite: accepted" if accepted(claim, audit) else "not quite")
    return line(mark), line(said)


def _none_found(claim: Claim, audit: AuditResult) -> tuple[Line, Line]:
    """What was not compared cannot agree."""
    if audit.rehearsal is not None and not audit.rehearsal.complete:
        return line(open_("not known")), line("the clean deploy did not run to its end, so nothing was compared")
    if state_of(claim, audit) is State.TICKED:
        return line(good("yes")), line("0 differences")
    idle = rule_ranges(check.rule for check in idle_of(claim, audit))
    return line(open_("not known")), line(f"0 differences so far; {idle or 'a check'} did not run")
