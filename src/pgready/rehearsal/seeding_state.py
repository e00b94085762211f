"""What the tables hold, read again only where something was written or altered."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from pgready.rehearsal.connection import Connection
from pgready.rehearsal.texts import query

__all__ = ["Held", "HeldColumn", "Marks", "read_held", "read_marks"]

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
# format() calls the output function of a type, never a cast, which a migration may have made.
_HASH = "pg_catalog.array_agg(pg_catalog.hashtextextended(pg_catalog.format('%L', t.{column}), 0))"


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


def read_held(connection: Connection, admin: Connection, tables: Collection[int]) -> dict[int, Held]:
    """What these tables hold now. `connection` has the rights of the owner, and no policy applies to it."""
    named: dict[int, tuple[str, str, dict[int, tuple[str, bool]]]] = {}
    for oid, schema, name, number, column, choice in admin.execute(_COLUMNS.encode(), (list(tables),)).fetchall():
        columns = named.setdefault(oid, (schema, name, {}))[2]
        if number is not None:
            columns[number] = column, choice
    return {oid: _held(connection, *facts) for oid, facts in named.items()}


def _held(connection: Connection, schema: str, name: str, columns: Mapping[int, tuple[str, bool]]) -> Held:
    table = sql.Identifier(schema, name)
    hashes = [
        sql.SQL(_HASH).format(column=sql.Identifier(column))
        + sql.SQL(" FILTER (WHERE pg_catalog.num_nulls(t.{}) OPERATOR(pg_catalog.=) 0)").format(sql.Identifier(column))
        for column, _ in columns.values()
    ]
    few = sql.SQL("FROM (SELECT * FROM ONLY {} LIMIT {}) AS t").format(table, sql.Literal(_MOST_ROWS + 1))
    text = sql.SQL("SELECT {} ").format(sql.SQL(", ").join([sql.SQL("pg_catalog.count(*)"), *hashes])) + few
    try:
        first = connection.execute(text).fetchone() or (0,)
        if first[0] > _MOST_ROWS:
            whole = connection.execute(sql.SQL("SELECT pg_catalog.count(*) FROM ONLY {}").format(table)).fetchone()
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
