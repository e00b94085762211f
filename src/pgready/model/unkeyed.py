"""References without a foreign key, as values: which column seems to refer to which table, and the rule that says so.

Nothing of it is proved: a name is a hint; only values in a database can say more.
"""

from dataclasses import dataclass
from enum import StrEnum

from pgready.model.names import QualifiedName

__all__ = [
    "ArrayReference",
    "Likelihood",
    "PolymorphicReference",
    "ReferenceRule",
    "UnkeyedColumns",
    "UnkeyedReference",
]


class Likelihood(StrEnum):
    """How far to believe that a column is a reference."""

    LIKELY = "likely"
    MAYBE = "maybe"
    ON_REQUEST = "on request"


class ReferenceRule(StrEnum):
    """Why a column is taken for a reference; the best reason comes first."""

    TABLE = "T"
    SAME_NAME = "S"
    ROLE = "R"
    LAST_WORDS = "L"
    PRIMARY_KEY = "P"

    @property
    def sentence(self) -> str:
        """The rule in words, without a full stop."""
        return _SENTENCES[self]

    @property
    def likelihood(self) -> Likelihood:
        """Likely for T and S, maybe for R; L and P are for those who ask."""
        return _LIKELIHOODS[self]


_SENTENCES = {
    ReferenceRule.TABLE: "the column is named after the table",
    ReferenceRule.SAME_NAME: "columns of this name have a foreign key to the table elsewhere",
    ReferenceRule.ROLE: "the column is named after the table, with a role before it",
    ReferenceRule.LAST_WORDS: "the column is named after the last words of the table's name",
    ReferenceRule.PRIMARY_KEY: "the column is named like the primary key of the table, and of no other table",
}
_LIKELIHOODS = {
    ReferenceRule.TABLE: Likelihood.LIKELY,
    ReferenceRule.SAME_NAME: Likelihood.LIKELY,
    ReferenceRule.ROLE: Likelihood.MAYBE,
    ReferenceRule.LAST_WORDS: Likelihood.ON_REQUEST,
    ReferenceRule.PRIMARY_KEY: Likelihood.ON_REQUEST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnkeyedReference:
    """A column of `table` that looks like a reference to `referenced_table`; `rule` says why.

    `referenced_column` is the column whose values it would hold, "" when nobody asked.
    """

    table: QualifiedName
    column: str
    referenced_table: QualifiedName
    rule: ReferenceRule
    referenced_column: str = ""

    @property
    def likelihood(self) -> Likelihood:
        """How far to believe it: as its rule."""
        return self.rule.likelihood


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayReference:
    """An array whose elements look like references (`teamIds text[]`); PostgreSQL has no foreign key for that."""

    table: QualifiedName
    column: str
    referenced_table: QualifiedName
    rule: ReferenceRule
    referenced_column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolymorphicReference:
    """A column that refers to one of several tables, as `type_column` of the same row says (`entityId`, `entityType`).

    `tables` are those that the values of the type column's enum name, ordered; empty when it is no enum or names none.
    No foreign key can express such a reference.
    """

    table: QualifiedName
    column: str
    type_column: str
    tables: tuple[QualifiedName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnkeyedColumns:
    """All columns without a foreign key that look like references; each is in one of the three, ordered by name."""

    references: tuple[UnkeyedReference, ...] = ()
    arrays: tuple[ArrayReference, ...] = ()
    polymorphic: tuple[PolymorphicReference, ...] = ()
