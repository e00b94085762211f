"""Models and relations -> tables with their columns, keys, indexes and foreign keys.

Source: `sql_schema_calculator.rs` of prisma-engines, and the SQL that Prisma's engine writes.
"""

import re
from collections.abc import Mapping

from pgready.model.names import QualifiedName, quote_identifier, serial_sequence_name
from pgready.model.schema import Column, ForeignKey, Index, PrimaryKey, ReferentialAction, Table
from pgready.sources.prisma.fields import ColumnField, RelationField
from pgready.sources.prisma.names import foreign_key_name, join_names, stored_name
from pgready.sources.prisma.nodes import Arity
from pgready.sources.prisma.relations import InlineRelation, JoinRelation, Model

__all__ = ["foreign_key", "join_table", "model_table"]

_SIMPLE_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_CASCADE = ReferentialAction.CASCADE


def model_table(model: Model, foreign_keys: tuple[ForeignKey, ...]) -> Table:
    """The table of a model."""
    declaration = model.fields.model
    key = model.keys.primary_key
    return Table(
        name=declaration.name,
        columns=tuple(_column(column, model) for column in model.fields.columns.values()),
        primary_key=key,
        indexes=tuple(sorted(model.keys.indexes, key=lambda index: index.name)),
        foreign_keys=tuple(sorted(foreign_keys, key=lambda key: key.name)),
        model=declaration.block.name,
        comment=declaration.block.comment,
        location=declaration.report.document.location(declaration.block.offset),
    )


def _column(column: ColumnField, model: Model) -> Column:
    """Lists are never NOT NULL; a SERIAL and a column of the primary key always are, whatever the field says."""
    key = model.keys.primary_key
    required = column.field.arity is Arity.REQUIRED
    default = _serial(column, model) if column.default.serial else column.default.sql
    return Column(
        name=column.name,
        type=column.type.canonical,
        not_null=required or column.default.serial or (key is not None and column.name in key.columns),
        default=default,
        verbatim_type=column.type.verbatim,
        autoincrement=column.default.serial,
        any_default=column.default.unknown,
        location=model.fields.model.report.document.location(column.field.offset),
    )


def _serial(column: ColumnField, model: Model) -> str:
    """The default that PostgreSQL gives to a SERIAL column, the sequence with its schema."""
    table = model.fields.model.name
    name = _quoted_if_needed(serial_sequence_name(table.name, column.name))
    sequence = f"{_quoted_if_needed(table.schema)}.{name}".replace("'", "''")
    return f"nextval('{sequence}'::regclass)"


def _quoted_if_needed(name: str) -> str:
    return name if _SIMPLE_NAME.fullmatch(name) else quote_identifier(name)


def foreign_key(relation: InlineRelation, models: Mapping[str, Model]) -> ForeignKey:
    """The key of a one-to-many or one-to-one relation."""
    side = relation.forward
    own, target = models[side.model.block.name].fields, models[side.target.block.name].fields
    columns = [own.columns[word.name] for word in side.fields or ()]
    made = foreign_key_name(side.model.written_name, (column.written_name for column in columns))
    return ForeignKey(
        name=side.constraint or made,
        table=side.model.name,
        columns=tuple(column.name for column in columns),
        referenced_table=side.target.name,
        referenced_columns=tuple(target.columns[word.name].name for word in side.references or ()),
        on_delete=side.on_delete or _default_on_delete(side, columns),
        on_update=side.on_update or _CASCADE,
        location=side.model.report.document.location(side.field.offset),
    )


def _default_on_delete(side: RelationField, columns: list[ColumnField]) -> ReferentialAction:
    """RESTRICT as soon as one column of the key is required, else SET NULL."""
    required = any(column.field.arity is Arity.REQUIRED for column in columns)
    if required or side.field.arity is Arity.REQUIRED:
        return ReferentialAction.RESTRICT
    return ReferentialAction.SET_NULL


def join_table(relation: JoinRelation, models: Mapping[str, Model], *, foreign_keys: bool) -> Table:
    """The table of an implicit many-to-many relation, as Prisma makes it since version 6.

    Before version 6 it had a unique index `_X_AB_unique` in place of the primary key `_X_AB_pkey`.
    """
    written = f"_{relation.name}"[:63]
    name = QualifiedName(relation.a.model.name.schema, stored_name(written))
    primary, index, key_a, key_b = join_names(written)
    sides = (("A", relation.a, key_a), ("B", relation.b, key_b))
    location = relation.a.model.report.document.location(relation.a.field.offset)
    columns = [
        Column(name=letter, type=_id_type(side, models), not_null=True, location=location) for letter, side, _ in sides
    ]
    keys = [
        ForeignKey(
            name=key,
            table=name,
            columns=(letter,),
            referenced_table=side.model.name,
            referenced_columns=_id_columns(side, models),
            on_delete=_CASCADE,
            on_update=_CASCADE,
            location=side.model.report.document.location(side.field.offset),
        )
        for letter, side, key in sides
    ]
    return Table(
        name=name,
        columns=tuple(columns),
        primary_key=PrimaryKey(name=primary, columns=("A", "B")),
        indexes=(Index(name=index, columns=("B",), descending=(False,), operator_classes=("",), location=location),),
        foreign_keys=tuple(keys) if foreign_keys else (),
        location=location,
    )


def _id_columns(side: RelationField, models: Mapping[str, Model]) -> tuple[str, ...]:
    key = models[side.model.block.name].keys.primary_key
    return key.columns if key is not None else ()


def _id_type(side: RelationField, models: Mapping[str, Model]) -> str:
    model = models[side.model.block.name]
    return model.fields.columns[model.keys.primary_fields[0]].type.canonical
