"""Several notebooks in one run, shipped and own ones: one rehearsal, one verdict, and no notebook makes it better."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pgready.reports.notebooks.shipped import NOTEBOOKS

Run = Callable[..., "subprocess.CompletedProcess[str]"]

PARAMETERS = 'project = "."\noutput_dir = "reports"'
AUDIT = "import pgready\naudit = pgready.audit(project)\n"
FORGED = """
import dataclasses, pgready
from pgready.verdict import Judgement, Verdict
judgement = Judgement(verdict=Verdict.READY, reason="Nothing blocks and every required check ran.")
pgready.write_audit(dataclasses.replace(pgready.audit(project), judgement=judgement), output_dir)
"""
OTHER_REASON = FORGED.replace("Verdict.READY", "Verdict.NOT_READY")
FOREIGN = """
import json, os, pathlib
_, _, place = os.environ["PGREADY_KERNEL_AUDIT"].partition(" ")
pathlib.Path(place, "audit.json").write_text(json.dumps({"format": "pgready-audit/1", "run": {"id": "x"}}))
"""
# Name of a notebook -> its only cell, and the beginning of the reason why it is not believed.
FAILURES = {
    "raises": ("1 / 0", "cell 3 failed: ZeroDivisionError"),
    "leaves": ("import sys; sys.exit(0)", "cell 3 failed: SystemExit"),
    "dies": (
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "the kernel died in cell 3 (killed by SIGKILL)",
    ),
    "shell": ("!exit 3", "cell 3 failed: CalledProcessError"),
    "thread": (
        "import threading\nthread = threading.Thread(target=lambda: 1 / 0)\nthread.start(); thread.join()",
        "an exception in a thread",
    ),
    "exits": ("exit()", "the notebook asked its kernel to exit"),
    "forges": (FORGED, "the notebook came to another verdict (READY) than the command line (NOT READY)"),
    "reasons": (OTHER_REASON, "the notebook came to the verdict NOT READY for another reason (Nothing blocks"),
    "foreign": (
        FOREIGN,
        "audit.json is of another run",
    ),
}


def write_notebook(path: Path, *cells: str, parameters: str = PARAMETERS, **metadata: Any) -> Path:  # noqa: ANN401
    """A notebook with a parameters cell; `metadata` is the notebook's (any JSON)."""
    sources = [(parameters, ["parameters"]), *((cell, []) for cell in cells)]
    content = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": metadata,
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {"tags": tags},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for number, (source, tags) in enumerate(sources)
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def not_ready(project: Path) -> Path:
    """Let the project declare a table that no migration makes."""
    schema = project / "prisma" / "schema.prisma"
    schema.write_text(schema.read_text() + "model Missing {\n  id String @id\n}\n")
    return project


def verdict_of(directory: Path) -> tuple[str, int]:
    audit = json.loads((directory / "audit.json").read_text())
    return audit["verdict"], audit["exit_code"]


def test_all_notebooks_are_reported_from_one_rehearsal(pgready: Run, project: Path, tmp_path: Path) -> None:
    done = pgready("audit", "shop", "--notebook", "all", "--output", "out")
    assert done.returncode == 0, done.stdout + done.stderr
    out = tmp_path / "out"
    assert {f"{name}.{ending}" for name in NOTEBOOKS for ending in ("html", "md", "ipynb")} <= {
        path.name for path in out.iterdir()
    }
    assert {"audit.json", "audit.sarif", "audit.junit.xml", "comment.md"} <= {path.name for path in out.iterdir()}
    assert verdict_of(out) == ("READY", 0)
    made = json.loads((out / "audit.json").read_text())["rehearsal"]["made_at"]
    notebooks = [json.loads((out / f"{name}.ipynb").read_text()) for name in NOTEBOOKS]
    counts = [[cell["execution_count"] for cell in each["cells"] if cell["cell_type"] == "code"] for each in notebooks]
    assert all(each == list(range(1, len(each) + 1)) for each in counts), "every kernel is a fresh one"
    assert made, "the rehearsal is the driver's"
    for path in (path for path in out.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert b"pgready-kernel-" not in content, path
        assert str(tmp_path).encode() not in content, path
    assert f"running {len(NOTEBOOKS)} notebooks ..." in done.stderr
    assert not [path for path in out.iterdir() if path.name.startswith(".")]
    assert project.exists()


def test_a_name_that_is_none_is_refused_with_a_hint(pgready: Run, project: Path, tmp_path: Path) -> None:
    done = pgready("audit", project, "--notebook", "feature_isolatoin", "--output", "out")
    assert done.returncode == 2
    assert "there is no notebook 'feature_isolatoin'. Did you mean feature_isolation?" in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_an_own_notebook_that_declares_little_is_given_what_it_declares(
    pgready: Run, project: Path, tmp_path: Path
) -> None:
    own = write_notebook(
        tmp_path / "own" / "team_report.ipynb",
        AUDIT + "print(audit.verdict, output_dir)",
        "from pathlib import Path\nPath(output_dir, 'extra.txt').write_text('mine')",
    )
    done = pgready("audit", project, "--notebook", own, "--output", "out")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "READY out" in (tmp_path / "out" / "team_report.md").read_text()
    assert "shop: team report" in (tmp_path / "out" / "team_report.html").read_text()
    assert (tmp_path / "out" / "extra.txt").read_text() == "mine"
    assert verdict_of(tmp_path / "out") == ("READY", 0)


@pytest.mark.parametrize(
    ("parameters", "options", "message"),
    [
        ('projct = "."', [], "declares the parameter 'projct', which is not given. Did you mean project?"),
        ('output_dir = "."', [], "declares no parameter `project`"),
        (PARAMETERS, ["--no-rehearse"], "declares no parameter `rehearse`, so --rehearse would not reach it"),
        (PARAMETERS, ["--schema", "shop/prisma/schema.prisma"], "declares no parameter `schema`"),
        ("project: int = 3", [], "'project' of own.ipynb must be int, not str"),
        ("project = (", [], "The parameters cell of own.ipynb cannot be read"),
    ],
)
@pytest.mark.usefixtures("project")
def test_parameters_of_an_own_notebook_that_do_not_fit(
    pgready: Run, tmp_path: Path, parameters: str, options: list[str], message: str
) -> None:
    own = write_notebook(tmp_path / "own.ipynb", parameters=parameters)
    done = pgready("audit", "shop", "--notebook", own, "--output", "out", *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("deployment_readiness.ipynb", "an own notebook must not be called deployment_readiness"),
        ("comment.ipynb", "an own notebook must not be called comment"),
        ("Audit.ipynb", "an own notebook must not be called Audit"),
        ("Deployment_Readiness.ipynb", "an own notebook must not be called Deployment_Readiness"),
        ("out/mine.ipynb", "the report would be written over it"),
        ("not_there.ipynb", "cannot be read: No such file or directory"),
        ("not_json.ipynb", "not_json.ipynb is not a notebook"),
        ("r.ipynb", "is written in r; expected Python"),
    ],
)
def test_own_notebooks_that_are_refused(pgready: Run, project: Path, tmp_path: Path, name: str, message: str) -> None:
    if name == "not_json.ipynb":
        (tmp_path / name).write_text("{")
    elif name != "not_there.ipynb":
        write_notebook(tmp_path / name, kernelspec={"name": "r", "language": "R"} if name == "r.ipynb" else {})
    done = pgready("audit", project, "--notebook", name, "--output", "out")
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "out" / "audit.json").exists()


def test_two_own_notebooks_of_one_name_are_refused(pgready: Run, project: Path, tmp_path: Path) -> None:
    one, two = (write_notebook(tmp_path / directory / "own.ipynb") for directory in ("a", "b"))
    done = pgready("audit", project, "--notebook", one, "--notebook", two)
    assert done.returncode == 2
    assert "another notebook of this run is called own as well" in done.stderr


def test_every_failure_is_told_and_the_others_say_what_they_know(pgready: Run, project: Path, tmp_path: Path) -> None:
    """One run with every kind of failure at once, and one notebook that is sound."""
    options = [
        option
        for name, (cell, _) in FAILURES.items()
        for option in ("--notebook", write_notebook(tmp_path / "own" / f"{name}.ipynb", cell))
    ]
    done = pgready("audit", not_ready(project), "--notebook", "migration_history", *options, "--output", "out")
    assert done.returncode == 3, done.stdout + done.stderr
    out = tmp_path / "out"
    for name, (_, why) in FAILURES.items():
        assert f"the report was not completed: {name}: {why}" in done.stderr, done.stderr
        assert "INCONCLUSIVE: this report is not a pass" in (out / f"{name}.html").read_text()
        assert "INCONCLUSIVE: this report is not a pass" in (out / f"{name}.md").read_text()
        assert (out / f"{name}.ipynb").exists()
    assert verdict_of(out) == ("INCONCLUSIVE", 3)
    sound = (out / "migration_history.html").read_text()
    assert "this notebook came to its end, but others of the same run did not: raises" in sound
    assert "Timeline" in sound
    assert "migration_history:" not in done.stderr
    assert "INCONCLUSIVE" in (out / "comment.md").read_text()
    assert "error" in (out / "audit.junit.xml").read_text()


SHOWN = """
import dataclasses, pgready
from pgready.verdict import Judgement, Verdict
judgement = Judgement(verdict=Verdict.READY, reason="Nothing blocks and every required check ran.")
dataclasses.replace(pgready.audit(project), judgement=judgement)
"""


def test_the_page_of_an_own_notebook_begins_with_the_verdict_of_the_run(
    pgready: Run, project: Path, tmp_path: Path
) -> None:
    own = write_notebook(tmp_path / "team_report.ipynb", SHOWN)
    done = pgready("audit", not_ready(project), "--notebook", own, "--output", "out")
    assert done.returncode == 1
    html = (tmp_path / "out" / "team_report.html").read_text()
    words = re.findall(r'<p class="word"><span[^>]*>[^<]*</span> ([^<]*)<', html)
    assert words == ["NOT READY", "READY"]
    assert "what team_report.ipynb shows" in html
    markdown = (tmp_path / "out" / "team_report.md").read_text()
    assert markdown.startswith("# shop: team report\n")
    assert "NOT READY" in markdown.split("what team")[0]


def test_an_own_notebook_does_not_turn_a_run_green(pgready: Run, project: Path, tmp_path: Path) -> None:
    own = write_notebook(tmp_path / "own.ipynb", "print('READY')")
    done = pgready("audit", not_ready(project), "--notebook", own, "--output", "out")
    assert done.returncode == 1
    assert verdict_of(tmp_path / "out") == ("NOT READY", 1)


def test_what_an_earlier_run_left_is_gone_when_this_one_is_killed(pgready: Run, project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    old = ["audit.json", "audit.sarif", "audit.junit.xml", "comment.md", "own.html", "own.md", "own.ipynb", "own.pdf"]
    for name in (*old, "logo.svg"):
        (out / name).write_text("READY")
    own = write_notebook(tmp_path / "own.ipynb", "import time; time.sleep(60)")
    with pytest.raises(subprocess.TimeoutExpired):
        pgready("audit", project, "--notebook", own, "--output", "out", timeout=8)
    assert {path.name for path in out.iterdir()} <= {"logo.svg"}


@pytest.mark.parametrize("workers", ["1", "3"])
def test_the_number_of_workers_changes_nothing(pgready: Run, project: Path, tmp_path: Path, workers: str) -> None:
    cell = (
        AUDIT
        + "import os, time\nprint(audit.verdict)\n(lambda: time.sleep(0.2))()\npgready.write_audit(audit, output_dir)"
    )
    options = [
        option
        for name in ("one", "two", "three")
        for option in ("--notebook", write_notebook(tmp_path / "own" / f"{name}.ipynb", cell))
    ]
    done = pgready("audit", project, *options, "--workers", workers, "--output", "out")
    assert done.returncode == 0, done.stdout + done.stderr
    assert verdict_of(tmp_path / "out") == ("READY", 0)
    shown = json.loads((tmp_path / "out" / "two.ipynb").read_text())["cells"][-1]["outputs"][-1]["data"]["text/plain"]
    assert "".join(shown) == "PosixPath('out/audit.json')"


def test_workers_are_at_least_one(pgready: Run, project: Path) -> None:
    assert pgready("audit", project, "--workers", "0").returncode == 2
