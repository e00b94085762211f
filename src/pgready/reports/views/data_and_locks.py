"""What the deployment does to rows that are there and to those who work: loss, and locks; with what could be judged."""

from pgready.findings import CheckResult, Outcome
from pgready.model.deployment import DeploymentKind
from pgready.model.trace import RunOutcome
from pgready.reports.blocks import Block, Line, Prose, Stack
from pgready.reports.judged import Claim, claim_row
from pgready.reports.lines import code, count, good, line, listing, muted, open_, section, table
from pgready.reports.not_run import rule_ranges
from pgready.reports.unjudged import chosen_row, dropped_holders
from pgready.reports.view import View
from pgready.verdict import AuditResult

__all__ = ["data_and_locks"]

_FAMILIES = ("DES", "LCK")
_CLAIMS = (
    Claim("No table, column or schema that was there is dropped", ("DES001", "DES002", "DES007")),
    Claim("No table is emptied", ("DES003",)),
    Claim("No type becomes narrower, no enum loses a value", ("DES004", "DES005")),
    Claim("On made-up rows every migration applies, and nothing else is lost", ("DES008", "DES009")),
    Claim("Rows that are there fit the new constraints", ("DES010",)),
    Claim("Indexes and constraints are made without stopping anybody", ("LCK001", "LCK002", "LCK003", "LCK008")),
    Claim("No table that is in use is written anew", ("LCK004", "LCK007")),
    Claim("Nothing waits for a lock, or works under one, for long", ("LCK005", "LCK006")),
)
_NAMED = 6


def data_and_locks(audit: AuditResult) -> View:
    """In which scope loss and locks were judged, each question with its answer, and what the migrations drop."""
    said = tuple(told for told in (_drops(audit), _notes(audit)) if told)
    return View(Stack(body=(Prose(lines=(_scope(audit),)), _answers(audit), Prose(lines=said))))


def _scope(audit: AuditResult) -> Line:
    deployment = audit.deployment
    if deployment.kind is DeploymentKind.CLEAN:
        return line(
            open_("Judged for an empty database"),
            ": a clean deploy finds no rows to lose and nobody to keep waiting. For a database in use, audit with ",
            code("--since REVISION"),
            ": then what is newer is judged against what was there.",
        )
    if deployment.unlike_base:
        return line(
            open_("Not judged"),
            ": what a database holds before the deployment is not known, as these were edited or are gone: ",
            listing(deployment.unlike_base, _NAMED),
            "; ",
            muted(audit.scope),
        )
    if not deployment.migrations:
        return line(open_("Nothing to judge"), ": the deployment runs no migration; ", muted(audit.scope))
    number = count(len(deployment.migrations), "migration")
    return line(f"Judged for {number} that the deployment runs, on what was there before: ", muted(audit.scope))


def _answers(audit: AuditResult) -> Block:
    """A line for each question; where none of them was asked, one line for all."""
    checks = [check for check in audit.checks if check.rule.startswith(_FAMILIES)]
    if checks and all(check.outcome is Outcome.SKIPPED for check in checks):
        return Prose(lines=(_none_ran(checks),))
    heads = ("Claim", "Is it so?", "What was seen", "Rules")
    rows = [claim_row(claim, audit) for claim in _CLAIMS]
    return table("Data and locks", heads, [*rows[:5], *chosen_row(audit), *rows[5:]])


def _none_ran(checks: list[CheckResult]) -> Line:
    rules = rule_ranges(check.rule for check in checks)
    reasons = "; ".join(dict.fromkeys(check.why for check in checks))
    return line(open_("Not checked"), f": {rules}, as {reasons}.")


def _drops(audit: AuditResult) -> Line:
    """What the migrations drop on their way, as seen in the catalog: whether they only add."""
    if audit.rehearsal is None:
        return line(open_("Not known"), f": what the migrations drop; {audit.rehearsal_skipped or 'none was run'}.")
    gone = tuple(ref for run in audit.rehearsal.runs for ref in dropped_holders(run, audit.lives))
    ran, total = sum(run.outcome is RunOutcome.APPLIED for run in audit.rehearsal.runs), len(audit.migrations)
    whole = audit.rehearsal.complete
    number = count(len(gone), "table, column or schema", "tables, columns and schemas")
    if not whole:
        drop = line(f"drop {number}: ", listing(gone, _NAMED)) if gone else line("drop nothing that holds rows")
        return line(
            open_("Not known"),
            f": what the migrations drop; only {ran} of {total} ran in the rehearsal" + (", which " if ran else ""),
            *(drop if ran else ()),
            ".",
        )
    if not gone:
        said = " that holds rows is dropped by any migration of the history but the one that makes it, as rehearsed."
        return line(good("Nothing"), said)
    return line(f"The migrations of the whole history drop {number}: ", listing(gone, _NAMED), ".")


def _notes(audit: AuditResult) -> Line:
    """Findings that describe the history, which are shown with all others.

    Only of a clean deploy, and one that came to its end: of another deployment the rest of the history is no question.
    """
    notes = [it for it in audit.findings if it.described and it.rule.startswith((*_FAMILIES, "CMP"))]
    if notes:
        rules = rule_ranges(it.rule for it in notes)
        number = count(len(notes), "note")
        return line(
            f"On a database with rows the history would be another matter: {number} ({rules}) under ",
            section("Potential issues and resolutions"),
            ".",
        )
    known = audit.rehearsal is not None and audit.rehearsal.complete and not audit.opaque
    if audit.deployment.kind is not DeploymentKind.CLEAN or not known:
        return ()
    return line(muted("No rule on rows, locks or the running version finds anything in the history."))
