"""Which states of the database were compared with each other, and which were not."""

from pgready.reports.blocks import Line, Stack, Table
from pgready.reports.judged import Claim, claim_row
from pgready.reports.lines import bad, count, good, line, open_, table, warn
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
    found = [finding for finding in audit.findings if finding.rule in _RULES]
    blocking = sum(blocks(finding, audit.policy) for finding in found)
    stopped = not audit.rehearsal.complete
    end = "; the clean deploy did not run to its end" if stopped else ""
    told = line(f"{count(len(found), 'difference')}, {blocking} of them blocking{end}")
    if not found:
        return line(open_("as far as it ran") if stopped else good("yes")), told
    return line(bad("no") if blocking else warn("not quite")), told
