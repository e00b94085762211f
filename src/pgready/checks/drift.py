"""Differences between the declared structure and the one that the migrations really make.

Source: `prisma migrate diff` compares these properties too. What Prisma itself cannot express or does not compare is
classified as noise and only counted: NOT NULL of list columns, the order of enum values, names of keys and indexes,
partial, expression and duplicate indexes, `_pkey` versus `_unique` of implicit many-to-many tables.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from pgready.model.names import QualifiedName
from pgready.model.schema import Column, Enum, ForeignKey, Index, Schema, Table, pair_foreign_keys

__all__ = ["Difference", "Kind", "column_drift", "enum_drift", "index_drift", "key_drift", "missing_tables"]


class Kind(StrEnum):
    """What kind of difference; NOISE is counted and never a finding."""

    MISSING = "missing"
    EXTRA = "extra"
    DIFFERENT = "different"
    NOISE = "noise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: `object` is `schema.table.name`, `detail` says what was declared and what is there.

    `breaks` marks what makes statements of the application fail: a missing key or unique index, or a required column
    that it does not know.
    """

    kind: Kind
    object: str
    detail: str
    table: QualifiedName | None = None
    name: str = ""
    breaks: bool = False


def missing_tables(wanted: Schema, there: Schema) -> tuple[Table, ...]:
    """Tables of `wanted` that `there` does not have, ordered by name."""
    return tuple(sorted((t for t in wanted.tables if there.table(t.name) is None), key=lambda table: table.name))


def _common(declared: Schema, made: Schema) -> Iterator[tuple[Table, Table]]:
    """Pairs of tables that stand in both; missing tables are told once, not column by column."""
    for table in declared.tables:
        other = made.table(table.name)
        if other is not None:
            yield table, other


def column_drift(declared: Schema, made: Schema, canonical: Mapping[str, str | None]) -> tuple[Difference, ...]:
    """Columns of the tables that exist in both: missing, extra, other type, other nullability.

    `canonical` gives the server's spelling of types that the schema passes on verbatim.
    """
    return tuple(
        difference
        for wanted, there in _common(declared, made)
        for difference in _columns_of_table(wanted, there, canonical)
    )


def _columns_of_table(wanted: Table, there: Table, canonical: Mapping[str, str | None]) -> Iterator[Difference]:
    found = {column.name: column for column in there.columns}
    for column in wanted.columns:
        other = found.pop(column.name, None)
        if other is None:
            yield _column(Kind.MISSING, wanted, column, f"declared as {_spell(column)}")
        else:
            yield from _column_differences(wanted, column, other, canonical)
    for other in found.values():
        required = other.not_null and other.default is None
        detail = f"is there as {_spell(other)}, and no model declares it"
        yield replace(_column(Kind.EXTRA, wanted, other, detail), breaks=required)


def _column_differences(
    table: Table, wanted: Column, there: Column, canonical: Mapping[str, str | None]
) -> Iterator[Difference]:
    type_ = wanted.type if not wanted.verbatim_type else (canonical.get(wanted.type) or wanted.type)
    if type_ != there.type:
        yield _column(Kind.DIFFERENT, table, wanted, f"declared as {wanted.type}, made as {there.type}")
    if wanted.not_null != there.not_null:
        # Prisma cannot say whether a list is NOT NULL, so its own comparison leaves it out.
        kind = Kind.NOISE if wanted.type.endswith("[]") else Kind.DIFFERENT
        yield _column(kind, table, wanted, f"declared {_null(wanted)}, made {_null(there)}")
    yield from _default_differences(table, wanted, there)


def _default_differences(table: Table, wanted: Column, there: Column) -> Iterator[Difference]:
    """Whether there is a default at all: without one every INSERT that relies on it fails. Its text is not compared."""
    if wanted.default is not None and there.default is None:
        yield _column(Kind.DIFFERENT, table, wanted, f"declared with DEFAULT {wanted.default}, made without a default")
    elif wanted.default is None and there.default is not None and not wanted.verbatim_type:
        generated = there.default.startswith("GENERATED ALWAYS")
        words = there.default if generated else f"DEFAULT {there.default}"
        extra = _column(Kind.EXTRA, table, wanted, f"declared without a default, made with {words}")
        # The application may not write to such a column at all.
        yield replace(extra, breaks=generated)


def _column(kind: Kind, table: Table, column: Column, detail: str) -> Difference:
    return Difference(
        kind=kind, object=f"{table.name}.{column.name}", detail=detail, table=table.name, name=column.name
    )


def _spell(column: Column) -> str:
    return f"{column.type} {_null(column)}"


def _null(column: Column) -> str:
    return "NOT NULL" if column.not_null else "NULL"


def key_drift(declared: Schema, made: Schema) -> tuple[Difference, ...]:
    """Foreign keys: missing (also those of missing tables), extra, other actions; another name is noise.

    Extra keys of tables that nobody declares are left out: the table is told once.
    """
    tables = {table.name for table in declared.tables}
    return tuple(
        difference
        for wanted, there in pair_foreign_keys(declared, made)
        for difference in _key_differences(wanted, there)
        if difference.kind is not Kind.EXTRA or difference.table in tables
    )


def _key_differences(wanted: ForeignKey | None, there: ForeignKey | None) -> Iterator[Difference]:
    if wanted is None:
        if there is not None:
            yield _key(Kind.EXTRA, there, f"{there} is there, and no relation declares it")
        return
    if there is None:
        yield _key(Kind.MISSING, wanted, f"{wanted} is declared")
        return
    for words, ours, theirs in (
        ("ON DELETE", wanted.on_delete, there.on_delete),
        ("ON UPDATE", wanted.on_update, there.on_update),
    ):
        if ours != theirs:
            yield _key(Kind.DIFFERENT, wanted, f"{wanted}: declared {words} {ours}, made {words} {theirs}")
    if wanted.name != there.name:
        yield _key(Kind.NOISE, wanted, f"{wanted}: declared as {wanted.name}, made as {there.name}")


def _key(kind: Kind, key: ForeignKey, detail: str) -> Difference:
    return Difference(kind=kind, object=key.qualified_name, detail=detail, table=key.table, name=key.name)


def enum_drift(declared: Schema, made: Schema) -> tuple[Difference, ...]:
    """Enum types and their values: missing, extra; another order of the values is noise."""
    found = {enum.name: enum for enum in made.enums}
    differences = [
        difference for enum in declared.enums for difference in _enum_differences(enum, found.pop(enum.name, None))
    ]
    extra = [_enum(Kind.EXTRA, enum, "is there, and no enum declares it") for enum in found.values()]
    return (*differences, *extra)


def _enum_differences(wanted: Enum, there: Enum | None) -> Iterator[Difference]:
    if there is None:
        yield _enum(Kind.MISSING, wanted, f"declared with {', '.join(wanted.values)}")
        return
    for value in wanted.values:
        if value not in there.values:
            yield _enum(Kind.MISSING, wanted, f"value {value} is declared and not there", value)
    for value in there.values:
        if value not in wanted.values:
            yield _enum(Kind.EXTRA, wanted, f"value {value} is there, and the enum does not declare it", value)
    if sorted(wanted.values) == sorted(there.values) and wanted.values != there.values:
        yield _enum(Kind.NOISE, wanted, "the values stand in another order")


def _enum(kind: Kind, enum: Enum, detail: str, value: str = "") -> Difference:
    name = f"{enum.name}.{value}" if value else str(enum.name)
    return Difference(kind=kind, object=name, detail=detail, name=value)


def index_drift(declared: Schema, made: Schema) -> tuple[Difference, ...]:
    """Primary keys, unique and other indexes of tables in both, by columns, uniqueness and method."""
    return tuple(
        difference for wanted, there in _common(declared, made) for difference in _indexes_of_table(wanted, there)
    )


def _indexes_of_table(wanted: Table, there: Table) -> Iterator[Difference]:
    unmatched = _unmatched_primary_key(wanted, there)
    if unmatched is not None:
        yield unmatched
    remaining, many = list(there.indexes), _is_many_to_many(wanted)
    for index in wanted.indexes:
        matches = [other for other in remaining if _same_index(index, other)]
        if matches:
            remaining.remove(next((other for other in matches if other.name == index.name), matches[0]))
        elif not _covered_by_primary_key(index, there, is_many_to_many=many):
            missing = _index(Kind.MISSING, wanted, index, f"{_words(index)} is declared and not there")
            yield replace(missing, breaks=index.unique)
    for other in remaining:
        if not _covered_by_primary_key(other, wanted, is_many_to_many=many):
            kind = Kind.NOISE if _is_invisible_to_prisma(other, wanted, there) else Kind.EXTRA
            yield _index(kind, wanted, other, f"{_words(other)} is there, and no attribute declares it")


def _is_invisible_to_prisma(index: Index, wanted: Table, there: Table) -> bool:
    """Partial and expression indexes, and a second copy of a declared one: `migrate diff` says nothing about them."""
    expression = any(column not in {each.name for each in there.columns} for column in index.columns)
    return index.where is not None or expression or any(_same_index(each, index) for each in wanted.indexes)


def _unmatched_primary_key(wanted: Table, there: Table) -> Difference | None:
    ours = wanted.primary_key.columns if wanted.primary_key else ()
    theirs = there.primary_key.columns if there.primary_key else ()
    unique = any(index.unique and index.columns == ours for index in there.indexes)
    if ours == theirs or (_is_many_to_many(wanted) and unique and not theirs):
        return None
    kind = Kind.MISSING if not theirs else Kind.EXTRA if not ours else Kind.DIFFERENT
    detail = f"primary key declared on ({', '.join(ours)}), made on ({', '.join(theirs)})"
    return Difference(kind=kind, object=f"{wanted.name}", detail=detail, table=wanted.name, breaks=bool(ours))


def _is_many_to_many(table: Table) -> bool:
    """The table of an implicit many-to-many relation is declared by no model of its own."""
    return table.model is None


def _covered_by_primary_key(index: Index, table: Table, *, is_many_to_many: bool) -> bool:
    """Whether a unique index of a many-to-many table is a primary key on the other side (`_unique` versus `_pkey`)."""
    return (
        is_many_to_many
        and index.unique
        and table.primary_key is not None
        and table.primary_key.columns == index.columns
    )


def _same_index(wanted: Index, there: Index) -> bool:
    same_order = not wanted.descending or wanted.descending == (there.descending or (False,) * len(there.columns))
    return (
        (wanted.columns, wanted.unique, wanted.method) == (there.columns, there.unique, there.method)
        and (wanted.where is None) == (there.where is None)
        and same_order
    )


def _words(index: Index) -> str:
    return f"{'unique index' if index.unique else 'index'} on ({', '.join(index.columns)}) using {index.method}"


def _index(kind: Kind, table: Table, index: Index, detail: str) -> Difference:
    return Difference(kind=kind, object=f"{table.name}.{index.name}", detail=detail, table=table.name, name=index.name)
