"""What the checks of isolation have in common: the structure that they judge, and what has been said of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pgready.checks.gathered import Gathered
from pgready.findings import Evidence
from pgready.graph.acceptance import Acceptance, accept
from pgready.graph.edges import Edge, Ground, both_structures, unkeyed_edges
from pgready.graph.isolation import (
    IsolationRules,
    MergedKey,
    UnknownName,
    ambiguous_entries,
    ground_of,
    merge_keys,
    unknown_names,
)
from pgready.graph.names import table_names
from pgready.model.contracts import ContractKind, Violation
from pgready.model.groups import UNGROUPED, GroupSource
from pgready.model.location import Location
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, ReferentialAction, Schema

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
    def merged(self) -> tuple[MergedKey, ...]:
        """The keys of both structures."""
        return merge_keys(self.gathered.declared, self.made)

    @cached_property
    def rules(self) -> IsolationRules:
        """What the configuration says of references between groups."""
        config = self.gathered.config
        return IsolationRules(contracts=config.contracts, hubs=config.hubs, accepted=config.crossings)

    @cached_property
    def unkeyed(self) -> tuple[Edge, ...]:
        """The columns that look like a reference and have no foreign key; finding them takes time."""
        return unkeyed_edges(self.structure)

    @cached_property
    def accepted(self) -> Acceptance:
        """What is accepted of the references between groups."""
        entries = self.rules.accepted
        unkeyed = self.unkeyed if any("?" in entry.edge for entry in entries) else ()
        edges = (*(Edge.of(it.foreign_key) for it in self.merged), *unkeyed) if entries else ()
        return accept(entries, (edge for edge in edges if self.ground.crosses(edge)), self.ground.names)

    @property
    def unknown(self) -> tuple[UnknownName, ...]:
        """The names in contracts, hubs and accepted crossings that mean nothing, or several things."""
        found = unknown_names(self.rules, self.gathered.grouping, self.ground.names)
        return (*found, *ambiguous_entries(self.accepted))

    @cached_property
    def missing(self) -> frozenset[ForeignKey]:
        """The keys of `structure` that a complete rehearsal did not make."""
        return frozenset(it.foreign_key for it in self.merged if it.missing)

    @cached_property
    def declared_actions(self) -> dict[object, ReferentialAction]:
        """What is declared for the keys (identity, name) that the migrations make with a harsher ON DELETE."""
        keys = (it.foreign_key for it in self.merged if it.on_delete is not it.foreign_key.on_delete)
        return {(key.identity, key.name): key.on_delete for key in keys}

    @cached_property
    def ground(self) -> Ground:
        """Where the tables stand."""
        names = table_names(self.gathered.declared, self.made)
        return ground_of(self.structure, names, self.gathered.grouping, self.rules, self.merged)

    def between_groups(self, edges: Iterable[Edge], *, cascades: bool = False) -> list[Edge]:
        """The edges from one group to another that nobody has accepted; tables without a group are left out.

        `cascades`: whose cascade nobody has accepted.
        """
        ground = self.ground
        across = [
            edge
            for edge in edges
            if ground.crosses(edge) and UNGROUPED not in {ground.group(edge.table), ground.group(edge.referenced_table)}
        ]
        found = accept(self.gathered.config.crossings, across, ground.names)
        accepted = found.cascades if cascades else found.edges
        return [edge for edge in across if edge not in accepted]

    def keys_between_groups(self, *, cascades: bool = False) -> list[ForeignKey]:
        """The foreign keys among these, without those to hubs."""
        edges = self.between_groups((Edge.of(key) for key in self.structure.foreign_keys()), cascades=cascades)
        return [
            edge.foreign_key
            for edge in edges
            if edge.foreign_key is not None and edge.referenced_table not in self.hubs
        ]

    @cached_property
    def hubs(self) -> frozenset[QualifiedName]:
        """The shared tables of the configuration."""
        meant = (self.ground.names.get(hub, ()) for hub in self.gathered.config.hubs)
        return frozenset(tables[0] for tables in meant if len(tables) == 1)

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
