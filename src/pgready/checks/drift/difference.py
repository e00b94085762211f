"""What a comparison of the declared structure with the made one can say.

Source: Prisma's own `migrate diff`, measured object by object (tests/oracle/test_drift.py). What Prisma would change is
a `Difference`; what it passes over is `Noise`, or a difference that is told on purpose although Prisma is silent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pgready.findings import Noise, NoiseKind, Severity
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema, Table

__all__ = ["Aspect", "Difference", "Drift", "Kind", "common_tables", "looked_at_schemas", "renamed", "told"]


class Kind(StrEnum):
    """What kind of difference."""

    MISSING = "missing"
    EXTRA = "extra"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: `object` is `schema.table.name`, `detail` says what was declared and what is there.

    `severity` is given where it is not the one of the rule: BLOCK for what makes statements of the application fail,
    NOTE for what changes nothing for them; `fix` likewise.
    """

    kind: Kind
    object: str
    detail: str
    table: QualifiedName | None = None
    name: str = ""
    severity: Severity | None = None
    fix: str | None = None


Drift = tuple[Difference | Noise, ...]


@dataclass(frozen=True, slots=True)
class Aspect:
    """One respect in which an object differs, before it is known which object that is."""

    kind: Kind | NoiseKind
    detail: str
    severity: Severity | None = None
    fix: str | None = None


def renamed(words: str, wanted: str, there: str) -> Aspect:
    """The same object under another name: Prisma's next migration renames it, and nothing else depends on it."""
    return Aspect(
        Kind.DIFFERENT,
        f"{words}: declared as {wanted}, made as {there}; Prisma renames it",
        Severity.NOTE,
        "Rename it in a migration (`prisma migrate dev` writes that), or declare the present name in `map:`.",
    )


def told(aspects: Iterable[Aspect], table: QualifiedName, name: str = "") -> Iterator[Difference | Noise]:
    """The aspects as statements about the object of that name in the table, or about the table itself."""
    place = f"{table}.{name}" if name else f"{table}"
    for aspect in aspects:
        if isinstance(aspect.kind, NoiseKind):
            yield Noise(kind=aspect.kind, object=place, detail=aspect.detail)
        else:
            yield Difference(
                kind=aspect.kind,
                object=place,
                detail=aspect.detail,
                table=table,
                name=name,
                severity=aspect.severity,
                fix=aspect.fix,
            )


def common_tables(declared: Schema, made: Schema) -> Iterator[tuple[Table, Table]]:
    """Pairs of tables that stand in both; missing tables are told once, not column by column."""
    for table in declared.tables:
        other = made.table(table.name)
        if other is not None:
            yield table, other


def looked_at_schemas(declared: Schema) -> frozenset[str]:
    """The namespaces that the datasource names or in which something is declared; Prisma does not look at others."""
    names = (*declared.views, *(table.name for table in declared.tables), *(enum.name for enum in declared.enums))
    return frozenset((*declared.namespaces, *(name.schema for name in names))) or frozenset({"public"})
