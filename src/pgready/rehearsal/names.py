"""Which objects exist, and what a migration made or dropped."""

from collections.abc import Iterable

from pgready.model.names import ObjectKind, ObjectRef
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.texts import query

__all__ = ["Names", "difference", "read_names"]

Names = frozenset[bytes]
"""One line per object as COPY prints it: kind, schema, table, name, tabs between, escaped."""


def read_names(connection: Connection) -> Names:
    """All objects of the database that are not the server's own (`queries/names.sql`).

    The lines stay unread, as only the few that differ are ever looked at; this runs after every migration.
    """
    with connection.cursor() as cursor, cursor.copy(b"COPY (" + query("names") + b") TO STDOUT") as copy:
        return frozenset(b"".join(map(bytes, copy)).splitlines())


def difference(before: Names, after: Names) -> tuple[tuple[ObjectRef, ...], tuple[ObjectRef, ...]]:
    """What was made and what was dropped, each ordered."""
    return _refs(after - before), _refs(before - after)


def _refs(lines: Iterable[bytes]) -> tuple[ObjectRef, ...]:
    return tuple(sorted(map(_ref, lines), key=_order))


def _order(ref: ObjectRef) -> tuple[str, str, str, str]:
    return ref.kind, ref.schema or "", ref.table or "", ref.name


def _ref(line: bytes) -> ObjectRef:
    kind, schema, table, name = (_unescape(field) for field in line.decode(errors="replace").split("\t"))
    return ObjectRef(kind=ObjectKind(kind), schema=schema, table=table or None, name=name)


def _unescape(field: str) -> str:
    """Undo COPY's text format (manual, "COPY: File Formats"); most names have nothing to undo."""
    if "\\" not in field:
        return field
    pieces = field.split("\\\\")
    for escaped, plain in _ESCAPES:
        pieces = [piece.replace(escaped, plain) for piece in pieces]
    return "\\".join(pieces)


_ESCAPES = (("\\t", "\t"), ("\\n", "\n"), ("\\r", "\r"), ("\\b", "\b"), ("\\f", "\f"), ("\\v", "\v"))
