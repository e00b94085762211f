"""DES004: types that are narrowed."""

from collections.abc import Iterator

from pgready.checks.destruction.enums import enum_of, is_swapped, swapped_types
from pgready.checks.destruction.material import Case, Material, end_of, listed, report, weighed
from pgready.checks.destruction.narrowing import Narrowing, narrowing
from pgready.checks.destruction.rules import DES004
from pgready.findings import Confidence, Finding, Severity
from pgready.history import column_before, copied_first
from pgready.model.effects import Action
from pgready.model.facts import ColumnFacts
from pgready.model.history import Event, History
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["columns_of_type", "des004"]


def des004(material: Material) -> Iterator[Finding]:
    """Types that cannot hold every value that the column may have."""
    swapped: dict[str, frozenset[str]] = {}
    yield from _attributes(material)
    for case in weighed(material, DES004, _changes_type):
        migration = case.event.migration
        if migration not in swapped:
            swapped[migration] = swapped_types(material.history, migration)
        facts = case.event.facts
        replaced = isinstance(facts, ColumnFacts) and facts.replaced
        if not replaced and is_swapped(material, case, swapped[migration]):
            continue
        if case.life.name_at(end_of(material.history, case.event.migration)) is None and case.life.made is not None:
            # The column goes in the same migration: DES001 or DES002 says so.
            continue
        found = _replaced(material, case) if replaced else _narrowed(material, case)
        if found is not None:
            yield found


def _changes_type(event: Event) -> bool:
    return event.action is Action.ALTERS and event.object.kind is ObjectKind.COLUMN and event.detail == "TYPE"


def _replaced(material: Material, case: Case) -> Finding | None:
    """USING without the column: every value is replaced, whatever the types are."""
    event = case.event
    if column_before(material.history, case.life, event.order).generated:
        return None
    message = f"every value of column {event.object} is replaced: USING does not read the column"
    copy = copied_first(material.history, case.life, event)
    if copy is None:
        return report(DES004, case, f"{message}, so what the rows hold is lost", fix=_READ_IT)
    where = f"line {copy.location.line}" if copy.migration == event.migration else copy.migration
    message += f"; {where} copies what the rows hold first"
    return report(DES004, case, message, severity=Severity.WARN, confidence=Confidence.MEDIUM, fix=_READ_IT)


_READ_IT = "Convert the values (USING with the column in it), or keep them in another column until nobody needs them."
_ATTRIBUTE = "DROP ATTRIBUTE "


def _attributes(material: Material) -> Iterator[Finding]:
    """ALTER TYPE ... DROP ATTRIBUTE: the values go in every row of each column of the composite type."""
    for case in weighed(material, DES004, _drops_attribute):
        type_, name = case.event.object, str(case.event.detail).removeprefix(_ATTRIBUTE)
        users = columns_of_type(material.history, type_, case.event.order)
        message = f"composite type {type_} loses its attribute {name}"
        if not users:
            yield report(DES004, case, f"{message}; no column has this type", severity=Severity.NOTE)
            continue
        message += f", and with it go its values in every row of {listed([str(each) for each in users])}"
        yield report(DES004, case, message, fix=_KEEP_ATTRIBUTE)


_KEEP_ATTRIBUTE = "Keep the attribute; or copy its values into a column of their own in an earlier deployment."


def _drops_attribute(event: Event) -> bool:
    altered = event.action is Action.ALTERS and event.object.kind is ObjectKind.TYPE
    return altered and str(event.detail).startswith(_ATTRIBUTE)


def columns_of_type(history: History, type_: ObjectRef, moment: int) -> list[ObjectRef]:
    """The columns that have a type, or a list of it, just before that moment."""
    spelt = f"{type_.schema}.{type_.name}"
    return [
        name
        for life in history.biographies
        if life.kind is ObjectKind.COLUMN and (name := life.name_at(moment)) is not None
        if (column_before(history, life, moment).type or "").removesuffix("[]") == spelt
    ]


def _narrowed(material: Material, case: Case) -> Finding | None:
    event = case.event
    facts = event.facts if isinstance(event.facts, ColumnFacts) else ColumnFacts()
    old, new = (column_before(material.history, case.life, moment).type for moment in (event.order, event.order + 1))
    if new is None:
        return None
    if old is None:
        message = f"column {event.object} becomes {new}; its type before is not known, so nobody can say what fits"
        return report(DES004, case, message, severity=Severity.NOTE, confidence=Confidence.LOW)
    lost = _loss(material, case, old, new, using=facts.using)
    if lost is None or (not lost.known and facts.reduced):
        return _reduced(case) if facts.reduced else None
    message = f"column {event.object} becomes {new} from {old}: {lost.what}"
    if not lost.known:
        return report(DES004, case, message, severity=Severity.NOTE, confidence=Confidence.LOW)
    using = "; USING converts them, and what it cuts or maps to another value is lost" if facts.using else ""
    return report(DES004, case, message + using)


def _reduced(case: Case) -> Finding:
    """USING reads the column, and its values cannot be told from what comes out."""
    message = f"column {case.event.object} is converted by USING to values that do not tell those before"
    return report(DES004, case, message, severity=Severity.WARN, confidence=Confidence.MEDIUM, fix=_READ_IT)


def _loss(material: Material, case: Case, old: str, new: str, *, using: bool) -> Narrowing | None:
    if old == new:
        return None
    moment = case.event.order
    values = enum_of(material.history, new, moment)
    had = enum_of(material.history, old, moment)
    if values is None:
        return narrowing("text" if had is not None else old, new, using=using)
    if had is None:
        return Narrowing(f"values other than {listed(list(values))} make the migration fail (22P02)")
    gone = [value for value in had if value not in values]
    return Narrowing(f"the new enum lacks {listed(gone)}: rows with it fail (22P02)") if gone else None
