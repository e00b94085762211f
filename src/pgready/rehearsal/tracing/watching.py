"""Look on from outside while a statement works that cannot run inside a transaction.

Such a statement waits, once it holds its own locks, for everybody who can still see the state before it. So somebody
holds ACCESS SHARE on all tables and a snapshot until it is seen to wait, and lets it go on then. Source: PostgreSQL
manual, CREATE INDEX, "Building Indexes Concurrently"; `WaitForLockers()` and `WaitForOlderSnapshots()`.
"""

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from pgready.model.names import ObjectRef
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database

__all__ = ["Onlooker", "looking_on"]

_LONGEST_SECONDS = 2.0
_PAUSE_SECONDS = 0.0005
_HELD = b"""
SELECT coalesce(relation, 0), mode, granted FROM pg_locks
WHERE pid = %s AND (NOT granted OR locktype = 'relation' AND relation >= 16384)
"""


@dataclass(slots=True)
class Onlooker:
    """What was seen: OID of a relation and name of a lock, held or waited for."""

    seen: set[tuple[int, str]] = field(default_factory=set)


@contextlib.contextmanager
def looking_on(database: Database, pid: int, tables: Sequence[ObjectRef]) -> Iterator[Onlooker]:
    """Watch the backend `pid` until the block ends; `tables` are those that are there."""
    onlooker, over = Onlooker(), threading.Event()
    with (
        contextlib.closing(database.cluster.connect_admin(database.name)) as eyes,
        contextlib.closing(database.cluster.connect_admin(database.name)) as hand,
    ):
        _hold(hand, tables)
        watching = threading.Thread(target=_watch, args=(onlooker, eyes, hand, pid, over), name="pgready-onlooker")
        watching.start()
        try:
            yield onlooker
        finally:
            over.set()
            watching.join()


def _hold(hand: Connection, tables: Sequence[ObjectRef]) -> None:
    hand.execute(b"BEGIN ISOLATION LEVEL REPEATABLE READ")
    names = sql.SQL(", ").join(sql.SQL("ONLY ") + sql.Identifier(table.schema or "", table.name) for table in tables)
    if tables:
        hand.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))
    hand.execute(b"SELECT txid_current_snapshot()")


def _watch(onlooker: Onlooker, eyes: Connection, hand: Connection, pid: int, over: threading.Event) -> None:
    """A server that breaks is told by who works on it."""
    started, holding = time.perf_counter(), True
    with contextlib.suppress(psycopg.Error):
        while not over.is_set():
            waits = _look(onlooker, eyes, pid)
            if holding and (waits or time.perf_counter() - started > _LONGEST_SECONDS):
                hand.execute(b"ROLLBACK")
                holding = False
            over.wait(_PAUSE_SECONDS)


def _look(onlooker: Onlooker, eyes: Connection, pid: int) -> bool:
    """Whether it waits for somebody."""
    found = eyes.execute(_HELD, (pid,)).fetchall()
    onlooker.seen.update((relation, mode) for relation, mode, _ in found if relation)
    return any(not granted for _, _, granted in found)
