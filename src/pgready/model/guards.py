"""Conditions under which a statement of a migration runs.

A *re-run guard* says "unless it is already there" and makes a second run safe. A *prerequisite guard* says "only if
what I need is there" and makes a statement skip silently when it runs too early. Conditions are three-valued: what
cannot be read is `Unknown`, and stays unknown through AND, OR and NOT as in SQL.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pgready.model.names import ObjectRef

__all__ = ["AllOf", "AnyOf", "Condition", "Exists", "Guard", "GuardKind", "Not", "Unknown", "asked_for", "evaluate"]


@dataclass(frozen=True, slots=True)
class Exists:
    """The catalog holds an object that this pattern covers."""

    object: ObjectRef


@dataclass(frozen=True, slots=True)
class Not:
    """The operand is false."""

    operand: "Condition"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every operand is true."""

    operands: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one operand is true."""

    operands: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A condition that cannot be read from the text alone (data, functions, dynamic SQL)."""

    text: str


Condition = Exists | Not | AllOf | AnyOf | Unknown


def evaluate(condition: Condition, exists: Callable[[ObjectRef], bool | None]) -> bool | None:
    """Whether the condition holds in a catalog; None when it cannot be told (three-valued logic of SQL).

    `exists` may itself not know.
    """
    match condition:
        case Exists(pattern):
            return exists(pattern)
        case Not(operand):
            value = evaluate(operand, exists)
            return None if value is None else not value
        case AllOf(operands):
            values = [evaluate(operand, exists) for operand in operands]
            return False if False in values else None if None in values else True
        case AnyOf(operands):
            values = [evaluate(operand, exists) for operand in operands]
            return True if True in values else None if None in values else False
        case Unknown():
            return None


def asked_for(condition: Condition) -> Iterator[ObjectRef]:
    """Every object that the condition looks for, left to right."""
    match condition:
        case Exists(pattern):
            yield pattern
        case Not(operand):
            yield from asked_for(operand)
        case AllOf(operands) | AnyOf(operands):
            for operand in operands:
                yield from asked_for(operand)
        case Unknown():
            return


class GuardKind(StrEnum):
    """What a guard is for."""

    RERUN = "re-run"
    PREREQUISITE = "prerequisite"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One condition around a statement; several guards on one effect are AND-ed.

    `form` is how it is written (`IF NOT EXISTS`, `DO IF`, `EXCEPTION duplicate_object`), `text` the condition as it
    stands in the file; `line` and `column` are its place there.
    """

    kind: GuardKind
    condition: Condition
    form: str
    text: str
    line: int
    column: int
