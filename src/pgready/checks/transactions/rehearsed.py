"""What the rehearsal has shown about a migration."""

from pgready.checks.gathered import Gathered
from pgready.model.trace import RunError, RunOutcome

__all__ = ["applied_in_rehearsal", "error_in_rehearsal"]


def applied_in_rehearsal(gathered: Gathered, migration: str) -> bool:
    """Whether the throw-away server ran the file, sent as one text, without an error."""
    runs = gathered.rehearsal.runs if gathered.rehearsal is not None else ()
    return any(run.migration == migration and run.outcome is RunOutcome.APPLIED for run in runs)


def error_in_rehearsal(gathered: Gathered, migration: str) -> RunError | None:
    """The error with which the file ended there."""
    runs = gathered.rehearsal.runs if gathered.rehearsal is not None else ()
    return next((run.error for run in runs if run.migration == migration), None)
