"""What is claimed of a deployment, and whether the checks bear it out: the lines of a summary and of a checklist.

A claim is true only when every rule that could contradict it was checked and passed. What was accepted is still there,
and what a rehearsal saw until it stopped, or with tables that stayed empty, is a part. The words for what was seen are
those of the checks.
"""

import re
from dataclasses import dataclass, replace

from pgready.findings import CheckResult, Evidence, Finding, Outcome
from pgready.model.trace import RunOutcome
from pgready.reports.blocks import Line, State
from pgready.reports.lines import bad, count, good, line, muted, open_, section, warn
from pgready.reports.not_run import rule_ranges
from pgready.verdict import AuditResult, blocks

__all__ = ["Claim", "accepted", "blocked", "claim_row", "idle_of", "mark_of", "results_of", "seen_of", "state_of"]

# "16 findings; 24 of 40 tables": a share says it alone.
_SHARE = re.compile(r"^\d+ findings?; ((\d+) of (\d+) .*)$", re.DOTALL)
_IDLE = (Outcome.SKIPPED, Outcome.ERRORED)
_ON_ROWS = ("DES008", "DES009")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that is true when all its rules passed; `section` is where the report tells more.

    Without a rule nothing looks at it, and `why` says so.
    """

    text: str
    rules: tuple[str, ...]
    section: str = ""
    why: str = ""


def results_of(claim: Claim, audit: AuditResult) -> tuple[CheckResult, ...]:
    """The results of its rules, as far as the audit has them, in their order."""
    results = {check.rule: check for check in audit.checks}
    return tuple(results[rule] for rule in claim.rules if rule in results)


def state_of(claim: Claim, audit: AuditResult) -> State:
    """CROSSED as soon as one rule found something, accepted or not; TICKED when all its rules ran whole and passed."""
    results = results_of(claim, audit)
    if any(_speaks(check) for check in results):
        return State.CROSSED
    whole = bool(claim.rules) and len(results) == len(claim.rules)
    return State.TICKED if whole and not idle_of(claim, audit) else State.OPEN


def _speaks(check: CheckResult) -> bool:
    """Whether it found something, also one that could not look at everything; what describes the history is nothing."""
    return check.outcome is Outcome.FAILED or bool(_found(check))


def _found(check: CheckResult) -> list[Finding]:
    return [finding for finding in check.findings if not finding.described]


def idle_of(claim: Claim, audit: AuditResult) -> tuple[CheckResult, ...]:
    """The results of those rules that did not run, or not on everything; `why` says what was not looked at."""
    return tuple(
        check if check.outcome in _IDLE else replace(check, why=lacks)
        for check in results_of(claim, audit)
        if (lacks := _lacks(check, audit)) or check.outcome in _IDLE
    )


def _lacks(check: CheckResult, audit: AuditResult) -> str:
    """What a check that passed did not look at, as the rehearsal tells; empty when it looked at all of it."""
    rehearsal = audit.rehearsal
    if rehearsal is None or check.outcome is not Outcome.PASSED:
        return ""
    if check.evidence == (Evidence.REHEARSED,) and not rehearsal.complete:
        return f"the clean deploy stopped; as far as it came: {check.why}"
    rows = rehearsal.rows
    if check.rule in _ON_ROWS and rows is not None and rows.unseeded:
        tables = len(rows.unseeded) + rows.seeded
        return f"{len(rows.unseeded)} of {count(tables, 'table')} stayed empty, so nothing is known of their rows"
    return ""


def blocked(claim: Claim, audit: AuditResult) -> bool:
    """Whether one of its rules has a finding that blocks."""
    return any(blocks(finding, audit.policy) for check in results_of(claim, audit) for finding in check.findings)


def accepted(claim: Claim, audit: AuditResult) -> bool:
    """Whether something was found and all of it is accepted: it is still there."""
    found = [finding for check in results_of(claim, audit) for finding in _found(check)]
    return bool(found) and all(finding.suppressed is not None for finding in found)


def mark_of(claim: Claim, audit: AuditResult) -> Line:
    """Yes, no, nearly (nothing that was found blocks), or not checked."""
    state = state_of(claim, audit)
    if state is State.TICKED:
        return line(good("yes"))
    if state is State.OPEN:
        return line(open_("partly checked" if _some(claim, audit) else "not checked"))
    if blocked(claim, audit):
        return line(bad("no"))
    return line(warn("not quite: accepted" if accepted(claim, audit) else "not quite"))


def _some(claim: Claim, audit: AuditResult) -> bool:
    """Whether a part is known; without a deploy that was tried (RES001) the other rules say nothing of its end."""
    rehearsal = audit.rehearsal
    ran = rehearsal is not None and any(run.outcome is RunOutcome.APPLIED for run in rehearsal.runs)
    results = results_of(claim, audit)
    if any(check.rule == "RES001" and check.outcome in _IDLE for check in results):
        return False
    return any(check.outcome is Outcome.PASSED and (ran or not _lacks(check, audit)) for check in results)


def seen_of(claim: Claim, audit: AuditResult) -> str:
    """What was seen, in the words of the checks: of those that found something, then why some did not run.

    Where all of them passed, the words of the first.
    """
    results = results_of(claim, audit)
    idle = idle_of(claim, audit)
    against = [check for check in results if _speaks(check)]
    whys = [_told(check) for check in against] or [check.why for check in idle or results[:1]]
    blind = [check.rule for check in idle if check not in against] if against else []
    unseen = [f"{rule_ranges(blind)} did not run, or not on everything"] if blind else []
    return "; ".join(dict.fromkeys([*whys, *unseen])) or claim.why or "this check does not exist in this audit"


def _told(check: CheckResult) -> str:
    """The words of a check that found something: a share says alone how many, but not where nothing is missing."""
    share = _SHARE.match(check.why)
    why = share[1] if share and share[2] != share[3] else check.why
    found = _found(check)
    number = sum(finding.suppressed is not None for finding in found)
    return why + (f" ({'' if number == len(found) else f'{number} '}accepted)" if number else "")


def claim_row(claim: Claim, audit: AuditResult, seen: str = "") -> tuple[Line, ...]:
    """Claim, whether it is so, what was `seen` (in the words of the checks, when it is empty), and where to read on."""
    rules = rule_ranges(claim.rules)
    more = section(claim.section) if claim.section else ""
    between = ", " if rules and more else ""
    return (
        line(claim.text),
        mark_of(claim, audit),
        line(seen or seen_of(claim, audit)),
        line(more, muted(between + rules) if rules else ""),
    )
