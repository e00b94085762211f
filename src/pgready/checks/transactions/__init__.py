"""RES008, RES010, RES011: what a file does to its transaction and to its connection."""

from collections.abc import Callable, Iterator

from pgready.checks.counts import counted
from pgready.checks.gathered import Check, Gathered, failed_or_passed
from pgready.checks.transactions.alone import res011
from pgready.checks.transactions.enum_values import res010
from pgready.checks.transactions.leaks import res008
from pgready.checks.transactions.rules import RES008, RES010, RES011
from pgready.findings import CheckResult, Evidence, Finding, Outcome, Rule
from pgready.model.history import History

__all__ = ["CHECKS"]

_READ = (Evidence.READ,)


def _res008(gathered: Gathered) -> CheckResult:
    return failed_or_passed(RES008, list(res008(gathered)), looked_at=counted(len(gathered.scripts), "migration"))


def _on_history(rule: Rule, judge: Callable[[Gathered, History], Iterator[Finding]]) -> Check:
    """A check that judges the history; without one it is skipped."""

    def check(gathered: Gathered) -> CheckResult:
        if gathered.history is None:
            return CheckResult(rule=rule.id, outcome=Outcome.SKIPPED, why="the history was not replayed")
        apart = len(gathered.by_statement)
        how = f", {apart} of them sent statement by statement" if apart else ", each as one transaction"
        looked = f"{counted(len(gathered.scripts), 'migration')}{how}"
        evidence = rule.evidence if gathered.rehearsal is not None else _READ
        return failed_or_passed(rule, list(judge(gathered, gathered.history)), looked_at=looked, evidence=evidence)

    return Check(rule=rule, judge=check)


CHECKS = (
    Check(rule=RES008, judge=_res008),
    _on_history(RES010, res010),
    _on_history(RES011, res011),
)
