"""Feature groups, what they promise about each other, and the foreign keys between them."""

from dataclasses import dataclass
from enum import StrEnum

from pgready.model.contracts import Contract, ContractKind, Violation
from pgready.model.location import Location
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, ReferentialAction

__all__ = [
    "UNGROUPED",
    "Contract",
    "ContractKind",
    "ContractOutcome",
    "ContractVerdict",
    "Crossing",
    "CrossingVerdict",
    "DeclaredCrossing",
    "Group",
    "GroupSource",
    "Grouping",
    "Placement",
]

UNGROUPED = "(ungrouped)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A feature group: its title and its tables, ordered by name. `key` is the column that says whose a row is."""

    name: str
    tables: tuple[QualifiedName, ...]
    key: str | None = None


class GroupSource(StrEnum):
    """What puts a table into its group, the strongest first; reads as "CRM by list", "CRM by file".

    RELATION: the table of an implicit many-to-many relation goes with its models. PARTITION: a partition goes with its
    partitioned table.
    """

    LIST = "list"
    COMMENT = "comment"
    RELATION = "relation"
    SCHEMA = "schema"
    FILE = "file"
    GLOB = "glob"
    PARTITION = "partition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Why a table is in its group: `detail` is the name, tag, schema, file or glob that says so."""

    table: QualifiedName
    group: str
    source: GroupSource
    detail: str

    def __str__(self) -> str:
        """`CRM by file prisma/crm.prisma`."""
        return f"{self.group} by {self.source} {self.detail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """How the tables of a schema are grouped.

    `groups` stand in the order of the configuration, then those that only the project itself names, by name.
    `overlaps` are tables that several groups list, or whose comments name several (the first group has them),
    `ungrouped` tables that none has, `unknown` pairs (group, name) of listed names that match no table. `placements`
    say of every table in a group what put it there, ordered by table; `nameless` are tables with an `@group` in their
    comment and no name after it that can be a group's. `partitions`, by name, stand in groups like all tables and are
    not counted as such: each is a part of its partitioned table, and no key of its own goes out of it or comes in.
    """

    groups: tuple[Group, ...] = ()
    ungrouped: tuple[QualifiedName, ...] = ()
    overlaps: tuple[tuple[QualifiedName, tuple[str, ...]], ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    placements: tuple[Placement, ...] = ()
    nameless: tuple[QualifiedName, ...] = ()
    partitions: tuple[QualifiedName, ...] = ()

    def group_of(self) -> dict[QualifiedName, str]:
        """Table -> name of its group; ungrouped tables map to UNGROUPED."""
        found = {table: group.name for group in self.groups for table in group.tables}
        return found | dict.fromkeys(self.ungrouped, UNGROUPED)

    def placement_of(self) -> dict[QualifiedName, Placement]:
        """Table -> what put it into its group; without the ungrouped ones."""
        return {it.table: it for it in self.placements}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCrossing:
    """A reference between groups that somebody has accepted, with the reason.

    `edge` is `table.column->table`, or `table.column?->table` for a column without a foreign key. `baselined`: it
    stands in the baseline, which tolerates what was there, and not in `[[crossings]]`. `location` is its line.
    `cascade`: what the baseline tolerates is the ON DELETE CASCADE of the key, and not that the key exists.
    """

    edge: str
    reason: str
    baselined: bool = False
    location: Location | None = None
    cascade: bool = False

    @property
    def tolerated(self) -> str:
        """What it accepts as the baseline writes it: `table.column->table`, with the word `cascade` for that."""
        return f"{self.edge}  cascade" if self.cascade else self.edge


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
    `baselined`: it is allowed because it stands in the baseline. `made_on_delete` is the action of the key that the
    migrations make, where they make it; of a declared key it may differ from what is declared.
    """

    foreign_key: ForeignKey
    from_group: str
    to_group: str
    verdict: CrossingVerdict
    reason: str
    declared: bool = True
    rehearsed: bool | None = None
    baselined: bool = False
    made_on_delete: ReferentialAction | None = None

    @property
    def on_delete(self) -> ReferentialAction:
        """The harsher of what is declared and what is made: that one is to be reckoned with."""
        both = (self.foreign_key.on_delete, self.made_on_delete or self.foreign_key.on_delete)
        return max(both, key=lambda action: action.harshness)


class ContractOutcome(StrEnum):
    """How a contract fared in one word; BASELINED: it holds but for what the baseline tolerates."""

    PASSED = "pass"
    VACUOUS = "pass but vacuous"
    FAILED = "fail"
    BASELINED = "baselined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractVerdict:
    """How a contract fared: `passed`, or what breaks it, `broken_by` (foreign keys) and `violations` (the rest).

    `vacuous`: it is kept, and nothing could have broken it; for a promise about references that is the case when the
    groups own none at all. `baselined` are the references, as the baseline spells them, that would break it.
    """

    contract: Contract
    passed: bool
    vacuous: bool
    broken_by: tuple[Crossing, ...] = ()
    violations: tuple[Violation, ...] = ()
    baselined: tuple[str, ...] = ()

    @property
    def outcome(self) -> ContractOutcome:
        """The one word."""
        if not self.passed:
            return ContractOutcome.FAILED
        if self.baselined:
            return ContractOutcome.BASELINED
        return ContractOutcome.VACUOUS if self.vacuous else ContractOutcome.PASSED
