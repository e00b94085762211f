"""A second run directly after the first: harmless, different, or impossible."""

import pytest

from pgready.model.trace import RerunOutcome
from rehearsals import names, rehearsed

SETUP = "CREATE TABLE a (id int PRIMARY KEY, b int);"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CREATE TABLE IF NOT EXISTS c (id int)",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE VIEW v AS SELECT id FROM a",
        "ALTER TABLE a ADD COLUMN IF NOT EXISTS c text DEFAULT 'x'",
        "ALTER TABLE a ALTER COLUMN b SET NOT NULL",
        "UPDATE a SET b = 1; INSERT INTO a VALUES (1, 1) ON CONFLICT DO NOTHING",
        "DO $$ BEGIN CREATE TYPE c AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "COMMENT ON TABLE a IS 'x'; GRANT SELECT ON a TO PUBLIC",
    ],
)
def test_it_leaves_everything_as_it_was(text: str) -> None:
    (_, run) = rehearsed(SETUP, text, rerun=True).runs
    assert run.rerun is not None
    assert run.rerun.outcome is RerunOutcome.SAME, run.rerun


@pytest.mark.parametrize(
    "text",
    [
        "DROP TABLE IF EXISTS c; CREATE TABLE c (id int)",
        "ALTER TABLE a DROP COLUMN IF EXISTS c; ALTER TABLE a ADD COLUMN c text",
        "DROP INDEX IF EXISTS i; CREATE INDEX i ON a (b)",
        "ALTER TABLE a DROP CONSTRAINT IF EXISTS k; ALTER TABLE a ADD CONSTRAINT k CHECK (b > 0)",
        "DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT id FROM a",
    ],
)
def test_it_drops_and_makes_the_same_again(text: str) -> None:
    (_, run) = rehearsed(SETUP, text, rerun=True).runs
    assert run.rerun is not None
    assert run.rerun.outcome is RerunOutcome.RECREATES, run.rerun
    assert (run.rerun.made, run.rerun.dropped) == ((), ())


def test_it_changes_the_names_of_objects() -> None:
    text = "DO $$ BEGIN EXECUTE format('CREATE TABLE c%s ()', (SELECT count(*) FROM pg_class)); END $$"
    (run,) = rehearsed(text, rerun=True).runs
    assert run.rerun is not None
    assert run.rerun.outcome is RerunOutcome.CHANGES
    assert len(run.rerun.made) == 1
    assert str(run.rerun.made[0]).startswith("public.c")


@pytest.mark.parametrize(
    "text",
    [
        """CREATE SEQUENCE IF NOT EXISTS s; DO $$ BEGIN
        EXECUTE format('ALTER TABLE a ALTER COLUMN b SET DEFAULT %s', nextval('s')); END $$""",
        "CREATE TABLE IF NOT EXISTS c (id int); INSERT INTO c VALUES (1)",
        "ALTER TABLE a ADD CHECK (b > 0)",
        "CREATE INDEX ON a (b)",
    ],
)
def test_it_changes_definitions_or_rows(text: str) -> None:
    (_, run) = rehearsed(SETUP, text, rerun=True).runs
    assert run.rerun is not None
    assert run.rerun.outcome is RerunOutcome.CHANGES, run.rerun


def test_it_fails_with_the_servers_words() -> None:
    (run,) = rehearsed("CREATE TABLE c (id int);\nCREATE INDEX i ON c (id);", rerun=True).runs
    assert run.rerun is not None
    assert run.rerun.outcome is RerunOutcome.FAILED
    assert run.rerun.error is not None
    assert (run.rerun.error.sqlstate, run.rerun.error.statement) == ("42P07", 1)


def test_a_deferred_constraint_fails_as_commit_would() -> None:
    (_, run) = rehearsed(
        "CREATE TABLE c (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)", "INSERT INTO c VALUES (1)", rerun=True
    ).runs
    assert run.rerun is not None
    assert run.rerun.error is not None
    assert run.rerun.error.sqlstate == "23505"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("BEGIN; CREATE TABLE c (id int); COMMIT;", "failed"),
        ("BEGIN; CREATE TABLE IF NOT EXISTS c (id int); COMMIT;", "same"),
        ("BEGIN; DROP TABLE IF EXISTS c; CREATE TABLE c (id int); COMMIT;", "recreates"),
        ("CREATE TABLE IF NOT EXISTS c (id int); COMMIT; INSERT INTO c VALUES (1)", "changes"),
        ("INSERT INTO a VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET b = a.b + 1; COMMIT", "changes"),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b)", "same"),
        ("CREATE INDEX CONCURRENTLY i ON a (b)", "failed"),
        ("VACUUM a", "same"),
        ("DO $$ BEGIN COMMIT; END $$", "same"),
    ],
)
def test_what_cannot_be_undone_is_run_again_in_a_database_of_its_own(text: str, outcome: str) -> None:
    result = rehearsed(SETUP, text, "CREATE TABLE z (id int)", rerun=True)
    assert result.complete
    run = result.runs[1]
    assert (run.rerun and run.rerun.outcome, run.rerun_skipped) == (outcome, None)
    assert {str(table.name) for table in result.schema.tables} <= {"public.a", "public.c", "public.z"}


def test_several_that_change_something_are_each_judged_on_a_clean_database() -> None:
    """The second of them would fail if it saw what the second run of the first left behind."""
    add = "BEGIN; CREATE TABLE IF NOT EXISTS c (id int); INSERT INTO c VALUES (1); COMMIT;"
    check = "BEGIN; DO $$ BEGIN ASSERT (SELECT count(*) FROM c) = 1; END $$; COMMIT;"
    _, second, third, last = rehearsed(SETUP, add, check, check, rerun=True).runs
    assert [run.rerun and run.rerun.outcome for run in (second, third, last)] == ["changes", "same", "same"]


def test_behind_a_transaction_that_is_left_open_nothing_can_be_run_again() -> None:
    (run, after) = rehearsed("BEGIN; CREATE TABLE c (id int);", "COMMIT; BEGIN; SELECT 1; COMMIT;", rerun=True).runs
    assert (run.rerun, run.rerun_skipped) == (None, "it leaves a transaction open")
    assert after.rerun is None
    assert after.rerun_skipped is not None


def test_what_was_dropped_and_made_again_is_named() -> None:
    (_, run) = rehearsed(SETUP, "DROP INDEX IF EXISTS i; CREATE INDEX i ON a (b)", rerun=True).runs
    assert run.rerun is not None
    assert [f"{ref.kind} {ref}" for ref in run.rerun.recreated] == ["index public.a.i"]


def test_a_row_that_is_written_with_another_value_is_a_change() -> None:
    text = "INSERT INTO a VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET b = a.b + 1"
    (_, run) = rehearsed(SETUP, text, rerun=True).runs
    assert run.rerun is not None
    assert run.rerun.outcome is RerunOutcome.CHANGES


def test_the_second_run_leaves_no_trace() -> None:
    result = rehearsed(
        "CREATE TABLE c (id serial)",
        "INSERT INTO c DEFAULT VALUES; SET search_path = pg_catalog, public; ALTER TABLE c ADD IF NOT EXISTS d int",
        "DO $$ BEGIN ASSERT (SELECT count(*) FROM c) = 1; END $$",
        rerun=True,
    )
    assert result.complete
    assert [column.name for column in result.schema.tables[0].columns] == ["id", "d"]
    assert names(result.runs[2]) == []


def test_only_named_migrations_run_again() -> None:
    (run,) = rehearsed("CREATE TABLE c (id int)").runs
    assert (run.rerun, run.rerun_skipped) == (None, None)


def test_a_failed_migration_does_not_run_again() -> None:
    (run,) = rehearsed("SELECT 1/0", rerun=True).runs
    assert (run.rerun, run.rerun_skipped) == (None, None)
