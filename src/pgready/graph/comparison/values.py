"""What a comparison of two schemas' isolation consists of; `comparison` makes these values."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from pgready.graph.coverage import Coverage
from pgready.model.contracts import ContractKind
from pgready.model.groups import ContractOutcome, CrossingVerdict
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey
from pgready.model.unkeyed import UnkeyedReference

__all__ = [
    "AddedKey",
    "AdditionReason",
    "Basis",
    "ChangedCrossing",
    "ContractChange",
    "CycleChange",
    "Direction",
    "GroupChange",
    "GroupNumbers",
    "IsolationChange",
    "KeyStrength",
    "RemovalReason",
    "RemovedKey",
    "RuleChange",
    "RuleKind",
    "StrengthChange",
    "TableMove",
    "UnkeyedChange",
    "UnkeyedReason",
    "Weight",
]


class Direction(StrEnum):
    """What became of the isolation as a whole. UNSURE: it may be better, and may only look so."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    MIXED = "mixed"
    UNSURE = "unsure"


class Weight(StrEnum):
    """How one change counts. MIXED: better and worse at once. LOOSENED: only the rules ask for less, never better."""

    BETTER = "better"
    WORSE = "worse"
    MIXED = "mixed"
    LOOSENED = "loosened"
    UNSURE = "unsure"
    NEUTRAL = "neutral"


class Basis(StrEnum):
    """Which structures were compared: both only where both schemas were rehearsed to the end."""

    DECLARED = "declared"
    BOTH = "declared and rehearsed"


class RemovalReason(StrEnum):
    """Why a foreign key is gone, or no longer between two groups.

    KEY_DROPPED: its columns are still there. COLUMN_RENAMED_MAYBE: a column is gone, and its table has a new one of the
    same family of types that is in no key. KEYED_ELSEWHERE: its columns refer to another table now. REPLACED: another
    key between the same tables took its place, over other columns (as when a column is renamed together with its key).
    """

    KEY_DROPPED = "key dropped"
    COLUMN_GONE = "column gone"
    COLUMN_RENAMED_MAYBE = "column gone, maybe renamed"
    TABLE_GONE = "table gone"
    REGROUPED = "in one group now"
    KEYED_ELSEWHERE = "refers to another table now"
    REPLACED = "replaced by another key"


class AdditionReason(StrEnum):
    """Why a foreign key is new, or newly between two groups: the reasons of `RemovalReason`, read backwards."""

    KEY_DECLARED = "key declared"
    NEW_COLUMN = "new column"
    RENAMED_COLUMN_MAYBE = "new column, maybe renamed"
    NEW_TABLE = "new table"
    REGROUPED = "in two groups now"
    REPOINTED = "referred to another table before"
    REPLACES = "replaces another key"


class UnkeyedReason(StrEnum):
    """Why a reference without a key is gone (the first five) or new (the others).

    NOT_SEEN, SEEN: the column has no key before and after, and only its name is read differently, since the rules learn
    from the keys that there are.
    """

    KEYED = "keyed now"
    COLUMN_GONE = "column gone"
    RENAMED = "column renamed"
    TABLE_GONE = "table gone"
    NOT_SEEN = "no longer read as a reference"
    KEY_DROPPED = "key dropped"
    NEW_COLUMN = "new column"
    NEW_NAME = "column has a new name"
    NEW_TABLE = "new table"
    SEEN = "read as a reference now"


class KeyStrength(IntEnum):
    """What a rehearsal says of a declared or made key, the weakest first.

    NOT_ENFORCED and NOT_VALIDATED as in `ForeignKey`; without a rehearsal a key is taken to be made.
    """

    NOT_MADE = 0
    NOT_ENFORCED = 1
    NOT_VALIDATED = 2
    FULL = 3

    @property
    def words(self) -> str:
        """`not validated`, for a sentence."""
        return "in force" if self is KeyStrength.FULL else self.name.lower().replace("_", " ")


class RuleKind(StrEnum):
    """Which rule of pgready.toml changed; for contracts that are there before and after, what they ask for."""

    CONTRACT = "contract"
    HUB = "hub"
    ACCEPTED = "accepted crossing"
    BASELINED = "baseline entry"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedKey:
    """A key that was there before, or that was between two groups, in the names of before.

    `verdict` is that of the crossing, None for a key inside a group; `instead` are the keys of after that took its
    place or its columns.
    """

    foreign_key: ForeignKey
    from_group: str
    to_group: str
    verdict: CrossingVerdict | None
    reason: RemovalReason
    weight: Weight
    instead: tuple[ForeignKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedKey:
    """A key that is there after, or that is newly between two groups, in the names of after.

    `verdict` is that of after's rules; `loosened`: the rules of before would not have allowed it. `before` are the keys
    whose place it took or whose columns it has.
    """

    foreign_key: ForeignKey
    from_group: str
    to_group: str
    verdict: CrossingVerdict | None
    reason: AdditionReason
    weight: Weight
    loosened: bool = False
    before: tuple[ForeignKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedCrossing:
    """A key that is between two groups before and after, with another verdict or between other groups.

    `groups` are (group of the referencing, of the referenced table). `held` is the verdict of before's rules on after.
    """

    foreign_key: ForeignKey
    groups_before: tuple[str, str]
    groups_after: tuple[str, str]
    before: CrossingVerdict
    after: CrossingVerdict
    held: CrossingVerdict
    weight: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthChange:
    """A key that is there before and after, and is made, validated or enforced in only one of the two."""

    foreign_key: ForeignKey
    before: KeyStrength
    after: KeyStrength
    weight: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class UnkeyedChange:
    """A reference without a key that is gone, in the names of before, or new, in those of after."""

    reference: UnkeyedReference
    reason: UnkeyedReason
    weight: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChange:
    """A contract, by name and kind, whose outcome changed; `before` None: it is new, `after` None: it was taken out.

    `held` is the outcome of before's contract, under before's rules, on what is there after (None for a new one).
    `tables` are those that break it now and did not before; known of contracts about tables only.
    """

    name: str
    kind: ContractKind
    before: ContractOutcome | None
    after: ContractOutcome | None
    held: ContractOutcome | None
    weight: Weight
    tables: tuple[QualifiedName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """A rule that is new, was taken out (`added` False), or asks for something else (`added` None)."""

    kind: RuleKind
    name: str
    added: bool | None
    weight: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMove:
    """A table that is there before and after, in another group; LOOSENED: in none any more."""

    table: QualifiedName
    from_group: str
    to_group: str
    weight: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleChange:
    """Groups that refer to each other in a circle, in only one of the two; as ordered in the configuration."""

    groups: tuple[str, ...]
    weight: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNumbers:
    """A group in numbers: its tables without partitions, keys inside, out and in, columns with and without a key."""

    tables: int
    inside: int
    out: int
    incoming: int
    keyed: int
    unkeyed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """A group before and after; None where there is none of that name. `name` is its name after, where it has one."""

    name: str
    before: GroupNumbers | None
    after: GroupNumbers | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IsolationChange:
    """What became of the isolation from one schema to another; everything is ordered by table and column, or by name.

    `removed` and `added` hold keys inside groups too (`verdict` None). `renamed_tables` (before, after) are of one
    Prisma model; `renamed_groups` hold the same tables. `groups` has every group, also those without a change.
    `one_sided`: only one of the two schemas has groups, so crossings of the two cannot be compared.
    """

    direction: Direction
    reason: str
    basis: Basis
    one_sided: bool
    removed: tuple[RemovedKey, ...]
    added: tuple[AddedKey, ...]
    changed: tuple[ChangedCrossing, ...]
    strength: tuple[StrengthChange, ...]
    unkeyed_removed: tuple[UnkeyedChange, ...]
    unkeyed_added: tuple[UnkeyedChange, ...]
    contracts: tuple[ContractChange, ...]
    rules: tuple[RuleChange, ...]
    moves: tuple[TableMove, ...]
    tables_added: tuple[QualifiedName, ...]
    tables_removed: tuple[QualifiedName, ...]
    renamed_tables: tuple[tuple[QualifiedName, QualifiedName], ...]
    renamed_groups: tuple[tuple[str, str], ...]
    cycles_appeared: tuple[CycleChange, ...]
    cycles_resolved: tuple[CycleChange, ...]
    groups: tuple[GroupChange, ...]
    coverage_before: Coverage
    coverage_after: Coverage

    @property
    def crossings_removed(self) -> tuple[RemovedKey, ...]:
        """Of `removed`, those that were between two groups."""
        return tuple(it for it in self.removed if it.verdict is not None)

    @property
    def crossings_added(self) -> tuple[AddedKey, ...]:
        """Of `added`, those that are between two groups."""
        return tuple(it for it in self.added if it.verdict is not None)

    @property
    def empty(self) -> bool:
        """Whether nothing at all is different, rules and names included."""
        return not any(
            (
                *(self.removed, self.added, self.changed, self.strength, self.unkeyed_removed, self.unkeyed_added),
                *(self.contracts, self.rules, self.moves, self.tables_added, self.tables_removed),
                *(self.renamed_tables, self.renamed_groups, self.cycles_appeared, self.cycles_resolved),
            )
        )
