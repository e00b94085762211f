"""The foreign keys of a structure as a plain networkx graph, for everything that networkx can do with one."""

from itertools import count

import networkx as nx

from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema

__all__ = ["fk_graph"]


def fk_graph(schema: Schema) -> nx.MultiDiGraph:
    """One node per table, one edge per foreign key, from the referencing to the referenced table.

    A node is the string `schema.table`, with the attributes `table` (the `Table`, None when missing), `model`, and
    `missing`: True for a table that a key refers to and that the structure does not hold. An edge has the constraint's
    name as its key, and `columns`, `referenced_columns`, `on_delete`, `on_update`, `nullable`, `validated`,
    `foreign_key`. `nullable` is True when a referencing column may be NULL: the row then refers to nothing
    (PostgreSQL manual, CREATE TABLE, MATCH SIMPLE). Tables are added in the structure's order.

    A multigraph, because two keys may join the same two tables and a `DiGraph` would silently keep one of them.
    """
    graph = nx.MultiDiGraph()
    for table in schema.tables:
        graph.add_node(str(table.name), table=table, model=table.model, missing=False)
    for key in schema.foreign_keys():
        _add_key(graph, schema, key)
    return graph


def _add_key(graph: nx.MultiDiGraph, schema: Schema, key: ForeignKey) -> None:
    table, referenced = (_node(graph, name) for name in (key.table, key.referenced_table))
    graph.add_edge(
        table,
        referenced,
        key=_free_name(graph, table, referenced, key.name),
        columns=key.columns,
        referenced_columns=key.referenced_columns,
        on_delete=key.on_delete,
        on_update=key.on_update,
        nullable=_nullable(schema, key),
        validated=key.validated,
        foreign_key=key,
    )


def _node(graph: nx.MultiDiGraph, name: QualifiedName) -> str:
    node = str(name)
    if node not in graph:
        graph.add_node(node, table=None, model=None, missing=True)
    return node


def _free_name(graph: nx.MultiDiGraph, table: str, referenced: str, name: str) -> str:
    """The constraint's name, numbered when a declared structure uses it twice, so that no key is lost."""
    names = (name if number == 1 else f"{name} ({number})" for number in count(1))
    return next(name for name in names if not graph.has_edge(table, referenced, name))


def _nullable(schema: Schema, key: ForeignKey) -> bool:
    table = schema.table(key.table)
    columns = (table.column(name) for name in key.columns) if table else ()
    return any(column is not None and not column.not_null for column in columns)
