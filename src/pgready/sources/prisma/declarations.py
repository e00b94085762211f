"""What the files declare, by name: models, views and enums with their names in the database.

The first of the steps from syntax to schema: after it every type name can be looked up.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pgready.model.names import QualifiedName, quote_identifier
from pgready.sources.prisma.arguments import Arguments, Report
from pgready.sources.prisma.column_types import SCALARS
from pgready.sources.prisma.names import stored_name
from pgready.sources.prisma.nodes import Attribute, Block, BlockKind, Document, EnumBlock
from pgready.sources.prisma.problems import Problems
from pgready.sources.prisma.settings import DEFAULT_SCHEMA, Settings

__all__ = ["Declarations", "EnumDeclaration", "ModelDeclaration", "database_name", "declare"]

_ENUM_ATTRIBUTES = ("map", "schema")
_RESERVED = frozenset(
    re.findall(
        r"\w+",
        """
        PrismaClient async await break case catch class const continue debugger default delete do else enum export
        extends false finally for function if implements import in instanceof interface let new null package private
        protected public return super switch this throw true try typeof using var void while with yield
        """,
    )
)
"""Names that no model, view or enum may have (`parser-database/src/names/reserved_model_names.rs`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumDeclaration:
    """An enum. `values` maps Prisma's names to those in the database, in their order, never cut: the server refuses."""

    block: EnumBlock
    report: Report
    name: QualifiedName
    written_name: str
    sql: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDeclaration:
    """A model or view. `written_name` is the table's name as Prisma writes it, before the server cuts it.

    `ignored`: it has `@@ignore`. That is the client's affair only, the table exists.
    """

    block: Block
    report: Report
    name: QualifiedName
    written_name: str
    is_view: bool
    ignored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """Models and views, and enums, by their names in the schema file, in order of files and lines.

    `broken` are names that stand where a declaration could not be read: no type of that name is unknown.
    """

    settings: Settings
    models: dict[str, ModelDeclaration]
    enums: dict[str, EnumDeclaration]
    broken: frozenset[str] = frozenset()


def declare(documents: tuple[Document, ...], settings: Settings, problems: Problems) -> Declarations:
    """Collect the declarations; what is declared twice or not supported is a problem."""
    models: dict[str, ModelDeclaration] = {}
    enums: dict[str, EnumDeclaration] = {}
    taken: set[str] = set()
    types: set[str] = set()
    for document in documents:
        report = Report(document, problems)
        for block in document.blocks:
            if not _is_new(block, taken, report):
                continue
            if block.kind is BlockKind.TYPE:
                report(block.offset, f"composite type {block.name}: Prisma has them on MongoDB, not on PostgreSQL")
                types.add(block.name)
            else:
                models[block.name] = _model(block, settings, report)
        for enum in document.enums:
            if _is_new(enum, taken, report):
                enums[enum.name] = _enum(enum, settings, report)
    _check_tables(models.values())
    _check_enums(enums.values())
    broken = types.union(*(document.broken for document in documents))
    return Declarations(settings=settings, models=models, enums=enums, broken=frozenset(broken))


def _is_new(block: Block | EnumBlock, taken: set[str], report: Report) -> bool:
    if block.name in SCALARS:
        report(block.offset, f"`{block.name}` is a scalar type of Prisma: expected another name")
        return False
    if block.name in _RESERVED and not (isinstance(block, Block) and block.kind is BlockKind.TYPE):
        report(block.offset, f"`{block.name}` is a reserved name in Prisma's client: expected another name, and @@map")
    if block.name in taken:
        report(block.offset, f"`{block.name}` is declared twice: expected every name once in all files")
        return False
    taken.add(block.name)
    return True


def _model(block: Block, settings: Settings, report: Report) -> ModelDeclaration:
    if block.kind is BlockKind.VIEW and "views" not in settings.preview_features:
        report(block.offset, f'the view {block.name} needs previewFeatures = ["views"] in a generator')
    written = _mapped(block.attributes, block.name, report)
    schema = _schema(block.name, block.attributes, block.offset, settings, report)
    return ModelDeclaration(
        block=block,
        report=report,
        name=QualifiedName(schema, stored_name(written)),
        written_name=written,
        is_view=block.kind is BlockKind.VIEW,
        ignored=any(attribute.name == "ignore" for attribute in block.attributes),
    )


def _enum(block: EnumBlock, settings: Settings, report: Report) -> EnumDeclaration:
    for attribute in block.attributes:
        if attribute.name not in _ENUM_ATTRIBUTES:
            report(attribute.offset, f"unknown attribute @@{attribute.name} on an enum: expected @@map or @@schema")
    written = _mapped(block.attributes, block.name, report)
    schema = _schema(block.name, block.attributes, block.offset, settings, report)
    sql = quote_identifier(written)
    return EnumDeclaration(
        block=block,
        report=report,
        name=QualifiedName(schema, stored_name(written)),
        written_name=written,
        sql=f"{quote_identifier(schema)}.{sql}" if settings.schemas is not None else sql,
        values=_enum_values(block, report),
    )


def _enum_values(block: EnumBlock, report: Report) -> dict[str, str]:
    values: dict[str, str] = {}
    for value in block.values:
        if value.name in values:
            report(value.offset, f"the value {value.name} stands twice in the enum {block.name}")
        for attribute in value.attributes:
            if attribute.name != "map":
                report(attribute.offset, f"unknown attribute @{attribute.name} on a value of an enum: expected @map")
        written = database_name(value.attributes, "@", report, is_value=True)
        values[value.name] = value.name if written is None else written
    if not values and not block.broken:
        report(block.offset, f"the enum {block.name} has no value: expected at least one")
    return values


def _mapped(attributes: tuple[Attribute, ...], name: str, report: Report) -> str:
    return database_name(attributes, "@@", report) or name


def database_name(attributes: tuple[Attribute, ...], at: str, report: Report, *, is_value: bool = False) -> str | None:
    """The name in `@map` or `@@map`, if given.

    An empty name, and one with a quotation mark or NUL, is an error although Prisma's validation accepts it: in the
    SQL that Prisma makes of it PostgreSQL finds a syntax error. A value of an enum (`is_value`) is a text in SQL: there
    only NUL is wrong.
    """
    mapped = [attribute for attribute in attributes if attribute.name == "map"]
    for attribute in mapped[1:]:
        report(attribute.offset, f"{at}map stands twice: expected it once")
    if not mapped:
        return None
    arguments = Arguments.of(mapped[0], at, report)
    value = arguments.default("name")
    name = None if value is None else arguments.as_text(value, "name", empty=is_value)
    arguments.finish("name")
    if name is not None and ("\0" in name or ('"' in name and not is_value)):
        report(mapped[0].offset, f"{at}map: the name has a quotation mark or NUL, which Prisma does not quote")
    return name


def _schema(name: str, attributes: tuple[Attribute, ...], offset: int, settings: Settings, report: Report) -> str:
    given = [attribute for attribute in attributes if attribute.name == "schema"]
    for attribute in given[1:]:
        report(attribute.offset, "@@schema stands twice: expected it once")
    if not given:
        if settings.schemas is not None:
            report(offset, f"`{name}` lacks @@schema, as the datasource names schemas: {', '.join(settings.schemas)}")
        return DEFAULT_SCHEMA
    arguments = Arguments.of(given[0], "@@", report)
    value = arguments.default("map")
    schema = None if value is None else arguments.as_text(value, "map")
    arguments.finish("map")
    if schema is not None and schema not in (settings.schemas or ()):
        known = ", ".join(settings.schemas or ()) or "none"
        report(given[0].offset, f'@@schema("{schema}"): the datasource has no such schema; its schemas: {known}')
    return schema or DEFAULT_SCHEMA


def _check_tables(models: Iterable[ModelDeclaration]) -> None:
    """As Prisma does, which does not cut the names; what clashes once it is cut is the affair of rule INV004."""
    seen: dict[tuple[str, str], ModelDeclaration] = {}
    for model in models:
        first = seen.setdefault((model.name.schema, model.written_name), model)
        if first is not model:
            message = (
                f"{model.block.name} has the table {model.name}, as {first.block.name} has: expected another @@map"
            )
            model.report(model.block.offset, message)


def _check_enums(enums: Iterable[EnumDeclaration]) -> None:
    seen: dict[tuple[str, str], EnumDeclaration] = {}
    for enum in enums:
        first = seen.setdefault((enum.name.schema, enum.written_name), enum)
        if first is not enum:
            message = f"{enum.block.name} has the type {enum.name}, as {first.block.name} has: expected another @@map"
            enum.report(enum.block.offset, message)
