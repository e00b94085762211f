"""The file of a notebook: read without nbformat, which takes 0.2 s to import, and then as a valid node."""

import json
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pgready.errors import ReportError
from pgready.reports.notebooks.execution import import_lean

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["count_cells", "empty_node", "language_of", "node_of", "read_source"]

_FORMAT = 4
# What is ignored by `warnings` is ignored in all threads, so one at a time.
_PARSING = threading.Lock()


def read_source(path: Path) -> dict[str, Any]:
    """The JSON of a notebook file. Raises ReportError when it cannot be read or is none of format 4."""
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ReportError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{path.name} is not a notebook: {_in_words(error)}") from error
    if not _is_notebook(content):
        raise ReportError(f"{path.name} is not a notebook of format {_FORMAT}")
    return cast("dict[str, Any]", content)


def _in_words(error: ValueError | RecursionError) -> str:
    match error:
        case RecursionError():
            return "its JSON is nested too deeply"
        case json.JSONDecodeError():
            return f"no JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        case UnicodeDecodeError():
            return "its text is not UTF-8"
        case _:
            return str(error)


def _is_notebook(content: object) -> bool:
    """As much of the format as is needed to look for the parameters cell; nbformat checks the rest later."""
    if (
        not isinstance(content, dict)
        or content.get("nbformat") != _FORMAT
        or not isinstance(content.get("cells"), list)
    ):
        return False
    return all(isinstance(cell, dict) and isinstance(cell.get("metadata"), dict) for cell in content["cells"])


def language_of(content: Mapping[str, Any]) -> str:
    """The language that the notebook names, in small letters; `python` when it names none."""
    metadata = content.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for key, name in (("kernelspec", "language"), ("language_info", "name")):
        described = metadata.get(key)
        if isinstance(described, dict) and described.get(name):
            return str(described[name]).lower()
    return "python"


def count_cells(content: Mapping[str, Any]) -> int:
    """How many cells will be executed: those with code, and the one that Papermill adds for the parameters."""
    return 1 + len([cell for cell in content["cells"] if cell.get("cell_type") == "code" and cell.get("source")])


def node_of(content: Mapping[str, Any], name: str) -> "NotebookNode":
    """The valid nbformat 4 node of a notebook's JSON; from any thread. Raises ReportError when it is not valid."""
    import_lean()
    import nbformat  # noqa: PLC0415 - 0.1 s, while the kernel starts

    with _PARSING, warnings.catch_warnings():
        # A missing or repeated cell id is repaired.
        warnings.simplefilter("ignore")
        try:
            node: NotebookNode = nbformat.reads(json.dumps(content), as_version=_FORMAT)  # type: ignore[no-untyped-call]
            nbformat.validate(node)
        except Exception as error:  # a malformed notebook makes nbformat raise whatever it stumbles over
            raise ReportError(f"{name} is not a valid notebook: {str(error).partition(chr(10))[0]}") from error
    return node


def empty_node() -> "NotebookNode":
    """What stands for a notebook that could not be read."""
    return node_of({"nbformat": _FORMAT, "nbformat_minor": 5, "metadata": {}, "cells": []}, "")
