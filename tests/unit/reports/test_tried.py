"""The advice about a wrong order says what was tried, and promises nothing that was not."""

from dataclasses import replace

import pytest

from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import Move, Remedy, RunError, Trial
from pgready.reports.plain import plain_line
from pgready.reports.tried import after_the_fact, finishing, making, renaming
from pgready.verdict import AuditResult

MOVE = Remedy(moves=(Move(migration="late", new_name="20250101000000_late", before="20250102000000_b"),))
INDEX = ObjectRef(kind=ObjectKind.INDEX, schema="public", table="t", name="i")
REFUSED = RunError(sqlstate="42P01", message='relation "t" does not exist')


def with_trials(audit: AuditResult, *trials: Trial) -> AuditResult:
    assert audit.rehearsal is not None
    return replace(audit, rehearsal=replace(audit.rehearsal, trials=trials))


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        (Trial(remedy=MOVE, appeared=(INDEX, INDEX)), "migrations apply and 2 indexes appear."),
        (Trial(remedy=MOVE, failed="x", error=REFUSED), 'x fails: relation "t" does not exist (SQLSTATE 42P01).'),
        (Trial(remedy=MOVE, failed="x"), "does not help: rehearsed so, x does not end well."),
        (Trial(remedy=MOVE), "does not help: rehearsed so, nothing appears."),
        (Trial(remedy=MOVE, appeared=(INDEX,), vanished=(INDEX,)), "rehearsed so, 1 object is lost."),
    ],
)
def test_a_new_name_is_advised_only_if_it_worked(premium_audit: AuditResult, trial: Trial, said: str) -> None:
    assert plain_line(renaming("late", with_trials(premium_audit, trial))).endswith(said)


def test_a_deployment_that_fails_is_advised_only_what_let_it_end(premium_audit: AuditResult) -> None:
    works = Trial(remedy=MOVE, applied=16, base_failed=True)
    told = plain_line(finishing(with_trials(premium_audit, works)))
    assert told.startswith("If no database has recorded it yet, rename late to 20250101000000_late: rehearsed so, all")
    assert "all 16 migrations apply. Where one has, Prisma takes the new name for a new migration" in told
    assert "prisma migrate resolve --applied 20250101000000_late" in told
    fails = replace(works, failed="x", error=REFUSED)
    assert plain_line(finishing(with_trials(premium_audit, fails))).endswith("No order of them was found that deploys.")
    assert finishing(with_trials(premium_audit, replace(works, base_failed=False))) == ()


def test_a_table_that_nobody_makes_is_told_with_what_it_lets_come(premium_audit: AuditResult) -> None:
    skips = tuple(skip for skip in premium_audit.skips if skip.would_make.name == "BookingRequestAuditLog")
    table = ObjectRef(kind=ObjectKind.TABLE, schema="public", name="BookingRequest")
    remedy = Remedy(makes=(table,), sql="", repeats=(skips[0].migration,))
    works = Trial(remedy=remedy, appeared=(table, skips[0].would_make))
    assert plain_line(making(skips, with_trials(premium_audit, works))) == (
        f" Rehearsed: a new migration that creates public.BookingRequest as declared and then holds the text of "
        f"{skips[0].migration} lets public.BookingRequestAuditLog come into being."
    )
    assert making(skips, with_trials(premium_audit, replace(works, failed="x"))) == ()
    assert making(skips, with_trials(premium_audit, replace(works, appeared=(table,)))) == ()


def test_what_was_not_tried_is_advised_without_a_promise(premium_audit: AuditResult) -> None:
    told = plain_line(renaming("late", with_trials(premium_audit)))
    assert told == "If no database has recorded it yet, rename late so that it sorts before what needs it."
    assert "rehearsed" not in plain_line(after_the_fact((), with_trials(premium_audit)))


def test_a_text_that_runs_once_more_is_advised_only_if_it_worked(premium_audit: AuditResult) -> None:
    skips = premium_audit.skips
    remedy = Remedy(repeats=(skips[0].migration,))
    works = with_trials(premium_audit, Trial(remedy=remedy, appeared=(INDEX,)))
    assert plain_line(after_the_fact(skips, works)).endswith(
        f"the text of {skips[0].migration} once more: rehearsed so, 1 index appears."
    )
    fails = with_trials(premium_audit, Trial(remedy=remedy, failed="x"))
    assert plain_line(after_the_fact(skips, fails)).endswith("that makes what was skipped, without the guard.")
