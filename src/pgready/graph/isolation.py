"""Which foreign keys cross from one feature group to another, and what the contracts say of each.

The order of judgement, first match wins: the key is accepted by name in `[[crossings]]`; a contract forbids it; a
contract names its target; its target is a hub; nobody has said anything about it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pgready.graph.names import TableNames, table_names
from pgready.model.groups import (
    UNGROUPED,
    Contract,
    ContractKind,
    ContractVerdict,
    Crossing,
    CrossingVerdict,
    DeclaredCrossing,
    Grouping,
)
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema, pair_foreign_keys

__all__ = [
    "Isolation",
    "IsolationRules",
    "MergedKey",
    "UnknownName",
    "crossings",
    "edge_name",
    "group_order",
    "judge_contracts",
    "judge_isolation",
    "merge_keys",
    "stale_crossings",
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
    names = table_names(declared, rehearsed)
    keys = merge_keys(declared, rehearsed)
    crossed = crossings(keys, grouping, rules, names)
    return Isolation(
        keys=keys,
        crossings=crossed,
        contracts=judge_contracts(rules.contracts, keys, crossed, grouping, names),
        stale=stale_crossings(rules.accepted, crossed, names),
        unknown=unknown_names(rules, grouping, names),
    )


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
    group_of, order = grouping.group_of(), group_order(grouping)
    crossed = [key for key in keys if _is_crossing(key.foreign_key, group_of)]
    accepted = _accepted(rules.accepted, (key.foreign_key for key in crossed), names)
    judge = _Judge(rules=rules, names=names, group_of=group_of, accepted=accepted)
    found = [judge.crossing(key) for key in crossed]
    return tuple(
        sorted(
            found,
            key=lambda crossing: (
                order[crossing.from_group],
                order[crossing.to_group],
                _key_order(crossing.foreign_key),
            ),
        )
    )


def _is_crossing(key: ForeignKey, group_of: Mapping[QualifiedName, str]) -> bool:
    return group_of.get(key.table, UNGROUPED) != group_of.get(key.referenced_table, UNGROUPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    rules: IsolationRules
    names: TableNames
    group_of: Mapping[QualifiedName, str]
    accepted: Mapping[ForeignKey, DeclaredCrossing]

    def crossing(self, merged: MergedKey) -> Crossing:
        key = merged.foreign_key
        verdict, reason = self._verdict(key)
        return Crossing(
            foreign_key=key,
            from_group=self.group_of.get(key.table, UNGROUPED),
            to_group=self.group_of.get(key.referenced_table, UNGROUPED),
            verdict=verdict,
            reason=reason,
            declared=merged.declared,
            rehearsed=merged.rehearsed,
        )

    def _verdict(self, key: ForeignKey) -> tuple[CrossingVerdict, str]:
        if key in self.accepted:
            return CrossingVerdict.ALLOWED, self.accepted[key].reason
        contracts = self.rules.contracts
        if broken := [it for it in contracts if _breaks(it, key, self.group_of, self.names)]:
            return CrossingVerdict.FORBIDDEN, f"breaks {_contract_list(broken)}"
        if named := [it for it in contracts if _names_target(it, key, self.group_of, self.names)]:
            return CrossingVerdict.ALLOWED, f"named by {_contract_list(named)}"
        if any(key.referenced_table in self.names.get(hub, ()) for hub in self.rules.hubs):
            return CrossingVerdict.ALLOWED, f"{key.referenced_table.name} is a hub"
        return CrossingVerdict.UNDECLARED, "no hub, contract or accepted crossing speaks of it"


def _contract_list(contracts: Sequence[Contract]) -> str:
    quoted = " and ".join(f'"{contract.name}"' for contract in contracts)
    return f"the contract{'' if len(contracts) == 1 else 's'} {quoted}"


def _breaks(contract: Contract, key: ForeignKey, group_of: Mapping[QualifiedName, str], names: TableNames) -> bool:
    """Whether a direct foreign key is one that the contract promises not to exist (ContractKind says what it means)."""
    origin = group_of.get(key.table, UNGROUPED)
    target = group_of.get(key.referenced_table, UNGROUPED)
    if origin == target or origin not in contract.groups:
        return False
    if contract.kind is ContractKind.INTERNAL_ONLY:
        return True
    if contract.kind is ContractKind.INDEPENDENT and target not in contract.groups:
        return False
    return not _is_named(contract.allowed, key.referenced_table, target, names)


def _names_target(
    contract: Contract, key: ForeignKey, group_of: Mapping[QualifiedName, str], names: TableNames
) -> bool:
    target = group_of.get(key.referenced_table, UNGROUPED)
    applies = group_of.get(key.table, UNGROUPED) in contract.groups
    return applies and _is_named(contract.allowed, key.referenced_table, target, names)


def _is_named(allowed: Iterable[str], table: QualifiedName, group: str, names: TableNames) -> bool:
    return any(name == group or table in names.get(name, ()) for name in allowed)


def judge_contracts(
    contracts: Iterable[Contract],
    keys: Iterable[MergedKey],
    crossed: Iterable[Crossing],
    grouping: Grouping,
    names: TableNames,
) -> tuple[ContractVerdict, ...]:
    """How each contract fared, in their order.

    Judged on the keys of both structures: one that is declared counts even where the migrations fail to make it. A
    crossing that is accepted by name breaks no contract. Vacuous is a contract whose groups own no foreign key at
    all, inside or out: then keeping it says nothing about them.
    """
    group_of = grouping.group_of()
    owners = {group_of.get(key.foreign_key.table, UNGROUPED) for key in keys}
    forbidden = [crossing for crossing in crossed if crossing.verdict is CrossingVerdict.FORBIDDEN]
    return tuple(_judged(contract, forbidden, owners, group_of, names) for contract in contracts)


def _judged(
    contract: Contract,
    forbidden: Sequence[Crossing],
    owners: set[str],
    group_of: Mapping[QualifiedName, str],
    names: TableNames,
) -> ContractVerdict:
    broken_by = tuple(it for it in forbidden if _breaks(contract, it.foreign_key, group_of, names))
    return ContractVerdict(
        contract=contract,
        passed=not broken_by,
        vacuous=owners.isdisjoint(contract.groups),
        broken_by=broken_by,
    )


def edge_name(key: ForeignKey) -> str:
    """The key as `[[crossings]]` spells it: `Table.column,column->Table`."""
    return f"{key.table.name}.{','.join(key.columns)}->{key.referenced_table.name}"


def _accepted(
    accepted: Iterable[DeclaredCrossing], keys: Iterable[ForeignKey], names: TableNames
) -> dict[ForeignKey, DeclaredCrossing]:
    """The entry that accepts each key. Spellings are compared, not parsed: names may hold dots, commas and arrows."""
    by_edge = {_squeezed(entry.edge): entry for entry in reversed(tuple(accepted))}
    if not by_edge:
        return {}
    spelt: dict[QualifiedName, list[str]] = {}
    for name, tables in names.items():
        for table in tables:
            spelt.setdefault(table, []).append(name)
    return {key: by_edge[edge] for key in keys for edge in _edges(key, spelt) if edge in by_edge}


def _edges(key: ForeignKey, spelt: Mapping[QualifiedName, Sequence[str]]) -> set[str]:
    """Every way in which an entry may spell the key."""
    tables, referenced = (
        {table.name, str(table), *spelt.get(table, ())} for table in (key.table, key.referenced_table)
    )
    return {_squeezed(f"{one}.{','.join(key.columns)}->{other}") for one in tables for other in referenced}


def _squeezed(edge: str) -> str:
    return re.sub(r"\s*(->|,)\s*", r"\1", edge.strip())


def stale_crossings(
    accepted: Sequence[DeclaredCrossing], crossed: Iterable[Crossing], names: TableNames
) -> tuple[DeclaredCrossing, ...]:
    """The accepted crossings that no foreign key between groups matches any more, in their order."""
    used = set(_accepted(accepted, (crossing.foreign_key for crossing in crossed), names).values())
    return tuple(entry for entry in accepted if entry not in used)


def unknown_names(rules: IsolationRules, grouping: Grouping, names: TableNames) -> tuple[UnknownName, ...]:
    """Names in contracts and hubs that are no group or table, in the order of the configuration."""
    groups = {group.name for group in grouping.groups}
    found = [
        UnknownName(place=f'contract "{contract.name}", {field}', name=name)
        for contract in rules.contracts
        for field, listed, known in (
            ("groups", contract.groups, groups),
            ("allowed", contract.allowed, groups | names.keys()),
        )
        for name in listed
        if name not in known
    ]
    hubs = [UnknownName(place="hubs", name=hub) for hub in rules.hubs if hub not in names]
    return (*found, *hubs)
