"""Made-up values: row i gets the same value in every key column of a type, so that foreign keys hold by construction.

Columns that are no keys get values of their own (`salt`), so that a copy can be told from a coincidence. Rows 1 and 2
differ in the last digit only: what is cut or rounded becomes the same. Source of the forms: PostgreSQL manual, "Data
Types". No value looks like one of a real table (ids begin far above 1).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

__all__ = ["MADE_UP", "ROWS", "SeededType", "key_values", "value"]

ROWS = 3
MADE_UP = "gready-"
"""What stands in every text that is not cut short."""
_LAST, _FIRST = "aaba", "pppq"
_LONG = 15
_SHORT, _DIGITS = 3, 40
_MOST_SCALE = 100
_HEADER = 4  # a modifier of a length or precision counts these bytes too


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededType:
    """A type below domains and arrays: `modifier` as in pg_attribute, `labels` those of an enum."""

    name: str
    kind: str
    modifier: int = -1
    array: bool = False
    labels: tuple[str, ...] = ()


def value(type_: SeededType, row: int, salt: int) -> str | None:
    """The text of the value of a row, counted from 1, as an INSERT may quote it; None for a type that is not known."""
    found = _label(type_.labels, row) if type_.kind == "e" else _plain(type_, row, salt)
    return _array(found) if found is not None and type_.array else found


@cache
def key_values() -> frozenset[str]:
    """Every value that a made-up key may have, as the server prints it, whatever its type.

    Without the short ones (`1`, `t`), which anybody may write.
    """
    plain, scales = (-1, *range(20)), (_HEADER + (_DIGITS << 16 | scale) for scale in range(_MOST_SCALE))
    # What is a scale to a number would be a million digits to a time.
    forms = [(form, modifier) for form in _FORMS.values() for modifier in plain]
    forms += [(_FORMS["numeric"], modifier) for modifier in scales]
    made = (form(modifier, row, 0) for form, modifier in forms for row in range(1, ROWS + 1))
    return frozenset(text for text in made if len(text) > _SHORT)


def _label(labels: tuple[str, ...], row: int) -> str | None:
    # The last ones first: what is removed is more often among what came late.
    return labels[-1 - (row - 1) % len(labels)] if labels else None


def _plain(type_: SeededType, row: int, salt: int) -> str | None:
    form = _FORMS.get(type_.name) if type_.kind in "brm" else None
    return form(type_.modifier, row, salt) if form else None


def _array(text: str) -> str:
    inner = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'{{"{inner}"}}'


def _text(modifier: int, row: int, salt: int) -> str:
    length = modifier - _HEADER if modifier >= _HEADER else _LONG
    if length < _LONG:
        first, last = ("b", "a") if row == ROWS else ("a", "ab"[row - 1])
        return (first + "a" * length)[: length - 1] + last if length > 1 else "abc"[row - 1]
    return f"{_FIRST[row]}gready-{salt % 10000:04d}-a{_LAST[row]}"


def _whole(base: int, room: int) -> Callable[[int, int, int], str]:
    def form(_modifier: int, row: int, salt: int) -> str:
        return str(base + salt % room * 4 + row)

    return form


def _numeric(modifier: int, row: int, salt: int) -> str:
    if modifier < _HEADER:
        return f"{700 + salt}.{'12'[row % 2]}" if row < ROWS else f"{900000 + salt}.1"
    precision, scale = (modifier - _HEADER) >> 16 & 0xFFFF, (modifier - _HEADER) & 0x7FF
    scale = scale - 0x800 if scale & 0x400 else scale
    whole = precision - scale
    if scale <= 0:
        return str(row)
    return f"{1 if row == ROWS and whole > 0 else 0}.{row:0{scale}d}"


def _stamp(modifier: int, row: int, salt: int) -> str:
    precision = 6 if modifier < 0 else modifier
    year = 2001 + salt % 20 + (90 if row == ROWS else 0)
    day = f"{year}-0{1 + salt // 20 % 9}-{1 + salt // 180 % 28:02d}"
    return f"{day} 04:05:06.{row:0{precision}d}" if precision else f"{day} 04:05:0{row}"


def _time(modifier: int, row: int, salt: int) -> str:
    return _stamp(modifier, row, salt).split(" ")[1]


def _bits(modifier: int, row: int, _salt: int) -> str:
    return f"{row:b}".zfill(max(modifier, 1))[-max(modifier, 1) :]


def _vector(modifier: int, row: int, _salt: int) -> str:
    return "[" + ",".join([str(row)] * (modifier if modifier > 0 else 3)) + "]"


def _form(pattern: str) -> Callable[[int, int, int], str]:
    return lambda _modifier, row, salt: pattern.format(i=row, s=salt, y=2001 + row, b="tft"[row - 1])


_FORMS: dict[str, Callable[[int, int, int], str]] = {
    "text": _text,
    "varchar": _text,
    "bpchar": _text,
    "citext": _text,
    "name": _text,
    "int2": _whole(7300, 2000),
    "int4": _whole(7_300_000, 1_000_000),
    "int8": _whole(7_300_000, 1_000_000),
    "numeric": _numeric,
    "float4": _form("{s}.{i}"),
    "float8": _form("{s}.{i}"),
    "money": _form("{s}.0{i}"),
    "bool": _form("{b}"),
    "uuid": _form("7e5f0000-{s:04x}-4000-8000-00000000000{i}"),
    "json": _form('{{"pgready": {s}.{i}}}'),
    "jsonb": _form('{{"pgready": {s}.{i}}}'),
    "bytea": _form("\\x{s:08x}0{i}"),
    "timestamp": _stamp,
    "timestamptz": _stamp,
    "date": _form("2001-02-0{i}"),
    "time": _time,
    "timetz": _time,
    "interval": _form("{s} minutes {i} seconds"),
    "inet": _form("192.0.2.{i}"),
    "cidr": _form("192.0.2.{i}/32"),
    "macaddr": _form("08:00:2b:01:02:0{i}"),
    "macaddr8": _form("08:00:2b:01:02:03:04:0{i}"),
    "tsvector": _form("pgready{s} row{i}"),
    "tsquery": _form("row{i}"),
    "xml": _form("<pgready>{i}</pgready>"),
    "point": _form("({i},{s})"),
    "box": _form("({i},{i}),(0,0)"),
    "bit": _bits,
    "varbit": _bits,
    "char": _form("{i}"),
    "oid": _form("{i}"),
    "int4range": _form("[{i}0,{i}5)"),
    "int8range": _form("[{i}0,{i}5)"),
    "numrange": _form("[{i}0,{i}5)"),
    "tsrange": _form("[{y}-01-01,{y}-01-02)"),
    "tstzrange": _form("[{y}-01-01,{y}-01-02)"),
    "daterange": _form("[{y}-01-01,{y}-01-02)"),
    "hstore": _form('"pgready"=>"{i}"'),
    "ltree": _form("pgready.row{i}"),
    "vector": _vector,
    "halfvec": _vector,
}
