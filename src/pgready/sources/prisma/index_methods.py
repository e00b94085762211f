"""Which index types and operator classes fit which fields.

Source: `psl-core/src/builtin_connectors/postgres_datamodel_connector/validations.rs` of prisma-engines, and the names
of PostgreSQL's manual, "Built-in Operator Classes" of each index type. Prisma asks nothing about `raw("...")`, nor
about fields of an Unsupported type.
"""

import re
from collections.abc import Sequence

from pgready.sources.prisma.column_types import ColumnType

__all__ = ["METHODS", "OPERATOR_CLASSES", "misfit", "stored_operator_class"]

METHODS = {
    "BTree": "btree",
    "Hash": "hash",
    "Gist": "gist",
    "Gin": "gin",
    "SpGist": "spgist",
    "Brin": "brin",
}
"""Index types as Prisma spells them, and PostgreSQL's access methods."""

_BLOOM_AND_RANGES = ("BloomOps", "MinMaxOps", "MinMaxMultiOps")
# The families of BRIN: the native types, the beginning of the names, their ends.
_BRIN_FAMILIES: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = (
    (("Bit",), "Bit", ("MinMaxOps",)),
    (("VarBit",), "VarBit", ("MinMaxOps",)),
    (("Char",), "Bpchar", ("BloomOps", "MinMaxOps")),
    (("ByteA",), "Bytea", ("BloomOps", "MinMaxOps")),
    (("Text", "VarChar"), "Text", ("BloomOps", "MinMaxOps")),
    (("Inet",), "Inet", (*_BLOOM_AND_RANGES, "InclusionOps")),
    (("Date",), "Date", _BLOOM_AND_RANGES),
    (("Real",), "Float4", _BLOOM_AND_RANGES),
    (("DoublePrecision",), "Float8", _BLOOM_AND_RANGES),
    (("SmallInt",), "Int2", _BLOOM_AND_RANGES),
    (("Integer",), "Int4", _BLOOM_AND_RANGES),
    (("BigInt",), "Int8", _BLOOM_AND_RANGES),
    (("Decimal",), "Numeric", _BLOOM_AND_RANGES),
    (("Oid",), "Oid", _BLOOM_AND_RANGES),
    (("Timestamp",), "Timestamp", _BLOOM_AND_RANGES),
    (("Timestamptz",), "TimestampTz", _BLOOM_AND_RANGES),
    (("Time",), "Time", _BLOOM_AND_RANGES),
    (("Timetz",), "TimeTz", _BLOOM_AND_RANGES),
    (("Uuid",), "Uuid", _BLOOM_AND_RANGES),
)
_BRIN = {
    native: frozenset(family + end for end in ends) for natives, family, ends in _BRIN_FAMILIES for native in natives
}
_BRIN_OF_SCALARS = {
    "String": _BRIN["Text"],
    "Bytes": _BRIN["ByteA"],
    "DateTime": _BRIN["Timestamp"],
    "Float": _BRIN["DoublePrecision"],
    "Int": _BRIN["Integer"],
    "BigInt": _BRIN["BigInt"],
    "Decimal": _BRIN["Decimal"],
}
_OTHERS = {
    "InetOps": ("gist", "spgist"),
    "JsonbOps": ("gin",),
    "JsonbPathOps": ("gin",),
    "ArrayOps": ("gin",),
    "TextOps": ("spgist",),
}
OPERATOR_CLASSES = frozenset(_OTHERS) | frozenset(name for names in _BRIN.values() for name in names)
"""Operator classes by Prisma's names."""

_DEFAULT_CLASSES = frozenset({"JsonbOps", "ArrayOps", "TextOps", "InetInclusionOps"})
_ANY = frozenset({None})


def misfit(method: str, keys: Sequence[tuple[str, ColumnType, str | None]]) -> str | None:
    """Why an index cannot be of that access method, or None: its keys are field, type and operator class."""
    for field, kind, _ in keys:
        if kind.native == "Xml":
            return f"the field {field} is @db.Xml, which no index can hold"
    if method == "spgist" and len(keys) != 1:
        return "an index of type SpGist has one field"
    return next((why for key in keys if (why := _misfit(method, *key)) is not None), None)


def _misfit(method: str, field: str, kind: ColumnType, given: str | None) -> str | None:
    if given is not None and given not in OPERATOR_CLASSES:
        return None
    if given is not None and method not in _OTHERS.get(given, ("brin",)):
        return f"the operator class {given} does not belong to an index of type {_spelt(method)}"
    if method in ("btree", "hash") or (kind.verbatim and given is None):
        return None
    if given in _fitting(method, kind):
        return None
    if given is None:
        return f"an index of type {_spelt(method)} needs an operator class for the field {field}, or another type of it"
    return f"the operator class {given} does not fit the type of the field {field}"


def _fitting(method: str, kind: ColumnType) -> frozenset[str | None]:
    """The operator classes that a field may have in such an index; None stands for none at all."""
    if method == "brin":
        classes = _BRIN_OF_SCALARS.get(kind.scalar or "") if kind.native is None else _BRIN.get(kind.native)
        return frozenset() if classes is None else classes | _ANY
    if method == "gin":
        jsonb = kind.native == "JsonB" or (kind.native is None and kind.scalar == "Json")
        classes = frozenset({"JsonbOps", "JsonbPathOps"} if jsonb else ()) | {"ArrayOps" if kind.is_list else ""}
        return classes | _ANY if jsonb or kind.is_list else classes
    if kind.native == "Inet":
        return frozenset({"InetOps"}) | (_ANY if method == "spgist" else frozenset())
    if method == "gist":
        return _ANY if kind.native is None and kind.scalar == "String" else frozenset()
    texts = kind.native in ("Text", "VarChar", "Char") or (kind.native is None and kind.scalar == "String")
    return frozenset({"TextOps", None}) if texts else frozenset()


def _spelt(method: str) -> str:
    return next(name for name, stored in METHODS.items() if stored == method)


def stored_operator_class(given: str | None, method: str) -> str:
    """PostgreSQL's name, "" for the default of the type; `raw("...")` stands as it is."""
    if given is None or given in _DEFAULT_CLASSES or (given.endswith("MinMaxOps") and given != "InetMinMaxOps"):
        return ""
    if given == "InetOps" and method == "spgist":
        return ""
    return _snake_case(given) if given in OPERATOR_CLASSES else given


def _snake_case(name: str) -> str:
    """`Float4MinMaxMultiOps` -> `float4_minmax_multi_ops`."""
    joined = name.replace("MinMax", "Minmax").replace("VarBit", "Varbit").replace("TimeTz", "Timetz")
    joined = joined.replace("TimestampTz", "Timestamptz")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", joined).lower()
