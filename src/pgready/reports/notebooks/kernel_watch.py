"""An IPython extension, loaded inside the kernel: writes down what a notebook's outputs do not tell.

An exception in a thread or a task, a shell command that fails and `exit()` leave a notebook that looks completed
(papermill 2.7 exits with 0). The file named by `PGREADY_KERNEL_WATCH` gets the line `watching` and then one JSON string
per event. After the last cell somebody writes into the pipe beside it how long to wait for what is still at work
(`kernel_end`): a thread that fails half a second later would have failed in Python itself, which waits for it.
"""

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import thread as executors
from pathlib import Path
from typing import Any

__all__ = [
    "DIRECTORY_VARIABLE",
    "ENDED_NAME",
    "END_NAME",
    "IMPORT_VARIABLE",
    "WATCH_VARIABLE",
    "load_ipython_extension",
]

DIRECTORY_VARIABLE = "PGREADY_KERNEL_DIRECTORY"
"""Names, to a kernel, the private directory that it shares with the other kernels of its run; gone when they are."""

WATCH_VARIABLE = "PGREADY_KERNEL_WATCH"
IMPORT_VARIABLE = "PGREADY_KERNEL_IMPORT"

END_NAME = "ending"
"""The pipe beside the watch's file that takes one line: how many seconds to wait for what is still at work."""

ENDED_NAME = "ended"
"""Made beside it when everything was noted."""

_POLL_S = 0.01
# The kernel's own tasks run in the same loop, for as long as it lives.
_OF_THE_KERNEL = tuple(f"/{package}/" for package in ("ipykernel", "tornado", "zmq", "jupyter_client", "anyio"))

_Note = Callable[[str], None]


def load_ipython_extension(shell: Any) -> None:  # noqa: ANN401 - IPython's own protocol, its shell has no stable type
    """Start watching; called by IPython (manual: "Writing IPython extensions")."""
    path = Path(os.environ[WATCH_VARIABLE])

    def note(event: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")

    os.mkfifo(path.with_name(END_NAME), 0o600)
    watched = frozenset(threading.enumerate())
    tasks = _Tasks(note)
    threading.Thread(target=_await_end, args=(path, watched, tasks, note), daemon=True, name="pgready").start()
    _watch_threads(note)
    _watch_shell(shell, note)
    path.write_text("watching\n", encoding="utf-8")


def _watch_threads(note: _Note) -> None:
    """Note what a thread raises; not by `threading.excepthook`, which a cell may replace."""
    start = threading.Thread.start

    def watched_start(thread: threading.Thread) -> None:
        thread.run = _noting(thread, thread.run, note)  # type: ignore[method-assign]  # of this one thread
        start(thread)

    threading.Thread.start = watched_start  # type: ignore[assignment,method-assign]  # of all that a notebook starts


def _noting(thread: threading.Thread, run: Callable[[], None], note: _Note) -> Callable[[], None]:
    def noting() -> None:
        try:
            run()
        except SystemExit:
            raise
        except BaseException as error:
            note(f"an exception in a thread ({thread.name}): {type(error).__name__}: {error}")
            raise

    return noting


class _Tasks:
    """The tasks of asyncio that were made since: those not done, and those whose exception nobody has looked at.

    A failed task that a variable holds is never told by asyncio, which tells it when the task is collected.
    """

    def __init__(self, note: _Note) -> None:
        self.pending: dict[int, asyncio.Task[Any]] = {}
        self._failed: list[asyncio.Task[Any]] = []
        make = asyncio.BaseEventLoop.create_task

        def watched(loop: asyncio.BaseEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:  # noqa: ANN401 - as asyncio has it
            task = make(loop, coroutine, **options)
            if not any(package in _file_of(task) for package in _OF_THE_KERNEL):
                self.pending[id(task)] = task
                task.add_done_callback(self._done)
            return task

        asyncio.BaseEventLoop.create_task = watched  # type: ignore[assignment,method-assign]  # of every loop
        self._note = note

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self.pending.pop(id(task), None)
        if getattr(task, "_log_traceback", False):
            self._failed.append(task)

    def note_failures(self) -> None:
        """Note each exception that was not retrieved, which asyncio keeps in `_log_traceback`."""
        for task in self._failed:
            if getattr(task, "_log_traceback", False):
                error = task.exception()
                self._note(f"an exception in a task ({_name_of(task)}): {type(error).__name__}: {error}")


def _file_of(task: "asyncio.Task[Any]") -> str:
    code = getattr(task.get_coro(), "cr_code", None)
    return str(code.co_filename) if code else ""


def _name_of(task: "asyncio.Task[Any]") -> str:
    return str(getattr(task.get_coro(), "__qualname__", task.get_name()))


def _await_end(path: Path, watched: frozenset[threading.Thread], tasks: _Tasks, note: _Note) -> None:
    """When asked, wait until nothing of the notebook is at work, note what still is, and what failed in silence."""
    with path.with_name(END_NAME).open(encoding="utf-8") as asked:
        deadline = time.monotonic() + float(asked.readline())
    while (left := [*_threads_at_work(watched), *_tasks_at_work(tasks)]) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    for each in left:
        note(f"{each} was still at work when the notebook had ended")
    tasks.note_failures()
    path.with_name(ENDED_NAME).touch()


def _threads_at_work(watched: frozenset[threading.Thread]) -> Iterator[str]:
    """Those that Python would wait for; a worker of an executor may well be idle, and hands on what fails."""
    for thread in threading.enumerate():
        if not (thread.daemon or thread in watched or thread in executors._threads_queues):  # noqa: SLF001 - no other way to tell them
            yield f"a thread ({thread.name})"


def _tasks_at_work(tasks: _Tasks) -> Iterator[str]:
    return (f"a task ({_name_of(task)})" for task in list(tasks.pending.values()))


def _watch_shell(shell: Any, note: _Note) -> None:  # noqa: ANN401 - as above
    # A recent IPython (9) raises on a shell command that fails; what an older one leaves is looked at after each cell.
    shell.system_raise_on_error = True

    def after_cell(result: Any) -> None:  # noqa: ANN401 - as above
        code = shell.user_ns.pop("_exit_code", 0)
        if code and getattr(result, "success", True):
            note(f"a shell command ended with {code}")

    leave = shell.ask_exit

    def ask_exit() -> None:
        note("the notebook asked its kernel to exit")
        leave()

    shell.events.register("post_run_cell", after_cell)
    # Not a trait, so the class's method is hidden on this one shell only.
    shell.ask_exit = ask_exit
