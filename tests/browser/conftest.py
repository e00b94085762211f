"""A real Chromium, driven over its DevTools protocol: no test framework, no driver to install.

`chromium` is one browser per session, `page` a fresh tab per test. A tab records every request, every console message
and every exception, its own and those of its frames, and can pretend to be dark, narrow or on paper. `hostile` and
`example` are every notebook's report of a project, made once per session.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest
import websocket

from exported_reports import Reports, make_reports
from hostile_project import write_hostile_project

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
_PATIENCE_S = 30
_EXAMPLE = Path(__file__).parents[2] / "examples" / "premium-apps"
_FAINT = """(() => {
  const rgb = text => { const c = text.match(/[\\d.]+/g).map(Number); return c.length > 3 && c[3] === 0 ? null : c };
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
                       return .2126 * r + .7152 * g + .0722 * b };
  const behind = e => {
    for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c) return c }
    return [255, 255, 255] };
  const faint = new Set();
  for (const e of document.querySelectorAll('WITHIN *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const a = light(rgb(getComputedStyle(e).color).slice(0, 3)), b = light(behind(e).slice(0, 3));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) faint.add(`${e.className} ${ratio.toFixed(2)} ${e.textContent.slice(0, 30)}`);
  }
  return [...faint];
})()"""


def find_chromium() -> str | None:
    """The path of a Chromium on this machine, or None."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@dataclass
class Tab:
    """One tab; `requests` are addresses, `complaints` console messages and exceptions, in order.

    `frames` are the sessions of frames that have a process of their own, as every sandboxed one has.
    """

    socket: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    _number: int = 0

    def call(self, method: str, session: str = "", /, **parameters: object) -> dict[str, Any]:
        """Send a command to the page or to a frame and wait for its answer, keeping the events that come before it."""
        self._number += 1
        to = {"sessionId": session} if session else {}
        self.socket.send(json.dumps({"id": self._number, "method": method, "params": parameters} | to))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self._number:
                assert "error" not in message, message["error"]
                return dict(message["result"])
            self._keep(message)

    def _keep(self, event: dict[str, Any]) -> None:
        given = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(given["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(given["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(given["exceptionDetails"]))
            case "Runtime.consoleAPICalled":
                self.complaints.append(str(given["args"]))
            case "Log.entryAdded":
                self.complaints.append(given["entry"]["text"])
            case "Page.javascriptDialogOpening":
                self.dialogs.append(given["message"])
            case "Target.attachedToTarget" if given["targetInfo"]["type"] == "iframe":
                self.frames.append(given["sessionId"])

    def open(self, file: Path) -> None:
        """Load a file and wait until it and its pictures are there."""
        self.call("Page.navigate", url=file.as_uri())
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            if self.eval("document.readyState") == "complete" and self.eval("location.href") == file.as_uri():
                self.eval("Promise.all([...document.images].map(image => image.decode().catch(() => null)))")
                return
            time.sleep(0.02)
        raise TimeoutError(file)

    def open_deep(self, file: Path) -> None:
        """The same, with its frames: each is stopped before its first line, so that nothing of it is missed."""
        self.call("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=True, flatten=True)
        self.call("Page.navigate", url=file.as_uri())
        deadline, known = time.monotonic() + _PATIENCE_S, 0
        while time.monotonic() < deadline:
            for session in self.frames[known:]:
                known += 1
                for domain in ("Page", "Network", "Runtime", "Log"):
                    self.call(f"{domain}.enable", session)
                self.call("Runtime.runIfWaitingForDebugger", session)
            if self._is_whole(file):
                return
            time.sleep(0.02)
        raise TimeoutError(file)

    def _is_whole(self, file: Path) -> bool:
        if self.eval("document.readyState") != "complete" or self.eval("location.href") != file.as_uri():
            return False
        ready = [self.eval("document.readyState === 'complete'", session=session) for session in self.frames]
        return all(ready) and len(ready) == self.eval("document.querySelectorAll('iframe').length")

    def eval(self, expression: str, *, session: str = "") -> Any:  # noqa: ANN401  # whatever the page answers
        """The value of an expression in the page or in a frame; a promise is awaited."""
        result = self.call("Runtime.evaluate", session, expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def until(self, condition: str, *, seconds: float = _PATIENCE_S) -> None:
        """Wait until an expression is true; while it throws, it is not. TimeoutError when that takes too long."""
        deadline = time.monotonic() + seconds
        while not self._holds(condition):
            if time.monotonic() > deadline:
                raise TimeoutError(condition)
            time.sleep(0.05)

    def _holds(self, condition: str) -> bool:
        """Whether it is true now; a page that loads itself again meanwhile, as JupyterLab may, has no answer."""
        try:
            return bool(self.eval(f"(() => {{ try {{ return Boolean({condition}) }} catch {{ return false }} }})()"))
        except AssertionError as error:
            if "navigated" in str(error):
                return False
            raise

    def faint(self, within: str = "body") -> list[str]:
        """Texts below an element that have less than 4.5 to 1 against what is behind them (WCAG 2.2, 1.4.3)."""
        return list(self.eval(_FAINT.replace("WITHIN", within)))

    def resize(self, width: int, height: int = 900) -> None:
        """The size of the window in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def prefer(self, *, scheme: str = "light", media: str = "") -> None:
        """Light or dark; `media` "print" shows the page as on paper."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)
        self.eval("new Promise(done => { requestAnimationFrame(() => setTimeout(done)); setTimeout(done, 500) })")

    def picture(self, *, whole: bool = True) -> bytes:
        """A PNG of the whole page or of the window."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **self._clip(whole=whole))
        return base64.b64decode(shot["data"])

    def _clip(self, *, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}

    def pdf(self) -> bytes:
        """The page as it is printed."""
        printed = self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True, generateTaggedPDF=True)
        return base64.b64decode(printed["data"])


@dataclass(frozen=True)
class Chromium:
    """A running browser; `port` is where it listens on the loopback interface."""

    port: int

    def tab(self) -> Tab:
        """A new tab that records from its first request on."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:
            address = json.load(answer)["webSocketDebuggerUrl"]
        tab = Tab(websocket.create_connection(address, timeout=_PATIENCE_S, suppress_origin=True))
        for domain in ("Page", "Network", "Runtime", "Log"):
            tab.call(f"{domain}.enable")
        return tab


def start(profile: Path) -> Iterator[Chromium]:
    """Run a browser with a profile of its own until the generator is closed."""
    program = find_chromium()
    assert program is not None
    command = [program, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield Chromium(_port(profile / "DevToolsActivePort"))
        finally:
            process.terminate()
            process.wait(timeout=_PATIENCE_S)


def _port(file: Path) -> int:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if file.exists() and file.read_text().strip():
            return int(file.read_text().splitlines()[0])
        time.sleep(0.05)
    raise TimeoutError("Chromium did not start")


def missing(what: str) -> NoReturn:
    """Skip a test that needs something of the machine, or fail it where PGREADY_TEST_REQUIRE says that it is there."""
    if "browser" in os.environ.get("PGREADY_TEST_REQUIRE", ""):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A browser for the session; the tests are skipped where there is none."""
    if find_chromium() is None:
        missing(f"no Chromium on this machine (looked for {', '.join(_NAMES)})")
    yield from start(tmp_path_factory.mktemp("chromium"))


@pytest.fixture
def page(chromium: Chromium) -> Iterator[Tab]:
    """A fresh tab."""
    tab = chromium.tab()
    yield tab
    tab.socket.close()


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """Reports of a project in which everything is an attack."""
    return _reports(write_hostile_project(tmp_path_factory.mktemp("project")), tmp_path_factory)


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """The same, with a last migration that fails with hostile words."""
    return _reports(write_hostile_project(tmp_path_factory.mktemp("project"), breaks=True), tmp_path_factory)


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """Reports of the example."""
    return _reports(_EXAMPLE, tmp_path_factory)


def _reports(project: Path, factory: pytest.TempPathFactory) -> Reports:
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # see pgready.reports.page.export
    return make_reports(project, factory.mktemp("reports"), output_dir=factory.mktemp("audit"))
