"""Tables. Measured: Prisma sees no partition that is not itself partitioned, and no namespace that it does not name."""

from collections.abc import Iterator

from pgready.checks.drift.difference import Aspect, Drift, Kind, looked_at_schemas, told
from pgready.findings import Severity
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema, Table

__all__ = ["extra_tables", "hidden_tables", "missing_tables"]


def missing_tables(wanted: Schema, there: Schema) -> tuple[Table, ...]:
    """Tables of `wanted` that `there` does not have, ordered by name."""
    return tuple(sorted((t for t in wanted.tables if there.table(t.name) is None), key=lambda table: table.name))


def hidden_tables(declared: Schema, made: Schema) -> Drift:
    """Declared tables that are there as partitions, which Prisma does not see and would create again."""
    partitions = _plain_partitions(made)
    return tuple(
        difference
        for table in declared.tables
        for there in (made.table(table.name),)
        if there is not None and there.name in partitions
        for difference in told([_hidden(there)], table.name)
    )


def _hidden(there: Table) -> Aspect:
    detail = f"is a partition of {there.partition_of}, which Prisma does not see: it would create the table again"
    return Aspect(Kind.DIFFERENT, detail, Severity.NOTE)


def extra_tables(declared: Schema, made: Schema) -> Drift:
    """Tables that no model declares; partitions belong to their table, unless they have partitions of their own."""
    schemas, partitions = looked_at_schemas(declared), _plain_partitions(made)
    return tuple(
        difference
        for table in missing_tables(made, declared)
        if table.name not in partitions
        for difference in told(_extra(table, seen=table.name.schema in schemas), table.name)
    )


def _extra(table: Table, *, seen: bool) -> Iterator[Aspect]:
    detail = f"table {table.name.name} is made and no model declares it"
    if seen:
        yield Aspect(Kind.EXTRA, detail)
    else:
        words = f"Prisma does not look at the schema {table.name.schema}"
        yield Aspect(Kind.EXTRA, f"{detail}; {words}", Severity.NOTE)


def _plain_partitions(made: Schema) -> frozenset[QualifiedName]:
    wholes = {table.partition_of for table in made.tables}
    return frozenset(table.name for table in made.tables if table.partition_of is not None and table.name not in wholes)
