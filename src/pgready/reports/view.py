"""What a notebook cell shows: a block in the forms that JupyterLab, the exporter and a terminal understand."""

from dataclasses import dataclass
from typing import Any

from pgready.reports.blocks import MIME, Block, Picture, encode
from pgready.reports.page.html import lab_html
from pgready.reports.plain import plain_text

__all__ = ["View"]


@dataclass(frozen=True, slots=True)
class View:
    """A block that displays itself as the last expression of a cell."""

    block: Block

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Own JSON for the exporter, escaped HTML for JupyterLab, plain text; for a picture also its SVG.

        `include` and `exclude` are IPython's; all forms are always given, as IPython filters them itself.
        """
        del include, exclude
        forms: dict[str, Any] = {
            MIME: encode(self.block),
            "text/html": lab_html(self.block),
            "text/plain": plain_text(self.block),
        }
        return forms | ({"image/svg+xml": self.block.svg} if isinstance(self.block, Picture) else {})

    def __repr__(self) -> str:
        """The plain text form."""
        return plain_text(self.block)
