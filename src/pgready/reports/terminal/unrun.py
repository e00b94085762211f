"""Checks that did not run, as a terminal names them: one line for each reason, with the rules behind it."""

from collections.abc import Iterator, Sequence

from pgready.findings import CheckResult, Outcome
from pgready.reports.lines import count
from pgready.reports.not_run import by_reason, rule_ranges
from pgready.reports.terminal.row import Row, folded
from pgready.reports.visible import visible
from pgready.verdict import AuditResult, did_not_run

__all__ = ["unrun"]

_SHARED = 3


def unrun(result: AuditResult, *, width: int | None, where: str | None) -> Iterator[Row]:
    """What had to run and did not, then what was not given: each rule once, counted, with the reason.

    Reasons for which a setting was not given are told when several rules share them; the others are one line that says
    `where` they stand (None: told all the same). `width` is that of the terminal, None when nothing is to be folded.
    """
    missing = [check for check in result.checks if did_not_run(check, result.policy)]
    not_given = [check for check in result.checks if check.outcome is Outcome.SKIPPED and check not in missing]
    for why, checks in by_reason(missing).items():
        yield from _line(checks, "did not run", why, width=width, style="yellow")
    told: list[CheckResult] = []
    for why, checks in by_reason(not_given).items():
        if where is None or len(checks) >= _SHARED:
            told += checks
            yield from _line(checks, "not checked", why, width=width, style="dim")
    left = [check for check in not_given if check not in told]
    if left:
        rules = f"{rule_ranges(check.rule for check in left)} ({where} says what)"
        head = f"{len(left)} not checked, nothing was given for {'it' if len(left) == 1 else 'them'}: "
        yield from folded((head, "dim"), rules, width=width, style="dim")


def _line(checks: Sequence[CheckResult], what: str, why: str, *, width: int | None, style: str) -> Iterator[Row]:
    if len(checks) == 1:
        return folded((f"{checks[0].rule} {what}: ", style), visible(why), width=width, style=style)
    rules = rule_ranges(check.rule for check in checks)
    number = count(len(checks), "check") if what.startswith("did") else str(len(checks))
    return folded((f"{number} {what}: ", style), f"{visible(why)} ({rules})", width=width, style=style)
