"""Where the sequences stand, and whether somebody has set one: a number that was only taken is no change.

Numbers that are taken stay taken when their transaction is rolled back (PostgreSQL manual, "Sequence Manipulation
Functions"), so a statement that writes nothing, such as INSERT ... ON CONFLICT DO NOTHING, moves a sequence forward.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from pgready.rehearsal.connection import Connection

__all__ = ["Position", "Sequences", "read_sequences", "set_sequences"]

_EVERY = b"""
SELECT n.nspname, c.relname, s.seqincrement, s.seqcache, s.seqstart,
  pg_catalog.pg_sequence_last_value(s.seqrelid)
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid OPERATOR(pg_catalog.>=) 16384 AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'
  AND pg_catalog.has_sequence_privilege(s.seqrelid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
ORDER BY 1, 2
"""
_ONE = "SELECT last_value, log_cnt, is_called FROM {}"
# Numbers that the server logs ahead (SEQ_LOG_VALS in src/backend/commands/sequence.c): `log_cnt` counts down from it.
_AHEAD = 32
_MOST = 200


@dataclass(frozen=True, slots=True)
class Position:
    """The last value, how many more are logged ahead, whether the last value was taken; the step, the cache."""

    last: int
    ahead: int
    called: bool
    step: int
    cache: int


Sequences = Mapping[tuple[str, str], Position]
"""(schema, sequence) -> its position."""


def read_sequences(owner: Connection) -> Sequences:
    """Those that the owner may read, in one query; none where that fails (one was dropped meanwhile).

    Of very many only the last values are read, which costs less: that one was set forward is then not seen.
    """
    found = owner.execute(_EVERY).fetchall()
    if len(found) > _MOST:
        return {
            (schema, name): Position(start if last is None else last, 1, last is not None, step, cache)
            for schema, name, step, cache, start, last in found
        }
    if not found:
        return {}
    each = (sql.SQL(_ONE).format(sql.Identifier(schema, name)) for schema, name, *_ in found)
    try:
        with owner.transaction():
            rows = owner.execute(sql.SQL("\nUNION ALL\n").join(each)).fetchall()
    except psycopg.DatabaseError:
        if owner.closed or owner.broken:
            raise
        return {}
    return {
        (schema, name): Position(last, ahead, called, step, cache)
        for (schema, name, step, cache, *_), (last, ahead, called) in zip(found, rows, strict=True)
    }


def set_sequences(before: Sequences, after: Sequences) -> tuple[tuple[str, str], ...]:
    """Sequences that were set to another value (setval, RESTART), not only used; in order of their names."""
    return tuple(_set(before, after))


def _set(before: Sequences, after: Sequences) -> Iterator[tuple[str, str]]:
    for name in sorted(before.keys() & after.keys()):
        old, new = before[name], after[name]
        if (old.last, old.called) != (new.last, new.called) and not _was_only_used(old, new):
            yield name


def _was_only_used(old: Position, new: Position) -> bool:
    """Nothing is logged ahead of a value that was set; of one that was taken, it is known how much."""
    steps, rest = divmod(new.last - old.last, new.step)
    if steps < 0 or rest or not new.called:
        return False
    taken = steps if old.called else steps + 1
    return new.ahead > 0 or new.cache > 1 or (old.ahead - taken) % (_AHEAD + 1) == 0
