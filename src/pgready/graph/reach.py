"""How far a delete reaches from every table, in numbers, and the cascades that cross from group to group."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import networkx as nx

from pgready.graph.cascades import cascade_graph
from pgready.graph.group_graph import key_order
from pgready.graph.isolation import group_order
from pgready.model.groups import UNGROUPED, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, ReferentialAction, Schema

__all__ = ["CascadeReach", "CrossingCascade", "cascade_reach", "crossing_cascades"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeReach:
    """How many other tables a delete in `table` can reach, and in which groups those are (order of configuration)."""

    table: QualifiedName
    group: str
    tables: int
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossingCascade:
    """A CASCADE key between groups: a delete in `to_group`, the referenced one, deletes rows of `from_group`."""

    foreign_key: ForeignKey
    from_group: str
    to_group: str


def crossing_cascades(grouping: Grouping, keys: Iterable[ForeignKey]) -> tuple[CrossingCascade, ...]:
    """The ON DELETE CASCADE keys whose tables are in different groups, by groups in the configuration's order.

    A cascade that reaches another group over several tables has one of these on its way, so no crossing is missed.
    """
    group_of, order = grouping.group_of(), group_order(grouping)
    cascades = sorted((key for key in keys if key.on_delete is ReferentialAction.CASCADE), key=key_order)
    found = [
        CrossingCascade(
            foreign_key=key,
            from_group=group_of.get(key.table, UNGROUPED),
            to_group=group_of.get(key.referenced_table, UNGROUPED),
        )
        for key in cascades
    ]
    crossing = [it for it in found if it.from_group != it.to_group]
    return tuple(sorted(crossing, key=lambda it: (order[it.from_group], order[it.to_group])))


def cascade_reach(schema: Schema, grouping: Grouping) -> tuple[CascadeReach, ...]:
    """The reach of every table from which a delete reaches another, the widest first, then by name.

    The numbers are those of `blast_radii`. Sets of tables are kept as the bits of integers along the condensed graph,
    because `nx.descendants` of each of thousands of tables would walk the same ways again and again.
    """
    order = group_order(grouping)
    group_of = {table: order[group] for table, group in grouping.group_of().items()}
    found = [
        CascadeReach(
            table=table,
            group=_names(1 << group_of.get(table, order[UNGROUPED]), order)[0],
            tables=tables.bit_count(),
            groups=_names(groups, order),
        )
        for table, tables, groups in _reached(cascade_graph(schema), group_of, order[UNGROUPED])
        if tables
    ]
    return tuple(sorted(found, key=lambda it: (-it.tables, -len(it.groups), it.table)))


def _names(groups: int, order: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(name for name, position in order.items() if groups >> position & 1)


def _reached(
    graph: nx.DiGraph, group_of: Mapping[QualifiedName, int], ungrouped: int
) -> Iterator[tuple[QualifiedName, int, int]]:
    """Each table with the bits of the other tables that it reaches, and of their groups."""
    bits = {table: _Bits(1 << place, 1 << group_of.get(table, ungrouped)) for place, table in enumerate(graph)}
    loops = nx.condensation(graph)
    below: dict[int, _Bits] = {}
    for loop in reversed(list(nx.topological_sort(loops))):
        members = loops.nodes[loop]["members"]
        beyond = _union(below[further] for further in loops.successors(loop))
        groups = Counter(bits[table].groups for table in members)
        below[loop] = _union((beyond, *(bits[table] for table in members)))
        for table in members:
            own = bits[table]
            # The table's own group is reached only where another of its tables is.
            alone = groups[own.groups] == 1 and not beyond.groups & own.groups
            yield table, below[loop].tables ^ own.tables, below[loop].groups ^ (own.groups if alone else 0)


class _Bits(NamedTuple):
    """A set of tables and the set of their groups, each as the bits of an integer."""

    tables: int = 0
    groups: int = 0


def _union(sets: Iterable[_Bits]) -> _Bits:
    tables = groups = 0
    for one in sets:
        tables |= one.tables
        groups |= one.groups
    return _Bits(tables, groups)
