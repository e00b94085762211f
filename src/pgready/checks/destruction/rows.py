"""DES003: all rows of a table are deleted, or all values of a column overwritten."""

from collections.abc import Iterator
from dataclasses import replace

from pgready.checks.destruction.emptying import adopted_by, empties, in_loop, table_shown
from pgready.checks.destruction.material import Case, Material, listed, report, weighed
from pgready.checks.destruction.overwriting import overwritten
from pgready.checks.destruction.rules import DES003
from pgready.checks.destruction.survival import Kept, kept_rows, left_out_words, lost_copy
from pgready.checks.destruction.tables import not_carried
from pgready.checks.in_scope import table_of, weigh
from pgready.findings import Confidence, Finding, Severity
from pgready.history import biography_at
from pgready.model.effects import Action
from pgready.model.facts import Reach, RowsFacts
from pgready.model.history import Certainty, Event
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["des003"]

_MANY = 50


def des003(material: Material) -> Iterator[Finding]:
    """TRUNCATE and DELETE of everything, and UPDATE that puts one value into every row."""
    told: set[tuple[int, int]] = set()
    for case in (*_emptied_tables(material), *_emptied_too(material)):
        place = (id(case.life), case.event.order)
        if place not in told and not (_goes_too(material, case) or _emptied_before(material, case)):
            told.add(place)
            yield _emptied(material, case)
    yield from overwritten(material)


def _removes(event: Event) -> bool:
    removes = event.action is Action.WRITES and isinstance(event.facts, RowsFacts) and event.facts.removes
    return removes and event.object.schema != "pg_catalog"


def _emptied_tables(material: Material) -> Iterator[Case]:
    for case in weighed(material, DES003, _removes, by_table=True):
        table = table_of(material.history, case.event)
        own = case if table is None else replace(case, life=table)
        if (
            empties(material.history, own.life, own.event)
            or in_loop(material, own.life, own.event)
            or _unmatched(own.event)
        ):
            yield own


def _unmatched(event: Event) -> bool:
    """MERGE ... WHEN NOT MATCHED BY SOURCE THEN DELETE: nobody knows whether any row is matched."""
    return isinstance(event.facts, RowsFacts) and event.facts.unmatched


def _emptied_too(material: Material) -> Iterator[Case]:
    """What is emptied by way of something new: its partitions and heirs, what refers to it (TRUNCATE ... CASCADE)."""
    history = material.history
    for migration in history.migrations:
        for event, life in history.events_of(migration):
            if not _removes(event) or event.certainty is Certainty.SKIPPED or not empties(history, life, event):
                continue
            own = weigh(DES003, event, life, material.deployment)
            members = [each.member for each in adopted_by(material, life, event.order)]
            table = table_shown(material, event.object)
            below = biography_at(history, table, event.order) if table is not None else None
            members += [below] if below is not None and life.kind is ObjectKind.VIEW else []
            if str(event.detail).endswith("CASCADE"):
                found = (biography_at(history, name, event.order) for name in _referencing(material, event))
                members += [each for each in found if each is not None]
            for member in members:
                name = member.name_at(event.order) or member.object
                also = replace(event, object=name, implied_by=event.object)
                weight = weigh(DES003, also, member, material.deployment)
                if weight.severity is not None and (own.severity is None or own.severity < weight.severity):
                    yield Case(event=also, life=member, weight=weight)


def _goes_too(material: Material, case: Case) -> bool:
    """Whether the same migration drops the table afterwards and DES001 tells that its rows are lost."""
    dropped = case.life.dropped
    if dropped is None or dropped.migration != case.event.migration:
        return False
    kept = kept_rows(material, case.life, dropped)
    return kept is None or kept.copy.event.order < case.event.order


def _emptied_before(material: Material, case: Case) -> bool:
    """Whether the same migration emptied it before: then only what it inserted itself is deleted."""
    return any(
        empties(material.history, case.life, event)
        and event.migration == case.event.migration
        and event.certainty is Certainty.HAPPENS
        and event.order < case.event.order
        for event in case.life.events
    )


def _emptied(material: Material, case: Case) -> Finding:
    event = case.event
    along = _referencing(material, event) if str(event.detail).endswith("CASCADE") else []
    more = f", and with it {listed([str(each) for each in along], few=_MANY)} (CASCADE)" if along else ""
    if event.implied_by is not None:
        more = f" by way of {event.implied_by}"
    message = f"{_words(event)} empties table {event.object}{more}"
    if _unmatched(event):
        message = f"MERGE deletes the rows of table {event.object} that what it reads has no partner for"
    kept = kept_rows(material, case.life, event)
    if kept is not None:
        return _kept(material, case, kept, message)
    seed = _inserted_after(case)
    message += f": every row is lost{_only_if(event)}{lost_copy(material, case.life, event)}"
    sure = Confidence.MEDIUM if _only_if(event) or _unmatched(event) else None
    if seed is None:
        return report(DES003, case, message, confidence=sure)
    message += f"; line {seed.location.line} inserts new rows, not those that were there"
    fix = "INSERT ... ON CONFLICT DO UPDATE keeps what is there; or delete by key what is to be replaced."
    return report(DES003, case, message, confidence=sure, fix=fix)


def _words(event: Event) -> str:
    """`TRUNCATE`, `DELETE without a condition`."""
    word = str(event.detail).partition(" ")[0]
    if word == "TRUNCATE":
        return word
    if any(guard.form == "DO LOOP" for guard in event.guards) and event.detail == "DELETE WHERE":
        return f"{word} in a loop over every row"
    always = isinstance(event.facts, RowsFacts) and event.facts.unconditional
    plain = event.detail == "DELETE" and always
    return f"{word} without a condition" if plain else f"{word} with a condition that every row meets"


def _only_if(event: Event) -> str:
    """What has to be there for the statement to do anything, or must not."""
    if _unmatched(event):
        return " if there is nothing to read"
    reach = event.facts.reach if isinstance(event.facts, RowsFacts) else None
    names = [str(each) for each in (reach or Reach()).if_any]
    return f" as soon as {listed(names)} has a row" if names else ""


def _kept(material: Material, case: Case, kept: Kept, message: str) -> Finding:
    """Rows that were copied first: back again, or elsewhere."""
    event, copy = case.event, kept.copy.event
    where = f"line {copy.location.line}" if copy.migration == event.migration else copy.migration
    target = kept.target.name_at(material.end_after(event.migration)) or kept.target.object
    rows = "its rows" if kept.complete else "some of its rows"
    lost = [each.object.name for each in not_carried(material, case, kept)]
    values = f"; the values of {listed(lost, few=_MANY)} are not in the copy, and lost" if lost else ""
    left_out = "" if kept.complete else f"; the rows that {left_out_words(kept.left_out)} are lost"
    whole = not (values or left_out)
    if kept.target is case.life:
        message += f"; {rows} were copied first ({where}) and are put back{left_out}{values}"
        return report(DES003, case, message, severity=Severity.NOTE if whole else None, confidence=Confidence.MEDIUM)
    message += f"; {rows} were copied to {target} first ({where}){left_out}{values}"
    return report(DES003, case, message, severity=Severity.WARN if whole else None, confidence=Confidence.MEDIUM)


def _inserted_after(case: Case) -> Event | None:
    for event in case.life.events:
        later = event.order > case.event.order and event.migration == case.event.migration
        if later and event.action is Action.WRITES and str(event.detail).startswith("INSERT"):
            return event
    return None


def _referencing(material: Material, event: Event) -> list[ObjectRef]:
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
    return sorted(found, key=str)
