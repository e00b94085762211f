"""ISO002, ISO004, ISO005 and ISO006: circles, references without a key, missing owners and cascades between groups."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pgready.checks.gathered import Check, Gathered, failed_or_passed, finding, not_given
from pgready.checks.isolation.known import Known, config_file, groups_declared
from pgready.checks.isolation.rules import ISO002, ISO004, ISO005, ISO006
from pgready.findings import CheckResult, Confidence, Finding
from pgready.graph.edges import Edge
from pgready.graph.group_levels import is_join_table
from pgready.graph.tenancy import GroupTenancy, Standing, TenantTable, group_tenancy
from pgready.model.contracts import ContractKind
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey
from pgready.model.unkeyed import PolymorphicReference, ReferenceRule

if TYPE_CHECKING:
    from pgready.graph.cascades import BlastRadius
    from pgready.graph.cycles import GroupCycle

__all__ = ["CHECKS"]

_NAMED = 5
_CONFIDENCE = {
    ReferenceRule.TABLE: Confidence.HIGH,
    ReferenceRule.SAME_NAME: Confidence.MEDIUM,
    ReferenceRule.ROLE: Confidence.MEDIUM,
}
_NO_GROUPS = "pgready.toml has no [groups]"


def iso002(gathered: Gathered) -> CheckResult:
    """The circles of groups, with the fewest keys to give up."""
    if not groups_declared(gathered):
        return not_given(ISO002, _NO_GROUPS)
    from pgready.graph.cycles import group_cycles  # noqa: PLC0415  # heavy, and only where there are groups

    known = Known(gathered=gathered)
    keys = known.keys_between_groups()
    told = [frozenset(violation.groups) for violation in known.violations(ContractKind.ACYCLIC)]
    cycles = [it for it in group_cycles(gathered.grouping, keys) if frozenset(it.groups) not in told]
    looked = f"{_count(len(keys), 'foreign key')} between groups, without those to hubs and those accepted"
    return failed_or_passed(ISO002, [_cycle(cycle, known) for cycle in cycles], looked_at=looked)


def _cycle(cycle: "GroupCycle", known: Known) -> Finding:
    spelt = [known.ground.spelt(Edge.of(key)) for key in cycle.cut]
    least = "the fewest to give up are" if cycle.exact else "giving up these ends it:"
    return finding(
        ISO002,
        object=", ".join(cycle.groups),
        message=f"{_listed(cycle.groups)} refer to each other in a circle; {least} {len(cycle.cut)} of its "
        f"{_count(len(cycle.keys), 'foreign key')}: {_some(spelt)}",
        evidence=known.evidence(cycle.cut[0].table),
        location=next((key.location for key in cycle.cut if key.location is not None), None),
    )


def iso004(gathered: Gathered) -> CheckResult:
    """Columns that look like references to tables of another group and have no key."""
    if not groups_declared(gathered):
        return not_given(ISO004, _NO_GROUPS)
    known = Known(gathered=gathered)
    told = {(it.object, edge) for it in known.violations() if it.columns for edge in it.edges}
    found = known.unkeyed
    across: dict[tuple[QualifiedName, str], list[Edge]] = {}
    for edge in known.between_groups(found):
        if (f"{edge.table}.{edge.columns[0]}", known.ground.spelt(edge)) not in told:
            across.setdefault((edge.table, edge.columns[0]), []).append(edge)
    looked = f"{_count(len({edge[:2] for edge in found}), 'column')} without a foreign key that look like a reference"
    return failed_or_passed(ISO004, [_unkeyed(edges, known) for edges in across.values()], looked_at=looked)


def _unkeyed(edges: Sequence[Edge], known: Known) -> Finding:
    """One column and what it may refer to: several tables, where another column says to which."""
    edge, ground = edges[0], known.ground
    targets = [f"{ground.short(it.referenced_table)} of {ground.group(it.referenced_table)}" for it in edges]
    rule = None if isinstance(edge.reference, PolymorphicReference) or not edge.reference else edge.reference.rule
    table = known.structure.table(edge.table)
    column = table.column(edge.columns[0]) if table else None
    return finding(
        ISO004,
        object=f"{edge.table}.{edge.columns[0]}",
        message=f"{ground.short(edge.table)}.{edge.columns[0]} of {ground.group(edge.table)} looks like a reference to "
        f"{_some(targets, 'or')} and has no foreign key ({edge.why})",
        evidence=known.evidence(edge.table),
        confidence=_CONFIDENCE.get(rule, Confidence.LOW) if rule else Confidence.MEDIUM,
        location=column.location if column else None,
    )


def iso005(gathered: Gathered) -> CheckResult:
    """Tables of a group with a `key` that do not have it, or not as the others."""
    if not any(group.key for group in gathered.grouping.groups):
        return not_given(ISO005, "no group of pgready.toml has a key")
    known = Known(gathered=gathered)
    told = {violation.object for violation in known.violations(ContractKind.KEYED_BY)}
    groups = [it for it in group_tenancy(known.structure, gathered.grouping, missing=known.missing) if it.configured]
    findings = [it for group in groups for it in _owners(group, known) if it.object not in told]
    reaching = [it for group in groups for it in group.of(Standing.REACHES)]
    lost = sum(it.missing for it in reaching)
    tables = sum(len(group.tables) for group in groups)
    looked = f"{_count(tables, 'table')} of {_count(len(groups), 'group')} with a key"
    looked += f"; {len(reaching)} without it reach it by required foreign keys" if reaching else ""
    looked += f", {lost} over keys that a clean deploy does not make" if lost else ""
    return failed_or_passed(ISO005, findings, looked_at=looked)


def _owners(group: GroupTenancy, known: Known) -> Iterator[Finding]:
    if group.tables and not group.of(Standing.HAS):
        yield finding(
            ISO005,
            object=f"groups.{group.group}.key",
            message=f"no table of {group.group} has the column {group.key}, which pgready.toml calls its key",
            location=config_file(known.gathered),
        )
        return
    for table in group.tables:
        if why := _ownerless(table, group):
            yield _owner(table, group, why, known)


def _ownerless(table: TenantTable, group: GroupTenancy) -> str | None:
    if table.standing is Standing.NONE:
        return f"has no column {group.key}, and no required foreign keys lead to a table that has it"
    if table.standing is not Standing.HAS:
        return None
    other = f"has {group.key} of type {table.type}, where most have {group.type}" if table.other_type else ""
    null = f"allows NULL in {group.key}" if table.nullable else ""
    return " and ".join(why for why in (other, null) if why) or None


def _owner(table: TenantTable, group: GroupTenancy, why: str, known: Known) -> Finding:
    held = known.structure.table(table.table)
    column = held.column(group.key) if held and group.key else None
    return finding(
        ISO005,
        object=f"{table.table}.{column.name}" if column else str(table.table),
        message=f"table {known.ground.short(table.table)} of {group.group} {why}",
        evidence=known.evidence(table.table),
        location=(column.location if column else None) or (held.location if held else None),
    )


def iso006(gathered: Gathered) -> CheckResult:
    """Tables whose deletes cascade into other groups, each once."""
    if not groups_declared(gathered):
        return not_given(ISO006, _NO_GROUPS)
    from pgready.graph.cascades import blast_radii  # noqa: PLC0415  # heavy, and only where there are groups
    from pgready.graph.reach import crossing_cascades  # noqa: PLC0415  # heavy, and only where there are groups

    known = Known(gathered=gathered)
    told = {
        (crossing.foreign_key.identity, crossing.foreign_key.name)
        for verdict in gathered.contracts
        if verdict.contract.kind is ContractKind.NO_CASCADE_ACROSS
        for crossing in verdict.broken_by
    }
    deleted: dict[QualifiedName, list[ForeignKey]] = {}
    for cascade in crossing_cascades(gathered.grouping, known.keys_between_groups(cascades=True)):
        # The rows of an implicit many-to-many relation are links, and go with what they link.
        key = cascade.foreign_key
        table = known.structure.table(key.table)
        if (key.identity, key.name) not in told and not (table is not None and is_join_table(table)):
            deleted.setdefault(key.referenced_table, []).append(key)
    radii = blast_radii(known.structure, gathered.grouping, sorted(deleted), missing=known.missing)
    findings = [_cascade(radius, deleted[radius.table], known) for radius in radii]
    return failed_or_passed(ISO006, findings, looked_at="every ON DELETE CASCADE between groups that is to no hub")


def _cascade(radius: "BlastRadius", keys: Sequence[ForeignKey], known: Known) -> Finding:
    groups = dict.fromkeys(known.ground.group(key.table) for key in keys)
    spelt = [known.ground.spelt(Edge.of(key)) + _standing(key, known) for key in keys]
    table = known.structure.table(radius.table)
    return finding(
        ISO006,
        object=str(radius.table),
        message=f"{_count(len(keys), 'foreign key')} of {_listed(tuple(groups))} "
        f"{'deletes' if len(keys) == 1 else 'delete'} rows there when a row of {radius.label} ({radius.group}) is "
        f"deleted: {_some(spelt)}. {radius.sentence}",
        evidence=known.evidence(keys[0].table),
        location=table.location if table else None,
    )


def _standing(key: ForeignKey, known: Known) -> str:
    """Where declared and made differ about the key."""
    if key in known.missing:
        return " (declared; a clean deploy does not make it)"
    action = known.declared_actions.get((key.identity, key.name))
    return f" (declared {action.value}, made {key.on_delete.value})" if action else ""


def _some(names: Sequence[str], last: str = "") -> str:
    if last and 1 < len(names) <= _NAMED:
        return f"{', '.join(names[:-1])} {last} {names[-1]}"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


CHECKS = (
    Check(rule=ISO002, judge=iso002),
    Check(rule=ISO004, judge=iso004),
    Check(rule=ISO005, judge=iso005),
    Check(rule=ISO006, judge=iso006),
)
