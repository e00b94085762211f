"""What stands in the tables, as a number for each: to tell whether a second run changed, added or lost rows."""

import psycopg
from psycopg import sql

from pgready.rehearsal.connection import Connection

__all__ = ["Rows", "read_rows"]

Rows = dict[tuple[str, str], tuple[int, int] | None]
"""(schema, table) -> number of rows and the sum of their hashes; None where the owner may not read them."""

_FILLED = b"""
SELECT n.nspname, c.relname
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.relkind OPERATOR(pg_catalog.=) 'r' AND c.oid OPERATOR(pg_catalog.>=) 16384
  AND pg_catalog.pg_relation_size(c.oid) OPERATOR(pg_catalog.>) 0
  AND c.relname OPERATOR(pg_catalog.<>) '_prisma_migrations'
"""
_SUM = """
SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(pg_catalog.hashtextextended(t::pg_catalog.text, 0)), 0)
FROM ONLY {} AS t
"""


def read_rows(owner: Connection) -> Rows:
    """Every table that was ever written to. As the owner: a hostile type or policy then runs with no more rights.

    A table that cannot be read (a policy for its owner too, a value without a text) counts as unread. Inside a
    transaction a savepoint keeps it usable.
    """
    found: Rows = {}
    for schema, table in owner.execute(_FILLED).fetchall():
        try:
            with owner.transaction():
                row = owner.execute(sql.SQL(_SUM).format(sql.Identifier(schema, table))).fetchone()
            found[schema, table] = (int(row[0]), int(row[1])) if row else None
        except psycopg.DatabaseError:
            if owner.closed or owner.broken:
                raise
            found[schema, table] = None
    return {name: told for name, told in found.items() if told is None or told[0]}
