"""The rehearsal: every migration, in order, onto an empty database of a throw-away server."""

import contextlib
import itertools
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import psycopg

from pgready.errors import RehearsalError
from pgready.model.kept_rows import OnRows, RowsRehearsal
from pgready.model.migration import Migration
from pgready.model.names import ObjectRef
from pgready.model.spelling import Question, SpeltColumn, SpeltIndex
from pgready.model.trace import MigrationRun, Rehearsal, Remedy, Trial
from pgready.rehearsal.apply import apply_text
from pgready.rehearsal.binaries import Binaries
from pgready.rehearsal.canonical import answer
from pgready.rehearsal.cluster import Cluster, throwaway_cluster
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database, new_database
from pgready.rehearsal.deploy import Pieces, Progress, deploy
from pgready.rehearsal.limits import Limits, Watch
from pgready.rehearsal.names import Names, difference, read_names
from pgready.rehearsal.overlay import prepare_extensions, shims_used
from pgready.rehearsal.remedies import Outcome, rearranged, try_remedies
from pgready.rehearsal.rerun_in_place import rerun_in_place
from pgready.rehearsal.seeding_pass import run_on_rows
from pgready.rehearsal.snapshot import read_schema
from pgready.rehearsal.trace import with_traces

__all__ = ["Remedies", "rehearse"]

Remedies = Callable[[Rehearsal], Iterable[Sequence[Remedy]]]
"""From a rehearsal to what may repair it: for each fault alternatives, the best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What is deployed, what stands in for what Prisma does not manage, and what it may use."""

    migrations: Sequence[Migration]
    stand_ins: str | None
    limits: Limits


def rehearse(
    migrations: Sequence[Migration],
    *,
    stand_ins: str | None = None,
    questions: Iterable[Question] = (),
    pieces: Pieces | None = None,
    otherwise: Pieces | None = None,
    remedies: Remedies | None = None,
    rerun: Collection[str] = frozenset(),
    traced: Collection[str] = frozenset(),
    on_rows: OnRows | None = None,
    binaries: Binaries | None = None,
    limits: Limits | None = None,
    on_progress: Progress | None = None,
) -> Rehearsal:
    """Deploy onto an empty database as Prisma does and report what came out.

    `stand_ins` is SQL that makes what the migrations need and Prisma does not manage; it runs first. `questions` are
    definitions for the server to spell at the end of a complete deployment, `rerun` names of migrations to be run a
    second time, `traced` of those whose locks are looked at statement by statement. `pieces` are the texts that are
    sent statement by statement; `otherwise` are those of a second deployment beside it, which says how it would go with
    another version of Prisma. `remedies` is asked for what may repair the rehearsal that was made, and that is tried.
    `on_rows` asks for a deployment on tables with rows beside it. A migration that fails is an outcome.
    RehearsalError: no binaries, no server, disk or memory at an end, or stand-ins that fail.
    """
    started = time.perf_counter()
    work = _Work(migrations=migrations, stand_ins=stand_ins, limits=limits or Limits())
    with (
        throwaway_cluster(binaries) as cluster,
        new_database(cluster) as database,
        _translated(cluster),
        contextlib.closing(database.connect_owner()) as reader,
    ):
        before, shims, stood_in = _prepare(database, work)
        runs = tuple(
            deploy(
                database,
                migrations,
                before=before,
                pieces=pieces or {},
                rerun=rerun,
                limits=work.limits,
                on_progress=on_progress,
            )
        )
        runs = _rerun_elsewhere(database, work, pieces or {}, runs)
        runs = _trace(database, work, pieces or {}, runs, traced)
        schema = read_schema(database.admin)
        rehearsal = Rehearsal(
            server=cluster.server,
            runs=runs,
            schema=schema,
            shims=shims_used(shims, runs),
            stand_ins=stood_in,
            otherwise=_otherwise(database, work, otherwise, runs) if otherwise else (),
        )
        if remedies is not None and rehearsal.complete:
            rehearsal = replace(rehearsal, trials=_trials(database, work, pieces or {}, remedies(rehearsal)))
        asked = tuple(questions) if rehearsal.complete else ()
        columns, indexes = _answers(database, reader, asked, work.limits)
        if on_rows is not None and rehearsal.complete:
            rehearsal = replace(rehearsal, rows=_on_rows(database, work, pieces or {}, on_rows, rehearsal))
        return replace(
            rehearsal,
            spelt_columns=columns,
            spelt_indexes=indexes,
            unanswered=len(asked) - len(columns) - len(indexes),
            duration_ms=(time.perf_counter() - started) * 1000,
        )


def _prepare(database: Database, work: _Work) -> tuple[Names, frozenset[str], tuple[ObjectRef, ...]]:
    """What is there before the first migration: the names, the imitated extensions, and the stand-ins among them."""
    empty = read_names(database.admin)
    shims = prepare_extensions(database, [work.stand_ins or "", *(each.sql or "" for each in work.migrations)])
    if work.stand_ins is None:
        return empty, shims, ()
    _make(database, work.stand_ins, work.limits)
    before = read_names(database.admin)
    return before, shims, difference(empty, before)[0]


def _on_rows(
    database: Database, work: _Work, pieces: Pieces, asked: OnRows, rehearsal: Rehearsal
) -> RowsRehearsal | None:
    """The last of all: whatever rows lead to, the rest of the rehearsal stands."""
    if not asked.before:
        return None
    ordered = sorted(work.migrations, key=lambda migration: migration.name in asked.last)
    keys = (key for table in rehearsal.schema.tables for key in table.foreign_keys)
    later = frozenset(
        (table.schema, table.name, column)
        for key in keys
        for table, columns in ((key.table, key.columns), (key.referenced_table, key.referenced_columns))
        for column in columns
    )
    with new_database(database.cluster, "rows", beside=database) as second:
        _prepare(second, work)
        return run_on_rows(second, ordered, before=asked.before, pieces=pieces, later=later, limits=work.limits)


def _otherwise(
    database: Database, work: _Work, pieces: Pieces, runs: Sequence[MigrationRun]
) -> tuple[MigrationRun, ...]:
    """The runs of a deployment in other pieces that end in another way or make something else."""
    with new_database(database.cluster, "otherwise", beside=database) as second:
        before, _, _ = _prepare(second, work)
        others = deploy(second, work.migrations, before=before, pieces=pieces, rerun=frozenset(), limits=work.limits)
        return tuple(other for run, other in zip(runs, others, strict=True) if _result(run) != _result(other))


def _rerun_elsewhere(
    database: Database, work: _Work, pieces: Pieces, runs: tuple[MigrationRun, ...]
) -> tuple[MigrationRun, ...]:
    """The second runs that could not be made inside a transaction, made in databases of their own."""
    wanted = [run.migration for run in runs if run.rerun_skipped and not run.leaves_open]
    count = itertools.count(1)

    @contextlib.contextmanager
    def begin() -> Iterator[tuple[Database, Iterator[MigrationRun]]]:
        with new_database(database.cluster, f"again{next(count)}", beside=database) as second:
            before, _, _ = _prepare(second, work)
            again = deploy(second, work.migrations, before=before, pieces=pieces, rerun=frozenset(), limits=work.limits)
            with contextlib.closing(again):
                yield second, again

    found = rerun_in_place(begin, work.migrations, wanted, pieces, work.limits)
    return tuple(
        replace(run, rerun=found[run.migration], rerun_skipped=None) if run.migration in found else run for run in runs
    )


def _trace(
    database: Database, work: _Work, pieces: Pieces, runs: tuple[MigrationRun, ...], wanted: Collection[str]
) -> tuple[MigrationRun, ...]:
    """The runs with what each statement of the wanted migrations locks, seen in a deployment beside it."""
    if not wanted:
        return runs
    with new_database(database.cluster, "trace", beside=database) as second:
        _prepare(second, work)
        return with_traces(second, work.migrations, runs, wanted=wanted, pieces=pieces, limits=work.limits)


def _trials(
    database: Database, work: _Work, pieces: Pieces, alternatives: Iterable[Sequence[Remedy]]
) -> tuple[Trial, ...]:
    def attempt(remedy: Remedy) -> Outcome:
        new_names = {move.migration: move.new_name for move in remedy.moves}
        cut = {new_names.get(name, name): parts for name, parts in pieces.items()}
        cut |= {f"{name} (again)": pieces[name] for name in remedy.repeats if name in pieces}
        migrations = rearranged(work.migrations, remedy)
        with new_database(database.cluster, "remedy", beside=database) as second:
            before, _, _ = _prepare(second, work)
            runs = deploy(second, migrations, before=before, pieces=cut, rerun=frozenset(), limits=work.limits)
            return tuple(runs), read_names(second.admin)

    return try_remedies(alternatives, attempt, read_names(database.admin))


def _result(run: MigrationRun) -> tuple[object, ...]:
    return run.outcome, run.error and run.error.sqlstate, run.made, run.dropped, run.leaves_open


def _make(database: Database, stand_ins: str, limits: Limits) -> None:
    """As `initShadowDb` of Prisma's configuration is run on its shadow database: before the migrations."""
    with contextlib.closing(database.connect_owner()) as owner:
        ends = time.monotonic() + limits.total_seconds
        watch = Watch(database=database, pid=owner.info.backend_pid, limits=limits, ends=ends)
        watch.begin()
        error = apply_text(owner, stand_ins, watch).error
    if error is not None:
        raise RehearsalError(f"initShadowDb of the Prisma configuration fails: {error.message} ({error.sqlstate})")


def _answers(
    database: Database, reader: Connection, asked: Sequence[Question], limits: Limits
) -> tuple[tuple[SpeltColumn, ...], tuple[SpeltIndex, ...]]:
    """Over a new connection where a migration has ended the one that was kept; without answers where none is left."""
    try:
        return answer(reader, asked, seconds=limits.total_seconds)
    except psycopg.OperationalError:
        if not reader.closed:
            raise
    try:
        with contextlib.closing(database.connect_owner()) as second:
            return answer(second, asked, seconds=limits.total_seconds)
    except psycopg.OperationalError:
        return (), ()


@contextlib.contextmanager
def _translated(cluster: Cluster) -> Iterator[None]:
    """An error of our own statements means that the server broke."""
    try:
        yield
    except psycopg.Error as error:
        words = "" if cluster.is_alive() else f"\n{cluster.last_words()}"
        raise RehearsalError(f"the throw-away server broke: {error}{words}") from error
