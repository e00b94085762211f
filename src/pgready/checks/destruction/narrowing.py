"""Which values of a type another type cannot hold.

Source: PostgreSQL manual, chapter "Data Types", and what ALTER COLUMN ... TYPE does with its assignment casts: a text
that is too long, a number out of range and a word that cannot be read are errors; digits after the point, fractions of
a second, zones and whatever an expression in USING leaves out go without a word.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pgready.checks.destruction.type_shapes import INTEGERS, TEXTS, TIMES, Shape, digits, length, precision, shape_of

__all__ = ["UNKNOWN", "Narrowing", "narrowing"]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What happens to values that do not fit; `known` is False where that cannot be told of the two types."""

    what: str
    known: bool = True


UNKNOWN = Narrowing("whether every value fits cannot be told", known=False)
_FLOATS = {"real": 6, "double precision": 15}
_NUMBERS = frozenset({*INTEGERS, *_FLOATS, "numeric"})
_DOCUMENTS = frozenset({"json", "jsonb"})
# Spelt out in at most that many characters.
_WORD_LENGTHS = {
    "smallint": 6,
    "integer": 11,
    "bigint": 20,
    "boolean": 5,
    "uuid": 36,
    "date": 13,
}
_READ_FROM_TEXT = frozenset(
    {*_NUMBERS, *TIMES, *_DOCUMENTS, "boolean", "uuid", "inet", "cidr", "macaddr", "macaddr8", "interval", "xml"}
)
# The first holds more than the second.
_PAIRS = {
    ("inet", "cidr"): "addresses with bits to the right of the netmask make the migration fail (22P02)",
    ("macaddr8", "macaddr"): "addresses that are not of six bytes make the migration fail",
    ("integer", "boolean"): "every number but 0 becomes true",
}
_WIDER = {
    ("cidr", "inet"),
    ("macaddr", "macaddr8"),
    ("json", "jsonb"),
    ("jsonb", "json"),
    ("boolean", "integer"),
    ("boolean", "smallint"),
    ("bit", "bit varying"),
}


def narrowing(old: str, new: str, *, using: bool = False) -> Narrowing | None:
    """What is lost on the way from one type to another (as `format_type()` prints them); None when every value fits.

    `using`: an expression converts. A list becomes a text as a whole only without one.
    """
    before, after = shape_of(old), shape_of(new)
    if before.array and not after.array:
        return _from_array(after, using=using)
    element = Shape(after.name, after.modifiers)
    return _judge(Shape(before.name, before.modifiers), element)


def _from_array(after: Shape, *, using: bool) -> Narrowing | None:
    if after.name in _DOCUMENTS or (after.name in TEXTS and length(after) > _LONGEST and not using):
        return None
    return Narrowing("of a list only what the expression picks is kept")


_LONGEST = 10**7


def _judge(before: Shape, after: Shape) -> Narrowing | None:
    if before == after:
        return None
    pair = (before.name, after.name)
    if pair in _WIDER:
        return None
    if pair in _PAIRS:
        return Narrowing(_PAIRS[pair])
    for applies, judge in _FAMILIES:
        if applies(before, after):
            return judge(before, after)
    return UNKNOWN


def _both_in(names: frozenset[str]) -> Callable[[Shape, Shape], bool]:
    return lambda before, after: before.name in names and after.name in names


def _numbers(before: Shape, after: Shape) -> Narrowing | None:
    if before.name in _FLOATS or after.name in _FLOATS:
        return _floats(before, after)
    whole, fraction = digits(before)
    room, places = digits(after)
    if after.name in INTEGERS and before.name == "numeric":
        # Of a type with 10 digits not every number of 10 digits fits.
        room -= 1
    lost = []
    if whole > room:
        lost.append("numbers out of range make the migration fail (22003)")
    if fraction > places:
        lost.append("digits after the decimal point are rounded away")
    return Narrowing(" and ".join(lost)) if lost else None


def _floats(before: Shape, after: Shape) -> Narrowing | None:
    if after.name in _FLOATS:
        held = _FLOATS[before.name] if before.name in _FLOATS else sum(digits(before))
        return Narrowing("digits are rounded away") if held > _FLOATS[after.name] else None
    if after.name == "numeric" and not after.modifiers:
        return None
    return Narrowing("digits after the decimal point are rounded away, and numbers out of range fail (22003)")


def _texts(before: Shape, after: Shape) -> Narrowing | None:
    if length(after) >= length(before):
        return None
    limit = int(length(after))
    if after.name in ("name", '"char"'):
        return Narrowing(f"texts of more than {limit} bytes are cut")
    plural = "" if limit == 1 else "s"
    return Narrowing(f"texts of more than {limit} character{plural} make the migration fail (22001)")


def _times(before: Shape, after: Shape) -> Narrowing | None:
    lost = []
    old, new = before.name, after.name
    if old != "date" and new == "date":
        lost.append("the time of day is lost" if old.startswith("timestamp") else "a time has no date")
    if not old.startswith("time ") and new.startswith("time "):
        lost.append("the date is lost")
    if old.endswith("with time zone") and new.endswith("without time zone"):
        lost.append("the moment is turned into the local time of the session's TimeZone, and the zone is lost")
    if old != "date" and new != "date" and precision(after) < precision(before):
        lost.append(f"fractions of a second are rounded to {precision(after)} digits")
    return Narrowing(" and ".join(lost)) if lost else None


def _intervals(before: Shape, after: Shape) -> Narrowing | None:
    if after.name == "interval" and precision(after) >= precision(before):
        return None
    return Narrowing("fields and fractions that the new type does not have are lost")


def _bits(before: Shape, after: Shape) -> Narrowing | None:
    if after.name == "bit varying" and not after.modifiers:
        return None
    same = before.modifiers and after.modifiers and before.modifiers[0] <= after.modifiers[0]
    return None if same and after.name == "bit varying" else Narrowing("bits that do not fit are an error or cut")


def _to_text(before: Shape, after: Shape) -> Narrowing | None:
    needed = _WORD_LENGTHS.get(before.name)
    if (needed is not None and length(after) >= needed) or length(after) > _LONGEST:
        return None
    limit = int(length(after))
    return Narrowing(f"values that need more than {limit} characters make the migration fail (22001)")


def _from_text(_: Shape, after: Shape) -> Narrowing:
    return Narrowing(f"texts that cannot be read as {after.name} make the migration fail")


def _from_document(_: Shape, after: Shape) -> Narrowing:
    return Narrowing(f"of a document only what can be read as {after.name} is kept")


_FAMILIES: tuple[tuple[Callable[[Shape, Shape], bool], Callable[[Shape, Shape], Narrowing | None]], ...] = (
    (_both_in(_NUMBERS), _numbers),
    (_both_in(TEXTS), _texts),
    (_both_in(TIMES), _times),
    (_both_in(frozenset({"bit", "bit varying"})), _bits),
    (lambda before, _: before.name.startswith("interval"), _intervals),
    (lambda _, after: after.name in TEXTS, _to_text),
    (lambda before, after: before.name in TEXTS and after.name in _READ_FROM_TEXT, _from_text),
    (lambda before, after: before.name in _DOCUMENTS and after.name in _READ_FROM_TEXT, _from_document),
)
