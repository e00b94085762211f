"""A real `pgready lab`, started as a person starts it, with a home of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import websocket

from processes import PGREADY, alive, descendants, eventually

__all__ = ["FOLDER", "ROOT", "Lab", "copy_of_example", "pgready_lab", "private"]

ROOT = Path(__file__).parents[1]
FOLDER = "pgready-notebooks"
_PATIENCE_S = 120


@dataclass(kw_only=True)
class Lab:
    """A JupyterLab that serves the project `directory`, its notebooks in `folder`, with the `token` of that server.

    `family` grows by every process (id: command line) seen below it.
    """

    process: subprocess.Popen[bytes]
    directory: Path
    address: str
    token: str
    log: Path
    family: dict[int, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where the working copies are."""
        return self.directory / FOLDER

    def look_around(self) -> None:
        """Add to the family whoever is there now."""
        self.family |= descendants(self.process.pid)

    def survivors(self) -> list[str]:
        """Those of the family that still run."""
        return list(alive(self.family).values())

    def ask(self, path: str, *, send: object = None) -> Any:  # noqa: ANN401  # JSON
        """What the server's interface for programs answers."""
        request = urllib.request.Request(
            f"{self.address}/api/{path}",
            data=None if send is None else json.dumps(send).encode(),
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:
            return json.load(answer)

    def printed(self, notebook: str, code: str) -> str:
        """What code prints in the kernel that a notebook of the folder gets (Jupyter's messaging protocol, 5.3)."""
        where = {"path": f"{FOLDER}/{notebook}", "type": "notebook", "name": notebook, "kernel": {"name": "python3"}}
        kernel = self.ask("sessions", send=where)["kernel"]["id"]
        channels = websocket.create_connection(
            f"{self.address.replace('http:', 'ws:')}/api/kernels/{kernel}/channels?token={self.token}",
            timeout=_PATIENCE_S,
        )
        header = {"msg_id": "one", "msg_type": "execute_request", "session": "s", "username": "", "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        with closing(channels):
            channels.send(json.dumps(message))
            while True:
                answer = json.loads(channels.recv())
                if answer["parent_header"].get("msg_id") != "one":
                    continue
                assert answer["msg_type"] != "error", answer["content"]
                if answer["msg_type"] == "stream":
                    self.look_around()
                    return str(answer["content"]["text"])

    def said(self) -> str:
        """What it has printed."""
        return self.log.read_text()


def copy_of_example(temporary: pytest.TempPathFactory) -> Path:
    """The example in a folder of its own, to be written to."""
    project = temporary.mktemp("work") / "premium-apps"
    return Path(shutil.copytree(ROOT / "examples" / "premium-apps", project))


@contextmanager
def pgready_lab(
    project: Path,
    home: Path,
    *options: str,
    program: Path = PGREADY,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Lab]:
    """`pgready lab PROJECT` with a home of its own, ended by Ctrl-C; nothing runs on after it."""
    if find_spec("jupyterlab") is None:
        pytest.skip("JupyterLab is not installed (the extra `lab`)")
    # The user's own Jupyter configuration holds.
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "jupyter_lab_config.py").write_text("c.LabApp.expose_app_in_browser = True\n")
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "lab", project, "--no-browser", "--port=0", *options],
            cwd=project.parent,
            env={**private(home), **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        server = _server(home / "runtime", process, home / "log")
        lab = Lab(
            process=process,
            directory=project,
            address=server["url"].rstrip("/"),
            token=server["token"],
            log=home / "log",
        )
        yield lab
        lab.look_around()
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=_PATIENCE_S)
    said = (home / "log").read_text()
    assert code == 0, said
    assert "Traceback" not in said
    assert eventually(lambda: not lab.survivors(), 10), lab.survivors()


def private(home: Path) -> dict[str, str]:
    """This process's environment with nothing of the user's Jupyter, IPython and desktop."""
    foreign = ("JUPYTER", "JPY_", "IPYTHON", "XDG_", "MPL", "PGREADY")
    places = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    places |= {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CACHE", "CONFIG", "DATA", "STATE")}
    places |= {"HOME": str(home), "IPYTHONDIR": str(home / "ipython")}
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)} | places


def _server(runtime: Path, process: "subprocess.Popen[bytes]", log: Path) -> dict[str, str]:
    """What Jupyter writes about its server, once that listens, which may be a moment later."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            with suppress(ValueError, ConnectionError):
                server = json.loads(file.read_text())
                socket.create_connection(("127.0.0.1", server["port"]), timeout=_PATIENCE_S).close()
                return dict(server)
        time.sleep(0.05)
    raise TimeoutError(f"pgready lab did not start: {log.read_text()}")
