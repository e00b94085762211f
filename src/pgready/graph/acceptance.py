"""References that somebody has accepted, by `[[crossings]]` or by the baseline, and entries that match none."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pgready.graph.edges import Edge, spelt_edge
from pgready.graph.names import TableNames
from pgready.model.contracts import ContractKind
from pgready.model.groups import DeclaredCrossing
from pgready.model.names import QualifiedName

__all__ = ["Acceptance", "accept", "accepted_edges", "unmatched"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What is accepted: `edges` with the entry that accepts that they exist, `cascades` with the one for their cascade.

    Entries of `[[crossings]]` accept both and stand in both. `ambiguous` are entries that several references are spelt
    like, and these, with schemas; they accept none.
    """

    edges: Mapping[Edge, DeclaredCrossing] = field(default_factory=dict)
    cascades: Mapping[Edge, DeclaredCrossing] = field(default_factory=dict)
    ambiguous: Mapping[DeclaredCrossing, tuple[str, ...]] = field(default_factory=dict)

    def by(self, kind: ContractKind) -> Mapping[Edge, DeclaredCrossing]:
        """What is accepted of that which breaks a contract of that kind."""
        return self.cascades if kind is ContractKind.NO_CASCADE_ACROSS else self.edges


def accept(entries: Iterable[DeclaredCrossing], across: Iterable[Edge], names: TableNames) -> Acceptance:
    """What the entries accept of the references between groups.

    A line of the baseline accepts that a reference exists, or, as a `cascade`, that deletes go over it: the one says
    nothing of the other.
    """
    found, edges = tuple(entries), tuple(across)
    if not found:
        return Acceptance()
    ambiguous = _ambiguous(found, edges, names)
    clear = [entry for entry in found if entry not in ambiguous]
    return Acceptance(
        edges=accepted_edges((it for it in clear if not it.cascade), edges, names),
        cascades=accepted_edges((it for it in clear if it.cascade or not it.baselined), edges, names),
        ambiguous=ambiguous,
    )


def _ambiguous(
    entries: Iterable[DeclaredCrossing], edges: Iterable[Edge], names: TableNames
) -> dict[DeclaredCrossing, tuple[str, ...]]:
    by_edge: dict[str, list[DeclaredCrossing]] = {}
    for entry in entries:
        by_edge.setdefault(_squeezed(entry.edge), []).append(entry)
    spelt = _names_of(names)
    meant: dict[DeclaredCrossing, set[str]] = {}
    for edge in edges:
        for entry in (it for name in _spellings(edge, spelt) for it in by_edge.get(name, ())):
            meant.setdefault(entry, set()).add(spelt_edge(str(edge.table), edge, str(edge.referenced_table)))
    return {entry: tuple(sorted(ways)) for entry, ways in meant.items() if len(ways) > 1}


def accepted_edges(
    entries: Iterable[DeclaredCrossing], edges: Iterable[Edge], names: TableNames
) -> dict[Edge, DeclaredCrossing]:
    """The entry that each edge is spelt like; of several the first, one of `[[crossings]]` before one of the baseline.

    Spellings are compared, not parsed: names may hold dots, commas and arrows.
    """
    ranked = sorted(entries, key=lambda entry: entry.baselined)
    by_edge = {_squeezed(entry.edge): entry for entry in reversed(ranked)}
    if not by_edge:
        return {}
    spelt = _names_of(names)
    matches = {edge: [name for name in _spellings(edge, spelt) if name in by_edge] for edge in edges}
    place = {entry: number for number, entry in enumerate(ranked)}
    return {
        edge: min((by_edge[name] for name in found), key=place.__getitem__) for edge, found in matches.items() if found
    }


def _names_of(names: TableNames) -> dict[QualifiedName, list[str]]:
    spelt: dict[QualifiedName, list[str]] = {}
    for name, tables in names.items():
        for table in tables:
            spelt.setdefault(table, []).append(name)
    return spelt


def _spellings(edge: Edge, spelt: Mapping[QualifiedName, Sequence[str]]) -> set[str]:
    """Every way in which an entry may spell the edge."""
    tables, referenced = (
        {table.name, str(table), *spelt.get(table, ())} for table in (edge.table, edge.referenced_table)
    )
    return {_squeezed(spelt_edge(one, edge, other)) for one in tables for other in referenced}


def _squeezed(edge: str) -> str:
    return re.sub(r"\s*(\??->|,)\s*", r"\1", edge.strip())


def unmatched(
    entries: Sequence[DeclaredCrossing], accepted: Acceptance, needed: Iterable[tuple[ContractKind, Edge]]
) -> tuple[DeclaredCrossing, ...]:
    """The entries without use, in their order.

    Of `[[crossings]]` those that match no reference between groups; of the baseline those that match none that would
    break a contract (`needed`, with the kind of the contract).
    """
    used = {entry for entry in accepted.edges.values() if not entry.baselined}
    used.update(entry for kind, edge in needed if (entry := accepted.by(kind).get(edge)) is not None)
    return tuple(entry for entry in entries if entry not in used)
