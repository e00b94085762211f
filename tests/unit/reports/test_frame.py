"""The document of an interactive picture: only our own kind of SVG, our own script, and everything else escaped."""

import base64
import hashlib
import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgready.reports.blocks import Fold, Interaction, Part, Picture, Span, Stack, decode, encode
from pgready.reports.markdown.blocks import block_markdown
from pgready.reports.page.frame import frame_of, holds_frame, script_source
from pgready.reports.page.html import block_html, lab_html
from pgready.reports.visible import visible

_SVG = (
    '<svg role="img" width="75pt" height="30pt" viewBox="0 0 75 30" xmlns="http://www.w3.org/2000/svg">'
    "<title>t</title><desc>d</desc><defs><style>*{{fill:red}}</style></defs>"
    '<g id="table:public.A"><path d="M 0 0L1 1" style="fill:#fff"/><text x="1" y="2" textLength="9">A</text></g>'
    "{}</svg>"
)
_HOSTILE = [
    "</script><script>alert(1)</script>",
    "]]>",
    "-->",
    "'\"&lt;",
    "\u202eevil",
    "a\nb",
    "<!--<script>",
    "ü" * 31,
]


def interaction_of(name: str = "A") -> Interaction:
    return Interaction(
        groups=(("group:G", name, f"{name}: 1 table"),),
        tables=(("table:public.A", name, "", 0),),
        links=((0, 0, "internal", f"{name} → {name}"),),
    )


def picture_of(more: str = "", name: str = "A", **changes: object) -> Picture:
    given: dict[str, object] = {
        "svg": _SVG.format(more),
        "alt": name,
        "title": name,
        "interaction": interaction_of(name),
    }
    return Picture(**(given | changes))  # type: ignore[arg-type]


def document_of(picture: Picture) -> str:
    frame = frame_of(picture)
    assert frame is not None
    return frame.document


class _Read(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags[-1][0] == "script":
            self.scripts.append(data)


def test_the_policy_names_the_hash_of_the_one_script_that_is_there() -> None:
    read = _Read(document_of(picture_of()))
    data, script = read.scripts
    json.loads(data)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert script_source() == f"'sha256-{digest}'"
    policy = read.tags[2][1]["content"]
    assert policy == f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'"


def test_the_script_never_parses_text_as_html_and_asks_nobody() -> None:
    script = _Read(document_of(picture_of())).scripts[1]
    dangers = r"innerHTML|outerHTML|insertAdjacent|document\.write|DOMParser|createContextual|\beval\b|Function\("
    assert re.findall(dangers + r"|fetch\(|XMLHttp|WebSocket|sendBeacon|import\(|\.src\b|location", script) == []
    assert "</" not in script
    assert len(script) < 10_000


@pytest.mark.parametrize("name", _HOSTILE)
def test_hostile_words_are_data_and_text_only(name: str) -> None:
    read = _Read(document_of(picture_of(name=name)))
    assert [tag for tag, _ in read.tags].count("script") == 2
    groups, tables, links, grid = json.loads(read.scripts[0])
    shown = visible(name)
    assert groups == [["group:G", shown, f"{shown}: 1 table"]]
    assert tables == [["table:public.A", shown, "", 0]]
    assert links == [[0, 0, "internal", f"{shown} → {shown}"]]
    assert grid is False
    assert dict(read.tags)["svg"]["aria-label"] == shown


@given(st.text(max_size=40))
def test_no_name_adds_an_element_or_leaves_the_attribute(name: str) -> None:
    html = block_html(picture_of(name=name))
    assert html.count("'") == 2
    assert "<script" not in html
    inner = unescape(html.split("srcdoc='")[1].split("'")[0])
    assert inner == document_of(picture_of(name=name))
    expected = [tag for tag, _ in _Read(document_of(picture_of())).tags]
    assert [tag for tag, _ in _Read(inner).tags] == expected


def test_equal_pictures_give_equal_documents_of_the_size_of_their_picture() -> None:
    frame = frame_of(picture_of())
    assert frame == frame_of(picture_of())
    assert frame is not None
    assert (frame.width, frame.height) == (100, 40)
    assert "<title>t" not in frame.document  # Chromium would show it as a tooltip everywhere


@pytest.mark.parametrize(
    "svg",
    [
        _SVG.format("<script>alert(1)</script>"),
        _SVG.format('<a href="https://example.org"><path/></a>'),
        _SVG.format('<image href="https://example.org/x.png"/>'),
        _SVG.format('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>'),
        _SVG.format('<x:g xmlns:x="urn:other"/>'),
        _SVG.format("<animate/>"),
        _SVG.format("<g>" * 20 + "</g>" * 20),
        '<!DOCTYPE svg [<!ENTITY a "b">]>' + _SVG.format(""),
        _SVG.format("<g>"),
        _SVG.format("").replace("75pt", "75e9pt"),
        _SVG.format("").replace("75pt", "0"),
        "<p>no picture</p>",
        "",
        "\ud800",
    ],
)
def test_an_svg_that_is_not_as_ours_are_stays_an_image(svg: str) -> None:
    picture = picture_of(svg=svg)
    assert frame_of(picture) is None
    assert not holds_frame(picture)


def test_what_could_act_is_left_out_of_the_svg() -> None:
    more = '<g onclick="alert(1)" id="data" class="x"><path style="fill:url(https://example.org)" d="M 1 1"/></g>'
    drawn = document_of(picture_of(more)).partition("<svg ")[2].partition("</svg>")[0]
    assert '<g><path d="M 1 1"/></g>' in drawn
    assert "<style" not in drawn


@pytest.mark.parametrize(
    "changes",
    [
        {"interaction": None},
        {"interaction": Interaction(groups=(), tables=(("", "a", "", 0),), links=())},
        {"interaction": Interaction(groups=(), tables=(), links=((0, 0, "internal", "x"),))},
        {"interaction": Interaction(groups=(("", "", ""),), tables=(("", "", "", -1),), links=())},
    ],
)
def test_without_sound_facts_it_stays_an_image(changes: dict[str, object]) -> None:
    html = block_html(picture_of(**changes))  # type: ignore[arg-type]
    assert "<iframe" not in html
    assert '<img src="data:image/svg+xml,' in html


def test_the_frame_may_run_scripts_and_nothing_else() -> None:
    (frame,) = [attributes for tag, attributes in _Read(str(block_html(picture_of()))).tags if tag == "iframe"]
    assert frame["sandbox"] == "allow-scripts"
    assert frame["title"] == "A"
    assert frame["style"] == "--w:100;--h:40"


def test_jupyterlab_without_trust_finds_an_image_inside_of_the_frame() -> None:
    assert re.search(
        r"srcdoc='[^']*'><img src=\"data:image/svg\+xml,[^\"]*\" alt=\"A\"></iframe>", lab_html(picture_of())
    )
    assert "<img" not in block_html(picture_of())


def test_a_frame_is_found_wherever_it_stands() -> None:
    line = (Span(text="x"),)
    assert holds_frame(Stack(body=(Part(title=line, body=(Fold(summary=line, body=(picture_of(),)),)),)))
    assert not holds_frame(Stack(body=(picture_of(interaction=None),)))


def test_it_travels_as_json_and_is_an_image_in_markdown() -> None:
    picture = picture_of()
    assert decode(json.loads(json.dumps(encode(picture)))) == picture
    assert block_markdown(picture, lambda ending, data: f"p.{ending}#{len(data)}") == f"![A](p.svg#{len(picture.svg)})"
