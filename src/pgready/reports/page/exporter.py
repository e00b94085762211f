"""The nbconvert exporter of the report; imported only by `export.export_html`, as importing nbconvert takes 0.4 s."""

from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from traitlets import default

from pgready.reports.notebooks.cells import Image, Prose, items_of
from pgready.reports.page.html import TEMPLATES, data_uri, environment
from pgready.reports.page.layout import Placed, lay_out
from pgready.reports.page.prose import markdown_html

__all__ = ["ReportExporter"]


class ReportExporter(TemplateExporter):
    """Our template, found beside this file and nowhere else; no preprocessor and no configuration of the user.

    `resources["pgready"]` holds `title`, `banner`, `reports` and `lead`, as `export_html` takes them.
    """

    file_extension = ".html"
    output_mimetype = "text/html"

    @default("template_paths")
    def _own_paths(self) -> list[str]:
        return [str(TEMPLATES)]

    def _init_preprocessors(self) -> None:
        self._preprocessors: list[object] = []

    def _create_environment(self) -> Environment:
        made = environment()
        made.filters |= {"prose": _prose, "image_uri": _image_uri}
        return made

    def from_notebook_node(  # type: ignore[override]  # TemplateExporter changes the type as well
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **_: object
    ) -> tuple[str, dict[str, Any]]:
        """The document, and the resources as they were given."""
        given = (resources or {}).get("pgready", {"title": "Report", "banner": None})
        return self.template.render(report=lay_out(items_of(nb), **given)), resources or {}


def _prose(placed: Placed) -> Markup:
    if not isinstance(placed.item, Prose):
        return Markup()
    return markdown_html(placed.item.source, list(placed.anchors), placed.reports)


def _image_uri(image: Image) -> str:
    return data_uri(image.mime, image.data)
