"""The shell that ends the server when we end, however we end.

`sh` blocks on a pipe of which only this process holds the other end. Nothing of ours has to run for the clean-up:
kill -9 closes the pipe as well (measured: no process and no directory left after 150 ms).
"""

import contextlib
import os
import select
import shlex
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pgready.rehearsal.account import Account

__all__ = ["Supervisor", "keep", "release", "start_supervisor", "stop_server_of"]

_ADDRESS_SPACE_KB = 2 << 20
_FILE_BLOCKS = 1 << 20
_STOP_SECONDS = 20.0

_kept: set[int] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervisor:
    """A running supervisor: `pipe` ends it when closed, `alive` is at its end when the server has gone."""

    process: subprocess.Popen[bytes]
    directory: Path
    pipe: int
    alive: int
    owner: int

    def server_is_alive(self, seconds: float = 0.0) -> bool:
        """Wait at most `seconds`; False as soon as no process of the server is left."""
        return not select.select([self.alive], [], [], seconds)[0]

    def stop(self) -> None:
        """Quit the server and remove the directory; returns when both are gone. Does nothing in a forked child."""
        if os.getpid() != self.owner or self.pipe not in _kept:
            return
        release(self.pipe)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        finally:
            if self.directory.exists():
                # Somebody has killed the supervisor, so its work is left to us.
                stop_server_of(self.directory / "data", self.directory.stat().st_uid)
                self.server_is_alive(_STOP_SECONDS)
                shutil.rmtree(self.directory, ignore_errors=True)
            release(self.alive)


def stop_server_of(data: Path, uid: int) -> None:
    """Quit a server that nobody supervises; its working directory proves that it is the one (Linux)."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        process = Path(f"/proc/{pid}")
        if pid > 1 and process.stat().st_uid == uid and (process / "cwd").readlink() == data:
            os.kill(pid, signal.SIGQUIT)


def start_supervisor(
    *, directory: Path, log: Path, prepare: list[str], server: list[str], account: Account
) -> Supervisor:
    """Run `prepare` (initdb, or a copy of its work), then `server`, then wait for our end and remove `directory`.

    The supervisor has its own session, so that neither Ctrl-C nor the death of our process group reaches it. Limits:
    2 GB of address space per process (53200 instead of a machine that swaps) and 512 MB per file.
    """
    stop_read, stop_write = os.pipe()
    alive_read, alive_write = os.pipe()
    keep(stop_write)
    keep(alive_read)
    try:
        process = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603  # a dict of keywords defeats the stub
            ["/bin/sh", "-c", _script(directory, log, prepare, server)],
            stdin=stop_read,
            stdout=alive_write,
            stderr=subprocess.DEVNULL,
            cwd=directory,
            env={"PATH": "/usr/bin:/bin", "HOME": str(directory), "LC_ALL": "C"},
            start_new_session=True,
            **account.popen_options(),
        )
    except BaseException:
        release(stop_write)
        release(alive_read)
        raise
    finally:
        os.close(stop_read)
        os.close(alive_write)
    return Supervisor(process=process, directory=directory, pipe=stop_write, alive=alive_read, owner=os.getpid())


def keep(descriptor: int) -> None:
    """Close this descriptor in every forked child: a surviving child must not keep the server alive."""
    _kept.add(descriptor)


def _script(directory: Path, log: Path, prepare: list[str], server: list[str]) -> str:
    """The whole life of the supervisor. Descriptor 3 is the pipe that tells us whether the server lives."""
    where = shlex.quote(str(directory))
    return f"""
trap '' INT TERM HUP
umask 077
exec 3>&1 >>{shlex.quote(str(log))} 2>&1
ulimit -c 0; ulimit -f {_FILE_BLOCKS}; ulimit -v {_ADDRESS_SPACE_KB}
if {shlex.join(prepare)} </dev/null 3>&-; then {shlex.join(server)} </dev/null & server=$!; fi
exec 3>&-
read -r nothing
if [ -n "$server" ]; then kill -QUIT "$server"; wait "$server"; fi
cd /
until rm -rf -- {where}; do sleep 0.05; done
"""


def release(descriptor: int) -> None:
    """Close a descriptor that was kept; from then on its number may be somebody else's."""
    _kept.discard(descriptor)
    with contextlib.suppress(OSError):
        os.close(descriptor)


def _close_in_child() -> None:
    for descriptor in tuple(_kept):
        release(descriptor)


os.register_at_fork(after_in_child=_close_in_child)
