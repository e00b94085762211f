"""A trace in one message says what a trace statement by statement says, and leaves nothing where it does not fit."""

import secrets
from collections.abc import Sequence

import pytest

from pgready.model.migration import Migration
from pgready.model.trace import MigrationRun, StatementTrace
from pgready.rehearsal import rehearse
from pgready.rehearsal.tracing.at_once import AtOnce
from pgready.rehearsal.tracing.probe import Seen
from rehearsals import of_texts

TABLES = "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE TABLE u (id int PRIMARY KEY, t_id int)"
TEXTS = [
    "ALTER TABLE t ADD COLUMN x int; CREATE INDEX ON u (id); ALTER TABLE t ALTER a TYPE bigint",
    "DROP TABLE u; CREATE TABLE u (id int); CREATE TABLE w (id int); TRUNCATE t",
    "-- a comment without an end of line\nSELECT 1; /* nothing */ ; -- end",
    "DO $$ BEGIN ALTER TABLE t ADD y int; EXCEPTION WHEN OTHERS THEN NULL; END $$; UPDATE t SET a = 1;",
    "DO $$ BEGIN EXECUTE 'ALTER TABLE t REN' || 'AME TO tt'; END $$",
    "SET search_path = pg_catalog; INSERT INTO public.u VALUES (1); SET search_path = public",
    "CREATE TEMP TABLE u2 (id int) ON COMMIT DROP; INSERT INTO u2 VALUES (1); SELECT * FROM generate_series(1, 100000)",
    "ALTER TABLE u ADD CONSTRAINT c UNIQUE (id) DEFERRABLE INITIALLY DEFERRED",
]


def traced(*texts: str) -> list[MigrationRun]:
    migrations = of_texts(*texts)
    return list(rehearse(migrations, traced=frozenset(each.name for each in migrations)).runs)


def untimed(run: MigrationRun) -> list[tuple[object, ...]]:
    return [(each.statement, each.line, each.locks, each.rewrites, each.scans, each.watched) for each in run.trace]


def test_what_is_told_is_the_same_as_statement_by_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    last = "ALTER TABLE u ADD z int; CREATE INDEX ON tt (a)"
    sent: list[int] = []
    original = AtOnce.trace

    def counted(at_once: AtOnce, migration: Migration, texts: Sequence[str]) -> tuple[Seen, ...] | None:
        found = original(at_once, migration, texts)
        sent.append(1 if found else 0)
        return found

    monkeypatch.setattr(AtOnce, "trace", counted)
    at_once = traced(TABLES, *TEXTS, last)
    assert sent == [1] * (len(TEXTS) + 2)
    assert all(each.duration_ms >= 0 for run in at_once for each in run.trace)
    monkeypatch.setattr(AtOnce, "trace", lambda *_: None)
    one_by_one = traced(TABLES, *TEXTS, last)
    assert [untimed(run) for run in at_once] == [untimed(run) for run in one_by_one]
    assert all(run.trace for run in at_once)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t VALUES (1, 1); BEGIN; ALTER TABLE t ADD b int; COMMIT; ALTER TABLE u ADD b int",
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "DEALLOCATE ALL",
        "VACUUM t",
        "ALTER TABLE t RENAME TO tt; ALTER TABLE tt ADD b int",
    ],
)
def test_what_does_not_fit_is_traced_statement_by_statement_and_once_only(text: str) -> None:
    runs = traced(TABLES, "INSERT INTO u VALUES (1, 1)", text, "ALTER TABLE u ADD last int")
    assert [run.trace_skipped for run in runs] == [None] * 4
    assert all(run.trace for run in runs)
    assert [str(lock.table) for lock in runs[-1].trace[0].locks] == ["public.u"]


def test_a_migration_that_gives_itself_out_for_our_look_is_told_as_not_traced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda _: "known")
    runs = traced(TABLES, "SELECT 1 AS pgready_look_known; ALTER TABLE t ADD b int", "SELECT 2")
    assert runs[0].trace_skipped is None
    assert [bool(run.trace) for run in runs] == [True, False, False]
    assert all(run.trace_skipped for run in runs[1:])


def test_a_statement_that_takes_long_is_told_with_its_time() -> None:
    trace: tuple[StatementTrace, ...] = traced(TABLES, "SELECT 1; SELECT pg_sleep(0.2); SELECT 1")[1].trace
    assert [each.duration_ms > 150 for each in trace] == [False, True, False]
