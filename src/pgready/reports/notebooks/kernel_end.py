"""The end of a notebook that seems well: what is still at work is waited for, and what would outlive it is ended."""

import contextlib
import os
import time
from collections.abc import Iterator

from pgready.reports.notebooks.kernel import Kernel, ending, process_of, troubles
from pgready.reports.notebooks.kernel_watch import END_NAME, ENDED_NAME
from pgready.reports.notebooks.survivors import Process, end_processes, left_behind

__all__ = ["AT_WORK_S", "doubts_about_end"]

AT_WORK_S = 10
"""How long (seconds) threads and tasks that are still at work after the last cell are waited for."""

_ANSWER_S = 10
_LONGEST = 120
_POLL_S = 0.002
_GOING_S = 0.5


def doubts_about_end(kernel: Kernel, *, left_s: float) -> Iterator[str]:
    """After the last cell, in words, not scrubbed: why its kernel did not end well, and what it left behind.

    Threads and tasks get `AT_WORK_S` seconds, or `left_s` when that is less; what fails in them is among the kernel's
    `troubles`. Processes of another process group are killed (Linux).
    """
    if not _rested(kernel, wait_s=max(0, min(AT_WORK_S, left_s))):
        how = ending(kernel)
        if how is None:
            yield "whether the notebook left something at work could not be told: its kernel does not answer"
        elif not troubles(kernel):
            yield f"the kernel died after the last cell ({how})"
    survivors = _survivors(kernel)
    numbers = {process.number for process in survivors}
    first = [process for process in survivors if process.parent not in numbers]
    yield from (f"a process was left behind and was ended: {_shown(process)}" for process in first)
    end_processes(survivors)


def _rested(kernel: Kernel, *, wait_s: float) -> bool:
    """Ask the watch in the kernel, and wait for its answer; False when there is none in time, or no kernel."""
    deadline = time.monotonic() + wait_s + _ANSWER_S
    try:
        pipe = os.open(kernel.directory / END_NAME, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        with contextlib.suppress(OSError):
            os.write(pipe, f"{wait_s}\n".encode())
    finally:
        os.close(pipe)
    while not (kernel.directory / ENDED_NAME).exists():
        if ending(kernel) is not None or time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _survivors(kernel: Kernel) -> tuple[Process, ...]:
    """What is left behind, but for what is just going."""
    deadline = time.monotonic() + _GOING_S
    while (number := process_of(kernel)) and (left := left_behind(number)):
        if time.monotonic() > deadline:
            return left
        time.sleep(10 * _POLL_S)
    return ()


def _shown(process: Process) -> str:
    command = process.command() or f"process {process.number}"
    return command if len(command) <= _LONGEST else f"{command[:_LONGEST]}..."
