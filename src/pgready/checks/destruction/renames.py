"""DES006: what the running version of the application names has another name."""

from collections.abc import Iterator
from dataclasses import replace

from pgready.checks.destruction.column_fates import FateKind, dropped_column, fate_of
from pgready.checks.destruction.material import Case, Material, end_of, report, weighed
from pgready.checks.destruction.rules import DES001, DES006
from pgready.checks.destruction.successors import stands_in, successor
from pgready.findings import Confidence, Finding
from pgready.model.effects import Action
from pgready.model.history import Certainty, Event
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["des006", "hidden_tables"]

_NAMED = frozenset(
    {
        ObjectKind.TABLE,
        ObjectKind.VIEW,
        ObjectKind.MATERIALIZED_VIEW,
        ObjectKind.COLUMN,
        ObjectKind.TYPE,
        ObjectKind.ENUM_VALUE,
        ObjectKind.SCHEMA,
    }
)
_WORDS = {ObjectKind.TYPE: "type", ObjectKind.ENUM_VALUE: "enum value"}


def des006(material: Material) -> Iterator[Finding]:
    """Renames, also those that are written as add, copy and drop."""
    for case in weighed(material, DES006, _renames):
        found = _renamed(material, case)
        if found is not None:
            yield found
    for case in weighed(material, DES006, dropped_column):
        fate = fate_of(material, case)
        if fate.kind is FateKind.RENAMED and fate.to is not None and fate.by is not None:
            message = f"column {case.event.object} is renamed to {fate.to.name}: line {fate.by.location.line} copies "
            message += "its values, then it is dropped"
            if fate.every:
                yield report(DES006, case, message, fix=_fix(case.event.object))
                continue
            message += "; a condition picks the rows, the others lose the value"
            yield report(DES006, case, message, confidence=Confidence.MEDIUM, fix=_fix(case.event.object))


def _renames(event: Event) -> bool:
    return event.action is Action.RENAMES and event.object.kind in _NAMED and event.implied_by is None


def _renamed(material: Material, case: Case) -> Finding | None:
    """The finding about the first of several renames; None when the old name means the same in the end."""
    event, life = case.event, case.life
    history = material.history
    start = history.start_of(event.migration)
    was = life.name_at(start) if start is not None else None
    if _earlier(case):
        return None
    again = successor(material, life, event) if event.certainty is Certainty.HAPPENS else None
    if again is not None and (stands_in(material, life, event, again) or _is_hidden(material, case)):
        return None
    now = life.name_at(end_of(history, event.migration))
    if now is None and life.made is not None and event.certainty is Certainty.HAPPENS:
        # It is dropped in the same migration, which is said elsewhere.
        return None
    new = now if now is not None and now != event.object else _new_name(event)
    old = was or event.object
    word = _WORDS.get(old.kind, str(old.kind))
    if old.schema != new.schema and old.kind is not ObjectKind.SCHEMA:
        message = f"{word} {old} moves to schema {new.schema}" + ("" if old.name == new.name else f" as {new.name}")
    else:
        message = f"{word} {old} is renamed to {new.name}"
    breaks = _breaks(old)
    if again is not None:
        empty = again.made is not None and again.made.migration == event.migration
        message += ", and a new one takes its name" if empty else ", and another one takes its name"
        breaks = "the running version of the application finds other values under it, and no error tells"
    return report(DES006, case, f"{message}: {breaks}", object=old, fix=_fix(old))


def hidden_tables(material: Material) -> Iterator[Finding]:
    """DES001 of tables that get another name while a new one without their rows takes the old name."""
    for case in weighed(material, DES001, _renames):
        if _is_hidden(material, case) and not _earlier(case):
            now = case.life.name_at(material.end_after(case.event.migration)) or _new_name(case.event)
            message = f"table {case.event.object} is renamed to {now.name} and a new one of its name is made, without "
            message += "its rows: whoever asks for it finds an empty table, and no error tells"
            fix = f"Copy the rows of {now.name} into the new table, or leave the table under its name."
            yield report(DES001, case, message, fix=fix)


def _is_hidden(material: Material, case: Case) -> bool:
    """Whether a table is renamed and, in the same migration, an empty one made under its name."""
    event, life = case.event, case.life
    if life.kind is not ObjectKind.TABLE or event.certainty is not Certainty.HAPPENS or _ends(material, case):
        return False
    again = successor(material, life, event)
    if again is None or again.made is None or again.made.migration != event.migration:
        return False
    return not stands_in(material, life, event, again)


def _ends(material: Material, case: Case) -> bool:
    """Whether it is dropped in what is deployed, which is said elsewhere."""
    gone = case.life.dropped
    return gone is not None and gone.order < material.end_after(case.event.migration)


def _earlier(case: Case) -> bool:
    """Whether the same migration renamed it before."""
    return any(
        _renames(other)
        and other.migration == case.event.migration
        and other.order < case.event.order
        and other.certainty is not Certainty.SKIPPED
        for other in case.life.events
    )


def _new_name(event: Event) -> ObjectRef:
    return replace(
        event.object, name=event.new_name or event.object.name, schema=event.new_schema or event.object.schema
    )


def _breaks(old: ObjectRef) -> str:
    if old.kind is ObjectKind.ENUM_VALUE:
        return f"the running version of the application fails when it writes or asks for {old.name} (22P02)"
    if old.kind is ObjectKind.TYPE:
        return "the running version fails where it names the type (Prisma casts every enum to it; 42704)"
    if old.kind is ObjectKind.SCHEMA:
        return "the running version of the application finds nothing that was in it (42P01)"
    code = "42703" if old.kind is ObjectKind.COLUMN else "42P01"
    return f"every query of the running version of the application on it fails ({code})"


def _fix(old: ObjectRef) -> str | None:
    match old.kind:
        case ObjectKind.COLUMN:
            return (
                f'Keep the column {old.name} and rename the field in the application (@map("{old.name}")); or add the '
                "new column, write both, fill it, read it, and drop the old one in a later deployment."
            )
        case ObjectKind.TABLE:
            return (
                f'Keep the table {old.name} and rename the model (@@map("{old.name}")); or leave a view of the old '
                "name that selects from the new one, until no running version uses it."
            )
        case ObjectKind.TYPE:
            return f'Keep the type {old.name} and rename the enum in the application (@@map("{old.name}")).'
        case ObjectKind.ENUM_VALUE:
            return f'Keep the value and rename it in the application (@map("{old.name}")); or add the new value first.'
    return None
