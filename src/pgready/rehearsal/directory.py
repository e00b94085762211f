"""The private directory of one throw-away cluster: where it stands, who owns it, and what earlier ones left behind.

Layout: `lock` (held by us as long as we live), `data`, `s` (the socket), `overlay`, `password`, `log`.
"""

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pgready.errors import RehearsalError
from pgready.rehearsal.account import Account
from pgready.rehearsal.settings import PORT
from pgready.rehearsal.supervisor import stop_server_of

__all__ = ["PREFIX", "Base", "WorkDirectory", "bases", "make_directory", "sweep"]

PREFIX = "pgready-server-"
_MARK = b"the directory of a throw-away PostgreSQL server of pgready\n"

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # a private directory is made inside it with mkdtemp
_ENOUGH = 1 << 30
_LEAST = 100 << 20
_SOCKET_LIMIT = 103
"""Bytes of a socket's path: 107 on Linux, 103 on macOS and the BSDs (PostgreSQL manual, unix_socket_directories)."""

_YOUNG_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDirectory:
    """The directory and the file descriptor that holds its lock."""

    path: Path
    lock: int

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.path / "data"

    @property
    def socket(self) -> Path:
        """The directory of the unix socket."""
        return self.path / "s"

    @property
    def overlay(self) -> Path:
        """An entry for `extension_control_path`; control files stand in `extension` below it."""
        return self.path / "overlay"

    @property
    def password(self) -> Path:
        """The superuser's password, for initdb."""
        return self.path / "password"

    @property
    def log(self) -> Path:
        """What initdb and the server print."""
        return self.path / "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A place for the private directory; `refusal` says why it is passed over."""

    path: Path
    free_bytes: int
    refusal: str | None


def make_directory(account: Account) -> WorkDirectory:
    """Make the private directory (0700, owned by the server's account) on the first place that will do.

    `/dev/shm` if 1 GB is free there, else `TMPDIR`, else `/tmp`; a place where the socket's path gets too long, that
    the account cannot reach or that is nearly full is passed over. RehearsalError if none is left.
    """
    refused = []
    for base in bases(account):
        if base.refusal is None:
            return _make_in(base.path, account)
        refused.append(f"{base.path}: {base.refusal}")
    raise RehearsalError(
        f"no place for the throw-away server; {'; '.join(refused)}. Set TMPDIR to a directory with "
        f"{_LEAST >> 20} MB free that every user may enter and that has a short path"
    )


def bases(account: Account) -> Iterator[Base]:
    """The places for the private directory in their order, each looked at when it is asked for."""
    for path in _bases():
        least = _ENOUGH if path == _SHARED_MEMORY else _LEAST
        try:
            free = shutil.disk_usage(path).free
            refusal = _why_not(path, account) or _too_full(free, least)
        except OSError as error:
            free, refusal = 0, error.strerror or str(error)
        yield Base(path=path, free_bytes=free, refusal=refusal)


def sweep(account: Account) -> None:
    """Remove directories whose owner is gone, with the server in them if one still runs.

    Only directories that hold a lock file with our mark are touched, only if they belong to us or the server's account,
    and only when the lock is free: it goes with the process that held it, however that died.
    """
    for base in _bases():
        with contextlib.suppress(OSError):
            for entry in base.glob(f"{PREFIX}*"):
                with contextlib.suppress(OSError):
                    _sweep_one(entry, account)


def _bases() -> Iterator[Path]:
    if _SHARED_MEMORY.is_dir():
        yield _SHARED_MEMORY
    yield from dict.fromkeys((*_chosen(), Path("/tmp")))  # noqa: S108  # likewise private


def _chosen() -> tuple[Path, ...]:
    """What the user's environment names; nothing in a container that is read-only but for its shared memory."""
    try:
        return (Path(tempfile.gettempdir()).absolute(),)
    except FileNotFoundError:
        return ()


def _too_full(free: int, least: int) -> str | None:
    return None if free >= least else f"{free >> 20} MB free, {least >> 20} MB are needed"


def _why_not(base: Path, account: Account) -> str | None:
    if len(os.fsencode(base / f"{PREFIX}12345678" / "s" / f".s.PGSQL.{PORT}")) > _SOCKET_LIMIT:
        return "its path is too long for a unix socket"
    if not os.access(base, os.W_OK | os.X_OK):
        return "not writable"
    if account.switch and not all(_lets_pass(place, account) for place in (base, *base.parents)):
        return "closed to the account that runs the server"
    return None


def _lets_pass(directory: Path, account: Account) -> bool:
    found = directory.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _make_in(base: Path, account: Account) -> WorkDirectory:
    try:
        path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        lock = os.open(path / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(lock, _MARK)
        made = WorkDirectory(path=path, lock=lock)
        made.socket.mkdir(mode=0o700)
        for owned in (made.socket, path / "lock", path):
            account.give(owned)
    except OSError as error:
        raise RehearsalError(f"cannot make a directory for the throw-away server in {base}: {error}") from error
    return made


def _sweep_one(entry: Path, account: Account) -> None:
    found = entry.lstat()
    ours = found.st_uid in {account.uid, os.geteuid()} and stat.S_ISDIR(found.st_mode)
    if not ours or time.time() - found.st_mtime < _YOUNG_SECONDS or not _is_abandoned(entry / "lock"):
        return
    stop_server_of(entry / "data", found.st_uid)
    shutil.rmtree(entry, ignore_errors=True)


def _is_abandoned(lock: Path) -> bool:
    descriptor = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.read(descriptor, len(_MARK)) == _MARK
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
