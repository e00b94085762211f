"""The values of an audit as the last expression of a cell: cards that are escaped, and nothing outside of IPython."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import IPython
import pytest
from IPython.core.formatters import DisplayFormatter

from pgready.checks import RULES
from pgready.findings import Confidence, Evidence, Finding, Noise, NoiseKind, Severity
from pgready.model.location import Location
from pgready.model.migration import MigrationRecord
from pgready.model.trace import Rerun, RerunOutcome, RunError, RunOutcome
from pgready.reports.blocks import MIME, decode
from pgready.reports.cards import CARDS
from pgready.reports.display import TYPES, display_in_ipython
from pgready.verdict import AuditResult

EXAMPLE = Path(__file__).parents[3] / "examples" / "premium-apps"
BAD = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e`'
Format = Callable[[object], dict[str, Any]]


@pytest.fixture
def formatter(monkeypatch: pytest.MonkeyPatch) -> DisplayFormatter:
    """IPython's own formatter in a process that takes it for its shell's."""
    made = DisplayFormatter()
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(display_formatter=made))
    assert display_in_ipython()
    return made


@pytest.fixture
def shown(formatter: DisplayFormatter) -> Format:
    """The forms that IPython would send to JupyterLab."""
    return lambda value: dict(formatter.format(value)[0])  # type: ignore[no-untyped-call]


def values(audit: AuditResult) -> list[object]:
    assert audit.rehearsal is not None
    return [
        audit,
        audit.declared,
        *audit.declared.tables,
        *audit.findings,
        *audit.checks,
        *audit.contracts,
        *audit.migrations,
        *audit.rehearsal.runs,
        audit.rehearsal,
        audit.grouping,
    ]


def test_every_card_belongs_to_a_type_that_ipython_is_told() -> None:
    assert {getattr(import_module(module), name) for module, name in TYPES} == CARDS.keys()


@pytest.mark.parametrize("which", ["premium_audit", "hostile_audit"])
def test_every_value_has_own_json_escaped_html_and_text(
    which: str, shown: Format, request: pytest.FixtureRequest
) -> None:
    for value in values(request.getfixturevalue(which)):
        forms = shown(value)
        assert forms.keys() == {MIME, "text/html", "text/plain"}
        assert decode(forms[MIME]) is not None
        assert "<script" not in forms["text/html"]
        assert "\u202e" not in forms["text/html"] + forms["text/plain"]
        assert 0 < len(forms["text/plain"]) < 20_000


def test_hostile_texts_in_every_field_are_text(premium_audit: AuditResult, shown: Format) -> None:
    assert premium_audit.rehearsal is not None
    finding = Finding(
        rule=BAD,
        severity=Severity.BLOCK,
        evidence=Evidence.READ,
        object=BAD,
        message=BAD,
        fix=BAD,
        confidence=Confidence.LOW,
        location=Location(BAD, 1, 1),
        suppressed=BAD,
        described=True,
    )
    noise = Noise(kind=NoiseKind.PRECISION, object=BAD, detail=BAD)
    run = replace(
        premium_audit.rehearsal.runs[0],
        migration=BAD,
        outcome=RunOutcome.FAILED,
        error=RunError(sqlstate="XX000", message=BAD),
        rerun=None,
        rerun_skipped=BAD,
    )
    record = MigrationRecord(name=BAD, position=1, file=BAD, unreadable=BAD, opaque=(Location(BAD),), has_file=False)
    check = replace(premium_audit.checks[0], findings=(finding,), noise=(noise,), why=BAD)
    for value in (finding, run, record, check, replace(RULES["INV001"], condition=BAD, fix=BAD, title=BAD)):
        html = shown(value)["text/html"]
        assert "<script" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html.replace("<wbr>", "").replace("&#34;", "")


def test_the_card_of_an_audit_has_the_verdict_the_numbers_and_what_to_look_at(
    premium_audit: AuditResult, shown: Format
) -> None:
    told = shown(premium_audit)["text/plain"]
    assert told.startswith("✗ NOT READY")
    assert "24 of 40" in told
    assert "views.findings(audit)" in told
    assert len(told) < 2_000


def test_a_rule_and_a_second_run_are_told(premium_audit: AuditResult, shown: Format) -> None:
    assert "When: All migrations ran" in shown(RULES["INV001"])["text/plain"]
    assert premium_audit.rehearsal is not None
    run = replace(premium_audit.rehearsal.runs[0], rerun=Rerun(outcome=RerunOutcome.RECREATES))
    assert "Second run: recreates" in shown(run)["text/plain"]


def test_a_tuple_of_findings_stays_a_tuple(premium_audit: AuditResult, shown: Format) -> None:
    assert shown(premium_audit.findings[:2]).keys() == {"text/plain"}


def test_what_a_person_has_registered_stays(formatter: DisplayFormatter, premium_audit: AuditResult) -> None:
    formatter.mimebundle_formatter.for_type(AuditResult, lambda _: {"text/plain": "mine"})
    assert display_in_ipython()
    assert dict(formatter.format(premium_audit)[0]) == {"text/plain": "mine"}  # type: ignore[no-untyped-call]


def test_without_a_shell_nothing_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    assert not display_in_ipython()
    monkeypatch.delitem(sys.modules, "IPython")
    assert not display_in_ipython()


_SHELL = f"""
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
result = shell.run_cell("import pgready; audit = pgready.audit({str(EXAMPLE)!r}, rehearse=False)")
assert result.success
print(sorted(shell.display_formatter.format(shell.user_ns["audit"])[0]))
"""
_PLAIN = """
import sys
import pgready
pgready.AuditResult
print("IPython" in sys.modules, "pgready.reports.display" in sys.modules)
"""


def _output(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()[-1]


def test_the_public_names_tell_the_shell_in_which_they_are_used() -> None:
    assert _output(_SHELL) == f"['{MIME}', 'text/html', 'text/plain']"


def test_outside_of_ipython_nothing_is_imported() -> None:
    assert _output(_PLAIN) == "False False"
