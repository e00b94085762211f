"""`--since`, comments that accept findings, and the baseline of findings, as a person meets them."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

UNDATED = "add_index"


@pytest.fixture
def clone(project: Path) -> Path:
    """The small project, committed, with an undated migration that is not."""
    settings = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run(["git", *settings, *arguments], cwd=project, check=True, env=environment)
    write(project, 'CREATE INDEX i ON "User" (id);\n')
    return project


def write(project: Path, sql: str) -> None:
    directory = project / "prisma" / "migrations" / UNDATED
    directory.mkdir(exist_ok=True)
    (directory / "migration.sql").write_text(sql)


def findings(pgready: Run, project: Path, *options: str) -> dict[str, list[dict[str, object]]]:
    """The findings by rule."""
    file = project.parent / "audit.json"
    done = pgready("check", project, "--json", file, *options)
    assert done.returncode in (0, 1, 3), done.stderr
    found: dict[str, list[dict[str, object]]] = {}
    for each in json.loads(file.read_text())["findings"]:
        found.setdefault(each["rule"], []).append(each)
    return found


def test_the_scope_is_what_the_revision_lacks(pgready: Run, clone: Path) -> None:
    def document(*options: str) -> dict[str, object]:
        pgready("check", clone, "--no-rehearse", "--json", "audit.json", *options)
        read: dict[str, object] = json.loads((clone.parent / "audit.json").read_text())
        return read

    since = document("--since", "main")
    assert since["deployment"] == {
        "kind": "since a revision",
        "migrations": [UNDATED],
        "base": "main",
        "unlike_base": [],
        "edited": [],
        "removed": [],
        "renamed": [],
    }
    assert str(since["scope"]).startswith("1 migration newer than main;")
    (clone / "pgready.toml").write_text("[scope]\nsince = 'main'\n")
    assert document()["deployment"] == since["deployment"]
    assert str(document("--since", "")["scope"]).startswith("A clean deploy: 2 migrations")


def test_a_revision_that_is_none_is_a_wrong_input(pgready: Run, clone: Path, project: Path, tmp_path: Path) -> None:
    for revision, words in (("nowhere", "no such commit, branch or tag"), ("--all", "not a revision")):
        done = pgready("check", clone, f"--since={revision}", "--no-rehearse")
        assert done.returncode == 2
        assert words in done.stderr
    elsewhere = tmp_path / "elsewhere"
    project.rename(elsewhere)
    (elsewhere / ".git").rename(tmp_path / "gone")
    done = pgready("check", elsewhere, "--since", "main", "--no-rehearse")
    assert done.returncode == 2
    assert "is not in a git repository" in done.stderr


def test_a_comment_with_a_reason_accepts_a_finding_and_one_without_does_not(pgready: Run, clone: Path) -> None:
    assert findings(pgready, clone, "--no-rehearse")["HIS001"][0]["suppressed"] is None
    sql = 'CREATE INDEX i ON "User" (id);\n'
    write(clone, "-- pgready: ignore-file HIS001 squashed in the next release\n" + sql)
    found = findings(pgready, clone, "--no-rehearse")
    assert found["HIS001"][0]["suppressed"] == "squashed in the next release"
    assert not {"SUP001", "SUP002", "SUP003"} & found.keys()
    write(clone, "-- pgready: ignore-file HIS001\n" + sql)
    found = findings(pgready, clone, "--no-rehearse")
    assert found["HIS001"][0]["suppressed"] is None
    assert found["SUP003"][0]["location"] == {
        "file": f"prisma/migrations/{UNDATED}/migration.sql",
        "line": 1,
        "column": 4,
    }
    write(clone, "-- pgready: ignore-file HIS001 until 2020-01-01 x\n-- pgready: ignore HIS004 y\n" + sql)
    found = findings(pgready, clone, "--no-rehearse")
    assert found["HIS001"][0]["suppressed"] is None
    assert [each["severity"] for rule in ("SUP001", "SUP002") for each in found[rule]] == ["warn", "warn"]


def test_a_baseline_of_findings_is_written_kept_and_cleaned(pgready: Run, clone: Path) -> None:
    (clone / "pgready.toml").write_text("")
    done = pgready("baseline", clone)
    assert done.returncode == 0, done.stderr
    assert f"+ HIS001 {UNDATED}" in done.stderr
    file = clone / "pgready.baseline"
    file.write_text(file.read_text().replace("was there when", "agreed; was there when"))
    found = findings(pgready, clone, "--no-rehearse")
    assert str(found["HIS001"][0]["suppressed"]).startswith("agreed; ")
    with file.open("a") as lines:
        lines.write("HIS001 other  # old\n")
    (stale,) = findings(pgready, clone, "--no-rehearse")["SUP001"]
    last = len(file.read_text().splitlines())
    assert stale["location"] == {"file": "pgready.baseline", "line": last, "column": None}
    updated = pgready("baseline", clone, "--update")
    assert "- HIS001 other" in updated.stderr
    assert "agreed; was there" in file.read_text()
    assert "SUP001" not in findings(pgready, clone)


@pytest.mark.parametrize("change", ["edited", "renamed"])
def test_a_history_that_the_revision_does_not_have_is_no_pass(change: str, pgready: Run, clone: Path) -> None:
    migrations = clone / "prisma" / "migrations"
    (first,) = (each for each in migrations.iterdir() if each.is_dir() and each.name != UNDATED)
    if change == "edited":
        (first / "migration.sql").write_text((first / "migration.sql").read_text() + 'DROP TABLE "User";\n')
    else:
        first.rename(migrations / "20290101000000_squashed")
    done = pgready("check", clone, "--since", "main")
    assert done.returncode in (1, 3), done.stdout
    assert f"{first.name} of main was edited or is gone" in done.stdout
    assert ("HIS006" if change == "edited" else "HIS007") in done.stdout


def test_a_moved_project_is_compared_with_where_it_was(pgready: Run, clone: Path) -> None:
    write(clone, 'DROP TABLE "User";\n')
    (clone / "packages" / "db").mkdir(parents=True)
    (clone / "prisma").rename(clone / "packages" / "db" / "prisma")
    pgready("check", clone / "packages" / "db", "--no-rehearse", "--since", "main", "--json", "audit.json")
    document = json.loads((clone.parent / "audit.json").read_text())
    assert document["deployment"]["migrations"] == [UNDATED]
    assert document["scope"].startswith("1 migration newer than main, which has them in prisma/migrations;")
    assert [(each["rule"], each["severity"]) for each in document["findings"] if each["rule"] == "DES001"] == [
        ("DES001", "block")
    ]


def test_a_revision_without_migrations_is_told(pgready: Run, clone: Path) -> None:
    settings = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    for arguments in (["checkout", "-q", "--orphan", "none"], ["rm", "-rq", "--cached", "."]):
        subprocess.run(["git", *arguments], cwd=clone, check=True)
    subprocess.run(["git", *settings, "commit", "-q", "--allow-empty", "-m", "x"], cwd=clone, check=True)
    pgready("check", clone, "--no-rehearse", "--since", "none", "--json", "audit.json")
    scope = json.loads((clone.parent / "audit.json").read_text())["scope"]
    assert scope.startswith("2 migrations newer than none, which has no migrations;")


def test_where_nothing_is_about_to_run_nothing_is_called_passed(pgready: Run, clone: Path) -> None:
    shutil.rmtree(clone / "prisma" / "migrations" / UNDATED)
    pgready("check", clone, "--no-rehearse", "--since", "main", "--json", "audit.json")
    checks = json.loads((clone.parent / "audit.json").read_text())["checks"]
    (lost,) = (check for check in checks if check["rule"] == "DES001")
    assert (lost["outcome"], lost["given"], lost["why"]) == ("skipped", False, "no migration is about to run")
