"""Rules, findings and the outcomes of checks.

A rule is a definition, a check the function that judges it, a finding one instance of it.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from pgready.model.location import Location

__all__ = ["CheckResult", "Confidence", "Evidence", "Finding", "Outcome", "Rule", "Severity"]


class Severity(IntEnum):
    """How bad a finding is; BLOCK means "do not deploy"."""

    NOTE = 1
    WARN = 2
    BLOCK = 3

    @property
    def word(self) -> str:
        """The word in audit.json, in pgready.toml and in messages."""
        return self.name.lower()


class Confidence(StrEnum):
    """How sure the check is that the finding is right."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Evidence(StrEnum):
    """Where the knowledge comes from: the files, the throw-away server, the live database."""

    READ = "read"
    REHEARSED = "rehearsed"
    OBSERVED = "observed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The definition of a rule, as data.

    `condition` says when it fires, `effect` what then happens to whom, `fix` what to do, `source` where the semantics
    come from. `evidence` is what the check needs.
    """

    id: str
    title: str
    severity: Severity
    evidence: tuple[Evidence, ...]
    condition: str
    effect: str
    fix: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One instance of a rule.

    `object` is the catalog object (`schema.table.column`) or migration it is about. `suppressed` is the reason of the
    person who accepted it; a suppressed finding stays counted and does not block.
    """

    rule: str
    severity: Severity
    evidence: Evidence
    object: str
    message: str
    fix: str
    confidence: Confidence = Confidence.HIGH
    location: Location | None = None
    suppressed: str | None = None


class Outcome(StrEnum):
    """What became of a check; the words of audit.json. Only PASSED is a pass."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERRORED = "errored"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The outcome of one rule.

    `why` says what was looked at (PASSED), how many findings there are (FAILED), or why it did not run. `given` is
    False when the check was skipped because what it judges was not given at all (no inventory in the configuration,
    no database): then it is listed as not checked, but does not make the audit inconclusive.
    """

    rule: str
    outcome: Outcome
    why: str
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    given: bool = True
