"""Which foreign keys cross from one feature group to another, and what the contracts say of each.

The order of judgement, first match wins: the key is accepted by name in `[[crossings]]` or in the baseline; a contract
forbids it; a contract names its target; its target is a hub; nobody has said anything about it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgready.graph.acceptance import Acceptance, accept, unmatched
from pgready.graph.ambiguity import ambiguous_names
from pgready.graph.contracts import breaks, gather, judge_contract, permits, would_break
from pgready.graph.edges import Edge, Ground, both_structures, spelt_edge, unkeyed_edges
from pgready.graph.names import TableNames, table_names
from pgready.graph.partitions import partition_keys
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
from pgready.model.schema import ForeignKey, ReferentialAction, Schema, pair_foreign_keys
from pgready.model.unkeyed import UnkeyedColumns

__all__ = [
    "Isolation",
    "IsolationRules",
    "MergedKey",
    "UnknownName",
    "ambiguous_entries",
    "crossings",
    "edge_name",
    "ground_of",
    "group_order",
    "judge_isolation",
    "merge_keys",
    "missing_keys",
    "unknown_names",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedKey:
    """A foreign key of the declared structure, of the rehearsed one, or of both.

    `foreign_key` is the declared one where there is one, `made` the one that the rehearsal made. `rehearsed` is None
    when nothing was rehearsed.
    """

    foreign_key: ForeignKey
    declared: bool
    rehearsed: bool | None
    made: ForeignKey | None = None

    @property
    def missing(self) -> bool:
        """Declared, and not there after the rehearsal."""
        return self.declared and self.rehearsed is False

    @property
    def on_delete(self) -> ReferentialAction:
        """The harsher of what is declared and what is made."""
        both = (self.foreign_key.on_delete, (self.made or self.foreign_key).on_delete)
        return max(both, key=lambda action: action.harshness)


@dataclass(frozen=True, slots=True, kw_only=True)
class IsolationRules:
    """What pgready.toml says of foreign keys between groups: names of tables or models in `hubs`."""

    contracts: tuple[Contract, ...] = ()
    hubs: tuple[str, ...] = ()
    accepted: tuple[DeclaredCrossing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownName:
    """A name in the configuration that is no group or table, or not one; `place` says where it stands."""

    place: str
    name: str
    why: str = "is no model, table or group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """Everything that is known of keys and groups; `stale` and `unknown` are what the configuration gets wrong."""

    keys: tuple[MergedKey, ...]
    crossings: tuple[Crossing, ...]
    contracts: tuple[ContractVerdict, ...]
    stale: tuple[DeclaredCrossing, ...]
    unknown: tuple[UnknownName, ...]


def judge_isolation(
    declared: Schema,
    rehearsed: Schema | None,
    grouping: Grouping,
    rules: IsolationRules,
    *,
    unkeyed: UnkeyedColumns | None = None,
) -> Isolation:
    """All of this module in one call: merge the keys of both structures, judge every crossing and every contract.

    `unkeyed` are the columns without a key of the declared structure where they are known already: finding them takes
    time. They count where nothing else is judged than that structure.
    """
    keys = merge_keys(declared, rehearsed)
    structure = both_structures(declared, rehearsed)
    ground = ground_of(structure, table_names(declared, rehearsed), grouping, rules, keys)
    edges = _edges(keys, rules, ground, unkeyed if structure is declared else None)
    accepted = accept(rules.accepted, (edge for edge in edges if ground.crosses(edge)), ground.names)
    crossed = _crossings(keys, rules, ground, accepted)
    evidence = gather(ground, edges, accepted, crossed)
    tolerating = rules.contracts if any(entry.baselined for entry in rules.accepted) else ()
    needed = ((contract.kind, edge) for contract in tolerating for edge in would_break(contract, evidence))
    return Isolation(
        keys=keys,
        crossings=crossed,
        contracts=tuple(judge_contract(contract, evidence) for contract in rules.contracts),
        stale=unmatched(rules.accepted, accepted, needed),
        unknown=(*unknown_names(rules, grouping, ground.names), *ambiguous_entries(accepted)),
    )


def ground_of(
    structure: Schema, names: TableNames, grouping: Grouping, rules: IsolationRules, keys: Iterable[MergedKey]
) -> Ground:
    """Where the tables stand; `structure`, `names` and `keys` are those of both structures."""
    group_of = grouping.group_of()
    listed = (name for contract in rules.contracts for _, each in _listed(contract)[1:] for name in each)
    return Ground(
        names=names,
        group_of=group_of,
        order=group_order(grouping),
        structure=structure,
        overlaps=dict(grouping.overlaps),
        harsher={it.foreign_key: it.on_delete for it in keys if it.on_delete is not it.foreign_key.on_delete},
        ambiguous=ambiguous_names(dict.fromkeys(listed), names, group_of),
    )


def _edges(
    keys: Iterable[MergedKey], rules: IsolationRules, ground: Ground, found: UnkeyedColumns | None
) -> tuple[Edge, ...]:
    """All foreign keys; references without one only where somebody speaks of them, since finding them takes time."""
    spoken_of = any(it.edges is EdgeKind.FK_AND_UNKEYED for it in rules.contracts)
    unkeyed = spoken_of or any("?" in entry.edge for entry in rules.accepted)
    return (*(Edge.of(key.foreign_key) for key in keys), *(unkeyed_edges(ground.structure, found) if unkeyed else ()))


def merge_keys(declared: Schema, rehearsed: Schema | None) -> tuple[MergedKey, ...]:
    """The foreign keys of both structures, each once, ordered by table, columns, referenced table and name.

    Two keys are the same when their tables and their pairs of columns are equal: names differ for many innocent
    reasons. A structure that holds the same key twice (PostgreSQL allows it) keeps both. Keys that a partition has from
    its partitioned table are left out.
    """
    theirs = partition_keys(declared, rehearsed)
    found = (_merged(mine, their, rehearsed is not None) for mine, their in pair_foreign_keys(declared, rehearsed))
    if theirs:
        found = (merged for merged in found if merged.foreign_key.identity not in theirs)
    return tuple(sorted(found, key=lambda merged: _key_order(merged.foreign_key)))


def _merged(mine: ForeignKey | None, their: ForeignKey | None, rehearsed: bool) -> MergedKey:  # noqa: FBT001 - private
    key = mine or their
    assert key is not None  # noqa: S101 - zip_longest gives at least one of the two
    made = their is not None if rehearsed else None
    return MergedKey(foreign_key=key, declared=mine is not None, rehearsed=made, made=their)


def missing_keys(declared: Schema, made: Schema | None) -> frozenset[ForeignKey]:
    """The declared keys that a complete rehearsal did not make; empty when there was none (None)."""
    return frozenset(key.foreign_key for key in merge_keys(declared, made) if key.missing) if made else frozenset()


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
    found = tuple(keys)
    ground = ground_of(Schema(), names, grouping, rules, found)
    edges = (Edge.of(key.foreign_key) for key in found)
    accepted = accept(rules.accepted, (edge for edge in edges if ground.crosses(edge)), names)
    return _crossings(found, rules, ground, accepted)


def _crossings(
    keys: Iterable[MergedKey], rules: IsolationRules, ground: Ground, accepted: Acceptance
) -> tuple[Crossing, ...]:
    crossed = [key for key in keys if ground.crosses(Edge.of(key.foreign_key))]
    found = [_crossing(key, rules, ground, accepted) for key in crossed]
    order = ground.order
    return tuple(sorted(found, key=lambda it: (order[it.from_group], order[it.to_group], _key_order(it.foreign_key))))


def _crossing(merged: MergedKey, rules: IsolationRules, ground: Ground, accepted: Acceptance) -> Crossing:
    key = merged.foreign_key
    verdict, reason, entry = _verdict(Edge.of(key), rules, ground, accepted)
    return Crossing(
        foreign_key=key,
        from_group=ground.group(key.table),
        to_group=ground.group(key.referenced_table),
        verdict=verdict,
        reason=reason,
        declared=merged.declared,
        rehearsed=merged.rehearsed,
        baselined=entry is not None and entry.baselined,
        made_on_delete=merged.made.on_delete if merged.made else None,
    )


def _verdict(
    edge: Edge, rules: IsolationRules, ground: Ground, accepted: Acceptance
) -> tuple[CrossingVerdict, str, DeclaredCrossing | None]:
    """The verdict, its reason, and the entry that it is owed to."""
    entry = accepted.edges.get(edge)
    if entry is not None and not entry.baselined:
        return CrossingVerdict.ALLOWED, entry.reason, entry
    broken = [it for it in rules.contracts if breaks(it, edge, ground)]
    if left := [it for it in broken if edge not in accepted.by(it.kind)]:
        return CrossingVerdict.FORBIDDEN, f"breaks {_contract_list(left)}", None
    if entry := next((accepted.by(it.kind)[edge] for it in broken), entry):
        return CrossingVerdict.ALLOWED, entry.reason, entry
    if named := [it for it in rules.contracts if permits(it, edge, ground)]:
        return CrossingVerdict.ALLOWED, f"named by {_contract_list(named)}", None
    if any(ground.names.get(hub, ()) == (edge.referenced_table,) for hub in rules.hubs):
        return CrossingVerdict.ALLOWED, f"{edge.referenced_table.name} is a hub", None
    return CrossingVerdict.UNDECLARED, "no hub, contract or accepted crossing speaks of it", None


def _contract_list(contracts: Sequence[Contract]) -> str:
    quoted = " and ".join(f'"{contract.name}"' for contract in contracts)
    return f"the contract{'' if len(contracts) == 1 else 's'} {quoted}"


def edge_name(key: ForeignKey) -> str:
    """The key as `[[crossings]]` spells it: `Table.column,column->Table`."""
    return spelt_edge(key.table.name, Edge.of(key), key.referenced_table.name)


def unknown_names(rules: IsolationRules, grouping: Grouping, names: TableNames) -> tuple[UnknownName, ...]:
    """Names in contracts and hubs that are no group or table, or several, in the order of the configuration.

    A group without a table is no more than a name either.
    """
    listed = dict.fromkeys((*(it for each in rules.contracts for _, them in _listed(each) for it in them), *rules.hubs))
    ambiguous = ambiguous_names(listed, names, grouping.group_of())
    # What a group lists and nobody has is told of the group.
    told = {group for group, _ in grouping.unknown}
    groups = {it.name: bool(it.tables) or it.name in told for it in grouping.groups}
    meaning = _Meaning(groups=groups, names=names, ambiguous=ambiguous)
    found = [
        UnknownName(place=f'contract "{contract.name}", {field}', name=name, why=why)
        for contract in rules.contracts
        for field, listed_names in _listed(contract)
        for name in listed_names
        if (why := meaning.fault(field, name))
    ]
    hubs = [UnknownName(place="hubs", name=hub, why=why) for hub in rules.hubs if (why := meaning.fault("hubs", hub))]
    return (*found, *hubs)


_FORBIDDING = frozenset({"to", "tables"})
"""Keys of contracts whose names forbid: of several meanings all count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meaning:
    """What names mean: `groups` with whether they have a table, tables, and those that mean several things."""

    groups: Mapping[str, bool]
    names: TableNames
    ambiguous: Mapping[str, tuple[str, ...]]

    def fault(self, field: str, name: str) -> str | None:
        """What is wrong with the name under that key; None: nothing."""
        tables = self.names.get(name, ())
        if field == "hubs" and not tables and name in self.groups:
            return "is a group; hubs are tables"
        if field in {"groups", "hubs"}:
            several = field == "hubs" and len(tables) > 1
            known = name in self.groups if field == "groups" else bool(tables)
            ways = tuple(map(str, tables)) if several else ()
        else:
            known, ways = name in self.groups or bool(tables), self.ambiguous.get(name, ())
        if ways:
            counts = "all of them count" if field in _FORBIDDING else "it permits nothing until that is clear"
            return f"may be {' or '.join(ways)}; {counts}"
        if known:
            empty = not tables or field == "groups"
            return "is a group without any table" if empty and not self.groups.get(name, True) else None
        globbed = any(mark in name for mark in "*?[")
        return "is no model, table or group" + ("; patterns count under [groups] only" if globbed else "")


def ambiguous_entries(accepted: Acceptance) -> Iterator[UnknownName]:
    """The accepted references that several are spelt like."""
    for entry, ways in accepted.ambiguous.items():
        place = str(entry.location) if entry.location else "the baseline" if entry.baselined else "[[crossings]]"
        yield UnknownName(place=place, name=entry.edge, why=f"may be {' or '.join(ways)}; it accepts none of them")


def _listed(contract: Contract) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The names of groups and tables that a contract lists, by its keys."""
    return (
        ("groups", contract.groups),
        ("allowed", contract.allowed),
        ("to", contract.to),
        ("tables", contract.tables),
        ("allowed_from", contract.allowed_from),
    )
