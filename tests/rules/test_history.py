"""HIS: the directories on disk; and a check that breaks."""

from dataclasses import replace
from datetime import date

from builders import Build, Judge
from pgready.checks import Gathered, run_checks
from pgready.config import Config
from pgready.findings import Outcome, Severity
from pgready.model.schema import Schema


def history(build: Build, *names: str) -> Gathered:
    migrations = tuple(build.migration(name, position) for position, name in enumerate(sorted(names), start=1))
    return Gathered(config=Config(), declared=Schema(), migrations=migrations)


def test_an_undated_directory_after_dated_ones_is_found(build: Build, judge: Judge) -> None:
    result = judge("HIS001", history(build, "20250101000000_init", "add_auth_models", "20260101000000_more"))
    assert [finding.object for finding in result.findings] == ["add_auth_models"]
    assert "runs as number 3 of 3, after 2 dated" in result.findings[0].message


def test_a_baseline_in_front_and_a_history_without_dates_are_fine(build: Build, judge: Judge) -> None:
    assert judge("HIS001", history(build, "0_init", "20250101000000_more")).outcome is Outcome.PASSED
    assert judge("HIS001", history(build, "01_init", "02_more")).outcome is Outcome.PASSED


def test_a_directory_without_its_file_is_found(build: Build, judge: Judge) -> None:
    migrations = (build.migration("1"), build.migration("2", 2, sql=None))
    result = judge("HIS004", Gathered(config=Config(), declared=Schema(), migrations=migrations))
    assert [finding.object for finding in result.findings] == ["2"]


def test_the_provider_of_the_lock_file_must_be_postgresql(build: Build, judge: Judge) -> None:
    def outcome(provider: str | None) -> Outcome:
        return judge("HIS011", replace(history(build, "1"), lock_provider=provider)).outcome

    assert outcome("postgresql") is Outcome.PASSED
    assert outcome("mysql") is Outcome.FAILED
    assert outcome(None) is Outcome.SKIPPED


def test_bytes_that_are_no_text_are_told(build: Build, judge: Judge) -> None:
    migrations = (build.migration("1"), replace(build.migration("2", 2), undecodable_bytes=3))
    result = judge("HIS013", Gathered(config=Config(), declared=Schema(), migrations=migrations))
    assert [(finding.object, finding.severity) for finding in result.findings] == [("2", Severity.WARN)]


def test_a_check_that_breaks_is_errored_and_hides_no_other() -> None:
    # A migration without a position cannot be judged; everything else still is.
    broken = Gathered(config=Config(), declared=Schema(), migrations=(None,))  # type: ignore[arg-type]
    outcomes = {result.rule: result.outcome for result in run_checks(broken, today=date(2027, 1, 1))}
    assert outcomes["HIS001"] is Outcome.ERRORED
    assert outcomes["INV003"] is Outcome.SKIPPED
