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
from pgready.reports.blocks import Part, Picture, Prose, Stack
from pgready.reports.causes import Lacking
from pgready.reports.lines import line, open_
from pgready.reports.view import View
from pgready.verdict import AuditResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["group_matrix", "group_pages"]

_MOST_PAGES = 24


def group_matrix(audit: AuditResult) -> View:
    """Who refers to whom, group by group; a filled cell below the diagonal is a cycle."""
    matrix = matrix_of(audit.grouping, _keys(audit), audit.crossings, missing_tables=_missing(audit))
    return View(_picture(draw_group_matrix(matrix), "Foreign keys between the groups", describe_group_matrix(matrix)))


def group_pages(audit: AuditResult) -> View:
    """One page per group: the keys that come in, its tables, the keys that go out."""
    pages = pages_of(audit.grouping, _keys(audit), audit.crossings, missing_tables=_missing(audit))
    if not pages:
        return View(Prose(lines=(line(open_("No group"), " is declared, so there is no page."),)))
    parts = tuple(_part(page) for page in pages[:_MOST_PAGES])
    rest = len(pages) - len(parts)
    more = (Prose(lines=(line(f"{rest} more groups are in audit.json."),)),) if rest else ()
    return View(Stack(body=(*parts, *more)))


def _part(page: GroupPage) -> Part:
    picture = _picture(draw_group_page(page), f"Group {page.name}", describe_group_page(page))
    return Part(title=line(page.name), body=(picture,))


def _picture(figure: "Figure", title: str, description: str) -> Picture:
    svg = svg_bytes(figure, title=title, description=description).decode()
    return Picture(svg=svg, alt=f"{title}. {description}")


def _keys(audit: AuditResult) -> tuple[MergedKey, ...]:
    return merge_keys(audit.declared, audit.rehearsal.schema if audit.rehearsal is not None else None)


def _missing(audit: AuditResult) -> tuple[QualifiedName, ...] | None:
    return None if audit.rehearsal is None else tuple(Lacking(audit).tables)
