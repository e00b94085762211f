"""Tables and enums that somebody else manages: Prisma's migrations do not make them, and its diff leaves them out.

Source: Prisma's documentation, "External tables"; the engine's `diff` takes their names as filters.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from pgready.checks.gathered import Gathered, finding
from pgready.findings import CheckResult, Evidence, Finding, Rule, Severity
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema
from pgready.model.trace import Rehearsal

__all__ = ["managed", "unread_externals"]

Judge = Callable[[Gathered, Rehearsal], CheckResult]


def managed(judge: Judge) -> Judge:
    """The check, on what Prisma manages; its result says which objects were left out.

    What `initShadowDb` made counts as made only where it stands in for something external: a deployment runs no
    `initShadowDb`.
    """

    def check(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
        tables, enums = gathered.external_tables, gathered.external_enums
        stood_in = {QualifiedName(each.schema or "", each.name) for each in rehearsal.stand_ins if each.table is None}
        rehearsal = replace(rehearsal, schema=_without(rehearsal.schema, stood_in - tables, stood_in - enums))
        if not tables and not enums:
            return judge(gathered, rehearsal)
        ours = replace(gathered, declared=_without(gathered.declared, tables, enums))
        result = judge(ours, replace(rehearsal, schema=_without(rehearsal.schema, tables, enums)))
        names = ", ".join(sorted(map(str, tables | enums)))
        return replace(result, why=f"{result.why}; left out, as Prisma's configuration calls them external: {names}")

    return check


def _without(schema: Schema, tables: Collection[QualifiedName], enums: Collection[QualifiedName]) -> Schema:
    return replace(
        schema,
        tables=tuple(table for table in schema.tables if table.name not in tables),
        enums=tuple(enum for enum in schema.enums if enum.name not in enums),
    )


def unread_externals(rule: Rule, gathered: Gathered) -> Iterator[Finding]:
    """Places of Prisma's configuration that may name external objects and cannot be read without running it."""
    for location, message in gathered.external_notes:
        yield finding(
            rule,
            object=location.file,
            message=message,
            severity=Severity.NOTE,
            evidence=Evidence.READ,
            location=location,
            fix="Write names and SQL as literals in quotes, and switch on what Prisma asks for.",
        )
