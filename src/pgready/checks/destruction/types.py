"""DES004: types that are narrowed."""

from collections.abc import Iterator

from pgready.checks.destruction.enums import enum_of, is_swapped, swapped_types
from pgready.checks.destruction.material import Case, Material, end_of, listed, report, weighed
from pgready.checks.destruction.narrowing import Narrowing, narrowing
from pgready.checks.destruction.rules import DES004
from pgready.findings import Confidence, Finding, Severity
from pgready.history import column_before
from pgready.model.effects import Action
from pgready.model.facts import ColumnFacts
from pgready.model.history import Event
from pgready.model.names import ObjectKind

__all__ = ["des004"]


def des004(material: Material) -> Iterator[Finding]:
    """Types that cannot hold every value that the column may have."""
    swapped: dict[str, frozenset[str]] = {}
    for case in weighed(material, DES004, _changes_type):
        migration = case.event.migration
        if migration not in swapped:
            swapped[migration] = swapped_types(material.history, migration)
        if is_swapped(material, case, swapped[migration]):
            continue
        if case.life.name_at(end_of(material.history, case.event.migration)) is None and case.life.made is not None:
            # The column goes in the same migration: DES001 or DES002 says so.
            continue
        found = _narrowed(material, case)
        if found is not None:
            yield found


def _changes_type(event: Event) -> bool:
    return event.action is Action.ALTERS and event.object.kind is ObjectKind.COLUMN and event.detail == "TYPE"


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
    if lost is None:
        return None
    message = f"column {event.object} becomes {new} from {old}: {lost.what}"
    if not lost.known:
        return report(DES004, case, message, severity=Severity.NOTE, confidence=Confidence.LOW)
    using = "; USING converts them, and what it cuts or maps to another value is lost" if facts.using else ""
    return report(DES004, case, message + using)


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
