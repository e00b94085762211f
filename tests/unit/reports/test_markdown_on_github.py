"""Markdown as GitHub reads it: by GitHub's own parser, and then by what GitHub looks for in the text that comes out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from github_markdown import FOUND_IN_TEXT, Read, found_by_github
from hostile_project import PAYLOADS, SPOKEN, TRACKER
from pgready.reports.blocks import Block, Bullets, Column, Fact, Facts, Fold, Line, Part, Pre, Prose, Span, Style, Table
from pgready.reports.markdown.blocks import block_markdown
from pgready.reports.markdown.prose import harmless_markdown
from pgready.reports.visible import visible


def _letters(text: str) -> str:
    return "".join(text.split())


def _save(ending: str, data: bytes) -> str:
    return f"{len(data)}.{ending}"


def _line(text: str, style: Style) -> Line:
    return (Span(text=text, style=style),)


def _blocks(text: str, style: Style) -> list[Block]:
    line = _line(text, style)
    return [
        Prose(lines=(line, (*line, *line))),
        Bullets(items=(line, line)),
        Facts(facts=(Fact(term=text, line=line),)),
        Fold(summary=line, body=(Prose(lines=(line,)),)),
        Part(title=line, body=(Pre(text=text),)),
        Table(caption=text, columns=(Column(title=text), Column(title="b")), rows=((line, line), (line, ()))),
    ]


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("text", SPOKEN, ids=range(len(SPOKEN)))
def test_every_payload_is_text_in_every_block_and_style(text: str, style: Style) -> None:
    for block in _blocks(text, style):
        read = Read(block_markdown(block, _save))
        assert found_by_github(read) == []
        assert [tag for tag, _ in read.elements if tag in {"a", "img", "blockquote", "input", "sub"}] == []
        assert read.inside == []
        assert {cells for table in read.rows for cells in table} <= {2}
        assert _letters(visible(text)) in _letters(read.said)


@given(
    st.text(alphabet=st.sampled_from("ab1 .`|<>&*_~[]()!#$@:/\\\n-+=\"'{}^w%gGhH"), max_size=24).filter(str.strip),
    st.sampled_from(Style),
)
def test_any_text_is_text_to_github(text: str, style: Style) -> None:
    for block in _blocks(text, style):
        read = Read(block_markdown(block, _save))
        assert found_by_github(read) == []
        assert [tag for tag, _ in read.elements if tag in {"a", "img", "blockquote", "input", "sub"}] == []
        assert read.inside == []


@given(st.text(alphabet=st.sampled_from("ab .`|<>[]()!#/:\\\n\"'j"), max_size=40))
def test_a_markdown_cell_makes_no_element_of_html_no_picture_and_no_link_that_leads_elsewhere(source: str) -> None:
    read = Read(harmless_markdown(source, {"a"}))
    assert {tag for tag, _ in read.elements} & {"img", "script", "iframe", "a1", "a."} == set()
    links = [named["href"] or "" for tag, named in read.elements if tag == "a"]
    assert [url for url in links if not url.startswith(("#", "a.md", "http://", "https://"))] == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("See [the isolation](feature_isolation.ipynb).", "See [the isolation](feature_isolation.md)."),
        ("[here](./feature_isolation.ipynb#Cycles)", "[here](feature_isolation.md)"),
        ("[gone](other.ipynb)", "gone"),
        ("[up](../feature_isolation.ipynb)", "up"),
        ("[x](javascript:alert(1))", r"[x\](javascript:alert(1))"),
        ("[x](<javascript:alert>)", "x"),
        ("[x][ref]\n\n[ref]: javascript:alert", "[x\\][ref]\n\n[ref\\]: javascript:alert"),
        ("[away](https://example.org/a)", "[away](https://example.org/a)"),
        ("![seen](https://tracker.example/x.png)", "seen"),
        ("[![seen](https://tracker.example/x.png)](https://example.org)", "[seen](https://example.org)"),
        ("`[x](y)` and\n```\n[x](y)\n```", "`[x](y)` and\n```\n[x](y)\n```"),
        ("a <b onclick=x>b</b>", "a &lt;b onclick=x>b&lt;/b>"),
    ],
)
def test_links_of_a_markdown_cell_lead_to_reports_of_the_run_or_away(source: str, expected: str) -> None:
    assert harmless_markdown(source, {"feature_isolation"}) == expected


def test_the_payloads_have_what_github_would_look_for() -> None:
    assert FOUND_IN_TEXT.search("@mention")
    assert {TRACKER, "@mention", "#1", ":smile:"} <= {part for text in PAYLOADS for part in re.split(r"[ /?]+", text)}
