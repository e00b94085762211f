"""Audits of each verdict, and audits of made-up findings."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest

from pgready.config import Config
from pgready.findings import CheckResult, Evidence, Finding, Outcome, Severity
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, RunOutcome
from pgready.verdict import AuditResult, Policy, judge

HOSTILE_TEXTS = (
    '"><script>window.pwned=1</script>',
    "nul\x00bell\x07escape\x1b[31m",
    "]]><![CDATA[",
    "evil\u202etxt.elbat\u202c",
    "😀" * 15 + "abc",
    "::error::pwned",
    "line\n::set-output name=verdict::READY",
    "carriage\r::stop-commands::x",
    "##[set-output name=verdict]READY",
    "%0A::error::pwned%25",
    "a:b,c=d;e",
    "[x](javascript:alert(1)) ![x](https://tracker.example/x.png)",
    "@everyone #1 GH-1",
    "lone \ud800 surrogate \ufffe \uffff",
    "\u2028\u2029\x85",
    "--> <!-- pgready:other -->",
    "{0} {{x}}",
    "../../etc/passwd",
)


@pytest.fixture
def ready_audit(audits: ModuleType) -> AuditResult:
    return _audit(audits, rehearsed=True)


@pytest.fixture
def open_audit(audits: ModuleType) -> AuditResult:
    """INCONCLUSIVE: nothing was rehearsed."""
    return _audit(audits, rehearsed=False)


def _audit(audits: ModuleType, *, rehearsed: bool) -> AuditResult:
    declared = Schema(tables=(audits.table_named("User", line=3),))
    run = MigrationRun(
        migration="20260101000000_init",
        position=1,
        outcome=RunOutcome.APPLIED,
        made=(ObjectRef(kind=ObjectKind.TABLE, schema="public", name="User"),),
    )
    audit: AuditResult = audits.audit_of(Config(), declared, made=declared if rehearsed else None, runs=(run,))
    return audit


@pytest.fixture
def audit_with(ready_audit: AuditResult) -> Callable[..., AuditResult]:
    """A ready audit, but for these findings; judged anew."""

    def build(*findings: Finding, policy: Policy | None = None, name: str = "shop") -> AuditResult:
        policy = policy or Policy()
        found: dict[str, list[Finding]] = {}
        for finding in findings:
            found.setdefault(finding.rule, []).append(finding)
        checks = tuple(
            replace(check, outcome=Outcome.FAILED, why="found", findings=tuple(found[check.rule]))
            if check.rule in found
            else replace(check, outcome=Outcome.PASSED, findings=())
            if check.findings
            else check
            for check in ready_audit.checks
        )
        return replace(
            ready_audit,
            checks=checks,
            policy=policy,
            judgement=judge(checks, policy),
            project=replace(ready_audit.project, name=name),
        )

    return build


@pytest.fixture
def finding() -> Callable[..., Finding]:
    """A finding that blocks, with everything that a test does not care about filled in."""

    def build(**given: object) -> Finding:
        values: dict[str, object] = {
            "rule": "INV001",
            "severity": Severity.BLOCK,
            "evidence": Evidence.READ,
            "object": "public.User",
            "message": "model User has no table",
            "fix": "Add a migration that makes it.",
            "location": Location("prisma/schema.prisma", 3, 7),
        }
        return Finding(**(values | given))  # type: ignore[arg-type]

    return build


@pytest.fixture(params=HOSTILE_TEXTS)
def hostile_text(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def hostile_everywhere(
    audit_with: Callable[..., AuditResult], finding: Callable[..., Finding], hostile_text: str
) -> AuditResult:
    """One audit in which a text stands in every place that a project decides on."""
    place = Location(f"prisma/{hostile_text}/migration.sql", 2, 3)
    found = [
        finding(object=hostile_text, message=hostile_text, fix=hostile_text, location=place),
        finding(object=hostile_text, message=hostile_text, fix=hostile_text, location=None),
        finding(rule="SCH002", severity=Severity.WARN, object=hostile_text, message=f"`{hostile_text}`"),
        finding(rule="SCH003", object=hostile_text, suppressed=hostile_text),
    ]
    audit = audit_with(*found, name=hostile_text)
    idle = CheckResult(rule="ISO001", outcome=Outcome.SKIPPED, why=hostile_text)
    checks = tuple(idle if check.rule == "ISO001" else check for check in audit.checks)
    return replace(audit, checks=checks, scope=hostile_text, opaque=(hostile_text,))
