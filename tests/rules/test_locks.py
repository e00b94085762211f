"""LCK: what each statement is worth, depending on what was there before and on what is deployed."""

import pytest

from lock_cases import CASES, SETUP, LockCase
from pgready.checks import locks
from pgready.checks.gathered import Gathered
from pgready.config import Config
from pgready.findings import Finding, Outcome, Severity
from pgready.history import replay_history
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.schema import Schema
from pgready.sources.sql import read_scripts
from rehearsals import of_texts


def gathered(*texts: str, deployed: int | None = 1, by_statement: bool = False) -> Gathered:
    """Migrations m1, m2, ...; the deployment runs the last so many of them, None: all, onto an empty database."""
    migrations = of_texts(*texts)
    scripts = read_scripts(migrations)
    names = frozenset(migration.name for migration in migrations[len(migrations) - (deployed or 0) :])
    since = Deployment(kind=DeploymentKind.SINCE, migrations=names, base="main")
    return Gathered(
        config=Config(),
        declared=Schema(),
        migrations=tuple(migrations),
        scripts=scripts,
        history=replay_history(migrations, scripts),
        deployment=Deployment() if deployed is None else since,
        by_statement=frozenset(each.name for each in migrations) if by_statement else frozenset(),
    )


def judged(evidence: Gathered, rule: str | None = None) -> list[Finding]:
    results = [check.judge(evidence) for check in locks.CHECKS if rule in (None, check.rule.id)]
    assert all(result.outcome in (Outcome.PASSED, Outcome.FAILED) or not result.given for result in results)
    return [found for result in results for found in result.findings]


def words(found: list[Finding], migration: str = "m2") -> list[str]:
    """`LCK004 warn` of that migration, LCK005 left out."""
    return sorted(
        f"{each.rule} {each.severity.word}"
        for each in found
        if each.rule != "LCK005" and each.location is not None and f"/{migration}/" in each.location.file
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_statement_is_found_by_its_rule_and_by_no_other(case: LockCase) -> None:
    assert words(judged(gathered(SETUP, case.sql))) == sorted(case.found)


@pytest.mark.parametrize("case", [case for case in CASES if case.found], ids=lambda case: case.name)
def test_a_clean_deploy_and_a_deployment_that_makes_the_table_itself_only_get_notes(case: LockCase) -> None:
    for evidence in (gathered(SETUP, case.sql, deployed=None), gathered(SETUP, case.sql, deployed=2)):
        found = judged(evidence)
        assert [each.rule for each in found if each.rule != "LCK005"], "described all the same"
        assert {each.severity for each in found} == {Severity.NOTE}
        assert all(each.message.endswith(")") for each in found), "the reason is told"


def test_what_is_not_deployed_is_only_described() -> None:
    found = judged(gathered(SETUP, 'ALTER TABLE "t" SET UNLOGGED;', "SELECT 1;"))
    assert words(found) == ["LCK004 note"]
    assert "not in what is deployed" in found[0].message


def test_the_message_names_the_lock_the_table_who_waits_and_the_way_out() -> None:
    [found] = judged(gathered(SETUP, 'CREATE UNIQUE INDEX "i" ON "t" ("a");'), "LCK001")
    assert found.message == "CREATE INDEX i takes SHARE on t: writes wait until the index is built, reads go on"
    assert "CREATE INDEX CONCURRENTLY, alone in a migration of its own" in found.fix
    assert "INVALID" in found.fix
    assert found.object == "public.t.i"
    assert found.location is not None
    assert found.location.line == 1


def test_a_table_is_called_as_it_was_called_then() -> None:
    found = judged(gathered(SETUP, 'ALTER TABLE "t" SET UNLOGGED;\nALTER TABLE "t" RENAME TO "later";'), "LCK004")
    assert ": t is written anew" in found[0].message


def test_a_foreign_key_on_a_new_column_says_that_there_is_little_to_look_up() -> None:
    sql = 'ALTER TABLE "t" ADD COLUMN "x" INTEGER; ALTER TABLE "t" ADD FOREIGN KEY ("x") REFERENCES "u" ("id");'
    [found] = judged(gathered(SETUP, sql), "LCK002")
    assert "SHARE ROW EXCLUSIVE on t and u: writes wait" in found.message
    assert "little to look up" in found.message


def test_a_constraint_that_is_added_again_is_told_apart() -> None:
    again = 'ALTER TABLE "t" DROP CONSTRAINT "t_g_fkey"; ALTER TABLE "t" ADD CONSTRAINT "t_g_fkey" '
    [found] = judged(gathered(SETUP, again + 'FOREIGN KEY ("g") REFERENCES "u" ("id");'), "LCK002")
    assert "drops one of that name, and all rows are checked again" in found.message


def test_set_not_null_is_free_once_a_check_was_validated_before() -> None:
    promise = 'ALTER TABLE "t" ADD CONSTRAINT "given" CHECK ("a" IS NOT NULL AND "a" > 0) NOT VALID;'
    validate = 'ALTER TABLE "t" VALIDATE CONSTRAINT "given";'
    require = 'ALTER TABLE "t" ALTER COLUMN "a" SET NOT NULL;'
    assert judged(gathered(SETUP, promise, validate, require, deployed=3), "LCK003") == []
    assert len(judged(gathered(SETUP, promise, require, deployed=2), "LCK003")) == 1
    drop = 'ALTER TABLE "t" DROP CONSTRAINT "given";'
    assert len(judged(gathered(SETUP, promise, validate, drop, require, deployed=1), "LCK003")) == 1


def test_times_with_and_without_a_zone_are_a_matter_of_the_session() -> None:
    [found] = judged(gathered(SETUP, 'ALTER TABLE "t" ALTER COLUMN "at" TYPE TIMESTAMPTZ(6);'), "LCK004")
    assert found.severity is Severity.NOTE
    assert "TimeZone of the session is not UTC" in found.message


def test_a_domain_and_a_table_that_no_migration_makes_are_only_perhaps_written_anew() -> None:
    for sql in (
        'ALTER TABLE "t" ALTER COLUMN "a" TYPE "Positive";',
        'ALTER TABLE "older" ALTER COLUMN "a" TYPE BIGINT;',
    ):
        [found] = judged(gathered(SETUP, sql), "LCK004")
        assert (found.severity, found.confidence.value) == (Severity.NOTE, "low")


def test_an_old_table_that_no_migration_makes_counts_as_old() -> None:
    assert words(judged(gathered(SETUP, 'ALTER TABLE "older" ADD COLUMN "x" SERIAL;'))) == ["LCK004 warn"]


def test_statement_by_statement_no_lock_is_held_for_the_next_statement() -> None:
    sql = 'ALTER TABLE "t" ADD COLUMN "x" INTEGER; UPDATE "t" SET "x" = 1;'
    assert judged(gathered(SETUP, sql, by_statement=True), "LCK006") == []
    assert len(judged(gathered(SETUP, f"BEGIN; {sql} COMMIT;", by_statement=True), "LCK006")) == 1


def test_work_on_what_the_deployment_makes_is_short() -> None:
    made = 'CREATE TABLE "new" ("a" INTEGER);'
    for work in (
        'UPDATE "new" SET "a" = 1;',
        'INSERT INTO "u" ("id") SELECT "a" FROM "new";',
        'CREATE INDEX ON "new" ("a");',
    ):
        sql = f'ALTER TABLE "t" ADD COLUMN "x" INTEGER; {work}'
        assert judged(gathered(SETUP, made, sql, deployed=2), "LCK006") == []
        assert len(judged(gathered(SETUP, made, sql, deployed=1), "LCK006")) == 1
    behind = 'ALTER TABLE "new" ADD COLUMN "x" INTEGER; ALTER TABLE "t" ADD COLUMN "x" INTEGER; UPDATE "t" SET "x" = 1;'
    [found] = judged(gathered(SETUP, made, behind, deployed=2), "LCK006")
    assert found.severity is Severity.WARN
    assert "while t is locked with ACCESS EXCLUSIVE by ADD COLUMN (line 1)" in found.message


def test_readers_of_a_table_that_is_dropped_do_not_wait() -> None:
    sql = 'ALTER TABLE "t" DROP CONSTRAINT "t_pkey"; UPDATE "u" SET "n" = 1; DROP TABLE "t";'
    assert judged(gathered(SETUP, sql), "LCK006") == []


ADD = 'ALTER TABLE "t" ADD COLUMN "x" INTEGER;'


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        (ADD, 1),
        (ADD + 'ALTER TABLE "u" ADD COLUMN "y" INTEGER;', 1),
        (f"SET lock_timeout = '5s'; {ADD}", 0),
        (f"SET LOCAL lock_timeout = '5s'; {ADD}", 0),
        (f"SELECT set_config('lock_timeout', '5s', false); {ADD}", 0),
        (f"SET lock_timeout = 0; {ADD}", 1),
        (f"SET lock_timeout = '5s'; RESET lock_timeout; {ADD}", 1),
        (f"{ADD} SET lock_timeout = '5s';", 1),
        (f"SET statement_timeout = '5s'; {ADD}", 1),
        ('CREATE TABLE "x" ("a" INTEGER); ALTER TABLE "x" ADD COLUMN "b" INTEGER;', 0),
        ('CREATE TABLE "x" ("a" INTEGER REFERENCES "u" ("id"));', 1),
        ('CREATE INDEX ON "t" ("a");', 0),
        ('LOCK TABLE "t";', 0),
        ('DROP TABLE "t";', 1),
        ('CREATE TEMP TABLE "x" ("a" INTEGER); ALTER TABLE "x" ADD COLUMN "b" INTEGER;', 0),
    ],
)
def test_one_finding_for_each_migration_that_waits_without_a_limit(sql: str, count: int) -> None:
    found = judged(gathered(SETUP, sql), "LCK005")
    assert len(found) == count
    assert {each.severity for each in found} <= {Severity.NOTE}


def test_a_limit_may_come_from_an_earlier_migration_of_the_deployment_or_from_the_database() -> None:
    assert judged(gathered(SETUP, "SET lock_timeout = '5s';", ADD, deployed=2), "LCK005") == []
    assert len(judged(gathered(SETUP, "SET lock_timeout = '5s';", ADD, deployed=1), "LCK005")) == 1
    assert judged(gathered(SETUP, "ALTER DATABASE d SET lock_timeout = '5s';", ADD, deployed=1), "LCK005") == []
    assert len(judged(gathered(SETUP, "SET LOCAL lock_timeout = '5s';", ADD, deployed=2), "LCK005")) == 1


def test_set_local_does_nothing_outside_of_a_transaction() -> None:
    sql = f"SET LOCAL lock_timeout = '5s'; {ADD}"
    assert len(judged(gathered(SETUP, sql, by_statement=True), "LCK005")) == 1
    assert judged(gathered(SETUP, f"BEGIN; {sql} COMMIT;", by_statement=True), "LCK005") == []


def test_nobody_waits_in_a_clean_deploy() -> None:
    assert judged(gathered(SETUP, ADD, deployed=None), "LCK005") == []


def test_without_a_history_nothing_is_judged() -> None:
    evidence = Gathered(config=Config(), declared=Schema(), migrations=())
    assert {check.judge(evidence).outcome for check in locks.CHECKS} == {Outcome.SKIPPED}
