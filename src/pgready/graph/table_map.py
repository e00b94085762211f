"""The table map: which tables stand where, before anything has a size.

In its group a table stands left of those that it refers to, so that a line runs from left to right. References to a
hub are no lines but marks on the table: they would go everywhere and tell little.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from pgready.graph.hubs import proposed_hubs
from pgready.graph.isolation import MergedKey
from pgready.graph.names import TableNames, short_names
from pgready.graph.pages import GroupPage, Link, PageTable
from pgready.model.groups import Grouping
from pgready.model.names import QualifiedName

__all__ = ["MOST_TABLES", "MapGroup", "MapTable", "TableMap", "coupled", "drawn_hubs", "table_map"]

MOST_TABLES = 250
"""Of more tables a map is no picture any more, and the block matrix says more."""

_SWEEPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MapTable:
    """A table: `own` counts its keys to itself, `own_missing` those of them that were not made.

    `marks` are its references to hubs, ordered as the hubs are.
    """

    name: QualifiedName
    own: int = 0
    own_missing: int = 0
    missing: bool = False
    marks: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MapGroup:
    """A group: `columns` of tables that refer to each other, left to right; `alone` are the others, by name.

    `inside` are the references between the tables of the columns.
    """

    name: str
    columns: tuple[tuple[MapTable, ...], ...]
    alone: tuple[MapTable, ...]
    inside: tuple[Link, ...]

    @property
    def tables(self) -> tuple[MapTable, ...]:
        """All of them: column by column, then those alone."""
        return (*(table for column in self.columns for table in column), *self.alone)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMap:
    """All groups in the order of the configuration; `crossing` are references between them, except to hubs.

    `labels` are unambiguous names of all tables. `rehearsed`: whether anything missing could be known,
    `complete`: whether the rehearsal ran to its end.
    """

    groups: tuple[MapGroup, ...]
    crossing: tuple[Link, ...]
    hubs: tuple[QualifiedName, ...]
    labels: Mapping[QualifiedName, str]
    rehearsed: bool
    complete: bool = True

    @property
    def links(self) -> tuple[Link, ...]:
        """Every reference on the map, those to hubs included."""
        marks = (link for group in self.groups for table in group.tables for link in table.marks)
        return (*(link for group in self.groups for link in group.inside), *self.crossing, *marks)


def table_map(pages: Sequence[GroupPage], hubs: Sequence[QualifiedName] = ()) -> TableMap:
    """Arrange the tables of all groups; `hubs` are drawn as marks, see `drawn_hubs`.

    A reference to a table of no page (one that the structure does not hold) is left out.
    """
    known = {table.name for page in pages for table in page.tables}
    shown = tuple(hub for hub in hubs if hub in known)
    outgoing = [link for page in pages for link in page.outgoing if link.referenced_table in known]
    marks = _marks([*(link for page in pages for link in page.inside), *outgoing], shown)
    return TableMap(
        groups=tuple(_group(page, marks, shown) for page in pages),
        crossing=tuple(link for link in outgoing if link.referenced_table not in shown),
        hubs=shown,
        labels=short_names(known),
        rehearsed=any(page.rehearsed for page in pages),
        complete=all(page.complete for page in pages),
    )


def drawn_hubs(
    grouping: Grouping, keys: Iterable[MergedKey], declared: Iterable[str] = (), names: TableNames | None = None
) -> tuple[QualifiedName, ...]:
    """The tables to draw as hubs: those that the configuration declares, then those that `proposed_hubs` proposes.

    `declared` are names as pgready.toml has them, `names` what they mean; one that means several tables is none. Being
    drawn as a hub allows nothing.
    """
    meant = ((names or {}).get(name, ()) for name in declared)
    listed = (tables[0] for tables in meant if len(tables) == 1)
    proposed = (hub.table for hub in proposed_hubs(grouping, (key.foreign_key for key in keys)))
    return tuple(dict.fromkeys((*listed, *proposed)))


def _marks(links: Iterable[Link], hubs: Sequence[QualifiedName]) -> dict[QualifiedName, list[Link]]:
    place = {hub: number for number, hub in enumerate(hubs)}
    found: dict[QualifiedName, list[Link]] = {}
    for link in sorted((it for it in links if it.referenced_table in place), key=lambda it: place[it.referenced_table]):
        found.setdefault(link.table, []).append(link)
    return found


def _group(page: GroupPage, marks: Mapping[QualifiedName, Sequence[Link]], hubs: Collection[QualifiedName]) -> MapGroup:
    inside = tuple(link for link in page.inside if link.referenced_table not in hubs)
    place = _columns(inside)
    tables = {table.name: _table(table, marks.get(table.name, ())) for table in page.tables}
    columns: list[list[MapTable]] = [[] for _ in range(max(place.values(), default=-1) + 1)]
    for name in sorted(place):
        columns[place[name]].append(tables[name])
    return MapGroup(
        name=page.name,
        columns=tuple(map(tuple, _untangled(columns, inside))),
        alone=tuple(table for name, table in tables.items() if name not in place),
        inside=inside,
    )


def _table(table: PageTable, marks: Sequence[Link]) -> MapTable:
    return MapTable(
        name=table.name, own=table.own, own_missing=table.own_missing, missing=table.missing, marks=tuple(marks)
    )


def _columns(inside: Iterable[Link]) -> dict[QualifiedName, int]:
    """Column of every linked table: right before the nearest that it refers to; the tables of a cycle share one.

    Components are placed on their own: each begins at the left.
    """
    graph = nx.DiGraph((link.table, link.referenced_table) for link in inside)
    found: dict[QualifiedName, int] = {}
    for members in nx.weakly_connected_components(graph):
        loops = nx.condensation(graph.subgraph(members))
        height: dict[int, int] = {}
        for loop in reversed(list(nx.topological_sort(loops))):
            height[loop] = max((height[target] + 1 for target in loops.successors(loop)), default=0)
        deepest = max(height.values())
        found |= {table: deepest - height[loop] for table, loop in loops.graph["mapping"].items()}
    return found


def _untangled(columns: Sequence[Sequence[MapTable]], inside: Iterable[Link]) -> list[list[MapTable]]:
    """Every column ordered by the mean row of its neighbours (barycentre, Sugiyama 1981), to and fro."""
    near: dict[QualifiedName, list[QualifiedName]] = {}
    for link in inside:
        near.setdefault(link.table, []).append(link.referenced_table)
        near.setdefault(link.referenced_table, []).append(link.table)
    ordered = [list(column) for column in columns]
    rows = {table.name: float(row) for column in ordered for row, table in enumerate(column)}
    for sweep in range(2 * _SWEEPS):
        for column in ordered if sweep % 2 else reversed(ordered):
            mean = {it.name: _mean([rows[other] for other in near[it.name]]) for it in column}
            column.sort(key=lambda table, mean=mean: (mean[table.name], table.name))  # type: ignore[misc]  # bound now
            rows |= {table.name: float(row) for row, table in enumerate(column)}
    return ordered


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def coupled(crossing: Iterable[Link]) -> Counter[frozenset[str]]:
    """How many references join each two groups."""
    return Counter(frozenset((link.from_group, link.to_group)) for link in crossing for _ in range(link.keys))
