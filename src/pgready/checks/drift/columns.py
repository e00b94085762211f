"""Columns of the tables that exist on both sides."""

from collections.abc import Iterator

from pgready.checks.drift.defaults import default_aspects
from pgready.checks.drift.difference import Aspect, Drift, Kind, common_tables, told
from pgready.checks.drift.types import type_aspects
from pgready.checks.spelling import Spelt
from pgready.findings import NoiseKind, Severity
from pgready.model.schema import Column, Schema, Table

__all__ = ["column_drift"]


def column_drift(declared: Schema, spelt: Spelt, made: Schema) -> Drift:
    """Columns that are missing, extra, or have another type, nullability or default; their order does not matter.

    `spelt` is `declared` in the server's spelling. Of a column without an answer the name and NULL are compared, and
    its type unless Prisma passes it on unread.
    """
    return tuple(
        difference
        for written, there in common_tables(declared, made)
        for wanted in (spelt.declared.table(written.name) or written,)
        for name, aspects in _columns(wanted, written, there, spelt)
        for difference in told(aspects, wanted.name, name)
    )


def _columns(wanted: Table, written: Table, there: Table, spelt: Spelt) -> Iterator[tuple[str, list[Aspect]]]:
    found = {column.name: column for column in there.columns}
    for column, as_written in zip(wanted.columns, written.columns, strict=True):
        other = found.pop(column.name, None)
        if other is None:
            yield column.name, [Aspect(Kind.MISSING, f"declared as {_spell(column)}")]
        else:
            yield column.name, list(_aspects(wanted, column, as_written, other, spelt))
    for other in found.values():
        yield other.name, [_extra(other)]


def _extra(there: Column) -> Aspect:
    """A required column without a default breaks every INSERT, as the application does not know it."""
    required = there.not_null and there.default is None
    detail = f"is there as {_spell(there)}, and no model declares it"
    return Aspect(Kind.EXTRA, detail, Severity.BLOCK if required else None)


def _aspects(table: Table, wanted: Column, written: Column, there: Column, spelt: Spelt) -> Iterator[Aspect]:
    place = (table.name, wanted.name)
    known = place not in spelt.unanswered_columns
    types = list(type_aspects(wanted, written, there)) if known or not wanted.verbatim_type else []
    yield from types
    if wanted.not_null != there.not_null:
        detail = f"declared {_null(wanted)}, made {_null(there)}"
        # Prisma cannot say whether a list is NOT NULL, so its own comparison leaves it out.
        is_list = wanted.type.endswith("[]") and there.type.endswith("[]")
        yield Aspect(NoiseKind.LIST_NULLABILITY if is_list else Kind.DIFFERENT, detail)
    if known or _only_one_has_a_default(wanted, there):
        refused = spelt.refused_columns.get(place)
        defaults = default_aspects(wanted, written, there, table.name, refused)
        # With another type the default cannot be the same; that is told already.
        blocking = any(aspect.kind is Kind.DIFFERENT for aspect in types)
        yield from (aspect for aspect in defaults if not (blocking and aspect.kind in NoiseKind))


def _only_one_has_a_default(wanted: Column, there: Column) -> bool:
    """Whether the defaults differ in any spelling; a verbatim type may hold one that is not known."""
    return (wanted.default is None) != (there.default is None) and not wanted.verbatim_type


def _spell(column: Column) -> str:
    return f"{column.type} {_null(column)}"


def _null(column: Column) -> str:
    return "NOT NULL" if column.not_null else "NULL"
