"""A compact picture is the same picture: the same shapes, looks and words, said in fewer bytes."""

import re
from xml.etree import ElementTree as ET

import pytest

from pgready.figures.compact import compact
from pgready.figures.group_matrix import draw_group_matrix
from pgready.figures.group_page import draw_group_page
from pgready.figures.svg import svg_bytes
from situations import Drawn, Situation

_SVG = "{http://www.w3.org/2000/svg}"
_CSS = {"fill", "font-size", "font-weight", "text-anchor"}


def _looks(root: ET.Element) -> list[dict[str, str]]:
    """What each shape and line of text looks like, whoever says it; in their order."""
    sheet = "".join(element.text or "" for element in root.iter(f"{_SVG}style"))
    classes = {name: _said(body) for name, body in re.findall(r"\.(\w+)\{([^}]*)\}", sheet)}
    found = []
    for element in root.iter():
        if element.tag in {f"{_SVG}path", f"{_SVG}text"}:
            own = {name: value for name, value in element.attrib.items() if name in _CSS}
            found.append(classes.get(element.get("class", ""), {}) | _said(element.get("style", "")) | _spelt(own))
    return found


def _said(css: str) -> dict[str, str]:
    return _spelt(dict(part.split(":", 1) for part in css.replace("; ", ";").split(";") if part))


def _spelt(look: dict[str, str]) -> dict[str, str]:
    """Sizes without their unit, colours with six digits."""
    plain = {name.strip(): value.strip().removesuffix("px") for name, value in look.items()}
    return {name: re.sub(r"^#(.)(.)(.)$", r"#\1\1\2\2\3\3", value) for name, value in plain.items()}


def _words(root: ET.Element) -> list[tuple[str | None, str | None]]:
    return [(element.text, element.get("textLength")) for element in root.iter(f"{_SVG}text")]


def test_shapes_looks_and_words_stay_the_same(seed: Drawn) -> None:
    for figure in (draw_group_matrix(seed.matrix), *map(draw_group_page, seed.pages.values())):
        svg = svg_bytes(figure, title="t", description="d", live_text=True).decode()
        before, after = ET.fromstring(svg), ET.fromstring(compact(svg))
        assert _looks(after) == _looks(before)
        assert _words(after) == _words(before)
        assert [it.get("d") for it in after.iter(f"{_SVG}path")] == [it.get("d") for it in before.iter(f"{_SVG}path")]
        assert after.get("aria-label") == before.get("aria-label")


def test_it_takes_a_quarter_less_in_an_address(seed: Drawn) -> None:
    svg = svg_bytes(draw_group_page(seed.pages["Auth"]), title="t", description="d" * 300, live_text=True).decode()
    small = compact(svg)
    assert len(small) + 2 * small.count('"') < 0.75 * (len(svg) + 2 * svg.count('"'))


@pytest.mark.parametrize("name", ["it's", 'a="b"', "</style><script>x", "&quot;", 'fill="red" x="1"', "</text>'"])
def test_hostile_names_stay_text(situation: Situation, name: str) -> None:
    figure = draw_group_page(situation({"A": [name]}).pages["A"])
    root = ET.fromstring(compact(svg_bytes(figure, title=name, description=name, live_text=True).decode()))
    assert name in {element.text for element in root.iter(f"{_SVG}text")}
    assert root.get("aria-label") == name
    assert {it.tag.removeprefix(_SVG) for it in root.iter()} <= {"svg", "title", "defs", "style", "g", "path", "text"}
