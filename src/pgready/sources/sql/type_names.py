"""The types of columns, spelt as `format_type()` prints them.

Source: `format_type_extended()` (src/backend/utils/adt/format_type.c), the typmod output functions of the types, and
the words that the grammar takes for types (src/backend/parser/gram.y) of PostgreSQL 18. Types that are not
PostgreSQL's own are spelt `schema.name`.
"""

from functools import cache

from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope
from pgready.sources.sql.tree import constant, name_parts

__all__ = ["is_serial", "type_name"]

_SERIALS = {
    "smallserial": "smallint",
    "serial2": "smallint",
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
}
_SPELT = {
    **_SERIALS,
    "bool": "boolean",
    "char": '"char"',
    "float4": "real",
    "float8": "double precision",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "varbit": "bit varying",
    "varchar": "character varying",
}
# The precision stands in the middle.
_TIMES = {
    "time": ("time", " without time zone"),
    "timetz": ("time", " with time zone"),
    "timestamp": ("timestamp", " without time zone"),
    "timestamptz": ("timestamp", " with time zone"),
}
# Bits of the fields of an interval (src/include/utils/datetime.h), and all of them.
_FIELDS = {2: "year", 1: "month", 3: "day", 10: "hour", 11: "minute", 12: "second"}
_FULL_RANGE = 0x7FFF


def is_serial(type_: Node) -> bool:
    """Whether a TypeName is one of the words that the grammar turns into an integer with a sequence."""
    parts = name_parts(type_.get("names"))
    return len(parts) == 1 and parts[0] in _SERIALS


def type_name(type_: Node | None, scope: Scope) -> str | None:
    """`timestamp(3) without time zone`, `integer[]`, `public.Mood`; None for no TypeName and for `table.column%TYPE`.

    An array has one pair of brackets, however many dimensions were declared: PostgreSQL does not keep them.
    """
    parts = name_parts((type_ or {}).get("names"))
    if not type_ or not parts or type_.get("pct_type"):
        return None
    modifiers = [_modifier(each) for each in type_.get("typmods", [])]
    own = scope.user_type(type_)
    spelt = _built_in(parts[-1], modifiers) if own is None else f"{own}{_in_parentheses(modifiers)}"
    return f"{spelt}[]" if type_.get("arrayBounds") and not spelt.endswith("[]") else spelt


def _modifier(node: Node) -> object:
    """A number, or the word of a type's own modifier (`geometry(Point, 4326)`)."""
    if "ColumnRef" in node:
        return ".".join(name_parts(node["ColumnRef"].get("fields")))
    return constant(node)


def _in_parentheses(modifiers: list[object]) -> str:
    return f"({','.join(map(str, modifiers))})" if modifiers else ""


def _built_in(name: str, modifiers: list[object]) -> str:
    if name.startswith("_"):
        return f"{_built_in(name[1:], modifiers)}[]"
    if name in _TIMES:
        before, after = _TIMES[name]
        return f"{before}{_in_parentheses(modifiers)}{after}"
    if name == "interval":
        return _interval(modifiers)
    if name == "bpchar" and modifiers:
        return f"character{_in_parentheses(modifiers)}"
    if name == "numeric" and len(modifiers) == 1:
        return f"numeric({modifiers[0]},0)"
    return f"{_SPELT.get(name, name)}{_in_parentheses(modifiers)}"


def _interval(modifiers: list[object]) -> str:
    mask = modifiers[0] if modifiers else _FULL_RANGE
    return f"interval{_fields(mask) if isinstance(mask, int) else ''}{_in_parentheses(modifiers[1:])}"


@cache
def _fields(mask: int) -> str:
    """` day to second`, ` hour`, or nothing when all fields are kept."""
    names = [] if mask == _FULL_RANGE else [name for bit, name in _FIELDS.items() if mask & (1 << bit)]
    return f" {' to '.join(dict.fromkeys((names[0], names[-1])))}" if names else ""
