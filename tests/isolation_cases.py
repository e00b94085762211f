"""Audits of groups, keys and contracts, and configurations that accept what is there."""

from dataclasses import replace

from builders import Build
from pgready.checks import Gathered
from pgready.config import Config
from pgready.findings import Finding
from pgready.graph.grouping import resolve_groups, with_undeclared
from pgready.graph.isolation import IsolationRules, judge_isolation
from pgready.model.groups import Contract, DeclaredCrossing
from pgready.model.location import Location
from pgready.model.schema import Schema

__all__ = ["accepting", "config_of", "gathered_of", "told", "tolerating"]


def gathered_of(build: Build, config: Config, schema: Schema, *, made: Schema | None = None) -> Gathered:
    """Everything that an audit knows; without `made` the migrations make what is declared."""
    grouping = resolve_groups(with_undeclared(schema, made), config.groups, config.keys)
    rules = IsolationRules(contracts=config.contracts, hubs=config.hubs, accepted=config.crossings)
    judged = judge_isolation(schema, made, grouping, rules)
    return Gathered(
        config=config,
        declared=schema,
        migrations=(),
        grouping=grouping,
        crossings=judged.crossings,
        contracts=judged.contracts,
        stale_crossings=judged.stale,
        unknown_in_contracts=tuple((unknown.place, unknown.name) for unknown in judged.unknown),
        rehearsal=build.rehearsal(made or schema),
    )


def config_of(*contracts: Contract, **groups: str) -> Config:
    return Config(
        file="pgready.toml", groups={name: tuple(it.split()) for name, it in groups.items()}, contracts=contracts
    )


def accepting(config: Config, *edges: str) -> Config:
    return replace(config, crossings=tuple(DeclaredCrossing(edge=edge, reason="agreed") for edge in edges))


def tolerating(config: Config, *edges: str) -> Config:
    entries = tuple(
        DeclaredCrossing(edge=edge, reason="old", baselined=True, location=Location("pgready.baseline", line))
        for line, edge in enumerate(edges, start=3)
    )
    return replace(config, crossings=(*config.crossings, *entries))


def told(found: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.object, finding.message) for finding in found]
