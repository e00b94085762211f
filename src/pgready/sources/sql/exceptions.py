"""`EXCEPTION WHEN duplicate_object THEN ...`: which catalog makes the statements of a block fail, and be undone.

A block with handlers is a subtransaction: one failing statement undoes all of it, and the handler goes on as if
nothing had happened. Source: PostgreSQL manual, "Trapping Errors" and "PostgreSQL Error Codes".
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pgready.model.effects import Action
from pgready.model.guards import AllOf, Condition, Exists, Not, Unknown
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql.conditions import negated
from pgready.sources.sql.drafts import Draft

__all__ = ["handled", "survives"]

_DUPLICATE = {
    ObjectKind.TABLE: "42P07",
    ObjectKind.VIEW: "42P07",
    ObjectKind.MATERIALIZED_VIEW: "42P07",
    ObjectKind.SEQUENCE: "42P07",
    ObjectKind.INDEX: "42P07",
    ObjectKind.COLUMN: "42701",
    ObjectKind.SCHEMA: "42P06",
    ObjectKind.FUNCTION: "42723",
}
_DUPLICATE_OBJECT = "42710"
_UNDEFINED = {
    ObjectKind.TABLE: "42P01",
    ObjectKind.RELATION: "42P01",
    ObjectKind.VIEW: "42P01",
    ObjectKind.MATERIALIZED_VIEW: "42P01",
    ObjectKind.SEQUENCE: "42P01",
    ObjectKind.COLUMN: "42703",
    ObjectKind.SCHEMA: "3F000",
    ObjectKind.FUNCTION: "42883",
}
_UNDEFINED_OBJECT = "42704"
_OTHERS = "others"
_CODES = {
    "duplicate_object": "42710",
    "duplicate_table": "42P07",
    "duplicate_column": "42701",
    "duplicate_schema": "42P06",
    "duplicate_function": "42723",
    "undefined_table": "42P01",
    "undefined_column": "42703",
    "undefined_object": "42704",
    "undefined_function": "42883",
    "invalid_schema_name": "3F000",
    "unique_violation": "23505",
    "others": _OTHERS,
}
_READABLE = frozenset(_CODES.values()) - {"23505", _OTHERS}
_WITH_INDEX = ("PRIMARY KEY", "UNIQUE", "EXCLUDE")
# Beyond, one unknown condition stands for all.
_MOST_CONDITIONS = 50


def handled(names: Iterable[str]) -> list[str]:
    """The SQLSTATEs that a handler's condition names mean; a name that is not known here stays as it is."""
    return [_CODES.get(name, name) for name in names]


def survives(codes: Iterable[str], commands: Iterable[list[Draft]]) -> Condition:
    """The condition under which none of the errors happens in the commands of a block (the drafts of each)."""
    wanted = set(codes)
    everything = list(commands)
    found: dict[Condition, None] = {}
    for drafts in everything:
        for code, condition in _failures(drafts):
            if code in wanted or _OTHERS in wanted:
                found[negated(condition)] = None
    others = [code for code in wanted if code not in _READABLE and _matters(code, everything)]
    found |= dict.fromkeys(Unknown(f"no error {code}" if code != _OTHERS else "no error") for code in sorted(others))
    if len(found) > _MOST_CONDITIONS:
        return Unknown("no error")
    return AllOf(tuple(found))


def _matters(code: str, commands: list[list[Draft]]) -> bool:
    """A unique violation needs rows: it is written next to duplicate_object against two sessions at once."""
    if code != "23505":
        return True
    drafts = (draft for drafts in commands for draft in drafts)
    return any(draft.action in (Action.WRITES, Action.OPAQUE) or _is_unique(draft) for draft in drafts)


def _is_unique(draft: Draft) -> bool:
    return draft.action is Action.CREATES and bool(draft.detail) and str(draft.detail).startswith(("UNIQUE", "PRIMARY"))


def _failures(drafts: list[Draft]) -> Iterator[tuple[str, Condition]]:
    """SQLSTATE and the condition under which a command ends with it."""
    made = {draft.object for draft in drafts if draft.action is Action.CREATES}
    for draft in _main(drafts):
        if draft.action is Action.CREATES and not draft.clauses:
            yield _duplicate_code(draft), Exists(_of_that_name(draft.object))
    for draft in drafts:
        needed = draft.needs if draft.action is not Action.READS else (draft.object,)
        for each in (*needed, *_touched(draft)):
            if each not in made and each.kind is not ObjectKind.OTHER:
                yield _UNDEFINED.get(each.kind, _UNDEFINED_OBJECT), Not(Exists(each))


def _of_that_name(made: ObjectRef) -> ObjectRef:
    """Tables, views, sequences and indexes share their names: whichever has it is in the way."""
    return replace(made, kind=ObjectKind.RELATION) if _DUPLICATE.get(made.kind) == "42P07" else made


def _main(drafts: list[Draft]) -> list[Draft]:
    """What can clash: of CREATE TABLE and CREATE TYPE the object itself, of ALTER TABLE everything made."""
    if drafts and drafts[0].object.table is None:
        return drafts[:1]
    return drafts


def _duplicate_code(draft: Draft) -> str:
    if draft.object.kind is ObjectKind.CONSTRAINT and str(draft.detail).startswith(_WITH_INDEX):
        return "42P07"
    return _DUPLICATE.get(draft.object.kind, _DUPLICATE_OBJECT)


def _touched(draft: Draft) -> tuple[ObjectRef, ...]:
    """What has to be there to be dropped, renamed or altered."""
    there = draft.action in (Action.DROPS, Action.RENAMES, Action.ALTERS) and not draft.clauses
    return (draft.object,) if there else ()
