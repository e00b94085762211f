"""Names that PostgreSQL makes itself: what a server said, in tests/fixtures/sql/default_names.json."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pgready.model.effects import Action, Script
from pgready.model.names import ObjectKind
from pgready.sources.sql.default_names import object_name

FIXTURE = Path(__file__).parents[2] / "fixtures" / "sql" / "default_names.json"
CASES = json.loads(FIXTURE.read_text(encoding="utf-8"))["cases"]
COMPARED = (ObjectKind.CONSTRAINT, ObjectKind.INDEX, ObjectKind.SEQUENCE)

Made = list[tuple[str, str | None, str]]


def _replayed(script: Script) -> Made:
    """What is there at the end: kind, table and name of constraints, indexes and sequences."""
    made: Made = []
    for effect in script.effects:
        kind, name = str(effect.object.kind), effect.object.name
        if effect.object.kind in COMPARED and effect.action is Action.CREATES:
            made.append((kind, effect.object.table, name))
        elif effect.action is Action.DROPS:
            made = [each for each in made if name not in each[1:]]
        elif effect.action is Action.RENAMES and effect.new_name:
            made = [_renamed(each, kind, name, effect.new_name) for each in made]
    return made


def _renamed(each: tuple[str, str | None, str], kind: str, old: str, new: str) -> tuple[str, str | None, str]:
    if kind == "table":
        return each[0], new if each[1] == old else each[1], each[2]
    return each[0], each[1], new if each[0] == kind and each[2] == old else each[2]


@pytest.mark.parametrize("case", CASES, ids=[case["sql"][:60] for case in CASES])
def test_constraints_indexes_and_sequences_have_the_names_that_the_server_gives_them(
    case: dict[str, list[list[str]]], read: Callable[..., Script]
) -> None:
    script = read(case["sql"], "work")

    assert script.unreadable is None
    assert sorted(map(repr, _replayed(script))) == sorted(repr(tuple(made)) for made in case["made"])


def test_a_name_is_cut_at_a_character_and_keeps_its_label() -> None:
    name = object_name("ä" * 40, "ö" * 40, "fkey")

    assert len(name.encode()) <= 63
    assert name.endswith("_fkey")
    assert set(name.removesuffix("_fkey")) == {"ä", "ö", "_"}


def test_many_equal_names_are_numbered_in_linear_time(read: Callable[..., Script]) -> None:
    script = read("CREATE INDEX ON t (a);" * 3000)

    assert len({effect.object.name for effect in script.effects}) == 1001  # nobody numbers further
