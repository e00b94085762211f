"""SARIF 2.1.0, judged by its schema: that of OASIS with its errata, as the package `@microsoft/sarif-multitool-linux`
5.7.0 of npm carries it (MIT)."""

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # has no types

from pgready.findings import CheckResult, Evidence, Finding, Outcome, Severity
from pgready.model.location import Location
from pgready.reports.ci.sarif import sarif
from pgready.verdict import AuditResult, Policy, judge

SCHEMA = Path(__file__).parents[3] / "fixtures" / "sarif-2.1.0.schema.json"
VALIDATOR = Draft202012Validator(
    json.loads(SCHEMA.read_text(encoding="utf-8")), format_checker=Draft202012Validator.FORMAT_CHECKER
)

Findings = Callable[..., Finding]
Audits = Callable[..., AuditResult]


def run_of(audit: AuditResult, root: str = "") -> dict[str, Any]:
    document = json.loads(sarif(audit, root=root))
    assert [f"{list(error.path)}: {error.message[:200]}" for error in VALIDATOR.iter_errors(document)] == []
    (run,) = document["runs"]
    return dict(run)


def test_the_schema_would_refuse_what_is_wrong(premium_audit: AuditResult) -> None:
    document = json.loads(sarif(premium_audit))
    document["runs"][0]["results"][0]["level"] = "blocking"
    assert not VALIDATOR.is_valid(document)
    document["runs"][0]["results"][0]["level"] = "error"
    assert VALIDATOR.is_valid(document)
    del document["runs"][0]["tool"]
    assert not VALIDATOR.is_valid(document)


def test_every_finding_of_the_example_is_a_result_at_its_file_and_line(premium_audit: AuditResult) -> None:
    results = run_of(premium_audit)["results"]
    assert len(results) == len(premium_audit.findings) > 80
    for result, finding in zip(results, premium_audit.findings, strict=True):
        assert result["ruleId"] == finding.rule
        (location,) = result["locations"]
        assert location["logicalLocations"] == [{"fullyQualifiedName": finding.object}]
        physical = location["physicalLocation"]
        if finding.location is not None:
            assert unquote(physical["artifactLocation"]["uri"]) == finding.location.file
            assert physical["region"]["startLine"] == (finding.location.line or 1)
            assert physical["region"].get("startColumn") == (finding.location.line and finding.location.column)


@pytest.mark.parametrize("kind", ["ready_audit", "open_audit", "premium_audit", "hostile_audit"])
def test_every_verdict_is_valid_and_said(kind: str, request: pytest.FixtureRequest) -> None:
    audit: AuditResult = request.getfixturevalue(kind)
    run = run_of(audit)
    assert run["properties"]["verdict"] == audit.verdict.value
    (invocation,) = run["invocations"]
    assert invocation["exitCode"] == audit.judgement.exit_code
    assert invocation["exitCodeDescription"].startswith(audit.verdict.value)


def test_error_is_exactly_what_blocks(premium_audit: AuditResult, audit_with: Audits, finding: Findings) -> None:
    errors = [result for result in run_of(premium_audit)["results"] if result["level"] == "error"]
    assert len(errors) == len(premium_audit.blocking) == 44
    found = (
        finding(object="a"),
        finding(object="b", suppressed="known"),
        finding(object="c", rule="SCH002", severity=Severity.WARN),
        finding(object="d", rule="SCH003", severity=Severity.NOTE),
    )
    by_default = {
        result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]: result["level"]
        for result in run_of(audit_with(*found))["results"]
    }
    assert by_default == {"a": "error", "b": "note", "c": "warning", "d": "note"}
    strict = run_of(audit_with(*found, policy=Policy(blocking=Severity.WARN)))
    assert sorted(result["level"] for result in strict["results"]) == ["error", "error", "note", "note"]
    levels = {rule["id"]: rule["defaultConfiguration"]["level"] for rule in strict["tool"]["driver"]["rules"]}
    assert levels["SCH002"] == "error"


def test_the_level_of_a_rule_is_that_of_the_policy(audit_with: Audits) -> None:
    policy = Policy(severities={"SCH002": Severity.BLOCK, "INV001": Severity.NOTE})
    rules = run_of(audit_with(policy=policy))["tool"]["driver"]["rules"]
    levels = {rule["id"]: rule["defaultConfiguration"]["level"] for rule in rules}
    assert (levels["SCH002"], levels["INV001"], levels["INV006"]) == ("error", "note", "error")


def test_what_was_accepted_is_suppressed_with_its_reason(audit_with: Audits, finding: Findings) -> None:
    (result,) = run_of(audit_with(finding(suppressed="made by hand, see the runbook")))["results"]
    assert result["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "made by hand, see the runbook"}
    ]


def test_what_only_describes_the_history_is_left_out_and_counted(audit_with: Audits, finding: Findings) -> None:
    run = run_of(audit_with(finding(described=True, severity=Severity.NOTE)))
    assert run["results"] == []
    said = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert "1 finding in audit.json about the history alone, where nothing is to be done" in said


def test_every_rule_has_help_and_every_result_refers_to_its_rule(premium_audit: AuditResult) -> None:
    run = run_of(premium_audit)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [check.rule for check in premium_audit.checks]
    for rule in rules:
        assert rule["help"]["text"].count("\n\n") >= 4
        assert "**What to do:**" in rule["help"]["markdown"]
        assert "helpUri" not in rule
        assert re.fullmatch(r"\w+", rule["name"])
        assert max(len(rule["shortDescription"]["text"]), len(rule["fullDescription"]["text"])) <= 1024
        assert len(rule["properties"]["tags"]) <= 10
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_what_had_to_run_and_did_not_is_an_error_and_no_success(open_audit: AuditResult) -> None:
    (invocation,) = run_of(open_audit)["invocations"]
    assert invocation["executionSuccessful"] is False
    errors = {
        each["associatedRule"]["id"] for each in invocation["toolExecutionNotifications"] if each["level"] == "error"
    }
    assert {"INV001", "INV006", "RES001"} <= errors


def test_what_was_not_given_is_a_note_and_a_success(ready_audit: AuditResult) -> None:
    (invocation,) = run_of(ready_audit)["invocations"]
    assert invocation["executionSuccessful"] is True
    notes = list(invocation["toolExecutionNotifications"])
    assert {each["level"] for each in notes} == {"note"}
    skipped = [check.rule for check in ready_audit.checks if check.outcome is Outcome.SKIPPED]
    assert [each["associatedRule"]["id"] for each in notes] == skipped


def test_an_opaque_place_and_a_required_check_that_does_not_exist_are_no_success(ready_audit: AuditResult) -> None:
    for audit, said in (
        (replace(ready_audit, opaque=("m/migration.sql:3",)), "could not be read: m/migration.sql:3"),
        (replace(ready_audit, policy=Policy(required=frozenset({"XYZ001"}))), "XYZ001 did not run"),
        (_errored(ready_audit), "SCH002 did not run: internal error"),
    ):
        judged = replace(audit, judgement=judge(audit.checks, audit.policy, opaque=audit.opaque))
        (invocation,) = run_of(judged)["invocations"]
        assert invocation["executionSuccessful"] is False
        texts = [e["message"]["text"] for e in invocation["toolExecutionNotifications"] if e["level"] == "error"]
        assert any(text.startswith(said) for text in texts)


def _errored(audit: AuditResult) -> AuditResult:
    broken = CheckResult(rule="SCH002", outcome=Outcome.ERRORED, why="internal error")
    return replace(audit, checks=tuple(broken if check.rule == "SCH002" else check for check in audit.checks))


def test_a_fingerprint_stays_when_lines_move_and_differs_between_findings(
    audit_with: Audits, finding: Findings
) -> None:
    def prints(shift: int) -> list[str]:
        found = [
            finding(object=name, location=Location("prisma/schema.prisma", line + shift, 1), message=f"line {shift}")
            for line, name in enumerate(("a", "b", "b", "c"), start=1)
        ]
        results = run_of(audit_with(*found, finding(object="a", location=Location("other.prisma", 1))))["results"]
        return [result["partialFingerprints"]["findingIdentity/v1"] for result in results]

    assert prints(0) == prints(40)
    assert len(set(prints(0))) == 5


@pytest.mark.parametrize(
    ("root", "file", "path"),
    [
        ("", "prisma/schema.prisma", "prisma/schema.prisma"),
        ("apps/api", "prisma/schema.prisma", "apps/api/prisma/schema.prisma"),
        ("apps/api", "../../packages/db/schema.prisma", "packages/db/schema.prisma"),
        ("", "../outside.sql", "outside.sql"),
        ("", "a b/100%/é#?.sql", "a b/100%/é#?.sql"),
        ("", "c:/x.sql", "c:/x.sql"),
    ],
)
def test_paths_are_those_of_the_repository(
    root: str, file: str, path: str, audit_with: Audits, finding: Findings
) -> None:
    (result,) = run_of(audit_with(finding(location=Location(file, 1))), root=root)["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uriBaseId"] == "%SRCROOT%"
    assert unquote(artifact["uri"]) == path
    assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+", artifact["uri"])


def test_a_finding_without_a_line_is_shown_where_its_object_is_declared(
    premium_audit: AuditResult, audit_with: Audits, finding: Findings, audits: ModuleType
) -> None:
    def place(name: str) -> tuple[str, int]:
        (result,) = run_of(audit_with(finding(object=name, location=None)))["results"]
        physical = result["locations"][0]["physicalLocation"]
        assert "where what it is about is declared" in result["locations"][0]["message"]["text"]
        return physical["artifactLocation"]["uri"], physical["region"]["startLine"]

    assert place("public.User") == ("prisma/schema.prisma", 3)
    assert place("public.User.User_email_key") == ("prisma/schema.prisma", 3)
    assert place("20260101000000_init") == (audits.file_of("20260101000000_init"), 1)
    assert place("Scheduler") == ("prisma/schema.prisma", 1)
    assert all(result["locations"] for result in run_of(premium_audit)["results"])


def test_github_takes_it_however_many_findings_there_are(audit_with: Audits, finding: Findings) -> None:
    many = [finding(object=f"public.T{number}", message=f"{number} " + "x" * 500) for number in range(30_000)]
    audit = audit_with(*many, finding(rule="SCH002", severity=Severity.WARN))
    content = sarif(audit)
    run = json.loads(content)["runs"][0]
    assert len(run["results"]) == 5_000
    assert {result["level"] for result in run["results"]} == {"error"}
    said = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert "25001 more findings in audit.json, the worst are here" in said
    assert len(gzip.compress(content)) < 10_000_000
    # As many bytes as there may be, though no text compresses.
    wide = [finding(object=f"public.T{number}", message="\U000e0001" * 500) for number in range(5_000)]
    assert len(sarif(audit_with(*wide))) < 10_000_000


def test_two_projects_of_a_repository_do_not_replace_each_other(audit_with: Audits) -> None:
    ids = {run_of(audit_with(), root=root)["automationDetails"]["id"] for root in ("apps/api", "apps/web", "")}
    assert ids == {"pgready/apps%2Fapi/", "pgready/apps%2Fweb/", "pgready/shop/"}


def test_a_hostile_text_stays_text(hostile_everywhere: AuditResult) -> None:
    run = run_of(hostile_everywhere, root="apps/api")
    texts = [result["message"]["text"] for result in run["results"]]
    texts += [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert all("](" not in text and text.isprintable() for text in texts)
    assert all("//" not in r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"])


@pytest.mark.parametrize("stamp", ["2026-01-02T10:00:00+00:00", "2026-01-02T10:00:00Z"])
def test_times_are_utc_in_the_form_of_sarif(stamp: str, ready_audit: AuditResult) -> None:
    audit = replace(ready_audit, run=replace(ready_audit.run, started=stamp, finished=stamp))
    (invocation,) = run_of(audit)["invocations"]
    assert invocation["startTimeUtc"] == invocation["endTimeUtc"] == "2026-01-02T10:00:00Z"


def test_evidence_and_confidence_are_told(audit_with: Audits, finding: Findings) -> None:
    (result,) = run_of(audit_with(finding(evidence=Evidence.REHEARSED)))["results"]
    assert result["properties"] == {"severity": "block", "confidence": "high", "evidence": "rehearsed"}
