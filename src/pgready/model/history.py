"""The history of a database as its migrations write it: the life of each object, and what came in the wrong order."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from pgready.model.effects import Action
from pgready.model.facts import Facts, RowsFacts
from pgready.model.guards import Guard
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef

__all__ = [
    "Biography",
    "Certainty",
    "Clash",
    "Event",
    "History",
    "Naming",
    "Need",
    "OpaquePlace",
    "Provider",
    "ProviderKind",
]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Certainty(StrEnum):
    """Whether an effect that was read takes place.

    SKIPPED: one of its guards is false at that place. MAYBE: that cannot be told (a condition that cannot be read,
    dynamic SQL before it, or a question that only a database in use can answer).
    """

    HAPPENS = "happens"
    SKIPPED = "skipped"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that a migration does to one object.

    `order` counts all effects of all migrations in order of execution, from 1; `position` is that of the migration.
    `object` is named as it was just before (of what is made: as it is made), with its table. `statement`, `new_name`,
    `new_schema`, `detail`, `facts`, `guards` and `by` are those of the effect. `implied_by` is set when no statement
    names the object: it goes away with that one (CASCADE, the indexes of a table). `observed`: nobody could read it;
    the throw-away server showed it. `unsettled`: a guard asks a database in use for what no migration decides, so that
    an empty database says nothing about it.
    """

    order: int
    migration: str
    position: int
    statement: int
    location: Location
    action: Action
    object: ObjectRef
    certainty: Certainty = Certainty.HAPPENS
    new_name: str | None = None
    new_schema: str | None = None
    detail: str | None = None
    facts: Facts | None = None
    guards: tuple[Guard, ...] = ()
    implied_by: ObjectRef | None = None
    observed: bool = False
    unsettled: bool = False
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """A name of an object; it begins with the event of that order (and ends where the next one begins)."""

    object: ObjectRef
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Biography:
    """The life of one object: `object` is its last name, `names` are all of them, `events` what was done to it.

    An object that is dropped and made again has two biographies. One without any CREATES is older than the migrations,
    or is missing. The events are in order; what only reads is left out. `alive` is whether it is there at the end,
    None when that cannot be told; `ended` is the order of the event that dropped it.

    Derived: `made` is the event that made it, a certain one before one that cannot be told (None when no migration
    does), `dropped` the event that ended it (None when it is there or never was).
    """

    object: ObjectRef
    names: tuple[Naming, ...]
    events: tuple[Event, ...]
    alive: bool | None
    ended: int | None = None
    made: Event | None = field(init=False, repr=False, compare=False)
    dropped: Event | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find `made` and `dropped` once: every rule asks each object for them, and there may be many events."""
        dropped = None
        if self.ended is not None:
            dropped = next((event for event in self.events if event.order == self.ended), None)
        object.__setattr__(self, "made", _first_certain(self.events))
        object.__setattr__(self, "dropped", dropped)

    @property
    def kind(self) -> ObjectKind:
        """What it is."""
        return self.object.kind

    def name_at(self, order: int) -> ObjectRef | None:
        """Its name when the event of that order began; None when it had none yet, or no longer.

        What no migration made has none: nobody knows since when it is there.
        """
        if self.ended is not None and order > self.ended:
            return None
        return next((naming.object for naming in reversed(self.names) if naming.since < order), None)


def _first_certain(events: Iterable[Event]) -> Event | None:
    """The first CREATES that happens, else the first that may happen."""
    doubtful = None
    for event in events:
        if event.action is Action.CREATES:
            if event.certainty is Certainty.HAPPENS:
                return event
            if doubtful is None and event.certainty is Certainty.MAYBE:
                doubtful = event
    return doubtful


class ProviderKind(StrEnum):
    """Who makes what a migration needs.

    EARLIER: an earlier migration. SAME: the same one, before. LATER: a later statement of the same one or a later
    migration, too late. DATABASE: PostgreSQL itself, an extension, or what is there before any migration. NOBODY.
    """

    EARLIER = "earlier"
    SAME = "the same migration"
    LATER = "later"
    DATABASE = "the database"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who makes an object: the migration and its position, where a migration does."""

    kind: ProviderKind
    migration: str | None = None
    position: int | None = None
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """An object that an effect needs, and who provides it.

    `action` and `object` say which effect (`creates` a constraint); `needed` is a pattern as in `Effect.needs`.
    `certainty` is that of the effect.
    """

    migration: str
    position: int
    statement: int
    location: Location
    needed: ObjectRef
    action: Action
    object: ObjectRef
    provider: Provider
    certainty: Certainty = Certainty.HAPPENS


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """An unguarded statement gives a name that is taken: it fails with `sqlstate`.

    `taken_by` is the object that has the name, `made_by` the event that gave it the name (None: no migration did).
    `renames`: the statement gives the name by a rename, else it makes a new object.
    """

    migration: str
    position: int
    location: Location
    object: ObjectRef
    taken_by: ObjectRef
    made_by: Event | None
    sqlstate: str
    renames: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpaquePlace:
    """A statement whose effect cannot be read: what it is, and whether it runs."""

    order: int
    migration: str
    position: int
    location: Location
    what: str
    certainty: Certainty = Certainty.HAPPENS


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All migrations as one history, in order of execution.

    `migrations` are their names in that order, `biographies` are ordered by the first event, `unmet` are the needs
    that nothing before them provides, once for each migration and needed object. `first_orders[i]` is the order of the
    first effect of `migrations[i]` (or of what follows, when it has none). `rehearsed`: what a throw-away server
    showed has decided what was left open.
    """

    migrations: tuple[str, ...] = ()
    first_orders: tuple[int, ...] = ()
    biographies: tuple[Biography, ...] = ()
    unmet: tuple[Need, ...] = ()
    clashes: tuple[Clash, ...] = ()
    opaque: tuple[OpaquePlace, ...] = ()
    rehearsed: bool = False
    _by_name: dict[ObjectRef, tuple[Biography, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _members: dict[tuple[str | None, str], tuple[Biography, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _starts: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)
    _ends: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)
    _events: dict[str, tuple[tuple[Event, Biography], ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _copies: dict[tuple[str | None, str | None, str], tuple[Event, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        """Index by every name, by owner and by migration once: rules ask for many objects."""
        self._starts.update(zip(self.migrations, self.first_orders, strict=True))
        self._ends.update(zip(self.migrations, self.first_orders[1:], strict=False))
        self._index_names()
        self._index_events()

    def _index_names(self) -> None:
        by_name: dict[ObjectRef, list[Biography]] = {}
        members: dict[tuple[str | None, str], list[Biography]] = {}
        for biography in self.biographies:
            for name in dict.fromkeys((*(naming.object for naming in biography.names), biography.object)):
                by_name.setdefault(name, []).append(biography)
                if name.table is None:
                    continue
                lives = members.setdefault((name.schema, name.table), [])
                if not lives or lives[-1] is not biography:
                    lives.append(biography)
        self._by_name.update(_tuples(by_name))
        self._members.update(_tuples(members))

    def _index_events(self) -> None:
        events: dict[str, list[tuple[Event, Biography]]] = {}
        copies: dict[tuple[str | None, str | None, str], list[Event]] = {}
        for biography in self.biographies:
            for event in biography.events:
                events.setdefault(event.migration, []).append((event, biography))
                if isinstance(event.facts, RowsFacts) and event.certainty is not Certainty.SKIPPED:
                    for _, read, column in event.facts.copies:
                        copies.setdefault((read.schema, read.name, column), []).append(event)
        for told in events.values():
            told.sort(key=lambda pair: pair[0].order)
        self._events.update(_tuples(events))
        self._copies.update(_tuples(copies))

    def named(self, name: ObjectRef) -> tuple[Biography, ...]:
        """Every object that ever had the name, in order of their first events."""
        return self._by_name.get(name, ())

    def members(self, owner: ObjectRef) -> tuple[Biography, ...]:
        """Every column, constraint, index or value that ever belonged to a table or enum of that name."""
        return self._members.get((owner.schema, owner.name), ())

    def copies_of(self, column: ObjectRef) -> tuple[Event, ...]:
        """The statements that copy a column of that name into another, whatever the table was at the time."""
        return self._copies.get((column.schema, column.table, column.name), ())

    def start_of(self, migration: str) -> int | None:
        """The order of the first effect of a migration; None when there is no such migration."""
        return self._starts.get(migration)

    def end_of(self, migration: str) -> int:
        """The moment when a migration has ended: the order of the first effect after it."""
        if (end := self._ends.get(migration)) is not None:
            return end
        events = self.events_of(migration)
        return 1 + (events[-1][0].order if events else 0)

    def events_of(self, migration: str) -> tuple[tuple[Event, Biography], ...]:
        """What a migration does, in order, each with the life that it belongs to."""
        return self._events.get(migration, ())


def _tuples(lists: dict[_Key, list[_Value]]) -> dict[_Key, tuple[_Value, ...]]:
    """Tuples are given out as they are; a list would have to be copied for everybody who asks."""
    return {key: tuple(found) for key, found in lists.items()}
