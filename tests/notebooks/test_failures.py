"""Failure looks like failure: whatever goes wrong, the run is not trusted and its notebook is there for a report."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from pgready.errors import ConfigError
from pgready.reports.notebooks.run_notebook import NotebookRun

from .conftest import AUDIT, Bench, code, read_notebook

NOT_EXECUTED = "of 4 cells these were not executed: {}"


def states(run: NotebookRun) -> list[str]:
    """What the notebook claims of its code cells."""
    return [cell.metadata.papermill["status"] for cell in run.notebook.cells if cell.cell_type == "code"]


def check(bench: Bench, run: NotebookRun, *why: str) -> None:
    """The run is not trusted for these reasons, and what is returned was written and is a notebook."""
    assert not run.trusted
    assert run.why[: len(why)] == why
    nbformat.validate(run.notebook)
    assert read_notebook(bench.output) == run.notebook


def test_an_exception_in_a_cell(bench: Bench) -> None:
    bench.write("1 / 0", AUDIT)
    run = bench.run()
    check(bench, run, "cell 3 failed: ZeroDivisionError: division by zero", NOT_EXECUTED.format("4"))
    assert states(run) == ["completed", "completed", "failed", "pending"]
    # Papermill's own markers are HTML that no exporter of ours would show.
    assert [cell.cell_type for cell in run.notebook.cells] == ["code"] * 4


def test_an_exception_after_the_audit_was_written(bench: Bench) -> None:
    bench.write(AUDIT, "raise ValueError('late')")
    run = bench.run()
    assert bench.audit.exists()
    check(bench, run, "cell 4 failed: ValueError: late")
    assert len(run.why) == 1


@pytest.mark.parametrize("call", ["import sys; sys.exit(0)", "raise SystemExit", "import sys; sys.exit(3)"])
def test_a_cell_that_leaves_by_sys_exit(bench: Bench, call: str) -> None:
    bench.write(call, AUDIT)
    run = bench.run()
    check(bench, run)
    assert run.why[0].startswith("cell 3 failed: SystemExit")
    assert NOT_EXECUTED.format("4") in run.why
    assert states(run) == ["completed", "completed", "failed", "pending"]


def test_a_last_cell_that_asks_its_kernel_to_exit(bench: Bench) -> None:
    bench.write(AUDIT, "exit()")
    check(bench, bench.run(), "the notebook asked its kernel to exit")


@pytest.mark.parametrize(
    ("cell", "how"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed by SIGKILL"),
        ("import os; os._exit(0)", "exit code 0"),
        ("import ctypes; ctypes.string_at(0)", "killed by SIGSEGV"),
    ],
)
def test_a_kernel_that_dies(bench: Bench, cell: str, how: str) -> None:
    bench.write("print('before')", cell, AUDIT)
    run = bench.run()
    check(bench, run, f"the kernel died in cell 4 ({how})")
    # Whether the beginning of cell 4 was still told depends on when it died.
    assert re.fullmatch("of 5 cells these were not executed: (4, )?5", run.why[1])
    assert states(run) == ["completed", "completed", "completed", "failed", "pending"]
    assert run.notebook.cells[2].outputs[0].text == "before\n"


def test_a_kernel_that_dies_after_the_audit_was_written(bench: Bench) -> None:
    bench.write(AUDIT, "import os; os._exit(0)")
    check(bench, bench.run(), "the kernel died in cell 4 (exit code 0)")


def test_a_cell_that_does_not_end(bench: Bench) -> None:
    bench.write("while True: pass", AUDIT)
    run = bench.run(timeout_s=4)
    check(bench, run, "the notebook was stopped in cell 3: its limit of 4 s ran out")
    assert states(run) == ["completed", "completed", "failed", "pending"]
    assert run.duration_ms < 20_000


def test_the_limit_is_for_the_whole_notebook(bench: Bench) -> None:
    bench.write(*["import time; time.sleep(1)"] * 6, AUDIT)
    run = bench.run(timeout_s=4)
    assert not run.trusted
    assert "its limit of 4 s ran out" in run.why[0]


def test_an_exception_in_a_thread_of_an_earlier_cell(bench: Bench) -> None:
    thread = "import threading\nt = threading.Thread(target=lambda: (go.wait(), 1 / 0), name='worker')\n"
    bench.write("import threading; go = threading.Event()", thread + "t.start()", "go.set(); t.join()", AUDIT)
    run = bench.run()
    check(bench, run, "an exception in a thread (worker): ZeroDivisionError: division by zero")
    assert states(run) == ["completed"] * 6


@pytest.mark.parametrize("command", ["!exit 3", "x = !exit 3", "get_ipython().system('exit 3')", "%%bash\nexit 3"])
def test_a_shell_command_that_fails(bench: Bench, command: str) -> None:
    bench.write(command, AUDIT)
    run = bench.run()
    check(bench, run)
    assert run.why[0].startswith("cell 3 failed: CalledProcessError")


def test_a_cell_whose_error_is_allowed_or_that_is_skipped_by_a_tag(bench: Bench) -> None:
    """nbclient lets `raises-exception` pass and does not run `skip-execution`."""
    bench.write(code("1 / 0", "raises-exception"), AUDIT)
    check(bench, bench.run(), "cell 3 failed: ZeroDivisionError: division by zero", NOT_EXECUTED.format("4"))
    bench.write(code("print('ran')", "skip-execution"), AUDIT)
    assert bench.run().notebook.cells[2].outputs[0].text == "ran\n"


def test_an_interrupt_of_the_caller_passes_and_writes_nothing(bench: Bench) -> None:
    def interrupt(number: int, _count: int) -> None:
        if number == 3:
            raise KeyboardInterrupt

    bench.write("print('before')", AUDIT)
    with pytest.raises(KeyboardInterrupt):
        bench.run(on_cell=interrupt)
    assert not bench.output.exists()
    assert not bench.audit.exists()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"projekt": "x"}, r"has no parameter 'projekt'\. Did you mean project\? Its parameters: project, config\."),
        ({"project": 3}, r"'project' of example\.ipynb must be str, not int\. Its parameters: project, config\."),
        ({"project": "\udcff"}, r"'project' of example\.ipynb is not valid Unicode"),
    ],
)
def test_a_parameter_that_does_not_fit(bench: Bench, parameters: dict[str, object], message: str) -> None:
    bench.write(AUDIT, parameters="project = 'a=b'\nconfig = None")
    with pytest.raises(ConfigError, match=message):
        bench.run(parameters=parameters)
    assert not bench.output.exists()


def test_a_notebook_without_a_parameters_cell(bench: Bench) -> None:
    bench.write("project = '.'", AUDIT, parameters=None)
    run = bench.run()
    assert "no cell tagged `parameters`" in run.why[0]
    assert not run.trusted
    assert [cell.execution_count for cell in run.notebook.cells] == [None, None]
    assert not bench.audit.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"not JSON", b"\xff\xfe", b"[]", b'{"nbformat": 3, "worksheets": []}', b"[" * 100_000, b'{"nbformat": 4}'],
)
def test_a_file_that_is_not_a_notebook(bench: Bench, content: bytes) -> None:
    bench.notebook.write_bytes(content)
    run = bench.run()
    check(bench, run)
    assert run.why[0].startswith("example.ipynb ")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe", "its text is not UTF-8"),
        (b"[" * 100_000, "its JSON is nested too deeply"),
        (b'{"cells": [\n 1,,', "no JSON at line 2, column 4: Expecting value"),
    ],
)
def test_why_a_file_is_not_a_notebook_is_in_words(bench: Bench, content: bytes, why: str) -> None:
    bench.notebook.write_bytes(content)
    assert bench.run().why[0] == f"example.ipynb is not a notebook: {why}"


def test_a_notebook_that_does_not_exist(bench: Bench) -> None:
    check(bench, bench.run())
    assert bench.run().why[0] == f"{bench.notebook}: cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("pass", "the notebook did not write audit.json"),
        (AUDIT.replace('os.environ["TEST_RUN_ID"]', "'another'"), "audit.json is of another run"),
        (AUDIT.replace("audit/1", "audit/2"), "audit.json is not of the format pgready-audit/1"),
        (AUDIT.replace("json.dumps(audit)", "json.dumps(audit)[:-9]"), "audit.json is not JSON"),
        (AUDIT.replace("json.dumps(audit)", "json.dumps([audit])"), "audit.json is not of the format"),
        ("import os; os.mkdir(os.environ['TEST_AUDIT'])", "audit.json cannot be read: Is a directory"),
    ],
)
def test_an_audit_that_this_run_did_not_write(bench: Bench, cell: str, why: str) -> None:
    bench.write(cell)
    run = bench.run()
    if bench.audit.is_dir():
        bench.audit.rmdir()
    check(bench, run)
    assert why in run.why[0]


def test_a_notebook_whose_cells_are_not_all_executed_is_no_evidence(bench: Bench) -> None:
    """IPython's counter can be moved from inside; then a number is missing."""
    bench.write("get_ipython().execution_count = 9", AUDIT)
    run = bench.run()
    assert not run.trusted
    assert "was executed as number" in run.why[0]


@pytest.fixture
def small_disk(as_root: None) -> Iterator[Path]:  # noqa: ARG001 - mounting needs root
    """A file system of four pages; its path is short, as unix sockets need it."""
    place = Path(tempfile.mkdtemp(prefix="pgd-", dir="/tmp"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(place)], check=False)
    if mounted.returncode:
        pytest.skip("may not mount")
    try:
        yield place
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", "-l", str(place)], check=True)
        place.rmdir()


def test_a_full_disk_while_saving(bench: Bench, small_disk: Path) -> None:
    bench.write("print('x' * 100_000)", AUDIT)
    object.__setattr__(bench, "output", small_disk / "executed.ipynb")
    run = bench.run()
    assert run.why == (f"the notebook could not be saved: {bench.output}: cannot be written: No space left on device",)
    assert not run.trusted
    assert len(run.notebook.cells[2].outputs[0].text) == 100_001
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize(
    ("used", "why"),
    [
        (4 * 4096, "the kernel could not be started: [Errno 28] No space left on device"),
        (3 * 4096, "the kernel could not be started: [Errno 28] No space left on device"),
        (1 * 4096, "the kernel did not start (exit code 1): no space left on "),
    ],
)
def test_a_full_disk_for_temporary_files(
    bench: Bench, small_disk: Path, monkeypatch: pytest.MonkeyPatch, used: int, why: str
) -> None:
    bench.write(AUDIT)
    (small_disk / "full").write_bytes(b"x" * used)
    monkeypatch.setattr("tempfile.tempdir", str(small_disk))
    run = bench.run()
    check(bench, run)
    assert run.why[0].startswith(why)
    assert [path.name for path in small_disk.iterdir()] == ["full"]


def test_a_kernel_that_cannot_start_says_what_it_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = bench.directory / "broken"
    (broken / "ipykernel").mkdir(parents=True)
    (broken / "ipykernel" / "__init__.py").write_text("raise SystemExit('no kernel today')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(broken))
    bench.write(AUDIT)
    run = bench.run()
    check(bench, run, "the kernel did not start (exit code 1): no kernel today")
    assert not any("watched" in reason for reason in run.why)


def test_a_kernel_that_is_not_watched_is_no_evidence(bench: Bench) -> None:
    bench.write("import os, pathlib; pathlib.Path(os.environ['PGREADY_KERNEL_WATCH']).unlink()", AUDIT)
    check(bench, bench.run(), "the kernel was not watched, so a failure may have gone unseen")


def test_nothing_is_printed_by_the_libraries_when_a_kernel_dies(bench: Bench) -> None:
    bench.write("import os; os._exit(1)", AUDIT)
    script = (
        "import sys; from pathlib import Path\nfrom pgready.reports.notebooks.run_notebook import run_notebook\n"
        "here = Path(sys.argv[1])\n"
        "run = run_notebook(here / 'example.ipynb', here / 'executed.ipynb', parameters={'project': 'x'}, run_id='r',"
        " audit_json=here / 'audit.json')\nprint(run.trusted)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(bench.directory)], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_reasons_stay_short(bench: Bench) -> None:
    bench.write("raise ValueError('x' * 100_000 + chr(10))", AUDIT)
    run = bench.run()
    assert all(len(reason) < 1000 for reason in run.why)
    assert json.loads(bench.output.read_text(encoding="utf-8"))["cells"]
