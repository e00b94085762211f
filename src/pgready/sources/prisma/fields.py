"""Fields of models -> columns and relation fields, each on its own; what connects them comes later."""

from dataclasses import dataclass, replace

from pgready.model.schema import ReferentialAction
from pgready.sources.prisma.arguments import Arguments, Report, described
from pgready.sources.prisma.column_types import (
    NATIVE_TYPES,
    SCALARS,
    ColumnType,
    NativeTypeProblem,
    enum_type,
    native_type,
    supported_type,
    unsupported_type,
)
from pgready.sources.prisma.declarations import Declarations, ModelDeclaration, database_name
from pgready.sources.prisma.defaults import Default, DefaultProblem, column_default
from pgready.sources.prisma.names import stored_name
from pgready.sources.prisma.nodes import Attribute, Constant, Expression, Field
from pgready.sources.prisma.settings import Settings
from pgready.sources.prisma.suggestions import did_you_mean

__all__ = ["ColumnField", "ModelFields", "RelationField", "read_fields"]

_ACTIONS = {
    "Cascade": ReferentialAction.CASCADE,
    "Restrict": ReferentialAction.RESTRICT,
    "NoAction": ReferentialAction.NO_ACTION,
    "SetNull": ReferentialAction.SET_NULL,
    "SetDefault": ReferentialAction.SET_DEFAULT,
}
_COLUMN_ATTRIBUTES = frozenset({"id", "unique", "map", "default", "updatedAt", "ignore"})
# What other languages call the scalar types.
_OTHER_NAMES = {
    "integer": "Int",
    "number": "Int",
    "serial": "Int @default(autoincrement())",
    "long": "BigInt",
    "double": "Float",
    "numeric": "Decimal",
    "bool": "Boolean",
    "text": "String",
    "varchar": "String",
    "char": "String",
    "uuid": "String @db.Uuid",
    "date": "DateTime @db.Date",
    "time": "DateTime @db.Time",
    "timestamp": "DateTime",
    "timestamptz": "DateTime @db.Timestamptz",
    "jsonb": "Json",
    "object": "Json",
    "bytea": "Bytes",
    "buffer": "Bytes",
}
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
    says, None when left out. `offset` is that of the attribute, or of the field. `doubtful`: an argument is unknown.
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
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFields:
    """A model with its fields read, in their order, by field name.

    `broken` are the names of fields that could not be read: what refers to them is not judged. `doubtful`: there are
    such, or an attribute of a field is unknown; then no key is missing.
    """

    model: ModelDeclaration
    settings: Settings
    columns: dict[str, ColumnField]
    relations: dict[str, RelationField]
    broken: frozenset[str] = frozenset()
    doubtful: bool = False


def read_fields(model: ModelDeclaration, declarations: Declarations) -> ModelFields:
    """Read every field; problems go to the model's report."""
    columns: dict[str, ColumnField] = {}
    relations: dict[str, RelationField] = {}
    taken: dict[str, Field] = {}
    broken = set(model.block.broken)
    for field in model.block.fields:
        if taken.setdefault(field.name, field) is not field:
            model.report(field.offset, f"the field {field.name} stands twice in {model.block.name}")
            continue
        target = None if field.unsupported else declarations.models.get(field.type)
        if target is not None:
            relations[field.name] = _relation(model, field, target)
        elif (column := _column(model, field, declarations)) is not None:
            columns[field.name] = column
        else:
            broken.add(field.name)
    _check_column_names(model, columns)
    return ModelFields(
        model=model,
        settings=declarations.settings,
        columns=columns,
        relations=relations,
        broken=frozenset(broken),
        doubtful=bool(broken) or any(_unknown(column.field) for column in columns.values()),
    )


def _unknown(field: Field) -> bool:
    return any(each.name not in _COLUMN_ATTRIBUTES and "." not in each.name for each in field.attributes)


def _check_column_names(model: ModelDeclaration, columns: dict[str, ColumnField]) -> None:
    seen: dict[str, ColumnField] = {}
    later = dict.fromkeys(columns)
    for name, column in columns.items():
        later.pop(name)
        if column.written_name in later and columns[column.written_name].name != column.name:
            message = f"@map of {name}: {column.name} is the name of a field below it: expected another name"
            model.report(column.field.offset, message)
        first = seen.setdefault(column.written_name, column)
        if first is not column:
            message = f"{column.field.name} has the column {column.name}, as {first.field.name} has: expected another"
            model.report(column.field.offset, message)


def _column(model: ModelDeclaration, field: Field, declarations: Declarations) -> ColumnField | None:
    report = model.report
    attributes = _by_name(field, report)
    native = _take_native(field, attributes, declarations, report)
    kind = _type(field, native, declarations, report)
    for name in attributes.keys() - _COLUMN_ATTRIBUTES:
        if kind is not None or name != "relation":
            _unknown_attribute(field, attributes[name], declarations.settings.datasource, report)
    if kind is None:
        return None
    _check_flags(field, kind, attributes, model)
    written = database_name(field.attributes, "@", report) or field.name
    default = _default(field, attributes.get("default"), kind, declarations, report)
    return ColumnField(field=field, name=stored_name(written), written_name=written, type=kind, default=default)


def _unknown_attribute(field: Field, attribute: Attribute, datasource: str, report: Report) -> None:
    if attribute.name == "relation":
        message = f"@relation on {field.name}, whose type {field.type} is no model: expected it on a relation field"
        report(attribute.offset, message)
        return
    known = [f"@{name}" for name in sorted(_COLUMN_ATTRIBUTES)]
    natives = [f"@{datasource}.{name}" for name in NATIVE_TYPES]
    given = f"@{attribute.name}"
    hint = did_you_mean(given, known) or did_you_mean(f"@{datasource}.{attribute.name}", natives)
    report(attribute.offset, f"unknown attribute {given} on the field {field.name}: expected {', '.join(known)}{hint}")


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
        name = supported_type(field.type)
        if name is not None:
            hint = f"{NATIVE_TYPES[name].scalar} @{declarations.settings.datasource}.{name}"
            report(field.type_offset, f'Unsupported("{field.type[:40]}") of {field.name}: Prisma has it, as {hint}')
        return unsupported_type(field.type, field.arity)
    enum = declarations.enums.get(field.type)
    if enum is None:
        if field.type not in declarations.broken:
            what = "a scalar type of Prisma, an enum, a model or Unsupported"
            other = _OTHER_NAMES.get(field.type.lower())
            names = [*SCALARS, *declarations.enums, *declarations.models]
            hint = f". Did you mean `{other}`?" if other else did_you_mean(field.type, names)
            report(field.type_offset, f"unknown type `{field.type}` of the field {field.name}: expected {what}{hint}")
        return None
    return enum_type(enum.block.name, enum.name, enum.sql, field.arity)


def _check_flags(field: Field, kind: ColumnType, attributes: dict[str, Attribute], model: ModelDeclaration) -> None:
    report = model.report
    ignore = attributes.get("ignore")
    if ignore is not None and field.unsupported:
        report(ignore.offset, f"@ignore on {field.name}: the client ignores every field of an Unsupported type")
    if ignore is not None and model.ignored:
        report(ignore.offset, f"@ignore on {field.name}: the whole of {model.block.name} is ignored with @@ignore")
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
    if enum is not None and isinstance(value, Constant) and value.name in enum.block.broken:
        return Default()
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
    if arguments.finish("name", "fields", "references", "onDelete", "onUpdate", "map"):
        return relation
    return replace(relation, doubtful=True)


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
    hint = did_you_mean(value.name, _ACTIONS) if isinstance(value, Constant) else ", without quotes"
    report(value.offset, f"@relation `{name}`: found {described(value)}, expected one of {', '.join(_ACTIONS)}{hint}")
    return None
