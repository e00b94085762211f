import json
import os
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import parse

import pytest

from pgready.errors import ReportError
from pgready.findings import Finding
from pgready.model.location import Location
from pgready.reports.ci.write import announce, place_in_repository, runs_on_github, silenced, write_ci
from pgready.verdict import AuditResult

Findings = Callable[..., Finding]
Audits = Callable[..., AuditResult]

_CANARY = "c4n4ry-S3cret/with+signs"


def test_every_form_is_written_and_nothing_else(premium_audit: AuditResult, tmp_path: Path) -> None:
    written = write_ci(premium_audit, tmp_path, root="apps/api")
    assert sorted(written) == sorted(tmp_path.iterdir())
    assert {path.name for path in written} == {
        "audit.sarif",
        "audit.junit.xml",
        "audit.codequality.json",
        "comment.md",
    }
    run = json.loads((tmp_path / "audit.sarif").read_bytes())["runs"][0]
    assert run["automationDetails"]["id"] == "pgready/apps%2Fapi/"
    assert parse(tmp_path / "audit.junit.xml").getroot().tag == "testsuites"


def test_no_form_holds_a_secret_not_even_half_of_one(
    audit_with: Audits, finding: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", _CANARY)
    # Where a text is cut, a secret must be gone already.
    texts = [f"{'x' * number}{_CANARY}" for number in (0, 100, 290, 590, 990, 1990)]
    texts.append(f"postgresql://app:{_CANARY}@db/shop")
    found = [
        finding(object=f"{text}{n}", message=text, fix=text, location=Location(f"{_CANARY}/a.sql", 1))
        for n, text in enumerate(texts)
    ]
    audit = audit_with(*found, name=_CANARY)
    write_ci(audit, tmp_path / "out")
    said: list[str] = []
    announce(audit, said.append, {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")})
    contents = [path.read_text() for path in (*(tmp_path / "out").iterdir(), tmp_path / "summary.md")]
    for text in (*contents, *said):
        assert "c4n4ry" not in text
        assert "***" in text or "::error title=pgready" in text


def test_a_file_that_cannot_be_written_is_said(ready_audit: AuditResult, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ReportError, match="cannot be written"):
        write_ci(ready_audit, tmp_path / "file")
    with pytest.raises(ReportError, match="GITHUB_STEP_SUMMARY"):
        announce(ready_audit, lambda _: None, {"GITHUB_STEP_SUMMARY": str(tmp_path / "no" / "summary.md")})


def test_the_summary_is_appended(ready_audit: AuditResult, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("Before.\n")
    announce(ready_audit, lambda _: None, {"GITHUB_STEP_SUMMARY": os.fspath(summary)})
    text = summary.read_text()
    assert text.startswith("Before.\n\n<!-- pgready:project -->\n## ✅ pgready: READY\n")


def test_without_a_summary_only_the_annotations_are_said(premium_audit: AuditResult) -> None:
    said: list[str] = []
    announce(premium_audit, said.append, {}, root="apps/api")
    assert all(line.startswith(("::error ", "::warning ")) for line in said)
    assert any("file=apps/api/prisma/schema.prisma" in line for line in said)


@pytest.mark.parametrize("marker", ["directory", "file"])
def test_the_place_of_a_project_is_told_from_the_top_of_its_repository(marker: str, tmp_path: Path) -> None:
    project = tmp_path / "repository" / "apps" / "api"
    project.mkdir(parents=True)
    assert place_in_repository(project) == ""
    git = tmp_path / "repository" / ".git"
    # In a worktree and in a submodule .git is a file.
    git.mkdir() if marker == "directory" else git.write_text("gitdir: elsewhere")
    assert place_in_repository(project) == "apps/api"
    assert place_in_repository(tmp_path / "repository") == ""


def test_only_a_step_of_github_is_one() -> None:
    assert runs_on_github({"GITHUB_ACTIONS": "true"})
    assert not runs_on_github({})


def test_nobody_can_guess_the_word_that_ends_the_silence() -> None:
    (one, _), (two, _) = silenced(), silenced()
    assert one != two
    assert len(one) >= len("::stop-commands::") + 32
