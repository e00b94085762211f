"""Feature groups, what they promise about each other, and the foreign keys between them."""

from dataclasses import dataclass
from enum import StrEnum

from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey

__all__ = [
    "UNGROUPED",
    "Contract",
    "ContractKind",
    "ContractVerdict",
    "Crossing",
    "CrossingVerdict",
    "DeclaredCrossing",
    "Group",
    "Grouping",
]

UNGROUPED = "(ungrouped)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A feature group: its title and its tables, ordered by name. `key` is the column that says whose a row is."""

    name: str
    tables: tuple[QualifiedName, ...]
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """How the tables of a schema are grouped.

    `groups` stand in the order of the configuration. `overlaps` are tables that several groups list (the first group
    has them), `ungrouped` tables that none lists, `unknown` pairs (group, name) of listed names that match no table.
    """

    groups: tuple[Group, ...] = ()
    ungrouped: tuple[QualifiedName, ...] = ()
    overlaps: tuple[tuple[QualifiedName, tuple[str, ...]], ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()

    def group_of(self) -> dict[QualifiedName, str]:
        """Table -> name of its group; ungrouped tables map to UNGROUPED."""
        found = {table: group.name for group in self.groups for table in group.tables}
        return found | dict.fromkeys(self.ungrouped, UNGROUPED)


class ContractKind(StrEnum):
    """What a group promises about its outgoing foreign keys."""

    INTERNAL_ONLY = "internal_only"
    ONLY_REFERENCES = "only_references"
    INDEPENDENT = "independent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A promise about direct foreign keys.

    INTERNAL_ONLY: keys of `groups` stay within their own group. ONLY_REFERENCES: they go to their own group or to
    `allowed` (names of tables or groups). INDEPENDENT: no key goes from one of `groups` to another, except to tables
    or groups in `allowed`. `reason` is the sentence of the person who wrote it.
    """

    kind: ContractKind
    name: str
    groups: tuple[str, ...]
    allowed: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCrossing:
    """A foreign key between groups that somebody has accepted, with the reason; `edge` is `table.column->table`."""

    edge: str
    reason: str


class CrossingVerdict(StrEnum):
    """ALLOWED: to a hub, or declared with a reason, or named by a contract. FORBIDDEN: breaks a contract.

    UNDECLARED: nobody has said anything about it.
    """

    ALLOWED = "allowed"
    UNDECLARED = "undeclared"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A foreign key whose two tables are in different groups, and what the contracts say of it.

    `declared` and `rehearsed` tell in which of the two structures the key exists. `reason` explains the verdict.
    """

    foreign_key: ForeignKey
    from_group: str
    to_group: str
    verdict: CrossingVerdict
    reason: str
    declared: bool = True
    rehearsed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractVerdict:
    """How a contract fared: `passed`, `vacuous` (kept, but its groups have no foreign keys at all), `broken_by`."""

    contract: Contract
    passed: bool
    vacuous: bool
    broken_by: tuple[Crossing, ...] = ()
