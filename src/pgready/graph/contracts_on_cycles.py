"""Contracts about cycles: groups that refer to each other in a circle, with the fewest references to give up.

Unlike `cycles.group_cycles`, references without a foreign key count too where the contract asks for them.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pgready.graph.edges import Edge, Ground
from pgready.model.contracts import Contract, Violation

if TYPE_CHECKING:
    from pgready.graph.feedback import FeedbackArcs

__all__ = ["cycle_violations", "edges_in_cycles", "may_close_cycle"]

_NAMED = 5


def edges_in_cycles(contract: Contract, edges: Iterable[Edge], ground: Ground) -> list[Edge]:
    """The edges that lie on a cycle of the contract's groups (none named: of all), in their order."""
    judged = [edge for edge in edges if ground.crosses(edge) and may_close_cycle(contract, edge, ground)]
    loop_of = {group: number for number, loop in enumerate(_loops(judged, ground)) for group in loop}
    return [edge for edge in judged if len({loop_of[group] for group in _ends(edge, ground)}) == 1]


def may_close_cycle(contract: Contract, edge: Edge, ground: Ground) -> bool:
    """Whether the edge, from one group to another, is one of those that the contract judges."""
    within = not contract.groups or _ends(edge, ground).issubset(contract.groups)
    return within and not ground.is_allowed(contract.allowed, edge.referenced_table)


def _ends(edge: Edge, ground: Ground) -> set[str]:
    return {ground.group(edge.table), ground.group(edge.referenced_table)}


def _loops(edges: Iterable[Edge], ground: Ground) -> list[list[str]]:
    """The strongly connected groups, single ones included, in the order of the configuration."""
    import networkx as nx  # noqa: PLC0415  # heavy, and only where there are groups

    graph = nx.DiGraph()
    graph.add_edges_from((ground.group(edge.table), ground.group(edge.referenced_table)) for edge in edges)
    loops = [sorted(loop, key=ground.order.__getitem__) for loop in nx.strongly_connected_components(graph)]
    return sorted(loops, key=lambda loop: ground.order[loop[0]])


def cycle_violations(contract: Contract, edges: Iterable[Edge], ground: Ground) -> tuple[Violation, ...]:
    """One violation per cycle among `edges`, ordered by its first group; `keys` and `edges` are the smallest cut."""
    left = edges_in_cycles(contract, edges, ground)
    return tuple(
        _violation(loop, [edge for edge in left if ground.group(edge.table) in loop], ground)
        for loop in _loops(left, ground)
    )


def _violation(groups: Sequence[str], edges: Sequence[Edge], ground: Ground) -> Violation:
    from pgready.graph.feedback import feedback_arcs  # noqa: PLC0415  # heavy, and only where there are groups

    within: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        within.setdefault((ground.group(edge.table), ground.group(edge.referenced_table)), []).append(edge)
    least = feedback_arcs({pair: len(found) for pair, found in within.items()})
    cut = sorted((edge for pair in least.arcs for edge in within[pair]), key=lambda edge: edge[:3])
    keys = tuple(edge.foreign_key for edge in cut if edge.foreign_key is not None)
    return Violation(
        object=", ".join(groups),
        sentence=f"{_listed(groups)} refer to each other in a circle; {_give_up(cut, len(edges), ground, least)}",
        groups=tuple(groups),
        tables=tuple(sorted({table for edge in cut for table in (edge.table, edge.referenced_table)})),
        keys=keys,
        edges=tuple(dict.fromkeys(ground.spelt(edge) for edge in cut)),
        location=next((key.location for key in keys if key.location is not None), None),
    )


def _give_up(cut: Sequence[Edge], out_of: int, ground: Ground, least: "FeedbackArcs") -> str:
    spelt = list(dict.fromkeys(ground.spelt(edge) for edge in cut))
    more = f" and {len(spelt) - _NAMED} more" if len(spelt) > _NAMED else ""
    least_words = "the fewest to give up are" if least.exact else "giving up these ends it:"
    return f"{least_words} {len(cut)} of its {out_of} references: {', '.join(spelt[:_NAMED])}{more}"


def _listed(groups: Sequence[str]) -> str:
    return f"{', '.join(groups[:-1])} and {groups[-1]}"
