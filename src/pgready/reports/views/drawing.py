"""What the pictures of an audit draw: its keys with what the rehearsal made of them, and a Figure as a `Picture`."""

from typing import TYPE_CHECKING

from pgready.figures.svg import svg_bytes
from pgready.graph.isolation import MergedKey, merge_keys
from pgready.model.names import QualifiedName
from pgready.reports.blocks import Interaction, Picture
from pgready.reports.causes import Lacking
from pgready.verdict import AuditResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["keys_of", "missing_tables", "picture"]


def picture(figure: "Figure", title: str, description: str, *, interaction: Interaction | None = None) -> Picture:
    """The figure as SVG with live text, and its words; with `interaction` to be explored where scripts run."""
    svg = svg_bytes(figure, title=title, description=description, live_text=True).decode()
    alt = f"{title}. {description}"
    return Picture(svg=svg, alt=alt, title=title, interaction=interaction)


def keys_of(audit: AuditResult) -> tuple[MergedKey, ...]:
    """The foreign keys of both structures; as far as the rehearsal came when it did not end."""
    return merge_keys(audit.declared, audit.rehearsal.schema if audit.rehearsal is not None else None)


def missing_tables(audit: AuditResult) -> tuple[QualifiedName, ...] | None:
    """The declared tables that the rehearsal did not make; None when there was none."""
    return None if audit.rehearsal is None else tuple(Lacking(audit).tables)
