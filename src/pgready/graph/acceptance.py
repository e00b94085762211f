"""References that somebody has accepted, by `[[crossings]]` or by the baseline, and entries that match none."""

import re
from collections.abc import Iterable, Mapping, Sequence

from pgready.graph.edges import Edge, spelt_edge
from pgready.graph.names import TableNames
from pgready.model.groups import DeclaredCrossing
from pgready.model.names import QualifiedName

__all__ = ["accepted_edges", "unmatched"]


def accepted_edges(
    entries: Iterable[DeclaredCrossing], edges: Iterable[Edge], names: TableNames
) -> dict[Edge, DeclaredCrossing]:
    """The entry that accepts each edge; of several the first, one of `[[crossings]]` before one of the baseline.

    Spellings are compared, not parsed: names may hold dots, commas and arrows.
    """
    ranked = sorted(entries, key=lambda entry: entry.baselined)
    by_edge = {_squeezed(entry.edge): entry for entry in reversed(ranked)}
    if not by_edge:
        return {}
    spelt: dict[QualifiedName, list[str]] = {}
    for name, tables in names.items():
        for table in tables:
            spelt.setdefault(table, []).append(name)
    matches = {edge: [name for name in _spellings(edge, spelt) if name in by_edge] for edge in edges}
    place = {entry: number for number, entry in enumerate(ranked)}
    return {
        edge: min((by_edge[name] for name in found), key=place.__getitem__) for edge, found in matches.items() if found
    }


def _spellings(edge: Edge, spelt: Mapping[QualifiedName, Sequence[str]]) -> set[str]:
    """Every way in which an entry may spell the edge."""
    tables, referenced = (
        {table.name, str(table), *spelt.get(table, ())} for table in (edge.table, edge.referenced_table)
    )
    return {_squeezed(spelt_edge(one, edge, other)) for one in tables for other in referenced}


def _squeezed(edge: str) -> str:
    return re.sub(r"\s*(\??->|,)\s*", r"\1", edge.strip())


def unmatched(
    entries: Sequence[DeclaredCrossing], accepted: Mapping[Edge, DeclaredCrossing], needed: Iterable[Edge]
) -> tuple[DeclaredCrossing, ...]:
    """The entries without use, in their order.

    Of `[[crossings]]` those that match no reference between groups; of the baseline those that match none that would
    break a contract (`needed`).
    """
    wanted = set(needed)
    used = {entry for edge, entry in accepted.items() if not entry.baselined or edge in wanted}
    return tuple(entry for entry in entries if entry not in used)
