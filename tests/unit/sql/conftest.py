"""Reading SQL in tests, and what was read as short lines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pgready.model.effects import Effect, Script
from pgready.model.guards import AllOf, AnyOf, Condition, Exists, Guard, Not, Unknown
from pgready.model.migration import Migration
from pgready.model.names import ObjectRef
from pgready.sources.sql import read_script


def _read(sql: str, default_schema: str = "public") -> Script:
    migration = Migration(name="m", position=1, file="m/migration.sql", sql=sql)
    return read_script(migration, default_schema=default_schema)


def _name(ref: ObjectRef) -> str:
    return f"{ref.kind} {'.'.join(part for part in (ref.schema or '*', ref.table, ref.name) if part)}"


def _shown(condition: Condition) -> str:
    match condition:
        case Exists(asked):
            return _name(asked)
        case Not(operand):
            return f"not {_shown(operand)}"
        case AllOf(operands):
            return "(" + " and ".join(map(_shown, operands)) + ")"
        case AnyOf(operands):
            return "(" + " or ".join(map(_shown, operands)) + ")"
        case Unknown(text):
            return f"? {text}"


def _guard(guard: Guard) -> str:
    return f"{guard.kind} {guard.form}: {_shown(guard.condition)}"


def _effect(effect: Effect) -> str:
    words = [f"{effect.action} {effect.object.kind} {effect.object}"]
    if effect.new_name:
        words.append(f"-> {effect.new_schema + '.' if effect.new_schema else ''}{effect.new_name}")
    if effect.detail:
        words.append(f"[{effect.detail}]")
    if effect.needs:
        words.append("needs " + ", ".join(f"{need.kind} {need}" for need in effect.needs))
    return " ".join(words)


@pytest.fixture
def read() -> Callable[..., Script]:
    """The script of some SQL."""
    return _read


@pytest.fixture
def effects() -> Callable[[str], list[str]]:
    """The effects of valid SQL as lines, guards left out."""

    def told(sql: str) -> list[str]:
        script = _read(sql)
        assert script.unreadable is None, script.unreadable
        return [_effect(effect) for effect in script.effects]

    return told


@pytest.fixture
def guards() -> Callable[[str], dict[str, list[str]]]:
    """Of each effect that changes something the guards around it, outermost first."""

    def told(sql: str) -> dict[str, list[str]]:
        script = _read(sql)
        assert script.unreadable is None, script.unreadable
        return {
            f"{effect.action} {effect.object.kind} {effect.object}": [_guard(guard) for guard in effect.guards]
            for effect in script.effects
            if effect.action != "reads"
        }

    return told


@pytest.fixture
def shown() -> Callable[[Condition], str]:
    """A condition as a line."""
    return _shown


@pytest.fixture
def examples() -> Callable[[str], list[str]]:
    """The texts of the migrations of an example project."""

    def texts(project: str) -> list[str]:
        directory = Path(__file__).parents[3] / "examples" / project / "prisma" / "migrations"
        found = sorted(directory.glob("*/migration.sql"))
        assert found
        return [path.read_text(encoding="utf-8") for path in found]

    return texts
