"""The rehearsal: every migration, in order, onto an empty database of a throw-away server."""

import contextlib
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

import psycopg

from pgready.errors import RehearsalError
from pgready.model.migration import Migration
from pgready.model.names import ObjectRef
from pgready.model.spelling import Question, SpeltColumn, SpeltIndex
from pgready.model.trace import Rehearsal
from pgready.rehearsal.apply import apply_text
from pgready.rehearsal.binaries import Binaries
from pgready.rehearsal.canonical import answer
from pgready.rehearsal.cluster import Cluster, throwaway_cluster
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database, new_database
from pgready.rehearsal.deploy import Progress, deploy
from pgready.rehearsal.limits import Limits, Watch
from pgready.rehearsal.names import difference, read_names
from pgready.rehearsal.overlay import prepare_extensions, shims_used
from pgready.rehearsal.snapshot import read_schema

__all__ = ["rehearse"]


def rehearse(
    migrations: Sequence[Migration],
    *,
    stand_ins: str | None = None,
    questions: Iterable[Question] = (),
    rerun: Collection[str] = frozenset(),
    binaries: Binaries | None = None,
    limits: Limits | None = None,
    on_progress: Progress | None = None,
) -> Rehearsal:
    """Deploy onto an empty database as Prisma does and report what came out.

    `stand_ins` is SQL that makes what the migrations need and Prisma does not manage; it runs first. `questions` are
    definitions for the server to spell at the end of a complete deployment, `rerun` names of migrations to be run a
    second time. A migration that fails is an outcome. RehearsalError: no binaries, no server, disk or memory at an
    end, or stand-ins that fail.
    """
    started = time.perf_counter()
    limits = limits or Limits()
    with (
        throwaway_cluster(binaries) as cluster,
        new_database(cluster) as database,
        _translated(cluster),
        contextlib.closing(database.connect_owner()) as reader,
    ):
        before = read_names(database.admin)
        texts = [stand_ins or "", *(migration.sql or "" for migration in migrations)]
        shims = prepare_extensions(database, texts)
        stood_in: tuple[ObjectRef, ...] = ()
        if stand_ins is not None:
            _make(database, stand_ins, limits)
            empty, before = before, read_names(database.admin)
            stood_in, _ = difference(empty, before)
        runs = tuple(deploy(database, migrations, before=before, rerun=rerun, limits=limits, on_progress=on_progress))
        schema = read_schema(database.admin)
        rehearsal = Rehearsal(
            server=cluster.server,
            runs=runs,
            schema=schema,
            shims=shims_used(shims, runs),
            stand_ins=stood_in,
        )
        asked = tuple(questions) if rehearsal.complete else ()
        columns, indexes = _answers(database, reader, asked, limits)
        return replace(
            rehearsal,
            spelt_columns=columns,
            spelt_indexes=indexes,
            unanswered=len(asked) - len(columns) - len(indexes),
            duration_ms=(time.perf_counter() - started) * 1000,
        )


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
