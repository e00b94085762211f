"""Which command takes which lock, as data, and the command of an event.

Source: PostgreSQL manual 18, "Explicit Locking" and the pages of the commands (ALTER TABLE, CREATE INDEX, ...). Each
line is compared with pg_locks, pg_relation_filenode() and the scans counted by a real server in
tests/postgres/test_lock_modes.py.
"""

from collections.abc import Callable, Mapping

from pgready.model.effects import Action
from pgready.model.facts import ColumnFacts, ConstraintFacts, Default, IndexFacts
from pgready.model.history import Biography, Event
from pgready.model.locks import LockedBy, LockMode, Work
from pgready.model.names import ObjectKind

__all__ = ["COMMANDS", "command_of"]

_ALL = LockMode.ACCESS_EXCLUSIVE
_SOME = LockMode.SHARE_UPDATE_EXCLUSIVE
_KEYS = LockMode.SHARE_ROW_EXCLUSIVE


def _table(*commands: LockedBy) -> Mapping[str, LockedBy]:
    return {each.command: each for each in commands}


COMMANDS: Mapping[str, LockedBy] = _table(
    LockedBy(command="CREATE INDEX", mode=LockMode.SHARE, work=Work.INDEX),
    LockedBy(command="CREATE INDEX CONCURRENTLY", mode=_SOME, work=Work.INDEX),
    LockedBy(command="DROP INDEX", mode=_ALL),
    LockedBy(command="DROP INDEX CONCURRENTLY", mode=_SOME),
    LockedBy(command="ADD FOREIGN KEY", mode=_KEYS, work=Work.SCAN, referenced=_KEYS),
    LockedBy(command="ADD FOREIGN KEY NOT VALID", mode=_KEYS, referenced=_KEYS),
    LockedBy(command="ADD CHECK", mode=_ALL, work=Work.SCAN),
    LockedBy(command="ADD CHECK NOT VALID", mode=_ALL),
    LockedBy(command="ADD NOT NULL", mode=_ALL, work=Work.SCAN),
    LockedBy(command="ADD NOT NULL NOT VALID", mode=_ALL),
    LockedBy(command="ADD UNIQUE", mode=_ALL, work=Work.INDEX),
    LockedBy(command="ADD UNIQUE USING INDEX", mode=_ALL),
    LockedBy(command="ADD PRIMARY KEY", mode=_ALL, work=Work.INDEX),
    LockedBy(command="ADD PRIMARY KEY USING INDEX", mode=_ALL),
    LockedBy(command="ADD EXCLUDE", mode=_ALL, work=Work.INDEX),
    LockedBy(command="DROP CONSTRAINT", mode=_ALL),
    LockedBy(command="DROP FOREIGN KEY", mode=_ALL, referenced=_ALL),
    LockedBy(command="VALIDATE CONSTRAINT", mode=_SOME, work=Work.SCAN),
    LockedBy(command="ALTER CONSTRAINT", mode=_ALL),
    LockedBy(command="RENAME CONSTRAINT", mode=_ALL),
    LockedBy(command="ADD COLUMN", mode=_ALL),
    LockedBy(command="ADD COLUMN with a value computed for each row", mode=_ALL, work=Work.REWRITE),
    LockedBy(command="DROP COLUMN", mode=_ALL),
    LockedBy(command="RENAME COLUMN", mode=_ALL),
    LockedBy(command="ALTER COLUMN TYPE", mode=_ALL, work=Work.REWRITE),
    LockedBy(command="ALTER COLUMN SET NOT NULL", mode=_ALL, work=Work.SCAN),
    LockedBy(command="ALTER COLUMN SET EXPRESSION", mode=_ALL, work=Work.REWRITE),
    LockedBy(command="ALTER COLUMN SET STATISTICS", mode=_SOME),
    LockedBy(command="ALTER COLUMN SET OPTIONS", mode=_SOME),
    LockedBy(command="ALTER COLUMN RESET OPTIONS", mode=_SOME),
    LockedBy(command="ALTER COLUMN", mode=_ALL),
    LockedBy(command="SET LOGGED", mode=_ALL, work=Work.REWRITE),
    LockedBy(command="SET UNLOGGED", mode=_ALL, work=Work.REWRITE),
    LockedBy(command="SET ACCESS METHOD", mode=_ALL, work=Work.REWRITE),
    LockedBy(command="SET TABLESPACE", mode=_ALL, work=Work.COPY),
    LockedBy(command="SET REL OPTIONS", mode=_SOME),
    LockedBy(command="RESET REL OPTIONS", mode=_SOME),
    LockedBy(command="CLUSTER ON", mode=_SOME),
    LockedBy(command="DROP CLUSTER", mode=_SOME),
    LockedBy(command="ATTACH PARTITION", mode=_ALL, work=Work.SCAN),
    LockedBy(command="ATTACH PARTITION to it", mode=_SOME),
    LockedBy(command="DETACH PARTITION", mode=_ALL),
    LockedBy(command="DETACH PARTITION from it", mode=_ALL),
    LockedBy(command="DETACH PARTITION CONCURRENTLY from it", mode=_SOME),
    LockedBy(command="CREATE TABLE PARTITION OF it", mode=_ALL),
    LockedBy(command="a new partition beside it", mode=_ALL, work=Work.SCAN),
    LockedBy(command="ALTER TABLE", mode=_ALL),
    LockedBy(command="RENAME TABLE", mode=_ALL),
    LockedBy(command="DROP TABLE", mode=_ALL),
    LockedBy(command="ENABLE or DISABLE TRIGGER", mode=_KEYS),
    LockedBy(command="CREATE TRIGGER", mode=_KEYS),
    LockedBy(command="DROP TRIGGER", mode=_ALL),
    LockedBy(command="ALTER TRIGGER", mode=_ALL),
    LockedBy(command="CREATE POLICY", mode=_ALL),
    LockedBy(command="DROP POLICY", mode=_ALL),
    LockedBy(command="ALTER POLICY", mode=_ALL),
    LockedBy(command="CREATE RULE", mode=_ALL),
    LockedBy(command="DROP RULE", mode=_ALL),
    LockedBy(command="ALTER RULE", mode=_ALL),
    LockedBy(command="RENAME INDEX", mode=_SOME),
    LockedBy(command="COMMENT", mode=_SOME),
    LockedBy(command="VACUUM", mode=_SOME, work=Work.SCAN),
    LockedBy(command="VACUUM FULL", mode=_ALL, work=Work.REWRITE),
    LockedBy(command="CLUSTER", mode=_ALL, work=Work.REWRITE),
    LockedBy(command="REINDEX", mode=LockMode.SHARE, work=Work.INDEX),
    LockedBy(command="REINDEX CONCURRENTLY", mode=_SOME, work=Work.INDEX),
    LockedBy(command="REFRESH MATERIALIZED VIEW", mode=_ALL, work=Work.REWRITE),
    LockedBy(command="REFRESH MATERIALIZED VIEW CONCURRENTLY", mode=LockMode.EXCLUSIVE, work=Work.ROWS),
    LockedBy(command="TRUNCATE", mode=_ALL),
    LockedBy(command="INSERT", mode=LockMode.ROW_EXCLUSIVE, work=Work.ROWS),
    LockedBy(command="UPDATE", mode=LockMode.ROW_EXCLUSIVE, work=Work.ROWS),
    LockedBy(command="DELETE", mode=LockMode.ROW_EXCLUSIVE, work=Work.ROWS),
    LockedBy(command="MERGE", mode=LockMode.ROW_EXCLUSIVE, work=Work.ROWS),
    LockedBy(command="COPY", mode=LockMode.ROW_EXCLUSIVE, work=Work.ROWS),
    *(LockedBy(command=f"LOCK TABLE IN {mode.words} MODE", mode=mode) for mode in LockMode),
)

# Changes that do not lock the table itself.
_WITHOUT_LOCK = frozenset({"GRANT", "REVOKE", "SECURITY LABEL", "ANALYZE"})
# How the partitioned table and its default partition are told of a partition.
_PARTITIONS = {
    "PARTITION ATTACHED": "ATTACH PARTITION to it",
    "PARTITION DETACHED": "DETACH PARTITION from it",
    "PARTITION DETACHED CONCURRENTLY": "DETACH PARTITION CONCURRENTLY from it",
    "PARTITION MADE": "CREATE TABLE PARTITION OF it",
    "DEFAULT PARTITION CHECKED": "a new partition beside it",
}
_ROW_WORDS = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "TRUNCATE"})
_KEPT = frozenset(
    {
        *("SET LOGGED", "SET UNLOGGED", "SET ACCESS METHOD", "SET TABLESPACE", "SET REL OPTIONS", "RESET REL OPTIONS"),
        *("CLUSTER ON", "DROP CLUSTER", "VACUUM", "VACUUM FULL", "CLUSTER", "REINDEX", "REINDEX CONCURRENTLY"),
        *("COMMENT", "VALIDATE CONSTRAINT", "ALTER CONSTRAINT", "ATTACH PARTITION", "DETACH PARTITION"),
    }
)
_OF_COLUMNS = frozenset(
    {"TYPE", "SET NOT NULL", "SET EXPRESSION", "SET STATISTICS", "SET OPTIONS", "RESET OPTIONS"},
)


def command_of(event: Event, life: Biography | None = None) -> LockedBy | None:
    """The command that the event is, None for one that locks no table (or only what it makes itself).

    `life` is that of the object: what a constraint that is dropped was.
    """
    found = _COMMANDS.get(event.action)
    name = found(event) if found is not None and event.implied_by is None else None
    if name == "DROP CONSTRAINT" and life is not None and _is_foreign_key(life):
        name = "DROP FOREIGN KEY"
    return COMMANDS.get(name) if name is not None else None


def _is_foreign_key(life: Biography) -> bool:
    made = life.made
    return made is not None and str(made.detail).startswith("FOREIGN KEY")


def _created(event: Event) -> str | None:
    kind, facts, detail = event.object.kind, event.facts, event.detail or ""
    if kind is ObjectKind.INDEX and isinstance(facts, IndexFacts):
        return "CREATE INDEX CONCURRENTLY" if facts.concurrently else "CREATE INDEX"
    if kind is ObjectKind.CONSTRAINT and isinstance(facts, ConstraintFacts):
        checked = facts.valid or detail.endswith("NOT VALID") or not detail.startswith(("CHECK", "FOREIGN"))
        words = detail if checked else f"{detail} NOT VALID"
        return f"ADD {words}{' USING INDEX' if facts.index else ''}"
    if kind is ObjectKind.COLUMN and isinstance(facts, ColumnFacts):
        return f"ADD COLUMN{' with a value computed for each row' if _is_computed(facts) else ''}"
    return f"CREATE {kind.upper()}"


def _is_computed(facts: ColumnFacts) -> bool:
    volatile = facts.default in (Default.VOLATILE, Default.UNKNOWN)
    return volatile or facts.serial or facts.identity or (facts.generated and not facts.virtual)


def _dropped(event: Event) -> str:
    concurrently = " CONCURRENTLY" if "CONCURRENTLY" in (event.detail or "") else ""
    return f"DROP {event.object.kind.upper()}{concurrently}"


def _renamed(event: Event) -> str:
    kind = event.object.kind
    word = "ALTER" if kind in (ObjectKind.TRIGGER, ObjectKind.POLICY, ObjectKind.RULE) else "RENAME"
    return f"{word} {kind.upper()}"


def _altered(event: Event) -> str | None:
    kind, detail = event.object.kind, event.detail or ""
    if detail in _WITHOUT_LOCK:
        return None
    if detail.startswith("LOCK "):
        return f"LOCK TABLE IN {detail.removeprefix('LOCK ')} MODE"
    if detail in _KEPT or detail in _PARTITIONS:
        return _PARTITIONS.get(detail, detail)
    if kind is ObjectKind.COLUMN:
        return f"ALTER COLUMN {detail}" if detail in _OF_COLUMNS else "ALTER COLUMN"
    if detail.startswith(("ENABLE ", "DISABLE ")) and "TRIG" in detail:
        return "ENABLE or DISABLE TRIGGER"
    return f"ALTER {kind.upper()}"


def _written(event: Event) -> str | None:
    word = (event.detail or "").split(" ")[0]
    if word == "REFRESH":
        return f"REFRESH MATERIALIZED VIEW{' CONCURRENTLY' if 'CONCURRENTLY' in str(event.detail) else ''}"
    return word if word in _ROW_WORDS else None


_COMMANDS: dict[Action, Callable[[Event], str | None]] = {
    Action.CREATES: _created,
    Action.DROPS: _dropped,
    Action.RENAMES: _renamed,
    Action.ALTERS: _altered,
    Action.WRITES: _written,
}
