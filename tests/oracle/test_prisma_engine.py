"""The snapshots of `tests/fixtures/prisma/expected` are what Prisma's engine says; `engine.py` says what it needs."""

from pathlib import Path

import pytest

from oracle.engine import Engine

pytestmark = pytest.mark.oracle

FIXTURES = Path(__file__).parents[1] / "fixtures" / "prisma"
NAMES = sorted(path.stem for path in (FIXTURES / "expected").glob("*.sql"))


def schema_files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.prisma")) if path.is_dir() else [path]


@pytest.mark.parametrize("name", NAMES)
def test_the_snapshot_is_what_the_engine_writes(engine: Engine, name: str) -> None:
    path = FIXTURES / name
    files = schema_files(path if path.is_dir() else path.with_suffix(".prisma"))
    assert engine.sql(files) == (FIXTURES / "expected" / f"{name}.sql").read_text()
