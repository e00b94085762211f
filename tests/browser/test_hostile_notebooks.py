"""A project whose every name attacks, in JupyterLab: what runs there has the kernel's access to the machine."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hostile_project import TRACKER, write_hostile_project
from labs import Lab, pgready_lab
from pgready.reports.notebooks.shipped import NOTEBOOK_OF_RECORD, NOTEBOOKS

from .conftest import Chromium, Tab
from .jupyterlab import CELLS, foreign, outputs, run_all

pytestmark = pytest.mark.browser

_PLACE = "<img src=x onerror=window.pwned=1>'\"é"
_EVERYTHING = "everything.ipynb"
_OPEN = "document.querySelectorAll('.pgr details').forEach(fold => fold.open = true)"
_DRAWN = """Promise.all([...document.querySelectorAll('.pgr img')].map(
    image => image.decode().then(() => image.naturalWidth > 0, () => image.src.slice(0, 60))))"""
_LIVE = """[...document.querySelectorAll('.jp-OutputArea-output')].flatMap(output => [...output.querySelectorAll('*')])
    .filter(it => it.matches('script, object, embed, form, base, meta, link, iframe:not([sandbox])') ||
                  [...it.attributes].some(one => one.name.startsWith('on') || /^\\s*javascript:/i.test(one.value)))
    .map(it => it.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """`pgready lab` on the hostile project, in a directory with such a name, and one notebook with every view."""
    project = write_hostile_project(tmp_path_factory.mktemp("work") / _PLACE)
    with pgready_lab(project, tmp_path_factory.mktemp("home")) as lab:
        (lab.folder / _EVERYTHING).write_text(json.dumps(_with_every_view(lab.folder)), encoding="utf-8")
        yield lab


@pytest.fixture(scope="module")
def ran(chromium: Chromium, lab: Lab) -> Iterator[Tab]:
    """That notebook, run from top to bottom."""
    with run_all(chromium, lab, _EVERYTHING) as tab:
        tab.eval(_OPEN)
        yield tab


def _with_every_view(folder: Path) -> dict[str, Any]:
    """The notebook of record, then each view of another that it does not have; one audit serves all."""
    made: dict[str, Any] = json.loads((folder / f"{NOTEBOOK_OF_RECORD}.ipynb").read_bytes())
    known = {"".join(cell["source"]) for cell in made["cells"]}
    for name in NOTEBOOKS:
        for cell in json.loads((folder / f"{name}.ipynb").read_bytes())["cells"]:
            source = "".join(cell["source"])
            is_parameters = "parameters" in cell["metadata"].get("tags", ())
            if source not in known and (is_parameters or source.startswith("views.")):
                known.add(source)
                made["cells"].append({**cell, "id": f"c{len(made['cells'])}", "metadata": {}})
    return made


def test_every_view_of_every_notebook_shows_itself(ran: Tab) -> None:
    cells = ran.eval(CELLS)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert [output for output in outputs(ran) if output["output_type"] == "error"] == []
    assert [cell["source"] for cell in cells if cell["source"].startswith("views.") and not cell["outputs"]] == []
    drawn = ran.eval(_DRAWN)
    assert drawn == [True] * len(drawn)


def test_no_name_runs_or_loads_anything(ran: Tab, lab: Lab) -> None:
    ran.until("document.querySelectorAll('.pgr').length > 20")
    assert ran.eval("typeof window.pwned") == "undefined"
    assert ran.eval("[...document.querySelectorAll('iframe')].length") >= 1
    assert ran.dialogs == []
    assert ran.eval(_LIVE) == []
    assert foreign(ran, lab) == []
    asked = [url for url in ran.requests if not url.startswith("data:")]
    assert [url for url in asked if TRACKER in url or url.endswith("/x")] == []


def test_names_are_text_in_full_and_cannot_be_mistaken(ran: Tab) -> None:
    told = ran.eval("[...document.querySelectorAll('.pgr')].map(view => view.textContent).join('\\n')")
    assert "<img src=x onerror=window.pwned=1>" in told.replace("\u200b", "")
    assert "javascript:window.pwned=1" in told.replace("\u200b", "")
    for hidden in ("\u202e", "\u2066", "\x1b", "\x07"):
        assert hidden not in told
