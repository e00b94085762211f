"""`pgready diff`: two audits, what got worse, and an exit code that a pipeline can use."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

FIRST = Path(__file__).parents[1] / "fixtures" / "audit_of_the_first_version.json"
MORE = """
model Order {
  id String @id
}
"""


@pytest.fixture
def audits(pgready: Run, project: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two directories with an audit each: the second one has a model that no migration makes."""
    assert pgready("check", project, "--output", tmp_path / "main").returncode == 0
    schema = project / "prisma" / "schema.prisma"
    schema.write_text("\n\n" + schema.read_text() + MORE)
    assert pgready("check", project, "--output", tmp_path / "pr").returncode == 1
    return tmp_path / "main", tmp_path / "pr"


def test_what_got_worse_is_named_and_the_way_back_is_better(pgready: Run, audits: tuple[Path, Path]) -> None:
    main, pr = audits
    worse = pgready("diff", main, pr / "audit.json")
    assert (worse.returncode, worse.stderr) == (1, "")
    assert "  verdict: READY before, NOT READY now" in worse.stdout
    assert "INV001  model Order has no table: no migration creates this table (newly declared, block)" in worse.stdout
    assert worse.stdout.splitlines()[-1].startswith("✗ WORSE: ")
    better = pgready("diff", pr, main)
    assert better.returncode == 0
    assert "(no longer declared, block)" in better.stdout
    assert better.stdout.splitlines()[-1].startswith("? UNSURE: Nothing got worse; ")
    same = pgready("diff", main, main)
    assert (same.returncode, same.stdout.splitlines()[-1]) == (0, "✓ SAME: Nothing got better or worse.")


def test_without_a_rehearsal_nothing_looks_repaired(
    pgready: Run, project: Path, audits: tuple[Path, Path], tmp_path: Path
) -> None:
    assert pgready("check", project, "--no-rehearse", "--output", tmp_path / "quick").returncode in (1, 3)
    done = pgready("diff", audits[1], tmp_path / "quick")
    assert done.returncode == 1
    assert "  rehearsal: on PostgreSQL " in done.stdout
    assert "No longer looked at: not repaired, as far as can be told" in done.stdout


def test_it_is_written_for_programs_and_for_a_pull_request(
    pgready: Run, audits: tuple[Path, Path], tmp_path: Path
) -> None:
    done = pgready("diff", *audits, "--json", tmp_path / "d" / "diff.json", "--markdown", tmp_path / "d" / "diff.md")
    assert done.returncode == 1
    document = json.loads((tmp_path / "d" / "diff.json").read_text())
    assert (document["format"], document["direction"]) == ("pgready-diff/1", "worse")
    assert (tmp_path / "d" / "diff.md").read_text().startswith("## ❌ pgready diff: worse")
    again = pgready("diff", tmp_path / "d" / "diff.json", audits[0])
    assert again.returncode == 2
    assert "not an audit of format pgready-audit/1, but of 'pgready-diff/1'" in again.stderr


def test_an_audit_of_an_older_version_can_be_compared(pgready: Run) -> None:
    done = pgready("diff", FIRST, FIRST)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "not an audit of format pgready-audit/1"),
        ("\x1b[31mnot json", "not an audit: "),
        ("[" * 200_000, "not an audit: "),
        (json.dumps({"format": "pgready-audit/2"}), "but of 'pgready-audit/2', which another version of pgready reads"),
        (json.dumps({"format": "pgready-audit/1", "run": {}}), "not a complete audit of format pgready-audit/1"),
    ],
)
def test_a_file_that_is_no_audit_is_an_input_error(pgready: Run, tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "some.json"
    file.write_text(content)
    done = pgready("diff", FIRST, file)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"pgready: {file}: " in done.stderr
    assert message in done.stderr
    assert "\x1b" not in done.stderr


def test_what_is_not_there_and_what_is_too_large_is_an_input_error(pgready: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(600 * 1024 * 1024)
    for other, message in (
        ("missing.json", "no such file or directory"),
        ("empty", "holds no audit.json"),
        ("huge.json", "is too large: expected at most"),
    ):
        done = pgready("diff", FIRST, other)
        assert done.returncode == 2
        assert f"pgready: {other}: {message}" in done.stderr
    assert pgready("diff", FIRST).returncode == 2


def test_audits_of_two_projects_are_refused(pgready: Run, audits: tuple[Path, Path]) -> None:
    done = pgready("diff", FIRST, audits[0])
    assert (done.returncode, done.stdout) == (2, "")
    assert "are audits of two projects, 'premium-apps' and 'shop': no table or migration in common" in done.stderr


def test_a_directory_for_a_file_is_refused_before_anything_is_read(pgready: Run, tmp_path: Path) -> None:
    for option in ("--json", "--markdown"):
        done = pgready("diff", "missing", "missing", option, tmp_path)
        assert done.returncode == 2
        assert f"{option}: {tmp_path}: is a directory" in done.stderr


def test_the_help_tells_diff_and_compare_apart(pgready: Run) -> None:
    shown = pgready("diff", "--help").stdout
    assert "Compare two audits of a project" in shown
    assert "`pgready compare` is another question" in shown
