"""The group page: one feature group, the keys that come in, the keys inside, the keys that go out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import networkx as nx

from pgready.graph.isolation import MergedKey, group_order
from pgready.graph.matrix import tables_of
from pgready.graph.names import short_names
from pgready.model.groups import UNGROUPED, Crossing, Grouping
from pgready.model.names import QualifiedName
from pgready.model.unkeyed import UnkeyedReference

__all__ = ["GroupPage", "Link", "LinkKind", "PageTable", "count_keys", "group_pages"]


class LinkKind(StrEnum):
    """What a reference is: inside its group, a crossing with its verdict, or a column without a key."""

    INTERNAL = "internal"
    ALLOWED = "allowed"
    UNDECLARED = "undeclared"
    FORBIDDEN = "forbidden"
    UNKEYED = "unkeyed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTable:
    """A table of the group.

    `column` is its place along the keys inside the group: a table stands left of those that it refers to; None when it
    has no reference to or from another table of the group. `own` counts keys of the table to itself, `own_missing`
    those of them that were not made. `missing`: declared, and not there after the rehearsal.
    """

    name: QualifiedName
    column: int | None
    own: int = 0
    own_missing: int = 0
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """All references of one kind from one table to another: `keys` of them, `missing` of which were not made.

    `tolerated` of them are allowed by the baseline only.
    """

    table: QualifiedName
    referenced_table: QualifiedName
    from_group: str
    to_group: str
    kind: LinkKind
    keys: int
    missing: int = 0
    tolerated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPage:
    """One group: `tables` by name; links ordered by group and table; `labels` are unambiguous names of all tables.

    `inside` has no keys of a table to itself (`PageTable.own`). `rehearsed`: whether anything missing could be known,
    `complete`: whether the rehearsal ran to its end.
    """

    name: str
    tables: tuple[PageTable, ...]
    inside: tuple[Link, ...]
    incoming: tuple[Link, ...]
    outgoing: tuple[Link, ...]
    labels: Mapping[QualifiedName, str]
    rehearsed: bool
    complete: bool = True

    @property
    def keys_inside(self) -> int:
        """Foreign keys within the group, those of a table to itself included."""
        return count_keys(self.inside) + sum(table.own for table in self.tables)

    @property
    def missing_inside(self) -> int:
        """Those of `keys_inside` that the rehearsal did not make."""
        return sum(link.missing for link in self.inside) + sum(table.own_missing for table in self.tables)


def count_keys(links: Iterable[Link]) -> int:
    """The foreign keys of some links; references without a key are none."""
    return sum(link.keys for link in links if link.kind is not LinkKind.UNKEYED)


def group_pages(
    grouping: Grouping,
    keys: Iterable[MergedKey],
    crossed: Iterable[Crossing],
    *,
    missing_tables: Collection[QualifiedName] | None = None,
    unkeyed: Iterable[UnkeyedReference] = (),
) -> tuple[GroupPage, ...]:
    """One page per group, in the order of the configuration; "(ungrouped)" comes last, where there is such a table.

    The arguments are those of `group_matrix`.
    """
    links = _links(grouping, keys, crossed, unkeyed)
    names = [group.name for group in grouping.groups] + [UNGROUPED] * bool(grouping.ungrouped)
    return tuple(_page(name, tables_of(grouping, name), links, missing_tables) for name in dict.fromkeys(names))


def _page(
    name: str, members: Collection[QualifiedName], links: Iterable[Link], missing: Collection[QualifiedName] | None
) -> GroupPage:
    touching = [link for link in links if name in (link.from_group, link.to_group)]
    within = [link for link in touching if link.from_group == link.to_group]
    loops = {it.table: it for it in within if it.table == it.referenced_table and it.kind is not LinkKind.UNKEYED}
    inside = tuple(link for link in within if link.table != link.referenced_table)
    columns = _columns(inside)
    return GroupPage(
        name=name,
        tables=tuple(_page_table(table, columns, loops.get(table), missing or ()) for table in members),
        inside=inside,
        incoming=tuple(link for link in touching if link.from_group != name),
        outgoing=tuple(link for link in touching if link.to_group != name),
        labels=short_names([*members, *(it for link in touching for it in (link.table, link.referenced_table))]),
        rehearsed=missing is not None,
    )


def _page_table(
    table: QualifiedName, columns: Mapping[QualifiedName, int], loop: Link | None, missing: Collection[QualifiedName]
) -> PageTable:
    return PageTable(
        name=table,
        column=columns.get(table),
        own=loop.keys if loop else 0,
        own_missing=loop.missing if loop else 0,
        missing=table in missing,
    )


def _links(
    grouping: Grouping,
    keys: Iterable[MergedKey],
    crossed: Iterable[Crossing],
    unkeyed: Iterable[UnkeyedReference],
) -> list[Link]:
    """All references of the whole structure, gathered per pair of tables and kind."""
    group_of, order = grouping.group_of(), group_order(grouping)
    judged = {it.foreign_key: (LinkKind(it.verdict.value), it.baselined) for it in crossed}
    found: dict[tuple[QualifiedName, QualifiedName, LinkKind], list[tuple[bool, bool]]] = {}
    for key in keys:
        kind, baselined = judged.get(key.foreign_key, (LinkKind.INTERNAL, False))
        ends = (key.foreign_key.table, key.foreign_key.referenced_table)
        found.setdefault((*ends, kind), []).append((key.missing, baselined))
    for reference in unkeyed:
        found.setdefault((reference.table, reference.referenced_table, LinkKind.UNKEYED), []).append((False, False))
    links = [
        Link(
            table=table,
            referenced_table=referenced,
            from_group=group_of.get(table, UNGROUPED),
            to_group=group_of.get(referenced, UNGROUPED),
            kind=kind,
            keys=len(told),
            missing=sum(missing for missing, _ in told),
            tolerated=sum(baselined for _, baselined in told),
        )
        for (table, referenced, kind), told in found.items()
    ]
    return sorted(
        links, key=lambda it: (order[it.from_group], order[it.to_group], it.table, it.referenced_table, it.kind)
    )


def _columns(inside: Iterable[Link]) -> dict[QualifiedName, int]:
    """Column of every linked table: the longest way to a table that refers to none inside; a cycle shares one."""
    graph = nx.DiGraph([(link.table, link.referenced_table) for link in inside])
    if not graph:
        return {}
    loops = nx.condensation(graph)
    height: dict[int, int] = {}
    for loop in reversed(list(nx.topological_sort(loops))):
        height[loop] = max((height[target] + 1 for target in loops.successors(loop)), default=0)
    deepest = max(height.values())
    return {table: deepest - height[loop] for table, loop in loops.graph["mapping"].items()}
