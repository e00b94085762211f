"""A real JupyterLab for tests: served, opened in a tab, and a notebook run from top to bottom as by hand."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from .conftest import Chromium, Tab

ROOT = Path(__file__).parents[2]
_TOKEN = "a-token-for-this-test"
_PATIENCE_S = 120


@dataclass(kw_only=True)
class Lab:
    """A JupyterLab that serves `directory`; `family` grows by every process (id: command line) seen below it."""

    process: subprocess.Popen[bytes]
    directory: Path
    address: str = ""
    family: dict[int, str] = field(default_factory=dict)

    def look_around(self) -> None:
        """Add to the family whoever is there now."""
        known = {self.process.pid}
        for pid, parent, command in _processes():
            if parent in known:
                known.add(pid)
                self.family[pid] = command

    def survivors(self) -> list[str]:
        """Those of the family that still run."""
        return [command for pid, _, command in _processes() if self.family.get(pid) == command]


def _processes() -> list[tuple[int, int, str]]:
    """Id, parent's id and command line of every process, parents first."""
    listing = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    rows = (line.split(maxsplit=2) for line in listing.stdout.splitlines())
    return sorted((int(row[0]), int(row[1]), row[2]) for row in rows if len(row) == 3)


def serve_example(notebook: str, temporary: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab of this Python with a home of its own, which leaves nothing running behind.

    It serves a copy of the example with a notebook in it, where a person would put it, and the checkout's folder.
    """
    if find_spec("jupyterlab") is None:
        pytest.skip("JupyterLab is not installed (the extra `lab`)")
    directory = temporary.mktemp("work")
    shutil.copytree(ROOT / "examples" / "premium-apps", directory / "premium-apps")
    shutil.copy(ROOT / "notebooks" / notebook, directory / "premium-apps")
    shutil.copytree(ROOT / "notebooks", directory / "notebooks")
    with _serving(directory, temporary.mktemp("home")) as lab:
        yield lab
    deadline = time.monotonic() + 10
    while lab.survivors() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert lab.survivors() == []


@contextmanager
def _serving(directory: Path, home: Path) -> Iterator[Lab]:
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
    # Without the class, the server asks PyPI for newer versions.
    settings = {
        "IdentityProvider.token": _TOKEN,
        "LabApp.expose_app_in_browser": "True",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *(f"--{name}={value}" for name, value in settings.items())],
            cwd=directory,
            env=_environment(home),
            stdout=log,
            stderr=log,
        )
    try:
        lab = Lab(process=process, directory=directory)
        lab.address = _address(home / "runtime", process)
        yield lab
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE_S)


def _environment(home: Path) -> dict[str, str]:
    """This process's environment with nothing of the user's Jupyter, IPython and desktop."""
    foreign = ("JUPYTER", "JPY_", "IPYTHON", "XDG_", "MPL", "PGREADY")
    private = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    private |= {f"JUPYTERLAB_{name}_DIR": str(home / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    private |= {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CACHE", "CONFIG", "DATA", "STATE")}
    private |= {"HOME": str(home), "IPYTHONDIR": str(home / "ipython")}
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)} | private


def _address(runtime: Path, process: subprocess.Popen[bytes]) -> str:
    """Where the server says that it listens, once it does."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            # The file may be there half written, or before the server listens.
            with contextlib.suppress(ValueError, OSError):
                address = f"http://127.0.0.1:{json.loads(file.read_text())['port']}"
                with urllib.request.urlopen(f"{address}/api", timeout=_PATIENCE_S):
                    return address
        time.sleep(0.05)
    raise TimeoutError("JupyterLab did not start")


_WIDGET = "jupyterapp.shell.currentWidget"
IDLE = f"{_WIDGET}.sessionContext.session.kernel.status === 'idle'"
CELLS = f"{_WIDGET}.content.model.toJSON().cells.filter(cell => cell.cell_type === 'code')"
_DONE = f"{CELLS}.every(cell => cell.execution_count)"
_LAID_OUT = ".jp-Cell, .jp-Cell * { content-visibility: visible !important }"
_FAILED = f"{CELLS}.some(cell => cell.outputs.some(output => output.output_type === 'error'))"


@contextmanager
def run_all(chromium: Chromium, lab: Lab, notebook: str) -> Iterator[Tab]:
    """A tab in which a person opened the notebook, chose Run All Cells and waited."""
    tab = chromium.tab()
    try:
        _open_and_run(tab, lab, notebook)
        yield tab
    finally:
        tab.socket.close()


def _open_and_run(tab: Tab, lab: Lab, notebook: str) -> None:
    open_notebook(tab, lab, notebook)
    tab.eval("void jupyterapp.commands.execute('notebook:run-all-cells')")
    deadline = time.monotonic() + _PATIENCE_S
    while not tab.eval(f"{IDLE} && ({_DONE} || {_FAILED})"):
        assert time.monotonic() < deadline, tab.eval(CELLS)
        lab.look_around()


def open_notebook(tab: Tab, lab: Lab, notebook: str) -> None:
    """Open a notebook, its path relative to the served directory, and wait for its kernel."""
    tab.resize(1280, 1000)
    tab.call("Emulation.setFocusEmulationEnabled", enabled=True)  # JupyterLab has no current widget without focus
    tab.call("Page.navigate", url=f"{lab.address}/lab/tree/{notebook}?token={_TOKEN}&reset")
    tab.until(IDLE, seconds=_PATIENCE_S)
    # What is out of sight is not laid out, so the whole notebook is brought into sight.
    tab.eval("document.head.append(Object.assign(document.createElement('style'), {textContent: `" + _LAID_OUT + "`}))")


def outputs(tab: Tab) -> list[dict[str, Any]]:
    return [output for cell in tab.eval(CELLS) for output in cell["outputs"]]
