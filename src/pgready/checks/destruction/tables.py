"""DES001: tables that are dropped."""

from collections.abc import Iterator

from pgready.checks.destruction.material import (
    Case,
    Material,
    RowCopy,
    columns_at,
    end_of,
    listed,
    report,
    there_after,
    weighed,
)
from pgready.checks.destruction.rules import DES001
from pgready.checks.gathered import finding
from pgready.checks.in_scope import TEMPORARY
from pgready.findings import Confidence, Finding, Severity
from pgready.model.effects import Action
from pgready.model.history import Biography, Certainty, Event, History
from pgready.model.names import ObjectKind

__all__ = ["copied_rows", "des001", "dropped_table", "is_rebuilt", "not_carried"]

_DEPENDENTS = (ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW, ObjectKind.CONSTRAINT, ObjectKind.TABLE)


def dropped_table(event: Event) -> bool:
    """Whether a table goes by its own name (or with the type that it is made of)."""
    goes = event.action is Action.DROPS and event.object.kind is ObjectKind.TABLE
    with_other = event.implied_by is not None and event.implied_by.kind in (ObjectKind.TABLE, ObjectKind.SCHEMA)
    return goes and not with_other


def des001(material: Material) -> Iterator[Finding]:
    """Tables that go with rows that are nowhere else."""
    for case in weighed(material, DES001, dropped_table):
        yield _dropped(material, case)
    yield from _never_made(material)


def _dropped(material: Material, case: Case) -> Finding:
    event, history = case.event, material.history
    what = _what(case.life)
    along = _along(material, event)
    copy = copied_rows(material, case)
    if copy is not None:
        return _copied(material, case, copy, along)
    again = there_after(history, event.object, event.migration)
    more = _successor(again, event)
    more += "" if case.life.made is not None else "; no migration makes it, so it is older than they are or missing"
    return report(DES001, case, f"{what} {event.object} is dropped with its rows{along}{more}")


def _successor(again: Biography | None, event: Event) -> str:
    """What has the name in the end."""
    if again is None:
        return ""
    if again.made is not None and again.made.migration == event.migration:
        return "; a new one of that name is made, without its rows"
    other = again.name_at(event.order) or again.object
    return f"; {other.kind} {other} takes its name: nothing shows that it has its rows"


def _what(life: Biography) -> str:
    attached = any(event.detail in ("ATTACH PARTITION", "DETACH PARTITION") for event in life.events)
    part = life.made is not None and str(life.made.detail).startswith("PARTITION OF")
    return "partition" if attached or part else "table"


def _is_detached(life: Biography) -> bool:
    """Whether it was a partition and is none any more."""
    last = [event.detail for event in life.events if event.detail in ("ATTACH PARTITION", "DETACH PARTITION")]
    return last[-1:] == ["DETACH PARTITION"]


def _along(material: Material, event: Event) -> str:
    """What else goes with it."""
    names = [
        f"{other.object.kind} {other.object}"
        for other, life in material.with_others.get(event.order, ())
        if not _is_detached(life)
        and other.implied_by == event.object
        and other.object.kind in _DEPENDENTS
        and other.object.table != event.object.name
    ]
    return f", and with it {listed(names)}" if names else ""


def copied_rows(material: Material, case: Case) -> RowCopy | None:
    """The best copy of the rows of a table that goes: all of them, else the last; the copy is there afterwards."""
    life, event = case.life, case.event
    since = life.made.order if life.made is not None else 0
    places = dict.fromkeys((name.object.schema, name.object.name) for name in life.names)
    places[event.object.schema, event.object.name] = None
    after = end_of(material.history, event.migration)
    found = [
        copy
        for place in places
        for copy in material.copies.get(place, ())
        if since < copy.event.order < event.order and copy.target is not life and _is_kept(copy, after)
    ]
    return max(found, key=lambda copy: (_same(copy, event), copy.complete, copy.event.order), default=None)


def _is_kept(copy: RowCopy, moment: int) -> bool:
    return copy.target.object.schema != TEMPORARY and copy.target.name_at(moment) is not None


def _same(copy: RowCopy, event: Event) -> bool:
    return copy.event.migration == event.migration


def is_rebuilt(material: Material, case: Case, copy: RowCopy) -> bool:
    """Whether the copy, made by this migration, has the name of the table when the migration has ended."""
    history, event = material.history, case.event
    start = history.start_of(event.migration)
    was = case.life.name_at(start) if start is not None else None
    now = copy.target.name_at(end_of(history, event.migration))
    return _same(copy, event) and now == (was or event.object)


def not_carried(history: History, case: Case, copy: RowCopy) -> tuple[Biography, ...]:
    """The columns of the table whose values are not in the copy."""
    if copy.columns is None:
        return ()
    there = columns_at(history, case.event.object, case.event.order)
    return tuple(each for each in there if each.object.name not in copy.columns)


def _copied(material: Material, case: Case, copy: RowCopy, along: str) -> Finding:
    table, event = case.event.object, copy.event
    rows = "its rows" if copy.complete else "rows of it"
    target = copy.target.name_at(end_of(material.history, case.event.migration)) or copy.target.object
    if is_rebuilt(material, case, copy):
        lost = [each.object.name for each in not_carried(material.history, case, copy)]
        some = "" if copy.complete else "; whether all rows are copied cannot be told"
        columns = f"; not copied: {listed(lost)} (DES002)" if lost else ""
        severity = Severity.NOTE if copy.complete else Severity.WARN
        message = f"table {table} is rebuilt: {rows} are copied to {event.object} (line {event.location.line}), which "
        message += f"then takes its name{some}{columns}"
        return report(DES001, case, message, severity=severity)
    where = f"line {event.location.line}" if event.migration == case.event.migration else event.migration
    later = "" if event.migration == case.event.migration else "; rows written since then are not in it"
    message = f"{_what(case.life)} {table} is dropped{along}; {rows} were copied to {target} first ({where}){later}"
    fix = f"Check that {target} has every row that counts, and that no version of the application uses {table}."
    milder = Severity.WARN if material.deployment.runs(event.migration) else None
    return report(DES001, case, message, severity=milder, confidence=Confidence.MEDIUM, fix=fix)


def _never_made(material: Material) -> Iterator[Finding]:
    """DROP TABLE IF EXISTS of what no migration ever made: it does nothing, unless the database has more."""
    history = material.history
    for migration in history.migrations:
        for event, life in history.events_of(migration):
            nothing = event.certainty is Certainty.SKIPPED and life.made is None and event.guards
            if nothing and dropped_table(event) and event.object.schema != TEMPORARY:
                if any(other.made is not None for other in history.named(event.object)):
                    continue
                yield finding(
                    DES001,
                    object=str(event.object),
                    message=f"table {event.object} would be dropped if it were there; no migration ever made it",
                    severity=Severity.NOTE,
                    confidence=Confidence.MEDIUM,
                    location=event.location,
                    described=True,
                )
