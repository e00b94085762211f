"""The passes beside a deployment: each asks one question, in a database of its own.

What one of them does, or what is done to it, changes no answer of another. Two of them have threads of their own: the
trace follows the deployment from one migration to the next, and the deployment on rows, the longest of all, goes on
beside the others; but not where a text speaks of what the databases of a server share.
"""

import contextlib
import itertools
import re
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from pgready.errors import RehearsalError
from pgready.model.hidden_shapes import ToCompare
from pgready.model.kept_rows import OnRows, RowsRehearsal
from pgready.model.migration import Migration
from pgready.model.names import ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun
from pgready.rehearsal.apply import apply_text
from pgready.rehearsal.crash_points import with_crash_points
from pgready.rehearsal.database import Database, new_database
from pgready.rehearsal.deploy import Pieces, Progress, deploy
from pgready.rehearsal.hidden_shapes import with_hidden_shapes
from pgready.rehearsal.limits import Limits, Watch
from pgready.rehearsal.names import Names, difference, read_names
from pgready.rehearsal.overlay import prepare_extensions
from pgready.rehearsal.relay import Relay
from pgready.rehearsal.rerun_in_place import rerun_in_place
from pgready.rehearsal.rerun_on_rows import with_rows
from pgready.rehearsal.seeding import run_on_rows
from pgready.rehearsal.tracing import traces_of

__all__ = [
    "Work",
    "anew",
    "crashing",
    "hiding",
    "keys_of",
    "on_rows",
    "prepare",
    "rerun_elsewhere",
    "rerun_on_rows",
    "sent_otherwise",
    "traced_beside",
]


_Found = TypeVar("_Found")
_SHARED = re.compile(
    r"\balter\s+(?:role|user|group|database)\b|\b(?:reassign|drop)\s+owned\b|\bpg_(?:terminate|cancel)_backend\b"
    r"|\bpg_stat_activity\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is deployed and in which pieces, what stands in for what Prisma does not manage, limits, who is told."""

    migrations: Sequence[Migration]
    pieces: Pieces
    stand_ins: str | None
    limits: Limits
    on_progress: Progress | None = None

    @property
    def shares(self) -> bool:
        """Whether a text speaks of what all databases of a server share; then no two deployments go on at once.

        The role that all of them run as, its settings and its other connections.
        """
        return any(_SHARED.search(each.sql or "") for each in self.migrations)

    def telling(self, what: str) -> Progress:
        """Tell of a pass beside the rehearsal, behind the name of each migration: a long name is cut in front."""

        def tell(done: int, total: int, name: str) -> None:
            if self.on_progress is not None:
                self.on_progress(done, total, name and f"{name} ({what})")

        return tell

    def announce(self, what: str) -> None:
        """Tell of a pass that does not say where it is."""
        if self.on_progress is not None:
            self.on_progress(0, len(self.migrations), what)


def prepare(database: Database, work: Work) -> tuple[Names, frozenset[str], tuple[ObjectRef, ...]]:
    """What is there before the first migration: the names, the imitated extensions, and the stand-ins among them."""
    empty = read_names(database.admin)
    shims = prepare_extensions(database, [work.stand_ins or "", *(each.sql or "" for each in work.migrations)])
    if work.stand_ins is None:
        return empty, shims, ()
    _make(database, work.stand_ins, work.limits)
    before = read_names(database.admin)
    return before, shims, difference(empty, before)[0]


@contextlib.contextmanager
def _beside(database: Database, name: str, work: Work) -> Iterator[Database]:
    """A database for a pass, prepared and empty of all migrations."""
    with new_database(database.cluster, name, beside=database) as second:
        prepare(second, work)
        yield second


def _deploy(second: Database, work: Work, what: str) -> Generator[MigrationRun]:
    """One more deployment, onto a database that is not prepared yet."""
    before, _, _ = prepare(second, work)
    told = work.telling(what)
    none = frozenset[str]()
    return deploy(
        second, work.migrations, before=before, pieces=work.pieces, rerun=none, limits=work.limits, on_progress=told
    )


@contextlib.contextmanager
def traced_beside(
    database: Database, work: Work, wanted: Collection[str], aside: Executor
) -> Iterator[tuple[Relay[MigrationRun], Callable[[Sequence[MigrationRun]], tuple[MigrationRun, ...]]]]:
    """A relay for the runs of the deployment, and what adds to them what the statements of the wanted migrations lock.

    The trace follows the deployment in a thread of its own; when the block is left early, its database is taken away.
    """
    relay = Relay[MigrationRun]()
    if not wanted:
        yield relay, tuple
        return
    with _beside(database, "trace", work) as second:
        look = partial(traces_of, second, work.migrations, wanted=wanted, pieces=work.pieces, limits=work.limits)
        if work.shares:
            yield relay, lambda runs: _with_traces(runs, _later(second, look, runs, on_progress=work.telling("locks")))
            return
        seen = aside.submit(look, relay)
        try:
            yield relay, partial(_followed, relay, seen)
        finally:
            relay.end()


def _followed(
    relay: Relay[MigrationRun], seen: Future[dict[str, MigrationRun]], runs: Sequence[MigrationRun]
) -> tuple[MigrationRun, ...]:
    relay.end()
    return _with_traces(runs, seen.result())


def _with_traces(runs: Sequence[MigrationRun], told: Mapping[str, MigrationRun]) -> tuple[MigrationRun, ...]:
    return tuple(
        replace(run, trace=told[run.migration].trace, trace_skipped=told[run.migration].trace_skipped)
        if run.migration in told
        else run
        for run in runs
    )


@contextlib.contextmanager
def on_rows(
    database: Database, work: Work, asked: OnRows | None, schema: Schema, aside: Executor
) -> Iterator[Callable[[], RowsRehearsal | None]]:
    """What waits for a deployment on tables with rows; it goes on in a thread of its own while the block runs.

    `schema` is what came out without rows.
    """
    if asked is None or not asked.before:
        yield lambda: None
        return
    ordered = sorted(work.migrations, key=lambda migration: migration.name in asked.last)
    with _beside(database, "rows", work) as second:
        go = partial(
            run_on_rows,
            second,
            ordered,
            before=asked.before,
            pieces=work.pieces,
            later=keys_of(schema),
            limits=work.limits,
            on_progress=work.telling("on rows"),
        )
        yield partial(_later, second, go) if work.shares else aside.submit(go).result


def _later(second: Database, go: Callable[..., _Found], *asked: object, **more: object) -> _Found:
    """Behind the deployment, which may have changed the password and the settings of the role."""
    second.let_owner_in()
    return go(*asked, **more)


def keys_of(schema: Schema) -> frozenset[tuple[str, str, str]]:
    """Every column that is part of a foreign key, or that one refers to."""
    return frozenset(
        (table.schema, table.name, column)
        for key in (key for table in schema.tables for key in table.foreign_keys)
        for table, columns in ((key.table, key.columns), (key.referenced_table, key.referenced_columns))
        for column in columns
    )


def sent_otherwise(
    database: Database, work: Work, pieces: Pieces | None, runs: Sequence[MigrationRun]
) -> tuple[MigrationRun, ...]:
    """The runs of a deployment in other pieces that end in another way or make something else."""
    if not pieces:
        return ()
    with new_database(database.cluster, "otherwise", beside=database) as second:
        others = _deploy(second, replace(work, pieces=pieces), "sent the other way")
        return tuple(other for run, other in zip(runs, others, strict=True) if _result(run) != _result(other))


def rerun_elsewhere(database: Database, work: Work, runs: Sequence[MigrationRun]) -> tuple[MigrationRun, ...]:
    """The second runs that could not be made inside a transaction, made in databases of their own."""
    wanted = [run.migration for run in runs if run.rerun_skipped and not run.leaves_open]
    begin = partial(anew, database, work, "again", "second runs", itertools.count(1))
    found = rerun_in_place(begin, work.migrations, wanted, work.pieces, work.limits)
    return tuple(
        replace(run, rerun=found[run.migration], rerun_skipped=None) if run.migration in found else run for run in runs
    )


def rerun_on_rows(
    database: Database,
    work: Work,
    runs: Sequence[MigrationRun],
    *,
    wanted: Collection[str] | None,
    in_place: Collection[str],
    schema: Schema,
) -> tuple[MigrationRun, ...]:
    """The runs with what those second runs do to rows that change nothing on empty tables."""
    begin = partial(anew, database, work, "again_rows", "second runs on rows", itertools.count(1))
    return with_rows(
        begin,
        work.migrations,
        runs,
        wanted=wanted,
        in_place=in_place,
        pieces=work.pieces,
        later=keys_of(schema),
        limits=work.limits,
    )


@contextlib.contextmanager
def anew(
    database: Database, work: Work, name: str, what: str, count: Iterator[int]
) -> Iterator[tuple[Database, Iterator[MigrationRun]]]:
    """A new database, and one more deployment onto it."""
    with (
        new_database(database.cluster, f"{name}{next(count)}", beside=database) as second,
        contextlib.closing(_deploy(second, work, what)) as again,
    ):
        yield second, again


def crashing(
    database: Database, work: Work, runs: tuple[MigrationRun, ...], wanted: Collection[str]
) -> tuple[MigrationRun, ...]:
    """The runs with what stays of the wanted migrations when they are stopped, and what repairs that."""
    if not wanted:
        return runs
    work.announce("crash points")
    with _beside(database, "crash", work) as second:
        return with_crash_points(second, work.migrations, runs, wanted=wanted, pieces=work.pieces, limits=work.limits)


def hiding(
    database: Database, work: Work, runs: tuple[MigrationRun, ...], wanted: Mapping[str, ToCompare]
) -> tuple[MigrationRun, ...]:
    """The runs with what IF NOT EXISTS and its like hide in the wanted migrations."""
    if not wanted:
        return runs
    with _beside(database, "hidden", work) as second:
        return with_hidden_shapes(
            second, work.migrations, runs, wanted=wanted, end=database, pieces=work.pieces, limits=work.limits
        )


def _result(run: MigrationRun) -> tuple[object, ...]:
    return run.outcome, run.error and run.error.sqlstate, run.made, run.dropped, run.leaves_open


def _make(database: Database, stand_ins: str, limits: Limits) -> None:
    """As `initShadowDb` of Prisma's configuration is run on its shadow database: before the migrations."""
    with contextlib.closing(database.connect_owner()) as owner:
        watch = Watch.over(owner, database, limits)
        error = apply_text(owner, stand_ins, watch).error
    if error is not None:
        raise RehearsalError(f"initShadowDb of the Prisma configuration fails: {error.message} ({error.sqlstate})")
