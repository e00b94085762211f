"""What deleting one row reaches: ON DELETE CASCADE keys, walked from the referenced to the referencing table.

Semantics: PostgreSQL manual, "Constraints: Foreign Keys" and CREATE TABLE. Measured on PostgreSQL 18: the server works
breadth first, and a RESTRICT or NO ACTION key stops the delete unless the rows that refer are gone by then, so that a
key from a table that is itself reached may stop it or not; SET NULL fails on a NOT NULL column (SQLSTATE 23502), and
SET DEFAULT without a default sets NULL. Everything here is about what *can* happen: rows decide what does. Keys that
refer in turn to a column that SET NULL or SET DEFAULT changes (and so their ON UPDATE) are not followed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import networkx as nx

from pgready.graph.group_graph import key_order
from pgready.graph.isolation import group_order
from pgready.graph.partitions import without_partition_keys
from pgready.model.groups import UNGROUPED, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, ReferentialAction, Schema

__all__ = ["BlastRadius", "Blocker", "Reached", "blast_radii", "blast_radius", "cascade_graph"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A table whose rows may be deleted too, over `depth` keys (the shortest way); `via` is the last key on that way.

    The referenced table of `via` is the deleted table itself or another reached one. `missing`: every way goes over a
    key that a clean deploy does not make.
    """

    table: QualifiedName
    group: str
    depth: int
    via: ForeignKey
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """A key that stops the delete while rows refer over it: RESTRICT, NO ACTION, or a SET that NOT NULL forbids.

    `reached`: its referencing table is itself reached (or is the deleted table), so its rows may be gone by then.
    """

    foreign_key: ForeignKey
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastRadius:
    """What deleting one row of `table` can do.

    `label` is the table's model, or its own name. `reached` are other tables, by depth and name; `itself` tells that
    further rows of the table itself can be deleted. `groups` are the groups of `reached`, in the order of the
    configuration; `crossing` are the CASCADE keys of the radius between different groups. `set_null` and
    `set_default` refer to a table that loses rows and change rows of their own; `blockers` can stop it all. Keys are
    ordered by table and columns. `missing` are those of all these keys that a clean deploy does not make, as far as
    that is known.
    """

    table: QualifiedName
    label: str
    group: str
    reached: tuple[Reached, ...]
    itself: bool
    groups: tuple[str, ...]
    crossing: tuple[ForeignKey, ...]
    set_null: tuple[ForeignKey, ...]
    set_default: tuple[ForeignKey, ...]
    blockers: tuple[Blocker, ...]
    missing: frozenset[ForeignKey] = frozenset()

    def path(self, table: QualifiedName) -> tuple[ForeignKey, ...]:
        """The shortest way to a reached table, from the deleted one on; empty for a table that is not reached."""
        via = {it.table: it.via for it in self.reached}
        keys: list[ForeignKey] = []
        while table in via:
            keys.append(via[table])
            table = via[table].referenced_table
        return tuple(reversed(keys))

    @property
    def sentence(self) -> str:
        """`Deleting one User reaches 14 tables in 4 groups.`, with what else can happen; names are not escaped."""
        told = f"Deleting one {self.label} {self._reaches()}{self._sets()}{self._stops()}."
        return f"{told} {self.lost}" if self.lost else told

    @property
    def lost(self) -> str:
        """What of it a clean deploy does not make, as sentences; empty: nothing, or not known."""
        tables = sum(it.missing for it in self.reached)
        apart = (*self.set_null, *self.set_default, *(it.foreign_key for it in self.blockers))
        keys = sum(key in self.missing for key in apart)
        verb = "is" if tables == 1 else "are"
        lost = f"{tables:,} of {_count(len(self.reached), 'table')} {verb} reached only over keys"
        others = f"Of the keys that set or stop it leaves out {keys:,} of {len(apart):,}."
        if not tables:
            others = f"A clean deploy does not make {keys:,} of the {_count(len(apart), 'key')} that set or stop."
        return " ".join((f"{lost} that a clean deploy does not make.",) * bool(tables) + (others,) * bool(keys))

    def _reaches(self) -> str:
        own = "further rows of its own" if self.itself else ""
        if not self.reached:
            return f"reaches {own}" if own else "reaches no other table"
        named = f" in {_count(len(self.groups), 'group')}" if self.groups != (UNGROUPED,) else ""
        return f"reaches {_count(len(self.reached), 'table')}{named}{f' and {own}' if own else ''}"

    def _sets(self) -> str:
        return "".join(
            f", sets references in {_count(len(tables), 'table')} to {value}"
            for keys, value in ((self.set_null, "NULL"), (self.set_default, "their default"))
            if (tables := {key.table for key in keys})
        )

    def _stops(self) -> str:
        tables = {it.foreign_key.table for it in self.blockers}
        return f"; rows of {_count(len(tables), 'table')} can stop it" if tables else ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def cascade_graph(schema: Schema) -> nx.DiGraph:
    """Node: a table; edge: from a referenced to a referencing table whose rows a delete takes along.

    An edge has `foreign_keys`, the CASCADE keys in `key_order`. Keys that a partition has from its partitioned table
    are left out: they are that table's. Tables and edges are added in order, so that walks over the graph are
    deterministic.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(sorted(table.name for table in schema.tables))
    for key in _keys(schema):
        if key.on_delete is ReferentialAction.CASCADE:
            held = graph.get_edge_data(key.referenced_table, key.table, {}).get("foreign_keys", ())
            graph.add_edge(key.referenced_table, key.table, foreign_keys=(*held, key))
    return graph


def _keys(schema: Schema) -> list[ForeignKey]:
    return sorted(without_partition_keys(schema).foreign_keys(), key=key_order)


def blast_radius(
    schema: Schema, grouping: Grouping, table: QualifiedName, *, missing: Collection[ForeignKey] = ()
) -> BlastRadius:
    """The blast radius of one table; a table that the schema does not hold reaches nothing."""
    return blast_radii(schema, grouping, (table,), missing=missing)[0]


def blast_radii(
    schema: Schema, grouping: Grouping, tables: Iterable[QualifiedName], *, missing: Collection[ForeignKey] = ()
) -> tuple[BlastRadius, ...]:
    """The blast radius of each of `tables`, in their order; the graph is made once.

    `missing` are the keys of `schema` that are declared only: a complete rehearsal did not make them. For the counts
    alone of all tables of a large structure `reach.cascade_reach` is faster.
    """
    referring: dict[QualifiedName, list[ForeignKey]] = {}
    for key in _keys(schema):
        referring.setdefault(key.referenced_table, []).append(key)
    around = _Around(
        schema=schema,
        graph=cascade_graph(schema),
        referring=referring,
        group_of=grouping.group_of(),
        order=group_order(grouping),
        missing=frozenset(missing),
    )
    return tuple(around.radius(table) for table in tables)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    schema: Schema
    graph: nx.DiGraph
    referring: Mapping[QualifiedName, Sequence[ForeignKey]]
    group_of: Mapping[QualifiedName, str]
    order: Mapping[str, int]
    missing: frozenset[ForeignKey]

    def radius(self, table: QualifiedName) -> BlastRadius:
        reached = self._reached(table)
        hit = {table, *(it.table for it in reached)}
        keys = sorted((key for one in hit for key in self.referring.get(one, ())), key=key_order)
        cascades = [key for key in keys if key.on_delete is ReferentialAction.CASCADE]
        stops = [self._stops(key) for key in keys]
        changing = [key for key, stopped in zip(keys, stops, strict=True) if not stopped]
        declared = self.schema.table(table)
        return BlastRadius(
            table=table,
            label=(declared.model if declared else None) or table.name,
            group=self._group(table),
            reached=reached,
            itself=any(key.table == table for key in cascades),
            groups=tuple(sorted({it.group for it in reached}, key=self.order.__getitem__)),
            crossing=tuple(key for key in cascades if self._group(key.table) != self._group(key.referenced_table)),
            set_null=tuple(key for key in changing if key.on_delete is ReferentialAction.SET_NULL),
            set_default=tuple(key for key in changing if key.on_delete is ReferentialAction.SET_DEFAULT),
            blockers=tuple(Blocker(foreign_key=key, reached=key.table in hit) for key in compress(keys, stops)),
            missing=self.missing.intersection(keys),
        )

    def _group(self, table: QualifiedName) -> str:
        return self.group_of.get(table, UNGROUPED)

    def _reached(self, table: QualifiedName) -> tuple[Reached, ...]:
        if table not in self.graph:
            return ()
        depth, made = {table: 0}, self._reached_by_made(table)
        found = []
        for referenced, referencing in nx.bfs_edges(self.graph, table):
            depth[referencing] = depth[referenced] + 1
            keys = self.graph.edges[referenced, referencing]["foreign_keys"]
            via = next((key for key in keys if key not in self.missing), keys[0])
            lost = made is not None and referencing not in made
            group = self._group(referencing)
            found.append(Reached(table=referencing, group=group, depth=depth[referencing], via=via, missing=lost))
        return tuple(sorted(found, key=lambda it: (it.depth, it.table)))

    def _reached_by_made(self, table: QualifiedName) -> set[QualifiedName] | None:
        """The tables that the delete reaches over keys that are made; None: all of them are."""
        if not self.missing:
            return None

        def is_made(referenced: QualifiedName, referencing: QualifiedName) -> bool:
            return not self.missing.issuperset(self.graph.edges[referenced, referencing]["foreign_keys"])

        return set(nx.descendants(nx.subgraph_view(self.graph, filter_edge=is_made), table))

    def _stops(self, key: ForeignKey) -> bool:
        if key.on_delete in {ReferentialAction.NO_ACTION, ReferentialAction.RESTRICT}:
            return True
        if key.on_delete is ReferentialAction.CASCADE:
            return False
        table = self.schema.table(key.table)
        columns = [table.column(name) for name in key.columns] if table else []
        to_null = [it for it in columns if it and (key.on_delete is ReferentialAction.SET_NULL or not _has_default(it))]
        return any(column.not_null for column in to_null)


def _has_default(column: Column) -> bool:
    return column.default is not None or column.autoincrement or column.any_default
