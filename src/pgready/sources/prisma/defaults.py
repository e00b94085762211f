"""`@default(...)` -> the DEFAULT clause that Prisma writes.

Source: `parser-database/src/attributes/default.rs` for what is allowed, `sql_schema_calculator.rs` and the PostgreSQL
renderer of prisma-engines for the SQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pgready.sources.prisma.arguments import described, listed
from pgready.sources.prisma.column_types import ColumnType
from pgready.sources.prisma.literals import TEXTS, DefaultProblem, decimal, quoted, whole
from pgready.sources.prisma.nodes import Array, Call, Constant, Expression, Number, String
from pgready.sources.prisma.suggestions import did_you_mean

__all__ = ["Default", "DefaultProblem", "column_default"]

_CLIENT_SIDE = {"cuid": (1, 2), "uuid": (4, 7), "nanoid": None, "ulid": ()}
_FUNCTIONS = ("autoincrement", "now", "dbgenerated", "uuid", "cuid", "nanoid", "ulid")
_SMALLEST_NANOID, _LARGEST_NANOID = 2, 255
_LONGEST_NUMBER = 20


@dataclass(frozen=True, slots=True)
class Default:
    """The DEFAULT of a column; `sql` is None when there is none.

    `serial`: the column is a SERIAL. `unknown`: the database has one that the schema does not name.
    """

    sql: str | None = None
    serial: bool = False
    unknown: bool = False


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
    hint = did_you_mean(value.name, _FUNCTIONS)
    raise DefaultProblem(f"unknown function `{value.name}`: expected one of {', '.join(_FUNCTIONS)}{hint}")


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
    if column.is_list and column.native != "Oid":
        raise DefaultProblem("`autoincrement()` on a list: PostgreSQL has no array of SERIAL")
    # Prisma writes OID without a default here (measured): there is no serial type for it.
    return Default(serial=column.native != "Oid")


def _dbgenerated(value: Call) -> Default:
    if not value.arguments:
        return Default(unknown=True)
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
    number = int(text) if text.isdigit() and len(text) <= _LONGEST_NUMBER else -1
    if number in (range(_SMALLEST_NANOID, _LARGEST_NANOID + 1) if allowed is None else allowed):
        return Default()
    hint = "takes nothing or a length from 2 to 255"
    if allowed is not None:
        hint = f"takes nothing or one of {', '.join(map(str, allowed))}" if allowed else "takes nothing"
    raise DefaultProblem(f"`{value.name}()` {hint}")


def _literal(value: Expression, column: ColumnType, enum_values: Mapping[str, str]) -> str:
    if column.enum is not None:
        return _enum_literal(value, column.enum, enum_values)
    match column.scalar, value:
        case ("String" | "Json" | "Bytes" | "DateTime") as scalar, String():
            return quoted(TEXTS[scalar](value.value))
        case (("Int" | "BigInt"), Number()):
            return whole(value.text)
        case (("Float" | "Decimal"), Number()):
            return decimal(value.text)
        case "Decimal", String():
            return decimal(value.value)
        case "Boolean", Constant(name="true" | "false"):
            return value.name
    hint = _hint(value, column)
    raise DefaultProblem(
        f"found {described(value)}, expected {'an' if column.scalar == 'Int' else 'a'} {column.scalar} value{hint}"
    )


def _hint(value: Expression, column: ColumnType) -> str:
    """What a bare word may stand for."""
    if not isinstance(value, Constant):
        return ""
    if value.name in _FUNCTIONS:
        return f". Did you mean `{value.name}()`?"
    if column.scalar == "String":
        return ': a string stands in double quotes, as in "text"'
    return did_you_mean(value.name, ("true", "false")) if column.scalar == "Boolean" else ""


def _enum_literal(value: Expression, enum: str, enum_values: Mapping[str, str]) -> str:
    if not isinstance(value, Constant):
        hint = ", without quotes" if isinstance(value, String) else ""
        message = f"found {described(value)}, expected a value of the enum {enum}{hint}: {listed(enum_values)}"
        raise DefaultProblem(message)
    if value.name not in enum_values:
        hint = did_you_mean(value.name, enum_values)
        raise DefaultProblem(f"found `{value.name}`, expected a value of the enum {enum}: {listed(enum_values)}{hint}")
    return quoted(enum_values[value.name])
