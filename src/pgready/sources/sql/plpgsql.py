"""DO blocks: the commands inside them, and the conditions around each.

The parser gives the PL/pgSQL tree with line numbers and with the text of every expression; expressions are found
again in the body at the beginnings of tokens, in the order of the text. Flow is followed as far as the catalog decides
it: IF, ELSIF, ELSE, CASE, RETURN, exception handlers, and variables that are assigned on the way. Loops are opaque
guards around what is in them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from pgready.model.guards import AllOf, AnyOf, Condition, Unknown
from pgready.sources.sql import parse
from pgready.sources.sql.body import Body
from pgready.sources.sql.commands import (
    assign_command,
    dynamic,
    execute_command,
    open_command,
    perform_command,
    sql_command,
)
from pgready.sources.sql.conditions import NEVER, conjuncts, negated
from pgready.sources.sql.drafts import ALWAYS, Draft, opaque
from pgready.sources.sql.exceptions import handled, survives
from pgready.sources.sql.guards import Placed, Test, guarded
from pgready.sources.sql.lexis import lexemes
from pgready.sources.sql.parse import Node, SqlError
from pgready.sources.sql.places import Source, literal_source
from pgready.sources.sql.statements import RawStatement
from pgready.sources.sql.tree import kind_of, name_parts, unwrap
from pgready.sources.sql.walk import Context, Values, Walk, placed_drafts, query_of

__all__ = ["read_do", "read_function"]

_DEEPEST = 40
# Beyond, one unknown condition stands for the rest.
_MOST_BRANCHES = 50
# RAISE with this level ends with an error (src/include/utils/elog.h).
_ERROR_LEVEL = 21
# RAW_PARSE_PLPGSQL_EXPR: the text of EXECUTE, not a query (src/include/parser/parser.h).
_EXPRESSION = 2


@dataclass(slots=True)
class _Flow:
    """What a part of a body does; the condition under which it leaves the block; whether it ends with an error."""

    placed: list[Placed] = field(default_factory=list)
    leaves: Condition = NEVER
    fails: bool = False


def read_do(raw: RawStatement, source: Source, context: Context) -> list[Placed]:
    """The effects of a DO statement, each with the guards around it, outermost first."""
    offset = source.at(raw.start)
    options = {each["DefElem"].get("defname"): each["DefElem"] for each in raw.node.get("args", [])}
    language = (name_parts(options.get("language", {}).get("arg", {})) or ["plpgsql"])[0]
    if language != "plpgsql" or "as" not in options or context.depth >= _DEEPEST:
        return placed_drafts([opaque("DO", detail=f"LANGUAGE {language}")], offset, context)
    value = (name_parts(options["as"].get("arg", {})) or [""])[0].encode()
    start = raw.base + options["as"].get("location", 0)
    end = next((each.end for each in lexemes(source.text, start)), raw.end)
    body = literal_source(source, start, end, value)
    try:
        functions = parse.parse_plpgsql(source.text[raw.start : raw.end], value)
    except SqlError as error:
        context.broken.append((error.message, body.at(_line_start(value, error.line)) if error.line else offset))
        return placed_drafts([opaque("DO", detail=error.message)], offset, context)
    context.depth += 1
    placed = [each for function in functions for each in read_function(function, Body(body), context, offset)]
    context.depth -= 1
    return placed


def _line_start(text: bytes, line: int) -> int:
    return len(b"".join(text.splitlines(keepends=True)[: line - 1]))


def read_function(function: Node, body: Body, context: Context, offset: int) -> list[Placed]:
    """The effects of one function of the parser's PL/pgSQL tree."""
    fields = function.get("PLpgSQL_function", {})
    walk = Walk(body, context, offset)
    walk.declare(fields.get("datums", []))
    return _statement(walk, fields.get("action", {})).placed


def _statement(walk: Walk, node: Node) -> _Flow:
    kind, fields = kind_of(node), unwrap(node)
    handler = _STATEMENTS.get(kind)
    if handler is None:
        return _Flow(walk.opaque(kind, fields))
    if walk.nesting >= _DEEPEST:
        return _Flow(walk.opaque("nested too deeply", fields), Unknown("nested too deeply"))
    walk.nesting += 1
    flow = handler(walk, fields)
    walk.nesting -= 1
    return flow


def _sequence(walk: Walk, statements: list[Node]) -> _Flow:
    """Statements one after the other; what follows a conditional RETURN stands under its negation."""
    flow = _Flow()
    tests: list[tuple[int, Test]] = []
    for each in statements:
        done = _statement(walk, each)
        flow.placed += done.placed
        flow.fails = flow.fails or done.fails
        if done.leaves == NEVER:
            continue
        flow.leaves = _either(flow.leaves, done.leaves)
        if len(tests) < _MOST_BRANCHES:
            stays = negated(done.leaves) if len(tests) < _MOST_BRANCHES - 1 else Unknown("a RETURN before")
            tests.append((len(flow.placed), Test(stays, "DO RETURN", "RETURN", walk.line(unwrap(each)))))
    for index, test in reversed(tests):
        flow.placed[index:] = guarded(test, flow.placed[index:], walk.context.place)
    return flow


def _either(one: Condition, other: Condition) -> Condition:
    """OR, flat, so that a hundred RETURNs are not a hundred levels."""
    operands = [part for each in (one, other) for part in (each.operands if isinstance(each, AnyOf) else (each,))]
    if len(operands) > _MOST_BRANCHES:
        return Unknown("a RETURN before")
    return operands[0] if len(operands) == 1 else AnyOf(tuple(operands))


def _branch(walk: Walk, statements: list[Node], before: Values) -> tuple[_Flow, Values]:
    """A branch, and what variables hold after it."""
    walk.known = dict(before)
    return _sequence(walk, statements), walk.known


def _block(walk: Walk, fields: Node) -> _Flow:
    walk.body.find_word(b"begin", fields.get("lineno"))
    flow = _sequence(walk, fields.get("body", []))
    handlers = fields.get("exceptions", {}).get("PLpgSQL_exception_block", {}).get("exc_list", [])
    if handlers:
        _handle(walk, fields, flow, [each.get("PLpgSQL_exception", {}) for each in handlers])
    return _unlabelled(flow, fields)


def _unlabelled(flow: _Flow, fields: Node) -> _Flow:
    """EXIT with the label of this block or loop goes on behind it."""
    if "label" in fields and flow.leaves == _exits(fields["label"]):
        flow.leaves = NEVER
    return flow


def _exits(label: str) -> Condition:
    return Unknown(f"EXIT {label}")


def _handle(walk: Walk, fields: Node, flow: _Flow, handlers: list[Node]) -> None:
    """Handlers of a block: each that goes on makes the block's commands conditional."""
    offset = walk.body.find_exception()
    place = walk.line(fields) if offset is None else walk.body.source.at(offset)
    commands = _by_command(flow.placed)
    states = [dict(walk.known)]
    actions: list[Placed] = []
    for handler in handlers:
        names = [item.get("PLpgSQL_condition", {}).get("condname", "") for item in handler.get("conditions", [])]
        stays = survives(handled(names), commands)
        text, form = f"EXCEPTION WHEN {' OR '.join(names)}", f"EXCEPTION {' OR '.join(names)}"
        done, state = _branch(walk, handler.get("action", []), states[0])
        states.append(state)
        actions += guarded(Test(negated(stays), form, text, place), done.placed, walk.context.place)
        if not done.fails:
            flow.placed = guarded(Test(stays, form, text, place), flow.placed, walk.context.place)
        if done.leaves != NEVER:
            flow.leaves = _either(flow.leaves, AllOf((negated(stays), done.leaves)))
    walk.merge(states)
    flow.placed += actions


def _by_command(placed: list[Placed]) -> list[list[Draft]]:
    commands: dict[int, list[Draft]] = {}
    for each in placed:
        commands.setdefault(each.command, []).append(each.draft)
    return list(commands.values())


def _if(walk: Walk, fields: Node) -> _Flow:
    branches = [(fields, "DO IF", fields.get("cond"), fields.get("then_body", []))]
    for each in fields.get("elsif_list", []):
        inner = each.get("PLpgSQL_if_elsif", {})
        branches.append((inner, "DO ELSIF", inner.get("cond"), inner.get("stmts", [])))
    return _branches(walk, branches, fields.get("else_body", []), walk.line(fields))


def _case(walk: Walk, fields: Node) -> _Flow:
    """CASE WHEN condition; with an expression to compare, its conditions name a variable that is not known."""
    walk.located(query_of(fields.get("t_expr")), fields)
    inner = [each.get("PLpgSQL_case_when", {}) for each in fields.get("case_when_list", [])]
    branches = [(each, "DO CASE", each.get("expr"), each.get("stmts", [])) for each in inner]
    return _branches(walk, branches, fields.get("else_stmts", []), walk.line(fields))


_KEYWORDS = {"DO IF": b"if", "DO CASE": b"when"}
Branch = tuple[Node, str, Node | None, list[Node]]


def _branches(walk: Walk, branches: list[Branch], otherwise: list[Node], place: int) -> _Flow:
    flow = _Flow()
    tests: list[Test] = []
    before = dict(walk.known)
    states: list[Values] = []
    for inner, form, condition, statements in branches:
        walk.known = before
        source = walk.located(query_of(condition), inner, _KEYWORDS.get(form, b""))
        tests.append(walk.condition(source, form))
        flow.placed += walk.expression(source)
        done, state = _branch(walk, statements, before)
        states.append(state)
        _add_branch(walk, flow, done, tests)
    done, state = _branch(walk, otherwise, before)
    states.append(state)
    _add_branch(walk, flow, done, [*tests, Test(ALWAYS, "DO ELSE", "ELSE", place)])
    walk.merge(states)
    return flow


def _add_branch(walk: Walk, flow: _Flow, done: _Flow, tests: list[Test]) -> None:
    """The branch under its own condition and under the negation of those before it."""
    *before, own = tests
    if len(before) > _MOST_BRANCHES:
        before = [Test(Unknown("one of many branches"), "DO ELSIF", "ELSIF", own.offset)]
    otherwise = [Test(negated(test.condition), "DO ELSE", f"NOT ({test.text})", test.offset) for test in before]
    for test in reversed([*otherwise, own]):
        done.placed = guarded(test, done.placed, walk.context.place)
    flow.placed += done.placed
    if done.leaves != NEVER:
        conditions = [test.condition for test in (*otherwise, own)]
        parts = tuple(part for each in (*conditions, done.leaves) for part in conjuncts(each))
        flow.leaves = _either(flow.leaves, parts[0] if len(parts) == 1 else AllOf(parts))


def _loop(walk: Walk, fields: Node) -> _Flow:
    """Any loop: how often it runs, if at all, is not known. What it loops over is evaluated before."""
    placed = _loops_over(walk, fields)
    before = dict(walk.known)
    walk.known = dict.fromkeys(before)
    done = _sequence(walk, fields.get("body", []))
    walk.merge([before, walk.known])
    test = Test(Unknown("a loop"), "DO LOOP", "LOOP", walk.line(fields))
    done = _unlabelled(done, fields)
    placed += guarded(test, done.placed, walk.context.place)
    return _Flow(placed, NEVER if done.leaves == NEVER else Unknown("a RETURN in a loop"))


def _loops_over(walk: Walk, fields: Node) -> list[Placed]:
    """The query of a loop may write too (`FOR r IN DELETE ... RETURNING`), and may be dynamic."""
    query = fields.get("query")
    if query is not None and query.get("PLpgSQL_expr", {}).get("parseMode") == _EXPRESSION:
        return dynamic(walk, fields, query)
    if query is not None:
        return walk.commands(walk.located(query_of(query), fields, b"in"))
    given = [fields[each] for each in ("cond", "expr", "lower", "upper") if each in fields]
    return [each for part in given for each in walk.expression(walk.located(query_of(part), fields))]


def _return(_: Walk, __: Node) -> _Flow:
    return _Flow(leaves=ALWAYS)


def _exit(_: Walk, fields: Node) -> _Flow:
    """EXIT and CONTINUE: inside a loop everything is opaque anyway; a label may lead out of more."""
    return _Flow(leaves=_exits(fields["label"]) if "label" in fields else NEVER)


def _raise(_: Walk, fields: Node) -> _Flow:
    """RAISE EXCEPTION ends loudly: nothing is skipped silently. Lower levels are messages."""
    return _Flow(fails=fields.get("elog_level", 0) >= _ERROR_LEVEL)


def _nothing(walk: Walk, _: Node) -> _Flow:
    """Commands that only set variables."""
    walk.known = dict.fromkeys(walk.known)
    return _Flow()


Handler = Callable[[Walk, Node], _Flow]


def _command(read: Callable[[Walk, Node], list[Placed]]) -> Handler:
    return lambda walk, fields: _Flow(read(walk, fields))


_LOOPS = ("loop", "while", "fori", "fors", "forc", "foreach_a", "dynfors")
_SETTERS = ("assert", "getdiag", "fetch", "close", "commit", "rollback")
_STATEMENTS: dict[str, Handler] = {
    "PLpgSQL_stmt_block": _block,
    "PLpgSQL_stmt_if": _if,
    "PLpgSQL_stmt_case": _case,
    "PLpgSQL_stmt_execsql": _command(sql_command),
    "PLpgSQL_stmt_call": _command(sql_command),
    "PLpgSQL_stmt_perform": _command(perform_command),
    "PLpgSQL_stmt_dynexecute": _command(execute_command),
    "PLpgSQL_stmt_assign": _command(assign_command),
    "PLpgSQL_stmt_return": _return,
    "PLpgSQL_stmt_exit": _exit,
    "PLpgSQL_stmt_raise": _raise,
    "PLpgSQL_stmt_open": _command(open_command),
    **{f"PLpgSQL_stmt_{kind}": _loop for kind in _LOOPS},
    **{f"PLpgSQL_stmt_{kind}": _nothing for kind in _SETTERS},
}
