"""Direct references between tables as contracts see them: foreign keys, and columns that look like one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pgready.graph.names import TableNames
from pgready.graph.unkeyed import unkeyed_references
from pgready.model.groups import UNGROUPED
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, Schema, Table, pair_foreign_keys
from pgready.model.unkeyed import UnkeyedReference

__all__ = ["Edge", "Ground", "both_structures", "spelt_edge", "unkeyed_edges"]


class Edge(NamedTuple):
    """A reference from `table` over `columns`; exactly one of `foreign_key` and `reference` is given."""

    table: QualifiedName
    columns: tuple[str, ...]
    referenced_table: QualifiedName
    foreign_key: ForeignKey | None = None
    reference: UnkeyedReference | None = None

    @classmethod
    def of(cls, key: ForeignKey) -> "Edge":
        """The edge that a foreign key is."""
        return cls(key.table, key.columns, key.referenced_table, foreign_key=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where edges stand: `names` of tables, the group of each, and the groups' order in the configuration.

    `structure` holds the tables and keys of both structures (`both_structures`); `overlaps` are the tables that
    several groups claim.
    """

    names: TableNames
    group_of: Mapping[QualifiedName, str]
    order: Mapping[str, int]
    structure: Schema = field(default_factory=Schema)
    overlaps: Mapping[QualifiedName, tuple[str, ...]] = field(default_factory=dict)

    def group(self, table: QualifiedName) -> str:
        """The group of the table; "(ungrouped)" for one that has none."""
        return self.group_of.get(table, UNGROUPED)

    def crosses(self, edge: Edge) -> bool:
        """Whether the edge goes from one group to another."""
        return self.group(edge.table) != self.group(edge.referenced_table)

    def is_named(self, listed: Iterable[str], table: QualifiedName) -> bool:
        """Whether one of the names means the table or its group."""
        group = self.group(table)
        return any(name == group or table in self.names.get(name, ()) for name in listed)

    def short(self, table: QualifiedName) -> str:
        """The table's own name where it means no other table, else `schema.table`."""
        return table.name if self.names.get(table.name, (table,)) == (table,) else str(table)

    def spelt(self, edge: Edge) -> str:
        """The edge as the baseline spells it: `table.column->table`, `table.column?->table` without a key."""
        return spelt_edge(self.short(edge.table), edge, self.short(edge.referenced_table))


def spelt_edge(table: str, edge: Edge, referenced_table: str) -> str:
    """The edge with these names for its tables: `Table.column,column->Table`, with `?->` where it is no foreign key."""
    return f"{table}.{','.join(edge.columns)}{'' if edge.foreign_key is not None else '?'}->{referenced_table}"


def unkeyed_edges(structure: Schema) -> tuple[Edge, ...]:
    """The columns that look like a reference by the rules T, S and R, ordered by table and column."""
    return tuple(
        Edge(it.table, (it.column,), it.referenced_table, reference=it) for it in unkeyed_references(structure)
    )


def both_structures(declared: Schema, rehearsed: Schema | None) -> Schema:
    """One structure with the tables, columns and foreign keys of both; what both have is as it is declared.

    A key that is declared counts although the migrations do not make it, and one that only they make counts too.
    """
    if rehearsed is None:
        return declared
    extra: dict[QualifiedName, list[ForeignKey]] = {}
    for mine, theirs in pair_foreign_keys(declared, rehearsed):
        if mine is None and theirs is not None:
            extra.setdefault(theirs.table, []).append(theirs)
    tables = [_both(table, rehearsed.table(table.name), extra.get(table.name, ())) for table in declared.tables]
    undeclared = [table for table in rehearsed.tables if declared.table(table.name) is None]
    return replace(
        declared,
        tables=tuple(sorted((*tables, *undeclared), key=lambda table: table.name)),
        enums=(
            *declared.enums,
            *(it for it in rehearsed.enums if it.name not in {enum.name for enum in declared.enums}),
        ),
    )


def _both(declared: Table, made: Table | None, keys: Sequence[ForeignKey]) -> Table:
    if made is None:
        return declared
    columns: list[Column] = [column for column in made.columns if declared.column(column.name) is None]
    if not columns and not keys:
        return declared
    return replace(
        declared,
        columns=(*declared.columns, *columns),
        foreign_keys=tuple(sorted((*declared.foreign_keys, *keys), key=lambda key: key.name)),
    )
