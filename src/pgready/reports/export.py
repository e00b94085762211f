"""An executed notebook as one HTML file that can be sent by mail: no script, no request, everything inside.

The template is our own: nbconvert's stock ones load scripts from content delivery networks, carry 263 kB of style and
let foreign HTML run. nbconvert does what it is good at: it takes the notebook and drives the template.
"""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["export_html"]


def export_html(notebook_node: "NotebookNode", *, title: str, banner: str | None = None) -> str:
    """The report as one offline HTML document.

    `title` is the page's title and heading; the notebook's own heading of level 1 gives way to it. `banner` is the
    reason, free of secrets, why the run did not come to its end: it is shown first and no verdict below it counts.
    """
    # An optional validator of jsonschema that compiles grammars for a second and that nothing here uses; None is how
    # Python blocks an import, and jsonschema does without it.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from pgready.reports.exporter import ReportExporter  # noqa: PLC0415  # imports nbconvert, which takes 0.4 s

    resources = {"pgready": {"title": title, "banner": banner}}
    document, _ = ReportExporter().from_notebook_node(notebook_node, resources)  # type: ignore[no-untyped-call]
    return document
