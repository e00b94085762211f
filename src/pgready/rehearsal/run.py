"""The rehearsal: every migration, in order, onto an empty database of a throw-away server."""

import contextlib
import time
from collections.abc import Collection, Iterable, Iterator, Sequence

import psycopg

from pgready.errors import RehearsalError
from pgready.model.migration import Migration
from pgready.model.trace import Rehearsal
from pgready.rehearsal.binaries import Binaries
from pgready.rehearsal.canonical import canonical_types
from pgready.rehearsal.cluster import Cluster, throwaway_cluster
from pgready.rehearsal.database import new_database
from pgready.rehearsal.deploy import Progress, deploy
from pgready.rehearsal.limits import Limits
from pgready.rehearsal.names import read_names
from pgready.rehearsal.overlay import prepare_extensions, shims_used
from pgready.rehearsal.snapshot import read_schema

__all__ = ["rehearse"]


def rehearse(
    migrations: Sequence[Migration],
    *,
    verbatim_types: Iterable[str] = (),
    rerun: Collection[str] = frozenset(),
    binaries: Binaries | None = None,
    limits: Limits | None = None,
    on_progress: Progress | None = None,
) -> Rehearsal:
    """Deploy onto an empty database as Prisma does and report what came out.

    `verbatim_types` are types to be spelt by the server, `rerun` names of migrations to be run a second time.
    A migration that fails is an outcome. RehearsalError: no binaries, no server, disk or memory at an end.
    """
    started = time.perf_counter()
    with (
        throwaway_cluster(binaries) as cluster,
        new_database(cluster) as database,
        _translated(cluster),
        contextlib.closing(database.connect_owner()) as reader,
    ):
        before = read_names(database.admin)
        shims = prepare_extensions(database, (migration.sql or "" for migration in migrations))
        runs = tuple(
            deploy(database, migrations, before=before, rerun=rerun, limits=limits or Limits(), on_progress=on_progress)
        )
        schema = read_schema(database.admin)
        types = canonical_types(reader, verbatim_types)
        return Rehearsal(
            server=cluster.server,
            runs=runs,
            schema=schema,
            shims=shims_used(shims, runs),
            canonical_types=types,
            duration_ms=(time.perf_counter() - started) * 1000,
        )


@contextlib.contextmanager
def _translated(cluster: Cluster) -> Iterator[None]:
    """An error of our own statements means that the server broke."""
    try:
        yield
    except psycopg.Error as error:
        words = "" if cluster.is_alive() else f"\n{cluster.last_words()}"
        raise RehearsalError(f"the throw-away server broke: {error}{words}") from error
