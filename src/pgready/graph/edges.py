"""Direct references between tables as contracts see them: foreign keys, and columns that look like one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pgready.graph.names import TableNames
from pgready.graph.partitions import without_partition_keys
from pgready.graph.unkeyed import unkeyed_columns
from pgready.model.groups import UNGROUPED
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, ReferentialAction, Schema, Table, pair_foreign_keys
from pgready.model.unkeyed import ArrayReference, PolymorphicReference, UnkeyedColumns, UnkeyedReference

__all__ = ["Edge", "Ground", "both_structures", "spelt_edge", "unkeyed_edges"]


class Edge(NamedTuple):
    """A reference from `table` over `columns`; exactly one of `foreign_key` and `reference` is given.

    A column that refers to one of several tables, as another says, has an edge to each of them.
    """

    table: QualifiedName
    columns: tuple[str, ...]
    referenced_table: QualifiedName
    foreign_key: ForeignKey | None = None
    reference: UnkeyedReference | ArrayReference | PolymorphicReference | None = None

    @classmethod
    def of(cls, key: ForeignKey) -> "Edge":
        """The edge that a foreign key is."""
        return cls(key.table, key.columns, key.referenced_table, foreign_key=key)

    @property
    def is_of_every_row(self) -> bool:
        """Whether a row refers to one row of that table by it: an array and a pair with a type column do not say so."""
        return self.foreign_key is not None or isinstance(self.reference, UnkeyedReference)

    @property
    def why(self) -> str:
        """Why a column without a key is taken for the reference, without a full stop; empty for a foreign key."""
        match self.reference:
            case None:
                return ""
            case PolymorphicReference():
                return f"{self.reference.type_column} says to which table"
            case ArrayReference():
                return f"an array, rule {self.reference.rule}: {self.reference.rule.sentence}"
            case _:
                return f"rule {self.reference.rule}: {self.reference.rule.sentence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where edges stand: `names` of tables, the group of each, and the groups' order in the configuration.

    `structure` holds the tables and keys of both structures (`both_structures`); `overlaps` are the tables that
    several groups claim. `harsher` are the declared keys that the migrations make with a harsher ON DELETE, and that.
    `ambiguous` are the names of the configuration that mean several things, and these.
    """

    names: TableNames
    group_of: Mapping[QualifiedName, str]
    order: Mapping[str, int]
    structure: Schema = field(default_factory=Schema)
    overlaps: Mapping[QualifiedName, tuple[str, ...]] = field(default_factory=dict)
    harsher: Mapping[ForeignKey, ReferentialAction] = field(default_factory=dict)
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def on_delete(self, key: ForeignKey) -> ReferentialAction:
        """What a delete does to the rows that refer, in the structure that is worse."""
        return self.harsher.get(key, key.on_delete) if self.harsher else key.on_delete

    def group(self, table: QualifiedName) -> str:
        """The group of the table; "(ungrouped)" for one that has none."""
        return self.group_of.get(table, UNGROUPED)

    def crosses(self, edge: Edge) -> bool:
        """Whether the edge goes from one group to another."""
        return self.group(edge.table) != self.group(edge.referenced_table)

    def is_named(self, listed: Iterable[str], table: QualifiedName) -> bool:
        """Whether one of the names may mean the table or its group: for what a contract forbids."""
        group = self.group(table)
        return any((name == group and name != UNGROUPED) or table in self.names.get(name, ()) for name in listed)

    def is_allowed(self, listed: Iterable[str], table: QualifiedName) -> bool:
        """Whether one of the names means the table or its group and nothing else: for what a contract permits."""
        return self.is_named(
            (name for name in listed if name not in self.ambiguous) if self.ambiguous else listed, table
        )

    def short(self, table: QualifiedName) -> str:
        """The table's own name where it means no other table, else `schema.table`."""
        return table.name if self.names.get(table.name, (table,)) == (table,) else str(table)

    def spelt(self, edge: Edge) -> str:
        """The edge as the baseline spells it: `table.column->table`, `table.column?->table` without a key."""
        return spelt_edge(self.short(edge.table), edge, self.short(edge.referenced_table))


def spelt_edge(table: str, edge: Edge, referenced_table: str) -> str:
    """The edge with these names for its tables: `Table.column,column->Table`, with `?->` where it is no foreign key."""
    return f"{table}.{','.join(edge.columns)}{'' if edge.foreign_key is not None else '?'}->{referenced_table}"


def unkeyed_edges(structure: Schema, found: UnkeyedColumns | None = None) -> tuple[Edge, ...]:
    """The columns that look like a reference by the rules T, S and R, ordered by table, column and referenced table.

    Arrays (`teamIds`) are among them, and columns whose type column names their tables, once for each of these.
    `found` are those columns where they are known.
    """
    found = unkeyed_columns(structure) if found is None else found
    columns: tuple[UnkeyedReference | ArrayReference, ...] = (*found.references, *found.arrays)
    one = [Edge(it.table, (it.column,), it.referenced_table, reference=it) for it in columns]
    several = (Edge(it.table, (it.column,), table, reference=it) for it in found.polymorphic for table in it.tables)
    return tuple(sorted((*one, *several), key=lambda edge: edge[:3]))


def both_structures(declared: Schema, rehearsed: Schema | None) -> Schema:
    """One structure with the tables, columns and foreign keys of both; what both have is as it is declared.

    A key that is declared counts although the migrations do not make it, and one that only they make counts too. Of a
    key that both have the harsher ON DELETE counts. Partitions hold the keys of their own only (`partition_keys`).
    """
    if rehearsed is None:
        return without_partition_keys(declared)
    extra: dict[QualifiedName, list[ForeignKey]] = {}
    harsher: dict[ForeignKey, ForeignKey] = {}
    for mine, theirs in pair_foreign_keys(declared, rehearsed):
        if mine is None and theirs is not None:
            extra.setdefault(theirs.table, []).append(theirs)
        elif mine is not None and theirs is not None and theirs.on_delete.harshness > mine.on_delete.harshness:
            harsher[mine] = replace(mine, on_delete=theirs.on_delete)
    tables = [
        _both(_with(table, harsher), rehearsed.table(table.name), extra.get(table.name, ()))
        for table in declared.tables
    ]
    undeclared = [table for table in rehearsed.tables if declared.table(table.name) is None]
    both = replace(
        declared,
        tables=tuple(sorted((*tables, *undeclared), key=lambda table: table.name)),
        enums=(
            *declared.enums,
            *(it for it in rehearsed.enums if it.name not in {enum.name for enum in declared.enums}),
        ),
    )
    return without_partition_keys(both)


def _with(table: Table, harsher: Mapping[ForeignKey, ForeignKey]) -> Table:
    if not harsher or harsher.keys().isdisjoint(table.foreign_keys):
        return table
    return replace(table, foreign_keys=tuple(harsher.get(key, key) for key in table.foreign_keys))


def _both(declared: Table, made: Table | None, keys: Sequence[ForeignKey]) -> Table:
    if made is None:
        return declared
    columns: list[Column] = [column for column in made.columns if declared.column(column.name) is None]
    partition_of = declared.partition_of or made.partition_of
    if not columns and not keys and partition_of == declared.partition_of:
        return declared
    return replace(
        declared,
        partition_of=partition_of,
        columns=(*declared.columns, *columns),
        foreign_keys=tuple(sorted((*declared.foreign_keys, *keys), key=lambda key: key.name)),
    )
