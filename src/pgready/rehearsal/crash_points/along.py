"""Crash points: migrations stopped on purpose, and recovered from it, in a deployment beside the rehearsal.

A text that is one implicit transaction leaves nothing, wherever it is stopped: a stop behind an earlier statement is an
earlier part of the same transaction. So it is stopped once, behind its last statement, in place: the state is compared
with the one before, and the deployment that goes on from there is the proof that it can be run again. Only numbers of
sequences are not taken back by the server (PostgreSQL manual, "Sequence Manipulation Functions"); we do that, so that
the migrations behind find what they find in the rehearsal. All others are stopped in copies of the database as it was
before, at every place where something is committed. Each migration that is stopped there begins a new session.
"""

import contextlib
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import psycopg
from psycopg.pq import TransactionStatus

from pgready.errors import RehearsalError
from pgready.model.crash_points import CrashPoint, Recovery, RecoveryTrial
from pgready.model.migration import Migration
from pgready.model.trace import MigrationRun, RunError, RunOutcome
from pgready.rehearsal.apply import apply_text, execute
from pgready.rehearsal.bookkeeping import begin_deploy, continue_deploy
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.crash_points.clones import Clones, connected, new_clones
from pgready.rehearsal.crash_points.on_rows import on_rows
from pgready.rehearsal.crash_points.recovery import crash, is_enclosable
from pgready.rehearsal.crash_points.stop import STOPPED, Scene, Unable, Unmissed, aimed, failing, state_of
from pgready.rehearsal.crash_points.text import Place, Text, read_texts
from pgready.rehearsal.database import Database
from pgready.rehearsal.deploy import Pieces
from pgready.rehearsal.limits import Limits, Watch
from pgready.rehearsal.names import Seen, difference, look, look_again

__all__ = ["with_crash_points"]

_MOST_PLACES = 2000
_MOST_SECONDS = 600.0
# Without rows a migration takes seconds at most; what hangs only when it is run again must not take all the time.
_MOST_SECONDS_EACH = 20.0
_OVER = "the time for stopping migrations is over"
_LONG = f"it takes longer than {_MOST_SECONDS_EACH:g} s, the time limit of a migration that is stopped"
_NOT_IN_BLOCK = "25001"
_ALONE = {
    _NOT_IN_BLOCK: "it is a statement that cannot run inside a transaction block",
    "2D000": "it ends transactions inside a procedure or a DO block",
}
_SEQUENCES = b"SELECT schemaname, sequencename, start_value, last_value FROM pg_sequences"
_SET_BACK = b"SELECT setval(format('%%I.%%I', %s::text, %s::text)::regclass, %s, %s)"


class _Lost(Exception):  # noqa: N818  # no error: nothing behind this migration can be stopped
    """Why the deployment of this pass is not that of the rehearsal any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Names of the migrations to be stopped, texts of those that can be read, and those that are too many."""

    names: frozenset[str]
    texts: Mapping[str, Text]
    refused: frozenset[str]
    pieces: Pieces


@dataclass(slots=True, kw_only=True)
class _Line:
    """The deployment of this pass, and the names that are there now; `trials` watches what is stopped and repaired."""

    database: Database
    clones: Clones
    watch: Watch
    trials: Watch
    owner: Connection
    seen: Seen


def with_crash_points(
    database: Database,
    migrations: Sequence[Migration],
    runs: Sequence[MigrationRun],
    *,
    wanted: Collection[str],
    pieces: Pieces,
    limits: Limits,
) -> tuple[MigrationRun, ...]:
    """The runs with the crash points of the wanted migrations, or why they have none.

    `database` is prepared, and empty of all migrations; `runs` are those of the rehearsal. RehearsalError only for a
    server that broke.
    """
    told: dict[str, MigrationRun] = {}
    both = list(zip(migrations, runs, strict=True))
    texts = read_texts([each for each in migrations if each.name in wanted], pieces)
    refused = _too_many([each.name for each in migrations if each.name in texts], texts)
    asked = _Asked(names=frozenset(wanted), texts=texts, refused=refused, pieces=pieces)
    ends = time.monotonic() + min(limits.total_seconds, _MOST_SECONDS)
    with new_clones(database) as clones:
        owner = database.connect_owner()
        shorter = replace(limits, migration_seconds=min(limits.migration_seconds, _MOST_SECONDS_EACH))
        watch, trials = (
            Watch(database=database, pid=owner.info.backend_pid, limits=each, ends=ends) for each in (limits, shorter)
        )
        seen = look(database.admin)
        line = _Line(database=database, clones=clones, watch=watch, trials=trials, owner=owner, seen=seen)
        try:
            begin_deploy(line.owner)
            for run in _along(line, both, asked):
                told[run.migration] = run
        finally:
            line.owner.close()
            line.database.admin.close()
    return tuple(told.get(run.migration, run) for run in runs)


def _too_many(names: Sequence[str], texts: Mapping[str, Text]) -> frozenset[str]:
    """Those that are too many, the newest first."""
    refused, count = set[str](), 0
    for name in reversed(names):
        text = texts[name]
        count += 1 if text.atomic else len(text.places([True] * len(text.pieces))) or 1
        if count > _MOST_PLACES:
            refused.add(name)
    return frozenset(refused)


def _along(line: _Line, both: Sequence[tuple[Migration, MigrationRun]], asked: _Asked) -> Iterator[MigrationRun]:
    """Every migration up to the last wanted one; the runs of the wanted ones."""
    last = max((number for number, (each, _) in enumerate(both) if each.name in asked.names), default=-1)
    lost: str | None = None
    for migration, run in both[: last + 1]:
        wanted = migration.name in asked.names
        why = lost or _why_not(line, run, asked) if wanted else None
        try:
            if wanted and not why:
                run = _stopped(line, migration, run, asked.texts[migration.name])  # noqa: PLW2901  # with its points
            elif not lost:
                _apply(line, migration, run, asked.pieces.get(migration.name, (migration.sql or "",)))
        except Unable as unable:
            why = str(unable)
        except _Lost as loss:
            lost = str(loss)
            why = why or lost
        if wanted:
            yield replace(run, crash_skipped=why)


def _why_not(line: _Line, run: MigrationRun, asked: _Asked) -> str | None:
    if run.outcome is not RunOutcome.APPLIED:
        return "it is not applied"
    if run.leaves_open:
        return "it leaves a transaction open"
    if run.migration not in asked.texts:
        return "its statements cannot be told apart"
    if run.migration in asked.refused:
        return f"newer migrations have {_MOST_PLACES} places to be stopped at, the most that are tried"
    return _OVER if time.monotonic() > line.watch.ends else None


def _stopped(line: _Line, migration: Migration, run: MigrationRun, text: Text) -> MigrationRun:
    """With its crash points. Unable: there are none, and it is deployed. _Lost: so that nothing can follow it."""
    if run.duration_ms > _MOST_SECONDS_EACH * 1000:
        _apply(line, migration, run, text.sent)
        raise Unable(_LONG)
    with _lost_by_errors(line.clones):
        if text.atomic:
            return replace(run, crash_points=_in_place(line, migration, run, text))
        with _copy_of(line) as template:
            before = state_of(line.trials, line.database)
            idle: list[bool] = []
            _apply(line, migration, run, _noting(line.owner, text.sent, idle))
            scene = Scene(
                clones=line.clones,
                template=template,
                text=text,
                before=before,
                after=state_of(line.trials, line.database),
                watch=line.trials,
            )
            try:
                return _with_points(scene, run, idle)
            except (psycopg.Error, RehearsalError) as error:
                # Whatever a copy has come to, the deployment beside it can go on.
                line.clones.raise_if_dead()
                raise Unable(f"it cannot be tried: {_first_line(error)}") from error


def _nothing(text: Text) -> CrashPoint:
    """Wherever it is stopped, nothing is there but what was before its first statement."""
    return CrashPoint(statements=0, line=text.line(0))


def _with_points(scene: Scene, run: MigrationRun, idle: list[bool]) -> MigrationRun:
    text = scene.text
    with on_rows(scene, idle) as (seen, rests):
        points = tuple(_points(seen, text.places(rests))) or (_nothing(text),)
        asked = text.apart and not text.controls and any(point.partial for point in points)
        return replace(run, crash_points=points, enclosable=is_enclosable(seen) if asked else None)


def _points(scene: Scene, places: Iterable[Place]) -> Iterator[CrashPoint]:
    for place in places:
        if time.monotonic() > scene.watch.ends:
            raise Unable(_OVER)
        with contextlib.suppress(Unmissed):
            yield crash(scene, place)


def _in_place(line: _Line, migration: Migration, run: MigrationRun, text: Text) -> tuple[CrashPoint, ...]:
    """One point, behind the last statement: nothing stays, and the deployment that goes on is the second try."""
    admin = line.database.admin
    sequences = admin.execute(_SEQUENCES).fetchall()
    with contextlib.closing(_let_in(line.database)) as owner:
        watch = aimed(line.trials, line.database, owner)
        error = apply_text(owner, failing(text.sent[0]), watch).error
    stopped = STOPPED.search(error.message) if error else None
    status = (
        admin.execute(b"SELECT pg_xact_status(%s::text::xid8)", (stopped[1] or None,)).fetchone() if stopped else None
    )
    if status not in {None, ("aborted",), (None,)}:
        raise _Lost(f"{migration.name} leaves something of what should be one transaction")
    _set_back(line, sequences)
    _keep_owner(line)
    _apply(line, migration, run, text.sent)
    if stopped is None and text.idle and error is not None and error.sqlstate == _NOT_IN_BLOCK:
        return (_nothing(text),)
    if stopped is None:
        raise Unable(_LONG if watch.expired else _why_unstopped(error))
    again = RecoveryTrial(recovery=Recovery.AGAIN, works=True)
    return (CrashPoint(statements=len(text.pieces), line=None, trials=(again,)),)


def _keep_owner(line: _Line) -> None:
    """A migration may end all other connections of its role: then the deployment goes on over a new one."""
    try:
        line.owner.execute(b"SELECT")
    except psycopg.OperationalError:
        line.owner = _let_in(line.database)
        continue_deploy(line.owner)


def _let_in(database: Database) -> Connection:
    """A connection of the owner, also where a migration has changed its password."""
    try:
        return database.connect_owner()
    except psycopg.OperationalError:
        database.let_owner_in()
        return database.connect_owner()


def _why_unstopped(error: RunError | None) -> str:
    if error is None:
        return "it could not be stopped"
    return _ALONE.get(error.sqlstate, f"over a connection of its own it fails: {error.message} ({error.sqlstate})")


def _set_back(line: _Line, sequences: Iterable[tuple[object, ...]]) -> None:
    """What nextval and setval did is not undone with their transaction."""
    admin = line.database.admin
    now = set(admin.execute(_SEQUENCES).fetchall())
    for schema, name, start, value in sequences:
        if (schema, name, start, value) not in now:
            admin.execute(_SET_BACK, (schema, name, start if value is None else value, value is not None))


def _apply(line: _Line, migration: Migration, run: MigrationRun, messages: Iterable[str]) -> None:
    """As the rehearsal does; _Lost where it comes out in another way."""
    with _lost_by_errors(line.clones):
        watch = aimed(line.watch, line.database, line.owner)
        error = execute(line.owner, migration, messages, watch).error
        before, line.seen = line.seen, look_again(line.database.admin, line.seen)
    if watch.expired:
        raise _Lost(_OVER if time.monotonic() > watch.ends else f"{migration.name} is {watch.expired}")
    if (error is None) != (run.outcome is RunOutcome.APPLIED):
        raise _Lost(f"in a session of its own {migration.name} fails" if error else f"{migration.name} is not applied")
    if difference(before.names, line.seen.names) != (run.made, run.dropped):
        raise _Lost(f"in a session of its own {migration.name} makes something else")


@contextlib.contextmanager
def _copy_of(line: _Line) -> Iterator[str]:
    """The name of a copy of what is there now. The deployment goes on in a new session: nobody may be connected."""
    name = line.database.name
    line.owner.close()
    line.database.admin.close()
    copy = line.clones.copy(name)
    line.database = replace(line.database, admin=connected(line.database, name))
    line.database.let_owner_in()
    line.owner = line.database.connect_owner()
    try:
        continue_deploy(line.owner)
        yield copy
    finally:
        with contextlib.suppress(psycopg.Error):
            line.clones.drop(copy)


def _noting(owner: Connection, messages: Iterable[str], idle: list[bool]) -> Iterator[str]:
    """The messages, and behind each whether no transaction is open."""
    for message in messages:
        yield message
        idle.append(owner.info.transaction_status == TransactionStatus.IDLE)


@contextlib.contextmanager
def _lost_by_errors(clones: Clones) -> Iterator[None]:
    """An error of the deployment itself: the server broke, or a migration did something to our connections."""
    try:
        yield
    except (psycopg.Error, RehearsalError) as error:
        clones.raise_if_dead()
        raise _Lost(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    """Of a refused connection only why: the rest is a path that is another one each time."""
    return str(error).rpartition("FATAL:")[2].strip().partition("\n")[0] or type(error).__name__
