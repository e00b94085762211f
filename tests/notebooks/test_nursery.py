"""Kernels that are forked from one process: fresh ones each, at the same time, with nothing of each other."""

import logging
import sys
import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import pytest

from pgready.orchestrator.runs import _PRELOAD as PRELOAD
from pgready.reports.notebooks.execution import warm_up
from pgready.reports.notebooks.kernel import await_sockets, ending, kernel_nursery, last_words, new_kernel
from pgready.reports.notebooks.run_notebook import NotebookRun, run_notebook

from .conftest import AUDIT, Bench, code, until


def printed(run: NotebookRun) -> str:
    return "".join(output.text for cell in run.notebook.cells for output in cell.outputs if "text" in output)


def test_kernels_at_the_same_time_are_processes_of_their_own(bench: Bench) -> None:
    """Variables, the working directory, the environment and the execution counts of one are not those of another."""
    bench.write(
        "import os, time\nassert 'mine' not in globals() and 'MINE' not in os.environ\n"
        "mine = os.environ['MINE'] = str(os.getpid()); os.chdir('/')\ntime.sleep(0.3)",
        "assert os.environ['MINE'] == mine\nprint(mine, os.environ['IPYTHONDIR'])",
    )

    def run(number: int) -> NotebookRun:
        with new_kernel(nursery) as kernel:
            return run_notebook(
                bench.notebook,
                bench.directory / f"{number}.ipynb",
                parameters={},
                run_id="r",
                audit_json=kernel.directory / "audit.json",
                audit_required=False,
                kernel=kernel,
            )

    here = Path.cwd()
    with kernel_nursery({}) as nursery, ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(run, range(6)))
    assert all(run.trusted for run in runs), [run.why for run in runs]
    assert len({printed(run) for run in runs}) == 6
    assert Path.cwd() == here
    assert not logging.getLogger("papermill").filters


def test_an_audit_that_is_not_required_is_judged_when_it_is_there(bench: Bench) -> None:
    bench.write(AUDIT.replace('os.environ["TEST_RUN_ID"]', "'another'"))
    assert bench.run(audit_required=False).why == ("audit.json is of another run",)
    bench.write("pass")
    assert bench.run(audit_required=False).trusted


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")
def test_before_a_fork_there_is_one_thread_and_no_open_file_that_two_would_read(temporary: Path) -> None:
    """Two processes would move one position in a font's file; a thread's locks would be taken for ever."""
    with kernel_nursery({}, preload=PRELOAD) as nursery, new_kernel(nursery) as kernel:
        assert await_sockets(kernel, timeout_s=60), last_words(kernel)
        process = Path(f"/proc/{nursery.process.pid}")
        assert len(list((process / "task").iterdir())) == 1
        opened = [str(file.readlink()) for file in (process / "fd").iterdir()]
        assert all(name.startswith(("pipe:", str(temporary))) for name in opened), opened
        assert list(nursery.directory.glob("tmp*")) == []


def test_what_is_preloaded_is_there_and_what_is_named_with_it_was_called(bench: Bench) -> None:
    bench.write("import os, sys; assert 'wave' in sys.modules; print(os.getcwd())", AUDIT)
    with kernel_nursery(bench.environment, preload=("wave", "os:chdir")) as nursery, new_kernel(nursery) as kernel:
        run = bench.run(kernel=kernel)
        assert run.trusted, run.why
        assert printed(run) == f"{nursery.directory}\n"


def test_a_kernel_that_ended_takes_what_it_started_along(bench: Bench) -> None:
    started = bench.directory / "sleeper"
    bench.write(
        "import os, pathlib, subprocess\nsleeper = subprocess.Popen(['sleep', '600'])\n"
        f"pathlib.Path({str(started)!r}).write_text(str(sleeper.pid))\nos._exit(3)"
    )
    with kernel_nursery({}) as nursery, new_kernel(nursery) as kernel:
        run = bench.run(kernel=kernel)
        assert run.why[0] == "the kernel died in cell 3 (exit code 3)"
        gone = Path("/proc", started.read_text())
        assert until(lambda: not gone.exists() or "Z" in (gone / "stat").read_text(), seconds=2)
        with new_kernel(nursery) as another:
            assert await_sockets(another, timeout_s=30), "the nursery goes on"


def test_kernels_of_a_nursery_that_died_say_so(bench: Bench) -> None:
    bench.write(AUDIT)
    with kernel_nursery({}, preload=("no_such_module",)) as nursery:
        nursery.process.wait(30)
        with new_kernel(nursery) as kernel:
            run = bench.run(kernel=kernel)
            assert ending(kernel) == "exit code 1"
    assert run.why[0] == (
        "the kernel did not start (exit code 1): ModuleNotFoundError: No module named 'no_such_module'"
    )


def test_a_run_whose_nursery_is_closed_by_another_thread_writes_nothing(bench: Bench) -> None:
    warm_up()
    bench.write("import time; time.sleep(600)", AUDIT)
    begun = threading.Event()

    def run() -> NotebookRun:
        with new_kernel(nursery) as kernel:
            return bench.run(kernel=kernel, on_cell=lambda number, _count: begun.set() if number == 3 else None)

    with ThreadPoolExecutor(1) as pool:
        with kernel_nursery(bench.environment) as nursery:
            running = pool.submit(run)
            assert begun.wait(60)
        closed = time.monotonic()
        with pytest.raises(CancelledError):
            running.result(timeout=10)
        assert time.monotonic() - closed < 5
    assert not bench.output.exists()


def test_a_kernel_that_is_given_up_before_it_was_forked_does_not_come(temporary: Path) -> None:
    with kernel_nursery({}) as nursery:
        with new_kernel(nursery) as kernel:
            pass
        assert not kernel.directory.exists()
        with new_kernel(nursery) as another:
            assert await_sockets(another, timeout_s=60)
        assert not kernel.directory.exists()
    assert temporary.exists()


def test_a_notebook_without_code_counts_as_no_evidence(bench: Bench) -> None:
    bench.write({**code("text"), "cell_type": "raw"}, parameters=None)
    assert not bench.run(audit_required=False).trusted
