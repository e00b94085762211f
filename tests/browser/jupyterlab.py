"""A notebook in a real JupyterLab that `pgready lab` started: opened in a tab and run as by hand."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from labs import FOLDER, Lab

from .conftest import Chromium, Tab

_PATIENCE_S = 120

NOTEBOOK = "jupyterapp.shell.currentWidget"
IDLE = f"{NOTEBOOK}.sessionContext.session.kernel.status === 'idle'"
CELLS = f"{NOTEBOOK}.content.model.toJSON().cells.filter(cell => cell.cell_type === 'code')"
_MODELS = f"[...{NOTEBOOK}.content.model.cells].filter(cell => cell.type === 'code')"
_DONE = f"{_MODELS}.every(cell => cell.executionCount)"
_FAILED = f"{_MODELS}.some(cell => cell.outputs.toJSON().some(output => output.output_type === 'error'))"
_LAID_OUT = ".jp-Cell, .jp-Cell * { content-visibility: visible !important }"
_STILL = """(async () => {
    for (let before = '', still = 0; ;) {
        const element = ELEMENT;
        element.scrollIntoView({block: 'center', behavior: 'instant'});
        await new Promise(done => setTimeout(done, 50));
        const box = element.getBoundingClientRect();
        const middle = [box.x + box.width / 2, box.y + box.height / 2];
        const hit = document.elementFromPoint(...middle);
        still = hit && (element.contains(hit) || hit.contains(element)) && before === `${middle}` ? still + 1 : 0;
        if (still === 3) return middle;
        before = `${middle}`;
    }
})()"""


def click(tab: Tab, element: str) -> None:
    """Move the mouse to the middle of an element and click, once it stands still and nothing covers it."""
    tab.call("Page.bringToFront")
    tab.until(element)
    x, y = tab.eval(_STILL.replace("ELEMENT", element))
    # A menu takes the item over which the mouse was moved.
    tab.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    for kind in ("mousePressed", "mouseReleased"):
        tab.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)


def open_notebook(tab: Tab, lab: Lab, notebook: str) -> None:
    """Open a notebook of the folder and wait for its kernel."""
    tab.resize(1280, 1000)
    tab.call("Emulation.setFocusEmulationEnabled", enabled=True)  # JupyterLab has no current widget without focus
    tab.call("Page.navigate", url=f"{lab.address}/lab/tree/{FOLDER}/{notebook}?token={lab.token}&reset")
    tab.until(IDLE, seconds=_PATIENCE_S)
    # What is out of sight is not laid out, so the whole notebook is brought into sight.
    tab.eval("document.head.append(Object.assign(document.createElement('style'), {textContent: `" + _LAID_OUT + "`}))")


@contextmanager
def run_all(chromium: Chromium, lab: Lab, notebook: str) -> Iterator[Tab]:
    """A tab in which a person opened the notebook, chose Run All Cells in the menu and waited."""
    tab = chromium.tab()
    try:
        open_notebook(tab, lab, notebook)
        for item in ("Run", "Run All Cells"):
            labels = "[...document.querySelectorAll('.lm-MenuBar-itemLabel, .lm-Menu-itemLabel')]"
            click(tab, f"{labels}.find(it => it.innerText.trim() === '{item}')")
        deadline = time.monotonic() + _PATIENCE_S
        while not tab.eval(f"{IDLE} && ({_DONE} || {_FAILED})"):
            assert time.monotonic() < deadline, tab.eval(CELLS)
            lab.look_around()
            time.sleep(0.05)
        yield tab
    finally:
        tab.socket.close()


def foreign(tab: Tab, lab: Lab) -> list[str]:
    """What a tab has asked of anybody but its server."""
    own = (f"{lab.address}/", f"{lab.address.replace('http:', 'ws:')}/", "data:", "blob:", "about:")
    return [url for url in tab.requests if not url.startswith(own)]


Runs = Callable[[str], Tab]


@contextmanager
def runs_once(chromium: Chromium, lab: Lab) -> Iterator[Runs]:
    """From a notebook's name to the tab in which it was run, the first time that it is asked for."""
    tabs: dict[str, Tab] = {}
    with ExitStack() as opened:

        def run(name: str) -> Tab:
            if name not in tabs:
                tabs[name] = opened.enter_context(run_all(chromium, lab, f"{name}.ipynb"))
            tabs[name].call("Page.bringToFront")
            return tabs[name]

        yield run


def outputs(tab: Tab) -> list[dict[str, Any]]:
    """All outputs of all code cells, in order."""
    return [output for cell in tab.eval(CELLS) for output in cell["outputs"]]
