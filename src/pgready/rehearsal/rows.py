"""What stands in the tables, as a number for each: to tell whether a second run changed, added or lost rows."""

from collections.abc import Iterator

import psycopg
from psycopg import sql

from pgready.rehearsal.connection import Connection

__all__ = ["Rows", "read_rows"]

Rows = dict[tuple[str, str], tuple[int, int] | None]
"""(schema, table) -> number of rows and the sum of their hashes; None where nobody could read them."""

_FILLED = b"""
SELECT n.nspname, c.relname, c.relrowsecurity AND c.relforcerowsecurity
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m}') AND c.oid OPERATOR(pg_catalog.>=) 16384
  AND c.relispopulated AND pg_catalog.pg_relation_size(c.oid) OPERATOR(pg_catalog.>) 0
  AND c.relname OPERATOR(pg_catalog.<>) '_prisma_migrations'
"""
_SUM = """
SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(pg_catalog.hashtextextended({}, 0)), 0)
FROM ONLY {} AS t
"""
_VALUES = sql.SQL("t::pg_catalog.text")
# Where a value has no text that can be read: which version of each row stands where. A row that is written again just
# as it was counts as another one, for nobody can tell.
_VERSIONS = sql.SQL("pg_catalog.concat(t.ctid, ' ', t.xmin)")
_GRANT = "GRANT SELECT ON {} TO CURRENT_USER"
_UNFORCE = "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY"


def read_rows(owner: Connection) -> Rows:
    """Every table and materialized view that was ever written to.

    As the owner: a hostile type or policy then runs with no more rights. What it may not read (it took that right from
    itself, or policies hold for it too: the manual, "Row Security Policies") it lets itself read for a moment, inside a
    savepoint that is rolled back; that also keeps a transaction usable in which a reading fails.
    """
    found: Rows = {}
    for schema, table, forced in owner.execute(_FILLED).fetchall():
        name = sql.Identifier(schema, table)
        for first, values in _ways(name, forced=forced):
            found[schema, table] = told = _read(owner, first, sql.SQL(_SUM).format(values, name))
            if told is not None:
                break
    return {name: told for name, told in found.items() if told is None or told[0]}


def _ways(name: sql.Identifier, *, forced: bool) -> Iterator[tuple[list[sql.Composed], sql.SQL]]:
    """What to allow first, and what to read; the next one where that fails."""
    grant = sql.SQL(_GRANT).format(name)
    allowed = [grant, sql.SQL(_UNFORCE).format(name)] if forced else [grant]
    yield allowed if forced else [], _VALUES
    if not forced:
        yield allowed, _VALUES
    yield allowed, _VERSIONS


def _read(owner: Connection, first: list[sql.Composed], asked: sql.Composed) -> tuple[int, int] | None:
    row = None
    try:
        with owner.transaction() as transaction:
            for command in first:
                owner.execute(command)
            row = owner.execute(asked).fetchone()
            if first:
                raise psycopg.Rollback(transaction)
    except psycopg.DatabaseError:
        if owner.closed or owner.broken:
            raise
        return None
    return (int(row[0]), int(row[1])) if row else None
