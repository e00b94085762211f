"""The engine of the oracle tests: one process per module."""

import os
from collections.abc import Iterator

import pytest

from oracle.engine import Engine, packages


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Prisma's own engine; the test is skipped where it cannot run, or fails where it is required."""
    where = packages()
    if where is None:
        reason = "no Node, or PGREADY_PRISMA_ORACLE does not name the directory of the packages"
        if "oracle" in os.environ.get("PGREADY_TEST_REQUIRE", ""):
            pytest.fail(reason)
        pytest.skip(reason)
    found = Engine(where)
    yield found
    found.close()
