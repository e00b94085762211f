"""Small tables that refer to each other, with or without foreign keys."""

from collections.abc import Iterable, Mapping

from pgready.graph.unkeyed import unkeyed_references
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, Enum, ForeignKey, Index, PrimaryKey, Schema, Table
from pgready.model.unkeyed import ReferenceRule

__all__ = ["ALL", "column", "found", "qualified", "table"]

ALL = frozenset(ReferenceRule)


def column(name: str, type_: str = "text", default: str | None = None) -> Column:
    return Column(name=name, type=type_, not_null=False, default=default)


def qualified(name: str) -> QualifiedName:
    schema, _, table = name.rpartition(".")
    return QualifiedName(schema or "public", table)


def table(
    name: str,
    *columns: str | Column,
    key: tuple[str, ...] | None = ("id",),
    to: Mapping[str, str] | None = None,
    model: str | None = None,
    id_type: str = "text",
    indexes: tuple[Index, ...] = (),
    partition_of: str | None = None,
) -> Table:
    """A table with an `id`; `to` maps columns to what they have a foreign key to (`table` or `table.column`)."""
    made = [it if isinstance(it, Column) else column(it) for it in columns]
    return Table(
        name=qualified(name),
        columns=(column("id", id_type), *made),
        primary_key=PrimaryKey(name="pk", columns=key) if key else None,
        foreign_keys=tuple(
            ForeignKey(
                name=f"{one}_fkey",
                table=qualified(name),
                columns=(one,),
                referenced_table=qualified(other.partition("(")[0]),
                referenced_columns=(other.partition("(")[2].rstrip(")") or "id",),
            )
            for one, other in (to or {}).items()
        ),
        model=model,
        indexes=indexes,
        partition_of=qualified(partition_of) if partition_of else None,
    )


def found(*tables: Table, enums: Iterable[Enum] = ()) -> list[str]:
    schema = Schema(tables=tuple(sorted(tables, key=lambda it: it.name)), enums=tuple(enums))
    return [
        f"{it.rule} {it.table.name}.{it.column} -> {it.referenced_table.name}.{it.referenced_column}"
        for it in unkeyed_references(schema, rules=ALL)
    ]
