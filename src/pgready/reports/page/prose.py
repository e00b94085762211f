"""Markdown cells as HTML: text is text, links are harmless, headings get anchors."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import mistune
from markupsafe import Markup
from mistune.plugins import import_plugin

from pgready.reports.links import address
from pgready.reports.visible import visible

__all__ = ["Heading", "headings", "markdown_html", "slug"]

_PLUGINS = ("table", "strikethrough")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a Markdown cell."""

    level: int
    title: str


def headings(source: str) -> tuple[Heading, ...]:
    """The headings of a Markdown text in their order, ATX style (`## Title`), those in code blocks left out."""
    outside = re.sub(r"^(```|~~~).*?^\1", "", source, flags=re.MULTILINE | re.DOTALL)
    found = re.finditer(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", outside, flags=re.MULTILINE)
    return tuple(Heading(len(match[1]), re.sub(r"[`*]", "", match[2])) for match in found)


def slug(title: str, taken: set[str]) -> str:
    """An anchor for a heading that no other one of the page has; it is added to `taken`."""
    base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "section"
    anchor, number = base, 2
    while anchor in taken:
        anchor, number = f"{base}-{number}", number + 1
    taken.add(anchor)
    return anchor


class _Renderer(mistune.HTMLRenderer):
    """HTML of trusted structure and untrusted text: raw HTML is shown, no address that does anything but lead away."""

    def __init__(self, anchors: list[str], reports: Collection[str]) -> None:
        super().__init__(escape=True)
        self._anchors = iter(anchors)
        self._reports = reports

    def text(self, text: str) -> str:
        return str(super().text(visible(text, keep="\n")))

    def heading(self, text: str, level: int, **attrs: object) -> str:
        del attrs
        anchor = next(self._anchors, None)
        named = f' id="{anchor}"' if anchor else ""
        return f"<h{level}{named}>{text}</h{level}>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        del title
        target = address(url, self._reports, ".html")
        return text if target is None else f'<a href="{Markup.escape(target)}" rel="noreferrer noopener">{text}</a>'

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """The words only: a picture of a Markdown cell would be a request."""
        del url, title
        return text


def markdown_html(source: str, anchors: list[str], reports: Collection[str] = ()) -> Markup:
    """The HTML of a Markdown cell; its headings get `anchors` in their order.

    `reports` are the names of the notebooks whose reports are made in the same run: a link to one of those leads to its
    report, and any other link that does not lead away is text.
    """
    render = mistune.Markdown(_Renderer(anchors, reports), plugins=[import_plugin(name) for name in _PLUGINS])
    return Markup(str(render(source)))  # noqa: S704  # the renderer escapes text, raw HTML and addresses
