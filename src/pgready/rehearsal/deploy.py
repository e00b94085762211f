"""Every migration in order over one connection, as `prisma migrate deploy` does."""

import contextlib
import time
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import replace

from psycopg.pq import TransactionStatus

from pgready.model.migration import Migration
from pgready.model.trace import MigrationRun, RunOutcome, Sending
from pgready.rehearsal.apply import execute
from pgready.rehearsal.bookkeeping import begin_deploy
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database
from pgready.rehearsal.limits import Limits, Watch
from pgready.rehearsal.names import Names, Seen, difference, look, look_again
from pgready.rehearsal.rerun import Rerunning, run_again

__all__ = ["Pieces", "Progress", "deploy"]

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
    report = on_progress or _silent
    with contextlib.closing(database.connect_owner()) as owner:
        begin_deploy(owner)
        watch = Watch(
            database=database,
            pid=owner.info.backend_pid,
            limits=limits,
            ends=time.monotonic() + limits.total_seconds,
        )
        seen, stopped = replace(look(database.admin), names=before), False
        for done, migration in enumerate(migrations):
            report(done, len(migrations), migration.name)
            if stopped:
                yield _not_reached(migration)
                continue
            run, seen = _run(owner, migration, pieces, watch, seen, again=migration.name in rerun)
            stopped = run.outcome is not RunOutcome.APPLIED
            yield run
        report(len(migrations), len(migrations), "")


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
    made, dropped = difference(before.names, after.names)
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
        leaves_open=not applied.error and owner.info.transaction_status != TransactionStatus.IDLE,
    )
    return run, after


def _silent(_done: int, _total: int, _name: str) -> None:
    """Nobody asked for the progress."""
