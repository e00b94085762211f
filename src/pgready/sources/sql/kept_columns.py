"""Which columns a value keeps: whoever has the value can tell what the column held."""

from pgready.sources.sql.parse import Node
from pgready.sources.sql.tree import constant, kind_of, name_parts, unwrap

__all__ = ["kept_columns"]

# A cast to one of these may round, cut or map several values to one; to any other type it keeps them or fails.
_LOSSY = frozenset(
    """
    bit bool bpchar char date float4 float8 int2 int4 int8 interval money name numeric oid time timetz varbit
    """.split()  # noqa: SIM905 - readable as text
)
_WRAPPING = frozenset(
    "json_build_array json_build_object jsonb_build_array jsonb_build_object to_json to_jsonb".split()  # noqa: SIM905
)


def kept_columns(value: Node, *, any_cast: bool = False) -> frozenset[str]:
    """The columns, by their last names, whose values can be told from that of an expression.

    A plain column; also one in a cast that keeps values or fails (`a::text`; with `any_cast` in every cast), the first
    of COALESCE (it only fills NULL), NULLIF with the empty text, what stands behind a constant (`'no. ' || a`), and
    what is put whole into JSON, a list or a row.
    """
    found: set[str] = set()
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if "ColumnRef" in node:
            found.update(name_parts(node["ColumnRef"].get("fields"))[-1:])
        else:
            waiting += _inner(kind_of(node), unwrap(node), any_cast=any_cast)
    return frozenset(found)


def _inner(kind: str, fields: Node, *, any_cast: bool) -> list[Node]:
    """The parts of an expression that are kept in it as they are."""
    found: list[Node] = []
    match kind:
        case "TypeCast" if any_cast or _keeps(fields.get("typeName", {})):
            found = [fields.get("arg", {})]
        case "CollateClause":
            found = [fields.get("arg", {})]
        case "CoalesceExpr":
            found = fields.get("args", [])[:1]
        case "A_Expr" if fields.get("kind") == "AEXPR_NULLIF" and constant(fields.get("rexpr", {})) == "":
            found = [fields.get("lexpr", {})]
        case "A_Expr" if name_parts(fields.get("name")) == ["||"] and constant(fields.get("lexpr", {})) is not None:
            # Behind a constant only: of two JSON values the second wins.
            found = [fields.get("rexpr", {})]
        case "A_ArrayExpr":
            found = fields.get("elements", [])
        case "RowExpr":
            found = fields.get("args", [])
        case "FuncCall" if _WRAPPING.issuperset(name_parts(fields.get("funcname"))[-1:]):
            found = fields.get("args", [])
    return found


def _keeps(type_: Node) -> bool:
    """Whether a cast to the type keeps every value that it does not refuse."""
    names = name_parts(type_.get("names"))[-1:]
    return "typmods" not in type_ and bool(names) and _LOSSY.isdisjoint(names)
