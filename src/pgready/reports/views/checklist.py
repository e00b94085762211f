"""The deployment checklist. A box is ticked by checks that passed and by nothing else."""

from pgready.findings import CheckResult, Outcome
from pgready.reports.blocks import Block, Check, Checklist, CheckSection, Fold, Line, Prose, Stack, State
from pgready.reports.boxes import HEADINGS, Heading
from pgready.reports.judged import Claim, blocked, idle_of, results_of, state_of
from pgready.reports.lines import bad, code, count, good, line, muted, open_, said, warn
from pgready.reports.not_run import rule_ranges
from pgready.reports.view import View
from pgready.verdict import AuditResult, Verdict, blocks

__all__ = ["checklist"]


def checklist(audit: AuditResult) -> View:
    """Before (judged by checks, folded by heading), the steps with their commands, and after.

    Only the first part is ticked by the audit; the others are for people.
    """
    people = Checklist(sections=(_by_people(audit), _steps(audit), _after()))
    return View(Stack(body=(Prose(lines=(_before(audit),)), *_headings(audit), people)))


def _before(audit: AuditResult) -> Line:
    boxes = [box for heading in _all(audit) for box in heading.boxes]
    ticked = sum(state_of(box, audit) is State.TICKED for box in boxes)
    return line(f"{ticked} of {len(boxes)} boxes are ticked. A box is ticked only by a check that ran and passed.")


def _all(audit: AuditResult) -> tuple[Heading, ...]:
    """The headings, and a last one for rules that no box knows."""
    named = {rule for heading in HEADINGS for box in heading.boxes for rule in box.rules}
    rest = tuple(Claim(f"Rule {it.rule} finds nothing", (it.rule,)) for it in audit.checks if it.rule not in named)
    return (*HEADINGS, *((Heading("Everything else", rest),) if rest else ()))


def _headings(audit: AuditResult) -> tuple[Block, ...]:
    return tuple(_heading(heading, audit) for heading in _all(audit))


def _heading(heading: Heading, audit: AuditResult) -> Fold:
    """What stands at the heading is as bad as its worst box."""
    boxes = tuple(_box(box, audit) for box in heading.boxes)
    section = CheckSection(title="What the checks say", checks=boxes)
    mark = _mark(heading, audit)
    return Fold(summary=line(*mark, " ", heading.title), body=(Checklist(sections=(section,)),))


def _mark(heading: Heading, audit: AuditResult) -> Line:
    states = [state_of(box, audit) for box in heading.boxes]
    number, total = states.count(State.TICKED), len(states)
    told = f"{number} of {total}"
    if State.CROSSED in states:
        worst = any(blocked(box, audit) for box in heading.boxes)
        return line((bad if worst else warn)(told))
    return line(good(told) if number == total else open_(told))


def _box(box: Claim, audit: AuditResult) -> Check:
    """Crossed as soon as one rule failed, ticked when all ran and passed, open otherwise."""
    state = state_of(box, audit)
    note = {State.CROSSED: _failures, State.OPEN: _idle, State.TICKED: _rules}[state](box, audit)
    return Check(state=state, line=line(box.text), note=note)


def _rules(box: Claim, audit: AuditResult) -> Line:
    del audit
    return line(muted(rule_ranges(box.rules)))


def _failures(box: Claim, audit: AuditResult) -> Line:
    failed = [check for check in results_of(box, audit) if check.outcome is Outcome.FAILED]
    parts = [_failure(check, audit) for check in failed]
    return line(*(part for each in parts for part in (", ", each)))[1:]


def _failure(check: CheckResult, audit: AuditResult) -> Line:
    mark = bad if any(blocks(finding, audit.policy) for finding in check.findings) else warn
    return line(mark(check.rule), f": {count(len(check.findings), 'finding')}")


def _idle(box: Claim, audit: AuditResult) -> Line:
    """Which rules did not run, and why; a rule that the audit does not have is named as well."""
    idle = idle_of(box, audit)
    lacking = [rule for rule in box.rules if rule not in {check.rule for check in results_of(box, audit)}]
    whys = dict.fromkeys(check.why for check in idle)
    reasons = [*whys, *(["this check does not exist in this audit"] if lacking else [])]
    rules = rule_ranges([*(check.rule for check in idle), *lacking])
    return line(open_(f"{rules} did not run"), f": {'; '.join(reasons)}")


def _by_people(audit: AuditResult) -> CheckSection:
    pending = f"npx prisma migrate status{_schema_option(audit)}"
    return CheckSection(
        title="Before the deployment, by people",
        note=_yours(),
        checks=(
            Check(state=State.OPEN, line=line("A backup exists, and restoring it was tried")),
            Check(state=State.OPEN, line=line("No failed migration waits in the target database"), command=pending),
        ),
    )


def _yours() -> Line:
    return line(muted("for you to tick: no check looks at this"))


def _steps(audit: AuditResult) -> CheckSection:
    schema = _schema_option(audit)
    stop = {
        Verdict.READY: line("The audit found nothing that speaks against these steps."),
        Verdict.NOT_READY: line(bad("Not yet."), " Repair what blocks and audit again before you run these."),
        Verdict.INCONCLUSIVE: line(open_("Not yet."), " Let the checks that did not run decide first."),
    }[audit.verdict]
    steps = (
        (line("Apply the pending migrations"), f"npx prisma migrate deploy{schema}"),
        (
            line(
                "See that every migration is recorded, which is not yet that it made anything: ",
                code("migrate status"),
                " does not look at tables",
            ),
            f"npx prisma migrate status{schema}",
        ),
        (
            line("Compare the tables in the database itself with the schema: a difference is a gap"),
            _comparing(audit),
        ),
    )
    checks = tuple(Check(state=State.OPEN, line=text, command=command) for text, command in steps)
    return CheckSection(title="The deployment", note=stop, checks=checks)


def _comparing(audit: AuditResult) -> str | None:
    """`migrate diff` with both its sides, which Prisma 7 renamed; None where the version is not known.

    Source: Prisma's documentation, "migrate diff", and its guide for the upgrade to version 7.
    """
    file, major = _schema_file(audit), _major(audit)
    if not major:
        return None
    sides = f"--from-schema-datasource {file} --to-schema-datamodel {file}"
    if major >= _RENAMED:
        sides = f"--from-config-datasource --to-schema {file}"
    return f"npx prisma migrate diff {sides} --exit-code"


_RENAMED = 7


def _major(audit: AuditResult) -> int:
    """The major version of Prisma, 0 where it is not known; of a range its lower end."""
    digits = "".join(char if char.isdigit() else " " for char in audit.project.prisma_version or "").split()
    return int(digits[0][:4]) if digits else 0


def _schema_file(audit: AuditResult) -> str:
    """A name with odd characters is not pasted into a command."""
    file = audit.project.schema_files[0] if len(audit.project.schema_files) == 1 else "prisma/schema.prisma"
    plain = all(char.isalnum() or char in "._-/" for char in file)
    return file if plain else "PATH"


def _schema_option(audit: AuditResult) -> str:
    """Prisma finds `schema.prisma` and `prisma/schema.prisma` itself."""
    file = _schema_file(audit)
    return "" if file in ("schema.prisma", "prisma/schema.prisma") else f" --schema {file}"


def _after() -> CheckSection:
    texts = (
        "Try the main path of every feature group",
        "Watch the log for `P2021` and `P2022` (a table or a column does not exist) and for `23503` (foreign key)",
        "Watch connections and slow queries for a day",
    )
    checks = tuple(Check(state=State.OPEN, line=said(text)) for text in texts)
    return CheckSection(title="After the deployment", note=_yours(), checks=checks)
