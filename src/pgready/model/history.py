"""The history of a database as its migrations write it: the life of each object, and what came in the wrong order."""

from dataclasses import dataclass, field
from enum import StrEnum

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


class Certainty(StrEnum):
    """Whether an effect that was read takes place in a deployment of everything onto an empty database.

    SKIPPED: one of its guards is false at that place. MAYBE: that cannot be told (a condition that cannot be read, or
    dynamic SQL before it).
    """

    HAPPENS = "happens"
    SKIPPED = "skipped"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that a migration does to one object.

    `order` counts all effects of all migrations in order of execution, from 1; `position` is that of the migration.
    `object` is named as it was just before (of what is made: as it is made), with its table. `statement`, `new_name`,
    `new_schema`, `detail`, `facts` and `guards` are those of the effect. `implied_by` is set when no statement names
    the object: it goes away with that one (CASCADE, the indexes of a table). `observed`: nobody could read it; the
    throw-away server showed it.
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
    """

    object: ObjectRef
    names: tuple[Naming, ...]
    events: tuple[Event, ...]
    alive: bool | None
    ended: int | None = None

    @property
    def kind(self) -> ObjectKind:
        """What it is."""
        return self.object.kind

    @property
    def made(self) -> Event | None:
        """The event that made it, a certain one before one that cannot be told; None when no migration does."""

        def first(certainty: Certainty) -> Event | None:
            made = (event for event in self.events if event.action is Action.CREATES)
            return next((event for event in made if event.certainty is certainty), None)

        return first(Certainty.HAPPENS) or first(Certainty.MAYBE)

    @property
    def dropped(self) -> Event | None:
        """The event that ended it; None when it is there or never was."""
        return next((event for event in self.events if event.order == self.ended), None)

    def name_at(self, order: int) -> ObjectRef | None:
        """Its name when the event of that order began; None when it had none yet, or no longer.

        What no migration made has none: nobody knows since when it is there.
        """
        if self.ended is not None and order > self.ended:
            return None
        return next((naming.object for naming in reversed(self.names) if naming.since < order), None)


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
    _by_name: dict[ObjectRef, list[Biography]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _members: dict[tuple[str | None, str], list[Biography]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _starts: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)
    _events: dict[str, list[tuple[Event, Biography]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _copies: dict[tuple[str | None, str | None, str], list[Event]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        """Index by every name, by owner and by migration once: rules ask for many objects."""
        self._starts.update(zip(self.migrations, self.first_orders, strict=True))
        for biography in self.biographies:
            for name in dict.fromkeys((*(naming.object for naming in biography.names), biography.object)):
                self._by_name.setdefault(name, []).append(biography)
                lives = self._members.setdefault((name.schema, name.table or ""), [])
                if name.table is not None and (not lives or lives[-1] is not biography):
                    lives.append(biography)
            for event in biography.events:
                self._events.setdefault(event.migration, []).append((event, biography))
                if isinstance(event.facts, RowsFacts) and event.certainty is not Certainty.SKIPPED:
                    for _, read, column in event.facts.copies:
                        self._copies.setdefault((read.schema, read.name, column), []).append(event)
        for told in self._events.values():
            told.sort(key=lambda pair: pair[0].order)

    def named(self, name: ObjectRef) -> tuple[Biography, ...]:
        """Every object that ever had the name, in order of their first events."""
        return tuple(self._by_name.get(name, ()))

    def members(self, owner: ObjectRef) -> tuple[Biography, ...]:
        """Every column, constraint, index or value that ever belonged to a table or enum of that name."""
        return tuple(self._members.get((owner.schema, owner.name), ()))

    def copies_of(self, column: ObjectRef) -> tuple[Event, ...]:
        """The statements that copy a column of that name into another, whatever the table was at the time."""
        return tuple(self._copies.get((column.schema, column.table, column.name), ()))

    def start_of(self, migration: str) -> int | None:
        """The order of the first effect of a migration; None when there is no such migration."""
        return self._starts.get(migration)

    def events_of(self, migration: str) -> tuple[tuple[Event, Biography], ...]:
        """What a migration does, in order, each with the life that it belongs to."""
        return tuple(self._events.get(migration, ()))
