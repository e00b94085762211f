"""Checks: pure functions from the evidence to outcomes, one module per family, rules as data beside them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from pgready.checks import clashes, history, inventory, isolation, resilience
from pgready.checks.gathered import Check, Gathered
from pgready.config import Suppression
from pgready.findings import CheckResult, Finding, Outcome, Rule

__all__ = ["CHECKS", "RULES", "Gathered", "run_checks"]

CHECKS: tuple[Check, ...] = tuple(
    sorted(
        (*clashes.CHECKS, *history.CHECKS, *inventory.CHECKS, *isolation.CHECKS, *resilience.CHECKS),
        key=lambda check: check.rule.id,
    )
)
RULES: dict[str, Rule] = {check.rule.id: check.rule for check in CHECKS}


def run_checks(gathered: Gathered, *, today: date) -> Iterator[CheckResult]:
    """The outcome of every rule, ordered by id; a check that breaks is ERRORED, never a pass.

    Severities of the policy are applied, and findings that somebody has accepted carry the reason (until the
    suppression expires).
    """
    for check in CHECKS:
        result = _run(check, gathered)
        yield replace(result, findings=tuple(_weigh(found, gathered, today) for found in result.findings))


def _run(check: Check, gathered: Gathered) -> CheckResult:
    try:
        return check.judge(gathered)
    except Exception as error:  # noqa: BLE001  # a bug in one check must not hide the others, nor count as a pass
        why = f"internal error in {check.rule.id}: {type(error).__name__}: {error}"
        return CheckResult(rule=check.rule.id, outcome=Outcome.ERRORED, why=why)


def _weigh(found: Finding, gathered: Gathered, today: date) -> Finding:
    policy, config = gathered.config.policy, gathered.config
    accepted = next((each.reason for each in config.suppressions if _accepts(each, found, today)), None)
    return replace(
        found, severity=policy.severities.get(found.rule, found.severity), suppressed=accepted or found.suppressed
    )


def _accepts(suppression: Suppression, found: Finding, today: date) -> bool:
    current = suppression.expires is None or suppression.expires >= today
    return current and suppression.rule == found.rule and suppression.object == found.object
