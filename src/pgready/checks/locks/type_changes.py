"""What ALTER COLUMN ... TYPE does to a table: nothing, its indexes, or all of it.

Source: PostgreSQL manual, ALTER TABLE, Notes ("the old type is either binary coercible to the new type or an
unconstrained domain over the new type"), `ATColumnChangeRequiresRewrite()` (src/backend/commands/tablecmds.c), and the
support functions that drop a cast to a longer length (varchar, varbit, numeric, time, timestamp, interval). Each pair
is compared with a real server in tests/postgres/test_type_changes.py.
"""

import re
from enum import Enum, auto

__all__ = ["TypeChange", "type_change"]


class TypeChange(Enum):
    """What the change costs.

    INDEXES: only the indexes on the column are built anew. BY_TIME_ZONE: a rewrite, unless the session's TimeZone is
    UTC (then the indexes). UNKNOWN: a type that nobody can look into (a domain, or not named by the migrations).
    """

    NOTHING = auto()
    INDEXES = auto()
    REWRITE = auto()
    BY_TIME_ZONE = auto()
    UNKNOWN = auto()


_SPELT = re.compile(
    r"(?P<base>[^(\[]*?) ?(?:\((?P<modifiers>[^)]*)\))?(?P<zone> with(?:out)? time zone)?(?P<array>\[\])?$"
)
_UNLIMITED = 1 << 30
_MICROSECONDS = 6
# Types with the same representation (pg_cast, castmethod `b`), and what becomes of their indexes.
_SAME = {
    ("character varying", "text"): TypeChange.NOTHING,
    ("text", "character varying"): TypeChange.NOTHING,
    ("xml", "text"): TypeChange.NOTHING,
    ("xml", "character varying"): TypeChange.NOTHING,
    ("cidr", "inet"): TypeChange.NOTHING,
    ("regclass", "oid"): TypeChange.NOTHING,
    ("text", "citext"): TypeChange.INDEXES,
    ("character varying", "citext"): TypeChange.INDEXES,
    ("citext", "text"): TypeChange.INDEXES,
    ("citext", "character varying"): TypeChange.INDEXES,
    ("integer", "oid"): TypeChange.INDEXES,
    ("oid", "integer"): TypeChange.INDEXES,
    ("bit", "bit varying"): TypeChange.INDEXES,
}
_LENGTHS = frozenset({"character varying", "bit varying"})
_TIMES = frozenset({"time", "timestamp", "interval"})
_ZONES = frozenset({"timestamp"})


def type_change(old: str | None, new: str | None, *, domains: frozenset[str] = frozenset()) -> TypeChange:
    """What it costs to make `new` of `old`, both as `format_type()` prints them, without USING.

    `domains` are the names of the types that are domains: what those mean is not known.
    """
    if old is None or new is None or old in domains or new in domains:
        return TypeChange.UNKNOWN
    if old == new:
        return TypeChange.NOTHING
    before, after = _SPELT.match(old), _SPELT.match(new)
    if before is None or after is None:
        return TypeChange.UNKNOWN
    if before["array"] or after["array"]:
        unlimited = not after["modifiers"] and all(before[part] == after[part] for part in ("base", "zone", "array"))
        return TypeChange.NOTHING if unlimited else TypeChange.REWRITE
    return _of_scalars(before, after)


def _of_scalars(before: re.Match[str], after: re.Match[str]) -> TypeChange:
    one, other = _base(before), _base(after)
    if one == other == "numeric":
        return _numeric(before, after)
    if one == other and one in _TIMES:
        return _times(before, after)
    if one == other and one in _LENGTHS:
        return TypeChange.NOTHING if _length(after) >= _length(before) else TypeChange.REWRITE
    # A limit of the new type is kept by a function, which has to see every value.
    return TypeChange.REWRITE if after["modifiers"] else _SAME.get((one, other), TypeChange.REWRITE)


def _base(spelt: re.Match[str]) -> str:
    """Of an extension's type its bare name."""
    return spelt["base"].rpartition(".")[2]


def _length(spelt: re.Match[str]) -> int:
    return int(spelt["modifiers"] or _UNLIMITED)


def _numeric(before: re.Match[str], after: re.Match[str]) -> TypeChange:
    """A larger precision of the same scale, or no limit any more."""
    if not after["modifiers"]:
        return TypeChange.NOTHING
    if not before["modifiers"]:
        return TypeChange.REWRITE
    (precision, scale), (wider, same) = (_precision(each) for each in (before, after))
    return TypeChange.NOTHING if wider >= precision and same == scale else TypeChange.REWRITE


def _precision(spelt: re.Match[str]) -> tuple[int, int]:
    precision, _, scale = spelt["modifiers"].partition(",")
    return int(precision), int(scale or 0)


def _times(before: re.Match[str], after: re.Match[str]) -> TypeChange:
    """More digits of a second cost nothing; a time zone depends on that of the session."""
    digits, more = (int(each["modifiers"] or _MICROSECONDS) for each in (before, after))
    if before["zone"] == after["zone"]:
        return TypeChange.NOTHING if more >= digits else TypeChange.REWRITE
    # With the same limited precision on both sides the server still rounds anew.
    rounds = more < _MICROSECONDS
    return TypeChange.REWRITE if rounds or _base(before) not in _ZONES else TypeChange.BY_TIME_ZONE
