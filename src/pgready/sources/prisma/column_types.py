"""Types of fields -> types of columns.

Source: `psl-core/src/builtin_connectors/postgres_datamodel_connector` of prisma-engines for what exists and for the
defaults, `format_type()` of PostgreSQL for the spelling in `ColumnType.canonical`.
"""

import re
from dataclasses import dataclass

from pgready.model.names import QualifiedName
from pgready.sources.prisma.nodes import Arity, Attribute, Expression, Number
from pgready.sources.prisma.suggestions import did_you_mean

__all__ = [
    "NATIVE_TYPES",
    "SCALARS",
    "ColumnType",
    "NativeType",
    "NativeTypeProblem",
    "enum_type",
    "native_type",
    "supported_type",
    "unsupported_type",
]


_UNSUPPORTED = re.compile(r"([^(]+)(?:\((.*?)\))?.*")
_LARGEST = 2**32
_SMALL = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnType:
    """The type of a column.

    `scalar` is Prisma's scalar type, None for enums and unsupported types; `native` the name behind `@db.`;
    `sql` how Prisma writes the type, `canonical` how `format_type()` prints it, both with `[]` for lists.
    """

    sql: str
    canonical: str
    scalar: str | None = None
    native: str | None = None
    enum: str | None = None
    is_list: bool = False
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class NativeType:
    """A native type: the scalar it belongs to, its spellings (`{}` for the arguments), how many arguments at most."""

    scalar: str
    sql: str
    canonical: str
    bare: str
    arguments: int = 0
    largest: int = 0


class NativeTypeProblem(Exception):  # noqa: N818 - never leaves this package; people see a SourceError
    """Why a native type cannot be used."""


def _plain(scalar: str, sql: str, canonical: str) -> NativeType:
    return NativeType(scalar, sql, canonical, canonical)


NATIVE_TYPES = {
    "SmallInt": _plain("Int", "SMALLINT", "smallint"),
    "Integer": _plain("Int", "INTEGER", "integer"),
    "BigInt": _plain("BigInt", "BIGINT", "bigint"),
    "Oid": _plain("Int", "OID", "oid"),
    "Decimal": NativeType("Decimal", "DECIMAL", "numeric{}", "numeric", 2, 1000),
    "Money": _plain("Decimal", "MONEY", "money"),
    "Real": _plain("Float", "REAL", "real"),
    "DoublePrecision": _plain("Float", "DOUBLE PRECISION", "double precision"),
    "VarChar": NativeType("String", "VARCHAR", "character varying{}", "character varying", 1, 10485760),
    "Char": NativeType("String", "CHAR", "character{}", "character(1)", 1, 10485760),
    "Text": _plain("String", "TEXT", "text"),
    "Citext": _plain("String", "CITEXT", "citext"),
    "Bit": NativeType("String", "BIT", "bit{}", "bit(1)", 1, 83886080),
    "VarBit": NativeType("String", "VARBIT", "bit varying{}", "bit varying", 1, 83886080),
    "Uuid": _plain("String", "UUID", "uuid"),
    "Xml": _plain("String", "XML", "xml"),
    "Inet": _plain("String", "INET", "inet"),
    "ByteA": _plain("Bytes", "BYTEA", "bytea"),
    "Timestamp": NativeType(
        "DateTime", "TIMESTAMP", "timestamp{} without time zone", "timestamp without time zone", 1, 6
    ),
    "Timestamptz": NativeType(
        "DateTime", "TIMESTAMPTZ", "timestamp{} with time zone", "timestamp with time zone", 1, 6
    ),
    "Date": _plain("DateTime", "DATE", "date"),
    "Time": NativeType("DateTime", "TIME", "time{} without time zone", "time without time zone", 1, 6),
    "Timetz": NativeType("DateTime", "TIMETZ", "time{} with time zone", "time with time zone", 1, 6),
    "Boolean": _plain("Boolean", "BOOLEAN", "boolean"),
    "Json": _plain("Json", "JSON", "json"),
    "JsonB": _plain("Json", "JSONB", "jsonb"),
}
"""The native types of PostgreSQL, by their name behind `@db.`."""

SCALARS = {
    "String": ("TEXT", "text"),
    "Int": ("INTEGER", "integer"),
    "BigInt": ("BIGINT", "bigint"),
    "Float": ("DOUBLE PRECISION", "double precision"),
    "Decimal": ("DECIMAL(65,30)", "numeric(65,30)"),
    "DateTime": ("TIMESTAMP(3)", "timestamp(3) without time zone"),
    "Json": ("JSONB", "jsonb"),
    "Bytes": ("BYTEA", "bytea"),
    "Boolean": ("BOOLEAN", "boolean"),
}
"""Prisma's scalar types and what they are without a native type."""


def native_type(scalar: str, arity: Arity, attribute: Attribute | None) -> ColumnType:
    """The type of a scalar field, with or without `@db.X(...)`.

    Raises:
        NativeTypeProblem: when the native type is unknown, does not fit the scalar, or has wrong arguments.

    """
    suffix = "[]" if arity is Arity.LIST else ""
    if attribute is None:
        sql, canonical = SCALARS[scalar]
        name = None
    else:
        name = attribute.name.partition(".")[2]
        sql, canonical = _spell(name, scalar, tuple(argument.value for argument in attribute.arguments))
    return ColumnType(
        sql=sql + suffix, canonical=canonical + suffix, scalar=scalar, native=name, is_list=arity is Arity.LIST
    )


def _spell(name: str, scalar: str, arguments: tuple[Expression, ...]) -> tuple[str, str]:
    native = NATIVE_TYPES.get(name)
    if native is None:
        known = ", ".join(sorted(NATIVE_TYPES))
        raise NativeTypeProblem(
            f"unknown native type `{name}`: expected one of {known}{did_you_mean(name, NATIVE_TYPES)}"
        )
    if native.scalar != scalar:
        raise NativeTypeProblem(f"the native type {name} belongs to {native.scalar} fields, not to {scalar}")
    if not arguments:
        return native.sql, native.bare
    numbers = _numbers(name, native, arguments)
    text = ",".join(str(number) for number in numbers)
    return f"{native.sql}({text})", native.canonical.format(f"({text})")


def _numbers(name: str, native: NativeType, arguments: tuple[Expression, ...]) -> list[int]:
    if native.arguments == 0:
        raise NativeTypeProblem(f"the native type {name} takes no argument")
    numbers = [int(value.text) for value in arguments if isinstance(value, Number) and _SMALL.fullmatch(value.text)]
    if len(numbers) != native.arguments or len(arguments) != native.arguments:
        what = "a whole number" if native.arguments == 1 else "two whole numbers"
        raise NativeTypeProblem(f"the native type {name} takes {what}")
    lowest = 0 if native.largest == 6 else 1  # noqa: PLR2004 - 6 digits of a second are the precision of times
    if not lowest <= numbers[0] <= native.largest:
        raise NativeTypeProblem(f"the argument of {name} must be between {lowest} and {native.largest}")
    if numbers[-1] > numbers[0]:
        raise NativeTypeProblem(f"the scale of {name} must not be larger than its precision")
    return numbers


def enum_type(model_name: str, name: QualifiedName, sql: str, arity: Arity) -> ColumnType:
    """The type of a field of an enum; `sql` is the quoted name that Prisma writes."""
    suffix = "[]" if arity is Arity.LIST else ""
    return ColumnType(sql=sql + suffix, canonical=f"{name}{suffix}", enum=model_name, is_list=arity is Arity.LIST)


def unsupported_type(text: str, arity: Arity) -> ColumnType:
    """The type of an `Unsupported("...")` field: the text as it stands."""
    spelt = text + ("[]" if arity is Arity.LIST else "")
    return ColumnType(sql=spelt, canonical=spelt, is_list=arity is Arity.LIST, verbatim=True)


def supported_type(text: str) -> str | None:
    """The native type that the text within `Unsupported("...")` names in Prisma's own spelling, if any.

    Prisma refuses such a field (`validations/fields.rs`, `validate_unsupported_field_type`).
    """
    match = _UNSUPPORTED.fullmatch(text)
    native = None if match is None else NATIVE_TYPES.get(match[1].strip())
    if match is None or native is None:
        return None
    given = [] if match[2] is None else [part.strip() for part in match[2].split(",")]
    fits = all(re.fullmatch(r"\+?[0-9]{1,20}", part) and int(part) < _LARGEST for part in given)
    if native.arguments == 0 or not given or (fits and len(given) == native.arguments):
        return match[1].strip()
    return None
