"""How many findings there are and what they weigh, in the one wording that every form of a report uses."""

from collections.abc import Iterable, Sequence

from pgready.findings import Finding, Severity
from pgready.reports.grouping import FindingGroup
from pgready.reports.lines import count
from pgready.verdict import AuditResult, Policy, blocks

__all__ = ["findings_in_words", "weight"]

_WORDS = {
    Severity.BLOCK: ("blocks", "block"),
    Severity.WARN: ("warns", "warn"),
    Severity.NOTE: ("note", "notes"),
    None: ("accepted", "accepted"),
}


def weight(finding: Finding, policy: Policy) -> Severity | None:
    """BLOCK for what blocks under `policy`, WARN for what is to be looked at, NOTE for the rest; None when accepted."""
    if finding.suppressed is not None:
        return None
    if blocks(finding, policy):
        return Severity.BLOCK
    return Severity.NOTE if finding.described else min(finding.severity, Severity.WARN)


def findings_in_words(audit: AuditResult, groups: Sequence[FindingGroup]) -> str:
    """`57 findings: 44 block (5 causes), 8 warn (2 causes), 5 notes`: the numbers add up to the first.

    A cause is counted once, with the heaviest of its findings; causes of notes and of accepted findings are not told.
    """
    weights = [weight(finding, audit.policy) for finding in audit.findings]
    heaviest = [_heaviest(weight(finding, audit.policy) for finding in group.findings) for group in groups]
    parts = [_part(each, weights.count(each), heaviest.count(each)) for each in _WORDS if each in weights]
    total = count(len(weights), "finding")
    return f"{total}: {', '.join(parts)}" if parts else "no findings"


def _heaviest(weights: Iterable[Severity | None]) -> Severity | None:
    return max((each for each in weights if each is not None), default=None)


def _part(weighed: Severity | None, number: int, causes: int) -> str:
    said = f"{number} {_WORDS[weighed][number != 1]}"
    return f"{said} ({count(causes, 'cause')})" if causes and weighed in (Severity.BLOCK, Severity.WARN) else said
