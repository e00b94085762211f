"""What the schema declares side by side with what a clean deploy makes, object by object. Nothing is judged here."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, TypeVar

from pgready.checks.drift import Difference, Kind, column_drift, enum_drift, index_drift, key_drift
from pgready.checks.spelling import as_spelt
from pgready.findings import Noise
from pgready.graph.completeness import Completeness, GroupCompleteness, Presence, Tally
from pgready.model.groups import UNGROUPED
from pgready.model.names import ObjectKind, ObjectRef, QualifiedName
from pgready.model.schema import Column, Enum, ForeignKey, Index, PrimaryKey, Schema, Table, pair_foreign_keys
from pgready.model.trace import MigrationRun, RunOutcome
from pgready.verdict import AuditResult

__all__ = ["Counterparts", "Sides", "TableSides", "completeness"]

_T = TypeVar("_T")
_Kept_co = TypeVar("_Kept_co", covariant=True)
_Part = TypeVar("_Part", bound=Column | Index | Enum | Table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides(Generic[_Kept_co]):
    """One object as it is declared and as it is made (None: it is not). `maker` is the migration that made it last.

    `words` say how they differ; with `presence` MADE they tell of a difference that Prisma passes over.
    """

    name: str
    declared: _Kept_co | None
    made: _Kept_co | None
    presence: Presence
    maker: MigrationRun | None = None
    words: tuple[str, ...] = ()

    @property
    def shown(self) -> _Kept_co:
        """As it is declared, else as it is made."""
        part = self.declared if self.declared is not None else self.made
        if part is None:
            raise ValueError(f"{self.name} is on neither side")
        return part


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSides:
    """A table with all that belongs to it: what is declared in its order, then what only was made.

    `incoming` are the foreign keys that refer to it, its own too, of either side.
    """

    table: Sides[Table]
    group: str
    primary_key: Sides[PrimaryKey] | None
    columns: tuple[Sides[Column], ...]
    indexes: tuple[Sides[Index], ...]
    foreign_keys: tuple[Sides[ForeignKey], ...]
    incoming: tuple[Sides[ForeignKey], ...] = ()

    @property
    def name(self) -> QualifiedName:
        """The table's name."""
        return self.table.shown.name

    @property
    def parts(self) -> Iterator[Sides[PrimaryKey] | Sides[Column] | Sides[Index] | Sides[ForeignKey]]:
        """All that belongs to it."""
        if self.primary_key is not None:
            yield self.primary_key
        yield from self.columns
        yield from self.indexes
        yield from self.foreign_keys

    @property
    def differing(self) -> int:
        """How many of its parts are not as declared; those of a table that is not there itself are not counted."""
        if self.table.presence is not Presence.MADE:
            return 0
        return sum(part.presence is not Presence.MADE for part in self.parts)

    @property
    def presence(self) -> Presence:
        """That of the table; DIFFERENT when it is there and something that belongs to it is not as declared."""
        return Presence.DIFFERENT if self.differing else self.table.presence


@dataclass(frozen=True, slots=True)
class _Told:
    """The differences of one kind of objects, by their name in audit.json; `kinds` without those passed over."""

    words: Mapping[str, Sequence[str]]
    kinds: Mapping[str, frozenset[Kind]]


def _told(drift: Iterable[Difference | Noise]) -> _Told:
    words: dict[str, list[str]] = defaultdict(list)
    kinds: dict[str, set[Kind]] = defaultdict(set)
    for each in drift:
        words[each.object].append(each.detail)
        if isinstance(each, Difference):
            kinds[each.object].add(each.kind)
    return _Told(dict(words), {place: frozenset(found) for place, found in kinds.items()})


_NOTHING = _Told({}, {})


@dataclass(frozen=True)
class Counterparts:
    """All objects of an audit with their two sides; each kind is compared once, when it is first asked for."""

    audit: AuditResult

    @property
    def made(self) -> Schema | None:
        """What the migrations make; None when nothing was rehearsed."""
        return self.audit.rehearsal.schema if self.audit.rehearsal is not None else None

    @cached_property
    def tables(self) -> tuple[TableSides, ...]:
        """Every table of either side: group by group in their order, in a group by name."""
        group_of = self.audit.grouping.group_of()
        places = {group.name: place for place, group in enumerate(self.audit.grouping.groups)}
        wanted, made = _by_name(self.audit.declared), _by_name(self.made)
        found = (
            (places.get(group_of.get(name, UNGROUPED), len(places)), name, group_of.get(name, UNGROUPED))
            for name in {*wanted, *made}
        )
        return tuple(self._table(wanted.get(name), made.get(name), group) for _, name, group in sorted(found))

    @cached_property
    def enums(self) -> tuple[Sides[Enum], ...]:
        """Every enum of either side, by name; what is told of its values is told of it."""
        drift = enum_drift(self.audit.declared, self.made) if self.made is not None else ()
        wanted = {enum.name: enum for enum in self.audit.declared.enums}
        made = {enum.name: enum for enum in self.made.enums} if self.made is not None else {}
        return tuple(
            self._sides(_alone(ObjectKind.TYPE, name), wanted.get(name), made.get(name), _of_enum(drift, name))
            for name in sorted({*wanted, *made})
        )

    @cached_property
    def views(self) -> tuple[Sides[QualifiedName], ...]:
        """Every view and materialized view of either side, by name."""
        return self._named(lambda schema: schema.views, lambda name: _alone(ObjectKind.VIEW, name))

    @cached_property
    def extensions(self) -> tuple[Sides[str], ...]:
        """Every extension of either side, by name."""
        kind = ObjectKind.EXTENSION
        return self._named(lambda schema: schema.extensions, lambda name: ObjectRef(kind=kind, schema="", name=name))

    def _named(self, names: Callable[[Schema], Iterable[_T]], ref: Callable[[_T], ObjectRef]) -> tuple[Sides[_T], ...]:
        wanted = set(names(self.audit.declared))
        made = set(names(self.made)) if self.made is not None else set()
        return tuple(
            self._sides(ref(name), name if name in wanted else None, name if name in made else None)
            for name in sorted(wanted | made, key=str)
        )

    @cached_property
    def _makers(self) -> Mapping[ObjectRef, MigrationRun]:
        runs = self.audit.rehearsal.runs if self.audit.rehearsal is not None else ()
        return {_as_view(ref): run for run in runs for ref in run.made}

    @cached_property
    def _drifts(self) -> tuple[_Told, _Told, _Told]:
        """Of columns, of indexes and primary keys, of foreign keys."""
        rehearsal, declared = self.audit.rehearsal, self.audit.declared
        if rehearsal is None:
            return _NOTHING, _NOTHING, _NOTHING
        spelt = as_spelt(declared, rehearsal)
        return (
            _told(column_drift(declared, spelt, rehearsal.schema)),
            _told(index_drift(declared, spelt, rehearsal.schema)),
            _told(key_drift(declared, rehearsal.schema)),
        )

    @cached_property
    def _keys(self) -> Mapping[QualifiedName, Sequence[Sides[ForeignKey]]]:
        """The foreign keys of both sides, by the table that has them."""
        found: dict[QualifiedName, list[Sides[ForeignKey]]] = defaultdict(list)
        for ours, theirs in pair_foreign_keys(self.audit.declared, self.made):
            key = ours or theirs
            if key is not None:
                ref = _part(ObjectKind.CONSTRAINT, key.table, key.name)
                sides = self._sides(ref, ours, theirs, self._drifts[2], made_as=theirs.name if theirs else None)
                found[key.table].append(sides)
        return found

    @cached_property
    def _incoming(self) -> Mapping[QualifiedName, Sequence[Sides[ForeignKey]]]:
        found: dict[QualifiedName, list[Sides[ForeignKey]]] = defaultdict(list)
        for keys in self._keys.values():
            for key in keys:
                found[key.shown.referenced_table].append(key)
        return found

    def _table(self, ours: Table | None, theirs: Table | None, group: str) -> TableSides:
        table = self._sides(_alone(ObjectKind.TABLE, _one(ours, theirs).name), ours, theirs)
        name = table.shown.name
        if table.presence is Presence.EXTRA and theirs is not None and theirs.partition_of is not None:
            table = replace(table, presence=Presence.MADE)
        return TableSides(
            table=table,
            group=group,
            primary_key=self._primary_key(name, ours, theirs),
            columns=self._parts(ObjectKind.COLUMN, name, (ours, theirs), lambda table: table.columns, self._drifts[0]),
            indexes=self._indexes(name, ours, theirs),
            foreign_keys=tuple(self._keys.get(name, ())),
            incoming=tuple(sorted(self._incoming.get(name, ()), key=lambda key: (key.shown.table, key.name))),
        )

    def _primary_key(self, name: QualifiedName, ours: Table | None, theirs: Table | None) -> Sides[PrimaryKey] | None:
        wanted, made = (table.primary_key if table is not None else None for table in (ours, theirs))
        if wanted is None and made is None:
            return None
        ref = _part(ObjectKind.CONSTRAINT, name, _one(made, wanted).name)
        return self._sides(ref, wanted, made, self._drifts[1], place=str(name))

    def _indexes(self, name: QualifiedName, ours: Table | None, theirs: Table | None) -> tuple[Sides[Index], ...]:
        """Paired by name; one that is made under another name has the words for it, and stands once."""
        told = self._drifts[1]
        found = self._parts(ObjectKind.INDEX, name, (ours, theirs), lambda table: table.indexes, told)
        if ours is None or theirs is None:
            return found
        return tuple(it for it in found if it.declared is not None or f"{name}.{it.name}" in told.words)

    def _parts(
        self,
        kind: ObjectKind,
        name: QualifiedName,
        tables: tuple[Table | None, Table | None],
        parts: Callable[[Table], Iterable[_Part]],
        told: _Told,
    ) -> tuple[Sides[_Part], ...]:
        ours, theirs = ({str(it.name): it for it in parts(table)} if table is not None else {} for table in tables)
        return tuple(
            self._sides(_part(kind, name, each), ours.get(each), theirs.get(each), told) for each in {**ours, **theirs}
        )

    def _sides(
        self,
        ref: ObjectRef,
        declared: _T | None,
        made: _T | None,
        told: _Told | None = None,
        *,
        place: str | None = None,
        made_as: str | None = None,
    ) -> Sides[_T]:
        place = place or str(ref)
        kinds = told.kinds.get(place, frozenset()) if told is not None else frozenset[Kind]()
        words = tuple(told.words.get(place, ())) if told is not None else ()
        presence = Presence.UNKNOWN if self.made is None else _presence(declared, made, kinds, told=told, words=words)
        maker = self._makers.get(replace(ref, name=made_as) if made_as else ref)
        return Sides(name=ref.name, declared=declared, made=made, presence=presence, maker=maker, words=words)


def _presence(
    declared: object, made: object, kinds: frozenset[Kind], *, told: _Told | None, words: tuple[str, ...]
) -> Presence:
    if declared is None:
        # Of what belongs to something that nobody declares nothing is told; that itself is.
        return Presence.EXTRA if told is None or kinds else Presence.MADE
    if made is None:
        if Kind.DIFFERENT in kinds:
            return Presence.DIFFERENT
        # Where there are words, and they are no difference, something else stands in its place.
        return Presence.MADE if words and not kinds else Presence.MISSING
    return Presence.DIFFERENT if kinds else Presence.MADE


def _one(first: _T | None, second: _T | None) -> _T:
    """The first that there is."""
    found = first if first is not None else second
    if found is None:
        raise ValueError("neither side has it")
    return found


def _by_name(schema: Schema | None) -> dict[QualifiedName, Table]:
    return {table.name: table for table in schema.tables} if schema is not None else {}


def _alone(kind: ObjectKind, name: QualifiedName) -> ObjectRef:
    return ObjectRef(kind=kind, schema=name.schema, name=name.name)


def _part(kind: ObjectKind, table: QualifiedName, name: str) -> ObjectRef:
    return ObjectRef(kind=kind, schema=table.schema, table=table.name, name=name)


def _as_view(ref: ObjectRef) -> ObjectRef:
    return replace(ref, kind=ObjectKind.VIEW) if ref.kind is ObjectKind.MATERIALIZED_VIEW else ref


def _of_enum(drift: Iterable[Difference | Noise], name: QualifiedName) -> _Told:
    """What is told of an enum and of its values, under the name of the enum."""
    own = str(name)
    mine = (it for it in drift if it.object == own or (isinstance(it, Difference) and it.object == f"{own}.{it.name}"))
    return _told(replace(it, object=own) for it in mine)


KINDS = ("tables", "columns", "primary keys", "unique indexes", "other indexes", "foreign keys")
"""What a `Completeness` counts, in this order."""


def completeness(found: Counterparts) -> Completeness:
    """How many of each kind are there, group by group."""
    groups: dict[str, list[TableSides]] = {}
    for table in found.tables:
        groups.setdefault(table.group, []).append(table)
    runs = found.audit.rehearsal.runs if found.audit.rehearsal is not None else ()
    stopped = (run.migration for run in runs if run.outcome is not RunOutcome.APPLIED)
    return Completeness(
        kinds=KINDS,
        groups=tuple(GroupCompleteness(group=name, tallies=_tallies(tables)) for name, tables in groups.items()),
        rehearsed=found.made is not None,
        stops=next(stopped, None),
    )


def _tallies(tables: Sequence[TableSides]) -> tuple[Tally, ...]:
    indexes = [index for table in tables for index in table.indexes]
    return (
        _tally(table.table for table in tables),
        _tally(column for table in tables for column in table.columns),
        _tally(table.primary_key for table in tables if table.primary_key is not None),
        _tally(index for index in indexes if index.shown.unique),
        _tally(index for index in indexes if not index.shown.unique),
        _tally(key for table in tables for key in table.foreign_keys),
    )


def _tally(sides: Iterable[Sides[_T]]) -> Tally:
    found = tuple(sides)
    declared = [it.presence for it in found if it.declared is not None]
    return Tally(
        declared=len(declared),
        missing=declared.count(Presence.MISSING),
        different=declared.count(Presence.DIFFERENT),
        extra=sum(it.presence is Presence.EXTRA for it in found),
    )
