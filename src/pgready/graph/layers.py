"""Layers: the groups from those that refer to no other upwards."""

from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from pgready.graph.group_graph import group_graph
from pgready.graph.isolation import group_order
from pgready.model.groups import Grouping
from pgready.model.schema import ForeignKey

__all__ = ["Layer", "group_layers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer; `groups` in the order of the configuration, `cycles` those of them that refer to each other.

    Layer 0 refers to no other group; a group of layer n to one of layer n - 1 and to none above. Only the groups of a
    cycle refer to each other within a layer.
    """

    number: int
    groups: tuple[str, ...]
    cycles: tuple[tuple[str, ...], ...] = ()

    @property
    def cyclic(self) -> frozenset[str]:
        """The groups of this layer that are in a cycle."""
        return frozenset(group for cycle in self.cycles for group in cycle)


def group_layers(grouping: Grouping, keys: Iterable[ForeignKey]) -> tuple[Layer, ...]:
    """The layers, from 0 upwards: the length of the longest way down in the group graph with its cycles condensed.

    Every group is in exactly one; "(ungrouped)" is a group when it has a table or a key.
    """
    order = group_order(grouping)
    loops = nx.condensation(group_graph(grouping, keys))
    members = {loop: sorted(names, key=order.__getitem__) for loop, names in loops.nodes(data="members")}
    generations = nx.topological_generations(loops.reverse(copy=False))
    return tuple(
        _layer(number, sorted((members[loop] for loop in generation), key=lambda names: order[names[0]]), order)
        for number, generation in enumerate(generations)
    )


def _layer(number: int, loops: list[list[str]], order: dict[str, int]) -> Layer:
    return Layer(
        number=number,
        groups=tuple(sorted((name for names in loops for name in names), key=order.__getitem__)),
        cycles=tuple(tuple(names) for names in loops if len(names) > 1),
    )
