"""The operating system account that the server runs as: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pgready.errors import RehearsalError

__all__ = ["Account", "can_run", "server_account"]

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who runs the server. `switch` is False when that is the account we already are."""

    uid: int
    gid: int
    switch: bool

    def popen_options(self) -> dict[str, object]:
        """The keywords of `subprocess.Popen` that change to this account and to nothing else of ours."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def give(self, path: Path) -> None:
        """Make the account the owner of one file or directory that we have just made."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def server_account() -> Account:
    """Ourselves; as root `postgres`, or else `nobody`.

    RehearsalError for a user id without an entry in the password file (`initdb` refuses it with "could not look up
    effective user ID"), and for root on a system that has neither account.
    """
    uid = os.geteuid()
    if uid != 0:
        return Account(uid=_entry_of(uid).pw_uid, gid=os.getegid(), switch=False)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(uid=entry.pw_uid, gid=entry.pw_gid, switch=True)
    raise RehearsalError(
        "PostgreSQL does not run as root, and this system has neither an account `postgres` nor `nobody`; "
        "run pgready as an ordinary user"
    )


def can_run(account: Account, program: str) -> bool:
    """Whether the account can start the program: a virtual environment in root's home is closed to others."""
    try:
        done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603  # a dict of keywords defeats the stub
            [program, "--version"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            cwd="/",
            timeout=20,
            check=False,
            **account.popen_options(),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return bool(done.returncode == 0)


def _entry_of(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError as error:
        raise RehearsalError(
            f"user id {uid} has no entry in /etc/passwd, and PostgreSQL's initdb refuses such a user; "
            "add an entry or run pgready as another user"
        ) from error
