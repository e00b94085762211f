"""Fields of models -> columns and relation fields, each on its own; what connects them comes later."""

from dataclasses import dataclass

from pgready.model.schema import ReferentialAction
from pgready.sources.prisma.arguments import Arguments, Report, described
from pgready.sources.prisma.column_types import (
    SCALARS,
    ColumnType,
    NativeTypeProblem,
    enum_type,
    native_type,
    unsupported_type,
)
from pgready.sources.prisma.declarations import Declarations, ModelDeclaration, database_name
from pgready.sources.prisma.defaults import Default, DefaultProblem, column_default
from pgready.sources.prisma.names import stored_name
from pgready.sources.prisma.nodes import Attribute, Constant, Expression, Field

__all__ = ["ColumnField", "ModelFields", "RelationField", "read_fields"]

_ACTIONS = {
    "Cascade": ReferentialAction.CASCADE,
    "Restrict": ReferentialAction.RESTRICT,
    "NoAction": ReferentialAction.NO_ACTION,
    "SetNull": ReferentialAction.SET_NULL,
    "SetDefault": ReferentialAction.SET_DEFAULT,
}
_COLUMN_ATTRIBUTES = frozenset({"id", "unique", "map", "default", "updatedAt", "ignore"})
_RELATION_ATTRIBUTES = frozenset({"relation", "ignore"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnField:
    """A field that is a column. `written_name` is the name as Prisma writes it, `name` as the server stores it."""

    field: Field
    name: str
    written_name: str
    type: ColumnType
    default: Default


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationField:
    """A field whose type is a model: one side of a relation.

    `name` is the relation's name if given; `fields`, `references`, the actions and `constraint` are what `@relation`
    says, None when left out. `offset` is that of the attribute, or of the field.
    """

    model: ModelDeclaration
    field: Field
    target: ModelDeclaration
    name: str | None = None
    fields: tuple[Constant, ...] | None = None
    references: tuple[Constant, ...] | None = None
    on_delete: ReferentialAction | None = None
    on_update: ReferentialAction | None = None
    constraint: str | None = None
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFields:
    """A model with its fields read, in their order, by field name."""

    model: ModelDeclaration
    columns: dict[str, ColumnField]
    relations: dict[str, RelationField]


def read_fields(model: ModelDeclaration, declarations: Declarations) -> ModelFields:
    """Read every field; problems go to the model's report."""
    columns: dict[str, ColumnField] = {}
    relations: dict[str, RelationField] = {}
    taken: dict[str, Field] = {}
    for field in model.block.fields:
        if taken.setdefault(field.name, field) is not field:
            model.report(field.offset, f"the field {field.name} stands twice in {model.block.name}")
            continue
        target = None if field.unsupported else declarations.models.get(field.type)
        if target is not None:
            relations[field.name] = _relation(model, field, target)
        elif (column := _column(model, field, declarations)) is not None:
            columns[field.name] = column
    _check_column_names(model, columns)
    return ModelFields(model=model, columns=columns, relations=relations)


def _check_column_names(model: ModelDeclaration, columns: dict[str, ColumnField]) -> None:
    seen: dict[str, ColumnField] = {}
    for column in columns.values():
        first = seen.setdefault(column.name, column)
        if first is not column:
            message = f"{column.field.name} has the column {column.name}, as {first.field.name} has: expected another"
            model.report(column.field.offset, message)


def _column(model: ModelDeclaration, field: Field, declarations: Declarations) -> ColumnField | None:
    report = model.report
    attributes = _by_name(field, report)
    native = _take_native(field, attributes, declarations, report)
    for name in attributes.keys() - _COLUMN_ATTRIBUTES:
        expected = ", ".join(f"@{known}" for known in sorted(_COLUMN_ATTRIBUTES))
        report(attributes[name].offset, f"unknown attribute @{name} on the field {field.name}: expected {expected}")
    kind = _type(field, native, declarations, report)
    if kind is None:
        return None
    _check_flags(field, kind, attributes, report)
    written = database_name(field.attributes, "@", report) or field.name
    default = _default(field, attributes.get("default"), kind, declarations, report)
    return ColumnField(field=field, name=stored_name(written), written_name=written, type=kind, default=default)


def _by_name(field: Field, report: Report) -> dict[str, Attribute]:
    attributes: dict[str, Attribute] = {}
    for attribute in field.attributes:
        if attribute.name in attributes:
            report(attribute.offset, f"@{attribute.name} stands twice on the field {field.name}: expected it once")
        attributes[attribute.name] = attribute
    return attributes


def _take_native(
    field: Field, attributes: dict[str, Attribute], declarations: Declarations, report: Report
) -> Attribute | None:
    """The attribute with a dot, which names a native type."""
    natives = [attributes.pop(name) for name in list(attributes) if "." in name]
    for extra in natives[1:]:
        report(extra.offset, f"a second native type on the field {field.name}: expected one")
    if not natives:
        return None
    prefix = natives[0].name.partition(".")[0]
    if prefix != declarations.settings.datasource:
        expected = f"@{declarations.settings.datasource}."
        report(natives[0].offset, f"@{natives[0].name}: expected `{expected}`, the name of the datasource")
    return natives[0]


def _type(field: Field, native: Attribute | None, declarations: Declarations, report: Report) -> ColumnType | None:
    if not field.unsupported and field.type in SCALARS:
        try:
            return native_type(field.type, field.arity, native)
        except NativeTypeProblem as problem:
            report(native.offset if native else field.type_offset, str(problem))
            return None
    if native is not None:
        report(native.offset, f"@{native.name}: a native type belongs to a scalar field")
    if field.unsupported:
        return unsupported_type(field.type, field.arity)
    enum = declarations.enums.get(field.type)
    if enum is None:
        what = "a scalar type of Prisma, an enum, a model or Unsupported"
        report(field.type_offset, f"unknown type `{field.type}` of the field {field.name}: expected {what}")
        return None
    return enum_type(enum.block.name, enum.name, enum.sql, field.arity)


def _check_flags(field: Field, kind: ColumnType, attributes: dict[str, Attribute], report: Report) -> None:
    updated = attributes.get("updatedAt")
    if updated is not None and (kind.scalar != "DateTime" or kind.is_list):
        report(updated.offset, f"@updatedAt belongs to a DateTime field, not to {field.name}")
    for name in ("updatedAt", "ignore"):
        if name in attributes:
            Arguments.of(attributes[name], "@", report).finish()


def _default(
    field: Field,
    attribute: Attribute | None,
    kind: ColumnType,
    declarations: Declarations,
    report: Report,
) -> Default:
    if attribute is None:
        return Default()
    arguments = Arguments.of(attribute, "@", report)
    value = arguments.default("value")
    arguments.refuse("map", "PostgreSQL has no names for defaults")
    arguments.finish("value")
    if value is None:
        return Default()
    enum = declarations.enums.get(kind.enum or "")
    try:
        return column_default(value, kind, enum.values if enum else {})
    except DefaultProblem as problem:
        report(value.offset, f"@default of {field.name}: {problem}")
        return Default()


def _relation(model: ModelDeclaration, field: Field, target: ModelDeclaration) -> RelationField:
    report = model.report
    attributes = _by_name(field, report)
    for name in attributes.keys() - _RELATION_ATTRIBUTES:
        message = f"@{name} on {field.name}, which is a relation: expected @relation or @ignore"
        report(attributes[name].offset, message)
    if "ignore" in attributes:
        Arguments.of(attributes["ignore"], "@", report).finish()
    attribute = attributes.get("relation")
    if attribute is None:
        return RelationField(model=model, field=field, target=target, offset=field.offset)
    arguments = Arguments.of(attribute, "@", report)
    relation = RelationField(
        model=model,
        field=field,
        target=target,
        fields=_field_list(arguments, "fields"),
        references=_field_list(arguments, "references"),
        on_delete=_action(arguments, "onDelete", report),
        on_update=_action(arguments, "onUpdate", report),
        constraint=_constraint(arguments, attribute, report),
        name=_relation_name(arguments, attribute),
        offset=attribute.offset,
    )
    arguments.finish("name", "fields", "references", "onDelete", "onUpdate", "map")
    return relation


def _field_list(arguments: Arguments, name: str) -> tuple[Constant, ...] | None:
    value = arguments.take(name)
    return None if value is None else tuple(arguments.as_words(value))


def _relation_name(arguments: Arguments, attribute: Attribute) -> str | None:
    if not any(argument.name in (None, "name") for argument in attribute.arguments):
        return None
    value = arguments.default("name")
    return None if value is None else arguments.as_text(value, "name")


def _constraint(arguments: Arguments, attribute: Attribute, report: Report) -> str | None:
    name = arguments.text("map")
    if name is not None and stored_name(name) != name:
        report(attribute.offset, "@relation `map`: the name is longer than the 63 bytes that PostgreSQL stores")
    return name


def _action(arguments: Arguments, name: str, report: Report) -> ReferentialAction | None:
    value: Expression | None = arguments.take(name)
    if value is None:
        return None
    if isinstance(value, Constant) and value.name in _ACTIONS:
        return _ACTIONS[value.name]
    report(value.offset, f"@relation `{name}`: found {described(value)}, expected one of {', '.join(_ACTIONS)}")
    return None
