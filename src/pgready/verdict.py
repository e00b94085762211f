"""From outcomes to a verdict, and the value that holds a whole audit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from pgready.findings import CheckResult, Finding, Outcome, Severity
from pgready.model.deployment import Deployment
from pgready.model.groups import ContractVerdict, Crossing, DeclaredCrossing, Grouping
from pgready.model.lives import Life, Misplaced
from pgready.model.location import Location
from pgready.model.migration import MigrationRecord
from pgready.model.schema import Schema
from pgready.model.trace import Rehearsal, Skip
from pgready.model.unkeyed import UnkeyedColumns

__all__ = [
    "AuditResult",
    "ExitCode",
    "Judgement",
    "Policy",
    "ProjectInfo",
    "RunInfo",
    "Verdict",
    "blocks",
    "did_not_run",
    "judge",
]


class Verdict(StrEnum):
    """The answer of an audit, in the words of audit.json."""

    READY = "READY"
    NOT_READY = "NOT READY"
    INCONCLUSIVE = "INCONCLUSIVE"


class ExitCode:
    """Exit codes of the command line."""

    READY = 0
    NOT_READY = 1
    USAGE = 2
    INCONCLUSIVE = 3
    INTERNAL = 4
    INTERRUPTED = 130


_EXIT = {
    Verdict.READY: ExitCode.READY,
    Verdict.NOT_READY: ExitCode.NOT_READY,
    Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What blocks. `severities` overrides the default severity per rule; `blocking` is the threshold.

    `required` are rules that must have run even where their input was not given (default: none beyond those whose
    evidence can be had).
    """

    severities: dict[str, Severity] = field(default_factory=dict)
    blocking: Severity = Severity.BLOCK
    required: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict, its reason in one sentence, and the exit code."""

    verdict: Verdict
    reason: str

    @property
    def exit_code(self) -> int:
        """0 READY, 1 NOT READY, 3 INCONCLUSIVE."""
        return _EXIT[self.verdict]


def blocks(finding: Finding, policy: Policy) -> bool:
    """Whether a finding alone makes the audit NOT READY."""
    return finding.suppressed is None and not finding.described and finding.severity >= policy.blocking


def did_not_run(check: CheckResult, policy: Policy) -> bool:
    """Whether a check had to run and did not."""
    if check.outcome is Outcome.ERRORED:
        return True
    return check.outcome is Outcome.SKIPPED and (check.given or check.rule in policy.required)


def judge(checks: Iterable[CheckResult], policy: Policy, *, opaque: tuple[str, ...] = ()) -> Judgement:
    """READY only when every required check ran and nothing blocks; adding a finding never improves the verdict.

    `opaque` are places that could not be read and that matter. No check at all is INCONCLUSIVE.
    """
    checks = list(checks)
    blocking = [finding for check in checks for finding in check.findings if blocks(finding, policy)]
    missing = [check for check in checks if did_not_run(check, policy)]
    absent = sorted(policy.required - {check.rule for check in checks})
    if blocking:
        rules = sorted({finding.rule for finding in blocking})
        return Judgement(
            verdict=Verdict.NOT_READY,
            reason=f"{_count(len(blocking), 'blocking finding')} of {_count(len(rules), 'rule')}: {', '.join(rules)}.",
        )
    if missing or absent or not checks:
        names = ", ".join([*(check.rule for check in missing), *absent]) or "all"
        return Judgement(
            verdict=Verdict.INCONCLUSIVE, reason=f"Nothing blocks, but required checks did not run: {names}."
        )
    if opaque:
        return Judgement(
            verdict=Verdict.INCONCLUSIVE,
            reason=f"Nothing blocks, but {_count(len(opaque), 'place')} could not be read: {', '.join(opaque[:3])}.",
        )
    ran = sum(check.outcome is not Outcome.SKIPPED for check in checks)
    return Judgement(verdict=Verdict.READY, reason=f"Nothing blocks and all {_count(ran, 'required check')} ran.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """Which run this is: times in ISO 8601 UTC, versions of pgready, Python and the throw-away server (None: none)."""

    id: str
    started: str
    finished: str
    pgready: str
    python: str
    postgres: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectInfo:
    """What was audited; paths are relative to the project, `hashes` are lower-case hex SHA-256 by path.

    `prisma_version` is a version or, where `prisma_exact` is False, a range, as `prisma_location` says it; None when no
    file names one. What it decides, a range by its lower end and None when that is not known:
    `prisma_by_statement`, whether Prisma sends a migration statement by statement where its parser can read it (7.4 and
    newer; of a range only when all of it agrees), and `prisma_join_primary_key`, whether the table of an implicit
    many-to-many relation gets a primary key (6 and newer) or a unique index.
    """

    name: str
    schema_files: tuple[str, ...]
    migrations_directory: str | None
    config_file: str | None = None
    prisma_version: str | None = None
    prisma_exact: bool = False
    prisma_location: Location | None = None
    prisma_by_statement: bool | None = None
    prisma_join_primary_key: bool | None = None
    hashes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """Everything that an audit found, for the notebooks, the reports and other programs.

    `deployment` and, in words, `scope` say what would be deployed. `rehearsal` is None when none was made, and
    `rehearsal_skipped` says why. `hubs` and `accepted_crossings` are what the configuration and baseline say of keys
    between groups, `required_migrations` and `resilient_migrations` the migrations that it calls so (where it says so
    of all, each is named); `required_models` are those of its inventory by group, None when that is not known (an
    older version wrote the audit). `unkeyed` are declared columns that look like references and have no foreign key
    (likely and maybe ones). `lives` tell what the migrations do to each object, `misplaced` what they need before it is
    there. Tuples are ordered: checks by rule, findings by severity then rule, migrations by execution.
    A whole audit can be written to audit.json and read back without loss.
    """

    run: RunInfo
    project: ProjectInfo
    scope: str
    judgement: Judgement
    policy: Policy
    checks: tuple[CheckResult, ...]
    declared: Schema
    grouping: Grouping
    migrations: tuple[MigrationRecord, ...]
    crossings: tuple[Crossing, ...] = ()
    contracts: tuple[ContractVerdict, ...] = ()
    hubs: tuple[str, ...] = ()
    accepted_crossings: tuple[DeclaredCrossing, ...] = ()
    required_migrations: tuple[str, ...] = ()
    required_models: dict[str, tuple[str, ...]] | None = None
    resilient_migrations: tuple[str, ...] = ()
    deployment: Deployment = field(default_factory=Deployment)
    lives: tuple[Life, ...] = ()
    misplaced: tuple[Misplaced, ...] = ()
    unkeyed: UnkeyedColumns = field(default_factory=UnkeyedColumns)
    skips: tuple[Skip, ...] = ()
    rehearsal: Rehearsal | None = None
    rehearsal_skipped: str | None = None
    opaque: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """One line: all fields of a whole audit would be a million characters."""
        found, blocking = len(self.findings), len(self.blocking)
        return f"<AuditResult {self.project.name!r}: {self.verdict}; {_count(found, 'finding')}, {blocking} blocking>"

    @property
    def verdict(self) -> Verdict:
        """READY, NOT READY or INCONCLUSIVE."""
        return self.judgement.verdict

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, the worst first, then by rule, place and object."""
        found = (finding for check in self.checks for finding in check.findings)
        return tuple(sorted(found, key=lambda finding: (-finding.severity, finding.rule, finding.object)))

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that make the verdict NOT READY."""
        return tuple(finding for finding in self.findings if blocks(finding, self.policy))
