"""Markdown as GitHub reads it: by GitHub's own parser, and then by what GitHub looks for in the text that comes out."""

import re
from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped]  # it has no annotations
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]  # likewise

__all__ = ["FOUND_IN_TEXT", "Read", "found_by_github"]

_EXTENSIONS = ["table", "strikethrough", "autolink", "tagfilter", "tasklist"]
# Source: the mention, issue, emoji and mail filters of html-pipeline, and "Autolinked references" in GitHub's manual.
FOUND_IN_TEXT = re.compile(
    r"@\w|#\d|\bGH-\d|:[\w+-]+:|\$\S.*\S\$|\$\$|https?://|\bwww\.\w", re.IGNORECASE | re.DOTALL | re.ASCII
)
_IGNORED = {"code", "pre", "a"}


class Read(HTMLParser):
    """Elements with their attributes, the pieces of text between them that GitHub's filters look at, and cells.

    `rows` are the numbers of cells of each row, table by table; `inside` what is still open.
    """

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.looked_at: list[str] = []
        self.said = ""
        self.inside: list[str] = []
        self.rows: list[list[int]] = []
        options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
        self.feed(cmarkgfm.markdown_to_html_with_extensions(markdown, options=options, extensions=_EXTENSIONS))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "table":
            self.rows.append([])
        if tag == "tr":
            self.rows[-1].append(0)
        if tag in {"td", "th"}:
            self.rows[-1][-1] += 1
        if tag not in {"img", "br", "hr", "input"}:
            self.inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.inside.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data
        if not _IGNORED & set(self.inside):
            self.looked_at.append(data)


def found_by_github(read: Read) -> list[str]:
    """Mentions, issues, formulas, emoji codes and addresses in pieces of text, and what no project may write."""
    own = {"p", "span", "strong", "b", "em", "code", "pre", "ul", "li", "h1", "h2", "h3", "h4", "details", "summary"}
    own |= {"table", "thead", "tbody", "tr", "th", "td", "input", "img", "blockquote", "a", "sub"}
    wrong = [f"<{tag}>" for tag, _ in read.elements if tag not in own]
    wrong += [f"{tag} {name}" for tag, named in read.elements for name in named if name not in _ATTRIBUTES.get(tag, ())]
    return wrong + [text for text in read.looked_at if FOUND_IN_TEXT.search(text)]


_ATTRIBUTES = {
    "a": ("href",),
    "img": ("src", "alt"),
    "input": ("type", "checked", "disabled"),
    "td": ("align",),
    "th": ("align",),
}
