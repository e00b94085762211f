"""What a comparison of two schemas' isolation consists of; `comparison` makes these values."""

from dataclasses import dataclass

from pgready.graph.comparison.reasons import (
    AdditionReason,
    Basis,
    Direction,
    KeyStrength,
    RemovalReason,
    RuleKind,
    UnkeyedReason,
    Weight,
)
from pgready.graph.coverage import Coverage
from pgready.model.contracts import ContractKind
from pgready.model.groups import ContractOutcome, CrossingVerdict
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, ReferentialAction
from pgready.model.unkeyed import ArrayReference, PolymorphicReference, UnkeyedReference

__all__ = [
    "AddedKey",
    "AdditionReason",
    "Basis",
    "ChangedCrossing",
    "Conduct",
    "ConductChange",
    "ContractChange",
    "CycleChange",
    "Direction",
    "GroupChange",
    "GroupNumbers",
    "HiddenKey",
    "IsolationChange",
    "KeyIdentifierChange",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedKey:
    """A key that was there before, or that was between two groups, in the names of before.

    `verdict` is that of the crossing, None for a key inside a group; `instead` are the keys of after that took its
    place or its columns; `stand_ins` the tables and columns of after, in its names, that may have taken its place
    without a key ("" for a view that stands where its table was). They are looked for where the key counted.
    """

    foreign_key: ForeignKey
    from_group: str
    to_group: str
    verdict: CrossingVerdict | None
    reason: RemovalReason
    weight: Weight
    instead: tuple[ForeignKey, ...] = ()
    stand_ins: tuple[tuple[QualifiedName, str], ...] = ()


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
class Conduct:
    """What a key does when the referenced row is deleted; `optional`: one of its columns allows NULL."""

    on_delete: ReferentialAction
    optional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConductChange:
    """A key that is there before and after and acts otherwise.

    WORSE: it cascades now, between groups, and nothing allows the key. All else is told and counts as neither.
    """

    foreign_key: ForeignKey
    before: Conduct
    after: Conduct
    weight: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyIdentifierChange:
    """A table of a group with a key identifier, the same before and after, that says less or more of whose a row is.

    `before` and `after` are 2 where every row has or reaches the identifier, 1 where it may be NULL, 0 without a way.
    """

    table: QualifiedName
    group: str
    column: str
    before: int
    after: int
    weight: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenKey:
    """A key of the only side that was rehearsed that is declared or made, and not both; the other cannot say of it.

    `made`: only the migrations make it. `before`: it is of the schema before.
    """

    foreign_key: ForeignKey
    made: bool
    before: bool
    weight: Weight = Weight.UNSURE


@dataclass(frozen=True, slots=True, kw_only=True)
class UnkeyedChange:
    """A reference without a key that is gone, in the names of before, or new, in those of after.

    Also an array of references and a pair of a column and its type, which no foreign key can hold.
    """

    reference: UnkeyedReference | ArrayReference | PolymorphicReference
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
    """A table that is there before and after, in another group; LOOSENED: in none any more.

    UNSURE where nobody said that the move is meant: groups alone make no schema better.
    """

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
    `one_sided`: only one of the two schemas has groups, so crossings of the two cannot be compared. `hidden` are keys
    that only a rehearsal of both sides could compare, where one side was rehearsed; `unrehearsed` is the other one,
    "before" or "after", None where both or none were.
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
    conduct: tuple[ConductChange, ...] = ()
    key_identifiers: tuple[KeyIdentifierChange, ...] = ()
    hidden: tuple[HiddenKey, ...] = ()
    unrehearsed: str | None = None

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
                *(self.conduct, self.key_identifiers, self.hidden),
            )
        )
