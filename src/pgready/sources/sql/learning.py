"""What later statements have to know of a statement: the functions, triggers, rules and names that it makes or ends."""

from collections.abc import Iterable

from pgready.model.effects import Action
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql.defaults import built_in_functions
from pgready.sources.sql.drafts import Draft
from pgready.sources.sql.known import INSERT, UPDATE, Fired
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope
from pgready.sources.sql.tree import find, name_parts

__all__ = ["learn", "learn_moves"]

_CALLS = frozenset({"FuncCall"})
_RULE_EVENTS = {"CMD_INSERT": 4, "CMD_DELETE": 8, "CMD_UPDATE": 16}
_NAMED = frozenset(
    {
        *(ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW, ObjectKind.SEQUENCE),
        *(ObjectKind.TYPE, ObjectKind.INDEX),
    }
)


def learn(kind: str, node: Node, scope: Scope) -> None:
    """Triggers, rules, views, and the functions in defaults and checks."""
    match kind:
        case "CreateTrigStmt":
            _trigger(node, scope)
        case "RuleStmt":
            _rule(node, scope)
        case "CreateEventTrigStmt":
            name = node.get("trigname", "")
            calls = ((tuple(name_parts(node.get("funcname"))), None),)
            scope.known.on_ddl[name] = Fired(f"event trigger {name}", 0, calls=calls)
        case "ViewStmt":
            _query(scope.relation(node.get("view", {})), node.get("query"), scope)
        case "CreateTableAsStmt" if node.get("objtype") == "OBJECT_MATVIEW":
            _query(scope.relation(node.get("into", {}).get("rel", {})), node.get("query"), scope)
        case "CreateStmt":
            _defaults(scope.relation(node.get("relation", {})), node.get("tableElts"), scope)
        case "AlterTableStmt":
            _altered(node, scope)


def _trigger(node: Node, scope: Scope) -> None:
    table = scope.relation(node.get("relation", {}))
    calls = ((tuple(name_parts(node.get("funcname"))), None),)
    fired = Fired(
        f"trigger {node.get('trigname', '')}", node.get("events", 0), frozenset(name_parts(node.get("columns"))), calls
    )
    scope.known.fire((table.schema, table.name), fired)


def _rule(node: Node, scope: Scope) -> None:
    table = scope.relation(node.get("relation", {}))
    events = _RULE_EVENTS.get(node.get("event", ""), 0)
    commands = tuple(each for each in node.get("actions", []) if each)
    if events and commands:
        rule = Fired(f"rule {node.get('rulename', '')}", events, commands=commands)
        scope.known.fire((table.schema, table.name), rule)


def _query(view: ObjectRef, query: Node | None, scope: Scope) -> None:
    if query and find(query, _CALLS):
        scope.known.queries[view.schema, view.name] = query


def _defaults(table: ObjectRef, definitions: object, scope: Scope) -> None:
    """Functions that are not PostgreSQL's own, and that writing a row calls."""
    for _, fields in find(definitions, _CALLS):
        parts = name_parts(fields.get("funcname"))
        if not parts or parts[-1] in built_in_functions():
            continue
        call = (tuple(parts), len(fields.get("args", [])))
        fired = Fired(f"default or check with {'.'.join(parts)}", INSERT | UPDATE, calls=(call,))
        scope.known.fire((table.schema, table.name), fired)


def _altered(node: Node, scope: Scope) -> None:
    table = scope.relation(node.get("relation", {}))
    place = (table.schema, table.name)
    for each in node.get("cmds", []):
        command = each.get("AlterTableCmd", {})
        subtype = command.get("subtype", "")
        if subtype in ("AT_AddColumn", "AT_ColumnDefault", "AT_AddConstraint"):
            _defaults(table, command.get("def"), scope)
        elif subtype in ("AT_DisableTrigAll", "AT_DisableTrigUser"):
            scope.known.switched_off.add(place)
        elif subtype.startswith("AT_Enable"):
            scope.known.switched_off.discard(place)


def learn_moves(drafts: Iterable[Draft], scope: Scope, *, certain: bool) -> None:
    """What is made, dropped and renamed; what may not happen takes nothing away."""
    for draft in drafts:
        learnt = _MOVES.get(draft.action)
        if learnt is not None and (certain or draft.action is Action.CREATES):
            learnt(draft, scope)


def _made(draft: Draft, scope: Scope) -> None:
    if draft.object.kind in _NAMED:
        scope.known.relations.add((draft.object.schema, draft.object.name))


def _dropped(draft: Draft, scope: Scope) -> None:
    gone = draft.object
    if gone.kind in _NAMED:
        scope.known.forget((gone.schema, gone.name))
    elif gone.kind in (ObjectKind.TRIGGER, ObjectKind.RULE):
        scope.known.fire_no_more((gone.schema, gone.table or ""), f"{gone.kind} {gone.name}")
    elif gone.kind is ObjectKind.FUNCTION and len(scope.known.routines.get((gone.schema, gone.name), ())) == 1:
        del scope.known.routines[gone.schema, gone.name]
    elif draft.detail == "EVENT TRIGGER":
        scope.known.on_ddl.pop(gone.name, None)


def _renamed(draft: Draft, scope: Scope) -> None:
    old, new = draft.object, (draft.new_schema or draft.object.schema, draft.new_name or draft.object.name)
    if old.kind in _NAMED:
        scope.known.rename((old.schema, old.name), new)
    elif old.kind is ObjectKind.FUNCTION and (old.schema, old.name) in scope.known.routines:
        scope.known.routines[new] = scope.known.routines.pop((old.schema, old.name))


_MOVES = {Action.CREATES: _made, Action.DROPS: _dropped, Action.RENAMES: _renamed}
