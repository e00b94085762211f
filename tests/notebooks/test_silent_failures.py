"""What fails or stays without a word in a notebook's outputs is told all the same, and is a reason not to trust."""

import sys
from pathlib import Path

import pytest

from pgready.reports.notebooks.kernel import kernel_nursery, new_kernel

from .conftest import AUDIT, Bench, until

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere orphans are nobody's")

BOOM = "import asyncio\nasync def boom():\n    1 / 0\n"
DAEMON = """
import os, pathlib
if (first := os.fork()) == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.environ.clear()
    for number in range(200):
        try:
            os.close(number)
        except OSError:
            pass
    pathlib.Path(NOTE).write_text(str(os.getpid()))
    os.execve("/bin/sleep", ["sleep", "341"], {})
os.waitpid(first, 0)
"""


def gone(note: Path) -> bool:
    process = Path("/proc", note.read_text())
    return not process.exists() or (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize(
    "cells",
    [
        (BOOM + "task = asyncio.create_task(boom())", "await asyncio.sleep(0.1)"),
        (BOOM + "asyncio.create_task(boom()); None", "await asyncio.sleep(0.1)"),
        (BOOM + "async def late():\n    await asyncio.sleep(0.3)\n    1 / 0\ntask = asyncio.create_task(late())",),
        (BOOM + "asyncio.get_running_loop().set_exception_handler(lambda *_: None)\nt = asyncio.create_task(boom())",),
    ],
    ids=["held by a variable", "collected", "after the last cell", "with a handler of its own"],
)
def test_a_task_that_fails_and_that_nobody_awaits(bench: Bench, cells: tuple[str, ...]) -> None:
    bench.write(AUDIT, *cells)
    why = bench.run().why
    assert len(why) == 1
    assert why[0].startswith("an exception in a task (")
    assert why[0].endswith("ZeroDivisionError: division by zero")


def test_a_task_whose_failure_was_looked_at_is_no_failure(bench: Bench) -> None:
    bench.write(
        BOOM + "task = asyncio.create_task(boom())\ntry:\n    await task\nexcept ZeroDivisionError:\n    print('seen')",
        "await asyncio.gather(boom(), return_exceptions=True)",
        AUDIT,
    )
    run = bench.run()
    assert run.trusted, run.why


def test_a_thread_that_fails_after_the_last_cell(bench: Bench) -> None:
    late = "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.5), 1 / 0), name='late').start()"
    bench.write(AUDIT, late)
    assert bench.run().why == ("an exception in a thread (late): ZeroDivisionError: division by zero",)


def test_a_thread_that_fails_under_a_hook_of_the_notebook(bench: Bench) -> None:
    hook = "import threading\nthreading.excepthook = lambda *_: None\n"
    bench.write(hook + "t = threading.Thread(target=lambda: 1 / 0, name='hooked')\nt.start()\nt.join()", AUDIT)
    assert bench.run().why == ("an exception in a thread (hooked): ZeroDivisionError: division by zero",)


def test_what_is_still_at_work_when_the_time_for_it_is_over(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgready.reports.notebooks.kernel_end.AT_WORK_S", 0.2)
    bench.write(
        AUDIT,
        "import asyncio, threading, time\nthreading.Thread(target=time.sleep, args=(600,), name='slow').start()\n"
        "async def endless():\n    await asyncio.sleep(600)\ntask = asyncio.create_task(endless())",
    )
    assert bench.run().why == (
        "a thread (slow) was still at work when the notebook had ended",
        "a task (endless) was still at work when the notebook had ended",
    )


def test_threads_that_python_would_not_wait_for_and_idle_workers_are_no_doubt(bench: Bench) -> None:
    bench.write(
        "import asyncio, threading, time\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
        "pool = ThreadPoolExecutor()\nassert pool.submit(lambda: 7).result() == 7",
        "await asyncio.to_thread(time.sleep, 0)",
        AUDIT,
    )
    run = bench.run()
    assert run.trusted, run.why


@LINUX
def test_a_process_that_would_outlive_the_kernel_is_ended_and_told(bench: Bench) -> None:
    note = bench.directory / "daemon"
    bench.write(
        AUDIT,
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(342)'],"
        " start_new_session=True); None",
        DAEMON.replace("NOTE", repr(str(note))),
    )
    run = bench.run()
    assert len(run.why) == 2
    assert all(why.startswith("a process was left behind and was ended: ") for why in run.why)
    assert {why.split()[-1] for why in run.why} == {"341", "time.sleep(342)"}
    assert gone(note)


@LINUX
def test_a_process_left_behind_by_a_kernel_that_died_goes_with_the_nursery(bench: Bench) -> None:
    note = bench.directory / "daemon"
    wait = f"import time\nwhile not pathlib.Path({str(note)!r}).exists():\n    time.sleep(0.01)\n"
    bench.write(DAEMON.replace("NOTE", repr(str(note))) + wait + "os._exit(3)", AUDIT)
    with kernel_nursery(bench.environment) as nursery, new_kernel(nursery) as kernel:
        assert bench.run(kernel=kernel).why[0] == "the kernel died in cell 3 (exit code 3)"
    assert until(lambda: gone(note), seconds=2)


@LINUX
def test_a_process_that_ended_before_the_notebook_did_is_no_doubt(bench: Bench) -> None:
    bench.write("import subprocess\nsubprocess.run(['sleep', '0.1'], start_new_session=True, check=True)", AUDIT)
    run = bench.run()
    assert run.trusted, run.why


def test_a_failure_is_told_once_and_of_its_own_cell(bench: Bench) -> None:
    script = bench.directory / "three.py"
    script.write_text("import sys; sys.exit(3)", encoding="utf-8")
    bench.write(f"%run {script}", AUDIT)
    assert bench.run().why == ("cell 3 failed: SystemExit: 3",)
    bench.write(AUDIT, "!exit 3")
    (why,) = bench.run().why
    assert why.startswith("cell 4 failed: CalledProcessError: ")
