"""The migrations of which something is promised: that they are there, and that they are resilient."""

from collections.abc import Iterable

from pgready.findings import Outcome
from pgready.model.trace import MigrationRun, RunOutcome, Skip
from pgready.reports.blocks import Block, Line, Prose, Stack
from pgready.reports.lines import NOTHING, bad, capped, code, count, good, line, muted, open_, warn
from pgready.reports.view import View
from pgready.reports.views.migrations import run_again
from pgready.verdict import AuditResult

__all__ = ["resilience"]

_CLAIMS = "RES003"


def resilience(audit: AuditResult) -> View:
    """Per migration that is called required or resilient: what was promised, and what was seen of it."""
    named = dict.fromkeys((*audit.required_migrations, *audit.resilient_migrations))
    return View(Stack(body=(_promised(named, audit), Prose(lines=(_others(audit, named),)))))


def _promised(named: Iterable[str], audit: AuditResult) -> Block:
    order = {migration.name: migration.position for migration in audit.migrations}
    rows = [_row(name, audit) for name in sorted(named, key=lambda name: (order.get(name, 0), name))]
    if not rows:
        told = line(open_("Nothing is promised"), ": pgready.toml calls no migration required or resilient.")
        return Prose(lines=(told,))
    heads = ("#No.", "Migration", "Critical", "Left out", "A second run", "Resilient")
    return capped("Migrations with a promise", heads, rows)


def _row(name: str, audit: AuditResult) -> tuple[Line, ...]:
    position = next((str(each.position) for each in audit.migrations if each.name == name), None)
    run = next((run for run in _runs(audit) if run.migration == name), None)
    lost = [skip for skip in audit.skips if skip.migration == name and not skip.exists_at_end]
    there = good("there") if position else bad("missing")
    return (
        line(position or NOTHING),
        line(code(name)),
        line(there if name in audit.required_migrations else NOTHING),
        _left_out(run, lost, unread=_unread(name, audit)),
        run_again(run),
        _resilient(name, audit),
    )


def _unread(name: str, audit: AuditResult) -> bool:
    """Whether the migration has a guard that nobody can read: then what it leaves out is not known."""
    files = [migration.file for migration in audit.migrations if migration.name == name]
    return any(place.startswith(f"{file}:") for file in files for place in audit.opaque)


def _left_out(run: MigrationRun | None, lost: list[Skip], *, unread: bool) -> Line:
    if run is None or run.outcome is not RunOutcome.APPLIED:
        return line(open_("not known"))
    if lost:
        return line(bad(f"{count(len(lost), 'object')} for good"))
    return line(open_("not known"), ": a guard cannot be read") if unread else line(good("nothing"))


def _resilient(name: str, audit: AuditResult) -> Line:
    """Whether the claim holds, where there is one; no finding is only good when the check ran."""
    if name not in audit.resilient_migrations:
        return line(muted("not claimed"))
    check = next((check for check in audit.checks if check.rule == _CLAIMS), None)
    if check is not None and any(finding.object == name for finding in check.findings):
        return line(bad("claimed, not true"))
    ran = check is not None and check.outcome in (Outcome.PASSED, Outcome.FAILED)
    return line(good("claimed, and true") if ran and not _unread(name, audit) else open_("claimed, not proved"))


def _runs(audit: AuditResult) -> tuple[MigrationRun, ...]:
    return audit.rehearsal.runs if audit.rehearsal is not None else ()


def _others(audit: AuditResult, named: Iterable[str]) -> Line:
    """What second runs of all the others did, in numbers: the table above has each."""
    rest = [run for run in _runs(audit) if run.migration not in set(named)]
    if not rest:
        return line(muted("No other migration was run a second time."))
    failing = sum(run.rerun is not None and run.rerun.error is not None for run in rest)
    unknown = sum(run.rerun is None for run in rest)
    does = "fails when it runs" if failing == 1 else "fail when they run"
    return line(
        f"Of {count(len(rest), 'other migration')}, of which nothing is promised, {failing} {does} again. ",
        "That is no fault: Prisma runs each migration once.",
        line(" ", warn(f"{unknown} could not be tried"), ".") if unknown else "",
    )
