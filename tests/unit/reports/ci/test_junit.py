"""JUnit XML: what Jenkins' jenkins-junit.xsd allows, and what GitLab and Jenkins make of it."""

from collections.abc import Callable
from dataclasses import replace
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgready.findings import CheckResult, Finding, Outcome, Severity
from pgready.reports.ci.junit import junit
from pgready.verdict import AuditResult, Policy, Verdict, did_not_run, judge

Findings = Callable[..., Finding]
Audits = Callable[..., AuditResult]

# Element -> its attributes and its elements, as jenkins-junit.xsd has them.
_ALLOWED = {
    "testsuites": ({"name", "time", "tests", "failures", "disabled", "errors"}, {"testsuite"}),
    "testsuite": (
        {
            "name",
            "tests",
            "failures",
            "errors",
            "time",
            "disabled",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
        },
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name", "assertions", "time", "classname", "status"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}


def read(audit: AuditResult) -> Element:
    root = fromstring(junit(audit))
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, elements = _ALLOWED[element.tag]
        assert set(element.keys()) <= attributes
        assert {child.tag for child in element} <= elements
    for suite in root:
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        for kind, word in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert suite.get(word) == str(sum(case.find(kind) is not None for case in cases))
    for word in ("tests", "failures", "errors"):
        assert root.get(word) == str(sum(int(suite.get(word, "0")) for suite in root))
    return root


def cases_of(audit: AuditResult) -> dict[str, Element]:
    return {case.get("name", "")[:6]: case for case in read(audit).iter("testcase")}


def is_red(root: Element) -> bool:
    """What Jenkins makes a build unstable for, and GitLab shows as failed."""
    return root.find(".//failure") is not None or root.find(".//error") is not None


@pytest.mark.parametrize("kind", ["ready_audit", "open_audit", "premium_audit", "hostile_audit"])
def test_it_is_red_exactly_when_the_verdict_is_not_ready(kind: str, request: pytest.FixtureRequest) -> None:
    audit: AuditResult = request.getfixturevalue(kind)
    assert is_red(read(audit)) is (audit.verdict is not Verdict.READY)


@pytest.mark.parametrize("opaque", [(), ("m/migration.sql:3",)])
@pytest.mark.parametrize("required", [frozenset[str](), frozenset({"XYZ001"}), frozenset({"CMP003"})])
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    found=st.lists(st.tuples(st.sampled_from(Severity), st.booleans(), st.booleans()), max_size=4),
    blocking=st.sampled_from(Severity),
    broken=st.sampled_from([None, Outcome.SKIPPED, Outcome.ERRORED]),
)
def test_it_is_red_exactly_when_the_verdict_is_not_ready_whatever_was_found(
    *,
    opaque: tuple[str, ...],
    required: frozenset[str],
    audit_with: Audits,
    finding: Findings,
    found: list[tuple[Severity, bool, bool]],
    blocking: Severity,
    broken: Outcome | None,
) -> None:
    findings = [
        finding(severity=severity, suppressed="known" if accepted else None, described=described)
        for severity, accepted, described in found
    ]
    policy = Policy(blocking=blocking, required=required)
    audit = audit_with(*findings, policy=policy)
    checks = audit.checks
    if broken is not None:
        idle = CheckResult(rule="SCH002", outcome=broken, why="broken")
        checks = tuple(idle if check.rule == "SCH002" else check for check in checks)
    audit = replace(audit, checks=checks, opaque=opaque, judgement=judge(checks, policy, opaque=opaque))
    assert is_red(read(audit)) is (audit.verdict is not Verdict.READY)


def test_there_is_a_case_for_each_rule_and_one_for_the_verdict(premium_audit: AuditResult) -> None:
    root = read(premium_audit)
    assert sum(1 for _ in root.iter("testcase")) == len(premium_audit.checks) + 1
    assert [suite.get("name") for suite in root][:3] == [
        "pgready",
        "pgready.CMP Compatibility",
        "pgready.DES Destruction",
    ]
    verdict = root.find("testsuite/testcase[@name='verdict']/failure")
    assert verdict is not None
    assert verdict.get("message") == f"NOT READY: {premium_audit.judgement.reason}"


def test_a_failure_lists_what_blocks_with_place_and_fix(premium_audit: AuditResult) -> None:
    failure = cases_of(premium_audit)["INV001"].find("failure")
    assert failure is not None
    assert failure.get("message", "").endswith("(and 15 more findings)")
    assert "prisma/schema.prisma:32:7: block: model AiHelpDeskEntry has no table" in (failure.text or "")
    assert (failure.text or "").count("    fix: ") == 16


def test_a_warning_is_output_of_a_case_that_passed(audit_with: Audits, finding: Findings) -> None:
    case = cases_of(audit_with(finding(rule="SCH002", severity=Severity.WARN, message="no index")))["SCH002"]
    assert [child.tag for child in case] == ["system-out"]
    assert "warn: no index" in (case[0].text or "")


def test_what_was_accepted_is_output_with_its_reason(audit_with: Audits, finding: Findings) -> None:
    case = cases_of(audit_with(finding(suppressed="see the runbook")))["INV001"]
    assert [child.tag for child in case] == ["system-out"]
    assert "(accepted: see the runbook)" in (case[0].text or "")


def test_what_did_not_run_is_an_error_and_what_was_not_given_is_skipped(open_audit: AuditResult) -> None:
    cases = cases_of(open_audit)
    for check in open_audit.checks:
        kinds = [child.tag for child in cases[check.rule] if child.tag != "system-out"]
        if did_not_run(check, open_audit.policy):
            assert kinds == ["error"]
            assert check.why in cases[check.rule][0].get("message", "")
        else:
            assert kinds == (["skipped"] if check.outcome is Outcome.SKIPPED else [])


def test_a_hostile_text_stays_text(hostile_everywhere: AuditResult) -> None:
    failure = cases_of(hostile_everywhere)["INV001"].find("failure")
    assert failure is not None
    assert len(failure) == 0


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_any_text_is_read_back_as_it_can_be_shown(audit_with: Audits, finding: Findings, text: str) -> None:
    failure = cases_of(audit_with(finding(message=text)))["INV001"].find("failure")
    assert failure is not None
    shown = failure.get("message", "")
    assert all(char.isprintable() or char in "\n\u200d" for char in shown)
    if text.isprintable():
        assert shown == text


def test_a_thousand_findings_are_cut_with_a_word(audit_with: Audits, finding: Findings) -> None:
    failure = cases_of(audit_with(*(finding(object=f"public.T{n}") for n in range(1000))))["INV001"].find("failure")
    assert failure is not None
    assert "800 more in audit.json" in (failure.text or "")
