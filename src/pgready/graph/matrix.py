"""The group matrix: how many foreign keys go from which group to which, and what becomes of them.

A dependency structure matrix (Steward 1981): rows are the groups that hold a key, columns those it refers to. In
topological order a filled cell below the diagonal is a cycle of groups.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace

import networkx as nx

from pgready.graph.feedback import feedback_arcs
from pgready.graph.isolation import MergedKey, group_order
from pgready.model.groups import UNGROUPED, Crossing, CrossingVerdict, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey
from pgready.model.unkeyed import UnkeyedReference

__all__ = ["GroupMatrix", "KeyCounts", "MatrixGroup", "group_matrix", "merged_groups", "tables_of"]

_Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCounts:
    """Foreign keys by verdict; `missing` of them are declared and were not made, `extra` made and not declared.

    `unkeyed` are references without a foreign key; they are in no other number. `tolerated` of the allowed ones are so
    by the baseline only.
    """

    internal: int = 0
    allowed: int = 0
    undeclared: int = 0
    forbidden: int = 0
    missing: int = 0
    extra: int = 0
    unkeyed: int = 0
    tolerated: int = 0

    @property
    def keys(self) -> int:
        """All foreign keys, whatever became of them."""
        return self.internal + self.allowed + self.undeclared + self.forbidden

    @property
    def crossing(self) -> int:
        """Keys between groups that nothing allows."""
        return self.undeclared + self.forbidden

    def __add__(self, other: "KeyCounts") -> "KeyCounts":
        """Number by number."""
        return KeyCounts(**{name: getattr(self, name) + getattr(other, name) for name in _NUMBERS})


_NUMBERS = tuple(it.name for it in fields(KeyCounts))


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixGroup:
    """A row and column: the group's name, its number of tables, and how many of those a rehearsal did not make."""

    name: str
    tables: int
    missing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMatrix:
    """`groups` in topological order (those that refer before those referred to); only filled `cells`, (from, to).

    `rehearsed` tells whether missing tables and keys could be known at all, `complete` whether the rehearsal ran to its
    end.
    """

    groups: tuple[MatrixGroup, ...]
    cells: Mapping[_Pair, KeyCounts]
    rehearsed: bool
    complete: bool = True

    @property
    def total(self) -> KeyCounts:
        """The sum of all cells."""
        return sum(self.cells.values(), KeyCounts())

    @property
    def cycles(self) -> tuple[_Pair, ...]:
        """The filled cells below the diagonal, by row: each takes part in a cycle of groups."""
        place = {group.name: position for position, group in enumerate(self.groups)}
        below = [(source, target) for source, target in self._filled() if place[source] > place[target]]
        return tuple(sorted(below, key=lambda pair: (place[pair[0]], place[pair[1]])))

    def _filled(self) -> Iterable[_Pair]:
        return (pair for pair, counts in self.cells.items() if counts.keys)


def group_matrix(
    grouping: Grouping,
    keys: Iterable[MergedKey],
    crossed: Iterable[Crossing],
    *,
    missing_tables: Collection[QualifiedName] | None = None,
    unkeyed: Iterable[UnkeyedReference] = (),
) -> GroupMatrix:
    """Count the keys of every ordered pair of groups; every key of `keys` is in exactly one cell.

    `crossed` are the judged crossings among `keys`. `missing_tables` are declared tables that the rehearsal did not
    make, None when nothing was rehearsed. "(ungrouped)" is a group when it has a table or a key.
    """
    group_of = grouping.group_of()
    verdicts = {it.foreign_key: it for it in crossed}
    cells: dict[_Pair, KeyCounts] = {}
    for key in keys:
        _count(cells, _pair(group_of, key.foreign_key.table, key.foreign_key.referenced_table), _one(key, verdicts))
    for reference in unkeyed:
        _count(cells, _pair(group_of, reference.table, reference.referenced_table), KeyCounts(unkeyed=1))
    names = _ordered(grouping, cells)
    return GroupMatrix(
        groups=tuple(_sized(grouping, name, missing_tables or ()) for name in names),
        cells={(one, other): cells[one, other] for one in names for other in names if (one, other) in cells},
        rehearsed=missing_tables is not None,
    )


def _pair(group_of: Mapping[QualifiedName, str], table: QualifiedName, referenced: QualifiedName) -> _Pair:
    return group_of.get(table, UNGROUPED), group_of.get(referenced, UNGROUPED)


def _count(cells: dict[_Pair, KeyCounts], pair: _Pair, counts: KeyCounts) -> None:
    cells[pair] = cells.get(pair, KeyCounts()) + counts


def _one(key: MergedKey, crossed: Mapping[ForeignKey, Crossing]) -> KeyCounts:
    crossing = crossed.get(key.foreign_key)
    verdict = crossing.verdict if crossing else None
    return KeyCounts(
        internal=int(verdict is None),
        allowed=int(verdict is CrossingVerdict.ALLOWED),
        undeclared=int(verdict is CrossingVerdict.UNDECLARED),
        forbidden=int(verdict is CrossingVerdict.FORBIDDEN),
        missing=int(key.missing),
        extra=int(not key.declared),
        tolerated=int(crossing is not None and crossing.baselined),
    )


def _sized(grouping: Grouping, name: str, missing: Collection[QualifiedName]) -> MatrixGroup:
    tables = tables_of(grouping, name)
    return MatrixGroup(name=name, tables=len(tables), missing=sum(table in missing for table in tables))


def tables_of(grouping: Grouping, name: str) -> tuple[QualifiedName, ...]:
    """The tables of a group, or those without a group for "(ungrouped)"; without partitions."""
    own = next((group.tables for group in grouping.groups if group.name == name), None)
    tables = own if own is not None else grouping.ungrouped
    if not grouping.partitions:
        return tables
    partitions = frozenset(grouping.partitions)
    return tuple(table for table in tables if table not in partitions)


def _ordered(grouping: Grouping, cells: Mapping[_Pair, KeyCounts]) -> list[str]:
    """Referencing groups before referenced ones, ties as configured.

    Within a cycle that holds for all keys but those of the smallest cut, so that these stand below the diagonal, and
    nothing else does.
    """
    order = group_order(grouping)
    names = [name for name in order if name != UNGROUPED or grouping.ungrouped or any(UNGROUPED in it for it in cells)]
    graph = nx.DiGraph()
    graph.add_nodes_from(names)
    graph.add_edges_from(pair for pair, counts in cells.items() if counts.keys and pair[0] != pair[1])
    loops = nx.condensation(graph)
    members = {
        loop: _without_cut(graph.subgraph(data["members"]), cells, order) for loop, data in loops.nodes(data=True)
    }
    first = {loop: min(order[name] for name in names) for loop, names in members.items()}
    return [name for loop in nx.lexicographical_topological_sort(loops, first.get) for name in members[loop]]


def _without_cut(loop: nx.DiGraph, cells: Mapping[_Pair, KeyCounts], order: Mapping[str, int]) -> list[str]:
    """The groups of a cycle in the order that is left without its cut, which is that of `group_cycles`."""
    cut = feedback_arcs({pair: cells[pair].keys for pair in loop.edges}).arcs
    left = nx.DiGraph(loop)
    left.remove_edges_from(cut)
    return list(nx.lexicographical_topological_sort(left, order.__getitem__))


def merged_groups(matrix: GroupMatrix, most: int) -> GroupMatrix:
    """The matrix with at most `most` groups: the others become one, at the end; totals stay.

    Those stay that have most keys to and from other groups, keys that nothing allows counting first.
    """
    if len(matrix.groups) <= most:
        return matrix
    weights = _weights(matrix.cells)
    ranked = sorted(matrix.groups, key=lambda it: weights.get(it.name, (0, 0)), reverse=True)
    kept = {group.name for group in ranked[: most - 1]}
    rest = [group for group in matrix.groups if group.name not in kept]
    name = f"({len(rest)} more groups)"
    cells: dict[_Pair, KeyCounts] = {}
    for (source, target), counts in matrix.cells.items():
        _count(cells, (source if source in kept else name, target if target in kept else name), counts)
    merged = MatrixGroup(name=name, tables=sum(it.tables for it in rest), missing=sum(it.missing for it in rest))
    shown = tuple(group for group in matrix.groups if group.name in kept)
    return replace(matrix, groups=(*shown, merged), cells=cells)


def _weights(cells: Mapping[_Pair, KeyCounts]) -> dict[str, tuple[int, int]]:
    """Of every group the keys to and from others that nothing allows, and all of them."""
    found: dict[str, tuple[int, int]] = {}
    for pair, counts in cells.items():
        for name in pair if pair[0] != pair[1] else ():
            bad, keys = found.get(name, (0, 0))
            found[name] = (bad + counts.crossing, keys + counts.keys)
    return found
