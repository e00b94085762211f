"""What has the old name of something renamed, and whether it has the rows or values that were under that name."""

from pgready.checks.destruction.emptying import adopted_by
from pgready.checks.destruction.material import Material, end_of, there_after
from pgready.checks.destruction.values import target_of
from pgready.history import biography_at, column_before
from pgready.model.effects import Action
from pgready.model.facts import RowsFacts
from pgready.model.history import Biography, Certainty, Event
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["stands_in", "successor"]

_MOST = 50
_HOLDS_ROWS = (ObjectKind.TABLE, ObjectKind.COLUMN)


def successor(material: Material, life: Biography, event: Event) -> Biography | None:
    """What has, at the end of its migration, the name that something had before it."""
    history = material.history
    start = history.start_of(event.migration)
    was = life.name_at(start) if start is not None else None
    return there_after(history, was or event.object, event.migration)


def stands_in(material: Material, life: Biography, event: Event, other: Biography) -> bool:
    """Whether those who ask for the old name find what they found: a view, or what was filled from it."""
    if other is life or other.kind not in _HOLDS_ROWS or life.kind not in _HOLDS_ROWS:
        return True
    moment = material.end_after(event.migration)
    if life.kind is ObjectKind.COLUMN:
        return _is_filled(material, life, event, other, moment)
    members = (each.member for each in adopted_by(material, other, moment))
    return any(each is life for each in members) or _has_rows(material, life, other, moment)


def _has_rows(material: Material, life: Biography, other: Biography, moment: int) -> bool:
    """Whether rows were copied from one table to the other, also by way of a third one."""
    waiting, seen = [life], {id(life)}
    while waiting and len(seen) < _MOST:
        table = waiting.pop()
        places = dict.fromkeys(
            (name.schema, name.name) for name in (table.object, *(each.object for each in table.names))
        )
        for copy in (each for place in places for each in material.copies.get(place, ())):
            there = table.name_at(copy.event.order)
            if there is None or (there.schema, there.name) not in places or copy.event.order >= moment:
                continue
            if copy.target is other:
                return True
            if id(copy.target) not in seen:
                seen.add(id(copy.target))
                waiting.append(copy.target)
    return False


def _is_filled(material: Material, life: Biography, event: Event, other: Biography, moment: int) -> bool:
    """Whether the new column is computed of the old one: by UPDATE, by another statement that copies, or always."""
    history = material.history
    if column_before(history, other, end_of(history, event.migration)).generated:
        return True
    for name in dict.fromkeys((*(naming.object for naming in life.names), life.object)):
        for copy in history.copies_of(name):
            if copy.order < moment and life.name_at(copy.order) == name and target_of(material, life, copy) is other:
                return True
    table = other.name_at(moment) or other.object
    ref = ObjectRef(kind=ObjectKind.TABLE, schema=table.schema, name=table.table or "")
    owner = biography_at(history, ref, moment)
    return any(_computes(life, other, write) for write in (owner.events if owner is not None else ()))


def _computes(life: Biography, other: Biography, write: Event) -> bool:
    facts, old, new = write.facts, life.name_at(write.order), other.name_at(write.order)
    if write.action is not Action.WRITES or not isinstance(facts, RowsFacts) or write.certainty is Certainty.SKIPPED:
        return False
    if old is None or new is None:
        return False
    return any((own, read) == (new.name, old.name) for own, _, read in facts.computed)
