"""`@id`, `@unique`, `@@id`, `@@unique` and `@@index` -> primary keys and indexes.

Source: `parser-database/src/attributes.rs` and `attributes/id.rs` of prisma-engines. On `@@index` the argument `name`
is the name in the database, on `@@unique` and `@@id` it is the client's only.
"""

import re
from collections import Counter
from dataclasses import dataclass

from pgready.model.schema import Index, PrimaryKey
from pgready.sources.prisma.arguments import Arguments, Report, described
from pgready.sources.prisma.fields import ColumnField, ModelFields
from pgready.sources.prisma.names import index_name, primary_key_name, stored_name, unique_name
from pgready.sources.prisma.nodes import Arity, Array, Attribute, Call, Constant, Expression, String
from pgready.sources.prisma.predicates import read_predicate

__all__ = ["IndexKey", "Keys", "read_keys"]

_METHODS = {
    "BTree": "btree",
    "Hash": "hash",
    "Gist": "gist",
    "Gin": "gin",
    "SpGist": "spgist",
    "Brin": "brin",
}
_BLOCK_ATTRIBUTES = ("id", "unique", "index", "map", "schema", "ignore")
_OPERATOR_CLASS = re.compile(
    r"(Inet|Jsonb|JsonbPath|Array|Text|Uuid)Ops"
    r"|(Bit|VarBit|Bpchar|Bytea|Date|Float4|Float8|Inet|Int2|Int4|Int8|Numeric|Oid|Text|Timestamp|TimestampTz|Time"
    r"|TimeTz|Uuid)(MinMax|MinMaxMulti|Bloom|Inclusion)Ops"
)
_DEFAULT_CLASSES = frozenset({"JsonbOps", "ArrayOps", "TextOps", "InetInclusionOps"})


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexKey:
    """A key column of an index, with what the schema says about its order and operator class."""

    column: ColumnField
    descending: bool = False
    operator_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The primary key and the indexes of a model.

    `primary_fields` are the fields of the key in its order; `unique` holds the fields of every key and unique index,
    sorted by name.
    """

    primary_key: PrimaryKey | None
    primary_fields: tuple[str, ...]
    indexes: tuple[Index, ...]
    unique: frozenset[tuple[str, ...]]


def read_keys(fields: ModelFields) -> Keys:
    """Read the keys and indexes of one model; problems go to its report."""
    return _KeyReader(fields).read()


class _KeyReader:
    """Collects the keys of one model, in the order in which Prisma looks for them: fields first."""

    def __init__(self, fields: ModelFields) -> None:
        self._fields = fields
        self._block = fields.model.block
        self._report = fields.model.report
        self._primary: tuple[PrimaryKey, tuple[str, ...]] | None = None
        self._indexes: list[Index] = []
        self._unique: set[tuple[str, ...]] = set()
        self._ignored = any(attribute.name == "ignore" for attribute in self._block.attributes)

    def read(self) -> Keys:
        for column in self._fields.columns.values():
            for attribute in column.field.attributes:
                if attribute.name in ("id", "unique"):
                    self._field_key(attribute, column)
        for attribute in self._block.attributes:
            self._block_key(attribute)
        self._check_identity()
        return Keys(
            primary_key=self._primary[0] if self._primary else None,
            primary_fields=self._primary[1] if self._primary else (),
            indexes=tuple(self._indexes),
            unique=frozenset(self._unique),
        )

    def _field_key(self, attribute: Attribute, column: ColumnField) -> None:
        arguments = Arguments.of(attribute, "@", self._report)
        key = IndexKey(column=column, descending=_descending(arguments, self._report))
        if attribute.name == "id":
            self._primary_key(arguments, attribute, "@id", [key])
        else:
            self._index(arguments, attribute, "@unique", [key])

    def _block_key(self, attribute: Attribute) -> None:
        if attribute.name not in _BLOCK_ATTRIBUTES:
            known = ", ".join(f"@@{name}" for name in _BLOCK_ATTRIBUTES)
            message = f"unknown attribute @@{attribute.name} on {self._block.name}: expected one of {known}"
            self._report(attribute.offset, message)
            return
        arguments = Arguments.of(attribute, "@@", self._report)
        if attribute.name == "ignore":
            arguments.finish()
        if attribute.name not in ("id", "unique", "index"):
            return
        value = arguments.default("fields")
        keys = [] if value is None else self._keys(value, attribute)
        if attribute.name == "id":
            arguments.text("name")
            self._primary_key(arguments, attribute, "@@id", keys)
        else:
            self._index(arguments, attribute, f"@@{attribute.name}", keys)

    def _primary_key(self, arguments: Arguments, attribute: Attribute, what: str, keys: list[IndexKey]) -> None:
        name = self._constraint_name(arguments, attribute, what)
        _refuse_foreign(arguments)
        arguments.finish("fields", "map", "name")
        if self._primary is not None:
            self._report(attribute.offset, f"a second primary key of {self._block.name}: expected one @id or @@id")
        for key in keys:
            if key.column.field.arity is not Arity.REQUIRED and not self._ignored:
                field = key.column.field.name
                self._report(attribute.offset, f"{what}: the field {field} is not required, as a primary key must be")
            if key.descending:
                self._report(attribute.offset, f"{what}: a primary key has no sort order in PostgreSQL")
        key_name = name or primary_key_name(self._fields.model.written_name)
        fields = tuple(key.column.field.name for key in keys)
        columns = tuple(key.column.name for key in keys)
        if columns:
            self._primary = PrimaryKey(name=key_name, columns=columns), fields
            self._unique.add(tuple(sorted(fields)))

    def _index(self, arguments: Arguments, attribute: Attribute, what: str, keys: list[IndexKey]) -> None:
        unique = attribute.name == "unique"
        client_name = arguments.text("name") if what != "@unique" else None
        name = self._constraint_name(arguments, attribute, what)
        if not unique and client_name is not None:
            if name is not None:
                self._report(attribute.offset, f"{what} has both `name` and `map`: expected `map`")
            name = client_name
        method = "btree" if unique else self._method(arguments)
        if method == "hash" and any(key.descending for key in keys):
            self._report(attribute.offset, f"{what}: a hash index has no sort order")
        where = read_predicate(arguments.take("where"), self._fields)
        _refuse_foreign(arguments)
        arguments.finish("fields", "map", "name", "where", *(() if unique else ("type",)))
        if not keys:
            return
        naming = unique_name if unique else index_name
        made = naming(self._fields.model.written_name, (key.column.written_name for key in keys))
        self._indexes.append(
            Index(
                name=name or made,
                columns=tuple(key.column.name for key in keys),
                unique=unique,
                method=method,
                where=where,
                descending=tuple(key.descending for key in keys),
                operator_classes=tuple(_stored_operator_class(key.operator_class, method) for key in keys),
                location=self._fields.model.report.document.location(attribute.offset),
            )
        )
        if unique:
            self._unique.add(tuple(sorted(key.column.field.name for key in keys)))

    def _constraint_name(self, arguments: Arguments, attribute: Attribute, what: str) -> str | None:
        name = arguments.text("map")
        if name is not None and stored_name(name) != name:
            message = f"{what} `map`: the name is longer than the 63 bytes that PostgreSQL stores"
            self._report(attribute.offset, message)
        return name

    def _method(self, arguments: Arguments) -> str:
        value = arguments.take("type")
        if value is None:
            return "btree"
        if isinstance(value, Constant) and value.name in _METHODS:
            return _METHODS[value.name]
        self._report(value.offset, f"@@index `type`: found {described(value)}, expected one of {', '.join(_METHODS)}")
        return "btree"

    def _keys(self, value: Expression, attribute: Attribute) -> list[IndexKey]:
        items = value.items if isinstance(value, Array) else (value,)
        if not items:
            self._report(attribute.offset, f"@@{attribute.name} has an empty list: expected at least one field")
        keys = [key for item in items if (key := self._key(item, attribute)) is not None]
        names = Counter(key.column.field.name for key in keys)
        for name in (name for name, count in names.items() if count > 1):
            self._report(attribute.offset, f"@@{attribute.name} names the field {name} twice")
        return keys

    def _key(self, item: Expression, attribute: Attribute) -> IndexKey | None:
        if not isinstance(item, Constant | Call):
            self._report(item.offset, f"@@{attribute.name}: found {described(item)}, expected the name of a field")
            return None
        column = self._fields.columns.get(item.name)
        if column is None:
            why = "is a relation" if item.name in self._fields.relations else "does not exist"
            message = f"@@{attribute.name}: the field {item.name} {why}: expected a column of {self._block.name}"
            self._report(item.offset, message)
            return None
        if isinstance(item, Constant):
            return IndexKey(column=column)
        arguments = Arguments(f"@@{attribute.name} field {item.name}", item.arguments, item.offset, self._report)
        descending = _descending(arguments, self._report)
        operators = _operator_class(arguments, self._report) if attribute.name == "index" else None
        arguments.refuse("length", "PostgreSQL has no prefix indexes")
        arguments.finish("sort", "ops")
        return IndexKey(column=column, descending=descending, operator_class=operators)

    def _check_identity(self) -> None:
        """Prisma wants one key of required fields, unless the model is ignored."""
        if self._ignored or self._fields.model.is_view:
            return
        columns = self._fields.columns
        for fields in self._unique:
            if all(columns[name].field.arity is Arity.REQUIRED and not columns[name].type.verbatim for name in fields):
                return
        self._report(self._block.offset, f"{self._block.name} has no @id, @@id, @unique or @@unique of required fields")


def _refuse_foreign(arguments: Arguments) -> None:
    """Arguments that only other databases have."""
    arguments.refuse("length", "PostgreSQL has no prefix indexes")
    arguments.refuse("clustered", "PostgreSQL has no clustered indexes")


def _descending(arguments: Arguments, report: Report) -> bool:
    value = arguments.take("sort")
    if value is None or (isinstance(value, Constant) and value.name in ("Asc", "Desc")):
        return isinstance(value, Constant) and value.name == "Desc"
    report(value.offset, f"`sort`: found {described(value)}, expected Asc or Desc")
    return False


def _operator_class(arguments: Arguments, report: Report) -> str | None:
    """The operator class as Prisma spells it, or as `raw("...")` has it; None when there is none."""
    value = arguments.take("ops")
    if value is None:
        return None
    if isinstance(value, Constant) and _OPERATOR_CLASS.fullmatch(value.name):
        return value.name
    if isinstance(value, Call) and value.name == "raw" and len(value.arguments) == 1:
        text = value.arguments[0].value
        if isinstance(text, String) and text.value:
            return text.value
    message = f'`ops`: found {described(value)}, expected an operator class as JsonbPathOps, or raw("...")'
    report(value.offset, message)
    return None


def _stored_operator_class(given: str | None, method: str) -> str:
    """PostgreSQL's name, "" for the default of the type (manual, "Built-in Operator Classes" of each index type)."""
    if given is None or given in _DEFAULT_CLASSES or (given.endswith("MinMaxOps") and given != "InetMinMaxOps"):
        return ""
    if given == "InetOps" and method == "spgist":
        return ""
    return _snake_case(given) if _OPERATOR_CLASS.fullmatch(given) else given


def _snake_case(name: str) -> str:
    """`Float4MinMaxMultiOps` -> `float4_minmax_multi_ops`."""
    joined = name.replace("MinMax", "Minmax").replace("VarBit", "Varbit").replace("TimeTz", "Timetz")
    joined = joined.replace("TimestampTz", "Timestamptz")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", joined).lower()
