"""Which expressions do away with what a column held: whoever has the new value cannot tell the old one."""

from pgready.sources.sql.parse import Node
from pgready.sources.sql.tree import constant, kind_of, name_parts, unwrap

__all__ = ["keeps_something"]

# What is left of the value is a part of it, or a number made of it. Trimming and changing the case keep its meaning.
_REDUCING = frozenset(
    """
    bit_length char_length character_length crypt digest hashtext hmac left length md5 octet_length right sha224 sha256
    sha384 sha512 split_part substr substring
    """.split()  # noqa: SIM905 - readable as text
)


def keeps_something(value: Node, column: str, table: str) -> bool:
    """Whether the value of a column, or of the row as a whole, has a part in the value of an expression.

    Not where it only decides (`CASE`), unless it maps each value to another one, and not under a function that cuts it
    or makes a digest of it.
    """
    waiting: list[object] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            if "ColumnRef" in node:
                fields = node["ColumnRef"].get("fields", [])
                parts = name_parts(fields)
                if parts[-1:] == [column] or parts == [table] or any("A_Star" in each for each in fields):
                    return True
            elif _maps_one_to_one(node.get("CaseExpr", {}), column):
                return True
            else:
                waiting.extend(_parts(node))
    return False


def _parts(node: Node) -> list[object]:
    """Those that are in the value."""
    kind, fields = kind_of(node), unwrap(node)
    match kind:
        case "CaseExpr":
            results = [each.get("CaseWhen", {}).get("result", {}) for each in fields.get("args", [])]
            return [*results, fields.get("defresult", {})]
        case "FuncCall" if _REDUCING.intersection(name_parts(fields.get("funcname"))[-1:]):
            return []
        case "A_Expr" if fields.get("kind") == "AEXPR_NULLIF":
            return [] if fields.get("lexpr") == fields.get("rexpr") or _same(fields) else [fields.get("lexpr", {})]
        case "CoalesceExpr" if constant((fields.get("args") or [{}])[0]) is not None:
            return []
    return [each for each in node.values() if isinstance(each, dict | list)]


def _same(fields: Node) -> bool:
    """`NULLIF(a, a)`."""
    left, right = (name_parts(fields.get(side, {}).get("ColumnRef", {}).get("fields")) for side in ("lexpr", "rexpr"))
    return bool(left) and left[-1:] == right[-1:]


def _maps_one_to_one(case: Node, column: str) -> bool:
    """`CASE a WHEN 'x' THEN 'y' WHEN 'z' THEN 'w' END`: no two values become the same."""
    read = name_parts(case.get("arg", {}).get("ColumnRef", {}).get("fields"))[-1:]
    if not read:
        found = [_compared(each) for each in case.get("args", [])]
        read = [column] if found and all(each == column for each in found) else []
    results = [_plain(each.get("CaseWhen", {}).get("result", {})) for each in case.get("args", [])]
    if read != [column] or None in results or len(set(map(repr, results))) < len(results):
        return False
    otherwise = case.get("defresult")
    # ELSE takes every other value to one: of NULL, as without it, only what was not thought of.
    return otherwise is None or bool(otherwise.get("A_Const", {}).get("isnull"))


def _compared(when: Node) -> str | None:
    """The column of `WHEN a = 'x'`."""
    test = when.get("CaseWhen", {}).get("expr", {}).get("A_Expr", {})
    if name_parts(test.get("name")) != ["="] or _plain(test.get("rexpr", {})) is None:
        return None
    left = test.get("lexpr", {})
    left = left["TypeCast"].get("arg", {}) if "TypeCast" in left else left
    return next(iter(name_parts(left.get("ColumnRef", {}).get("fields"))[-1:]), None)


def _plain(node: Node) -> object:
    """A constant, under whatever cast."""
    while "TypeCast" in node:
        node = node["TypeCast"].get("arg", {})
    return constant(node)
