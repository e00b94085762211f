"""How long a rehearsal of many migrations takes, beside what anybody could do with psql on the same server.

Claims, on migrations that are generated here and always the same (best of N, in turns, cluster and database ready):

1. Apply with Prisma's records, the names after each migration, and the trace of every statement: at most 0.5 times a
   loop of `psql -f` per file.
2. The same with a second run of every migration: at most 1.0 times that loop.
3. The same with rows in the tables before every migration: at most 2.5 times that loop.
4. Peak memory of the process of a whole `pgready check`, and of `pgready check --thorough`: under 300 MB.

The loop logs in as on any server, with 4,096 rounds of SCRAM for each file; ours asks for one, and what the loop takes
then is printed too. The trace is a deployment of its own that follows the first in a thread; the one on rows comes
after both, and its seconds are added. One connection that is sent whole files, and nothing else, is the floor.
`--psql PATH` names psql, else it is looked for beside the server's binaries, in Debian's directories and on the PATH;
without it claims 1 to 3 are not measured, and the bench says so and ends with 1.

Usage: python bench/rehearsal.py [--migrations 820] [--runs 3] [--psql PATH]
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

from psycopg import sql

from pgready.model.migration import Migration
from pgready.model.trace import MigrationRun
from pgready.rehearsal import Limits, passes
from pgready.rehearsal import deploy as deploying
from pgready.rehearsal import names as naming
from pgready.rehearsal.binaries import find_binaries
from pgready.rehearsal.cluster import throwaway_cluster
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import OWNER, Database, new_database
from pgready.rehearsal.names import Seen, read_names
from pgready.rehearsal.seeding import run_on_rows
from pgready.rehearsal.settings import PORT
from pgready.sources.migrations import read_migrations

static = import_module("static")
"""The generator of the project, beside this file."""

SCRAM_ITERATIONS_SINCE = 160000
MOST_TIMES = 0.5
MOST_TIMES_TWICE = 1.0
MOST_TIMES_ON_ROWS = 2.5
MOST_MB = 300
_CHECK = """
import sys
from pathlib import Path
from pgready.cli import main
try:
    main()
finally:
    status = Path("/proc/self/status")
    print(status.read_text() if status.exists() else "", file=sys.stderr)
"""


def find_psql() -> str | None:
    """The newest psql that is installed."""
    beside = find_binaries().bindir / "psql"
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"), key=lambda path: int(path.parts[-3]))
    found = [str(path) for path in (beside, *reversed(debian)) if path.is_file()]
    return found[0] if found else shutil.which("psql")


def by_psql(psql: str, files: Sequence[Path], *, quick: bool = False) -> Callable[[Database], None]:
    """One process per file, which stops at the first error; each logs in as on any server, or (`quick`) as on ours."""

    def run(database: Database) -> None:
        environment = {
            "PGHOST": str(database.cluster.directory.socket),
            "PGPORT": str(PORT),
            "PGUSER": OWNER,
            "PGPASSWORD": database.password,
            "PGDATABASE": database.name,
            "PATH": "/usr/bin:/bin",
        }
        if not quick and database.admin.info.server_version >= SCRAM_ITERATIONS_SINCE:
            database.admin.execute(b"SET scram_iterations = 4096")
            text = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(OWNER), sql.Literal(database.password))
            database.admin.execute(text)
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


def deployment(
    database: Database, migrations: Sequence[Migration], rerun: Collection[str] = ()
) -> Iterator[MigrationRun]:
    """What a rehearsal does between the start of its server and the reading of the end state."""
    before = read_names(database.admin)
    return deploying.deploy(database, migrations, before=before, pieces={}, rerun=rerun, limits=Limits())


def deployed(migrations: Sequence[Migration]) -> Callable[[Database], None]:
    """A deployment alone."""

    def run(database: Database) -> None:
        faults = [run.migration for run in deployment(database, migrations) if run.error]
        if faults:
            sys.exit(f"a generated migration fails: {faults[0]}")

    return run


def measure(work: Callable[[Database], None]) -> float:
    """Every run has a cluster of its own: catalogs that others have filled would be in the way."""
    with throwaway_cluster() as cluster, new_database(cluster) as database:
        started = time.perf_counter()
        work(database)
        return time.perf_counter() - started


def as_rehearsed(migrations: Sequence[Migration], rerun: Collection[str] = ()) -> Callable[[Database], None]:
    """A deployment, and the one beside it that follows in a thread and looks at every statement."""
    work = passes.Work(migrations=migrations, pieces={}, stand_ins=None, limits=Limits())
    names = frozenset(each.name for each in migrations)

    def run(database: Database) -> None:
        with (
            ThreadPoolExecutor() as aside,
            passes.traced_beside(database, work, names, aside) as (relay, with_traces),
        ):
            runs = with_traces(tuple(relay.passing(deployment(database, migrations, rerun))))
        lost = [run.error or run.trace_skipped for run in runs if run.error or run.trace_skipped]
        if lost:
            sys.exit(f"a generated migration fails, or is not traced: {lost[0]}")

    return run


def on_rows(migrations: Sequence[Migration]) -> Callable[[Database], None]:
    """A deployment on tables with rows."""
    names = frozenset(each.name for each in migrations)

    def run(database: Database) -> None:
        rows = run_on_rows(database, migrations, before=names, pieces={}, later=frozenset(), limits=Limits())
        if rows.stopped:
            sys.exit(f"the rehearsal on rows stops: {rows.stopped}")

    return run


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
        measure(deployed(migrations))
    finally:
        deploying.look_again = original  # type: ignore[attr-defined]
    return spent[0]


def whole_process(root: Path, *options: str) -> tuple[float, float]:
    """Seconds and peak MB of the process of `pgready check`, as Linux counts them (VmHWM); no MB elsewhere."""
    command = [sys.executable, "-c", _CHECK, "check", *options, str(root)]
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    took = time.perf_counter() - started
    said = done.stderr.decode()
    if done.returncode not in {0, 1, 3}:
        sys.exit(f"pgready check ended with {done.returncode}: {said[-500:]}")
    peak = re.search(r"^VmHWM:\s+(\d+) kB", said, re.MULTILINE)
    return took, int(peak[1]) / 1024 if peak else float("nan")


def row(what: str, taken: float, loop: float | None, claim: float | None = None) -> bool:
    """Print one line; whether its claim holds."""
    ratio = "" if loop is None else f"{taken / loop:7.2f} x the psql loop"
    told = "" if claim is None else f" (claim: at most {claim})"
    print(f"{what:<42} {taken:8.3f} s {ratio}{told}".rstrip())
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
        works = [
            over_one_connection(migrations),
            deployed(migrations),
            as_rehearsed(migrations),
            as_rehearsed(migrations, {each.name for each in migrations}),
            on_rows(migrations),
            *([by_psql(given.psql, files), by_psql(given.psql, files, quick=True)] if given.psql else []),
        ]
        turns = [[measure(work) for work in works] for _ in range(given.runs)]
        floor, once, traced, twice, rows, *loops = (min(told) for told in zip(*turns, strict=True))
        names = min(reading(migrations) for _ in range(given.runs))
        checks = {"pgready check": whole_process(root), "pgready check --thorough": whole_process(root, "--thorough")}
    loop = loops[0] if loops else None
    print(f"{given.migrations} migrations, best of {given.runs}, {find_binaries().origin}")
    if loop is None:
        print("psql is MISSING: claims 1 to 3 are not measured")
    else:
        row("psql -f, a process per file", loop, loop)
        row("  with the quick login of our server", loops[1], loop)
    row("one connection, whole files", floor, loop)
    row("apply, records, names after each", once, loop)
    row("  of it names after each migration", names, loop)
    row("a deployment with rows before each", rows, loop)
    kept = [
        row("1. apply, names, trace", traced, loop, MOST_TIMES),
        row("2. with second runs", twice, loop, MOST_TIMES_TWICE),
        row("3. with rows before every migration", twice + rows, loop, MOST_TIMES_ON_ROWS),
    ]
    for what, (took, peak) in checks.items():
        row(f"{what} (process)", took, loop)
        print(f"{'4. peak memory of this process':<42} {peak:8.0f} MB (claim: under {MOST_MB})")
        kept.append(peak < MOST_MB)
    print("all claims hold" if all(kept) else "A CLAIM DOES NOT HOLD")
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
