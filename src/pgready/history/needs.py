"""What an effect needs and does not find, and who makes it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import replace as changed

from pgready.history.catalog import RELATIONS, TEMPORARY
from pgready.history.steps import Replay, Step
from pgready.model.effects import Action, Effect, Script
from pgready.model.facts import IndexFacts
from pgready.model.history import Certainty, Need, Provider, ProviderKind
from pgready.model.location import Location
from pgready.model.migration import Migration
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["Maker", "Makers", "asked", "makers_of", "note_unmet"]

_SYSTEM = frozenset({"pg_catalog", "information_schema", "pg_toast", TEMPORARY})
# The columns that every table has (manual, "System Columns").
_SYSTEM_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
# What a database has that no migration made: roles belong to the server, functions may be PostgreSQL's own.
_NEVER_MISSED = frozenset({ObjectKind.ROLE, ObjectKind.OTHER, ObjectKind.FUNCTION, ObjectKind.EXTENSION})
_OF_EXTENSIONS = frozenset({ObjectKind.TYPE, *RELATIONS})
_TOUCHES = frozenset({Action.DROPS, Action.RENAMES, Action.ALTERS, Action.WRITES, Action.READS})
_BOOKKEEPING = "_prisma_migrations"


@dataclass(frozen=True, slots=True)
class Maker:
    """A statement that makes an object of that name, somewhere in the history."""

    order: int
    object: ObjectRef
    migration: Migration
    effect: Effect


Makers = Callable[[], Mapping[str, list[Maker]]]
"""Asked only when something is missing: most histories lack nothing."""


def makers_of(steps: Iterable[tuple[Migration, Script]]) -> Mapping[str, list[Maker]]:
    """Name -> everything that makes or renames to an object of that name, in order of execution."""
    found: dict[str, list[Maker]] = {}
    order = 0
    for migration, script in steps:
        for effect in script.effects:
            order += 1
            made = _made(effect)
            if made is not None:
                found.setdefault(made.name, []).append(Maker(order, made, migration, effect))
    return found


def _made(effect: Effect) -> ObjectRef | None:
    if effect.action is Action.CREATES:
        return effect.object
    if effect.action is Action.RENAMES and effect.new_name is not None:
        return changed(effect.object, name=effect.new_name, schema=effect.new_schema or effect.object.schema)
    return None


def note_unmet(replay: Replay, step: Step, makers: Makers) -> None:
    """Write down what the effect needs and nothing before it provides."""
    for needed in _needed(step.effect) if step.certainty is not Certainty.SKIPPED else _needed_anyway(replay, step):
        key = (replay.where.name, needed)
        if key in replay.missed or not _is_missing(replay, needed):
            continue
        provider = _provider(replay, step, needed, makers)
        if provider.kind is ProviderKind.DATABASE:
            continue
        replay.missed.add(key)
        replay.unmet.append(_need(replay, step, needed, provider))


def _needed(effect: Effect) -> Iterator[ObjectRef]:
    yield from effect.needs
    if effect.action in _TOUCHES:
        yield asked(effect)


def _needed_anyway(replay: Replay, step: Step) -> Iterator[ObjectRef]:
    """What is looked up before IF [NOT] EXISTS is (measured on PostgreSQL 18).

    DROP COLUMN and DROP CONSTRAINT look for the table, CREATE INDEX also for the columns of its expressions.
    """
    effect = step.effect
    if not all(replay.answers.get(guard) for guard in effect.guards[:-1]):
        return
    kind, form = effect.object.kind, effect.guards[-1].form
    if effect.action is Action.DROPS and kind in (ObjectKind.COLUMN, ObjectKind.CONSTRAINT) and form == "IF EXISTS":
        yield from (need for need in effect.needs if need.table is None)
    if effect.action is Action.CREATES and kind is ObjectKind.INDEX and form == "IF NOT EXISTS":
        plain = effect.facts.columns if isinstance(effect.facts, IndexFacts) else ()
        yield from (need for need in effect.needs if need.table is None or need.name not in plain)


def asked(effect: Effect) -> ObjectRef:
    """What the effect is done to; ALTER TABLE ... RENAME takes every kind of relation (manual, ALTER TABLE)."""
    renamed = effect.action is Action.RENAMES and effect.object.kind is ObjectKind.TABLE
    return changed(effect.object, kind=ObjectKind.RELATION) if renamed else effect.object


def _is_missing(replay: Replay, needed: ObjectRef) -> bool:
    catalog = replay.catalog
    if needed.kind in _NEVER_MISSED or needed.schema in _SYSTEM or needed.name == _BOOKKEEPING:
        return False
    if needed.kind is ObjectKind.SCHEMA and (needed.name == "public" or needed.name in _SYSTEM):
        return False
    if catalog.holds(needed) is not False:
        return False
    return needed.table is None or _is_known_to_lack(replay, needed)


def _is_known_to_lack(replay: Replay, needed: ObjectRef) -> bool:
    """Whether all of the table was read and this is not in it; a table that is missing is missed itself."""
    owner = replay.catalog.owner_of(needed)
    if owner is None or owner.present is not True:
        return False
    if needed.kind is ObjectKind.COLUMN:
        return owner.complete and needed.name not in _SYSTEM_COLUMNS
    # PostgreSQL 18 names NOT NULL constraints, older versions have none.
    return needed.kind is not ObjectKind.CONSTRAINT or not needed.name.endswith("_not_null")


def _provider(replay: Replay, step: Step, needed: ObjectRef, makers: Makers) -> Provider:
    later = next((maker for maker in makers().get(needed.name, ()) if _comes_later(maker, step, needed)), None)
    if later is not None:
        return Provider(
            kind=ProviderKind.LATER,
            migration=later.migration.name,
            position=later.migration.position,
            location=Location(later.migration.file, later.effect.line, later.effect.column),
        )
    of_extension = replay.extensions and needed.kind in _OF_EXTENSIONS
    return Provider(kind=ProviderKind.DATABASE if of_extension else ProviderKind.NOBODY)


def _comes_later(maker: Maker, step: Step, needed: ObjectRef) -> bool:
    if maker.order <= step.order:
        return False
    pattern = changed(needed, kind=ObjectKind.RELATION) if needed.kind is ObjectKind.TABLE else needed
    return pattern.covers(maker.object)


def _need(replay: Replay, step: Step, needed: ObjectRef, provider: Provider) -> Need:
    effect, migration = step.effect, replay.where
    return Need(
        migration=migration.name,
        position=migration.position,
        statement=effect.statement,
        location=replay.place(effect),
        needed=needed,
        action=effect.action,
        object=effect.object,
        provider=provider,
        # What is skipped for its own IF EXISTS alone runs, and looks for the table.
        certainty=Certainty.HAPPENS if step.certainty is Certainty.SKIPPED else step.certainty,
    )
