"""A working copy of a shipped notebook: a project as its parameters, and a mark by which an edit is noticed later.

The mark is a hash of the cells' text in the notebook's own metadata, which JupyterLab keeps when it saves. It goes
where the file goes, so that a copy that was renamed, moved or committed still tells whether a person has edited it.
What running and saving changes (outputs, execution counts, metadata) is no edit.
"""

import ast
import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from pgready.errors import ConfigError
from pgready.reports.notebooks.parameters import check_parameters, declared_parameters
from pgready.reports.scrub import Scrubber

__all__ = ["State", "has_outputs", "literal", "make_copy", "state_of"]

_MARK = "pgready"


class State(Enum):
    """What stands where a copy is to be: compared with the copy that would be made now."""

    SAME = "the same text"
    OUTDATED = "as an earlier pgready, or other options, made it, and not edited"
    EDITED = "made the same, and edited since"
    FOREIGN = "edited, and made by an earlier pgready or other options; or not made by pgready at all"


def make_copy(
    original: Mapping[str, Any], values: Mapping[str, object], *, name: str, version: str, scrubber: Scrubber
) -> dict[str, Any]:
    """The JSON of a notebook with `values` in its parameters cell, as Python literals, and with the mark.

    Annotations, comments and lines of the cell stay as they are. ConfigError: a parameter that the notebook does not
    declare, of another type, not Unicode, or with a secret in it, as notebooks are saved and sent on.
    """
    check_parameters(declared_parameters(original, name=name), values, name=name)
    for key, value in values.items():
        if scrubber.value(copy.deepcopy(value)) != value:
            raise ConfigError(f"{key}: holds a secret, and a notebook shows its parameters to everybody who gets it")
    made = copy.deepcopy(dict(original))
    for cell in made["cells"]:
        if "parameters" in (cell["metadata"].get("tags") or ()):
            lines = _with_values(_text(cell), values).encode().splitlines(keepends=True)
            cell["source"] = [line.decode() for line in lines]
    made["metadata"] = {**made["metadata"], _MARK: {"version": version, "text": _hash(made)}}
    return made


def state_of(current: Mapping[str, Any] | None, made: Mapping[str, Any]) -> State:
    """What became of a copy; `current` is the JSON of the file, None when it holds none, `made` a copy made now."""
    if current is None:
        return State.FOREIGN
    text, given, new = _hash(current), _given(current), _hash(made)
    if text == new:
        return State.SAME
    if text == given:
        return State.OUTDATED
    return State.EDITED if given == new else State.FOREIGN


def has_outputs(notebook: Mapping[str, Any]) -> bool:
    """Whether a cell shows something, or was run."""
    return any(cell.get("outputs") or cell.get("execution_count") for cell in notebook["cells"])


def literal(value: object) -> str:
    """A value as Python source on one line; texts stand in double quotes where that needs no escape.

    What cannot be seen or turns the direction of writing is escaped (`str.isprintable`).
    """
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    text = repr(value)
    return f'"{text[1:-1]}"' if isinstance(value, str) and text[0] == "'" and '"' not in value else text


def _with_values(source: str, values: Mapping[str, object]) -> str:
    """Replace the assigned expressions; from the last to the first, so that places stay true."""
    # ast counts columns in bytes of UTF-8, and bytes are split into lines as Python's own parser splits them.
    lines = source.encode().splitlines(keepends=True)
    for name, node in reversed(list(_assigned(ast.parse(source)))):
        if name not in values or node.end_lineno is None or node.end_col_offset is None:
            continue
        first, last = node.lineno - 1, node.end_lineno - 1
        head, tail = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
        lines[first : last + 1] = [head + literal(values[name]).encode() + tail]
    return b"".join(lines).decode()


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for statement in tree.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value


def _given(notebook: Mapping[str, Any]) -> object:
    mark = notebook["metadata"].get(_MARK) if isinstance(notebook.get("metadata"), dict) else None
    return mark.get("text") if isinstance(mark, dict) else None


def _hash(notebook: Mapping[str, Any]) -> str:
    """Of what a person writes: kind, text, tags and attachments of each cell; its id and the outputs are Jupyter's."""
    said = [
        [cell.get("cell_type"), _text(cell), cell["metadata"].get("tags") or [], cell.get("attachments") or {}]
        for cell in notebook["cells"]
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _text(cell: Mapping[str, Any]) -> str:
    source = cell.get("source")
    return source if isinstance(source, str) else "".join(map(str, source or ()))
