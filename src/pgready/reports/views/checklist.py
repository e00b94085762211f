"""The deployment checklist. A box is ticked by checks that passed and by nothing else."""

from pgready.findings import CheckResult, Outcome
from pgready.model.lives import Deed
from pgready.reports.again import is_plain, schema_folder
from pgready.reports.blocks import Block, Check, Checklist, CheckSection, Fold, Line, Prose, Stack, State
from pgready.reports.boxes import HEADINGS, Heading
from pgready.reports.judged import Claim, blocked, idle_of, results_of, state_of
from pgready.reports.lines import bad, code, count, good, line, muted, open_, said, section, warn
from pgready.reports.not_run import rule_ranges
from pgready.reports.unjudged import chosen_rows, deeds_line, dropped_objects
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
    return (*HEADINGS[:-2], _data(audit), HEADINGS[-1], *((Heading("Everything else", rest),) if rest else ()))


def _data(audit: AuditResult) -> Heading:
    """With a box that no check can tick for each thing that the deployment does and no rule judges."""
    heading = HEADINGS[-2]
    open_ones = [Claim(text, ()) for text, deeds in _unjudged(audit) if deeds]
    return Heading(heading.title, (*heading.boxes, *open_ones))


def _unjudged(audit: AuditResult) -> tuple[tuple[str, tuple[Deed, ...]], ...]:
    return (
        ("What is deleted or overwritten are the right rows, and no others", chosen_rows(audit)),
        ("Nobody uses the views, functions and sequences that are dropped", dropped_objects(audit)),
    )


def _headings(audit: AuditResult) -> tuple[Block, ...]:
    return tuple(_heading(heading, audit) for heading in _all(audit))


def _heading(heading: Heading, audit: AuditResult) -> Fold:
    """What stands at the heading is as bad as its worst box."""
    boxes = tuple(_box(box, audit) for box in heading.boxes)
    section = CheckSection(checks=boxes)
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
    failed = [check for check in results_of(box, audit) if any(not it.described for it in check.findings)]
    parts = [_failure(check, audit) for check in failed]
    return line(*(part for each in parts for part in (", ", each)))[1:]


def _failure(check: CheckResult, audit: AuditResult) -> Line:
    mark = bad if any(blocks(finding, audit.policy) for finding in check.findings) else warn
    found = [finding for finding in check.findings if not finding.described]
    kept = sum(finding.suppressed is not None for finding in found)
    told = f", {'' if kept == len(found) else f'{kept} '}accepted" if kept else ""
    return line(mark(check.rule), f": {count(len(found), 'finding')}{told}")


def _idle(box: Claim, audit: AuditResult) -> Line:
    """Which rules did not run, and why; a rule that the audit does not have is named as well."""
    if not box.rules:
        return line(open_("no rule judges that"), ": it stands below, for people")
    idle = idle_of(box, audit)
    lacking = [rule for rule in box.rules if rule not in {check.rule for check in results_of(box, audit)}]
    whys = dict.fromkeys(check.why for check in idle)
    reasons = [*whys, *(["this check does not exist in this audit"] if lacking else [])]
    rules = rule_ranges([*(check.rule for check in idle), *lacking])
    partly = bool(idle) and all(check.outcome is Outcome.PASSED for check in idle) and not lacking
    did = "did not see everything" if partly else "did not run"
    return line(open_(f"{rules} {did}"), f": {'; '.join(reasons)}")


def _by_people(audit: AuditResult) -> CheckSection:
    said: list[tuple[Line, str | None]] = [
        (line("A backup exists, and restoring it was tried"), None),
        (line("No failed migration waits in the target database"), f"npx prisma migrate status{_schema_option(audit)}"),
    ]
    said.extend((line(f"{text}: ", deeds_line(deeds)), None) for text, deeds in _unjudged(audit) if deeds)
    checks = tuple(Check(state=State.OPEN, line=text, command=command) for text, command in said)
    return CheckSection(title="Before the deployment, by people", note=_yours(), checks=checks)


def _yours() -> Line:
    return line(muted("for you to tick: no check looks at this"))


def _steps(audit: AuditResult) -> CheckSection:
    schema = _schema_option(audit)
    stop = {
        Verdict.READY: _ready(audit),
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


def _ready(audit: AuditResult) -> Line:
    """What was found all the same stands before the steps."""
    found = [finding for finding in audit.findings if not finding.described]
    if not found and not any(deeds for _, deeds in _unjudged(audit)):
        return line("The audit found nothing that speaks against these steps.")
    accepted = sum(finding.suppressed is not None for finding in found)
    kept = f", {accepted} of them accepted," if accepted else ""
    listed = line(f" {count(len(found), 'finding')}{kept} under ", _ISSUES, ".") if found else line(" See above.")
    return line("The audit found nothing that blocks these steps.", *listed)


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
_ISSUES = section("Potential issues and resolutions")


def _major(audit: AuditResult) -> int:
    """The major version of Prisma, 0 where it is not known; of a range its lower end."""
    digits = "".join(char if char.isdigit() else " " for char in audit.project.prisma_version or "").split()
    return int(digits[0][:4]) if digits else 0


def _schema_file(audit: AuditResult) -> str:
    """The file, or the folder that the files of a schema are in; one with odd characters is not pasted into a command.

    Source: Prisma's documentation, "Multi-file Prisma schema": `--schema` takes the folder with all the files.
    """
    place = schema_folder(audit)
    return place if is_plain(place) else "PATH"


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
