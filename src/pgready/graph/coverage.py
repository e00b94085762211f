"""Foreign key coverage: how many of the columns that refer to a table are held to it by a foreign key.

A group without a single key looks perfectly isolated. Coverage says how much that means.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pgready.graph.group_graph import tables_by_group
from pgready.model.groups import Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema
from pgready.model.unkeyed import UnkeyedReference

__all__ = ["Coverage", "GroupCoverage", "key_coverage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCoverage:
    """The id-like columns of a group's tables, or of all: `keyed` have a foreign key, `unkeyed` look as if they should.

    `keyed` counts columns (each once, also those of keys over several columns); `unkeyed` are the references without
    a key, by table and column, each column once. `tables` is the number of tables, `keyless` are those that no key
    refers to and that hold none. `missing` of the keyed columns have a key only as it is declared: a clean deploy does
    not make it.
    """

    group: str
    tables: int
    keyed: int
    unkeyed: tuple[UnkeyedReference, ...]
    keyless: tuple[QualifiedName, ...]
    missing: int = 0

    @property
    def columns(self) -> int:
        """All id-like columns."""
        return self.keyed + len(self.unkeyed)

    @property
    def share(self) -> Fraction | None:
        """The share of id-like columns that have a foreign key; None (shown "n/a") when there is no such column."""
        return Fraction(self.keyed, self.columns) if self.columns else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The coverage of each group in the order of the configuration, "(ungrouped)" last; and of everything."""

    groups: tuple[GroupCoverage, ...]
    total: GroupCoverage


def key_coverage(
    schema: Schema, grouping: Grouping, unkeyed: Iterable[UnkeyedReference], *, missing: Collection[ForeignKey] = ()
) -> Coverage:
    """The coverage of the tables of `schema`; partitions are left out, they are part of their partitioned table.

    `unkeyed` are the references that count as such: which rules are likely enough is the caller's choice. A column
    with a foreign key is keyed, whatever else was found about it; of several references of one column the first
    given stands. `missing` are the keys of `schema` that a complete rehearsal did not make.
    """
    groups = {
        name: frozenset(table.name for table in tables) for name, tables in tables_by_group(schema, grouping).items()
    }
    everything = frozenset(table for tables in groups.values() for table in tables)
    keys = [key for key in schema.foreign_keys() if key.table in everything]
    keyed = {(key.table, column) for key in keys for column in key.columns}
    made = {(key.table, column) for key in keys if key not in missing for column in key.columns} if missing else keyed
    columns = _Columns(
        keyed=Counter(table for table, _ in keyed),
        missing=Counter(table for table, _ in keyed - made),
        unkeyed=_without(unkeyed, everything, keyed),
        with_keys=frozenset(table for key in keys for table in (key.table, key.referenced_table)),
    )
    return Coverage(
        groups=tuple(columns.of(name, tables) for name, tables in groups.items()),
        total=columns.of("all", everything),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Of every table the number of columns with a key, that of those whose key is not made, and the references."""

    keyed: Mapping[QualifiedName, int]
    missing: Mapping[QualifiedName, int]
    unkeyed: Mapping[QualifiedName, Sequence[UnkeyedReference]]
    with_keys: Collection[QualifiedName]

    def of(self, name: str, tables: Collection[QualifiedName]) -> GroupCoverage:
        ordered = sorted(tables)
        return GroupCoverage(
            group=name,
            tables=len(ordered),
            keyed=sum(self.keyed.get(table, 0) for table in ordered),
            unkeyed=tuple(reference for table in ordered for reference in self.unkeyed.get(table, ())),
            keyless=tuple(table for table in ordered if table not in self.with_keys),
            missing=sum(self.missing.get(table, 0) for table in ordered),
        )


def _without(
    unkeyed: Iterable[UnkeyedReference], tables: Collection[QualifiedName], keyed: Collection[tuple[QualifiedName, str]]
) -> dict[QualifiedName, list[UnkeyedReference]]:
    """The references of every table by column, the first given of each column that has no key."""
    first: dict[tuple[QualifiedName, str], UnkeyedReference] = {}
    for reference in unkeyed:
        if reference.table in tables and (reference.table, reference.column) not in keyed:
            first.setdefault((reference.table, reference.column), reference)
    found: dict[QualifiedName, list[UnkeyedReference]] = {}
    for (table, _), reference in sorted(first.items(), key=lambda it: it[0]):
        found.setdefault(table, []).append(reference)
    return found
