"""Migrations that are stopped on purpose, for tests: how they are run, and short words for what came of it."""

from pgready.model.crash_points import CrashPoint, Recovery, RecoveryTrial
from pgready.model.trace import MigrationRun, Rehearsal
from pgready.rehearsal import Limits, rehearse
from pgready.sources.sql.pieces import pieces
from rehearsals import of_texts

__all__ = ["AGAIN", "REST", "UNDO", "T", "crashed", "rehearsal", "stays", "tried", "works"]

T = "CREATE TABLE t (id integer PRIMARY KEY, v integer);"
AGAIN, REST, UNDO = Recovery.AGAIN, Recovery.REST, Recovery.UNDO


def crashed(*texts: str, by_statement: bool = False, limits: Limits | None = None) -> tuple[MigrationRun, ...]:
    """The runs of migrations with these texts, all of them stopped; `by_statement` only the last one is sent so."""
    return rehearsal(*texts, by_statement=by_statement, limits=limits).runs


def rehearsal(*texts: str, by_statement: bool = False, limits: Limits | None = None) -> Rehearsal:
    migrations = of_texts(*texts)
    last = migrations[-1]
    apart = {last.name: pieces(last.sql or "")} if by_statement else {}
    return rehearse(migrations, pieces=apart, crashed={each.name for each in migrations}, limits=limits)


def stays(point: CrashPoint) -> set[str]:
    return {f"{ref.kind} {ref}" for ref in point.stays}


def tried(point: CrashPoint) -> list[tuple[Recovery, bool]]:
    return [(trial.recovery, trial.works) for trial in point.trials]


def works(point: CrashPoint) -> RecoveryTrial:
    assert point.recovery is not None, point.trials
    return point.recovery
