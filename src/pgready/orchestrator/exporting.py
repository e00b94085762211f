"""An executed notebook as the files that a person is sent."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pgready.errors import ReportError
from pgready.reports.ci.comment import COMMENT_NAME
from pgready.reports.ci.gitlab import CODE_QUALITY_NAME
from pgready.reports.ci.junit import JUNIT_NAME
from pgready.reports.ci.sarif import SARIF_NAME
from pgready.reports.document import AUDIT_NAME
from pgready.reports.files import write_atomically
from pgready.reports.markdown.export import export_markdown
from pgready.reports.page.export import export_html

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["OF_THE_RUN", "Exported", "export", "remove_stale", "write_exported"]

OF_THE_RUN = (AUDIT_NAME, SARIF_NAME, JUNIT_NAME, CODE_QUALITY_NAME, COMMENT_NAME)
"""The files that are written once, whatever notebooks a run has."""

_ENDINGS = ("html", "md", "ipynb", "pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A report in memory: the HTML page, the Markdown, and its pictures by their path relative to it."""

    html: bytes
    markdown: bytes
    pictures: Mapping[str, bytes]


def export(
    notebook: "NotebookNode", *, name: str, title: str, banner: str | None, reports: Collection[str]
) -> Exported:
    """The report of an executed notebook in all forms; `reports` are the names of all that this run makes."""
    text, pictures = export_markdown(notebook, name=name, banner=banner, reports=reports)
    page = export_html(notebook, title=title, banner=banner, reports=reports)
    return Exported(html=page.encode(), markdown=text.encode(), pictures=pictures)


def write_exported(exported: Exported, output_dir: Path, name: str) -> None:
    """Write the files of a report; pictures of an earlier run go. Raises ReportError."""
    write_atomically(output_dir / f"{name}.html", exported.html)
    for path, content in exported.pictures.items():
        write_atomically(output_dir / path, content)
    _remove_old_pictures(output_dir / f"{name}_files", {Path(path).name for path in exported.pictures})
    write_atomically(output_dir / f"{name}.md", exported.markdown)


def remove_stale(output_dir: Path, names: tuple[str, ...], others: tuple[str, ...]) -> None:
    """Remove what an earlier run left under the names of notebooks and as `others`; ReportError when that fails."""
    for stale in (*(f"{name}.{ending}" for name in names for ending in _ENDINGS), *others):
        try:
            (output_dir / stale).unlink(missing_ok=True)
        except OSError as error:
            message = f"{output_dir / stale}: the old one cannot be removed: {error.strerror or error}"
            raise ReportError(message) from error


def _remove_old_pictures(directory: Path, current: set[str]) -> None:
    """Pictures are named by their content, so those of an earlier run would stay for ever; nothing else is touched."""
    for path in directory.glob("*") if directory.is_dir() else ():
        if re.fullmatch(r"[0-9a-f]{12}\.(svg|png)", path.name) and path.name not in current:
            path.unlink(missing_ok=True)
