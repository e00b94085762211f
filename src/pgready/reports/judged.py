"""What is claimed of a deployment, and whether the checks bear it out: the lines of a summary and of a checklist.

A claim is true only when every rule that could contradict it was checked and passed. The words for what was seen are
those of the checks.
"""

import re
from dataclasses import dataclass

from pgready.findings import CheckResult, Outcome
from pgready.reports.blocks import Line, State
from pgready.reports.lines import bad, good, line, muted, open_, section, warn
from pgready.reports.not_run import rule_ranges
from pgready.verdict import AuditResult, blocks

__all__ = ["Claim", "blocked", "claim_row", "idle_of", "mark_of", "results_of", "seen_of", "state_of"]

# "16 findings; 24 of 40 tables": a share says it alone.
_SHARE = re.compile(r"^\d+ findings?; (\d+ of \d+ .*)$", re.DOTALL)
_IDLE = (Outcome.SKIPPED, Outcome.ERRORED)


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
    """CROSSED as soon as one rule failed, TICKED when there are rules and all of them passed, else OPEN."""
    results = results_of(claim, audit)
    if any(check.outcome is Outcome.FAILED for check in results):
        return State.CROSSED
    whole = bool(claim.rules) and len(results) == len(claim.rules)
    return State.TICKED if whole and not idle_of(claim, audit) else State.OPEN


def idle_of(claim: Claim, audit: AuditResult) -> tuple[CheckResult, ...]:
    """The results of those rules that did not run."""
    return tuple(check for check in results_of(claim, audit) if check.outcome in _IDLE)


def blocked(claim: Claim, audit: AuditResult) -> bool:
    """Whether one of its rules has a finding that blocks."""
    return any(blocks(finding, audit.policy) for check in results_of(claim, audit) for finding in check.findings)


def mark_of(claim: Claim, audit: AuditResult) -> Line:
    """Yes, no, nearly (nothing that was found blocks), or not checked."""
    state = state_of(claim, audit)
    if state is State.TICKED:
        return line(good("yes"))
    if state is State.OPEN:
        some = any(check.outcome is Outcome.PASSED for check in results_of(claim, audit))
        return line(open_("partly checked" if some else "not checked"))
    return line(bad("no") if blocked(claim, audit) else warn("not quite"))


def seen_of(claim: Claim, audit: AuditResult) -> str:
    """What was seen, in the words of the checks: of those that failed, else why some did not run, else of the first."""
    results = results_of(claim, audit)
    failed = [check for check in results if check.outcome is Outcome.FAILED]
    told = failed or idle_of(claim, audit) or results[:1]
    whys = dict.fromkeys(_SHARE.sub(r"\1", check.why) for check in told)
    return "; ".join(whys) or claim.why or "this check does not exist in this audit"


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
