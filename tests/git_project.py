"""A repository with a project in it, for what git says about migrations."""

import subprocess
from pathlib import Path

import pytest

from pgready.errors import ConfigError
from pgready.sources.git import Since, migrations_since

__all__ = ["Project", "run_git", "said"]


def run_git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


class Project:
    """A repository with a project in it, and its migrations."""

    def __init__(self, top: Path, inside: str = ".", *, form: str = "sha1") -> None:
        self.top, self.root = top, top / inside
        self.migrations = self.root / "prisma" / "migrations"
        self.migrations.mkdir(parents=True)
        self.git("init", "-q", f"--object-format={form}")

    def git(self, *arguments: str) -> str:
        return run_git(self.top, *arguments)

    def write(self, name: str, sql: bytes = b"SELECT 1;\n") -> None:
        (self.migrations / name).mkdir(exist_ok=True)
        (self.migrations / name / "migration.sql").write_bytes(sql)

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def since(self, revision: str) -> Since:
        names = [path.name for path in self.migrations.iterdir() if path.is_dir()]
        return migrations_since(self.root, self.migrations, names, revision)


def said(project: Project, revision: str) -> str:
    with pytest.raises(ConfigError) as caught:
        project.since(revision)
    return str(caught.value)
