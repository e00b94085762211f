"""The verdict: READY only on positive evidence."""

from hypothesis import given
from hypothesis import strategies as st

from pgready.findings import CheckResult, Evidence, Finding, Outcome, Severity
from pgready.verdict import Policy, Verdict, judge

ORDER = {Verdict.READY: 2, Verdict.INCONCLUSIVE: 1, Verdict.NOT_READY: 0}


def found(rule: str = "INV001", severity: Severity = Severity.BLOCK, suppressed: str | None = None) -> Finding:
    return Finding(
        rule=rule, severity=severity, evidence=Evidence.READ, object="o", message="m", fix="f", suppressed=suppressed
    )


def result(rule: str, outcome: Outcome, *findings: Finding, given: bool = True) -> CheckResult:
    return CheckResult(rule=rule, outcome=outcome, why="w", findings=findings, given=given)


def test_everything_passed_is_ready() -> None:
    assert judge([result("INV001", Outcome.PASSED)], Policy()).verdict is Verdict.READY


def test_no_check_at_all_is_inconclusive() -> None:
    assert judge([], Policy()).verdict is Verdict.INCONCLUSIVE


def test_a_blocking_finding_is_not_ready_even_when_others_did_not_run() -> None:
    checks = [result("INV001", Outcome.FAILED, found()), result("RES001", Outcome.ERRORED)]
    assert judge(checks, Policy()).verdict is Verdict.NOT_READY


def test_a_skipped_or_errored_check_is_inconclusive() -> None:
    for outcome in (Outcome.SKIPPED, Outcome.ERRORED):
        judgement = judge([result("INV001", Outcome.PASSED), result("RES001", outcome)], Policy())
        assert judgement.verdict is Verdict.INCONCLUSIVE
        assert "RES001" in judgement.reason


def test_what_was_not_given_does_not_matter_unless_it_is_required() -> None:
    checks = [result("INV001", Outcome.PASSED), result("ISO001", Outcome.SKIPPED, given=False)]
    assert judge(checks, Policy()).verdict is Verdict.READY
    assert judge(checks, Policy(required=frozenset({"ISO001"}))).verdict is Verdict.INCONCLUSIVE


def test_a_required_rule_that_is_not_there_at_all_is_inconclusive() -> None:
    checks = [result("INV001", Outcome.PASSED)]
    assert judge(checks, Policy(required=frozenset({"DES001"}))).verdict is Verdict.INCONCLUSIVE


def test_a_suppressed_finding_does_not_block_and_a_warning_blocks_only_by_policy() -> None:
    accepted = result("INV001", Outcome.FAILED, found(suppressed="agreed"))
    warned = result("INV002", Outcome.FAILED, found("INV002", Severity.WARN))
    assert judge([accepted, warned], Policy()).verdict is Verdict.READY
    assert judge([warned], Policy(blocking=Severity.WARN)).verdict is Verdict.NOT_READY


def test_something_opaque_that_matters_is_inconclusive() -> None:
    assert judge([result("INV001", Outcome.PASSED)], Policy(), opaque=("a.sql:3",)).verdict is Verdict.INCONCLUSIVE


RESULTS = st.lists(
    st.builds(
        lambda outcome, severities, given: CheckResult(
            rule="INV001",
            outcome=outcome,
            why="",
            findings=tuple(found(severity=severity) for severity in severities),
            given=given,
        ),
        st.sampled_from(Outcome),
        st.lists(st.sampled_from(Severity), max_size=3),
        st.booleans(),
    ),
    max_size=5,
)


@given(RESULTS, st.sampled_from(Severity), st.sampled_from(Severity))
def test_adding_a_finding_never_improves_the_verdict(
    checks: list[CheckResult], severity: Severity, threshold: Severity
) -> None:
    policy = Policy(blocking=threshold)
    before = judge(checks, policy)
    after = judge([*checks, result("INV005", Outcome.FAILED, found(severity=severity))], policy)
    assert not checks or ORDER[after.verdict] <= ORDER[before.verdict]


@given(RESULTS)
def test_ready_means_that_nothing_blocks_and_nothing_was_left_out(checks: list[CheckResult]) -> None:
    judgement = judge(checks, Policy())
    if judgement.verdict is Verdict.READY:
        assert checks
        assert all(check.outcome is not Outcome.ERRORED for check in checks)
        assert all(check.outcome is not Outcome.SKIPPED or not check.given for check in checks)
        assert all(finding.severity < Severity.BLOCK for check in checks for finding in check.findings)
    assert (judgement.exit_code == 0) == (judgement.verdict is Verdict.READY)
