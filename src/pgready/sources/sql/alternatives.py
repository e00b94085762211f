"""WHERE clauses as alternatives of AND-ed conditions (disjunctive normal form)."""

from itertools import product

from pgready.sources.sql.parse import Node
from pgready.sources.sql.tree import kind_of, name_parts, unwrap

__all__ = ["alternatives", "equality"]

_MOST_ALTERNATIVES = 64


def alternatives(conditions: list[Node]) -> list[list[Node]] | None:
    """Disjunctive normal form of AND-ed conditions: OR and IN are multiplied out. None when that gets too large."""
    result: list[list[Node]] = [[]]
    for condition in conditions:
        options = _options(condition)
        if options is None or len(options) * len(result) > _MOST_ALTERNATIVES:
            return None
        result = [[*left, *right] for left, right in product(result, options)]
    return result


def _options(node: Node, depth: int = 0) -> list[list[Node]] | None:
    fields = unwrap(node)
    if depth > _MOST_ALTERNATIVES:
        return None
    if kind_of(node) == "BoolExpr" and fields.get("boolop") == "AND_EXPR":
        return alternatives(fields.get("args", []))
    if kind_of(node) == "BoolExpr" and fields.get("boolop") == "OR_EXPR":
        found: list[list[Node]] = []
        for each in fields.get("args", []):
            options = _options(each, depth + 1)
            if options is None or len(options) + len(found) > _MOST_ALTERNATIVES:
                return None
            found += options
        return found
    members = _members(node)
    return [[node]] if members is None else [[equality(fields.get("lexpr", {}), each)] for each in members]


def _members(node: Node) -> list[Node] | None:
    """The right side of `x IN (a, b)` and `x = ANY (ARRAY[a, b])`."""
    fields = unwrap(node)
    if kind_of(node) != "A_Expr" or name_parts(fields.get("name")) != ["="]:
        return None
    right = fields.get("rexpr", {})
    if fields.get("kind") == "AEXPR_IN":
        items: list[Node] = right.get("List", {}).get("items", [])
        return items
    if fields.get("kind") == "AEXPR_OP_ANY":
        array = right.get("TypeCast", {}).get("arg", right)
        return array["A_ArrayExpr"].get("elements", []) if "A_ArrayExpr" in array else None
    return None


def equality(left: Node, right: Node) -> Node:
    """`left = right` as a node."""
    return {"A_Expr": {"kind": "AEXPR_OP", "name": [{"String": {"sval": "="}}], "lexpr": left, "rexpr": right}}
