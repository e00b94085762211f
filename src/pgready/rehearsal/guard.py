"""Somebody who looks on from beside while statements of ours run code of the project: one thread for all of them.

To start a thread takes longer than the statements that it is to guard (measured: 0.7 ms, and a migration has three).
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pgready.errors import RehearsalError

__all__ = ["Guard"]

_EVERY = 0.1
_GOES_AFTER = 20
"""So many looks at nothing, and the thread ends; the next guarding starts another one."""


@dataclass(slots=True)
class Guard:
    """`look` is called ten times a second while something is guarded, `stop` once it has raised."""

    look: Callable[[], None]
    stop: Callable[[], None]
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False)
    _guarded: int = field(default=0, init=False)
    _raised: RehearsalError | None = field(default=None, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    @contextlib.contextmanager
    def guarding(self) -> Iterator[None]:
        """RehearsalError at the end, where `look` has raised it; nobody looks any more when the block is left."""
        with self._turn:
            self._guarded += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="pgready watch", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._turn:
                self._guarded -= 1
                raised, self._raised = self._raised, None
            if raised is not None:
                raise raised

    def _watch(self) -> None:
        rest, idle = threading.Event(), 0
        while idle < _GOES_AFTER:
            rest.wait(_EVERY)
            with self._turn:
                idle = 0 if self._guarded else idle + 1
                if self._guarded and self._raised is None:
                    self._look()
                if idle == _GOES_AFTER:
                    self._thread = None

    def _look(self) -> None:
        try:
            self.look()
        except RehearsalError as error:
            self._raised = error
            with contextlib.suppress(RehearsalError):
                self.stop()
