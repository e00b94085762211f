"""What a project says about itself, checked."""

from dataclasses import dataclass, field

from pgready.model.groups import Contract, DeclaredCrossing, GroupSource
from pgready.model.suppressions import Suppression
from pgready.verdict import Policy

__all__ = ["CONFIG_NAME", "GROUPS_FROM", "Config"]

CONFIG_NAME = "pgready.toml"
GROUPS_FROM = (GroupSource.SCHEMA, GroupSource.FILE)
"""What `[isolation] groups_from` may name; comments, lists and globs always count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a project says about itself; everything is optional.

    `inventory` and `groups` map group names to names of models or tables (globs allowed in groups) in the order of the
    file; `keys` maps groups to their key identifier. `groups_from` are the further sources of groups, None when the
    file does not speak of them. `crossings` and `suppressions` hold those of the baseline (the file `baseline`) too.
    `since` is the revision of git at which the scope begins. `resilient` are the
    migrations that claim to be resilient, or True for all. Paths are relative to the directory of `file`.
    """

    file: str | None = None
    name: str | None = None
    schema: tuple[str, ...] = ()
    migrations: str | None = None
    inventory: dict[str, tuple[str, ...]] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    groups_from: tuple[GroupSource, ...] | None = None
    hubs: tuple[str, ...] = ()
    contracts: tuple[Contract, ...] = ()
    crossings: tuple[DeclaredCrossing, ...] = ()
    baseline: str | None = None
    required_migrations: tuple[str, ...] = ()
    resilient: tuple[str, ...] | bool = ()
    policy: Policy = field(default_factory=Policy)
    suppressions: tuple[Suppression, ...] = ()
    since: str | None = None
