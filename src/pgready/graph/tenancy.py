"""Tenancy: whose a row is. Per group the key identifier, and which of its tables have it, lack it or reach it."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pgready.graph.group_graph import tables_by_group
from pgready.graph.key_pattern import KeyPattern, key_patterns
from pgready.graph.ownership import Ownership, RequiredKeys, required_keys
from pgready.model.groups import Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema, Table

__all__ = ["GroupTenancy", "KeyTarget", "Standing", "TenantTable", "group_tenancy"]


class Standing(StrEnum):
    """HAS: the table has the key. OWNER: it is the table that the key refers to.

    REACHES: it does not have the key, and each of its rows has required foreign keys that lead to a table that has it
    or to the owner. NONE: nothing in the structure says whose its rows are.
    """

    HAS = "has the key"
    OWNER = "is what the key refers to"
    REACHES = "reaches the key"
    NONE = "has no way to the key"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantTable:
    """A table of the group and the key.

    `type` is its key column's, `other_type` tells that most tables of the group have another. `nullable`: the key may
    be NULL, here or at the end of `path`, which are the keys that lead to it (only for REACHES). `missing`: a clean
    deploy does not make all keys of that path.
    """

    table: QualifiedName
    standing: Standing
    type: str | None = None
    other_type: bool = False
    nullable: bool = False
    path: tuple[ForeignKey, ...] = ()
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTarget:
    """What a key identifier refers to: `User.id`, by foreign keys of `tables` tables of the group.

    `missing` of these tables have that key only as it is declared: a clean deploy does not make it.
    """

    table: QualifiedName
    column: str
    tables: int
    missing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTenancy:
    """The key identifier of one group, and its tables by name.

    `key` is the column that the configuration names (`configured`), else the first of `patterns`, the columns that the
    data shows; None when there is neither, and then `tables` is empty. `type` is the key's type in most tables, the
    first by name of equally many; `target` what the key refers to by foreign key, None for an identifier without a
    table of its own.
    """

    group: str
    key: str | None
    configured: bool
    patterns: tuple[KeyPattern, ...]
    type: str | None = None
    target: KeyTarget | None = None
    tables: tuple[TenantTable, ...] = ()

    def of(self, standing: Standing) -> tuple[TenantTable, ...]:
        """The tables of that standing."""
        return tuple(it for it in self.tables if it.standing is standing)

    @property
    def nullable(self) -> tuple[TenantTable, ...]:
        """The tables that have the key and allow NULL in it."""
        return tuple(it for it in self.of(Standing.HAS) if it.nullable)

    @property
    def of_other_type(self) -> tuple[TenantTable, ...]:
        """The tables whose key is not of the type of most."""
        return tuple(it for it in self.tables if it.other_type)


def group_tenancy(
    schema: Schema, grouping: Grouping, *, missing: Collection[ForeignKey] = ()
) -> tuple[GroupTenancy, ...]:
    """One value per group in the order of the configuration; "(ungrouped)" last, when a table is without a group.

    Columns are known by their names in the database. Ways to the key go over tables of any group; partitions are
    left out, they have the key of their partitioned table. `missing` are the keys of `schema` that a complete rehearsal
    did not make: they count, and what rests on them is marked.
    """
    configured = {group.name: group.key for group in grouping.groups}
    ways = _Ways(schema=schema, required=required_keys(schema), missing=frozenset(missing))
    return tuple(
        _tenancy(name, tables, configured.get(name), ways) for name, tables in tables_by_group(schema, grouping).items()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    """A key identifier: its column, its type in most tables, and what it refers to."""

    column: str
    type: str | None
    target: KeyTarget | None

    @classmethod
    def of(cls, column: str, tables: Sequence[Table], missing: Collection[ForeignKey]) -> "_Key":
        types = Counter(held.type for table in tables if (held := table.column(column)) is not None)
        usual = min(types, key=lambda it: (-types[it], it)) if types else None
        return cls(column=column, type=usual, target=_target(column, tables, missing))

    @property
    def owner(self) -> QualifiedName | None:
        return self.target.table if self.target else None


def _target(column: str, tables: Sequence[Table], missing: Collection[ForeignKey]) -> KeyTarget | None:
    """What most tables' keys over this one column refer to."""
    keys = [key for table in tables for key in table.foreign_keys if key.columns == (column,)]
    pairs = {(key.table, key.referenced_table, key.referenced_columns[0]) for key in keys}
    targets = Counter((referenced, at) for _, referenced, at in pairs)
    if not targets:
        return None
    (referenced, at), count = min(targets.items(), key=lambda it: (-it[1], it[0]))
    there = [key for key in keys if (key.referenced_table, key.referenced_columns[0]) == (referenced, at)]
    made = {key.table for key in there if key not in missing}
    return KeyTarget(table=referenced, column=at, tables=count, missing=count - len(made))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ways:
    """The ways to each key, found once: many groups have the same one."""

    schema: Schema
    required: RequiredKeys
    missing: frozenset[ForeignKey]
    found: dict[tuple[str, QualifiedName | None], Ownership] = field(default_factory=dict)

    def to(self, key: _Key) -> Ownership:
        if (key.column, key.owner) not in self.found:
            self.found[key.column, key.owner] = self.required.ownership(key.column, key.owner)
        return self.found[key.column, key.owner]


def _tenancy(group: str, tables: Sequence[Table], configured: str | None, ways: _Ways) -> GroupTenancy:
    patterns = key_patterns(tables)
    column = configured or (patterns[0].column if patterns else None)
    if column is None:
        return GroupTenancy(group=group, key=None, configured=False, patterns=())
    key = _Key.of(column, tables, ways.missing)
    return GroupTenancy(
        group=group,
        key=column,
        configured=configured is not None,
        patterns=patterns,
        type=key.type,
        target=key.target,
        tables=_standings(key, tables, ways),
    )


def _standings(key: _Key, tables: Sequence[Table], ways: _Ways) -> tuple[TenantTable, ...]:
    if all(table.column(key.column) is not None or table.name == key.owner for table in tables):
        return tuple(_here(table, key) for table in tables)
    ownership = ways.to(key)
    return tuple(
        _reaching(table, key, path, ways) if (path := _way(table, key, ownership)) else _here(table, key)
        for table in tables
    )


def _way(table: Table, key: _Key, ownership: Ownership) -> tuple[ForeignKey, ...]:
    lacks = table.column(key.column) is None and table.name != key.owner
    return ownership.path(table.name) if lacks else ()


def _here(table: Table, key: _Key) -> TenantTable:
    """What the table says of itself."""
    if (column := table.column(key.column)) is None:
        return TenantTable(table=table.name, standing=Standing.OWNER if table.name == key.owner else Standing.NONE)
    return TenantTable(
        table=table.name,
        standing=Standing.HAS,
        type=column.type,
        other_type=column.type != key.type,
        nullable=not column.not_null,
    )


def _reaching(table: Table, key: _Key, path: tuple[ForeignKey, ...], ways: _Ways) -> TenantTable:
    end = ways.schema.table(path[-1].referenced_table)
    column = end.column(key.column) if end else None
    nullable = column is not None and not column.not_null
    return TenantTable(
        table=table.name,
        standing=Standing.REACHES,
        nullable=nullable,
        path=path,
        missing=not ways.missing.isdisjoint(path),
    )
