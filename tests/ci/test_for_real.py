"""What the action and the snippet for GitLab do to a real project in a sub-directory of a real repository."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import parse

import pytest
from ruamel.yaml import YAML

from ci_sandbox import ROOT, Sandbox
from git_project import Project, run_git

_SCHEMA = """
datasource db {
  provider = "postgresql"
}

model User {
  id    String @id
}
"""
_INIT = b'CREATE TABLE "User" ("id" TEXT NOT NULL, "email" TEXT NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));\n'
_DROP = b'-- gone\nALTER TABLE "User" DROP COLUMN "email";\n'
_PGREADY = f'exec "{Path(sys.executable).parent / "pgready"}" "$@"'


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """A clone whose branch drops a column that the main branch, its origin, has."""
    origin = Project(tmp_path / "origin", "apps/api")
    origin.git("checkout", "-q", "-b", "main")
    (origin.root / "prisma" / "schema.prisma").write_text(_SCHEMA)
    (origin.migrations / "migration_lock.toml").write_text('provider = "postgresql"\n')
    origin.write("20260101000000_init", _INIT)
    origin.git("config", "user.name", "t")
    origin.git("config", "user.email", "t@example.com")
    origin.commit()
    run_git(tmp_path, "clone", "-q", str(origin.top), "workspace")
    migration = tmp_path / "workspace" / "apps" / "api" / "prisma" / "migrations" / "20260102000000_drop"
    migration.mkdir()
    (migration / "migration.sql").write_bytes(_DROP)
    (tmp_path / "temp").mkdir()
    sandbox = Sandbox(tmp_path)
    sandbox.program("temp/pgready/bin/pgready", _PGREADY)
    sandbox.program("temp/pgready/bin/python", f'exec "{sys.executable}" "$@"')
    sandbox.more = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "LC_ALL": "C.UTF-8"}
    return sandbox


def test_the_action_judges_the_branch_and_says_it_in_every_form(sandbox: Sandbox) -> None:
    summary = sandbox.path / "summary.md"
    sandbox.more |= {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    done = sandbox.step("Audit", project="apps/api", since="origin/main")
    assert sandbox.outputs["verdict"] == "NOT READY", done.stdout + done.stderr
    report = sandbox.workspace / sandbox.outputs["report"]
    (errors,) = [_errors(json.loads((report / "audit.sarif").read_bytes()))]
    assert errors == [("DES002", "apps/api/prisma/migrations/20260102000000_drop/migration.sql", 2)]
    lines = done.stdout.splitlines()
    stop = next(place for place, line in enumerate(lines) if line.startswith("::stop-commands::"))
    go = lines.index(f"::{lines[stop].removeprefix('::stop-commands::')}::")
    # The verdict for people, then nothing but commands.
    assert "NOT READY" in lines[go - 1]
    assert lines[go + 1].startswith("::error title=pgready%3A NOT READY::")
    (annotation,) = [line for line in lines[go:] if "title=DES002" in line]
    assert annotation.startswith(
        "::error file=apps/api/prisma/migrations/20260102000000_drop/migration.sql,line=2,col="
    )
    for file in (summary, report / "comment.md"):
        assert "## ❌ pgready: NOT READY" in file.read_text()
    assert sandbox.step("Verdict").returncode == 1


def _errors(document: dict[str, Any]) -> list[tuple[str, str, int]]:
    found = [result for result in document["runs"][0]["results"] if result["level"] == "error"]
    places = [result["locations"][0]["physicalLocation"] for result in found]
    return [
        (result["ruleId"], unquote(place["artifactLocation"]["uri"]), place["region"]["startLine"])
        for result, place in zip(found, places, strict=True)
    ]


def test_a_wrong_input_is_an_error_and_not_a_verdict(sandbox: Sandbox) -> None:
    done = sandbox.step("Audit", project="apps/web")
    assert (sandbox.outputs["verdict"], sandbox.outputs["exit-code"]) == ("ERROR", "2")
    assert "apps/web" in done.stderr
    assert sandbox.step("Verdict").returncode == 2


def test_the_snippet_for_gitlab_writes_the_reports_that_it_hands_over(sandbox: Sandbox) -> None:
    text = (ROOT / "docs" / "how-to" / "ci.md").read_text(encoding="utf-8")
    snippet = text.split("## GitLab", 1)[1].split("```yaml\n", 1)[1].split("```", 1)[0]
    job = YAML(typ="safe").load(snippet)["pgready"]
    # Neither is set up what is here already, nor is anything downloaded.
    lines = [line for line in (*job["before_script"], *job["script"]) if "venv" not in line and "pip" not in line]
    assert len(lines) == 2
    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join(lines).replace("-- .", "-- apps/api")],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(sandbox.path),
            "CI_BUILDS_DIR": str(sandbox.path / "temp"),
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            **sandbox.more,
        },
        cwd=sandbox.workspace,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    reports = job["artifacts"]["reports"]
    (failed,) = parse(sandbox.workspace / reports["junit"]).iterfind(".//testcase[@classname='pgready.DES']/failure")
    assert "email" in failed.get("message", "")
    issues = json.loads((sandbox.workspace / reports["codequality"]).read_bytes())
    assert [issue["check_name"] for issue in issues if issue["severity"] == "blocker"] == ["DES002"]
