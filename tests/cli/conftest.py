"""The command line as a person runs it: a process, its exit code and what it prints."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

SCHEMA = """
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model User {
  id    String @id
  email String @unique
}
"""
MIGRATION = """
CREATE TABLE "User" ("id" TEXT NOT NULL, "email" TEXT NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
"""


@pytest.fixture
def pgready(tmp_path: Path) -> Run:
    """Run `pgready ARGUMENTS` in an empty directory, with a private home."""

    def run(
        *arguments: str | Path, cwd: Path = tmp_path, env: dict[str, str] | None = None, timeout: float = 120
    ) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache"), **(env or {})}
        return subprocess.run(
            [Path(sys.executable).parent / "pgready", *map(str, arguments)],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project that is READY."""
    root = tmp_path / "shop"
    migration = root / "prisma" / "migrations" / "20250101000000_init"
    migration.mkdir(parents=True)
    (root / "prisma" / "schema.prisma").write_text(SCHEMA)
    (migration / "migration.sql").write_text(MIGRATION)
    return root
