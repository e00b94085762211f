"""The explorer in a real JupyterLab: real clicks and keys, hostile names, and what is left without its kernel."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from labs import ROOT, Lab, copy_of_example, pgready_lab
from pgready.reports.explorer import HINT, WIDGET_MIME
from pgready.reports.page.export import export_html

from .conftest import Chromium, Tab
from .jupyterlab import CELLS, click, foreign, open_notebook, outputs, run_all

pytestmark = pytest.mark.browser
pytest.importorskip("ipywidgets", reason="ipywidgets is not installed (the extra `lab`)")

_NOTEBOOK = "feature_isolation.ipynb"
_PANELS = "document.querySelectorAll('.pgr-panel')"
_PAGES, _WHAT_IF = f"{_PANELS}[0]", f"{_PANELS}[1]"
_HIDDEN = """[...document.querySelectorAll('.pgr-still')].map(
    still => getComputedStyle(still.closest('.jp-OutputArea-child')).display === 'none')"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """`pgready lab` on the example."""
    with pgready_lab(copy_of_example(tmp_path_factory), tmp_path_factory.mktemp("home")) as lab:
        yield lab


@pytest.fixture(scope="module")
def ran(chromium: Chromium, lab: Lab) -> Iterator[Tab]:
    """The notebook, run, with both panels there."""
    with run_all(chromium, lab, _NOTEBOOK) as tab:
        tab.until(f"{_PANELS}.length === 2")
        yield tab


def _press(tab: Tab, action: str) -> None:
    click(tab, f"[...document.querySelectorAll('.pgr-panel button')].find(it => it.innerText.trim() === '{action}')")


def _enter(tab: Tab, title: str, text: str) -> None:
    """Click into a field and type over what stands in it."""
    field = f"[...document.querySelectorAll('.pgr-panel input')].find(it => it.placeholder.startsWith('{title}:'))"
    click(tab, field)
    tab.eval(f"{field}.select()")
    tab.call("Input.insertText", text=text)
    tab.until(f"{field}.value === {json.dumps(text)}")


def _says(tab: Tab, panel: str, text: str) -> None:
    tab.until(f"{panel}.innerText.replaceAll('\\u200b', '').includes({json.dumps(text)})")


def test_a_person_moves_a_table_declares_a_key_and_takes_it_back(ran: Tab) -> None:
    assert [output for output in outputs(ran) if output["output_type"] == "error"] == []
    assert ran.eval(_HIDDEN) == [True, True]
    _enter(ran, "Table", "BrandProfile")
    _enter(ran, "Group", "Auth")
    _press(ran, "Move")
    _says(ran, _WHAT_IF, "What if BrandProfile moved to Auth?")
    _says(ran, _WHAT_IF, 'views.what_if(audit, move={"BrandProfile": "Auth"})')
    _enter(ran, "Reference", "BookingRequestAuditLog.actorUserId->User")
    _press(ran, "Declare as a key")
    _says(ran, _WHAT_IF, 'key=["BookingRequestAuditLog.actorUserId->User"]')
    _press(ran, "Remove")
    _says(ran, _WHAT_IF, 'views.what_if(audit, key=["BookingRequestAuditLog.actorUserId->User"])')
    _press(ran, "Start over")
    ran.until(f"!{_WHAT_IF}.innerText.includes('views.what_if')")
    _enter(ran, "Table", "BrandProfil")
    _press(ran, "Move")
    _says(ran, _WHAT_IF, "'BrandProfil' is no table; did you mean 'BrandProfile'?")
    assert not ran.eval(f"{_WHAT_IF}.innerText.includes('Traceback')")


def test_the_pages_of_the_groups_clicked_are_shown(ran: Tab) -> None:
    titles = f"[...{_PAGES}.querySelectorAll('h3')].map(it => it.innerText).join()"
    assert ran.eval(titles) == "Auth,Scheduler,CRM,Review,Social,Other"
    click(ran, f"{_PAGES}.querySelectorAll('option')[2]")
    ran.until(f"{titles} === 'CRM'")
    _says(ran, _PAGES, 'views.group_pages(audit, ["CRM"])')
    assert ran.eval(f"{_PAGES}.querySelector('img').decode().then(() => true)")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_panels_can_be_read_and_fit_in_both_themes(ran: Tab, theme: str) -> None:
    ran.eval(f"jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})")
    ran.until(f"document.body.dataset.jpThemeLight === '{'true' if theme == 'Light' else 'false'}'")
    _enter(ran, "Table", "No such table")
    _press(ran, "Move")
    _says(ran, _WHAT_IF, "is no table")
    assert ran.faint(".pgr-panel .pgr") == []
    for width in (720, 1280):
        ran.resize(width, 1000)
        ran.until(f"{_WHAT_IF}.getBoundingClientRect().right < {width}")
        ran.until(f"[...{_PANELS}].every(it => it.clientWidth > 300 && it.scrollWidth <= it.clientWidth + 1)")


def test_without_its_kernel_a_saved_notebook_shows_the_view_and_how_to_get_the_panel_back(
    chromium: Chromium, lab: Lab
) -> None:
    notebook = "saved.ipynb"
    shutil.copy(lab.folder / _NOTEBOOK, lab.folder / notebook)
    with run_all(chromium, lab, notebook) as tab:
        tab.until(f"{_PANELS}.length === 2")
        tab.eval("jupyterapp.commands.execute('docmanager:save')")
        tab.eval("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        open_notebook(tab, lab, notebook)
        stale = "[...document.querySelectorAll('.jp-OutputArea-output.jupyter-widgets:not(:has(*))')]"
        tab.until(f"{stale}.length === 2")
        hints = f"{stale}.map(it => getComputedStyle(it, '::before').content + getComputedStyle(it).fontSize)"
        assert tab.eval(hints) == [f'"{HINT}"0px'] * 2
        assert tab.eval(_HIDDEN) == [False, False]
        assert "Scheduler" in tab.eval("document.querySelector('.pgr-still').closest('.jp-OutputArea').innerText")
    _exports_the_views(lab.folder / notebook)


def _exports_the_views(saved: Path) -> None:
    """The report of a notebook that was run in JupyterLab holds the static views and nothing of the panels."""
    node: Any = nbformat.read(saved, as_version=4)  # type: ignore[no-untyped-call]
    assert "widgets" not in node.metadata
    assert json.dumps(node).count(WIDGET_MIME) == 2
    report = export_html(node, title="Feature isolation")
    assert "<h3>Scheduler</h3>" in report
    assert "Nothing is asked." in report
    for alien in ("VBox(", WIDGET_MIME, HINT, "views.group_pages("):
        assert alien not in report


_HOSTILE = f"""import sys
sys.path.insert(0, {str(ROOT / "tests")!r})
from fixtures.audits import HOSTILE, hostile
from pgready.reports import explorer
audit = hostile()"""


def _notebook(*cells: str) -> str:
    made: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"c{place}", "metadata": {}, "source": it, "outputs": [], "execution_count": None}
        for place, it in enumerate(cells)
    ]
    # Without the name of a kernel JupyterLab asks which one to take.
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": made})


def test_hostile_names_run_nothing_and_hide_nothing(chromium: Chromium, lab: Lab) -> None:
    asked = "explorer.explore_what_if(audit, move={HOSTILE[2]: HOSTILE[0]})"
    source = _notebook(_HOSTILE, "explorer.choose_groups(audit)", asked)
    (lab.folder / "hostile.ipynb").write_text(source, encoding="utf-8")
    image, script = "<img src=x onerror=window.pwned=1>", '"><script>window.pwned=1</script>'
    with run_all(chromium, lab, "hostile.ipynb") as tab:
        assert [it for cell in tab.eval(CELLS) for it in cell["outputs"] if it["output_type"] == "error"] == []
        tab.until(f"{_PANELS}.length === 2")
        for table, group in ((image, script), (image, image), (script, f"{image} of its own")):
            _enter(tab, "Table", table)
            _enter(tab, "Group", group)
            _press(tab, "Move")
            _says(tab, _WHAT_IF, f"Move {table} to {group}")
        _enter(tab, "Table", f"{image} that is no table")
        _enter(tab, "Group", script)
        _press(tab, "Move")
        _says(tab, _WHAT_IF, "is no table")
        click(tab, f"{_PAGES}.querySelectorAll('option')[1]")
        _says(tab, _PAGES, f'views.group_pages(audit, ["{image}"])')
        offered = tab.eval(f"[...{_PANELS}].flatMap(it => [...it.querySelectorAll('option')].map(one => one.value))")
        assert {image, script, r"evil\u202etxt.elbat\u202c"} < set(offered)
        assert "\u202e" not in "".join(offered)
        time.sleep(0.5)
        assert tab.eval("window.pwned === undefined")
        assert tab.dialogs == []
        assert tab.eval(f"[...{_PANELS}].flatMap(it => [...it.querySelectorAll('script, [onerror]')]).length") == 0
        assert foreign(tab, lab) == []
        assert [url for url in tab.requests if url.endswith("/x")] == []
