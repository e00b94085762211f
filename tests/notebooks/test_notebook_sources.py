"""The shipped notebooks import, call and display; everything else belongs into the package, where it is tested."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from pgready.reports.notebooks.parameters import declared_parameters
from pgready.reports.notebooks.shipped import NOTEBOOK_OF_RECORD, NOTEBOOKS, shipped_notebook

_NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
_FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.While,
    ast.If,
    ast.Try,
    ast.With,
    ast.comprehension,
)
_SQL = ("select ", "create table", "insert into", "alter table")

pytestmark = pytest.mark.parametrize("file", _NOTEBOOKS, ids=lambda file: file.stem)


def _read(file: Path) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return notebook


def _code(file: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in _read(file)["cells"] if cell["cell_type"] == "code"]


def test_it_is_shipped_under_its_name(file: Path) -> None:
    assert file.stem in NOTEBOOKS
    assert shipped_notebook(file.stem).samefile(file)


def test_no_output_count_or_trace_of_a_run_is_kept(file: Path) -> None:
    notebook = _read(file)
    assert "papermill" not in notebook["metadata"]
    for cell in notebook["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert set(cell["metadata"]) <= {"tags"}


def test_cells_only_import_call_and_display(file: Path) -> None:
    for source in _code(file):
        nodes = list(ast.walk(ast.parse(source)))
        assert not [node for node in nodes if isinstance(node, _FORBIDDEN)], source
        assert not any(line.lstrip().startswith(("%", "!")) for line in source.splitlines())
        assert not any(sql in source.lower() for sql in _SQL)


def test_cells_are_short_and_have_an_identity(file: Path) -> None:
    parameters, *others = _code(file)
    assert all(len(source.splitlines()) <= 10 for source in others)
    # One line for each parameter, and nothing else.
    assert all(
        isinstance(node, ast.AnnAssign) and node.lineno == node.end_lineno for node in ast.parse(parameters).body
    )
    identities = [cell["id"] for cell in _read(file)["cells"]]
    assert len(set(identities)) == len(identities)


def test_the_first_parameters_are_those_that_every_notebook_has(file: Path) -> None:
    parameters = declared_parameters(_read(file), name=file.name)
    shared = ["project", "config", "schema", "migrations", "database", "rehearse", "since", "thorough", "output_dir"]
    assert list(parameters)[: len(shared)] == shared
    assert file.stem != NOTEBOOK_OF_RECORD or list(parameters) == shared
    assert parameters["schema"].types == ("list",)
    assert parameters["database"].types == ("str", "None")


def test_every_section_is_explained_in_prose(file: Path) -> None:
    cells = _read(file)["cells"]
    assert cells[0]["cell_type"] == "markdown"
    assert cells[0]["source"][0].startswith("# ")
    for cell in cells:
        if cell["cell_type"] == "markdown":
            lines = [line for line in cell["source"] if line.strip()]
            assert lines[0].startswith("#")
            assert len(lines) > 1
