"""An executed notebook as the files that a person is sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pgready.orchestrator.earlier import remove_pictures
from pgready.reports.blocks import Block, Prose
from pgready.reports.ci.write import without_secrets
from pgready.reports.files import write_atomically
from pgready.reports.lines import line
from pgready.reports.markdown.export import export_markdown
from pgready.reports.page.export import export_html
from pgready.verdict import AuditResult

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["Exported", "export", "verdict_of_run", "write_exported"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A report in memory: the HTML page, the Markdown, and its pictures by their path relative to it."""

    html: bytes
    markdown: bytes
    pictures: Mapping[str, bytes]


def export(
    notebook: "NotebookNode",
    *,
    name: str,
    title: str,
    banner: str | None,
    reports: Collection[str],
    lead: Sequence[Block] = (),
) -> Exported:
    """The report of an executed notebook in all forms; `reports` are the names of all that this run makes.

    `lead` stands before everything that the notebook shows.
    """
    text, pictures = export_markdown(notebook, name=name, banner=banner, reports=reports, lead=lead, title=title)
    page = export_html(notebook, title=title, banner=banner, reports=reports, lead=lead)
    return Exported(html=page.encode(), markdown=text.encode(), pictures=pictures)


def verdict_of_run(result: AuditResult, notebook: str) -> tuple[Block, ...]:
    """What the page of an own notebook begins with: it may show what it likes, but not what the run came to."""
    from pgready.reports.views.summary import verdict  # noqa: PLC0415  # loads matplotlib: 0.7 s before a run begins

    whose = f"This is the verdict of the run. What follows is what {notebook} shows; it decides nothing."
    return (verdict(without_secrets(result)).block, Prose(lines=(line(whose),)))


def write_exported(exported: Exported, output_dir: Path, name: str) -> None:
    """Write the files of a report; pictures of an earlier run go. Raises ReportError."""
    write_atomically(output_dir / f"{name}.html", exported.html)
    for path, content in exported.pictures.items():
        write_atomically(output_dir / path, content)
    remove_pictures(output_dir / f"{name}_files", {Path(path).name for path in exported.pictures})
    write_atomically(output_dir / f"{name}.md", exported.markdown)
