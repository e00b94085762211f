"""DES007: schemas that are dropped with what they hold."""

from collections.abc import Iterator
from dataclasses import replace

from pgready.checks.destruction.material import Case, Material, listed, report, weighed
from pgready.checks.destruction.rules import DES007
from pgready.checks.in_scope import weigh
from pgready.findings import Confidence, Finding, Severity
from pgready.history import existed_before_deployment
from pgready.model.effects import Action
from pgready.model.history import Biography, Certainty, Event
from pgready.model.names import ObjectKind

__all__ = ["des007"]

_HELD = frozenset(
    {ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW, ObjectKind.TYPE, ObjectKind.FUNCTION}
)


def des007(material: Material) -> Iterator[Finding]:
    """DROP SCHEMA ... CASCADE; without CASCADE it refuses while anything is in it."""
    for case in (*weighed(material, DES007, _drops), *_of_public(material)):
        yield _dropped(material, case)


def _drops(event: Event) -> bool:
    dropped = event.action is Action.DROPS and event.object.kind is ObjectKind.SCHEMA
    return dropped and "CASCADE" in str(event.detail)


def _of_public(material: Material) -> Iterator[Case]:
    """DROP SCHEMA IF EXISTS public: every database has it, though no migration makes it."""
    for migration in material.history.migrations:
        for event, life in material.history.events_of(migration):
            only_if_there = len(event.guards) == 1 and event.guards[0].form == "IF EXISTS"
            skipped = event.certainty is Certainty.SKIPPED and life.made is None
            if _drops(event) and event.object.name == "public" and skipped and only_if_there:
                sure = replace(event, certainty=Certainty.HAPPENS)
                weight = weigh(DES007, sure, life, material.deployment)
                if weight.severity is not None:
                    yield Case(event=sure, life=life, weight=weight)


def _dropped(material: Material, case: Case) -> Finding:
    event = case.event
    held = [life for life in material.history.biographies if _is_in(life, event)]
    names = [f"{life.kind} {life.name_at(event.order)}" for life in held]
    what = f"schema {event.object.name} is dropped with all that it holds"
    if not held:
        message = f"{what}; no migration made anything in it, what others made goes too"
        return report(DES007, case, message, severity=Severity.WARN, confidence=Confidence.MEDIUM)
    message = f"{what}: {listed(names)}"
    runs = case.severity is DES007.severity
    if runs and not any(existed_before_deployment(life, material.deployment) for life in held):
        return report(DES007, case, f"{message}; the same deployment made all of it", severity=Severity.NOTE)
    return report(DES007, case, message)


def _is_in(life: Biography, event: Event) -> bool:
    name = life.name_at(event.order) if life.kind in _HELD else None
    return name is not None and name.schema == event.object.name
