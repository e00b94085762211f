"""A working copy: values become literals in the parameters cell, and an edit is told from a run."""

import ast
import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgready.errors import ConfigError
from pgready.reports.notebooks.shipped import NOTEBOOKS, shipped_notebook
from pgready.reports.notebooks.working_copy import State, has_outputs, literal, make_copy, state_of
from pgready.reports.scrub import make_scrubber

_CLEAN = make_scrubber({})
_CELL = '# of this project\nproject: str = "."  # \u2192 where\nschema: list[str] = []\nsince = None\n'


def _notebook(source: str = _CELL) -> dict[str, Any]:
    parameters = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source, "outputs": []}
    prose = {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "text"]}
    return {"cells": [prose, parameters], "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4}


def _made(values: dict[str, object] | None = None, source: str = _CELL) -> dict[str, Any]:
    return make_copy(_notebook(source), values or {}, name="x.ipynb", version="1", scrubber=_CLEAN)


def _ran(notebook: dict[str, Any]) -> dict[str, Any]:
    """As JupyterLab saves it after a run."""
    ran = copy.deepcopy(notebook)
    ran["metadata"]["language_info"] = {"name": "python", "version": "3.13.0"}
    ran["cells"][1] |= {"execution_count": 1, "outputs": [{"output_type": "stream"}], "id": "1"}
    ran["cells"][1]["source"] = "".join(ran["cells"][1]["source"]).splitlines(keepends=True)
    return ran


def test_values_stand_where_the_defaults_stood_and_all_else_stays() -> None:
    made = _made({"project": "a \"b\" 'c' \u00e9", "schema": ["x y.prisma", "z"], "since": "main"})
    assert "".join(made["cells"][1]["source"]).splitlines() == [
        "# of this project",
        "project: str = 'a \"b\" \\'c\\' \u00e9'  # \u2192 where",
        'schema: list[str] = ["x y.prisma", "z"]',
        'since = "main"',
    ]
    assert made["cells"][0] == _notebook()["cells"][0]
    assert made["metadata"]["kernelspec"] == {"name": "python3"}


def test_a_default_over_several_lines_becomes_one_line() -> None:
    made = _made({"schema": ["a"]}, source='schema: list[str] = [\n    "x",\n]\nproject = "."\n')
    assert "".join(made["cells"][1]["source"]) == 'schema: list[str] = ["a"]\nproject = "."\n'


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=4), max_leaves=8
)


@given(_VALUES)
def test_a_literal_is_the_value_on_one_line_with_nothing_hidden(value: object) -> None:
    source = literal(value)
    assert ast.literal_eval(source) == value
    assert source.isprintable()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_shipped_notebook_takes_the_shared_parameters_and_the_original_stays(name: str) -> None:
    original = json.loads(shipped_notebook(name).read_bytes())
    before = copy.deepcopy(original)
    values: dict[str, object] = {"project": "..", "config": None, "schema": ["s"], "migrations": "m", "rehearse": True}
    made = make_copy(original, {**values, "since": "v1", "thorough": True}, name=name, version="1", scrubber=_CLEAN)
    assert original == before
    source = "".join(next(cell for cell in made["cells"] if cell["metadata"].get("tags"))["source"])
    namespace: dict[str, object] = {}
    exec(source, namespace)
    assert {key: namespace[key] for key in values} == values
    assert (namespace["since"], namespace["thorough"], namespace["database"]) == ("v1", True, None)


def test_what_a_run_and_saving_change_is_no_edit() -> None:
    made = _made({"project": ".."})
    assert state_of(_ran(made), made) is State.SAME
    assert state_of(_ran(made), _made({"project": "elsewhere"})) is State.OUTDATED
    assert (has_outputs(made), has_outputs(_ran(made))) == (False, True)


@pytest.mark.parametrize("place", [0, 1])
def test_an_edit_of_a_text_or_of_a_parameter_is_seen_whatever_is_new(place: int) -> None:
    made = _made()
    edited = _ran(made)
    edited["cells"][place]["source"] = "project = 'mine'"
    assert state_of(edited, made) is State.EDITED
    assert state_of(edited, _made({"since": "main"})) is State.FOREIGN
    shorter = _ran(made)
    del shorter["cells"][0]
    assert state_of(shorter, made) is State.EDITED


def test_what_has_no_mark_or_is_no_notebook_is_foreign_unless_it_is_the_same() -> None:
    made = _made()
    unmarked = {**made, "metadata": {}}
    assert state_of(unmarked, made) is State.SAME
    assert state_of(unmarked, _made({"since": "main"})) is State.FOREIGN
    assert state_of(None, made) is State.FOREIGN


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"projct": "."}, "Did you mean project"),
        ({"project": 3}, "must be str"),
        ({"project": "\udcff"}, "not valid Unicode"),
        ({"project": "a/hunter2hunter2/b"}, "project: holds a secret"),
        ({"schema": ["postgresql://me:s3cretWord@host/db"]}, "schema: holds a secret"),
    ],
)
def test_a_value_that_does_not_fit_or_is_secret_is_refused(values: dict[str, object], said: str) -> None:
    scrubber = make_scrubber({"DB_PASSWORD": "hunter2hunter2"})
    with pytest.raises(ConfigError, match=said):
        make_copy(_notebook(), values, name="x.ipynb", version="1", scrubber=scrubber)
