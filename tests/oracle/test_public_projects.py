"""Real projects: their schema makes what the engine makes, and their migrations leave the drift that Prisma sees.

`PGREADY_PUBLIC_PROJECTS` names a directory with one checked-out project in each sub-directory (with a `pgready.toml`
where the schema or the migrations stand in another place than Prisma's own); without it there is nothing to test.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from oracle.engine import Engine
from oracle.made import Maker, maker
from oracle.workshop import Workshop, open_workshop
from pgready.orchestrator.request import make_request
from pgready.orchestrator.sources import read_sources
from rehearsals import embedded

pytestmark = [pytest.mark.oracle, embedded]

WHERE = os.environ.get("PGREADY_PUBLIC_PROJECTS")
PROJECTS = sorted(path for path in Path(WHERE).iterdir() if path.is_dir()) if WHERE else []
_EXTENSION = re.compile(r"create extension[^;]*;", re.IGNORECASE)


@pytest.fixture(scope="module")
def server() -> Iterator[Maker]:
    with maker() as found:
        yield found


@pytest.fixture(scope="module")
def workshop(engine: Engine) -> Iterator[Workshop]:
    with open_workshop(engine) as opened:
        yield opened


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_the_schema_declares_what_the_engine_makes(engine: Engine, server: Maker, project: Path) -> None:
    sources = read_sources(make_request(project))
    # Extensions that only a migration names are not the schema's affair.
    extensions = {found for each in sources.migrations for found in _EXTENSION.findall(each.sql or "")}
    found = server.compared(sources.declared, "\n".join([*extensions, engine.sql(list(sources.files.schema_files))]))
    assert [each for each in found.differences if not each.startswith("extensions: ")] == []


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_both_see_the_same_drift_after_the_migrations(workshop: Workshop, project: Path) -> None:
    """Whatever object Prisma's SQL names, a finding or a named difference is about, and the other way round."""
    sources = read_sources(make_request(project))
    files = [(path.name, path.read_text()) for path in sources.files.schema_files]
    answers = workshop.ask(files, *(each.sql for each in sources.migrations if each.sql is not None))
    assert answers.prisma.error is None
    told = {finding.object.rpartition(".")[2] for check in answers.checks for finding in check.findings}
    passed_over = {noise.object.rpartition(".")[2] for check in answers.checks for noise in check.noise}
    named = set(re.findall(r'"([^"]+)"', answers.prisma.sql))
    assert [name for name in sorted(told) if name not in named] == []
    statements = [
        each for each in re.sub(r"^--.*$", "", answers.prisma.sql, flags=re.MULTILINE).split(";") if each.strip()
    ]
    unexplained = [each for each in statements if not any(f'"{name}"' in each for name in told | passed_over)]
    assert unexplained == []
