"""Literals in `@default(...)` -> SQL, as Prisma's engine writes them.

Source: `validations/default_value.rs` and `sql_schema_calculator.rs` of prisma-engines, and what the engine wrote
(measured): BigDecimal, chrono, serde_json and base64 of Rust decide what is a value and how it is printed.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import datetime
from math import isinf

__all__ = ["TEXTS", "DefaultProblem", "decimal", "quoted", "whole"]

_DECIMAL = re.compile(r"([+-]?)(?:([0-9][0-9_]*)(?:\.([0-9_]*))?|\.([0-9][0-9_]*))(?:[eE]([+-]?[0-9]{1,4}))?")
_TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}):([0-9]{2})(\.[0-9]+)?"
    r"(?:[Zz]|([+\-\u2212][0-9]{2}:[0-9]{2}))",
)
_OFFSET = re.compile(r"[+\-\u2212](?:[01][0-9]|2[0-3]):[0-5][0-9]")
_LEAP_SECOND = "60"
_LARGEST_EXPONENT = 1_000
_DEEPEST_JSON = 127
_INT64 = 2**63
_LONGEST_INT = 40
_DIGITS_OF_SECONDS = (3, 6, 9)


class DefaultProblem(Exception):  # noqa: N818 - never leaves this package; people see a SourceError
    """What is wrong with a default."""


def quoted(text: str) -> str:
    """A string literal of SQL.

    Raises:
        DefaultProblem: for a NUL, which PostgreSQL cannot store although Prisma accepts it.

    """
    if "\0" in text:
        raise DefaultProblem("the string has a NUL character, which PostgreSQL cannot store")
    return "'" + text.replace("'", "''") + "'"


def whole(text: str) -> str:
    """An integer of 64 bits.

    Raises:
        DefaultProblem: when it is none.

    """
    if "." in text or len(text) > _LONGEST_INT or not -_INT64 <= int(text) < _INT64:
        raise DefaultProblem(f"found {text[:_LONGEST_INT]}, expected a whole number of 64 bits")
    return str(int(text))


def decimal(text: str) -> str:
    """A decimal number without exponent, its digits kept: `00.50` -> `0.50`, `1e3` -> `1000`.

    BigDecimal passes over underscores, yet counts those behind the point as digits: `1.5_0` is 0.150.

    Raises:
        DefaultProblem: when it is none, or has more than a thousand digits through its exponent.

    """
    match = _DECIMAL.fullmatch(text)
    if match is None or abs(int(match[5] or 0)) > _LARGEST_EXPONENT:
        raise DefaultProblem(f'found the string "{text[:40]}", expected a decimal number')
    fraction = match[3] or match[4] or ""
    digits = ((match[2] or "") + fraction).replace("_", "").lstrip("0")
    sign = match[1] if match[1] == "-" and digits else ""
    digits = digits or "0"
    scale = len(fraction) - int(match[5] or 0)
    if scale <= 0:
        return sign + digits + "0" * -scale
    digits = digits.rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}"


def _checked_json(text: str) -> str:
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise DefaultProblem(f"the string is not valid JSON: {error}") from error
    if _depth(value) > _DEEPEST_JSON:
        raise DefaultProblem(f"the JSON is nested more than {_DEEPEST_JSON} levels deep")
    return text


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError(f"the number {text[:40]} is out of range")
    return number


def _depth(value: object) -> int:
    depth, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [item for each in level for item in (each.values() if isinstance(each, dict) else each)]
    return depth


def _hex(text: str) -> str:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DefaultProblem(f"the string is not valid Base64: {error}") from error
    if base64.b64encode(data).decode() != text:
        raise DefaultProblem("the string is not valid Base64: its last character has bits that belong to no byte")
    return "\\x" + data.hex()


def _timestamp(text: str) -> str:
    """As chrono prints it: `2020-01-01 00:00:00.123 +02:00`."""
    match = _TIMESTAMP.fullmatch(text)
    try:
        if match is None or (match[5] is not None and not _OFFSET.fullmatch(match[5])):
            raise ValueError(text)  # noqa: TRY301 - joins the error of the line below
        second = "59" if match[3] == _LEAP_SECOND else match[3]
        datetime.fromisoformat(f"{match[1]}T{match[2]}:{second}+00:00")
    except ValueError as error:
        message = f'found the string "{text[:40]}", expected a time as in "2020-01-31T23:59:59Z"'
        raise DefaultProblem(message) from error
    offset = (match[5] or "+00:00").replace("\N{MINUS SIGN}", "-").replace("-00:00", "+00:00")
    return f"{match[1]} {match[2]}:{match[3]}{_fraction(match[4] or '')} {offset}"


def _fraction(text: str) -> str:
    """Nanoseconds at most; three, six or nine digits, none for zero."""
    digits = text[1:10].rstrip("0")
    if not digits:
        return ""
    width = next(width for width in _DIGITS_OF_SECONDS if len(digits) <= width)
    return "." + digits.ljust(width, "0")


TEXTS: dict[str, Callable[[str], str]] = {
    "String": str,
    "Json": _checked_json,
    "Bytes": _hex,
    "DateTime": _timestamp,
}
"""For the scalar types that take a string: what SQL says, checked."""
