"""The findings on a terminal: one line that tools can read, the lines of the file, and the common part once."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from pgready.config import Config, parse_config
from pgready.findings import CheckResult, Evidence, Finding, Outcome, Severity
from pgready.model.location import Location
from pgready.model.schema import Schema
from pgready.reports.terminal.result import rows, summary
from pgready.verdict import AuditResult, Policy, judge

FILE = "prisma/migrations/20260101000000_drop_the_old_columns_of_the_customers/migration.sql"
TEXT = 'ALTER TABLE "Customer" DROP COLUMN "phone";\nALTER TABLE "Customer" DROP COLUMN "fax";\nSELECT 1;\n' * 10


def found(line: int | None, *, severity: Severity = Severity.BLOCK, suppressed: str | None = None) -> Finding:
    return Finding(
        rule="INV002",
        severity=severity,
        evidence=Evidence.REHEARSED,
        object=f"public.t{line}",
        message=f"table t{line} is there, and no model declares it, which a rather long sentence says here",
        fix="Declare it.",
        location=None if line is None else Location(FILE, line, 1),
        suppressed=suppressed,
    )


@pytest.fixture
def with_findings(make_audit: Callable[..., AuditResult]) -> Callable[..., AuditResult]:
    def make(*findings: Finding, policy: Policy | None = None) -> AuditResult:
        audit = make_audit(Config(), Schema(), made=Schema())
        check = CheckResult(rule="INV002", outcome=Outcome.FAILED, why="2 findings; all", findings=findings)
        return replace(audit, checks=(check,), policy=policy or audit.policy)

    return make


def printed(audit: AuditResult, *, text: str | None = TEXT, width: int | None = None, notes: bool = False) -> list[str]:
    return [each.text for each in rows(audit, excerpts=lambda _place: text, width=width, notes=notes)]


def test_in_a_pipe_every_finding_is_one_line_with_its_place_rule_and_message(premium_audit: AuditResult) -> None:
    lines = printed(premium_audit, text=None, notes=True)
    for finding in premium_audit.findings:
        place = f"{finding.location}  " if finding.location else ""
        (line,) = [each for each in lines if each.endswith(f"  {finding.message}") and f"{place}{finding.rule}" in each]
        assert line.startswith("  ")


@pytest.mark.parametrize("width", [80, 200])
def test_on_a_terminal_nothing_but_a_path_is_wider_than_it(premium_audit: AuditResult, width: int) -> None:
    folded = printed(premium_audit, width=width, notes=True)
    wide = [line for line in folded if len(line) > width and not line.startswith(("block: ", "warn: "))]
    assert [line for line in wide if not re.fullmatch(r" +\S+", line)] == []
    unfolded = " ".join(" ".join(folded).split())
    assert all(" ".join(finding.message.split()) in unfolded for finding in premium_audit.findings)


def test_findings_of_one_cause_share_why_and_fix_and_the_first_two_show_their_lines(
    with_findings: Callable[..., AuditResult],
) -> None:
    lines = printed(with_findings(found(1), found(2), found(4), found(5)))
    assert [len([line for line in lines if line.startswith(f"  {word}: ")]) for word in ("why", "fix")] == [1, 1]
    assert [line for line in lines if "^" in line] == ["      | " + "^" * 42, "      | " + "^" * 40]
    assert lines.count("    1 | " + TEXT.splitlines()[0]) == 1


def test_findings_of_one_place_stand_together_above_its_lines(with_findings: Callable[..., AuditResult]) -> None:
    audit = with_findings(found(1), found(2), replace(found(1), message="and it has rows"))
    lines = printed(audit)
    first = next(number for number, line in enumerate(lines) if f"{FILE}:1:1" in line)
    assert lines[first + 1] == f"  {FILE}:1:1  INV002  and it has rows"
    assert lines[first + 2].startswith("    1 | ALTER TABLE")
    assert sum(f"{FILE}:1:1" in line for line in printed(audit, width=80)) == 1


def test_notes_and_accepted_findings_are_counted_and_shown_on_demand(with_findings: Callable[..., AuditResult]) -> None:
    audit = with_findings(
        found(1), found(2, severity=Severity.NOTE), found(4, severity=Severity.NOTE), found(5, suppressed="it may go")
    )
    quiet, all_ = "\n".join(printed(audit)), "\n".join(printed(audit, notes=True))
    assert "2 notes and 1 accepted finding not shown (--notes shows them)" in quiet
    assert not [line for line in (2, 4, 5) if f"migration.sql:{line}:1" in quiet]
    assert all(f"migration.sql:{line}:1" in all_ for line in (1, 2, 4, 5))
    assert "(accepted: it may go)" in all_
    assert "not shown" not in all_


def test_a_note_that_blocks_is_never_left_out(with_findings: Callable[..., AuditResult]) -> None:
    strict = parse_config('[policy]\nblocking = "note"\n', rules=()).policy
    lines = printed(with_findings(found(1, severity=Severity.NOTE), policy=strict))
    assert any(f"{FILE}:1:1  INV002" in line for line in lines)


def test_what_was_not_given_is_told_by_reason_and_with_notes_each_reason(premium_audit: AuditResult) -> None:
    skipped = [check for check in premium_audit.checks if check.outcome is Outcome.SKIPPED and not check.given]
    assert skipped
    quiet = [line for line in printed(premium_audit) if "not checked" in line]
    assert named(quiet) == {check.rule for check in skipped}
    full = [line for line in printed(premium_audit, notes=True) if "not checked" in line]
    assert len(full) == len({check.why for check in skipped})
    for check in skipped:
        assert [check.rule in named([line]) for line in full if check.why in line] == [True]


def unrun_checks(reasons: dict[str, str], *, given: bool = True) -> tuple[CheckResult, ...]:
    return tuple(CheckResult(rule=rule, outcome=Outcome.SKIPPED, why=why, given=given) for rule, why in reasons.items())


def named(lines: list[str]) -> set[str]:
    """The rules of the lines, ranges written out."""
    found: set[str] = set()
    for first, last in re.findall(r"\b([A-Z]{3}\d{3})(?:-([A-Z]{3}\d{3}))?", " ".join(lines)):
        numbers = range(int(first[3:]), int((last or first)[3:]) + 1)
        found |= {f"{first[:3]}{number:03}" for number in numbers}
    return found


OFF = "the rehearsal was switched off"
CLEAN = "a clean deploy finds no rows"


@pytest.fixture
def unrun(premium_audit: AuditResult) -> AuditResult:
    required = dict.fromkeys(("INV001", "INV005", "INV006", "INV007", "RES001"), OFF) | {"RES002": "opaque"}
    checks = (
        *unrun_checks(required),
        *unrun_checks(dict.fromkeys(("CMP003", "DES001", "DES002", "DES003"), CLEAN), given=False),
        *unrun_checks({"INV003": "no [inventory]", "INV009": "no required"}, given=False),
    )
    judgement = judge(checks, premium_audit.policy)
    return replace(premium_audit, checks=checks, judgement=judgement)


def test_checks_that_did_not_run_are_one_line_for_each_reason_and_the_verdict_stays_short(unrun: AuditResult) -> None:
    lines = printed(unrun)
    assert lines[lines.index("") :] == snapshot(
        [
            "",
            "  5 checks did not run: the rehearsal was switched off (INV001, INV005-INV007, RES001)",
            "  RES002 did not run: opaque",
            "  4 not checked: a clean deploy finds no rows (CMP003, DES001-DES003)",
            "  2 not checked, nothing was given for them: INV003, INV009 (--notes says what)",
            "",
            "? INCONCLUSIVE: Nothing blocks, but required checks did not run: INV001, INV005-INV007, RES001, RES002.",
        ]
    )
    assert "  INV003 not checked: no [inventory]" in printed(unrun, notes=True)


@pytest.mark.parametrize("width", [None, 40, 80, 120])
def test_no_check_that_did_not_run_is_hidden(unrun: AuditResult, width: int | None) -> None:
    for notes in (True, False):
        lines = printed(unrun, width=width, notes=notes)
        before = lines[: next(number for number, line in enumerate(lines) if line.startswith("? "))]
        assert named(before) == {check.rule for check in unrun.checks}


def test_a_verdict_names_few_of_many_rules_and_counts_the_others(premium_audit: AuditResult) -> None:
    rules = [f"{family}{number:03}" for family in ("DES", "INV", "LCK", "RES") for number in (1, 3, 5)]
    checks = unrun_checks(dict.fromkeys(rules, OFF))
    audit = replace(premium_audit, checks=checks, judgement=judge(checks, premium_audit.policy))
    *_, last = printed(audit)
    assert last.endswith("did not run: DES001, DES003, DES005, INV001, INV003, INV005 and 6 more.")


def test_a_check_that_broke_is_told_alone(premium_audit: AuditResult) -> None:
    broken = CheckResult(rule="INV004", outcome=Outcome.ERRORED, why="internal error in INV004: KeyError")
    lines = printed(replace(premium_audit, checks=(broken, *unrun_checks({"INV001": OFF}))))
    assert "  INV004 did not run: internal error in INV004: KeyError" in lines


def test_hostile_names_and_texts_reach_no_terminal(hostile_audit: AuditResult) -> None:
    evil = "\x1b]0;pwned\x07\u202e\u2028\x9b31m;\r\n" * 500
    for width in (None, 80):
        for line in printed(hostile_audit, text=evil, width=width, notes=True):
            # A joiner within an emoji is part of the picture.
            assert line.replace("\u200d", "").isprintable(), repr(line)


def test_styles_are_pieces_of_the_line_and_the_summary_is_the_same_text(premium_audit: AuditResult) -> None:
    found_rows = list(rows(premium_audit, notes=True))
    assert [each.text for each in found_rows] == [text for text, _ in summary(premium_audit)]
    heads = [each for each in found_rows if any(style == "red" for _, style in each.pieces)]
    assert len(heads) == sum(finding.severity is Severity.BLOCK for finding in premium_audit.findings)


def test_a_secret_is_taken_out_before_a_line_break_can_tear_it_apart(with_findings: Callable[..., AuditResult]) -> None:
    secret = "correct horse battery staple of our own database"
    audit = with_findings(replace(found(1), message=f"cannot log in with {secret} at {'all ' * 20}"))
    for width in (None, *range(30, 120)):
        text = "\n".join(each.text for each in rows(audit, width=width, scrub=lambda said: said.replace(secret, "***")))
        assert "***" in text
        assert not [word for word in secret.split() if word in ("horse", "battery", "staple") and word in text]


def test_the_worst_come_first_and_the_others_in_the_order_of_their_places(
    with_findings: Callable[..., AuditResult],
) -> None:
    audit = with_findings(found(None), found(10, severity=Severity.WARN), found(13), found(2), found(1))
    lines = [line for line in printed(audit) if "  INV002" in line]
    assert [re.findall(r":(\d+):1  INV002( warn)?", line) for line in lines] == [
        [("1", "")],
        [("2", "")],
        [("13", "")],
        [],
        [("10", " warn")],
    ]


def test_in_brief_a_finding_without_a_place_says_what_was_found(with_findings: Callable[..., AuditResult]) -> None:
    lines = [each.text for each in rows(with_findings(found(None)), brief=True, notes=False)]
    assert f"  {found(None).message}" in lines


def test_the_counts_of_findings_add_up_and_say_what_blocks(premium_audit: AuditResult) -> None:
    (counted,) = [line for line in printed(premium_audit) if " findings: " in line]
    total, *parts = map(int, re.findall(r"(\d+) (?:findings|block|warn|notes|accepted)", counted))
    assert total == sum(parts) == len(premium_audit.findings)
    assert f"{len(premium_audit.blocking)} block (5 causes)" in counted


def test_every_finding_has_one_weight_and_the_accepted_ones_stand_apart(
    with_findings: Callable[..., AuditResult],
) -> None:
    audit = with_findings(found(1), found(2, severity=Severity.NOTE), found(4, suppressed="it may go"))
    assert "  3 findings: 1 blocks (1 cause), 1 note, 1 accepted" in printed(audit)
    assert "  no findings" in printed(with_findings())


def test_the_causes_that_are_not_shown_are_counted_with_those_that_block(premium_audit: AuditResult) -> None:
    lines = [each.text for each in rows(premium_audit, brief=True, notes=False)]
    assert "  and 5 more causes with 20 findings, 2 of them blocking, in the report" in lines


def test_a_ready_for_an_empty_database_says_that_rows_and_traffic_were_not_judged(premium_audit: AuditResult) -> None:
    ran = CheckResult(rule="RES001", outcome=Outcome.PASSED, why="all applied")
    rows_of = {outcome: CheckResult(rule="DES001", outcome=outcome, why=CLEAN, given=False) for outcome in Outcome}

    def last(*checks: CheckResult) -> list[str]:
        judgement = judge(checks, Policy(required=frozenset()))
        return printed(replace(premium_audit, checks=checks, judgement=judgement, policy=Policy(required=frozenset())))

    told = " Not judged: rows and traffic of a database in use (--since REV)."
    on_an_empty_database = last(ran, rows_of[Outcome.SKIPPED])[-1]
    assert on_an_empty_database.startswith("✓ READY: ")
    assert on_an_empty_database.endswith(told)
    assert told not in "".join(last(ran, rows_of[Outcome.PASSED]))
    assert told not in "".join(last(ran, rows_of[Outcome.ERRORED]))
