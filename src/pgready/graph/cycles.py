"""Cycles: groups that refer to each other in a circle, with the fewest foreign keys to give up, and tables that do."""

from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from pgready.graph.feedback import feedback_arcs
from pgready.graph.group_graph import group_graph, key_order
from pgready.graph.isolation import group_order
from pgready.model.groups import Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey

__all__ = ["GroupCycle", "TableCycle", "group_cycles", "table_cycles"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCycle:
    """Groups of which each refers to each other, over some way: a strongly connected component of the group graph.

    `groups` stand in the order of the configuration; `keys` are all foreign keys from one of them to another. Without
    those in `cut` no cycle is left; `exact` tells that no smaller number of keys does (else a heuristic found them).
    Where several smallest sets exist, `cut` is one of them: first the one between the fewest pairs of groups.
    """

    groups: tuple[str, ...]
    keys: tuple[ForeignKey, ...]
    cut: tuple[ForeignKey, ...]
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCycle:
    """Tables, by name, of which each refers to each other, over some way; `keys` are all keys between them.

    A single table has references to itself. Keys of a table to itself are in `keys` of a larger cycle as well.
    """

    tables: tuple[QualifiedName, ...]
    keys: tuple[ForeignKey, ...]

    @property
    def of_itself(self) -> bool:
        """Whether it is only one table's references to itself."""
        return len(self.tables) == 1


def group_cycles(grouping: Grouping, keys: Iterable[ForeignKey]) -> tuple[GroupCycle, ...]:
    """The cycles of groups, ordered by their first group in the configuration; keys within a group play no part.

    Tables without a group count as one group "(ungrouped)". A key that should not count, such as one to a hub, is
    left out of `keys` by the caller.
    """
    graph, order = group_graph(grouping, keys), group_order(grouping)
    loops = [sorted(loop, key=order.__getitem__) for loop in nx.strongly_connected_components(graph) if len(loop) > 1]
    return tuple(_group_cycle(graph, loop) for loop in sorted(loops, key=lambda loop: order[loop[0]]))


def _group_cycle(graph: nx.DiGraph, groups: list[str]) -> GroupCycle:
    within: dict[tuple[str, str], tuple[ForeignKey, ...]] = {
        (source, target): found for source, target, found in graph.subgraph(groups).edges(data="foreign_keys")
    }
    least = feedback_arcs({pair: len(found) for pair, found in within.items()})
    return GroupCycle(
        groups=tuple(groups),
        keys=_sorted(key for found in within.values() for key in found),
        cut=_sorted(key for pair in least.arcs for key in within[pair]),
        exact=least.exact,
    )


def _sorted(keys: Iterable[ForeignKey]) -> tuple[ForeignKey, ...]:
    return tuple(sorted(keys, key=key_order))


def table_cycles(keys: Iterable[ForeignKey]) -> tuple[TableCycle, ...]:
    """The cycles of tables, references of a table to itself included; ordered by their first table."""
    found = tuple(keys)
    graph = nx.DiGraph()
    graph.add_edges_from((key.table, key.referenced_table) for key in found)
    loop_of = {table: frozenset(loop) for loop in nx.strongly_connected_components(graph) for table in loop}
    inside: dict[frozenset[QualifiedName], list[ForeignKey]] = {}
    for key in found:
        if key.referenced_table in loop_of[key.table]:
            inside.setdefault(loop_of[key.table], []).append(key)
    cycles = (TableCycle(tables=tuple(sorted(loop)), keys=_sorted(held)) for loop, held in inside.items())
    return tuple(sorted(cycles, key=lambda cycle: cycle.tables))
