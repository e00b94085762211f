"""Enum types and their values. Measured: Prisma compares the set of values, not their order."""

from collections.abc import Iterator

from pgready.checks.drift.difference import Difference, Drift, Kind, looked_at_schemas
from pgready.findings import Noise, NoiseKind, Severity
from pgready.model.schema import Enum, Schema

__all__ = ["enum_drift"]


def enum_drift(declared: Schema, made: Schema) -> Drift:
    """Enum types and their values: missing or extra; of a namespace in which nothing is declared only as a note."""
    found = {enum.name: enum for enum in made.enums}
    compared = [each for enum in declared.enums for each in _compare(enum, found.pop(enum.name, None))]
    schemas = looked_at_schemas(declared)
    return (*compared, *(_extra(enum, seen=enum.name.schema in schemas) for enum in found.values()))


def _extra(enum: Enum, *, seen: bool) -> Difference:
    why = "" if seen else f"; Prisma does not look at the schema {enum.name.schema}"
    detail = f"is there, and no enum declares it{why}"
    return _difference(Kind.EXTRA, enum, detail, severity=None if seen else Severity.NOTE)


def _compare(wanted: Enum, there: Enum | None) -> Iterator[Difference | Noise]:
    if there is None:
        yield _difference(Kind.MISSING, wanted, f"declared with {', '.join(wanted.values)}")
        return
    for value in wanted.values:
        if value not in there.values:
            yield _difference(Kind.MISSING, wanted, f"value {value} is declared and not there", value)
    for value in there.values:
        if value not in wanted.values:
            yield _difference(Kind.EXTRA, wanted, f"value {value} is there, and the enum does not declare it", value)
    if sorted(wanted.values) == sorted(there.values) and wanted.values != there.values:
        detail = f"declared {', '.join(wanted.values)}, made {', '.join(there.values)}"
        yield Noise(kind=NoiseKind.ENUM_ORDER, object=str(wanted.name), detail=detail)


def _difference(
    kind: Kind, enum: Enum, detail: str, value: str = "", *, severity: Severity | None = None
) -> Difference:
    name = f"{enum.name}.{value}" if value else str(enum.name)
    return Difference(kind=kind, object=name, detail=detail, name=value, severity=severity)
