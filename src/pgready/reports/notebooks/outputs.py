"""How much of what foreign cells show is kept: a report that nobody can open or send tells nothing.

Our own views are small and never cut. What is left out is said where it stood, and is no reason to doubt the run.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pgready.reports.blocks import MIME

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["MOST_OF_NOTEBOOK", "MOST_OF_PICTURE", "MOST_OF_TEXT", "keep_within_limits"]

MOST_OF_TEXT = 200_000
MOST_OF_PICTURE = 5_000_000
MOST_OF_NOTEBOOK = 20_000_000
"""Bytes that are kept: of one text (a stream, a traceback, a plain text), of one other form of an output (a picture, in
base64), and of all that is not ours in a notebook."""

_PLAIN = "text/plain"


def keep_within_limits(notebook: "NotebookNode", *, most: int = MOST_OF_NOTEBOOK) -> None:
    """Cut in place what is longer than the limits, to be called after secrets were removed: half of one is not found.

    A text keeps its beginning; another form goes as a whole, as half a picture is none. When the notebook's `most`
    bytes are used up, of each later output only how much it was is kept.
    """
    left = most
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if MIME in output.get("data", ()):
                continue
            _cut(output)
            used = _shown(output)
            if used > left:
                _empty(output, used)
                left = 0
            else:
                left -= used


def _shown(output: "NotebookNode") -> int:
    if output.output_type == "stream":
        return _size(output.text)
    if output.output_type == "error":
        return _size(output.evalue) + sum(map(_size, output.traceback))
    return sum(map(_size, output.data.values()))


def _cut(output: "NotebookNode") -> None:
    if output.output_type == "stream":
        output.text = _beginning(output.text)
    elif output.output_type == "error":
        output.evalue = _beginning(output.evalue)
        output.traceback = list(_within(output.traceback))
    else:
        _cut_forms(output)


def _within(lines: list[str]) -> Iterator[str]:
    left = MOST_OF_TEXT
    for number, line in enumerate(lines):
        if len(line.encode()) > left:
            yield _not_kept(sum(len(each.encode()) for each in lines[number:]))
            return
        left -= len(line.encode())
        yield line


def _cut_forms(output: "NotebookNode") -> None:
    gone = 0
    for form, value in list(output.data.items()):
        if form == _PLAIN:
            output.data[form] = _beginning(_joined(value))
        elif (size := _size(value)) > MOST_OF_PICTURE:
            gone += size
            del output.data[form]
    if gone:
        output.data[_PLAIN] = "\n".join(filter(None, (output.data.get(_PLAIN, ""), _not_kept(gone))))


def _empty(output: "NotebookNode", size: int) -> None:
    if output.output_type == "stream":
        output.text = f"{_not_kept(size)}\n"
    elif output.output_type == "error":
        output.evalue, output.traceback = _beginning(output.evalue, most=1_000), [_not_kept(size)]
    else:
        output.data = type(output)({_PLAIN: _not_kept(size)})


def _beginning(text: str, *, most: int = MOST_OF_TEXT) -> str:
    """The text as far as `most` bytes of UTF-8 reach, and how much more there was."""
    if len(text) <= most // 4:
        return text
    written = text.encode()
    if len(written) <= most:
        return text
    return f"{written[:most].decode(errors='ignore')}\n{_not_kept(len(written) - most)}\n"


def _not_kept(size: int) -> str:
    return f"… {size:,} more bytes not kept"


def _joined(value: Any) -> str:  # noqa: ANN401 - the format allows a list of lines
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _size(value: object) -> int:
    """In bytes, of a text or of another value as it stands in the file."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return len(text) if text.isascii() else len(text.encode())
