"""Every migration in order over one connection, as `prisma migrate deploy` does."""

import contextlib
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import replace

import psycopg
from psycopg.pq import TransactionStatus

from pgready.errors import RehearsalError
from pgready.model.migration import Migration
from pgready.model.trace import MigrationRun, RunOutcome, Sending
from pgready.rehearsal.apply import execute, raise_if_dead
from pgready.rehearsal.bookkeeping import begin_deploy, continue_deploy
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database
from pgready.rehearsal.limits import Limits, Watch
from pgready.rehearsal.names import Names, Seen, changes, look, look_again
from pgready.rehearsal.rerun import Rerunning, run_again

__all__ = ["Pieces", "Progress", "deploy", "silent"]

Progress = Callable[[int, int, str], None]
"""Called with the number of migrations done, the number of all, and the name of the next one ("" at the end)."""

Pieces = Mapping[str, Sequence[str]]
"""Name of a migration -> its text in pieces, which are sent one by one; a migration without is sent whole."""


def deploy(
    database: Database,
    migrations: Sequence[Migration],
    *,
    before: Names,
    pieces: Pieces,
    rerun: Collection[str],
    limits: Limits,
    on_progress: Progress | None = None,
) -> Generator[MigrationRun]:
    """One run per migration, in order; after the first that is not applied the others are "not reached".

    A directory without file stops the deployment only when its turn comes (Prisma's P3015). `before` are the names in
    the still empty database. `made` and `dropped` tell what is committed: what happens in a transaction that a file
    leaves open stands with the migration that commits it, and nowhere if none does.
    """
    report = on_progress or silent
    with contextlib.ExitStack() as opened:
        owner = opened.enter_context(contextlib.closing(database.connect_owner()))
        begin_deploy(owner)
        watch = Watch.over(owner, database, limits)
        seen, stopped = replace(look(database.admin), names=before), False
        for done, migration in enumerate(migrations):
            report(done, len(migrations), migration.name)
            if stopped:
                yield _not_reached(migration)
                continue
            run, seen = _run(owner, migration, pieces, watch, seen, again=migration.name in rerun)
            stopped = run.outcome is not RunOutcome.APPLIED
            if not stopped and migration.name in rerun and owner.closed:
                owner = opened.enter_context(contextlib.closing(_connect_again(database, watch, migration.name)))
            yield run
        report(len(migrations), len(migrations), "")


def _connect_again(database: Database, watch: Watch, name: str) -> Connection:
    """After a second run that ended the connection: the next `prisma migrate deploy` would go on like this."""
    try:
        database.let_owner_in()
        owner = database.connect_owner()
        continue_deploy(owner)
    except psycopg.Error as error:
        raise_if_dead(database)
        raise RehearsalError(
            f"the second run of {name} ended its connection, and no other is let in: {error}"
        ) from error
    watch.pid = owner.info.backend_pid
    return owner


def _not_reached(migration: Migration) -> MigrationRun:
    return MigrationRun(migration=migration.name, position=migration.position, outcome=RunOutcome.NOT_REACHED)


def _run(
    owner: Connection, migration: Migration, pieces: Pieces, watch: Watch, before: Seen, *, again: bool
) -> tuple[MigrationRun, Seen]:
    if migration.sql is None:
        run = MigrationRun(migration=migration.name, position=migration.position, outcome=RunOutcome.NO_FILE)
        return run, before
    applied = execute(owner, migration, pieces.get(migration.name, (migration.sql,)), watch)
    after = look_again(watch.database.admin, before)
    made, dropped = changes(before, after)
    open_ = not applied.error and owner.info.transaction_status != TransactionStatus.IDLE
    second = Rerunning()
    if again and not applied.error:
        second = run_again(owner, migration.sql, applied, watch)
    run = MigrationRun(
        migration=migration.name,
        position=migration.position,
        outcome=RunOutcome.FAILED if applied.error else RunOutcome.APPLIED,
        duration_ms=applied.duration_ms,
        error=applied.error,
        made=made,
        dropped=dropped,
        rerun=second.rerun,
        rerun_skipped=second.skipped,
        sending=Sending.BY_STATEMENT if migration.name in pieces else Sending.WHOLE,
        leaves_open=open_,
    )
    return run, after


def silent(_done: int, _total: int, _name: str) -> None:
    """Nobody asked for the progress."""
