"""Which foreign keys cross from one feature group to another, and what the contracts say of each.

The order of judgement, first match wins: the key is accepted by name in `[[crossings]]` or in the baseline; a contract
forbids it; a contract names its target; its target is a hub; nobody has said anything about it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pgready.graph.acceptance import accepted_edges, unmatched
from pgready.graph.contracts import breaks, gather, judge_contract, permits, would_break
from pgready.graph.edges import Edge, Ground, both_structures, spelt_edge, unkeyed_edges
from pgready.graph.names import TableNames, table_names
from pgready.model.contracts import EdgeKind
from pgready.model.groups import (
    UNGROUPED,
    Contract,
    ContractVerdict,
    Crossing,
    CrossingVerdict,
    DeclaredCrossing,
    Grouping,
)
from pgready.model.schema import ForeignKey, Schema, pair_foreign_keys

__all__ = [
    "Isolation",
    "IsolationRules",
    "MergedKey",
    "UnknownName",
    "crossings",
    "edge_name",
    "group_order",
    "judge_isolation",
    "merge_keys",
    "unknown_names",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedKey:
    """A foreign key of the declared structure, of the rehearsed one, or of both.

    `foreign_key` is the declared one where there is one. `rehearsed` is None when nothing was rehearsed.
    """

    foreign_key: ForeignKey
    declared: bool
    rehearsed: bool | None

    @property
    def missing(self) -> bool:
        """Declared, and not there after the rehearsal."""
        return self.declared and self.rehearsed is False


@dataclass(frozen=True, slots=True, kw_only=True)
class IsolationRules:
    """What pgready.toml says of foreign keys between groups: names of tables or models in `hubs`."""

    contracts: tuple[Contract, ...] = ()
    hubs: tuple[str, ...] = ()
    accepted: tuple[DeclaredCrossing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownName:
    """A name in the configuration that is no group or table; `place` says where it stands."""

    place: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """Everything that is known of keys and groups; `stale` and `unknown` are what the configuration gets wrong."""

    keys: tuple[MergedKey, ...]
    crossings: tuple[Crossing, ...]
    contracts: tuple[ContractVerdict, ...]
    stale: tuple[DeclaredCrossing, ...]
    unknown: tuple[UnknownName, ...]


def judge_isolation(declared: Schema, rehearsed: Schema | None, grouping: Grouping, rules: IsolationRules) -> Isolation:
    """All of this module in one call: merge the keys of both structures, judge every crossing and every contract."""
    keys = merge_keys(declared, rehearsed)
    ground = _ground(both_structures(declared, rehearsed), table_names(declared, rehearsed), grouping)
    edges = _edges(keys, rules, ground)
    across = [edge for edge in edges if ground.crosses(edge)]
    accepted = accepted_edges(rules.accepted, across, ground.names)
    crossed = _crossings(keys, rules, ground, accepted)
    evidence = gather(ground, edges, accepted, crossed)
    tolerating = rules.contracts if any(entry.baselined for entry in rules.accepted) else ()
    needed = (edge for contract in tolerating for edge in would_break(contract, evidence))
    return Isolation(
        keys=keys,
        crossings=crossed,
        contracts=tuple(judge_contract(contract, evidence) for contract in rules.contracts),
        stale=unmatched(rules.accepted, accepted, needed),
        unknown=unknown_names(rules, grouping, ground.names),
    )


def _ground(structure: Schema, names: TableNames, grouping: Grouping) -> Ground:
    return Ground(
        names=names,
        group_of=grouping.group_of(),
        order=group_order(grouping),
        structure=structure,
        overlaps=dict(grouping.overlaps),
    )


def _edges(keys: Iterable[MergedKey], rules: IsolationRules, ground: Ground) -> tuple[Edge, ...]:
    """All foreign keys; references without one only where somebody speaks of them, since finding them takes time."""
    spoken_of = any(it.edges is EdgeKind.FK_AND_UNKEYED for it in rules.contracts)
    unkeyed = spoken_of or any("?" in entry.edge for entry in rules.accepted)
    return (*(Edge.of(key.foreign_key) for key in keys), *(unkeyed_edges(ground.structure) if unkeyed else ()))


def merge_keys(declared: Schema, rehearsed: Schema | None) -> tuple[MergedKey, ...]:
    """The foreign keys of both structures, each once, ordered by table, columns, referenced table and name.

    Two keys are the same when their tables and their pairs of columns are equal: names differ for many innocent
    reasons. A structure that holds the same key twice (PostgreSQL allows it) keeps both.
    """
    pairs = pair_foreign_keys(declared, rehearsed)
    found = (_merged(mine, their, rehearsed is not None) for mine, their in pairs)
    return tuple(sorted(found, key=lambda merged: _key_order(merged.foreign_key)))


def _merged(mine: ForeignKey | None, their: ForeignKey | None, rehearsed: bool) -> MergedKey:  # noqa: FBT001 - private
    key = mine or their
    assert key is not None  # noqa: S101 - zip_longest gives at least one of the two
    return MergedKey(foreign_key=key, declared=mine is not None, rehearsed=their is not None if rehearsed else None)


def _key_order(key: ForeignKey) -> tuple[object, ...]:
    return (key.table, key.columns, key.referenced_table, key.referenced_columns, key.name)


def group_order(grouping: Grouping) -> dict[str, int]:
    """Group -> its position in the configuration; "(ungrouped)" comes last."""
    names = [*(group.name for group in grouping.groups), UNGROUPED]
    return {name: position for position, name in enumerate(dict.fromkeys(names))}


def crossings(
    keys: Iterable[MergedKey], grouping: Grouping, rules: IsolationRules, names: TableNames
) -> tuple[Crossing, ...]:
    """The keys whose tables are in different groups, judged; ordered by group, group, table and columns.

    Tables without a group count as one group "(ungrouped)". `names` are those of both structures (`table_names`).
    """
    found, ground = tuple(keys), _ground(Schema(), names, grouping)
    edges = (Edge.of(key.foreign_key) for key in found)
    accepted = accepted_edges(rules.accepted, (edge for edge in edges if ground.crosses(edge)), names)
    return _crossings(found, rules, ground, accepted)


def _crossings(
    keys: Iterable[MergedKey], rules: IsolationRules, ground: Ground, accepted: Mapping[Edge, DeclaredCrossing]
) -> tuple[Crossing, ...]:
    crossed = [key for key in keys if ground.crosses(Edge.of(key.foreign_key))]
    found = [_crossing(key, rules, ground, accepted.get(Edge.of(key.foreign_key))) for key in crossed]
    order = ground.order
    return tuple(sorted(found, key=lambda it: (order[it.from_group], order[it.to_group], _key_order(it.foreign_key))))


def _crossing(merged: MergedKey, rules: IsolationRules, ground: Ground, entry: DeclaredCrossing | None) -> Crossing:
    key = merged.foreign_key
    verdict, reason = (CrossingVerdict.ALLOWED, entry.reason) if entry else _verdict(Edge.of(key), rules, ground)
    return Crossing(
        foreign_key=key,
        from_group=ground.group(key.table),
        to_group=ground.group(key.referenced_table),
        verdict=verdict,
        reason=reason,
        declared=merged.declared,
        rehearsed=merged.rehearsed,
        baselined=entry is not None and entry.baselined,
    )


def _verdict(edge: Edge, rules: IsolationRules, ground: Ground) -> tuple[CrossingVerdict, str]:
    if broken := [it for it in rules.contracts if breaks(it, edge, ground)]:
        return CrossingVerdict.FORBIDDEN, f"breaks {_contract_list(broken)}"
    if named := [it for it in rules.contracts if permits(it, edge, ground)]:
        return CrossingVerdict.ALLOWED, f"named by {_contract_list(named)}"
    if any(edge.referenced_table in ground.names.get(hub, ()) for hub in rules.hubs):
        return CrossingVerdict.ALLOWED, f"{edge.referenced_table.name} is a hub"
    return CrossingVerdict.UNDECLARED, "no hub, contract or accepted crossing speaks of it"


def _contract_list(contracts: Sequence[Contract]) -> str:
    quoted = " and ".join(f'"{contract.name}"' for contract in contracts)
    return f"the contract{'' if len(contracts) == 1 else 's'} {quoted}"


def edge_name(key: ForeignKey) -> str:
    """The key as `[[crossings]]` spells it: `Table.column,column->Table`."""
    return spelt_edge(key.table.name, Edge.of(key), key.referenced_table.name)


def unknown_names(rules: IsolationRules, grouping: Grouping, names: TableNames) -> tuple[UnknownName, ...]:
    """Names in contracts and hubs that are no group or table, in the order of the configuration."""
    groups = {group.name for group in grouping.groups}
    known = {"groups": groups} | dict.fromkeys(("allowed", "to", "tables", "allowed_from"), groups | names.keys())
    found = [
        UnknownName(place=f'contract "{contract.name}", {field}', name=name)
        for contract in rules.contracts
        for field, listed in _listed(contract)
        for name in listed
        if name not in known[field]
    ]
    hubs = [UnknownName(place="hubs", name=hub) for hub in rules.hubs if hub not in names]
    return (*found, *hubs)


def _listed(contract: Contract) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The names of groups and tables that a contract lists, by its keys."""
    return (
        ("groups", contract.groups),
        ("allowed", contract.allowed),
        ("to", contract.to),
        ("tables", contract.tables),
        ("allowed_from", contract.allowed_from),
    )
