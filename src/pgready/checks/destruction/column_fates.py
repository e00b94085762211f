"""What becomes of the values of a column that is dropped."""

from dataclasses import dataclass
from enum import Enum, auto

from pgready.checks.destruction.material import Case, Material, end_of, there_after
from pgready.checks.in_scope import table_of
from pgready.history import biography_at, column_before, copied_first
from pgready.model.effects import Action
from pgready.model.facts import RowsFacts
from pgready.model.history import Biography, Certainty, Event
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["Fate", "FateKind", "dropped_column", "fate_of"]


class FateKind(Enum):
    """LOST, unless one of these.

    AGAIN: a column of that name is made again, empty. RENAMED: the values are in a new column of the same table.
    REBUILT: and that has the old name in the end. CONVERTED: a new column has the name in the end and was filled by an
    expression. COPIED: to a column that was there before, to another table, or by an earlier migration. COMPUTED: it
    was a generated column.
    """

    LOST = auto()
    AGAIN = auto()
    RENAMED = auto()
    REBUILT = auto()
    CONVERTED = auto()
    COPIED = auto()
    COMPUTED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of the values; `to` is the column that has them, `by` the statement, `every` row or some."""

    kind: FateKind
    to: ObjectRef | None = None
    by: Event | None = None
    every: bool = True


def dropped_column(event: Event) -> bool:
    """Whether a column goes, but not with its table."""
    goes = event.action is Action.DROPS and event.object.kind is ObjectKind.COLUMN
    with_table = event.implied_by is not None and event.implied_by.kind in (ObjectKind.TABLE, ObjectKind.SCHEMA)
    return goes and not with_table


def fate_of(material: Material, case: Case) -> Fate:
    """What becomes of the values of the column of that case."""
    history, life, event = material.history, case.life, case.event
    if column_before(history, life, event.order).generated:
        return Fate(kind=FateKind.COMPUTED)
    start = history.start_of(event.migration)
    was = (life.name_at(start) if start is not None else None) or event.object
    again = there_after(history, was, event.migration)
    copy = copied_first(history, life, event)
    if copy is not None:
        fate = _copied(material, case, copy, again)
        if fate is not None:
            return fate
    if again is None or again is life:
        return Fate(kind=FateKind.LOST)
    filled = _filled(material, again, case)
    return Fate(kind=FateKind.CONVERTED if filled is not None else FateKind.AGAIN, to=was, by=filled)


def _copied(material: Material, case: Case, copy: Event, again: Biography | None) -> Fate | None:
    """Where the values are; None when that is gone as well."""
    history, event = material.history, case.event
    target = _target(material, case.life, copy)
    now = target.name_at(end_of(history, event.migration)) if target is not None else None
    facts = copy.facts if isinstance(copy.facts, RowsFacts) else RowsFacts()
    every = facts.unconditional or facts.copies_all
    if target is None or (now is None and again is None):
        return None
    if again is not None and (again is target or _comes_back(material, target, again, event)):
        return Fate(kind=FateKind.REBUILT, to=again.object, by=copy, every=every)
    if now is None:
        return None
    same_table = table_of(history, copy) is table_of(history, event)
    new = target.made is not None and target.made.migration == event.migration == copy.migration
    kind = FateKind.RENAMED if same_table and new and again is None else FateKind.COPIED
    return Fate(kind=kind, to=now, by=copy, every=every)


def _target(material: Material, life: Biography, copy: Event) -> Biography | None:
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
    refs = (ObjectRef(kind=ObjectKind.COLUMN, schema=table.schema, table=table.name, name=each) for each in written)
    return next((found for ref in refs if (found := biography_at(material.history, ref, copy.order))), None)


def _comes_back(material: Material, kept: Biography, again: Biography, event: Event) -> bool:
    """Whether the values are copied from where they were kept into the column that is made again."""
    history = material.history
    for copy, _ in history.events_of(event.migration):
        if copy.order > event.order and isinstance(copy.facts, RowsFacts) and copy.certainty is not Certainty.SKIPPED:
            to, source = again.name_at(copy.order), kept.name_at(copy.order)
            table = (copy.object.schema, copy.object.name)
            if to is None or source is None or table != (to.schema, to.table):
                continue
            if any((column, name) == (to.name, source.name) for column, _, name in copy.facts.copies):
                return True
    return False


def _filled(material: Material, again: Biography, case: Case) -> Event | None:
    """The UPDATE before the drop that fills the new column (by an expression, which may use the old one)."""
    made = again.made
    if made is None or made.migration != case.event.migration:
        return None
    for write, _ in material.history.events_of(made.migration):
        if made.order < write.order < case.event.order and isinstance(write.facts, RowsFacts):
            name = again.name_at(write.order)
            table = (write.object.schema, write.object.name)
            update = str(write.detail).startswith("UPDATE") and write.certainty is not Certainty.SKIPPED
            if update and name is not None and table == (name.schema, name.table) and name.name in write.facts.columns:
                return write
    return None
