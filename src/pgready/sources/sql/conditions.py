"""SQL expressions of IF -> conditions on the catalog; what cannot be read is Unknown with its text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pgready.model.guards import AllOf, AnyOf, Condition, Exists, Not, Unknown
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql.catalog_names import identifier_parts
from pgready.sources.sql.drafts import ALWAYS
from pgready.sources.sql.parse import Node
from pgready.sources.sql.questions import asks
from pgready.sources.sql.scope import Scope, object_ref
from pgready.sources.sql.tree import constant, kind_of, name_parts, string_constant, unwrap

__all__ = ["NEVER", "Known", "conjuncts", "negated", "read_condition", "with_values"]

NEVER: Condition = AnyOf(())
_DEEPEST = 50
_AGGREGATES = frozenset(
    {"count", "sum", "min", "max", "avg", "bool_and", "bool_or", "every", "array_agg", "string_agg"}
)
_TO_REG = {
    "to_regclass": ObjectKind.RELATION,
    "to_regtype": ObjectKind.TYPE,
    "to_regproc": ObjectKind.FUNCTION,
    "to_regnamespace": ObjectKind.SCHEMA,
    "to_regrole": ObjectKind.ROLE,
}

# What variables of a PL/pgSQL block hold at a place: an expression, or None when that is not known.
Known = Mapping[str, Node | None]


@dataclass(frozen=True, slots=True)
class _Reader:
    known: Known
    scope: Scope
    text: str
    variables: dict[str, Condition]


def read_condition(node: Node, known: Known, scope: Scope, text: str) -> Condition:
    """The condition that an expression tests; `text` is kept where it, or a part of it, cannot be read."""
    return _read(node, _Reader(known, scope, text, {}), 0)


def negated(condition: Condition) -> Condition:
    """NOT, with AND, OR and NOT turned inside out, so that the parts of a negated OR stay apart."""
    match condition:
        case Not(operand):
            return operand
        case AllOf(operands):
            return AnyOf(tuple(negated(each) for each in operands))
        case AnyOf(operands):
            return AllOf(tuple(negated(each) for each in operands))
        case _:
            return Not(condition)


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """The parts that all have to be true, left to right; none for a condition that is always true."""
    if isinstance(condition, AllOf):
        return tuple(part for operand in condition.operands for part in conjuncts(operand))
    return (condition,)


def _read(node: Node, reader: _Reader, depth: int) -> Condition:
    read = _READERS.get(kind_of(node))
    found = read(unwrap(node), reader, depth + 1) if read is not None and depth < _DEEPEST else None
    return Unknown(reader.text) if found is None else found


def _constant(fields: Node, _: _Reader, __: int) -> Condition | None:
    value = constant({"A_Const": fields})
    return None if not isinstance(value, bool) else ALWAYS if value else NEVER


def _boolean(fields: Node, reader: _Reader, depth: int) -> Condition:
    operands = tuple(_read(each, reader, depth) for each in fields.get("args", []))
    match fields.get("boolop"):
        case "AND_EXPR":
            return AllOf(operands)
        case "OR_EXPR":
            unique = tuple(dict.fromkeys(operands))
            return AnyOf(unique) if len(unique) > 1 else unique[0]
        case _:
            return negated(operands[0])


def _variable(fields: Node, reader: _Reader, depth: int) -> Condition | None:
    value = _value_of({"ColumnRef": fields}, reader)
    if value is None or "ColumnRef" in value:
        return None
    name = name_parts(fields.get("fields"))[0]
    if name not in reader.variables:
        reader.variables[name] = _read(value, reader, depth)
    return reader.variables[name]


def _value_of(node: Node, reader: _Reader) -> Node | None:
    """The expression that a variable holds; other expressions as they are."""
    parts = name_parts(node.get("ColumnRef", {}).get("fields"))
    return reader.known.get(parts[0]) if len(parts) == 1 else None if parts else node


def _sublink(fields: Node, reader: _Reader, depth: int) -> Condition | None:
    select = fields.get("subselect", {}).get("SelectStmt", {})
    kind = fields.get("subLinkType")
    if kind == "EXISTS_SUBLINK":
        return _returns_a_row(select, reader, depth)
    if kind == "ANY_SUBLINK" and "operName" not in fields:
        value = string_constant(fields.get("testexpr", {}))
        return asks(select, reader.scope, (value,)) if value is not None and _is_plain(select) else None
    if kind == "EXPR_SUBLINK":
        # (SELECT count(*) > 0 FROM ...), (SELECT EXISTS (...)), (SELECT true WHERE ...) is NULL without a row.
        return _scalar(select, reader, depth)
    return None


def _scalar(select: Node, reader: _Reader, depth: int) -> Condition | None:
    target = _only_target(select)
    if target is None or not _is_plain(select, aggregates=True):
        return None
    if "fromClause" not in select and "whereClause" not in select:
        return _read(target, reader, depth)
    if "A_Expr" not in target:
        return None
    fields = target["A_Expr"]
    counted = [
        {"SubLink": {"subLinkType": "EXPR_SUBLINK", "subselect": {"SelectStmt": _with_target(select, side)}}}
        if _is_count(side)
        else side
        for side in (fields.get("lexpr", {}), fields.get("rexpr", {}))
    ]
    return _comparison({**fields, "lexpr": counted[0], "rexpr": counted[1]}, reader, depth)


def _with_target(select: Node, target: Node) -> Node:
    return {**select, "targetList": [{"ResTarget": {"val": target}}]}


def _only_target(select: Node) -> Node | None:
    targets = select.get("targetList", [])
    found: Node | None = targets[0].get("ResTarget", {}).get("val") if len(targets) == 1 else None
    return found


def _is_count(node: Node) -> bool:
    fields = node.get("FuncCall", {})
    plain = not (set(fields) & {"agg_filter", "over", "agg_distinct"})
    counts_rows = fields.get("agg_star") or any(constant(each) is not None for each in fields.get("args", []))
    return name_parts(fields.get("funcname"))[-1:] == ["count"] and plain and bool(counts_rows)


def _is_plain(select: Node, *, aggregates: bool = False) -> bool:
    """No grouping, no set operation, no offset, no LIMIT 0: a row comes out when FROM and WHERE give one."""
    unusual = {"groupClause", "havingClause", "withClause", "limitOffset", "valuesLists", "intoClause", "larg"}
    if set(select) & unusual or constant(select.get("limitCount", {})) == 0:
        return False
    return aggregates or not any(_is_aggregate(each) for each in select.get("targetList", []))


def _is_aggregate(target: Node) -> bool:
    call = target.get("ResTarget", {}).get("val", {}).get("FuncCall", {})
    return bool(call.get("agg_star")) or name_parts(call.get("funcname"))[-1:] in [[name] for name in _AGGREGATES]


def _returns_a_row(select: Node, reader: _Reader, depth: int) -> Condition | None:
    if select.get("op") == "SETOP_UNION":
        sides = (
            [_returns_a_row(select.get(side, {}), reader, depth + 1) for side in ("larg", "rarg")]
            if depth < _DEEPEST
            else []
        )
        known = tuple(side for side in sides if side is not None)
        return AnyOf(known) if len(known) == 2 else None  # noqa: PLR2004 - left and right
    if not _is_plain(select):
        # An aggregate without GROUP BY gives one row, whatever there is.
        alone = _is_plain(select, aggregates=True)
        return ALWAYS if alone and select.get("op") == "SETOP_NONE" else None
    if "fromClause" in select:
        return asks(with_values(select, reader.known), reader.scope)
    return _read(select["whereClause"], reader, depth) if "whereClause" in select else ALWAYS


def with_values(node: Node, known: Known) -> Node:
    """A query or expression with the constants that variables hold (`conname = wanted_name`)."""
    constants = {name: value for name, value in known.items() if value is not None and "A_Const" in value}

    def changed(each: object) -> object:
        if isinstance(each, list):
            return [changed(item) for item in each]
        if not isinstance(each, dict):
            return each
        names = name_parts(each.get("ColumnRef", {}).get("fields")) if "ColumnRef" in each else []
        if len(names) == 1 and names[0] in constants:
            return constants[names[0]]
        return {key: changed(value) for key, value in each.items()}

    result = changed(node) if constants else node
    return result if isinstance(result, dict) else node


def _null_test(fields: Node, reader: _Reader, depth: int) -> Condition | None:
    found = _not_null(_value_of(fields.get("arg", {}), reader) or {}, reader, depth)
    if found is None:
        return None
    return negated(found) if fields.get("nulltesttype") == "IS_NULL" else found


def _not_null(node: Node, reader: _Reader, depth: int) -> Condition | None:
    """When an expression is not NULL: to_regclass() of something there, a subquery that finds a row."""
    if "FuncCall" in node:
        return _to_reg(node["FuncCall"], reader.scope)
    if "TypeCast" in node:
        return _not_null(node["TypeCast"].get("arg", {}), reader, depth) if depth < _DEEPEST else None
    select = node.get("SubLink", {}).get("subselect", {}).get("SelectStmt", {})
    if node.get("SubLink", {}).get("subLinkType") != "EXPR_SUBLINK":
        return None
    target = _only_target(select)
    if target is None:
        return None
    if "fromClause" not in select and "whereClause" not in select:
        return _not_null(target, reader, depth + 1) if depth < _DEEPEST else None
    column = name_parts(target.get("ColumnRef", {}).get("fields"))[-1:]
    return _returns_a_row(select, reader, depth) if constant(target) is not None or column in _NEVER_NULL else None


_NEVER_NULL = [
    [name]
    for name in (
        "oid", "conname", "relname", "typname", "attname", "enumlabel", "nspname", "extname", "proname", "tgname",
        "polname", "rolname", "tablename", "viewname", "matviewname", "indexname", "policyname", "indexrelid",
        "table_name", "column_name", "constraint_name", "schema_name", "sequence_name", "conrelid", "attrelid",
    )
]  # fmt: skip


def _to_reg(call: Node, scope: Scope) -> Condition | None:
    kind = _TO_REG.get((name_parts(call.get("funcname")) or [""])[-1])
    arguments = call.get("args", [])
    text = string_constant(arguments[0]) if len(arguments) == 1 else None
    parts = identifier_parts(text) if text is not None else None
    if kind is None or not parts:
        return None
    return Exists(_registered(kind, parts, scope))


def _registered(kind: ObjectKind, parts: list[str], scope: Scope) -> ObjectRef:
    if kind in (ObjectKind.SCHEMA, ObjectKind.ROLE):
        return object_ref(kind, None, parts[-1])
    return object_ref(kind, scope.schema_of(parts[-2] if len(parts) > 1 else None, parts[-1]), parts[-1])


def _boolean_test(fields: Node, reader: _Reader, depth: int) -> Condition | None:
    found = _read(fields.get("arg", {}), reader, depth)
    match fields.get("booltesttype"):
        case "IS_TRUE" | "IS_NOT_FALSE":
            return found
        case "IS_FALSE" | "IS_NOT_TRUE":
            return negated(found)
        case _:
            return None


def _comparison(fields: Node, reader: _Reader, depth: int) -> Condition | None:
    operator = "".join(name_parts(fields.get("name")))
    if fields.get("kind", "AEXPR_OP") == "AEXPR_IN":
        return None
    left, right = (_value_of(fields.get(side, {}), reader) or {} for side in ("lexpr", "rexpr"))
    found = _count_test(left, operator, right, reader, depth)
    if found is None:
        found = _count_test(right, _MIRRORED.get(operator, ""), left, reader, depth)
    return _equals_truth(left, operator, right, reader, depth) if found is None else found


_MIRRORED = {"=": "=", "<>": "<>", ">": "<", "<": ">", ">=": "<=", "<=": ">="}
_SOME_ROWS = {(">", 0), ("<>", 0), (">=", 1)}
_NO_ROWS = {("=", 0), ("<=", 0), ("<", 1)}


def _count_test(counted: Node, operator: str, number: Node, reader: _Reader, depth: int) -> Condition | None:
    """`(SELECT count(*) FROM ...) > 0` and what means the same; other numbers say how many, which nobody can know."""
    select = counted.get("SubLink", {}).get("subselect", {}).get("SelectStmt", {})
    target = _only_target(select)
    value = constant(number)
    if target is None or not _is_count(target) or isinstance(value, bool) or not isinstance(value, int):
        return None
    if (operator, value) not in _SOME_ROWS | _NO_ROWS or not _is_plain(select, aggregates=True):
        return None
    found = _returns_a_row(_with_target(select, {"A_Const": {"ival": {"ival": 1}}}), reader, depth)
    return found if found is None or (operator, value) in _SOME_ROWS else negated(found)


def _equals_truth(left: Node, operator: str, right: Node, reader: _Reader, depth: int) -> Condition | None:
    """`x = true`, `x <> true`."""
    for side, other in ((left, right), (right, left)):
        value = constant(side)
        if isinstance(value, bool) and operator in ("=", "<>"):
            found = _read(other, reader, depth)
            return found if value is (operator == "=") else negated(found)
    return None


def _cast(fields: Node, reader: _Reader, depth: int) -> Condition | None:
    to_bool = name_parts(fields.get("typeName", {}).get("names"))[-1:] == ["bool"]
    value = string_constant(fields.get("arg", {}))
    if not to_bool:
        return None
    if value is not None:
        return {"t": ALWAYS, "true": ALWAYS, "f": NEVER, "false": NEVER}.get(value.strip().lower())
    return _read(fields.get("arg", {}), reader, depth)


_READERS: dict[str, Callable[[Node, _Reader, int], Condition | None]] = {
    "A_Const": _constant,
    "BoolExpr": _boolean,
    "ColumnRef": _variable,
    "SubLink": _sublink,
    "NullTest": _null_test,
    "BooleanTest": _boolean_test,
    "A_Expr": _comparison,
    "TypeCast": _cast,
}
