"""DES003: all rows of a table are deleted."""

from collections.abc import Iterator
from dataclasses import replace

from pgready.checks.destruction.material import Case, Material, end_of, listed, report, weighed
from pgready.checks.destruction.rules import DES003
from pgready.checks.destruction.tables import copied_rows
from pgready.checks.in_scope import table_of
from pgready.findings import Confidence, Finding, Severity
from pgready.model.effects import Action
from pgready.model.facts import RowsFacts
from pgready.model.history import Certainty, Event
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["des003"]

_MANY = 50


def des003(material: Material) -> Iterator[Finding]:
    """TRUNCATE and DELETE of everything."""
    for case in weighed(material, DES003, _empties, by_table=True):
        table = table_of(material.history, case.event)
        own = case if table is None else replace(case, life=table)
        if not (_goes_too(own) or _emptied_before(own)):
            yield _emptied(material, own)


def _empties(event: Event) -> bool:
    facts = event.facts
    words = str(event.detail).split(" ")[0]
    everything = isinstance(facts, RowsFacts) and facts.unconditional and words in ("DELETE", "TRUNCATE")
    return everything and event.action is Action.WRITES and event.object.schema != "pg_catalog"


def _goes_too(case: Case) -> bool:
    """Whether the same migration drops the table afterwards: one finding (DES001) says it."""
    dropped = case.life.dropped
    return dropped is not None and dropped.migration == case.event.migration


def _emptied_before(case: Case) -> bool:
    """Whether the same migration emptied it before: then only what it inserted itself is deleted."""
    return any(
        _empties(event)
        and event.migration == case.event.migration
        and event.certainty is Certainty.HAPPENS
        and event.order < case.event.order
        for event in case.life.events
    )


def _emptied(material: Material, case: Case) -> Finding:
    event, history = case.event, material.history
    truncates = str(event.detail).startswith("TRUNCATE")
    word = "TRUNCATE empties" if truncates else "DELETE without a condition empties"
    along = _referencing(material, event) if str(event.detail).endswith("CASCADE") else []
    more = f", and with it {listed(along)} (CASCADE)" if along else ""
    message = f"{word} table {event.object}{more}: every row is lost"
    copy = copied_rows(material, case)
    if copy is not None:
        where = f"line {copy.event.location.line}" if copy.event.migration == event.migration else copy.event.migration
        target = copy.target.name_at(end_of(history, event.migration)) or copy.target.object
        rows = "its rows" if copy.complete else "rows of it"
        message = f"{word} table {event.object}{more}; {rows} were copied to {target} first ({where})"
        return report(DES003, case, message, severity=Severity.WARN, confidence=Confidence.MEDIUM)
    moved = _same_statement(material, event)
    if moved is not None:
        message = f"{word} table {event.object}{more}; the same statement inserts into {moved}"
        return report(DES003, case, message, severity=Severity.WARN, confidence=Confidence.MEDIUM)
    seed = _inserted_after(case)
    if seed is not None:
        message = f"{word} table {event.object}{more}; line {seed.location.line} inserts new rows: what was there is "
        message += "replaced, and rows that others wrote are lost"
        fix = "INSERT ... ON CONFLICT DO UPDATE keeps what is there; or delete by key what is to be replaced."
        return report(DES003, case, message, severity=Severity.WARN, confidence=Confidence.MEDIUM, fix=fix)
    return report(DES003, case, message)


def _same_statement(material: Material, event: Event) -> ObjectRef | None:
    """The table that the statement itself writes to (WITH d AS (DELETE ... RETURNING *) INSERT ...)."""
    inserted = (other.object for other in material.inserts.get(event.location, ()))
    return next((table for table in inserted if table != event.object), None)


def _inserted_after(case: Case) -> Event | None:
    for event in case.life.events:
        later = event.order > case.event.order and event.migration == case.event.migration
        if later and event.action is Action.WRITES and str(event.detail).startswith("INSERT"):
            return event
    return None


def _referencing(material: Material, event: Event) -> list[str]:
    """The tables with foreign keys to it, and to those: TRUNCATE ... CASCADE empties them all (the first of many)."""
    found: dict[ObjectRef, None] = {}
    waiting = [event.object]
    while waiting and len(found) < _MANY:
        table = waiting.pop()
        for life in material.keys.get((table.schema, table.name), ()):
            name = life.name_at(event.order)
            if name is None or name.table is None:
                continue
            owner = ObjectRef(kind=ObjectKind.TABLE, schema=name.schema, name=name.table)
            if owner not in found and owner != event.object:
                found[owner] = None
                waiting.append(owner)
    return sorted(str(table) for table in found)
