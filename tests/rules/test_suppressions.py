"""What is accepted, and the findings about it: SUP001 to SUP003."""

import time
from collections.abc import Callable
from datetime import date

import pytest

from pgready.checks.baseline import update_findings
from pgready.checks.suppressions import Acceptance, judge_suppressions, weigher
from pgready.findings import CheckResult, Evidence, Finding, Outcome, Severity
from pgready.model.baseline import read_baseline, render_baseline
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.location import Location
from pgready.model.suppressions import CommentFault, Span, Suppression, SuppressionSource

TODAY = date(2027, 1, 31)
THERE = Location("m/1/migration.sql", 3, 1)
FILES = {"m/1/migration.sql": "1", "m/2/migration.sql": "2"}


def found(
    rule: str = "DES001",
    on: str = "public.Old",
    *,
    at: Location | None = THERE,
    severity: Severity = Severity.BLOCK,
) -> Finding:
    return Finding(
        rule=rule, severity=severity, evidence=Evidence.READ, object=on, message="gone", fix="keep", location=at
    )


def result(*findings: Finding, rule: str = "DES001", outcome: Outcome | None = None, given: bool = True) -> CheckResult:
    known = outcome or (Outcome.FAILED if findings else Outcome.PASSED)
    return CheckResult(rule=rule, outcome=known, why="", findings=findings, given=given)


def entry(rule: str = "DES001", on: str = "public.Old", **others: object) -> Suppression:
    return Suppression(rule=rule, object=on, reason="agreed", location=Location("pgready.toml", 7), **others)  # type: ignore[arg-type]  # the values of a test


def comment(
    line: int, rule: str = "DES001", *, expires: date | None = None, file: str = "m/1/migration.sql"
) -> Suppression:
    return Suppression(
        rule=rule,
        reason="said above it",
        expires=expires,
        source=SuppressionSource.SQL,
        location=Location(file, line - 1, 4),
        span=Span(file=file, start=(line, 1), end=(line, 20)),
        migration=FILES[file],
    )


def accepted(finding: Finding, *suppressions: Suppression, today: date = TODAY) -> str | None:
    return weigher(Acceptance(today=today, suppressions=suppressions, files=FILES))(finding).suppressed


def judged(
    results: list[CheckResult], *suppressions: Suppression, deployment: Deployment | None = None, **others: object
) -> dict[str, CheckResult]:
    acceptance = Acceptance(
        today=TODAY,
        suppressions=suppressions,
        files=FILES,
        deployment=deployment or Deployment(),
        **others,  # type: ignore[arg-type]  # the values of a test
    )
    return {each.rule: each for each in judge_suppressions(acceptance, results)}


def test_a_comment_accepts_what_lies_in_its_statement_and_nothing_else() -> None:
    assert accepted(found(), comment(3)) == "said above it"
    assert accepted(found(), comment(4)) is None
    assert accepted(found(rule="DES002"), comment(3)) is None
    assert accepted(found(), comment(3, file="m/2/migration.sql")) is None
    assert accepted(found(at=Location("m/1/migration.sql")), comment(3)) is None
    assert accepted(found(at=None), comment(3)) is None


def test_an_entry_accepts_its_object_and_its_migration_when_it_names_one() -> None:
    assert accepted(found(), entry()) == "agreed"
    assert accepted(found(on="public.old"), entry()) is None
    assert accepted(found(), entry(migration="1")) == "agreed"
    assert accepted(found(), entry(migration="2")) is None
    assert accepted(found(at=None), entry(migration="2")) is None


def test_the_comment_at_the_place_gives_the_reason() -> None:
    assert accepted(found(), comment(3), entry()) == "said above it"


def test_the_last_day_still_counts_and_the_next_does_not() -> None:
    for suppression in (entry(expires=TODAY), comment(3, expires=TODAY)):
        assert accepted(found(), suppression) is not None
        assert accepted(found(), suppression, today=date(2027, 2, 1)) is None
        assert judged([result(found())], suppression)["SUP002"].outcome is Outcome.PASSED


def test_what_is_used_is_no_finding_even_when_another_gives_the_reason() -> None:
    outcomes = judged([result(found())], comment(3), entry(), entry(migration="1", source=SuppressionSource.BASELINE))
    assert {rule: each.outcome for rule, each in outcomes.items()} == dict.fromkeys(
        ("SUP001", "SUP002", "SUP003"), Outcome.PASSED
    )
    assert outcomes["SUP001"].why == "3 suppressions"


@pytest.mark.parametrize(
    ("suppression", "findings", "message"),
    [
        (
            entry(),
            [],
            "the entry of [[suppressions]] for DES001 public.Old: there is no finding of DES001",
        ),
        (
            entry(on="public.O"),
            [found()],
            "the entry of [[suppressions]] for DES001 public.O: DES001 has none on public.O; did you mean public.Old?",
        ),
        (
            entry(migration="2", source=SuppressionSource.BASELINE),
            [found()],
            "the line of the baseline for DES001 public.Old: the finding on public.Old is not in the migration 2",
        ),
        (
            comment(9),
            [found()],
            "the comment for DES001: DES001 has none there, but in line 3 of this file",
        ),
        (
            comment(9, file="m/2/migration.sql"),
            [found()],
            "the comment for DES001: DES001 has no finding in this file",
        ),
    ],
)
def test_what_suppresses_nothing_is_found_with_what_there_is(
    suppression: Suppression, findings: list[Finding], message: str
) -> None:
    (finding,) = judged([result(*findings)], suppression)["SUP001"].findings
    told = finding.message.replace(" suppresses nothing: ", ": ")
    assert (told, finding.severity, finding.location) == (message, Severity.WARN, suppression.location)


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("Post", "public.Post"),
        ("post", "public.Post"),
        ("public.post", "public.Post"),
        ('"public"."Post"', "public.Post"),
        ("'Post'", "public.Post"),
        ("Post.title", "public.Post.title"),
        ('public."Post"."Title"', "public.Post.title"),
        ("public.Post.author", "public.Post"),
        ("Pots.title", "public.Post.title"),
        ("publik.Post", "public.Post"),
        ("User", "auth.User or public.User"),
        ("public.Unlike", None),
    ],
)
def test_an_object_that_nothing_is_called_is_told_with_the_one_that_was_meant(wrong: str, meant: str | None) -> None:
    objects = ("public.Post", "public.Post.title", "public.User", "auth.User", "public.Comment.id")
    findings = [found(on=name) for name in objects]
    for source in (SuppressionSource.CONFIG, SuppressionSource.BASELINE):
        (finding,) = judged([result(*findings)], entry(on=wrong, source=source))["SUP001"].findings
        hint = f"; did you mean {meant}?" if meant else ""
        assert finding.message.endswith(f" suppresses nothing: DES001 has none on {wrong}{hint}")


def test_an_expired_one_is_found_once_whether_it_was_needed_or_not() -> None:
    expired = entry(expires=date(2027, 1, 30))
    for findings in ([found()], []):
        outcomes = judged([result(*findings)], expired)
        assert outcomes["SUP001"].findings == ()
        (finding,) = outcomes["SUP002"].findings
        assert finding.message == "the entry of [[suppressions]] for DES001 public.Old expired on 2027-01-30 (agreed)"
        assert finding.severity is Severity.WARN


def test_a_comment_that_cannot_be_read_is_a_finding_with_its_place() -> None:
    fault = CommentFault(migration="1", location=Location("m/1/migration.sql", 2, 4), message="no reason")
    (finding,) = judged([], faults=(fault,))["SUP003"].findings
    assert finding.message == "a comment to pgready cannot be read: no reason"
    assert (finding.object, finding.location, finding.severity) == ("1", fault.location, Severity.WARN)


def test_outside_of_the_deployment_comments_are_only_described() -> None:
    fault = CommentFault(migration="1", location=Location("m/1/migration.sql", 2, 4), message="no reason")
    outside = Deployment(kind=DeploymentKind.SINCE, migrations=frozenset({"2"}))
    given = (comment(9), comment(8, expires=date(2026, 1, 1)))
    outcomes = judged([result()], *given, entry(), deployment=outside, faults=(fault,))
    severities = {rule: [it.severity for it in each.findings] for rule, each in outcomes.items()}
    assert severities == {
        "SUP001": [Severity.NOTE, Severity.WARN],
        "SUP002": [Severity.NOTE],
        "SUP003": [Severity.NOTE],
    }


@pytest.mark.parametrize("outcome", [Outcome.SKIPPED, Outcome.ERRORED])
def test_of_a_rule_that_did_not_run_nothing_is_said_and_it_is_no_pass(outcome: Outcome) -> None:
    outcomes = judged([result(outcome=outcome), result(rule="DES002")], entry(), entry(rule="DES002"))
    assert [it.object for it in outcomes["SUP001"].findings] == ["public.Old"]
    assert outcomes["SUP001"].outcome is Outcome.SKIPPED
    assert outcomes["SUP001"].why.startswith(
        "DES001 did not run; 1 finding; 2 suppressions, but for those of rules that"
    )


def test_of_a_rule_without_input_nothing_is_said() -> None:
    skipped = result(outcome=Outcome.SKIPPED, given=False)
    judgement = judged([skipped], entry())["SUP001"]
    assert (judgement.outcome, judgement.findings) == (Outcome.PASSED, ())
    assert judgement.why == "1 suppression, but for those of rules that did not run: DES001"


def test_many_suppressions_and_findings_are_matched_quickly() -> None:
    findings = [found(on=f"public.t{number}") for number in range(20_000)]
    entries = [entry(on=f"public.t{number}", source=SuppressionSource.BASELINE) for number in range(20_000)]
    started = time.perf_counter()
    weigh = weigher(Acceptance(today=TODAY, suppressions=tuple(entries), files=FILES))
    assert all(weigh(each).suppressed for each in findings)
    assert judged([result(*findings)], *entries)["SUP001"].outcome is Outcome.PASSED
    assert time.perf_counter() - started < 5


# The baseline of findings.


@pytest.fixture
def audited() -> Callable[..., list[CheckResult]]:
    """The results of an audit in which the suppressions were applied."""

    def audit(findings: list[Finding], *suppressions: Suppression) -> list[CheckResult]:
        weigh = weigher(Acceptance(today=TODAY, suppressions=suppressions, files=FILES))
        rules = dict.fromkeys(["DES001", "LCK001", "SCH001", *(each.rule for each in findings)])
        return [result(*(weigh(each) for each in findings if each.rule == rule), rule=rule) for rule in rules]

    return audit


Audited = Callable[..., list[CheckResult]]


def test_a_baseline_holds_what_warns_and_blocks_and_then_all_is_accepted(audited: Audited) -> None:
    findings = [
        found(),
        found(on="public.Other", severity=Severity.WARN),
        found(on="public.Note", severity=Severity.NOTE),
        found("SCH001", at=None),
        found("RES002"),
        found("ISO001"),
        found("HIS001", "1", severity=Severity.WARN),
    ]
    made = update_findings(audited(findings), (), FILES, reason="was there")
    assert made.lines == (
        "+ DES001 public.Old in 1",
        "+ DES001 public.Other in 1",
        "+ HIS001 1",
        "+ SCH001 public.Old",
        "! RES002 public.Old: no baseline can tolerate RES002",
    )
    entries = read_baseline(render_baseline((), made.entries)).findings
    after = audited(findings, *entries)
    assert {it.object for each in after for it in each.findings if it.suppressed is None} == {
        "public.Note",
        "public.Old",
    }
    assert judged(after, *entries)["SUP001"].outcome is Outcome.PASSED
    again = update_findings(after, entries, FILES, reason="other")
    assert (again.added, again.removed) == ((), ())
    assert render_baseline((), again.entries) == render_baseline((), made.entries)


def test_a_finding_in_a_later_migration_is_new(audited: Audited) -> None:
    (line,) = update_findings(audited([found()]), (), FILES, reason="was there").entries
    later = found(at=Location("m/2/migration.sql", 1, 1))
    assert accepted(later, line) is None
    assert update_findings(audited([found(), later], line), [line], FILES, reason="x").lines == (
        "+ DES001 public.Old in 2",
    )


def test_an_update_removes_what_is_stale_and_keeps_reasons_and_what_cannot_be_judged(audited: Audited) -> None:
    present = [
        entry(source=SuppressionSource.BASELINE),
        entry(on="public.Gone", source=SuppressionSource.BASELINE),
        entry(rule="CMP001", source=SuppressionSource.BASELINE),
    ]
    made = update_findings(audited([found()], *present), present, FILES, reason="was there")
    assert made.lines == ("- DES001 public.Gone",)
    assert made.entries == (present[2], present[0])


def test_what_a_comment_or_pgready_toml_accepts_needs_no_line(audited: Audited) -> None:
    findings = [found(), found("SCH001", at=None)]
    given = (comment(3), entry(rule="SCH001"))
    assert update_findings(audited(findings, *given), given, FILES, reason="x").entries == ()
