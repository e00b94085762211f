"""How long a rehearsal of many migrations takes, beside what anybody could do with psql on the same server.

Claims, on migrations that are generated here and always the same (best of N, in turns, cluster and database ready):

1. Apply with Prisma's records and the names after each migration: at most 0.5 times a loop of `psql -f` per file.
2. The same with a second run of every migration: at most 1.0 times that loop.
3. Peak memory of a whole `pgready check`: under 300 MB.

One connection that is sent whole files, and nothing else, is the floor; it is printed too, and where the time goes.
`--psql PATH` names psql, else it is looked for beside the server's binaries, in Debian's directories and on the PATH;
without it claims 1 and 2 are not measured, and the bench says so and ends with 1.

Usage: python bench/rehearsal.py [--migrations 820] [--runs 3] [--psql PATH]
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from pathlib import Path

from pgready.model.migration import Migration
from pgready.rehearsal import Limits
from pgready.rehearsal import deploy as deploying
from pgready.rehearsal import names as naming
from pgready.rehearsal.binaries import find_binaries
from pgready.rehearsal.cluster import Cluster, throwaway_cluster
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import OWNER, Database, new_database
from pgready.rehearsal.names import Seen, read_names
from pgready.rehearsal.settings import PORT
from pgready.sources.migrations import read_migrations

static = import_module("static")
"""The generator of the project, beside this file."""

MOST_TIMES = 0.5
MOST_TIMES_TWICE = 1.0
MOST_MB = 300
PGREADY = str(Path(sys.executable).parent / "pgready")


def find_psql() -> str | None:
    """The newest psql that is installed."""
    beside = find_binaries().bindir / "psql"
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"), key=lambda path: int(path.parts[-3]))
    found = [str(path) for path in (beside, *reversed(debian)) if path.is_file()]
    return found[0] if found else shutil.which("psql")


def by_psql(psql: str, files: Sequence[Path]) -> Callable[[Database], None]:
    """One process per file, which stops at the first error."""

    def run(database: Database) -> None:
        environment = {
            "PGHOST": str(database.cluster.directory.socket),
            "PGPORT": str(PORT),
            "PGUSER": OWNER,
            "PGPASSWORD": database.password,
            "PGDATABASE": database.name,
            "PATH": "/usr/bin:/bin",
        }
        for file in files:
            subprocess.run([psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(file)], env=environment, check=True)

    return run


def over_one_connection(migrations: Sequence[Migration]) -> Callable[[Database], None]:
    """Whole files, one after the other, and nothing else."""

    def run(database: Database) -> None:
        with database.connect_owner() as owner:
            for migration in migrations:
                owner.pgconn.exec_((migration.sql or "").encode())

    return run


def as_pgready(migrations: Sequence[Migration], rerun: Collection[str] = ()) -> Callable[[Database], None]:
    """What a rehearsal does between the start of its server and the reading of the end state."""

    def run(database: Database) -> None:
        before = read_names(database.admin)
        runs = deploying.deploy(database, migrations, before=before, pieces={}, rerun=rerun, limits=Limits())
        faults = [run.migration for run in runs if run.error]
        if faults:
            sys.exit(f"a generated migration fails: {faults[0]}")

    return run


def seconds(cluster: Cluster, work: Callable[[Database], None]) -> float:
    """In a database of its own, which is there before the clock starts."""
    with new_database(cluster) as first, new_database(cluster, "bench", beside=first) as database:
        started = time.perf_counter()
        work(database)
        return time.perf_counter() - started


def measure(work: Callable[[Database], None]) -> float:
    """Every run has a cluster of its own: catalogs that others have filled would be in the way."""
    with throwaway_cluster() as cluster:
        return seconds(cluster, work)


def reading(migrations: Sequence[Migration]) -> float:
    """The seconds that go into names, of one deployment with a clock around the reading."""
    spent = [0.0]
    original = naming.look_again

    def timed(admin: Connection, seen: Seen) -> Seen:
        started = time.perf_counter()
        try:
            return original(admin, seen)
        finally:
            spent[0] += time.perf_counter() - started

    deploying.look_again = timed  # type: ignore[attr-defined]
    try:
        measure(as_pgready(migrations))
    finally:
        deploying.look_again = original  # type: ignore[attr-defined]
    return spent[0]


def whole_process(root: Path) -> tuple[float, float]:
    """Seconds and peak MB of `pgready check`, or of the largest process below it."""
    started = time.perf_counter()
    done = subprocess.run([PGREADY, "check", str(root)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    took = time.perf_counter() - started
    if done.returncode not in {0, 1, 3}:
        sys.exit(f"pgready check ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def row(what: str, taken: float, loop: float | None, claim: float | None = None) -> bool:
    """Print one line; whether its claim holds."""
    ratio = "" if loop is None else f"{taken / loop:7.2f} x the psql loop"
    told = "" if claim is None else f" (claim: at most {claim})"
    print(f"{what:<52} {taken:8.3f} s {ratio}{told}".rstrip())
    return claim is None or (loop is not None and taken <= claim * loop)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--migrations", type=int, default=820, help="how many are generated")
    parser.add_argument("--runs", type=int, default=3, help="the least time of so many is told")
    parser.add_argument("--psql", default=find_psql(), help="psql's program (default: the newest that is installed)")
    given = parser.parse_args()
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "project"
        files = static.write(static.make(given.migrations), root)
        migrations = list(read_migrations(root / "prisma" / "migrations", root=root))
        works = {
            "one connection, whole files": over_one_connection(migrations),
            "pgready: apply, records, names after each": as_pgready(migrations),
            "pgready: the same and second runs of all": as_pgready(migrations, {each.name for each in migrations}),
        }
        if given.psql:
            works["psql -f, a process per file"] = by_psql(given.psql, files)
        turns = [{what: measure(work) for what, work in works.items()} for _ in range(given.runs)]
        floor, once, twice, *loops = (min(turn[what] for turn in turns) for what in works)
        names = min(reading(migrations) for _ in range(given.runs))
        took, peak = whole_process(root)
    loop = loops[0] if loops else None
    print(f"{given.migrations} migrations, best of {given.runs}, {find_binaries().origin}")
    if loop is None:
        print("psql is MISSING: claims 1 and 2 are not measured")
    else:
        row("psql -f, a process per file", loop, loop)
    row("one connection, whole files", floor, loop)
    kept = row("pgready: apply, records, names after each", once, loop, MOST_TIMES)
    row("  of it names after each migration", names, loop)
    kept = row("pgready: the same and second runs of all", twice, loop, MOST_TIMES_TWICE) and kept
    row("pgready check (process)", took, loop)
    print(f"{'peak memory of its largest process':<52} {peak:8.0f} MB (claim: under {MOST_MB})")
    kept = kept and peak < MOST_MB
    print("all claims hold" if kept else "A CLAIM DOES NOT HOLD")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
