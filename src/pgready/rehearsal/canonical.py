"""How the server spells types that a schema declares verbatim."""

from collections.abc import Iterable

import psycopg
from psycopg import sql

from pgready.rehearsal.connection import Connection
from pgready.rehearsal.spelling import spell
from pgready.rehearsal.texts import query

__all__ = ["canonical_types"]

_TO_REGTYPEMOD = 170000
_EXTENSION_SCHEMAS = b"""
SELECT DISTINCT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'public') ORDER BY 1
"""


def canonical_types(owner: Connection, spellings: Iterable[str]) -> tuple[tuple[str, str | None], ...]:
    """Pairs (as declared, as `Column.type` spells it; None if the server knows no such type), ordered.

    Names are looked up as Prisma's connection would (`public`), then in the schemas of installed extensions. The
    spelling goes to the server as a parameter, and as the untrusted owner: the connection must have been opened before
    the migrations, which may lock their own role out. Before PostgreSQL 17 modifiers are lost.
    """
    wanted = sorted(set(spellings))
    if not wanted:
        return ()
    schemas = ["public", *(row[0] for row in owner.execute(_EXTENSION_SCHEMAS))]
    owner.execute(sql.SQL("SET search_path = {}").format(sql.SQL(", ").join(map(sql.Identifier, schemas))))
    modern = owner.info.server_version >= _TO_REGTYPEMOD
    command = query("type_with_modifier" if modern else "type_without_modifier")
    return tuple((spelling, _canonical(owner, command, spelling)) for spelling in wanted)


def _canonical(owner: Connection, command: bytes, spelling: str) -> str | None:
    """None also where the server does not even parse the spelling: older versions raise an error for that."""
    try:
        row = owner.execute(command, {"spelling": spelling}).fetchone()
    except (psycopg.errors.SyntaxError, psycopg.errors.InvalidParameterValue, psycopg.DataError, UnicodeError):
        return None
    return spell(*row) if row else None
