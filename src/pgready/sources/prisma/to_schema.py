"""Syntax trees of all files of a schema -> the database that Prisma would make of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress

from pgready.errors import SourceError
from pgready.model.location import Location
from pgready.model.names import QualifiedName
from pgready.model.schema import Enum, ForeignKey, Schema, Table
from pgready.sources.prisma.collection import paused_collection
from pgready.sources.prisma.declarations import Declarations, declare
from pgready.sources.prisma.fields import read_fields
from pgready.sources.prisma.indexes import read_keys
from pgready.sources.prisma.nodes import Document
from pgready.sources.prisma.problems import Problems, TooManyProblems
from pgready.sources.prisma.relations import InlineRelation, JoinRelation, Model, pair_relations
from pgready.sources.prisma.settings import read_settings
from pgready.sources.prisma.tables import foreign_key, join_table, model_table

__all__ = ["to_schema"]


def to_schema(documents: Iterable[Document]) -> Schema:
    """The tables, enums, views and extensions that the documents declare together, as one schema.

    Models and enums with `@ignore` or `@@ignore` are in the database and so in the result. Views are listed by name
    only: Prisma's migrations never make them.

    Raises:
        SourceError: with the place of everything that Prisma rejects or that is not understood; further errors in
            its `others`.

    """
    with paused_collection():
        return _to_schema(tuple(sorted(documents, key=lambda document: document.path)))


def _to_schema(documents: tuple[Document, ...]) -> Schema:
    problems = Problems()
    schema = Schema()
    with suppress(TooManyProblems):
        schema = _resolved(documents, problems)
    problems.raise_if_any()
    return schema


def _resolved(documents: tuple[Document, ...], problems: Problems) -> Schema:
    settings = read_settings(documents, problems)
    declarations = declare(documents, settings, problems)
    models = _models(declarations)
    relations = list(pair_relations(models))
    problems.raise_if_any()
    tables = _tables(models, relations, foreign_keys=settings.foreign_keys)
    if not tables:
        raise SourceError("the schema declares no model: expected at least one", path=documents[0].path)
    _check_clashes(tables, problems)
    return Schema(
        tables=tuple(sorted(tables, key=lambda table: table.name)),
        enums=_enums(declarations),
        views=tuple(sorted(model.name for model in declarations.models.values() if model.is_view)),
        extensions=settings.extensions,
    )


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
    """Names that Prisma refuses the second time: keys and indexes within a schema, constraints within a table."""
    by_schema: set[QualifiedName] = set()
    names: set[QualifiedName] = set()
    for table in tables:
        if table.name in names and table.location is not None:
            problems.add(table.location, f"a second table {table.name}: expected another name for model or relation")
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


def _constraints(table: Table) -> list[tuple[str, Location | None, bool]]:
    found = [(index.name, index.location, True) for index in table.indexes]
    if table.primary_key is not None:
        found.append((table.primary_key.name, table.location, True))
    return found + [(key.name, key.location, False) for key in table.foreign_keys]
