"""Drop what a migration has left: as statements that a person can run, newest first, one object at a time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pgready.model.names import ObjectKind, ObjectRef, QualifiedName, quote_identifier
from pgready.model.trace import RunError
from pgready.rehearsal.apply import apply_text
from pgready.rehearsal.catalog_state import State
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.limits import Watch
from pgready.rehearsal.names import difference, read_names

__all__ = ["Undone", "can_undo", "drop_index", "undo"]

Key = tuple[str, str, str, str]
_Made = tuple[ObjectRef, Key]

_ALONE = {
    ObjectKind.TABLE: "TABLE",
    ObjectKind.VIEW: "VIEW",
    ObjectKind.MATERIALIZED_VIEW: "MATERIALIZED VIEW",
    ObjectKind.SEQUENCE: "SEQUENCE",
    ObjectKind.TYPE: "TYPE",
}
_OF_DATABASE = {ObjectKind.SCHEMA: "SCHEMA", ObjectKind.EXTENSION: "EXTENSION"}
_OF_TABLE = {ObjectKind.COLUMN: "COLUMN", ObjectKind.CONSTRAINT: "CONSTRAINT"}
_ON_TABLE = {ObjectKind.TRIGGER: "TRIGGER", ObjectKind.POLICY: "POLICY", ObjectKind.RULE: "RULE"}
_DROPPABLE = frozenset({*_ALONE, *_OF_DATABASE, *_OF_TABLE, *_ON_TABLE, ObjectKind.INDEX, ObjectKind.FUNCTION})
_OF_RELATION = frozenset(_ALONE) - {ObjectKind.TYPE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """The statements that were run, and what is in the way of the last of them."""

    sql: tuple[str, ...]
    why: str | None = None
    sqlstate: str | None = None


def drop_index(index: ObjectRef) -> str:
    """A statement that lets reads and writes of the table go on meanwhile."""
    return f"DROP INDEX CONCURRENTLY {_qualified(index)};"


def can_undo(stays: Collection[ObjectRef]) -> bool:
    """Whether everything is of a kind that can be dropped, alone or with what it belongs to (enum values cannot)."""
    types = {(ref.schema, ref.name) for ref in stays if ref.kind is ObjectKind.TYPE}
    return bool(stays) and all(
        ref.kind in _DROPPABLE or (ref.kind is ObjectKind.ENUM_VALUE and (ref.schema, ref.table) in types)
        for ref in stays
    )


def undo(owner: Connection, watch: Watch, before: State, stopped: State, invalid: Collection[ObjectRef]) -> Undone:
    """Run the drops as the owner, without CASCADE: what somebody else needs by now is not taken away.

    What cannot go yet is tried again behind the others. Keys between the tables that go are dropped only where the
    tables cannot go without that.
    """
    pending, keys = _newest_first(before, stopped)
    done: list[str] = []
    while pending:
        refused = [(each, error) for each in pending if (error := _dropped(owner, watch, each, invalid, done))]
        later = [each for each, _ in refused]
        if len(later) < len(pending):
            pending = later
        elif keys:
            pending, keys = [*keys, *later], []
        else:
            error = refused[0][1]
            return Undone(sql=tuple(done), why=error.message, sqlstate=error.sqlstate)
    return Undone(sql=tuple(done))


def _dropped(
    owner: Connection, watch: Watch, made: _Made, invalid: Collection[ObjectRef], done: list[str]
) -> RunError | None:
    """Drop it, unless it went with another; why it cannot go."""
    ref, key = made
    names = (name for kind, *name in read_names(watch.database.admin) if kind == ref.kind)
    if [ref.schema or "", ref.table or "", ref.name] not in names:
        return None
    command = drop_index(ref) if ref in invalid else _drop(ref, key)
    watch.begin()
    error = apply_text(owner, command, watch).error
    if error is None:
        done.append(command)
    return error


def _newest_first(before: State, stopped: State) -> tuple[list[_Made], list[_Made]]:
    """What was made and stands alone or in what was there before, by identity; and the keys between what was made."""
    made, _ = difference(before.names, stopped.names)
    known = _identities(stopped)
    fresh = {key: identity for key, (identity, _) in stopped.definitions.items() if key not in before.definitions}
    # Numbers of columns count within their table.
    ordered = sorted(made, key=lambda ref: (ref.kind is ObjectKind.COLUMN, -_newest(known.get(_place(ref), ()), fresh)))
    new = {(ref.schema, ref.name) for ref in made if ref.kind in _ALONE}
    every = [(ref, key) for ref in ordered for key in known.get(_place(ref), ()) if key in fresh]
    alone = [each for each in every if each[0].table is None or (each[0].schema, each[0].table) not in new]
    keys = [
        (ref, key)
        for ref, key in every
        if ref.kind is ObjectKind.CONSTRAINT and stopped.definitions[key][1].startswith("FOREIGN KEY")
    ]
    return alone, [each for each in keys if each not in alone]


def _newest(keys: Collection[Key], fresh: Mapping[Key, int]) -> int:
    return max((fresh[key] for key in keys if key in fresh), default=0)


def _identities(state: State) -> dict[tuple[str, str, str, str], list[Key]]:
    """Place of an object -> its keys in the definitions; functions of one name are several."""
    found: dict[tuple[str, str, str, str], list[Key]] = {}
    for key in state.definitions:
        kind, schema, table, name = key
        place = (kind, schema, "" if kind == "function" else table, name)
        found.setdefault(place, []).append(key)
    return found


def _place(ref: ObjectRef) -> tuple[str, str, str, str]:
    kind = "relation" if ref.kind in _OF_RELATION else ref.kind.value
    return kind, ref.schema or "", ref.table or "", ref.name


def _drop(ref: ObjectRef, key: Key) -> str:
    name = quote_identifier(ref.name)
    if ref.kind in _OF_DATABASE:
        return f"DROP {_OF_DATABASE[ref.kind]} {name};"
    if ref.kind in _ALONE:
        return f"DROP {_ALONE[ref.kind]} {_qualified(ref)};"
    if ref.kind is ObjectKind.INDEX:
        return f"DROP INDEX {_qualified(ref)};"
    if ref.kind is ObjectKind.FUNCTION:
        # Its arguments are the server's own words, quoted as it needs them.
        return f"DROP ROUTINE {_qualified(ref)}({key[2]});"
    table = QualifiedName(ref.schema or "", ref.table or "").sql
    if ref.kind in _OF_TABLE:
        return f"ALTER TABLE {table} DROP {_OF_TABLE[ref.kind]} {name};"
    return f"DROP {_ON_TABLE[ref.kind]} {name} ON {table};"


def _qualified(ref: ObjectRef) -> str:
    return QualifiedName(ref.schema or "", ref.name).sql
