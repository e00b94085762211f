"""Rules, findings and the outcomes of checks.

A rule is a definition, a check the function that judges it, a finding one instance of it.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from pgready.model.location import Location

__all__ = ["CheckResult", "Confidence", "Evidence", "Finding", "Noise", "NoiseKind", "Outcome", "Rule", "Severity"]


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
    person who accepted it; a suppressed finding stays counted and does not block. `described`: it tells of the history,
    not of what the deployment would do, so that the check has passed all the same.
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
    described: bool = False


class Outcome(StrEnum):
    """What became of a check; the words of audit.json. Only PASSED is a pass."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERRORED = "errored"


class NoiseKind(StrEnum):
    """Kinds of differences that change nothing or that Prisma's own comparison passes over.

    The words of audit.json and of the report.
    """

    LIST_NULLABILITY = "NOT NULL of a list"
    MANY_TO_MANY_KEY = "key of an implicit many-to-many table"
    PARTIAL_INDEX = "partial index"
    EXPRESSION_INDEX = "index on an expression"
    DUPLICATE_INDEX = "duplicate index"
    ENUM_ORDER = "order of the values of an enum"
    DEFAULT_SPELLING = "default of the same value, spelt otherwise"
    SEQUENCE = "another sequence behind the same column"
    PRECISION = "precision of a time"
    DOMAIN = "domain over the declared type"
    KEY_ORDER = "order of the columns of a foreign key"
    DUPLICATE_KEY = "second copy of a foreign key"
    OPERATOR_CLASS = "operator class of a btree or hash index"
    ALWAYS_REWRITTEN = "the same, and yet written anew by Prisma"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """A difference that is really there and that Prisma does not compare: shown folded, never a finding.

    `object` is the catalog object, `detail` what was declared and what is there.
    """

    kind: NoiseKind
    object: str
    detail: str


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
    noise: tuple[Noise, ...] = ()
