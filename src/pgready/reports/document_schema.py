"""The JSON Schema of `audit.json`, made from the values themselves: JSON Schema draft 2020-12.

`audit.schema.json` beside this file holds it for those who read audits in other languages; `schema_text` gives its
bytes, and a test says when it is out of date. What a key means is the docstring of its value.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from pgready.findings import CheckResult, Finding, Severity
from pgready.model.deployment import Deployment
from pgready.model.groups import ContractVerdict, Crossing, DeclaredCrossing, Group, Grouping
from pgready.model.lives import Life, Misplaced
from pgready.model.locks import LockMode
from pgready.model.migration import MigrationRecord
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, Rehearsal, Skip
from pgready.model.unkeyed import UnkeyedColumns
from pgready.reports.document import FORMAT
from pgready.verdict import ExitCode, Policy, ProjectInfo, RunInfo, Verdict

__all__ = ["SCHEMA_FILE", "schema", "schema_text"]

SCHEMA_FILE = Path(__file__).with_name("audit.schema.json")

_Json = dict[str, Any]
_ID = "urn:pgready:audit:1"
_PRIMITIVES: Mapping[object, str] = types.MappingProxyType(
    {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
)
_NEWER = frozenset({"hubs", "accepted_crossings", "required_migrations", "resilient_migrations"})
_NEWER |= {"required_models", "deployment", "unkeyed", "lives", "misplaced"}
"""Keys of the document that the first versions did not write; within a format keys are only added."""


def schema() -> _Json:
    """The schema of the whole document.

    A key is `required` where every version that writes this format has written it. Keys that are not named here may
    stand anywhere, as newer versions add some.
    """
    definitions: _Json = {}
    properties = _properties(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": _ID,
        "title": "audit.json of pgready",
        "description": "What an audit found. Within a format keys are added, and never renamed or removed.",
        "type": "object",
        "required": [key for key in properties if key not in _NEWER],
        "properties": properties,
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    """The text of `audit.schema.json`; the same values give the same text."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode() + "\n"


def _properties(known: _Json) -> _Json:
    """The keys of the document, in the order in which `document` writes them."""

    def of(annotation: object) -> _Json:
        return _of(annotation, known)

    return {
        "format": {"const": FORMAT},
        "run": of(RunInfo),
        "project": of(ProjectInfo),
        "scope": {"type": "string", "description": "what would be deployed, in words"},
        "verdict": of(Verdict),
        "reason": {"type": "string", "description": "the reason of the verdict in one sentence"},
        "exit_code": {"enum": [ExitCode.READY, ExitCode.NOT_READY, ExitCode.INCONCLUSIVE]},
        "policy": of(Policy),
        "checks": _array(_value(CheckResult, known, without={"findings"})),
        "findings": _array(of(Finding)),
        "opaque": of(tuple[str, ...]),
        "declared": of(Schema),
        "rehearsed": of(Schema | None),
        "live": {"type": "null", "description": "not in this version"},
        "rehearsal": _or_null(_value(Rehearsal, known, without={"runs", "schema"})),
        "rehearsal_skipped": of(str | None),
        "groups": of(tuple[Group, ...]),
        "grouping": _value(Grouping, known, without={"groups"}),
        "crossings": of(tuple[Crossing, ...]),
        "contracts": of(tuple[ContractVerdict, ...]),
        "hubs": of(tuple[str, ...]),
        "accepted_crossings": of(tuple[DeclaredCrossing, ...]),
        "required_migrations": of(tuple[str, ...]),
        "required_models": of(dict[str, tuple[str, ...]] | None),
        "resilient_migrations": of(tuple[str, ...]),
        "deployment": of(Deployment),
        "unkeyed": of(UnkeyedColumns),
        "lives": of(tuple[Life, ...]),
        "misplaced": of(tuple[Misplaced, ...]),
        "migrations": _array(_migration(known)),
    }


def _migration(known: _Json) -> _Json:
    """A migration as it stands on disk, with what the rehearsal saw of it (`outcome` null: it was not rehearsed)."""
    record = _value(MigrationRecord, known)
    run = _value(MigrationRun, known, without={"migration", "position"})["properties"]
    unrun = {"outcome": _or_null(run["outcome"]), "trace": _or_null(run["trace"])}
    more = {"skips": _of(tuple[Skip, ...], known), "recorded": {"type": "null", "description": "not in this version"}}
    return {
        "type": "object",
        "description": "A migration as it stands on disk, and what the rehearsal saw of it; outcome null without one.",
        "required": [*record["required"], "outcome", *more],
        "properties": {**record["properties"], **run, **unrun, **more},
    }


def _of(annotation: object, known: _Json) -> _Json:
    """The schema of what the hooks of `document` make of a value of that type."""
    if annotation in _PRIMITIVES:
        return {"type": _PRIMITIVES[annotation]}
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (types.UnionType, Union):
        return _any([_of(each, known) for each in arguments])
    if origin is tuple:
        return _tuple(arguments, known)
    if origin is frozenset:
        return {**_array(_of(arguments[0], known)), "uniqueItems": True}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(arguments[1], known)}
    if isinstance(annotation, type):
        return _named(annotation, known)
    raise TypeError(f"no way to describe {annotation!r}")


def _named(value: type, known: _Json) -> _Json:
    """A reference to the definition of a class, which is made when it is first met."""
    name = value.__name__
    if name not in known:
        known[name] = {}
        known[name] = _definition(value, known)
    return {"$ref": f"#/$defs/{name}"}


def _definition(value: type, known: _Json) -> _Json:
    if value is QualifiedName:
        said = "`schema.name`, unquoted; a schema with a dot or a quote in its own name stands in double quotes"
        return {"type": "string", "description": said}
    if is_dataclass(value):
        return _value(value, known)
    if issubclass(value, Enum):
        return {"description": _summary(value), "enum": _words(value)}
    raise TypeError(f"no way to describe {value!r}")


def _words(value: type[Enum]) -> list[str]:
    """What stands in the document for each member."""
    if issubclass(value, Severity):
        return [each.word for each in value]
    if issubclass(value, LockMode):
        return [each.words for each in value]
    if issubclass(value, StrEnum):
        return [each.value for each in value]
    raise TypeError(f"no words for {value!r}")


def _value(value: type, known: _Json, *, without: frozenset[str] | set[str] = frozenset()) -> _Json:
    """A dataclass as an object; a key is required where the value has no default."""
    types_ = get_type_hints(value)
    kept = [each for each in fields(value) if each.init and each.name not in without]
    found = {
        "type": "object",
        "description": _summary(value),
        "required": [each.name for each in kept if _needed(each)],
        "properties": {each.name: _of(types_[each.name], known) for each in kept},
    }
    return {key: content for key, content in found.items() if content}


def _needed(each: "Field[Any]") -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _summary(value: type) -> str:
    """The first paragraph of the docstring in one line."""
    return " ".join((value.__doc__ or "").split("\n\n", maxsplit=1)[0].split())


def _array(items: _Json) -> _Json:
    return {"type": "array", "items": items}


def _tuple(arguments: tuple[object, ...], known: _Json) -> _Json:
    if arguments[-1:] == (...,):
        return _array(_of(arguments[0], known))
    places = [_of(each, known) for each in arguments]
    return {"type": "array", "prefixItems": places, "minItems": len(places), "maxItems": len(places)}


def _or_null(content: _Json) -> _Json:
    return _any([content, {"type": "null"}])


def _any(choices: list[_Json]) -> _Json:
    """Any of these; plain types in one list, as that reads better."""
    if all(choice.keys() == {"type"} and isinstance(choice["type"], str) for choice in choices):
        return {"type": [choice["type"] for choice in choices]}
    return {"anyOf": choices}


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
