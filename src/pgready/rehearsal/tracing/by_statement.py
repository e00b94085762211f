"""The trace: one more deployment, in a database of its own, statement by statement with a look after each.

A text that is sent whole is one transaction up to its COMMIT, which ours imitates: BEGIN before the first statement,
and again behind each COMMIT (PostgreSQL manual, "Message Flow": several statements in one message are one implicit
transaction, and a BEGIN among them takes in what stands before it). A text that is sent by statement has one
transaction for each. What cannot run inside one is watched from outside. The rehearsal stays the truth of the outcome:
a migration that fails here is undone, deployed as it is deployed there, and told as not traced.
"""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import psycopg
from psycopg.pq import TransactionStatus

from pgready.model.migration import Migration
from pgready.model.names import ObjectKind
from pgready.model.trace import MigrationRun, RunError, RunOutcome, Sending, StatementTrace
from pgready.rehearsal.apply import apply_text, execute
from pgready.rehearsal.bookkeeping import begin_deploy, record_finished, record_started
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database
from pgready.rehearsal.deploy import Pieces, Progress, silent
from pgready.rehearsal.limits import Limits, Watch
from pgready.rehearsal.tracing.at_once import AtOnce
from pgready.rehearsal.tracing.probe import Seen, Tables, flush, locks_of, probe, read_tables
from pgready.rehearsal.tracing.watching import looking_on
from pgready.sources.sql.lexis import skip_trivia
from pgready.sources.sql.parse import on_deep_stack
from pgready.sources.sql.pieces import pieces as cut

__all__ = ["traces_of"]

_BEGINS = frozenset({"BEGIN", "START TRANSACTION"})
_NOT_IN_TRANSACTION = "25001"


class _Untraceable(Exception):  # noqa: N818  # no error: a migration that is then run in the usual way
    """Why a migration cannot be traced."""


@dataclass(slots=True, kw_only=True)
class _Tracing:
    """A migration while it is traced; `open` is whether its own BEGIN is, `kept` whether it has committed anything."""

    owner: Connection
    watch: Watch
    apart: bool
    tables: Tables = field(default_factory=lambda: Tables(names={}, files={}))
    found: list[StatementTrace] = field(default_factory=list)
    open: bool = False
    kept: bool = False

    @property
    def idle(self) -> bool:
        """Whether no transaction is open."""
        return self.owner.info.transaction_status == TransactionStatus.IDLE


def traces_of(
    database: Database,
    migrations: Sequence[Migration],
    runs: Iterable[MigrationRun],
    *,
    wanted: Collection[str],
    pieces: Pieces,
    limits: Limits,
    on_progress: Progress = silent,
) -> dict[str, MigrationRun]:
    """The runs of the wanted migrations, by name, with their traces.

    `database` is prepared, and empty of all migrations. A run is asked for only when its migration is to be traced, so
    `runs` may come from a deployment that goes on meanwhile.
    """
    with contextlib.closing(database.connect_owner()) as owner:
        begin_deploy(owner)
        watch = Watch.over(owner, database, limits)
        last = max((number for number, each in enumerate(migrations) if each.name in wanted), default=-1)
        asked = _Asked(migrations[: last + 1], runs, wanted, pieces)
        return {run.migration: run for run in _traced(AtOnce(owner, watch), asked, on_progress)}


@dataclass(frozen=True, slots=True)
class _Asked:
    """The migrations up to the last wanted one, their runs, the wanted ones, and the pieces of all."""

    migrations: Sequence[Migration]
    runs: Iterable[MigrationRun]
    wanted: Collection[str]
    pieces: Pieces


def _traced(at_once: AtOnce, asked: _Asked, report: Progress) -> Iterator[MigrationRun]:
    wanted, lost = asked.wanted, None
    texts = _statements([each for each in asked.migrations if each.name in wanted])
    owner = at_once.owner
    # The migrations first, so that no run is waited for behind the last of them.
    for done, (migration, run) in enumerate(zip(asked.migrations, asked.runs, strict=False)):
        report(done, len(asked.migrations), migration.name)
        why = lost or _why_not(owner, run)
        if why is None and migration.name in wanted:
            run, why = _trace(at_once, migration, run, texts[migration.name])  # noqa: PLW2901  # with its trace
            yield replace(run, trace_skipped=why)
        elif migration.name in wanted:
            yield replace(run, trace_skipped=why)
        if lost is None and not run.trace:
            at_once.forget()
            lost = _deployed(owner, at_once.watch, migration, asked.pieces)


def _why_not(owner: Connection, run: MigrationRun) -> str | None:
    if run.outcome is not RunOutcome.APPLIED:
        return f"it is {run.outcome.value}" if run.outcome is not RunOutcome.FAILED else "it fails"
    idle = owner.info.transaction_status == TransactionStatus.IDLE
    return None if idle else "an earlier migration leaves a transaction open"


def _statements(migrations: Sequence[Migration]) -> Mapping[str, tuple[str, ...]]:
    """Name -> text in one piece per statement; in one thread, as each piece would start one of its own."""
    return on_deep_stack(lambda: {each.name: _cut(each.sql or "") for each in migrations})


def _cut(text: str) -> tuple[str, ...]:
    try:
        text.encode()
    except UnicodeEncodeError:
        return (text,)
    return (text,) if "\0" in text else cut(text)


def _deployed(owner: Connection, watch: Watch, migration: Migration, pieces: Pieces) -> str | None:
    """Deploy it as the rehearsal does; why nothing behind it can be traced."""
    if migration.sql is None or owner.closed:
        return f"{migration.name} is not applied"
    applied = execute(owner, migration, pieces.get(migration.name, (migration.sql,)), watch)
    return f"{migration.name} is not applied" if applied.error else None


def _trace(
    at_once: AtOnce, migration: Migration, run: MigrationRun, texts: Sequence[str]
) -> tuple[MigrationRun, str | None]:
    """The run with its trace, or why it has none: then nothing of the migration is left."""
    owner, watch = at_once.owner, at_once.watch
    watch.begin()
    tracing = _Tracing(owner=owner, watch=watch, apart=run.sending is Sending.BY_STATEMENT)
    row = ""
    try:
        seen = None if tracing.apart else at_once.trace(migration, texts)
        if seen is not None:
            return replace(run, trace=tuple(_numbered(texts, (_of(each, each.duration_ms) for each in seen)))), None
        at_once.forget()
        if watch.expired:
            return run, watch.expired
        tracing.tables = read_tables(watch.database.admin)
        with watch.guarding():
            row = record_started(owner, migration)
        _statement_by_statement(tracing, texts)
        with watch.guarding():
            record_finished(owner, row)
    except (_Untraceable, psycopg.Error) as error:
        at_once.forget()
        return run, _undone(tracing, row, str(error).partition("\n")[0])
    return replace(run, trace=tuple(_numbered(texts, tracing.found))), None


def _undone(tracing: _Tracing, row: str, why: str) -> str:
    """Take back what was begun; the reason, once it is."""
    owner = tracing.owner
    with contextlib.suppress(psycopg.Error):
        if not tracing.idle:
            owner.execute(b"ROLLBACK")
        owner.execute(b'DELETE FROM public."_prisma_migrations" WHERE "id" = %s', (row,))
    if tracing.kept:
        # Half of it is there: whatever runs behind it would not find what it finds in the rehearsal.
        owner.close()
    return why


def _numbered(texts: Sequence[str], traces: Iterable[StatementTrace]) -> Iterator[StatementTrace]:
    line = 1
    for number, (text, trace) in enumerate(zip(texts, traces, strict=True), 1):
        own = line + text.encode()[: skip_trivia(text.encode(), 0)].count(b"\n")
        yield replace(trace, statement=number, line=own)
        line += text.count("\n")


def _statement_by_statement(tracing: _Tracing, texts: Sequence[str]) -> None:
    for text in texts:
        tracing.found.append(_one(tracing, text))
        tracing.kept = tracing.kept or tracing.idle
    if not tracing.open and not tracing.idle:
        _end(tracing)


def _one(tracing: _Tracing, text: str) -> StatementTrace:
    owner, first = tracing.owner, tracing.idle
    if first:
        flush(owner)
        tracing.tables.scans.clear()
        owner.execute(b"BEGIN")
    applied = apply_text(owner, text, tracing.watch)
    if applied.error is not None:
        if not first or applied.error.sqlstate != _NOT_IN_TRANSACTION:
            raise _Untraceable(_in_words(applied.error))
        owner.execute(b"ROLLBACK")
        return _watched(tracing, text)
    if tracing.idle:
        tracing.open = False
        return _of(Seen(), applied.duration_ms)
    tracing.open = tracing.open or bool(_BEGINS & {*applied.tags})
    with tracing.watch.guarding():
        trace = _of(probe(owner, tracing.tables, text), applied.duration_ms)
    if tracing.apart and not tracing.open:
        _end(tracing)
    return trace


def _end(tracing: _Tracing) -> None:
    """Commit, which checks what was deferred."""
    with tracing.watch.guarding():
        tracing.owner.execute(b"COMMIT")
    tracing.kept = True


def _watched(tracing: _Tracing, text: str) -> StatementTrace:
    """It runs alone, as in the rehearsal; what it wrote anew is seen by the files afterwards."""
    before = tracing.tables
    held = [ref for ref in before.names.values() if ref.kind is ObjectKind.TABLE]
    with looking_on(tracing.watch.database, tracing.watch.pid, held) as onlooker:
        applied = apply_text(tracing.owner, text, tracing.watch)
    if applied.error is not None:
        tracing.kept = True
        raise _Untraceable(_in_words(applied.error))
    tracing.tables = read_tables(tracing.watch.database.admin)
    files = tracing.tables.files
    rewritten = tuple(
        sorted(ref for oid, ref in before.names.items() if oid in files and files[oid] != before.files[oid])
    )
    seen = Seen(locks=locks_of(onlooker.seen, before.names), rewrites=rewritten)
    return replace(_of(seen, applied.duration_ms), watched=True)


def _of(seen: Seen, duration_ms: float) -> StatementTrace:
    return StatementTrace(
        statement=0, line=0, duration_ms=duration_ms, locks=seen.locks, rewrites=seen.rewrites, scans=seen.scans
    )


def _in_words(error: RunError) -> str:
    return f"statement by statement it fails: {error.message} ({error.sqlstate})"
