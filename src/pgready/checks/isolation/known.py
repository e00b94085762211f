"""What the checks of isolation have in common: the structure that they judge, and what has been said of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pgready.checks.gathered import Gathered
from pgready.findings import Evidence
from pgready.graph.acceptance import accepted_edges
from pgready.graph.edges import Edge, Ground, both_structures
from pgready.graph.isolation import group_order
from pgready.graph.names import table_names
from pgready.model.contracts import ContractKind, Violation
from pgready.model.groups import UNGROUPED, GroupSource
from pgready.model.location import Location
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema

__all__ = ["Known", "config_file", "groups_declared"]


def groups_declared(gathered: Gathered) -> bool:
    """Whether a person has said what the groups are: files and schemas alone, unasked, are no such word."""
    said = gathered.config.groups or gathered.config.groups_from
    return bool(said) or any(it.source is GroupSource.COMMENT for it in gathered.grouping.placements)


def config_file(gathered: Gathered) -> Location | None:
    """Where the configuration is."""
    return Location(gathered.config.file) if gathered.config.file else None


@dataclass(frozen=True, kw_only=True)
class Known:
    """The evidence of one audit as the checks of isolation look at it; everything is computed when it is asked for."""

    gathered: Gathered

    @cached_property
    def made(self) -> Schema | None:
        """What the migrations make, when all of them were applied."""
        rehearsal = self.gathered.rehearsal
        return rehearsal.schema if rehearsal is not None and rehearsal.complete else None

    @cached_property
    def structure(self) -> Schema:
        """The tables, columns and keys that are declared or made."""
        return both_structures(self.gathered.declared, self.made)

    @cached_property
    def ground(self) -> Ground:
        """Where the tables stand."""
        grouping = self.gathered.grouping
        return Ground(
            names=table_names(self.gathered.declared, self.made),
            group_of=grouping.group_of(),
            order=group_order(grouping),
            structure=self.structure,
        )

    def between_groups(self, edges: Iterator[Edge]) -> list[Edge]:
        """The edges from one group to another that nobody has accepted; tables without a group are left out."""
        ground = self.ground
        across = [
            edge
            for edge in edges
            if ground.crosses(edge) and UNGROUPED not in {ground.group(edge.table), ground.group(edge.referenced_table)}
        ]
        accepted = accepted_edges(self.gathered.config.crossings, across, ground.names)
        return [edge for edge in across if edge not in accepted]

    def keys_between_groups(self) -> list[ForeignKey]:
        """The foreign keys among these, without those to hubs."""
        edges = self.between_groups(Edge.of(key) for key in self.structure.foreign_keys())
        return [
            edge.foreign_key
            for edge in edges
            if edge.foreign_key is not None and edge.referenced_table not in self.hubs
        ]

    @cached_property
    def hubs(self) -> frozenset[QualifiedName]:
        """The shared tables of the configuration."""
        return frozenset(table for hub in self.gathered.config.hubs for table in self.ground.names.get(hub, ()))

    def violations(self, *kinds: ContractKind) -> list[Violation]:
        """What breaks contracts of these kinds (none: of any) and is no foreign key: ISO001 tells it."""
        return [
            violation
            for verdict in self.gathered.contracts
            if not kinds or verdict.contract.kind in kinds
            for violation in verdict.violations
        ]

    def evidence(self, table: QualifiedName) -> Evidence:
        """READ for what is declared, REHEARSED for a table that only the migrations make."""
        return Evidence.REHEARSED if self.gathered.declared.table(table) is None else Evidence.READ
