"""The pictures of the groups, with the words for those who cannot see them."""

from typing import TYPE_CHECKING

from pgready.figures.describe import describe_group_matrix, describe_group_page
from pgready.figures.group_matrix import draw_group_matrix
from pgready.figures.group_page import draw_group_page
from pgready.figures.svg import svg_bytes
from pgready.graph.isolation import MergedKey, merge_keys
from pgready.graph.matrix import group_matrix as matrix_of
from pgready.graph.pages import GroupPage
from pgready.graph.pages import group_pages as pages_of
from pgready.model.names import QualifiedName
from pgready.reports.blocks import Fold, Part, Picture, Prose, Stack
from pgready.reports.causes import Lacking
from pgready.reports.lines import capped, count, line, open_
from pgready.reports.view import View
from pgready.reports.visible import shorten
from pgready.verdict import AuditResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["group_matrix", "group_pages"]

_MOST_BYTES = 600_000
_WORDS = 600


def group_matrix(audit: AuditResult) -> View:
    """Who refers to whom, group by group; a filled cell below the diagonal is a cycle."""
    matrix = matrix_of(audit.grouping, _keys(audit), audit.crossings, missing_tables=_missing(audit))
    return View(_picture(draw_group_matrix(matrix), "Foreign keys between the groups", describe_group_matrix(matrix)))


def group_pages(audit: AuditResult) -> View:
    """One page per group: the keys that come in, its tables, the keys that go out; in words once it gets too much."""
    pages = pages_of(audit.grouping, _keys(audit), audit.crossings, missing_tables=_missing(audit))
    if not pages:
        return View(Prose(lines=(line(open_("No group"), " is declared, so there is no page."),)))
    parts, told = _drawn(pages)
    return View(Stack(body=(*parts, *((_in_words(told),) if told else ()))))


def _drawn(pages: tuple[GroupPage, ...]) -> tuple[tuple[Part, ...], tuple[GroupPage, ...]]:
    """As many pages as pictures as the report can carry, and the rest."""
    parts: list[Part] = []
    size = 0
    for place, page in enumerate(pages):
        if size > _MOST_BYTES:
            return tuple(parts), pages[place:]
        title = f"Group {page.name}"
        picture = _picture(draw_group_page(page), title, describe_group_page(page))
        size += len(picture.svg)
        parts.append(Part(title=line(page.name), body=(picture,)))
    return tuple(parts), ()


def _in_words(pages: tuple[GroupPage, ...]) -> Fold:
    rows = [(line(page.name), line(shorten(describe_group_page(page), _WORDS))) for page in pages]
    table = capped("Groups without a picture", ("Group", "Its keys"), rows)
    return Fold(summary=line(f"{count(len(pages), 'more group')} in words"), body=(table,))


def _picture(figure: "Figure", title: str, description: str) -> Picture:
    svg = svg_bytes(figure, title=title, description=description).decode()
    return Picture(svg=svg, alt=f"{title}. {description}", title=title)


def _keys(audit: AuditResult) -> tuple[MergedKey, ...]:
    return merge_keys(audit.declared, audit.rehearsal.schema if audit.rehearsal is not None else None)


def _missing(audit: AuditResult) -> tuple[QualifiedName, ...] | None:
    return None if audit.rehearsal is None else tuple(Lacking(audit).tables)
