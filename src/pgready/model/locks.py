"""Locks on tables, and what a statement does while it holds them.

Source: PostgreSQL manual, "Explicit Locking", table 13.2 (conflicting lock modes).
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

__all__ = ["LockMode", "LockedBy", "Work"]


class LockMode(IntEnum):
    """The modes of table locks, each stronger than the one before (src/include/storage/lockdefs.h)."""

    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    @property
    def words(self) -> str:
        """As the manual writes it: `SHARE ROW EXCLUSIVE`."""
        return self.name.replace("_", " ")

    @property
    def stops_reads(self) -> bool:
        """Whether SELECT has to wait (it takes ACCESS SHARE)."""
        return self is LockMode.ACCESS_EXCLUSIVE

    @property
    def stops_writes(self) -> bool:
        """Whether INSERT, UPDATE and DELETE have to wait (they take ROW EXCLUSIVE)."""
        return self >= LockMode.SHARE

    @property
    def waiting(self) -> str:
        """Who waits, in words."""
        if self.stops_reads:
            return "reads and writes wait"
        return "writes wait, reads go on" if self.stops_writes else "reads and writes go on"


class Work(StrEnum):
    """What takes long while the lock is held: nothing, or something that grows with the table.

    SCAN reads every row, INDEX reads them and builds an index, REWRITE writes the table and all its indexes anew, ROWS
    writes rows one by one, COPY moves the files.
    """

    NOTHING = "nothing"
    SCAN = "scan"
    INDEX = "index"
    REWRITE = "rewrite"
    ROWS = "rows"
    COPY = "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedBy:
    """A kind of command: the lock that it takes on its table, and what it does under it.

    `command` is in the manual's words. `referenced` is the lock on a second table: that which a foreign key refers to.
    """

    command: str
    mode: LockMode
    work: Work = Work.NOTHING
    referenced: LockMode | None = None
