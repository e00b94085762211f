"""What floods us, and the end in the middle of stopping migrations: nothing grows, nothing is left."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from processes import alive, descendants, eventually, servers, working
from rehearsals import environment

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")

PROGRAM = """
import re, sys
from pathlib import Path
from rehearsals import of_texts
from pgready.rehearsal import rehearse
migrations = of_texts(*sys.argv[1:])
found = rehearse(migrations, crashed={each.name for each in migrations})
# Not `ru_maxrss`, which a process inherits from the one that has started it.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(found.runs[-1].outcome.value, int(peak[1]) // 1024)
"""


@contextmanager
def rehearsing(*texts: str) -> Iterator["subprocess.Popen[str]"]:
    """These migrations, stopped after each statement too, in a process of their own."""
    given = environment()
    given["PYTHONPATH"] += os.pathsep + str(Path(__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *texts],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env=given,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def flood(what: str) -> str:
    return f"LISTEN c; DO $$ BEGIN FOR i IN 1..20000 LOOP {what}; END LOOP; END $$; SELECT 1"


@linux
@pytest.mark.parametrize(
    "what", ["PERFORM pg_notify('c', i || repeat('x', 7900))", "RAISE NOTICE '%', repeat('x', 7900)"]
)
def test_a_flood_of_messages_does_not_fill_our_memory(what: str) -> None:
    """160 MB come in; nobody reads them, so nobody may keep them."""
    with rehearsing(flood(what)) as process:
        out, err = process.communicate(timeout=60)
    outcome, megabytes = out.split()
    assert outcome == "applied", err
    assert int(megabytes) < 120


ASLEEP_IN_A_COPY = """CREATE TABLE a (id int); BEGIN; CREATE TABLE b (id int); COMMIT;
DO $$ BEGIN IF current_database() NOT IN ('rehearsal', 'crash') THEN PERFORM pg_sleep(60); END IF; END $$;"""


@linux
@pytest.mark.parametrize("how", ["SIGINT", "SIGKILL", "the postmaster"])
def test_nothing_is_left_after_the_end_while_migrations_are_stopped(how: str) -> None:
    with rehearsing(ASLEEP_IN_A_COPY) as process:
        assert eventually(lambda: working(process.pid, "DO"), 20)
        family = descendants(process.pid)
        if how == "the postmaster":
            (pid,) = [pid for pid, command in family.items() if "/postgres -D " in command and "/bin/sh" not in command]
            os.kill(pid, signal.SIGKILL)
        else:
            process.send_signal(getattr(signal, how))
        _, err = process.communicate(timeout=3)
        said = {"SIGINT": "KeyboardInterrupt", "SIGKILL": "", "the postmaster": "the throw-away server broke"}[how]
        assert said in err
        assert eventually(lambda: not alive(family) and not any(map(Path.exists, servers(family))), 2)
