"""Apply one migration as Prisma does: its record, the file as one simple query or as several, its record again."""

import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

import psycopg

from pgready.errors import RehearsalError
from pgready.model.migration import Migration
from pgready.model.trace import RunError
from pgready.rehearsal.bookkeeping import record_failed, record_finished, record_started
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database
from pgready.rehearsal.limits import Watch
from pgready.rehearsal.script import ScriptResult, ServerError, run_script

__all__ = ["Applied", "apply_pieces", "apply_text", "execute", "raise_if_dead"]

_OUR_LIMITS = {
    "53100": "the disk of the throw-away server is full",
    "53200": "the throw-away server ran out of memory",
    "53400": "a limit of the throw-away server was reached",
}
_FILE_LIMIT = "File too large"
_NO_WORD = "08006"
_CRASH_SECONDS = 3.0
_NUL = "22021"
_SYNTAX_ERROR = "42601"
_RECORD_CONTEXT = "Prisma's own record of the migration in _prisma_migrations, on the same connection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What the server said: command tags of the statements that ended well, the error, and how long it took."""

    tags: tuple[str, ...]
    error: RunError | None
    duration_ms: float


def execute(owner: Connection, migration: Migration, pieces: Iterable[str], watch: Watch) -> Applied:
    """Run one migration with the records before and after it; a record that fails makes the migration fail.

    `pieces` are its text, whole or in parts that are sent one by one.
    """
    watch.begin()
    try:
        with watch.guarding():
            row = record_started(owner, migration)
    except psycopg.Error as error:
        return Applied(tags=(), error=_record_error(watch.database, error), duration_ms=0.0)
    applied = apply_pieces(owner, pieces, watch)
    if applied.error is not None:
        with contextlib.suppress(psycopg.Error), watch.guarding():
            record_failed(owner, row, applied.error.message)
        return applied
    try:
        with watch.guarding():
            record_finished(owner, row)
    except psycopg.Error as error:
        failure = _record_error(watch.database, error)
        return Applied(tags=applied.tags, error=failure, duration_ms=applied.duration_ms)
    return applied


def apply_pieces(owner: Connection, pieces: Iterable[str], watch: Watch) -> Applied:
    """Send the pieces of a text one by one, each as `apply_text` does, up to the first error.

    Statement, line and column of an error count from the beginning of the text.
    """
    tags: tuple[str, ...] = ()
    duration_ms, line, column = 0.0, 1, 1
    for piece in pieces:
        applied = apply_text(owner, piece, watch)
        error = applied.error and _moved(applied.error, len(tags), line, column)
        tags, duration_ms = (*tags, *applied.tags), duration_ms + applied.duration_ms
        if error is not None:
            return Applied(tags=tags, error=error, duration_ms=duration_ms)
        line, column = line + piece.count("\n"), len(piece) - piece.rfind("\n") + (0 if "\n" in piece else column - 1)
    return Applied(tags=tags, error=None, duration_ms=duration_ms)


def _moved(error: RunError, statements: int, line: int, column: int) -> RunError:
    """The error of a piece that begins at this line and column, after so many statements."""
    if statements == 0 and (line, column) == (1, 1):
        return error
    moved = replace(error, statement=statements + (error.statement or 1))
    if error.line is None or error.column is None:
        return moved
    return replace(moved, line=error.line + line - 1, column=error.column + (column - 1 if error.line == 1 else 0))


def apply_text(owner: Connection, text: str, watch: Watch) -> Applied:
    """Send the text as one simple query.

    RehearsalError if the server breaks or a limit of ours, not of the project, is in the way (disk, memory). A NUL
    is refused here with 22021, as the protocol would cut the text off there.
    """
    started = time.perf_counter()
    if "\0" in text:
        return Applied(tags=(), error=_nul_error(text), duration_ms=0.0)
    result = run_script(owner, text, watch.tick)
    duration_ms = (time.perf_counter() - started) * 1000
    _raise_if_broken(watch.database, result)
    error = _run_error(text, result)
    if watch.expired:
        error = RunError(
            sqlstate="57014",
            message=watch.expired,
            statement=len(result.tags) + 1,
            context=error.message if error else None,
        )
    return Applied(tags=result.tags, error=error, duration_ms=duration_ms)


def _raise_if_broken(database: Database, result: ScriptResult) -> None:
    error = result.error
    if error and (error.sqlstate in _OUR_LIMITS or error.message.endswith(_FILE_LIMIT)):
        raise RehearsalError(f"{_OUR_LIMITS.get(error.sqlstate, _OUR_LIMITS['53400'])}: {error.message}")
    if not result.connected:
        crashed = error is not None and error.sqlstate == _NO_WORD
        raise_if_dead(database, seconds=_CRASH_SECONDS if crashed else 0.0)


def raise_if_dead(database: Database, seconds: float = 0.0) -> None:
    """RehearsalError with the server's last words, if it is not there any more.

    A backend that ends without a word has crashed, and the server follows it a moment later: `seconds` waits for that.
    """
    database.cluster.supervisor.server_is_alive(seconds)
    try:
        database.admin.execute(b"SELECT")
    except psycopg.Error as error:
        gone = not database.cluster.supervisor.server_is_alive(_CRASH_SECONDS)
        words = database.cluster.last_words() if gone else str(error)
        raise RehearsalError(f"the throw-away server broke: {words}") from error


def _record_error(database: Database, error: psycopg.Error) -> RunError:
    raise_if_dead(database)
    found = error.diag
    return RunError(
        sqlstate=error.sqlstate or "08006",
        message=found.message_primary or str(error).strip(),
        detail=found.message_detail,
        hint=found.message_hint,
        context=_RECORD_CONTEXT,
    )


def _run_error(text: str, result: ScriptResult) -> RunError | None:
    error = result.error
    if error is None:
        return None
    line, column = _place(text, error.position)
    return RunError(
        sqlstate=error.sqlstate,
        message=error.message,
        detail=error.detail,
        hint=error.hint,
        context=error.context,
        statement=_statement(error, result),
        line=line,
        column=column,
    )


def _statement(error: ServerError, result: ScriptResult) -> int | None:
    """One more than ended well; None for a syntax error of the whole text, which is parsed before anything runs."""
    if error.sqlstate in {_SYNTAX_ERROR, _NUL} and not result.tags and error.context is None:
        return None
    return len(result.tags) + 1


def _place(text: str, position: int | None) -> tuple[int | None, int | None]:
    """Line and column, 1-based, of a 1-based character position."""
    if position is None:
        return None, None
    before = text[: position - 1]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _nul_error(text: str) -> RunError:
    line, column = _place(text, text.index("\0") + 1)
    return RunError(sqlstate=_NUL, message='invalid byte sequence for encoding "UTF8": 0x00', line=line, column=column)
