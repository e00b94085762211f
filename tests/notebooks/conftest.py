"""Fixtures for notebooks: small ones written on the spot, run in real kernels, which must leave nothing behind."""

import json
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest

from pgready.reports.notebooks.run_notebook import NotebookRun, run_notebook

RUN_ID = "run-1"

AUDIT = """
import json, os, pathlib
audit = {"format": "pgready-audit/1", "run": {"id": os.environ["TEST_RUN_ID"]}, "verdict": "READY"}
pathlib.Path(os.environ["TEST_AUDIT"]).write_text(json.dumps(audit))
"""
"""What the last cell of a real notebook does: write the audit with this run's id."""


def processes_of(directory: Path) -> list[str]:
    """Command lines of processes that name a directory: the kernel and its guard name theirs."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    lines = [line.split(maxsplit=2) for line in listed.splitlines()]
    return [line[2] for line in lines if len(line) == 3 and str(directory) in line[2] and not line[1].startswith("Z")]


def until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Whether a condition comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory with a short path for temporary files; at the end it must be empty, and no process may use it."""
    directory = Path(tempfile.mkdtemp(prefix="pgr-", dir="/tmp"))
    directory.chmod(0o777)
    monkeypatch.setenv("TMPDIR", str(directory))
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    try:
        yield directory
        # A kernel that was killed with its parent is given the 2 s of the promise.
        assert until(lambda: not processes_of(directory), seconds=2), processes_of(directory)
        assert list(directory.iterdir()) == []
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def code(source: str, *tags: str) -> dict[str, Any]:
    """A code cell."""
    return {
        "cell_type": "code",
        "id": uuid.uuid4().hex[:8],
        "metadata": {"tags": list(tags)},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def read_notebook(path: Path) -> Any:  # noqa: ANN401 - nbformat has no annotations
    """The node that a file holds."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A directory with a notebook that is to be run."""

    directory: Path
    notebook: Path = field(init=False)
    output: Path = field(init=False)
    audit: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "notebook", self.directory / "example.ipynb")
        object.__setattr__(self, "output", self.directory / "executed.ipynb")
        object.__setattr__(self, "audit", self.directory / "audit.json")

    def write(self, *cells: str | dict[str, Any], parameters: str | None = 'project = "."') -> None:
        """Write a notebook of a parameters cell (None: without one) and these cells."""
        first = [] if parameters is None else [code(parameters, "parameters")]
        content = {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [*first, *(code(cell) if isinstance(cell, str) else cell for cell in cells)],
        }
        self.notebook.write_text(json.dumps(content), encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """What the cell AUDIT needs."""
        return {"TEST_AUDIT": str(self.audit), "TEST_RUN_ID": RUN_ID}

    def run(self, **changes: Any) -> NotebookRun:  # noqa: ANN401 - any argument of run_notebook
        """Run it with parameters that fit, unless the test changes them."""
        arguments: dict[str, Any] = {
            "parameters": {"project": "/some/project"},
            "run_id": RUN_ID,
            "audit_json": self.audit,
            "environment": self.environment,
            "timeout_s": 120,
        }
        return run_notebook(self.notebook, self.output, **(arguments | changes))


@pytest.fixture
def bench(tmp_path: Path, temporary: Path) -> Bench:  # noqa: ARG001 - every run is checked for what it leaves behind
    return Bench(directory=tmp_path)


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
