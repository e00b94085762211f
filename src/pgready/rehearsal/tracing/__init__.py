"""What each statement of a migration locks, writes anew and reads from one end to the other."""

from pgready.rehearsal.tracing.by_statement import traces_of

__all__ = ["traces_of"]
