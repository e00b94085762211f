"""Kernels of notebooks: started at once, private, and gone in every way in which a run can end.

Nothing of Jupyter is imported here. One process, the nursery, imports what kernels need while the caller does something
else, and forks one for each notebook (`kernel_nursery`). It is the Python of this process (no kernelspec), with private
IPython and Jupyter directories (no startup file or configuration of the user), and its kernels talk through unix
sockets in a private directory: no port can be taken by somebody else, and nothing is sent over TCP.
"""

import contextlib
import itertools
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pgready.reports.notebooks.guarded import create, end_groups, guarded_directory, name_group, remove
from pgready.reports.notebooks.kernel_watch import DIRECTORY_VARIABLE, IMPORT_VARIABLE
from pgready.reports.notebooks.survivors import Process, end_processes, left_behind

__all__ = [
    "DIRECTORY_VARIABLE",
    "Kernel",
    "Nursery",
    "await_sockets",
    "ending",
    "exit_code",
    "kernel_nursery",
    "last_words",
    "new_kernel",
    "process_of",
    "running_kernel",
    "troubles",
]

_CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
_LEAST_FREE_BYTES = 64 * 1024
_BLANKS = b" " * 8
# A server that a killed kernel was using is stopped, and its directory removed, by what guards it.
_GOING_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Nursery:
    """The process that kernels are forked from, and its private directory, which holds theirs.

    `closing` is set when the kernels are about to be killed: what they say from then on is no result.
    """

    process: subprocess.Popen[bytes]
    directory: Path
    numbers: Iterator[int]
    closing: threading.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A kernel that was asked for: its nursery, private directory and connection.

    `connection` is what a Jupyter connection file holds (jupyter_client manual, "Making kernels for Jupyter").
    """

    nursery: Nursery
    directory: Path
    connection: Mapping[str, str | int]


@contextlib.contextmanager
def kernel_nursery(environment: Mapping[str, str], *, preload: tuple[str, ...] = ()) -> Iterator[Nursery]:
    """Start a nursery, without waiting for it, and remove every trace of it and its kernels at the end of the block.

    Its kernels see the environment of this process and `environment`, and have imported the modules `preload`; where it
    says `module:function`, that was called with the nursery's directory. All processes are killed and the directory is
    removed at the end of the block, also after an exception or Ctrl-C; when this process itself is killed, within 2 s.
    OSError when it cannot be started (a full disk).
    """
    closing = threading.Event()
    process: subprocess.Popen[bytes] | None = None
    survivors: tuple[Process, ...] = ()
    try:
        with guarded_directory() as directory:
            try:
                process = _start(directory, _environment(directory, environment, preload))
                name_group(directory, process.pid)
                yield Nursery(process=process, directory=directory, numbers=itertools.count(1), closing=closing)
            finally:
                closing.set()
                survivors = left_behind(process.pid) if process is not None else ()
    finally:
        if process is not None:
            _reap(process)
        end_processes(survivors, grace_s=_GOING_S)


@contextlib.contextmanager
def new_kernel(nursery: Nursery) -> Iterator[Kernel]:
    """Ask for a kernel, without waiting for it; it is killed, with what it started, at the end of the block.

    To be called from any thread. OSError when there is no room for its files.
    """
    directory = nursery.directory / str(next(nursery.numbers))
    survivors: tuple[Process, ...] = ()
    try:
        directory.mkdir(mode=0o700)
        connection = _connection(directory)
        with create(directory / "end") as end:
            end.write(_BLANKS)
        _ask(nursery, directory.name)
        yield Kernel(nursery=nursery, directory=directory, connection=connection)
    finally:
        if (number := _process_in(directory)) is not None:
            survivors = left_behind(number)
        # One that was not forked yet will not find its directory, and ends.
        end_groups(directory)
        remove(directory)
        end_processes(survivors, grace_s=_GOING_S)


@contextlib.contextmanager
def running_kernel(environment: Mapping[str, str], *, preload: tuple[str, ...] = ()) -> Iterator[Kernel]:
    """A kernel with a nursery of its own; see `kernel_nursery` and `new_kernel`."""
    with kernel_nursery(environment, preload=preload) as nursery, new_kernel(nursery) as kernel:
        yield kernel


def _connection(directory: Path) -> dict[str, str | int]:
    connection: dict[str, str | int] = {
        "transport": "ipc",
        "ip": str(directory / "k"),
        "key": secrets.token_hex(32),
        "signature_scheme": "hmac-sha256",
        "kernel_name": "",
    }
    connection |= {f"{channel}_port": number for number, channel in enumerate(_CHANNELS, start=1)}
    with create(directory / "connection.json") as file:
        file.write(json.dumps(connection).encode())
    return connection


def _environment(directory: Path, environment: Mapping[str, str], preload: tuple[str, ...]) -> dict[str, str]:
    """The nursery's environment: nothing of the user's interactive set-up, and no window for a figure."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER_", "JPY_"))}
    for interactive in ("PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONBREAKPOINT"):
        inherited.pop(interactive, None)
    private = {
        "IPYTHONDIR": str(directory / "ipython"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        IMPORT_VARIABLE: ",".join(preload),
    }
    if not _matplotlib_has_a_home(inherited | dict(environment)):
        private["MPLCONFIGDIR"] = str(directory / "matplotlib")
    # Its threads would be there before the fork; nothing here multiplies matrices.
    return {"OPENBLAS_NUM_THREADS": "1"} | inherited | {"MPLBACKEND": "agg"} | dict(environment) | private


def _matplotlib_has_a_home(environment: Mapping[str, str]) -> bool:
    """Whether matplotlib can write its font cache; else it makes a directory that a killed kernel leaves behind.

    The places, and that they are made, are those of matplotlib 3.10 (`matplotlib._get_config_or_cache_dir`).
    """
    if given := environment.get("MPLCONFIGDIR"):
        return _can_be_written(Path(given))
    home = Path(environment.get("HOME") or "/")
    places = {"XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache"}
    return all(
        _can_be_written(Path(environment.get(name) or home / place, "matplotlib")) for name, place in places.items()
    )


def _can_be_written(directory: Path) -> bool:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(directory, os.W_OK)


def _start(directory: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start the nursery so that a `matplotlib.py` in the working directory, which may be hostile, is not imported."""
    with create(directory / "log") as log:
        return subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-P", "-m", "pgready.reports.notebooks.kernel_nursery", str(directory)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _ask(nursery: Nursery, name: str) -> None:
    """One short line is written at once and not mixed with another's (pipe(7), PIPE_BUF)."""
    if nursery.process.stdin is not None:
        # A nursery that died is told by `ending`.
        with contextlib.suppress(BrokenPipeError):
            os.write(nursery.process.stdin.fileno(), f"{name}\n".encode())


def _reap(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def await_sockets(kernel: Kernel, *, timeout_s: float) -> bool:
    """Wait until the kernel listens; False when it died or `timeout_s` (seconds) passed.

    A client that connects earlier waits for ZeroMQ's next attempt, up to 0.1 s later (zmq_setsockopt(3),
    ZMQ_RECONNECT_IVL).
    """
    deadline = time.monotonic() + timeout_s
    missing = [Path(f"{kernel.connection['ip']}-{number}") for number in range(1, len(_CHANNELS) + 1)]
    while missing:
        missing = [path for path in missing if not path.exists()]
        if exit_code(kernel) is not None or time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


def exit_code(kernel: Kernel) -> int | None:
    """The exit code of a kernel that ended, or of the nursery that it was to come from; negative: minus a signal."""
    try:
        code = (kernel.directory / "end").read_bytes().strip()
    except OSError:
        return -signal.SIGKILL
    return int(code) if code else kernel.nursery.process.poll()


def ending(kernel: Kernel) -> str | None:
    """How the kernel's process ended, in words; None while it runs."""
    code = exit_code(kernel)
    if code is None:
        return None
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"


def process_of(kernel: Kernel) -> int | None:
    """The number of the kernel's process, which is its group's too; None before it is forked and when it has ended."""
    return _process_in(kernel.directory)


def _process_in(directory: Path) -> int | None:
    try:
        return int((directory / "group").read_bytes())
    except (OSError, ValueError):
        return None


def last_words(kernel: Kernel) -> str:
    """The last line that the kernel's process, or its nursery, wrote itself, empty if none; not scrubbed.

    A kernel for which the disk was full could not write why.
    """
    lines = [line for directory in (kernel.nursery.directory, kernel.directory) for line in _log(directory)]
    with contextlib.suppress(OSError):
        full = shutil.disk_usage(kernel.directory).free < _LEAST_FREE_BYTES
        lines[:0] = [f"no space left on {kernel.nursery.directory.parent}"] if full else []
    return lines[-1] if lines else ""


def _log(directory: Path) -> Iterator[str]:
    with contextlib.suppress(OSError):
        text = (directory / "log").read_text(encoding="utf-8", errors="replace")
        yield from filter(None, map(str.strip, text.split("\n")))


def troubles(kernel: Kernel) -> tuple[str, ...]:
    """What the watch inside the kernel noted, in words, in order; not scrubbed."""
    try:
        first, *events = (kernel.directory / "watch").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        first, events = "", []
    if first != "watching":
        return ("the kernel was not watched, so a failure may have gone unseen",)
    return tuple(json.loads(event) for event in events)
