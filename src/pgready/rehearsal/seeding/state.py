"""What the tables hold, read again only where something was written or altered."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import psycopg

from pgready.rehearsal.connection import Connection
from pgready.rehearsal.texts import query

__all__ = ["Held", "HeldColumn", "Marks", "read_held", "read_marks", "read_names"]

Marks = dict[int, tuple[object, ...]]
"""oid of a table -> numbers that change when its rows or columns do."""

_MOST_ROWS = 200
_COLUMNS = """
SELECT c.oid::bigint, n.nspname::text, c.relname::text, a.attnum::int, a.attname::text,
  EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid AND t.typcategory IN ('B', 'E'))
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.oid = ANY (%s)
ORDER BY c.oid, a.attnum
"""
_NAMES = """
SELECT c.oid::bigint, n.nspname::text, c.relname::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY (%s)
"""
# format() calls the output function of a type, never a cast, which a migration may have made.
_HASH = (
    ", pg_catalog.array_agg(pg_catalog.hashtextextended(pg_catalog.format('%L', t.{column}), 0))"
    " FILTER (WHERE pg_catalog.num_nulls(t.{column}) OPERATOR(pg_catalog.=) 0)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldColumn:
    """The values of a column that are not NULL, as numbers; None where there are too many.

    `choice`: the type has a few values only, so that equal ones say nothing.
    """

    name: str
    choice: bool
    values: Counter[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A table under its present name: number of rows, and its columns by their numbers. `rows` None: unread."""

    schema: str
    name: str
    rows: int | None
    columns: Mapping[int, HeldColumn]


def read_marks(admin: Connection) -> Marks:
    """Every table of the database, one query, whatever it holds."""
    return {oid: tuple(rest) for oid, *rest in admin.execute(query("seeding_state"), prepare=True).fetchall()}


def read_names(admin: Connection, tables: Collection[int]) -> dict[int, tuple[str, str]]:
    """oid -> schema and name of those that are there."""
    return {oid: (schema, name) for oid, schema, name in admin.execute(_NAMES.encode(), (list(tables),)).fetchall()}


def read_held(connection: Connection, admin: Connection, tables: Collection[int]) -> dict[int, Held]:
    """What these tables hold now. `connection` has the rights of the owner, and no policy applies to it."""
    named: dict[int, tuple[str, str, dict[int, tuple[str, bool]]]] = {}
    for oid, schema, name, number, column, choice in admin.execute(_COLUMNS.encode(), (list(tables),)).fetchall():
        columns = named.setdefault(oid, (schema, name, {}))[2]
        if number is not None:
            columns[number] = column, choice
    return {oid: _held(connection, *facts) for oid, facts in named.items()}


def _held(connection: Connection, schema: str, name: str, columns: Mapping[int, tuple[str, bool]]) -> Held:
    table = f"{_quoted(schema)}.{_quoted(name)}"
    hashes = "".join(_HASH.format(column=_quoted(column)) for column, _ in columns.values())
    text = f"SELECT pg_catalog.count(*){hashes} FROM (SELECT * FROM ONLY {table} LIMIT {_MOST_ROWS + 1}) AS t"  # noqa: S608  # quoted
    try:
        first = connection.execute(text.encode()).fetchone() or (0,)
        if first[0] > _MOST_ROWS:
            whole = connection.execute(f"SELECT pg_catalog.count(*) FROM ONLY {table}".encode()).fetchone()  # noqa: S608  # quoted
            unread = {
                number: HeldColumn(name=column, choice=choice, values=None)
                for number, (column, choice) in columns.items()
            }
            return Held(schema=schema, name=name, rows=whole[0] if whole else None, columns=unread)
    except psycopg.DatabaseError:
        if connection.closed or connection.broken:
            raise
        return Held(schema=schema, name=name, rows=None, columns={})
    read = {
        number: HeldColumn(name=column, choice=choice, values=Counter(values or ()))
        for (number, (column, choice)), values in zip(columns.items(), first[1:], strict=True)
    }
    return Held(schema=schema, name=name, rows=first[0], columns=read)


def _quoted(name: str) -> str:
    """PostgreSQL manual, "Identifiers and Key Words"; from the catalog, so without NUL."""
    return '"' + name.replace('"', '""') + '"'
