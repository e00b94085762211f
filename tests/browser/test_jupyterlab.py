"""The notebook in a real JupyterLab: opened by hand, run from top to bottom, no command line involved."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import pytest

pytestmark = pytest.mark.browser

_ROOT = Path(__file__).parents[2]
_TOKEN = "a-token-for-this-test"
_PATIENCE_S = 120


class Page(Protocol):
    """The tab of conftest.py."""

    requests: list[str]

    def call(self, method: str, **parameters: object) -> dict[str, Any]: ...
    def eval(self, expression: str) -> Any: ...  # noqa: ANN401  # whatever the page answers
    def resize(self, width: int, height: int = ...) -> None: ...


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the example with the notebook in it, as a person would put it there."""
    copy = tmp_path / "premium-apps"
    shutil.copytree(_ROOT / "examples" / "premium-apps", copy)
    shutil.copy(_ROOT / "notebooks" / "deployment_readiness.ipynb", copy)
    return copy


@pytest.fixture
def lab(project: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a JupyterLab with a home of its own."""
    if find_spec("jupyterlab") is None:
        pytest.skip("JupyterLab is not installed (the extra `lab`)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    private = {f"JUPYTER_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    private |= {f"JUPYTERLAB_{name}_DIR": str(tmp_path / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    options = [f"--IdentityProvider.token={_TOKEN}", "--LabApp.expose_app_in_browser=True"]
    with subprocess.Popen(
        [*command, *options],
        cwd=project,
        env={**os.environ, **private, "HOME": str(tmp_path), "PATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _await(f"http://127.0.0.1:{port}/api")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            _ended(process)


def _ended(process: "subprocess.Popen[bytes]") -> None:
    """JupyterLab may wait for ever for a kernel that is just starting; kernels end when their parent is gone."""
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()


def _await(address: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(address)


def _until(page: Page, expression: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if page.eval(f"(() => {{ try {{ return {expression} }} catch (error) {{ return false }} }})()"):
            return
        time.sleep(0.2)
    raise TimeoutError(expression)


_WIDGET = "jupyterapp.shell.currentWidget"
_STATUS = f"{_WIDGET}.sessionContext.session.kernel.status === 'idle'"
_CODE = f"{_WIDGET}.content.model.toJSON().cells.filter(cell => cell.cell_type === 'code')"


def test_run_all_executes_every_cell_and_shows_the_verdict_without_a_request_to_elsewhere(
    page: Page, lab: str, project: Path
) -> None:
    page.resize(1280, 1000)
    page.call("Emulation.setFocusEmulationEnabled", enabled=True)  # JupyterLab has no current widget without focus
    page.call("Page.bringToFront")
    page.call("Page.navigate", url=f"{lab}/lab/tree/deployment_readiness.ipynb?token={_TOKEN}&reset")
    _until(page, _STATUS)
    page.eval("jupyterapp.commands.execute('notebook:run-all-cells')")
    _until(page, f"{_CODE}.every(cell => cell.execution_count) && {_STATUS}")

    cells = page.eval(_CODE)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} == {"execute_result"}
    assert len(outputs) == sum(cell["source"].startswith("views.") for cell in cells)
    assert json.loads((project / "reports" / "audit.json").read_bytes())["verdict"] == "NOT READY"

    page.eval(f"{_WIDGET}.content.scrollToItem(3)")
    _until(page, "document.querySelector('.pgr .banner .word').innerText.includes('NOT READY')")
    elsewhere = [url for url in page.requests if not url.startswith((lab, "data:", "blob:"))]
    assert elsewhere == []
