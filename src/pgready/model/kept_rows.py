"""What became of rows when the migrations ran on tables that held some."""

from dataclasses import dataclass

from pgready.model.names import ObjectRef

__all__ = ["DataFailure", "Loss", "OnRows", "RowsRehearsal", "Unseeded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRows:
    """A deployment on tables with rows: before which migrations tables get some, and which migrations run last."""

    before: frozenset[str]
    last: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Rows of a table, or values of a column, that a migration took away and left nowhere else.

    `object` has the name from before the migration. Of a table the rows are counted, of a column its values
    that are not NULL: how many `there` were and how many are `left`. `merged` are values that were different from each
    other and are the same now (cut or rounded).
    """

    migration: str
    object: ObjectRef
    there: int
    left: int = 0
    merged: int = 0
    dropped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFailure:
    """A migration that is applied to empty tables and fails on rows.

    `artefact` says why the failure may come from the rows that were made up, and is None where any row will do.
    """

    migration: str
    sqlstate: str
    message: str
    detail: str | None = None
    statement: int | None = None
    line: int | None = None
    artefact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseeded:
    """A table that stayed empty, with the server's reason."""

    table: ObjectRef
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsRehearsal:
    """A deployment on tables with rows that were made up; in order of execution.

    `seeded` counts the tables that got rows. `stopped` says why the deployment did not come to its end; what is behind
    that point was not looked at.
    """

    seeded: int = 0
    unseeded: tuple[Unseeded, ...] = ()
    losses: tuple[Loss, ...] = ()
    failures: tuple[DataFailure, ...] = ()
    stopped: str | None = None
    duration_ms: float = 0.0
