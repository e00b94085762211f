"""The objects of a database while its migrations are replayed: mutable, and private to this room."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar

from pgready.model.history import Event, Naming
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["RELATIONS", "TEMPORARY", "Catalog", "Thing"]

TEMPORARY = "pg_temp"
"""The schema of temporary objects, as `Effect` names it."""

RELATIONS = frozenset(
    {
        ObjectKind.TABLE,
        ObjectKind.VIEW,
        ObjectKind.MATERIALIZED_VIEW,
        ObjectKind.SEQUENCE,
        ObjectKind.INDEX,
        ObjectKind.RELATION,
    }
)
"""Kinds that share one space of names within a schema (manual, pg_class)."""


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
# Most things are columns, and have no members: a dictionary is made for the first entry.
_NOTHING: Mapping[Any, Any] = MappingProxyType({})


def _nothing() -> Mapping[Any, Any]:
    return _NOTHING


def _with(mapping: Mapping[_Key, _Value], key: _Key, value: _Value) -> Mapping[_Key, _Value]:
    if not isinstance(mapping, dict):
        return {key: value}
    mapping[key] = value
    return mapping


def _without(mapping: Mapping[_Key, _Value], key: _Key) -> None:
    if isinstance(mapping, dict):
        mapping.pop(key, None)


@dataclass(eq=False, slots=True)
class Thing:
    """One object; two of the same name are two things.

    `present` is None when it cannot be told. `known_at` is the order of the last effect that proves `present`.
    `owner` is the table of a column, the enum of a value. `uses` and `used_by` are the other dependencies.
    `complete`: all its columns were read; `open`: it has columns that nobody could read.
    """

    ref: ObjectRef
    owner: "Thing | None" = None
    present: bool | None = False
    known_at: int = 0
    detail: str | None = None
    complete: bool = False
    open: bool = False
    columns: tuple[str, ...] = ()
    members: Mapping[tuple[ObjectKind, str], "Thing"] = field(default_factory=_nothing)
    uses: Mapping["Thing", None] = field(default_factory=_nothing)
    used_by: Mapping["Thing", None] = field(default_factory=_nothing)
    events: list[Event] = field(default_factory=list)
    names: list[Naming] = field(default_factory=list)
    ended: int | None = None

    def use(self, other: "Thing") -> None:
        """It cannot be without the other."""
        self.uses = _with(self.uses, other, None)
        other.used_by = _with(other.used_by, self, None)

    def use_no_more(self, others: Iterable["Thing"]) -> None:
        """It can be without these."""
        for other in tuple(others):
            _without(self.uses, other)
            _without(other.used_by, self)


@dataclass(slots=True)
class Catalog:
    """Everything that is or may be there, found by its names.

    `touched` is, of everything that the current migration touched, its name before (None: it was not there). `absent`
    are things that something was said of and that are not there; `gone` is the order in which a name became free.
    `unread_at` is the order of the last effect that could have done anything (0: none).
    """

    things: list[Thing] = field(default_factory=list)
    by_ref: dict[ObjectRef, Thing] = field(default_factory=dict)
    by_name: dict[str, dict[Thing, None]] = field(default_factory=dict)
    relations: dict[tuple[str | None, str], Thing] = field(default_factory=dict)
    by_schema: dict[str | None, dict[Thing, None]] = field(default_factory=dict)
    absent: dict[ObjectRef, Thing] = field(default_factory=dict)
    gone: dict[ObjectRef, int] = field(default_factory=dict)
    touched: dict[Thing, ObjectRef | None] = field(default_factory=dict)
    unread_at: int = 0

    def new(self, ref: ObjectRef, owner: Thing | None) -> Thing:
        """A thing that is not there yet; one that was spoken of before under that name is the same."""
        known = self.absent.pop(ref, None)
        if known is not None and known.owner is owner:
            return known
        thing = Thing(ref, owner)
        self.things.append(thing)
        return thing

    def mention(self, ref: ObjectRef, owner: Thing | None) -> Thing:
        """A thing that something is said of and that is not there."""
        known = self.absent.get(ref)
        if known is None:
            known = self.new(ref, owner)
            self.absent[ref] = known
        return known

    def touch(self, thing: Thing) -> None:
        """Remember what it was called before this migration."""
        if thing not in self.touched:
            self.touched[thing] = thing.ref if thing.present is not False else None

    def put(self, thing: Thing, order: int, *, present: bool | None) -> None:
        """It is there from now on (None: perhaps), under its `ref`."""
        self.touch(thing)
        self.absent.pop(thing.ref, None)
        thing.present, thing.known_at, thing.ended = present, order, None
        self.enter(thing)
        self.name(thing, order)

    def name(self, thing: Thing, since: int) -> None:
        """Note the current name in its life."""
        if not thing.names or thing.names[-1].object != thing.ref:
            thing.names.append(Naming(object=thing.ref, since=since))

    def enter(self, thing: Thing) -> None:
        """Make it found by its names."""
        ref = thing.ref
        self.by_ref[ref] = thing
        self.by_name.setdefault(ref.name, {})[thing] = None
        if ref.kind in RELATIONS:
            self.relations[ref.schema, ref.name] = thing
        if thing.owner is None:
            self.by_schema.setdefault(ref.schema, {})[thing] = None
        else:
            thing.owner.members = _with(thing.owner.members, (ref.kind, ref.name), thing)

    def leave(self, thing: Thing) -> None:
        """Its names mean nothing any more (or something else, if they were given away)."""
        ref = thing.ref
        if self.by_ref.get(ref) is thing:
            del self.by_ref[ref]
        self.by_name.get(ref.name, {}).pop(thing, None)
        if self.relations.get((ref.schema, ref.name)) is thing:
            del self.relations[ref.schema, ref.name]
        if thing.owner is None:
            self.by_schema.get(ref.schema, {}).pop(thing, None)
        elif thing.owner.members.get((ref.kind, ref.name)) is thing:
            _without(thing.owner.members, (ref.kind, ref.name))

    def remove(self, thing: Thing, order: int) -> None:
        """It is gone for certain."""
        self.touch(thing)
        self.leave(thing)
        self.gone[thing.ref] = order
        thing.present, thing.known_at, thing.ended = False, order, order
        thing.use_no_more(thing.uses)

    def owner_of(self, ref: ObjectRef) -> Thing | None:
        """The relation or type that a member belongs to."""
        if ref.table is None:
            return None
        type_ = ObjectRef(kind=ObjectKind.TYPE, schema=ref.schema, name=ref.table)
        if ref.kind is ObjectKind.ENUM_VALUE:
            return self.by_ref.get(type_)
        return self.relations.get((ref.schema, ref.table)) or self.by_ref.get(type_)

    def find(self, pattern: ObjectRef) -> Thing | None:
        """Something that is or may be there and that the pattern covers; a table also stands for a view."""
        exact = self.by_ref.get(pattern)
        if exact is not None:
            return exact
        if pattern.schema is not None and pattern.table is None and pattern.kind in RELATIONS:
            found = self.relations.get((pattern.schema, pattern.name))
            return found if found is not None and _stands_for(pattern.kind, found.ref.kind) else None
        return next(self._covered(pattern), None)

    def _covered(self, pattern: ObjectRef) -> Iterator[Thing]:
        if pattern.table is not None:
            for owner in self.by_name.get(pattern.table, ()):
                found = owner.members.get((pattern.kind, pattern.name))
                if found is not None and pattern.schema in (None, owner.ref.schema):
                    yield found
            return
        for thing in self.by_name.get(pattern.name, ()):
            if pattern.covers(thing.ref):
                yield thing

    def holds(self, pattern: ObjectRef) -> bool | None:
        """Whether it is there; None when that cannot be told."""
        thing = self.find(pattern)
        if thing is None:
            told = not self.unread_at or self.gone.get(pattern, 0) > self.unread_at
            return False if told and not self._is_open(pattern) else None
        return None if thing.known_at < self.unread_at else thing.present

    def _is_open(self, pattern: ObjectRef) -> bool:
        if pattern.kind is not ObjectKind.COLUMN or pattern.table is None:
            return False
        owners = self.by_name.get(pattern.table, ())
        return any(owner.open and pattern.schema in (None, owner.ref.schema) for owner in owners)

    def decides(self, pattern: ObjectRef) -> bool:
        """Whether a migration made what the pattern covers, there or gone: else a database in use may have it."""
        if self.find(pattern) is not None or pattern in self.gone:
            return True
        return any(ref.name == pattern.name and pattern.covers(ref) for ref in self.gone)

    def holds_in_use(self, pattern: ObjectRef) -> bool | None:
        """`holds`, of a database that may have more than the migrations made."""
        return self.holds(pattern) if self.decides(pattern) else None


_TABLES = frozenset({ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW})


def _stands_for(asked: ObjectKind, found: ObjectKind) -> bool:
    """ALTER TABLE, INSERT and the like also take views; a guard that asks for one kind means that kind or better."""
    return asked in (found, ObjectKind.RELATION) or (asked is ObjectKind.TABLE and found in _TABLES)
