"""pgready as a process that is ended in one way or another, and what is left of everything it started."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

__all__ = ["ENDS", "PGREADY", "alive", "descendants", "eventually", "servers", "started", "working"]

PGREADY = Path(sys.executable).parent / "pgready"

ENDS: dict[str, Callable[["subprocess.Popen[str]"], None]] = {
    "kill -9": lambda process: process.kill(),
    "kill -9 of the group": lambda process: os.killpg(process.pid, signal.SIGKILL),
    "SIGTERM": lambda process: process.terminate(),
    "SIGHUP": lambda process: os.killpg(process.pid, signal.SIGHUP),
    "Ctrl-C": lambda process: os.killpg(process.pid, signal.SIGINT),
}


@contextlib.contextmanager
def started(
    arguments: Iterable[str], tmp_path: Path, command: Iterable[str | Path] = (PGREADY,)
) -> Iterator["subprocess.Popen[str]"]:
    """A pgready process in a group of its own, with a private directory for temporary files."""
    temporary = tmp_path / "t"
    temporary.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [*command, *arguments],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.communicate(timeout=30)


def descendants(pid: int) -> dict[int, str]:
    """Process id -> command line of everything that a process started, directly or not."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found: dict[int, str] = {}
    waiting = [pid]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            with contextlib.suppress(OSError):
                found[child] = _command(child)
                waiting.append(child)
    return found


def alive(pids: Iterable[int]) -> dict[int, str]:
    """What is still there of these, zombies left out (they have no command line)."""
    found = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            if command := _command(pid):
                found[pid] = command
    return found


def servers(family: Mapping[int, str]) -> list[Path]:
    """The private directories of the throw-away servers among these processes."""
    return sorted({Path(place) for command in family.values() for place in re.findall(r"-D (\S+)/data", command)})


def working(pid: int, *words: str) -> list[int]:
    """Backends of its server whose title has one of these words: they work on such a command."""
    found = descendants(pid).items()
    return [child for child, title in found if "postgres:" in title and any(f" {word}" in title for word in words)]


def eventually(condition: Callable[[], object], seconds: float) -> bool:
    """Whether it comes true within so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
