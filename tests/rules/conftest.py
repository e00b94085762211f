"""A check is judged the way the audit does it: all of them, and one is looked at."""

from datetime import date

import pytest

from builders import Build, Judge
from pgready.checks import Gathered, run_checks
from pgready.findings import CheckResult


@pytest.fixture
def build() -> Build:
    return Build()


@pytest.fixture
def judge() -> Judge:
    """Run all checks and give the outcome of one rule."""

    def of(rule: str, gathered: Gathered) -> CheckResult:
        return next(result for result in run_checks(gathered, today=date(2027, 1, 1)) if result.rule == rule)

    return of
