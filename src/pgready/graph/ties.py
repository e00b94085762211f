"""What ties two tables together: a foreign key, a many-to-many relation, a column that looks like a key."""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import networkx as nx

from pgready.graph.group_levels import is_join_table
from pgready.graph.unkeyed import unkeyed_references
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema
from pgready.model.unkeyed import ReferenceRule

__all__ = ["SHARED_PERCENT", "Ties", "read_ties"]

SHARED_PERCENT = 20
_SHARED_AT_LEAST = 5
_LIKELY = frozenset({ReferenceRule.TABLE, ReferenceRule.SAME_NAME})

_Pairs = Mapping[tuple[QualifiedName, QualifiedName], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """Which tables refer to which, and how near each tie brings the two.

    `references`: (referencing, referenced) -> whether by foreign key; no table refers to itself. `shared` are tables to
    which so many refer (a fifth of all, at least five) that referring to them says nothing about a feature: such ties
    are in `references` only. `near`: table -> table -> weight, both ways; the weight falls with the number of tables
    that refer to the same one. `community`: table -> a number, equal for tables that Louvain's method puts together.
    """

    references: _Pairs
    shared: frozenset[QualifiedName]
    near: Mapping[QualifiedName, Mapping[QualifiedName, float]]
    community: Mapping[QualifiedName, int]


def read_ties(schema: Schema, tables: Collection[QualifiedName]) -> Ties:
    """The ties among `tables` of `schema`; the same structure always gives the same."""
    pairs = {pair: keyed for pair, keyed in _references(schema) if set(pair) <= set(tables) and pair[0] != pair[1]}
    referring = Counter(referenced for _, referenced in pairs)
    least = max(_SHARED_AT_LEAST, len(tables) * SHARED_PERCENT / 100)
    shared = frozenset(table for table, count in referring.items() if count >= least)
    near: dict[QualifiedName, dict[QualifiedName, float]] = {table: {} for table in sorted(tables)}
    for table, referenced in sorted(pairs):
        if referenced not in shared:
            weight = 1 / math.log2(1 + referring[referenced])
            near[table][referenced] = near[table].get(referenced, 0) + weight
            near[referenced][table] = near[referenced].get(table, 0) + weight
    return Ties(references=pairs, shared=shared, near=near, community=_communities(near))


def _references(schema: Schema) -> Iterator[tuple[tuple[QualifiedName, QualifiedName], bool]]:
    """Later ones win: what a foreign key says counts."""
    for reference in unkeyed_references(schema, rules=_LIKELY):
        yield (reference.table, reference.referenced_table), False
    for table in schema.tables:
        targets = [key.referenced_table for key in table.foreign_keys]
        if is_join_table(table):
            yield from [((targets[0], targets[-1]), True)] if targets else ()
        else:
            yield from (((table.name, target), True) for target in targets)


def _communities(near: Mapping[QualifiedName, Mapping[QualifiedName, float]]) -> dict[QualifiedName, int]:
    """Numbers are the nodes: sets of strings have another order in every process."""
    names = sorted(near)
    number = {name: place for place, name in enumerate(names)}
    graph = nx.Graph()
    graph.add_nodes_from(range(len(names)))
    graph.add_weighted_edges_from(
        (number[one], number[two], weight) for one in names for two, weight in near[one].items()
    )
    found = nx.community.louvain_communities(graph, seed=0) if names else []
    return {names[place]: community for community, places in enumerate(found) for place in places}
