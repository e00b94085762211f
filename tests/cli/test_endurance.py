"""Full and read-only disks, places that are not there, and several rehearsals at once: a clear outcome each time."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from processes import PGREADY, alive, descendants, eventually, servers, started, working

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc and mounts disks")

WRITES_200_MB = "CREATE TABLE a AS SELECT repeat(md5(n::text), 30) FROM generate_series(1, 200000) AS s (n);\n"
SMALL_MEMORY = "mount -t tmpfs -o size=40m,mode=1777 none /dev/shm"
READ_ONLY = "mount --bind / /; mount -o remount,ro,bind /"


def in_own_mounts(commands: str, project: Path, tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    """`pgready check` where these commands have changed what is mounted, for it alone; the directory is `$T`."""
    if os.geteuid() != 0:
        pytest.skip("mounts disks, which only root can")
    place = tmp_path / "t"
    environment = {**os.environ, "T": str(place), "TMPDIR": str(place)}
    unshare = ["unshare", "--mount", "--propagation", "private", "sh", "-ec"]
    if subprocess.run([*unshare, SMALL_MEMORY], check=False, capture_output=True).returncode:
        pytest.skip("this system does not let us mount a disk")
    return subprocess.run(
        [*unshare, f'{commands}; exec "$@"', "sh", PGREADY, "check", str(project)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def opened() -> Iterator[Path]:
    """A directory that every account may enter, with a path that is short enough for a unix socket."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        (Path(name) / "t").mkdir()
        (Path(name) / "t").chmod(0o1777)
        yield Path(name)
        assert list((Path(name) / "t").iterdir()) == []


FINE = {
    "shared memory is nearly full": SMALL_MEMORY,
    "no program may be run from shared memory": "mount -t tmpfs -o size=2g,mode=1777,noexec none /dev/shm",
    "shared memory is read-only": "mount -o remount,ro,bind /dev/shm || mount -t tmpfs -o ro none /dev/shm",
    "the temporary directory is read-only": 'mount -t tmpfs -o ro none "$T"',
    "all but shared memory is read-only": READ_ONLY,
    "the temporary directory is not there": "TMPDIR=/nowhere",
    "the temporary directory takes no file": "TMPDIR=/proc",
}


@pytest.mark.parametrize("where", FINE)
def test_another_place_is_found_where(where: str, project: Path, opened: Path) -> None:
    done = in_own_mounts(FINE[where], project, opened)
    assert (done.returncode, done.stderr) == (0, "pgready: rehearsing the migrations ...\n")
    assert "READY: Nothing blocks" in done.stdout


def told(done: "subprocess.CompletedProcess[str]") -> str:
    """What a person reads when there is no verdict of READY or NOT READY."""
    assert done.returncode == 3, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    return " ".join((done.stdout + done.stderr).split())


def test_without_any_place_every_one_is_told(project: Path, opened: Path) -> None:
    said = told(in_own_mounts(f"{READ_ONLY}; {SMALL_MEMORY}", project, opened))
    assert "no place for the throw-away server; /dev/shm: 40 MB free, 1024 MB are needed; /tmp: not writable" in said


def test_a_disk_that_gets_full_is_told_and_left_empty(project: Path, opened: Path) -> None:
    migration = project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    migration.write_text(migration.read_text() + WRITES_200_MB)
    said = told(
        in_own_mounts(f'{SMALL_MEMORY}; mount -t tmpfs -o size=130m,mode=1777 none "$T"', project, opened),
    )
    assert "the disk" in said
    assert "full" in said


def test_a_disk_without_room_for_more_files_is_told(project: Path, opened: Path) -> None:
    few = 'mount -t tmpfs -o size=300m,nr_inodes=50,mode=1777 none "$T"'
    said = told(in_own_mounts(f"{SMALL_MEMORY}; {few}", project, opened))
    assert "No space left on device" in said


def test_four_at_once_do_not_meet(project: Path, tmp_path: Path) -> None:
    """Two of one project and one each of two others, the last of which fails."""
    migration = project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    migration.write_text(migration.read_text() + "SELECT pg_sleep(0.5);\n")
    others = []
    for name, text in (("fine", ""), ("fails", "SELECT 1 / 0;\n")):
        others.append(tmp_path / name)
        subprocess.run(["cp", "-r", project, others[-1]], check=True)
        path = others[-1] / migration.relative_to(project)
        path.write_text(path.read_text() + text)
    with ExitStack() as stack:
        four = [stack.enter_context(started(["check", str(each)], tmp_path)) for each in (project, project, *others)]
        assert eventually(lambda: all(working(process.pid, "SELECT") for process in four), 20)
        families = [descendants(process.pid) for process in four]
        assert len({place for family in families for place in servers(family)}) == 4
        outcomes = [process.communicate(timeout=60) for process in four]
        assert [process.returncode for process in four] == [0, 0, 0, 1], outcomes
        assert "division by zero" in outcomes[3][0]
        every = {pid: command for family in families for pid, command in family.items()}
        assert eventually(lambda: not alive(every), 2)
        assert not any(place.exists() for place in servers(every))
    assert list((tmp_path / "t").iterdir()) == []
