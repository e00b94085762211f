"""An executed notebook as one HTML file that can be sent by mail: no script, no request, everything inside.

The template is our own: nbconvert's stock ones load scripts from content delivery networks, carry 263 kB of style and
let foreign HTML run. nbconvert does what it is good at: it takes the notebook and drives the template.
"""

from collections.abc import Collection, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from pgready.reports.notebooks.execution import import_lean

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from pgready.reports.blocks import Block

__all__ = ["export_html", "warm_up_export"]


def export_html(
    notebook_node: "NotebookNode",
    *,
    title: str,
    banner: str | None = None,
    reports: Collection[str] = (),
    lead: "Sequence[Block]" = (),
) -> str:
    """The report as one offline HTML document.

    `title` is the page's title and heading; the notebook's own heading of level 1 gives way to it. `banner` is the
    reason, free of secrets, why the run did not come to its end: it is shown first and no verdict below it counts.
    `reports` are the names, without ending, of the notebooks whose reports are made in the same run: only to those a
    link of a Markdown cell may lead, as `<name>.html`. `lead` stands before what the notebook shows.
    """
    import_lean()
    from pgready.reports.page.exporter import ReportExporter  # noqa: PLC0415  # imports nbconvert, which takes 0.3 s

    resources = {"pgready": {"title": title, "banner": banner, "reports": reports, "lead": lead}}
    document, _ = ReportExporter().from_notebook_node(notebook_node, resources)  # type: ignore[no-untyped-call]
    return document


def warm_up_export() -> None:
    """Import and compile what `export_html` needs; for a thread of a caller that waits for something else."""
    import_lean()
    import_module("pgready.reports.page.exporter")
    from pgready.reports.page.html import compile_templates  # noqa: PLC0415  # likewise

    compile_templates()
