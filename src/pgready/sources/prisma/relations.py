"""Relation fields -> relations: which two fields belong together, and which side holds the key.

Source: `parser-database/src/relations.rs` of prisma-engines: the opposite of a field is the first field of the other
model that points back and has the same relation name.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pgready.sources.prisma.arguments import listed
from pgready.sources.prisma.fields import ModelFields, RelationField
from pgready.sources.prisma.indexes import Keys
from pgready.sources.prisma.nodes import Arity
from pgready.sources.prisma.suggestions import did_you_mean

__all__ = ["InlineRelation", "JoinRelation", "Model", "pair_relations"]

_RelationKey = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model with everything that it says about itself."""

    fields: ModelFields
    keys: Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineRelation:
    """A relation with its key in the table of `forward`'s model: one-to-many or one-to-one."""

    forward: RelationField


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRelation:
    """An implicit many-to-many relation: `a` is the field of the model that comes first by name (then by field)."""

    a: RelationField
    b: RelationField

    @property
    def name(self) -> str:
        """The given name, or `AToB`."""
        return self.a.name or f"{self.a.model.block.name}To{self.b.model.block.name}"


def pair_relations(models: Mapping[str, Model]) -> Iterator[InlineRelation | JoinRelation]:
    """Every relation once, in order of models and fields; what Prisma rejects is a problem and left out."""
    alike = _by_relation(models)
    for model in models.values():
        for field in model.fields.relations.values():
            if field is alike[_key(field)][0]:
                _check_ambiguity(field, alike[_key(field)])
            back = alike.get((field.target.block.name, field.model.block.name, field.name), ())
            _check_ignored(field)
            opposite = next((other for other in back if other is not field), None)
            if opposite is None:
                _missing_opposite(field, models[field.target.block.name].fields)
            elif (relation := _relation(field, opposite, models)) is not None:
                yield relation


def _by_relation(models: Mapping[str, Model]) -> dict[_RelationKey, list[RelationField]]:
    """The fields by model, target and relation name: usually one, two of a self relation."""
    alike: defaultdict[_RelationKey, list[RelationField]] = defaultdict(list)
    for model in models.values():
        for field in model.fields.relations.values():
            alike[_key(field)].append(field)
    return dict(alike)


def _key(field: RelationField) -> _RelationKey:
    return field.model.block.name, field.target.block.name, field.name


def _check_ignored(field: RelationField) -> None:
    """The client leaves out an ignored model, and so must it leave out every field of that type."""
    ignored = any(attribute.name == "ignore" for attribute in field.field.attributes)
    if field.target.ignored and not ignored and not field.model.ignored:
        message = f"{field.field.name} needs @ignore, as {field.target.block.name} has @@ignore"
        field.model.report(field.field.offset, message)


def _missing_opposite(field: RelationField, target: ModelFields) -> None:
    if target.broken or field.doubtful:
        return
    name = field.field.name
    expected = f"expected a field of type {field.model.block.name} in {target.model.block.name}"
    named = f' with the relation name "{field.name}"' if field.name else ""
    alike = [other for other in target.relations.values() if other.target is field.model and other is not field]
    if alike:
        other = alike[0]
        hint = f'"{other.name}"' if other.name else "no relation name"
        named += f"; {other.field.name} there has {hint}"
    field.model.report(field.field.offset, f"the relation field {name} has no opposite: {expected}{named}")


def _check_ambiguity(field: RelationField, alike: list[RelationField]) -> None:
    allowed = 2 if field.target is field.model else 1
    if len(alike) > allowed or (len(alike) > 1 and field.name is None):
        names = listed(other.field.name for other in alike)
        message = f"{names} have the same relation to {field.target.block.name}: expected a name for each"
        field.model.report(field.offset, message)


def _relation(
    field: RelationField, opposite: RelationField, models: Mapping[str, Model]
) -> InlineRelation | JoinRelation | None:
    lists = field.field.arity is Arity.LIST, opposite.field.arity is Arity.LIST
    if all(lists):
        return _join(field, opposite, models) if _comes_first(field, opposite) else None
    if lists[0]:
        _check_back(field)
        return None
    if lists[1]:
        return InlineRelation(forward=field) if _is_complete(field, models) else None
    return _one_to_one(field, opposite, models)


def _comes_first(field: RelationField, opposite: RelationField) -> bool:
    """Model A is the first by name; of one model, the first field by name."""
    return (field.model.block.name, field.field.name) < (opposite.model.block.name, opposite.field.name)


def _one_to_one(field: RelationField, opposite: RelationField, models: Mapping[str, Model]) -> InlineRelation | None:
    if field.fields is None:
        if opposite.fields is None and _comes_first(field, opposite) and not (field.doubtful or opposite.doubtful):
            message = f"neither {field.field.name} nor {opposite.field.name} has `fields` and `references` in @relation"
            field.model.report(field.offset, f"{message}: expected them on one side")
        elif opposite.fields is not None:
            _check_back(field, empty=opposite.field.arity is Arity.REQUIRED)
            if field.field.arity is Arity.REQUIRED:
                message = f"{field.field.name} is the side of a one-to-one relation without the key: expected `?`"
                field.model.report(field.field.offset, message)
        return None
    if opposite.fields is not None:
        if _comes_first(field, opposite):
            message = "both sides of the relation have `fields`: expected them on one side"
            field.model.report(field.offset, message)
        return None
    if not _is_complete(field, models):
        return None
    names = tuple(word.name for word in field.fields)
    keys = models[field.model.block.name].keys
    if names not in keys.unique and keys.complete:
        expected = f"@@unique([{', '.join(names)}]), in this order" if len(names) > 1 else "@unique on it"
        message = f"the fields of the one-to-one relation {field.field.name} are not unique: expected {expected}"
        field.model.report(field.offset, message)
    return InlineRelation(forward=field)


def _check_back(field: RelationField, *, empty: bool = False) -> None:
    """The side without the key says nothing about it; Prisma minds an empty list only now and then (`empty`)."""
    given = [
        name
        for name, value in (
            ("fields", field.fields),
            ("references", field.references),
            ("onDelete", field.on_delete),
            ("onUpdate", field.on_update),
        )
        if value or (empty and value is not None)
    ]
    if given:
        message = f"{field.field.name} is the side without the key: expected no `{given[0]}` in its @relation"
        field.model.report(field.offset, message)


def _is_complete(field: RelationField, models: Mapping[str, Model]) -> bool:
    """Whether the side with the key says which fields refer to which."""
    report = field.model.report
    if field.doubtful:
        return False
    if not field.fields or not field.references:
        lacking = "fields" if not field.fields else "references"
        expected = "expected @relation(fields: [...], references: [...])"
        report(field.offset, f"the relation field {field.field.name} lacks `{lacking}` in @relation: {expected}")
        return False
    if len(field.fields) != len(field.references):
        report(field.offset, f"{field.field.name}: `fields` and `references` differ in their number of fields")
        return False
    own = models[field.model.block.name].fields
    target = models[field.target.block.name].fields
    if not all([*_known(field, "fields", own), *_known(field, "references", target)]):
        return False
    return _check_referenced(field, models) and _check_types(field, own, target)


def _known(field: RelationField, argument: str, fields: ModelFields) -> Iterator[bool]:
    words = (field.fields if argument == "fields" else field.references) or ()
    seen: set[str] = set()
    for word in words:
        known = word.name in fields.columns and word.name not in seen
        if not known and word.name not in fields.broken:
            why = "stands twice" if word.name in seen else f"is no column of {fields.model.block.name}"
            hint = "" if word.name in seen else did_you_mean(word.name, fields.columns)
            field.model.report(word.offset, f"`{argument}`: `{word.name}` {why}{hint}")
        seen.add(word.name)
        yield known


def _check_types(field: RelationField, own: ModelFields, target: ModelFields) -> bool:
    optional = False
    for word, referenced in zip(field.fields or (), field.references or (), strict=True):
        column, other = own.columns[word.name], target.columns[referenced.name]
        optional = optional or column.field.arity is Arity.OPTIONAL
        if (column.type.scalar, column.type.enum) != (other.type.scalar, other.type.enum):
            message = f"{word.name} is {column.field.type}, but {referenced.name} is {other.field.type}"
            field.model.report(word.offset, f"{message}: expected the same type")
            return False
    if optional and field.field.arity is Arity.REQUIRED:
        message = f"{field.field.name} is required, but one of its `fields` is optional: expected `?` on both or none"
        field.model.report(field.field.offset, message)
        return False
    return True


def _check_referenced(field: RelationField, models: Mapping[str, Model]) -> bool:
    """PostgreSQL lets a key refer only to what is unique, in any order."""
    names = sorted(word.name for word in field.references or ())
    target = models[field.target.block.name]
    if any(sorted(fields) == names for fields in target.keys.unique):
        return True
    if target.fields.broken or not target.keys.complete:
        return False
    message = f"`references`: {listed(names)} of {field.target.block.name} is not unique: expected @id or @unique"
    field.model.report(field.offset, message)
    return False


def _join(field: RelationField, opposite: RelationField, models: Mapping[str, Model]) -> JoinRelation | None:
    complete = True
    for side in (field, opposite):
        if side.model.is_view:
            message = f"{side.field.name} is a many-to-many relation of a view, which no table can refer to"
            side.model.report(side.offset, message)
        if side.fields is not None or side.references is not None or side.on_delete or side.on_update:
            message = f"{side.field.name} is a many-to-many relation: expected only a name in its @relation"
            side.model.report(side.offset, message)
            complete = False
        model = models[side.model.block.name]
        readable = model.keys.complete and not model.fields.broken
        if not side.model.is_view and readable and len(model.keys.primary_fields) != 1:
            message = f"the many-to-many relation {side.field.name} needs a model with an @id of one field"
            side.model.report(side.field.offset, message)
            complete = False
    return JoinRelation(a=field, b=opposite) if complete else None
