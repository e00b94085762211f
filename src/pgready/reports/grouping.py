"""Findings by cause: every finding exactly once, the cause of the worst first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from pgready.findings import Finding
from pgready.model.schema import ForeignKey, Table
from pgready.model.trace import Skip
from pgready.reports.causes import Cause, CauseKind, Lacking
from pgready.verdict import AuditResult, Policy, blocks

__all__ = ["FindingGroup", "by_cause"]

_T = TypeVar("_T")

# Rules whose objects are what is missing; another rule about the same object (a forbidden key) has another cause.
_ABOUT_MISSING = frozenset({"INV001", "INV005", "INV006", "INV007", "INV008", "RES002"})
_ABOUT_ORDER = "HIS001"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroup:
    """A cause with its findings (in the audit's order), and the tables, keys and skips that it explains."""

    cause: Cause
    findings: tuple[Finding, ...]
    tables: tuple[Table, ...] = ()
    keys: tuple[ForeignKey, ...] = ()
    skips: tuple[Skip, ...] = ()

    def blocks(self, policy: Policy) -> bool:
        """Whether one of its findings makes the audit NOT READY."""
        return any(blocks(finding, policy) for finding in self.findings)


def by_cause(audit: AuditResult, lacking: Lacking | None = None) -> tuple[FindingGroup, ...]:
    """All findings of the audit in groups: those that block first, whatever their severity is.

    Then by severity of the worst, then the bigger group, then the cause's name.
    """
    lacking = lacking or Lacking(audit)
    causes = _causes_of_objects(lacking)
    late = {cause.subject: cause for cause in causes.values() if cause.kind is CauseKind.ORDER}
    collected: dict[Cause, list[Finding]] = {}
    for finding in audit.findings:
        known = causes if finding.rule in _ABOUT_MISSING else late if finding.rule == _ABOUT_ORDER else {}
        cause = known.get(finding.object) or Cause(CauseKind.RULE, finding.rule)
        collected.setdefault(cause, []).append(finding)
    groups = (
        FindingGroup(
            cause=cause,
            findings=tuple(findings),
            tables=_of(cause, lacking.tables.values()),
            keys=_of(cause, lacking.keys),
            skips=_of(cause, lacking.skips),
        )
        for cause, findings in collected.items()
    )
    return tuple(sorted(groups, key=lambda group: (not group.blocks(audit.policy), *_worst_first(group))))


def _causes_of_objects(lacking: Lacking) -> dict[str, Cause]:
    """Name of an object in audit.json -> its cause; what the schema declares goes before what a guard would make."""
    skips = {str(skip.would_make): cause for skip, cause in lacking.skips}
    tables = {str(name): cause for name, (_, cause) in lacking.tables.items()}
    keys = {key.qualified_name: cause for key, cause in lacking.keys}
    return skips | tables | keys


def _of(cause: Cause, pairs: Iterable[tuple[_T, Cause]]) -> tuple[_T, ...]:
    return tuple(_matching(cause, pairs))


def _matching(cause: Cause, pairs: Iterable[tuple[_T, Cause]]) -> Iterator[_T]:
    return (value for value, other in pairs if other == cause)


def _worst_first(group: FindingGroup) -> tuple[int, int, str, str]:
    return (
        -max(finding.severity for finding in group.findings),
        -len(group.findings),
        group.cause.kind,
        group.cause.subject,
    )
