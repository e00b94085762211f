"""A deployment on tables with rows, in a database of its own: what it loses, and what it fails on.

A migration that fails only because of rows is told and then run again on empty tables, so that those behind it are
looked at too. Rows that stood there before anything was seeded are the migrations' own and stay. Where every migration
of a history is to meet rows, only the tables that the failing text names are emptied first, all of them if that does
not help, and where a table has got columns all rows but one are made anew: the one is from before the column.
"""

import contextlib
import re
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg.pq import TransactionStatus

from pgready.errors import RehearsalError
from pgready.model.kept_rows import DataFailure, Loss, RowsRehearsal, Unseeded
from pgready.model.migration import Migration
from pgready.model.trace import RunError
from pgready.rehearsal.apply import Applied, execute, raise_if_dead
from pgready.rehearsal.bookkeeping import begin_deploy
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database
from pgready.rehearsal.deploy import Pieces, Progress, silent
from pgready.rehearsal.limits import Limits, Watch
from pgready.rehearsal.seeding.artefacts import RowsMade, artefact
from pgready.rehearsal.seeding.filling import Keys, empty, seed, seeder
from pgready.rehearsal.seeding.losses import losses
from pgready.rehearsal.seeding.state import Held, Marks, read_held, read_marks, read_names
from pgready.rehearsal.seeding.values import ROWS
from pgready.sources.sql.lexis import skip_trivia

__all__ = ["run_on_rows"]

_FLUSHES = 150000
_BEGINS = re.compile(rb"(?:BEGIN|START\s+TRANSACTION)\b", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class _Pass:
    """The state of one deployment.

    `own` are tables that hold rows without our help, `known` those dealt with, `wider` those that have got columns
    since they were seeded. `columns` are (table, column) of what was there when rows were made. `scoped`: rows are made
    once, before the first migration of a scope.
    """

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
    wider: set[int] = field(default_factory=set)
    columns: set[tuple[str, str]] = field(default_factory=set)
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
    on_progress: Progress = silent,
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
            watch=Watch.over(owner, database, limits),
            writing=Watch.over(writer, database, limits),
            later=later,
            scoped=len(before) == 1,
        )
        begin_deploy(owner)
        stopped = _stopped(state, migrations, before, pieces, on_progress)
    return RowsRehearsal(
        seeded=len(state.seeded),
        unseeded=tuple(state.unseeded.values()),
        losses=tuple(state.losses),
        failures=tuple(state.failures),
        stopped=stopped,
        duration_ms=(time.perf_counter() - started) * 1000,
    )


def _stopped(
    state: _Pass, migrations: Sequence[Migration], before: Collection[str], pieces: Pieces, report: Progress
) -> str | None:
    for done, migration in enumerate(migrations):
        report(done, len(migrations), migration.name)
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
    thinned = _thin_out(state)
    if not state.started:
        state.started, state.own = True, {oid for oid, held in state.held.items() if held.rows}
    new = state.marks.keys() - state.known
    if state.reseeded is not None:
        new &= state.reseeded
    state.known |= new
    bare = [oid for oid in new if oid not in state.held or not state.held[oid].rows]
    if not state.scoped:
        state.own |= new.difference(bare, state.seeded)
    if not bare and not thinned:
        return
    told = seed(state.writer, state.database.admin, bare, state.later, state.writing)
    seed(state.writer, state.database.admin, thinned, state.later, state.writing, beside=True)
    _flush(state, state.writer)
    for oid, why in told.items():
        if why is None:
            state.seeded.add(oid)
            state.unseeded.pop(oid, None)
        else:
            state.unseeded[oid] = why
    made = read_held(state.writer, state.database.admin, told.keys() | thinned)
    state.columns |= {(table.name, column.name) for table in made.values() for column in table.columns.values()}
    state.held |= made
    state.marks = read_marks(state.database.admin)


def _thin_out(state: _Pass) -> set[int]:
    """Leave one row in seeded tables that have got columns; the tables."""
    wider, state.wider = state.wider & state.seeded & state.known, set()
    # More rows than were made are the work of a migration.
    stale = {oid for oid in wider if oid in state.held and 0 < (state.held[oid].rows or 0) <= ROWS + 1}
    if state.scoped or not stale:
        return set()
    names = read_names(state.database.admin, stale)
    empty(state.writer, names, state.writing, but_one=True)
    return set(names)


def _run(state: _Pass, migration: Migration, pieces: Sequence[str]) -> str | None:
    """Run one migration; why nothing can be said of those behind it, or None."""
    applied, sent = _sent(state, migration, pieces, 0)
    error = applied.error
    if error is None:
        _look(state, migration.name)
        return None
    if not state.seeded:
        return f"it fails without rows: {error.message}"
    state.failures.append(_failure(state, migration, error))
    # What a file has committed itself would be done twice by a second attempt.
    once = state.scoped or (len(pieces) == 1 and "COMMIT" in applied.tags)
    for unseed in (_unseed,) if once else (_unseed_named, _unseed):
        if state.owner.closed or state.owner.broken:
            return "it fails on rows and ends its connection"
        begun = _begun(state, pieces, sent)
        state.owner.execute(b"ROLLBACK")
        unseed(state, "".join(pieces))
        applied, sent = _sent(state, migration, pieces, begun)
        if applied.error is None:
            _take_in(state)
            _seed(state)
            return None
        error = applied.error
    return f"it fails on rows and leaves a part of its work behind: {error.message}"


def _sent(state: _Pass, migration: Migration, pieces: Sequence[str], begun: int) -> tuple[Applied, int]:
    """Send it from this piece on; what came of it, and the piece that was the last."""
    sent = begun

    def counted() -> Iterator[str]:
        nonlocal sent
        for sent in range(begun, len(pieces)):
            yield pieces[sent]

    return execute(state.owner, migration, counted(), state.watch), sent


def _begun(state: _Pass, pieces: Sequence[str], sent: int) -> int:
    """The piece to go on with: the one that failed, or the beginning of the transaction that is lost with it."""
    if state.owner.info.transaction_status == TransactionStatus.IDLE:
        return sent
    return next((place for place in range(sent, -1, -1) if _begins(pieces[place].encode())), sent)


def _begins(piece: bytes) -> bool:
    return _BEGINS.match(piece, skip_trivia(piece, 0)) is not None


def _unseed(state: _Pass, _text: str) -> None:
    filled = read_held(state.writer, state.database.admin, read_marks(state.database.admin))
    others = {oid: (held.schema, held.name) for oid, held in filled.items() if oid not in state.own and held.rows != 0}
    empty(state.writer, others, state.writing)
    if state.reseeded is None and state.scoped:
        state.reseeded = frozenset(state.known)
    state.held, state.known = {}, set()


def _unseed_named(state: _Pass, text: str) -> None:
    """Only what the text names, and that is to be filled again."""
    names = read_names(state.database.admin, read_marks(state.database.admin).keys() - state.own)
    lower = text.lower()
    named = {oid: name for oid, name in names.items() if name[1].lower() in lower}
    empty(state.writer, named, state.writing)
    state.known -= named.keys()


def _take_in(state: _Pass) -> None:
    """What the tables hold after an attempt that was not compared with what they held."""
    if not state.known or state.owner.info.transaction_status != TransactionStatus.IDLE:
        return
    _flush(state, state.owner)
    _flush(state, state.writer)
    marks = read_marks(state.database.admin)
    changed = [oid for oid, mark in marks.items() if oid not in state.known or state.marks.get(oid) != mark]
    state.held = {oid: held for oid, held in state.held.items() if oid in marks}
    state.held |= read_held(state.writer, state.database.admin, changed)
    state.wider |= _wider(state.marks, marks)
    state.marks = marks


def _look(state: _Pass, migration: str) -> None:
    """Compare what the tables hold with what they held, where something was written or altered."""
    if not state.known or state.owner.info.transaction_status != TransactionStatus.IDLE:
        return
    _flush(state, state.owner)
    marks = read_marks(state.database.admin)
    told = _tells_writes(state)
    changed = [oid for oid, mark in marks.items() if not told or state.marks.get(oid) != mark]
    gone = state.held.keys() - marks.keys()
    if changed or gone:
        after = read_held(state.writer, state.database.admin, changed)
        before = {oid: state.held[oid] for oid in (*changed, *gone) if oid in state.held}
        state.losses += losses(migration, before, after)
        state.held = {oid: held for oid, held in state.held.items() if oid in marks} | after
        state.wider |= _wider(state.marks, marks)
    state.marks = marks


def _wider(before: Marks, after: Marks) -> set[int]:
    """Tables with a column that was not there: the last of the numbers counts the dropped ones, too."""
    return {oid for oid, mark in after.items() if oid in before and before[oid][-1] != mark[-1]}


def _tells_writes(state: _Pass) -> bool:
    """Whether the numbers of rows written can be had at once: before version 15 they come when they come.

    Measured on 14: a DELETE was not in them when the next migration began, so every table is read again there.
    """
    return state.database.cluster.binaries.version_num >= _FLUSHES


def _flush(state: _Pass, connection: Connection) -> None:
    """Have the numbers of rows written told at once."""
    if _tells_writes(state):
        connection.execute(b"SELECT pg_catalog.pg_stat_force_next_flush()")


def _failure(state: _Pass, migration: Migration, error: RunError) -> DataFailure:
    empty = {each.table.name for each in state.unseeded.values()}
    return DataFailure(
        migration=migration.name,
        sqlstate=error.sqlstate,
        message=error.message,
        detail=error.detail,
        statement=error.statement,
        line=error.line,
        artefact=artefact(error, migration, RowsMade(empty=empty, columns=state.columns)),
    )
