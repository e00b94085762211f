"""Which objects exist, and what a migration made or dropped."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pgready.model.names import ObjectKind, ObjectRef
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.texts import query

__all__ = ["Names", "Seen", "changes", "difference", "look", "look_again", "read_names"]

Name = tuple[str, str, str, str]
Names = frozenset[Name]
"""Kind, schema, table and name of every object; empty where it does not apply."""

Identity = tuple[str, int, int]
"""Class, OID and, for columns, attnum: what keeps being the same when an object gets another name."""

Row = tuple[str, int, int, str, str, str, str]
"""Identity and name, as `queries/names_since.sql` tells them."""

_SPEAKS_FOR_OTHERS = frozenset({"relation", "type"})
_NO_OBJECTS = frozenset({"since", "moved", "count"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The names at one moment, and what makes it cheap to look again.

    `known` has every object, also those that are no names of the project (they have the kind ""); `counts` their
    numbers by class; `since` is the oldest transaction that had not ended then. `more` are the names that have come
    since the look before, where nothing else has happened.
    """

    names: Names
    known: Mapping[Identity, Name]
    counts: Mapping[str, int]
    since: int
    more: Names | None = None


def read_names(connection: Connection) -> Names:
    """All objects of the database that are not the server's own (`queries/names.sql`).

    Planning costs as much as running, so the statement is prepared where the connection allows it, and only the few
    names that differ ever become values of the model.
    """
    return frozenset(connection.execute(query("names"), prepare=True).fetchall())


def look(admin: Connection) -> Seen:
    """Read all names in a way that `look_again` can go on from; `admin` has search_path=pg_catalog."""
    rows = _rows(admin, 0)
    known = {row[:3]: row[3:] for row in rows if row[0] not in _NO_OBJECTS}
    return Seen(names=_names(known), known=known, counts=_counts(rows), since=_since(rows))


def look_again(admin: Connection, seen: Seen) -> Seen:
    """The names now. What `read_names` says, without reading what cannot have changed: this follows every migration.

    A row of a catalog that nobody has written since then is as it was; rows that have gone are missed by their count.
    Whatever is not as simple as that (something dropped, a table or a schema with another name, members of an
    extension) is a reason to read everything.
    """
    rows = _rows(admin, seen.since)
    changed = {row[:3]: row[3:] for row in rows if row[0] not in _NO_OBJECTS}
    counts = _counts(rows)
    if not _is_simple(seen, rows, changed, counts):
        return look(admin)
    if all(seen.known.get(identity) == name for identity, name in changed.items()):
        return Seen(names=seen.names, known=seen.known, counts=counts, since=_since(rows), more=frozenset())
    known = {**seen.known, **changed}
    fresh = changed.keys() - seen.known.keys()
    only_more = all(seen.known[identity] == changed[identity] for identity in changed.keys() - fresh)
    if not only_more:
        return Seen(names=_names(known), known=known, counts=counts, since=_since(rows))
    more = _names({identity: changed[identity] for identity in fresh}) - seen.names
    return Seen(names=seen.names | more, known=known, counts=counts, since=_since(rows), more=more)


def _is_simple(seen: Seen, rows: Sequence[Row], changed: Mapping[Identity, Name], counts: Mapping[str, int]) -> bool:
    """Nothing has gone, and nothing has changed that the names of others are made of."""
    fresh = Counter(identity[0] for identity in changed if identity not in seen.known)
    return (
        not any(row[0] == "moved" for row in rows)
        and all(number == seen.counts[which] + fresh[which] for which, number in counts.items())
        and not any(
            identity[0] in _SPEAKS_FOR_OTHERS and seen.known.get(identity, name) != name
            for identity, name in changed.items()
        )
    )


def _rows(admin: Connection, since: int) -> list[Row]:
    return admin.execute(query("names_since"), {"since": since}, prepare=True).fetchall()


def _counts(rows: Iterable[Row]) -> dict[str, int]:
    return {row[3]: row[1] for row in rows if row[0] == "count"}


def _since(rows: Iterable[Row]) -> int:
    return next(row[1] for row in rows if row[0] == "since")


def _names(known: Mapping[Identity, Name]) -> Names:
    return frozenset(name for name in known.values() if name[0])


def changes(before: Seen, after: Seen) -> tuple[tuple[ObjectRef, ...], tuple[ObjectRef, ...]]:
    """`difference` between two looks that follow each other."""
    return difference(before.names, after.names) if after.more is None else (_refs(after.more), ())


def difference(before: Names, after: Names) -> tuple[tuple[ObjectRef, ...], tuple[ObjectRef, ...]]:
    """What was made and what was dropped, each ordered by kind, schema, table, name."""
    return _refs(after - before), _refs(before - after)


def _refs(names: Iterable[Name]) -> tuple[ObjectRef, ...]:
    return tuple(
        ObjectRef(kind=ObjectKind(kind), schema=schema, table=table or None, name=name)
        for kind, schema, table, name in sorted(names)
    )
