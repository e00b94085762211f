"""A second run on tables with rows: what changes nothing on empty tables may change rows."""

import pytest

from pgready.model.trace import Rerun, RerunOutcome
from pgready.rehearsal.rerun_on_rows import touches_rows
from rehearsals import rehearsed

SETUP = "CREATE TABLE acc (id serial PRIMARY KEY, cents int NOT NULL, a text, b text); CREATE TABLE audit (id int);"


def second_run(*texts: str, by_statement: bool = False) -> Rerun:
    runs = rehearsed(SETUP, *texts, rerun=True, by_statement=by_statement).runs
    assert all(run.error is None for run in runs)
    rerun = runs[len(texts)].rerun
    assert rerun is not None
    return rerun


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE acc SET cents = cents * 100",
        "UPDATE acc SET a = 'Dr. ' || a",
        "UPDATE acc SET a = b, b = a",
        "INSERT INTO audit SELECT id FROM acc",
        "UPDATE acc SET a = now()::text",
        "DO $$ BEGIN UPDATE acc SET cents = cents + 1; END $$",
        "DELETE FROM acc",
        "CREATE TABLE IF NOT EXISTS made (id int); DELETE FROM made",
        "CREATE TABLE IF NOT EXISTS made (id int); TRUNCATE made; SELECT 1",
        "ALTER TABLE acc ALTER COLUMN cents TYPE int USING cents * 100",
        "BEGIN; UPDATE acc SET cents = cents * 100; COMMIT;",
        "MERGE INTO acc USING audit ON false WHEN NOT MATCHED THEN INSERT (cents) VALUES (1)",
    ],
)
def test_what_it_changes_on_rows_is_a_change(text: str) -> None:
    rerun = second_run(text)
    assert (rerun.outcome, rerun.on_rows) == (RerunOutcome.CHANGES, True), rerun


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE acc SET a = 'x' WHERE a IS NULL",
        "INSERT INTO acc (id, cents) VALUES (1, 1) ON CONFLICT DO NOTHING",
        "DO $$ BEGIN IF EXISTS (SELECT FROM acc) THEN PERFORM 1; END IF; END $$",
        "BEGIN; UPDATE acc SET cents = 1; COMMIT;",
    ],
)
def test_what_changes_no_row_a_second_time_is_seen_on_rows(text: str) -> None:
    rerun = second_run(text)
    assert (rerun.outcome, rerun.on_rows, rerun.no_rows) == (RerunOutcome.SAME, True, None), rerun


def test_what_fails_on_rows_the_second_time_does_not_change_nothing() -> None:
    rerun = second_run("CREATE TABLE IF NOT EXISTS made (id int UNIQUE); INSERT INTO made SELECT id FROM acc")
    assert (rerun.outcome, rerun.on_rows) == (RerunOutcome.FAILED, True), rerun


def test_a_text_without_rows_needs_none() -> None:
    rerun = second_run("ALTER TABLE acc ADD COLUMN IF NOT EXISTS c text; COMMENT ON TABLE acc IS 'x'")
    assert (rerun.outcome, rerun.on_rows, rerun.no_rows) == (RerunOutcome.SAME, None, None)


def test_what_fails_on_made_up_rows_is_not_proven() -> None:
    text = "DO $$ BEGIN IF EXISTS (SELECT FROM acc) THEN RAISE 'rows!'; END IF; END $$"
    rerun = second_run(text)
    assert (rerun.outcome, rerun.on_rows) == (RerunOutcome.SAME, False)
    assert rerun.no_rows == "on made-up rows it fails: rows!"


def test_one_that_is_not_proven_takes_no_proof_from_those_behind_it() -> None:
    stops = "DO $$ BEGIN IF EXISTS (SELECT FROM acc) THEN RAISE 'rows!'; END IF; END $$"
    runs = rehearsed(SETUP, stops, "UPDATE acc SET cents = cents + 1", "UPDATE acc SET cents = 1", rerun=True).runs
    told = [(run.rerun.outcome, run.rerun.on_rows) for run in runs[1:] if run.rerun is not None]
    assert told == [(RerunOutcome.SAME, False), (RerunOutcome.CHANGES, True), (RerunOutcome.SAME, True)]


def test_a_table_that_cannot_be_filled_is_no_proof() -> None:
    table = "CREATE TABLE never (id int CHECK (id IS NOT NULL AND id < 0))"
    rerun = second_run(table, "UPDATE never SET id = id - 1")
    assert (rerun.outcome, rerun.on_rows) == (RerunOutcome.SAME, False), rerun
    assert rerun.no_rows is not None
    assert rerun.no_rows.startswith("never could not be filled: ")


def test_the_rows_are_gone_for_the_migrations_behind() -> None:
    empty = "DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM acc) AND NOT EXISTS (SELECT FROM audit); END $$"
    result = rehearsed(SETUP, "UPDATE acc SET cents = 1", empty, "UPDATE acc SET cents = cents + 1", rerun=True)
    assert result.complete
    told = [run.rerun and (run.rerun.outcome, run.rerun.on_rows) for run in result.runs[1:]]
    assert told == [(RerunOutcome.SAME, True), (RerunOutcome.SAME, False), (RerunOutcome.CHANGES, True)]


@pytest.mark.parametrize(
    ("text", "touches"),
    [
        ("ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c (id) ON DELETE SET NULL ON UPDATE CASCADE", False),
        ("CREATE TABLE a (b timestamp with time zone)", False),
        ("ALTER TYPE t ADD VALUE 'x'", False),
        ("-- on\nDELETE FROM a", True),
        ("DO 'BEGIN END'", True),
        ("ALTER TABLE a ALTER b TYPE int USING b::int", True),
        ("CREATE INDEX ON a USING btree (b)", False),
    ],
)
def test_words_tell_whether_rows_matter(text: str, touches: bool) -> None:  # noqa: FBT001  # a table of cases
    assert touches_rows(text) is touches
