from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgready.reports import views
from pgready.reports.blocks import Picture, Pre, Prose, Span, Style
from pgready.reports.page.html import block_html, lab_html
from pgready.reports.visible import visible
from pgready.verdict import AuditResult

_KNOWN = {
    "a",
    "b",
    "br",
    "caption",
    "code",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "iframe",
    "i",
    "img",
    "li",
    "p",
    "pre",
    "section",
    "span",
    "strong",
    "style",
    "summary",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
    "wbr",
}


class _Read(HTMLParser):
    """Tags, attributes and text of a piece of HTML."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.said = ""
        self.feed(str(source))  # a Markup would escape what is added to it
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.said += data


@given(st.text(), st.sampled_from(Style))
def test_any_text_in_any_style_is_shown_as_text_and_adds_no_tag(text: str, style: Style) -> None:
    read = _Read(block_html(Prose(lines=((Span(text=text, style=style),),))))
    assert read.tags <= {"p", "code", "strong", "span", "i"}
    assert visible(text).strip() in read.said.replace("\n", "")


@pytest.mark.parametrize("name", sorted({*views.__all__} - {"comparison", "find"}))
def test_no_name_breaks_out_of_any_view_in_jupyterlab(name: str, hostile_audit: AuditResult) -> None:
    read = _Read(lab_html(getattr(views, name)(hostile_audit).block))
    assert read.tags <= _KNOWN
    handlers = [name for name, _ in read.attributes if name.startswith("on")]
    addresses = [value for name, value in read.attributes if name in {"src", "href"}]
    assert handlers == []
    assert all(address.startswith("data:image/svg+xml,") for address in addresses)
    frames = {value for name, value in read.attributes if name == "sandbox"}
    assert frames <= {"allow-scripts"}


def test_hostile_names_are_readable_as_they_are_spelt(hostile_audit: AuditResult) -> None:
    read = _Read(block_html(views.inventory(hostile_audit).block))
    assert '"><script>window.pwned=1</script>' in read.said
    assert r"evil\u202etxt.elbat\u202c" in read.said
    assert r"line\nbreak\ttab" in read.said
    assert "\u202e" not in read.said


def test_a_picture_is_an_image_with_words_so_that_its_scripts_stay_dead() -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    read = _Read(block_html(Picture(svg=svg, alt='words "and" <more>')))
    attributes = dict(read.attributes)
    assert attributes["src"].startswith("data:image/svg+xml,%3Csvg")
    assert attributes["alt"] == 'words "and" <more>'
    assert "script" not in read.tags


def test_blocks_of_text_keep_their_lines() -> None:
    assert "a\nb\\u202e&lt;" in block_html(Pre(text="a\nb\u202e<"))


def test_tables_can_be_read_by_machines_and_by_keyboard(premium_audit: AuditResult) -> None:
    html = block_html(views.checks(premium_audit).block)
    assert '<div class="scroll" tabindex="0" role="group" aria-label="Checks">' in html
    assert "<caption>Checks</caption>" in html
    assert html.count('<th scope="col"') == 4
