"""What the pictures of an audit draw: its keys with what the rehearsal made of them, and a Figure as a `Picture`."""

from typing import TYPE_CHECKING

from pgready.figures.compact import compact
from pgready.figures.svg import svg_bytes
from pgready.graph.edges import both_structures
from pgready.graph.isolation import MergedKey, merge_keys
from pgready.graph.isolation import missing_keys as keys_not_made
from pgready.graph.unkeyed import unkeyed_columns
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema
from pgready.model.unkeyed import UnkeyedColumns
from pgready.reports.blocks import Interaction, Picture
from pgready.reports.causes import Lacking
from pgready.verdict import AuditResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["keys_of", "made_of", "missing_keys", "missing_tables", "picture", "structure_of", "unkeyed_of"]


def picture(figure: "Figure", title: str, description: str, *, interaction: Interaction | None = None) -> Picture:
    """The figure as SVG with live text, and its words; with `interaction` to be explored where scripts run."""
    svg = svg_bytes(figure, title=title, description=description, live_text=True).decode()
    alt = f"{title}. {description}"
    # What is explored is written anew where it is shown, from attributes alone.
    small = compact(svg) if interaction is None else svg
    return Picture(svg=small, alt=alt, title=title, interaction=interaction)


def keys_of(audit: AuditResult) -> tuple[MergedKey, ...]:
    """The foreign keys of both structures; as far as the rehearsal came when it did not end."""
    return merge_keys(audit.declared, audit.rehearsal.schema if audit.rehearsal is not None else None)


def made_of(audit: AuditResult) -> Schema | None:
    """What the migrations make, when all of them were applied; None when that is not known."""
    return audit.rehearsal.schema if audit.rehearsal is not None and audit.rehearsal.complete else None


def structure_of(audit: AuditResult) -> Schema:
    """The tables and keys of both structures, those of the checks of isolation; as declared without a whole deploy."""
    return both_structures(audit.declared, made_of(audit))


def missing_keys(audit: AuditResult) -> frozenset[ForeignKey]:
    """The keys of `structure_of` that a clean deploy does not make; empty when that is not known."""
    return keys_not_made(audit.declared, made_of(audit))


def unkeyed_of(audit: AuditResult) -> UnkeyedColumns:
    """The columns of `structure_of` that look like references and have no key."""
    structure = structure_of(audit)
    return audit.unkeyed if structure == audit.declared else unkeyed_columns(structure)


def missing_tables(audit: AuditResult) -> tuple[QualifiedName, ...] | None:
    """The declared tables that the rehearsal did not make; None when there was none."""
    return None if audit.rehearsal is None else tuple(Lacking(audit).tables)
