"""Which checks ran, what was not checked, and with which versions and files."""

from collections import Counter

from pgready.checks import RULES
from pgready.findings import CheckResult, Outcome
from pgready.model.trace import Rehearsal
from pgready.reports.blocks import Bullets, Fact, Facts, Fold, Line, Stack
from pgready.reports.lines import CAP, NOTHING, bad, capped, code, count, good, line, muted, open_, place, warn
from pgready.reports.not_run import by_reason, rule_ranges
from pgready.reports.prisma_version import prisma_version
from pgready.reports.view import View
from pgready.verdict import AuditResult, blocks

__all__ = ["checks", "not_checked", "versions"]

_MARKS = {Outcome.PASSED: good, Outcome.FAILED: bad, Outcome.SKIPPED: open_, Outcome.ERRORED: bad}

# What no check of this version looks at, whatever is given: said once, so that silence is never taken for a pass.
_NEVER = (
    "The live database: what it holds, which migrations it has recorded, and drift between it and these files.",
    "What CHECK constraints say: schema.prisma cannot declare them.",
    "Whether a column that looks like a reference really holds one: only values can say so.",
    "Your data: rows that break a new constraint, and how long a statement would hold its locks.",
    "The application, its configuration, backups, permissions and the network.",
)
_MIDWAY = "What a failure half-way through a migration leaves behind, and the way back: no migration was stopped."


def checks(audit: AuditResult) -> View:
    """Every check with its outcome, what it looked at and the kind of evidence."""
    rows = [_check_row(check, audit) for check in audit.checks]
    table = capped("Checks", ("Rule", "Outcome", "What was looked at", "Known from"), rows)
    outcomes = Counter(check.outcome.value for check in audit.checks)
    told = ", ".join(f"{number} {word}" for word, number in outcomes.most_common())
    return View(Fold(summary=line(count(len(rows), "check"), " ", muted(told)), body=(table,), aside=True))


def _check_row(check: CheckResult, audit: AuditResult) -> tuple[Line, ...]:
    mild = check.outcome is Outcome.FAILED and not any(blocks(f, audit.policy) for f in check.findings)
    mark = warn if mild else _MARKS[check.outcome]
    known = ", ".join(evidence.value for evidence in check.evidence)
    title = muted(f" {RULES[check.rule].title}") if check.rule in RULES else ""
    return (line(code(check.rule), title), line(mark(check.outcome.value)), line(check.why), line(known or NOTHING))


def not_checked(audit: AuditResult) -> View:
    """Everything that this audit does not know: checks that did not run, places it could not read, its limits."""
    idle = [check for check in audit.checks if check.outcome in (Outcome.SKIPPED, Outcome.ERRORED)]
    shims = audit.rehearsal.shims if audit.rehearsal is not None else ()
    unread = [migration for migration in audit.migrations if migration.unreadable is not None]
    opaque = [where for migration in audit.migrations for where in migration.opaque][:CAP]
    items = (
        *((line(open_("No rehearsal"), f": {audit.rehearsal_skipped}."),) if audit.rehearsal_skipped else ()),
        *(
            line(_MARKS[told[0].outcome](told[0].outcome.value), " ", rule_ranges(it.rule for it in told), f": {why}.")
            for why, told in by_reason(idle).items()
        ),
        *(line(open_("Could not be read"), ": ", code(opaque)) for opaque in audit.opaque),
        *(line(open_("Not valid SQL"), ": ", code(each.file), f": {each.unreadable}") for each in unread),
        *(
            line(open_("Dynamic SQL"), ": what ", *place(where), " does is not known from its text.")
            for where in opaque
        ),
        *(line(open_("Imitated"), ": extension ", code(shim), " is not on the throw-away server.") for shim in shims),
        *(line(text) for text in _NEVER),
        *((line(_MIDWAY),) if not _stopped(audit) else ()),
    )
    return View(Bullets(items=items))


def _stopped(audit: AuditResult) -> bool:
    return audit.rehearsal is not None and any(run.crash_points for run in audit.rehearsal.runs)


def _rehearsed(rehearsal: Rehearsal) -> str:
    """When, and how long; a notebook's own run comes later, and only reads what was rehearsed."""
    took = f"in {rehearsal.duration_ms / 1000:.1f} s" if rehearsal.duration_ms else ""
    return ", ".join(part for part in (rehearsal.made_at or "", took) if part) or "yes"


def versions(audit: AuditResult) -> View:
    """Versions, times, the run's id and the hashes of the files that were audited."""
    run, project = audit.run, audit.project
    server = audit.rehearsal.server if audit.rehearsal is not None else None
    facts = (
        ("Run", line(code(run.id), f", {run.started} to {run.finished}" if audit.rehearsal is None else "")),
        ("pgready", line(run.pgready)),
        ("Python", line(run.python)),
        ("PostgreSQL", line(f"{server.version}, {server.origin}") if server else line(run.postgres or "none")),
        ("Rehearsed", line(_rehearsed(audit.rehearsal) if audit.rehearsal is not None else "no")),
        ("Prisma", prisma_version(project)),
        ("Configuration", line(code(project.config_file)) if project.config_file else line("none; the defaults")),
        ("Blocks from severity", line(audit.policy.blocking.word)),
    )
    rows = [(line(code(path)), line(code(digest))) for path, digest in sorted(project.hashes.items())]
    hashes = capped("SHA-256 of the files", ("File", "SHA-256"), rows)
    return View(
        Stack(
            body=(
                Facts(facts=tuple(Fact(term=term, line=said) for term, said in facts)),
                *(
                    (Fold(summary=line("Hashes of the files that were audited"), body=(hashes,), aside=True),)
                    if rows
                    else ()
                ),
            )
        )
    )
