"""Syntax trees of all files of a schema -> the database that Prisma would make of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef, QualifiedName
from pgready.model.schema import CutName, Enum, ForeignKey, Schema, Table
from pgready.sources.prisma.collection import paused_collection
from pgready.sources.prisma.declarations import Declarations, declare
from pgready.sources.prisma.emulated import check_emulated
from pgready.sources.prisma.fields import read_fields
from pgready.sources.prisma.indexes import read_keys
from pgready.sources.prisma.nodes import Document
from pgready.sources.prisma.problems import NothingElse, Problems, TooManyProblems
from pgready.sources.prisma.relations import InlineRelation, JoinRelation, Model, pair_relations
from pgready.sources.prisma.settings import read_settings
from pgready.sources.prisma.tables import foreign_key, join_table, model_table

__all__ = ["resolve", "to_schema"]


def to_schema(documents: Iterable[Document]) -> Schema:
    """The tables, enums, views and extensions that the documents declare together, as one schema.

    Models and enums with `@ignore` or `@@ignore` are in the database and so in the result. Views are listed by name
    only: Prisma's migrations never make them. Without any model the result is empty, as Prisma's is.

    Accepted is what Prisma's validator of version 6 or 8 accepts, except for what then fails in PostgreSQL or before:
    names of tables, columns, types and extensions that are empty or have a quotation mark or NUL, NUL in a text,
    lengths that no type has, `autoincrement()` and `now()` on lists, the year 0, exponents above a thousand, no
    datasource. Unknown preview features are accepted, as each version has others and none changes the tables.

    Raises:
        SourceError: with the place of everything that Prisma rejects or that is not understood; further errors in
            its `others`.

    """
    problems = Problems()
    schema = resolve(documents, problems)
    problems.raise_if_any()
    return schema


def resolve(documents: Iterable[Document], problems: Problems) -> Schema:
    """Like `to_schema`, but errors go to `problems`; what refers to lines that could not be read is no error."""
    with paused_collection(), suppress(TooManyProblems, NothingElse):
        return _resolved(tuple(sorted(documents, key=lambda document: document.path)), problems)
    return Schema()


def _resolved(documents: tuple[Document, ...], problems: Problems) -> Schema:
    settings = read_settings(documents, problems)
    declarations = declare(documents, settings, problems)
    models = _models(declarations)
    relations = list(pair_relations(models))
    if not settings.foreign_keys:
        check_emulated((each for each in relations if isinstance(each, InlineRelation)), models)
    if problems:
        return Schema()
    tables = _tables(models, relations, foreign_keys=settings.foreign_keys)
    # Keys have names that may clash even where Prisma makes none of them.
    _check_clashes(_tables(models, relations, foreign_keys=True), problems)
    _check_names_of_views(models, relations, tables, problems)
    return Schema(
        tables=tuple(sorted(tables, key=lambda table: table.name)),
        enums=_enums(declarations),
        views=tuple(sorted(model.name for model in declarations.models.values() if model.is_view)),
        extensions=settings.extensions,
        partial_indexes="partialIndexes" in settings.preview_features,
        namespaces=settings.schemas or (),
        cut_names=tuple(_cut_names(models, declarations)),
    )


def _cut_names(models: Mapping[str, Model], declarations: Declarations) -> Iterator[CutName]:
    """What the server stores under a shorter name than Prisma writes."""
    for enum in declarations.enums.values():
        place = enum.report.document.location(enum.block.offset)
        yield from _if_cut(ObjectKind.TYPE, enum.name, enum.written_name, place)
    for model in models.values():
        declaration, document = model.fields.model, model.fields.model.report.document
        kind = ObjectKind.VIEW if declaration.is_view else ObjectKind.TABLE
        place = document.location(declaration.block.offset)
        yield from _if_cut(kind, declaration.name, declaration.written_name, place)
        for column in () if declaration.is_view else model.fields.columns.values():
            name, place = QualifiedName(declaration.name.schema, column.name), document.location(column.field.offset)
            yield from _if_cut(ObjectKind.COLUMN, name, column.written_name, place, table=declaration.name.name)


def _if_cut(
    kind: ObjectKind, name: QualifiedName, written: str, place: Location, *, table: str | None = None
) -> Iterator[CutName]:
    if written != name.name:
        object_ = ObjectRef(kind=kind, schema=name.schema, table=table, name=name.name)
        yield CutName(object=object_, written=written, location=place)


def _models(declarations: Declarations) -> dict[str, Model]:
    models: dict[str, Model] = {}
    for name, declaration in declarations.models.items():
        fields = read_fields(declaration, declarations)
        models[name] = Model(fields=fields, keys=read_keys(fields))
    return models


def _tables(
    models: Mapping[str, Model], relations: list[InlineRelation | JoinRelation], *, foreign_keys: bool
) -> list[Table]:
    keys: defaultdict[QualifiedName, list[ForeignKey]] = defaultdict(list)
    joins: list[Table] = []
    for relation in relations:
        if isinstance(relation, JoinRelation):
            if not (relation.a.model.is_view or relation.b.model.is_view):
                joins.append(join_table(relation, models, foreign_keys=foreign_keys))
        elif foreign_keys and not (relation.forward.model.is_view or relation.forward.target.is_view):
            key = foreign_key(relation, models)
            keys[key.table].append(key)
    tables = [
        model_table(model, tuple(keys[model.fields.model.name]))
        for model in models.values()
        if not model.fields.model.is_view
    ]
    return tables + joins


def _enums(declarations: Declarations) -> tuple[Enum, ...]:
    enums = (
        Enum(
            name=enum.name,
            values=tuple(enum.values.values()),
            location=enum.report.document.location(enum.block.offset),
        )
        for enum in declarations.enums.values()
    )
    return tuple(sorted(enums, key=lambda enum: enum.name))


def _check_clashes(tables: list[Table], problems: Problems) -> None:
    """Names that Prisma refuses the second time: keys and indexes within a schema, constraints within a table.

    It does not look at the tables of implicit many-to-many relations. Of two with one name it makes one without a word,
    and both relations write into it: that is an error here. What else clashes there rule INV004 finds.
    """
    by_schema: set[QualifiedName] = set()
    names: set[QualifiedName] = set()
    for table in tables:
        if table.model is None:
            if table.name in names and table.location is not None:
                message = f"a second table {table.name}: expected another name for model or relation"
                problems.add(table.location, message)
            names.add(table.name)
            continue
        names.add(table.name)
        by_table: set[str] = set()
        for name, location, is_index in _constraints(table):
            qualified = QualifiedName(table.name.schema, name)
            if location is not None and (name in by_table or (is_index and qualified in by_schema)):
                message = f"a second constraint or index with the name {name}: expected another name in `map`"
                problems.add(location, message)
            by_table.add(name)
            if is_index:
                by_schema.add(qualified)


def _check_names_of_views(
    models: Mapping[str, Model],
    relations: list[InlineRelation | JoinRelation],
    tables: list[Table],
    problems: Problems,
) -> None:
    """What a view would have, if it were a table, takes a name all the same: its unique indexes, and keys to it."""
    taken = {
        QualifiedName(model.fields.model.name.schema, index.name)
        for model in models.values()
        if model.fields.model.is_view
        for index in model.keys.indexes
    }
    inline = (relation for relation in relations if isinstance(relation, InlineRelation))
    keys = {
        (key.table, key.name) for each in inline if each.forward.target.is_view for key in [foreign_key(each, models)]
    }
    for table in tables if taken or keys else ():
        for name, location, is_index in _constraints(table):
            in_view = is_index and QualifiedName(table.name.schema, name) in taken
            if location is not None and (in_view or (table.name, name) in keys):
                problems.add(location, f"the name {name} belongs to a view already: expected another name in `map`")


def _constraints(table: Table) -> list[tuple[str, Location | None, bool]]:
    found = [(index.name, index.location, True) for index in table.indexes]
    if table.primary_key is not None:
        found.append((table.primary_key.name, table.location, True))
    return found + [(key.name, key.location, False) for key in table.foreign_keys]
