from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

from pgready.config import Config
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, RunError, RunOutcome
from pgready.reports.causes import Cause, CauseKind, Lacking
from pgready.reports.grouping import by_cause
from pgready.verdict import AuditResult

ABSENT = Cause(CauseKind.ABSENT)
AUTH = Cause(CauseKind.ORDER, "add_auth_models")
IMAGE = Cause(CauseKind.ORDER, "add_image_request_id")


def test_three_causes_explain_everything_that_the_example_lacks(premium_audit: AuditResult) -> None:
    lacking = Lacking(premium_audit)
    assert [cause for _, cause in lacking.tables.values()] == [ABSENT] * 16
    keys = [cause for _, cause in lacking.keys]
    assert {cause: keys.count(cause) for cause in keys} == {ABSENT: 5, AUTH: 8, IMAGE: 1}


def test_a_guard_on_a_table_that_is_missing_itself_has_the_cause_of_that_table(premium_audit: AuditResult) -> None:
    skips = {skip.would_make.name: cause for skip, cause in Lacking(premium_audit).skips}
    assert skips["BookingRequestAuditLog"] == ABSENT
    assert skips["notificationEmail"] == ABSENT


def test_every_finding_stands_in_exactly_one_group(premium_audit: AuditResult) -> None:
    grouped = [finding for group in by_cause(premium_audit) for finding in group.findings]
    assert sorted(map(str, grouped)) == sorted(map(str, premium_audit.findings))


def test_groups_that_block_come_first_and_the_late_migration_is_told_with_what_it_costs(
    premium_audit: AuditResult,
) -> None:
    groups = by_cause(premium_audit)
    assert [group.cause for group in groups][:3] == [ABSENT, AUTH, IMAGE]
    worst = [max(finding.severity for finding in group.findings) for group in groups]
    assert worst == sorted(worst, reverse=True)
    assert {finding.rule for finding in groups[1].findings} == {"HIS001", "INV006", "RES002"}


def test_a_forbidden_key_that_is_also_missing_is_a_cause_of_its_own(premium_audit: AuditResult) -> None:
    """Repairing the order would make the key, and still break the contract."""
    groups = {group.cause: group for group in by_cause(premium_audit)}
    forbidden = groups[Cause(CauseKind.RULE, "ISO001")]
    assert [finding.object for finding in forbidden.findings] == [
        "public.SocialQueueItem.SocialQueueItem_imageRequestId_fkey"
    ]


def test_without_a_rehearsal_nothing_is_called_missing(
    make_audit: Callable[..., AuditResult], premium_audit: AuditResult
) -> None:
    audit = make_audit(Config(), premium_audit.declared)
    assert (Lacking(audit).tables, Lacking(audit).keys) == ({}, ())


def _run(name: str, position: int, **more: object) -> MigrationRun:
    given = {"outcome": RunOutcome.APPLIED, **more}
    return MigrationRun(migration=name, position=position, **given)  # type: ignore[arg-type]


def test_what_a_failed_migration_leaves_out_is_blamed_on_it(
    audits: ModuleType, make_audit: Callable[..., AuditResult]
) -> None:
    declared = Schema(tables=(audits.table_named("A"), audits.table_named("B")))
    error = RunError(sqlstate="42P01", message='relation "x" does not exist')
    runs = (
        _run("1_a", 1),
        _run("2_b", 2, outcome=RunOutcome.FAILED, error=error),
        _run("3_c", 3, outcome=RunOutcome.NOT_REACHED),
    )
    audit = make_audit(Config(), declared, runs=runs, made=Schema(tables=(audits.table_named("A"),)))
    assert [cause for _, cause in Lacking(audit).tables.values()] == [Cause(CauseKind.FAILED, "2_b")]


def test_what_is_made_and_dropped_again_is_blamed_on_the_last_that_drops_it(
    audits: ModuleType, make_audit: Callable[..., AuditResult]
) -> None:
    table = (ObjectRef(kind=ObjectKind.TABLE, schema="public", name="A"),)
    runs = (_run("1_a", 1, made=table), _run("2_b", 2, dropped=table))
    audit = make_audit(Config(), Schema(tables=(audits.table_named("A"),)), runs=runs, made=Schema())
    assert [cause for _, cause in Lacking(audit).tables.values()] == [Cause(CauseKind.DROPPED, "2_b")]


def test_two_guards_that_wait_for_each_other_end_in_a_cause(
    audits: ModuleType, make_audit: Callable[..., AuditResult], premium_audit: AuditResult
) -> None:
    names = ("A", "B")
    tables = {name: ObjectRef(kind=ObjectKind.TABLE, schema="public", name=name) for name in names}
    skip = next(iter(premium_audit.skips))
    skips = tuple(
        replace(skip, asked_for=tables[asked], would_make=tables[made], made_by=None, made_at=None)
        for asked, made in (("A", "B"), ("B", "A"))
    )
    declared = Schema(tables=tuple(audits.table_named(name) for name in names))
    audit = make_audit(Config(), declared, runs=(_run("1_a", 1),), made=Schema(), skips=skips)
    causes = [cause for _, cause in Lacking(audit).tables.values()]
    assert causes == [Cause(CauseKind.GUARD, "A"), Cause(CauseKind.GUARD, "B")]
