"""How large the tables of a structure are, and of which types their columns: what a reader wants to see at a glance."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pgready.model.names import QualifiedName
from pgready.model.schema import Schema, Table

__all__ = ["TableShape", "TypeUse", "table_shapes", "type_uses"]

_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShape:
    """A table by its columns, each counted once: in the primary key, else in a foreign key, else by its nullability.

    `indexes` counts those beside the primary key; `keys_out` and `keys_in` are its foreign keys and those of others
    (and its own) that refer to it. `missing`: it is declared, and a clean deploy does not make it.
    """

    table: QualifiedName
    in_primary_key: int
    in_foreign_key: int
    required: int
    nullable: int
    indexes: int
    keys_out: int
    keys_in: int
    missing: bool = False

    @property
    def columns(self) -> int:
        """All columns."""
        return self.in_primary_key + self.in_foreign_key + self.required + self.nullable


def table_shapes(schema: Schema, missing: Iterable[QualifiedName] = ()) -> tuple[TableShape, ...]:
    """The shape of every table, the widest first, then by name."""
    absent, into = frozenset(missing), Counter(key.referenced_table for key in schema.foreign_keys())
    shapes = (_shape(table, into[table.name], missing=table.name in absent) for table in schema.tables)
    return tuple(sorted(shapes, key=lambda shape: (-shape.columns, shape.table)))


def _shape(table: Table, keys_in: int, *, missing: bool) -> TableShape:
    primary = frozenset(table.primary_key.columns if table.primary_key else ())
    foreign = frozenset(column for key in table.foreign_keys for column in key.columns) - primary
    rest = [column for column in table.columns if column.name not in primary | foreign]
    names = {column.name for column in table.columns}
    return TableShape(
        table=table.name,
        in_primary_key=len(primary & names),
        in_foreign_key=len(foreign & names),
        required=sum(column.not_null for column in rest),
        nullable=sum(not column.not_null for column in rest),
        indexes=len(table.indexes),
        keys_out=len(table.foreign_keys),
        keys_in=keys_in,
        missing=missing,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeUse:
    """A type as PostgreSQL spells it, how many columns have it, and the first of them as `table.column`.

    `own` is True for a type of the database itself (an enum or a domain), with or without `[]`.
    """

    type: str
    columns: int
    first: tuple[str, ...]
    own: bool = False


def type_uses(schema: Schema) -> tuple[TypeUse, ...]:
    """The types of all columns, the most used first, then by name."""
    found: dict[str, list[str]] = {}
    for table in schema.tables:
        for column in table.columns:
            found.setdefault(column.type, []).append(f"{table.name.name}.{column.name}")
    own = {f"{enum.name}{array}" for enum in schema.enums for array in ("", "[]")}
    uses = (
        TypeUse(type=name, columns=len(columns), first=tuple(columns[:_NAMED]), own=name in own)
        for name, columns in found.items()
    )
    return tuple(sorted(uses, key=lambda use: (-use.columns, use.type)))
