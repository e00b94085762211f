"""Where the values of a column are when everything is done: copied, perhaps in several steps, and not lost since."""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum, auto

from pgready.checks.destruction.emptying import column_of, ends_of_rows, is_not_null, reaches_all
from pgready.checks.destruction.material import Material
from pgready.checks.destruction.survival import kept_rows
from pgready.checks.destruction.undoing import changes_of_values
from pgready.checks.in_scope import TEMPORARY
from pgready.history import biography_at
from pgready.model.effects import Action
from pgready.model.facts import RowsFacts
from pgready.model.history import Biography, Event
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["Part", "copies_before", "kept_column", "lasting", "part_of", "target_of"]

_DEEPEST = 20


class Part(Enum):
    """Which values a statement copies: EVERY one, those of rows that are JOINED by equal columns, or SOME."""

    EVERY = auto()
    JOINED = auto()
    SOME = auto()


def copies_before(material: Material, life: Biography, event: Event) -> list[Event]:
    """The statements before the event that copy the column into another one, the last one first."""
    since = life.made.order if life.made is not None else 0
    return sorted(_copies_of(material, life, since, event.order), key=lambda copy: -copy.order)


def _copies_of(material: Material, life: Biography, since: int, until: int) -> Iterator[Event]:
    for name in dict.fromkeys((*(naming.object for naming in life.names), life.object)):
        for copy in material.history.copies_of(name):
            if since < copy.order < until and life.name_at(copy.order) in (name, None):
                yield copy


def target_of(material: Material, life: Biography, copy: Event) -> Biography | None:
    """The column that a statement copies the values of the other into."""
    if not isinstance(copy.facts, RowsFacts):
        return None
    name = life.name_at(copy.order) or life.object
    written = (
        column
        for column, read, source in copy.facts.copies
        if (read.schema, read.name, source) == (name.schema, name.table, name.name)
    )
    table = copy.object
    refs = [ObjectRef(kind=ObjectKind.COLUMN, schema=table.schema, table=table.name, name=each) for each in written]
    # CREATE TABLE AS makes the column by a later effect than the table.
    moments = (copy.order, copy.order + 1 + len(copy.facts.columns))
    found = (biography_at(material.history, ref, moment) for moment in moments for ref in refs)
    return next((each for each in found if each is not None), None)


def part_of(material: Material, life: Biography, copy: Event, target: Biography) -> Part:
    """Whether each value is copied; NULL need not be, nor what the new column already has."""
    facts = copy.facts if isinstance(copy.facts, RowsFacts) else RowsFacts()
    name = (life.name_at(copy.order) or life.object).name
    if facts.unconditional or facts.copies_all:
        return Part.EVERY
    if facts.sources:
        return _part_of_rows(material, life, copy, name)
    table = _table_of(material, copy.object, copy.order)
    if facts.reach is None or table is None:
        return Part.SOME
    written = (target.name_at(copy.order) or target.object).name
    fresh = target.made is not None and material.deployment.runs(target.made.migration)
    null = tuple(each for each in facts.reach.null if each != written or not fresh)
    open_reach = replace(facts.reach, null=null, joined=False)
    if not reaches_all(material.history, table, open_reach, copy.order, but_null=name):
        return Part.SOME
    return Part.JOINED if facts.reach.joined or facts.reach.if_any else Part.EVERY


def _part_of_rows(material: Material, life: Biography, copy: Event, name: str) -> Part:
    facts = copy.facts
    there = life.name_at(copy.order) or life.object
    for source in facts.sources if isinstance(facts, RowsFacts) else ():
        if (source.relation.schema, source.relation.name) != (there.schema, there.table):
            continue
        table = _table_of(material, source.relation, copy.order)
        null = [each for each in source.not_null if each != name]
        known = table is not None and all(is_not_null(material.history, table, each, copy.order) for each in null)
        if not source.left_out and (known or not null):
            return Part.EVERY
    return Part.SOME


def _table_of(material: Material, ref: ObjectRef, moment: int) -> Biography | None:
    table = ObjectRef(kind=ObjectKind.TABLE, schema=ref.schema, name=ref.name)
    return biography_at(material.history, table, moment) or biography_at(material.history, table, moment + 1)


def kept_column(material: Material, life: Biography | None, event: Event) -> Event | None:
    """The last statement before the event that copies every value of the column to a place that lasts."""
    for copy in copies_before(material, life, event) if life is not None else ():
        target = target_of(material, life, copy) if life is not None else None
        if target is None or life is None or part_of(material, life, copy, target) is Part.SOME:
            continue
        if lasting(material, target, copy.order, event) is not None:
            return copy
    return None


def lasting(material: Material, column: Biography, after: int, event: Event, depth: int = 0) -> Biography | None:
    """The column that has, at the end of what the event is a part of, the values that this one has at a moment."""
    moment = material.end_after(event.migration)
    end = _end_of_values(material, column, after, moment)
    if end is None and column.object.schema != TEMPORARY:
        return column if column.name_at(moment) is not None or column.made is None else None
    if depth >= _DEEPEST:
        return None
    until = end.order if end is not None else moment
    for copy in _copies_of(material, column, after, until):
        target = target_of(material, column, copy)
        if target is not None and part_of(material, column, copy, target) is not Part.SOME:
            last = lasting(material, target, copy.order, event, depth + 1)
            if last is not None:
                return last
    return _with_table(material, column, end) if end is not None else None


def _end_of_values(material: Material, column: Biography, after: int, moment: int) -> Event | None:
    """What drops the column, empties its table, overwrites or converts it first."""
    history = material.history
    there = column.name_at(after + 1) or column.object
    ref = ObjectRef(kind=ObjectKind.TABLE, schema=there.schema, name=there.table or "")
    table = biography_at(history, ref, after + 1)
    found = [each for each in column.events if each.order == column.ended and after < each.order < moment]
    if table is not None:
        rows = ends_of_rows(material, table, after, moment)
        found += [rows] if rows is not None else []
        found += changes_of_values(history, table, there.name, after, moment)
    return min(found, key=lambda each: each.order, default=None)


def _with_table(material: Material, column: Biography, end: Event) -> Biography | None:
    """A column that goes with its table lasts where all rows of that are kept, with their values of it."""
    name = column.name_at(end.order) or column.object
    ref = ObjectRef(kind=ObjectKind.TABLE, schema=name.schema, name=name.table or "")
    table = biography_at(material.history, ref, end.order)
    if table is None or end.action is not Action.DROPS or table.ended != end.order:
        return None
    kept = kept_rows(material, table, end)
    if kept is None or not kept.complete or name.name not in kept.columns:
        return None
    return column_of(material.history, kept.target, name.name, material.end_after(end.migration)) or column
