"""The part of DES001 about tables that go with an extension or a type that they were made a part of.

PostgreSQL manual: ALTER EXTENSION (ADD: dropped with the extension), ALTER TABLE (OF: it depends on the type).
"""

from collections.abc import Iterator
from dataclasses import replace

from pgready.checks.destruction.material import Case, Material, report
from pgready.checks.destruction.rules import DES001
from pgready.checks.in_scope import weigh
from pgready.findings import Confidence, Finding
from pgready.model.effects import Action
from pgready.model.history import Biography, Certainty, Event
from pgready.model.names import ObjectKind

__all__ = ["by_membership"]


def by_membership(material: Material) -> Iterator[Finding]:
    """What the statement that adds it does not say is left open: the finding is of medium confidence."""
    for life in material.history.biographies:
        for event in life.events:
            if event.action is not Action.ALTERS or event.certainty is Certainty.SKIPPED:
                continue
            if life.kind is ObjectKind.EXTENSION and event.detail == "ADD":
                yield from _with_extension(material, life, event)
            elif life.kind is ObjectKind.TABLE and event.detail == "ADD OF":
                yield from _with_type(material, life, event)


def _with_extension(material: Material, extension: Biography, added: Event) -> Iterator[Finding]:
    gone = next((each for each in extension.events if _drops(each, ObjectKind.EXTENSION, added.order)), None)
    # What was added may be older than the extension.
    anything = replace(extension, events=())
    weight = weigh(DES001, gone, anything, material.deployment) if gone is not None else None
    if gone is not None and weight is not None and weight.severity is not None:
        message = (
            f"extension {extension.object} is dropped, and with it what {_place(added, gone)} adds to it; a table "
        )
        message += "goes with its rows"
        yield report(DES001, Case(event=gone, life=extension, weight=weight), message, confidence=Confidence.MEDIUM)


def _with_type(material: Material, table: Biography, made_of: Event) -> Iterator[Finding]:
    for migration in material.history.migrations:
        for event, life in material.history.events_of(migration):
            cascade = "CASCADE" in str(event.detail) and life.made is not None and life.made.detail == "COMPOSITE"
            if not (_drops(event, ObjectKind.TYPE, made_of.order) and cascade and table.ended is None):
                continue
            weight = weigh(DES001, event, table, material.deployment)
            if weight.severity is not None:
                name = table.name_at(event.order) or table.object
                message = (
                    f"table {name} goes with its rows if {event.object} is the type that {_place(made_of, event)} "
                )
                message += "makes it a table of (DROP TYPE ... CASCADE)"
                case = Case(event=event, life=table, weight=weight)
                yield report(DES001, case, message, object=name, confidence=Confidence.MEDIUM)


def _drops(event: Event, kind: ObjectKind, after: int) -> bool:
    dropped = event.action is Action.DROPS and event.object.kind is kind and event.order > after
    return dropped and event.certainty is not Certainty.SKIPPED


def _place(event: Event, other: Event) -> str:
    line = f"line {event.location.line}"
    return line if event.migration == other.migration else f"{event.migration} ({line})"
