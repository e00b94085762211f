"""What a failure midway leaves behind, and what was seen to repair it."""

from dataclasses import dataclass
from enum import StrEnum

from pgready.model.names import ObjectRef

__all__ = ["CrashPoint", "Recovery", "RecoveryTrial"]


class Recovery(StrEnum):
    """What can be done after a failure; the words of audit.json.

    AGAIN: `prisma migrate resolve --rolled-back NAME`, then deploy: the whole text runs once more. REST: what had not
    run is run by hand, then `prisma migrate resolve --applied NAME`. UNDO: what stays is dropped, then as AGAIN.
    Source: Prisma's documentation, "Patching and hotfixing", "Fixing failed migrations".
    """

    AGAIN = "again"
    REST = "rest"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryTrial:
    """A recovery that was run from the state after the failure.

    `works`: it ended well, and the database is then as after a deployment that nothing disturbed. `sql` are the
    statements that are run by hand before, in order: those of UNDO; of REST the settings that its rest needs, and drops
    of indexes that are not valid. `why` says what is in the way, in words, with the server's SQLSTATE where it refused;
    `invalid` are indexes that it leaves invalid because IF NOT EXISTS skips them.
    """

    recovery: Recovery
    works: bool
    sql: tuple[str, ...] = ()
    why: str | None = None
    sqlstate: str | None = None
    invalid: tuple[ObjectRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashPoint:
    """A migration that was stopped after its first `statements` statements, over a connection that then ended.

    `line` is that of the first token of the statement that did not run (None: all had run, and what came after them
    failed). `inside`: that statement was stopped while it ran. `stays` and `gone` are differences of the names from
    what was there before the migration, `altered` whether definitions or rows are others. `trials` are the recoveries
    in the order in which they were tried, up to the first that works. `unseen` says why it cannot be told what the
    statements have done to rows: they may have changed some.
    """

    statements: int
    line: int | None
    inside: bool = False
    stays: tuple[ObjectRef, ...] = ()
    gone: tuple[ObjectRef, ...] = ()
    altered: bool = False
    trials: tuple[RecoveryTrial, ...] = ()
    unseen: str | None = None

    @property
    def partial(self) -> bool:
        """Whether something of the migration is left, or may be."""
        return bool(self.stays or self.gone or self.altered or self.unseen)

    @property
    def recovery(self) -> RecoveryTrial | None:
        """What was seen to work; None when nothing that was tried did."""
        return next((trial for trial in self.trials if trial.works), None)
