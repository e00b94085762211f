"""Why declared tables and keys are missing after a clean deploy, as the few causes that somebody can repair.

One migration that runs too late can leave a dozen keys missing. The checks say so key by key; a reader repairs
causes, so the report speaks of these. Nothing is judged here.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pgready.checks.drift import missing_tables
from pgready.model.names import ObjectKind, ObjectRef, QualifiedName
from pgready.model.schema import ForeignKey, Table, pair_foreign_keys
from pgready.model.trace import MigrationRun, RunOutcome, Skip
from pgready.verdict import AuditResult

__all__ = ["Cause", "CauseKind", "Lacking", "lost_skips"]


class CauseKind(StrEnum):
    """ABSENT: no migration makes it. ORDER: a guard asked for what a later migration makes.

    GUARD: a guard asked for what no migration makes, or wanted something absent that was there. FAILED: its migration
    did not run to the end. DROPPED: a migration made it and a later one dropped it. RULE: the finding is not about
    something missing; its rule stands for it.
    """

    ORDER = "order"
    ABSENT = "absent"
    GUARD = "guard"
    FAILED = "failed"
    DROPPED = "dropped"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Cause:
    """What to repair; `subject` is the migration (ORDER, FAILED, DROPPED), object (GUARD) or rule (RULE)."""

    kind: CauseKind
    subject: str = ""


_Identity = tuple[Hashable, ...]


@dataclass(frozen=True)
class Lacking:
    """What the schema declares and the rehearsal did not make; everything empty when there was no rehearsal."""

    audit: AuditResult

    @cached_property
    def tables(self) -> dict[QualifiedName, tuple[Table, Cause]]:
        """The missing tables by name, ordered by name."""
        return {table.name: (table, self.cause_of_table(table.name)) for table in self._absent.values()}

    @cached_property
    def keys(self) -> tuple[tuple[ForeignKey, Cause], ...]:
        """The missing foreign keys, ordered by table and name."""
        if self.audit.rehearsal is None:
            return ()
        pairs = pair_foreign_keys(self.audit.declared, self.audit.rehearsal.schema)
        absent = (key for key, made in pairs if key is not None and made is None)
        ordered = sorted(absent, key=lambda key: (key.table, key.name))
        return tuple((key, self.cause_of_key(key)) for key in ordered)

    @cached_property
    def skips(self) -> tuple[tuple[Skip, Cause], ...]:
        """The silent skips whose object is not there at the end either, in order of execution."""
        return tuple((skip, self.cause_of_skip(skip)) for skip in lost_skips(self.audit))

    def cause_of_table(self, name: QualifiedName, seen: frozenset[QualifiedName] = frozenset()) -> Cause:
        """The cause of a missing table."""
        skip = self.guard_of(name)
        if skip is not None:
            return self.cause_of_skip(skip, seen | {name})
        return self._other_cause((ObjectKind.TABLE, name.schema, None, name.name))

    def cause_of_key(self, key: ForeignKey) -> Cause:
        """The cause of a missing key: its own table, the guard around it, the table it refers to, or itself."""
        wanted = (ObjectKind.CONSTRAINT, key.table.schema, key.table.name, key.name)
        if key.table in self._absent:
            return self.cause_of_table(key.table)
        if wanted in self._skip_of:
            return self.cause_of_skip(self._skip_of[wanted])
        if key.referenced_table in self._absent:
            return self.cause_of_table(key.referenced_table)
        return self._other_cause(wanted)

    def cause_of_skip(self, skip: Skip, seen: frozenset[QualifiedName] = frozenset()) -> Cause:
        """The root of a skip: when its guard asked for a table that is missing itself, that table's cause."""
        if skip.made_by is not None:
            return Cause(CauseKind.ORDER, skip.made_by)
        asked = skip.asked_for
        relation = asked.table or asked.name
        table = next((name for name in self._absent if name.name == relation and name not in seen), None)
        if table is not None and not skip.found:
            return self.cause_of_table(table, seen)
        return Cause(CauseKind.GUARD, ".".join(part for part in (asked.table, asked.name) if part))

    def guard_of(self, name: QualifiedName) -> Skip | None:
        """The skip that left a missing table out, None when no migration would make it at all."""
        return self._skip_of.get((ObjectKind.TABLE, name.schema, None, name.name))

    def _other_cause(self, wanted: _Identity) -> Cause:
        """For what no guard explains: dropped again, lost to a migration that failed, or never asked for."""
        if wanted in self._dropped_by:
            return Cause(CauseKind.DROPPED, self._dropped_by[wanted])
        stopped = (RunOutcome.FAILED, RunOutcome.NO_FILE)
        failed = next((run.migration for run in self._runs if run.outcome in stopped), None)
        return Cause(CauseKind.ABSENT) if failed is None else Cause(CauseKind.FAILED, failed)

    @property
    def _runs(self) -> tuple[MigrationRun, ...]:
        return () if self.audit.rehearsal is None else self.audit.rehearsal.runs

    @cached_property
    def _absent(self) -> dict[QualifiedName, Table]:
        if self.audit.rehearsal is None:
            return {}
        return {table.name: table for table in missing_tables(self.audit.declared, self.audit.rehearsal.schema)}

    @cached_property
    def _skip_of(self) -> dict[_Identity, Skip]:
        return {_identity(skip.would_make): skip for skip in reversed(lost_skips(self.audit))}

    @cached_property
    def _dropped_by(self) -> dict[_Identity, str]:
        return {_identity(gone): run.migration for run in self._runs for gone in run.dropped}


def lost_skips(audit: AuditResult) -> tuple[Skip, ...]:
    """The silent skips whose object does not exist at the end, in order of execution."""
    return tuple(skip for skip in audit.skips if not skip.exists_at_end)


def _identity(found: ObjectRef) -> _Identity:
    return (found.kind, found.schema, found.table, found.name)
