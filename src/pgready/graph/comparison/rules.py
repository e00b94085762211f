"""What pgready.toml asks for before and after: contracts and their outcomes, and rules that were loosened.

A rule that asks for less never counts as better, whatever it does to the outcomes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pgready.graph.acceptance import accepted_edges
from pgready.graph.comparison.conduct import key_identifiers
from pgready.graph.comparison.sides import Side, Sides
from pgready.graph.comparison.tolerance import tolerance_changes
from pgready.graph.comparison.values import ContractChange, RuleChange, RuleKind, Weight
from pgready.graph.contracts_on_tables import TABLE_CONTRACTS
from pgready.graph.edges import Edge, unkeyed_edges
from pgready.graph.names import table_names
from pgready.model.contracts import Contract, ContractKind, EdgeKind, Violation
from pgready.model.groups import ContractOutcome, ContractVerdict
from pgready.model.names import QualifiedName
from pgready.model.schema import Table

__all__ = ["contract_changes", "rule_changes"]

_Named = tuple[str, ContractKind, int]
"""Name, kind, and which one of that name and kind."""


def contract_changes(sides: Sides) -> tuple[ContractChange, ...]:
    """Contracts that are new, were taken out, or fare otherwise; in the order of before, then of after."""
    before, after = (_by_name(it.study.isolation.contracts) for it in (sides.before, sides.after))
    held = _by_name(sides.after.contracts)
    still = {it.name for it in sides.before.structure.tables if not _changed_itself(sides, it)}
    found = [
        _changed(sides, was, after.get(name), held.get(name), still)
        if name in after
        else _without(was, held.get(name), _loosened(sides, was))
        for name, was in before.items()
    ]
    new = [_new(it) for name, it in after.items() if name not in before]
    return tuple(it for it in (*found, *new) if it.before != it.after or it.weight is not Weight.NEUTRAL)


def _by_name(verdicts: Iterable[ContractVerdict]) -> dict[_Named, ContractVerdict]:
    seen = Counter[tuple[str, ContractKind]]()
    found: dict[_Named, ContractVerdict] = {}
    for it in verdicts:
        seen[it.contract.name, it.contract.kind] += 1
        found[it.contract.name, it.contract.kind, seen[it.contract.name, it.contract.kind]] = it
    return found


def _loosened(sides: Sides, was: ContractVerdict) -> Weight:
    """Without any group most contracts ask for nothing, but what every table must keep is asked of all."""
    asks = was.outcome is not ContractOutcome.VACUOUS or not sides.ungrouped
    return Weight.LOOSENED if asks and not sides.one_sided else Weight.NEUTRAL


def _without(was: ContractVerdict, held: ContractVerdict | None, weight: Weight) -> ContractChange:
    contract = was.contract
    return ContractChange(
        name=contract.name,
        kind=contract.kind,
        before=was.outcome,
        after=None,
        held=held.outcome if held else None,
        weight=weight,
    )


def _new(it: ContractVerdict) -> ContractChange:
    contract = it.contract
    return ContractChange(
        name=contract.name, kind=contract.kind, before=None, after=it.outcome, held=None, weight=Weight.NEUTRAL
    )


def _changed(
    sides: Sides,
    was: ContractVerdict,
    now: ContractVerdict | None,
    held: ContractVerdict | None,
    still: set[QualifiedName],
) -> ContractChange:
    """`still` are tables that did nothing themselves: that they break a contract no more is no merit of theirs."""
    assert now is not None  # noqa: S101 - asked for by name
    assert held is not None  # noqa: S101 - the rules of before hold every contract of before
    worse = tuple(sorted(_about(held) - _about(was)))
    mended = (_about(was) - still) - _about(held)
    meant = sides.regrouping_meant or not all(map(sides.regrouped, mended))
    merit = (Weight.BETTER if meant else Weight.UNSURE) if mended else Weight.NEUTRAL
    if held.passed and any(_read_otherwise(sides, it) for it in was.violations):
        merit = Weight.UNSURE
    return ContractChange(
        name=was.contract.name,
        kind=was.contract.kind,
        before=was.outcome,
        after=now.outcome,
        held=held.outcome,
        weight=Weight.NEUTRAL if sides.one_sided else _weight((was, now, held), worse=bool(worse), merit=merit),
        tables=worse,
    )


def _read_otherwise(sides: Sides, violation: Violation) -> bool:
    """Whether a column without a key that broke a contract is still there without a key."""
    if violation.rule is None or any(map(sides.regrouped, violation.tables)):
        return False
    table = sides.after.structure.table(violation.tables[0])
    keyed = sides.after.keyed(violation.tables[0])
    return table is not None and any(table.column(it) and it not in keyed for it in violation.columns)


def _changed_itself(sides: Sides, table: Table) -> bool:
    """Whether a table that is still there has other columns, a new key, another group or another name.

    What a column without a key is taken for depends on the keys elsewhere, so a contract may be mended by a key that
    was dropped.
    """
    before, after = sides.before, sides.after
    now = after.structure.table(table.name)
    if now is None:
        return False
    columns = [{(column.name, column.not_null) for column in it.columns} for it in (table, now)]
    keyed = set(after.keys_of.get(table.name, ())) - set(before.keys_of.get(table.name, ()))
    regrouped = before.group(table.name) != after.group(table.name)
    return columns[0] != columns[1] or bool(keyed) or regrouped or table.name in after.tables


def _about(verdict: ContractVerdict) -> set[QualifiedName]:
    """The tables that break a contract about tables."""
    if verdict.contract.kind not in TABLE_CONTRACTS:
        return set()
    return {table for it in verdict.violations for table in it.tables}


def _weight(
    verdicts: tuple[ContractVerdict, ContractVerdict, ContractVerdict], *, worse: bool, merit: Weight
) -> Weight:
    """What references do to a contract is weighed with the references; only what tables do is weighed here again.

    A contract that is kept because its keys were dropped is kept, and not better kept.
    """
    was, now, held = verdicts
    if worse or (was.passed and not held.passed):
        return Weight.WORSE
    if not was.passed and now.passed and not held.passed:
        return Weight.LOOSENED
    counts = merit is Weight.UNSURE or was.contract.kind in TABLE_CONTRACTS
    return merit if counts else Weight.NEUTRAL


def rule_changes(sides: Sides) -> tuple[RuleChange, ...]:
    """Rules that changed: contracts, hubs, accepted references, groups, key identifiers, suppressions, severities.

    Where no table is in a group, before and after, rules about groups ask for nothing and nothing is loosened.
    """
    found = [*_hubs(sides), *_accepted(sides), *_groups(sides), *_key_identifiers(sides)]
    if sides.one_sided or sides.ungrouped:
        found = [replace(it, weight=Weight.NEUTRAL) for it in found]
    return (*_contracts(sides), *found, *tolerance_changes(sides.before.study.tolerance, sides.after.study.tolerance))


def _contracts(sides: Sides) -> Iterable[RuleChange]:
    before, after = (_by_name(it.study.isolation.contracts) for it in (sides.before, sides.after))
    for name, was in before.items():
        now = after.get(name)
        if now is None:
            continue
        one, other = replace(was.contract, reason=None), _in_common(now.contract, sides.groups)
        if one != other:
            weight = Weight.NEUTRAL if _asks_for_more(one, other) else _loosened(sides, was)
            yield RuleChange(kind=RuleKind.CONTRACT, name=one.name, added=None, weight=weight)


def _in_common(contract: Contract, groups: Mapping[str, str]) -> Contract:
    def named(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(groups.get(name, name) for name in names)

    return replace(
        contract,
        reason=None,
        groups=named(contract.groups),
        allowed=named(contract.allowed),
        to=named(contract.to),
        tables=named(contract.tables),
        allowed_from=named(contract.allowed_from),
    )


def _asks_for_more(one: Contract, other: Contract) -> bool:
    """Whether everything that keeps the new contract keeps the old one; what is not certain is no."""
    if (one.column, one.scope) != (other.column, other.scope):
        return False
    to = (other.to, one.to) if one.kind is ContractKind.MUST_REFERENCE else (one.to, other.to)
    return (
        _covers(one, other)
        and set(other.allowed) <= set(one.allowed)
        and set(other.allowed_from) <= set(one.allowed_from)
        and set(one.tables) <= set(other.tables)
        and set(to[0]) <= set(to[1])
        and (one.edges is EdgeKind.FK or other.edges is EdgeKind.FK_AND_UNKEYED)
        and (one.nullable or not other.nullable)
    )


def _covers(one: Contract, other: Contract) -> bool:
    """Whether the new contract speaks of the groups of the old one; of layers also in their order."""
    if one.kind is ContractKind.LAYERS:
        rest = iter(other.groups)
        return all(name in rest for name in one.groups)
    return not other.groups or (bool(one.groups) and set(one.groups) <= set(other.groups))


def _hubs(sides: Sides) -> Iterable[RuleChange]:
    before, after = _hub_tables(sides.before), _hub_tables(sides.after)
    for name, tables in after.items():
        if name not in before and not (tables and tables <= _all(before.values())):
            yield RuleChange(kind=RuleKind.HUB, name=name, added=True, weight=Weight.LOOSENED)
    for name, tables in before.items():
        if name not in after and not (tables and tables <= _all(after.values())):
            yield RuleChange(kind=RuleKind.HUB, name=name, added=False, weight=Weight.NEUTRAL)


def _all(found: Iterable[frozenset[QualifiedName]]) -> frozenset[QualifiedName]:
    return frozenset(table for tables in found for table in tables)


def _hub_tables(side: Side) -> dict[str, frozenset[QualifiedName]]:
    """Every hub with the tables that it means, in common names."""
    names = table_names(side.own_structure)
    common = {own: table for table, own in side.tables.items()}
    return {
        hub: frozenset(common.get(table, table) for table in names.get(hub, ()))
        for hub in dict.fromkeys(side.study.rules.hubs)
    }


def _accepted(sides: Sides) -> Iterable[RuleChange]:
    """Entries of one side only; one that spells an edge in another way, or moved to the other file, is no new one."""
    before, after = _entries(sides.before), _entries(sides.after)
    for mine, theirs, added in ((after, before, True), (before, after, False)):
        known = {edge for _, edges in theirs.values() for edge in edges}
        for text, (kind, edges) in mine.items():
            if text not in theirs and not (edges and edges <= known):
                weight = Weight.LOOSENED if added else Weight.NEUTRAL
                yield RuleChange(kind=kind, name=text, added=added, weight=weight)


def _entries(side: Side) -> dict[str, tuple[RuleKind, frozenset[object]]]:
    """The spelling of every accepted edge -> what it is, and the references in common names that it accepts."""
    entries = side.study.rules.accepted
    if not entries:
        return {}
    edges = [*(Edge.of(key) for key in side.keys.values()), *unkeyed_edges(side.own_structure)]
    common = {own: table for table, own in side.tables.items()}
    means: dict[str, set[object]] = {}
    # A line that tolerates a key and one that tolerates its cascade are two entries.
    for some in ([it for it in entries if not it.cascade], [it for it in entries if it.cascade]):
        for edge, entry in accepted_edges(some, edges, table_names(side.own_structure)).items():
            named = tuple(common.get(table, table) for table in (edge.table, edge.referenced_table))
            means.setdefault(entry.tolerated, set()).add((named, edge.columns, edge.foreign_key is None))
    kinds: dict[str, RuleKind] = {}
    for it in entries:
        kinds.setdefault(it.tolerated, RuleKind.BASELINED if it.baselined else RuleKind.ACCEPTED)
    return {text: (kind, frozenset(means.get(text, ()))) for text, kind in kinds.items()}


def _groups(sides: Sides) -> Iterable[RuleChange]:
    """Groups that hold a table before or after only; one whose tables live on outside it isolates them no longer."""
    held = [
        {group: {table for table, name in it.group_of.items() if name == group} for group in _named(it)}
        for it in (sides.before, sides.after)
    ]
    before, after = held
    for name, tables in before.items():
        if tables and not after.get(name):
            lives_on = any(sides.after.structure.table(table) is not None for table in tables)
            weight = Weight.LOOSENED if lives_on else Weight.NEUTRAL
            yield RuleChange(kind=RuleKind.GROUP, name=name, added=False, weight=weight)
    for name, tables in after.items():
        if tables and not before.get(name):
            shown = sides.after.groups.get(name, name)
            yield RuleChange(kind=RuleKind.GROUP, name=shown, added=True, weight=Weight.NEUTRAL)


def _key_identifiers(sides: Sides) -> Iterable[RuleChange]:
    """Of groups that hold tables before and after; another identifier is not certain to ask for as much."""
    before, after = key_identifiers(sides.before), key_identifiers(sides.after)
    lasting = set(sides.before.group_of.values()) & set(sides.after.group_of.values())
    for group in (name for name in (before | after) if name in lasting and before.get(name) != after.get(name)):
        was, now = before.get(group), after.get(group)
        added = None if was and now else now is not None
        weight = Weight.LOOSENED if was else Weight.NEUTRAL
        name = f"{was or now} of {sides.after.groups.get(group, group)}"
        yield RuleChange(kind=RuleKind.KEY_IDENTIFIER, name=name, added=added, weight=weight)


def _named(side: Side) -> list[str]:
    common = {own: name for name, own in side.groups.items()}
    return [common.get(group.name, group.name) for group in side.study.grouping.groups]
