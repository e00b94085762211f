"""Every notebook in a real JupyterLab, as `pgready lab` opens it: run from top to bottom through the menu, and read."""

import json
from collections.abc import Iterator

import pytest

from labs import FOLDER, Lab, copy_of_example, pgready_lab
from pgready.reports.notebooks.shipped import NOTEBOOK_OF_RECORD, NOTEBOOKS

from .conftest import Chromium, Tab
from .jupyterlab import CELLS, IDLE, NOTEBOOK, Runs, click, foreign, open_notebook, outputs, run_all, runs_once

pytestmark = pytest.mark.browser

_HISTORY, _REHEARSAL, _ISOLATION = "migration_history", "migration_rehearsal", "feature_isolation"
_OPEN = "document.querySelectorAll('.pgr details').forEach(fold => fold.open = true)"
_DRAWN = """Promise.all([...document.querySelectorAll('.pgr img')].map(
    image => image.decode().then(() => image.naturalWidth > 300 && image.alt.length > 20)))"""
_SPILT = """[...document.querySelectorAll('.pgr')].filter(view =>
    view.scrollWidth > view.clientWidth + 1 || view.getBoundingClientRect().right > innerWidth).map(
    view => view.innerText.slice(0, 80))"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """`pgready lab` on the example, which looks at all that can be looked at."""
    project, home = copy_of_example(tmp_path_factory), tmp_path_factory.mktemp("home")
    with pgready_lab(project, home, "--thorough") as lab:
        yield lab


@pytest.fixture(scope="module")
def run(chromium: Chromium, lab: Lab) -> Iterator[Runs]:
    """From a notebook's name to its tab, run as it comes."""
    with runs_once(chromium, lab) as runs:
        yield runs


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_run_all_executes_every_cell_in_order_and_each_view_shows_itself(run: Runs, lab: Lab, name: str) -> None:
    ran = run(name)
    cells = ran.eval(CELLS)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert [output for output in outputs(ran) if output["output_type"] == "error"] == []
    views = [cell for cell in cells if cell["source"].startswith("views.")]
    assert len(views) >= 3
    for cell in views:
        # On a slow machine matplotlib says that it looks at the fonts for the first time.
        said = [output for output in cell["outputs"] if "font cache" not in output.get("text", "")]
        assert [output["output_type"] for output in said] == ["execute_result"], cell["source"]
        assert {"text/html", "text/plain"} < said[0]["data"].keys()
    assert foreign(ran, lab) == []
    assert any(url.startswith(lab.address.replace("http:", "ws:")) for url in ran.requests)
    assert ran.dialogs == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_picture_is_really_drawn_and_described(run: Runs, name: str) -> None:
    ran = run(name)
    drawn = ran.eval(_DRAWN)
    assert drawn
    assert all(drawn)
    assert [output["data"]["image/svg+xml"].count("</svg>") for output in outputs(ran) if _is_picture(output)]


def _is_picture(output: dict[str, dict[str, str]]) -> bool:
    return "image/svg+xml" in output.get("data", {})


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_all_text_can_be_read_in_both_themes_and_what_is_wide_scrolls_in_itself(run: Runs, name: str) -> None:
    ran = run(name)
    ran.eval(_OPEN)
    for theme in ("Dark", "Light"):
        ran.eval(f"jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})")
        ran.until(f"document.body.dataset.jpThemeLight === '{'true' if theme == 'Light' else 'false'}'")
        assert len(ran.eval("document.querySelector('.pgr').innerText")) > 100
        assert ran.faint(".pgr") == []
    for width in (720, 1280):
        ran.resize(width, 1000)
        ran.until(f"innerWidth === {width}")
        assert ran.eval(_SPILT) == []


def test_the_verdict_is_shown_and_the_audit_written_beside_the_notebook(run: Runs, lab: Lab) -> None:
    ran = run(NOTEBOOK_OF_RECORD)
    verdict = outputs(ran)[0]["data"]
    assert "NOT READY" in verdict["text/plain"]
    assert "NOT READY" in verdict["text/html"]
    ran.until("document.querySelector('.pgr .banner .word').innerText.endsWith('NOT READY')")
    audit = json.loads((lab.folder / "reports" / "audit.json").read_bytes())
    assert audit["verdict"] == "NOT READY"
    assert audit["project"]["name"] == "premium-apps"
    # Where JupyterLab's own style wins, names become grey blocks and multi-line cells too tight to read.
    code = "getComputedStyle(document.querySelector('.pgr dd code'))"
    assert ran.eval(f"{code}.backgroundColor + {code}.padding") == "rgba(0, 0, 0, 0)0px"
    assert float(ran.eval("getComputedStyle(document.querySelector('.pgr td')).lineHeight").removesuffix("px")) > 18


def test_the_cards_the_matrix_the_map_and_a_page_for_each_group_are_drawn(run: Runs) -> None:
    ran = run(NOTEBOOK_OF_RECORD)
    shown = [output["data"] for output in outputs(ran)]
    assert sum(data["text/html"].count('src="data:image/svg+xml,') for data in shown) >= 3 + 6
    assert len(ran.eval(_DRAWN)) >= 2 + 6
    # The map is a frame, and its image stands in for it only where frames are taken out.
    assert ran.eval("document.querySelectorAll('.pgr iframe').length") == 1


def test_the_timeline_is_drawn_with_the_undated_migration_and_its_arc_in_words(run: Runs) -> None:
    pictures = [output["data"]["text/plain"] for output in outputs(run(_HISTORY)) if _is_picture(output)]
    assert "add_auth_models" in pictures[0]


def test_the_strip_the_growth_and_the_locks_are_drawn_and_told(run: Runs) -> None:
    told = "\n".join(output["data"]["text/plain"] for output in outputs(run(_REHEARSAL)) if _is_picture(output))
    for sentence in (
        "All 16 migrations are applied; run a second time, 5 fail.",
        "6 migrations leave something out, in silence.",
        "A clean deploy makes 24 of 40 tables and 12 of 26 foreign keys.",
        "4 migrations stop reads and writes of 2 tables that were there before.",
    ):
        assert sentence in told


def test_the_repair_of_the_order_and_the_rows_were_rehearsed_as_the_command_line_asked(run: Runs) -> None:
    cells = run(_REHEARSAL).eval(CELLS)
    assert "thorough: bool = True" in cells[0]["source"]
    told = {
        cell["source"]: "".join(output["data"]["text/plain"])
        for cell in cells
        for output in cell["outputs"]
        if "data" in output
    }
    assert "all 16 migrations apply and 8 foreign keys appear" in told["views.tried(audit)"]
    assert "on rows in 24 tables" in told["views.made_up_rows(audit)"]
    assert "SocialQueueItem" in told["views.lock_statements(audit)"]


def test_a_server_was_rehearsed_on_and_is_gone_when_the_kernel_is_idle(run: Runs, lab: Lab) -> None:
    # Whichever of the notebooks was run first.
    assert run(_REHEARSAL).eval(IDLE)
    assert any("ipykernel" in command for command in lab.family.values())
    assert any("pgready-server-" in command for command in lab.family.values())
    assert [command for command in lab.survivors() if "pgready-server-" in command] == []


def test_a_link_to_another_notebook_opens_it_beside(page: Tab, lab: Lab) -> None:
    open_notebook(page, lab, f"{_ISOLATION}.ipynb")
    anchors = "[...document.querySelectorAll('.jp-MarkdownOutput a')]"
    links = f"{anchors}.filter(it => it.pathname.endsWith('.ipynb') && !it.hash)"
    page.until(f"{links}.length")
    named = {place.rpartition("/")[2].removesuffix(".ipynb") for place in page.eval(f"{links}.map(it => it.pathname)")}
    assert named < set(NOTEBOOKS)
    first = page.eval(f"{links}[0].pathname").rpartition("/")[2]
    click(page, f"{links}[0]")
    page.until(f"{NOTEBOOK}.context.path === '{FOLDER}/{first}'")


def test_a_wrong_project_ends_in_one_clear_message_and_no_verdict(chromium: Chromium, lab: Lab) -> None:
    notebook = lab.directory / "elsewhere" / FOLDER / "wrong.ipynb"
    notebook.parent.mkdir(parents=True)
    source = (lab.folder / f"{NOTEBOOK_OF_RECORD}.ipynb").read_text(encoding="utf-8")
    assert source.count(r"project: str = \"..\"") == 1
    notebook.write_text(source.replace(r"str = \"..\"", r"str = \"../premium-app\""), encoding="utf-8")
    with run_all(chromium, lab, f"../elsewhere/{FOLDER}/wrong.ipynb") as tab:
        (output,) = outputs(tab)
        assert output["output_type"] == "error"
        said = f"../premium-app: no such directory; expected a project (looked in {notebook.parent})"
        assert output["traceback"] == [f"SourceError: {said}"]
        # The error is shown before the kernel says that the cell is over.
        tab.until(f"{CELLS}.findLastIndex(cell => cell.execution_count) === 2")
        tab.until(f"document.querySelector('.jp-OutputArea-output').innerText.trim() === 'SourceError: {said}'")
    assert not (notebook.parent / "reports").exists()


def test_chosen_objects_are_told_alone_and_a_misspelt_one_is_named(chromium: Chromium, lab: Lab) -> None:
    source = json.loads((lab.folder / f"{_HISTORY}.ipynb").read_bytes())
    (told,) = (cell for cell in source["cells"] if "views.biographies(audit, *objects)" in "".join(cell["source"]))
    told["source"] = ['views.biographies(audit, "BrandProfile")']
    place = source["cells"].index(told) + 1
    source["cells"][place:] = [{**told, "id": "misspelt", "source": ['views.biographies(audit, "Usr")']}]
    (lab.folder / "chosen.ipynb").write_text(json.dumps(source), encoding="utf-8")
    with run_all(chromium, lab, "chosen.ipynb") as tab:
        chosen, misspelt = (cell["outputs"] for cell in tab.eval(CELLS)[-2:])
        assert "table public.BrandProfile" in chosen[0]["data"]["text/plain"]
        assert "ProReport" not in chosen[0]["data"]["text/plain"]
        assert "did you mean 'User'?" in "".join(misspelt[0]["traceback"])
