"""What a statement sets going besides what it says: the functions it calls, triggers, rules, defaults of columns.

A function that a migration makes does what its body says, where the body can be read; else it is opaque. PostgreSQL's
own functions only compute, but for the few that write or run text.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pgready.model.effects import Action
from pgready.model.facts import RowsFacts
from pgready.model.names import ObjectKind
from pgready.sources.sql import known
from pgready.sources.sql.drafts import Draft
from pgready.sources.sql.effects import drafts_of
from pgready.sources.sql.known import Fired, Routine
from pgready.sources.sql.learning import learn, learn_moves
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope, object_ref
from pgready.sources.sql.tree import find, name_parts

__all__ = ["command_drafts"]

_CALLS = frozenset({"FuncCall"})
_DATA = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CreateTableAsStmt", "CopyStmt", "IndexStmt"})
_NEVER_DDL = frozenset({*_DATA, "SelectStmt", "CallStmt", "TransactionStmt", "VariableSetStmt", "TruncateStmt"})
# Functions of PostgreSQL and of its modules that write, or run SQL given as text; SELECT of them is told in `data`.
_WRITING = frozenset(
    {
        *("lo_unlink", "lo_put", "lowrite", "lo_truncate", "lo_truncate64"),
        *("query_to_xml", "query_to_xmlschema", "query_to_xml_and_xmlschema", "cursor_to_xml", "cursor_to_xmlschema"),
        *("dblink", "dblink_exec", "dblink_send_query", "pg_terminate_backend", "pg_drop_replication_slot"),
    }
)
# Functions of the usual extensions, and of PostgreSQL, that a trigger may call and that only change the row at hand.
_OF_ROWS = frozenset(
    {
        *("moddatetime", "autoinc", "insert_username", "check_primary_key", "tsvector_update_trigger"),
        *("tsvector_update_trigger_column", "suppress_redundant_updates_trigger", "unique_key_recheck"),
    }
)
_EVENTS = {
    "INSERT": known.INSERT,
    "UPDATE": known.UPDATE,
    "DELETE": known.DELETE,
    "TRUNCATE": known.TRUNCATE,
    "COPY": known.INSERT,
    "MERGE": known.INSERT | known.UPDATE | known.DELETE,
}
Call = tuple[tuple[str, ...], int | None]


def command_drafts(kind: str, node: Node, scope: Scope, *, certain: bool = True) -> list[Draft]:
    """The effects of one statement, and after them those of what it sets going.

    `scope.known` learns what the statement makes; `certain`: it stands under no condition.
    """
    said = drafts_of(kind, node, scope)
    called = [each for draft in said for each in _selected(draft, scope)] if kind == "SelectStmt" else said
    drafts = [*_procedure(node, called, scope)] if kind == "CallStmt" else [*called]
    for call in _calls(kind, node):
        drafts += _effects_of(call, kind.removesuffix("Stmt").upper(), scope)
    drafts += [each for draft in said for each in _fired(draft, scope)]
    if kind not in _NEVER_DDL and not kind.startswith("CreateEventTrig"):
        drafts += [each for fired in tuple(scope.known.on_ddl.values()) for each in _set_going(fired, scope)]
    learn(kind, node, scope)
    learn_moves(said, scope, certain=certain)
    return drafts


def _selected(draft: Draft, scope: Scope) -> list[Draft]:
    """In place of a function that `data` calls opaque, what its body does."""
    if draft.action is not Action.OPAQUE or draft.object.kind is not ObjectKind.FUNCTION:
        return [draft]
    name = (draft.object.name,) if draft.object.schema in scope.path else (draft.object.schema or "", draft.object.name)
    if scope.known.called(name, scope.path, None):
        return _effects_of((name, None), draft.detail or "SELECT", scope)
    return [draft]


def _procedure(node: Node, said: list[Draft], scope: Scope) -> list[Draft]:
    call = _call(node.get("funccall", {}))
    return _effects_of(call, "CALL", scope) if scope.known.called(call[0], scope.path, call[1]) else said


def _call(fields: Node) -> Call:
    return tuple(name_parts(fields.get("funcname"))), len(fields.get("args", []))


def _calls(kind: str, node: Node) -> Iterator[Call]:
    """The functions that the statement calls while it runs, each once."""
    where: object = node if kind in _DATA else _evaluated(node) if kind == "AlterTableStmt" else None
    if where is not None:
        yield from dict.fromkeys(_call(fields) for _, fields in find(where, _CALLS))


def _evaluated(node: Node) -> list[Node]:
    """Of ALTER TABLE what is computed for the rows that are there: new columns, checks, USING."""
    found: list[Node] = []
    for each in node.get("cmds", []):
        command = each.get("AlterTableCmd", {})
        subtype, definition = command.get("subtype"), command.get("def", {})
        if subtype in ("AT_AddColumn", "AT_AlterColumnType") or (
            subtype == "AT_AddConstraint" and not definition.get("Constraint", {}).get("skip_validation")
        ):
            found.append(definition)
    return found


def _effects_of(call: Call, by: str, scope: Scope) -> list[Draft]:
    """What calling a function does; nothing for one that no migration makes, unless it is known to write."""
    parts, given = call
    routines = scope.known.called(parts, scope.path, given)
    if not routines and parts[-1:] and parts[-1] in _WRITING:
        return [_opaque(call, by, scope)]
    found: list[Draft] = []
    for routine in routines:
        done = scope.body(routine)
        found += [_opaque(call, by, scope)] if done is None else [_through(each, routine, by) for each in done]
    return list(dict.fromkeys(found))


def _through(draft: Draft, routine: Routine, by: str) -> Draft:
    """With the function that does it, the innermost one, and the trigger or default that calls that."""
    set_off = f", called by {by}" if by.startswith(("trigger", "event trigger", "rule", "default")) else ""
    return draft if draft.by is not None else replace(draft, by=f"in function {routine.name[1]}{set_off}")


def _opaque(call: Call, by: str, scope: Scope) -> Draft:
    *schema, name = call[0]
    return Draft(
        Action.OPAQUE, object_ref(ObjectKind.FUNCTION, schema[-1] if schema else scope.default_schema, name), (), by
    )


def _fired(draft: Draft, scope: Scope) -> Iterator[Draft]:
    """What triggers, rules, defaults and checks of the table do when it is written, and the query of a view read."""
    place = (draft.object.schema, draft.object.name)
    if draft.action is Action.READS or str(draft.detail).startswith("REFRESH"):
        query = scope.known.queries.get(place)
        for call in dict.fromkeys(_call(fields) for _, fields in find(query, _CALLS)) if query else ():
            yield from _effects_of(call, "SELECT", scope)
        return
    if draft.action is not Action.WRITES or place in scope.known.switched_off:
        return
    events = _EVENTS.get(str(draft.detail).split(" ", 1)[0], 0)
    if str(draft.detail).startswith("INSERT ON CONFLICT"):
        events |= known.UPDATE
    for fired in scope.known.fired.get(place, ()):
        if fired.events & events and not _other_columns(fired, events, draft):
            yield from _set_going(fired, scope)


def _other_columns(fired: Fired, events: int, draft: Draft) -> bool:
    """UPDATE OF columns that the statement does not name."""
    facts = draft.facts
    named = frozenset(facts.columns) if isinstance(facts, RowsFacts) else frozenset()
    return events == known.UPDATE and bool(fired.columns) and not fired.columns & named


def _set_going(fired: Fired, scope: Scope) -> Iterator[Draft]:
    for call in fired.calls:
        trigger = call[1] is None
        if trigger and not scope.known.called(call[0], scope.path, None):
            if call[0][-1] not in _OF_ROWS and not call[0][-1].startswith("RI_FKey"):
                yield _opaque(call, fired.of, scope)
            continue
        yield from _effects_of(call, fired.of, scope)
    yield from _commands(fired.commands, fired.of, scope)


def _commands(statements: Iterable[Node], of: str, scope: Scope) -> Iterator[Draft]:
    """The commands of a rule, once: a rule that writes its own table is not followed in a circle."""
    for each in statements:
        for kind, node in each.items():
            if kind in _DATA:
                written = (draft for draft in drafts_of(kind, node, scope) if draft.action is not Action.READS)
                yield from (replace(draft, by=f"by {of}") for draft in written)
