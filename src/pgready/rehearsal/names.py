"""Which objects exist, and what a migration made or dropped."""

from collections.abc import Iterable

from pgready.model.names import ObjectKind, ObjectRef
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.texts import query

__all__ = ["Names", "difference", "read_names"]

Names = frozenset[tuple[str, str, str, str]]
"""Kind, schema, table and name of every object; empty where it does not apply."""


def read_names(connection: Connection) -> Names:
    """All objects of the database that are not the server's own (`queries/names.sql`).

    This runs after every migration: planning costs as much as running, so the statement is prepared where the
    connection allows it, and only the few names that differ ever become values of the model.
    """
    return frozenset(connection.execute(query("names"), prepare=True).fetchall())


def difference(before: Names, after: Names) -> tuple[tuple[ObjectRef, ...], tuple[ObjectRef, ...]]:
    """What was made and what was dropped, each ordered by kind, schema, table, name."""
    return _refs(after - before), _refs(before - after)


def _refs(names: Iterable[tuple[str, str, str, str]]) -> tuple[ObjectRef, ...]:
    return tuple(
        ObjectRef(kind=ObjectKind(kind), schema=schema, table=table or None, name=name)
        for kind, schema, table, name in sorted(names)
    )
