"""Between which types PostgreSQL makes a foreign key.

Source: every pair of the types below, made as tables with keys on PostgreSQL 15; that is what the manual says of
operator families (cross-type equality) and of implicit casts from the referencing to the referenced type.
"""

import re

from pgready.graph.reference_targets import type_family
from pgready.model.schema import Column

__all__ = ["may_refer"]

_ALIKE = (
    frozenset({"date", "timestamp without time zone", "timestamp with time zone"}),
    frozenset({"real", "double precision"}),
    frozenset({"inet", "cidr"}),
    frozenset({"bit", "bit varying"}),
    frozenset({"text", "name"}),
)
"""Each refers to each."""
_ONE_WAY = frozenset(
    {
        *(("bigint", it) for it in ("numeric", "real", "double precision", "oid")),
        *(("numeric", it) for it in ("real", "double precision")),
        *(("time without time zone", it) for it in ("time with time zone", "interval")),
        ("citext", "text"),
    }
)
"""(referencing, referenced)."""
_KNOWN = frozenset(
    {
        *(type_ for group in _ALIKE for type_ in group),
        *(type_ for pair in _ONE_WAY for type_ in pair),
        *("uuid", "boolean", "bytea", "json", "jsonb", "xml", "money", "macaddr", "macaddr8"),
    }
)


def may_refer(column: Column, referenced: Column) -> bool:
    """Whether PostgreSQL makes a key from one column to the other, as far as their types go.

    A type that is not built in is believed to: it may be a domain, or bring its own equality. An array refers to arrays
    of the very same type only.
    """
    one, other = _plain(column), _plain(referenced)
    if one == other:
        return True
    if "[]" in one + other:
        return False
    if not {one, other} <= _KNOWN:
        return True
    return (one, other) in _ONE_WAY or any({one, other} <= group for group in _ALIKE)


def _plain(column: Column) -> str:
    """The family without lengths: `timestamp(3) without time zone` as `timestamp without time zone`."""
    return type_family(re.sub(r"\([\d, ]*\)", "", column.base_type or column.type))
