"""What `pgready init` proposes for a project: groups, shared tables, key identifiers, contracts that hold today.

Values only; `draft_text` makes a pgready.toml of them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pgready.graph.edges import both_structures, unkeyed_edges
from pgready.graph.group_graph import group_graph
from pgready.graph.grouping import resolve_groups, with_undeclared
from pgready.graph.hubs import Hub, proposed_hubs
from pgready.graph.isolation import IsolationRules, judge_isolation
from pgready.graph.names import TableNames, spellings, table_names
from pgready.graph.suggestion import OTHER, SuggestedGroup, suggest_groups
from pgready.graph.tenancy import GroupTenancy, group_tenancy
from pgready.model.contracts import EdgeKind
from pgready.model.groups import UNGROUPED, Contract, ContractKind, ContractVerdict, Grouping, GroupSource, Placement
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema

__all__ = ["Draft", "DraftGroup", "DraftTable", "make_draft"]

_TOO_MANY_ALLOWED = 8
_SINGLE_PERCENT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTable:
    """A table as the group lists it, and why it stands there."""

    spelling: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftGroup:
    """A group: the tables to list, those that the project itself puts there (`placed`), and its models."""

    name: str
    listed: tuple[DraftTable, ...]
    placed: tuple[Placement, ...]
    models: tuple[str, ...]
    tenancy: GroupTenancy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything that is proposed.

    `groups_from` are the sources of the project itself that are taken over; `grouping` is what the groups resolve to;
    `hubs` are only proposed, each with its spelling; `contracts` hold today, in the order of the groups; `unpromising`
    are groups that refer to so many others that no contract is proposed, with their number.
    """

    groups: tuple[DraftGroup, ...]
    groups_from: tuple[GroupSource, ...]
    grouping: Grouping
    hubs: tuple[tuple[str, Hub], ...]
    contracts: tuple[ContractVerdict, ...]
    unpromising: tuple[tuple[str, int], ...]


def make_draft(declared: Schema, rehearsed: Schema | None = None) -> Draft:
    """Propose a configuration for what is declared and, when it was rehearsed, for what the migrations make.

    What comments, PostgreSQL schemas and files say of groups is taken over; files are not when most of them hold a
    single table, for such files are no features. Every other table is in a suggested group (`suggest_groups`). With
    the draft as its configuration no table is without a group or in two, and every contract holds.
    """
    structure = with_undeclared(declared, rehearsed)
    given, groups_from = _taken_over(structure, rehearsed)
    names = _Names(structure=structure, known=table_names(declared, rehearsed))
    suggested = _settled(suggest_groups(structure, given), names.known)
    listed = {group.name: _listed(group, names) for group in suggested}
    declaration = {name: [it.spelling for it in tables] for name, tables in listed.items()}
    grouping = resolve_groups(structure, declaration, groups_from=groups_from, rehearsed=rehearsed)
    tenancy = {it.group: it for it in group_tenancy(structure, grouping) if it.group != OTHER}
    contracts, unpromising = _contracts(declared, rehearsed, grouping, names)
    return Draft(
        groups=tuple(_group(group.name, listed[group.name], grouping, structure, tenancy) for group in suggested),
        groups_from=groups_from,
        grouping=grouping,
        hubs=tuple((names.spelling(it.table), it) for it in _hubs(structure, grouping)),
        contracts=contracts,
        unpromising=unpromising,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """How the configuration can mean a table; `known` are the names of both structures."""

    structure: Schema
    known: TableNames

    def spelling(self, table: QualifiedName, *, groups: Collection[str] = ()) -> str:
        """The shortest way to mean this table and nothing else, nor one of `groups`."""
        held = self.structure.table(table)
        ways = spellings(held) if held else (str(table),)
        return next((it for it in ways if self.known.get(it) == (table,) and it not in groups), str(table))


def _taken_over(structure: Schema, rehearsed: Schema | None) -> tuple[Grouping, tuple[GroupSource, ...]]:
    """The groups of the project itself, and which of its sources beside comments they come from."""
    found = resolve_groups(structure, {}, rehearsed=rehearsed)
    sources = {placement.source for placement in found.placements}
    files = [it for it in found.placements if it.source is GroupSource.FILE]
    sizes = [sum(it.group == group for it in files) for group in {it.group for it in files}]
    if files and sum(size == 1 for size in sizes) * 100 > len(sizes) * _SINGLE_PERCENT:
        sources.discard(GroupSource.FILE)
    groups_from = tuple(it for it in (GroupSource.SCHEMA, GroupSource.FILE) if it in sources)
    return resolve_groups(structure, {}, groups_from=groups_from, rehearsed=rehearsed), groups_from


def _settled(groups: Iterable[SuggestedGroup], names: TableNames) -> tuple[SuggestedGroup, ...]:
    """Tables that no spelling tells apart stand together, where the first of them stands."""
    found = tuple(groups)
    home: dict[QualifiedName, str] = {}
    for group in found:
        for it in group.tables:
            twins = names.get(str(it.table), (it.table,))
            home[it.table] = next((home[twin] for twin in twins if twin in home), group.name)
    tables = [it for group in found for it in group.tables]
    return tuple(replace(group, tables=tuple(it for it in tables if home[it.table] == group.name)) for group in found)


def _listed(group: SuggestedGroup, names: _Names) -> tuple[DraftTable, ...]:
    found = {names.spelling(it.table): it.reason for it in group.tables}
    return tuple(DraftTable(spelling=spelling, reason=reason) for spelling, reason in found.items())


def _group(
    name: str,
    listed: tuple[DraftTable, ...],
    grouping: Grouping,
    structure: Schema,
    tenancy: Mapping[str, GroupTenancy],
) -> DraftGroup:
    own = [it for it in grouping.placements if it.group == name]
    tables = [table for it in own if (table := structure.table(it.table)) is not None]
    return DraftGroup(
        name=name,
        listed=listed,
        placed=tuple(it for it in own if it.source is not GroupSource.LIST),
        models=tuple(sorted(table.model for table in tables if table.model is not None)),
        tenancy=tenancy.get(name),
    )


def _hubs(structure: Schema, grouping: Grouping) -> tuple[Hub, ...]:
    """Those to which tables of other groups refer."""
    return tuple(hub for hub in proposed_hubs(grouping, structure.foreign_keys()) if hub.groups)


def _contracts(
    declared: Schema, rehearsed: Schema | None, grouping: Grouping, names: _Names
) -> tuple[tuple[ContractVerdict, ...], tuple[tuple[str, int], ...]]:
    """For each group the narrowest promise that its references keep, judged by the judge of every audit."""
    keys = [merged.foreign_key for merged in judge_isolation(declared, rehearsed, grouping, IsolationRules()).keys]
    graph = group_graph(grouping, keys)
    contracts: list[Contract] = []
    unpromising: list[tuple[str, int]] = []
    unkeyed = _unkeyed_targets(both_structures(declared, rehearsed), grouping)
    known = {group.name for group in grouping.groups}
    for name in (it.name for it in grouping.groups if it.name != OTHER and it.tables):
        outgoing = [key for _, _, held in graph.out_edges(name, data="foreign_keys") for key in held]
        guessed = unkeyed.get(name, frozenset())
        targets = sorted({key.referenced_table for key in outgoing} | guessed)
        # A table that neither structure holds has no name that a contract could allow.
        if len(targets) > _TOO_MANY_ALLOWED or UNGROUPED in graph.successors(name):
            group_of = grouping.group_of()
            unpromising.append((name, len({group_of.get(it, UNGROUPED) for it in targets})))
        else:
            contract = _contract(name, targets, names, known)
            # Without a key for them, a promise about keys alone would call the group isolated.
            contracts.append(replace(contract, edges=EdgeKind.FK_AND_UNKEYED) if guessed else contract)
    judged = judge_isolation(declared, rehearsed, grouping, IsolationRules(contracts=tuple(contracts)))
    return tuple(it for it in judged.contracts if it.passed), tuple(unpromising)


def _unkeyed_targets(structure: Schema, grouping: Grouping) -> dict[str, frozenset[QualifiedName]]:
    """The tables of other groups to which columns of a group seem to refer without a key."""
    group_of = grouping.group_of()
    found: dict[str, set[QualifiedName]] = {}
    for edge in unkeyed_edges(structure):
        group = group_of.get(edge.table, UNGROUPED)
        if group_of.get(edge.referenced_table, UNGROUPED) != group:
            found.setdefault(group, set()).add(edge.referenced_table)
    return {group: frozenset(tables) for group, tables in found.items()}


def _contract(group: str, targets: Sequence[QualifiedName], names: _Names, groups: Collection[str]) -> Contract:
    others = ", ".join(names.spelling(it) for it in targets)
    return Contract(
        kind=ContractKind.ONLY_REFERENCES if targets else ContractKind.INTERNAL_ONLY,
        name=f"{group} refers to itself and to {others}" if targets else f"{group} refers to itself only",
        groups=(group,),
        allowed=tuple(dict.fromkeys(names.spelling(it, groups=groups) for it in targets)),
    )
