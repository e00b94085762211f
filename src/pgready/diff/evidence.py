"""What was audited: project, versions, scope, migrations and structures on both sides."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pgready.diff.matching import renamed_migrations
from pgready.diff.values import Change, Fate, FindingChange, Subject, Weight
from pgready.model.deployment import Deployment
from pgready.model.migration import MigrationRecord
from pgready.model.schema import Schema
from pgready.model.trace import RunOutcome
from pgready.verdict import AuditResult

__all__ = ["migration_changes", "opaque_changes", "setting_changes", "structure_changes", "unrelated"]


def unrelated(before: AuditResult, after: AuditResult) -> bool:
    """Whether they are audits of two projects: another name, and neither a table nor a migration in common."""
    if before.project.name == after.project.name:
        return False
    tables, migrations = (
        ({str(table.name) for table in audit.declared.tables} for audit in (before, after)),
        ({text for it in audit.migrations for text in (it.name, it.checksum) if text} for audit in (before, after)),
    )
    return not set.intersection(*tables) and not set.intersection(*migrations)


def setting_changes(before: AuditResult, after: AuditResult) -> Iterator[Change]:
    """Whose audit it is, which versions made it, what would be deployed, and whether it was rehearsed."""
    pairs = (
        (Subject.PROJECT, "name", before.project.name, after.project.name),
        (Subject.VERSION, "pgready", before.run.pgready, after.run.pgready),
        (Subject.VERSION, "Prisma", before.project.prisma_version, after.project.prisma_version),
    )
    yield from (_told(subject, name, was, now) for subject, name, was, now in pairs if was != now)
    if before.rehearsal and after.rehearsal and before.run.postgres != after.run.postgres:
        yield _told(Subject.VERSION, "PostgreSQL", before.run.postgres, after.run.postgres)
    if _scope(before.deployment) != _scope(after.deployment):
        yield Change(
            subject=Subject.SCOPE, name="deployment", before=before.scope, after=after.scope, weight=Weight.CHANGED
        )
    if (before.rehearsal is None) != (after.rehearsal is None):
        yield Change(
            subject=Subject.REHEARSAL,
            name="rehearsal",
            before=_rehearsed(before),
            after=_rehearsed(after),
            weight=Weight.BETTER if before.rehearsal is None else Weight.WORSE,
        )


def _scope(deployment: Deployment) -> tuple[str, str | None]:
    """What is meant to be deployed; which migrations that comes to is told one by one."""
    return deployment.kind, deployment.base


def _rehearsed(audit: AuditResult) -> str:
    return "none" if audit.rehearsal is None else f"on PostgreSQL {audit.rehearsal.server.version}"


def _told(subject: Subject, name: str, was: str | None, now: str | None) -> Change:
    return Change(subject=subject, name=name, before=was, after=now, weight=Weight.NEUTRAL)


_PLACE = re.compile(r"^(?P<file>.*?):\d+(?::\d+)?: (?P<what>.*)$", re.DOTALL)


def opaque_changes(before: AuditResult, after: AuditResult) -> Iterator[Change]:
    """Places that can be read on one side only; known by file and what they are, since lines move."""
    old, new = (Counter(_without_line(place) for place in audit.opaque) for audit in (before, after))
    for place in sorted((old - new).elements()):
        yield Change(subject=Subject.OPAQUE, name=place, before="unreadable", after=None, weight=Weight.BETTER)
    for place in sorted((new - old).elements()):
        yield Change(subject=Subject.OPAQUE, name=place, before=None, after="unreadable", weight=Weight.WORSE)


def _without_line(place: str) -> str:
    found = _PLACE.match(place)
    return f"{found['file']}: {found['what']}" if found else place


def migration_changes(before: AuditResult, after: AuditResult) -> Iterator[Change]:
    """Migrations of one side only, renamed, edited, or with another outcome in the rehearsal; in order of execution.

    A database that has run a migration runs it under no other name and with no other text again (Prisma refuses it), so
    that such a one is never "the same", whatever became of it in the rehearsal: two changes then.
    """
    renamed = renamed_migrations(before, after)
    old, new = ({it.name: it for it in audit.migrations} for audit in (before, after))
    was, now = (_outcomes(audit) for audit in (before, after))
    rehearsed = before.rehearsal is not None and after.rehearsal is not None
    for name in dict.fromkeys((*old, *new)):
        if name in renamed.values():
            continue
        called = renamed.get(name, name)
        states = _state(old.get(name), was.get(name)), _state(new.get(called), now.get(called))
        if rehearsed and (weight := _outcome(was.get(name), now.get(called))) is not Weight.NEUTRAL:
            yield Change(subject=Subject.MIGRATION, name=name, before=states[0], after=states[1], weight=weight)
        if (weight := _text(old.get(name), new.get(called))) is not Weight.NEUTRAL:
            after_name = f"{called}, " if called != name else ""
            edited = ", edited" if called == name and weight is Weight.CHANGED else ""
            said = states[0], states[1] and f"{after_name}{states[1]}{edited}"
            yield Change(subject=Subject.MIGRATION, name=name, before=said[0], after=said[1], weight=weight)


def _text(was: MigrationRecord | None, now: MigrationRecord | None) -> Weight:
    """Whether it is there on both sides, under one name and with one text."""
    if was is None or now is None:
        return Weight.ADDED if was is None else Weight.REMOVED
    return Weight.NEUTRAL if (was.name, was.checksum) == (now.name, now.checksum) else Weight.CHANGED


def _outcomes(audit: AuditResult) -> dict[str, RunOutcome]:
    return {run.migration: run.outcome for run in audit.rehearsal.runs} if audit.rehearsal else {}


def _state(record: MigrationRecord | None, outcome: RunOutcome | None) -> str | None:
    if record is None:
        return None
    return outcome.value if outcome is not None else "not rehearsed"


def _outcome(was: RunOutcome | None, now: RunOutcome | None) -> Weight:
    """A migration that does not come to its end, new or not, is worse than one that does, and than none."""
    bad, worse = (it is not None and it is not RunOutcome.APPLIED for it in (was, now))
    return Weight.NEUTRAL if bad is worse else Weight.WORSE if worse else Weight.BETTER


def structure_changes(
    before: AuditResult, after: AuditResult, findings: Iterable[FindingChange] = ()
) -> Iterator[Change]:
    """Tables, declared columns and foreign keys that only one side declares or makes.

    A table that the migrations make and neither side declares is only told where a finding says how that counts.
    """
    yield from _structures(before.declared, after.declared, Subject.DECLARED_TABLE, Subject.DECLARED_KEY)
    yield from _columns(before.declared, after.declared)
    if before.rehearsal is None or after.rehearsal is None:
        return
    surplus = _surplus(before, after, findings)
    for change in _structures(before.rehearsal.schema, after.rehearsal.schema, Subject.MADE_TABLE, Subject.MADE_KEY):
        yield replace(change, weight=Weight.NEUTRAL) if change.name in surplus else change


def _surplus(before: AuditResult, after: AuditResult, findings: Iterable[FindingChange]) -> set[str]:
    """Objects that came or went as a finding on them did, and that no side declares."""
    counted = (it for it in findings if it.weight in (Weight.BETTER, Weight.WORSE))
    named = {it.finding.object for it in counted if it.fate in (Fate.NEW, Fate.GONE)}
    declared = {name for audit in (before, after) for name in _names(audit.declared)}
    return named - declared


def _names(schema: Schema) -> Iterator[str]:
    yield from (str(it.name) for it in schema.tables)
    yield from (it.qualified_name for it in schema.foreign_keys())


def _structures(before: Schema, after: Schema, tables: Subject, keys: Subject) -> Iterator[Change]:
    yield from _present(tables, *([str(it.name) for it in schema.tables] for schema in (before, after)))
    yield from _present(keys, *([it.qualified_name for it in schema.foreign_keys()] for schema in (before, after)))


def _columns(before: Schema, after: Schema) -> Iterator[Change]:
    """Of tables that both sides declare."""
    old, new = ({it.name: [each.name for each in it.columns] for it in schema.tables} for schema in (before, after))
    both = [name for name in old if name in new]
    sides = ([f"{name}.{column}" for name in both for column in side[name]] for side in (old, new))
    yield from _present(Subject.DECLARED_COLUMN, *sides)


def _present(subject: Subject, before: Iterable[str], after: Iterable[str]) -> Iterator[Change]:
    old, new = set(before), set(after)
    for name in sorted(old ^ new):
        was, now = ("there" if name in side else None for side in (old, new))
        weight = Weight.ADDED if was is None else Weight.REMOVED
        yield Change(subject=subject, name=name, before=was, after=now, weight=weight)
