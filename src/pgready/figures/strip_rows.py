"""What the rehearsal strip shows of each migration, and for which of many there is a row."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pgready.model.crash_points import CrashPoint, Recovery
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun, RerunOutcome, RunOutcome, Skip

__all__ = ["MOST_ROWS", "Again", "Midway", "RehearsalStrip", "StripRow", "again_of", "make_rehearsal_strip", "refusal"]

MOST_ROWS = 60
"""Of more migrations each gets a cell, and a row only what stands out."""

_SLOWEST = 5
_THERE = frozenset({"42P04", "42P06", "42P07", "42701", "42710", "42723"})
_GONE = frozenset({"3F000", "42P01", "42703", "42704", "42883"})
"""SQLSTATEs of what exists already, and of what does not exist any more (PostgreSQL manual, appendix A)."""
_HOLDS_ROWS = (ObjectKind.TABLE, ObjectKind.COLUMN)


class Again(StrEnum):
    """What a second run directly after the first does, in the order of how little it does.

    REPLACES: tables or columns are dropped and made again, empty; RECREATES: other objects are, just as they were.
    EMPTY: it changes nothing on empty tables, and what it does to rows was not tried.
    """

    SAME = "changes nothing"
    EMPTY = "changes nothing on empty tables"
    RECREATES = "makes the same anew"
    FAILS = "fails"
    CHANGES = "changes something"
    REPLACES = "makes tables anew"
    UNKNOWN = "not known"


class Midway(StrEnum):
    """What a failure midway leaves behind, in the order of how bad that is.

    AGAIN to UNDO: a part stays, and this way back was seen to work after every stop; NO_WAY: nothing that was tried
    after one of the stops did.
    """

    UNTRIED = "not tried"
    NOTHING = "nothing stays"
    AGAIN = "part stays, runs again"
    REST = "part stays, run the rest"
    UNDO = "part stays, undo it first"
    NO_WAY = "no way back known"


_WAYS = {Recovery.AGAIN: Midway.AGAIN, Recovery.REST: Midway.REST, Recovery.UNDO: Midway.UNDO}
_HARMS = (Again.CHANGES, Again.REPLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class StripRow:
    """One migration; `sqlstate` is that of its failure, or else of the failure of its second run.

    `left_out` counts the objects that its guards left out and that are missing in the end.
    """

    position: int
    name: str
    outcome: RunOutcome
    duration_ms: float
    again: Again
    midway: Midway
    sqlstate: str = ""
    left_out: int = 0

    @property
    def stands_out(self) -> bool:
        """Whether somebody has to know: it fails, leaves out, cannot be told, harms again, or has no way back."""
        loud = self.again in _HARMS or (self.again is Again.UNKNOWN and self.outcome is RunOutcome.APPLIED)
        stops = self.outcome in (RunOutcome.FAILED, RunOutcome.NO_FILE)
        return loud or stops or self.midway is Midway.NO_WAY or self.left_out > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalStrip:
    """All migrations in order, and those that get a row of their own (all of them, when there are few)."""

    every: tuple[StripRow, ...]
    rows: tuple[StripRow, ...]

    @property
    def left_out(self) -> int:
        """How many have a cell only."""
        return len(self.every) - len(self.rows)

    def again(self) -> Counter[Again]:
        """How many migrations that are applied do what when they run again."""
        return Counter(row.again for row in self.every if row.outcome is RunOutcome.APPLIED)

    def midway(self) -> Counter[Midway]:
        """How many migrations leave what."""
        return Counter(row.midway for row in self.every)


def make_rehearsal_strip(
    runs: Iterable[MigrationRun], skips: Iterable[Skip] = (), deployed: Collection[str] = ()
) -> RehearsalStrip:
    """From the runs of a rehearsal, in their order, and what their guards left out.

    `deployed` are the migrations about to run, where that is not all of them: each of these gets a row.
    """
    lost: dict[str, set[ObjectRef]] = {}
    for skip in skips:
        if not skip.exists_at_end:
            lost.setdefault(skip.migration, set()).add(skip.would_make)
    every = tuple(_row(run, len(lost.get(run.migration, ()))) for run in runs)
    return RehearsalStrip(every=every, rows=every if len(every) <= MOST_ROWS else _chosen(every, deployed))


def _chosen(every: Sequence[StripRow], deployed: Collection[str]) -> tuple[StripRow, ...]:
    """What is deployed, the slowest, and what stands out; the newest and the worst of it where that is too much."""
    slow = sorted(every, key=lambda row: -row.duration_ms)[:_SLOWEST]
    new = [row for row in reversed(every) if row.name in deployed]
    loud = sorted((row for row in every if row.stands_out), key=_badness)
    wanted = dict.fromkeys(row.position for row in (*slow, *new, *loud))
    shown = frozenset([*wanted][:MOST_ROWS])
    return tuple(row for row in every if row.position in shown)


def _badness(row: StripRow) -> tuple[bool, ...]:
    return row.outcome is RunOutcome.APPLIED, row.midway is not Midway.NO_WAY, row.again not in _HARMS, not row.left_out


def _row(run: MigrationRun, left_out: int) -> StripRow:
    error = run.error or (run.rerun.error if run.rerun is not None else None)
    return StripRow(
        position=run.position,
        name=run.migration,
        outcome=run.outcome,
        duration_ms=run.duration_ms,
        again=again_of(run),
        midway=_midway(run.crash_points),
        sqlstate=error.sqlstate if error is not None else "",
        left_out=left_out,
    )


def refusal(sqlstate: str) -> str:
    """What a second run failed of, in words; empty for what is not usual."""
    return "is there already" if sqlstate in _THERE else "is gone already" if sqlstate in _GONE else ""


def again_of(run: MigrationRun) -> Again:
    """What its second run did."""
    if run.rerun is None:
        return Again.UNKNOWN
    match run.rerun.outcome:
        case RerunOutcome.SAME:
            return Again.EMPTY if run.rerun.on_rows is False else Again.SAME
        case RerunOutcome.RECREATES:
            held = any(ref.kind in _HOLDS_ROWS for ref in run.rerun.recreated)
            return Again.REPLACES if held else Again.RECREATES
        case RerunOutcome.FAILED:
            return Again.FAILS
        case _:
            return Again.CHANGES


def _midway(points: Sequence[CrashPoint]) -> Midway:
    """The worst of its stops."""
    if not points:
        return Midway.UNTRIED
    order = list(Midway)
    return max((_left(point) for point in points), key=order.index)


def _left(point: CrashPoint) -> Midway:
    if point.recovery is None:
        return Midway.NO_WAY if point.partial or point.trials else Midway.NOTHING
    return _WAYS[point.recovery.recovery] if point.partial else Midway.NOTHING
