"""The words of a comparison: how a change counts, and why something is gone or new."""

from enum import IntEnum, StrEnum

__all__ = [
    "AdditionReason",
    "Basis",
    "Direction",
    "KeyStrength",
    "RemovalReason",
    "RuleKind",
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
    """How one change counts. MIXED: better and worse at once. LOOSENED: only the rules ask for less, never better.

    UNSURE: it may be better, and may only look so; a person has to look.
    """

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

    KEY_DROPPED: its columns are still there. COLUMN_RENAMED_MAYBE: a column is gone, and its table has a new one that
    is in no key, of the family of types of that column or of the referenced one. KEYED_ELSEWHERE: its columns refer to
    another table now. REPLACED: another key between the same tables took its place, over other columns (as when a
    column is renamed together with its key).
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
    """Why a reference without a key is gone (the first seven) or new (the others).

    RENAMED_MAYBE: the table has a new column of the same family of types that is read as no reference. RETYPED, FITS:
    the column or the referenced one has another type. NOT_SEEN, SEEN: the column has no key before and after, and only
    its name is read differently, since the rules learn from the keys that there are.
    """

    KEYED = "keyed now"
    COLUMN_GONE = "column gone"
    RENAMED = "column renamed"
    RENAMED_MAYBE = "column gone, maybe renamed"
    TABLE_GONE = "table gone"
    RETYPED = "no longer read as a reference, by its type"
    NOT_SEEN = "no longer read as a reference"
    KEY_DROPPED = "key dropped"
    NEW_COLUMN = "new column"
    NEW_NAME = "column has a new name"
    NEW_TABLE = "new table"
    FITS = "read as a reference now, by its type"
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
    KEY_IDENTIFIER = "key identifier"
    SUPPRESSION = "suppression"
    SEVERITY = "severity"
