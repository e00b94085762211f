"""`pgready doctor`, and `--postgres` of `audit` and `check`."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import pgready as package
from pgready.errors import ConfigError, RehearsalError
from pgready.rehearsal import find_binaries, places

Run = Callable[..., "subprocess.CompletedProcess[str]"]

SYSTEM = next(iter(places._newest_first(Path("/usr/lib/postgresql"), "*/bin")), None)
system = pytest.mark.skipif(SYSTEM is None, reason="no PostgreSQL of the distribution")
EXPECTED = "expected an installation of PostgreSQL 14 or newer (bin/postgres and bin/initdb), or its bin directory"


def test_the_doctor_says_what_is_used_and_that_a_server_started(pgready: Run) -> None:
    done = pgready("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    for part in (": used\n", "account", "directory", "locale", "extensions", "JupyterLab"):
        assert part in done.stdout
    took = r"✓ A rehearsal can be made: a PostgreSQL \d+\.\d+ started in \d+\.\d\d s, stopped in \d+\.\d\d s"
    assert re.search(took, done.stdout)


@system
def test_the_doctor_tries_what_is_named(pgready: Run) -> None:
    assert SYSTEM is not None
    done = pgready("doctor", "--postgres", SYSTEM.parent)
    assert done.returncode == 0
    assert f"a PostgreSQL {find_binaries(SYSTEM).version} started" in done.stdout


@pytest.mark.parametrize("named_by", ["option", "variable"])
def test_the_doctor_exits_with_3_when_no_rehearsal_can_be_made(pgready: Run, tmp_path: Path, named_by: str) -> None:
    (tmp_path / "empty").mkdir()
    wrong = tmp_path / "empty"
    if named_by == "option":
        done = pgready("doctor", "--postgres", wrong)
    else:
        done = pgready("doctor", env={"PGREADY_POSTGRES": str(wrong)})
    assert done.returncode == 3
    assert "has no postgres and no initdb" in done.stdout
    assert str(wrong) in done.stdout
    assert EXPECTED in done.stdout.splitlines()[-1]


def test_the_doctor_has_colours_only_where_they_are_wanted(pgready: Run) -> None:
    assert "\x1b[32m" in pgready("doctor", env={"FORCE_COLOR": "1", "TERM": "xterm"}).stdout
    assert "\x1b[3" not in pgready("doctor", env={"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm"}).stdout


@system
@pytest.mark.parametrize("command", ["check", "audit"])
def test_the_rehearsal_runs_on_what_is_named(pgready: Run, project: Path, tmp_path: Path, command: str) -> None:
    """By a path that is relative to where pgready runs, which is not where the notebook's kernel runs."""
    assert SYSTEM is not None
    (tmp_path / "mine").symlink_to(SYSTEM.parent)
    done = pgready(command, project, "--postgres", "mine", "--output", "out")
    assert done.returncode == 0, done.stdout + done.stderr
    audit = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert audit["run"]["postgres"] == find_binaries(SYSTEM).version


@pytest.mark.parametrize("command", ["check", "audit"])
def test_a_wrong_path_is_a_wrong_input_that_says_what_is_expected(pgready: Run, project: Path, command: str) -> None:
    done = pgready(command, project, "--postgres", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere (given explicitly): no such directory" in done.stderr
    assert EXPECTED in done.stderr


def test_a_server_for_no_rehearsal_is_a_wrong_input(pgready: Run, project: Path) -> None:
    done = pgready("check", project, "--no-rehearse", "--postgres", "/usr")
    assert done.returncode == 2
    assert "postgres: there is no rehearsal" in done.stderr


def test_a_project_cannot_choose_the_program_that_is_started(pgready: Run, project: Path) -> None:
    (project / "pgready.toml").write_text('[project]\npostgres = "bin"\n')
    done = pgready("check", project)
    assert done.returncode == 2
    assert "postgres" in done.stderr


@system
def test_the_parameter_of_audit_is_the_option(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert SYSTEM is not None
    assert package.audit(project, postgres=SYSTEM).run.postgres == find_binaries(SYSTEM).version
    with pytest.raises(RehearsalError, match="expected an installation"):
        package.audit(project, postgres=tmp_path)
    with pytest.raises(ConfigError, match="postgres: there is no rehearsal"):
        package.audit(project, postgres=SYSTEM, rehearse=False)
