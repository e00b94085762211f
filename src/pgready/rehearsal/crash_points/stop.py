"""Stop a migration at a place of it, in a copy of the database as it was before."""

import contextlib
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from psycopg import sql

from pgready.rehearsal.apply import apply_pieces
from pgready.rehearsal.catalog_state import State, read_state
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.crash_points.clones import Clones
from pgready.rehearsal.crash_points.text import Place, Text
from pgready.rehearsal.database import Database
from pgready.rehearsal.limits import Watch
from pgready.rehearsal.names import read_names
from pgready.rehearsal.rows import Rows
from pgready.rehearsal.script import run_script

__all__ = ["STOPPED", "Scene", "Unable", "Unmissed", "aimed", "failing", "state_of", "stopped", "undisturbed"]

# Fails, and its message names the transaction in which it has run (none: that has written nothing).
_STOP = (
    """SELECT (pg_catalog.concat('pgready stops here', pg_catalog.pg_current_xact_id_if_assigned()))::pg_catalog.int4"""
)
STOPPED = re.compile(r'"pgready stops here(\d*)"')
_LONGEST_SECONDS = 2.0
_CANCELLED = "57014"
_WAITS = b"SELECT FROM pg_locks WHERE pid = %s AND NOT granted"


class Unable(Exception):  # noqa: N818  # no error: a migration of which is told that it could not be stopped
    """Why a migration cannot be stopped, or its recoveries not be judged."""


class Unmissed(Exception):  # noqa: N818  # no error: a place at which nothing can be stopped
    """What should wait for others does not, as where IF EXISTS finds nothing."""


@dataclass(slots=True, kw_only=True)
class Scene:
    """A migration, the database as it was before (`template`, to which nobody is connected), and the states around.

    `watch.ends` is when the time for all of it is over; `again` are the rows after one more undisturbed run, once
    somebody has asked for them. `unseen` says why rows do not show what a statement does, by its number; `empty`: the
    tables hold no made-up rows, although statements may touch some.
    """

    clones: Clones
    template: str
    text: Text
    before: State
    after: State
    watch: Watch
    again: Rows | None = field(default=None)
    unseen: Mapping[int, str] = field(default_factory=dict)
    empty: bool = False

    def unseen_before(self, place: Place) -> str | None:
        """Why it cannot be told what the statements before that place have done to rows, where they are committed."""
        ran = place.statements if place.kept else 0
        return next((why for number, why in sorted(self.unseen.items()) if number < ran), None)


def aimed(watch: Watch, database: Database, connection: Connection) -> Watch:
    """The watch over this connection from now on. There is one for all: it also counts what is on the disk, rarely."""
    watch.database, watch.pid = database, connection.info.backend_pid
    watch.begin()
    return watch


def state_of(watch: Watch, database: Database) -> State:
    """Over a connection of its own; policies and casts of the project run while its rows are read."""
    with contextlib.closing(database.connect_owner()) as reader, aimed(watch, database, reader).guarding():
        return read_state(database.admin, reader)


@contextlib.contextmanager
def stopped(scene: Scene, place: Place) -> Iterator[Database]:
    """The database after the migration was stopped there and its connection has ended.

    An open transaction ends with its connection (PostgreSQL manual, "Multiple Statements in a Simple Query", and the
    message Terminate in "Message Flow"): nothing of it stays. Unable where it does not come to that place.
    """
    with scene.clones.of(scene.template) as database:
        with contextlib.closing(database.connect_owner()) as owner:
            watch = aimed(scene.watch, database, owner)
            error = apply_pieces(owner, _first(scene.text, place.statements), watch).error
            if error is not None and not STOPPED.search(error.message):
                raise Unable(f"once more, statement by statement, it fails: {error.message} ({error.sqlstate})")
            if place.inside and not _cancelled(database, owner, watch, scene.text.pieces[place.statements]):
                raise Unmissed
        yield database


def _first(text: Text, statements: int) -> tuple[str, ...]:
    """The messages up to the stop. In one message the error comes with it: what it has not committed is taken back."""
    if not statements or text.apart:
        return text.pieces[:statements]
    return (failing("".join(text.pieces[:statements])),)


def failing(text: str) -> str:
    """The text with a statement behind it that fails."""
    return f"{text}\n;\n{_STOP}"


def undisturbed(scene: Scene) -> Rows:
    """The rows after one more run that nothing stops: what differs then is different each time (a clock, a uuid)."""
    if scene.again is None:
        with scene.clones.of(scene.template) as database:
            with contextlib.closing(database.connect_owner()) as owner:
                apply_pieces(owner, scene.text.sent, aimed(scene.watch, database, owner))
            scene.again = state_of(scene.watch, database).rows
    return scene.again


def _cancelled(database: Database, owner: Connection, watch: Watch, text: str) -> bool:
    """Whether it could be stopped while it waits for those who see the state before it.

    Source: PostgreSQL manual, CREATE INDEX, "Building Indexes Concurrently".
    """
    with contextlib.closing(database.cluster.connect_admin(database.name)) as hand:
        _hold(hand, database)
        started, cancelled = time.monotonic(), False

        def tick() -> None:
            nonlocal cancelled
            watch.tick()
            if not cancelled and database.admin.execute(_WAITS, (watch.pid,)).fetchone() is not None:
                database.admin.execute(b"SELECT pg_cancel_backend(%s)", (watch.pid,))
                cancelled = True
            if time.monotonic() > started + _LONGEST_SECONDS:
                hand.execute(b"ROLLBACK")

        error = run_script(owner, text, tick).error
    return cancelled and error is not None and error.sqlstate == _CANCELLED and not watch.expired


def _hold(hand: Connection, database: Database) -> None:
    tables = [(schema, name) for kind, schema, _, name in read_names(database.admin) if kind == "table"]
    hand.execute(b"BEGIN ISOLATION LEVEL REPEATABLE READ")
    names = sql.SQL(", ").join(sql.SQL("ONLY ") + sql.Identifier(*table) for table in tables)
    if tables:
        hand.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))
    hand.execute(b"SELECT txid_current_snapshot()")
