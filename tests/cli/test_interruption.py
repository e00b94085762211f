"""However a command ends, no server, kernel or directory is left two seconds later, and nothing looks like a pass."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")


@pytest.fixture
def slow(project: Path) -> Path:
    """A project whose only migration takes a minute."""
    migration = project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    migration.write_text(migration.read_text() + "SELECT pg_sleep(60);\n")
    return project


@contextlib.contextmanager
def started(arguments: list[str], tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A pgready process in a group of its own, with a private directory for temporary files."""
    (tmp_path / "t").mkdir()
    process = subprocess.Popen(
        [Path(sys.executable).parent / "pgready", *arguments],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "t")},
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
                found[child] = (Path("/proc") / str(child) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                waiting.append(child)
    return found


def alive(pids: Iterable[int]) -> dict[int, str]:
    """What is still there of these, zombies left out (they have no command line)."""
    found = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            command = (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if command:
                found[pid] = command
    return found


def eventually(condition: Callable[[], object], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


def is_sleeping(pid: int) -> bool:
    """The server works on our migration: its title names the command."""
    return any("postgres:" in command and "SELECT" in command for command in descendants(pid).values())


def is_at_work(pid: int) -> bool:
    """The server has been in the same DO block for half a second."""

    def blocks() -> set[int]:
        return {child for child, command in descendants(pid).items() if "postgres:" in command and " DO" in command}

    before = blocks()
    time.sleep(0.5)
    return bool(before & blocks())


ENDS: dict[str, Callable[["subprocess.Popen[str]"], None]] = {
    "kill -9": lambda process: process.kill(),
    "kill -9 of the group": lambda process: os.killpg(process.pid, signal.SIGKILL),
    "SIGTERM": lambda process: process.terminate(),
    "Ctrl-C": lambda process: os.killpg(process.pid, signal.SIGINT),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("command", ["audit", "check"])
def test_nothing_is_left_after_the_end_in_mid_rehearsal(command: str, end: str, slow: Path, tmp_path: Path) -> None:
    with started([command, str(slow)], tmp_path) as process:
        assert eventually(lambda: is_sleeping(process.pid), 20)
        family = descendants(process.pid)
        ENDS[end](process)
        process.wait(5)
        assert eventually(lambda: not alive(family), 2), alive(family)
    assert eventually(lambda: not list((tmp_path / "t").iterdir()), 1), list((tmp_path / "t").iterdir())
    assert not (tmp_path / "reports" / "shop" / "audit.json").exists()


SLEEPS_SECOND = """CREATE TABLE IF NOT EXISTS "Twice" ("n" INT);
INSERT INTO "Twice" VALUES (1);
DO $$ BEGIN IF (SELECT count(*) FROM "Twice") > 1 THEN PERFORM pg_sleep(60); END IF; END $$;
"""
PASSES = {
    "the second run": SLEEPS_SECOND,
    "the second run in place": "BEGIN; COMMIT;\n" + SLEEPS_SECOND,
    "a database beside it": "BEGIN; COMMIT;\n"
    "DO $$ BEGIN IF current_database() <> 'rehearsal' THEN PERFORM pg_sleep(60); "
    "END IF; END $$;\n",
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("during", PASSES)
def test_nothing_is_left_after_the_end_in_mid_pass(during: str, end: str, project: Path, tmp_path: Path) -> None:
    """Second runs and deployments in databases of their own begin when the rehearsal itself is over."""
    migration = project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    migration.write_text(migration.read_text() + PASSES[during])
    later = project / "prisma" / "migrations" / "20250201000000_again" / "migration.sql"
    later.parent.mkdir()
    later.write_text(PASSES[during].replace("Twice", "Again"))
    with started(["check", str(project)], tmp_path) as process:
        assert eventually(lambda: is_at_work(process.pid), 20)
        family = descendants(process.pid)
        ENDS[end](process)
        process.wait(5)
        assert process.returncode not in {0, 1}
        assert eventually(lambda: not alive(family), 2), alive(family)
    assert eventually(lambda: not list((tmp_path / "t").iterdir()), 1), list((tmp_path / "t").iterdir())


def test_ctrl_c_says_so_and_has_its_own_exit_code(slow: Path, tmp_path: Path) -> None:
    with started(["check", str(slow)], tmp_path) as process:
        assert eventually(lambda: is_sleeping(process.pid), 20)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert out == ""


def test_a_killed_kernel_gives_an_inconclusive_report(project: Path, tmp_path: Path) -> None:
    def kernels(pid: int) -> list[int]:
        return [child for child, command in descendants(pid).items() if "ipykernel_launcher" in command]

    with started(["audit", str(project), "--output", "out"], tmp_path) as process:
        assert eventually(lambda: kernels(process.pid), 20)
        family = descendants(process.pid)
        os.kill(kernels(process.pid)[0], signal.SIGKILL)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "INCONCLUSIVE" in out
    audit = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert (audit["verdict"], audit["exit_code"]) == ("INCONCLUSIVE", 3)
    assert "INCONCLUSIVE" in (tmp_path / "out" / "deployment_readiness.html").read_text()
    assert "kernel" in (tmp_path / "out" / "deployment_readiness.md").read_text()
    assert eventually(lambda: not alive(family), 2)
    assert not list((tmp_path / "t").iterdir())
