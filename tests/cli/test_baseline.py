"""`pgready baseline`: what is there is tolerated, what is new fails, and nobody else writes the file."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

EXAMPLE = Path(__file__).parents[2] / "examples" / "premium-apps-fixed"
ALONE = """
[[contracts]]
name = "Review is alone"
kind = "internal_only"
groups = ["Review"]
"""


@pytest.fixture
def apps(tmp_path: Path) -> Path:
    """The repaired example with a contract that it does not keep."""
    root = tmp_path / "apps"
    shutil.copytree(EXAMPLE, root)
    with (root / "pgready.toml").open("a") as file:
        file.write(ALONE)
    return root


def test_what_breaks_a_contract_is_tolerated_from_then_on(pgready: Run, apps: Path) -> None:
    assert pgready("check", apps).returncode == 1
    done = pgready("baseline", apps)
    assert done.returncode == 0, done.stderr
    file = apps / "pgready.baseline"
    written = file.read_text()
    assert "+ ReviewRequestCampaign.userId->User" in done.stderr
    assert f"pgready.baseline is written, {done.stderr.count('+ ')} tolerated" in done.stderr
    checked = pgready("check", apps)
    assert checked.returncode == 0, checked.stdout
    assert "but for what the baseline tolerates: Review is alone" in checked.stdout
    # A check never writes it, nor does the command by itself.
    refused = pgready("baseline", apps)
    assert (refused.returncode, file.read_text()) == (2, written)
    assert "there is one already; --update rewrites it" in refused.stderr
    file.write_text(written + "UsageCounter.gone->User  # was there\n")
    stale = pgready("check", apps)
    assert stale.returncode == 1
    assert "no contract is broken by UsageCounter.gone->User" in stale.stdout
    updated = pgready("baseline", apps, "--update")
    assert "- UsageCounter.gone->User" in updated.stderr
    assert file.read_text() == written


def test_where_nothing_is_broken_nothing_is_written(pgready: Run, tmp_path: Path) -> None:
    root = tmp_path / "apps"
    shutil.copytree(EXAMPLE, root)
    done = pgready("baseline", root)
    assert done.returncode == 0
    assert "no reference breaks a contract and there is no finding to tolerate, so nothing is written" in done.stderr
    assert not (root / "pgready.baseline").exists()


def test_without_a_configuration_or_through_a_link_nothing_is_written(
    pgready: Run, project: Path, tmp_path: Path
) -> None:
    bare = pgready("baseline", project)
    assert bare.returncode == 2
    assert "no pgready.toml" in bare.stderr
    (project / "pgready.toml").write_text("")
    (project / "pgready.baseline").symlink_to(tmp_path / "elsewhere")
    assert pgready("baseline", project, "--update").returncode == 2
    assert not (tmp_path / "elsewhere").exists()


def test_a_baseline_without_a_configuration_is_refused_and_not_ignored(pgready: Run, project: Path) -> None:
    """It was ignored, and the result said that there is none."""
    (project / "pgready.baseline").write_text("SCH001 public.User  # was there\n")
    for command in ("check", "audit", "baseline"):
        done = pgready(command, project)
        assert (done.returncode, done.stdout) == (2, "")
        assert "pgready.baseline: nothing reads it, as there is no pgready.toml beside it" in done.stderr
        assert "an empty file will do" in done.stderr
    # Each way out that is named leads out.
    elsewhere = project / "elsewhere.toml"
    elsewhere.write_text("")
    assert pgready("check", project, "--no-rehearse", "--config", elsewhere).returncode == 3
    assert pgready("init", project, "--no-rehearse").returncode == 0
    (project / "pgready.toml").write_text("")
    stale = pgready("check", project)
    assert "pgready.baseline:1  SUP001" in stale.stdout


def test_a_deployment_that_does_not_finish_gives_no_baseline(pgready: Run, project: Path) -> None:
    (project / "pgready.toml").write_text("[groups.Auth]\ntables = ['User']\n")
    (project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql").write_text("SELECT 1/0;")
    done = pgready("baseline", project)
    assert done.returncode == 2
    assert "the clean deploy does not finish" in done.stderr
