"""The process of a notebook's kernel: started at once, private, and gone in every way in which a run can end.

Nothing of Jupyter is imported here: the kernel takes about 0.4 s to start, the time in which its client imports
Papermill. The kernel is the Python of this process (no kernelspec), with private IPython and Jupyter directories (no
startup file or configuration of the user), and talks through unix sockets in a private directory: no port can be taken
by somebody else, and nothing is sent over TCP.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pgready.reports.notebooks.kernel_watch import DIRECTORY_VARIABLE, IMPORT_VARIABLE, WATCH_VARIABLE

__all__ = ["DIRECTORY_VARIABLE", "Kernel", "await_sockets", "ending", "last_words", "running_kernel", "troubles"]

_PREFIX = "pgready-kernel-"
_CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
# sun_path holds 108 bytes on Linux (unix(7)), 104 on macOS (unix(4)); "/pgready-kernel-xxxxxxxx/k-5" needs 28.
_LONGEST_BASE = 70
_STALE_AFTER_S = 60
_LEAST_FREE_BYTES = 64 * 1024

# Blocks on a pipe whose other end only we hold, so it sees every way in which we can end, and is of another process
# group, so that Ctrl-C and a kill of our group do not reach it. The second removal is for what a dying kernel wrote.
# (dash takes `--` before a group only after `-s`, as POSIX has it.)
_GUARD = """
trap '' HUP INT TERM
read -r group
while read -r word; do [ "$word" = done ] && exit 0; done
[ -n "$group" ] && kill -s KILL -- "-$group" 2>/dev/null
rm -rf -- "$1"
sleep 1
rm -rf -- "$1"
"""


_HELD: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A kernel that was started: its process (leader of its own group), private directory and connection.

    `connection` is what a Jupyter connection file holds (jupyter_client manual, "Making kernels for Jupyter").
    """

    process: subprocess.Popen[bytes]
    directory: Path
    connection: Mapping[str, str | int]


@contextlib.contextmanager
def running_kernel(environment: Mapping[str, str], *, preload: tuple[str, ...] = ()) -> Iterator[Kernel]:
    """Start a kernel, without waiting for it, and remove every trace of it at the end of the block.

    The kernel sees the environment of this process and `environment`, and imports the modules `preload` before its
    first answer. Its processes are killed and its directory is removed at the end of the block, also after an exception
    or Ctrl-C; when this process itself is killed, within 2 s. OSError when it cannot be started (a full disk).
    """
    base = _base()
    _sweep(base)
    directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
    guard: subprocess.Popen[bytes] | None = None
    process: subprocess.Popen[bytes] | None = None
    try:
        with _owned(directory):
            guard = _start_guard(directory)
            connection = _connection(directory)
            process = _start(directory, _environment(directory, environment, preload))
            _tell(guard, b"%d\n" % process.pid)
            yield Kernel(process=process, directory=directory, connection=connection)
    finally:
        # The guard goes last: whatever interrupts these lines (a second Ctrl-C), it does them when we end.
        if process is not None:
            _kill(process)
        _remove(directory)
        if guard is not None:
            _dismiss(guard)


def _base() -> Path:
    base = tempfile.gettempdir()
    return Path(base if len(os.fsencode(base)) <= _LONGEST_BASE else "/tmp")  # noqa: S108 - mkdtemp makes it private


def _owned(directory: Path) -> BinaryIO:
    """The locked file `owner` of a directory: who can take its lock knows that the owner is dead."""
    owner = _create(directory / "owner")
    fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return owner


def _remove(directory: Path) -> None:
    """Remove a directory whose processes were just killed and may be writing their last file."""
    for _ in range(50):
        shutil.rmtree(directory, ignore_errors=True)
        if not directory.exists():
            return
        time.sleep(0.02)


def _sweep(base: Path) -> None:
    """Remove directories of owners that were killed together with their guard (a machine that lost power)."""
    for directory in base.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - directory.stat().st_mtime < _STALE_AFTER_S or directory.stat().st_uid != os.geteuid():
                continue
            with (directory / "owner").open("ab") as owner:
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(directory)


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


def _tell(guard: subprocess.Popen[bytes], line: bytes) -> None:
    """Write to the guard's pipe; when somebody killed the guard, ipykernel's own look at its parent remains."""
    if guard.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            guard.stdin.write(line)
            guard.stdin.flush()


def _dismiss(guard: subprocess.Popen[bytes]) -> None:
    _tell(guard, b"done\n")
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


def _connection(directory: Path) -> dict[str, str | int]:
    connection: dict[str, str | int] = {
        "transport": "ipc",
        "ip": str(directory / "k"),
        "key": secrets.token_hex(32),
        "signature_scheme": "hmac-sha256",
        "kernel_name": "",
    }
    connection |= {f"{channel}_port": number for number, channel in enumerate(_CHANNELS, start=1)}
    with _create(directory / "connection.json") as file:
        file.write(json.dumps(connection).encode())
    return connection


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _environment(directory: Path, environment: Mapping[str, str], preload: tuple[str, ...]) -> dict[str, str]:
    """The kernel's environment: nothing of the user's interactive set-up, and no window for a figure."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER_", "JPY_"))}
    for interactive in ("PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONBREAKPOINT"):
        inherited.pop(interactive, None)
    private = {
        "IPYTHONDIR": str(directory / "ipython"),
        "JUPYTER_CONFIG_DIR": str(directory / "jupyter"),
        "JUPYTER_DATA_DIR": str(directory / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(directory / "jupyter"),
        "JPY_PARENT_PID": str(os.getpid()),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        WATCH_VARIABLE: str(directory / "watch"),
        IMPORT_VARIABLE: ",".join(preload),
        DIRECTORY_VARIABLE: str(directory),
    }
    if not _matplotlib_has_a_home(inherited | dict(environment)):
        private["MPLCONFIGDIR"] = str(directory / "matplotlib")
    return inherited | {"MPLBACKEND": "agg"} | dict(environment) | private


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
    """Start ipykernel so that a `matplotlib.py` in the working directory, which may be hostile, is not imported."""
    with _create(directory / "log") as log:
        return subprocess.Popen(  # noqa: S603 - our own interpreter
            [
                *(sys.executable, "-P", "-m", "ipykernel_launcher", "-f", str(directory / "connection.json")),
                "--IPKernelApp.ignore_cwd=True",
                "--IPKernelApp.exec_PYTHONSTARTUP=False",
                "--IPKernelApp.extra_extensions=pgready.reports.notebooks.kernel_watch",
                "--IPKernelApp.reraise_ipython_extension_failures=True",
                "--HistoryManager.enabled=False",
            ],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the kernel with what it started; its group still exists, as only `wait` frees its number."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def await_sockets(kernel: Kernel, *, timeout_s: float) -> bool:
    """Wait until the kernel listens; False when it died or `timeout_s` (seconds) passed.

    A client that connects earlier waits for ZeroMQ's next attempt, up to 0.1 s later (zmq_setsockopt(3),
    ZMQ_RECONNECT_IVL).
    """
    deadline = time.monotonic() + timeout_s
    missing = [Path(f"{kernel.connection['ip']}-{number}") for number in range(1, len(_CHANNELS) + 1)]
    while missing:
        missing = [path for path in missing if not path.exists()]
        if kernel.process.poll() is not None or time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


def ending(kernel: Kernel) -> str | None:
    """How the kernel's process ended, in words; None while it runs."""
    code = kernel.process.poll()
    if code is None:
        return None
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"


def last_words(kernel: Kernel) -> str:
    """The last line that the kernel's process wrote itself, empty if none; not scrubbed.

    A kernel for which the disk was full could not write why.
    """
    try:
        lines = (kernel.directory / "log").read_text(encoding="utf-8", errors="replace").split("\n")
        full = shutil.disk_usage(kernel.directory).free < _LEAST_FREE_BYTES
    except OSError:
        return ""
    full_disk = f"no space left on {kernel.directory.parent}" if full else ""
    return next((line.strip() for line in reversed(lines) if line.strip()), full_disk)


def troubles(kernel: Kernel) -> tuple[str, ...]:
    """What the watch inside the kernel noted, in words, in order; not scrubbed."""
    try:
        first, *events = (kernel.directory / "watch").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        first, events = "", []
    if first != "watching":
        return ("the kernel was not watched, so a failure may have gone unseen",)
    return tuple(json.loads(event) for event in events)
