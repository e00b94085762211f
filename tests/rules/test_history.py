"""HIS: the directories on disk; and a check that breaks."""

from dataclasses import replace
from datetime import date

import pytest

from builders import Build, Judge
from pgready.checks import Gathered, run_checks
from pgready.config import Config
from pgready.findings import Confidence, Outcome, Severity
from pgready.history import replay_history
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.location import Location
from pgready.model.schema import Schema
from pgready.sources.sql import read_scripts


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


def replayed(build: Build, *named: tuple[str, str]) -> Gathered:
    migrations = tuple(build.migration(name, position, sql) for position, (name, sql) in enumerate(sorted(named), 1))
    scripts = read_scripts(migrations)
    told = replay_history(migrations, scripts)
    return Gathered(config=Config(), declared=Schema(), migrations=migrations, scripts=scripts, history=told)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("Zebra", "apple"), ["apple"]),
        (("20250101000000_init", "20250102000000_More", "20250103000000_x"), []),
        (("20250101000000_B", "20250101000000_a"), ["20250101000000_a"]),
        (("0_init", "20250101000000_x"), []),
        (("00000000000000_init", "0_init"), ["0_init"]),
        (("1_a", "10_b", "2_c"), ["1_a"]),
        (("a-b", "a_b"), ["a_b"]),
        (("az", "äa"), ["äa"]),
    ],
)
def test_names_that_a_language_orders_otherwise_than_bytes_are_found(
    build: Build, judge: Judge, names: tuple[str, ...], found: list[str]
) -> None:
    result = judge("HIS002", history(build, *names))
    assert [each.object for each in result.findings] == found


def test_a_date_that_two_migrations_share_is_found_and_weighs_more_when_one_needs_the_other(
    build: Build, judge: Judge
) -> None:
    needing = replayed(
        build,
        ("20250101000000_a", "CREATE TABLE a (x int);"),
        ("20250101000000_b", "ALTER TABLE a ADD y int;"),
        ("20250101000000_c", "CREATE TABLE c (x int);"),
        ("20250102000000_d", "SELECT 1;"),
    )
    result = judge("HIS003", needing)
    assert [(each.object, each.confidence) for each in result.findings] == [
        ("20250101000000_b", Confidence.HIGH),
        ("20250101000000_c", Confidence.LOW),
    ]
    assert result.findings[0].message.endswith("; it needs table public.a of 20250101000000_a")


def test_migrations_without_a_statement_are_noted(build: Build, judge: Judge) -> None:
    files = replayed(build, ("1", "SELECT 1;"), ("2", ""), ("3", "-- nothing\n/* here */ ;"), ("4", "not SQL"))
    result = judge("HIS005", files)
    assert [(each.object, each.severity, each.message) for each in result.findings] == [
        ("2", Severity.NOTE, "2 is empty"),
        ("3", Severity.NOTE, "3 holds only comments"),
    ]


def test_a_baseline_that_makes_what_others_made_is_found_once(build: Build, judge: Judge) -> None:
    made = "CREATE TABLE a (x int); CREATE TYPE e AS ENUM ('v'); ALTER TABLE a ADD y int;"
    result = judge(
        "HIS014", replayed(build, ("1", made), ("2_baseline", made), ("3", "CREATE TABLE IF NOT EXISTS a ();"))
    )
    (found,) = result.findings
    assert (found.object, found.severity) == ("2_baseline", Severity.BLOCK)
    assert "makes table public.a, which 1 (number 1) makes: it fails with SQLSTATE 42P07" in found.message
    assert "2 more statements" in found.message
    assert found.location == Location("migrations/2_baseline/migration.sql", 1, 1)


def test_a_history_that_can_be_replayed_passes_unless_something_cannot_be_read(build: Build, judge: Judge) -> None:
    fine = replayed(build, ("1", "CREATE TABLE a (x int);"), ("2", "DROP TABLE a; CREATE TABLE a (x int);"))
    assert judge("HIS014", fine).outcome is Outcome.PASSED
    dynamic = "DO $$ BEGIN EXECUTE current_setting('x.y'); END $$;"
    assert judge("HIS014", replayed(build, ("1", dynamic))).outcome is Outcome.SKIPPED
    assert judge("HIS014", replace(fine, history=None)).outcome is Outcome.SKIPPED


def test_sql_that_never_runs_is_told(build: Build, judge: Judge) -> None:
    files = ("migrations/1/seed.sql", "migrations/all.sql")
    result = judge("HIS012", replace(history(build, "1"), strays=files))
    assert [(each.object, str(each.location)) for each in result.findings] == [(file, file) for file in files]
    assert judge("HIS012", history(build, "1")).outcome is Outcome.PASSED


SINCE = Deployment(
    kind=DeploymentKind.SINCE,
    migrations=frozenset({"3_c", "4_d"}),
    base="main",
    unlike_base=("1_a", "2_b", "2_c"),
    edited=("1_a",),
    removed=("2_b", "2_c"),
    renamed=(("2_c", "3_c"),),
)


def test_a_migration_that_the_revision_has_with_another_text_is_found(build: Build, judge: Judge) -> None:
    result = judge("HIS006", replace(history(build, "1_a", "3_c", "4_d"), deployment=SINCE))
    (found,) = result.findings
    assert (found.object, found.severity, str(found.location)) == (
        *("1_a", Severity.WARN),
        "migrations/1_a/migration.sql",
    )
    assert found.message == "1_a has another text than in main: where that one has run, this one does not"


def test_a_migration_that_only_the_revision_has_is_found_with_its_new_name(build: Build, judge: Judge) -> None:
    result = judge("HIS007", replace(history(build, "1_a", "3_c", "4_d"), deployment=SINCE))
    assert [(each.object, each.message, each.location) for each in result.findings] == [
        ("2_b", "2_b, which main has, is gone", None),
        (
            "2_c",
            "2_c, which main has, is gone; 3_c has its text: Prisma runs that again",
            Location("migrations/3_c/migration.sql"),
        ),
    ]


@pytest.mark.parametrize("rule", ["HIS006", "HIS007"])
def test_without_a_revision_nothing_is_compared_with_it(rule: str, build: Build, judge: Judge) -> None:
    clean = judge(rule, history(build, "1_a"))
    assert (clean.outcome, clean.given, clean.findings) == (Outcome.SKIPPED, False, ())
    same = replace(SINCE, unlike_base=(), edited=(), removed=(), renamed=())
    assert judge(rule, replace(history(build, "1_a"), deployment=same)).outcome is Outcome.PASSED
