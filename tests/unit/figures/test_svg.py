"""Figures as bytes."""

import subprocess
import sys
import warnings
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from pgready.figures.describe import describe_group_matrix
from pgready.figures.group_matrix import draw_group_matrix
from pgready.figures.group_page import draw_group_page
from pgready.figures.svg import png_bytes, svg_bytes
from pgready.figures.text import width_of
from situations import Drawn, Situation

SVG = "{http://www.w3.org/2000/svg}"


def all_svgs(drawn: Drawn) -> list[bytes]:
    figures = [draw_group_matrix(drawn.matrix), *(draw_group_page(page) for page in drawn.pages.values())]
    return [svg_bytes(figure, title="t", description="d") for figure in figures]


def test_equal_values_give_equal_bytes(seed: Drawn) -> None:
    assert all_svgs(seed) == all_svgs(seed)


def test_bytes_do_not_depend_on_the_readers_matplotlibrc(seed: Drawn) -> None:
    """Nor does drawing change it."""
    plain, png = all_svgs(seed), png_bytes(draw_group_matrix(seed.matrix))
    theirs: Any = {
        "font.family": ["serif"],
        "svg.fonttype": "none",
        "path.sketch": (1, 100, 2),
        "savefig.bbox": "tight",
    }
    theirs |= {"text.color": "red", "lines.linewidth": 9, "savefig.dpi": 30, "figure.facecolor": "black"}
    with mpl.rc_context(theirs):
        before = mpl.rcParams.copy()
        assert all_svgs(seed) == plain
        assert png_bytes(draw_group_matrix(seed.matrix)) == png
        assert mpl.rcParams.copy() == before


def test_bytes_are_equal_in_another_process() -> None:
    """Ids from hash() or id() would differ."""
    code = (
        "from pgready.figures.group_matrix import draw_group_matrix as draw;"
        "from pgready.graph.matrix import *; from pgready.figures.svg import svg_bytes; import hashlib;"
        "groups = (MatrixGroup(name='A', tables=2), MatrixGroup(name='B', tables=1, missing=1));"
        "cells = {('A', 'B'): KeyCounts(forbidden=2, missing=1), ('A', 'A'): KeyCounts(internal=1)};"
        "figure = draw(GroupMatrix(groups=groups, cells=cells, rehearsed=True));"
        "print(hashlib.sha256(svg_bytes(figure, title='t', description='d')).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_a_screen_reader_hears_title_and_description(seed: Drawn) -> None:
    description = describe_group_matrix(seed.matrix)
    svg = svg_bytes(draw_group_matrix(seed.matrix), title='Groups "A" & <B>', description=description)
    root = ET.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'Groups "A" & <B>'
    assert [root[0].tag, root[0].text] == [SVG + "title", 'Groups "A" & <B>']
    assert [root[1].tag, root[1].text] == [SVG + "desc", description]


@pytest.mark.parametrize(
    "name", ["</title><script>alert(1)</script>", "-->", "]]>", "\x00\x07\ufffe\ud800", "&lt;", '"']
)
def test_hostile_names_neither_break_the_xml_nor_become_elements(situation: Situation, name: str) -> None:
    drawn = situation({name: [name]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg = svg_bytes(draw_group_page(drawn.pages[name]), title=name, description=name)
    tags = {element.tag.removeprefix(SVG) for element in ET.fromstring(svg).iter()}
    assert tags <= {"svg", "title", "desc", "defs", "style", "g", "path", "use", "clipPath", "rect"}


def test_every_reference_inside_the_picture_leads_somewhere(seed: Drawn) -> None:
    """Squeezing renames ids."""
    for svg in all_svgs(seed):
        root = ET.fromstring(svg)
        ids = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
        uses = {element.attrib["href"] for element in root.iter(SVG + "use")}
        assert uses
        assert uses <= {f"#{it}" for it in ids}
        assert b"http" not in svg.replace(b"http://www.w3.org/2000/svg", b"")


def test_what_nobody_sees_is_left_out_and_the_scale_of_glyphs_is_kept(seed: Drawn) -> None:
    svg = all_svgs(seed)[0].decode()
    assert not any(mark in svg for mark in ("<!--", "<!DOCTYPE", "<metadata", "xlink", "  ", "\n"))
    assert "scale(0.015625)" in svg


def test_pictures_of_the_seed_are_small(seed: Drawn) -> None:
    sizes = [len(svg) for svg in all_svgs(seed)]
    assert max(sizes) < 60_000
    assert sum(sizes) < 300_000


def test_a_png_has_the_size_that_its_dpi_asks_for(seed: Drawn) -> None:
    figure: Figure = draw_group_page(seed.pages["CRM"])
    png = png_bytes(figure, dpi=192)
    assert png.startswith(b"\x89PNG")
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    assert (width, height) == tuple(round(side * 192) for side in figure.get_size_inches())
    assert b"matplotlib" not in png


LIVE = ["Other: 12 tables", "a: b; c", "words:0:", "  x  y", "M 1 L 2 z", "12.3456", "<b>&amp;", "fill: red"]


@pytest.mark.parametrize("name", LIVE)
def test_live_text_is_searchable_and_comes_through_as_it_is(situation: Situation, name: str) -> None:
    figure = draw_group_page(situation({"A": [name]}).pages["A"])
    root = ET.fromstring(svg_bytes(figure, title="t", description="d", live_text=True))
    texts = {element.text: element.attrib for element in root.iter(SVG + "text")}
    # Browsers would take away every space but the first of several, and those at the beginning.
    kept = name.replace("  x  y", "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}x \N{NO-BREAK SPACE}y")
    assert kept in texts
    assert float(texts[kept]["textLength"]) == pytest.approx(width_of(name, 9), abs=0.1)
    assert not list(root.iter(SVG + "use"))


def test_live_text_makes_a_picture_less_than_half_as_large(seed: Drawn) -> None:
    figure = draw_group_matrix(seed.matrix)
    live = svg_bytes(figure, title="t", description="d", live_text=True)
    assert live == svg_bytes(figure, title="t", description="d", live_text=True)
    assert 2 * len(live) < len(svg_bytes(figure, title="t", description="d"))


def test_tilted_words_stay_tilted_as_live_text(situation: Situation) -> None:
    groups = {f"Feature number {number}": [f"t{number}"] for number in range(20)}
    svg = svg_bytes(draw_group_matrix(situation(groups).matrix), title="t", description="d", live_text=True)
    tilted = [it for it in ET.fromstring(svg).iter(SVG + "text") if "rotate(-45" in it.attrib.get("transform", "")]
    assert len(tilted) == 20
