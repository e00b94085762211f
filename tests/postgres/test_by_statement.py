"""One statement after the other, as Prisma from 7.4 on sends most files: what stays, and where an error stands."""

import pytest

from pgready.model.trace import RunOutcome, Sending
from rehearsals import names, rehearsed

APPLIED, FAILED, NOT_REACHED = RunOutcome.APPLIED, RunOutcome.FAILED, RunOutcome.NOT_REACHED


def test_what_ended_well_before_the_error_stays_and_the_rest_is_not_reached() -> None:
    text = "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n  SELECT x FROM a;\nCREATE TABLE c (id int);"
    result = rehearsed(text, "SELECT 1", by_statement=True)
    run, after = result.runs
    assert (run.outcome, run.sending, after.outcome) == (FAILED, Sending.BY_STATEMENT, NOT_REACHED)
    assert run.error is not None
    assert (run.error.sqlstate, run.error.statement, run.error.line, run.error.column) == ("42703", 3, 3, 10)
    assert [str(table.name) for table in result.schema.tables] == ["public.a", "public.b"]
    assert names(run) == ["column public.a.id", "column public.b.id", "table public.a", "table public.b"]


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'b'; CREATE TABLE t (x e DEFAULT 'b');",
        "CREATE TABLE t (x int); CREATE INDEX CONCURRENTLY i ON t (x); CREATE INDEX CONCURRENTLY j ON t (x);",
        "VACUUM; SELECT 1;",
    ],
    ids=["a new value is used", "concurrently", "vacuum"],
)
def test_each_statement_is_a_transaction_of_its_own(text: str) -> None:
    assert rehearsed(text, by_statement=True).complete


@pytest.mark.parametrize(
    ("text", "sqlstate"),
    [
        ("CREATE TABLE t (x int); LOCK TABLE t;", "25P01"),
        ("BEGIN; CREATE TABLE t (x int); CREATE INDEX CONCURRENTLY i ON t (x); COMMIT;", "25001"),
        ("CREATE TEMP TABLE t ON COMMIT DROP AS SELECT 1; SELECT * FROM t;", "42P01"),
    ],
)
def test_what_needs_the_transaction_of_a_file_fails_without_it(text: str, sqlstate: str) -> None:
    (run,) = rehearsed(text, by_statement=True).runs
    assert run.error is not None
    assert run.error.sqlstate == sqlstate


def test_a_transaction_of_the_text_is_one_and_an_error_in_it_leaves_it_open_for_nobody() -> None:
    result = rehearsed(
        "CREATE TABLE a (id int); BEGIN; CREATE TABLE b (id int); SELECT 1/0; COMMIT;", by_statement=True
    )
    assert result.runs[0].outcome is FAILED
    assert [str(table.name) for table in result.schema.tables] == ["public.a"]


def test_a_known_way_is_rehearsed_alone_and_an_unknown_one_tells_only_what_differs() -> None:
    same = rehearsed("CREATE TABLE a (id int); CREATE INDEX ON a (id);", either_way=True)
    assert (same.complete, same.otherwise) == (True, ())
    differs = rehearsed(
        "CREATE TABLE a (id int);",
        "CREATE INDEX i ON a (id); CREATE INDEX CONCURRENTLY j ON a (id);",
        either_way=True,
    )
    assert [run.outcome for run in differs.runs] == [APPLIED, FAILED]
    (other,) = differs.otherwise
    assert (other.migration, other.outcome, other.sending) == ("m2", APPLIED, Sending.BY_STATEMENT)
    assert names(other) == ["index public.a.i", "index public.a.j"]


def test_the_second_way_has_its_own_database_with_the_stand_ins_and_extensions() -> None:
    result = rehearsed(
        "CREATE EXTENSION pgcrypto; CREATE TABLE t (id int REFERENCES other (id));",
        stand_ins="CREATE TABLE other (id int PRIMARY KEY);",
        either_way=True,
    )
    assert (result.complete, result.otherwise) == (True, ())
