"""How long the reports of all notebooks take, against Papermill on as many empty notebooks in the same run.

Claim, on `examples/premium-apps` (best of N): `pgready audit --notebook all`, which rehearses, runs every notebook that
comes with pgready and exports each as HTML and Markdown, takes at most 0.6 times the wall time of as many runs of
`papermill` on an empty notebook, one after the other, which export nothing.

Both take the same turns, so that whatever else the machine does weighs on both. What is measured in an environment
without JupyterLab is also printed: there Papermill starts in half the time (its jsonschema finds no `rfc3987_syntax`,
which compiles grammars for a second).

Usage: python bench/reports.py [--runs 5]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pgready.reports.notebooks.shipped import NOTEBOOKS

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = "examples/premium-apps"
CLAIM = 0.6
# What a Papermill without JupyterLab does not find.
LEAN = "import sys; sys.modules['rfc3987_syntax'] = None; from papermill.cli import papermill; papermill()"

EMPTY = {
    "cells": [
        {"cell_type": "code", "id": "empty", "metadata": {}, "source": "pass", "outputs": [], "execution_count": None}
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def wall(commands: Sequence[Sequence[str]], *, expected: Sequence[int] = (0,)) -> float:
    """Seconds of whole processes, one after the other."""
    started = time.perf_counter()
    for command in commands:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        if done.returncode not in expected:
            sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr.decode()}")
    return time.perf_counter() - started


def row(what: str, seconds: float, note: str = "") -> None:
    print(f"{what:<64} {seconds:8.3f} s  {note}".rstrip())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    count = len(NOTEBOOKS)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        empty = directory / "empty.ipynb"
        empty.write_text(json.dumps(EMPTY))
        into = [str(empty), str(directory / "run.ipynb"), "--no-progress-bar"]
        papermill = [[sys.executable, "-m", "papermill", *into]] * count
        lean = [[sys.executable, "-c", LEAN, *into]] * count
        audit = [str(Path(sys.executable).parent / "pgready"), "audit", EXAMPLE, "--notebook", "all"]
        ours = [[*audit, "--output", str(directory / "report")]]
        times = [(wall(papermill), wall(lean), wall(ours, expected=(1,))) for _ in range(runs)]
        written = {path.name for path in (directory / "report").iterdir()}
    plain, plain_lean, reports = (min(each) for each in zip(*times, strict=True))
    missing = {f"{notebook}.{ending}" for notebook in NOTEBOOKS for ending in ("html", "md", "ipynb")} - written
    row(f"papermill, {count} empty notebooks ({count} processes)", plain)
    row("the same without JupyterLab", plain_lean)
    row(f"pgready audit --notebook all ({count} reports)", reports, f"{reports / plain:.2f} x (claim: at most {CLAIM})")
    row("", reports, f"{reports / plain_lean:.2f} x without JupyterLab (no claim)")
    kept = reports <= CLAIM * plain and not missing
    print("the claim holds" if kept else f"THE CLAIM DOES NOT HOLD {sorted(missing)}".rstrip())
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
