"""What becomes of the values of a column that is dropped."""

from dataclasses import dataclass
from enum import Enum, auto

from pgready.checks.destruction.emptying import reaches_all
from pgready.checks.destruction.material import Case, Material, end_of, there_after
from pgready.checks.destruction.undoing import deletions
from pgready.checks.destruction.used_before import reversed_link, user_of
from pgready.checks.destruction.values import Part, copies_before, lasting, part_of, target_of
from pgready.checks.in_scope import table_of
from pgready.history import biography_at, column_before
from pgready.model.effects import Action
from pgready.model.facts import RowsFacts
from pgready.model.history import Biography, Certainty, Event
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["Fate", "FateKind", "dropped_column", "fate_of"]


class FateKind(Enum):
    """LOST, unless one of these.

    AGAIN: a column of that name is made again, empty. RENAMED: the values are in a new column of the same table.
    REBUILT: and that has the old name in the end. CONVERTED: a new column has the name in the end and was filled by an
    expression. COPIED: to a column that was there before, to another table, or by an earlier migration. PARTLY: copied
    of some rows only. COMPUTED: it was a generated column. REVERSED: a column of the referenced table has the key
    of the rows that referred to it.
    """

    LOST = auto()
    AGAIN = auto()
    RENAMED = auto()
    REBUILT = auto()
    CONVERTED = auto()
    COPIED = auto()
    PARTLY = auto()
    COMPUTED = auto()
    REVERSED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of the values; `to` is the column that has them, `by` the statement, `every` row or only some.

    What is LOST may have been copied `by` a statement to a column that does not last, or be `used` by one before.
    """

    kind: FateKind
    to: ObjectRef | None = None
    by: Event | None = None
    every: bool = True
    used: Event | None = None


def dropped_column(event: Event) -> bool:
    """Whether a column goes, but not with its table."""
    goes = event.action is Action.DROPS and event.object.kind is ObjectKind.COLUMN
    cause = event.implied_by
    # A schema takes its types along, and with CASCADE columns of tables in other schemas that have them.
    in_it = cause is not None and cause.kind is ObjectKind.SCHEMA and event.object.schema == cause.name
    return goes and not (in_it or (cause is not None and cause.kind is ObjectKind.TABLE))


def fate_of(material: Material, case: Case) -> Fate:
    """What becomes of the values of the column of that case."""
    history, life, event = material.history, case.life, case.event
    if column_before(history, life, event.order).generated:
        return Fate(kind=FateKind.COMPUTED)
    start = history.start_of(event.migration)
    was = (life.name_at(start) if start is not None else None) or event.object
    again = there_after(history, was, event.migration)
    lost: Event | None = None
    partly: Fate | None = None
    for copy in copies_before(material, life, event):
        fate = _copied(material, case, copy, again)
        lost = lost or copy
        if fate is not None and fate.kind is not FateKind.PARTLY:
            return fate
        partly = partly or fate
    filled = _filled(material, again, case) if again is not None and again is not life else None
    if filled is not None:
        return Fate(kind=FateKind.CONVERTED, to=was, by=filled)
    if partly is not None:
        return partly
    return _lost(material, case, lost, again)


def _lost(material: Material, case: Case, copy: Event | None, again: Biography | None) -> Fate:
    """What is left: a link that is kept the other way round, or nothing."""
    turned = reversed_link(material, case.life, case.event)
    if turned is not None:
        return Fate(kind=FateKind.REVERSED, to=turned[1], by=turned[0])
    used = user_of(material, case.life, case.event) if copy is None else None
    if again is None or again is case.life:
        return Fate(kind=FateKind.LOST, by=copy, used=used)
    return Fate(kind=FateKind.AGAIN, to=case.event.object, used=used)


def _copied(material: Material, case: Case, copy: Event, again: Biography | None) -> Fate | None:
    """Where the values are at the end; None when that is gone as well."""
    history, event = material.history, case.event
    target = target_of(material, case.life, copy)
    last = lasting(material, target, copy.order, event) if target is not None else None
    if target is None or last is None:
        return None
    now = target.name_at(end_of(history, event.migration)) or last.name_at(material.end_after(event.migration))
    part = part_of(material, case.life, copy, target)
    every = part is Part.EVERY
    if part is Part.SOME or _loses_rows(material, case, copy, last):
        return Fate(kind=FateKind.PARTLY, to=now or last.object, by=copy, every=False)
    if again is not None and again in (target, last):
        return Fate(kind=FateKind.REBUILT, to=again.object, by=copy, every=every)
    same_table = table_of(history, copy) is table_of(history, event)
    new = target.made is not None and target.made.migration == event.migration == copy.migration
    kind = FateKind.RENAMED if same_table and new and again is None and last is target else FateKind.COPIED
    return Fate(kind=kind, to=now or last.object, by=copy, every=every)


def _loses_rows(material: Material, case: Case, copy: Event, last: Biography) -> bool:
    """Whether rows of another table that has the values now are deleted after the copy."""
    end = material.end_after(case.event.migration)
    name = last.name_at(end)
    if name is None or table_of(material.history, copy) is table_of(material.history, case.event):
        return False
    ref = ObjectRef(kind=ObjectKind.TABLE, schema=name.schema, name=name.table or "")
    table = biography_at(material.history, ref, end)
    found = deletions(material, table, copy.order, end) if table is not None else iter(())
    return any(not _of_null(each, last) for each in found)


def _of_null(event: Event, column: Biography) -> bool:
    """Whether only rows are deleted that have NULL in the column."""
    reach = event.facts.reach if isinstance(event.facts, RowsFacts) else None
    name = column.name_at(event.order)
    own = name is not None and (event.object.schema, event.object.name) == (name.schema, name.table)
    return own and name is not None and reach is not None and name.name in reach.null


def _filled(material: Material, again: Biography, case: Case) -> Event | None:
    """The UPDATE before the drop that fills the new column by an expression, or a condition, that reads the old one."""
    made, history = again.made, material.history
    if made is None or made.migration != case.event.migration:
        return None
    for write, table in history.events_of(made.migration):
        name, old, facts = again.name_at(write.order), case.life.name_at(write.order), write.facts
        if not made.order < write.order < case.event.order or not isinstance(facts, RowsFacts) or name is None:
            continue
        place = (write.object.schema, write.object.name)
        source = (old or case.event.object).name
        reads = any((own, read) == (name.name, source) for own, _, read in facts.computed)
        picks = source in facts.tested and (facts.reach is None or reads)
        whole = facts.unconditional or reaches_all(history, table, facts.reach, write.order, but_null=source)
        update = str(write.detail).startswith("UPDATE") and write.certainty is not Certainty.SKIPPED
        if (
            update
            and place == (name.schema, name.table)
            and name.name in facts.columns
            and (picks or (reads and whole))
        ):
            return write
    return None
