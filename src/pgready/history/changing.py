"""RENAMES, ALTERS and WRITES: what keeps its life."""

from dataclasses import replace as changed

from pgready.history.catalog import Catalog, Thing
from pgready.history.ending import closure, peer_of
from pgready.history.making import clash, copies_columns, taken
from pgready.history.needs import asked
from pgready.history.steps import Replay, Step, write_down
from pgready.model.effects import Action
from pgready.model.history import Certainty
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["alters", "move", "renames"]

# How `Effect` names it: the columns that CREATE TABLE takes over by LIKE or SELECT *.
_COLUMNS_OF = "COLUMNS OF"


def renames(replay: Replay, step: Step) -> None:
    """Give another name or schema; a rename that may not happen leaves the old name, and both are uncertain."""
    catalog, effect = replay.catalog, step.effect
    thing = _target(replay, step)
    event = write_down(replay, thing, step)
    if step.certainty is Certainty.SKIPPED or thing.present is False:
        return
    wanted = changed(
        event.object,
        name=effect.new_name or event.object.name,
        schema=effect.new_schema or event.object.schema,
    )
    there = taken(catalog, wanted)
    # A rename to its own name fails as well, a move to its own schema does not.
    if there is not None and there.present is True and (there is not thing or effect.new_schema is None):
        clash(replay, step, wanted, there, renames=True)
        return
    if step.certainty is Certainty.MAYBE:
        catalog.touch(thing)
        thing.present = None
        return
    if there is not None and there is not thing:
        # It might have been there; the name was free, so it was not.
        for dismissed in closure(catalog, there, cascade=False):
            catalog.remove(dismissed, step.order)
    peer = peer_of(thing)
    move(catalog, thing, wanted, step.order)
    if peer is not None:
        write_down(replay, peer, step, implied_by=event.object)
        move(catalog, peer, changed(peer.ref, name=wanted.name), step.order)
    if effect.new_schema is not None:
        _take_sequences(replay, thing, step)


def _target(replay: Replay, step: Step) -> Thing:
    catalog, ref = replay.catalog, step.effect.object
    return catalog.find(asked(step.effect)) or catalog.mention(ref, catalog.owner_of(ref))


def move(catalog: Catalog, thing: Thing, ref: ObjectRef, order: int) -> None:
    """The thing is called otherwise from now on, and its members name it so."""
    members = list(thing.members.values())
    for each in (thing, *members):
        catalog.touch(each)
        catalog.leave(each)
        catalog.gone[each.ref] = order
    thing.ref, thing.known_at = ref, order
    catalog.enter(thing)
    catalog.name(thing, order)
    for member in members:
        member.ref = changed(member.ref, schema=ref.schema, table=ref.name)
        catalog.enter(member)
        catalog.name(member, order)
    if ref.kind is ObjectKind.SCHEMA:
        _move_contents(catalog, thing, order)


def _move_contents(catalog: Catalog, schema: Thing, order: int) -> None:
    old = schema.names[-2].object.name if len(schema.names) > 1 else schema.ref.name
    for thing in list(catalog.by_schema.get(old, ())):
        if thing is not schema:
            move(catalog, thing, changed(thing.ref, schema=schema.ref.name), order)


def _take_sequences(replay: Replay, thing: Thing, step: Step) -> None:
    """SET SCHEMA of a table also moves the sequences that its columns own (manual, ALTER TABLE)."""
    for member in list(thing.members.values()):
        for other in list(member.used_by):
            if other.ref.kind is ObjectKind.SEQUENCE:
                move(replay.catalog, other, changed(other.ref, schema=thing.ref.schema), step.order)


def alters(replay: Replay, step: Step) -> None:
    """ALTERS and WRITES: noted in the life of the thing; some change what it hangs on."""
    effect = step.effect
    if effect.detail == _COLUMNS_OF:
        copies_columns(replay, step)
        return
    thing = _target(replay, step)
    write_down(replay, thing, step)
    if step.certainty is not Certainty.HAPPENS or thing.present is False:
        return
    thing.known_at = max(thing.known_at, step.order) if thing.present else thing.known_at
    if effect.detail == "TYPE" and thing.ref.kind is ObjectKind.COLUMN:
        _change_type(replay.catalog, thing, step)
    elif effect.detail == "DROP IDENTITY":
        _drop_identity(replay, thing, step)
    elif thing.ref.kind is ObjectKind.SEQUENCE and "OWNED_BY" in str(effect.detail):
        thing.use_no_more(thing.uses)
        column = next((need for need in effect.needs if need.kind is ObjectKind.COLUMN), None)
        owner = replay.catalog.find(column) if column is not None else None
        if owner is not None:
            thing.use(owner)


def _change_type(catalog: Catalog, thing: Thing, step: Step) -> None:
    thing.use_no_more(other for other in thing.uses if other.ref.kind is ObjectKind.TYPE)
    for need in step.effect.needs:
        found = catalog.find(need) if need.kind is ObjectKind.TYPE else None
        if found is not None:
            thing.use(found)


def _drop_identity(replay: Replay, thing: Thing, step: Step) -> None:
    for other in list(thing.used_by):
        if other.ref.kind is ObjectKind.SEQUENCE:
            write_down(replay, other, step, action=Action.DROPS, implied_by=thing.ref)
            replay.catalog.remove(other, step.order)
