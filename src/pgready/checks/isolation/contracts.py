"""ISO001, ISO007 and ISO008: the contracts, what is accepted of what breaks them, and those that say nothing."""

from collections.abc import Sequence

from pgready.checks.gathered import Check, Gathered, failed_or_passed, finding, not_given, on_rehearsal
from pgready.checks.isolation.known import Known, config_file
from pgready.checks.isolation.rules import ISO001, ISO007, ISO008
from pgready.findings import CheckResult, Confidence, Evidence, Finding
from pgready.model.contracts import ContractKind, Violation
from pgready.model.groups import ContractOutcome, ContractVerdict, Crossing, CrossingVerdict, DeclaredCrossing
from pgready.model.trace import Rehearsal
from pgready.model.unkeyed import Likelihood, ReferenceRule

__all__ = ["CHECKS"]

_OF_TABLES = {
    ContractKind.MUST_REFERENCE,
    ContractKind.KEYED_BY,
    ContractKind.UNIQUE_NAMES,
    ContractKind.EXHAUSTIVE,
}


def iso001(gathered: Gathered) -> CheckResult:
    """What breaks a contract; the contracts that hold are counted, vacuous and baselined ones are named."""
    if not gathered.config.contracts:
        return not_given(ISO001, "pgready.toml has no [[contracts]]")
    forbidden = [it for it in gathered.crossings if it.verdict is CrossingVerdict.FORBIDDEN]
    findings = [*map(_crossing, forbidden), *_violations(gathered)]
    evidence = ISO001.evidence if gathered.rehearsal is not None else (Evidence.READ,)
    return failed_or_passed(ISO001, findings, looked_at=_looked(gathered.contracts), evidence=evidence)


def _looked(verdicts: Sequence[ContractVerdict]) -> str:
    kept = [verdict for verdict in verdicts if verdict.passed]
    looked = f"{len(kept)} of {len(verdicts)} contracts hold"
    for outcome, words in (
        (ContractOutcome.VACUOUS, "vacuous, as nothing could break it"),
        (ContractOutcome.BASELINED, "but for what the baseline tolerates"),
    ):
        if names := [verdict.contract.name for verdict in kept if verdict.outcome is outcome]:
            looked += f" ({words}: {', '.join(names)})"
    return looked


def _crossing(crossing: Crossing) -> Finding:
    return finding(
        ISO001,
        object=crossing.foreign_key.qualified_name,
        message=f"{crossing.foreign_key} crosses from {crossing.from_group} to {crossing.to_group}: "
        f"{crossing.reason}{_standing(crossing)}",
        evidence=Evidence.REHEARSED if crossing.rehearsed else Evidence.READ,
        location=crossing.foreign_key.location,
    )


def _standing(crossing: Crossing) -> str:
    if crossing.rehearsed is False:
        return " (declared; a clean deploy does not make it)"
    if not crossing.declared:
        return " (made by the migrations; no relation declares it)"
    if crossing.made_on_delete not in {None, crossing.foreign_key.on_delete}:
        return f" (ON DELETE: declared {crossing.foreign_key.on_delete.value}, made {crossing.made_on_delete})"
    return ""


def _violations(gathered: Gathered) -> list[Finding]:
    """One finding per violation, with all the contracts that it breaks."""
    broken: dict[Violation, list[str]] = {}
    for verdict in gathered.contracts:
        for violation in verdict.violations:
            broken.setdefault(violation, []).append(verdict.contract.name)
    known = Known(gathered=gathered)
    return [_violation(violation, names, known) for violation, names in broken.items()]


def _violation(violation: Violation, contracts: Sequence[str], known: Known) -> Finding:
    quoted = " and ".join(f'"{name}"' for name in contracts)
    maybe = violation.rule is not None and ReferenceRule(violation.rule).likelihood is not Likelihood.LIKELY
    return finding(
        ISO001,
        object=violation.object,
        message=f"{violation.sentence}: breaks the contract{'' if len(contracts) == 1 else 's'} {quoted}",
        evidence=max((known.evidence(table) for table in violation.tables), default=Evidence.READ, key=_strength),
        confidence=Confidence.MEDIUM if maybe else Confidence.HIGH,
        location=violation.location,
        fix=_FIXES.get(bool(violation.edges)),
    )


def _strength(evidence: Evidence) -> int:
    return tuple(Evidence).index(evidence)


_FIXES = {
    False: "Change the table or the contract, or accept it under [[suppressions]] with a reason.",
    True: "Give up the reference, move a table, or accept it under [[crossings]] or in the baseline with a reason.",
}


def iso007(gathered: Gathered, _: Rehearsal) -> CheckResult:
    """Accepted crossings that match no reference, and entries of the baseline that tolerate nothing."""
    # An entry that means several references is told by ISO009.
    ambiguous = Known(gathered=gathered).accepted.ambiguous
    findings = [
        finding(
            ISO007,
            object=entry.tolerated,
            message=_why_stale(entry),
            location=entry.location or config_file(gathered),
            fix="Delete the line, or run `pgready baseline --update`." if entry.baselined else None,
        )
        for entry in gathered.stale_crossings
        if entry not in ambiguous
    ]
    tolerated = sum(entry.baselined for entry in gathered.config.crossings)
    declared = len(gathered.config.crossings) - tolerated
    looked = f"{declared} declared crossing{'' if declared == 1 else 's'}"
    looked += f", {tolerated} of the baseline" if tolerated else ""
    return failed_or_passed(ISO007, findings, looked_at=looked)


def _why_stale(entry: DeclaredCrossing) -> str:
    if entry.baselined:
        cascade = "the cascade of " if entry.cascade else ""
        return f"no contract is broken by {cascade}{entry.edge}"
    return f"no {'column without a ' if '?->' in entry.edge else ''}foreign key is {entry.edge}"


def _iso007_if_given(gathered: Gathered) -> CheckResult:
    """Only a complete rehearsal can say that neither the schema nor the migrations have the key."""
    if not gathered.config.crossings:
        return not_given(ISO007, "pgready.toml has no [[crossings]], and there is no baseline")
    return on_rehearsal(ISO007, iso007).judge(gathered)


def iso008(gathered: Gathered) -> CheckResult:
    """Contracts that hold because there is nothing that could break them."""
    if not gathered.config.contracts:
        return not_given(ISO008, "pgready.toml has no [[contracts]]")
    known = Known(gathered=gathered)
    findings = [
        finding(
            ISO008,
            object=verdict.contract.name,
            message=f'the contract "{verdict.contract.name}" holds, but {_why_vacuous(verdict, known)}',
            location=config_file(gathered),
        )
        for verdict in gathered.contracts
        if verdict.outcome is ContractOutcome.VACUOUS
    ]
    count = len(gathered.contracts)
    looked = f"{count} contract{'' if count == 1 else 's'}"
    evidence = ISO008.evidence if gathered.rehearsal is not None else (Evidence.READ,)
    return failed_or_passed(ISO008, findings, looked_at=looked, evidence=evidence)


def _why_vacuous(verdict: ContractVerdict, known: Known) -> str:
    contract, ground = verdict.contract, known.ground
    if contract.kind in _OF_TABLES:
        return "there is no table that it could judge"
    protects = contract.kind is ContractKind.PROTECTED
    if protects and not any(ground.is_named(contract.tables, table) for table in ground.group_of):
        return f"there is no table {' or '.join(contract.tables)}"
    owners = {ground.group(merged.foreign_key.table) for merged in known.merged}
    if not protects and (owners if not contract.groups else owners.intersection(contract.groups)):
        return "there is no table to which a reference would break it"
    if contract.kind is ContractKind.PROTECTED:
        return f"nobody who may not refer to {', '.join(contract.tables)} has any foreign key"
    whose = f"the tables of {', '.join(contract.groups)} have" if contract.groups else "there are"
    return f"{whose} no foreign keys at all, inside or out"


CHECKS = (
    Check(rule=ISO001, judge=iso001),
    Check(rule=ISO007, judge=_iso007_if_given),
    Check(rule=ISO008, judge=iso008),
)
