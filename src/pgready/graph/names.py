"""Which tables a person means by a name in pgready.toml."""

from collections.abc import Iterable, Mapping

from pgready.model.names import QualifiedName
from pgready.model.schema import Schema, Table

__all__ = ["TableNames", "short_names", "spellings", "table_names"]

TableNames = Mapping[str, tuple[QualifiedName, ...]]
"""Name -> the tables it may mean, ordered; several when schemas hold tables of one name."""


def spellings(table: Table) -> tuple[str, ...]:
    """The names under which a table may be listed: its Prisma model, its own name, `schema.table`."""
    own = (table.name.name, str(table.name))
    return own if table.model is None else (table.model, *own)


def table_names(*schemas: Schema | None) -> TableNames:
    """Every spelling of every table of the structures (None is skipped) -> the tables it means; case-sensitive."""
    found: dict[str, set[QualifiedName]] = {}
    for schema in schemas:
        for table in schema.tables if schema else ():
            for spelling in spellings(table):
                found.setdefault(spelling, set()).add(table.name)
    return {spelling: tuple(sorted(tables)) for spelling, tables in found.items()}


def short_names(tables: Iterable[QualifiedName]) -> dict[QualifiedName, str]:
    """Names for a picture: the table alone where that is unambiguous among `tables`, else `schema.table`."""
    distinct = set(tables)
    seen: dict[str, int] = {}
    for table in distinct:
        seen[table.name] = seen.get(table.name, 0) + 1
    return {table: table.name if seen[table.name] == 1 else str(table) for table in sorted(distinct)}
