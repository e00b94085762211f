"""Whether a migration that fails on made-up rows would fail on real ones, too: in words why it may not."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from pgready.model.effects import Action, Script
from pgready.model.facts import RowsFacts
from pgready.model.migration import Migration
from pgready.model.trace import RunError
from pgready.rehearsal.seeding.values import MADE_UP, key_values
from pgready.sources.sql import read_script

__all__ = ["RowsMade", "artefact"]

# What depends on the values, which are made up; a removed value of an enum meets any row.
_ARTEFACTS = {
    "23514": "a CHECK asks for a form that the made-up values do not have",
    "23505": "made-up values may be the same where real ones are not",
    "23P01": "made-up ranges may overlap where real ones do not",
    "22P02": "the made-up texts are not of the form that the new type asks for",
    "22007": "the made-up texts are no dates",
    "22023": "the made-up texts are not what a function asks for",
    "22001": "the made-up texts may be longer than real ones",
    "22003": "the made-up numbers may be greater than real ones",
    "P0001": "the migration looks at the rows itself",
}
# The words of the server for 23503 and 23502 (its sources: ri_triggers.c, execMain.c, tablecmds.c), in English.
_MISSING = re.compile(r'Key \(.*?\)=\((?P<key>.*)\) is not present in table "(?P<table>.*)"\.', re.DOTALL)
_NULLS = re.compile(
    r'(?P<how>null value in )?column "(?P<column>.*)" of relation "(?P<table>.*)" (?:contains|violates)'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsMade:
    """What the tables got: those that stayed `empty`, and the (table, column) that were there when rows were made."""

    empty: Collection[str]
    columns: Collection[tuple[str, str]]


def artefact(error: RunError, migration: Migration, made: RowsMade) -> str | None:
    """Why the failure may come from the rows that were made up; None where any row will do."""
    if error.sqlstate == "22P02" and "enum" in error.message and MADE_UP not in error.message:
        return None
    judge = _JUDGED.get(error.sqlstate)
    return judge(error, migration, made) if judge is not None else _ARTEFACTS.get(error.sqlstate)


def _missing_key(error: RunError, migration: Migration, made: RowsMade) -> str | None:
    """A key that is no made-up one is the migration's own value: who knows whether a database in use has that row?

    One that the same migration has made and filled with constants only is the same everywhere.
    """
    found = _MISSING.fullmatch(error.detail or "")
    if found is None:
        return None
    if found["table"] in made.empty:
        return "the referenced table could not be given rows"
    if key_values().issuperset(found["key"].split(", ")) or _is_own(read_script(migration), found["table"]):
        return None
    return "the key is a value of the migration's own, and a database in use may have that row"


def _is_own(script: Script, table: str) -> bool:
    """Whether the migration makes the table, and puts no rows into it that are computed of others."""
    makes = any(effect.action is Action.CREATES and effect.object.name == table for effect in script.effects)
    return makes and not any(facts.sources for _, facts in _writes(script, table))


def _null(error: RunError, migration: Migration, made: RowsMade) -> str | None:
    """A NULL that was computed of made-up values, or left where a condition did not meet them."""
    found = _NULLS.match(error.message)
    if found is None:
        return None
    table, column = found["table"], found["column"]
    writes = list(_writes(read_script(migration), table))
    if any(_may_give_null(facts, column, updates=detail.startswith("UPDATE")) for detail, facts in writes):
        return "the value is computed of made-up ones, or a condition does not meet them"
    written = any(column in facts.columns for _, facts in writes)
    if not found["how"] and not written and (table, column) in made.columns:
        return "the made-up rows have no value there, which real ones may have"
    return None


def _may_give_null(facts: RowsFacts, column: str, *, updates: bool) -> bool:
    if updates:
        return column in facts.columns and (not facts.unconditional or column not in facts.constants)
    named = (column, None)
    joined = len(facts.sources) > 1
    return any(
        written in named for source in facts.sources for written, _ in (source.columns if joined else source.converted)
    )


def _writes(script: Script, table: str) -> Iterator[tuple[str, RowsFacts]]:
    for effect in script.effects:
        if effect.action is Action.WRITES and isinstance(effect.facts, RowsFacts) and effect.object.name == table:
            yield str(effect.detail), effect.facts


_Judge = Callable[[RunError, Migration, RowsMade], str | None]
_JUDGED: Mapping[str, _Judge] = {"23502": _null, "23503": _missing_key}
