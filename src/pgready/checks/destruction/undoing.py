"""What is done to rows and values after they were copied: other values in their place, another type, rows deleted."""

from collections.abc import Iterator
from dataclasses import replace

from pgready.checks.destruction.emptying import column_of, overwrites, reaches_all
from pgready.checks.destruction.material import Adoption, Material
from pgready.checks.destruction.narrowing import narrowing
from pgready.history import biography_at, column_before
from pgready.model.effects import Action
from pgready.model.facts import ColumnFacts, ConstraintFacts, RowsFacts
from pgready.model.history import Biography, Certainty, Event, History
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["changes_of_values", "deletions"]

_MOST = 50


def changes_of_values(
    history: History, table: Biography, name: str, after: int, before: int, *, read: tuple[ObjectRef, str] | None = None
) -> Iterator[Event]:
    """The events between two moments that leave other values in a column: UPDATE of every row, another type.

    `name` is that of the column after the first moment; an UPDATE that copies `read` again changes nothing.
    """
    column = column_of(history, table, name, after + 1)
    joined = any(each.order == after and _is_joined(each) for each in table.events)
    for event in table.events:
        if after < event.order < before:
            there = column.name_at(event.order) if column is not None else None
            now = there.name if there is not None else name
            again = read is not None and isinstance(event.facts, RowsFacts) and (now, *read) in event.facts.copies
            if not again and (
                now in overwrites(history, table, event) or _rewrites(history, table, event, now, joined=joined)
            ):
                yield event
    for event in column.events if column is not None else ():
        if after < event.order < before and column is not None and _converts(history, column, event):
            yield event


def _is_joined(event: Event) -> bool:
    return isinstance(event.facts, RowsFacts) and event.facts.reach is not None and event.facts.reach.joined


def _rewrites(history: History, table: Biography, event: Event, name: str, *, joined: bool) -> bool:
    """Whether UPDATE computes another value in every row that has one, or in those that have a partner.

    Values that came by a join (`joined`) are in some rows: another join is taken to write the others.
    """
    facts = event.facts
    if event.action is not Action.WRITES or not isinstance(facts, RowsFacts) or event.certainty is Certainty.SKIPPED:
        return False
    if not str(event.detail).startswith("UPDATE") or name not in facts.columns:
        return False
    place = table.name_at(event.order) or table.object
    itself = any(
        (own, read.schema, read.name, column) == (name, place.schema, place.name, name)
        for own, read, column in facts.copies
    )
    if itself or name in (*facts.constants, *facts.kept) or (joined and _is_joined(event)):
        return False
    reach = replace(facts.reach, joined=False, if_any=()) if facts.reach is not None else None
    return facts.unconditional or reaches_all(history, table, reach, event.order, but_null=name)


def _converts(history: History, column: Biography, event: Event) -> bool:
    """Whether ALTER COLUMN ... TYPE gives other values: by its USING, or because the type holds less."""
    if event.action is not Action.ALTERS or event.detail != "TYPE" or event.certainty is Certainty.SKIPPED:
        return False
    facts = event.facts if isinstance(event.facts, ColumnFacts) else ColumnFacts()
    if facts.replaced or facts.converted:
        return True
    old, new = (column_before(history, column, moment).type for moment in (event.order, event.order + 1))
    if old is None or new is None or old == new or "." in old + new:
        return False
    lost = narrowing(old, new, using=facts.using)
    return lost is not None and lost.known


def deletions(material: Material, table: Biography, after: int, before: int) -> Iterator[Event]:
    """The events between two moments that delete some rows of a table, also by way of what its rows refer to."""
    for life, every_key in _deleted_with(material, table):
        for event in life.events:
            if after < event.order < before and _deletes(event) and _is_bound(every_key, event):
                yield event


_Keys = tuple[Biography, ...]


def _deletes(event: Event) -> bool:
    removes = event.action is Action.WRITES and isinstance(event.facts, RowsFacts) and event.facts.removes
    return removes and event.certainty is not Certainty.SKIPPED


def _is_bound(keys: _Keys, event: Event) -> bool:
    """Whether the foreign keys are there at that moment and make the rows go: by ON DELETE or TRUNCATE ... CASCADE."""
    truncates = str(event.detail).startswith("TRUNCATE") and str(event.detail).endswith("CASCADE")
    by_rows = not str(event.detail).startswith("TRUNCATE")
    there = (each.name_at(event.order) is not None for each in keys)
    return all(there) and (truncates or not keys or (by_rows and all(_cascades(each) for each in keys)))


def _cascades(key: Biography) -> bool:
    facts = key.made.facts if key.made is not None else None
    return isinstance(facts, ConstraintFacts) and facts.cascades


def _deleted_with(material: Material, table: Biography) -> Iterator[tuple[Biography, _Keys]]:
    """The table itself, what it is a part of, and what it refers to, each with the foreign keys on the way."""
    waiting: list[tuple[Biography, _Keys]] = [(table, ())]
    seen = {id(table)}
    while waiting and len(seen) < _MOST:
        life, keys = waiting.pop()
        yield life, keys
        found = [(each.container, keys) for each in _containers(material, life)]
        for key in _keys_of(material.history, life):
            found += [(other, (*keys, key)) for other in _referenced(material.history, key)]
        for other, on_way in found:
            if id(other) not in seen:
                seen.add(id(other))
                waiting.append((other, on_way))


def _containers(material: Material, life: Biography) -> Iterator[Adoption]:
    for adoptions in material.adoptions.values():
        yield from (each for each in adoptions if each.member is life)


def _keys_of(history: History, table: Biography) -> Iterator[Biography]:
    """The foreign keys of a table at any time."""
    seen: set[int] = set()
    for place in dict.fromkeys((*(naming.object for naming in table.names), table.object)):
        for life in history.members(place):
            facts = life.made.facts if life.made is not None else None
            is_key = isinstance(facts, ConstraintFacts) and facts.referenced is not None
            if is_key and life.kind is ObjectKind.CONSTRAINT and id(life) not in seen:
                seen.add(id(life))
                yield life


def _referenced(history: History, key: Biography) -> Iterator[Biography]:
    made = key.made
    if made is not None and isinstance(made.facts, ConstraintFacts) and made.facts.referenced is not None:
        ref = made.facts.referenced
        table = ObjectRef(kind=ObjectKind.TABLE, schema=ref.schema, name=ref.name)
        found = biography_at(history, table, made.order) or biography_at(history, table, made.order + 1)
        if found is not None:
            yield found
