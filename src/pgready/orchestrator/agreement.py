"""Whether the notebooks of a run may be believed, and what that makes of its verdict; no effects.

The verdict of a run is the one that the driver came to with its own rehearsal, never one that a notebook wrote down: a
notebook can only take it away. So an own notebook can make a run INCONCLUSIVE and never READY.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pgready.errors import ReportError
from pgready.reports.document import decode
from pgready.verdict import AuditResult, Judgement, Verdict

__all__ = ["agreed", "banner_of", "disagreement", "in_words"]

Doubts = Mapping[str, Sequence[str]]
"""Name of each notebook of the run -> why it cannot be believed; empty where it can."""


def disagreement(result: AuditResult, audit: bytes) -> tuple[str, ...]:
    """Why a notebook's audit is not ours; empty when the judgement is the same."""
    try:
        seen = decode(audit).judgement
    except ReportError as error:
        return (f"the notebook's audit cannot be read: {error}",)
    if seen == result.judgement:
        return ()
    if seen.verdict == result.verdict:
        reasons = f"({seen.reason}) than the command line ({result.judgement.reason})"
        return (f"the notebook came to the verdict {seen.verdict} for another reason {reasons}",)
    return (f"the notebook came to another verdict ({seen.verdict}) than the command line ({result.verdict})",)


def agreed(result: AuditResult, doubts: Doubts) -> AuditResult:
    """The result of the run: INCONCLUSIVE as soon as one notebook cannot be believed."""
    reasons = in_words(doubts)
    if not reasons:
        return result
    reason = f"The report was not completed: {'; '.join(reasons)}."
    return replace(result, judgement=Judgement(verdict=Verdict.INCONCLUSIVE, reason=reason))


def in_words(doubts: Doubts) -> tuple[str, ...]:
    """All doubts, with the notebook's name where there are several notebooks."""
    several = len(doubts) > 1
    return tuple(f"{name}: {why}" if several else why for name, reasons in doubts.items() for why in reasons)


def banner_of(name: str, doubts: Doubts) -> str | None:
    """What stands first in a notebook's report; None when all is well.

    A notebook that came to its end says what it knows below, but no verdict counts that the run does not have.
    """
    failed = [other for other, reasons in doubts.items() if reasons]
    if not failed:
        return None
    own = doubts[name]
    return (
        "; ".join(own)
        if own
        else f"this notebook came to its end, but others of the same run did not: {', '.join(failed)}"
    )
