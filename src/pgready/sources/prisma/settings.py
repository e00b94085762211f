"""The datasource block -> what decides about the database: provider, relation mode, schemas, extensions.

Properties that only the client or the engine uses (`url`, generators and their preview features, retired ones too)
are read and left alone: Prisma 4 to 8 differ in which of them they allow.
"""

from dataclasses import dataclass, field

from pgready.errors import SourceError
from pgready.sources.prisma.arguments import Arguments, Report, described
from pgready.sources.prisma.nodes import Array, Call, ConfigBlock, Constant, Document, Expression, String
from pgready.sources.prisma.problems import Problems

__all__ = ["DEFAULT_SCHEMA", "Settings", "read_settings"]

DEFAULT_SCHEMA = "public"
"""Where Prisma puts objects without `@@schema`: the schema of the connection, which is `public` unless its URL says
otherwise."""

_PROVIDERS = frozenset({"postgresql", "postgres"})
_CONNECTION = frozenset({"url", "directUrl", "shadowDatabaseUrl"})
_PROPERTIES = frozenset({"provider", "relationMode", "referentialIntegrity", "schemas", "extensions"}) | _CONNECTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the datasource says. `schemas` is None when it does not name any; `extensions` are database names."""

    datasource: str
    foreign_keys: bool = True
    schemas: tuple[str, ...] | None = None
    extensions: tuple[str, ...] = field(default=())


def read_settings(documents: tuple[Document, ...], problems: Problems) -> Settings:
    """The settings of the one datasource.

    Raises:
        SourceError: when there is no datasource or its provider is not PostgreSQL: then nothing else makes sense.

    """
    found = [(document, block) for document in documents for block in document.datasources]
    if not found:
        path = documents[0].path if documents else "schema.prisma"
        raise SourceError('no datasource: expected a block `datasource db { provider = "postgresql" }`', path=path)
    document, block = found[0]
    for other, extra in found[1:]:
        Report(other, problems)(extra.offset, "a second datasource: expected one in all files of the schema")
    report = Report(document, problems)
    values = _unique_properties(block, report)
    _check_provider(document, block, values.get("provider"))
    return Settings(
        datasource=block.name,
        foreign_keys=_relation_mode(values, report) == "foreignKeys",
        schemas=_schemas(values.get("schemas"), report),
        extensions=_extensions(values.get("extensions"), report),
    )


def _unique_properties(block: ConfigBlock, report: Report) -> dict[str, Expression]:
    values: dict[str, Expression] = {}
    for item in block.properties:
        if item.name in values:
            report(item.offset, f"the property `{item.name}` stands twice in the datasource: expected it once")
        elif item.name not in _PROPERTIES:
            names = ", ".join(sorted(_PROPERTIES))
            report(item.offset, f"unknown property `{item.name}` in the datasource: expected one of {names}")
        values.setdefault(item.name, item.value)
    return values


def _check_provider(document: Document, block: ConfigBlock, value: Expression | None) -> None:
    if isinstance(value, String) and value.value in _PROVIDERS:
        return
    offset = block.offset if value is None else value.offset
    what = "no provider" if value is None else f"found {described(value)}"
    place = document.location(offset)
    message = f'{what}, expected provider = "postgresql": only PostgreSQL is supported'
    raise SourceError(message, path=place.file, line=place.line, column=place.column)


def _relation_mode(values: dict[str, Expression], report: Report) -> str:
    value = values.get("relationMode") or values.get("referentialIntegrity")
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
    for item in value.items if isinstance(value, Array) else (value,):
        if isinstance(item, String) and item.value and item.value not in names:
            names[item.value] = None
        else:
            report(item.offset, f"found {described(item)}, expected the name of a schema in quotes, each once")
    if not names:
        report(value.offset, 'expected at least one schema, as in schemas = ["public"]')
    return tuple(names)


def _extensions(value: Expression | None, report: Report) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value.items if isinstance(value, Array) else (value,)
    return tuple(sorted({name for item in items if (name := _extension(item, report))}))


def _extension(item: Expression, report: Report) -> str | None:
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
