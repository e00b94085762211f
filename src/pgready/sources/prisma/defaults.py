"""`@default(...)` -> the DEFAULT clause that Prisma writes.

Source: `parser-database/src/attributes/default.rs` for what is allowed, `sql_schema_calculator.rs` and the PostgreSQL
renderer of prisma-engines for the SQL.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pgready.sources.prisma.arguments import described, listed
from pgready.sources.prisma.column_types import ColumnType
from pgready.sources.prisma.nodes import Array, Call, Constant, Expression, Number, String

__all__ = ["Default", "DefaultProblem", "column_default"]

_CLIENT_SIDE = {"cuid": ("1", "2"), "uuid": ("4", "7"), "nanoid": None, "ulid": ()}
_FUNCTIONS = "autoincrement, now, dbgenerated, uuid, cuid, nanoid, ulid"
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?|[+-]?\.[0-9]+")
_TIMESTAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?(?:[Zz]|([+-]\d\d:\d\d))",
)
_INT64 = 2**63
_LONGEST_INT = 40
_LARGEST_NANOID = 255


@dataclass(frozen=True, slots=True)
class Default:
    """The DEFAULT of a column; `sql` is None when there is none. `serial`: the column is a SERIAL."""

    sql: str | None = None
    serial: bool = False


class DefaultProblem(Exception):  # noqa: N818 - never leaves this package; people see a SourceError
    """What is wrong with a default."""


def column_default(value: Expression, column: ColumnType, enum_values: Mapping[str, str]) -> Default:
    """The default of a column; `enum_values` maps the values of its enum to their names in the database.

    Values that Prisma's client makes (`uuid()`, `cuid()`, `nanoid()`, `ulid()`) are no default of the database.

    Raises:
        DefaultProblem: when the value does not fit the type.

    """
    if isinstance(value, Call):
        return _call(value, column)
    if column.verbatim:
        raise DefaultProblem('a field of an Unsupported type takes only dbgenerated("...")')
    if not column.is_list:
        return Default(_literal(value, column, enum_values))
    if not isinstance(value, Array):
        raise DefaultProblem(f"found {described(value)}, expected a list, as the field is a list")
    items = ", ".join(_literal(item, column, enum_values) for item in value.items)
    return Default(f"ARRAY[{items}]::{column.sql}")


def _call(value: Call, column: ColumnType) -> Default:
    if value.name == "dbgenerated":
        return _dbgenerated(value)
    if column.verbatim:
        raise DefaultProblem('a field of an Unsupported type takes only dbgenerated("...")')
    if value.name == "now" and column.is_list:
        raise DefaultProblem("`now()` on a list: PostgreSQL has no such default")
    if value.name == "now":
        return _only(value, column, "DateTime", Default("CURRENT_TIMESTAMP"))
    if value.name == "autoincrement":
        return _autoincrement(value, column)
    if value.name in _CLIENT_SIDE:
        return _client_side(value, column)
    raise DefaultProblem(f"unknown function `{value.name}`: expected one of {_FUNCTIONS}")


def _only(value: Call, column: ColumnType, scalar: str, default: Default) -> Default:
    if column.scalar != scalar:
        raise DefaultProblem(f"`{value.name}()` belongs to {scalar} fields")
    if value.arguments:
        raise DefaultProblem(f"`{value.name}()` takes no argument")
    return default


def _autoincrement(value: Call, column: ColumnType) -> Default:
    if column.scalar not in ("Int", "BigInt"):
        raise DefaultProblem("`autoincrement()` belongs to Int and BigInt fields")
    if value.arguments:
        raise DefaultProblem("`autoincrement()` takes no argument")
    if column.is_list:
        raise DefaultProblem("`autoincrement()` on a list: PostgreSQL has no array of SERIAL")
    # Prisma writes OID without a default here (measured): there is no serial type for it.
    return Default(serial=column.native != "Oid")


def _dbgenerated(value: Call) -> Default:
    if not value.arguments:
        return Default()
    argument = value.arguments[0].value
    if len(value.arguments) != 1 or not isinstance(argument, String) or not argument.value:
        raise DefaultProblem("`dbgenerated()` takes one string that is not empty, or nothing")
    return Default(argument.value)


def _client_side(value: Call, column: ColumnType) -> Default:
    if column.scalar != "String":
        raise DefaultProblem(f"`{value.name}()` belongs to String fields")
    allowed = _CLIENT_SIDE[value.name]
    if not value.arguments:
        return Default()
    argument = value.arguments[0].value
    text = argument.text if isinstance(argument, Number) and len(value.arguments) == 1 else ""
    if allowed is None and text.isdigit() and len(text) <= 3 and 2 <= int(text) <= _LARGEST_NANOID:  # noqa: PLR2004 - Prisma's bounds
        return Default()
    if allowed and text in allowed:
        return Default()
    hint = "takes nothing or a length from 2 to 255"
    if allowed is not None:
        hint = f"takes nothing or one of {', '.join(allowed)}" if allowed else "takes nothing"
    raise DefaultProblem(f"`{value.name}()` {hint}")


def _literal(value: Expression, column: ColumnType, enum_values: Mapping[str, str]) -> str:
    if column.enum is not None:
        return _enum_literal(value, column.enum, enum_values)
    match column.scalar, value:
        case ("String" | "Json" | "Bytes" | "DateTime") as scalar, String():
            return _quoted(_TEXTS[scalar](value.value))
        case (("Int" | "BigInt"), Number()):
            return _whole(value.text)
        case (("Float" | "Decimal"), Number()):
            return value.text
        case "Decimal", String():
            return _decimal(value.value)
        case "Boolean", Constant(name="true" | "false"):
            return value.name
    raise DefaultProblem(f"found {described(value)}, expected a {column.scalar} value")


def _enum_literal(value: Expression, enum: str, enum_values: Mapping[str, str]) -> str:
    if not isinstance(value, Constant):
        raise DefaultProblem(f"found {described(value)}, expected a value of the enum {enum}")
    if value.name not in enum_values:
        raise DefaultProblem(f"found `{value.name}`, expected a value of the enum {enum}: {listed(enum_values)}")
    return _quoted(enum_values[value.name])


def _quoted(text: str) -> str:
    if "\0" in text:
        raise DefaultProblem("the string has a NUL character, which PostgreSQL cannot store")
    return "'" + text.replace("'", "''") + "'"


def _whole(text: str) -> str:
    if "." in text or len(text) > _LONGEST_INT or not -_INT64 <= int(text) < _INT64:
        raise DefaultProblem(f"found {text}, expected a whole number of 64 bits")
    return str(int(text))


def _decimal(text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        raise DefaultProblem(f'found the string "{text[:40]}", expected a decimal number')
    return text


def _checked_json(text: str) -> str:
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise DefaultProblem(f"the string is not valid JSON: {error}") from error
    return text


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _hex(text: str) -> str:
    try:
        return "\\x" + base64.b64decode(text, validate=True).hex()
    except (binascii.Error, ValueError) as error:
        raise DefaultProblem(f"the string is not valid Base64: {error}") from error


def _timestamp(text: str) -> str:
    """As chrono prints it: `2020-01-01 00:00:00.123 +02:00`."""
    match = _TIMESTAMP.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)  # noqa: TRY301 - joins the error of the line below
        datetime.fromisoformat(f"{match[1]}T{match[2]}+00:00")
    except ValueError as error:
        message = f'found the string "{text[:40]}", expected a time as in "2020-01-31T23:59:59Z"'
        raise DefaultProblem(message) from error
    fraction = (match[3] or "").rstrip("0").rstrip(".")
    return f"{match[1]} {match[2]}{_padded(fraction)} {match[4] or '+00:00'}"


def _padded(fraction: str) -> str:
    digits = fraction[1:10]
    if not digits:
        return ""
    width = next(width for width in (3, 6, 9) if len(digits) <= width)
    return "." + digits.ljust(width, "0")


_TEXTS: dict[str, Callable[[str], str]] = {
    "String": str,
    "Json": _checked_json,
    "Bytes": _hex,
    "DateTime": _timestamp,
}
