"""What became of each finding, and how that counts."""

from collections.abc import Mapping

from pgready.diff.matching import Pair, pair_findings, renamed_migrations
from pgready.diff.values import Fate, FindingChange, Weight
from pgready.findings import CheckResult, Evidence, Finding, Outcome, Severity
from pgready.verdict import AuditResult

__all__ = ["did_run", "finding_changes"]

_RAN = (Outcome.PASSED, Outcome.FAILED)


def did_run(check: CheckResult | None) -> bool:
    """Whether a check looked at everything, so that what it did not find is not there."""
    return check is not None and check.outcome in _RAN


def finding_changes(before: AuditResult, after: AuditResult) -> tuple[FindingChange, ...]:
    """Every finding of both audits exactly once; the worst first, then by rule and object."""
    judged = _Judged(before, after)
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
        self._migrations = {record.name for record in audit.migrations}

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

    def counts(self, found: Finding) -> bool:
        """Whether anybody has to mind it: a note of the history, or an accepted one, is only told."""
        least = min(Severity.WARN, self.policy.blocking)
        return found.suppressed is None and not found.described and found.severity >= least


class _Judged:
    def __init__(self, before: AuditResult, after: AuditResult) -> None:
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
        else:
            fate = Fate.ENTERED if _entered(found, here, there, names) else Fate.NEW
        weight = _NEWLY[fate] if here.counts(found) else Weight.NEUTRAL
        if fate is Fate.NEW and old is None and found.suppressed is not None and found.severity > Severity.NOTE:
            weight = Weight.LOOSENED
        if old is None:
            return FindingChange(before=None, after=new, fate=fate, weight=weight)
        return FindingChange(before=old, after=None, fate=fate.mirrored, weight=weight.mirrored)

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
        return _PAIRED[fate]

    def _reweighed(self, rule: str) -> bool:
        severities = (side.policy.severities.get(rule) for side in (self._before, self._after))
        return len(set(severities)) > 1


_NEWLY = {Fate.NEW: Weight.WORSE, Fate.FIRST_SEEN: Weight.FIRST_SEEN, Fate.ENTERED: Weight.FIRST_SEEN}
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


def _entered(found: Finding, here: _Side, there: _Side, names: Mapping[str, str]) -> bool:
    """Whether it lies in a migration that both sides have, and that only this one's deployment runs."""
    migration = here.migration(found)
    if migration is None or not here.deploys(migration):
        return False
    return there.deploys(names.get(migration, migration)) is False


def _other_scope(old: Finding, new: Finding, before: _Side, after: _Side) -> bool:
    """Whether a finding of both sides lies in a migration that only one side's deployment runs."""
    was, now = before.migration(old), after.migration(new)
    return was is not None and now is not None and before.deploys(was) is not after.deploys(now)
