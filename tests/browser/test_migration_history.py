"""The notebook of the migrations' history in a real JupyterLab, run from top to bottom as by hand."""

import json
from collections.abc import Iterator

import pytest

from .conftest import Chromium, Tab
from .jupyterlab import CELLS, ROOT, Lab, outputs, run_all, serve_example

pytestmark = pytest.mark.browser

_NOTEBOOK = "migration_history.ipynb"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab on the example."""
    yield from serve_example(_NOTEBOOK, tmp_path_factory)


@pytest.fixture(scope="module")
def ran(chromium: Chromium, lab: Lab) -> Iterator[Tab]:
    """The notebook beside `prisma/`, with its parameters as they come."""
    with run_all(chromium, lab, f"premium-apps/{_NOTEBOOK}") as tab:
        yield tab


def test_every_cell_runs_and_each_view_shows_itself_without_a_word_to_anybody_else(ran: Tab, lab: Lab) -> None:
    cells = ran.eval(CELLS)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    for cell in (cell for cell in cells if cell["source"].startswith("views.")):
        (said,) = (output for output in cell["outputs"] if "font cache" not in output.get("text", ""))
        assert {"text/html", "text/plain"} < said["data"].keys()
    own = (f"{lab.address}/", f"{lab.address.replace('http:', 'ws:')}/", "data:", "blob:")
    assert [url for url in ran.requests if not url.startswith(own)] == []


def test_the_timeline_is_drawn_with_the_undated_migration_and_its_arc_in_words(ran: Tab) -> None:
    (drawn,) = (data for output in outputs(ran) if "image/svg+xml" in (data := output["data"]))
    assert "add_auth_models" in drawn["text/plain"]
    assert ran.eval("""Promise.all([...document.querySelectorAll('.pgr img')].map(
        image => image.decode().then(() => image.naturalWidth > 300 && image.alt.length > 20)))""") == [True]


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_all_text_can_be_read_in_both_themes(ran: Tab, theme: str) -> None:
    ran.eval(f"jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})")
    ran.until(f"document.body.dataset.jpThemeLight === '{'true' if theme == 'Light' else 'false'}'")
    ran.eval("document.querySelectorAll('.pgr details').forEach(fold => fold.open = true)")
    assert ran.faint(".pgr") == []


@pytest.mark.parametrize("width", [720, 1280])
def test_wide_tables_and_the_timeline_scroll_in_themselves(ran: Tab, width: int) -> None:
    ran.resize(width, 1000)
    ran.eval("document.querySelectorAll('.pgr details').forEach(fold => fold.open = true)")
    spilt = """[...document.querySelectorAll('.pgr')].filter(view =>
        view.scrollWidth > view.clientWidth + 1 || view.getBoundingClientRect().right > innerWidth).length"""
    assert ran.eval(spilt) == 0


def test_chosen_objects_are_told_alone_and_a_misspelt_one_is_named(chromium: Chromium, lab: Lab) -> None:
    source = (ROOT / "notebooks" / _NOTEBOOK).read_text(encoding="utf-8")
    assert source.count("objects: list[str] = []") == 1
    for chosen, said in (("BrandProfile", "table public.BrandProfile"), ("Usr", "did you mean 'User'?")):
        notebook = lab.directory / "premium-apps" / "chosen.ipynb"
        escaped = json.dumps(f'objects: list[str] = ["{chosen}"]')[1:-1]
        notebook.write_text(source.replace("objects: list[str] = []", escaped), encoding="utf-8")
        with run_all(chromium, lab, "premium-apps/chosen.ipynb") as tab:
            (cell,) = (cell for cell in tab.eval(CELLS) if cell["source"].startswith("views.biographies"))
            (output,) = cell["outputs"]
            told = output["data"]["text/plain"] if "data" in output else "".join(output["traceback"])
            assert said in told
            assert "ProReport" not in told
