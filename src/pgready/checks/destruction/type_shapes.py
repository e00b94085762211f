"""The spelling of a type, taken apart."""

import re
from dataclasses import dataclass
from math import inf

__all__ = ["INTEGERS", "TEXTS", "TIMES", "Shape", "digits", "length", "precision", "shape_of"]

_SPELLING = re.compile(r"(?P<head>[^(\[]+)(?:\((?P<modifiers>[^)]*)\))?(?P<tail>[^\[]*)(?P<array>(?:\[\])?)")
INTEGERS = {"smallint": 5, "integer": 10, "bigint": 19}
"""The digits that hold every value (manual, Numeric Types)."""
TEXTS = frozenset({"text", "character varying", "character", "name", '"char"', "citext"})
TIMES = frozenset(
    {
        "timestamp without time zone",
        "timestamp with time zone",
        "time without time zone",
        "time with time zone",
        "date",
    }
)
_SHORT_TEXTS = {"name": 63, '"char"': 1}
_MICROSECONDS = 6


@dataclass(frozen=True, slots=True)
class Shape:
    """A type as `format_type()` prints it: its name without modifiers, the modifiers, whether it is an array."""

    name: str
    modifiers: tuple[int, ...] = ()
    array: bool = False


def shape_of(type_: str) -> Shape:
    """`timestamp(3) without time zone` -> (`timestamp without time zone`, (3,)); a type of an extension by its name."""
    found = _SPELLING.fullmatch(type_)
    if found is None:
        return Shape(type_)
    name = " ".join(f"{found['head'].strip()} {found['tail'].strip()}".split())
    given = (each.strip() for each in (found["modifiers"] or "").split(","))
    numbers = tuple(int(each) for each in given if each.lstrip("-").isdecimal())
    bare = name.rpartition(".")[2]
    return Shape("citext" if bare == "citext" else name, numbers, bool(found["array"]))


def length(shape: Shape) -> float:
    """The characters that a text may have; `character` without a length has one."""
    if shape.name in _SHORT_TEXTS:
        return _SHORT_TEXTS[shape.name]
    if shape.name == "character":
        return shape.modifiers[0] if shape.modifiers else 1
    return shape.modifiers[0] if shape.modifiers and shape.name == "character varying" else inf


def precision(shape: Shape) -> int:
    """The fractional digits of seconds."""
    return shape.modifiers[0] if shape.modifiers else _MICROSECONDS


def digits(shape: Shape) -> tuple[float, float]:
    """Digits before and after the decimal point that a number may have."""
    if shape.name in INTEGERS:
        return INTEGERS[shape.name], 0
    if shape.name == "numeric" and shape.modifiers:
        whole, *rest = shape.modifiers
        scale = rest[0] if rest else 0
        return whole - scale, max(scale, 0)
    return inf, inf
