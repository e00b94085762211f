"""Parameters are checked against what a notebook declares, before anything runs."""

from typing import Any

import pytest

from pgready.errors import ConfigError, ReportError
from pgready.reports.notebooks.parameters import Parameter, check_parameters, declared_parameters


def notebook(*sources: str | list[str]) -> dict[str, Any]:
    """A notebook with these parameters cells, between others."""
    tagged = [{"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source} for source in sources]
    other = {"cell_type": "code", "metadata": {}, "source": "other = 1"}
    return {"nbformat": 4, "cells": [other, *tagged, other]}


def declared(source: str) -> dict[str, tuple[str, ...]]:
    return {name: parameter.types for name, parameter in declared_parameters(notebook(source), name="n").items()}


@pytest.mark.parametrize(
    ("source", "types"),
    [
        ("p = 'a=b'", ("str",)),
        ("p = True", ("bool",)),
        ("p = -1", ("int",)),
        ("p = 1.5", ("float",)),
        ("p = ['a']", ("list",)),
        ("p = {'a': 1}", ("dict",)),
        ("p = None", ()),
        ("p = f'{x}'", ()),
        ("p = Path('.')", ()),
        ("p: str | None = None", ("str", "None")),
        ("p: 'int' = 1", ("int",)),
        ("p: list[str] = []", ("list",)),
        ("p: Path | None = None", ()),
        ("p: str", ("str",)),
    ],
)
def test_the_accepted_types_come_from_the_annotation_or_else_from_the_default(
    source: str, types: tuple[str, ...]
) -> None:
    assert declared(source) == {"p": types}


def test_only_assignments_to_names_are_parameters_in_their_order() -> None:
    source = "# A comment.\nimport os\nb = 'x = y'  # str\na = c = 1\nd.e = 2\nf[0] = 3\nprint('g = 4')"
    assert list(declared(source)) == ["b", "a", "c"]


def test_the_source_may_be_a_list_of_lines() -> None:
    assert list(declared_parameters(notebook(["a = 1\n", "b = 2"]), name="n")) == ["a", "b"]


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ((), "n has no cell tagged `parameters`"),
        (("a = 1", "b = 1"), "n has 2 cells tagged `parameters`"),
        (("a = ",), "The parameters cell of n cannot be read: invalid syntax"),
        (("%matplotlib inline",), "cannot be read"),
        (("a = '\0'",), "cannot be read"),
    ],
)
def test_a_notebook_whose_parameters_cannot_be_known_is_an_error(sources: tuple[str, ...], message: str) -> None:
    with pytest.raises(ReportError, match=message):
        declared_parameters(notebook(*sources), name="n")


def known(**types: tuple[str, ...]) -> dict[str, Parameter]:
    return {name: Parameter(name=name, types=kinds) for name, kinds in types.items()}


@pytest.mark.parametrize(
    ("kinds", "values"),
    [
        (("str",), ["", "x"]),
        (("int",), [0, -1]),
        (("float",), [0, 0.5]),
        (("bool",), [True, False]),
        (("str", "None"), ["x", None]),
        ((), [None, True, 1, 1.5, "x", [], {}]),
    ],
)
def test_a_value_of_an_accepted_type_passes(kinds: tuple[str, ...], values: list[object]) -> None:
    for value in values:
        check_parameters(known(p=kinds), {"p": value}, name="n")


@pytest.mark.parametrize(
    ("kinds", "value", "words"),
    [
        (("str",), None, "str, not NoneType"),
        (("str",), 1, "str, not int"),
        (("int",), True, "int, not bool"),
        (("int",), 1.0, "int, not float"),
        (("float",), False, "float, not bool"),
        (("bool",), 1, "bool, not int"),
        (("bool",), "false", "bool, not str"),
        (("str", "None"), 1, "str or None, not int"),
        ((), object(), "not object"),
        ((), ("a",), "not tuple"),
    ],
)
def test_a_value_of_another_type_names_the_parameter_and_the_known_ones(
    kinds: tuple[str, ...], value: object, words: str
) -> None:
    with pytest.raises(ConfigError, match=rf"^Parameter 'p' of n must be .*{words}\. Its parameters: p, q\.$"):
        check_parameters(known(p=kinds, q=()), {"p": value}, name="n")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("databse", r"^n has no parameter 'databse'\. Did you mean database\? Its parameters: project, database\.$"),
        ("zzz", r"^n has no parameter 'zzz'\. Its parameters: project, database\.$"),
    ],
)
def test_an_unknown_parameter_names_the_known_ones(given: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_parameters(known(project=(), database=()), {given: "x"}, name="n")


def test_a_notebook_without_parameters_says_so() -> None:
    with pytest.raises(ConfigError, match=r"Its parameters: none\.$"):
        check_parameters({}, {"x": 1}, name="n")
