"""However a command ends, no server, kernel or directory is left two seconds later, and nothing looks like a pass."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from processes import ENDS, PGREADY, alive, descendants, eventually, servers, started, working

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")


@pytest.fixture
def slow(project: Path) -> Path:
    """A project whose only migration takes a minute."""
    migration = project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    migration.write_text(migration.read_text() + "SELECT pg_sleep(60);\n")
    return project


def nothing_is_left(family: dict[int, str], tmp_path: Path) -> bool:
    gone = eventually(lambda: not alive(family) and not any(map(Path.exists, servers(family))), 2)
    return gone and eventually(lambda: not list((tmp_path / "t").iterdir()), 1)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("command", ["audit", "check"])
def test_nothing_is_left_after_the_end_in_mid_rehearsal(command: str, end: str, slow: Path, tmp_path: Path) -> None:
    with started([command, str(slow)], tmp_path) as process:
        assert eventually(lambda: working(process.pid, "SELECT"), 20)
        family = descendants(process.pid)
        assert servers(family)
        ENDS[end](process)
        _, err = process.communicate(timeout=2)
        assert process.returncode not in {0, 1}
        assert "Traceback" not in err
        assert nothing_is_left(family, tmp_path), alive(family)
    assert not (tmp_path / "reports" / "shop" / "audit.json").exists()


def asleep_in(database: str) -> str:
    """Sleeps only where the database has a name like this: in that pass of a rehearsal."""
    return f"DO $$ BEGIN IF current_database() LIKE '{database}' THEN PERFORM pg_sleep(60); END IF; END $$;\n"


GUARDED = """DO $$ BEGIN IF EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 'Late') THEN
ALTER TABLE "User" ADD CONSTRAINT "key" FOREIGN KEY ("id") REFERENCES "Late"("id"); END IF; END $$;
"""
SLOW_INDEX = """CREATE FUNCTION slow(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
IF current_database() = 'trace' THEN PERFORM pg_sleep(60); END IF; RETURN $1; END $$;
INSERT INTO "User" VALUES ('a', 'b');
"""
# Pass -> the migrations behind the first one.
PASSES = {
    "the second run": [
        """CREATE TABLE IF NOT EXISTS "Twice" ("n" INT); INSERT INTO "Twice" VALUES (1);
        DO $$ BEGIN IF (SELECT count(*) FROM "Twice") > 1 THEN PERFORM pg_sleep(60); END IF; END $$;"""
    ],
    "the second run in place": ["BEGIN; COMMIT;\n" + asleep_in("again%")],
    "the other way to send it": [asleep_in("otherwise")],
    "the trace": [asleep_in("trace")],
    "the trace with its onlooker": [SLOW_INDEX, 'CREATE INDEX CONCURRENTLY "i" ON "User" (slow("id"));'],
    "the remedies": [GUARDED, 'CREATE TABLE "Late" ("id" TEXT PRIMARY KEY);\n' + asleep_in("remedy%")],
    "the rows": [asleep_in("rows")],
}


def committed(project: Path) -> None:
    """The first migration is that of the revision `base`."""
    git = ["git", "-C", str(project), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "base"], ["tag", "base"]):
        subprocess.run([*git, *command], check=True, capture_output=True)


@pytest.mark.parametrize("end", ["kill -9 of the group", "Ctrl-C"])
@pytest.mark.parametrize("during", PASSES)
def test_nothing_is_left_after_the_end_in_mid_pass(during: str, end: str, project: Path, tmp_path: Path) -> None:
    """What is looked at in databases of their own begins when the rehearsal itself is over."""
    committed(project)
    for number, text in enumerate(PASSES[during]):
        migration = project / "prisma" / "migrations" / f"2025020100000{number}_more" / "migration.sql"
        migration.parent.mkdir()
        migration.write_text(text)
    since = ["--since", "base"] if during == "the rows" else []
    with started(["check", str(project), *since], tmp_path) as process:
        assert eventually(lambda: is_asleep(process.pid, "DO", "CREATE INDEX"), 20)
        family = descendants(process.pid)
        ENDS[end](process)
        _, err = process.communicate(timeout=2)
        assert process.returncode == (130 if end == "Ctrl-C" else -signal.SIGKILL)
        assert "Traceback" not in err
        assert nothing_is_left(family, tmp_path), alive(family)


def is_asleep(pid: int, *words: str) -> bool:
    """A backend has been at the same command for a while: CPU time stands still."""
    before = {child: cpu_time(child) for child in working(pid, *words)}

    def moved() -> bool:
        return any(cpu_time(child) != spent or child not in working(pid, *words) for child, spent in before.items())

    return bool(before) and not eventually(moved, 0.3)


def cpu_time(pid: int) -> list[str]:
    """In clock ticks; nothing of what has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    except OSError:
        return []


def test_ctrl_c_says_so_and_has_its_own_exit_code(slow: Path, tmp_path: Path) -> None:
    with started(["check", str(slow)], tmp_path) as process:
        assert eventually(lambda: working(process.pid, "SELECT"), 20)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert out == ""


def test_an_impatient_ctrl_c_leaves_nothing_either(slow: Path, tmp_path: Path) -> None:
    with started(["check", str(slow)], tmp_path) as process:
        assert eventually(lambda: working(process.pid, "SELECT"), 20)
        family = descendants(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        assert not eventually(lambda: False, 0.01)
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=2)
        assert process.returncode in {130, -signal.SIGINT}
        assert nothing_is_left(family, tmp_path), alive(family)


def test_the_death_of_who_started_it_changes_nothing(project: Path, tmp_path: Path) -> None:
    """A runner that is killed must leave no server: the rehearsal goes on alone and cleans up at its end."""
    migration = project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    migration.write_text(migration.read_text() + "SELECT pg_sleep(1);\n")
    runner: list[str | Path] = ["sh", "-c", '"$@" >out 2>&1; :', "sh", PGREADY]
    with started(["check", str(project)], tmp_path, command=runner) as process:
        assert eventually(lambda: working(process.pid, "SELECT"), 20)
        family = descendants(process.pid)
        process.kill()
        process.wait(2)
        assert alive(family)
        assert eventually(lambda: not alive(family), 20), alive(family)
        assert nothing_is_left(family, tmp_path)
    assert "READY: Nothing blocks" in (tmp_path / "out").read_text()


def processes_of(family: dict[int, str], victim: str) -> list[int]:
    """The process ids of the postmaster, of the backend at work or of the shell that watches over the server."""
    if victim == "supervisor":
        return [pid for pid, command in family.items() if command.startswith("/bin/sh -c")]
    if victim == "backend":
        return [pid for pid, command in family.items() if "postgres:" in command and " SELECT" in command]
    return [pid for pid, command in family.items() if re.match(r"\S+/postgres -D ", command)]


@pytest.mark.parametrize(
    ("victim", "how"),
    [("postmaster", "SIGKILL"), ("postmaster", "SIGTERM"), ("postmaster", "SIGQUIT"), ("backend", "SIGKILL")],
)
def test_a_server_that_is_killed_is_told_and_gives_no_verdict(
    victim: str, how: str, project: Path, tmp_path: Path
) -> None:
    migration = project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    migration.write_text(migration.read_text() + "SELECT pg_sleep(3);\n")
    with started(["check", str(project)], tmp_path) as process:
        assert eventually(lambda: is_asleep(process.pid, "SELECT"), 20)
        family = descendants(process.pid)
        (pid,) = processes_of(family, victim)
        os.kill(pid, getattr(signal, how))
        # SIGTERM asks for an end when everybody has gone, so the statement still comes to its own.
        out, err = process.communicate(timeout=10 if how == "SIGTERM" else 2)
        said = " ".join((out + err).split())
        assert process.returncode == 3
        assert "the throw-away server broke" in said or "database system is shutting down" in said
        assert "READY" not in said.replace("NOT READY", "")
        assert "selecting default" not in said
        assert "Traceback" not in said
        assert nothing_is_left(family, tmp_path), alive(family)


def test_a_supervisor_that_is_killed_is_stood_in_for(project: Path, tmp_path: Path) -> None:
    migration = project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    migration.write_text(migration.read_text() + "SELECT pg_sleep(0.5);\n")
    with started(["check", str(project)], tmp_path) as process:
        assert eventually(lambda: working(process.pid, "SELECT"), 20)
        family = descendants(process.pid)
        (pid,) = processes_of(family, "supervisor")
        os.kill(pid, signal.SIGKILL)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 0, err
        assert "READY" in out
        assert nothing_is_left(family, tmp_path), alive(family)


def kernels(pid: int) -> list[int]:
    """The process ids of the kernels, which are forked from the nursery."""
    family = descendants(pid)
    nurseries = [child for child, command in family.items() if "kernel_nursery" in command]
    return [
        child for nursery in nurseries for child in descendants(nursery) if "kernel_nursery" in family.get(child, "")
    ]


def own_notebook(path: Path, cell: str) -> Path:
    """A notebook of the user with one cell behind its parameters."""
    cells = [
        {"cell_type": "code", "id": name, "metadata": {"tags": tags}, "source": source, "outputs": []}
        for name, tags, source in (("given", ["parameters"], 'project = "."'), ("own", [], cell))
    ]
    content = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [{**each, "execution_count": None} for each in cells],
    }
    path.write_text(json.dumps(content))
    return path


# Deaf to what a terminal sends, and with a process of its own.
ASLEEP = """import pathlib, signal, subprocess, time
[signal.signal(number, signal.SIG_IGN) for number in (1, 2, 15)]
sleeper = subprocess.Popen(["sleep", "600"])
pathlib.Path("NAME").touch()
time.sleep(600)
"""


@pytest.mark.parametrize("end", ENDS)
def test_nothing_is_left_after_the_end_while_notebooks_run(end: str, project: Path, tmp_path: Path) -> None:
    """Two notebooks are in the middle of a cell, a third one waits for its turn."""
    own = [own_notebook(tmp_path / f"{name}.ipynb", ASLEEP.replace("NAME", name)) for name in ("one", "two", "three")]
    options = [option for path in own for option in ("--notebook", str(path))]
    with started(["audit", str(project), *options, "--workers", "2", "--output", "out"], tmp_path) as process:
        assert eventually(lambda: (tmp_path / "one").exists() and (tmp_path / "two").exists(), 40)
        family = descendants(process.pid)
        assert len(kernels(process.pid)) == 2
        assert any(command == "sleep 600" for command in family.values())
        ENDS[end](process)
        _, err = process.communicate(timeout=4)
        assert process.returncode not in {0, 1}
        assert "Traceback" not in err
        assert "never retrieved" not in err
        assert nothing_is_left(family, tmp_path), alive(family)
    assert not (tmp_path / "three").exists()
    assert list((tmp_path / "out").iterdir()) == []


def test_a_killed_nursery_gives_an_inconclusive_report(project: Path, tmp_path: Path) -> None:
    own = own_notebook(tmp_path / "one.ipynb", ASLEEP.replace("NAME", "one"))
    with started(["audit", str(project), "--notebook", str(own), "--output", "out"], tmp_path) as process:
        assert eventually((tmp_path / "one").exists, 40)
        family = descendants(process.pid)
        (nursery,) = {pid for pid, command in family.items() if "kernel_nursery" in command} - set(kernels(process.pid))
        os.kill(nursery, signal.SIGKILL)
        process.communicate(timeout=20)
        assert process.returncode == 3
        assert nothing_is_left(family, tmp_path), alive(family)
    assert json.loads((tmp_path / "out" / "audit.json").read_text())["verdict"] == "INCONCLUSIVE"


def test_a_killed_kernel_gives_an_inconclusive_report(project: Path, tmp_path: Path) -> None:
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
