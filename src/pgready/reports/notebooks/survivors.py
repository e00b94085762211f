"""Processes that a notebook started and that would outlive its kernel: found and ended.

A kernel's process group goes with it, but a process that made itself a session of its own (`start_new_session`, a
daemon) does not, and could write over a report that was judged. Linux alone tells whose they are: an orphan becomes a
child of the nearest ancestor that is a child subreaper (prctl(2), PR_SET_CHILD_SUBREAPER), so that all that a kernel
ever started is below it. Elsewhere nothing is found.
"""

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Process", "adopt_orphans", "end_processes", "left_behind"]

_SET_CHILD_SUBREAPER = 36
_POLL_S = 0.02
_ROUNDS = 50
_PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process: its number and start (clock ticks since boot), which name it for good, its parent and its group."""

    number: int
    started: int
    parent: int
    group: int

    def command(self) -> str:
        """What it was started as, empty when it is gone."""
        with contextlib.suppress(OSError):
            words = (_PROCESSES / str(self.number) / "cmdline").read_bytes().decode(errors="replace")
            return " ".join(words.split("\0")).strip()
        return ""


def adopt_orphans() -> None:
    """Make this process the parent of orphans below it (prctl(2)); not inherited by a fork."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def left_behind(root: int) -> tuple[Process, ...]:
    """The living processes below `root` that are of another process group, each after its parent; none but on Linux."""
    below: list[Process] = []
    known = {root}
    waiting = sorted(_processes(), key=lambda process: process.started)
    while found := [process for process in waiting if process.parent in known]:
        below += found
        known = {process.number for process in found}
        waiting = [process for process in waiting if process not in found]
    return tuple(process for process in below if process.group != root)


def end_processes(processes: Collection[Process], *, grace_s: float = 0) -> None:
    """Kill what is not gone by itself after `grace_s` seconds, with all below it, and wait until it is gone (1 s)."""
    deadline = time.monotonic() + grace_s
    while (left := _living(processes)) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    for _ in range(_ROUNDS):
        if not left:
            return
        # What is below it first: it would be another's child when its parent is gone.
        for process in (*(each for parent in left for each in left_behind(parent.number)), *left):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process.number, signal.SIGKILL)
        time.sleep(_POLL_S)
        left = _living(left)


def _living(processes: Collection[Process]) -> list[Process]:
    return [
        process
        for process in processes
        if (now := _read(process.number)) is not None and now.started == process.started
    ]


def _processes() -> Iterator[Process]:
    if sys.platform == "linux":
        for entry in os.scandir(_PROCESSES):
            if entry.name.isdecimal() and (process := _read(int(entry.name))) is not None:
                yield process


def _read(number: int) -> Process | None:
    """A process that lives; a zombie does not (proc_pid_stat(5): the name, in brackets, may hold any sign)."""
    try:
        fields = (_PROCESSES / str(number) / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    state, parent, group, started = fields[0], int(fields[1]), int(fields[2]), int(fields[19])
    return None if state in {b"Z", b"X"} else Process(number=number, started=started, parent=parent, group=group)
