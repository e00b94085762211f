"""The exported report in a real browser: offline, silent, readable at every size, and deaf to hostile names."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import pytest
from nbformat import NotebookNode

from pgready.reports.page.export import export_html

pytestmark = pytest.mark.browser


class Page(Protocol):
    """The tab of conftest.py."""

    requests: list[str]
    complaints: list[str]
    dialogs: list[str]

    def open(self, file: Path) -> None: ...
    def eval(self, expression: str) -> Any: ...  # noqa: ANN401  # whatever the page answers
    def resize(self, width: int, height: int = ...) -> None: ...
    def prefer(self, *, scheme: str = ..., media: str = ...) -> None: ...
    def pdf(self) -> bytes: ...


_FILE = Path(__file__).parents[1] / "fixtures" / "audits.py"


@pytest.fixture(scope="module")
def audits() -> ModuleType:
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # see pgready.reports.page.export
    spec = spec_from_file_location("audits", _FILE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def premium(audits: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _written(audits.notebook_of(audits.premium()), tmp_path_factory)


@pytest.fixture(scope="module")
def hostile(audits: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    audit = audits.hostile()
    return _written(audits.notebook_of(audit), tmp_path_factory, title=audit.project.name)


@pytest.fixture(scope="module")
def failed(audits: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    notebook = audits.notebook_of(audits.premium(), fail_at=9)
    return _written(notebook, tmp_path_factory, banner="cell 9 failed: <b>boom</b>")


def _written(
    notebook: NotebookNode, factory: pytest.TempPathFactory, *, title: str = "premium-apps", banner: str | None = None
) -> Path:
    file = factory.mktemp("report") / "report.html"
    file.write_text(export_html(notebook, title=f"Deployment readiness: {title}", banner=banner), encoding="utf-8")
    return file


_REPORTS = ["premium", "hostile", "failed"]


@pytest.fixture(params=_REPORTS)
def report(request: pytest.FixtureRequest) -> Path:
    file: Path = request.getfixturevalue(request.param)
    return file


def test_nothing_is_requested_but_the_file_itself_and_the_console_stays_silent(page: Page, report: Path) -> None:
    page.open(report)
    page.eval("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    page.eval("new Promise(done => setTimeout(done, 200))")
    assert [address for address in page.requests if not address.startswith("data:")] == [report.as_uri()]
    assert page.complaints == []
    assert page.dialogs == []


def test_every_picture_is_drawn(page: Page, report: Path) -> None:
    page.open(report)
    broken = page.eval("[...document.images].filter(image => !image.complete || !image.naturalWidth).map(i => i.alt)")
    assert broken == []
    assert page.eval("document.images.length") >= 1 or report.parent.name.startswith("report")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_never_scrolls_sideways_with_everything_open(page: Page, report: Path, width: int) -> None:
    page.resize(width)
    page.open(report)
    page.eval("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert page.eval("document.documentElement.scrollWidth") <= width
    spilt = """[...document.querySelectorAll('body *')].filter(element =>
        element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.scroll, .skip, pre')
    ).map(element => element.outerHTML.slice(0, 80))"""
    assert page.eval(spilt) == []


def test_hostile_names_run_nothing_and_are_read_as_they_are_spelt(
    page: Page, hostile: Path, audits: ModuleType
) -> None:
    page.open(hostile)
    page.eval("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert page.eval("typeof window.pwned") == "undefined"
    assert page.eval("document.scripts.length") == 0
    frames = "[...document.querySelectorAll('iframe')].map(frame => frame.sandbox.value + frame.src)"
    assert set(page.eval(frames)) == {"allow-scripts"}
    assert page.eval("document.querySelectorAll('object, embed, form, base, link, svg, math').length") == 0
    assert page.eval("[...document.links].every(link => link.getAttribute('href').startsWith('#'))")
    said = page.eval("document.body.innerText")
    for name in audits.HOSTILE:
        shown = name.replace("\n", r"\n").replace("\t", r"\t").replace("\u202e", r"\u202e").replace("\u202c", r"\u202c")
        shown = shown.replace("\u200b", r"\u200b").replace("\u2066", r"\u2066").strip()
        assert shown in said


def test_a_failed_run_shows_its_banner_before_anything_else(page: Page, failed: Path) -> None:
    page.open(failed)
    assert page.eval("document.title").startswith("INCONCLUSIVE: ")
    said = page.eval("document.body.innerText").split("\n")
    assert "INCONCLUSIVE: this report is not a pass" in said[1] + said[0] + said[2]
    assert page.eval("document.querySelector('.banner')") is None


def test_the_verdict_is_on_the_first_screen_of_a_telephone(page: Page, premium: Path) -> None:
    page.resize(390, 844)
    page.open(premium)
    assert page.eval("document.querySelector('.banner').getBoundingClientRect().bottom") < 844


_CONTRAST = """(() => {
  const rgb = text => { const c = text.match(/[\\d.]+/g).map(Number); return c.length > 3 && c[3] === 0 ? null : c };
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
                       return .2126 * r + .7152 * g + .0722 * b };
  const behind = e => {
    for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c) return c }
    return [255, 255, 255] };
  const weak = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const a = light(rgb(getComputedStyle(e).color).slice(0, 3)), b = light(behind(e).slice(0, 3));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) weak.add(`${e.className} ${ratio.toFixed(2)} ${e.textContent.slice(0, 30)}`);
  }
  return [...weak];
})()"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_the_contrast_of_wcag_aa(page: Page, report: Path, scheme: str) -> None:
    """WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1."""
    page.prefer(scheme=scheme)
    page.open(report)
    page.eval("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert page.eval(_CONTRAST) == []


def test_pictures_stand_on_a_grey_card_in_the_dark(page: Page, premium: Path) -> None:
    page.prefer(scheme="dark")
    page.open(premium)
    assert page.eval("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"
    assert page.eval("getComputedStyle(document.querySelector('.card')).backgroundColor") == "rgb(213, 218, 224)"


def test_the_keyboard_reaches_every_fold_and_every_region_that_scrolls(page: Page, premium: Path) -> None:
    page.resize(390)
    page.open(premium)
    page.eval("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    lost = """[...document.querySelectorAll('.scroll')].filter(region =>
        region.scrollWidth > region.clientWidth && !(region.tabIndex === 0 && region.getAttribute('aria-label'))
    ).length"""
    assert page.eval(lost) == 0
    assert page.eval("[...document.querySelectorAll('summary')].every(summary => summary.tabIndex === 0)")


def test_headings_go_down_one_level_at_a_time_and_anchors_are_unique(page: Page, premium: Path) -> None:
    page.open(premium)
    levels = page.eval("[...document.querySelectorAll('h1,h2,h3,h4')].map(heading => +heading.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    ids = page.eval("[...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids))
    assert page.eval(
        "[...document.querySelectorAll('nav a')].every(a => document.querySelector(a.getAttribute('href')))"
    )


def test_on_paper_folds_are_open_but_asides_and_the_contents_are_gone(page: Page, premium: Path) -> None:
    page.open(premium)
    page.prefer(media="print")
    hidden = """[...document.querySelectorAll('.sections details:not([open]):not(.aside) table')]
        .filter(table => !table.closest('.aside') && (
        !table.checkVisibility({contentVisibilityAuto: true}) || !table.getBoundingClientRect().height)).length"""
    assert page.eval(hidden) == 0
    assert page.eval("getComputedStyle(document.querySelector('.contents')).display") == "none"
    aside = "document.querySelector('details.aside:not([open]) table').checkVisibility({contentVisibilityAuto: true})"
    assert not page.eval(aside)
    assert page.pdf().startswith(b"%PDF")


def test_in_a_narrow_window_the_contents_are_closed_and_in_a_wide_one_beside(page: Page, premium: Path) -> None:
    page.open(premium)
    shown = """[...document.querySelectorAll('.contents a')].filter(link =>
        link.checkVisibility({contentVisibilityAuto: true})).length"""
    page.resize(1280)
    wide = page.eval(shown)
    page.resize(390)
    assert (wide > 0, page.eval(shown)) == (True, 0)
