"""How long an audit takes, against the floor of its parts in the same run.

Claims, on `examples/premium-apps` (best of N whole processes):

1. `pgready audit` takes at most 2 times the floor: a Papermill run of an empty notebook, the same SQL over one
   connection to a started cluster, and an nbconvert export of an empty notebook.
2. `pgready check` takes at most 1.5 s more than the cluster's own start and the apply.
3. `pgready --version` uses less than 0.2 s of CPU.

Usage: python bench/end_to_end.py [--runs 5]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = "examples/premium-apps"
PGREADY = [str(Path(sys.executable).parent / "pgready")]

EMPTY = {
    "cells": [
        {"cell_type": "code", "id": "empty", "metadata": {}, "source": "pass", "outputs": [], "execution_count": None}
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def wall(command: Sequence[str], *, expected: Sequence[int] = (0,)) -> float:
    """Seconds of a whole process."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode not in expected:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr.decode()}")
    return seconds


def best(runs: int, measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(runs))


def migrations() -> list[str]:
    files = sorted((ROOT / EXAMPLE / "prisma" / "migrations").glob("*/migration.sql"))
    return [file.read_text() for file in files]


def cluster_and_apply() -> tuple[float, float]:
    """Seconds to start the cluster and make a database in it, and to send the same SQL over one connection."""
    from pgready.rehearsal.binaries import find_binaries  # noqa: PLC0415
    from pgready.rehearsal.cluster import throwaway_cluster  # noqa: PLC0415
    from pgready.rehearsal.database import new_database  # noqa: PLC0415

    started = time.perf_counter()
    with (
        throwaway_cluster(find_binaries()) as cluster,
        new_database(cluster) as database,
        database.connect_owner() as connection,
    ):
        ready = time.perf_counter()
        for sql in migrations():
            connection.pgconn.exec_(sql.encode())
        done = time.perf_counter()
    return ready - started, done - ready


def cpu_of_version() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall([*PGREADY, "--version"])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def row(what: str, seconds: float, note: str = "") -> None:
    print(f"{what:<58} {seconds:8.3f} s  {note}".rstrip())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    with tempfile.TemporaryDirectory() as directory:
        notebook = Path(directory) / "empty.ipynb"
        notebook.write_text(json.dumps(EMPTY))
        python = sys.executable
        papermill = [python, "-m", "papermill", str(notebook), str(Path(directory) / "run.ipynb")]
        nbconvert = [python, "-m", "nbconvert", "--to", "html", str(notebook), "--output", "out"]
        audit = [*PGREADY, "audit", EXAMPLE, "--output", str(Path(directory) / "report")]
        check = [*PGREADY, "check", EXAMPLE]
        run_empty = best(runs, lambda: wall([*papermill, "--no-progress-bar"]))
        export_empty = best(runs, lambda: wall(nbconvert))
        clusters = [cluster_and_apply() for _ in range(runs)]
        start, apply = min(pair[0] for pair in clusters), min(pair[1] for pair in clusters)
        audit_s = best(runs, lambda: wall(audit, expected=(1,)))
        check_s = best(runs, lambda: wall(check, expected=(1,)))
        version = best(runs, cpu_of_version)
    floor = run_empty + apply + export_empty
    row("papermill, empty notebook (process)", run_empty)
    row("the same SQL over one connection, cluster started", apply)
    row("nbconvert --to html, empty notebook (process)", export_empty)
    row("floor", floor)
    row("pgready audit (process)", audit_s, f"{audit_s / floor:.2f} x floor (claim: at most 2)")
    row("cluster start, role and database", start)
    row("pgready check (process)", check_s, f"{check_s - start - apply:+.3f} s over start and apply (claim: +1.5)")
    row("pgready --version (CPU)", version, "(claim: under 0.2)")
    kept = audit_s <= 2 * floor and check_s - start - apply <= 1.5 and version < 0.2
    print("all claims hold" if kept else "A CLAIM DOES NOT HOLD")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
