"""One database, asked twice: what Prisma's engine says about it, and what pgready says.

A rehearsal takes a server of its own, which costs more than all that is looked at here; so one server is kept for all
rehearsals of a module. Everything else is the rehearsal as it is.
"""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pytest

from oracle.engine import Drift, Engine
from pgready.checks import Gathered, run_checks
from pgready.config import Config
from pgready.findings import CheckResult
from pgready.model.schema import Schema
from pgready.model.spelling import questions
from pgready.model.trace import Rehearsal
from pgready.rehearsal import rehearse, run
from pgready.rehearsal.cluster import Cluster, throwaway_cluster
from pgready.rehearsal.database import OWNER, Database, new_database
from pgready.rehearsal.settings import PORT
from pgready.sources.prisma import parse, to_schema
from rehearsals import of_texts

__all__ = ["Answers", "Workshop", "open_workshop"]

RULES = ("INV001", "INV002", "INV005", "INV006", "INV007", "INV008")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What Prisma would run, and the results of pgready's rules of drift."""

    prisma: Drift
    checks: tuple[CheckResult, ...]

    @property
    def says(self) -> tuple[str, ...]:
        """`INV005 block T.v` for findings, `SEQUENCE T.id` for noise, `INV005 skipped` for what did not run, sorted.

        The schema `public` is left out.
        """
        return tuple(sorted(line for check in self.checks for line in _lines(check)))


def _lines(check: CheckResult) -> Iterator[str]:
    if check.outcome.value in ("skipped", "errored"):
        yield f"{check.rule} {check.outcome}: {check.why}"
    for finding in check.findings:
        yield f"{finding.rule} {finding.severity.word} {finding.object.removeprefix('public.')}"
    for noise in check.noise:
        yield f"{noise.kind.name} {noise.object.removeprefix('public.')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """A server and an engine; both are asked about a database that SQL made."""

    cluster: Cluster
    engine: Engine

    def ask(self, files: Sequence[tuple[str, str]], *sql: str, external_tables: tuple[str, ...] = ()) -> Answers:
        """Run the SQL as the migrations of an empty database, then compare it with the schema (path, text)."""
        heard: list[Drift] = []

        @contextlib.contextmanager
        def database(cluster: Cluster) -> Iterator[Database]:
            with _database(cluster) as made:
                yield made
                heard.append(self._prisma(files, made, external_tables))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(run, "throwaway_cluster", lambda _binaries: contextlib.nullcontext(self.cluster))
            patch.setattr(run, "new_database", database)
            declared = to_schema([parse(text, path) for path, text in files])
            rehearsal = rehearse(of_texts(*sql), questions=questions(declared))
        assert rehearsal.complete, [each.error for each in rehearsal.runs]
        return Answers(prisma=heard[0], checks=_judged(declared, rehearsal))

    def _prisma(self, files: Sequence[tuple[str, str]], made: Database, external_tables: tuple[str, ...]) -> Drift:
        return self.engine.drift(
            files,
            host=str(self.cluster.directory.socket),
            port=PORT,
            database=made.name,
            user=OWNER,
            password=made.password,
            externalTables=list(external_tables),
        )


@contextlib.contextmanager
def _database(cluster: Cluster) -> Iterator[Database]:
    """The database of a rehearsal; afterwards the server is as it was."""
    try:
        with new_database(cluster) as made:
            yield made
    finally:
        with cluster.connect_admin() as admin:
            admin.execute("DROP DATABASE IF EXISTS rehearsal WITH (FORCE)")
            admin.execute(f"DROP ROLE IF EXISTS {OWNER}".encode())
        for left in cluster.directory.overlay.iterdir():
            shutil.rmtree(left)


def _judged(declared: Schema, rehearsal: Rehearsal) -> tuple[CheckResult, ...]:
    gathered = Gathered(config=Config(), declared=declared, migrations=(), rehearsal=rehearsal)
    return tuple(each for each in run_checks(gathered, today=date(2027, 1, 1)) if each.rule in RULES)


@contextlib.contextmanager
def open_workshop(engine: Engine) -> Iterator[Workshop]:
    """A workshop with a server of its own."""
    with throwaway_cluster() as cluster:
        yield Workshop(cluster=cluster, engine=engine)
