"""References without a foreign key: a column that looks as if it pointed at a table.

Nothing here is proved: a name is a hint. Each reference carries the rule that it was found by, and how far to believe
it; only values in a database can say more.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from pgready.graph.reference_rules import Subject, find_element_target, find_target, type_column
from pgready.graph.reference_targets import Targets, keyed_columns, read_targets, type_family
from pgready.graph.words import name_words
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, Enum, Schema
from pgready.model.unkeyed import (
    ArrayReference,
    PolymorphicReference,
    ReferenceRule,
    UnkeyedColumns,
    UnkeyedReference,
)

__all__ = ["SHOWN", "unkeyed_columns", "unkeyed_references"]

SHOWN = frozenset({ReferenceRule.TABLE, ReferenceRule.SAME_NAME, ReferenceRule.ROLE})
"""The rules that nobody has to ask for: likely and maybe."""


_Reference: TypeAlias = UnkeyedReference | ArrayReference | PolymorphicReference


def unkeyed_references(schema: Schema, *, rules: Collection[ReferenceRule] = SHOWN) -> tuple[UnkeyedReference, ...]:
    """The columns of `schema` that look like a reference to one table; see `unkeyed_columns`."""
    return unkeyed_columns(schema, rules=rules).references


def unkeyed_columns(schema: Schema, *, rules: Collection[ReferenceRule] = SHOWN) -> UnkeyedColumns:
    """Find the columns that look like references and are no part of a foreign key; ordered by table and column.

    Each column is judged by the first rule that fits, in the order T, S, R, L, P; `rules` only chooses which answers to
    return. A table is meant by its own name or its Prisma model's, singular or plural, in any spelling; the types must
    belong to one family (`type_family`). Of several tables of a name the one in the same PostgreSQL schema is meant,
    else none. Partitions are left out: they have the columns of their table.
    """
    targets, enums = read_targets(schema), {str(enum.name): enum for enum in schema.enums}
    found = [
        it
        for table in schema.tables
        if not table.partition_of
        for it in _of_table(Subject.of(table), targets, enums)
        if isinstance(it, PolymorphicReference) or it.rule in rules
    ]
    found.sort(key=lambda it: (it.table, it.column))
    return UnkeyedColumns(
        references=tuple(it for it in found if isinstance(it, UnkeyedReference)),
        arrays=tuple(it for it in found if isinstance(it, ArrayReference)),
        polymorphic=tuple(it for it in found if isinstance(it, PolymorphicReference)),
    )


def _of_table(subject: Subject, targets: Targets, enums: Mapping[str, Enum]) -> Iterator[_Reference]:
    keyed = keyed_columns(subject.table)
    for column in subject.table.columns:
        found = None if column.name in keyed else _of_column(subject, column, targets, enums)
        if found:
            yield found


def _of_column(subject: Subject, column: Column, targets: Targets, enums: Mapping[str, Enum]) -> _Reference | None:
    pair = _pair(subject, column, targets, enums)
    one = find_target(subject, column, targets, paired=pair is not None)
    found = one or find_element_target(subject, column, targets)
    if found is None:
        return pair
    kind = UnkeyedReference if one else ArrayReference
    return kind(
        table=subject.table.name,
        column=column.name,
        referenced_table=found.target.table,
        rule=found.rule,
        referenced_column=found.target.column,
    )


def _pair(subject: Subject, column: Column, targets: Targets, enums: Mapping[str, Enum]) -> PolymorphicReference | None:
    """A column and its type column; not when that is an enum without the name of a table (`planId`, `planType`)."""
    kind = type_column(subject, column)
    if kind is None:
        return None
    enum = enums.get(kind.type)
    tables = _tables_named(enum.values if enum else (), type_family(column.type), targets)
    if enum and not tables:
        return None
    return PolymorphicReference(table=subject.table.name, column=column.name, type_column=kind.name, tables=tables)


def _tables_named(values: Iterable[str], family: str, targets: Targets) -> tuple[QualifiedName, ...]:
    """The tables that `values` name, of those whose rows a column of that type can identify."""
    words = (name_words(value) for value in values)
    return tuple(sorted({it.table for one in words if one for it in targets.called(one) if it.family == family}))
