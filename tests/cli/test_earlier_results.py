"""However a run ends, what an earlier one left is no result of it, and two runs do not write into one directory."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pgready.reports.notebooks.shipped import NOTEBOOKS
from processes import eventually, started

Run = Callable[..., "subprocess.CompletedProcess[str]"]

FORMS = ("audit.json", "audit.sarif", "audit.junit.xml", "audit.codequality.json", "comment.md")
PAGES = tuple(f"{name}.{ending}" for name in NOTEBOOKS for ending in ("html", "md", "pdf"))


def left_behind(directory: Path) -> Path:
    """What an earlier run, and a person, may have put into a directory."""
    pictures = directory / "schema_inventory_files"
    pictures.mkdir(parents=True)
    (pictures / "0123456789ab.svg").write_text("old")
    for name in (*FORMS, *PAGES, "logo.svg", "mine.md"):
        (directory / name).write_text("READY")
    (directory / "schema_inventory.ipynb").write_text('{"metadata": {"papermill": {}}}')
    (directory / "migration_history.ipynb").write_text('{"metadata": {"mine": {}}}')
    return directory


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


KEPT = {"logo.svg", "mine.md", "migration_history.ipynb"}


@pytest.mark.parametrize("command", ["audit", "check"])
@pytest.mark.parametrize("mistake", ["schema", "project", "option"])
def test_a_wrong_input_leaves_no_old_result(
    pgready: Run, project: Path, tmp_path: Path, command: str, mistake: str
) -> None:
    out = left_behind(tmp_path / "out")
    arguments: list[str | Path] = [project, "--output", "out"]
    if mistake == "schema":
        (project / "prisma" / "schema.prisma").write_text("model {")
    elif mistake == "project":
        arguments[0] = "nowhere"
    else:
        arguments += ["--notebook", "nope"] if command == "audit" else ["--since", "nope"]
    done = pgready(command, *arguments)
    assert done.returncode == 2, done.stderr
    assert names(out) == KEPT


def test_without_a_named_directory_the_usual_one_is_emptied(pgready: Run, project: Path, tmp_path: Path) -> None:
    out = left_behind(tmp_path / "reports" / "shop")
    (project / "prisma" / "schema.prisma").write_text("model {")
    assert pgready("audit", project).returncode == 2
    assert names(out) == KEPT


def test_pages_of_other_notebooks_do_not_stay_beside_a_new_verdict(pgready: Run, project: Path, tmp_path: Path) -> None:
    out = left_behind(tmp_path / "out")
    assert pgready("check", project, "--no-rehearse", "--output", "out").returncode == 3
    assert names(out) == {*KEPT, *FORMS}
    out = left_behind(tmp_path / "again")
    assert pgready("audit", project, "--no-rehearse", "--output", "again").returncode == 3
    made = {f"deployment_readiness.{ending}" for ending in ("html", "md", "ipynb")}
    assert names(out) - {"deployment_readiness_files"} == {*KEPT, *FORMS, *made}


def test_a_named_file_goes_when_it_is_a_result_and_only_then(pgready: Run, project: Path, tmp_path: Path) -> None:
    forms = ("json", "sarif", "junit", "comment")
    options = [f"--{form}={tmp_path / form}" for form in forms]
    assert pgready("check", project, "--no-rehearse", *options).returncode == 3
    assert {*forms} <= names(tmp_path)
    (tmp_path / "sarif").write_text('{"name": "of somebody else"}')
    (project / "prisma" / "schema.prisma").write_text("model {")
    assert pgready("check", project, *options).returncode == 2
    assert not {"json", "junit", "comment"} & names(tmp_path)
    assert "somebody" in (tmp_path / "sarif").read_text()


@pytest.mark.parametrize("command", ["audit", "check"])
def test_two_runs_do_not_write_into_one_directory(pgready: Run, project: Path, tmp_path: Path, command: str) -> None:
    out = left_behind(tmp_path / "out")
    before = names(out)
    handle = os.open(out, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        done = pgready(command, project, "--output", "out")
    finally:
        os.close(handle)
    assert done.returncode == 2
    assert done.stderr == "pgready: --output: out: another pgready is writing here; wait for its end\n"
    assert names(out) == before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_while_it_prints_leaves_no_page(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    hanging = tmp_path / "hanging"
    hanging.write_text(f"#!/bin/sh\ntouch {tmp_path / 'begun'}\nsleep 600\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("PGREADY_CHROMIUM", str(hanging))
    arguments = ["audit", str(project), "--no-rehearse", "--pdf", "--output", "out"]
    with started(arguments, tmp_path) as process:
        assert eventually((tmp_path / "begun").exists, 60)
        process.send_signal(how)
        _, err = process.communicate(timeout=10)
        assert process.returncode == (130 if how == signal.SIGINT else 143)
    assert names(tmp_path / "out") == set()
    assert "nothing was left behind" not in err


def not_ready(project: Path) -> Path:
    schema = project / "prisma" / "schema.prisma"
    schema.write_text(schema.read_text() + "model Missing {\n  id String @id\n}\n")
    return project


@pytest.mark.parametrize("ready", [True, False])
def test_a_summary_that_cannot_be_written_hides_no_verdict(pgready: Run, project: Path, ready: bool) -> None:  # noqa: FBT001  # a parameter of pytest
    there = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "/nowhere/summary.md"}
    done = pgready("check", project if ready else not_ready(project), env=there)
    assert done.returncode == (2 if ready else 1)
    assert "GITHUB_STEP_SUMMARY: /nowhere/summary.md: No such file or directory" in done.stderr


def test_a_chromium_that_fails_hides_no_verdict(pgready: Run, project: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 7\n")
    broken.chmod(0o755)
    done = pgready("audit", not_ready(project), "--pdf", "--output", "out", env={"PGREADY_CHROMIUM": str(broken)})
    assert done.returncode == 1, done.stderr
    assert f"{broken} ended with exit code 7; it said nothing" in done.stderr
    assert json.loads((tmp_path / "out" / "audit.json").read_text())["verdict"] == "NOT READY"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--json", "o/x", "--sarif", "./o/x"], "--sarif: o/x: --json writes another form into the same file"),
        (["--output", "o", "--json", "o/audit.sarif"], "--output writes another form into the same file"),
        (["--json", "new/"], "--json: new/: is a directory; expected a file"),
        (["--json", ""], "--json: is empty; expected a file"),
        (["--output", ""], "--output: is empty; expected a directory"),
        (["--json", "shop/prisma/schema.prisma/x.json"], "schema.prisma is a file; expected a directory"),
    ],
)
@pytest.mark.usefixtures("project")
def test_places_that_are_none_are_refused_before_the_work(
    pgready: Run, tmp_path: Path, options: list[str], message: str
) -> None:
    done = pgready("check", "shop", *options)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "rehearsing" not in done.stderr
    assert names(tmp_path) <= {"shop", ".cache"}


def test_a_place_in_the_home_directory_is_found(pgready: Run, project: Path, tmp_path: Path) -> None:
    """The fixture makes `tmp_path` the home; a shell leaves `--output=~/o` as it is."""
    done = pgready("check", project, "--no-rehearse", "--output=~/o", "--json=~/x.json")
    assert done.returncode == 3
    assert (tmp_path / "o" / "audit.json").exists()
    assert (tmp_path / "x.json").exists()
    assert not (tmp_path / "~").exists()
