"""The deployment checklist. A box is ticked by checks that passed and by nothing else."""

from dataclasses import dataclass

from pgready.findings import CheckResult, Outcome
from pgready.reports.blocks import Check, Checklist, CheckSection, Line, State
from pgready.reports.lines import bad, count, line, muted, open_, said, warn
from pgready.reports.view import View
from pgready.verdict import AuditResult, Verdict

__all__ = ["checklist"]


@dataclass(frozen=True, slots=True)
class _Box:
    """A sentence that is true when all its rules passed."""

    text: str
    rules: tuple[str, ...]


_BEFORE = (
    _Box("Every required model is in the schema", ("INV003",)),
    _Box("No two names clash in the database", ("INV004",)),
    _Box("Every required migration is on disk", ("INV009",)),
    _Box(
        "Every migration directory has its migration.sql, and no other SQL lies about", ("HIS004", "HIS005", "HIS012")
    ),
    _Box("Every file is UTF-8, and the history is one for PostgreSQL", ("HIS011", "HIS013")),
    _Box("The migrations run in the order that their dates promise", ("HIS001", "HIS002", "HIS003")),
    _Box("No migration makes what is there already", ("HIS014",)),
    _Box("No migration of the revision was edited, renamed or deleted", ("HIS006", "HIS007")),
    _Box("A clean deploy runs to its end without an error", ("RES001",)),
    _Box("No migration leaves its transaction open", ("RES007",)),
    _Box("No migration leaves a setting behind for the next one", ("RES008",)),
    _Box("Nothing needs a transaction of its own that it does not get", ("RES010", "RES011")),
    _Box("A clean deploy leaves no guarded statement out", ("RES002",)),
    _Box("A clean deploy makes a table for every model", ("INV001",)),
    _Box("A clean deploy makes every foreign key", ("INV006",)),
    _Box("Columns, indexes and enums are as declared", ("INV005", "INV007", "INV008")),
    _Box("No table is made that no model declares", ("INV002",)),
    _Box("Migrations that claim to be resilient change nothing when they run again", ("RES003",)),
    _Box("No migration loses or changes anything when it runs again", ("RES004",)),
    _Box("What IF NOT EXISTS finds in its place is what it asks for", ("RES005",)),
    _Box("After a failure midway there is a way back that was tried", ("RES006", "RES009")),
    _Box("On tables with made-up rows every migration applies, and nothing is lost", ("DES008", "DES009")),
    _Box("Rows that are there fit the new constraints", ("DES010",)),
    _Box("The deployment drops no table, column or schema that was there before", ("DES001", "DES002", "DES007")),
    _Box("The deployment deletes no rows, narrows no type and removes no enum value", ("DES003", "DES004", "DES005")),
    _Box("The running version of the application still works during the deployment", ("CMP003", "DES006")),
    _Box(
        "Nothing that is in use is locked for long",
        ("LCK001", "LCK002", "LCK003", "LCK004", "LCK005", "LCK006", "LCK007", "LCK008"),
    ),
    _Box(
        "Every table has a primary key, and every foreign key an index and fitting types",
        ("SCH001", "SCH002", "SCH004"),
    ),
    _Box("No index stands twice", ("SCH003",)),
    _Box("The feature groups keep their contracts", ("ISO001",)),
    _Box("Every crossing that somebody accepted still exists, and every line of the baseline", ("ISO007",)),
    _Box("Every contract could be broken by something", ("ISO008",)),
    _Box("No feature groups refer to each other in a circle", ("ISO002",)),
    _Box("Every reference between feature groups has its foreign key", ("ISO004",)),
    _Box("Every table of a group with a key says whose its rows are", ("ISO005",)),
    _Box("No delete in one feature group cascades into another, hubs aside", ("ISO006",)),
    _Box("Every table is in exactly one feature group", ("ISO003",)),
    _Box("The configuration names only groups and tables that exist", ("ISO009",)),
    _Box("Everything that somebody accepted is still there, in date and readable", ("SUP001", "SUP002", "SUP003")),
)


def checklist(audit: AuditResult) -> View:
    """Before (judged by checks), the steps with their commands, and after; the last two are for people to tick."""
    return View(Checklist(sections=(_before(audit), _steps(audit), _after())))


def _before(audit: AuditResult) -> CheckSection:
    named = {rule for box in _BEFORE for rule in box.rules}
    rest = tuple(
        _Box(f"Rule {check.rule} finds nothing", (check.rule,)) for check in audit.checks if check.rule not in named
    )
    boxes = tuple(_box(box, audit) for box in (*_BEFORE, *rest))
    ticked = sum(box.state is State.TICKED for box in boxes)
    return CheckSection(
        title="Before the deployment",
        note=line(f"{ticked} of {len(boxes)} boxes are ticked. A box is ticked only by a check that ran and passed."),
        checks=(
            *boxes,
            Check(state=State.OPEN, line=line("A backup exists, and restoring it was tried"), note=_yours()),
        ),
    )


def _yours() -> Line:
    return line(muted("for you to tick: no check looks at this"))


def _box(box: _Box, audit: AuditResult) -> Check:
    """Crossed as soon as one rule failed, ticked when all ran and passed, open otherwise."""
    results = {check.rule: check for check in audit.checks}
    failed = [results[rule] for rule in box.rules if rule in results and results[rule].outcome is Outcome.FAILED]
    if failed:
        return Check(state=State.CROSSED, line=line(box.text), note=_failures(failed, audit))
    idle = [rule for rule in box.rules if rule not in results or results[rule].outcome is not Outcome.PASSED]
    if idle:
        return Check(state=State.OPEN, line=line(box.text), note=_idle(idle, results))
    return Check(state=State.TICKED, line=line(box.text), note=line(muted(", ".join(box.rules))))


def _failures(failed: list[CheckResult], audit: AuditResult) -> Line:
    parts: list[Line] = []
    for check in failed:
        mark = bad if any(finding in audit.blocking for finding in check.findings) else warn
        parts.append(line(mark(check.rule), f": {count(len(check.findings), 'finding')}"))
    return line(*(part for each in parts for part in (", ", each)))[1:]


def _idle(idle: list[str], results: dict[str, CheckResult]) -> Line:
    rule = idle[0]
    why = results[rule].why if rule in results else "this check does not exist in this audit"
    return line(open_(f"{rule} did not run"), f": {why}")


def _steps(audit: AuditResult) -> CheckSection:
    schema = _schema_option(audit)
    stop = {
        Verdict.READY: line("The audit found nothing that speaks against these steps."),
        Verdict.NOT_READY: line(bad("Not yet."), " Repair what blocks and audit again before you run these."),
        Verdict.INCONCLUSIVE: line(open_("Not yet."), " Let the checks that did not run decide first."),
    }[audit.verdict]
    steps = (
        ("See what is pending in the target database", f"npx prisma migrate status{schema}"),
        ("Apply the pending migrations", f"npx prisma migrate deploy{schema}"),
        ("See that every migration is recorded", f"npx prisma migrate status{schema}"),
    )
    checks = tuple(Check(state=State.OPEN, line=line(text), command=command) for text, command in steps)
    return CheckSection(title="The deployment", note=stop, checks=checks)


def _schema_option(audit: AuditResult) -> str:
    """Prisma finds `schema.prisma` and `prisma/schema.prisma` itself; a name with odd characters is not pasted."""
    file = audit.project.schema_files[0] if len(audit.project.schema_files) == 1 else "prisma/schema.prisma"
    plain = all(char.isalnum() or char in "._-/" for char in file)
    return "" if file in ("schema.prisma", "prisma/schema.prisma") else f" --schema {file if plain else 'PATH'}"


def _after() -> CheckSection:
    texts = (
        "Compare the tables in the database with the inventory above: `migrate status` does not look at them",
        "Try the main path of every feature group",
        "Watch the log for `P2021` and `P2022` (a table or a column does not exist) and for `23503` (foreign key)",
    )
    checks = tuple(Check(state=State.OPEN, line=said(text)) for text in texts)
    return CheckSection(title="After the deployment", note=_yours(), checks=checks)
