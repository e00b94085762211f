"""LCK001, LCK002, LCK003, LCK008: indexes are built and rows are checked under a lock."""

from collections.abc import Iterator

from pgready.checks.locks.rules import LCK001, LCK002, LCK003, LCK008
from pgready.checks.locks.scene import Held, Scene, report
from pgready.findings import Confidence, Finding, Rule, Severity
from pgready.history import biography_at
from pgready.model.facts import ColumnFacts, ConstraintFacts, IndexFacts
from pgready.model.history import Biography, Certainty, Event
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["lck001", "lck002", "lck003", "lck008", "row_check_by"]

_UNIQUE = "If it breaks off, e.g. because values are there twice, it stays behind as an INVALID index: drop it first."


def lck001(scene: Scene) -> Iterator[Finding]:
    """Indexes that are not built CONCURRENTLY."""
    for held in scene.all_held():
        weight = scene.weight(LCK001, held) if held.by.command == "CREATE INDEX" else None
        if weight is None or weight.severity is None:
            continue
        name, table = held.event.object.name, held.table_name
        unique = isinstance(held.event.facts, IndexFacts) and held.event.facts.unique
        message = f"CREATE INDEX {name} takes SHARE on {table}: writes wait until the index is built, reads go on"
        yield report(LCK001, held, weight, message, fix=f"{LCK001.fix} {_UNIQUE}" if unique else None)


def lck002(scene: Scene) -> Iterator[Finding]:
    """Foreign keys whose rows are checked at once."""
    for held in scene.all_held():
        facts = held.event.facts
        wanted = held.by.command == "ADD FOREIGN KEY" and isinstance(facts, ConstraintFacts)
        weight = scene.weight(LCK002, held) if wanted else None
        if weight is None or weight.severity is None or _is_not_checked(scene, held):
            continue
        referenced = facts.referenced if isinstance(facts, ConstraintFacts) else None
        table, other = held.table_name, referenced.name if referenced is not None else "the referenced table"
        both = f"{table} and {other}" if other != table else table
        message = f"foreign key {held.event.object.name} takes SHARE ROW EXCLUSIVE on {both}: writes wait while every "
        message += f"row of {table} is checked, reads go on{_again(scene, held)}{_new_columns(scene, held)}"
        yield report(LCK002, held, weight, message)


def _is_not_checked(scene: Scene, held: Held) -> bool:
    """`ADD COLUMN x ... REFERENCES` without default: there is nothing to check, and PostgreSQL knows it."""
    made = _made_columns(scene, held)
    return bool(made) and all(event.statement == held.event.statement and _is_null(event) for event in made)


def _new_columns(scene: Scene, held: Held) -> str:
    """A column that the same migration adds without a default holds NULL everywhere, unless the migration fills it."""
    made = _made_columns(scene, held)
    if not made or not all(_is_null(event) for event in made):
        return ""
    return "; the column is new and NULL where the migration does not fill it, so that there is little to look up"


def _made_columns(scene: Scene, held: Held) -> list[Event]:
    """What made the columns of the key, when the same migration made all of them."""
    facts = held.event.facts
    columns = facts.columns if isinstance(facts, ConstraintFacts) else ()
    lives = [_column(scene, held, name) for name in columns]
    made = [life.made for life in lives if life is not None and life.made is not None]
    same = [event for event in made if event.migration == held.event.migration]
    return same if len(same) == len(columns) else []


def _is_null(event: Event) -> bool:
    facts = event.facts
    return isinstance(facts, ColumnFacts) and facts.default is None and not (facts.generated or facts.identity)


def _column(scene: Scene, held: Held, name: str) -> Biography | None:
    """The life of a column of the table at that moment."""
    own = held.event.object
    table = own.table or own.name
    return biography_at(
        scene.history, ObjectRef(kind=ObjectKind.COLUMN, schema=own.schema, table=table, name=name), held.event.order
    )


def _again(scene: Scene, held: Held) -> str:
    """A constraint that was there before and is put on again is checked again."""
    dropped = scene.dropped.get((held.event.migration, held.event.object))
    if dropped is None or dropped > held.event.order:
        return ""
    return "; the same migration drops one of that name, and all rows are checked again"


def lck003(scene: Scene) -> Iterator[Finding]:
    """CHECK without NOT VALID, and SET NOT NULL that nothing proves."""
    for held in scene.all_held():
        found = row_check_by(scene, held)
        weight = scene.weight(LCK003, held) if found is not None else None
        if found is None or weight is None or weight.severity is None:
            continue
        table = held.table_name
        message = f"{found} takes ACCESS EXCLUSIVE on {table}: reads and writes wait while all its rows are read"
        yield report(LCK003, held, weight, f"{message}{_again(scene, held)}")


def row_check_by(scene: Scene, held: Held) -> str | None:
    """What reads all rows, in words; None when nothing does."""
    event = held.event
    if held.by.command in ("ATTACH PARTITION", "a new partition beside it"):
        return None if _is_limited(scene, held) else _OF_PARTITIONS[held.by.command]
    if held.by.command in ("ADD CHECK", "ADD NOT NULL"):
        return f"{event.detail} {event.object.name}"
    if held.by.command != "ALTER COLUMN SET NOT NULL" or scene.column(held).not_null:
        return None
    return None if _is_proved(scene, held) else f"SET NOT NULL of {event.object.name}"


_OF_PARTITIONS = {
    "ATTACH PARTITION": "ATTACH PARTITION",
    "a new partition beside it": "a new partition beside this default one",
}


def _is_limited(scene: Scene, held: Held) -> bool:
    """Whether a valid CHECK limits the rows of the partition: one that fits its bounds spares the reading.

    What the bounds are is not known here: every CHECK that says more than IS NOT NULL may be meant for them (manual,
    ALTER TABLE, ATTACH PARTITION).
    """
    own, moment = held.event.object, held.event.order
    return any(
        life.kind is ObjectKind.CONSTRAINT
        and life.name_at(moment) is not None
        and _limits(life)
        and _is_valid(life, moment)
        for life in scene.history.members(own)
    )


def _limits(check: Biography) -> bool:
    """Whether it is a CHECK of more than that a column is not NULL."""
    made = check.made
    if made is None or not str(made.detail).startswith("CHECK") or not isinstance(made.facts, ConstraintFacts):
        return False
    return bool({*made.facts.columns} - {*made.facts.not_null})


def _is_valid(check: Biography, moment: int) -> bool:
    """Whether the rows that are there have been checked."""
    facts = check.made.facts if check.made is not None else None
    return isinstance(facts, ConstraintFacts) and (facts.valid or _is_validated(check, moment))


def _is_validated(check: Biography, moment: int) -> bool:
    return any(
        event.detail == "VALIDATE CONSTRAINT" and event.order < moment and event.certainty is Certainty.HAPPENS
        for event in check.events
    )


def _is_proved(scene: Scene, held: Held) -> bool:
    """Whether a valid CHECK says that the column is not NULL: then SET NOT NULL reads nothing (since PostgreSQL 12)."""
    own, moment = held.event.object, held.event.order
    checks = scene.not_null.get((own.schema, own.table, own.name), ())
    return any(life.name_at(moment) is not None and _is_valid(life, moment) for life in checks)


_KEYS = frozenset({"ADD UNIQUE", "ADD PRIMARY KEY", "ADD EXCLUDE"})


def lck008(scene: Scene) -> Iterator[Finding]:
    """Keys that build their index under the lock."""
    for held in scene.all_held():
        weight = scene.weight(LCK008, held) if held.by.command in _KEYS else None
        if weight is None or weight.severity is None:
            continue
        new = bool(made := _made_columns(scene, held)) and all(_is_null(event) for event in made)
        table, words = held.table_name, held.by.command.removeprefix("ADD ")
        message = f"{words} {held.event.object.name} takes ACCESS EXCLUSIVE on {table}: reads and writes wait until "
        message += f"its index is built{_again(scene, held)}"
        yield report(LCK008, held, weight, message, severity=_severity(LCK008, new=new), confidence=Confidence.HIGH)


def _severity(rule: Rule, *, new: bool) -> Severity:
    """An index over a column that holds only NULL yet is quickly built, as far as one pass over the table goes."""
    return Severity.NOTE if new else rule.severity
