"""The block matrix: every table against every table, the groups as blocks along the diagonal.

For structures of which no picture of boxes and lines can be read: spring, Kamada-Kawai, chord, arc and hive layouts
were all tried at 855 tables and none could.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import networkx as nx

from pgready.graph.isolation import MergedKey
from pgready.graph.matrix import GroupMatrix, KeyCounts, tables_of
from pgready.graph.names import short_names
from pgready.graph.pages import LinkKind
from pgready.model.groups import UNGROUPED, Crossing, Grouping
from pgready.model.names import QualifiedName
from pgready.model.unkeyed import UnkeyedReference

__all__ = ["BlockMatrix", "MatrixBlock", "MatrixTarget", "block_matrix"]

_TARGETS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixBlock:
    """A group: its tables take `tables` rows and columns from `start` on; `out` are the keys to other groups."""

    name: str
    start: int
    tables: int
    out: KeyCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixTarget:
    """A table that other groups refer to, by `keys` keys; `place` is its column."""

    table: QualifiedName
    place: int
    keys: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockMatrix:
    """`tables` in order, which is that of rows and columns; a row refers to a column.

    `cells` are pairs (row, column) per kind, ordered; a pair with keys of several kinds stands under the worst, and
    under UNKEYED only when it has no key. `blocks` are in the order of the group matrix. `targets` are the tables that
    most keys of other groups refer to, most first. `total`, `rehearsed` and `complete` are those of the group matrix.
    """

    tables: tuple[QualifiedName, ...]
    blocks: tuple[MatrixBlock, ...]
    cells: Mapping[LinkKind, tuple[tuple[int, int], ...]]
    targets: tuple[MatrixTarget, ...]
    labels: Mapping[QualifiedName, str]
    total: KeyCounts
    missing: int
    rehearsed: bool
    complete: bool = True


_WORST = (LinkKind.FORBIDDEN, LinkKind.UNDECLARED, LinkKind.ALLOWED, LinkKind.INTERNAL, LinkKind.UNKEYED)


def block_matrix(
    matrix: GroupMatrix,
    grouping: Grouping,
    keys: Iterable[MergedKey],
    crossed: Iterable[Crossing],
    *,
    unkeyed: Iterable[UnkeyedReference] = (),
) -> BlockMatrix:
    """Arrange all tables; `matrix` is the group matrix of the same values.

    Within a block a table stands before those that it refers to, so that its cells lie above the diagonal, and those
    that other groups refer to most stand last. Keys from or to a table of no group of the grouping are left out.
    """
    found = tuple(keys)
    kinds = _kinds(found, crossed, unkeyed)
    asked = _asked(grouping, found)
    inside = _inside(grouping, kinds)
    order: list[QualifiedName] = []
    blocks: list[MatrixBlock] = []
    for group in matrix.groups:
        own = tables_of(grouping, group.name)
        out = (counts for pair, counts in matrix.cells.items() if pair[0] == group.name != pair[1])
        blocks.append(MatrixBlock(name=group.name, start=len(order), tables=len(own), out=sum(out, KeyCounts())))
        order += _ordered(own, inside.get(group.name, ()), asked)
    place = {table: number for number, table in enumerate(order)}
    targets = [MatrixTarget(table=it, place=place[it], keys=number) for it, number in asked.items() if it in place]
    return BlockMatrix(
        tables=tuple(order),
        blocks=tuple(blocks),
        cells=_cells(kinds, place),
        targets=tuple(sorted(targets, key=lambda it: (-it.keys, it.table))[:_TARGETS]),
        labels=short_names(order),
        total=matrix.total,
        missing=sum(group.missing for group in matrix.groups),
        rehearsed=matrix.rehearsed,
        complete=matrix.complete,
    )


_Pair = tuple[QualifiedName, QualifiedName]


def _kinds(
    keys: Iterable[MergedKey], crossed: Iterable[Crossing], unkeyed: Iterable[UnkeyedReference]
) -> dict[_Pair, LinkKind]:
    """The worst kind of every pair of tables."""
    verdicts = {it.foreign_key: LinkKind(it.verdict.value) for it in crossed}
    found: dict[_Pair, LinkKind] = {(it.table, it.referenced_table): LinkKind.UNKEYED for it in unkeyed}
    for merged in keys:
        key = merged.foreign_key
        pair = (key.table, key.referenced_table)
        kind = verdicts.get(key, LinkKind.INTERNAL)
        found[pair] = min(kind, found.get(pair, kind), key=_WORST.index)
    return found


def _asked(grouping: Grouping, keys: Iterable[MergedKey]) -> Counter[QualifiedName]:
    """How many keys of other groups refer to each table."""
    group_of = grouping.group_of()
    return Counter(
        key.foreign_key.referenced_table
        for key in keys
        if group_of.get(key.foreign_key.table, UNGROUPED) != group_of.get(key.foreign_key.referenced_table, UNGROUPED)
    )


def _inside(grouping: Grouping, kinds: Iterable[_Pair]) -> dict[str, list[_Pair]]:
    group_of = grouping.group_of()
    found: dict[str, list[_Pair]] = {}
    for pair in kinds:
        group = group_of.get(pair[0], UNGROUPED)
        if group == group_of.get(pair[1], UNGROUPED) and pair[0] != pair[1]:
            found.setdefault(group, []).append(pair)
    return found


def _ordered(
    tables: Iterable[QualifiedName], pairs: Iterable[_Pair], asked: Mapping[QualifiedName, int]
) -> list[QualifiedName]:
    """Tables without a key first, then by their height over those that refer to none, the most asked for last."""
    graph = nx.DiGraph(sorted(pairs))
    loops = nx.condensation(graph) if graph else nx.DiGraph()
    height: dict[int, int] = {}
    for loop in reversed(list(nx.topological_sort(loops))):
        height[loop] = max((height[target] + 1 for target in loops.successors(loop)), default=0)
    mapping = loops.graph.get("mapping", {})
    rank = {table: height[mapping[table]] for table in mapping}
    top = max(height.values(), default=0) + 1
    return sorted(tables, key=lambda it: (-rank.get(it, -1 if asked.get(it) else top), asked.get(it, 0), it))


def _cells(
    kinds: Mapping[_Pair, LinkKind], place: Mapping[QualifiedName, int]
) -> dict[LinkKind, tuple[tuple[int, int], ...]]:
    found: dict[LinkKind, list[tuple[int, int]]] = {}
    for (table, referenced), kind in kinds.items():
        if table in place and referenced in place:
            found.setdefault(kind, []).append((place[table], place[referenced]))
    return {kind: tuple(sorted(found[kind])) for kind in _WORST if kind in found}
