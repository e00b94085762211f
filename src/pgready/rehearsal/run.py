"""The rehearsal: every migration, in order, onto an empty database of a throw-away server."""

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg

from pgready.errors import RehearsalError
from pgready.model.hidden_shapes import ToCompare
from pgready.model.kept_rows import OnRows
from pgready.model.migration import Migration
from pgready.model.spelling import Question, SpeltColumn, SpeltIndex
from pgready.model.trace import Rehearsal, Remedy
from pgready.rehearsal import passes, trials
from pgready.rehearsal.binaries import Binaries
from pgready.rehearsal.canonical import answer
from pgready.rehearsal.cluster import Cluster, throwaway_cluster
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database, new_database
from pgready.rehearsal.deploy import Pieces, Progress, deploy
from pgready.rehearsal.limits import Limits
from pgready.rehearsal.overlay import shims_used
from pgready.rehearsal.remedies import Mends
from pgready.rehearsal.snapshot import read_schema

__all__ = ["Hidden", "Remedies", "rehearse"]

Hidden = Callable[[Rehearsal], Mapping[str, ToCompare]]
"""From a rehearsal to the migrations whose guarded creations may have met something else, by name."""

Remedies = Callable[[Rehearsal], Iterable[Sequence[Remedy]]]
"""From a rehearsal to what may repair it: for each fault alternatives, the best first."""

# PostgreSQL manual, "PostgreSQL Error Codes": the connection, resources, the operator, the system, a bug of the server.
_BROKEN = ("08", "53", "57P", "58", "XX")
_REFUSED = (
    "the throw-away server refuses a statement of the rehearsal itself; a migration may have changed what holds for "
    "the role or the database (ALTER ROLE ... SET, ALTER DATABASE ... SET)"
)


def rehearse(
    migrations: Sequence[Migration],
    *,
    stand_ins: str | None = None,
    questions: Iterable[Question] = (),
    pieces: Pieces | None = None,
    otherwise: Pieces | None = None,
    remedies: Remedies | None = None,
    mends: Mends | None = None,
    hidden: Hidden | None = None,
    rerun: Collection[str] = frozenset(),
    again_on_rows: Collection[str] | None = None,
    traced: Collection[str] = frozenset(),
    crashed: Collection[str] = frozenset(),
    on_rows: OnRows | None = None,
    binaries: Binaries | None = None,
    limits: Limits | None = None,
    on_progress: Progress | None = None,
) -> Rehearsal:
    """Deploy onto an empty database as Prisma does and report what came out.

    `stand_ins` is SQL that makes what the migrations need and Prisma does not manage; it runs first. `questions` are
    definitions for the server to spell at the end of a complete deployment, `rerun` names of migrations to be run a
    second time, `again_on_rows` those of them for which empty tables are no proof (None: all), `traced` of those whose
    locks are looked at statement by statement, `crashed` of those that are stopped on purpose and recovered. `pieces`
    are the texts that are sent statement by statement; `otherwise` are those of a second deployment beside it, which
    says how it would go with another version of Prisma. `remedies` is asked for what may repair the rehearsal that was
    made, `mends` for what may let one go on that fails, and that is tried. `hidden` is asked which of its guarded
    creations may have met another shape, and `on_rows` asks for a deployment on tables with rows. `on_progress` is told
    of the deployment, and then of each pass beside it, which counts from the first migration again; the one on rows
    tells from a thread of its own. A migration that fails is an outcome.
    RehearsalError: no binaries, no server, disk or memory at an end, or stand-ins that fail.
    """
    started = time.perf_counter()
    work = passes.Work(
        migrations=migrations,
        pieces=pieces or {},
        stand_ins=stand_ins,
        limits=limits or Limits(),
        on_progress=on_progress,
    )
    with (
        # Outside of the server, with which whatever still works in a thread ends.
        ThreadPoolExecutor(thread_name_prefix="pgready pass") as aside,
        throwaway_cluster(binaries) as cluster,
        new_database(cluster) as database,
        _translated(cluster),
        contextlib.closing(database.connect_owner()) as reader,
    ):
        before, shims, stood_in = passes.prepare(database, work)
        with passes.traced_beside(database, work, traced, aside) as (relay, with_traces):
            deployed = deploy(
                database,
                migrations,
                before=before,
                pieces=work.pieces,
                rerun=rerun,
                limits=work.limits,
                on_progress=on_progress,
            )
            first = tuple(relay.passing(deployed))
            runs = with_traces(passes.rerun_elsewhere(database, work, first))
        rehearsal = Rehearsal(
            server=cluster.server,
            runs=runs,
            schema=read_schema(database.admin),
            shims=shims_used(shims, runs),
            stand_ins=stood_in,
        )
        in_place = {run.migration for run in first if run.rerun_skipped}
        runs = passes.rerun_on_rows(
            database, work, runs, wanted=again_on_rows, in_place=in_place, schema=rehearsal.schema
        )
        rehearsal = replace(rehearsal, runs=runs)
        with passes.on_rows(database, work, on_rows if rehearsal.complete else None, rehearsal.schema, aside) as rows:
            runs = passes.crashing(database, work, runs, crashed)
            runs = passes.hiding(database, work, runs, hidden(rehearsal) if hidden else {})
            otherwise_sent = passes.sent_otherwise(database, work, otherwise, runs)
            rehearsal = replace(rehearsal, runs=runs, otherwise=otherwise_sent)
            if remedies is not None and rehearsal.complete:
                rehearsal = replace(
                    rehearsal, trials=trials.trying(database, work, runs, remedies(rehearsal), rehearsal.schema)
                )
            if mends is not None and not rehearsal.complete:
                rehearsal = replace(rehearsal, trials=trials.mending(database, work, runs, mends))
            asked = tuple(questions) if rehearsal.complete else ()
            columns, indexes = _answers(database, reader, asked, work.limits)
            rehearsal = replace(rehearsal, rows=rows())
        return replace(
            rehearsal,
            spelt_columns=columns,
            spelt_indexes=indexes,
            unanswered=len(asked) - len(columns) - len(indexes),
            duration_ms=(time.perf_counter() - started) * 1000,
        )


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
    """An error of our own statements: the server broke, or it refuses them after what a migration has set."""
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate and not error.sqlstate.startswith(_BROKEN) and cluster.is_alive():
            raise RehearsalError(f"{_REFUSED}: {error} ({error.sqlstate})") from error
        words = "" if cluster.is_alive() else f"\n{cluster.last_words()}"
        raise RehearsalError(f"the throw-away server broke: {error}{words}") from error
