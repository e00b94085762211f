"""audit.json is lossless, and refuses what it does not know."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgready.errors import ReportError
from pgready.findings import CheckResult, Noise, Outcome
from pgready.model.names import QualifiedName
from pgready.model.trace import Rehearsal
from pgready.reports.document import decode, decode_rehearsal, encode, encode_rehearsal
from pgready.verdict import AuditResult

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
