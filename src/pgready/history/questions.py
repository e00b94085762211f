"""Questions to a history: was it there before, who made it, what was its type, was its data copied first?

Pure functions; each costs no more than the lives of the objects that it is about. A *moment* is the order of an event:
what is asked for is the state just before it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dataclasses import replace as changed

from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.effects import Action
from pgready.model.facts import ColumnFacts, ConstraintFacts, Default, Facts, IndexFacts
from pgready.model.history import Biography, Certainty, Event, History
from pgready.model.names import ObjectKind, ObjectRef

__all__ = [
    "ColumnState",
    "EnumSwap",
    "added_again",
    "biography_at",
    "biography_of",
    "column_before",
    "column_type_at",
    "copied_first",
    "depends_on",
    "enum_swaps",
    "enum_values_at",
    "enum_values_before",
    "existed_before",
    "existed_before_deployment",
    "made_by",
    "made_by_same_migration",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnState:
    """What is known of a column at a moment; `type` is None when no statement named it."""

    type: str | None = None
    not_null: bool = False
    default: Default | None = None
    identity: bool = False
    generated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumSwap:
    """An enum that one migration replaces by another of the same name: `lost` and `gained` are values."""

    old: Biography
    new: Biography
    event: Event
    lost: tuple[str, ...]
    gained: tuple[str, ...]


def biography_of(history: History, name: ObjectRef | str) -> Biography | None:
    """The life of the last object that had the name; a text is `schema.table.name` as it is printed."""
    if isinstance(name, ObjectRef):
        return next(reversed(history.named(name)), None)
    fits = (life for life in history.biographies if name in _texts(life))
    return next(reversed(list(fits)), None)


def _texts(life: Biography) -> set[str]:
    return {str(life.object), *(str(naming.object) for naming in life.names)}


def biography_at(history: History, ref: ObjectRef, moment: int) -> Biography | None:
    """The object that has the name at that moment (the full name: schema, and table of a member).

    One that no migration makes is found by its only name, whenever: nobody knows since when it is there.
    """
    lives = history.named(ref)
    named = next((life for life in lives if life.name_at(moment) == ref), None)
    return named or next((life for life in lives if not life.names and _is_used(life)), None)


def existed_before(history: History, ref: ObjectRef, migration: str) -> bool | None:
    """Whether an object of that name is there when a migration begins; None when that cannot be told.

    It cannot be told of what no migration makes, nor under conditions that cannot be read.
    """
    moment = history.start_of(migration)
    if moment is None:
        return None
    life = biography_at(history, ref, moment)
    if life is None:
        # Only what stands in it was spoken of.
        return None if history.members(ref) and not history.named(ref) else False
    certain = life.made is not None and life.made.certainty is Certainty.HAPPENS
    return True if certain else None


def _is_used(life: Biography) -> bool:
    return any(event.certainty is not Certainty.SKIPPED for event in life.events)


def existed_before_deployment(life: Biography, deployment: Deployment) -> bool:
    """Whether the object may be there, with rows in it, when the deployment begins.

    Before a clean deploy nothing is. Else it is there when a migration outside the deployment makes it, or none, or one
    that ran under another name; and it may be when the revision had migrations that are lost.
    """
    if deployment.kind is DeploymentKind.CLEAN:
        return False
    made = life.made
    if made is None or deployment.lost:
        return True
    return made.migration in deployment.refiled or not deployment.runs(made.migration)


def made_by(history: History, ref: ObjectRef) -> Event | None:
    """The event that made the last object of that name; None when no migration makes it."""
    life = biography_of(history, ref)
    return life.made if life is not None else None


def depends_on(history: History, later: str, earlier: str) -> ObjectRef | None:
    """An object that one migration makes, renames or drops and another one, after it, uses; None when there is none.

    What is used are the objects that are changed, their tables and enums, and the referenced tables.
    """
    for event, _ in history.events_of(later):
        for ref in _used_by(event):
            life = biography_at(history, ref, event.order)
            for other in life.events if life is not None else ():
                if other.migration == earlier and other.action in _MOVES and other.order < event.order:
                    return ref
    return None


_MOVES = frozenset({Action.CREATES, Action.DROPS, Action.RENAMES})


def _used_by(event: Event) -> Iterator[ObjectRef]:
    ref = event.object
    yield ref
    if ref.table is not None:
        for kind in (ObjectKind.TABLE, ObjectKind.TYPE):
            yield ObjectRef(kind=kind, schema=ref.schema, name=ref.table)
    if isinstance(event.facts, ConstraintFacts) and event.facts.referenced is not None:
        yield event.facts.referenced


def made_by_same_migration(life: Biography, event: Event) -> bool:
    """Whether the migration of the event made the object, before that event."""
    made = life.made
    return made is not None and made.migration == event.migration and made.order < event.order


def column_before(history: History, life: Biography, moment: int) -> ColumnState:
    """What is known of a column at that moment: what made it, changed by what came after.

    `type` is spelt as in `pgready.model.schema.Column`, a type of the history as it is called at that moment.
    """
    state, named_at = ColumnState(), 0
    for event in life.events:
        if event.order >= moment:
            break
        if event.certainty is not Certainty.SKIPPED:
            state = _next_state(state, event)
            names_type = event.action is Action.CREATES or event.detail == "TYPE"
            named_at = event.order if names_type else named_at
    return changed(state, type=_type_later(history, state.type, named_at, moment)) if state.type else state


def _type_later(history: History, written: str, named_at: int, moment: int) -> str:
    """A type as it is called later; one that no migration makes is an extension's, and those have bare names."""
    schema, dot, rest = written.partition(".")
    if not dot:
        return written
    name = rest.removesuffix("[]")
    ref = ObjectRef(kind=ObjectKind.TYPE, schema=schema, name=name)
    if not history.named(ref):
        return rest
    life = biography_at(history, ref, named_at)
    later = life.name_at(moment) if life is not None else None
    return f"{later}{rest[len(name) :]}" if later is not None else written


_CHANGES: dict[str, Callable[[ColumnState, ColumnFacts], ColumnState]] = {
    "TYPE": lambda state, facts: changed(state, type=facts.type),
    "SET NOT NULL": lambda state, _: changed(state, not_null=True),
    "DROP NOT NULL": lambda state, _: changed(state, not_null=False),
    "SET DEFAULT": lambda state, facts: changed(state, default=facts.default or Default.UNKNOWN),
    "DROP DEFAULT": lambda state, _: changed(state, default=None),
    "ADD IDENTITY": lambda state, _: changed(state, identity=True, not_null=True),
    "DROP IDENTITY": lambda state, _: changed(state, identity=False),
    "DROP EXPRESSION": lambda state, _: changed(state, generated=False),
}


def _next_state(state: ColumnState, event: Event) -> ColumnState:
    facts = event.facts if isinstance(event.facts, ColumnFacts) else ColumnFacts()
    if event.action is Action.CREATES:
        return _first_state(facts)
    change = _CHANGES.get(event.detail or "") if event.action is Action.ALTERS else None
    return change(state, facts) if change is not None else state


def _first_state(facts: ColumnFacts) -> ColumnState:
    return ColumnState(
        type=facts.type,
        not_null=facts.not_null or facts.identity or facts.serial,
        default=Default.VOLATILE if facts.serial else facts.default,
        identity=facts.identity,
        generated=facts.generated,
    )


def column_type_at(history: History, ref: ObjectRef, migration: str) -> str | None:
    """The type of a column when a migration begins; None when it is not there or no statement names its type."""
    moment = history.start_of(migration)
    life = biography_at(history, ref, moment) if moment is not None else None
    return column_before(history, life, moment).type if life is not None and moment is not None else None


def enum_values_at(history: History, ref: ObjectRef, migration: str) -> tuple[str, ...]:
    """The values of an enum when a migration begins, in the order in which they were made; empty when it has none."""
    moment = history.start_of(migration)
    return enum_values_before(history, ref, moment) if moment is not None else ()


def enum_values_before(history: History, ref: ObjectRef, moment: int) -> tuple[str, ...]:
    """The values of the enum that has that name at that moment."""
    return tuple(
        name.name
        for life in history.members(ref)
        if life.kind is ObjectKind.ENUM_VALUE
        and (name := life.name_at(moment)) is not None
        and (name.schema, name.table) == (ref.schema, ref.name)
    )


def enum_swaps(history: History, migration: str) -> tuple[EnumSwap, ...]:
    """The enums that a migration replaces through a new type, as Prisma does when values are removed.

    CREATE TYPE "E_new", ALTER COLUMN ... TYPE "E_new", rename "E" to "E_old" and "E_new" to "E", DROP TYPE "E_old"; or
    DROP TYPE first and CREATE TYPE of the same name after it.
    """
    return tuple(_enum_swaps(history, migration))


def _enum_swaps(history: History, migration: str) -> Iterator[EnumSwap]:
    start = history.start_of(migration)
    for event, life in history.events_of(migration):
        dropped = event.action is Action.DROPS and event.order == life.ended and event.implied_by is None
        name = life.name_at(start) if start is not None and life.kind is ObjectKind.TYPE and dropped else None
        new = _next_of_name(history, name, life, migration) if name is not None and start is not None else None
        if name is None or new is None or start is None:
            continue
        old_values = enum_values_before(history, name, start)
        new_values = _values_of(history, new, migration)
        yield EnumSwap(
            old=life,
            new=new,
            event=event,
            lost=tuple(value for value in old_values if value not in new_values),
            gained=tuple(value for value in new_values if value not in old_values),
        )


def _next_of_name(history: History, name: ObjectRef, old: Biography, migration: str) -> Biography | None:
    """The object that the migration makes and that has the name in the end."""
    for life in history.named(name):
        made = life.made
        if life is not old and made is not None and made.migration == migration and _last_name(life) == name:
            return life
    return None


def _last_name(life: Biography) -> ObjectRef:
    return life.names[-1].object if life.names else life.object


def _values_of(history: History, new: Biography, migration: str) -> tuple[str, ...]:
    """The values that a new enum has when the migration ends."""
    after = 1 + max(event.order for event, _ in history.events_of(migration))
    name = new.name_at(after)
    return enum_values_before(history, name, after) if name is not None else ()


def copied_first(history: History, life: Biography, event: Event) -> Event | None:
    """The last statement before the event that copies the column into another: `UPDATE t SET new = old`.

    Of this migration or of an earlier one, since the column was made.
    """
    made = life.made.order if life.made is not None else 0
    names = dict.fromkeys((*(naming.object for naming in life.names), life.object))
    copies = (
        copy
        for name in names
        for copy in history.copies_of(name)
        if made < copy.order < event.order and life.name_at(copy.order) in (name, None)
    )
    return max(copies, key=lambda copy: copy.order, default=None)


def added_again(history: History, life: Biography, event: Event) -> Event | None:
    """The later event of the same migration that makes a constraint or index of the same meaning again.

    The same meaning: the same kind on the same table, with the same columns (and, of a foreign key, the same
    referenced ones), as far as the statements say; where they do not say, the same name.
    """
    if event.action is not Action.DROPS:
        return None
    old = life.made
    for later, other in history.events_of(event.migration):
        same_place = later.object.kind is event.object.kind and later.object.table == event.object.table
        made = later.action is Action.CREATES and later.order > event.order
        if made and same_place and other is not life and _same_meaning(old, later, event):
            return later
    return None


def _same_meaning(old: Event | None, new: Event, dropped: Event) -> bool:
    before, after = _meaning(old.facts if old is not None else None), _meaning(new.facts)
    if before is None or after is None or old is None:
        return dropped.object.name == new.object.name
    return before == after and _sort(old) == _sort(new)


def _sort(event: Event) -> str:
    """`FOREIGN KEY`, `UNIQUE`, without what does not change the meaning."""
    return (event.detail or "").replace(" NOT VALID", "").replace("CONCURRENTLY", "").strip()


def _meaning(facts: Facts | None) -> object:
    if isinstance(facts, ConstraintFacts) and facts.columns:
        return facts.columns, facts.referenced, facts.referenced_columns
    if isinstance(facts, IndexFacts) and facts.columns and None not in facts.columns:
        return facts.columns, facts.unique, facts.partial, facts.method
    return None
