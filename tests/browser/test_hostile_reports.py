"""Every report of a project in which everything is an attack, in a real browser: nothing runs, nobody is asked."""

import re
from itertools import pairwise
from typing import Any

import pytest

from exported_reports import Reports
from github_markdown import Read, found_by_github
from hostile_project import NAMES, PAYLOADS, TRACKER
from pgready.reports.ci.comment import comment
from pgready.reports.markdown.blocks import _anchor
from pgready.reports.notebooks.shipped import NOTEBOOKS
from pgready.reports.visible import visible

from .conftest import Tab

pytestmark = pytest.mark.browser

_OPEN = "document.querySelectorAll('details').forEach(fold => fold.open = true)"
_EVERYWHERE = ["hostile", "broken", "example"]
_FOREIGN = "script, object, embed, form, base, link, meta[http-equiv=refresh], svg, math, video, audio, style ~ style"


@pytest.fixture
def reports(request: pytest.FixtureRequest) -> Reports:
    found: Reports = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("reports", ["hostile", "broken"], indirect=True)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_nothing_runs_and_nobody_is_asked_in_the_page_and_in_its_frames(page: Tab, reports: Reports, name: str) -> None:
    file = reports.html(name)
    page.open_deep(file)
    page.eval(_OPEN)
    for session in ["", *page.frames]:
        page.eval("new Promise(done => setTimeout(done, 100))", session=session)
        assert page.eval("typeof window.pwned", session=session) == "undefined"
        assert page.eval("Object.keys(window).filter(key => key.startsWith('pwn'))", session=session) == []
    assert [url for url in page.requests if not url.startswith(("data:image/", "about:srcdoc"))] == [file.as_uri()]
    assert page.complaints == []
    assert page.dialogs == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_element_or_attribute_comes_from_a_name(page: Tab, hostile: Reports, name: str) -> None:
    page.open_deep(hostile.html(name))
    assert page.eval(f"[...document.querySelectorAll('{_FOREIGN}')].map(each => each.outerHTML)") == []
    handlers = """[...document.querySelectorAll('*')].filter(
        each => [...each.attributes].some(it => /^on|^autofocus|^xlink/.test(it.name))).length"""
    assert page.eval(handlers) == 0
    assert page.eval("[...document.images].filter(it => !it.src.startsWith('data:image/')).length") == 0
    assert set(page.eval("[...document.querySelectorAll('iframe')].map(it => it.sandbox.value + it.src)")) <= {
        "allow-scripts"
    }
    led = page.eval("[...document.links].map(link => link.getAttribute('href'))")
    assert {url for url in led if not url.startswith("#")} <= {f"{other}.html" for other in NOTEBOOKS}
    for session in page.frames:
        foreign = "document.querySelectorAll('img, a, iframe, form, base, link, object, foreignObject').length"
        assert page.eval(foreign, session=session) == 0
        assert page.eval("document.scripts.length", session=session) == 2


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_names_are_read_as_they_are_spelt_and_hide_nothing(page: Tab, hostile: Reports, name: str) -> None:
    page.open(hostile.html(name))
    page.eval(_OPEN)
    said = page.eval("document.body.textContent")
    assert said == visible(said, keep="\n\u00a0")
    read = [payload for payload in {*PAYLOADS, *NAMES} if visible(payload) in said]
    assert len(read) > 25
    assert [payload for payload in NAMES if visible(payload) not in said] == []
    assert "49" not in said.split("{{7*7}}")[1][:4]


@pytest.mark.parametrize("reports", _EVERYWHERE, indirect=True)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_telephone_never_scrolls_sideways(page: Tab, reports: Reports, name: str) -> None:
    page.resize(390, 844)
    page.open(reports.html(name))
    for opened in (False, True):
        page.eval(f"if ({str(opened).lower()}) {_OPEN}")
        assert page.eval("document.scrollingElement.scrollWidth") <= 390
    spilt = """[...document.querySelectorAll('body *')].filter(element =>
        element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.scroll, .skip, pre')
    ).map(element => element.outerHTML.slice(0, 120))"""
    assert page.eval(spilt) == []


@pytest.mark.parametrize("reports", ["hostile", "example"], indirect=True)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_headings_go_down_one_level_at_a_time_and_anchors_are_unique(page: Tab, reports: Reports, name: str) -> None:
    page.open(reports.html(name))
    levels = page.eval("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(heading => +heading.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [pair for pair in pairwise(levels) if pair[1] - pair[0] > 1] == []
    ids = page.eval("[...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids))
    lost = """[...document.links].map(link => link.getAttribute('href')).filter(
        url => url.startsWith('#') && !document.getElementById(url.slice(1)))"""
    assert page.eval(lost) == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_links_to_other_reports_of_the_run_are_there(hostile: Reports, name: str) -> None:
    for ending in (".html", ".md"):
        text = (hostile.directory / f"{name}{ending}").read_text(encoding="utf-8")
        assert ".ipynb" not in text


def _press_tab(page: Tab) -> None:
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)


_STOPS = """(() => {
  const seen = each => each.checkVisibility({visibilityProperty: true}) && each.getClientRects().length;
  const stops = [...document.querySelectorAll('a[href], summary, iframe, [tabindex="0"]')].filter(seen);
  stops.forEach((each, place) => each.dataset.stop = place);
  return stops.length;
})()"""
_HERE = """(() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  if (e === document.body) return null;
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return {stop: e.dataset.stop ? +e.dataset.stop : -1, frame: e.tagName === 'IFRAME', inside,
          ring: e.tagName === 'IFRAME' || (style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2),
          html: e.outerHTML.slice(0, 90)};
})()"""


def _walk(page: Tab, number: int) -> list[dict[str, Any]]:
    """Where the Tab key leads from the top of the page until it leaves it; stops within a frame count as the frame."""
    walked: list[dict[str, Any]] = []
    for _ in range(number + 10 * len(page.frames) + 5):
        _press_tab(page)
        here = page.eval(_HERE)
        if page.frames and (here is None or here["frame"] or (walked and walked[-1]["frame"])):
            page.eval("new Promise(done => setTimeout(done, 60))")  # focus goes from process to process
            here = page.eval(_HERE)
        if here is None:
            return walked
        walked.append(here)
    return walked


@pytest.mark.parametrize("reports", ["hostile", "example"], indirect=True)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_keyboard_reaches_everything_in_order_and_is_seen_there(page: Tab, reports: Reports, name: str) -> None:
    page.resize(1280)
    page.open_deep(reports.html(name))
    page.eval(_OPEN)
    page.call("Page.bringToFront")
    number = page.eval(_STOPS)
    walked = _walk(page, number)
    order = [here["stop"] for here in walked]
    assert sorted(set(order)) == list(range(number))
    assert order == sorted(order)
    assert [here for here in walked if not (here["ring"] and here["inside"])] == []
    frames = {here["stop"] for here in walked if here["frame"]}
    assert all(order.count(stop) >= 2 for stop in frames)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_first_stop_leads_over_everything_before_the_contents(page: Tab, example: Reports, name: str) -> None:
    page.open(example.html(name))
    page.call("Page.bringToFront")
    _press_tab(page)
    assert page.eval("document.activeElement.className") == "skip"
    assert page.eval("document.activeElement.getBoundingClientRect().left") >= 0
    target = page.eval("document.activeElement.getAttribute('href')")
    assert page.eval(f"document.querySelector({target!r}) !== null")


@pytest.mark.parametrize("reports", _EVERYWHERE, indirect=True)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_markdown_is_text_to_github_and_its_tables_and_folds_are_whole(reports: Reports, name: str) -> None:
    text = reports.markdown(name)
    assert text == visible(text, keep="\n")
    read = Read(text)
    assert found_by_github(read) == []
    assert read.inside == []
    assert len(read.rows) > 3
    assert [rows for rows in read.rows if len(set(rows)) > 1] == []
    assert [tag for tag, _ in read.elements].count("details") == text.count("<details><summary>") > 0
    pictures = {named["src"] for tag, named in read.elements if tag == "img"}
    assert pictures == {f"{name}_files/{file.name}" for file in (reports.directory / f"{name}_files").glob("*")}
    links = {named["href"] for tag, named in read.elements if tag == "a"}
    sections = {link for link in links if link is not None and link.startswith("#")}
    assert links - sections <= {f"{other}.md" for other in NOTEBOOKS}
    assert sections <= {"#" + _anchor(heading) for heading in re.findall(r"^## (.*)$", text, re.MULTILINE)}


@pytest.mark.parametrize("reports", _EVERYWHERE, indirect=True)
def test_a_comment_is_text_to_github(reports: Reports) -> None:
    read = Read(comment(reports.audit))
    assert found_by_github(read) == []
    assert read.inside == []
    assert [tag for tag, _ in read.elements if tag in {"a", "img"}] == []


def test_the_tracker_stands_in_the_reports_as_text_only(hostile: Reports) -> None:
    for name in NOTEBOOKS:
        html = hostile.html(name).read_text(encoding="utf-8")
        assert f'href="https://{TRACKER}' not in html
        assert f'src="https://{TRACKER}' not in html
