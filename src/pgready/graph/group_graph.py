"""The groups as a graph: which group's tables hold keys to which other group's tables.

`nx.quotient_graph` is not used, because it counts the keys of a multigraph wrongly.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pgready.graph.isolation import group_order
from pgready.model.groups import UNGROUPED, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema, Table

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["GroupPair", "group_graph", "key_order", "keys_between", "tables_by_group"]

GroupPair = tuple[str, str]
"""(group of the referencing table, group of the referenced table)."""


def key_order(key: ForeignKey) -> tuple[QualifiedName, tuple[str, ...], QualifiedName, tuple[str, ...], str]:
    """Sorts keys by table, columns, referenced table, referenced columns and name."""
    return (key.table, key.columns, key.referenced_table, key.referenced_columns, key.name)


def keys_between(grouping: Grouping, keys: Iterable[ForeignKey]) -> dict[GroupPair, tuple[ForeignKey, ...]]:
    """The keys of every ordered pair of groups that has one, each key exactly once, in `key_order`.

    Keys within a group stand under (group, group). A table without a group, and one that the grouping does not know,
    counts as of "(ungrouped)". The pairs are ordered as the groups of the configuration.
    """
    group_of, order = grouping.group_of(), group_order(grouping)
    found: dict[GroupPair, list[ForeignKey]] = {}
    for key in sorted(keys, key=key_order):
        pair = (group_of.get(key.table, UNGROUPED), group_of.get(key.referenced_table, UNGROUPED))
        found.setdefault(pair, []).append(key)
    pairs = sorted(found, key=lambda pair: (order[pair[0]], order[pair[1]]))
    return {pair: tuple(found[pair]) for pair in pairs}


def group_graph(grouping: Grouping, keys: Iterable[ForeignKey]) -> "nx.DiGraph":
    """One node per group in the order of the configuration, one edge per ordered pair of different groups with a key.

    An edge goes from the referencing to the referenced group and has `foreign_keys` (a tuple, in `key_order`) and
    `weight`, their number. Keys within a group are no edges. "(ungrouped)" is a node, the last, when it has a table
    or a key. `keys` are those of one structure (`schema.foreign_keys()`) or of several merged ones.
    """
    between = keys_between(grouping, keys)
    ungrouped = bool(grouping.ungrouped) or any(UNGROUPED in pair for pair in between)
    import networkx as nx  # noqa: PLC0415  # heavy, and only where there are groups

    graph = nx.DiGraph()
    graph.add_nodes_from(name for name in group_order(grouping) if name != UNGROUPED or ungrouped)
    for (source, target), found in between.items():
        if source != target:
            graph.add_edge(source, target, foreign_keys=found, weight=len(found))
    return graph


def tables_by_group(schema: Schema, grouping: Grouping) -> dict[str, tuple[Table, ...]]:
    """The tables of `schema` in each group, in the order of the configuration; without partitions.

    A partition is a part of its partitioned table: it has the same columns and keys again. A table that the grouping
    does not know is of "(ungrouped)", which comes last and only when it has a table. Groups without a table stay.
    """
    group_of = grouping.group_of()
    found: dict[str, list[Table]] = {name: [] for name in group_order(grouping)}
    for table in schema.tables:
        if table.partition_of is None:
            found[group_of.get(table.name, UNGROUPED)].append(table)
    return {name: tuple(tables) for name, tables in found.items() if tables or name != UNGROUPED}
