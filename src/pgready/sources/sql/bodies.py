"""What a function does when it is called: the effects of its body, as far as it can be read."""

from collections.abc import Callable
from dataclasses import replace

from pgready.model.effects import Action
from pgready.sources.sql import parse
from pgready.sources.sql.body import Body
from pgready.sources.sql.drafts import Clause, Draft
from pgready.sources.sql.guards import Placed
from pgready.sources.sql.known import Routine
from pgready.sources.sql.parse import Node, SqlError
from pgready.sources.sql.places import Source
from pgready.sources.sql.plpgsql import read_function
from pgready.sources.sql.scope import TEMPORARY, Scope, TakenNames
from pgready.sources.sql.settings import set_setting
from pgready.sources.sql.statements import Broken, RawStatement, raw_statements
from pgready.sources.sql.tree import name_parts
from pgready.sources.sql.walk import Context, Reader

__all__ = ["body_reader"]

_DEEPEST = 8
# Beyond, a function is opaque: a migration that calls it a thousand times would have a million effects.
_MOST_EFFECTS = 200


def body_reader(read: Reader) -> Callable[[Routine, Scope], list[Draft] | None]:
    """A function that tells the effects of a routine's body; None where it cannot be read.

    What it reads and sets is left out. An IMMUTABLE or STABLE function writes nothing; one that calls itself adds
    nothing by that. What one call sets going is read once, however often it is set going: triggers that fire each other
    would take exponential time.
    """

    def body(routine: Routine, scope: Scope) -> list[Draft] | None:
        if not routine.writes or routine in scope.known.reading:
            return []
        key = (routine, scope.path, scope.default_schema, frozenset(scope.temporary))
        if not scope.known.reading:
            scope.known.told.clear()
        elif key in scope.known.told:
            return scope.known.told[key]
        if len(scope.known.reading) >= _DEEPEST:
            return None
        found = _read(routine, scope, read)
        if found is not None:
            scope.known.told[key] = found
        return found

    return body


def _read(routine: Routine, scope: Scope, read: Reader) -> list[Draft] | None:
    scope.known.reading.add(routine)
    try:
        return _drafts(_placed(routine, _inside(routine, scope), read))
    except SqlError:
        return None
    finally:
        scope.known.reading.discard(routine)


def _inside(routine: Routine, scope: Scope) -> Scope:
    """Names inside the body; `SET search_path` of the function decides what they mean."""
    inside = Scope(scope.default_schema, set(scope.temporary), TakenNames(), scope.first_schema)
    inside.path, inside.known, inside.read_body = scope.path, scope.known, scope.read_body
    for each in routine.node.get("options", []):
        setting = each.get("DefElem", {}).get("arg", {}).get("VariableSetStmt")
        if setting is not None:
            list(set_setting(setting, inside))
    return inside


def _placed(routine: Routine, scope: Scope, read: Reader) -> list[Placed] | None:
    context = Context(scope, lambda _: (1, 1), read, depth=1)
    given = routine.node.get("sql_body")
    if given is not None:
        return [each for kind, node in _statements(given) for each in _one(kind, node, context)]
    body = (name_parts(routine.options.get("as")) or [""])[0].encode()
    if routine.language == "sql":
        return _sql(body, context)
    if routine.language != "plpgsql":
        return None
    functions = parse.parse_plpgsql(routine.text, body)
    source = Source(body, [0] * len(body))
    placed = [each for function in functions for each in read_function(function, Body(source), context, 0)]
    return None if context.broken else placed


def _statements(body: Node) -> list[tuple[str, Node]]:
    """The statements of BEGIN ATOMIC, or the expression of RETURN as a SELECT."""
    if "ReturnStmt" in body:
        return [("SelectStmt", {"targetList": [body["ReturnStmt"].get("returnval", {})]})]
    found: list[tuple[str, Node]] = []
    for each in body.get("List", {}).get("items", []):
        found += _statements(each) if "List" in each or "ReturnStmt" in each else list(each.items())
    return found


def _one(kind: str, node: Node, context: Context) -> list[Placed]:
    return context.read(RawStatement(0, 0, kind, node, 0), Source(b"", [0]), context)


def _sql(body: bytes, context: Context) -> list[Placed] | None:
    source, placed = Source(body, [0] * len(body)), []
    for raw in raw_statements(body):
        if isinstance(raw, Broken):
            return None
        placed += context.read(raw, source, context)
    return placed


def _drafts(placed: list[Placed] | None) -> list[Draft] | None:
    """With what stands around each command inside the body as a part of it: its place in the file is the call."""
    if placed is None:
        return None
    kept = [each for each in placed if each.draft.action not in (Action.READS, Action.SETS)]
    kept = [each for each in kept if each.draft.object.schema != TEMPORARY]
    found = dict.fromkeys(
        replace(
            each.draft,
            action_number=None,
            clauses=tuple(Clause(one.kind, one.condition, one.form) for one in each.guards),
        )
        for each in kept
    )
    return list(found) if len(found) <= _MOST_EFFECTS else None
