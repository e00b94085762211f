"""The reports name the Prisma version, the line that says it, and what it decides."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest

from pgready.config import Config
from pgready.model.location import Location
from pgready.model.schema import Schema
from pgready.reports import views
from pgready.reports.document import decode, encode
from pgready.reports.page.html import block_html
from pgready.reports.terminal.result import summary
from pgready.verdict import AuditResult, ProjectInfo


@pytest.fixture
def plain(make_audit: Callable[..., AuditResult]) -> AuditResult:
    return make_audit(Config(name="small"), Schema(), made=Schema())


def _row(audit: AuditResult, term: str = "Prisma: ") -> str:
    return next(line for line in str(views.scope(audit)).splitlines() if line.startswith(term)).removeprefix(term)


def _with(audit: AuditResult, version: str | None, *, exact: bool, by_statement: bool | None) -> AuditResult:
    location = Location("../../package.json", 7, 15) if version else None
    project = ProjectInfo(
        name="small",
        schema_files=(),
        migrations_directory=None,
        prisma_version=version,
        prisma_exact=exact,
        prisma_location=location,
        prisma_by_statement=by_statement,
        prisma_join_primary_key=by_statement,
    )
    return replace(audit, project=project)


def test_the_version_stands_with_its_line_in_the_summary_the_appendix_and_on_the_terminal(plain: AuditResult) -> None:
    assert _row(plain) == "6.19.0 (pnpm-lock.yaml:1234); sends each file whole, as the rehearsal did"
    assert "Prisma: 6.19.0 (pnpm-lock.yaml:1234)\n" in str(views.versions(plain))
    dim = [text for text, style in summary(plain) if style == "dim" and text.startswith("  Prisma ")]
    assert dim == ["  Prisma 6.19.0 (pnpm-lock.yaml:1234); sends each file whole, as the rehearsal did"]


@pytest.mark.parametrize(
    ("version", "exact", "by_statement", "said"),
    [
        ("7.4.1", True, True, "sends a file statement by statement where its parser can read it, as the rehearsal did"),
        ("^6.1.0", False, False, "a range, judged by its lower end; sends each file whole, as the rehearsal did"),
        (
            "latest",
            False,
            None,
            "whether it sends a file whole (before 7.4) or by statement is not known, so both were rehearsed",
        ),
    ],
)
def test_what_it_decides_is_said(
    plain: AuditResult, version: str, *, exact: bool, by_statement: bool | None, said: str
) -> None:
    row = _row(_with(plain, version, exact=exact, by_statement=by_statement))
    assert row.startswith(f"{version} (../../package.json:7); {said}")


@pytest.mark.parametrize(
    ("primary_key", "said"),
    [
        (True, "; implicit many-to-many tables get a primary key"),
        (False, "; implicit many-to-many tables get a unique index in place of a primary key"),
        (None, "; sends each file whole, as the rehearsal did"),
    ],
)
def test_the_key_of_many_to_many_tables_is_said_where_there_is_one(
    audits: ModuleType, plain: AuditResult, *, primary_key: bool | None, said: str
) -> None:
    join = replace(audits.table_named("_AToB"), model=None)
    project = replace(plain.project, prisma_join_primary_key=primary_key)
    assert _row(replace(plain, project=project, declared=Schema(tables=(join,)))).endswith(said)
    assert "many-to-many" not in _row(replace(plain, project=project))


def test_a_version_that_no_file_names_is_told(plain: AuditResult) -> None:
    row = _row(_with(plain, None, exact=False, by_statement=None))
    assert row.startswith("not found: no lock file or package.json names one version; whether it sends a file whole")


def test_the_evidence_is_in_audit_json(plain: AuditResult) -> None:
    assert decode(encode(plain)) == plain
    assert b'"prisma_location": {\n      "file": "pnpm-lock.yaml",\n      "line": 1234' in encode(plain)


def test_a_hostile_range_is_cut_and_escaped(plain: AuditResult) -> None:
    hostile = _with(plain, "<script>\u202e" + "x" * 9_000, exact=False, by_statement=None)
    html = block_html(views.scope(hostile).block)
    assert "&lt;script&gt;\\u202e" in html
    assert len(html) < 5_000
