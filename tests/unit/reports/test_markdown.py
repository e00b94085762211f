import re
from html.parser import HTMLParser
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pgready.reports.blocks import Column, Prose, Span, Style, Table
from pgready.reports.markdown.blocks import block_markdown, fenced
from pgready.reports.markdown.export import export_markdown
from pgready.reports.visible import visible
from pgready.verdict import AuditResult

_GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class _Read(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.said = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.said += data


def _save(ending: str, data: bytes) -> str:
    return f"{len(data)}.{ending}"


def _rendered(text: str) -> _Read:
    return _Read(_GITHUB.render(text))


@given(
    st.text(alphabet=st.sampled_from("ab1 .`|<>&*_~[]()!#$@:\\\n-+=\"'/{}^\u202e"), max_size=30), st.sampled_from(Style)
)
def test_any_text_is_shown_as_it_is_and_adds_no_tag(text: str, style: Style) -> None:
    read = _rendered(
        block_markdown(Prose(lines=((Span(text="x "), Span(text=text, style=style), Span(text=" x")),)), _save)
    )
    assert set(read.tags) <= {"p", "code", "strong", "span"}
    assert _words(visible(text)) in _words(read.said)


def _words(text: str) -> str:
    return "".join(text.split())


@given(
    st.lists(st.text(alphabet=st.sampled_from("ab`|<>\\\n*&"), max_size=12), min_size=2, max_size=2),
    st.sampled_from(Style),
)
def test_a_cell_never_ends_a_cell_or_a_row(texts: list[str], style: Style) -> None:
    cells = tuple((Span(text=text, style=style),) for text in texts)
    table = Table(caption="c", columns=(Column(title="one"), Column(title="two")), rows=(cells, cells))
    read = _rendered(block_markdown(table, _save))
    assert (read.tags.count("td"), read.tags.count("tr")) == (4, 3)


@given(st.text(alphabet=st.sampled_from("`~\n a"), max_size=30))
def test_a_code_block_ends_where_it_should(text: str) -> None:
    read = _rendered(f"{fenced(text)}\n\nafter")
    assert read.tags == ["pre", "code", "p"]


@pytest.fixture(scope="module")
def premium(audits: ModuleType, premium_audit: AuditResult) -> tuple[str, dict[str, bytes]]:
    text, files = export_markdown(audits.notebook_of(premium_audit), name="deployment_readiness")
    return text, files


def test_the_verdict_comes_first_and_the_evidence_is_folded(premium: tuple[str, dict[str, bytes]]) -> None:
    text, _ = premium
    assert text.index("## ❌ NOT READY") < text.index("## What would be deployed") < text.index("<details>")
    assert "| ❌ 24 of 40 | ❌ 12 of 26 | ✅ 16 of 16 |" in text


def test_folds_are_closed_and_have_blank_lines_so_that_github_reads_what_is_inside(
    premium: tuple[str, dict[str, bytes]],
) -> None:
    text, _ = premium
    assert text.count("<details><summary>") == text.count("</details>") > 5
    assert len(re.findall(r"<details><summary>.*</summary>\n\n", text)) == text.count("<details>")
    assert _rendered(text).tags.count("table") > 10


def test_pictures_are_files_beside_it_and_every_one_is_used(premium: tuple[str, dict[str, bytes]]) -> None:
    text, files = premium
    used = re.findall(r"\]\((deployment_readiness_files/[0-9a-f]{12}\.svg)\)", text)
    assert sorted(set(used)) == sorted(files)
    assert len(files) == 10
    assert all(data.startswith((b"<?xml", b"<svg")) for data in files.values())


def test_the_checklist_is_a_list_of_boxes(premium: tuple[str, dict[str, bytes]]) -> None:
    text, _ = premium
    assert "- [x] Every required model is in the schema" in text
    assert "- [ ] ❌ A clean deploy makes a table for every model" in text
    assert "- [ ] Apply the pending migrations: `npx prisma migrate deploy`" in text


def test_no_hostile_name_makes_a_tag_a_link_or_a_picture(audits: ModuleType, hostile_audit: AuditResult) -> None:
    text, files = export_markdown(audits.notebook_of(hostile_audit), name="report")
    read = _rendered(text)
    known = [
        "h1",
        "h2",
        "h3",
        "h4",
        "p",
        "ul",
        "li",
        "em",
        "strong",
        "code",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "img",
        "b",
        "span",
        "a",
    ]
    assert set(read.tags) <= set(known)
    # The only links are those of the executive summary to its sections.
    assert sorted({address for address in read.addresses if not re.fullmatch(r"#[a-z-]+", address)}) == sorted(files)
    for name in audits.HOSTILE:
        assert _words(visible(name)) in _words(read.said)


def test_a_run_that_failed_says_so_first_and_confirms_no_verdict(
    audits: ModuleType, premium_audit: AuditResult
) -> None:
    notebook = audits.notebook_of(premium_audit, fail_at=9)
    text, _ = export_markdown(notebook, name="report", banner="cell 9 failed\n```\n# READY")
    assert text.startswith("> [!CAUTION]\n> **INCONCLUSIVE: this report is not a pass.**")
    assert "## ❌ NOT READY" not in text
    assert "The notebook had said: NOT READY." in text
    assert "h1" not in _rendered(text[: text.index("# Deployment readiness")]).tags
    assert "This part was not run" in text


def test_foreign_html_and_raw_html_of_markdown_cells_are_not_taken(audits: ModuleType) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "text <script>alert(1)</script>"},
        {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {},
            "source": "x",
            "outputs": [
                {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<b>f</b>", "text/plain": "p"}},
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"image/png": "iVBORw0KGgo=", "text/plain": "w"},
                },
            ],
        },
    ]
    notebook = audits.nbformat.from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    text, files = export_markdown(notebook, name="my report")
    read = _rendered(text)
    assert set(read.tags) == {"p", "pre", "code", "img"}
    assert list(files.values()) == [b"\x89PNG\r\n\x1a\n"]
    assert read.addresses[0].startswith("my%20report_files/")


def test_the_title_names_the_project_in_the_place_of_the_notebooks_own(
    premium_audit: AuditResult, audits: ModuleType
) -> None:
    text, _ = export_markdown(audits.notebook_of(premium_audit), name="report", title="shop: readiness")
    assert text.startswith("# shop: readiness\n")
    assert "# Deployment readiness" not in text


def test_what_is_folded_is_no_heading_of_the_file(premium_audit: AuditResult, audits: ModuleType) -> None:
    text, _ = export_markdown(audits.notebook_of(premium_audit), name="report")
    folded = "".join(re.findall(r"<details>.*?</details>", text, re.DOTALL))
    assert "<b>Tables of Auth</b>" in folded or "**Tables of Auth**" in folded
    assert not re.search(r"^#+ ", folded, re.MULTILINE)
