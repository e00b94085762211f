"""A canary password is in no artefact, whatever a notebook does with it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import AUDIT, Bench

CANARY = "s3cr3t/Kanari&=%<42>"
"""Has characters that a URL, HTML and JSON write differently."""

SHOWN = [
    "import os; pw = os.environ['TEST_DATABASE_PASSWORD']; url = os.environ['DATABASE_URL']",
    "print(pw, url)",
    "import sys; print(pw, file=sys.stderr)",
    "pw",
    "{'password': pw, pw: 1}",
    "display(HTML(html.escape(pw)), Markdown(pw), JSON({'a': [pw]}), metadata={'alt': pw})",
    "display({'image/svg+xml': f'<svg><text>{html.escape(pw)}</text></svg>'}, raw=True)",
    "print(pw[:7], end='', flush=True); import time; time.sleep(0.5); print(pw[7:])",
    "import urllib.parse as p; print(p.quote(pw), p.quote(pw, safe=''), p.quote_plus(pw), repr(url), json.dumps(url))",
    "import subprocess; print(subprocess.run(['printenv', 'TEST_DATABASE_PASSWORD'], capture_output=True))",
    "import subprocess, time; print('***'); subprocess.run(['printenv', 'TEST_DATABASE_PASSWORD']); time.sleep(0.5)",
    "print('postgresql://app:another-one@db.example/x host=db password=third-one')",
]


def leaks(bench: Bench, *, known: tuple[str, ...]) -> list[str]:
    """The files of a run in which one of these stands."""
    files = [path for path in bench.directory.iterdir() if path != bench.notebook]
    return [f"{path.name}: {secret}" for path in files for secret in known if secret in path.read_text("utf-8")]


def shapes(secret: str) -> tuple[str, ...]:
    """A secret as it stands in the JSON of a notebook, and its parts, which must not stay either."""
    return secret, json.dumps(secret)[1:-1], "Kanari"


@pytest.fixture
def environment(bench: Bench) -> dict[str, str]:
    url = "postgresql://app:s3cr3t%2FKanari%26%3D%25%3C42%3E@db.example:5432/app?schema=public"
    return bench.environment | {"TEST_DATABASE_PASSWORD": CANARY, "DATABASE_URL": url}


@pytest.mark.parametrize("cell", SHOWN[1:], ids=range(len(SHOWN) - 1))
def test_what_a_cell_shows_is_masked(bench: Bench, environment: dict[str, str], cell: str) -> None:
    bench.write(SHOWN[0], "from IPython.display import HTML, JSON, Markdown, display; import html, json", cell, AUDIT)
    run = bench.run(environment=environment)
    assert run.trusted, run.why
    assert leaks(bench, known=(*shapes(CANARY), "another-one", "third-one")) == []
    assert "Kanari" not in json.dumps(run.notebook)
    assert "***" in json.dumps(run.notebook)


@pytest.mark.parametrize(
    "cell",
    [
        "raise ValueError(pw)",
        "import psycopg; psycopg.connect(url.replace('postgresql:', 'postgresql+psycopg:'))",
        "import psycopg; psycopg.connect(url + '%zz')",
        "import threading; t = threading.Thread(target=lambda: int(pw)); t.start(); t.join()",
        "!false && echo {pw}",
        "import sys; sys.exit(pw)",
        "class Odd(Exception): pass\nraise Odd(f'x\\n{pw}\\ny') from ValueError(url)",
    ],
)
def test_what_a_failure_shows_is_masked(bench: Bench, environment: dict[str, str], cell: str) -> None:
    bench.write(SHOWN[0], cell, AUDIT)
    run = bench.run(environment=environment)
    assert not run.trusted
    assert leaks(bench, known=shapes(CANARY)) == []
    assert "Kanari" not in json.dumps(run.notebook)
    assert "Kanari" not in " ".join(run.why)


def test_a_secret_in_a_parameter_or_given_by_the_caller_is_masked(bench: Bench) -> None:
    bench.write("print(project)", AUDIT, parameters="project = '.'\nextra = {}")
    run = bench.run(
        parameters={"project": "postgres://a:Kanari-1@h/d", "extra": {"k": ["Kanari-2"], "Kanari-2": 1}},
        secrets=["Kanari-2"],
    )
    assert run.trusted, run.why
    assert leaks(bench, known=("Kanari",)) == []
    assert "Kanari" not in json.dumps(run.notebook)


def test_a_reason_that_is_cut_does_not_keep_half_a_secret(bench: Bench) -> None:
    bench.write("import os; raise ValueError('x' * 470 + os.environ['TEST_TOKEN'])", AUDIT)
    run = bench.run(environment=bench.environment | {"TEST_TOKEN": "Kanari" * 10})
    assert "Kan" not in " ".join(run.why)


def test_pictures_are_left_alone(bench: Bench) -> None:
    """Base64 shows no secret, but a chance match would break the picture."""
    bench.write("from IPython.display import Image; Image(data=b'\\x89PNG' + b'abcabc' * 20, format='png')", AUDIT)
    run = bench.run(secrets=["FiY2FiY2"])
    assert run.notebook.cells[2].outputs[0].data["image/png"].count("FiY2FiY2") > 5


def test_nothing_is_logged_or_printed(bench: Bench, environment: dict[str, str], tmp_path: Path) -> None:
    bench.write(SHOWN[0], "print(pw)", "raise ValueError(pw)", AUDIT)
    script = (
        "import logging, sys\nfrom pathlib import Path\n"
        "from pgready.reports.notebooks.run_notebook import run_notebook\n"
        "logging.basicConfig(level=logging.DEBUG)\nhere = Path(sys.argv[1])\n"
        "run = run_notebook(here / 'example.ipynb', here / 'executed.ipynb', parameters={'project': 'x'}, run_id='r',"
        " audit_json=here / 'audit.json')\nprint(run)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
    )
    assert "cell 5 failed: ValueError: ***" in done.stdout
    assert "Kanari" not in done.stdout + done.stderr
