"""Defaults of columns: computed once, or anew for every row?

Source: PostgreSQL manual, ALTER TABLE, Notes (a volatile default rewrites the table), and pg_proc of PostgreSQL 18.
"""

from functools import cache
from importlib.resources import files

from pgready.model.facts import Default
from pgready.sources.sql.parse import Node
from pgready.sources.sql.tree import find, name_parts

__all__ = ["built_in_functions", "default_kind"]

# Of the modules that come with PostgreSQL (uuid-ossp, pgcrypto).
_VOLATILE_OF_MODULES = frozenset({"uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "gen_random_bytes"})
_OPEN = frozenset({"A_Expr", "ColumnRef", "FuncCall", "ParamRef", "SQLValueFunction", "SubLink", "SetToDefault"})
_ORDER = (Default.CONSTANT, Default.STABLE, Default.UNKNOWN, Default.VOLATILE)


def _names(file: str) -> frozenset[str]:
    return frozenset(files("pgready.sources.sql").joinpath(file).read_text(encoding="ascii").split())


@cache
def built_in_functions() -> frozenset[str]:
    """`SELECT DISTINCT proname FROM pg_proc` in pg_catalog of PostgreSQL 18, and what the grammar adds."""
    return _names("builtin_functions.txt")


@cache
def _volatile_functions() -> frozenset[str]:
    """Those of them with `provolatile = 'v'`."""
    return _names("volatile_functions.txt")


def default_kind(expression: Node) -> Default | None:
    """What a DEFAULT expression is at its worst; None for NULL, which is no default to PostgreSQL.

    A function that is not PostgreSQL's own makes it UNKNOWN, unless a volatile one decides.
    """
    if _is_null(expression):
        return None
    kinds = (_kind(kind, fields) for kind, fields in find(expression, _OPEN))
    return max(kinds, key=_ORDER.index, default=Default.CONSTANT)


def _is_null(node: Node) -> bool:
    while "TypeCast" in node:
        node = node["TypeCast"].get("arg", {})
    return bool(node.get("A_Const", {}).get("isnull"))


def _kind(kind: str, fields: Node) -> Default:
    if kind == "A_Expr":
        return Default.CONSTANT if _of_postgresql(name_parts(fields.get("name"))) else Default.UNKNOWN
    if kind == "SQLValueFunction":
        return Default.STABLE
    return _call(name_parts(fields.get("funcname"))) if kind == "FuncCall" else Default.UNKNOWN


def _of_postgresql(parts: list[str]) -> bool:
    return parts[:-1] in ([], ["pg_catalog"])


def _call(parts: list[str]) -> Default:
    name = parts[-1] if parts else ""
    if name in _VOLATILE_OF_MODULES:
        return Default.VOLATILE
    if not _of_postgresql(parts) or name not in built_in_functions():
        return Default.UNKNOWN
    return Default.VOLATILE if name in _volatile_functions() else Default.STABLE
