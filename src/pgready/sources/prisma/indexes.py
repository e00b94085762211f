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
from pgready.sources.prisma.index_methods import METHODS, OPERATOR_CLASSES, misfit, stored_operator_class
from pgready.sources.prisma.names import index_name, primary_key_name, stored_name, unique_name
from pgready.sources.prisma.nodes import Arity, Array, Attribute, Call, Constant, Expression, String
from pgready.sources.prisma.predicates import read_predicate
from pgready.sources.prisma.suggestions import did_you_mean

__all__ = ["IndexKey", "Keys", "read_keys"]

_BLOCK_ATTRIBUTES = ("id", "unique", "index", "map", "schema", "ignore")
_ARGUMENTS = {
    "@unique": ("map", "where"),
    "@@unique": ("fields", "map", "name", "where"),
    "@@index": ("fields", "map", "name", "type", "where"),
}
_CLIENT_NAME = re.compile(r"[_a-zA-Z0-9]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexKey:
    """A key column of an index, with what the schema says about its order (None: nothing) and operator class."""

    column: ColumnField
    descending: bool | None = None
    operator_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The primary key and the indexes of a model.

    `primary_fields` are the fields of the key in its order; `unique` holds the fields of every key and unique index,
    in their order. `complete` is False when a key could not be read.
    """

    primary_key: PrimaryKey | None
    primary_fields: tuple[str, ...]
    indexes: tuple[Index, ...]
    unique: frozenset[tuple[str, ...]]
    complete: bool = True


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
        self._client_names: set[str] = set()
        self._broken = False

    def read(self) -> Keys:
        for column in self._fields.columns.values():
            for attribute in column.field.attributes:
                if attribute.name in ("id", "unique"):
                    self._field_key(attribute, column)
        for attribute in self._block.attributes:
            self._block_key(attribute)
        for attribute in [each for each in self._block.attributes if each.name == "ignore"][1:]:
            self._report(attribute.offset, "@@ignore stands twice: expected it once")
        self._check_identity()
        return Keys(
            primary_key=self._primary[0] if self._primary else None,
            primary_fields=self._primary[1] if self._primary else (),
            indexes=tuple(self._indexes),
            unique=frozenset(self._unique),
            complete=not self._broken,
        )

    def _field_key(self, attribute: Attribute, column: ColumnField) -> None:
        arguments = Arguments.of(attribute, "@", self._report)
        key = IndexKey(column=column, descending=_descending(arguments.take("sort"), self._report))
        if attribute.name == "id":
            self._primary_key(arguments, attribute, "@id", [key])
        else:
            self._index(arguments, attribute, "@unique", [key])

    def _block_key(self, attribute: Attribute) -> None:
        if attribute.name not in _BLOCK_ATTRIBUTES:
            known = ", ".join(f"@@{name}" for name in _BLOCK_ATTRIBUTES)
            message = f"unknown attribute @@{attribute.name} on {self._block.name}: expected one of {known}"
            hint = did_you_mean(f"@@{attribute.name}", [f"@@{name}" for name in _BLOCK_ATTRIBUTES])
            self._report(attribute.offset, message + hint)
            self._broken = True
            return
        arguments = Arguments.of(attribute, "@@", self._report)
        if attribute.name == "ignore":
            arguments.finish()
        if attribute.name not in ("id", "unique", "index"):
            return
        value = arguments.default("fields")
        keys = [] if value is None else self._keys(value, attribute)
        if attribute.name == "id":
            self._check_client_name(arguments.text("name"), attribute, keys)
            self._primary_key(arguments, attribute, "@@id", keys)
        else:
            self._index(arguments, attribute, f"@@{attribute.name}", keys)

    def _primary_key(self, arguments: Arguments, attribute: Attribute, what: str, keys: list[IndexKey]) -> None:
        name = self._constraint_name(arguments, attribute, what)
        _refuse_foreign(arguments)
        arguments.finish(*(("map",) if what == "@id" else ("fields", "map", "name")))
        if self._primary is not None:
            self._report(attribute.offset, f"a second primary key of {self._block.name}: expected one @id or @@id")
        if self._fields.model.is_view:
            self._report(attribute.offset, f"{what} in a view, which has no primary key: expected @unique")
        for key in keys:
            if key.column.field.arity is not Arity.REQUIRED and not self._fields.model.ignored:
                field = key.column.field.name
                self._report(attribute.offset, f"{what}: the field {field} is not required, as a primary key must be")
            if key.descending is not None:
                self._report(attribute.offset, f"{what}: a primary key has no sort order in PostgreSQL")
        key_name = name or primary_key_name(self._fields.model.written_name)
        fields = tuple(key.column.field.name for key in keys)
        columns = tuple(key.column.name for key in keys)
        if columns:
            self._primary = PrimaryKey(name=key_name, columns=columns), fields
            self._unique.add(fields)

    def _index(self, arguments: Arguments, attribute: Attribute, what: str, keys: list[IndexKey]) -> None:
        unique = attribute.name == "unique"
        client_name = arguments.text("name") if what != "@unique" else None
        name = self._constraint_name(arguments, attribute, what)
        if unique and what != "@unique":
            self._check_client_name(client_name, attribute, keys)
        if not unique and client_name is not None:
            if name is not None:
                self._report(attribute.offset, f"{what} has both `name` and `map`: expected `map`")
            name = client_name
        method = "btree" if unique else self._method(arguments)
        where = self._predicate(arguments)
        _refuse_foreign(arguments)
        arguments.finish(*_ARGUMENTS[what])
        self._check_index(attribute, what, method, keys, named=name is not None)
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
                descending=tuple(key.descending or False for key in keys),
                operator_classes=tuple(stored_operator_class(key.operator_class, method) for key in keys),
                location=self._fields.model.report.document.location(attribute.offset),
            )
        )
        if unique:
            self._unique.add(tuple(key.column.field.name for key in keys))

    def _predicate(self, arguments: Arguments) -> str | None:
        value = arguments.take("where")
        is_view = self._fields.model.is_view
        if value is not None and not is_view and "partialIndexes" not in self._fields.settings.preview_features:
            self._report(value.offset, '`where` needs previewFeatures = ["partialIndexes"] in a generator')
        return read_predicate(value, self._fields)

    def _check_index(self, attribute: Attribute, what: str, method: str, keys: list[IndexKey], *, named: bool) -> None:
        """Whether the database could have the index at all; `named`: the schema names it."""
        why = None
        if self._fields.model.is_view:
            why = self._unfit_for_a_view(attribute, keys, named=named)
        elif method == "hash" and any(key.descending is not None for key in keys):
            why = "a hash index has no sort order"
        elif attribute.name == "unique" and any(key.operator_class is not None for key in keys):
            why = "a unique index has no operator classes: expected @@index"
        else:
            why = misfit(method, [(key.column.field.name, key.column.type, key.operator_class) for key in keys])
        if why is not None:
            self._report(attribute.offset, f"{what}: {why}")

    def _unfit_for_a_view(self, attribute: Attribute, keys: list[IndexKey], *, named: bool) -> str | None:
        if attribute.name == "index":
            return "a view has no indexes"
        if named:
            return "a view has no unique index that `map` could name"
        if any(key.descending is not None or key.operator_class is not None for key in keys):
            return "a view has no unique index that could have an order or an operator class"
        return None

    def _check_client_name(self, name: str | None, attribute: Attribute, keys: list[IndexKey]) -> None:
        """The name that Prisma's client gives to a key of several fields, and the one that it would make."""
        what = f"@@{attribute.name}"
        made = "_".join(key.column.field.name for key in keys)
        if len(keys) > 1 and made in self._fields.columns:
            self._report(attribute.offset, f"{what}: the field {made} has the name that the client gives to this key")
        if name is None:
            return
        if not _CLIENT_NAME.fullmatch(name):
            self._report(attribute.offset, f"{what} `name`: expected only letters from a to z, digits and `_`")
        if name in self._fields.columns or name in self._fields.relations:
            self._report(
                attribute.offset, f"{what} `name`: {self._block.name} has a field {name}: expected another name"
            )
        if name in self._client_names:
            self._report(attribute.offset, f"{what} `name`: {name} stands twice in {self._block.name}")
        self._client_names.add(name)

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
        if isinstance(value, Constant) and value.name in METHODS:
            return METHODS[value.name]
        hint = did_you_mean(value.name, METHODS) if isinstance(value, Constant) else ""
        message = f"@@index `type`: found {described(value)}, expected one of {', '.join(METHODS)}"
        self._report(value.offset, message + hint)
        return "btree"

    def _keys(self, value: Expression, attribute: Attribute) -> list[IndexKey]:
        items = value.items if isinstance(value, Array) else (value,)
        if not items and not (self._fields.model.is_view and attribute.name == "unique"):
            self._report(attribute.offset, f"@@{attribute.name} has an empty list: expected at least one field")
        keys = [key for item in items if (key := self._key(item, attribute)) is not None]
        self._broken = self._broken or len(keys) < len(items)
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
            self._unknown_field(item, attribute)
            return None
        if isinstance(item, Constant):
            return IndexKey(column=column)
        # Prisma passes over every other argument of a field, and takes the first of two.
        given = {argument.name: argument.value for argument in reversed(item.arguments)}
        if "length" in given:
            self._report(given["length"].offset, f"@@{attribute.name} `length`: PostgreSQL has no prefix indexes")
        return IndexKey(
            column=column,
            descending=_descending(given.get("sort"), self._report),
            operator_class=_operator_class(given.get("ops"), self._report),
        )

    def _unknown_field(self, item: Constant | Call, attribute: Attribute) -> None:
        if item.name in self._fields.broken:
            return
        why, hint = "does not exist", did_you_mean(item.name, self._fields.columns)
        relation = self._fields.relations.get(item.name)
        if relation is not None:
            why, names = "is a relation", ", ".join(word.name for word in relation.fields or ())
            hint = f". Did you mean `{names}`?" if names else ""
        message = f"@@{attribute.name}: the field {item.name} {why}: expected a column of {self._block.name}"
        self._report(item.offset, message + hint)

    def _check_identity(self) -> None:
        """Prisma wants one key without optional fields, unless the model is ignored; lists count as required."""
        if self._fields.model.ignored or self._fields.model.is_view or self._broken or self._fields.doubtful:
            return
        columns = self._fields.columns
        for fields in self._unique:
            if all(
                columns[name].field.arity is not Arity.OPTIONAL and not columns[name].type.verbatim for name in fields
            ):
                return
        self._report(self._block.offset, f"{self._block.name} has no @id, @@id, @unique or @@unique of required fields")


def _refuse_foreign(arguments: Arguments) -> None:
    """Arguments that only other databases have."""
    arguments.refuse("length", "PostgreSQL has no prefix indexes")
    arguments.refuse("clustered", "PostgreSQL has no clustered indexes")


def _descending(value: Expression | None, report: Report) -> bool | None:
    """True for Desc, False for Asc, None for nothing."""
    if value is None or (isinstance(value, Constant) and value.name in ("Asc", "Desc")):
        return None if value is None else value.name == "Desc"
    report(value.offset, f"`sort`: found {described(value)}, expected Asc or Desc")
    return None


def _operator_class(value: Expression | None, report: Report) -> str | None:
    """The operator class as Prisma spells it, or as `raw("...")` has it; None when there is none."""
    if value is None:
        return None
    if isinstance(value, Constant) and value.name in OPERATOR_CLASSES:
        return value.name
    if isinstance(value, Call) and value.name == "raw" and len(value.arguments) == 1:
        text = value.arguments[0].value
        if isinstance(text, String):
            return text.value
    hint = did_you_mean(value.name, OPERATOR_CLASSES) if isinstance(value, Constant) else ""
    message = f'`ops`: found {described(value)}, expected an operator class as JsonbPathOps, or raw("...")'
    report(value.offset, message + hint)
    return None
