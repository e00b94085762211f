"""LCK004 and LCK007: a table is written anew, or maintained, while others wait."""

from collections.abc import Iterator

from pgready.checks.locks.only_seen import rewrites_only_seen
from pgready.checks.locks.rules import LCK004, LCK007
from pgready.checks.locks.scene import Held, Scene, report
from pgready.checks.locks.type_changes import TypeChange, type_change
from pgready.findings import Confidence, Finding, Severity
from pgready.model.facts import ColumnFacts, Default
from pgready.model.history import Event
from pgready.model.locks import Work
from pgready.model.names import ObjectKind

__all__ = ["lck004", "lck007", "rewrite_by"]

_MAINTENANCE = frozenset({"VACUUM FULL", "CLUSTER", "REINDEX", "REFRESH MATERIALIZED VIEW"})
_LOGGING = ("SET LOGGED", "SET UNLOGGED")
_LOCK = "LOCK TABLE IN"


def lck004(scene: Scene) -> Iterator[Finding]:
    """What writes a whole table anew."""
    for held in scene.all_held():
        found = rewrite_by(scene, held)
        weight = scene.weight(LCK004, held) if found is not None else None
        if found is None or weight is None or weight.severity is None:
            continue
        why, severity, confidence = found
        doing = "copied" if held.by.work is Work.COPY else "written anew, with its indexes"
        message = (
            f"{why}: {held.table_name} is {doing} under ACCESS EXCLUSIVE; reads and writes wait until that is done"
        )
        yield report(LCK004, held, weight, message, severity=severity, confidence=confidence)
    yield from rewrites_only_seen(scene)


_Found = tuple[str, Severity, Confidence]


def rewrite_by(scene: Scene, held: Held) -> _Found | None:
    """What rewrites the table, in words, and how sure that is; None when nothing does."""
    event, command = held.event, held.by.command
    if held.by.work not in (Work.REWRITE, Work.COPY) or command in _MAINTENANCE:
        return None
    if command == "ALTER COLUMN TYPE":
        return _type_changed(scene, held)
    if command.startswith("ADD COLUMN"):
        return _computed(event)
    if event.object.kind is ObjectKind.COLUMN:
        return f"{command} of {event.object.name}", LCK004.severity, Confidence.HIGH
    return _logging(held) if command in _LOGGING else (command, LCK004.severity, Confidence.HIGH)


def _logging(held: Held) -> _Found | None:
    """Nothing, when the table is so already; how it was created is not known."""
    before = [
        event.detail for event in held.table.events if event.detail in _LOGGING and event.order < held.event.order
    ]
    last = before[-1] if before else None
    if last == held.by.command:
        return None
    if last is None and held.by.command == "SET LOGGED":
        return f"{held.by.command}, if it was made UNLOGGED", Severity.NOTE, Confidence.MEDIUM
    return held.by.command, LCK004.severity, Confidence.HIGH


def _computed(event: Event) -> _Found:
    facts = event.facts if isinstance(event.facts, ColumnFacts) else ColumnFacts()
    name, sure = event.object.name, Confidence.HIGH
    if facts.serial or facts.identity:
        why = "is numbered row by row"
    elif facts.generated:
        why = "is computed from the other columns and stored"
    elif facts.default is Default.UNKNOWN:
        why, sure = (
            "has a default of a function that may be VOLATILE, and is then computed row by row",
            Confidence.MEDIUM,
        )
    else:
        why = "has a VOLATILE default, which is computed row by row"
    return f"the new column {name} {why}", LCK004.severity, sure


def _type_changed(scene: Scene, held: Held) -> _Found | None:
    event = held.event
    facts = event.facts if isinstance(event.facts, ColumnFacts) else ColumnFacts()
    old = scene.column(held).type
    change = type_change(old, facts.type, domains=scene.domains)
    if change is TypeChange.UNKNOWN and held.rewritten is not None:
        # The server has decided, on the same types.
        change = TypeChange.REWRITE if held.rewritten else TypeChange.NOTHING
    what = f"{event.object.name} changes from {old or 'a type that no migration names'} to {facts.type}"
    match change:
        case TypeChange.REWRITE:
            return what, LCK004.severity, Confidence.HIGH
        case TypeChange.BY_TIME_ZONE:
            return f"{what}, and the TimeZone of the session is not UTC", Severity.NOTE, Confidence.MEDIUM
        case TypeChange.UNKNOWN:
            return f"{what}, if that is stored otherwise", Severity.NOTE, Confidence.LOW
        case _:
            return None


def lck007(scene: Scene) -> Iterator[Finding]:
    """Maintenance, and LOCK TABLE that stops writes."""
    for held in scene.all_held():
        locks = held.by.command.startswith(_LOCK) and held.by.mode.stops_writes
        weight = scene.weight(LCK007, held) if locks or held.by.command in _MAINTENANCE else None
        if weight is None or weight.severity is None:
            continue
        waiting = held.by.mode.waiting
        if held.by.command == "REINDEX":
            waiting = "writes wait, and so do reads that would use its indexes"
        command = "LOCK TABLE" if locks else held.by.command
        message = f"{command} takes {held.by.mode.words} on {held.table_name}: {waiting}"
        yield report(LCK007, held, weight, f"{message} until {'the transaction ends' if locks else 'it is done'}")
