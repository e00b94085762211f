"""What one reference means to one contract, and how each contract fares.

The idea is that of architecture contracts on dependencies (Parnas, "On the criteria to be used in decomposing systems
into modules", 1972; import-linter has the same kinds for modules of Python), with tables for modules and direct
references for imports. `Contract` says what each kind means.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgready.graph.acceptance import Acceptance
from pgready.graph.contracts_on_cycles import cycle_violations, edges_in_cycles, may_close_cycle
from pgready.graph.contracts_on_tables import TABLE_CONTRACTS
from pgready.graph.edges import Edge, Ground
from pgready.model.contracts import EdgeKind, Violation
from pgready.model.groups import Contract, ContractKind, ContractVerdict, Crossing
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, ReferentialAction
from pgready.model.unkeyed import PolymorphicReference

__all__ = ["Evidence", "breaks", "gather", "judge_contract", "permits", "would_break"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What contracts are judged on; made by `gather`.

    `edges` are all of both structures; `across` those between groups that `[[crossings]]` does not accept, by the
    group that they go out from, so that a contract about a few groups looks at few edges; `accepted` what is accepted
    of those between groups. `crossings` are the foreign keys between groups with their places
    in the list of all, and their verdicts.
    """

    ground: Ground
    edges: Sequence[Edge]
    across: Mapping[str, Sequence[Edge]]
    accepted: Acceptance
    crossings: Mapping[ForeignKey, tuple[int, Crossing]]

    def between_groups(self, contract: Contract) -> Iterator[Edge]:
        """The edges in `across` that the contract judges."""
        groups = contract.groups if contract.kind in _OF_OUTGOING else tuple(self.across)
        return (edge for group in groups for edge in self.across.get(group, ()) if _judges(contract, edge))


def gather(
    ground: Ground,
    edges: Sequence[Edge],
    accepted: Acceptance,
    crossings: Iterable[Crossing],
) -> Evidence:
    """The evidence for all contracts of one configuration."""
    settled = {edge for edge, entry in accepted.edges.items() if not entry.baselined}
    across: dict[str, list[Edge]] = {}
    for edge in edges:
        if ground.crosses(edge) and not (settled and edge in settled):
            across.setdefault(ground.group(edge.table), []).append(edge)
    return Evidence(
        ground=ground,
        edges=edges,
        across=across,
        accepted=accepted,
        crossings={crossing.foreign_key: (place, crossing) for place, crossing in enumerate(crossings)},
    )


def _judges(contract: Contract, edge: Edge) -> bool:
    return edge.foreign_key is not None or contract.edges is EdgeKind.FK_AND_UNKEYED


def breaks(contract: Contract, edge: Edge, ground: Ground) -> bool:
    """Whether a direct reference is one that the contract promises not to exist, nothing being accepted."""
    rule = _BREAKS.get(contract.kind)
    # Whether it crosses is asked last: the rule rules out most at less cost.
    return rule is not None and _judges(contract, edge) and rule(contract, edge, ground) and ground.crosses(edge)


def permits(contract: Contract, edge: Edge, ground: Ground) -> bool:
    """Whether the contract names a reference between groups as one that may, or must, be."""
    rule = _PERMITS.get(contract.kind, _to_allowed)
    return rule(contract, edge, ground) and ground.crosses(edge)


def _from_groups(contract: Contract, edge: Edge, ground: Ground) -> bool:
    return ground.group(edge.table) in contract.groups


def _only_references(contract: Contract, edge: Edge, ground: Ground) -> bool:
    return _from_groups(contract, edge, ground) and not ground.is_allowed(contract.allowed, edge.referenced_table)


def _independent(contract: Contract, edge: Edge, ground: Ground) -> bool:
    return ground.group(edge.referenced_table) in contract.groups and _only_references(contract, edge, ground)


def _forbidden(contract: Contract, edge: Edge, ground: Ground) -> bool:
    return _from_groups(contract, edge, ground) and ground.is_named(contract.to, edge.referenced_table)


def _protected(contract: Contract, edge: Edge, ground: Ground) -> bool:
    protects = ground.is_named(contract.tables, edge.referenced_table)
    return protects and not ground.is_allowed(contract.allowed_from, edge.table)


def _upwards(contract: Contract, edge: Edge, ground: Ground) -> bool:
    return _independent(contract, edge, ground) and not _downwards(contract, edge, ground)


def _cascades_across(contract: Contract, edge: Edge, ground: Ground) -> bool:
    if edge.foreign_key is None or ground.on_delete(edge.foreign_key) is not ReferentialAction.CASCADE:
        return False
    return _across_listed(contract, edge, ground)


def _across_listed(contract: Contract, edge: Edge, ground: Ground) -> bool:
    between = {ground.group(edge.table), ground.group(edge.referenced_table)}
    listed = not contract.groups or between.issubset(contract.groups)
    return listed and not ground.is_allowed(contract.allowed, edge.referenced_table)


def _to_allowed(contract: Contract, edge: Edge, ground: Ground) -> bool:
    return _from_groups(contract, edge, ground) and ground.is_allowed(contract.allowed, edge.referenced_table)


def _from_allowed(contract: Contract, edge: Edge, ground: Ground) -> bool:
    protects = ground.is_named(contract.tables, edge.referenced_table)
    return protects and ground.is_allowed(contract.allowed_from, edge.table)


def _downwards(contract: Contract, edge: Edge, ground: Ground) -> bool:
    layers, origin, target = contract.groups, ground.group(edge.table), ground.group(edge.referenced_table)
    return origin in layers and target in layers and layers.index(origin) < layers.index(target)


def _downwards_or_allowed(contract: Contract, edge: Edge, ground: Ground) -> bool:
    return _downwards(contract, edge, ground) or _to_allowed(contract, edge, ground)


def _required(contract: Contract, edge: Edge, ground: Ground) -> bool:
    wanted = contract.column in edge.columns and ground.is_allowed(contract.to, edge.referenced_table)
    return wanted and _from_groups(contract, edge, ground)


_Rule = Callable[[Contract, Edge, Ground], bool]
_BREAKS: Mapping[ContractKind, _Rule] = {
    ContractKind.INTERNAL_ONLY: _from_groups,
    ContractKind.ONLY_REFERENCES: _only_references,
    ContractKind.INDEPENDENT: _independent,
    ContractKind.FORBIDDEN: _forbidden,
    ContractKind.PROTECTED: _protected,
    ContractKind.LAYERS: _upwards,
    ContractKind.NO_CASCADE_ACROSS: _cascades_across,
}
_OF_OUTGOING = frozenset(
    {
        ContractKind.INTERNAL_ONLY,
        ContractKind.ONLY_REFERENCES,
        ContractKind.INDEPENDENT,
        ContractKind.FORBIDDEN,
        ContractKind.LAYERS,
    }
)
"""Kinds that judge what goes out from their groups, and nothing else."""

# A cycle or a cascade that may be says nothing of the key itself.
_PERMITS: Mapping[ContractKind, _Rule] = {
    ContractKind.PROTECTED: _from_allowed,
    ContractKind.LAYERS: _downwards_or_allowed,
    ContractKind.MUST_REFERENCE: _required,
    ContractKind.ACYCLIC: lambda _contract, _edge, _ground: False,
    ContractKind.NO_CASCADE_ACROSS: lambda _contract, _edge, _ground: False,
    ContractKind.EXHAUSTIVE: lambda _contract, _edge, _ground: False,
}


def would_break(contract: Contract, evidence: Evidence) -> list[Edge]:
    """The references between groups that break the contract, or would if the baseline did not tolerate them.

    Of an ACYCLIC contract these are all that lie on a cycle. Those that `[[crossings]]` accepts are left out.
    """
    judged = evidence.between_groups(contract)
    if contract.kind is ContractKind.ACYCLIC:
        return edges_in_cycles(contract, judged, evidence.ground)
    return [edge for edge in judged if breaks(contract, edge, evidence.ground)]


def judge_contract(contract: Contract, evidence: Evidence) -> ContractVerdict:
    """How one contract fared.

    What is accepted breaks no contract. Vacuous is a promise about references that nothing could break: its groups own
    none at all, inside or out (for PROTECTED: nobody but the protected tables' own groups and those that may owns one;
    for ACYCLIC and NO_CASCADE_ACROSS without groups: there is none at all), or there is no table to which a reference
    of theirs would break it. Vacuous is also a promise about tables that has no table to judge (for UNIQUE_NAMES: fewer
    than two).
    """
    if (of_tables := TABLE_CONTRACTS.get(contract.kind)) is not None:
        edges = [edge for edge in evidence.edges if _judges(contract, edge)]
        violations, vacuous = of_tables(contract, edges, evidence.ground)
        return ContractVerdict(contract=contract, passed=not violations, vacuous=vacuous, violations=violations)
    breaking = would_break(contract, evidence)
    accepted = evidence.accepted.by(contract.kind)
    tolerated = [edge for edge in breaking if edge in accepted] if accepted else []
    left = [edge for edge in breaking if edge not in accepted] if tolerated else breaking
    broken_by, violations = _broken(contract, left, evidence)
    return ContractVerdict(
        contract=contract,
        passed=not broken_by and not violations,
        vacuous=_is_vacuous(contract, evidence),
        broken_by=broken_by,
        violations=violations,
        baselined=tuple(sorted({evidence.ground.spelt(edge) for edge in tolerated})),
    )


def _broken(
    contract: Contract, left: Sequence[Edge], evidence: Evidence
) -> tuple[tuple[Crossing, ...], tuple[Violation, ...]]:
    if contract.kind is ContractKind.ACYCLIC:
        return (), cycle_violations(contract, left, evidence.ground)
    keys = dict.fromkeys(edge.foreign_key for edge in left if edge.foreign_key is not None)
    unkeyed = sorted((edge for edge in left if edge.reference is not None), key=lambda edge: edge[:3])
    placed = sorted((evidence.crossings[key] for key in keys), key=lambda place: place[0])
    return tuple(crossing for _, crossing in placed), tuple(_unkeyed(edge, evidence.ground) for edge in unkeyed)


def _unkeyed(edge: Edge, ground: Ground) -> Violation:
    assert edge.reference is not None  # noqa: S101 - the caller looked
    origin, target = ground.group(edge.table), ground.group(edge.referenced_table)
    rule = None if isinstance(edge.reference, PolymorphicReference) else str(edge.reference.rule)
    table = ground.structure.table(edge.table)
    column = table.column(edge.columns[0]) if table else None
    return Violation(
        object=f"{edge.table}.{edge.columns[0]}",
        sentence=f"{edge.table.name}.{edge.columns[0]} looks like a reference to {edge.referenced_table.name} without "
        f"a foreign key ({edge.why}) and crosses from {origin} to {target}",
        groups=(origin,),
        tables=(edge.table, edge.referenced_table),
        columns=edge.columns,
        edges=(ground.spelt(edge),),
        rule=rule,
        location=column.location if column else None,
    )


def _is_vacuous(contract: Contract, evidence: Evidence) -> bool:
    """Whether no table that owns a reference could break the contract with another one, wherever that went."""
    ground, could_break = evidence.ground, _COULD_BREAK[contract.kind]
    judged = (edge.table for edge in evidence.edges if _judges(contract, edge))
    if contract.kind is ContractKind.PROTECTED:
        owners = set(judged)
    else:
        # All that these contracts ask of the table is its group.
        owners = set({ground.group(table): table for table in judged}.values())
    targets = _one_of_each_meaning(contract, ground)
    pairs = (Edge(owner, (), target) for owner in owners for target in targets)
    return not any(could_break(contract, edge, ground) and ground.crosses(edge) for edge in pairs)


def _one_of_each_meaning(contract: Contract, ground: Ground) -> tuple[QualifiedName, ...]:
    """Of the tables that the contract cannot tell apart, because it names neither of them, one for each group."""
    named = {table for name in _names(contract) for table in ground.names.get(name, ())}
    last = {(group, table in named): table for table, group in ground.group_of.items()}
    return (*last.values(), *sorted(named))


def _names(contract: Contract) -> tuple[str, ...]:
    return (*contract.allowed, *contract.to, *contract.tables, *contract.allowed_from)


_COULD_BREAK: Mapping[ContractKind, _Rule] = {
    **_BREAKS,
    ContractKind.NO_CASCADE_ACROSS: _across_listed,
    ContractKind.ACYCLIC: may_close_cycle,
}
"""What would break a contract whatever else there is: a key that cascades, and one each way for a circle."""
