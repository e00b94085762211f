"""What was audited: project, versions, scope, migrations and structures on both sides."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from pgready.diff.matching import renamed_migrations
from pgready.diff.values import Change, Subject, Weight
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
        yield _told(Subject.SCOPE, "deployment", before.scope, after.scope)
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
    """Migrations of one side only, renamed, edited, or with another outcome in the rehearsal; in order of execution."""
    renamed = renamed_migrations(before, after)
    old, new = ({it.name: it for it in audit.migrations} for audit in (before, after))
    was, now = (_outcomes(audit) for audit in (before, after))
    rehearsed = before.rehearsal is not None and after.rehearsal is not None
    for name in dict.fromkeys((*old, *new)):
        if name in renamed.values():
            continue
        now_called = renamed.get(name, name)
        states = _state(old.get(name), was.get(name)), _state(new.get(now_called), now.get(now_called))
        weight = _outcome(was.get(name), now.get(now_called)) if rehearsed else Weight.NEUTRAL
        edited = name in old and name in new and old[name].checksum != new[name].checksum
        if name != now_called or edited or weight is not Weight.NEUTRAL or None in states:
            called = (f"{name}, {states[0]}", f"{now_called}, {states[1]}") if name != now_called else states
            said = (called[0], f"{called[1]}, edited") if edited else called
            yield Change(subject=Subject.MIGRATION, name=name, before=said[0], after=said[1], weight=weight)


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


def structure_changes(before: AuditResult, after: AuditResult) -> Iterator[Change]:
    """Tables and foreign keys that only one side declares or makes; what is wrong with that, findings tell."""
    yield from _structures(before.declared, after.declared, Subject.DECLARED_TABLE, Subject.DECLARED_KEY)
    if before.rehearsal is not None and after.rehearsal is not None:
        yield from _structures(before.rehearsal.schema, after.rehearsal.schema, Subject.MADE_TABLE, Subject.MADE_KEY)


def _structures(before: Schema, after: Schema, tables: Subject, keys: Subject) -> Iterator[Change]:
    yield from _present(tables, *([str(it.name) for it in schema.tables] for schema in (before, after)))
    yield from _present(keys, *([it.qualified_name for it in schema.foreign_keys()] for schema in (before, after)))


def _present(subject: Subject, before: Iterable[str], after: Iterable[str]) -> Iterator[Change]:
    old, new = set(before), set(after)
    for name in sorted(old ^ new):
        yield _told(subject, name, "there" if name in old else None, "there" if name in new else None)
