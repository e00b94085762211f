"""What the difference of two audits consists of; `diff_audits` makes these values."""

from dataclasses import dataclass
from enum import StrEnum

from pgready.findings import Finding
from pgready.verdict import Judgement

__all__ = ["AuditDiff", "Change", "Direction", "Fate", "FindingChange", "Side", "Subject", "Weight"]


class Direction(StrEnum):
    """What became of the audit as a whole.

    SAME: nothing that anybody would want to know differs. UNSURE: nothing got worse, but not all of the same was looked
    at, less is asked for, something is gone or edited; or there is only something new, or more asked for.
    """

    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    MIXED = "mixed"
    UNSURE = "unsure"


class Weight(StrEnum):
    """How one change counts; each pair is the other one read backwards.

    WORSE and BETTER. LOOSENED and TIGHTENED: less or more is asked for, and nothing was repaired or broken. FIRST_SEEN
    and UNSEEN: it was not looked at before, or is not any more, so that nothing can be said. ADDED and REMOVED: one
    side has it, and nothing says that this is good or bad. CHANGED: both have it, and not the same. NEUTRAL: told only.
    """

    WORSE = "worse"
    BETTER = "better"
    LOOSENED = "loosened"
    TIGHTENED = "tightened"
    FIRST_SEEN = "first seen"
    UNSEEN = "no longer looked at"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    NEUTRAL = "neutral"

    @property
    def mirrored(self) -> "Weight":
        """That of the same change when the two audits are exchanged."""
        return _MIRROR.get(self, self)


_PAIRS = (
    (Weight.WORSE, Weight.BETTER),
    (Weight.LOOSENED, Weight.TIGHTENED),
    (Weight.FIRST_SEEN, Weight.UNSEEN),
    (Weight.ADDED, Weight.REMOVED),
)
_MIRROR = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
_UNTOLD = frozenset({Weight.LOOSENED, Weight.FIRST_SEEN, Weight.UNSEEN, Weight.REMOVED, Weight.CHANGED})
_MORE = frozenset({Weight.ADDED, Weight.TIGHTENED})


class Fate(StrEnum):
    """What became of one finding.

    NEW and GONE only where both audits looked, else FIRST_SEEN and UNSEEN. RAISED and LOWERED: its severity, or whether
    it tells of the deployment or only of the history. ACCEPTED and COUNTS_AGAIN: somebody took it on, or no longer
    does. ENTERED and LEFT: it tells of the deployment on one side only, as another scope is judged. DECLARED and
    UNDECLARED: what it is about is declared on one side only, so that nothing was broken or repaired.
    """

    SAME = "same"
    NEW = "new"
    GONE = "gone"
    RAISED = "raised"
    LOWERED = "lowered"
    ACCEPTED = "accepted"
    COUNTS_AGAIN = "counts again"
    FIRST_SEEN = "first seen"
    UNSEEN = "no longer looked at"
    ENTERED = "in scope now"
    LEFT = "out of scope now"
    DECLARED = "newly declared"
    UNDECLARED = "no longer declared"

    @property
    def mirrored(self) -> "Fate":
        """That of the same finding when the two audits are exchanged."""
        return _OTHER_WAY.get(self, self)


_FATES = (
    (Fate.NEW, Fate.GONE),
    (Fate.RAISED, Fate.LOWERED),
    (Fate.COUNTS_AGAIN, Fate.ACCEPTED),
    (Fate.FIRST_SEEN, Fate.UNSEEN),
    (Fate.ENTERED, Fate.LEFT),
    (Fate.DECLARED, Fate.UNDECLARED),
)
_OTHER_WAY = {one: other for pair in _FATES for one, other in (pair, pair[::-1])}


class Subject(StrEnum):
    """What a change is about, in the order in which changes are told."""

    VERDICT = "verdict"
    PROJECT = "project"
    VERSION = "version"
    SCOPE = "scope"
    REHEARSAL = "rehearsal"
    CHECK = "check"
    OPAQUE = "unreadable place"
    CONTRACT = "contract"
    POLICY = "policy"
    MIGRATION = "migration"
    DECLARED_TABLE = "declared table"
    DECLARED_COLUMN = "declared column"
    MADE_TABLE = "table made by the migrations"
    DECLARED_KEY = "declared foreign key"
    MADE_KEY = "foreign key made by the migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingChange:
    """One finding of either audit, or the two that are the same one; `before` or `after` is None where it is not."""

    before: Finding | None
    after: Finding | None
    fate: Fate
    weight: Weight

    @property
    def finding(self) -> Finding:
        """The newer of the two."""
        found = self.after or self.before
        assert found is not None, "one side is there"  # noqa: S101  # every constructor gives one
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Anything else that differs: what it is about, its name, and what it was and is, in words (None: not there)."""

    subject: Subject
    name: str
    before: str | None
    after: str | None
    weight: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two audits: whose, when, by which version, what would be deployed, and the judgement."""

    project: str
    run: str
    started: str
    pgready: str
    scope: str
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDiff:
    """What became of an audit from one run to the next.

    `findings` has every finding of both audits exactly once, also those that are the same; the worst first, then by
    rule and object. `changes` are all other differences, by subject. The direction is judged by the weights of both:
    see `Direction`. Without any change it is SAME.
    """

    before: Side
    after: Side
    findings: tuple[FindingChange, ...]
    changes: tuple[Change, ...]

    @property
    def weights(self) -> frozenset[Weight]:
        """How its changes count."""
        return frozenset({it.weight for it in self.findings} | {it.weight for it in self.changes})

    @property
    def direction(self) -> Direction:
        """WORSE as soon as anything got worse, MIXED when something else got better."""
        weights = self.weights
        if Weight.WORSE in weights:
            return Direction.MIXED if Weight.BETTER in weights else Direction.WORSE
        if weights & _UNTOLD or self._asked_more:
            return Direction.UNSURE
        if Weight.BETTER in weights:
            return Direction.BETTER
        return Direction.UNSURE if weights & _MORE else Direction.SAME

    @property
    def _asked_more(self) -> bool:
        """Whether findings or the verdict are worse only because more is asked for."""
        verdicts = (it.weight for it in self.changes if it.subject is Subject.VERDICT)
        return Weight.TIGHTENED in {*verdicts, *(it.weight for it in self.findings)}

    @property
    def empty(self) -> bool:
        """Whether nothing at all is different."""
        return not self.changes and all(it.fate is Fate.SAME and it.before == it.after for it in self.findings)

    def weighing(self, weight: Weight) -> tuple[tuple[FindingChange, ...], tuple[Change, ...]]:
        """The findings and the other changes that count so."""
        findings = tuple(it for it in self.findings if it.weight is weight and it.fate is not Fate.SAME)
        return findings, tuple(it for it in self.changes if it.weight is weight)
