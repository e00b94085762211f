"""Repositories of their own settings."""

import os
from pathlib import Path

import pytest

from git_project import Project


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings of the person who tests nor a hook that runs the tests count."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (home / ".gitconfig").write_text("[user]\n name = T\n email = t@example.org\n[init]\n defaultBranch = main\n")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two committed migrations, the branch `base` on them."""
    made = Project(tmp_path / "clone")
    made.write("1_init")
    made.write("2_more")
    made.commit()
    made.git("branch", "base")
    return made
