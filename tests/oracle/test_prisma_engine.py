"""The snapshots of `tests/fixtures/prisma/expected` are what Prisma's engine says, and the examples equal its tables.

Needs Node and the packages of `package.json` beside this file. `PGREADY_PRISMA_ORACLE` names the directory that holds
their `node_modules`; `PGREADY_TEST_REQUIRE` with the word `oracle` turns the skip into a failure.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgready.errors import SourceError
from pgready.model.schema import Schema, Table
from pgready.sources.prisma import locate, parse, read_schema, to_schema
from rehearsals import embedded, rehearsed

pytestmark = pytest.mark.oracle

TESTS = Path(__file__).parents[1]
FIXTURES = TESTS / "fixtures" / "prisma"
NAMES = sorted(path.stem for path in (FIXTURES / "expected").glob("*.sql"))
# The engine of version 8 rejects the connection in the schema, which versions up to 6 require.
_CONNECTION = re.compile(r"^[ \t]*(?:url|directUrl|shadowDatabaseUrl)[ \t]*=.*$", re.MULTILINE)


class Engine:
    """A process of Node that answers for Prisma's engine."""

    def __init__(self, packages: Path) -> None:
        command = ["node", str(Path(__file__).with_name("prisma_engine.mjs")), str(packages)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _ask(self, question: dict[str, object]) -> dict[str, str | None]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, str | None] = json.loads(self._process.stdout.readline())
        return answer

    def sql(self, files: list[Path]) -> str:
        texts = [[path.name, _CONNECTION.sub("", path.read_bytes().decode())] for path in files]
        answer = self._ask({"sql": texts})
        assert answer.get("sql") is not None, answer
        return f"{answer['sql']}".rstrip() + "\n"

    def accepts(self, text: str) -> bool:
        return self._ask({"validate": [["s.prisma", text]], "version": 8})["error"] is None

    def close(self) -> None:
        self._process.communicate(timeout=30)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    packages = Path(os.environ.get("PGREADY_PRISMA_ORACLE", ""))
    if shutil.which("node") is None or not (packages / "node_modules" / "psw6").is_dir():
        reason = "no Node, or PGREADY_PRISMA_ORACLE does not name the directory of the packages"
        if "oracle" in os.environ.get("PGREADY_TEST_REQUIRE", ""):
            pytest.fail(reason)
        pytest.skip(reason)
    found = Engine(packages)
    yield found
    found.close()


def schema_files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.prisma")) if path.is_dir() else [path]


@pytest.mark.parametrize("name", NAMES)
def test_the_snapshot_is_what_the_engine_writes(engine: Engine, name: str) -> None:
    path = FIXTURES / name
    files = schema_files(path if path.is_dir() else path.with_suffix(".prisma"))
    assert engine.sql(files) == (FIXTURES / "expected" / f"{name}.sql").read_text()


@embedded
@pytest.mark.parametrize("example", ["premium-apps", "premium-apps-fixed"])
def test_an_example_declares_what_the_engine_makes(engine: Engine, example: str) -> None:
    files = locate(TESTS.parent / "examples" / example)
    declared = read_schema(files)
    result = rehearsed(engine.sql(list(files.schema_files)))
    assert result.complete
    assert [_comparable(table) for table in declared.tables] == [_comparable(table) for table in result.schema.tables]
    assert _enums(declared) == _enums(result.schema)


def _enums(schema: Schema) -> dict[str, tuple[str, ...]]:
    return {str(enum.name): enum.values for enum in schema.enums}


def _comparable(table: Table) -> dict[str, object]:
    """Everything but defaults and predicates, which the server spells in its own way, and what only one side knows."""
    return {
        "name": str(table.name),
        "columns": [(each.name, each.type, each.not_null, each.default is not None) for each in table.columns],
        "key": table.primary_key,
        "indexes": [(each.name, each.columns, each.unique, each.method) for each in table.indexes],
        "foreign keys": [
            (each.name, each.columns, each.referenced_table, each.referenced_columns, each.on_delete, each.on_update)
            for each in table.foreign_keys
        ],
    }


@pytest.mark.parametrize("name", NAMES)
def test_both_accept_or_reject_a_schema_with_one_line_missing(engine: Engine, name: str) -> None:
    """Without one line most schemas are broken; for some that only the reference to an enum or a comment is gone."""
    path = FIXTURES / f"{name}.prisma"
    if not path.is_file():
        pytest.skip("a folder")
    text = _CONNECTION.sub("", path.read_bytes().decode())
    lines = text.splitlines(keepends=True)
    differing = []
    for number in range(len(lines)):
        without = "".join(lines[:number] + lines[number + 1 :])
        if engine.accepts(without) != _accepts(without):
            differing.append((number + 1, lines[number]))
    assert [line for line in differing if not _is_lenient(line[1])] == []


def _accepts(text: str) -> bool:
    try:
        to_schema([parse(text, "s.prisma")])
    except SourceError:
        return False
    return True


def _is_lenient(line: str) -> bool:
    """Lines of generators, without which Prisma rejects but the tables are the same; and the datasource.

    Prisma accepts a schema without a datasource; we need to know that it is PostgreSQL.
    """
    return any(word in line for word in ("provider", "previewFeatures", "generator", "datasource", "@ignore"))
