"""What a READY reaches: on an empty database nothing was asked about rows and traffic, and every form says so."""

from pgready.findings import Outcome
from pgready.verdict import AuditResult, Verdict

__all__ = ["not_judged"]

_IN_USE = ("DES", "LCK")


def not_judged(audit: AuditResult) -> str:
    """What a READY does not speak of, in one sentence; empty for other verdicts, and where rows and locks were judged.

    Rules about rows (DES) and locks (LCK) are judged for a database in use only, which `--since` names.
    """
    asked = [check for check in audit.checks if check.rule.startswith(_IN_USE)]
    if audit.verdict is not Verdict.READY or any(check.outcome is not Outcome.SKIPPED for check in asked):
        return ""
    return "Not judged: rows and traffic of a database in use (--since REV)."
