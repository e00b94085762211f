"""An executed notebook as what a report shows of it: prose and outputs, no code, and whatever did not run.

Only four kinds of output are ever shown: own JSON, SVG and PNG as images, and plain text. `text/html` and Markdown of
other people's objects are never taken, as they could run or load anything.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgready.reports.blocks import MIME, Block, decode

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["Failed", "Image", "Item", "NotRun", "Printed", "Prose", "Shown", "items_of", "without_title"]

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Prose:
    """The source of a Markdown cell."""

    source: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An own view."""

    block: Block


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of somebody else: `image/png` or `image/svg+xml`."""

    mime: str
    data: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class Printed:
    """Text that a cell printed or returned."""

    text: str


@dataclass(frozen=True, slots=True)
class Failed:
    """An exception; the traceback without colours."""

    name: str
    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class NotRun:
    """A code cell that was not executed, so what it would have shown is missing."""


Item = Prose | Shown | Image | Printed | Failed | NotRun


def items_of(notebook: "NotebookNode") -> Iterator[Item]:
    """What the notebook shows, in its order; raw cells and code without output show nothing."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield Prose(cell.source)
        elif cell.cell_type == "code" and cell.source.strip():
            if not _ran(cell):
                yield NotRun()
            for output in cell.get("outputs", ()):
                yield from _item(output)


def _ran(cell: "NotebookNode") -> bool:
    pending = cell.metadata.get("papermill", {}).get("status") == "pending"
    return cell.get("execution_count") is not None and not pending


def _item(output: Mapping[str, Any]) -> Iterator[Item]:
    match output.get("output_type"):
        case "error":
            lines = "\n".join(map(str, output.get("traceback", ())))
            yield Failed(str(output.get("ename", "")), _plain(output.get("evalue", "")), _plain(lines))
        case "stream":
            text = _plain(output.get("text", ""))
            if text.strip():
                yield Printed(text)
        case "display_data" | "execute_result":
            yield from _data(output.get("data", {}), output.get("metadata", {}))


def _data(data: Mapping[str, Any], metadata: Mapping[str, Any]) -> Iterator[Item]:
    block = decode(data[MIME]) if MIME in data else None
    if block is not None:
        yield Shown(block)
        return
    image = _image(data, metadata)
    if image is not None:
        yield image
    elif "text/plain" in data:
        yield Printed(_plain(data["text/plain"]))


def _image(data: Mapping[str, Any], metadata: Mapping[str, Any]) -> Image | None:
    for mime in ("image/svg+xml", "image/png"):
        if mime not in data:
            continue
        described = metadata.get(mime)
        alt = described.get("alt") if isinstance(described, Mapping) else None
        try:
            text = _joined(data[mime])
            content = text.encode() if mime == "image/svg+xml" else base64.b64decode(text)
        except (binascii.Error, ValueError):
            continue
        return Image(mime, content, str(alt or _plain(data.get("text/plain", "Picture"))))
    return None


def _joined(text: object) -> str:
    """The text of a multi-line value, which the format allows to be a list of lines."""
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _plain(text: object) -> str:
    plain = _ANSI.sub("", _joined(text))
    return plain if len(plain) <= _MAX_TEXT else f"{plain[:_MAX_TEXT]}\n… {len(plain) - _MAX_TEXT} more characters"


def without_title(items: Iterable[Item]) -> Iterator[Item]:
    """The items without the notebook's own title: the report has a better one, with the project's name."""
    for place, item in enumerate(items):
        rest = re.sub(r"\A\s*# [^\n]*\n?", "", item.source) if place == 0 and isinstance(item, Prose) else None
        yield item if rest is None else Prose(rest)
