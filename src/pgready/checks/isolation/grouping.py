"""ISO003 and ISO009: every table in one group, every name known."""

from pgready.checks.counts import counted
from pgready.checks.gathered import Check, Gathered, failed_or_passed, finding, not_given
from pgready.checks.isolation.known import Known, config_file, groups_declared
from pgready.checks.isolation.rules import ISO003, ISO009
from pgready.findings import CheckResult
from pgready.graph.isolation import UnknownName

__all__ = ["CHECKS"]


def iso003(gathered: Gathered) -> CheckResult:
    """Every table stands in exactly one group."""
    if not groups_declared(gathered):
        return not_given(ISO003, "nobody has declared groups: no [groups] in pgready.toml, no @group in a comment")
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
    tables = len(gathered.grouping.group_of().keys() - set(gathered.grouping.partitions))
    return failed_or_passed(
        ISO003,
        ungrouped + several,
        looked_at=f"{counted(tables, 'table')}, {counted(len(gathered.grouping.groups), 'group')}",
    )


def iso009(gathered: Gathered) -> CheckResult:
    """Names in the configuration that match nothing."""
    nameless = gathered.grouping.nameless
    config = gathered.config
    if not (config.groups or config.hubs or config.contracts or config.crossings or nameless):
        return not_given(ISO009, "pgready.toml has no [groups], hubs, [[contracts]] or [[crossings]]")
    known = Known(gathered=gathered)
    unknown = [UnknownName(place=f"group {group}", name=name) for group, name in gathered.grouping.unknown]
    findings = [
        finding(
            ISO009,
            object=it.name,
            message=f"{it.place} names {it.name}, which {it.why}",
            location=config_file(gathered),
        )
        for it in (*unknown, *known.unknown)
    ]
    places = {table.name: table.location for table in gathered.declared.tables}
    findings += [
        finding(
            ISO009,
            object=str(table),
            message=f"the comment of {table.name} says @group, and no name that a group can have",
            location=places.get(table),
            fix="Write `@group name`, or put the name in double quotes; at most 63 characters.",
        )
        for table in nameless
    ]
    return failed_or_passed(ISO009, findings, looked_at="every name of groups, hubs, contracts and crossings looked up")


CHECKS = (Check(rule=ISO003, judge=iso003), Check(rule=ISO009, judge=iso009))
