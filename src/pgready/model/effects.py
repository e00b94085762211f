"""What the statements of a migration do to named objects, as far as it can be read from the text."""

from dataclasses import dataclass
from enum import StrEnum

from pgready.model.facts import Facts
from pgready.model.guards import Guard
from pgready.model.migration import Statement
from pgready.model.names import ObjectRef

__all__ = ["Action", "Effect", "Script", "Unreadable"]


class Action(StrEnum):
    """What a statement does to an object.

    SETS: it changes a setting of the session (the object is of kind OTHER and has its name). OPAQUE: it does something
    that cannot be read (dynamic SQL).
    """

    # Enum's own is written in Python, and handlers are looked up by it everywhere.
    __hash__ = str.__hash__

    CREATES = "creates"
    DROPS = "drops"
    RENAMES = "renames"
    ALTERS = "alters"
    WRITES = "writes"
    READS = "reads"
    SETS = "sets"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing that a statement does.

    `object` is named as it will be stored; an unqualified name stands in the default schema. For RENAMES `new_name`
    is the name afterwards. `needs` are objects that must exist before (the referenced table of a foreign key).
    `statement` is the position of the statement in its file, `line` and `column` the place of the innermost command
    (inside a DO block, the command in its body). `guards` are AND-ed, outermost first; none means unconditional.
    `new_schema` is the schema afterwards when ALTER ... SET SCHEMA moves the object (then RENAMES with the same name).
    `detail` is what PostgreSQL's grammar calls it (`SET NOT NULL`, `FOREIGN KEY NOT VALID`, `CONCURRENTLY`,
    `CASCADE`), None when the action says all. `facts` is what the statement says beyond names. In `object` and `needs`,
    `table` is None where the statement does not name it (DROP INDEX). `begins` is the place of the whole command where
    `line` and `column` are those of one of its actions (ALTER TABLE with several). `by` names the function, trigger or
    rule that does it where the statement only sets that going.
    """

    action: Action
    object: ObjectRef
    statement: int
    line: int
    column: int
    guards: tuple[Guard, ...] = ()
    new_name: str | None = None
    needs: tuple[ObjectRef, ...] = ()
    new_schema: str | None = None
    detail: str | None = None
    facts: Facts | None = None
    begins: tuple[int, int] | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file or statement that the parser does not accept: the message and its place."""

    message: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One migration as it was read: statements and effects in the order of the file.

    `unreadable` is set when (part of) the file is not valid PostgreSQL; then the effects are incomplete.
    """

    migration: str
    statements: tuple[Statement, ...] = ()
    effects: tuple[Effect, ...] = ()
    unreadable: Unreadable | None = None
