"""A report stays small enough to mail and to open, however much there is to say; what is left out is counted."""

import re
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest
from nbformat import NotebookNode

from pgready.config import Config
from pgready.findings import CheckResult, Evidence, Finding, Outcome, Severity
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema, Table
from pgready.model.trace import MigrationRun, RunOutcome, Skip
from pgready.reports import views
from pgready.reports.markdown.export import export_markdown
from pgready.reports.page.export import export_html
from pgready.reports.page.html import block_html
from pgready.verdict import AuditResult

_TABLES, _MIGRATIONS, _FINDINGS = 1_000, 800, 6_000
_LONG = "a message that a server has made very long " * 40


def test_the_report_of_the_example_can_be_mailed(audits: ModuleType, premium_audit: AuditResult) -> None:
    html = export_html(audits.notebook_of(premium_audit), title="premium-apps")
    assert len(html.encode()) < 300_000


def _table(audits: ModuleType, number: int) -> Table:
    name = f"Feature{number % 50:02}Table{number:04}"
    other = f"Feature{number % 50:02}Table{(number + 50) % _TABLES:04}"
    table: Table = audits.table_named(name, (audits.key_named(name, "otherId", other),), ("otherId", "title", "state"))
    return table


def _skip(number: int) -> Skip:
    return Skip(
        migration=f"2026{number % _MIGRATIONS:04}_change",
        position=number % _MIGRATIONS + 1,
        guard=f"EXISTS (SELECT 1 FROM pg_class WHERE relname = 'Late{number}') {_LONG}",
        asked_for=ObjectRef(kind=ObjectKind.TABLE, schema="public", table=None, name=f"Late{number}"),
        would_make=ObjectRef(kind=ObjectKind.INDEX, schema="public", table="T", name=f"i{number}"),
        exists_at_end=False,
        made_by=None,
        made_at=None,
        location=Location(f"prisma/migrations/2026{number:04}_change/migration.sql", number + 1, 1),
    )


@pytest.fixture(scope="module")
def huge(audits: ModuleType) -> AuditResult:
    """1,000 tables of which a half is made, 800 migrations, 2,000 skips, and findings by the thousand."""
    tables = tuple(_table(audits, number) for number in range(_TABLES))
    groups: dict[str, tuple[str, ...]] = {f"Feature {number:02}": (f"Feature{number:02}*",) for number in range(50)}
    runs = tuple(
        MigrationRun(
            migration=f"2026{number:04}_change",
            position=number + 1,
            outcome=RunOutcome.APPLIED,
            made=tuple(
                ObjectRef(kind=ObjectKind.INDEX, schema="public", table="T", name=f"i{number}_{nth}")
                for nth in range(30)
            ),
        )
        for number in range(_MIGRATIONS)
    )
    make_audit: Callable[..., AuditResult] = audits.audit_of
    audit = make_audit(
        Config(groups=groups),
        Schema(tables=tables),
        made=Schema(tables=tables[: _TABLES // 2]),
        runs=runs,
    )
    skips = tuple(_skip(number) for number in range(2_000))
    return replace(audit, skips=skips, checks=tuple(_loud(check) for check in audit.checks))


def _loud(check: CheckResult) -> CheckResult:
    """A check with a hundred findings of its own, the first ones with all the findings there may be."""
    number = _FINDINGS if check.rule in {"INV005", "SCH002"} else 100
    severity = Severity.NOTE if check.rule.startswith(("SCH", "LCK")) else Severity.BLOCK
    findings = tuple(
        Finding(
            rule=check.rule,
            severity=severity,
            evidence=Evidence.READ,
            object=f"public.Feature{nth}.some_column_with_a_name_{nth}",
            message=f"{nth}: {_LONG}",
            fix=f"{nth}: {_LONG}",
            location=Location("prisma/schema.prisma", nth + 1, 1),
        )
        for nth in range(number)
    )
    return replace(check, outcome=Outcome.FAILED, findings=(*check.findings, *findings))


@pytest.fixture(scope="module")
def huge_notebook(audits: ModuleType, huge: AuditResult) -> NotebookNode:
    notebook: NotebookNode = audits.notebook_of(huge)
    return notebook


@pytest.fixture(scope="module")
def huge_html(huge_notebook: NotebookNode) -> str:
    return export_html(huge_notebook, title="huge")


def test_a_thousand_tables_stay_below_two_megabytes(huge_html: str) -> None:
    assert len(huge_html.encode()) < 2_000_000


def test_what_is_left_out_is_counted(huge_html: str, huge: AuditResult) -> None:
    assert len(re.findall(r"\d+ more in <code>audit.json</code>", huge_html)) > 20
    shown = views.migrations(huge, objects=False)._repr_mimebundle_()["text/plain"]
    assert f"… {_MIGRATIONS - 200} more in audit.json" in shown


def test_no_row_of_a_finding_is_a_wall_of_text(huge: AuditResult) -> None:
    html = str(block_html(views.findings(huge).block))
    assert max(len(cell) for cell in re.findall(r"<td>(.*?)</td>", html, re.DOTALL)) < 1_500


def test_the_markdown_stays_within_what_github_shows(huge_notebook: NotebookNode) -> None:
    text, _ = export_markdown(huge_notebook, name="huge")
    assert len(text.encode()) < 2_000_000
