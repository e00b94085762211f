"""What the throw-away server showed decides over what was read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace as changed

from pgready.history.catalog import TEMPORARY, Thing
from pgready.history.changing import move
from pgready.history.steps import Replay
from pgready.model.effects import Action, Script
from pgready.model.history import Certainty, Event
from pgready.model.migration import Migration
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun

__all__ = ["agree", "disturbed"]

# What the rehearsal does not list: roles belong to the server, the rest has no kind.
_NOT_LISTED = frozenset({ObjectKind.ROLE, ObjectKind.OTHER})


def agree(replay: Replay, run: MigrationRun) -> None:
    """Make the catalog after a migration the one that the run left, and its events those that took place."""
    catalog = replay.catalog
    made, dropped = set(run.made), set(run.dropped)
    _rename(replay, made, dropped)
    touched = {thing: ref for thing, ref in catalog.touched.items() if _is_listed(thing)}
    before = {ref for ref in touched.values() if ref is not None}
    after = {thing.ref for thing in touched if thing.present is not False}
    for thing, was in touched.items():
        if _is_open(replay, thing) and was not in dropped and thing.ref not in made:
            continue
        if thing.present is None and was in dropped and was not in made:
            catalog.remove(thing, replay.order)
            _settle(replay, thing, new=False)
            continue
        now = thing.ref if thing.present is not False else None
        if now is not None and now not in made and not (now in before and now not in dropped):
            _undo(replay, thing, was if was not in dropped else None)
        elif now is None and was is not None and was not in dropped and was not in after:
            _undo(replay, thing, was)
        else:
            thing.present = thing.present is not False
            _settle(replay, thing, new=was is None)
    _add_unread(replay, run)
    catalog.unread_at = 0


def _rename(replay: Replay, made: set[ObjectRef], dropped: set[ObjectRef]) -> None:
    """A rename that could not be told took place when the old name went and the new one came: its life goes on."""
    for thing, was in list(replay.catalog.touched.items()):
        if thing.present is not None or was not in dropped:
            continue
        for index in _written_of(replay, thing):
            event = thing.events[index]
            renamed = event.action is Action.RENAMES and event.certainty is Certainty.MAYBE and event.object == was
            now = _renamed(event) if renamed else was
            if now in made and now not in replay.catalog.by_ref:
                thing.present = True
                thing.events[index] = changed(event, certainty=Certainty.HAPPENS)
                move(replay.catalog, thing, now, event.order)
                break


def _renamed(event: Event) -> ObjectRef:
    old = event.object
    return changed(old, name=event.new_name or old.name, schema=event.new_schema or old.schema)


def _is_open(replay: Replay, thing: Thing) -> bool:
    """Whether the migration may do something to it that an empty server does not show."""
    return any(
        thing.events[index].unsettled and thing.events[index].certainty is Certainty.MAYBE
        for index in _written_of(replay, thing)
    )


def disturbed(steps: Sequence[tuple[Migration, Script]], runs: Mapping[str, MigrationRun]) -> set[str]:
    """The migrations of whose runs nothing follows: they ran in another order with others on the same objects.

    `steps` are in the order that is asked for; the rehearsal ran them by `position`.
    """
    found: set[str] = set()
    touched = {migration.name: _touched(script, runs.get(migration.name)) for migration, script in steps}
    for number, (migration, _) in enumerate(steps):
        for other, _ in steps[:number]:
            inverted = other.position > migration.position
            if inverted and not touched[migration.name].isdisjoint(touched[other.name]):
                found |= {migration.name, other.name}
    return found


def _touched(script: Script, run: MigrationRun | None) -> set[tuple[str | None, str]]:
    """The names of everything that a migration makes, drops or renames, each with that of its table."""
    read = {(effect.object.table, effect.object.name) for effect in script.effects if effect.action in _MOVES}
    given = {(effect.object.table, effect.new_name) for effect in script.effects if effect.new_name is not None}
    shown = {(ref.table, ref.name) for ref in (*run.made, *run.dropped)} if run is not None else set()
    return read | given | shown


def _is_listed(thing: Thing) -> bool:
    named = thing.ref.kind is ObjectKind.CONSTRAINT and thing.detail == "NOT NULL"
    return thing.ref.kind not in _NOT_LISTED and thing.ref.schema != TEMPORARY and not named


def _undo(replay: Replay, thing: Thing, was: ObjectRef | None) -> None:
    """What was read did not take place: the thing is as it was before the migration."""
    catalog = replay.catalog
    if was is None:
        catalog.remove(thing, replay.order)
        thing.ended = None
    elif thing.present is False:
        catalog.put(thing, replay.order, present=True)
    else:
        thing.present = True
        if thing.ref != was and thing.owner is None:
            move(catalog, thing, was, replay.order)
    for index in _written_of(replay, thing):
        if thing.events[index].action in _MOVES:
            thing.events[index] = changed(thing.events[index], certainty=Certainty.SKIPPED)


_MOVES = (Action.CREATES, Action.DROPS, Action.RENAMES)


def _settle(replay: Replay, thing: Thing, *, new: bool) -> None:
    """What was left open of this migration is told by what is there now; what only alters shows in no name."""
    took_place = {Action.CREATES: new, Action.DROPS: not thing.present, Action.RENAMES: False}
    for index in _written_of(replay, thing):
        event = thing.events[index]
        if event.certainty is Certainty.MAYBE and event.action in _MOVES:
            certainty = Certainty.HAPPENS if took_place[event.action] else Certainty.SKIPPED
            thing.events[index] = changed(event, certainty=certainty)


def _written_of(replay: Replay, thing: Thing) -> list[int]:
    first = next(
        (index for index, event in enumerate(reversed(thing.events)) if event.migration != replay.where.name),
        len(thing.events),
    )
    return list(range(len(thing.events) - first, len(thing.events)))


def _add_unread(replay: Replay, run: MigrationRun) -> None:
    """What happened and could not be read: dropped things go, made ones come, tables before what is in them."""
    catalog = replay.catalog
    for ref in sorted(set(run.dropped) - set(run.made), key=_depth, reverse=True):
        thing = catalog.by_ref.get(ref)
        if thing is not None and thing.present is not False:
            _note(replay, thing, Action.DROPS)
            catalog.remove(thing, replay.order)
    for ref in sorted(run.made, key=_depth):
        owner = catalog.owner_of(ref)
        if ref not in catalog.by_ref and not _is_of_view(ref, owner):
            thing = catalog.new(ref, owner)
            catalog.put(thing, replay.order, present=True)
            _note(replay, thing, Action.CREATES)


def _is_of_view(ref: ObjectRef, owner: Thing | None) -> bool:
    """A column of a view holds no values: it is a part of its query, and has no life of its own."""
    views = (ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW)
    return ref.kind is ObjectKind.COLUMN and owner is not None and owner.ref.kind in views


def _depth(ref: ObjectRef) -> tuple[bool, ObjectRef]:
    plain = ObjectRef(kind=ref.kind, schema=ref.schema or "", table=ref.table or "", name=ref.name)
    return ref.table is not None, plain


def _note(replay: Replay, thing: Thing, action: Action) -> None:
    migration = replay.where
    opaque = next((place for place in reversed(replay.opaque) if place.migration == migration.name), None)
    thing.events.append(
        Event(
            order=opaque.order if opaque is not None else max(replay.order, 1),
            migration=migration.name,
            position=migration.position,
            statement=0,
            location=opaque.location if opaque is not None else migration.location,
            action=action,
            object=thing.ref,
            observed=True,
        )
    )
