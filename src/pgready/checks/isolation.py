"""ISO: do the feature groups keep what they promise about each other?"""

from pgready.checks.gathered import Check, Gathered, failed_or_passed, finding, not_given, on_rehearsal
from pgready.findings import CheckResult, Evidence, Rule, Severity
from pgready.model.groups import Crossing, CrossingVerdict
from pgready.model.location import Location
from pgready.model.trace import Rehearsal

__all__ = ["CHECKS"]

_SOURCE = "Architecture contracts on dependencies (Parnas 1972; import-linter does the same for modules)."

ISO001 = Rule(
    id="ISO001",
    title="A foreign key between groups that a contract forbids",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ, Evidence.REHEARSED),
    condition="A key goes from a table of one group to a table of another, and a contract of pgready.toml forbids it.",
    effect="The groups cannot be deployed, deleted or moved on their own, although somebody relies on that.",
    fix="Remove the key, move the table, or accept it under [[crossings]] with a reason.",
    source=_SOURCE,
)
ISO003 = Rule(
    id="ISO003",
    title="A table stands in no group or in several",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="[groups] of pgready.toml does not list the table, or several groups list it by name.",
    effect="Contracts do not judge its keys, or judge them by the wrong group.",
    fix="List the table in exactly one group.",
    source=_SOURCE,
)
ISO007 = Rule(
    id="ISO007",
    title="A declared crossing that no longer exists",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="[[crossings]] accepts a foreign key that neither the schema nor the migrations have.",
    effect="The exception waits for somebody to use it again unseen.",
    fix="Delete the entry.",
    source=_SOURCE,
)
ISO009 = Rule(
    id="ISO009",
    title="The configuration names a table that does not exist",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="A name or glob in [groups], [isolation] or a contract matches no model and no table.",
    effect="A misspelt name leaves its table out of the contract that should hold for it.",
    fix="Correct or delete the name.",
    source=_SOURCE,
)


def iso001(gathered: Gathered) -> CheckResult:
    """Crossings that a contract forbids; the contracts that hold are counted, vacuous ones are named."""
    if not gathered.config.contracts:
        return not_given(ISO001, "pgready.toml has no [[contracts]]")
    findings = [
        finding(
            ISO001,
            object=crossing.foreign_key.qualified_name,
            message=f"{crossing.foreign_key} crosses from {crossing.from_group} to {crossing.to_group}: "
            f"{crossing.reason}{_standing(crossing)}",
            evidence=Evidence.REHEARSED if crossing.rehearsed else Evidence.READ,
            location=crossing.foreign_key.location,
        )
        for crossing in gathered.crossings
        if crossing.verdict is CrossingVerdict.FORBIDDEN
    ]
    kept = [verdict for verdict in gathered.contracts if verdict.passed]
    vacuous = [verdict.contract.name for verdict in kept if verdict.vacuous]
    looked = f"{len(kept)} of {len(gathered.contracts)} contracts hold"
    if vacuous:
        looked += f" (vacuous, as the groups have no foreign keys at all: {', '.join(vacuous)})"
    evidence = ISO001.evidence if gathered.rehearsal is not None else (Evidence.READ,)
    return failed_or_passed(ISO001, findings, looked_at=looked, evidence=evidence)


def _standing(crossing: Crossing) -> str:
    if crossing.rehearsed is False:
        return " (declared; a clean deploy does not make it)"
    if not crossing.declared:
        return " (made by the migrations; no relation declares it)"
    return ""


def iso003(gathered: Gathered) -> CheckResult:
    """Every table stands in exactly one group."""
    if not gathered.config.groups:
        return not_given(ISO003, "pgready.toml has no [groups]")
    places = {table.name: table.location for table in gathered.declared.tables}
    ungrouped = [
        finding(
            ISO003,
            object=str(name),
            message=f"table {name.name} stands in no group",
            location=places.get(name),
        )
        for name in gathered.grouping.ungrouped
    ]
    several = [
        finding(
            ISO003,
            object=str(name),
            message=f"table {name.name} stands in several groups: {', '.join(groups)}; judged as {groups[0]}",
            location=places.get(name),
        )
        for name, groups in gathered.grouping.overlaps
    ]
    tables = len(gathered.grouping.group_of())
    return failed_or_passed(
        ISO003, ungrouped + several, looked_at=f"{tables} tables, {len(gathered.grouping.groups)} groups"
    )


def iso007(gathered: Gathered, _: Rehearsal) -> CheckResult:
    """Accepted crossings that match no key."""
    findings = [
        finding(
            ISO007,
            object=crossing.edge,
            message=f"no foreign key is {crossing.edge}",
            location=_config_file(gathered),
        )
        for crossing in gathered.stale_crossings
    ]
    count = len(gathered.config.crossings)
    return failed_or_passed(ISO007, findings, looked_at=f"{count} declared crossing{'' if count == 1 else 's'}")


def _iso007_if_given(gathered: Gathered) -> CheckResult:
    """Only a complete rehearsal can say that neither the schema nor the migrations have the key."""
    if not gathered.config.crossings:
        return not_given(ISO007, "pgready.toml has no [[crossings]]")
    return on_rehearsal(ISO007, iso007).judge(gathered)


def iso009(gathered: Gathered) -> CheckResult:
    """Names in the configuration that match nothing."""
    if not (gathered.config.groups or gathered.config.hubs or gathered.config.contracts):
        return not_given(ISO009, "pgready.toml has no [groups], hubs or [[contracts]]")
    unknown = [(f"group {group}", name) for group, name in gathered.grouping.unknown]
    findings = [
        finding(
            ISO009,
            object=name,
            message=f"{where} names {name}, which is no model, table or group",
            location=_config_file(gathered),
        )
        for where, name in (*unknown, *gathered.unknown_in_contracts)
    ]
    return failed_or_passed(ISO009, findings, looked_at="every name of groups, hubs and contracts looked up")


def _config_file(gathered: Gathered) -> Location | None:
    return Location(gathered.config.file) if gathered.config.file else None


CHECKS = (
    Check(rule=ISO001, judge=iso001),
    Check(rule=ISO003, judge=iso003),
    Check(rule=ISO007, judge=_iso007_if_given),
    Check(rule=ISO009, judge=iso009),
)
