"""The program that kernels are forked from: it has imported what all of them need, and runs nothing of a notebook.

Importing takes most of a kernel's start (1.3 s of CPU with matplotlib), a fork takes 0.02 s, and every kernel is a
process of its own all the same: its own group, sockets, environment and execution counts. There is no thread and no
ZeroMQ context before a fork, so that nothing is forked that would not work in the new process.

Started as `python -m pgready.reports.notebooks.kernel_nursery DIRECTORY`; each line of standard input is the name of a
directory in it that holds a `connection.json`: a kernel is forked that uses it. How it ended is written over the file
`end` in there. At the end of the input all kernels are killed.
"""

import contextlib
import gc
import os
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path

from pgready.reports.notebooks.guarded import create, name_group
from pgready.reports.notebooks.kernel_watch import DIRECTORY_VARIABLE, IMPORT_VARIABLE, WATCH_VARIABLE
from pgready.reports.notebooks.staging import AUDIT_VARIABLE
from pgready.reports.notebooks.survivors import adopt_orphans

__all__ = ["main"]

_ALWAYS = ("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "IPython.core.completer")
_ARGUMENTS = (
    "--IPKernelApp.ignore_cwd=True",
    "--IPKernelApp.exec_PYTHONSTARTUP=False",
    "--IPKernelApp.extra_extensions=pgready.reports.notebooks.kernel_watch",
    "--IPKernelApp.reraise_ipython_extension_failures=True",
    "--HistoryManager.enabled=False",
)

_children: dict[int, Path] = {}


def main(nursery: Path) -> None:
    """Import, then fork a kernel for each line, until the input ends."""
    # ipykernel looks once a second whether this is still its parent, and reads the variable when it is imported.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    for wanted in (*_ALWAYS, *filter(None, os.environ.get(IMPORT_VARIABLE, "").split(","))):
        module, _, function = wanted.partition(":")
        imported = import_module(module)
        if function:
            getattr(imported, function)(nursery)
    gc.collect()
    # What was imported is never collected, so that the processes go on sharing its memory.
    gc.freeze()
    # What a kernel that died had started is found below us, and ended when we are.
    adopt_orphans()
    signal.signal(signal.SIGCHLD, lambda *_: _reap())
    for line in sys.stdin.buffer:
        _fork(nursery / os.fsdecode(line).strip(), nursery)
    for group in tuple(_children):
        _kill(group)


def _fork(directory: Path, nursery: Path) -> None:
    child = os.fork()
    if child == 0:
        _be_kernel(directory, nursery)
    _children[child] = directory
    _reap()


def _reap() -> None:
    """Note how kernels ended; what they started goes with them, as from here on the group's number is free."""
    for child, directory in tuple(_children.items()):
        with contextlib.suppress(ChildProcessError):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                _children.pop(child, None)
                _kill(child)
                _note(directory, os.waitstatus_to_exitcode(status))


def _note(directory: Path, code: int) -> None:
    """Over blanks, as the disk may be full by now. The group is not named any longer: its number is free."""
    with contextlib.suppress(OSError):
        (directory / "group").unlink(missing_ok=True)
        with (directory / "end").open("r+b") as file:
            file.write(b"%d" % code)


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _be_kernel(directory: Path, nursery: Path) -> None:
    """Be a kernel until its end; never returns."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        name_group(directory, os.getpid())
        _redirect(directory)
        adopt_orphans()
        os.environ |= _environment(directory, nursery)
        code = _run(directory)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - there is nobody above: the loop of the nursery is not this process's
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _redirect(directory: Path) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    with create(directory / "log") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.close(nothing)


def _environment(directory: Path, nursery: Path) -> dict[str, str]:
    return {
        "IPYTHONDIR": str(directory / "ipython"),
        "JUPYTER_CONFIG_DIR": str(directory / "jupyter"),
        "JUPYTER_DATA_DIR": str(directory / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(directory / "jupyter"),
        WATCH_VARIABLE: str(directory / "watch"),
        DIRECTORY_VARIABLE: str(nursery),
        AUDIT_VARIABLE: f"{os.getpid()} {directory}",
    }


def _run(directory: Path) -> int:
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415 - imported already, by main

    IPKernelApp.launch_instance(["-f", str(directory / "connection.json"), *_ARGUMENTS])
    return 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
