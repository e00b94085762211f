"""`--pdf` prints with a Chromium of this machine, or says what is missing before any work."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from processes import alive, descendants, eventually, started

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def program(path: Path, script: str) -> Path:
    """An executable shell script."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")
def test_a_report_is_printed_as_a_tagged_pdf(pgready: Run, project: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "deployment_readiness.pdf").write_text("old")
    done = pgready("audit", "shop", "--pdf", "--output", "out")
    assert done.returncode == 0, done.stdout + done.stderr
    content = (tmp_path / "out" / "deployment_readiness.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in content, "tagged, so that it can be read aloud"
    assert b"/Lang (en)" in content
    assert b"shop: deployment readiness" in content
    assert str(tmp_path).encode() not in content
    assert project.exists()


def test_without_a_chromium_nothing_is_begun(pgready: Run, project: Path, tmp_path: Path) -> None:
    postgres = Path(sys.executable).parent
    done = pgready("audit", project, "--pdf", "--output", "out", env={"PATH": str(postgres), "PGREADY_CHROMIUM": ""})
    assert done.returncode == 2
    assert "no Chromium was found; install one (Debian: apt install chromium" in done.stderr
    assert "rehearsing" not in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_a_named_chromium_that_is_not_there_is_a_mistake(pgready: Run, project: Path, tmp_path: Path) -> None:
    done = pgready("audit", project, "--pdf", "--output", "out", env={"PGREADY_CHROMIUM": str(tmp_path / "none")})
    assert done.returncode == 2
    assert re.search(r"PGREADY_CHROMIUM: \S+/none: no such program", done.stderr)


def test_a_chromium_that_fails_leaves_everything_else_and_the_verdict(
    pgready: Run, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "deployment_readiness.pdf").write_text("old")
    broken = program(tmp_path / "broken", "echo 'no display today' >&2; exit 7")
    done = pgready("audit", project, "--pdf", "--output", "out", env={"PGREADY_CHROMIUM": str(broken)})
    assert done.returncode == 2
    why = f"{broken} ended with exit code 7; it said: no display today"
    assert f"--pdf: deployment_readiness.html was not printed: {why}" in done.stderr
    assert "READY" in done.stdout
    out = tmp_path / "out"
    assert json.loads((out / "audit.json").read_text())["verdict"] == "READY"
    assert (out / "deployment_readiness.html").exists()
    assert not (out / "deployment_readiness.pdf").exists()


def test_half_a_pdf_is_none(pgready: Run, project: Path, tmp_path: Path) -> None:
    half = program(tmp_path / "half", 'for a; do case $a in --print-to-pdf=*) printf %%PDF-1.4 >"${a#*=}";; esac; done')
    done = pgready("audit", project, "--pdf", "--output", "out", env={"PGREADY_CHROMIUM": str(half)})
    assert done.returncode == 2
    assert f"{half} wrote no whole PDF; it said nothing" in done.stderr
    assert not (tmp_path / "out" / "deployment_readiness.pdf").exists()


def test_what_a_chromium_keeps_for_itself_goes_with_it(pgready: Run, project: Path, tmp_path: Path) -> None:
    own = program(tmp_path / "own", f'echo "$TMPDIR" >{tmp_path / "told"}; mktemp -d; exit 1')
    pgready("audit", project, "--no-rehearse", "--pdf", "--output", "out", env={"PGREADY_CHROMIUM": str(own)})
    private = Path((tmp_path / "told").read_text().strip())
    assert private.name.startswith("pgready-kernel-")
    assert not private.exists()


def test_the_sandbox_is_left_out_for_root_only(pgready: Run, project: Path, tmp_path: Path) -> None:
    told = program(tmp_path / "told", f'echo "$@" >{tmp_path / "arguments"}; exit 1')
    pgready("audit", project, "--pdf", "--output", "out", env={"PGREADY_CHROMIUM": str(told)})
    arguments = (tmp_path / "arguments").read_text().split()
    assert ("--no-sandbox" in arguments) == (os.geteuid() == 0)
    assert "--no-pdf-header-footer" in arguments


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_chromium_that_hangs_goes_with_us(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    hanging = program(tmp_path / "hanging", "trap '' INT TERM; sleep 600 & sleep 600")
    monkeypatch.setenv("PGREADY_CHROMIUM", str(hanging))
    with started(["audit", str(project), "--pdf", "--output", "out"], tmp_path) as process:
        assert eventually(lambda: any("sleep 600" in line for line in descendants(process.pid).values()), 60)
        family = descendants(process.pid)
        process.send_signal(how)
        process.communicate(timeout=5)
        assert eventually(lambda: not alive(family), 2), alive(family)
        assert eventually(lambda: not list((tmp_path / "t").iterdir()), 2)
