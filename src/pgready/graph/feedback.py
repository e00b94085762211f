"""The smallest set of arcs whose removal leaves a directed graph without a cycle (minimum feedback arc set).

The problem is NP-hard (Karp 1972). Every directed cycle lies within one biconnected component of the graph, so each
component is solved alone: exactly up to `EXACT_UP_TO` nodes, by dynamic programming over the sets of nodes that stand
first in an order (Held and Karp 1962; the arcs that go backward in the best order are the set), and above with the
heuristic of Eades, Lin and Smyth ("A fast and effective heuristic for the feedback arc set problem", 1993), improved
by moving single nodes while that helps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

__all__ = ["EXACT_UP_TO", "FeedbackArcs", "feedback_arcs"]

EXACT_UP_TO = 14
"""Nodes of a biconnected component; the time doubles with each (14 took 0.04 s)."""

Arc = tuple[str, str]
_Weights = Mapping[Arc, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackArcs:
    """The arcs to remove, sorted; `exact`: no set of less weight does (else a heuristic found it)."""

    arcs: tuple[Arc, ...]
    exact: bool


def feedback_arcs(weights: _Weights) -> FeedbackArcs:
    """The arcs of the least total weight whose removal leaves no cycle; of equal weights the fewest arcs.

    `weights` maps an arc (source, target) to a positive number. Loops are no arcs here. The answer does not depend on
    the order of the mapping; of several equally good sets the names of the nodes decide.
    """
    arcs = {arc: weight for arc, weight in sorted(weights.items()) if arc[0] != arc[1]}
    blocks = [_Block.of(nodes, arcs) for nodes in _blocks(arcs)]
    return FeedbackArcs(
        arcs=tuple(sorted(arc for block in blocks for arc in block.backward())),
        exact=all(block.exact for block in blocks),
    )


def _blocks(arcs: Iterable[Arc]) -> list[list[str]]:
    """The biconnected components, sorted, of what lies on cycles at all."""
    graph = nx.DiGraph()
    graph.add_edges_from(arcs)
    parts = [graph.subgraph(nodes).to_undirected() for nodes in nx.strongly_connected_components(graph)]
    return sorted(sorted(block) for part in parts for block in nx.biconnected_components(part))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """A biconnected, strongly connected component; `cost[i][j]` of the arc between the nodes i and j, 0 for none."""

    nodes: Sequence[str]
    cost: Sequence[Sequence[int]]

    @classmethod
    def of(cls, nodes: Sequence[str], weights: _Weights) -> "_Block":
        # One more per arc, below any difference of weights: of equal weights the fewest arcs win.
        scale = len(weights) + 1
        costs = {arc: weight * scale + 1 for arc, weight in weights.items()}
        return cls(nodes=nodes, cost=[[costs.get((one, other), 0) for other in nodes] for one in nodes])

    @property
    def exact(self) -> bool:
        return len(self.nodes) <= EXACT_UP_TO

    def backward(self) -> list[Arc]:
        order = _best_order(self.cost) if self.exact else _sifted(_eades_lin_smyth(self.cost), self.cost)
        place = {node: position for position, node in enumerate(order)}
        count = range(len(order))
        ahead = [
            (one, other) for one in count for other in count if self.cost[one][other] and place[one] < place[other]
        ]
        back = [(one, other) for one in count for other in count if self.cost[one][other] and place[one] > place[other]]
        back.sort(key=lambda arc: (-self.cost[arc[0]][arc[1]], arc))
        return [(self.nodes[one], self.nodes[other]) for one, other in _needed(back, ahead)]


def _needed(back: Iterable[tuple[int, int]], ahead: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of the backward arcs that would close a cycle, the heaviest tried first: a heuristic may cut too much."""
    graph = nx.DiGraph()
    graph.add_edges_from(ahead)
    needed = []
    for source, target in back:
        if target in graph and source in graph and nx.has_path(graph, target, source):
            needed.append((source, target))
        else:
            graph.add_edge(source, target)
    return needed


def _best_order(cost: Sequence[Sequence[int]]) -> list[int]:
    """The order of the nodes with the least cost of backward arcs, by dynamic programming over their 2^n sets."""
    count = len(cost)
    back = [_sums(row) for row in cost]
    best, last = [0] * (1 << count), [0] * (1 << count)
    for chosen in range(1, 1 << count):
        options = (
            (best[chosen ^ (1 << node)] + back[node][chosen ^ (1 << node)], node)
            for node in range(count)
            if chosen >> node & 1
        )
        best[chosen], last[chosen] = min(options)
    order: list[int] = []
    chosen = (1 << count) - 1
    while chosen:
        order.append(last[chosen])
        chosen ^= 1 << last[chosen]
    return order[::-1]


def _sums(row: Sequence[int]) -> list[int]:
    """The sum of `row` over every set of positions, a set being the bits of its number."""
    sums = [0]
    for value in row:
        sums += [value + before for before in sums]
    return sums


def _eades_lin_smyth(cost: Sequence[Sequence[int]]) -> list[int]:
    """Sinks to the end, sources to the front, else the node whose outgoing arcs outweigh its incoming most."""
    left = list(range(len(cost)))
    outgoing = [sum(row) for row in cost]
    incoming = [sum(row[node] for row in cost) for node in left]
    first: list[int] = []
    rest: list[int] = []
    while left:
        sink = next((node for node in left if not outgoing[node]), None)
        source = max(left, key=lambda node: (not incoming[node], outgoing[node] - incoming[node], -node))
        chosen = source if sink is None else sink
        (first if sink is None else rest).append(chosen)
        left.remove(chosen)
        for node in left:
            outgoing[node] -= cost[node][chosen]
            incoming[node] -= cost[chosen][node]
    return first + rest[::-1]


def _sifted(order: list[int], cost: Sequence[Sequence[int]]) -> list[int]:
    """Move single nodes to their best place until no move helps; every move lowers the cost, so it ends."""
    moved = True
    while moved:
        moved = False
        for node in sorted(order):
            others = [it for it in order if it != node]
            place = _best_place(node, others, cost, now=order.index(node))
            if place != order.index(node):
                order, moved = [*others[:place], node, *others[place:]], True
    return order


def _best_place(node: int, others: Sequence[int], cost: Sequence[Sequence[int]], *, now: int) -> int:
    """Where among `others` the node has the cheapest backward arcs; `now` where no place is better."""
    here = sum(cost[other][node] for other in others)
    costs = [here]
    for other in others:
        here += cost[node][other] - cost[other][node]
        costs.append(here)
    return now if costs[now] == min(costs) else costs.index(min(costs))
