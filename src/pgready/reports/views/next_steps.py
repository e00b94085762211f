"""What to do after reading: the summary in one sentence, and the steps in their order."""

from pgready.findings import CheckResult, Outcome
from pgready.reports.again import audit_again
from pgready.reports.blocks import Block, Check, Checklist, CheckSection, Line, Prose, Stack, State
from pgready.reports.grouping import by_cause
from pgready.reports.lines import bad, code, count, good, line, listing, open_, section
from pgready.reports.not_run import by_reason, rule_ranges
from pgready.reports.view import View
from pgready.verdict import AuditResult, Verdict, blocks, did_not_run

__all__ = ["next_steps"]

_ISSUES = section("Potential issues and resolutions", "the issues above")
_LIST = section("Deployment checklist", "the checklist")
_UNCHECKED = section("What was not checked")
_REASONS = 5
_Step = tuple[Line, str | None]


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


def _steps(audit: AuditResult) -> tuple[_Step, ...]:
    ready = audit.verdict is Verdict.READY
    return (
        *_repair(audit),
        *_required(audit),
        *_optional(audit),
        *(_kept(audit) if ready else _again(audit)),
        (line("Deploy, step by step, with ", _LIST), None),
        (line("Watch the application and the database afterwards, as the list says"), None),
    )


def _repair(audit: AuditResult) -> tuple[_Step, ...]:
    causes = sum(any(blocks(it, audit.policy) for it in group.findings) for group in by_cause(audit))
    said = line(f"Resolve {count(causes, 'cause')} that block{'s' * (causes == 1)}: see ", _ISSUES)
    return ((said, None),) if causes else ()


def _required(audit: AuditResult) -> tuple[_Step, ...]:
    """What the verdict waits for, by reason, each with what makes it run; then the places that could not be read."""
    missing = [check for check in audit.checks if did_not_run(check, audit.policy)]
    first, waiting = _of_the_deploy(missing, audit)
    reasons = list(by_reason([*first, *(check for check in missing if check not in (*first, *waiting))]).items())
    steps = [_let(checks, why, audit) for why, checks in reasons[:_REASONS]]
    if waiting:
        number, rules = count(len(waiting), "required check"), rule_ranges(check.rule for check in waiting)
        verb = "waits" if len(waiting) == 1 else "wait"
        steps.insert(len(first), line(f"{number} ({rules}) {verb} for a clean deploy that runs to its end"))
    if len(reasons) > _REASONS:
        left = sum(len(checks) for _, checks in reasons[_REASONS:])
        steps.append(line(f"Let {count(left, 'more required check')} run: see ", _UNCHECKED))
    absent = sorted(audit.policy.required - {check.rule for check in audit.checks})
    if absent:
        steps.append(line(f"{rule_ranges(absent)} are required, and this version has no such check"))
    if audit.opaque:
        steps.append(_unreadable(audit))
    return tuple((said, None) for said in steps)


def _of_the_deploy(missing: list[CheckResult], audit: AuditResult) -> tuple[list[CheckResult], list[CheckResult]]:
    """RES001, and what cannot be known before a deploy that stopped runs to its end."""
    if audit.rehearsal is None or audit.rehearsal.complete:
        return [], []
    first = [check for check in missing if check.rule == "RES001"]
    return first, [check for check in missing if check.rule.startswith(("INV", "RES")) and check not in first]


def _let(checks: list[CheckResult], why: str, audit: AuditResult) -> Line:
    rules = rule_ranges(check.rule for check in checks)
    verb = "required check" if len(checks) == 1 else "required checks"
    return line(f"Let {len(checks)} {verb} run ({rules}), which did not: {why}", *_cure(checks, audit))


def _cure(checks: list[CheckResult], audit: AuditResult) -> Line:
    """What makes a check run, where its cause is known from the audit."""
    rules = {check.rule for check in checks}
    base = audit.deployment.unlike_base
    if base and rules & {"DES001", "LCK001", "CMP003"}:
        return line(". Restore the file as the revision has it: ", listing(base, _REASONS))
    if audit.rehearsal is None and rules & {"RES001", "INV001"}:
        return line(". Audit with a rehearsal: without ", code("--no-rehearse"), ", see ", code("pgready doctor"))
    if any(check.outcome is Outcome.ERRORED for check in checks):
        return line(". That is an error of pgready: report it")
    if audit.rehearsal is not None and "RES001" in rules:
        return line(". Give the rehearsal a server that has what the migrations need: ", code("--postgres PATH"))
    return ()


def _unreadable(audit: AuditResult) -> Line:
    number = count(len(audit.opaque), "place")
    return line(
        f"Write {number} so that it can be read, without dynamic SQL and with a plain condition: "
        if len(audit.opaque) == 1
        else f"Write {number} so that they can be read, without dynamic SQL and with plain conditions: ",
        listing(audit.opaque, _REASONS),
    )


def _optional(audit: AuditResult) -> tuple[_Step, ...]:
    idle = [check for check in audit.checks if check.outcome in (Outcome.SKIPPED, Outcome.ERRORED)]
    number = sum(not did_not_run(check, audit.policy) for check in idle)
    said = line(f"Decide whether you need the {count(number, 'other check')} that did not run: see ", _UNCHECKED)
    return ((said, None),) if number else ()


def _kept(audit: AuditResult) -> tuple[_Step, ...]:
    """What was found and does not block is still there."""
    found = [finding for finding in audit.findings if not finding.described]
    accepted = sum(finding.suppressed is not None for finding in found)
    number = count(len(found), "finding") + (f", {accepted} of them accepted" if accepted else "")
    return ((line(f"Know what is deployed with {number}: see ", _ISSUES), None),) if found else ()


def _again(audit: AuditResult) -> tuple[_Step, ...]:
    """The audit of the same deployment: of another one READY would say nothing about this."""
    told = line("Audit the same deployment again, in the directory of the project, until the verdict is ")
    command = audit_again(audit)
    more = "" if command else ": give the options that this audit was given"
    return ((line(*told, code("READY"), more), command),)
