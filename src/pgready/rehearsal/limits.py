"""What a rehearsal may use, and the watch that stops what takes more.

A script can reset `statement_timeout` and catch a cancel in PL/pgSQL, so time is kept here and enforced over a second
connection: cancel, then terminate, which cannot be caught.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psycopg

from pgready.errors import RehearsalError
from pgready.rehearsal.database import Database
from pgready.rehearsal.guard import Guard

__all__ = ["Limits", "Watch"]

_TERMINATE_AFTER = 1.0
_GIVE_UP_AFTER = 10.0
_DISK_EVERY = 0.5
_DISK_SHARE = 0.05
"""Thousands of files take long to count: at most this share of the time goes into it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds for one migration and for all, bytes of disk for the whole server, bytes left free beside it."""

    migration_seconds: float = 300.0
    total_seconds: float = 1800.0
    disk_bytes: int = 4 << 30
    free_bytes: int = 16 << 20


@dataclass(slots=True, kw_only=True)
class Watch:
    """Called a few times a second while the backend `pid` works; raises RehearsalError when nothing else helps.

    `expired` is the limit that was exceeded, as a sentence, once it has been.
    """

    database: Database
    pid: int
    limits: Limits
    ends: float
    expired: str | None = None
    _deadline: float = field(default=0.0, init=False)
    _stopped: float | None = field(default=None, init=False)
    _terminated: bool = field(default=False, init=False)
    _next_look: float = field(default=0.0, init=False)
    _guard: Guard | None = field(default=None, init=False)

    @classmethod
    def over(cls, connection: psycopg.Connection, database: Database, limits: Limits) -> Self:
        """The watch over what a connection does from now on, within the limits of a whole rehearsal."""
        ends = time.monotonic() + limits.total_seconds
        watch = cls(database=database, pid=connection.info.backend_pid, limits=limits, ends=ends)
        watch.begin()
        return watch

    def begin(self) -> None:
        """A migration starts now."""
        self._deadline = min(time.monotonic() + self.limits.migration_seconds, self.ends)
        self.expired, self._stopped, self._terminated = None, None, False

    def tick(self) -> None:
        """Compare clock and disk with the limits."""
        now = time.monotonic()
        if now > self._next_look:
            self.check_disk()
            done = time.monotonic()
            self._next_look = done + max(_DISK_EVERY, (done - now) / _DISK_SHARE)
        if now > self._deadline:
            self._stop(now)

    @contextlib.contextmanager
    def guarding(self) -> Iterator[None]:
        """Keep watch from a thread beside statements of ours that may run code of the project (trigger, policy, cast).

        What is stopped fails with an error of psycopg, or with RehearsalError where `tick` raises it.
        """
        if self._guard is None:
            self._guard = Guard(self.tick, lambda: self._signal("SELECT pg_terminate_backend(%s)"))
        with self._guard.guarding():
            yield

    def check_disk(self) -> None:
        """RehearsalError when the server uses more than its share or the disk is nearly full."""
        path = self.database.cluster.directory.path
        if shutil.disk_usage(path).free < self.limits.free_bytes:
            raise RehearsalError(f"the disk that holds the throw-away server is full ({path.parent})")
        if _size(path) > self.limits.disk_bytes:
            raise RehearsalError(
                f"the migrations write more than {self.limits.disk_bytes / (1 << 30):.1f} GB, the limit of a rehearsal"
            )

    def _stop(self, now: float) -> None:
        if self._stopped is None:
            self._stopped = now
            total = self._deadline >= self.ends
            seconds = self.limits.total_seconds if total else self.limits.migration_seconds
            what = "the whole rehearsal" if total else "one migration"
            self.expired = f"stopped by pgready: {seconds:g} s, the time limit of {what}, are over"
            self._signal("SELECT pg_cancel_backend(%s)")
        elif now > self._stopped + _GIVE_UP_AFTER:
            raise RehearsalError(f"a migration could not be stopped; {self.expired}")
        elif now > self._stopped + _TERMINATE_AFTER and not self._terminated:
            self._terminated = True
            self._signal("SELECT pg_terminate_backend(%s)")

    def _signal(self, command: str) -> None:
        try:
            self.database.admin.execute(command.encode(), (self.pid,))
        except psycopg.Error as error:
            raise RehearsalError(f"the throw-away server broke: {error}") from error


def _size(directory: Path) -> int:
    """Bytes on disk below a directory; files that vanish while we look count nothing."""
    total = 0
    for root, _, names in os.walk(directory):
        for name in names:
            try:
                total += os.lstat(os.path.join(root, name)).st_blocks * 512  # noqa: PTH118  # a thousand files, often
            except OSError:
                continue
    return total
