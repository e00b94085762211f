"""How the declared objects came into being over a clean deploy, and what its guards left out on the way."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from pgready.model.names import ObjectKind, ObjectRef, QualifiedName
from pgready.model.schema import Column, ForeignKey, Index, Schema, Table, pair_foreign_keys
from pgready.model.trace import MigrationRun, Rehearsal, RunOutcome, Skip

__all__ = ["Growth", "Track", "make_growth"]

_Identity = tuple[str | None, str | None, str]
_PRISMA_KEY = "_fkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One kind of objects: how many are `declared`, and how many there are after each migration (`there`).

    What is there under another name, or for a while, counts; what is there in the end and declared nowhere does not, so
    that the last number is that of the declared ones that were made. `skipped` counts from migration to migration what
    is missing in the end because a guard left it, or its table, out; `gone` are those missing that were there once.
    `again` is, per migration, how many it leaves out that an earlier one had left out already.
    """

    noun: str
    plural: str
    declared: int
    there: tuple[int, ...]
    skipped: tuple[int, ...]
    gone: int = 0
    again: tuple[int, ...] = ()

    @property
    def made(self) -> int:
        """How many of the declared ones are there in the end."""
        return self.there[-1] if self.there else 0

    @property
    def left_out(self) -> int:
        """How many guards left out."""
        return self.skipped[-1] if self.skipped else 0

    @property
    def absent(self) -> int:
        """How many are missing for another reason: no migration makes them, or the deploy did not come so far."""
        return max(0, self.declared - self.made - self.left_out - self.gone)

    def told(self, number: int) -> str:
        """So many of them: `1 table`, `12 foreign keys`."""
        return f"{number:,} {self.noun if number == 1 else self.plural}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The migrations by name, in order, and the tracks of what is declared; `stops` is the first place not applied."""

    migrations: tuple[str, ...]
    tracks: tuple[Track, ...]
    stops: int | None = None

    @property
    def gaps(self) -> tuple[tuple[int, tuple[tuple[int, Track], ...]], ...]:
        """(place of a migration, (how many it left out, track)) where guards left out something that is missing."""
        found = []
        for place in range(len(self.migrations)):
            lost = [(track.skipped[place] - (track.skipped[place - 1] if place else 0), track) for track in self.tracks]
            if kept := tuple(pair for pair in lost if pair[0]):
                found.append((place, kept))
        return tuple(found)

    @property
    def repeats(self) -> tuple[tuple[int, tuple[tuple[int, Track], ...]], ...]:
        """(place of a migration, (how many, track)) where guards left out once more what was left out before."""
        return tuple(
            (place, kept)
            for place in range(len(self.migrations))
            if (kept := tuple((it.again[place], it) for it in self.tracks if it.again and it.again[place]))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What a track counts: which objects of the catalog, and which of them are declared and made."""

    noun: str
    plural: str
    counts: Callable[[ObjectRef], bool]
    declared: frozenset[_Identity]
    made: frozenset[_Identity]


def make_growth(declared: Schema, rehearsal: Rehearsal, skips: Iterable[Skip]) -> Growth:
    """From what each migration made and dropped in the rehearsal; kinds of which nothing is declared have no track."""
    lost: dict[_Identity, int] = {}
    repeated: set[tuple[_Identity, int]] = set()
    for skip in skips:
        if not skip.exists_at_end and lost.setdefault(_identity(skip.would_make), skip.position) != skip.position:
            repeated.add((_identity(skip.would_make), skip.position))
    places = {run.position: place for place, run in enumerate(rehearsal.runs)}
    once_more = [(wanted, places[position]) for wanted, position in repeated if position in places]
    tracks = [
        replace(_track(kind, rehearsal.runs, lost, places), again=_again(kind, once_more, len(rehearsal.runs)))
        for kind in _kinds(declared, rehearsal.schema)
    ]
    stops = (place for place, run in enumerate(rehearsal.runs) if run.outcome is not RunOutcome.APPLIED)
    return Growth(
        migrations=tuple(run.migration for run in rehearsal.runs), tracks=tuple(tracks), stops=next(stops, None)
    )


def _kinds(declared: Schema, made: Schema) -> Iterable[_Kind]:
    keys = [(ours, theirs) for ours, theirs in pair_foreign_keys(declared, made) if ours is not None]
    key_names = {_key(key) for key in (*made.foreign_keys(), *(ours for ours, _ in keys))}
    # A key counts under its own name in the end, and is declared under that of its pair.
    named = {_key(ours): _key(theirs) if theirs is not None else _key(ours) for ours, theirs in keys}
    found = (
        _Kind(
            noun="table",
            plural="tables",
            counts=lambda ref: ref.kind is ObjectKind.TABLE,
            declared=frozenset(_alone(table.name) for table in declared.tables),
            made=frozenset(_alone(table.name) for table in made.tables),
        ),
        _Kind(
            noun="foreign key",
            plural="foreign keys",
            counts=lambda ref: (
                ref.kind is ObjectKind.CONSTRAINT and (ref.name.endswith(_PRISMA_KEY) or _identity(ref) in key_names)
            ),
            declared=frozenset(named.values()),
            made=frozenset(_key(theirs) for _, theirs in keys if theirs is not None),
        ),
        _of_tables("column", "columns", ObjectKind.COLUMN, declared, made, lambda table: table.columns),
        _of_tables("index", "indexes", ObjectKind.INDEX, declared, made, lambda table: table.indexes),
        _Kind(
            noun="enum",
            plural="enums",
            counts=lambda ref: ref.kind is ObjectKind.TYPE,
            declared=frozenset(_alone(enum.name) for enum in declared.enums),
            made=frozenset(_alone(enum.name) for enum in made.enums),
        ),
    )
    return [kind for kind in found if kind.declared]


def _of_tables(  # noqa: PLR0917  # two structures, and what to take of their tables
    noun: str,
    plural: str,
    kind: ObjectKind,
    declared: Schema,
    made: Schema,
    parts: Callable[[Table], Iterable[Column | Index]],
) -> _Kind:
    def names(schema: Schema) -> frozenset[_Identity]:
        return frozenset(
            (table.name.schema, table.name.name, part.name) for table in schema.tables for part in parts(table)
        )

    return _Kind(
        noun=noun, plural=plural, counts=lambda ref: ref.kind is kind, declared=names(declared), made=names(made)
    )


def _track(
    kind: _Kind, runs: Sequence[MigrationRun], lost: Mapping[_Identity, int], places: Mapping[int, int]
) -> Track:
    there: set[_Identity] = set()
    states: list[frozenset[_Identity]] = []
    for run in runs:
        there.difference_update(_identity(ref) for ref in run.dropped if kind.counts(ref))
        there.update(_identity(ref) for ref in run.made if kind.counts(ref))
        states.append(frozenset(there))
    strangers = there - (kind.declared & kind.made)
    missing = kind.declared - kind.made
    gone = missing & frozenset[_Identity]().union(*states)
    positions = (_lost_at(wanted, lost) for wanted in missing - gone)
    skipped = Counter(places[position] for position in positions if position is not None and position in places)
    return Track(
        noun=kind.noun,
        plural=kind.plural,
        declared=len(kind.declared),
        there=tuple(len(state - strangers) for state in states),
        skipped=tuple(accumulate(skipped[place] for place in range(len(runs)))),
        gone=len(gone),
    )


def _again(kind: _Kind, once_more: Iterable[tuple[_Identity, int]], migrations: int) -> tuple[int, ...]:
    missing = kind.declared - kind.made
    counts = Counter(place for wanted, place in once_more if wanted in missing)
    return tuple(counts[place] for place in range(migrations)) if counts else ()


def _lost_at(wanted: _Identity, lost: Mapping[_Identity, int]) -> int | None:
    """The position of the migration that left it, or its table, out."""
    schema, table, _ = wanted
    return lost.get(wanted, lost.get((schema, None, table)) if table is not None else None)


def _identity(ref: ObjectRef) -> _Identity:
    return ref.schema, ref.table, ref.name


def _alone(name: QualifiedName) -> _Identity:
    return name.schema, None, name.name


def _key(key: ForeignKey) -> _Identity:
    return key.table.schema, key.table.name, key.name
