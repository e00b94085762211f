"""DES001: tables that are dropped."""

from collections.abc import Iterator
from dataclasses import replace

from pgready.checks.destruction.emptying import adopted_by, column_of
from pgready.checks.destruction.material import (
    Case,
    Material,
    columns_at,
    listed,
    report,
    there_after,
    weighed,
)
from pgready.checks.destruction.membership import by_membership
from pgready.checks.destruction.renames import hidden_tables
from pgready.checks.destruction.rules import DES001
from pgready.checks.destruction.survival import Kept, kept_rows, left_out_words, lost_copy
from pgready.checks.gathered import finding
from pgready.checks.in_scope import TEMPORARY, weigh
from pgready.findings import Confidence, Finding, Severity
from pgready.model.effects import Action
from pgready.model.history import Biography, Certainty, Event
from pgready.model.names import ObjectKind

__all__ = ["des001", "dropped_table", "dropped_tables", "is_converted", "is_rebuilt", "not_carried"]

_DEPENDENTS = (ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW, ObjectKind.CONSTRAINT, ObjectKind.TABLE)
_CONTAINERS = (ObjectKind.TABLE, ObjectKind.SCHEMA)
_MANY = 20


def _drops_table(event: Event) -> bool:
    return event.action is Action.DROPS and event.object.kind is ObjectKind.TABLE


def dropped_table(event: Event) -> bool:
    """Whether a table goes by its own name (or with the type that it is made of)."""
    with_other = event.implied_by is not None and event.implied_by.kind in _CONTAINERS
    return _drops_table(event) and not with_other


def dropped_tables(material: Material) -> Iterator[Case]:
    """The tables that go by their own name, and those that go with something that is no loss by itself.

    What goes with a table or schema that counts is told with that one. A new schema or partitioned table that old
    tables were put into does not count, they do.
    """
    for case in weighed(material, DES001, _drops_table):
        if _is_foreign(case):
            continue
        if dropped_table(case.event) or not _told_with_other(material, case):
            yield case
    for case in _adopted(material):
        yield case


def _is_foreign(case: Case) -> bool:
    """Whether it is a foreign table: its rows are elsewhere, and stay there."""
    made = case.life.made
    return str(case.event.detail).startswith("FOREIGN") or (made is not None and made.detail == "FOREIGN")


def _told_with_other(material: Material, case: Case) -> bool:
    """Whether what it goes with is a finding that is no milder."""
    event, history = case.event, material.history
    for other, life in history.events_of(event.migration):
        if other.order == event.order and other.object == event.implied_by:
            weight = weigh(DES001, other, life, material.deployment)
            return weight.severity is not None and weight.severity >= case.severity
    return False


def _adopted(material: Material) -> Iterator[Case]:
    """Partitions and heirs by ALTER TABLE: they go with the table that they were put under."""
    lives = {id(each.container): each.container for found in material.adoptions.values() for each in found}
    for container in lives.values():
        dropped = next((each for each in reversed(container.events) if _drops_table(each)), None)
        if dropped is None or dropped.certainty is Certainty.SKIPPED:
            continue
        for each in adopted_by(material, container, dropped.order):
            name = each.member.name_at(dropped.order) or each.member.object
            event = replace(dropped, object=name, implied_by=dropped.object)
            weight = weigh(DES001, event, each.member, material.deployment)
            if weight.severity is not None and each.member.ended != dropped.order:
                yield Case(event=event, life=each.member, weight=weight)


def des001(material: Material) -> Iterator[Finding]:
    """Tables that go with rows that are nowhere else."""
    for case in dropped_tables(material):
        yield _dropped(material, case)
    yield from by_membership(material)
    yield from hidden_tables(material)
    yield from _never_made(material)


def _dropped(material: Material, case: Case) -> Finding:
    event, history = case.event, material.history
    along = (
        f", together with {event.implied_by.kind} {event.implied_by}" if event.implied_by else _along(material, event)
    )
    kept = kept_rows(material, case.life, event)
    if kept is not None:
        return _copied(material, case, kept, along)
    again = there_after(history, event.object, event.migration)
    more = _successor(again if again is not case.life else None, event) + lost_copy(material, case.life, event)
    more += "" if case.life.made is not None else "; no migration makes it, so it is older than they are or missing"
    return report(DES001, case, f"{_what(case.life)} {event.object} is dropped with its rows{along}{more}")


def _successor(again: Biography | None, event: Event) -> str:
    """What has the name in the end."""
    # What may be dropped may also be there afterwards, and takes no name but its own.
    if again is None or any(told.order == event.order for told in again.events):
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


def is_rebuilt(material: Material, case: Case, kept: Kept) -> bool:
    """Whether the copy, made by this migration, has the name of the table when everything is done."""
    history, event = material.history, case.event
    start = history.start_of(event.migration)
    was = case.life.name_at(start) if start is not None else None
    now = kept.target.name_at(material.end_after(event.migration))
    return kept.copy.event.migration == event.migration and now == (was or event.object)


def not_carried(material: Material, case: Case, kept: Kept) -> tuple[Biography, ...]:
    """The columns of the table whose values are not in the copy."""
    table, order = case.event.object, kept.copy.event.order
    there = columns_at(material.history, table, case.event.order)
    named = ((each, each.name_at(order)) for each in there)
    return tuple(each for each, name in named if name is None or name.name not in kept.columns)


def _taken_later(material: Material, kept: Kept, column: Biography) -> Event | None:
    """What drops the column of the copy that had the values."""
    copy = kept.copy
    name = column.name_at(copy.event.order)
    if name is None or kept.target is not copy.target or name.name in kept.converted:
        return None
    own = next((own for own, read in copy.source.columns if read == name.name and own is not None), None)
    life = column_of(material.history, copy.target, own, copy.event.order + 1) if own is not None else None
    gone = life.dropped if life is not None else None
    return gone if gone is not None and gone.order < material.end_after(copy.event.migration) else None


def _where(event: Event, other: Event) -> str:
    line = f"line {event.location.line}"
    return f"{line} drops it" if event.migration == other.migration else f"{event.migration} ({line}) drops it"


def is_converted(kept: Kept, column: Biography) -> bool:
    """Whether the copy has values that are computed of the column, but need not keep what it holds."""
    name = column.name_at(kept.copy.event.order)
    return name is not None and name.name in kept.converted


def _copied(material: Material, case: Case, kept: Kept, along: str) -> Finding:
    if is_rebuilt(material, case, kept):
        return _rebuilt(material, case, kept)
    table, event = case.event.object, kept.copy.event
    target = kept.target.name_at(material.end_after(case.event.migration)) or kept.target.object
    same = event.migration == case.event.migration
    where = f"line {event.location.line}" if same else event.migration
    later = "" if same else "; rows written since then are not in it"
    lost = _values_lost(material, case, kept)
    rows = "its rows" if kept.complete else "some of its rows"
    message = f"{_what(case.life)} {table} is dropped{along}; {rows} were copied to {target} first ({where})"
    message += f"{later}{_rows_lost(kept)}{lost}"
    fix = f"Check that {target} has every row that counts, and that no version of the application uses {table}."
    recent = material.deployment.runs(event.migration) and kept.complete and not lost
    milder = Severity.WARN if recent else None
    return report(DES001, case, message, severity=milder, confidence=Confidence.MEDIUM, fix=fix)


def _rebuilt(material: Material, case: Case, kept: Kept) -> Finding:
    missing = not_carried(material, case, kept)
    lost = [each.object.name for each in missing if not is_converted(kept, each)]
    computed = [each.object.name for each in missing if is_converted(kept, each)]
    columns = f"; not copied: {listed(lost)} (DES002)" if lost else ""
    columns += f"; filled by an expression: {listed(computed)}{' (DES002)' * kept.complete}" if computed else ""
    line = kept.copy.event.location.line
    rows = "its rows are" if kept.complete else "some of its rows are"
    message = f"table {case.event.object} is rebuilt: {rows} copied to {kept.copy.event.object} (line {line}), "
    message += "which then takes its name" if kept.target is kept.copy.target else "and from there to what has its name"
    message += f"{_rows_lost(kept)}{columns}"
    if kept.complete:
        return report(DES001, case, message, severity=Severity.NOTE)
    return report(DES001, case, message, confidence=Confidence.MEDIUM)


def _rows_lost(kept: Kept) -> str:
    return "" if kept.complete else f"; the rows that {left_out_words(kept.left_out)} are lost"


def _values_lost(material: Material, case: Case, kept: Kept) -> str:
    missing = not_carried(material, case, kept)
    converted = [each.object.name for each in missing if is_converted(kept, each)]
    taken = [(each, gone) for each in missing if (gone := _taken_later(material, kept, each)) is not None]
    told = {id(each) for each, _ in taken}
    lost = [each.object.name for each in missing if not is_converted(kept, each) and id(each) not in told]
    words = "".join(f"; the copy had {each.object.name} until {_where(gone, case.event)}" for each, gone in taken)
    words += f"; the values of {listed(lost, few=_MANY)} are not in the copy, and lost" if lost else ""
    if converted:
        words += (
            f"; the copy has {listed(converted, few=_MANY)} by way of an expression, and what that leaves out is lost"
        )
    return words


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
