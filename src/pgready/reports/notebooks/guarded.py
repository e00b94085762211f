"""A private directory that goes, with the processes named in it, in every way in which this process can end.

A program that must not outlive us is the leader of a process group of its own, and the file `group` in the directory
(or in one right below it) holds the group's number.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["create", "end_groups", "guarded_directory", "name_group", "remove"]

_PREFIX = "pgready-kernel-"
# sun_path holds 108 bytes on Linux (unix(7)), 104 on macOS (unix(4)); "/pgready-kernel-xxxxxxxx/99/k-5" needs 31.
_LONGEST_BASE = 70
_STALE_AFTER_S = 60

# Blocks on a pipe whose other end only we hold, so it sees every way in which we can end, and is of another process
# group, so that Ctrl-C and a kill of our group do not reach it. The second time is for what a dying program wrote.
# (dash takes `--` before a group only after `-s`, as POSIX has it.)
_GUARD = """
trap '' HUP INT TERM
while read -r word; do [ "$word" = done ] && exit 0; done
clean() {
  for file in "$1"/group "$1"/*/group; do
    group=; read -r group <"$file"
    case "$group" in ''|0|1|*[!0-9]*) ;; *) kill -s KILL -- "-$group";; esac
  done
  rm -rf -- "$1"
}
clean "$1" 2>/dev/null
sleep 1
clean "$1" 2>/dev/null
"""

_HELD: set[subprocess.Popen[bytes]] = set()


@contextlib.contextmanager
def guarded_directory() -> Iterator[Path]:
    """A new directory that only this user can enter; its path is short enough for unix sockets in it.

    At the end of the block, also after an exception or Ctrl-C, the groups that are named in it are killed and it is
    removed; when this process itself is killed, a guard does so within 2 s. OSError when it cannot be made.
    """
    base = _base()
    _sweep(base)
    directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
    guard: subprocess.Popen[bytes] | None = None
    try:
        with _owned(directory):
            guard = _start_guard(directory)
            yield directory
    finally:
        # The guard goes last: whatever interrupts these lines (a second Ctrl-C), it does them when we end.
        end_groups(directory)
        remove(directory)
        if guard is not None:
            _dismiss(guard)


def name_group(directory: Path, group: int) -> None:
    """Name a process group that goes when the directory does. OSError when the disk is full."""
    with create(directory / "group") as file:
        file.write(b"%d\n" % group)


def end_groups(directory: Path) -> None:
    """Kill what is named in a directory and right below it, the directory's own group first, as it may start others."""
    for file in (directory / "group", *directory.glob("*/group")):
        with contextlib.suppress(OSError, ValueError):
            group = int(file.read_bytes())
            if group > 1:
                os.killpg(group, signal.SIGKILL)


def remove(directory: Path) -> None:
    """Remove a directory whose processes were just killed and may be writing their last file."""
    for _ in range(50):
        shutil.rmtree(directory, ignore_errors=True)
        if not directory.exists():
            return
        time.sleep(0.02)


def create(path: Path) -> BinaryIO:
    """A new file that only this user can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _base() -> Path:
    base = tempfile.gettempdir()
    return Path(base if len(os.fsencode(base)) <= _LONGEST_BASE else "/tmp")  # noqa: S108 - mkdtemp makes it private


def _owned(directory: Path) -> BinaryIO:
    """The locked file `owner` of a directory: who can take its lock knows that the owner is dead."""
    owner = create(directory / "owner")
    fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return owner


def _sweep(base: Path) -> None:
    """Remove directories of owners that were killed together with their guard (a machine that lost power)."""
    for directory in base.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - directory.stat().st_mtime < _STALE_AFTER_S or directory.stat().st_uid != os.geteuid():
                continue
            with (directory / "owner").open("ab") as owner:
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(directory)


def _start_guard(directory: Path) -> subprocess.Popen[bytes]:
    guard = subprocess.Popen(  # noqa: S603 - a constant script, the directory is an argument of its own
        ["/bin/sh", "-c", _GUARD, "pgready-kernel-guard", str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    _HELD.add(guard)
    return guard


def _dismiss(guard: subprocess.Popen[bytes]) -> None:
    """Let the guard end without doing anything; somebody may have killed it."""
    if guard.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            guard.stdin.write(b"done\n")
            guard.stdin.flush()
    _HELD.discard(guard)
    with contextlib.suppress(BrokenPipeError):
        guard.communicate()


def _let_go() -> None:
    """In a forked process: close the pipes, so that the guards notice the end of the process that forked."""
    for guard in _HELD:
        if guard.stdin is not None:
            guard.stdin.close()
    _HELD.clear()


os.register_at_fork(after_in_child=_let_go)
