"""axe-core on every report, light and dark, with folds closed and opened, and in the frames of pictures: nothing.

The package axe-playwright-python carries axe-core; nothing else of it is used, so it needs none of what it depends on.
"""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from exported_reports import Reports
from pgready.reports.notebooks.shipped import NOTEBOOKS

from .conftest import Tab, missing

pytestmark = pytest.mark.browser

_OPEN = "document.querySelectorAll('details').forEach(fold => fold.open = true)"
_COLOURS = ["color-contrast", "link-in-text-block"]
_ALL: dict[str, Any] = {}
_BUT_COLOURS = {"rules": {rule: {"enabled": False} for rule in _COLOURS}}
_ONLY_COLOURS = {"runOnly": _COLOURS}
# A page needs a heading and a landmark around everything; a frame stands in the landmark of its page.
_IN_FRAME = {"rules": {rule: {"enabled": False} for rule in ("landmark-one-main", "page-has-heading-one", "region")}}
_LOOKS = """(() => {
  const looks = new Set();
  for (const each of document.querySelectorAll('body *')) {
    if (![...each.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
    const style = getComputedStyle(each), around = each.parentElement;
    const look = [each.tagName, each.className, style.color, style.fontSize, style.fontWeight, around.tagName,
                  around.className, getComputedStyle(around).backgroundColor].join();
    if (!looks.has(look)) each.dataset.look = '';
    looks.add(look);
  }
  return looks.size;
})()"""
_RUN = """axe.run(%s, %s).then(result => result.violations.map(
    it => [it.id, it.nodes.length, it.nodes[0].html.slice(0, 200), it.nodes[0].failureSummary]))"""


@cache
def _axe() -> str:
    spec = find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        missing("axe-core is not installed (pip install --no-deps axe-playwright-python)")
    return Path(spec.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def _violations(page: Tab, options: dict[str, Any], *, session: str = "", within: str = "document") -> list[Any]:
    """What axe-core finds: rule, number of elements, the first of them and what is wrong with it."""
    page.eval(f"if (!window.axe) {{ {_axe()} }}; 0", session=session)
    chosen = {"iframes": False, "preload": False, "resultTypes": ["violations"]} | options
    return list(page.eval(_RUN % (within, json.dumps(chosen)), session=session))


@pytest.fixture(params=["hostile", "example"])
def reports(request: pytest.FixtureRequest) -> Reports:
    found: Reports = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_axe_finds_nothing_in_a_report(page: Tab, reports: Reports, name: str) -> None:
    """Of colours axe sees one text of every look, as it takes a millisecond for each; `faint` sees all texts."""
    page.open_deep(reports.html(name))
    assert _violations(page, _BUT_COLOURS) == []
    page.eval(_OPEN)
    assert _violations(page, _BUT_COLOURS) == []
    assert page.eval(_LOOKS) > 10
    for scheme in ("light", "dark"):
        page.prefer(scheme=scheme)
        assert page.eval(f"matchMedia('(prefers-color-scheme: {scheme})').matches")
        assert _violations(page, _ONLY_COLOURS, within="'[data-look]'") == []
        assert page.faint() == []
    for session in page.frames:
        assert _violations(page, _IN_FRAME, session=session) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_axe_finds_nothing_in_the_frame_of_a_picture(page: Tab, example: Reports, name: str, scheme: str) -> None:
    page.prefer(scheme=scheme)
    page.open_deep(example.html(name))
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    for session in page.frames:
        page.call("Emulation.setEmulatedMedia", session, features=media)
        assert page.eval("document.getElementById('bar').hidden", session=session) is False
        assert _violations(page, _IN_FRAME, session=session) == []
    assert len(page.frames) == page.eval("document.querySelectorAll('iframe').length")


def test_axe_is_recent_and_would_find_something(page: Tab, tmp_path: Path) -> None:
    file = tmp_path / "bad.html"
    file.write_text(
        "<!DOCTYPE html><title>x</title><p style='color:#ccc'>faint</p><img src='data:,'>", encoding="utf-8"
    )
    page.open(file)
    assert {"html-has-lang", "image-alt", "color-contrast"} <= {found[0] for found in _violations(page, _ALL)}
    assert tuple(map(int, page.eval("axe.version").split("."))) >= (4, 10)
