"""Tables that a guard asks for, the schema declares and no migration makes: what if a new migration did."""

from collections.abc import Iterable, Iterator

from pgready.model.names import ObjectKind, ObjectRef, QualifiedName, quote_identifier
from pgready.model.schema import Column, Enum, Schema, Table
from pgready.model.trace import Rehearsal, Remedy, Skip

__all__ = ["absent_tables"]

_MOST = 4
_RELATIONS = frozenset({ObjectKind.TABLE, ObjectKind.RELATION})


def absent_tables(declared: Schema, rehearsal: Rehearsal, skips: Iterable[Skip]) -> tuple[tuple[Remedy, ...], ...]:
    """For each such table: a new migration at the end that creates it, and then the texts that skipped for want of it.

    The table has the declared columns, without defaults, its primary key and unique indexes. At most four tables.
    """
    waiting: dict[QualifiedName, list[Skip]] = {}
    for skip in skips:
        if skip.made_by is not None or skip.exists_at_end or skip.found:
            continue
        table = _declared(skip.asked_for, declared)
        if table is not None and rehearsal.schema.table(table.name) is None:
            waiting.setdefault(table.name, []).append(skip)
    return tuple(
        (_remedy(table, waiting[table.name], declared, rehearsal.schema),)
        for table in declared.tables
        if table.name in list(waiting)[:_MOST]
    )


def _declared(asked: ObjectRef, declared: Schema) -> Table | None:
    name = asked.name if asked.kind in _RELATIONS else asked.table
    return next(
        (each for each in declared.tables if each.name.name == name and asked.schema in (None, each.name.schema)), None
    )


def _remedy(table: Table, skips: Iterable[Skip], declared: Schema, there: Schema) -> Remedy:
    """What the table itself holds needs no text again."""
    again = [skip.migration for skip in skips if skip.would_make.table != table.name.name]
    made = ObjectRef(kind=ObjectKind.TABLE, schema=table.name.schema, name=table.name.name)
    text = "\n".join(_statements(table, declared, there))
    return Remedy(makes=(made,), sql=text, repeats=tuple(dict.fromkeys(again)))


def _statements(table: Table, declared: Schema, there: Schema) -> Iterator[str]:
    """SQL as `prisma migrate diff` would write it, as far as somebody may refer to it."""
    enums = {str(enum.name): enum for enum in declared.enums}
    present = {enum.name for enum in there.enums}
    used = {column.type.removesuffix("[]") for column in table.columns}
    yield from (_enum(enums[name]) for name in sorted(used & enums.keys()) if enums[name].name not in present)
    items = [_column(column, enums) for column in table.columns]
    if table.primary_key is not None:
        key = table.primary_key
        items.append(f"CONSTRAINT {quote_identifier(key.name)} PRIMARY KEY ({_listed(key.columns)})")
    definitions = "\n, ".join(items)
    yield f"CREATE TABLE {table.name.sql} (\n{definitions}\n);"
    for index in table.indexes:
        if index.unique and index.where is None and set(index.columns) <= {column.name for column in table.columns}:
            name = quote_identifier(index.name)
            yield f"CREATE UNIQUE INDEX {name} ON {table.name.sql} ({_listed(index.columns)});"


def _enum(enum: Enum) -> str:
    values = ", ".join("'" + value.replace("'", "''") + "'" for value in enum.values)
    return f"CREATE TYPE {enum.name.sql} AS ENUM ({values});"


def _column(column: Column, enums: dict[str, Enum]) -> str:
    bare = column.type.removesuffix("[]")
    type_ = enums[bare].name.sql + column.type.removeprefix(bare) if bare in enums else column.type
    return f"{quote_identifier(column.name)} {type_}{' NOT NULL' if column.not_null else ''}"


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(map(quote_identifier, columns))
