"""A deployment on tables with rows, in a database of its own: what it loses, and what it fails on.

A migration that fails only because of rows is told and then run again on empty tables, so that those behind it are
looked at too. Rows that stood there before anything was seeded are the migrations' own and stay.
"""

import contextlib
import re
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg.pq import TransactionStatus

from pgready.errors import RehearsalError
from pgready.model.kept_rows import DataFailure, Loss, RowsRehearsal, Unseeded
from pgready.model.migration import Migration
from pgready.model.trace import RunError
from pgready.rehearsal.apply import execute, raise_if_dead
from pgready.rehearsal.bookkeeping import begin_deploy
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database
from pgready.rehearsal.deploy import Pieces
from pgready.rehearsal.limits import Limits, Watch
from pgready.rehearsal.seeding import Keys, empty, seed, seeder
from pgready.rehearsal.seeding_losses import losses
from pgready.rehearsal.seeding_state import Held, Marks, read_held, read_marks
from pgready.rehearsal.seeding_values import MADE_UP

__all__ = ["run_on_rows"]

_FLUSHES = 150000
_BEGINS = re.compile(r"(?:\s|--[^\n]*\n)*(?:BEGIN|START\s+TRANSACTION)\b", re.IGNORECASE)
# What depends on the values, which are made up; NOT NULL, a removed value of an enum and a
# key (equal by construction) meet any row.
_ARTEFACTS = {
    "23514": "a CHECK asks for a form that the made-up values do not have",
    "23505": "made-up values may be the same where real ones are not",
    "23P01": "made-up ranges may overlap where real ones do not",
    "22P02": "the made-up texts are not of the form that the new type asks for",
    "22007": "the made-up texts are no dates",
    "22023": "the made-up texts are not what a function asks for",
    "22001": "the made-up texts may be longer than real ones",
    "22003": "the made-up numbers may be greater than real ones",
    "P0001": "the migration looks at the rows itself",
}


@dataclass(slots=True, kw_only=True)
class _Pass:
    """The state of one deployment; `own` are tables that hold rows without our help, `known` those dealt with."""

    database: Database
    owner: Connection
    writer: Connection
    watch: Watch
    writing: Watch
    later: Keys
    scoped: bool
    started: bool = False
    own: set[int] = field(default_factory=set)
    known: set[int] = field(default_factory=set)
    seeded: set[int] = field(default_factory=set)
    reseeded: frozenset[int] | None = None
    marks: Marks = field(default_factory=dict)
    held: dict[int, Held] = field(default_factory=dict)
    unseeded: dict[int, Unseeded] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    failures: list[DataFailure] = field(default_factory=list)


def run_on_rows(
    database: Database,
    migrations: Sequence[Migration],
    *,
    before: Collection[str],
    pieces: Pieces,
    later: Keys,
    limits: Limits,
) -> RowsRehearsal:
    """Deploy in this order; before each migration of `before` every table gets rows that has had none yet.

    RehearsalError only when the server is gone; what else is in the way ends the pass, and it says why.
    """
    started = time.perf_counter()
    with contextlib.closing(database.connect_owner()) as owner, seeder(database) as writer:
        state = _Pass(
            database=database,
            owner=owner,
            writer=writer,
            watch=_watch(database, owner, limits),
            writing=_watch(database, writer, limits),
            later=later,
            scoped=len(before) == 1,
        )
        begin_deploy(owner)
        stopped = _stopped(state, migrations, before, pieces)
    return RowsRehearsal(
        seeded=len(state.seeded),
        unseeded=tuple(state.unseeded.values()),
        losses=tuple(state.losses),
        failures=tuple(state.failures),
        stopped=stopped,
        duration_ms=(time.perf_counter() - started) * 1000,
    )


def _watch(database: Database, connection: Connection, limits: Limits) -> Watch:
    ends = time.monotonic() + limits.total_seconds
    return Watch(database=database, pid=connection.info.backend_pid, limits=limits, ends=ends)


def _stopped(state: _Pass, migrations: Iterable[Migration], before: Collection[str], pieces: Pieces) -> str | None:
    for migration in migrations:
        try:
            if migration.name in before:
                _seed(state)
            why = _run(state, migration, pieces.get(migration.name, (migration.sql or "",)))
        except (RehearsalError, psycopg.Error) as error:
            raise_if_dead(state.database)
            why = str(error)
        if why is not None:
            return f"{migration.name}: {why}"
    return None


def _seed(state: _Pass) -> None:
    """Rows for what has none; what already holds some keeps them, and is looked at like the others."""
    if state.owner.info.transaction_status != TransactionStatus.IDLE:
        return
    if not state.known:
        state.marks = read_marks(state.database.admin)
        state.held = read_held(state.writer, state.database.admin, state.marks)
    if not state.started:
        state.started, state.own = True, {oid for oid, held in state.held.items() if held.rows}
    new = state.marks.keys() - state.known
    if state.reseeded is not None:
        new &= state.reseeded
    state.known |= new
    bare = [oid for oid in new if oid not in state.held or not state.held[oid].rows]
    if not bare:
        return
    told = seed(state.writer, state.database.admin, bare, state.later, state.writing)
    _flush(state, state.writer)
    for oid, why in told.items():
        if why is None:
            state.seeded.add(oid)
            state.unseeded.pop(oid, None)
        else:
            state.unseeded[oid] = why
    state.held |= read_held(state.writer, state.database.admin, told)
    state.marks = read_marks(state.database.admin)


def _run(state: _Pass, migration: Migration, pieces: Sequence[str]) -> str | None:
    """Run one migration; why nothing can be said of those behind it, or None."""
    sent = 0

    def counted() -> Iterator[str]:
        nonlocal sent
        for sent, piece in enumerate(pieces):  # noqa: B007  # read when it is over
            yield piece

    error = execute(state.owner, migration, counted(), state.watch).error
    if error is None:
        _look(state, migration.name)
        return None
    if not state.seeded:
        return f"it fails without rows: {error.message}"
    state.failures.append(_failure(migration.name, error))
    if state.owner.closed or state.owner.broken:
        return "it fails on rows and ends its connection"
    begun = _begun(state, pieces, sent)
    _unseed(state)
    again = execute(state.owner, migration, pieces[begun:], state.watch).error
    if again is not None:
        return f"it fails on rows and leaves a part of its work behind: {again.message}"
    _seed(state)
    return None


def _begun(state: _Pass, pieces: Sequence[str], sent: int) -> int:
    """The piece to go on with: the one that failed, or the beginning of the transaction that is lost with it."""
    if state.owner.info.transaction_status == TransactionStatus.IDLE:
        return sent
    return next((place for place in range(sent, -1, -1) if _BEGINS.match(pieces[place])), sent)


def _unseed(state: _Pass) -> None:
    state.owner.execute(b"ROLLBACK")
    filled = read_held(state.writer, state.database.admin, read_marks(state.database.admin))
    others = [(held.schema, held.name) for oid, held in filled.items() if oid not in state.own and held.rows != 0]
    empty(state.writer, others, state.writing)
    if state.reseeded is None and state.scoped:
        state.reseeded = frozenset(state.known)
    state.held, state.known = {}, set()


def _look(state: _Pass, migration: str) -> None:
    """Compare what the tables hold with what they held, where something was written or altered."""
    if not state.known or state.owner.info.transaction_status != TransactionStatus.IDLE:
        return
    _flush(state, state.owner)
    marks = read_marks(state.database.admin)
    changed = [oid for oid, mark in marks.items() if state.marks.get(oid) != mark]
    gone = state.held.keys() - marks.keys()
    if changed or gone:
        after = read_held(state.writer, state.database.admin, changed)
        before = {oid: state.held[oid] for oid in (*changed, *gone) if oid in state.held}
        state.losses += losses(migration, before, after)
        state.held = {oid: held for oid, held in state.held.items() if oid in marks} | after
    state.marks = marks


def _flush(state: _Pass, connection: Connection) -> None:
    """Have the numbers of rows written told at once; before version 15 that is done when a transaction ends."""
    if state.database.cluster.binaries.version_num >= _FLUSHES:
        connection.execute(b"SELECT pg_catalog.pg_stat_force_next_flush()")


def _failure(migration: str, error: RunError) -> DataFailure:
    return DataFailure(
        migration=migration,
        sqlstate=error.sqlstate,
        message=error.message,
        detail=error.detail,
        statement=error.statement,
        line=error.line,
        artefact=_artefact(error),
    )


def _artefact(error: RunError) -> str | None:
    if error.sqlstate == "22P02" and "enum" in error.message and MADE_UP not in error.message:
        return None
    return _ARTEFACTS.get(error.sqlstate)
