"""What a guard such as IF NOT EXISTS hides: the object is there, and it is another than the statement asks for."""

from dataclasses import dataclass

from pgready.model.migration import Statement
from pgready.model.names import ObjectRef

__all__ = ["GuardedCreation", "HiddenShape", "ShapeDifference", "ToCompare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedCreation:
    """A creation under a guard that wants the object to be absent.

    `object` is what it makes, `guard` the pattern that must find nothing, `form` how the guard is written (`IF NOT
    EXISTS`, `DO IF`, `EXCEPTION duplicate_object`). `statement` counts from 1 in the file, `line` and `column` are the
    place of the innermost command.
    """

    object: ObjectRef
    guard: ObjectRef
    form: str
    statement: int
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCompare:
    """A migration whose creations may have met something else: its statements in order, and these creations."""

    statements: tuple[Statement, ...]
    creations: tuple[GuardedCreation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeDifference:
    """A part of the object: what is there and what the statement asks for, as the server prints them.

    `kind` is `column`, `constraint`, `index`, `enum value`, or the kind of the object itself. `there` is None where the
    part is missing, `asked` where the statement does not know it.
    """

    kind: str
    name: str
    there: str | None
    asked: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenShape:
    """A creation that found the object there and did nothing, and what differs from what it would have made.

    The differences are those after the migration that are still there at the end of the deployment. `found` are the
    objects that the guard found, `kind schema.name`.
    """

    creation: GuardedCreation
    found: tuple[str, ...]
    differences: tuple[ShapeDifference, ...]
