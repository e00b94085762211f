"""Hypothesis strategies for the parts of Prisma schemas: names, strings, types and their defaults.

Everything is text as it stands in a schema file. What comes first in a strategy is the plainest, so that a failing
schema shrinks to plain parts.
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

__all__ = ["KINDS", "Kind", "default_of", "identifiers", "map_names", "quoted", "stored"]

_KEYWORDS = ("model", "type", "view", "datasource", "generator", "select", "table", "order", "group", "user", "primary")
_UNICODE = ("größe", "名前", "Straße", "é" * 31, "ж" * 32, "aªº", "Ünï_1")
_WORDS = ("a", "b", "c", "A", "B", "user", "User", "USER", "uSer", "createdAt", "id_", "x1", "map", "Int8", "db", "raw")

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONG = st.builds(
    lambda letter, size, end: letter * size + end, st.sampled_from("qrQ"), st.integers(40, 66), st.sampled_from("ab_")
)
_NAMES_OF_THE_DATABASE = (
    *("a b", "it's", "x.y", "UPPER", "😀", "f(x)", "back\\slash", "new\nline", "tab\t", "%s", "$1", "--", "/*", ";"),
    *(
        " lead",
        "trail ",
        "@map",
        "é" * 31 + "x",
        "x" * 63,
        "y" * 64,
        "ÿ" * 40,
        "\U0001f40d" * 16,
        "z" * 61 + "é",
        "'",
        "\\",
    ),
    *("select", "{}", "[]", "\u2028", "\x7f", "1", "-", "_", "a,b", "e\u0301", "é"),
)
_SYSTEM_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})


def identifiers() -> SearchStrategy[str]:
    """Names of models, fields, enums and values: letters of every script, digits and underscores."""
    return st.one_of(
        st.sampled_from(_WORDS),
        st.text(_LETTERS, min_size=1, max_size=6),
        st.sampled_from((*_KEYWORDS, *_UNICODE)),
        st.from_regex(r"[a-zA-Z][a-zA-Z0-9_]{0,30}", fullmatch=True),
        _LONG,
    ).filter(lambda name: name not in _RESERVED)


_RESERVED_WORDS = """
PrismaClient async await break case catch class const continue debugger default delete do else enum export extends false
finally for function if implements import in instanceof interface let new null package private protected public return
super switch this throw true try using typeof var void while with yield
String Boolean Int BigInt Float Decimal DateTime Json Bytes
"""
_RESERVED = _SYSTEM_COLUMNS | {*_RESERVED_WORDS.split()}


def map_names() -> SearchStrategy[str]:
    """Names for `@map`: whatever Prisma can write between quotation marks."""
    return st.one_of(
        st.sampled_from(_NAMES_OF_THE_DATABASE),
        st.text(st.characters(exclude_characters='"\0', exclude_categories=["Cs"]), min_size=1, max_size=20),
        _LONG,
    ).filter(lambda name: stored(name) not in _SYSTEM_COLUMNS)


def stored(name: str) -> str:
    """The name as the server stores it."""
    return name.encode()[:63].decode(errors="ignore")


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def quoted(text: str, *, ascii_only: bool = False) -> str:
    """A string literal."""
    written = "".join(_ESCAPES.get(char) or (f"\\u{ord(char):04x}" if char < " " else char) for char in text)
    if ascii_only:
        units = (char if char.isascii() else _surrogates(char) for char in written)
        written = "".join(units)
    return f'"{written}"'


def _surrogates(char: str) -> str:
    code = char.encode("utf-16-be").hex()
    return "".join(f"\\u{code[start : start + 4]}" for start in range(0, len(code), 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A scalar type, perhaps with its native type (`native` with arguments, without `@db.`)."""

    scalar: str
    native: str = ""

    @property
    def family(self) -> str:
        """The native type without arguments, also where it is left out."""
        return self.native.partition("(")[0] or _IMPLIED[self.scalar]


_IMPLIED = {
    "Int": "Integer",
    "String": "Text",
    "Boolean": "Boolean",
    "DateTime": "Timestamp",
    "BigInt": "BigInt",
    "Float": "DoublePrecision",
    "Decimal": "Decimal",
    "Json": "JsonB",
    "Bytes": "ByteA",
}

_sizes = st.sampled_from([1, 2, 10, 255, 65535])
_seconds = st.integers(0, 6)
_precision = st.tuples(st.integers(1, 65), st.integers(0, 30)).map(lambda pair: (pair[0], min(pair)))
_NATIVES: dict[str, list[SearchStrategy[str]]] = {
    "Int": [st.sampled_from(["Integer", "SmallInt", "Oid"])],
    "String": [
        st.sampled_from(["Text", "VarChar", "Char", "Uuid", "Inet", "Bit", "VarBit", "Xml"]),
        st.builds("{}({})".format, st.sampled_from(["VarChar", "Char", "Bit", "VarBit"]), _sizes),
    ],
    "Boolean": [st.just("Boolean")],
    "DateTime": [
        st.sampled_from(["Timestamp", "Timestamptz", "Date", "Time", "Timetz"]),
        st.builds("{}({})".format, st.sampled_from(["Timestamp", "Timestamptz", "Time", "Timetz"]), _seconds),
    ],
    "BigInt": [st.just("BigInt")],
    "Float": [st.sampled_from(["DoublePrecision", "Real"])],
    "Decimal": [
        st.sampled_from(["Decimal", "Money"]),
        _precision.map(lambda pair: f"Decimal({pair[0]}, {pair[1]})"),
    ],
    "Json": [st.sampled_from(["JsonB", "Json"])],
    "Bytes": [st.just("ByteA")],
}

KINDS: SearchStrategy[Kind] = st.sampled_from([*_IMPLIED]).flatmap(
    lambda scalar: st.builds(Kind, scalar=st.just(scalar), native=st.one_of(st.just(""), *_NATIVES[scalar]))
)
"""Every scalar type, without and with every native type."""


def _texts() -> SearchStrategy[str]:
    return st.one_of(
        st.sampled_from(
            ["x", "", "it's", 'a"b', "a\\b", "a\nb", "\t", "é😀", "''", "$1", "--", "x::text", "\u2028", "{}"]
        ),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
    )


def _literals(texts: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.builds(lambda text, ascii_only: quoted(text, ascii_only=ascii_only), texts, st.booleans())


_whole = st.one_of(
    st.sampled_from(["1", "0", "-5", "007", "-0", "2147483647", "-2147483648", "32767", "-007"]),
    st.integers(-(2**31), 2**31 - 1).map(str),
)
_big = st.one_of(_whole, st.sampled_from(["9223372036854775807", "-9223372036854775808", "9007199254740993"]))
_numbers = st.one_of(
    _whole,
    st.sampled_from(["1.50", "0.0", "-0.0", "00.10", "0.000000001", "100000000000000000000", "0.1", "1.0", "-2.5"]),
    st.builds("{}.{}".format, st.integers(-99999, 99999), st.integers(0, 10**6)),
)
_decimals = st.one_of(
    _numbers,
    _numbers.map(quoted),
    st.sampled_from(['"3.10"', '"1e5"', '"+1.5"', '".5"', '"1."', '"1E-7"', '"100e-1"', '"12345678901234567890.5"']),
)
_fraction = st.one_of(st.just(""), st.text("0123456789", min_size=1, max_size=12).map(lambda digits: f".{digits}"))
_zone = st.sampled_from(["Z", "+02:00", "-11:30", "+00:00", "-00:00", "z"])
_moments = st.builds(
    lambda moment, gap, fraction, zone: f"{moment:%Y-%m-%d}{gap}{moment:%H:%M:%S}{fraction}{zone}",
    st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9999, 12, 30)).map(  # noqa: DTZ001 - the zone is drawn apart
        lambda moment: moment.replace(tzinfo=UTC)
    ),
    st.sampled_from(["T", "t", " "]),
    _fraction,
    _zone,
)
_json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(-1e6, 1e6) | _texts(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_texts(), inner, max_size=2),
    max_leaves=3,
)
_json = st.one_of(
    st.sampled_from(["{}", "[]", " 1 ", '{ "a": [1.0, "it\'s"] }', '{"a":1,"a":2}', "null", "1E5", '"\\/"', "[\n]"]),
    st.builds(lambda value, plain: json.dumps(value, ensure_ascii=plain), _json_values, st.booleans()),
)
_bytes = st.binary(max_size=6).map(lambda raw: base64.b64encode(raw).decode())
_addresses = st.sampled_from(["127.0.0.1", "10.0.0.0/8", "::1", "fe80::/10"])

_LITERALS: dict[str, SearchStrategy[str]] = {
    "Integer": _whole,
    "SmallInt": _whole,
    "Oid": st.sampled_from(["0", "1", "42", "2147483647"]),
    "BigInt": _big,
    "DoublePrecision": _numbers,
    "Real": _numbers,
    "Decimal": _decimals,
    "Money": st.sampled_from(["1", "1.50", '"2.5"']),
    "Boolean": st.sampled_from(["true", "false"]),
    "Text": _literals(_texts()),
    "VarChar": _literals(_texts()),
    "Char": _literals(_texts()),
    "Citext": _literals(_texts()),
    "Uuid": st.uuids().map(lambda value: quoted(str(value))),
    "Inet": _addresses.map(quoted),
    "Bit": st.text("01", min_size=1, max_size=4).map(quoted),
    "VarBit": st.text("01", max_size=4).map(quoted),
    "JsonB": _literals(_json.filter(lambda text: "\\u0000" not in text)),
    "Json": _literals(_json),
    "ByteA": _bytes.map(quoted),
    **{name: _literals(_moments) for name in ("Timestamp", "Timestamptz", "Date", "Time", "Timetz")},
}
"""Values that PostgreSQL takes for the native type; none for Xml, as servers are built without it."""

_EXPRESSIONS = {
    "Integer": ["(1 + 2)", "floor((random() * (10)::double precision))::int", "length('a''b')"],
    "SmallInt": ["1", "'7'::smallint"],
    "Oid": ["'42'::oid"],
    "BigInt": ["1::bigint", "(extract(epoch from now()))::bigint", "2^10"],
    "DoublePrecision": ["random()", "pi()", "'NaN'::float8"],
    "Real": ["1.5::real"],
    "Decimal": ["1.5::numeric", "round(2.5)", "'12'"],
    "Money": ["'1.00'::money", "0"],
    "Boolean": ["(1 > 0)", "(NOT true)", "'t'", "(false OR true)"],
    "Text": [
        "'x'::text",
        "lower('A''B')",
        "md5(random()::text)",
        "'a' || \"current_user\"()",
        "E'a\\nb'",
        "NULL",
        "$$ $ $$",
    ],
    "VarChar": ["'x'::character varying", "CURRENT_USER", "''"],
    "Char": ["'x'::bpchar", "'y'"],
    "Citext": ["'X'::citext"],
    "Uuid": ["gen_random_uuid()", "'00000000-0000-0000-0000-000000000000'::uuid"],
    "Inet": ["'127.0.0.1'::inet"],
    "Bit": ["B'1'", "'0'"],
    "VarBit": ["B'101'"],
    "Xml": ["NULL::xml"],
    "JsonB": ["'{}'::jsonb", "jsonb_build_object('a', 1)", "'[1,  2]'"],
    "Json": ["'{}'::json", "json_build_array(1, 'it''s')"],
    "ByteA": ["'\\x00'::bytea", "decode('aa', 'hex')"],
    "Timestamp": ["now()", "CURRENT_TIMESTAMP", "timezone('utc'::text, now())", "LOCALTIMESTAMP(3)", "'2020-01-01'"],
    "Timestamptz": ["now() + '1 day'::interval", "CURRENT_TIMESTAMP\n-- why not\n", "'epoch'"],
    "Date": ["CURRENT_DATE", "'2020-02-29'"],
    "Time": ["LOCALTIME", "'12:00'"],
    "Timetz": ["CURRENT_TIME", "'12:00+02'"],
}
_CLIENT_SIDE = ["uuid()", "uuid(7)", "uuid(4)", "cuid()", "cuid(1)", "cuid(2)", "nanoid()", "nanoid(10)", "ulid()"]


def default_of(kind: Kind, *, is_list: bool, is_key: bool = False) -> SearchStrategy[str]:
    """What may stand in `@default(...)` of a field of this kind."""
    literal = _LITERALS.get(kind.family)
    generated = st.sampled_from(["'{}'"] if is_list else _EXPRESSIONS[kind.family])
    found = [_literals(generated).map("dbgenerated({})".format)]
    if not is_key:
        found.append(st.just("dbgenerated()"))
    if is_list and literal is not None:
        found.insert(0, st.lists(literal, max_size=3).map(lambda items: f"[{', '.join(items)}]"))
    elif literal is not None:
        found.insert(0, literal)
    if kind.scalar == "String":
        found.append(st.sampled_from(_CLIENT_SIDE))
    if kind.scalar == "DateTime" and not is_list:
        found.append(st.just("now()"))
    if kind.scalar in ("Int", "BigInt") and not is_list:
        found.append(st.just("autoincrement()"))
    # Not `one_of`, which would draw mostly literals: it takes the many forms of each kind apart.
    return st.sampled_from(found).flatmap(lambda each: each)
