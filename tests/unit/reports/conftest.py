"""Audits to show: see tests/fixtures/audits.py."""

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from pgready.verdict import AuditResult

_FILE = Path(__file__).parents[2] / "fixtures" / "audits.py"


@pytest.fixture(scope="session")
def audits() -> ModuleType:
    """The module that builds audits."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # see pgready.reports.page.export
    spec = spec_from_file_location("audits", _FILE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def premium_audit(audits: ModuleType) -> AuditResult:
    """NOT READY: 24 of 40 tables, 12 of 26 keys."""
    result: AuditResult = audits.premium()
    return result


@pytest.fixture(scope="session")
def hostile_audit(audits: ModuleType) -> AuditResult:
    """Every name tries to break out."""
    result: AuditResult = audits.hostile()
    return result


@pytest.fixture
def make_audit(audits: ModuleType) -> Callable[..., AuditResult]:
    """Judge given values with the real checks."""
    made: Callable[..., AuditResult] = audits.audit_of
    return made
