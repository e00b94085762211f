"""Hypothesis strategies for the indexes of generated Prisma schemas: methods, operator classes, predicates."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from prisma_layout import Pen
from prisma_parts import quoted

__all__ = ["Indexable", "has_order", "index_arguments", "predicate"]

_METHODS = ("BTree", "Hash", "Gin", "Gist", "SpGist", "Brin")


class Indexable(Protocol):
    """What is to be known of a column."""

    @property
    def name(self) -> str: ...
    @property
    def written(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def is_list(self) -> bool: ...
    @property
    def enum_values(self) -> Sequence[str]: ...


_CLASSES = {
    ("Gin", "JsonB"): ("JsonbOps", "JsonbPathOps", 'raw("jsonb_path_ops")'),
    ("Gist", "Inet"): ("InetOps", 'raw("inet_ops")'),
    ("SpGist", "Inet"): ("InetOps",),
    ("SpGist", "Text"): ("TextOps", 'raw("text_ops")'),
    ("SpGist", "VarChar"): ("TextOps", 'raw("text_ops")'),
    ("Hash", "Text"): ('raw("text_pattern_ops")',),
    ("Hash", "Integer"): ('raw("int4_ops")',),
}
Column = TypeVar("Column", bound=Indexable)

_NO_ORDER = frozenset({"Json", "Xml", "circle", "point", "box"})
"""Types without a class of operators for btree."""
_NO_HASH = _NO_ORDER | {"Money", "Bit", "VarBit", "tsvector"}


def _brin(*names: str) -> dict[str, tuple[str, ...]]:
    return {
        family: tuple(f"{prefix}{suffix}Ops" for suffix in suffixes.split())
        for family, prefix, suffixes in (name.split(":") for name in names)
    }


_BRIN = _brin(
    "Bit:Bit:MinMax",
    "VarBit:VarBit:MinMax",
    "Char:Bpchar:Bloom MinMax",
    "ByteA:Bytea:Bloom MinMax",
    "Date:Date:Bloom MinMax MinMaxMulti",
    "Real:Float4:Bloom MinMax MinMaxMulti",
    "DoublePrecision:Float8:Bloom MinMax MinMaxMulti",
    "Inet:Inet:Inclusion Bloom MinMax MinMaxMulti",
    "SmallInt:Int2:Bloom MinMax MinMaxMulti",
    "Integer:Int4:Bloom MinMax MinMaxMulti",
    "BigInt:Int8:Bloom MinMax MinMaxMulti",
    "Decimal:Numeric:Bloom MinMax MinMaxMulti",
    "Oid:Oid:Bloom MinMax MinMaxMulti",
    "Text:Text:Bloom MinMax",
    "VarChar:Text:Bloom MinMax",
    "Timestamp:Timestamp:Bloom MinMax MinMaxMulti",
    "Timestamptz:TimestampTz:Bloom MinMax MinMaxMulti",
    "Time:Time:Bloom MinMax MinMaxMulti",
    "Timetz:TimeTz:Bloom MinMax MinMaxMulti",
    "Uuid:Uuid:Bloom MinMax MinMaxMulti",
)
_RAW = {
    "Text": ("text_pattern_ops", "varchar_pattern_ops", "text_ops"),
    "VarChar": ("varchar_pattern_ops", "varchar_ops", "text_pattern_ops"),
    "Char": ("bpchar_pattern_ops", "bpchar_ops"),
    "Integer": ("int4_ops",),
    "JsonB": ("jsonb_ops",),
    "Inet": ("inet_ops", "cidr_ops"),
}


def has_order(column: Indexable) -> bool:
    """Whether a btree can hold it."""
    return column.family not in _NO_ORDER


def index_arguments(pen: Pen, columns: Sequence[Column]) -> tuple[list[Column], dict[str, str]]:
    """Some of these columns, and the arguments `fields` and `type` of an index on them; none when none fits."""
    method = pen.choice(_METHODS if pen.maybe() else _METHODS[:1])
    fitting = [column for column in columns if _fits(method, column)]
    if not fitting:
        return [], {}
    most = 1 if method in ("Hash", "SpGist") else 3
    chosen = pen.shuffled(fitting)[: pen.choice(range(1, most + 1))]
    if method == "BTree" and pen.strange and len(chosen) == 1 and pen.rarely():
        fields = chosen[0].name
    else:
        fields = pen.listed([_key(pen, method, column) for column in chosen])
    shown = {} if method == "BTree" and not pen.rarely() else {"type": method}
    return chosen, {"fields": fields, **shown}


def _fits(method: str, column: Indexable) -> bool:
    family = column.family
    match method:
        case "BTree":
            return has_order(column)
        case "Hash":
            return family not in _NO_HASH
        case "Gin":
            return (column.is_list and has_order(column)) or family in ("JsonB", "tsvector")
        case "Gist":
            return not column.is_list and family in ("Inet", "tsvector", "circle", "box")
        case "SpGist":
            return not column.is_list and family in ("Inet", "Text", "VarChar", "box")
        case _:
            return not column.is_list and family in _BRIN


def _key(pen: Pen, method: str, column: Indexable) -> str:
    more: dict[str, str] = {}
    if method == "BTree" and pen.rarely():
        more["sort"] = pen.choice(("Desc", "Asc"))
    classes = _classes(method, column)
    needed = method == "Gist" and column.family == "Inet"
    if needed or (classes and pen.choice((False, True, False))):
        more["ops"] = pen.choice(classes)
    return pen.call(column.name, more) if more else column.name


def _classes(method: str, column: Indexable) -> Sequence[str]:
    if column.is_list:
        return ("ArrayOps", 'raw("array_ops")') if method == "Gin" else ()
    if method == "BTree":
        return [f'raw("{name}")' for name in _RAW.get(column.family, ())]
    if method == "Brin":
        return _BRIN[column.family]
    return _CLASSES.get((method, column.family), ())


def predicate(pen: Pen, columns: Sequence[Indexable]) -> str:
    """The `where` of a partial index."""
    column = pen.choice(columns)
    if pen.maybe():
        name = '"' + column.written + '"'
        return f"raw({quoted(pen.choice(('1 = 1', f'{name} IS NOT NULL', f'NOT ({name} IS NULL) -- x' + chr(10))))})"
    chosen = [each for each in dict.fromkeys((column, pen.choice(columns))) if not each.is_list] or [column]
    return "{ " + ", ".join(f"{each.name}: {_condition(pen, each)}" for each in chosen) + " }"


def _condition(pen: Pen, column: Indexable) -> str:
    values = ["null"] if column.is_list else ["null", *_values(column)]
    value = pen.choice(values)
    return f"{{ not: {value} }}" if pen.maybe() else value


def _values(column: Indexable) -> Sequence[str]:
    if column.enum_values:
        return [quoted(value) for value in column.enum_values]
    return {
        "Text": ('"x"', '"it\'s"', '""', '"a\\\\b\\n"'),
        "Boolean": ("true", "false"),
        "Integer": ("1", "-3", "007"),
        "BigInt": ("9223372036854775807",),
        "DoublePrecision": ("1.5",),
        "Decimal": ("2.50",),
        "Timestamp": ('"2020-01-01T00:00:00Z"',),
    }.get(column.family, ())
