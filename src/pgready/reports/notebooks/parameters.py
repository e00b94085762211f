"""The parameters of a notebook: what its cell tagged `parameters` declares, and whether given values fit.

Papermill only logs an unknown parameter, checks no type, and its own inspection loses a string default that contains
`=` (papermill 2.7, `PythonTranslator.inspect`), so the cell is parsed here, with `ast`.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pgready.errors import ConfigError, ReportError

__all__ = ["Parameter", "check_parameters", "declared_parameters"]

_TAG = "parameters"
_UNKNOWN = object()

_CHECKS: dict[str, Callable[[object], bool]] = {
    "None": lambda value: value is None,
    "bool": lambda value: isinstance(value, bool),
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "str": lambda value: isinstance(value, str),
    "list": lambda value: isinstance(value, list),
    "dict": lambda value: isinstance(value, dict),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One assignment in the parameters cell. `types` are the accepted ones by name; empty means that any will do.

    They come from the annotation (`str | None`), else from the default; a default of None alone says nothing.
    """

    name: str
    types: tuple[str, ...]


def declared_parameters(notebook: Mapping[str, Any], *, name: str) -> dict[str, Parameter]:
    """The parameters that a notebook (the JSON of nbformat 4) declares, in order.

    Raises ReportError when it has no cell tagged `parameters`, more than one, or one that is not plain Python.
    """
    cells = [cell for cell in notebook["cells"] if _TAG in (cell["metadata"].get("tags") or ())]
    if len(cells) != 1:
        found = f"{len(cells)} cells" if cells else "no cell"
        raise ReportError(f"{name} has {found} tagged `{_TAG}`; exactly one is needed to check its parameters.")
    source = cells[0].get("source")
    try:
        tree = ast.parse(source if isinstance(source, str) else "".join(source or ()))
    except (SyntaxError, ValueError, TypeError) as error:
        raise ReportError(f"The parameters cell of {name} cannot be read: {error}.") from error
    return {
        target: Parameter(name=target, types=types)
        for statement in tree.body
        for target, types in _assignments(statement)
    }


def _assignments(statement: ast.stmt) -> list[tuple[str, tuple[str, ...]]]:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [(statement.target.id, _annotated(statement.annotation))]
    if isinstance(statement, ast.Assign):
        types = _of_default(statement.value)
        return [(target.id, types) for target in statement.targets if isinstance(target, ast.Name)]
    return []


def _of_default(node: ast.expr) -> tuple[str, ...]:
    try:
        default = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        default = _UNKNOWN
    kind = type(default).__name__
    return (kind,) if default is not None and kind in _CHECKS else ()


def _annotated(node: ast.expr) -> tuple[str, ...]:
    """`str`, `str | None`, `"int"` and `list[str]` (the elements are not looked at); anything else accepts all."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _annotated(ast.parse(node.value, mode="eval").body)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        left, right = _annotated(node.left), _annotated(node.right)
        return (*left, *right) if left and right else ()
    if isinstance(node, ast.Subscript):
        return _annotated(node.value)
    kind = ast.unparse(node)
    return (kind,) if kind in _CHECKS else ()


def check_parameters(declared: Mapping[str, Parameter], given: Mapping[str, object], *, name: str) -> None:
    """Raise ConfigError for the first value that the notebook does not declare or whose type does not fit."""
    known = ", ".join(declared) or "none"
    for key, value in given.items():
        if key not in declared:
            close = get_close_matches(key, declared, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise ConfigError(f"{name} has no parameter {key!r}.{hint} Its parameters: {known}.")
        _check_value(declared[key], value, name=name, known=known)


def _check_value(parameter: Parameter, value: object, *, name: str, known: str) -> None:
    where = f"Parameter {parameter.name!r} of {name}"
    accepted = parameter.types or tuple(_CHECKS)
    if not any(_CHECKS[kind](value) for kind in accepted):
        raise ConfigError(
            f"{where} must be {' or '.join(accepted)}, not {type(value).__name__}. Its parameters: {known}."
        )
    if isinstance(value, str) and not _is_unicode(value):
        raise ConfigError(f"{where} is not valid Unicode; a notebook is stored as UTF-8. Its parameters: {known}.")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
