"""Drift as Prisma's own `migrate diff` sees it, and what pgready says to the same database.

Each case was measured. Two rules hold for all of them: where Prisma would run anything, pgready has a finding or names
the noise that explains it; where Prisma is silent, nothing of pgready blocks. Exceptions carry a reason in the table.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from oracle.drift_case import Case, Row, read_cases, schema_of
from oracle.drift_defaults import DEFAULTS
from oracle.drift_types import TYPES
from oracle.engine import Engine
from oracle.workshop import Answers, Workshop, open_workshop
from pgready.findings import NoiseKind
from rehearsals import embedded

pytestmark = [pytest.mark.oracle, embedded]

CASES = tuple(read_cases())
AT_ONCE = 40
ENUM = 'enum E { X; Y; Q @map("q q") }'
FIXTURES = Path(__file__).parents[1] / "fixtures" / "prisma"
NAMES = sorted(path.stem for path in (FIXTURES / "expected").glob("*.sql"))
# Prisma makes neither views nor a default for dbgenerated() without an argument; the application needs both.
DELIBERATE = {
    "dbgenerated": ("INV005 warn Generated.unknown", "INV005 warn Generated.unknowns"),
    "defaults": ("INV005 warn Defaults.nothing",),
    "syntax": ("INV001 block V",),
    "view_forms": ("INV001 block reports.Total", "INV001 block reports.User"),
    "views": ("INV001 block NoKey", "INV001 block user_info"),
}
TYPES_OF_THE_DATABASE = """
CREATE EXTENSION citext;
CREATE DOMAIN d AS text;
CREATE DOMAIN d2 AS int;
CREATE DOMAIN short AS varchar(5);
CREATE DOMAIN deep AS d;
CREATE TYPE pair AS (a int, b int);
"""


@pytest.fixture(scope="module")
def workshop(engine: Engine) -> Iterator[Workshop]:
    with open_workshop(engine) as opened:
        yield opened


def test_no_two_cases_have_the_same_name() -> None:
    assert len({each.name for each in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case(workshop: Workshop, case: Case) -> None:
    files = [("schema.prisma", case.text)]
    made = case.made if case.made is not None else workshop.engine.sql_of(files)
    answers = workshop.ask(files, f"{made}\n{case.change}", external_tables=case.external_tables)
    assert answers.prisma.error is None
    assert _statements(answers.prisma.sql) == case.prisma
    assert answers.says == case.says
    agreed = _agree(prisma_writes=bool(case.prisma), says=case.says)
    assert agreed != bool(case.why), "a reason is given exactly where the two do not agree"


def _statements(sql: str) -> str:
    return " ".join(re.sub(r"^--.*$", "", sql, flags=re.MULTILINE).split())


def _agree(*, prisma_writes: bool, says: Sequence[str]) -> bool:
    blocks = any(" block " in f" {each} " for each in says)
    return bool(says) if prisma_writes else not blocks


def _batches(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]


def _schema(rows: Sequence[Row]) -> list[tuple[str, str]]:
    fields = "; ".join(f"c{place} {row.field}" for place, row in enumerate(rows))
    return [("schema.prisma", schema_of(f"model T {{ id Int @id; {fields} }}", ENUM))]


@pytest.mark.parametrize("rows", _batches(DEFAULTS), ids=lambda rows: rows[0].field)
def test_defaults(workshop: Workshop, rows: Sequence[Row]) -> None:
    """The database has Prisma's own columns, with other defaults; `NONE` is no default."""
    files = _schema(rows)
    changes = [
        f'ALTER TABLE "T" ALTER COLUMN c{place} '
        + ("DROP DEFAULT" if row.made == "NONE" else f"SET DEFAULT {row.made}")
        for place, row in enumerate(rows)
    ]
    sql = workshop.engine.sql_of(files)
    _compare(rows, workshop.ask(files, f"{sql}\n{';'.join(changes)}"))


@pytest.mark.parametrize("rows", _batches(TYPES), ids=lambda rows: rows[0].field)
def test_types(workshop: Workshop, rows: Sequence[Row]) -> None:
    columns = [f"c{place} {row.made}{_null(row)}" for place, row in enumerate(rows)]
    enums = """CREATE TYPE "E" AS ENUM ('X', 'Y', 'q q');"""
    table = f'CREATE TABLE "T" (id int NOT NULL, {", ".join(columns)}, CONSTRAINT "T_pkey" PRIMARY KEY (id))'
    _compare(rows, workshop.ask(_schema(rows), TYPES_OF_THE_DATABASE + enums + table))


def _null(row: Row) -> str:
    return "" if row.field.endswith("?") or "[]" in row.field.split()[0] else " NOT NULL"


def _compare(rows: Sequence[Row], answers: Answers) -> None:
    assert answers.prisma.error is None
    writes = set(re.findall(r'"(c\d+)"', answers.prisma.sql))
    found = [
        Row(row.field, row.made, f"c{place}" in writes, _said(answers.says, f"T.c{place}"), row.why)
        for place, row in enumerate(rows)
    ]
    assert found == list(rows)
    for row in rows:
        agreed = _agree(prisma_writes=row.prisma_writes, says=[row.says] if row.says else [])
        assert agreed != bool(row.why), row


def _said(says: Sequence[str], column: str) -> str:
    return "+".join(sorted({line.split(" ")[-2] for line in says if line.endswith(f" {column}")}))


@pytest.mark.parametrize("name", NAMES)
def test_of_a_database_that_prisma_makes_there_is_nothing_to_say(workshop: Workshop, name: str) -> None:
    """Except what Prisma itself would write anew, for ever."""
    path = FIXTURES / name
    parts = sorted(path.rglob("*.prisma")) if path.is_dir() else [path.with_suffix(".prisma")]
    files = [(part.name, part.read_bytes().decode()) for part in parts]
    sql = (FIXTURES / "expected" / f"{name}.sql").read_text()
    answers = workshop.ask(files, f"CREATE EXTENSION IF NOT EXISTS vector;\n{sql}")
    assert answers.prisma.error is None
    said = [line for line in answers.says if line not in DELIBERATE.get(name, ())]
    again = [line.removeprefix("ALWAYS_REWRITTEN ").rpartition(".")[2] for line in said if line.startswith("ALWAYS")]
    assert len(again) == len(said), said
    assert [each for each in again if f'"{each}"' not in answers.prisma.sql] == []


def test_every_kind_of_noise_is_measured() -> None:
    said = {line.partition(" ")[0] for case in CASES for line in case.says} | {row.says for row in (*DEFAULTS, *TYPES)}
    assert {kind.name for kind in NoiseKind} <= said
