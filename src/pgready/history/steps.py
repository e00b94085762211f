"""Where the replay stands, and writing down what happens there."""

from dataclasses import dataclass, field

from pgready.history.catalog import Catalog, Thing
from pgready.model.effects import Action, Effect
from pgready.model.guards import Guard, evaluate
from pgready.model.history import Certainty, Clash, Event, Need, OpaquePlace
from pgready.model.location import Location
from pgready.model.migration import Migration
from pgready.model.names import ObjectRef

__all__ = ["Replay", "Step", "certainty_of", "write_down"]


@dataclass(slots=True)
class Step:
    """One effect that is being replayed.

    `before` is the effect before it in the same statement (None for the first).
    """

    effect: Effect
    order: int
    certainty: Certainty
    before: Effect | None = None

    @property
    def present(self) -> bool | None:
        """Whether what it makes is there afterwards."""
        return True if self.certainty is Certainty.HAPPENS else None


@dataclass(slots=True)
class Replay:
    """The fold's state: the catalog, and what was noticed on the way.

    `answers` are, of the current statement, the conditions that have been evaluated: a condition around several
    commands is looked at once, before the first of them. `missed` are the migrations and objects of `unmet`;
    `extensions`: one was made, with types and relations that nobody can read. `here` is the place asked for last.
    """

    catalog: Catalog = field(default_factory=Catalog)
    migration: Migration | None = None
    order: int = 0
    unmet: list[Need] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    opaque: list[OpaquePlace] = field(default_factory=list)
    answers: dict[Guard, bool | None] = field(default_factory=dict)
    missed: set[tuple[str, ObjectRef]] = field(default_factory=set)
    extensions: bool = False
    here: Location = Location("")  # noqa: RUF009  # frozen

    @property
    def where(self) -> Migration:
        """The current migration."""
        if self.migration is None:
            raise ValueError("the replay has not begun: no migration is current")
        return self.migration

    def place(self, effect: Effect) -> Location:
        """The place of an effect of the current migration; those of one command share it."""
        here = self.here
        if (here.line, here.column, here.file) != (effect.line, effect.column, self.where.file):
            self.here = Location(self.where.file, effect.line, effect.column)
        return self.here


def certainty_of(replay: Replay, effect: Effect) -> Certainty:
    """Whether the guards around an effect let it happen, outermost first."""
    told: bool | None = True
    for guard in effect.guards:
        if guard not in replay.answers:
            replay.answers[guard] = evaluate(guard.condition, replay.catalog.holds)
        answer = replay.answers[guard]
        if answer is False:
            return Certainty.SKIPPED
        told = told if answer else None
    return Certainty.HAPPENS if told else Certainty.MAYBE


def write_down(
    replay: Replay,
    thing: Thing,
    step: Step,
    *,
    action: Action | None = None,
    implied_by: ObjectRef | None = None,
) -> Event:
    """Add an event to the life of a thing; what is implied has only the place of the effect that implies it."""
    effect, migration = step.effect, replay.where
    own = implied_by is None
    renamed = effect.action is Action.RENAMES
    event = Event(
        order=step.order,
        migration=migration.name,
        position=migration.position,
        statement=effect.statement,
        location=replay.place(effect),
        action=action or effect.action,
        object=thing.ref,
        certainty=step.certainty,
        new_name=effect.new_name if own or renamed else None,
        new_schema=effect.new_schema if own or renamed else None,
        detail=effect.detail if own else None,
        facts=effect.facts if own else None,
        guards=effect.guards,
        implied_by=implied_by,
    )
    thing.events.append(event)
    return event
