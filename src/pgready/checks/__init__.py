"""Checks: pure functions from the evidence to outcomes, one module per family, rules as data beside them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from pgready.checks import (
    clashes,
    clean_deploy,
    compatibility,
    destruction,
    existing_rows,
    hidden_shapes,
    history,
    inventory,
    isolation,
    locks,
    on_rows,
    partial_states,
    resilience,
    second_run,
    structure,
    suppressions,
    transactions,
)
from pgready.checks.gathered import Check, Gathered
from pgready.checks.suppressions import Acceptance, judge_suppressions, weigher
from pgready.findings import CheckResult, Evidence, Finding, Outcome, Rule
from pgready.verdict import Policy

__all__ = ["CHECKS", "RULES", "Gathered", "run_checks"]

CHECKS: tuple[Check, ...] = tuple(
    sorted(
        (
            *(*clashes.CHECKS, *history.CHECKS, *inventory.CHECKS, *isolation.CHECKS),
            *(
                *clean_deploy.CHECKS,
                *resilience.CHECKS,
                *second_run.CHECKS,
                *hidden_shapes.CHECKS,
                *partial_states.CHECKS,
            ),
            *(
                *locks.CHECKS,
                *transactions.CHECKS,
                *destruction.CHECKS,
                *on_rows.CHECKS,
                *existing_rows.CHECKS,
                *compatibility.CHECKS,
                *structure.CHECKS,
            ),
        ),
        key=lambda check: check.rule.id,
    )
)
_REHEARSED = frozenset(check.rule.id for check in CHECKS if Evidence.REHEARSED in check.rule.evidence)
RULES: dict[str, Rule] = {rule.id: rule for rule in (*(check.rule for check in CHECKS), *suppressions.RULES)}


def run_checks(gathered: Gathered, *, today: date) -> Iterator[CheckResult]:
    """The outcome of every rule, ordered by id; a check that breaks is ERRORED, never a pass.

    Severities of the policy are applied, and findings that somebody has accepted carry the reason (until the
    suppression expires). What is accepted is judged itself, when all others have run (SUP001 to SUP003).
    """
    policy, acceptance = gathered.config.policy, _acceptance(gathered, today)
    accept = weigher(acceptance)
    results = [_run(check, gathered) for check in CHECKS]
    results = [_each(result, lambda found: accept(_weigh(found, policy))) for result in results]
    results += (_each(result, lambda found: _weigh(found, policy)) for result in _late(acceptance, results))
    return iter(sorted(results, key=lambda result: result.rule))


def _acceptance(gathered: Gathered, today: date) -> Acceptance:
    accepted = (*gathered.comments.suppressions, *gathered.config.suppressions)
    return Acceptance(
        today=today,
        suppressions=accepted,
        faults=gathered.comments.faults,
        deployment=gathered.deployment,
        files={migration.file: migration.name for migration in gathered.migrations} if accepted else {},
        partial=frozenset() if gathered.rehearsal else _REHEARSED,
    )


def _each(result: CheckResult, change: Callable[[Finding], Finding]) -> CheckResult:
    return replace(result, findings=tuple(map(change, result.findings)))


def _late(acceptance: Acceptance, results: Sequence[CheckResult]) -> Iterable[CheckResult]:
    try:
        return judge_suppressions(acceptance, results)
    except Exception as error:  # noqa: BLE001  # as below
        return [_errored(rule, error) for rule in suppressions.RULES]


def _run(check: Check, gathered: Gathered) -> CheckResult:
    try:
        return check.judge(gathered)
    except Exception as error:  # noqa: BLE001  # a bug in one check must not hide the others, nor count as a pass
        return _errored(check.rule, error)


def _errored(rule: Rule, error: Exception) -> CheckResult:
    why = f"internal error in {rule.id}: {type(error).__name__}: {error}"
    return CheckResult(rule=rule.id, outcome=Outcome.ERRORED, why=why)


def _weigh(found: Finding, policy: Policy) -> Finding:
    """The severity that the policy asks for; what only describes the history stays a note."""
    severity = found.severity if found.described else policy.severities.get(found.rule, found.severity)
    return found if severity == found.severity else replace(found, severity=severity)
