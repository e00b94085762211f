"""Send one SQL text as one simple query and read what comes back, statement by statement.

Source: PostgreSQL manual, "Message Flow: Simple Query" (several statements in one message are one implicit
transaction); Prisma's engine sends a migration this way (`simple_query` in its PostgreSQL connector).
"""

import select
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from psycopg import pq

from pgready.rehearsal.connection import Connection

__all__ = ["ScriptResult", "ServerError", "run_script"]

_TICK_SECONDS = 0.2
_LONGEST = 4000
_COPY_REFUSED = b"pgready: a migration is one text, it has no data to copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerError:
    """The fields of the server's error message; `position` is 1-based and counts characters of the whole text."""

    sqlstate: str
    message: str
    detail: str | None
    hint: str | None
    context: str | None
    position: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptResult:
    """`tags` are the command tags of the statements that ended well, in order; `error` is the first error."""

    tags: tuple[str, ...]
    error: ServerError | None
    connected: bool


def run_script(
    connection: Connection,
    text: str,
    tick: Callable[[], None] = lambda: None,
    seen: Callable[[pq.abc.PGresult], None] = lambda _result: None,
) -> ScriptResult:
    """Run the whole text; `tick` is called at least five times a second while the server works.

    Rows are read one by one, shown to `seen` like the end of each statement, and thrown away: a SELECT of a billion
    rows must not fill our memory. Waiting can be interrupted by Ctrl-C. Lone surrogates are sent as they are and
    refused by the server (22021).
    """
    link = connection.pgconn
    tags: list[str] = []
    error: ServerError | None = None
    try:
        link.send_query(text.encode("utf-8", "surrogatepass"))
        link.set_single_row_mode()
        while (result := _next_result(link, tick)) is not None:
            error = error or _read(link, result, tags, tick)
            seen(result)
    except psycopg.OperationalError as broken:
        error = error or ServerError(
            sqlstate="08006", message=str(broken).strip(), detail=None, hint=None, context=None, position=None
        )
    return ScriptResult(tags=tuple(tags), error=error, connected=link.status == pq.ConnStatus.OK)


def _next_result(link: pq.abc.PGconn, tick: Callable[[], None]) -> pq.abc.PGresult | None:
    tick()
    while link.is_busy() or link.flush():
        _wait(link, tick)
    return link.get_result()


def _wait(link: pq.abc.PGconn, tick: Callable[[], None]) -> None:
    """Until something comes from the server, more can be sent to it, or it is time to tick.

    A text that fills the socket's buffer is sent in parts, and nothing comes back before the last of them (libpq
    manual, "Asynchronous Command Processing": PQflush).
    """
    unsent = [link.socket] if link.flush() else []
    if select.select([link.socket], unsent, [], _TICK_SECONDS)[0]:
        link.consume_input()
        # Kept by libpq until somebody asks: a flood of them must not fill our memory (measured: 500 MB in 2 s).
        while link.notifies() is not None:
            pass
    tick()


def _read(
    link: pq.abc.PGconn, result: pq.abc.PGresult, tags: list[str], tick: Callable[[], None]
) -> ServerError | None:
    match result.status:
        case pq.ExecStatus.COMMAND_OK | pq.ExecStatus.TUPLES_OK:
            tags.append((result.command_status or b"").decode(errors="replace"))
        case pq.ExecStatus.COPY_IN:
            link.put_copy_end(_COPY_REFUSED)
        case pq.ExecStatus.COPY_OUT:
            _drain(link, tick)
        case pq.ExecStatus.FATAL_ERROR:
            return _error_of(result)
        case _:
            pass
    return None


def _drain(link: pq.abc.PGconn, tick: Callable[[], None]) -> None:
    """Throw away what COPY ... TO STDOUT sends; 0 bytes mean that nothing has come yet, fewer that it is over."""
    while (size := link.get_copy_data(1)[0]) >= 0:
        if size == 0:
            _wait(link, tick)


def _error_of(result: pq.abc.PGresult) -> ServerError:
    def field(code: pq.DiagnosticField) -> str | None:
        value = result.error_field(code)
        return _shortened(value) if value else None

    position = field(pq.DiagnosticField.STATEMENT_POSITION)
    return ServerError(
        sqlstate=field(pq.DiagnosticField.SQLSTATE) or "08006",
        message=field(pq.DiagnosticField.MESSAGE_PRIMARY) or result.get_error_message().strip()[:_LONGEST],
        detail=field(pq.DiagnosticField.MESSAGE_DETAIL),
        hint=field(pq.DiagnosticField.MESSAGE_HINT),
        context=field(pq.DiagnosticField.CONTEXT),
        position=int(position) if position else None,
    )


def _shortened(value: bytes) -> str:
    """A recursion or a hostile RAISE fills megabytes; a person reads the beginning."""
    text = value[: 4 * _LONGEST].decode(errors="replace")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
