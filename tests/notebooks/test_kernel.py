"""The kernel's process is private, and gone however a run ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pgready.reports.notebooks.kernel import running_kernel

from .conftest import AUDIT, Bench, processes_of, until

SCRIPT = """
import sys
from pathlib import Path
from pgready.reports.notebooks.run_notebook import run_notebook

here = Path(sys.argv[1])
audit = here / "audit.json"
run = run_notebook(
    here / "example.ipynb", here / "executed.ipynb", parameters={"project": "x"}, run_id="run-1", audit_json=audit,
    environment={"TEST_AUDIT": str(audit), "TEST_RUN_ID": "run-1"},
)
print(run.trusted, *run.why)
"""

RUNNING = (
    "import os, pathlib\npathlib.Path(os.environ['TEST_AUDIT']).with_name('running').write_text(str(os.getpid()))\n"
)


def output_of(bench: Bench, *, environment: dict[str, str] | None = None, user: int | None = None) -> str:
    """What a run of the notebook in a Python of its own prints, warnings being errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, str(bench.directory)],
        capture_output=True,
        text=True,
        env=os.environ | (environment or {}),
        cwd=bench.directory,
        user=user,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def start(bench: Bench) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Start a run in a Python of its own and wait until its cell runs."""
    started: list[subprocess.Popen[str]] = []

    def run(cell: str) -> subprocess.Popen[str]:
        bench.write(RUNNING + cell, AUDIT)
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(bench.directory)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        assert until((bench.directory / "running").exists, seconds=60)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def members(group: str) -> list[str]:
    """The command lines of the processes of a group that live."""
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True)
    lines = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    return [line[-1] for line in lines if line[0] == group and not line[1].startswith("Z")]


SLEEP = "import time; time.sleep(600)"
SUBPROCESS = "import subprocess; subprocess.run(['sleep', '600'])"
# Holds the lock of the interpreter, so that no thread of the kernel notices anything.
BUSY_IN_C = "import ctypes; ctypes.PyDLL(None).sleep(600)"
DEAF = "import signal; [signal.signal(s, signal.SIG_IGN) for s in (1, 2, 15)]; import time; time.sleep(600)"


@pytest.mark.parametrize("cell", [SLEEP, SUBPROCESS, BUSY_IN_C, DEAF], ids=["sleeping", "subprocess", "c", "deaf"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_two_seconds_after_a_run_was_killed(
    start: Callable[[str], subprocess.Popen[str]], bench: Bench, temporary: Path, number: signal.Signals, cell: str
) -> None:
    process = start(cell)
    group = (bench.directory / "running").read_text(encoding="utf-8")
    assert processes_of(temporary)
    assert members(group)
    process.send_signal(number)
    process.wait()
    assert until(lambda: not processes_of(temporary) and not list(temporary.iterdir()), seconds=2)
    assert not members(group), "what a cell started is gone as well"
    assert not bench.output.exists()
    assert not bench.audit.exists()


def test_nothing_is_left_after_the_whole_group_of_a_run_was_killed(
    start: Callable[[str], subprocess.Popen[str]], temporary: Path
) -> None:
    os.killpg(start(SLEEP).pid, signal.SIGKILL)
    assert until(lambda: not processes_of(temporary) and not list(temporary.iterdir()), seconds=2)


def test_nothing_is_left_after_the_guard_and_the_run_were_killed_but_a_directory_that_is_swept_later(
    start: Callable[[str], subprocess.Popen[str]], temporary: Path
) -> None:
    process = start(SLEEP)
    listed = subprocess.run(["pgrep", "-f", f"pgready-kernel-guard {temporary}"], capture_output=True, check=True)
    for number in listed.stdout.split():
        os.kill(int(number), signal.SIGKILL)
    process.kill()
    process.wait()
    assert until(lambda: not processes_of(temporary), seconds=2), "ipykernel looks at its parent once a second"
    (left,) = temporary.iterdir()
    with running_kernel({}):
        assert left.exists(), "it may be of a run that is just starting"
    os.utime(left, (time.time() - 3600, time.time() - 3600))
    with running_kernel({}):
        assert not left.exists()


def test_a_directory_of_a_run_that_lives_is_not_swept(temporary: Path) -> None:
    with running_kernel({}) as kernel:
        os.utime(kernel.directory, (0, 0))
        with running_kernel({}):
            assert len(list(temporary.iterdir())) == 2
        assert kernel.directory.exists()


def test_an_interrupt_from_the_terminal_ends_everything_and_writes_nothing(
    start: Callable[[str], subprocess.Popen[str]], bench: Bench, temporary: Path
) -> None:
    process = start(DEAF)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == -signal.SIGINT
    assert errors.strip().endswith("KeyboardInterrupt")
    assert "never retrieved" not in errors
    assert "destroyed" not in errors
    assert not bench.output.exists()
    assert not processes_of(temporary)
    assert list(temporary.iterdir()) == []


def test_an_interrupt_while_the_kernel_starts_ends_everything(temporary: Path) -> None:
    with pytest.raises(KeyboardInterrupt), running_kernel({}):
        raise KeyboardInterrupt
    assert not processes_of(temporary)


def test_a_fork_that_outlives_a_killed_run_does_not_keep_the_kernel_alive(bench: Bench, temporary: Path) -> None:
    script = (
        "import os, time\nfrom pgready.reports.notebooks.kernel import running_kernel\n"
        "with running_kernel({}):\n    if os.fork() == 0:\n        time.sleep(30)\n        os._exit(0)\n"
        "    print('forked', flush=True)\n    time.sleep(600)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True, cwd=bench.directory
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "forked\n"
        process.kill()
        assert until(lambda: not processes_of(temporary) and not list(temporary.iterdir()), seconds=2)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def test_the_users_ipython_and_jupyter_set_up_has_no_part(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    home = bench.directory / "home"
    trap = "import os, pathlib; pathlib.Path(os.environ['TEST_AUDIT']).with_name('trap').touch(); raise SystemExit(9)"
    for name in (
        ".ipython/profile_default/startup/00-trap.py",
        ".ipython/profile_default/ipython_config.py",
        ".ipython/profile_default/ipython_kernel_config.py",
        ".jupyter/jupyter_config.py",
        "startup.py",
    ):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(trap, encoding="utf-8")
    spec = home / ".local/share/jupyter/kernels/python3/kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(json.dumps({"argv": ["/bin/false"], "display_name": "trap", "language": "python"}))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("IPYTHONDIR", str(home / ".ipython"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(home / ".jupyter"))
    monkeypatch.setenv("JUPYTER_PATH", str(home / ".local/share/jupyter"))
    monkeypatch.setenv("PYTHONSTARTUP", str(home / "startup.py"))
    bench.write("import sys; print(sys.executable)", AUDIT)
    run = bench.run()
    assert run.trusted, run.why
    assert run.notebook.cells[2].outputs[0].text == f"{sys.executable}\n"
    assert not (bench.directory / "trap").exists()


def test_modules_in_the_working_directory_are_not_imported(bench: Bench) -> None:
    """The working directory is the project under audit, which is hostile."""
    for module in ("json", "matplotlib", "IPython", "zmq", "papermill", "ipykernel"):
        (bench.directory / f"{module}.py").write_text("open('/dev/stderr', 'w').write('trap')", encoding="utf-8")
    bench.write("import json, os, sys; assert os.getcwd() not in sys.path; assert '' not in sys.path", AUDIT)
    script = "import sys; sys.path.remove('')\n" + SCRIPT
    done = subprocess.run(
        [sys.executable, "-c", script, str(bench.directory)],
        capture_output=True,
        text=True,
        cwd=bench.directory,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_a_home_that_cannot_be_written(bench: Bench) -> None:
    bench.write("import matplotlib.font_manager", AUDIT)
    assert output_of(bench, environment={"HOME": "/proc/nowhere", "XDG_CACHE_HOME": ""}) == "True\n"


def test_an_ordinary_user(bench: Bench, as_root: None) -> None:  # noqa: ARG001 - only root can become another user
    if subprocess.run(["/bin/sh", "-c", f"'{sys.executable}' -c ''"], user=65534, check=False).returncode:
        pytest.skip("the interpreter lies where other users may not go")
    bench.write("import os; assert os.geteuid() == 65534", AUDIT)
    for path in (bench.directory, *bench.directory.parents[:3]):
        path.chmod(0o777)
    assert output_of(bench, environment={"HOME": "/nonexistent"}, user=65534) == "True\n"


def test_a_long_path_for_temporary_files(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unix socket's path has at most 107 bytes."""
    deep = bench.directory / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    bench.write(AUDIT)
    assert bench.run().trusted
    assert list(deep.iterdir()) == []


def test_what_is_private_is_readable_by_nobody_else(temporary: Path) -> None:
    with running_kernel({}) as kernel:
        assert kernel.nursery.directory.parent == temporary
        assert kernel.nursery.directory.stat().st_mode & 0o777 == 0o700
        assert kernel.directory.stat().st_mode & 0o777 == 0o700
        assert (kernel.directory / "connection.json").stat().st_mode & 0o777 == 0o600


def test_secrets_of_the_environment_are_not_in_a_command_line(bench: Bench, temporary: Path) -> None:
    with running_kernel(bench.environment | {"TEST_PASSWORD": "canary-4711"}):
        assert processes_of(temporary)
        assert not any("canary" in line for line in processes_of(temporary))
