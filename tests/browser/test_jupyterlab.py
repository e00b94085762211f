"""The notebook in a real JupyterLab: opened by hand and run from top to bottom, no command line involved."""

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

pytestmark = pytest.mark.browser

_ROOT = Path(__file__).parents[2]
_TOKEN = "a-token-for-this-test"
_PATIENCE_S = 120
_NOTEBOOK = "deployment_readiness.ipynb"


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


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab of this Python with a home of its own, which leaves nothing running behind.

    It serves a copy of the example with the notebook in it, where a person would put it, and the checkout's folder.
    """
    if find_spec("jupyterlab") is None:
        pytest.skip("JupyterLab is not installed (the extra `lab`)")
    directory = tmp_path_factory.mktemp("work")
    shutil.copytree(_ROOT / "examples" / "premium-apps", directory / "premium-apps")
    shutil.copy(_ROOT / "notebooks" / _NOTEBOOK, directory / "premium-apps")
    shutil.copytree(_ROOT / "notebooks", directory / "notebooks")
    home = tmp_path_factory.mktemp("home")
    with _serving(directory, home) as lab:
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
_IDLE = f"{_WIDGET}.sessionContext.session.kernel.status === 'idle'"
_CELLS = f"{_WIDGET}.content.model.toJSON().cells.filter(cell => cell.cell_type === 'code')"
_DONE = f"{_CELLS}.every(cell => cell.execution_count)"
_LAID_OUT = ".jp-Cell, .jp-Cell * { content-visibility: visible !important }"
_FAILED = f"{_CELLS}.some(cell => cell.outputs.some(output => output.output_type === 'error'))"


@contextmanager
def _run_all(chromium: Chromium, lab: Lab, notebook: str) -> Iterator[Tab]:
    """A tab in which a person opened the notebook, chose Run All Cells and waited."""
    tab = chromium.tab()
    try:
        _open_and_run(tab, lab, notebook)
        yield tab
    finally:
        tab.socket.close()


def _open_and_run(tab: Tab, lab: Lab, notebook: str) -> None:
    tab.resize(1280, 1000)
    tab.call("Emulation.setFocusEmulationEnabled", enabled=True)  # JupyterLab has no current widget without focus
    tab.call("Page.navigate", url=f"{lab.address}/lab/tree/{notebook}?token={_TOKEN}&reset")
    tab.until(_IDLE, seconds=_PATIENCE_S)
    tab.eval("void jupyterapp.commands.execute('notebook:run-all-cells')")
    deadline = time.monotonic() + _PATIENCE_S
    while not tab.eval(f"{_IDLE} && ({_DONE} || {_FAILED})"):
        assert time.monotonic() < deadline, tab.eval(_CELLS)
        lab.look_around()
    # What is out of sight is not laid out, so the whole notebook is brought into sight.
    tab.eval("document.head.append(Object.assign(document.createElement('style'), {textContent: `" + _LAID_OUT + "`}))")


@pytest.fixture(scope="module")
def ran(chromium: Chromium, lab: Lab) -> Iterator[Tab]:
    """The notebook beside `prisma/`, with its parameters as they come."""
    with _run_all(chromium, lab, f"premium-apps/{_NOTEBOOK}") as tab:
        yield tab


def _outputs(tab: Tab) -> list[dict[str, Any]]:
    return [output for cell in tab.eval(_CELLS) for output in cell["outputs"]]


def test_run_all_executes_every_cell_in_order_and_each_view_shows_itself(ran: Tab) -> None:
    cells = ran.eval(_CELLS)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    views = [cell for cell in cells if cell["source"].startswith("views.")]
    assert len(views) == 17
    for cell in views:
        # On a slow machine matplotlib says that it looks at the fonts for the first time.
        said = [output for output in cell["outputs"] if "font cache" not in output.get("text", "")]
        assert [output["output_type"] for output in said] == ["execute_result"]
        assert {"text/html", "text/plain"} < said[0]["data"].keys()
    assert not [cell for cell in cells if cell not in views and cell["outputs"]]


def test_the_verdict_is_shown_and_the_audit_written_beside_the_notebook(ran: Tab, lab: Lab) -> None:
    verdict = _outputs(ran)[0]["data"]
    assert "NOT READY" in verdict["text/plain"]
    assert "NOT READY" in verdict["text/html"]
    ran.until("document.querySelector('.pgr .banner .word').innerText.endsWith('NOT READY')")
    audit = json.loads((lab.directory / "premium-apps" / "reports" / "audit.json").read_bytes())
    assert audit["verdict"] == "NOT READY"
    assert audit["project"]["name"] == "premium-apps"


def test_the_matrix_and_a_page_for_each_group_are_drawn(ran: Tab) -> None:
    shown = [output["data"] for output in _outputs(ran)]
    assert [data["image/svg+xml"].count("</svg>") for data in shown if "image/svg+xml" in data] == [1]
    assert sum(data["text/html"].count('src="data:image/svg+xml,') for data in shown) == 1 + 6
    drawn = ran.eval("""Promise.all([...document.querySelectorAll('.pgr img')].map(
        image => image.decode().then(() => image.naturalWidth > 300 && image.alt.length > 20)))""")
    assert drawn == [True] * 7


def test_the_browser_asks_nobody_but_the_server_of_the_notebook(ran: Tab, lab: Lab) -> None:
    own = (f"{lab.address}/", f"{lab.address.replace('http:', 'ws:')}/", "data:", "blob:")
    assert any(url.startswith(own[1]) for url in ran.requests)
    assert [url for url in ran.requests if not url.startswith(own)] == []


def test_a_server_was_rehearsed_on_and_is_gone_when_the_kernel_is_idle(ran: Tab, lab: Lab) -> None:
    assert ran.eval(_IDLE)
    assert any("ipykernel" in command for command in lab.family.values())
    servers = {pid for pid, command in lab.family.items() if "pgready-server-" in command}
    assert servers
    assert [command for command in lab.survivors() if "pgready-server-" in command] == []


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_all_text_of_the_views_can_be_read_in_both_themes(ran: Tab, theme: str) -> None:
    ran.eval(f"jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})")
    ran.until(f"document.body.dataset.jpThemeLight === '{'true' if theme == 'Light' else 'false'}'")
    assert len(ran.eval("document.querySelector('.pgr').innerText")) > 100
    assert ran.faint(".pgr") == []
    # Where JupyterLab's own style wins, names become grey blocks and multi-line cells too tight to read.
    code = "getComputedStyle(document.querySelector('.pgr dd code'))"
    assert ran.eval(f"{code}.backgroundColor + {code}.padding") == "rgba(0, 0, 0, 0)0px"
    assert float(ran.eval("getComputedStyle(document.querySelector('.pgr td')).lineHeight").removesuffix("px")) > 18


@pytest.mark.parametrize("width", [720, 1280])
def test_wide_tables_and_pictures_scroll_in_themselves(ran: Tab, width: int) -> None:
    ran.resize(width, 1000)
    ran.eval("document.querySelectorAll('.pgr details').forEach(fold => fold.open = true)")
    spilt = """[...document.querySelectorAll('.pgr')].filter(view =>
        view.scrollWidth > view.clientWidth + 1 || view.getBoundingClientRect().right > innerWidth).length"""
    assert ran.eval(spilt) == 0


def test_a_wrong_project_ends_in_one_clear_message_and_no_verdict(chromium: Chromium, lab: Lab) -> None:
    notebook = lab.directory / "notebooks" / "wrong.ipynb"
    source = (_ROOT / "notebooks" / _NOTEBOOK).read_text(encoding="utf-8")
    assert source.count(r"project: str = \".\"") == 1
    notebook.write_text(source.replace(r"str = \".\"", r"str = \"../premium-app\""), encoding="utf-8")
    with _run_all(chromium, lab, "notebooks/wrong.ipynb") as tab:
        (output,) = _outputs(tab)
        assert output["output_type"] == "error"
        said = f"../premium-app: no such directory; expected a project (looked in {notebook.parent})"
        assert output["traceback"] == [f"SourceError: {said}"]
        assert [bool(cell["execution_count"]) for cell in tab.eval(_CELLS)][:4] == [True, True, False, False]
        tab.until(f"document.querySelector('.jp-OutputArea-output').innerText.trim() === 'SourceError: {said}'")
    assert not (notebook.parent / "reports").exists()
