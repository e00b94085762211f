"""The part of DES003 about values: an UPDATE that puts one value into every row of a column."""

from collections.abc import Iterator

from pgready.checks.destruction.emptying import (
    adopted_by,
    column_of,
    empties,
    in_loop,
    overwrites,
    reduces,
    table_shown,
)
from pgready.checks.destruction.material import Case, Material, report
from pgready.checks.destruction.rules import DES003
from pgready.checks.destruction.survival import kept_rows
from pgready.checks.destruction.values import kept_column
from pgready.checks.in_scope import table_of, weigh
from pgready.findings import Confidence, Finding, Severity
from pgready.history import biography_at
from pgready.model.facts import RowsFacts
from pgready.model.history import Biography, Certainty, Event
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["overwritten"]


def overwritten(material: Material) -> Iterator[Finding]:
    """The columns whose values UPDATE replaces by one, in every row; not those that the deployment made itself."""
    history = material.history
    for migration in history.migrations:
        for event, life in history.events_of(migration):
            facts = event.facts if isinstance(event.facts, RowsFacts) else RowsFacts()
            if not (facts.constants or facts.reduced or facts.levelled) or event.certainty is Certainty.SKIPPED:
                continue
            below = table_shown(material, event.object) if life.kind is ObjectKind.VIEW else None
            table = (biography_at(history, below, event.order) if below else None) or table_of(history, event) or life
            tables = (table, *(each.member for each in adopted_by(material, table, event.order)))
            looped = [each for each in facts.constants if in_loop(material, table, event, but_null=each, batches=False)]
            for name in (*overwrites(history, table, event), *looped):
                for each in tables:
                    yield from _column(material, each, event, name)
            for name in reduces(history, table, event):
                for each in tables:
                    yield from _column(material, each, event, name, reduced=True)


# Who changed a row and when: told anew by each change.
_STAMPS = frozenset({"updatedat", "updatedby", "modifiedat", "lastmodified", "lastupdated"})


def _column(
    material: Material, table: Biography, event: Event, name: str, *, reduced: bool = False
) -> Iterator[Finding]:
    if name.replace("_", "").lower() in _STAMPS:
        return
    column = column_of(material.history, table, name, event.order)
    owner = table if column is None or column.made is None or table.made is None else column
    weight = weigh(DES003, event, owner, material.deployment)
    own = weigh(DES003, event, table, material.deployment)
    if weight.severity is None or own.severity is None or _told_otherwise(material, table, column, event):
        return
    if reduced and weight.severity is Severity.WARN:
        # The same deployment makes the column IF NOT EXISTS and fills it.
        return
    there = table.name_at(event.order) or event.object
    ref = ObjectRef(kind=ObjectKind.COLUMN, schema=there.schema, table=there.name, name=name)
    case = Case(event=event, life=table, weight=max(weight, own, key=lambda each: bool(each.why)))
    message = f"{str(event.detail).partition(' ')[0]} overwrites every value of column {ref}"
    kept = kept_column(material, column, event) if column is not None else None
    fix = "Update only the rows that are meant (WHERE), or copy the values to another column first."
    if kept is None and reduced:
        message += ", and the new values do not tell those that were there"
        yield report(DES003, case, message, object=ref, severity=Severity.WARN, confidence=Confidence.MEDIUM, fix=fix)
        return
    if kept is None:
        yield report(DES003, case, f"{message}: what was there is lost", object=ref, fix=fix)
        return
    message += f"; line {kept.location.line} of {kept.migration} copied them first"
    yield report(DES003, case, message, object=ref, severity=Severity.WARN, confidence=Confidence.MEDIUM, fix=fix)


def _told_otherwise(material: Material, table: Biography, column: Biography | None, event: Event) -> bool:
    """Whether the same migration empties the table, or drops it or the column, and that is told as a loss."""
    for other in table.events:
        same = other.migration == event.migration and other.certainty is not Certainty.SKIPPED
        if same and empties(material.history, table, other):
            return True
    for life in (table, column):
        gone = life.dropped if life is not None else None
        if gone is None or gone.migration != event.migration:
            continue
        if life is column:
            kept = kept_column(material, column, gone)
            return kept is None or kept.order < event.order
        rows = kept_rows(material, table, gone)
        return rows is None or rows.copy.event.order < event.order
    return False
