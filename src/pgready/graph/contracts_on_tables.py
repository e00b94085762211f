"""Contracts about tables: what they must refer to, what they must have, what they are called, where they stand.

Partitions are left out: they have the columns and the keys of their partitioned table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pgready.graph.edges import Edge, Ground
from pgready.model.contracts import Contract, ContractKind, NameScope, Violation
from pgready.model.groups import UNGROUPED
from pgready.model.schema import Table

__all__ = ["TABLE_CONTRACTS"]

_Judged = tuple[tuple[Violation, ...], bool]
"""What breaks the contract, ordered by table, and whether there was nothing to judge."""


def _tables(contract: Contract, ground: Ground) -> list[Table]:
    """The tables of the contract's groups (none named: all), by name."""
    return [
        table
        for table in ground.structure.tables
        if table.partition_of is None and (not contract.groups or ground.group(table.name) in contract.groups)
    ]


def _must_reference(contract: Contract, edges: Iterable[Edge], ground: Ground) -> _Judged:
    tables = [table for table in _tables(contract, ground) if not ground.is_allowed(contract.to, table.name)]
    referring = {
        edge.table
        for edge in edges
        if contract.column in edge.columns
        and edge.is_of_every_row
        and ground.is_allowed(contract.to, edge.referenced_table)
    }
    lacking = [table for table in tables if table.name not in referring]
    return tuple(_without_reference(contract, table, ground) for table in lacking), not tables


def _without_reference(contract: Contract, table: Table, ground: Ground) -> Violation:
    column, wanted = contract.column or "", " or ".join(contract.to)
    held = table.column(column)
    key = next((key for key in table.foreign_keys if column in key.columns), None)
    if held is None:
        why = f"has no column {column} to refer to {wanted} with"
    elif key is not None:
        why = f"refers by {column} to {key.referenced_table.name} and not to {wanted}"
    else:
        why = f"has {column} without a foreign key to {wanted}"
    return _of_table(table, ground, column=column, why=why)


def _keyed_by(contract: Contract, edges: Iterable[Edge], ground: Ground) -> _Judged:
    column = contract.column or ""
    tables = _tables(contract, ground)
    own = {table.name for table in tables}
    owners = {
        edge.referenced_table
        for edge in edges
        if edge.table in own and edge.columns == (column,) and edge.is_of_every_row
    }
    judged = [table for table in tables if table.name not in owners or table.column(column) is not None]
    found = []
    for table in judged:
        held = table.column(column)
        if held is None:
            found.append(_of_table(table, ground, column=column, why=f"has no column {column}"))
        elif not (held.not_null or contract.nullable):
            found.append(_of_table(table, ground, column=column, why=f"allows NULL in {column}"))
    return tuple(found), not judged


def _of_table(table: Table, ground: Ground, *, column: str, why: str) -> Violation:
    held = table.column(column)
    return Violation(
        object=f"{table.name}.{column}" if held else str(table.name),
        sentence=f"table {ground.short(table.name)} of {ground.group(table.name)} {why}",
        groups=(ground.group(table.name),),
        tables=(table.name,),
        columns=(column,) if held else (),
        location=(held.location if held else None) or table.location,
    )


def _unique_names(contract: Contract, _: Iterable[Edge], ground: Ground) -> _Judged:
    tables = _tables(contract, ground)
    same: dict[tuple[str, str], list[Table]] = {}
    for table in tables:
        same.setdefault((_namespace(contract, table, ground), table.name.name.lower()), []).append(table)
    found = [_same_name(held, contract, ground) for held in same.values() if len(held) > 1]
    return tuple(sorted(found, key=lambda it: it.tables)), len(tables) <= 1


def _namespace(contract: Contract, table: Table, ground: Ground) -> str:
    match contract.scope:
        case NameScope.SCHEMA:
            return table.name.schema
        case NameScope.GROUP:
            return ground.group(table.name)
        case _:
            return ""


def _same_name(tables: Sequence[Table], contract: Contract, ground: Ground) -> Violation:
    names = ", ".join(str(table.name) for table in tables)
    where = {
        NameScope.SCHEMA: f"the schema {tables[0].name.schema}",
        NameScope.GROUP: f"{ground.group(tables[0].name)}",
    }
    place = where.get(contract.scope, "the database") if contract.scope else "the database"
    return Violation(
        object=str(tables[0].name),
        sentence=f"{len(tables)} tables of {place} have one name, case aside: {names}",
        groups=tuple(dict.fromkeys(ground.group(table.name) for table in tables)),
        tables=tuple(table.name for table in tables),
        location=next((table.location for table in tables if table.location), None),
    )


def _exhaustive(contract: Contract, _: Iterable[Edge], ground: Ground) -> _Judged:
    tables = [table for table in _tables(contract, ground) if not ground.is_allowed(contract.allowed, table.name)]
    found = []
    for table in tables:
        if ground.group(table.name) == UNGROUPED:
            found.append(_misplaced(table, ground, "is in no group", ()))
        elif groups := ground.overlaps.get(table.name, ()):
            found.append(_misplaced(table, ground, f"is in {len(groups)} groups: {', '.join(groups)}", groups))
    return tuple(found), not tables


def _misplaced(table: Table, ground: Ground, why: str, groups: tuple[str, ...]) -> Violation:
    return Violation(
        object=str(table.name),
        sentence=f"table {ground.short(table.name)} {why}",
        groups=groups,
        tables=(table.name,),
        location=table.location,
    )


TABLE_CONTRACTS: Mapping[ContractKind, Callable[[Contract, Iterable[Edge], Ground], _Judged]] = {
    ContractKind.MUST_REFERENCE: _must_reference,
    ContractKind.KEYED_BY: _keyed_by,
    ContractKind.UNIQUE_NAMES: _unique_names,
    ContractKind.EXHAUSTIVE: _exhaustive,
}
