"""The lives of tables, types and other objects, as a report tells them: what each migration did to them, in words."""

from dataclasses import dataclass

from pgready.model.effects import Action
from pgready.model.history import Certainty
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["Deed", "Life", "Misplaced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that a migration did to an object, or to a column, key or index of it.

    `object` is named as it was just before; `new_name` is the name after a rename. `detail` is what PostgreSQL's
    grammar calls it. `implied`: it went away with something else. `certainty`: whether it takes place in a clean
    deploy.
    """

    migration: str
    position: int
    location: Location
    action: Action
    object: ObjectRef
    detail: str | None = None
    new_name: str | None = None
    implied: bool = False
    certainty: Certainty = Certainty.HAPPENS


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A table, view, sequence, type or another object that stands alone, with all that belongs to it.

    `object` is its last name, `names` all of them in order of time; `alive` whether it is there at the end, None when
    that cannot be told. `deeds` are in order of execution; what only reads is left out.
    """

    object: ObjectRef
    names: tuple[str, ...]
    deeds: tuple[Deed, ...]
    alive: bool | None = True

    @property
    def kind(self) -> ObjectKind:
        """What it is."""
        return self.object.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Misplaced:
    """A migration that needs an object which only a later one makes (`made_by`), or none (None)."""

    migration: str
    position: int
    location: Location
    needed: ObjectRef
    made_by: str | None = None
    made_at: int | None = None
    certainty: Certainty = Certainty.HAPPENS
