"""What became of each finding, and how that counts."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from pgready.diff.matching import Pair, pair_findings, renamed_migrations
from pgready.diff.values import Change, Fate, FindingChange, Subject, Weight
from pgready.findings import CheckResult, Evidence, Finding, Outcome, Severity
from pgready.model.schema import Schema
from pgready.verdict import AuditResult

__all__ = ["did_run", "eased_rules", "finding_changes"]

_RAN = (Outcome.PASSED, Outcome.FAILED)


_ISOLATING = ("hub ", "accepted crossing ", "group of ", "key of group ")
_SCOPED = ("DES", "CMP", "LCK")
"""Rules that judge what the deployment does to a database in use, and describe what the history did."""
_DESTROYS = ("DES", "CMP")


def did_run(check: CheckResult | None) -> bool:
    """Whether a check looked at everything, so that what it did not find is not there."""
    return check is not None and check.outcome in _RAN


def eased_rules(asked: Iterable[Change]) -> tuple[str, ...]:
    """Beginnings of the names of rules whose findings may be gone because less, or something else, is asked for."""
    eased = [it for it in asked if it.weight in (Weight.LOOSENED, Weight.CHANGED)]
    isolation = any(it.subject is Subject.CONTRACT or it.name.startswith(_ISOLATING) for it in eased)
    inventory = any(it.name.startswith("required model") for it in eased)
    return (*("ISO",) * isolation, *("INV003",) * inventory)


def finding_changes(
    before: AuditResult, after: AuditResult, *, eased: tuple[str, ...] = ()
) -> tuple[FindingChange, ...]:
    """Every finding of both audits exactly once; the worst first, then by rule and object.

    `eased` are beginnings of the names of rules that ask for less: what is gone of theirs is not repaired.
    """
    judged = _Judged(before, after, eased)
    found = (judged.change(pair) for pair in pair_findings(before, after))
    return tuple(sorted(found, key=_order))


def _order(change: FindingChange) -> tuple[int, int, str, str, str]:
    found = change.finding
    place = str(found.location) if found.location else ""
    return list(Weight).index(change.weight), -found.severity, found.rule, found.object, place


class _Side:
    """What one audit looked at."""

    def __init__(self, audit: AuditResult) -> None:
        self.policy = audit.policy
        self._checks = {check.rule: check for check in audit.checks}
        self._rehearsed = audit.rehearsal is not None
        self._deployment = audit.deployment
        self._files = {record.file: record.name for record in audit.migrations}
        self._migrations = {record.name: record for record in audit.migrations}
        self.scope = audit.deployment.kind, audit.deployment.base
        self._tables = frozenset(str(table.name) for table in audit.declared.tables)
        self._parts = frozenset(_parts(audit.declared))

    def looked_for(self, found: Finding) -> bool:
        """Whether it would have found that."""
        seen = found.evidence is not Evidence.REHEARSED or self._rehearsed
        return seen and did_run(self._checks.get(found.rule))

    def migration(self, found: Finding) -> str | None:
        """In which migration a finding of this side lies."""
        if found.location is not None and found.location.file in self._files:
            return self._files[found.location.file]
        return found.object if found.object in self._migrations else None

    def deploys(self, migration: str) -> bool | None:
        """Whether its deployment runs that migration; None when it has none of that name."""
        return self._deployment.runs(migration) if migration in self._migrations else None

    def text(self, migration: str) -> str | None:
        """The checksum of a migration of that name."""
        return self._migrations[migration].checksum if migration in self._migrations else None

    def declares_alone(self, found: Finding, other: "_Side") -> bool:
        """Whether it declares what a finding of it is about, and the other side does not.

        Of keys between groups that goes for the table only, as to take the key out is the repair.
        """
        names = (found.object[:end] for end in _ends(found.object))
        if any(name in self._tables and name not in other._tables for name in names):  # noqa: SLF001  # its own kind
            return True
        part = found.object in self._parts and found.object not in other._parts  # noqa: SLF001  # likewise
        return part and not found.rule.startswith("ISO")

    def counts(self, found: Finding) -> bool:
        """Whether anybody has to mind it: a note of the history, or an accepted one, is only told."""
        least = min(Severity.WARN, self.policy.blocking)
        return found.suppressed is None and not found.described and found.severity >= least


def _ends(name: str) -> Iterator[int]:
    """Where `schema`, `schema.table` and so on end: a name may hold dots itself."""
    yield from (at for at, letter in enumerate(name) if letter == ".")
    yield len(name)


def _parts(schema: Schema) -> Iterator[str]:
    """Columns, keys and indexes by the names that findings have, and enums."""
    for table in schema.tables:
        names = ([it.name for it in parts] for parts in (table.columns, table.indexes, table.foreign_keys))
        yield from (f"{table.name}.{name}" for name in chain.from_iterable(names))
    yield from (str(it.name) for it in schema.enums)


class _Judged:
    def __init__(self, before: AuditResult, after: AuditResult, eased: tuple[str, ...]) -> None:
        self._eased = eased
        self._before, self._after = _Side(before), _Side(after)
        self._new_names = renamed_migrations(before, after)
        self._old_names = {new: old for old, new in self._new_names.items()}

    def change(self, pair: Pair) -> FindingChange:
        old, new = pair
        if old is None or new is None:
            return self._alone(old, new)
        fate = self._both(old, new)
        return FindingChange(before=old, after=new, fate=fate, weight=self._weight(old, new, fate))

    def _alone(self, old: Finding | None, new: Finding | None) -> FindingChange:
        found, here, there = (old, self._before, self._after) if old is not None else (new, self._after, self._before)
        if found is None:
            raise ValueError("a pair without a finding")
        names = self._new_names if old is not None else self._old_names
        if not there.looked_for(found):
            fate = Fate.FIRST_SEEN
        elif _entered(found, here, there, names):
            fate = Fate.ENTERED
        else:
            fate = Fate.DECLARED if here.declares_alone(found, there) else Fate.NEW
        weight = _NEWLY[fate] if here.counts(found) else _told(found, fate)
        if (
            fate in (Fate.NEW, Fate.DECLARED)
            and old is None
            and found.suppressed is not None
            and found.severity > Severity.NOTE
        ):
            weight = Weight.LOOSENED
        if old is None:
            return FindingChange(before=None, after=new, fate=fate, weight=weight)
        gone = _UNDONE.get(fate, weight.mirrored) if weight is Weight.WORSE else weight.mirrored
        if gone is Weight.BETTER and self._eases(found):
            gone = Weight.LOOSENED
        return FindingChange(before=old, after=None, fate=fate.mirrored, weight=gone)

    def _eases(self, found: Finding) -> bool:
        return bool(self._eased) and found.rule.startswith(self._eased)

    def _both(self, old: Finding, new: Finding) -> Fate:
        if (old.suppressed is None) != (new.suppressed is None):
            return Fate.COUNTS_AGAIN if new.suppressed is None else Fate.ACCEPTED
        was, now = _gravity(old), _gravity(new)
        if was == now:
            return Fate.SAME
        if _other_scope(old, new, self._before, self._after):
            return Fate.ENTERED if now > was else Fate.LEFT
        return Fate.RAISED if now > was else Fate.LOWERED

    def _weight(self, old: Finding, new: Finding, fate: Fate) -> Weight:
        """Of a pair; what neither side has to mind is only told."""
        counted, counts = self._before.counts(old), self._after.counts(new)
        if fate is Fate.SAME or not (counted or counts):
            return Weight.NEUTRAL
        if fate is Fate.COUNTS_AGAIN:
            return Weight.WORSE
        if fate in (Fate.RAISED, Fate.LOWERED) and self._reweighed(new.rule):
            return Weight.TIGHTENED if fate is Fate.RAISED else Weight.LOOSENED
        if fate is Fate.LOWERED and self._eases(new):
            return Weight.LOOSENED
        return _PAIRED[fate]

    def _reweighed(self, rule: str) -> bool:
        severities = (side.policy.severities.get(rule) for side in (self._before, self._after))
        return len(set(severities)) > 1


_NEWLY = {
    Fate.NEW: Weight.WORSE,
    Fate.DECLARED: Weight.WORSE,
    Fate.FIRST_SEEN: Weight.FIRST_SEEN,
    Fate.ENTERED: Weight.FIRST_SEEN,
}
_UNDONE = {Fate.DECLARED: Weight.LOOSENED}
"""A fault of what is no longer declared is not repaired: less is asked for."""
_PAIRED = {
    Fate.RAISED: Weight.WORSE,
    Fate.LOWERED: Weight.BETTER,
    Fate.ACCEPTED: Weight.LOOSENED,
    Fate.ENTERED: Weight.FIRST_SEEN,
    Fate.LEFT: Weight.UNSEEN,
}


def _gravity(found: Finding) -> int:
    """How bad it is for the deployment; what only tells of the history is a note."""
    return Severity.NOTE if found.described else found.severity


def _told(found: Finding, fate: Fate) -> Weight:
    """Of what nobody has to mind; that the history destroys something is worth a look where it did not before."""
    if not found.described or found.suppressed is not None or not found.rule.startswith(_DESTROYS):
        return Weight.NEUTRAL
    return Weight.FIRST_SEEN if fate is Fate.FIRST_SEEN else Weight.CHANGED


def _entered(found: Finding, here: _Side, there: _Side, names: Mapping[str, str]) -> bool:
    """Whether it lies in a migration that both sides have, and that is judged on this side only.

    That is so where only this one's deployment runs it, or, of rules that judge a database in use, where another kind
    of deployment is judged: onto an empty database nothing is lost.
    """
    migration = here.migration(found)
    if migration is None:
        return False
    other = names.get(migration, migration)
    if here.deploys(migration) and there.deploys(other) is False:
        return True
    as_it_was = there.deploys(other) is not None and here.text(migration) == there.text(other)
    return found.rule.startswith(_SCOPED) and here.scope != there.scope and as_it_was


def _other_scope(old: Finding, new: Finding, before: _Side, after: _Side) -> bool:
    """Whether a finding of both sides counts otherwise because another deployment is judged."""
    if old.described is not new.described and before.scope != after.scope:
        return True
    was, now = before.migration(old), after.migration(new)
    return was is not None and now is not None and before.deploys(was) is not after.deploys(now)
