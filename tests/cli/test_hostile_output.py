"""What the command line prints about a project whose names, comments and messages try to steer the terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hostile_project import PAYLOADS, write_hostile_project
from pgready.reports.visible import visible


@pytest.mark.parametrize("breaks", [False, True])
@pytest.mark.parametrize("asked", [("check", "--notes"), ("check", "--no-rehearse")])
def test_no_control_character_reaches_the_terminal(tmp_path: Path, asked: tuple[str, ...], *, breaks: bool) -> None:
    project = write_hostile_project(tmp_path, breaks=breaks)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    done = subprocess.run(
        [Path(sys.executable).with_name("pgready"), *asked, project],
        capture_output=True,
        check=False,
        env=environment | {"COLUMNS": "100"},
    )
    assert done.returncode in {1, 3}
    for written in (done.stdout, done.stderr):
        text = written.decode()
        assert text == visible(text, keep="\n")
    assert sum(visible(payload) in done.stdout.decode() for payload in PAYLOADS) > 5
