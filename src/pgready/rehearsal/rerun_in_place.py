"""Run a migration a second time where it cannot be undone: in databases of its own.

Files that control transactions themselves, or that cannot run inside one, get a second deployment beside the first. It
stops behind each of them and runs it once more over a new connection, as the next `prisma migrate deploy` would. What
such a run changed would be a lie to the migrations behind it, so the deployment then begins anew for them.
"""

import contextlib
from collections.abc import Callable, Collection, Iterator, Sequence

import psycopg

from pgready.model.migration import Migration
from pgready.model.trace import MigrationRun, Rerun, RerunOutcome, RunOutcome
from pgready.rehearsal.apply import apply_pieces, raise_if_dead
from pgready.rehearsal.catalog_state import State, compare, read_state
from pgready.rehearsal.database import Database
from pgready.rehearsal.deploy import Pieces
from pgready.rehearsal.limits import Limits, Watch

__all__ = ["Begin", "rerun_in_place", "run_in_place", "state_of"]

Begin = Callable[[], contextlib.AbstractContextManager[tuple[Database, Iterator[MigrationRun]]]]
"""A new database, and the runs of a deployment onto it, one by one."""


def rerun_in_place(
    begin: Begin, migrations: Sequence[Migration], wanted: Collection[str], pieces: Pieces, limits: Limits
) -> dict[str, Rerun]:
    """Name -> second run, of the wanted migrations that a deployment reaches and applies."""
    found: dict[str, Rerun | None] = {}
    texts = {each.name: pieces.get(each.name, (each.sql or "",)) for each in migrations}
    left = [each.name for each in migrations if each.name in wanted]
    while left:
        with begin() as (database, runs):
            told = dict(_until_changed(database, runs, left, texts, limits))
        found |= told
        if not told:
            break
        left = left[len(told) :]
    return {name: rerun for name, rerun in found.items() if rerun is not None}


def _until_changed(
    database: Database, runs: Iterator[MigrationRun], wanted: Collection[str], texts: Pieces, limits: Limits
) -> Iterator[tuple[str, Rerun | None]]:
    """None for a second run after which the database lets nobody in to look at it."""
    missing = len(wanted)
    for run in runs:
        if run.outcome is not RunOutcome.APPLIED or run.leaves_open:
            return
        if run.migration not in wanted:
            continue
        try:
            rerun, clean = run_in_place(database, texts[run.migration], limits)
        except psycopg.Error:
            raise_if_dead(database)
            yield run.migration, None
            return
        yield run.migration, rerun
        missing -= 1
        if not missing or not clean:
            return


def run_in_place(database: Database, pieces: Sequence[str], limits: Limits) -> tuple[Rerun, bool]:
    """Run it once more over a new connection: what that does, and whether the database is good for those behind."""
    before = state_of(database, limits)
    with contextlib.closing(database.connect_owner()) as owner:
        error = apply_pieces(owner, pieces, Watch.over(owner, database, limits)).error
    after = state_of(database, limits)
    rerun = compare(before, after)
    clean = rerun.outcome is not RerunOutcome.CHANGES
    return rerun if error is None else Rerun(outcome=RerunOutcome.FAILED, error=error), clean


def state_of(database: Database, limits: Limits) -> State:
    """Policies and casts of the project run while its rows are read; its SQL may end any other connection of ours."""
    database.let_owner_in()
    with (
        contextlib.closing(database.connect_owner()) as reader,
        Watch.over(reader, database, limits).guarding(),
    ):
        return read_state(database.admin, reader)
