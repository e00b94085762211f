"""Two audits compared: what got better, what got worse, and what can no longer be told."""

from pgready.diff.audits import diff_audits
from pgready.diff.evidence import unrelated
from pgready.diff.values import AuditDiff, Change, Direction, Fate, FindingChange, Side, Subject, Weight

__all__ = [
    "AuditDiff",
    "Change",
    "Direction",
    "Fate",
    "FindingChange",
    "Side",
    "Subject",
    "Weight",
    "diff_audits",
    "unrelated",
]
