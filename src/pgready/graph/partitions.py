"""Partitions: the foreign keys that they have from their partitioned table, and those of their own.

PostgreSQL gives every partition the keys of its partitioned table as constraints of its own (CREATE TABLE, "PARTITION
OF"), so that the same reference would count once for each partition.
"""

from collections.abc import Mapping
from dataclasses import replace

from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema

__all__ = ["partition_keys", "plain_partitions", "without_partition_keys"]

_Identity = tuple[QualifiedName, tuple[tuple[str, str], ...], QualifiedName]


def partition_keys(*structures: Schema | None) -> frozenset[_Identity]:
    """The identities of the keys that a partition has from a partitioned table above it, through all levels.

    Those are the keys over the same columns to the same table, in whichever of the structures the one or the other is.
    """
    above = _partitioned(*structures)
    if not above:
        return frozenset()
    held = {key.identity for schema in structures if schema for key in schema.foreign_keys()}
    return frozenset(it for it in held if it[0] in above and _is_from_above(it, above, held))


def _partitioned(*structures: Schema | None) -> dict[QualifiedName, QualifiedName]:
    tables = (table for schema in structures if schema for table in schema.tables)
    return {table.name: table.partition_of for table in tables if table.partition_of is not None}


def _is_from_above(
    identity: _Identity, above: Mapping[QualifiedName, QualifiedName], held: frozenset[_Identity] | set[_Identity]
) -> bool:
    table, columns, referenced = identity
    seen = {table}
    while (table := above.get(table, table)) not in seen:
        seen.add(table)
        if (table, columns, referenced) in held:
            return True
    return False


def without_partition_keys(structure: Schema) -> Schema:
    """The structure in which a partition holds the keys of its own only."""
    theirs = partition_keys(structure)
    if not theirs:
        return structure
    tables = (
        replace(table, foreign_keys=tuple(key for key in table.foreign_keys if key.identity not in theirs))
        if table.partition_of is not None
        else table
        for table in structure.tables
    )
    return replace(structure, tables=tuple(tables))


def plain_partitions(*structures: Schema | None) -> tuple[QualifiedName, ...]:
    """The partitions, by name, that are nothing but a part of their table: no key of their own goes out or comes in."""
    above, theirs = _partitioned(*structures), partition_keys(*structures)
    keys = (key for schema in structures if schema for key in schema.foreign_keys())
    own = {it for key in keys if above and key.identity not in theirs for it in _ends(key)}
    return tuple(sorted(above.keys() - own))


def _ends(key: ForeignKey) -> tuple[QualifiedName, QualifiedName]:
    return key.table, key.referenced_table
