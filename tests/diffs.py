"""Small audits that are quick to build and easy to bend, for the tests of their difference."""

from collections.abc import Iterable

from pgready.findings import CheckResult, Evidence, Finding, Outcome, Severity
from pgready.model.deployment import Deployment
from pgready.model.groups import Grouping
from pgready.model.location import Location
from pgready.model.migration import MigrationRecord
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, Rehearsal, RunOutcome, Server
from pgready.verdict import AuditResult, Policy, ProjectInfo, RunInfo, judge

__all__ = ["audit", "check", "found", "migration", "ran"]

_SERVER = Server(version="18.6", version_num=180006, origin="test")


def found(
    rule: str = "INV001",
    name: str = "public.A",
    severity: Severity = Severity.BLOCK,
    *,
    line: int | None = 3,
    file: str = "prisma/schema.prisma",
    message: str = "",
    suppressed: str | None = None,
    described: bool = False,
    evidence: Evidence = Evidence.READ,
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        evidence=evidence,
        object=name,
        message=message or f"{name} is missing",
        fix="Make it.",
        location=None if line is None else Location(file, line, 1),
        suppressed=suppressed,
        described=described,
    )


def check(rule: str, outcome: Outcome = Outcome.PASSED, *, given: bool = True, why: str = "2 tables") -> CheckResult:
    return CheckResult(rule=rule, outcome=outcome, why=why, given=given)


def migration(name: str, position: int = 1, text: str = "") -> MigrationRecord:
    return MigrationRecord(
        name=name, position=position, file=f"prisma/migrations/{name}/migration.sql", checksum=text or name
    )


def ran(name: str, outcome: RunOutcome = RunOutcome.APPLIED) -> MigrationRun:
    return MigrationRun(migration=name, position=1, outcome=outcome)


def audit(
    *findings: Finding,
    checks: Iterable[CheckResult] = (),
    policy: Policy | None = None,
    migrations: Iterable[MigrationRecord] = (),
    runs: Iterable[MigrationRun] | None = None,
    opaque: tuple[str, ...] = (),
    deployment: Deployment | None = None,
    version: str = "0.1.0",
    name: str = "shop",
    started: str = "2026-01-02T10:00:00+00:00",
    schema: Schema | None = None,
    made: Schema | None = None,
) -> AuditResult:
    """An audit with INV001 and DES001 (passed unless there are findings of it) and the checks that are given."""
    results = {each.rule: each for each in (check("DES001"), check("INV001"), *checks)}
    for rule in dict.fromkeys(each.rule for each in findings):
        theirs = tuple(each for each in findings if each.rule == rule)
        given = results.get(rule)
        ended = given.outcome if given and given.outcome in (Outcome.SKIPPED, Outcome.ERRORED) else Outcome.FAILED
        results[rule] = CheckResult(
            rule=rule,
            outcome=ended,
            why=given.why if given else "",
            given=given.given if given else True,
            findings=theirs,
        )
    policy = policy or Policy()
    ordered = tuple(results[rule] for rule in sorted(results))
    rehearsal = None if runs is None else Rehearsal(server=_SERVER, runs=tuple(runs), schema=made or Schema())
    return AuditResult(
        run=RunInfo(id=f"run of {started}", started=started, finished=started, pgready=version, python="3.11.9"),
        project=ProjectInfo(name=name, schema_files=("prisma/schema.prisma",), migrations_directory=None),
        scope="A clean deploy.",
        judgement=judge(ordered, policy, opaque=opaque),
        policy=policy,
        checks=ordered,
        declared=schema or Schema(),
        grouping=Grouping(),
        migrations=tuple(migrations),
        deployment=deployment or Deployment(),
        rehearsal=rehearsal,
        rehearsal_skipped=None if rehearsal else "rehearse was False",
        opaque=opaque,
    )
