"""Where the replay stands, and writing down what happens there."""

from dataclasses import dataclass, field

from pgready.history.catalog import Catalog, Thing
from pgready.model.effects import Action, Effect
from pgready.model.guards import Guard, evaluate
from pgready.model.history import Certainty, Clash, Event, Need, OpaquePlace
from pgready.model.location import Location
from pgready.model.migration import Migration
from pgready.model.names import ObjectRef

__all__ = ["Replay", "Step", "certainty_of", "is_unsettled", "write_down"]


@dataclass(slots=True)
class Step:
    """One effect that is being replayed.

    `before` is the effect before it in the same statement (None for the first). `unsettled` as in `Event`.
    """

    effect: Effect
    order: int
    certainty: Certainty
    before: Effect | None = None
    unsettled: bool = False

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
    `in_use`: the current migration meets a database that may have more than the migrations made; `open_answers` are
    then the conditions that only that database decides.
    """

    catalog: Catalog = field(default_factory=Catalog)
    migration: Migration | None = None
    order: int = 0
    unmet: list[Need] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    opaque: list[OpaquePlace] = field(default_factory=list)
    answers: dict[Guard, bool | None] = field(default_factory=dict)
    open_answers: dict[Guard, bool] = field(default_factory=dict)
    missed: set[tuple[str, ObjectRef]] = field(default_factory=set)
    extensions: bool = False
    in_use: bool = False
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
        answer = _answer(replay, guard)
        if answer is False:
            return Certainty.SKIPPED
        told = told if answer else None
    return Certainty.HAPPENS if told else Certainty.MAYBE


def _answer(replay: Replay, guard: Guard) -> bool | None:
    """Whether its condition holds, looked at once; what an empty database denies, one in use may have."""
    if guard not in replay.answers:
        answer = evaluate(guard.condition, replay.catalog.holds)
        is_open = replay.in_use and evaluate(guard.condition, replay.catalog.holds_in_use) is None
        replay.open_answers[guard] = is_open
        replay.answers[guard] = None if is_open and answer is False else answer
    return replay.answers[guard]


def is_unsettled(replay: Replay, effect: Effect) -> bool:
    """Whether one of the guards, once they have been looked at, is for a database in use to decide."""
    return replay.in_use and any(replay.open_answers.get(guard) for guard in effect.guards)


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
        unsettled=step.unsettled,
        by=effect.by,
    )
    thing.events.append(event)
    return event
