import json
from collections.abc import Callable
from dataclasses import replace

from pgready.findings import Finding, Severity
from pgready.model.location import Location
from pgready.model.migration import MigrationRecord
from pgready.reports.ci.gitlab import code_quality
from pgready.verdict import AuditResult

Findings = Callable[..., Finding]
Audits = Callable[..., AuditResult]


def test_issues_have_what_gitlab_asks_for(premium_audit: AuditResult) -> None:
    content = code_quality(premium_audit, root="apps/api")
    issues = json.loads(content)
    assert content.startswith(b"[")
    assert len(issues) == 82 == len({issue["fingerprint"] for issue in issues})
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["path"].startswith("apps/api/prisma/")
        assert issue["location"]["lines"]["begin"] >= 1
    assert sum(issue["severity"] == "blocker" for issue in issues) == len(premium_audit.blocking)


def test_a_moved_line_is_no_new_issue(audit_with: Audits, finding: Findings) -> None:
    def prints(line: int) -> list[str]:
        found = finding(location=Location("a.sql", line), message=f"line {line}")
        return [issue["fingerprint"] for issue in json.loads(code_quality(audit_with(found)))]

    assert prints(1) == prints(99)


def test_what_asks_for_nothing_is_left_out(audit_with: Audits, finding: Findings) -> None:
    found = (finding(suppressed="known"), finding(described=True), finding(rule="SCH003", severity=Severity.NOTE))
    assert [issue["check_name"] for issue in json.loads(code_quality(audit_with(*found)))] == ["SCH003"]


def test_a_hostile_text_stays_text(hostile_everywhere: AuditResult) -> None:
    for issue in json.loads(code_quality(hostile_everywhere)):
        assert issue["description"].isprintable()
        assert not issue["location"]["path"].startswith(("/", "../"))


def test_a_ready_project_has_an_empty_list_which_says_that_all_is_solved(audit_with: Audits) -> None:
    assert code_quality(audit_with()) == b"[]\n"


def test_an_audit_without_an_answer_is_an_issue_of_its_own(open_audit: AuditResult) -> None:
    (issue,) = [each for each in json.loads(code_quality(open_audit)) if each["check_name"] == "pgready"]
    assert issue["description"].startswith("INCONCLUSIVE: Nothing blocks, but required checks did not run")
    assert issue["severity"] == "major"
    assert issue["location"] == {"path": "prisma/schema.prisma", "lines": {"begin": 1}}


def test_a_migration_without_a_file_is_shown_at_its_neighbour(audit_with: Audits, finding: Findings) -> None:
    gone = Location("prisma/migrations/2_b/migration.sql", 1)
    audit = audit_with(finding(object="2_b", location=gone))
    record = MigrationRecord(name="2_b", position=2, file=gone.file, has_file=False)
    with_gap = replace(audit, migrations=(*audit.migrations, record))
    (issue,) = json.loads(code_quality(with_gap))
    assert issue["location"] == {"path": audit.migrations[0].file, "lines": {"begin": 1}}
    (alone,) = json.loads(code_quality(replace(audit, migrations=(record,))))
    assert alone["location"]["path"] == "prisma/schema.prisma"
