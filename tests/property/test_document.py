"""audit.json is lossless, and refuses what it does not know."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # has no types

from pgready.errors import ReportError
from pgready.findings import CheckResult, Noise, Outcome
from pgready.model.deployment import Deployment
from pgready.model.names import QualifiedName
from pgready.model.trace import Rehearsal
from pgready.reports import document_schema
from pgready.reports.document import decode, decode_rehearsal, encode, encode_rehearsal
from pgready.verdict import AuditResult

schema = cache(document_schema.schema)
_Json: TypeAlias = Any
"""What JSON may hold."""

# JSON has no lone surrogates and no NaN; names come with dots, quotes, control characters and emoji.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["a.b", '"', "😀", "\u202e", "\x00"]
)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(QualifiedName, st.builds(QualifiedName, TEXT, TEXT))


def consistent(result: AuditResult) -> AuditResult:
    """What every real audit keeps: one check per rule with its own findings, runs and skips of its migrations."""
    checks: dict[str, CheckResult] = {}
    for check in result.checks:
        checks[check.rule] = replace(
            check, findings=tuple(replace(finding, rule=check.rule) for finding in check.findings)
        )
    migrations = tuple({record.name: record for record in result.migrations}.values())
    names = {record.name: record for record in migrations}
    runs = tuple(
        replace(run, migration=record.name, position=record.position)
        for run, record in zip(result.rehearsal.runs if result.rehearsal else (), migrations, strict=False)
    )
    rehearsal = replace(result.rehearsal, runs=runs) if result.rehearsal else None
    order = list(names)
    skips = sorted(
        (skip for skip in result.skips if skip.migration in names), key=lambda skip: order.index(skip.migration)
    )
    return replace(
        result, checks=tuple(checks.values()), migrations=migrations, rehearsal=rehearsal, skips=tuple(skips)
    )


SLOW = settings(
    max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)


def closed(content: _Json) -> _Json:
    """The same schema that allows no key beyond those that it names."""
    if isinstance(content, list):
        return [closed(each) for each in content]
    if not isinstance(content, dict):
        return content
    inner = {key: closed(value) for key, value in content.items()}
    return (
        {**inner, "additionalProperties": False} if content.get("type") == "object" and "properties" in inner else inner
    )


def walked(value: _Json, content: _Json, change: Callable[[dict[str, Any], dict[str, Any]], _Json]) -> _Json:
    """The document with every object changed whose keys the schema names, the inner ones first."""
    content = fitting(value, content)
    if isinstance(value, list):
        places = content.get("prefixItems", [])
        inner = [*places, *[content.get("items", {})] * (len(value) - len(places))]
        return [walked(each, part, change) for each, part in zip(value, inner, strict=True)]
    if isinstance(value, dict) and "properties" in content:
        properties = content["properties"]
        return change({key: walked(each, properties[key], change) for key, each in value.items()}, content)
    return value


def fitting(value: _Json, content: _Json) -> _Json:
    """The part of the schema that a value follows: references resolved, of several choices the one with its keys."""
    if "$ref" in content:
        return fitting(value, schema()["$defs"][content["$ref"].rsplit("/", 1)[1]])
    choices = [fitting(value, each) for each in content.get("anyOf", ())]
    wanted = [each for each in choices if isinstance(value, dict) and value.keys() == each.get("properties", {}).keys()]
    others = [each for each in choices if isinstance(value, list) and each.get("type") == "array"]
    return next(iter([*wanted, *others]), {}) if choices else content


@SLOW
@given(st.from_type(AuditResult))
def test_reading_back_gives_the_same_audit(result: AuditResult) -> None:
    wanted = consistent(result)
    assert decode(encode(wanted)) == wanted


@SLOW
@given(st.from_type(AuditResult))
def test_the_same_audit_gives_the_same_bytes(result: AuditResult) -> None:
    wanted = consistent(result)
    assert encode(decode(encode(wanted))) == encode(wanted)


@SLOW
@given(st.from_type(AuditResult), st.lists(st.from_type(Noise), min_size=1).map(tuple))
def test_differences_that_prisma_does_not_compare_come_back_in_full(
    result: AuditResult, noise: tuple[Noise, ...]
) -> None:
    check = CheckResult(rule="INV005", outcome=Outcome.PASSED, why="12 columns compared", noise=noise)
    read = decode(encode(replace(consistent(result), checks=(check,))))
    assert read.checks == (check,)


@SLOW
@given(st.from_type(Rehearsal))
def test_a_kept_rehearsal_is_the_same(rehearsal: Rehearsal) -> None:
    assert decode_rehearsal(encode_rehearsal(rehearsal)) == rehearsal


@given(
    st.binary(max_size=60) | TEXT.map(str.encode) | st.sampled_from([b"{}", b'{"format": "pgready-audit/1"}', b"[]"])
)
def test_anything_else_is_a_report_error(content: bytes) -> None:
    with pytest.raises(ReportError):
        decode(content)


FEW = settings(SLOW, max_examples=12)
CLOSED = Draft202012Validator(closed(schema()))


@FEW
@given(st.from_type(AuditResult))
def test_every_audit_is_valid_by_its_schema_and_writes_no_key_that_it_does_not_name(result: AuditResult) -> None:
    document = json.loads(encode(consistent(result)))
    assert list(document) == list(schema()["properties"])
    CLOSED.validate(document)


@FEW
@given(st.from_type(AuditResult))
def test_keys_that_only_a_newer_version_knows_are_passed_over(result: AuditResult) -> None:
    wanted = consistent(result)
    newer = walked(json.loads(encode(wanted)), schema(), lambda found, _: {**found, "of_a_newer_version": [{"a": 1}]})
    assert newer["run"]["of_a_newer_version"]
    assert decode(json.dumps(newer).encode()) == wanted


@FEW
@given(st.from_type(AuditResult))
def test_keys_that_an_older_version_did_not_write_have_their_defaults(result: AuditResult) -> None:
    def only_required(found: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in found.items() if key in content.get("required", ())}

    wanted = consistent(result)
    older = walked(json.loads(encode(wanted)), schema(), only_required)
    read = decode(json.dumps(older).encode())
    assert (read.run.id, read.verdict, read.scope) == (wanted.run.id, wanted.verdict, wanted.scope)
    assert [it.name for it in read.migrations] == [it.name for it in wanted.migrations]
    assert read.deployment == Deployment()
    assert encode(decode(encode(read))) == encode(read)
