"""What a check may look at: values only, never a file, a database or a figure."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pgready.config import Config
from pgready.findings import CheckResult, Confidence, Evidence, Finding, Outcome, Rule, Severity
from pgready.model.deployment import Deployment
from pgready.model.effects import Script
from pgready.model.groups import ContractVerdict, Crossing, DeclaredCrossing, Grouping
from pgready.model.history import History
from pgready.model.location import Location
from pgready.model.migration import Migration
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema
from pgready.model.suppressions import Comments
from pgready.model.trace import Rehearsal, Skip

__all__ = [
    "Check",
    "Gathered",
    "as_far_as_it_ran",
    "failed_or_passed",
    "finding",
    "incomplete",
    "not_given",
    "on_rehearsal",
    "once",
]

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All the evidence of one audit; `rehearsal` is None when there is none, and `rehearsal_skipped` says why.

    `opaque` are places whose guards cannot be read and whose effect did not happen. `by_statement` are
    the migrations that the project's Prisma sends statement by statement, not whole. `lock_provider` is what
    migration_lock.toml names. `external_tables` and `external_enums` are managed by somebody else, says Prisma's
    configuration; `external_notes` are places of it that cannot be read. `comments` are what
    comments of migrations accept. `deployment` says which migrations are about
    to run; `history` is what the migrations do to each object, None when it was not replayed.
    `strays` are SQL files in the migrations directory that Prisma never runs.
    """

    config: Config
    declared: Schema
    migrations: tuple[Migration, ...]
    scripts: tuple[Script, ...] = ()
    grouping: Grouping = field(default_factory=Grouping)
    crossings: tuple[Crossing, ...] = ()
    contracts: tuple[ContractVerdict, ...] = ()
    stale_crossings: tuple[DeclaredCrossing, ...] = ()
    unknown_in_contracts: tuple[tuple[str, str], ...] = ()
    rehearsal: Rehearsal | None = None
    rehearsal_skipped: str | None = None
    skips: tuple[Skip, ...] = ()
    opaque: tuple[str, ...] = ()
    by_statement: frozenset[str] = frozenset()
    lock_provider: str | None = None
    external_tables: frozenset[QualifiedName] = frozenset()
    external_enums: frozenset[QualifiedName] = frozenset()
    external_notes: tuple[tuple[Location, str], ...] = ()
    deployment: Deployment = field(default_factory=Deployment)
    comments: Comments = field(default_factory=Comments)
    history: History | None = None
    strays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule and the pure function that judges it."""

    rule: Rule
    judge: Callable[[Gathered], CheckResult]


def once(make: Callable[[Gathered], _Value]) -> Callable[[Gathered], _Value]:
    """A function that makes its value once for all rules that judge the same audit; only the last one is kept."""
    last: list[tuple[Gathered, _Value]] = []

    def made(gathered: Gathered) -> _Value:
        for known, value in last:
            if known is gathered:
                return value
        value = make(gathered)
        last[:] = [(gathered, value)]
        return value

    return made


def finding(
    rule: Rule,
    *,
    object: str,  # noqa: A002  # the word of the vocabulary and of audit.json
    message: str,
    evidence: Evidence | None = None,
    severity: Severity | None = None,
    confidence: Confidence = Confidence.HIGH,
    location: Location | None = None,
    fix: str | None = None,
    described: bool = False,
) -> Finding:
    """A finding with what its rule says unless told otherwise (evidence: the rule's last, its strongest)."""
    return Finding(
        rule=rule.id,
        severity=rule.severity if severity is None else severity,
        evidence=evidence or rule.evidence[-1],
        object=object,
        message=message,
        fix=fix or rule.fix,
        confidence=confidence,
        location=location,
        described=described,
    )


def failed_or_passed(
    rule: Rule, findings: list[Finding], *, looked_at: str, evidence: tuple[Evidence, ...] | None = None
) -> CheckResult:
    """FAILED when a finding does more than describe the history, else PASSED with what was looked at."""
    judged = sum(not found.described for found in findings)
    told = f"; {len(findings) - judged} more in the history" if len(findings) > judged else ""
    count = f"{judged} finding{'' if judged == 1 else 's'}; {looked_at}"
    return CheckResult(
        rule=rule.id,
        outcome=Outcome.FAILED if judged else Outcome.PASSED,
        why=(count if judged else looked_at) + told,
        evidence=rule.evidence if evidence is None else evidence,
        findings=tuple(findings),
    )


def incomplete(result: CheckResult, why: str) -> CheckResult:
    """A check that found what it says but could not look at everything: never a pass, whatever its findings are."""
    return replace(result, outcome=Outcome.SKIPPED, why=f"{why}; {result.why}")


def as_far_as_it_ran(result: CheckResult, rehearsal: Rehearsal) -> CheckResult:
    """A check of the migrations that ran: findings stand, but it is no pass where the deploy stopped before its end."""
    if rehearsal.complete or result.outcome is not Outcome.PASSED:
        return result
    return incomplete(
        result, "the clean deploy did not finish (RES001), so the migrations that did not run are not known"
    )


def not_given(rule: Rule, why: str) -> CheckResult:
    """Skipped because what the rule judges was not given; listed as not checked."""
    return CheckResult(rule=rule.id, outcome=Outcome.SKIPPED, why=why, given=False)


def on_rehearsal(rule: Rule, judge: Callable[[Gathered, Rehearsal], CheckResult], *, complete: bool = True) -> Check:
    """A check that needs a rehearsal, by default one in which every migration was applied; else it is skipped.

    After a failed deployment everything later is missing: one finding (RES001) says so, not a hundred.
    """

    def check(gathered: Gathered) -> CheckResult:
        rehearsal = gathered.rehearsal
        if rehearsal is None:
            why = gathered.rehearsal_skipped or "no rehearsal was made"
        elif complete and not rehearsal.complete:
            why = "the clean deploy did not finish (RES001), so what it would have made is not known"
        else:
            return judge(gathered, rehearsal)
        return CheckResult(rule=rule.id, outcome=Outcome.SKIPPED, why=why)

    return Check(rule=rule, judge=check)
