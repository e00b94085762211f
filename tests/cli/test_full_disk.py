"""A disk that is full while a report is saved: told, and never READY."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Disk = Callable[[str], Path]

LARGE = """
import pgready
audit = pgready.audit(project)
display({"application/x-own": "x" * 3_000_000, "text/plain": "large"}, raw=True)
"""
"""A form that the report does not show, and that is kept in the notebook all the same."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A file system of that size, which takes the report."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    place = tmp_path / "out"
    place.mkdir()
    mounted: list[Path] = []

    def mount(size: str) -> Path:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", place], check=False).returncode:
            pytest.skip("may not mount")
        mounted.append(place)
        return place

    yield mount
    for each in mounted:
        subprocess.run(["umount", "-l", each], check=True)


def test_a_notebook_that_does_not_fit_makes_the_run_inconclusive(
    pgready: Run, project: Path, tmp_path: Path, disk: Disk
) -> None:
    out = disk("1m")
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": name,
            "metadata": {"tags": tags},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for name, tags, source in (("given", ["parameters"], 'project = "."'), ("large", [], LARGE))
    ]
    own = tmp_path / "own.ipynb"
    own.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    done = pgready("audit", project, "--notebook", own, "--output", "out")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "the notebook could not be saved: " in done.stderr
    assert "No space left on device" in done.stderr
    assert json.loads((out / "audit.json").read_text())["verdict"] == "INCONCLUSIVE"
    assert "INCONCLUSIVE: this report is not a pass" in (out / "own.html").read_text()
    assert not (out / "own.ipynb").exists()


def test_a_report_that_does_not_fit_is_told_and_gives_no_verdict(pgready: Run, project: Path, disk: Disk) -> None:
    out = disk("16k")
    done = pgready("audit", project, "--notebook", "all", "--output", "out")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "cannot be written: No space left on device" in done.stderr
    assert "READY" not in done.stdout
    assert not (out / "audit.json").exists()
    assert not [path for path in out.rglob("*") if path.name.startswith(".")]
