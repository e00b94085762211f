"""References without a foreign key: a column that looks as if it pointed at a table."""

from dataclasses import dataclass

from pgready.model.names import QualifiedName

__all__ = ["UnkeyedReference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnkeyedReference:
    """A column of `table` that looks like a reference to `referenced_table`; `rule` says why."""

    table: QualifiedName
    column: str
    referenced_table: QualifiedName
    rule: str
