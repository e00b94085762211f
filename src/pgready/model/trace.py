"""What a rehearsal saw on the throw-away server."""

from dataclasses import dataclass
from enum import StrEnum

from pgready.model.crash_points import CrashPoint
from pgready.model.hidden_shapes import HiddenShape
from pgready.model.kept_rows import RowsRehearsal
from pgready.model.location import Location
from pgready.model.locks import LockMode
from pgready.model.names import ObjectRef
from pgready.model.schema import Schema
from pgready.model.spelling import SpeltColumn, SpeltIndex

__all__ = [
    "MigrationRun",
    "Move",
    "Rehearsal",
    "Remedy",
    "Rerun",
    "RerunOutcome",
    "RunError",
    "RunOutcome",
    "Sending",
    "Server",
    "Skip",
    "StatementTrace",
    "TableLock",
    "Trial",
]


class RunOutcome(StrEnum):
    """What became of one migration; the words of audit.json."""

    APPLIED = "applied"
    FAILED = "failed"
    NOT_REACHED = "not reached"
    NO_FILE = "no file"


class Sending(StrEnum):
    """How the text of a migration goes to the server; the words of audit.json.

    WHOLE: in one message, which is one transaction unless the text says otherwise (PostgreSQL manual, "Message Flow",
    "Simple Query"). BY_STATEMENT: one message for each statement, so that what ended well stays.
    """

    WHOLE = "whole"
    BY_STATEMENT = "by statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunError:
    """The server's own words; `statement` (1-based) and `line` are None where the server gave no position."""

    sqlstate: str
    message: str
    detail: str | None = None
    hint: str | None = None
    context: str | None = None
    statement: int | None = None
    line: int | None = None
    column: int | None = None


class RerunOutcome(StrEnum):
    """What a second run directly after the first did."""

    SAME = "same"
    RECREATES = "recreates"
    CHANGES = "changes"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """A second run of a migration, directly after the first; nothing of it is left for the migrations behind.

    `made` and `dropped` are differences of the names, `recreated` the objects that were dropped and made again just as
    they were (their names, identical definitions, another identity). `on_rows` is whether the outcome is also that on
    tables with rows (None: the text reads and writes none, or the outcome needs no rows); `no_rows` says why it is not.
    """

    outcome: RerunOutcome
    error: RunError | None = None
    made: tuple[ObjectRef, ...] = ()
    dropped: tuple[ObjectRef, ...] = ()
    recreated: tuple[ObjectRef, ...] = ()
    on_rows: bool | None = None
    no_rows: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLock:
    """The strongest lock that was held on a table."""

    table: ObjectRef
    mode: LockMode


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementTrace:
    """What a statement did to the tables that were there before its migration.

    `statement` counts from 1, `line` is that of its first token. `locks` are what is held when it ends, ordered by
    table, what earlier statements of its transaction have taken included: a lock is kept to the end of the transaction
    (PostgreSQL manual, "Explicit Locking"). `rewrites` are tables that it wrote anew, `scans` those that it read from
    one end to the other; tables are named as they were just before. `watched`: it cannot run inside a transaction, so
    that somebody else looked on while it worked; then `locks` also holds what it waited for, and may lack a lock that
    was held for less than a millisecond.
    """

    statement: int
    line: int
    duration_ms: float = 0.0
    locks: tuple[TableLock, ...] = ()
    rewrites: tuple[ObjectRef, ...] = ()
    scans: tuple[ObjectRef, ...] = ()
    watched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationRun:
    """One migration on the throw-away server.

    `made` and `dropped` are differences of the catalog before and after, ordered; an object that was renamed stands
    in both. They hold what really happened, whatever the text says. `leaves_open`: the file ended without an error
    inside a transaction that it had not committed. `sending` is how its text was sent. `trace` has one entry for each
    statement, of a run of its own; `trace_skipped` says why there is none. `crash_points` are the places where it was
    stopped on purpose, in order; `crash_skipped` says why there is none; `enclosable` is whether a text that is sent by
    statement ends just the same between BEGIN and COMMIT, which leave nothing of it (None: not tried).
    `hidden` are creations under a guard that found something else than they ask for, in order, of `hidden_compared`
    that found anything; `hidden_skipped` says what could not be compared.
    """

    migration: str
    position: int
    outcome: RunOutcome
    duration_ms: float = 0.0
    error: RunError | None = None
    made: tuple[ObjectRef, ...] = ()
    dropped: tuple[ObjectRef, ...] = ()
    rerun: Rerun | None = None
    rerun_skipped: str | None = None
    leaves_open: bool = False
    sending: Sending = Sending.WHOLE
    trace: tuple[StatementTrace, ...] = ()
    trace_skipped: str | None = None
    crash_points: tuple[CrashPoint, ...] = ()
    crash_skipped: str | None = None
    enclosable: bool | None = None
    hidden: tuple[HiddenShape, ...] = ()
    hidden_compared: int = 0
    hidden_skipped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The throw-away server: version number as in `server_version_num`, and where its binaries came from."""

    version: str
    version_num: int
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A migration under a new name, with which it runs directly before another, or directly after one."""

    migration: str
    new_name: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What may repair an order: migrations renamed, or the texts of migrations once more, as new ones at the end.

    `makes` are tables that no migration makes; `sql`, which creates them, then runs before these texts.
    """

    moves: tuple[Move, ...] = ()
    repeats: tuple[str, ...] = ()
    makes: tuple[ObjectRef, ...] = ()
    sql: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A remedy that was rehearsed, beside the deployment as it is.

    `appeared` and `vanished` are differences of what is there at the end; `failed` names the first migration that did
    not end well, with its error, and `applied` is how many did. `base_failed`: the deployment as it is comes to no end;
    `appeared` is then told from where it stops, and `vanished` are objects that the new order loses: never made, or
    tables and columns that a migration drops which used to run before they were made. `rows_lost` are tables whose rows
    are others than without the remedy, or that it makes anew; `unproved` says why that cannot be told.
    """

    remedy: Remedy
    failed: str | None = None
    error: RunError | None = None
    appeared: tuple[ObjectRef, ...] = ()
    vanished: tuple[ObjectRef, ...] = ()
    applied: int = 0
    base_failed: bool = False
    rows_lost: tuple[ObjectRef, ...] = ()
    unproved: str | None = None

    @property
    def works(self) -> bool:
        """Every migration is applied, what was missing is there, and nothing is lost, as far as can be told."""
        lost = self.vanished or self.rows_lost or self.unproved
        return self.failed is None and (self.base_failed or bool(self.appeared)) and not lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A deployment onto an empty database: runs in order of execution, and the structure that came out.

    `shims` are extensions that were imitated; `spelt_columns` and `spelt_indexes` are the server's answers to the
    questions about the declared structure (`pgready.model.spelling`), and `unanswered` is how many have none.
    `stand_ins` are objects that were there before the first migration, in the place of what Prisma does not manage.
    `otherwise` are the runs that came out in another way when the texts were sent as another version of Prisma sends
    them; empty when they did not, or when the project's version is known. `trials` are the remedies that were tried for
    objects that are missing because of the order, or for a deployment that fails because of it. `rows` is what a
    deployment on tables with rows did (None: there was none). `made_at` is when it was made, in ISO 8601
    UTC.
    """

    server: Server
    runs: tuple[MigrationRun, ...]
    schema: Schema
    shims: tuple[str, ...] = ()
    spelt_columns: tuple[SpeltColumn, ...] = ()
    spelt_indexes: tuple[SpeltIndex, ...] = ()
    stand_ins: tuple[ObjectRef, ...] = ()
    unanswered: int = 0
    otherwise: tuple[MigrationRun, ...] = ()
    trials: tuple[Trial, ...] = ()
    rows: RowsRehearsal | None = None
    duration_ms: float = 0.0
    made_at: str | None = None

    @property
    def complete(self) -> bool:
        """Whether every migration was applied."""
        return all(run.outcome is RunOutcome.APPLIED for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """An effect that did not happen because its prerequisite guard was false when it ran.

    `asked_for` is what the guard looked for and did not find (or, when `found`, wanted absent and found); `made_by`
    and `made_at` are the migration that makes it later and its position (None: nobody does). `would_make` is the
    object that was not made, and `exists_at_end` whether something else made it in the end.
    """

    migration: str
    position: int
    guard: str
    asked_for: ObjectRef
    would_make: ObjectRef
    exists_at_end: bool
    made_by: str | None
    made_at: int | None
    location: Location
    found: bool = False
