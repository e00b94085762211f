"""The pictures of the groups, with the words for those who cannot see them."""

from collections.abc import Collection
from dataclasses import replace

from pgready.errors import ConfigError
from pgready.figures.blast_radius import draw_blast_radius
from pgready.figures.block_matrix import draw_block_matrix
from pgready.figures.describe import (
    describe_blast_radius,
    describe_block_matrix,
    describe_group_matrix,
    describe_group_page,
    describe_status_cards,
    describe_table_map,
)
from pgready.figures.group_matrix import draw_group_matrix
from pgready.figures.group_page import draw_group_page
from pgready.figures.status_cards import draw_status_cards
from pgready.figures.table_map import draw_table_map
from pgready.graph.asked import asked_names
from pgready.graph.block_matrix import block_matrix
from pgready.graph.cascades import BlastRadius, blast_radii
from pgready.graph.matrix import GroupMatrix
from pgready.graph.matrix import group_matrix as matrix_of
from pgready.graph.names import table_names
from pgready.graph.pages import GroupPage
from pgready.graph.pages import group_pages as pages_of
from pgready.graph.reach import cascade_reach
from pgready.graph.status import group_statuses, whole_schema
from pgready.graph.table_map import MOST_TABLES, drawn_hubs, table_map
from pgready.graph.tenancy import group_tenancy
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey
from pgready.reports.blocks import Block, Fold, Line, Part, Picture, Prose, Stack
from pgready.reports.interactive import map_interaction, matrix_interaction
from pgready.reports.lines import bad, capped, code, count, line, muted, open_
from pgready.reports.view import View
from pgready.reports.views.drawing import (
    keys_of,
    made_of,
    missing_keys,
    missing_tables,
    picture,
    structure_of,
    unkeyed_of,
)
from pgready.reports.views.ungrouped import NO_GROUPS, NOTHING_TO_SHOW
from pgready.reports.visible import shorten
from pgready.verdict import AuditResult

__all__ = ["all_tables", "blast_radius", "group_cards", "group_matrix", "group_pages"]

_MOST_BYTES = 300_000
_WORDS = 600
_ALL = "All tables"
_RADII = 3
_MANY = 5
_ROWS = 20


def group_cards(audit: AuditResult) -> View:
    """One card per group, what needs a person first."""
    if not audit.grouping.groups:
        return NOTHING_TO_SHOW
    statuses = group_statuses(
        audit.grouping,
        keys_of(audit),
        audit.crossings,
        audit.contracts,
        missing_tables=missing_tables(audit),
        unkeyed=unkeyed_of(audit).references,
        tenancy=group_tenancy(structure_of(audit), audit.grouping),
    )
    whole = whole_schema(audit.contracts)
    words = describe_status_cards(statuses, whole)
    return View(picture(draw_status_cards(statuses, whole), "Status of the groups", words))


def group_matrix(audit: AuditResult) -> View:
    """Who refers to whom, group by group; a filled cell below the diagonal is a cycle."""
    if not audit.grouping.groups:
        return NO_GROUPS
    matrix = _matrix(audit)
    return View(picture(draw_group_matrix(matrix), "Foreign keys between the groups", describe_group_matrix(matrix)))


def _matrix(audit: AuditResult) -> GroupMatrix:
    matrix = matrix_of(
        audit.grouping,
        keys_of(audit),
        audit.crossings,
        missing_tables=missing_tables(audit),
        unkeyed=unkeyed_of(audit).references,
    )
    return replace(matrix, complete=_complete(audit))


def _complete(audit: AuditResult) -> bool:
    """False only for a deploy that stopped: what it made is known as far as it ran."""
    return audit.rehearsal is None or audit.rehearsal.complete


def all_tables(audit: AuditResult) -> View:
    """Every table, to be explored: as a map up to 250 tables, above that as a matrix of blocks."""
    keys, unkeyed = keys_of(audit), unkeyed_of(audit).references
    if len(audit.declared.tables) > MOST_TABLES:
        blocks = block_matrix(_matrix(audit), audit.grouping, keys, audit.crossings, unkeyed=unkeyed)
        found = matrix_interaction(blocks, keys, unkeyed=unkeyed)
        return View(picture(draw_block_matrix(blocks), _ALL, describe_block_matrix(blocks), interaction=found))
    hubs = drawn_hubs(audit.grouping, keys, audit.hubs, table_names(audit.declared, made_of(audit)))
    drawn = table_map(_pages(audit), hubs)
    found = map_interaction(drawn, keys, unkeyed=unkeyed)
    return View(picture(draw_table_map(drawn), _ALL, describe_table_map(drawn), interaction=found))


def group_pages(audit: AuditResult, groups: Collection[str] = ()) -> View:
    """One page per group, or for each of `groups`: keys that come in, its tables, keys that go out.

    In words once it gets too much. Raises ConfigError for a group that is none.
    """
    pages = _chosen(_pages(audit), asked_names("groups", groups, "Auth"))
    if not audit.grouping.groups:
        return NO_GROUPS
    parts, told = _drawn(pages)
    return View(Stack(body=(*parts, *((_in_words(told),) if told else ()))))


def _pages(audit: AuditResult) -> tuple[GroupPage, ...]:
    pages = pages_of(
        audit.grouping,
        keys_of(audit),
        audit.crossings,
        missing_tables=missing_tables(audit),
        unkeyed=unkeyed_of(audit).references,
    )
    return tuple(replace(page, complete=_complete(audit)) for page in pages)


def _chosen(pages: tuple[GroupPage, ...], groups: Collection[str]) -> tuple[GroupPage, ...]:
    known = {page.name: page for page in pages}
    for name in groups:
        if name not in known:
            raise ConfigError(f"there is no group {name!r}; the groups are {', '.join(map(repr, known)) or 'none'}")
    return tuple(known[name] for name in dict.fromkeys(groups)) or pages


def _drawn(pages: tuple[GroupPage, ...]) -> tuple[tuple[Part, ...], tuple[GroupPage, ...]]:
    """As many pages as pictures as the report can carry, and the rest."""
    parts: list[Part] = []
    size = 0
    for place, page in enumerate(pages):
        if size > _MOST_BYTES:
            return tuple(parts), pages[place:]
        drawn = picture(draw_group_page(page), f"Group {page.name}", describe_group_page(page))
        size += len(drawn.svg)
        parts.append(Part(title=line(page.name), body=(drawn,)))
    return tuple(parts), ()


def _in_words(pages: tuple[GroupPage, ...]) -> Fold:
    rows = [(line(page.name), line(shorten(describe_group_page(page), _WORDS))) for page in pages]
    table = capped("Groups without a picture", ("Group", "Its keys"), rows)
    return Fold(summary=line(f"{count(len(pages), 'more group')} in words"), body=(table,))


def blast_radius(audit: AuditResult) -> View:
    """What deleting one row takes along: the widest deletes as pictures, and what each reaches."""
    structure = structure_of(audit)
    reaches = cascade_reach(structure, audit.grouping)
    known = _known(audit)
    if not reaches:
        said = line("No table", " has rows that a delete elsewhere takes along: no foreign key is ON DELETE CASCADE.")
        return View(Prose(lines=(said, *known)))
    tables = [it.table for it in reaches[:_ROWS]]
    radii = blast_radii(structure, audit.grouping, tables, missing=missing_keys(audit))
    wide = [radius for radius in radii if len(radius.groups) > 1 or len(radius.reached) >= _MANY]
    told = (Prose(lines=known),) if known else ()
    lost = (missing_tables(audit) or ()) if made_of(audit) is not None else ()
    drawn = [_radius(radius, lost) for radius in wide[:_RADII] or radii[:1]]
    return View(Stack(body=(*told, *drawn, _others(radii, len(reaches)))))


def _known(audit: AuditResult) -> tuple[Line, ...]:
    """What stands behind it, where that is less than a whole clean deploy."""
    if made_of(audit) is not None:
        return ()
    why = "nothing was rehearsed" if audit.rehearsal is None else "the rehearsal did not run to the end"
    return (line(open_("As declared"), f": {why}, so which keys a clean deploy makes is not known."),)


def _radius(radius: BlastRadius, lost: Collection[QualifiedName]) -> Picture:
    drawn = draw_blast_radius(radius, lost)
    return picture(drawn, f"Deleting one {radius.label}", describe_blast_radius(radius))


def _counted(keys: Collection[ForeignKey], radius: BlastRadius) -> Line:
    """The tables of some keys, and how many of them only hold keys that are not made."""
    tables, made = {key.table for key in keys}, {key.table for key in keys if key not in radius.missing}
    return _with_lost(len(tables), len(tables - made))


def _with_lost(number: int, missing: int) -> Line:
    return line(f"{number}, ", bad(f"{missing} over missing keys")) if missing else line(str(number))


def _others(radii: Collection[BlastRadius], total: int) -> Block:
    rows = [
        (
            line(code(radius.label)),
            line(radius.group),
            _with_lost(len(radius.reached), sum(it.missing for it in radius.reached)),
            line(", ".join(radius.groups)),
            _counted(radius.set_null, radius),
            _counted([it.foreign_key for it in radius.blockers], radius),
        )
        for radius in radii
    ]
    heads = ("Deleting one", "Group", "#Tables reached", "Groups reached", "#Set to NULL", "#Can stop it")
    table = capped("What a delete reaches, the widest first", heads, rows)
    more = f", {total - len(rows)} narrower ones left out" if total > len(rows) else ""
    return Fold(summary=line(f"{count(total, 'table')} from which a delete goes on", muted(more)), body=(table,))
