"""An executed notebook as Markdown for GitHub, with its pictures as files beside it.

Pictures are SVG: GitHub shows SVG files of a repository like PNG files, they are sharp at every width, a fifth of the
size, and the text of ours is drawn as paths, so no font of the reader is needed. Data URIs would be dropped.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from pgready.reports.blocks import Banner, Block
from pgready.reports.markdown.blocks import block_markdown, escaped, fenced
from pgready.reports.markdown.prose import harmless_markdown
from pgready.reports.notebooks.cells import Failed, Image, Item, NotRun, Printed, Prose, Shown, items_of, without_title

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["export_markdown"]

_ENDINGS = {"image/svg+xml": "svg", "image/png": "png"}


@dataclass(frozen=True, slots=True)
class _Files:
    """The pictures that were met so far, by name; equal pictures are one file."""

    folder: str
    found: dict[str, bytes] = field(default_factory=dict)

    def save(self, ending: str, data: bytes) -> str:
        """Keep a picture; the address relative to the Markdown file."""
        name = f"{self.folder}/{hashlib.sha256(data).hexdigest()[:12]}.{ending}"
        self.found[name] = data
        return quote(name)


def export_markdown(
    notebook_node: "NotebookNode",
    *,
    name: str,
    banner: str | None = None,
    reports: Collection[str] = (),
    lead: Sequence[Block] = (),
    title: str | None = None,
) -> tuple[str, dict[str, bytes]]:
    """The report as Markdown, and its pictures by their path relative to it (`<name>_files/<hash>.svg`).

    `name` is the file's name without ending. `banner` is the reason, free of secrets, why the run did not come to its
    end: it is shown first and no verdict below it counts.
    `reports` are the names, without ending, of the notebooks whose reports are made in the same run: only to those a
    link of a Markdown cell may lead, as `<name>.md`. `lead` stands before what the notebook shows, and `title` above
    all: the notebook's own heading of level 1 gives way to it.
    """
    files = _Files(f"{name}_files")
    items = items_of(notebook_node)
    parts = [] if title is None else [f"# {escaped(title)}"]
    parts += [] if banner is None else [_failure(banner)]
    parts += [block_markdown(block, files.save) for block in lead]
    previous: Item | None = None
    for item in items if title is None else without_title(items):
        if not (isinstance(item, NotRun) and isinstance(previous, NotRun)):
            parts.append(_markdown(item, files, reports, confirmed=banner is None))
        previous = item
    return "\n\n".join(part for part in parts if part) + "\n", files.found


def _failure(reason: str) -> str:
    said = "The run did not come to its end, so nothing below decides anything."
    return f"> [!CAUTION]\n> **INCONCLUSIVE: this report is not a pass.** {said}\n\n{fenced(reason)}"


def _markdown(item: Item, files: _Files, reports: Collection[str], *, confirmed: bool) -> str:  # noqa: PLR0911  # one arm per kind of item
    match item:
        case Prose(source):
            return harmless_markdown(source, reports)
        case Shown(Banner() as banner) if not confirmed:
            return f"*Not confirmed, as the run failed later. The notebook had said: {escaped(banner.word)}.*"
        case Shown(block):
            return block_markdown(block, files.save)
        case Image(mime, data, alt):
            return f"![{escaped(alt)}]({files.save(_ENDINGS[mime], data)})"
        case Printed(text):
            return fenced(text.rstrip("\n"))
        case Failed(failure, message, traceback):
            summary = f"❌ **This part failed.** {escaped(f'{failure}: {message}')}"
            return f"{summary}\n\n<details><summary>Traceback</summary>\n\n{fenced(traceback)}\n\n</details>"
        case NotRun():
            return "❔ *This part was not run, so what it would show is not known.*"
