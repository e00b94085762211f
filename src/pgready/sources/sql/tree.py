"""Small questions about the parser's trees: names, strings, lists, and walking without recursion."""

from pgready.sources.sql.parse import Node

__all__ = ["constant", "find", "kind_of", "name_parts", "string_constant", "unwrap"]

_NESTED: tuple[object, ...] = (dict, list)
# Most nodes of large texts; they hold no other node.
_LEAVES = frozenset({"A_Const", "String", "A_Star", "ParamRef", "typeName"})
_TEXT_TYPES = (["text"], ["name"], ["varchar"], ["cstring"])


def kind_of(node: Node) -> str:
    """The name of a wrapped node: `{"Kind": {...}}` -> `Kind`; empty for an empty node."""
    return next(iter(node), "")


def unwrap(node: Node) -> Node:
    """The fields of a wrapped node."""
    fields: Node = next(iter(node.values()), {})
    return fields


def name_parts(names: list[Node] | Node | None) -> list[str]:
    """A dotted name (list of String nodes, List node, single String) as its parts, outermost first."""
    if isinstance(names, dict):
        names = names["List"].get("items", []) if "List" in names else [names]
    return [part["String"].get("sval", "") for part in names or [] if "String" in part]


def constant(node: Node) -> object:
    """The value of a constant (str, int, bool, float as str); None for NULL and for everything that is no constant.

    A constant that is cast to a text-like type counts as the constant.
    """
    while "TypeCast" in node:
        cast = node["TypeCast"]
        if name_parts(cast.get("typeName", {}).get("names"))[-1:] not in _TEXT_TYPES:
            return None
        node = cast.get("arg", {})
    fields = node.get("A_Const")
    if fields is None or fields.get("isnull"):
        return None
    for field, key, default in (("sval", "sval", ""), ("ival", "ival", 0), ("boolval", "boolval", False)):
        if field in fields:
            return fields[field].get(key, default)
    return fields.get("fval", {}).get("fval")


def string_constant(node: Node) -> str | None:
    """The value of a string constant, also under a cast to a text-like type."""
    value = constant(node)
    return value if isinstance(value, str) and "fval" not in node.get("A_Const", {}) else None


def find(node: object, kinds: frozenset[str]) -> list[tuple[str, Node]]:
    """Every node of these kinds inside (kind, fields), in the order of the tree, without recursion."""
    found: list[tuple[str, Node]] = []
    stack: list[object] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack += current[::-1]
        elif isinstance(current, dict):
            top = len(stack)
            for kind, value in current.items():
                if value.__class__ in _NESTED:
                    if kind in kinds:
                        found.append((kind, value))
                    if kind not in _LEAVES:
                        # Below what was put there before it, so that the first comes off first.
                        stack.insert(top, value)
    return found
