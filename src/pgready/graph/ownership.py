"""Whose a row is when its table does not say so itself: the way over required foreign keys to a table that does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgready.graph.group_graph import key_order
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, Schema, Table

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Ownership", "RequiredKeys", "required_keys"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """The first key of every table's shortest way to a table that says whose a row is; absent: there is no way."""

    steps: Mapping[QualifiedName, ForeignKey]

    def path(self, table: QualifiedName) -> tuple[ForeignKey, ...]:
        """The keys from the table to the one at the end of its way; empty at an end, and where there is no way."""
        keys: list[ForeignKey] = []
        while table in self.steps:
            keys.append(self.steps[table])
            table = self.steps[table].referenced_table
        return tuple(keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredKeys:
    """The foreign keys of a structure that every row has: all their columns are NOT NULL. Made by `required_keys`.

    Such a row has exactly one row that it refers to (PostgreSQL manual, CREATE TABLE, MATCH SIMPLE), and with it
    whatever that row says. `graph` is walked from the referenced to the referencing table; `having` are the tables
    that have a column, by its name.
    """

    having: Mapping[str, Sequence[tuple[QualifiedName, Column]]]
    keys: Mapping[QualifiedName, Sequence[ForeignKey]]
    graph: "nx.DiGraph"

    def ownership(self, column: str, owner: QualifiedName | None = None) -> Ownership:
        """The ways to `column`, over tables of any group.

        A way ends, in this order, at a table where the column is NOT NULL, at `owner` (the table that the column
        refers to), or at a table where the column may be NULL. Of equally short ways the first by `key_order` counts.
        """
        import networkx as nx  # noqa: PLC0415  # heavy, and only where there are groups

        having = self.having.get(column, ())
        steps: dict[QualifiedName, ForeignKey] = {}
        settled: set[QualifiedName] = set()
        for ends in (
            [table for table, held in having if held.not_null],
            [owner] if owner in self.keys else [],
            [table for table, held in having if not held.not_null],
        ):
            layers = list(nx.bfs_layers(self.graph, ends))
            steps |= self._steps(layers, settled)
            settled.update(table for layer in layers for table in layer)
        return Ownership(steps=steps)

    def _steps(
        self, layers: Sequence[Sequence[QualifiedName]], settled: set[QualifiedName]
    ) -> dict[QualifiedName, ForeignKey]:
        """From each table of a layer into the layer before; a table settled by an earlier end keeps its way."""
        nearer = [set(layer) for layer in layers]
        return {
            table: next(key for key in self.keys[table] if key.referenced_table in nearer[number])
            for number, layer in enumerate(layers[1:])
            for table in layer
            if table not in settled
        }


def required_keys(schema: Schema) -> RequiredKeys:
    """The required keys of `schema`, without those of a table to itself, which lead nowhere."""
    import networkx as nx  # noqa: PLC0415  # heavy, and only where there are groups

    keys = {table.name: _required(table) for table in schema.tables}
    graph = nx.DiGraph()
    graph.add_nodes_from(keys)
    graph.add_edges_from((key.referenced_table, key.table) for held in keys.values() for key in held)
    having: dict[str, list[tuple[QualifiedName, Column]]] = {}
    for table in schema.tables:
        for column in table.columns:
            having.setdefault(column.name, []).append((table.name, column))
    return RequiredKeys(having=having, keys=keys, graph=graph)


def _required(table: Table) -> Sequence[ForeignKey]:
    not_null = {column.name for column in table.columns if column.not_null}
    keys: Iterable[ForeignKey] = (key for key in table.foreign_keys if key.referenced_table != table.name)
    return sorted((key for key in keys if not_null.issuperset(key.columns)), key=key_order)
