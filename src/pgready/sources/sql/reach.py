"""Which rows a condition leaves: every row, although a WHERE stands there, or some."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pgready.model.facts import Reach
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope
from pgready.sources.sql.tree import constant, kind_of, name_parts, unwrap

__all__ = ["conjuncts", "is_always_false", "is_always_true", "reach_of"]

_DEEPEST = 100
_SYSTEM_COLUMNS = frozenset({"ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"})
_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_REFLEXIVE = frozenset({"=", "<=", ">="})
_FROM_ONLY = frozenset({"targetList", "fromClause", "limitOption", "op", "sortClause"})


def is_always_true(condition: Node | None, depth: int = 0) -> bool:
    """No WHERE at all, `true`, `1 = 1`, `EXISTS (SELECT 1)`, and what AND, OR and NOT make of them."""
    return condition is None or _truth(condition, depth) is True


def is_always_false(condition: Node | None) -> bool:
    """`false`, `1 = 2`, and what AND, OR and NOT make of them."""
    return condition is not None and _truth(condition, 0) is False


def _truth(node: Node, depth: int) -> bool | None:  # noqa: PLR0911 - one for each kind of node
    """The value of a condition that no row decides; None when it is not known."""
    kind, fields = kind_of(node), unwrap(node)
    if depth >= _DEEPEST:
        return None
    match kind:
        case "BoolExpr":
            return _connected(fields, depth + 1)
        case "A_Expr":
            return _compared(fields)
        case "SubLink":
            return _subquery_has_a_row(fields)
        case "BooleanTest":
            value = _truth(fields.get("arg", {}), depth + 1)
            tested = {"IS_TRUE": True, "IS_NOT_FALSE": True, "IS_FALSE": False, "IS_NOT_TRUE": False}
            wanted = tested.get(fields.get("booltesttype", ""))
            return None if value is None or wanted is None else value is wanted
        case "TypeCast":
            return _cast(fields, depth + 1)
        case "NullTest":
            known = constant(fields.get("arg", {})) is not None
            return fields.get("nulltesttype") == "IS_NOT_NULL" if known else None
    literal = constant(node)
    return literal if isinstance(literal, bool) else None


def _connected(fields: Node, depth: int) -> bool | None:
    args = fields.get("args", [])
    values = [_truth(each, depth) for each in args]
    match fields.get("boolop"):
        case "NOT_EXPR":
            return None if values[0] is None else not values[0]
        case "AND_EXPR":
            return False if False in values else (None if None in values else True)
    if True in values or _covers_everything(args):
        return True
    return None if None in values else False


def _covers_everything(args: list[Node]) -> bool:
    """`a IS NULL OR a IS NOT NULL`."""
    tests = {
        (repr(_bare(each["NullTest"])), each["NullTest"].get("nulltesttype")) for each in args if "NullTest" in each
    }
    return any((what, "IS_NULL") in tests and (what, "IS_NOT_NULL") in tests for what, _ in tests)


def _bare(fields: Node) -> list[str]:
    return name_parts(fields.get("arg", {}).get("ColumnRef", {}).get("fields")) or [repr(id(fields))]


def _cast(fields: Node, depth: int) -> bool | None:
    target = name_parts(fields.get("typeName", {}).get("names"))[-1:]
    if target != ["bool"]:
        return None
    text = constant(fields.get("arg", {}))
    if isinstance(text, str):
        word = text.strip().lower()
        return True if word in ("t", "true", "y", "yes", "on", "1") else False if word else None
    if isinstance(text, int):
        return bool(text)
    return _truth(fields.get("arg", {}), depth)


def _compared(fields: Node) -> bool | None:
    left, right = constant(fields.get("lexpr", {})), constant(fields.get("rexpr", {}))
    if left is None or right is None or type(left) is not type(right) or fields.get("kind") != "AEXPR_OP":
        return None
    match name_parts(fields.get("name")):
        case ["="]:
            return left == right
        case ["<>"]:
            return left != right
    if not (isinstance(left, int) and isinstance(right, int)):
        return None
    outcomes = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
    return outcomes.get("".join(name_parts(fields.get("name"))))


def _subquery_has_a_row(fields: Node) -> bool | None:
    """`EXISTS (SELECT 1)`: one row, of nothing."""
    select = fields.get("subselect", {}).get("SelectStmt", {})
    plain = set(select) <= {"targetList", "limitOption", "op"} and "targetList" in select
    return True if fields.get("subLinkType") == "EXISTS_SUBLINK" and plain else None


def conjuncts(condition: Node | None) -> Iterator[Node]:
    """The parts that AND joins; those that are always true are left out."""
    waiting = [condition] if condition is not None else []
    while waiting:
        node = waiting.pop()
        fields = unwrap(node)
        if kind_of(node) == "BoolExpr" and fields.get("boolop") == "AND_EXPR":
            waiting.extend(fields.get("args", []))
        elif not is_always_true(node):
            yield node


@dataclass(slots=True)
class _Reading:
    """What the parts read so far say; `relations` are the joined ones, by alias."""

    own: frozenset[str]
    target: ObjectRef
    relations: Mapping[str, ObjectRef]
    scope: Scope
    not_null: list[str] = field(default_factory=list)
    null: list[str] = field(default_factory=list)
    positive: list[str] = field(default_factory=list)
    if_any: list[ObjectRef] = field(default_factory=list)
    linked: set[str] = field(default_factory=set)
    joined: bool = False
    variable: str | None = None
    limited: bool = False


def reach_of(
    condition: Node | None, target: ObjectRef, alias: str, relations: Mapping[str, ObjectRef], scope: Scope
) -> Reach | None:
    """The reach of a condition on `target`, which is joined with `relations`; None when it takes more to say."""
    reading = _Reading(frozenset({alias, target.name}), target, relations, scope)
    for part in conjuncts(condition):
        if not _learn(reading, part):
            return None
    reading.if_any += [each for name, each in relations.items() if name not in reading.linked]
    return Reach(
        not_null=tuple(dict.fromkeys(reading.not_null)),
        null=tuple(dict.fromkeys(reading.null)),
        positive=tuple(dict.fromkeys(reading.positive)),
        if_any=tuple(dict.fromkeys(reading.if_any)),
        joined=reading.joined,
        variable=reading.variable,
        limited=reading.limited,
    )


def _learn(reading: _Reading, node: Node) -> bool:
    """Take in one part; False when it says something else."""
    kind, fields = kind_of(node), unwrap(node)
    match kind:
        case "NullTest":
            return _learn_null(reading, fields)
        case "A_Expr":
            return _learn_comparison(reading, fields)
        case "SubLink":
            return _learn_subquery(reading, fields)
        case "BoolExpr":
            return fields.get("boolop") == "OR_EXPR" and _learn_opposites(reading, fields.get("args", []))
    return False


def _learn_null(reading: _Reading, fields: Node) -> bool:
    """`a IS NULL`, `a IS NOT NULL`; a system column is never NULL."""
    column = _own_column(reading, fields.get("arg", {}))
    is_null = fields.get("nulltesttype") == "IS_NULL"
    if column is None or column in _SYSTEM_COLUMNS:
        return column is not None and not is_null
    (reading.null if is_null else reading.not_null).append(column)
    return True


def _own_column(reading: _Reading, node: Node) -> str | None:
    """The column of the target; one without a table is that of the target only where nothing is joined."""
    fields = node.get("ColumnRef", {}).get("fields", [])
    parts = name_parts(fields)
    if not parts or len(parts) != len(fields):
        return None
    if len(parts) > 1:
        return parts[-1] if parts[-2] in reading.own and parts[-2] not in reading.relations else None
    return None if reading.relations or parts[0] in reading.own else parts[0]


def _learn_comparison(reading: _Reading, fields: Node) -> bool:
    listed = fields.get("rexpr", {}).get("SubLink", {})
    if fields.get("kind") == "AEXPR_OP_ANY" and listed.get("subLinkType") == "ARRAY_SUBLINK":
        # `a = ANY (ARRAY (SELECT a FROM t))`.
        same = name_parts(fields.get("name")) == ["="]
        asked = {**listed, "subLinkType": "ANY_SUBLINK", "testexpr": fields.get("lexpr", {})}
        return same and _learn_subquery(reading, asked)
    left, right = fields.get("lexpr", {}), fields.get("rexpr", {})
    operator = (name_parts(fields.get("name")) or [""])[-1]
    first, second = _own_column(reading, left), _own_column(reading, right)
    kind = fields.get("kind")
    if kind == "AEXPR_NOT_DISTINCT":
        return first is not None and first == second
    if first is not None and _wants_a_value(fields, operator, same=first == second):
        reading.not_null.append(first)
        return True
    if kind != "AEXPR_OP":
        return False
    if first is not None and _is_below_sequences(operator, constant(right)):
        reading.positive.append(first)
        return True
    return operator == "=" and (_learn_link(reading, first, right) or _learn_link(reading, second, left))


def _wants_a_value(fields: Node, operator: str, *, same: bool) -> bool:
    """`a = a`, `a IS DISTINCT FROM NULL`, `a LIKE '%'`: what NULL alone does not meet."""
    right = fields.get("rexpr", {})
    match fields.get("kind"):
        case "AEXPR_OP":
            return same and operator in _REFLEXIVE
        case "AEXPR_DISTINCT":
            return bool(right.get("A_Const", {}).get("isnull"))
        case "AEXPR_LIKE" | "AEXPR_ILIKE":
            return operator in ("~~", "~~*") and constant(right) == "%"
    return False


def _is_below_sequences(operator: str, number: object) -> bool:
    """`> 0`, `>= 1`, `<> 0`: what every number that a sequence gives is, by itself."""
    if not isinstance(number, int) or isinstance(number, bool):
        return False
    return number <= 0 if operator in (">", "<>") else operator == ">=" and number <= 1


def _learn_link(reading: _Reading, column: str | None, other: Node) -> bool:
    """`t.a = u.b`: the same column of the same table is itself; of an unknown name a variable."""
    parts = name_parts(other.get("ColumnRef", {}).get("fields"))
    if column is None or len(parts) < 2:  # noqa: PLR2004 - a name and its owner
        return False
    owner = parts[-2]
    if owner not in reading.relations:
        if owner in reading.own or reading.variable not in (None, owner):
            return False
        reading.variable = owner
        return True
    reading.linked.add(owner)
    other_table = reading.relations[owner]
    if (other_table.schema, other_table.name, parts[-1]) == (reading.target.schema, reading.target.name, column):
        reading.not_null.append(column)
    else:
        reading.joined = True
    return True


def _learn_subquery(reading: _Reading, fields: Node) -> bool:
    """`EXISTS (SELECT 1 FROM u)` is about no row of the target; `a IN (SELECT a FROM t)` is about every one."""
    select = fields.get("subselect", {}).get("SelectStmt", {})
    items = select.get("fromClause", [])
    whole = set(select) <= _FROM_ONLY | {"limitCount"} and is_always_true(select.get("whereClause"))
    if not (whole and len(items) == 1 and "RangeVar" in items[0]):
        return False
    read = reading.scope.relation(items[0]["RangeVar"], ObjectKind.RELATION)
    if fields.get("subLinkType") == "EXISTS_SUBLINK":
        reading.if_any.append(read)
        return "limitCount" not in select
    column = _own_column(reading, fields.get("testexpr", {}))
    targets = select.get("targetList", [])
    value = targets[0].get("ResTarget", {}).get("val", {}) if len(targets) == 1 else {}
    same = (read.schema, read.name) == (reading.target.schema, reading.target.name)
    itself = column is not None and name_parts(value.get("ColumnRef", {}).get("fields"))[-1:] == [column]
    if column is None or not (same and itself and fields.get("subLinkType") == "ANY_SUBLINK") or "operName" in fields:
        return False
    reading.not_null += [column] if column not in _SYSTEM_COLUMNS else []
    reading.limited = reading.limited or "limitCount" in select
    return True


def _learn_opposites(reading: _Reading, args: list[Node]) -> bool:
    """`a = 1 OR a <> 1`."""
    seen: set[tuple[str, str, object]] = set()
    for each in args:
        fields = each.get("A_Expr", {})
        column, value = _own_column(reading, fields.get("lexpr", {})), constant(fields.get("rexpr", {}))
        operator = (name_parts(fields.get("name")) or [""])[-1]
        if fields.get("kind") != "AEXPR_OP" or column is None or value is None:
            continue
        if (column, _OPPOSITE.get(operator, ""), value) in seen:
            reading.not_null.append(column)
            return True
        seen.add((column, operator, value))
    return False
