"""Audits that were written before are read back: by this version, and as far as can be by any other one."""

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # has no types

import pgready
from pgready import load_audit
from pgready.errors import ReportError
from pgready.reports import views
from pgready.reports.document import decode, encode, write_audit
from pgready.reports.document_schema import SCHEMA_FILE, schema, schema_text
from pgready.verdict import AuditResult, Verdict

ROOT = Path(__file__).parents[3]
FIRST = ROOT / "tests" / "fixtures" / "audit_of_the_first_version.json"
SAMPLE = ROOT / "reports" / "premium-apps" / "audit.json"


def test_the_schema_is_generated_from_the_values() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run `python -m pgready.reports.document_schema`"
    Draft202012Validator.check_schema(schema())
    copied = ROOT / "docs" / "reference" / SCHEMA_FILE.name
    assert copied.read_text(encoding="utf-8") == schema_text(), "run `make docs`"


@pytest.mark.parametrize("file", [FIRST, SAMPLE], ids=["first", "sample"])
def test_audits_of_all_versions_are_valid_by_the_schema(file: Path) -> None:
    Draft202012Validator(schema()).validate(json.loads(file.read_text(encoding="utf-8")))


def test_audits_with_findings_and_hostile_names_are_valid(
    premium_audit: AuditResult, hostile_audit: AuditResult
) -> None:
    for audit in (premium_audit, hostile_audit):
        Draft202012Validator(schema()).validate(json.loads(encode(audit)))
        assert decode(encode(audit)) == audit


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("verdict",), "PERHAPS"),
        (("findings", 0, "severity"), "awful"),
        (("migrations", 0, "name"), None),
        (("declared", "tables", 0, "columns"), None),
    ],
)
def test_the_schema_refuses_what_pgready_never_writes(path: tuple[str | int, ...], value: object) -> None:
    document: Any = json.loads(FIRST.read_text(encoding="utf-8"))
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert not Draft202012Validator(schema()).is_valid(document)


def test_every_part_of_an_audit_has_a_key_of_the_document() -> None:
    elsewhere = {"judgement": {"verdict", "reason", "exit_code"}, "skips": {"migrations"}}
    keys = set(schema()["properties"])
    for field in fields(AuditResult):
        assert elsewhere.get(field.name, {field.name}) <= keys or (field.name, "grouping" in keys) == ("grouping", True)


def test_an_audit_of_the_first_version_is_read_with_what_it_did_not_know_left_out() -> None:
    audit = load_audit(FIRST)
    assert audit.verdict is Verdict.NOT_READY
    assert audit.rehearsal is not None
    assert [len(run.trace) for run in audit.rehearsal.runs] == [0] * len(audit.migrations)
    assert (audit.hubs, audit.lives, audit.rehearsal.rows) == ((), (), None)
    assert decode(encode(audit)) == audit


def test_a_stored_audit_is_the_audit(premium_audit: AuditResult, tmp_path: Path) -> None:
    file = write_audit(premium_audit, tmp_path)
    assert load_audit(file) == premium_audit
    assert load_audit(str(tmp_path)) == premium_audit
    assert "load_audit" in pgready.__all__


@pytest.mark.parametrize("file", [FIRST, SAMPLE], ids=["first", "sample"])
def test_the_views_show_a_stored_audit_without_another_rehearsal(file: Path) -> None:
    audit = load_audit(file)
    assert "NOT READY" in str(views.verdict(audit))
    for view in (views.figures, views.executive_summary, views.inventory, views.migrations):
        assert len(str(view(audit))) > 100, view.__name__


def of_format(name: str) -> str:
    return json.dumps(json.loads(FIRST.read_text(encoding="utf-8")) | {"format": name})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not an audit: "),
        ("{", "not an audit: "),
        ("[" * 100_000, "not an audit: "),
        ("[]", "not an audit of format pgready-audit/1"),
        ("{}", "not an audit of format pgready-audit/1"),
        ('{"format": 1}', "not an audit of format pgready-audit/1"),
        ('{"format": "sarif"}', "not an audit of format pgready-audit/1, but of 'sarif'"),
        ('{"format": "pgready-diff/1"}', "but of 'pgready-diff/1'"),
        ('{"format": "pgready-audit/1"}', "not a complete audit of format pgready-audit/1: KeyError: 'findings'"),
        ('{"format": "pgready-audit/1", "findings": 3}', "not a complete audit"),
    ],
)
def test_anything_else_is_refused_with_what_was_expected(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "audit.json"
    file.write_text(content)
    with pytest.raises(ReportError) as caught:
        load_audit(file)
    assert str(caught.value).startswith(f"{file}: {message}" if message.startswith("not") else f"{file}: ")
    assert message in str(caught.value)


def test_another_version_of_the_format_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "audit.json").write_text(of_format("pgready-audit/2"))
    with pytest.raises(ReportError) as caught:
        load_audit(tmp_path)
    assert "not an audit of format pgready-audit/1, but of 'pgready-audit/2', which another version" in str(
        caught.value
    )
    assert pgready.__version__ in str(caught.value)


def test_a_value_that_is_not_known_is_named_with_its_place_and_the_version_that_wrote_it(tmp_path: Path) -> None:
    document = json.loads(FIRST.read_text(encoding="utf-8"))
    document["run"]["pgready"] = "9.9.9"
    document["checks"][1]["outcome"] = "dreamt"
    (tmp_path / "audit.json").write_text(json.dumps(document))
    with pytest.raises(ReportError, match=r"\(pgready 9\.9\.9 wrote it, this is .*\): .*checks?.*|outcome") as caught:
        load_audit(tmp_path)
    assert "$[1].outcome" in str(caught.value)
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("scope",), None),
        (("run", "id"), None),
        (("migrations", 0, "name"), 3),
        (("migrations", 0, "position"), "1"),
        (("migrations", 0, "has_file"), "no"),
        (("checks", 0, "why"), None),
        (("opaque",), [None]),
        (("declared", "tables", 0, "name"), None),
    ],
)
def test_a_null_or_a_number_where_a_name_belongs_is_refused_and_never_read_as_text(
    path: tuple[str | int, ...], value: object, tmp_path: Path
) -> None:
    document: Any = json.loads(FIRST.read_text(encoding="utf-8"))
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    (tmp_path / "audit.json").write_text(json.dumps(document))
    with pytest.raises(ReportError, match="not a complete audit of format"):
        load_audit(tmp_path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path / "missing.json", "no such file or directory"),
        (lambda path: path, "holds no audit.json"),
        (lambda _: Path("~nobody-of-that-name/audit.json"), "no such home directory"),
        (lambda path: path / ("x" * 300), "cannot be read"),
        (lambda path: f"{path}/a\0b", "no such file or directory"),
        (lambda _: 3, "3 is no path"),
        (lambda _: "/dev/null", "is no file"),
    ],
)
def test_a_place_without_an_audit_is_refused(make: Callable[[Path], Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=message):
        load_audit(make(tmp_path))
