"""What to do after reading: the summary in one sentence, and the steps in their order."""

from pgready.findings import Outcome
from pgready.reports.blocks import Block, Check, Checklist, CheckSection, Line, Prose, Stack, State
from pgready.reports.grouping import by_cause
from pgready.reports.lines import bad, code, count, good, line, open_, section
from pgready.reports.view import View
from pgready.verdict import AuditResult, Verdict, blocks

__all__ = ["next_steps"]

_ISSUES = section("Potential issues and resolutions", "the issues above")
_LIST = section("Deployment checklist", "the checklist")
_UNCHECKED = section("What was not checked")


def next_steps(audit: AuditResult) -> View:
    """The verdict once more with its reason, and what comes next."""
    steps = tuple(Check(state=State.OPEN, line=said, command=command) for said, command in _steps(audit))
    body: tuple[Block, ...] = (
        Prose(lines=(_verdict(audit),)),
        Checklist(sections=(CheckSection(title="Next", checks=steps),)),
    )
    return View(Stack(body=body))


def _verdict(audit: AuditResult) -> Line:
    mark = {Verdict.READY: good, Verdict.NOT_READY: bad, Verdict.INCONCLUSIVE: open_}[audit.verdict]
    return line(mark(audit.verdict.value), f" {audit.judgement.reason}")


def _steps(audit: AuditResult) -> tuple[tuple[Line, str | None], ...]:
    causes = sum(any(blocks(it, audit.policy) for it in group.findings) for group in by_cause(audit))
    idle = sum(check.outcome in (Outcome.SKIPPED, Outcome.ERRORED) for check in audit.checks)
    repair = (line(f"Resolve {count(causes, 'cause')} that block{'s' * (causes == 1)}: see ", _ISSUES), None)
    decide = (line(f"Let {count(idle, 'check')} that did not run decide, where you need them: see ", _UNCHECKED), None)
    again = (line("Audit again, until the verdict is ", code("READY")), "pgready audit")
    deploy = (line("Deploy, step by step, with ", _LIST), None)
    return (
        *((repair,) if causes else ()),
        *((decide,) if idle else ()),
        *((again,) if audit.verdict is not Verdict.READY else ()),
        deploy,
        (line("Watch the application and the database afterwards, as the list says"), None),
    )
