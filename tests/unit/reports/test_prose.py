import pytest

from pgready.reports.links import is_harmless
from pgready.reports.page.prose import Heading, headings, markdown_html, slug


def test_headings_get_their_anchors_in_order() -> None:
    html = markdown_html("## One\n\ntext\n\n### Two", ["one", "two"])
    assert html.splitlines()[0] == '<h2 id="one">One</h2>'
    assert '<h3 id="two">Two</h3>' in html


def test_headings_are_found_outside_code_only() -> None:
    source = "# Title\n\n```sh\n# not this\n```\n\n## `pgready` *here* ##\n"
    assert headings(source) == (Heading(1, "Title"), Heading(2, "pgready here"))


def test_anchors_are_unique_and_never_empty() -> None:
    taken: set[str] = set()
    assert [slug(title, taken) for title in ("A b", "a-B", "!?", "#")] == ["a-b", "a-b-2", "section", "section-2"]


def test_raw_html_is_shown_as_text() -> None:
    html = markdown_html("<script>alert(1)</script>\n\ntext <img src=x onerror=y> more", [])
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example",
        "relative/path",
    ],
)
def test_links_that_do_more_than_lead_away_are_only_text(url: str) -> None:
    assert not is_harmless(url)
    assert "href" not in markdown_html(f"[x](<{url}>)", [])


@pytest.mark.parametrize(
    "url", ["https://example.org/a?b=c", "http://example.org", "mailto:a@example.org", "#findings"]
)
def test_links_that_lead_away_stay(url: str) -> None:
    assert f'href="{url}"' in markdown_html(f"[x]({url})", [])


def test_pictures_of_a_markdown_cell_are_words_and_no_request() -> None:
    html = markdown_html("![the matrix](https://example.org/x.png)", [])
    assert "the matrix" in html
    assert "example.org" not in html
