"""Structures for tests of measures, written as the foreign keys that they are made of."""

import re
from collections.abc import Mapping
from pathlib import Path

from pgready.graph.grouping import resolve_groups
from pgready.model.groups import Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, PrimaryKey, ReferentialAction, Schema, Table
from pgready.sources.prisma import locate, read_schema

__all__ = ["EXAMPLE_GROUPS", "column", "example", "grouped", "name", "structure"]

EXAMPLE_GROUPS = {
    "Auth": ["User", "Account", "Session", "VerificationToken"],
    "Scheduler": ["Booking*", "Availability*", "SchedulerCalendarConnection"],
    "CRM": ["Crm*"],
    "Review": ["ReviewRequest*", "UsageCounter"],
    "Social": ["Social*"],
    "Other": ["ProReport", "BrandProfile", "Image*", "AiWorkspaceMap", "AiHelpDesk*", "RateLimitEvent"],
}

_KEY = re.compile(r"(?P<table>\w+)(\.(?P<columns>[\w,]+))?(?P<nullable>\?)? -> (?P<to>\w+)( (?P<action>[A-Z ]+))?")


def name(table: str) -> QualifiedName:
    return QualifiedName("public", table)


def column(of: str, type_: str = "text", *, not_null: bool = True, default: str | None = None) -> Column:
    return Column(name=of, type=type_, not_null=not_null, default=default)


def structure(*keys: str, also: Mapping[str, tuple[Column, ...]] | None = None) -> Schema:
    """`a -> b`, or in full `a.b_id? -> b SET NULL`; every table has `id`, its keys' columns and those of `also`."""
    made = [_key(number, text) for number, text in enumerate(keys)]
    columns: dict[str, dict[str, Column]] = {table: {} for table in also or {}}
    for key, nullable in made:
        columns.setdefault(key.referenced_table.name, {})
        held = columns.setdefault(key.table.name, {})
        held |= {it: column(it, not_null=not nullable) for it in key.columns}
    for table, extra in (also or {}).items():
        columns[table] |= {it.name: it for it in extra}
    return Schema(
        tables=tuple(
            Table(
                name=name(table),
                columns=tuple(({"id": column("id")} | held).values()),
                primary_key=PrimaryKey(name=f"{table}_pkey", columns=("id",)),
                foreign_keys=tuple(key for key, _ in made if key.table.name == table),
            )
            for table, held in sorted(columns.items())
        )
    )


def _key(number: int, text: str) -> tuple[ForeignKey, bool]:
    read = _KEY.fullmatch(text)
    assert read is not None, text
    columns = tuple((read["columns"] or f"c{number}").split(","))
    key = ForeignKey(
        name=f"fk{number}",
        table=name(read["table"]),
        columns=columns,
        referenced_table=name(read["to"]),
        referenced_columns=("id",) if len(columns) == 1 else columns,
        on_delete=ReferentialAction(read["action"] or "NO ACTION"),
    )
    return key, bool(read["nullable"])


def grouped(schema: Schema, **groups: str) -> Grouping:
    """Groups as lists of tables: `grouped(schema, A="a b", B="c")`."""
    return resolve_groups(schema, {group: tables.split() for group, tables in groups.items()})


def example(keys: Mapping[str, str] | None = None) -> tuple[Schema, Grouping]:
    """The example project as its schema declares it, in its groups."""
    root = Path(__file__).parents[1] / "examples" / "premium-apps"
    schema = read_schema(locate(root))
    return schema, resolve_groups(schema, EXAMPLE_GROUPS, keys or {})
