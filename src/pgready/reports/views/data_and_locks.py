"""What the deployment does to rows that are there and to those who work: loss, and locks; with what could be judged."""

from pgready.findings import CheckResult, Outcome
from pgready.model.deployment import DeploymentKind
from pgready.model.names import ObjectKind
from pgready.reports.blocks import Block, Line, Prose, Stack
from pgready.reports.judged import Claim, claim_row
from pgready.reports.lines import code, count, good, line, listing, muted, open_, section, table
from pgready.reports.not_run import rule_ranges
from pgready.reports.view import View
from pgready.verdict import AuditResult

__all__ = ["data_and_locks"]

_FAMILIES = ("DES", "LCK")
_CLAIMS = (
    Claim("No table, column or schema that was there is dropped", ("DES001", "DES002", "DES007")),
    Claim("No rows are deleted or truncated", ("DES003",)),
    Claim("No type becomes narrower, no enum loses a value", ("DES004", "DES005")),
    Claim("On made-up rows every migration applies and nothing is lost", ("DES008", "DES009")),
    Claim("Rows that are there fit the new constraints", ("DES010",)),
    Claim("Indexes and constraints are made without stopping anybody", ("LCK001", "LCK002", "LCK003", "LCK008")),
    Claim("No table that is in use is written anew", ("LCK004", "LCK007")),
    Claim("Nothing waits for a lock, or works under one, for long", ("LCK005", "LCK006")),
)
_NAMED = 6


def data_and_locks(audit: AuditResult) -> View:
    """In which scope loss and locks were judged, each question with its answer, and what the migrations drop."""
    return View(
        Stack(body=(Prose(lines=(_scope(audit),)), _answers(audit), Prose(lines=(_drops(audit), _notes(audit)))))
    )


def _scope(audit: AuditResult) -> Line:
    deployment = audit.deployment
    if deployment.kind is DeploymentKind.CLEAN:
        return line(
            open_("Judged for an empty database"),
            ": a clean deploy finds no rows to lose and nobody to keep waiting. For a database in use, audit with ",
            code("--since REVISION"),
            ": then what is newer is judged against what was there.",
        )
    number = count(len(deployment.migrations), "migration")
    return line(f"Judged for {number} that the deployment runs, on what was there before: ", muted(audit.scope))


def _answers(audit: AuditResult) -> Block:
    """A line for each question; where none of them was asked, one line for all."""
    checks = [check for check in audit.checks if check.rule.startswith(_FAMILIES)]
    if checks and all(check.outcome is Outcome.SKIPPED for check in checks):
        return Prose(lines=(_none_ran(checks),))
    heads = ("Claim", "Is it so?", "What was seen", "Rules")
    return table("Data and locks", heads, [claim_row(claim, audit) for claim in _CLAIMS])


def _none_ran(checks: list[CheckResult]) -> Line:
    rules = rule_ranges(check.rule for check in checks)
    reasons = "; ".join(dict.fromkeys(check.why for check in checks))
    return line(open_("Not checked"), f": {rules}, as {reasons}.")


def _drops(audit: AuditResult) -> Line:
    """What the migrations drop on their way, as seen in the catalog: whether they only add."""
    if audit.rehearsal is None:
        return line(open_("Not known"), f": what the migrations drop; {audit.rehearsal_skipped or 'none was run'}.")
    held = (ObjectKind.TABLE, ObjectKind.COLUMN, ObjectKind.SCHEMA)
    gone = [ref for run in audit.rehearsal.runs for ref in run.dropped if ref.kind in held]
    if not gone:
        return line(good("Nothing"), " that holds rows is dropped by any migration of the history, as rehearsed.")
    number = count(len(gone), "table, column or schema", "tables, columns and schemas")
    return line(f"The migrations of the whole history drop {number}: ", listing(gone, _NAMED), ".")


def _notes(audit: AuditResult) -> Line:
    """Findings that describe the history, which are shown with all others."""
    notes = [it for it in audit.findings if it.described and it.rule.startswith((*_FAMILIES, "CMP"))]
    if not notes:
        return line(muted("The history holds nothing else that would matter on a database with rows."))
    rules = rule_ranges(it.rule for it in notes)
    return line(
        f"On a database with rows the history would be another matter: {count(len(notes), 'note')} ({rules}) under ",
        section("Potential issues and resolutions"),
        ".",
    )
