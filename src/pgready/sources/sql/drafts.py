"""What one command does, before its place in the file is known."""

from dataclasses import dataclass

from pgready.model.effects import Action
from pgready.model.facts import Facts
from pgready.model.guards import AllOf, Condition, Exists, GuardKind, Not
from pgready.model.names import ObjectKind, ObjectRef

__all__ = [
    "ALWAYS",
    "COLUMNS_OF",
    "Clause",
    "Draft",
    "if_exists",
    "if_not_exists",
    "opaque",
    "or_replace",
    "when_there",
]

COLUMNS_OF = "COLUMNS OF"
"""The detail of ALTERS: a new table has every column of each relation in `needs`; none: nobody can say which."""

# The condition that is true in every catalog.
ALWAYS: Condition = AllOf(())


@dataclass(frozen=True, slots=True)
class Clause:
    """A guard that is part of the command itself (`IF NOT EXISTS`)."""

    kind: GuardKind
    condition: Condition
    form: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An effect without place, statement and outer guards; the fields are those of `Effect`.

    `action_number` counts the actions of one ALTER TABLE from 0, None for every other command.
    `by` as in `Effect`.
    """

    action: Action
    object: ObjectRef
    needs: tuple[ObjectRef, ...] = ()
    detail: str | None = None
    clauses: tuple[Clause, ...] = ()
    new_name: str | None = None
    new_schema: str | None = None
    facts: Facts | None = None
    action_number: int | None = None
    by: str | None = None


def if_not_exists(made: ObjectRef, *, given: object = True) -> tuple[Clause, ...]:
    """`IF NOT EXISTS`: makes a second run safe."""
    return (Clause(GuardKind.RERUN, Not(Exists(made)), "IF NOT EXISTS"),) if given else ()


def if_exists(gone: ObjectRef, *, given: object = True) -> tuple[Clause, ...]:
    """`DROP ... IF EXISTS`, and IF EXISTS of a rename: the second run finds nothing to do."""
    return (Clause(GuardKind.RERUN, Exists(gone), "IF EXISTS"),) if given else ()


def when_there(asked: ObjectRef, *, given: object = True) -> tuple[Clause, ...]:
    """`ALTER ... IF EXISTS`: skips silently where the object is missing."""
    return (Clause(GuardKind.PREREQUISITE, Exists(asked), "IF EXISTS"),) if given else ()


def or_replace(*, given: object = True) -> tuple[Clause, ...]:
    """`OR REPLACE`: runs always, also a second time."""
    return (Clause(GuardKind.RERUN, ALWAYS, "OR REPLACE"),) if given else ()


def opaque(what: str, *, detail: str | None = None) -> Draft:
    """Something is done that cannot be read; `what` names the statement."""
    return Draft(Action.OPAQUE, ObjectRef(kind=ObjectKind.OTHER, name=what), detail=detail)
