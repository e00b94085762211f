"""The tables and keys of pgready.toml as they are written; a key that is not here is an error."""

from datetime import date

import msgspec

from pgready.model.contracts import EdgeKind

__all__ = [
    "SECTIONS",
    "ContractSection",
    "CrossingSection",
    "File",
    "IsolationSection",
    "PolicySection",
    "SuppressionSection",
]


class Section(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A table of the file; an unknown key is an error."""


class ProjectSection(Section, frozen=True):
    name: str | None = None
    schema: str | tuple[str, ...] = ()
    migrations: str | None = None


class GroupSection(Section, frozen=True):
    tables: tuple[str, ...] = ()
    key: str | None = None


class IsolationSection(Section, frozen=True):
    """Groups and what is shared."""

    groups_from: tuple[str, ...] | None = None
    hubs: tuple[str, ...] = ()
    baseline: str | None = None


class ContractSection(Section, frozen=True):
    """A promise of the groups; which keys it takes depends on its kind."""

    name: str
    kind: str
    reason: str | None = None
    edges: str = EdgeKind.FK.value
    groups: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    allowed_from: tuple[str, ...] = ()
    column: str | None = None
    nullable: bool | None = None
    scope: str | None = None


class CrossingSection(Section, frozen=True):
    """An accepted key between groups."""

    edge: str
    reason: str


class MigrationsSection(Section, frozen=True):
    required: tuple[str, ...] = ()
    resilient: tuple[str, ...] | bool = ()


class PolicySection(Section, frozen=True):
    """What blocks."""

    blocking: str = "block"
    required: tuple[str, ...] = ()
    severity: dict[str, str] = {}


class SuppressionSection(Section, frozen=True):
    """An accepted finding."""

    rule: str
    object: str
    reason: str
    expires: date | None = None
    migration: str | None = None


class ScopeSection(Section, frozen=True):
    since: str | None = None


class File(Section, frozen=True):
    """The whole file."""

    project: ProjectSection = ProjectSection()
    inventory: dict[str, tuple[str, ...]] = {}
    groups: dict[str, GroupSection] = {}
    isolation: IsolationSection = IsolationSection()
    contracts: tuple[ContractSection, ...] = ()
    crossings: tuple[CrossingSection, ...] = ()
    migrations: MigrationsSection = MigrationsSection()
    policy: PolicySection = PolicySection()
    suppressions: tuple[SuppressionSection, ...] = ()
    scope: ScopeSection = ScopeSection()


SECTIONS: dict[str, type[Section]] = {
    "project": ProjectSection,
    "groups": GroupSection,
    "isolation": IsolationSection,
    "contracts": ContractSection,
    "crossings": CrossingSection,
    "migrations": MigrationsSection,
    "policy": PolicySection,
    "suppressions": SuppressionSection,
    "scope": ScopeSection,
}
"""The tables by the name that they have in the file."""
