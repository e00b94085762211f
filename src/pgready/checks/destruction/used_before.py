"""Statements before a column goes that use its values without copying them as they are."""

from collections.abc import Iterator

from pgready.checks.destruction.emptying import column_of
from pgready.checks.destruction.material import Material
from pgready.checks.destruction.values import lasting
from pgready.history import biography_at
from pgready.model.effects import Action
from pgready.model.facts import ConstraintFacts, RowsFacts
from pgready.model.history import Biography, Certainty, Event, History
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["reversed_link", "user_of"]


def reversed_link(material: Material, life: Biography, event: Event) -> tuple[Event, ObjectRef] | None:
    """The UPDATE that turns a relation round, and the column that it fills, if that lasts.

    `UPDATE a SET b_id = b.id FROM b WHERE b.a_id = a.id` before `b.a_id` is dropped: who refers to whom can still be
    told, unless several rows of b refer to one of a.
    """
    for write, table, facts in _writes_before(material.history, life, event):
        name = life.name_at(write.order) or event.object
        if facts.reach is None or not facts.reach.joined or name.name not in facts.tested:
            continue
        for written, read, column in facts.copies:
            own = (read.schema, read.name) == (name.schema, name.table) and column != name.name
            if not own or not _is_key(material.history, read, column, write.order):
                continue
            target = column_of(material.history, table, written, write.order)
            last = lasting(material, target, write.order, event) if target is not None else None
            if last is not None:
                return write, last.name_at(material.end_after(event.migration)) or last.object
    return None


def user_of(material: Material, life: Biography, event: Event) -> Event | None:
    """The first statement of the same migration that computes something of the values, or picks rows by them."""
    for write, table, facts in _writes_before(material.history, life, event):
        name = life.name_at(write.order) or event.object
        place = (name.schema, name.table)
        there = table.name_at(write.order) or table.object
        computes = any((read.schema, read.name, own) == (*place, name.name) for _, read, own in facts.computed)
        brings = any(
            (each.relation.schema, each.relation.name) == place and any(own == name.name for _, own in each.columns)
            for each in facts.sources
        )
        picks = (there.schema, there.name) == place and name.name in facts.tested and name.name not in facts.columns
        if computes or brings or picks:
            return write
    return None


def _writes_before(history: History, life: Biography, event: Event) -> Iterator[tuple[Event, Biography, RowsFacts]]:
    """The statements of the same migration, before the event, that write rows other than by deleting."""
    since = life.made.order if life.made is not None else 0
    for write, table in history.events_of(event.migration):
        happens = write.action is Action.WRITES and write.certainty is not Certainty.SKIPPED
        facts = write.facts if happens and since < write.order < event.order else None
        if isinstance(facts, RowsFacts) and not facts.removes:
            yield write, table, facts


def _is_key(history: History, relation: ObjectRef, column: str, moment: int) -> bool:
    """Whether the column is the primary key of a table."""
    table = ObjectRef(kind=ObjectKind.TABLE, schema=relation.schema, name=relation.name)
    if biography_at(history, table, moment) is None:
        return False
    return any(
        each.kind is ObjectKind.CONSTRAINT
        and each.name_at(moment) is not None
        and each.made is not None
        and str(each.made.detail).startswith("PRIMARY KEY")
        and isinstance(each.made.facts, ConstraintFacts)
        and each.made.facts.columns == (column,)
        for each in history.members(table)
    )
