"""The notebook of the rehearsal in a real JupyterLab, run from top to bottom as by hand."""

from collections.abc import Iterator

import pytest

from .conftest import Chromium, Tab
from .jupyterlab import CELLS, ROOT, Lab, outputs, run_all, serve_example

pytestmark = pytest.mark.browser

_NOTEBOOK = "migration_rehearsal.ipynb"
_OPEN = "document.querySelectorAll('.pgr details').forEach(fold => fold.open = true)"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab on the example."""
    yield from serve_example(_NOTEBOOK, tmp_path_factory)


@pytest.fixture(scope="module")
def ran(chromium: Chromium, lab: Lab) -> Iterator[Tab]:
    """The notebook beside `prisma/`, which looks at all that can be looked at."""
    notebook = lab.directory / "premium-apps" / _NOTEBOOK
    source = (ROOT / "notebooks" / _NOTEBOOK).read_text(encoding="utf-8")
    assert source.count("thorough: bool = False") == 1
    notebook.write_text(source.replace("thorough: bool = False", "thorough: bool = True"), encoding="utf-8")
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


def test_the_strip_the_growth_and_the_locks_are_drawn_and_told(ran: Tab) -> None:
    drawn = [data["text/plain"] for output in outputs(ran) if "image/svg+xml" in (data := output["data"])]
    strip, growth, locks = ("".join(text) for text in drawn)
    assert "All 16 migrations are applied; run a second time, 5 fail." in strip
    assert "6 migrations leave something out, in silence." in strip
    assert "A clean deploy makes 24 of 40 tables and 12 of 26 foreign keys." in growth
    assert "4 migrations stop reads and writes of 2 tables that were there before." in locks
    assert (
        ran.eval("""Promise.all([...document.querySelectorAll('.pgr img')].map(
        image => image.decode().then(() => image.naturalWidth > 300 && image.alt.length > 20)))""")
        == [True] * 3
    )


def test_the_repair_of_the_order_and_the_rows_were_rehearsed(ran: Tab) -> None:
    told = {
        cell["source"]: "".join(output["data"]["text/plain"])
        for cell in ran.eval(CELLS)
        for output in cell["outputs"]
        if "data" in output
    }
    assert "all 16 migrations apply and 8 foreign keys appear" in told["views.tried(audit)"]
    assert "on rows in 24 tables" in told["views.made_up_rows(audit)"]
    assert "SocialQueueItem" in told["views.lock_statements(audit)"]


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_all_text_can_be_read_in_both_themes(ran: Tab, theme: str) -> None:
    ran.eval(f"jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})")
    ran.until(f"document.body.dataset.jpThemeLight === '{'true' if theme == 'Light' else 'false'}'")
    ran.eval(_OPEN)
    assert ran.faint(".pgr") == []


@pytest.mark.parametrize("width", [720, 1280])
def test_wide_tables_and_pictures_scroll_in_themselves(ran: Tab, width: int) -> None:
    ran.resize(width, 1000)
    ran.eval(_OPEN)
    spilt = """[...document.querySelectorAll('.pgr')].filter(view =>
        view.scrollWidth > view.clientWidth + 1 || view.getBoundingClientRect().right > innerWidth).length"""
    assert ran.eval(spilt) == 0
