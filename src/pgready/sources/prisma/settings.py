"""The datasource block -> what decides about the database: provider, relation mode, schemas, extensions.

Properties that only the client or the engine uses (`url` and its like) are read and left alone: Prisma up to 6
requires them, Prisma 8 rejects them.
"""

from dataclasses import dataclass, field

from pgready.model.location import Location
from pgready.sources.prisma.arguments import Arguments, Report, described
from pgready.sources.prisma.generators import read_generators
from pgready.sources.prisma.nodes import Array, Call, ConfigBlock, Constant, Document, Expression, String
from pgready.sources.prisma.problems import NothingElse, Problems
from pgready.sources.prisma.properties import check_text_or_env, texts, unique_properties
from pgready.sources.prisma.suggestions import did_you_mean

__all__ = ["DEFAULT_SCHEMA", "Settings", "read_settings"]

DEFAULT_SCHEMA = "public"
"""Where Prisma puts objects without `@@schema`: the schema of the connection, which is `public` unless its URL says
otherwise."""

_PROVIDERS = frozenset({"postgresql", "postgres"})
_CONNECTION = frozenset({"url", "directUrl", "shadowDatabaseUrl"})
_PROPERTIES = frozenset({"provider", "relationMode", "referentialIntegrity", "schemas", "extensions"}) | _CONNECTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the datasource says, and the preview features of the generators.

    `schemas` is None when the datasource does not name any; `extensions` are database names.
    """

    datasource: str
    foreign_keys: bool = True
    schemas: tuple[str, ...] | None = None
    extensions: tuple[str, ...] = field(default=())
    preview_features: frozenset[str] = frozenset()


def read_settings(documents: tuple[Document, ...], problems: Problems) -> Settings:
    """The settings of the one datasource.

    Prisma's validation accepts a schema without a datasource, its migrations do not: nothing says which database.

    Raises:
        NothingElse: when there is no datasource or its provider is not PostgreSQL; the problem is noted.

    """
    features = read_generators(documents, problems)
    found = [(document, block) for document in documents for block in document.datasources]
    if not found:
        if not any(document.broken for document in documents):
            place = Location(documents[0].path if documents else "schema.prisma")
            problems.add(place, 'no datasource: expected a block `datasource db { provider = "postgresql" }`')
        raise NothingElse
    document, block = found[0]
    for other, extra in found[1:]:
        Report(other, problems)(extra.offset, "a second datasource: expected one in all files of the schema")
    report = Report(document, problems)
    values = unique_properties(block, report)
    _check_names(block, report)
    _check_provider(block, values.get("provider"), report)
    for name in _CONNECTION:
        check_text_or_env(name, values.get(name), report)
    return Settings(
        datasource=block.name,
        foreign_keys=_relation_mode(values, report) == "foreignKeys",
        schemas=_schemas(values.get("schemas"), report),
        extensions=_extensions(values.get("extensions"), features, report),
        preview_features=features,
    )


def _check_names(block: ConfigBlock, report: Report) -> None:
    for item in block.properties:
        if item.name not in _PROPERTIES:
            names = ", ".join(sorted(_PROPERTIES))
            message = f"unknown property `{item.name}` in the datasource: expected one of {names}"
            report(item.offset, message + did_you_mean(item.name, _PROPERTIES))


def _check_provider(block: ConfigBlock, value: Expression | None, report: Report) -> None:
    if isinstance(value, String) and value.value in _PROVIDERS:
        return
    if value is not None or not block.broken:
        offset = block.offset if value is None else value.offset
        what = "no provider" if value is None else f"found {described(value)}"
        hint = did_you_mean(value.value, _PROVIDERS) if isinstance(value, String) else ""
        report(offset, f'{what}, expected provider = "postgresql": only PostgreSQL is supported{hint}')
    raise NothingElse


def _relation_mode(values: dict[str, Expression], report: Report) -> str:
    value, older = values.get("relationMode"), values.get("referentialIntegrity")
    if value is not None and older is not None:
        report(older.offset, "`referentialIntegrity` and `relationMode` together: expected only `relationMode`")
    value = value or older
    if value is None:
        return "foreignKeys"
    if isinstance(value, String) and value.value in ("foreignKeys", "prisma"):
        return value.value
    report(value.offset, f'found {described(value)}, expected "foreignKeys" or "prisma"')
    return "foreignKeys"


def _schemas(value: Expression | None, report: Report) -> tuple[str, ...] | None:
    if value is None:
        return None
    names: dict[str, None] = {}
    for item in texts("schemas", value, report):
        if item.value in names or not item.value:
            report(item.offset, f"found {described(item)}, expected the name of a schema, each once")
        names[item.value] = None
    if isinstance(value, Array) and not value.items:
        report(value.offset, 'expected at least one schema, as in schemas = ["public"]')
    return tuple(names)


def _extensions(value: Expression | None, features: frozenset[str], report: Report) -> tuple[str, ...]:
    if value is None:
        return ()
    if "postgresqlExtensions" not in features:
        report(value.offset, '`extensions` needs previewFeatures = ["postgresqlExtensions"] in a generator')
    items = value.items if isinstance(value, Array) else (value,)
    return tuple(sorted({name for item in items if (name := _extension(item, report))}))


def _extension(item: Expression, report: Report) -> str | None:
    if isinstance(item, Constant | Call) and "-" in item.name:
        report(item.offset, f'the name {item.name} has a dash: expected another one, with map: "{item.name}"')
    if isinstance(item, Constant):
        return item.name
    if not isinstance(item, Call):
        report(item.offset, f"found {described(item)}, expected the name of an extension without quotes")
        return None
    arguments = Arguments(f"the extension {item.name}", item.arguments, item.offset, report)
    name = arguments.text("map")
    arguments.text("schema")
    arguments.text("version")
    arguments.finish("map", "schema", "version")
    return name or item.name
