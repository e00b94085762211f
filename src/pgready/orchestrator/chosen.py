"""Which notebooks a report is made of, and what each of them is given: checked before anything runs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pgready.errors import ConfigError
from pgready.reports.notebooks.parameters import check_parameters, declared_parameters
from pgready.reports.notebooks.shipped import NOTEBOOKS, shipped_notebook
from pgready.reports.notebooks.source import count_cells, language_of, read_source

__all__ = ["ALL", "DEFAULTS", "Chosen", "choose_notebooks"]

ALL = "all"

DEFAULTS: Mapping[str, object] = {
    "config": None,
    "schema": [],
    "migrations": None,
    "rehearse": True,
    "since": None,
    "thorough": False,
}
"""What the parameters are when no option was given; `project` and `output_dir` always say something."""

_ENDING = ".ipynb"
# `comment.md` and `audit.json` are of the run and not of one notebook; for some file systems Audit.json is audit.json.
_TAKEN = frozenset({"audit", "comment", *NOTEBOOKS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A notebook that is to be run: its files are called `name`, its report `title` after the project's name.

    `cells` is how many cells will be executed. An `own` notebook is one that did not come with pgready.
    """

    name: str
    path: Path
    title: str
    own: bool
    parameters: Mapping[str, object]
    cells: int


def choose_notebooks(
    given: Sequence[str], output_dir: Path, parameters: Mapping[str, object], *, defaults: Mapping[str, object]
) -> tuple[Chosen, ...]:
    """The notebooks that are named: names of `NOTEBOOKS`, `all` of them, or paths of own ones, each once, in order.

    A shipped notebook is given all `parameters`. An own one is given those that it declares; it must declare `project`,
    or it would be about something else, and what it does not declare must be what `defaults` says, or the report would
    leave out what was asked for. What it declares beyond that keeps its own default, unless it is a misspelt name of
    ours. Own notebooks may not be called like shipped ones, whose reports they would pass for.

    Raises ConfigError and, for what is not a notebook, ReportError.
    """
    chosen = tuple(
        _own(Path(name), output_dir, parameters, defaults) if _is_path(name) else _shipped(name, parameters)
        for name in dict.fromkeys(_expanded(given))
    )
    names = [each.name.casefold() for each in chosen]
    for each in chosen:
        if names.count(each.name.casefold()) > 1:
            raise ConfigError(f"--notebook: {each.path}: another notebook of this run is called {each.name} as well")
    return chosen


def _is_path(name: str) -> bool:
    return name.endswith(_ENDING)


def _expanded(given: Iterable[str]) -> Iterator[str]:
    """Names as they stand, paths in one spelling."""
    for name in given:
        if name == ALL:
            yield from NOTEBOOKS
        else:
            yield str(Path(name).resolve()) if _is_path(name) else name


def _shipped(name: str, parameters: Mapping[str, object]) -> Chosen:
    if name not in NOTEBOOKS:
        known = [ALL, *NOTEBOOKS]
        close = get_close_matches(name, known, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise ConfigError(
            f"--notebook: there is no notebook {name!r}.{hint} Expected {', '.join(known)} or the path of an own one,"
            f" which ends in {_ENDING}."
        )
    path = shipped_notebook(name)
    cells = count_cells(read_source(path))
    return Chosen(name=name, path=path, title=NOTEBOOKS[name], own=False, parameters=parameters, cells=cells)


def _own(path: Path, output_dir: Path, parameters: Mapping[str, object], defaults: Mapping[str, object]) -> Chosen:
    where, name = f"--notebook: {path}", path.stem
    if name.casefold() in _TAKEN:
        raise ConfigError(f"{where}: an own notebook must not be called {name}, as files of the report are")
    if path.parent == output_dir.resolve():
        raise ConfigError(f"{where}: the report would be written over it; keep it outside of {output_dir}")
    content = read_source(path)
    if language_of(content) != "python":
        raise ConfigError(f"{where}: is written in {language_of(content)}; expected Python")
    passed = _fitting(content, path.name, parameters, defaults)
    title = " ".join(name.replace("_", " ").split()) or name
    return Chosen(name=name, path=path, title=title, own=True, parameters=passed, cells=count_cells(content))


def _fitting(
    content: Mapping[str, Any], name: str, parameters: Mapping[str, object], defaults: Mapping[str, object]
) -> dict[str, object]:
    """What an own notebook is given of the parameters."""
    declared = declared_parameters(content, name=name)
    missing = [key for key in parameters if key not in declared]
    for extra in declared:
        close = get_close_matches(extra, missing, n=1, cutoff=0.75) if extra not in parameters else []
        if close:
            raise ConfigError(f"{name} declares the parameter {extra!r}, which is not given. Did you mean {close[0]}?")
    if "project" in missing:
        raise ConfigError(f"{name} declares no parameter `project`, so it could not be told what it is about.")
    for key in missing:
        if key in defaults and parameters[key] != defaults[key]:
            raise ConfigError(
                f"{name} declares no parameter `{key}`, so --{key} would not reach it; declare it or leave --{key} out."
            )
    passed = {key: value for key, value in parameters.items() if key in declared}
    check_parameters(declared, passed, name=name)
    return passed
