"""The notebook in a real JupyterLab: opened by hand and run from top to bottom, no command line involved."""

import json
from collections.abc import Iterator

import pytest

from .conftest import Chromium, Tab
from .jupyterlab import CELLS, IDLE, ROOT, Lab, outputs, run_all, serve_example

pytestmark = pytest.mark.browser

_NOTEBOOK = "deployment_readiness.ipynb"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab on the example."""
    yield from serve_example(_NOTEBOOK, tmp_path_factory)


@pytest.fixture(scope="module")
def ran(chromium: Chromium, lab: Lab) -> Iterator[Tab]:
    """The notebook beside `prisma/`, with its parameters as they come."""
    with run_all(chromium, lab, f"premium-apps/{_NOTEBOOK}") as tab:
        yield tab


def test_run_all_executes_every_cell_in_order_and_each_view_shows_itself(ran: Tab) -> None:
    cells = ran.eval(CELLS)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    views = [cell for cell in cells if cell["source"].startswith("views.")]
    assert len(views) == 21
    for cell in views:
        # On a slow machine matplotlib says that it looks at the fonts for the first time.
        said = [output for output in cell["outputs"] if "font cache" not in output.get("text", "")]
        assert [output["output_type"] for output in said] == ["execute_result"]
        assert {"text/html", "text/plain"} < said[0]["data"].keys()
    assert not [cell for cell in cells if cell not in views and cell["outputs"]]


def test_the_verdict_is_shown_and_the_audit_written_beside_the_notebook(ran: Tab, lab: Lab) -> None:
    verdict = outputs(ran)[0]["data"]
    assert "NOT READY" in verdict["text/plain"]
    assert "NOT READY" in verdict["text/html"]
    ran.until("document.querySelector('.pgr .banner .word').innerText.endsWith('NOT READY')")
    audit = json.loads((lab.directory / "premium-apps" / "reports" / "audit.json").read_bytes())
    assert audit["verdict"] == "NOT READY"
    assert audit["project"]["name"] == "premium-apps"


def test_the_cards_the_matrix_the_map_and_a_page_for_each_group_are_drawn(ran: Tab) -> None:
    shown = [output["data"] for output in outputs(ran)]
    assert [data["image/svg+xml"].count("</svg>") for data in shown if "image/svg+xml" in data] == [1] * 3
    assert sum(data["text/html"].count('src="data:image/svg+xml,') for data in shown) == 3 + 6
    drawn = ran.eval("""Promise.all([...document.querySelectorAll('.pgr img')].map(
        image => image.decode().then(() => image.naturalWidth > 300 && image.alt.length > 20)))""")
    # The map is a frame, and its image stands in for it only where frames are taken out.
    assert drawn == [True] * (2 + 6)
    assert ran.eval("document.querySelectorAll('.pgr iframe').length") == 1


def test_the_browser_asks_nobody_but_the_server_of_the_notebook(ran: Tab, lab: Lab) -> None:
    own = (f"{lab.address}/", f"{lab.address.replace('http:', 'ws:')}/", "data:", "blob:")
    assert any(url.startswith(own[1]) for url in ran.requests)
    assert [url for url in ran.requests if not url.startswith(own)] == []


def test_a_server_was_rehearsed_on_and_is_gone_when_the_kernel_is_idle(ran: Tab, lab: Lab) -> None:
    assert ran.eval(IDLE)
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
    source = (ROOT / "notebooks" / _NOTEBOOK).read_text(encoding="utf-8")
    assert source.count(r"project: str = \".\"") == 1
    notebook.write_text(source.replace(r"str = \".\"", r"str = \"../premium-app\""), encoding="utf-8")
    with run_all(chromium, lab, "notebooks/wrong.ipynb") as tab:
        (output,) = outputs(tab)
        assert output["output_type"] == "error"
        said = f"../premium-app: no such directory; expected a project (looked in {notebook.parent})"
        assert output["traceback"] == [f"SourceError: {said}"]
        assert [bool(cell["execution_count"]) for cell in tab.eval(CELLS)][:5] == [True, True, True, False, False]
        tab.until(f"document.querySelector('.jp-OutputArea-output').innerText.trim() === 'SourceError: {said}'")
    assert not (notebook.parent / "reports").exists()
