"""One file, one simple query: what happens, what is committed, and where an error stands."""

from pgready.model.trace import RunOutcome
from pgready.rehearsal import Limits, rehearse
from rehearsals import names, of_texts, rehearsed

APPLIED, FAILED = RunOutcome.APPLIED, RunOutcome.FAILED
NOT_REACHED, NO_FILE = RunOutcome.NOT_REACHED, RunOutcome.NO_FILE


def test_migrations_apply_in_order_and_the_structure_comes_out() -> None:
    result = rehearsed('CREATE TABLE "User" (id text PRIMARY KEY);', 'ALTER TABLE "User" ADD COLUMN name text;')
    assert result.complete
    assert [run.outcome for run in result.runs] == [APPLIED, APPLIED]
    assert [(run.migration, run.position) for run in result.runs] == [("m1", 1), ("m2", 2)]
    assert [[column.name for column in table.columns] for table in result.schema.tables] == [["id", "name"]]
    assert all(run.duration_ms > 0 for run in result.runs)
    assert result.server.version_num // 10000 >= 13


def test_a_file_is_one_transaction_when_it_fails() -> None:
    result = rehearsed("CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nSELECT 1/0;\nCREATE TABLE c (id int);")
    (run,) = result.runs
    assert run.outcome is FAILED
    assert run.error is not None
    assert (run.error.sqlstate, run.error.message, run.error.statement) == ("22012", "division by zero", 3)
    assert (run.made, result.schema.tables) == ((), ())


def test_what_was_committed_before_the_error_stays() -> None:
    """Prisma's exchange of an enum has this shape."""
    (run,) = rehearsed("BEGIN; CREATE TABLE a (id int); COMMIT; CREATE TABLE b (id int); SELECT 1/0;").runs
    assert run.outcome is FAILED
    assert names(run) == ["column public.a.id", "table public.a"]


def test_after_a_failure_nothing_more_is_reached() -> None:
    result = rehearsed("SELECT 1/0", "CREATE TABLE a (id int)", None)
    assert [run.outcome for run in result.runs] == [FAILED, NOT_REACHED, NOT_REACHED]
    assert not result.complete


def test_a_directory_without_a_file_stops_the_deployment_when_it_is_reached() -> None:
    result = rehearsed("CREATE TABLE a (id int)", None, "CREATE TABLE b (id int)")
    assert [run.outcome for run in result.runs] == [APPLIED, NO_FILE, NOT_REACHED]
    assert [str(table.name) for table in result.schema.tables] == ["public.a"]


def test_empty_files_and_files_with_only_comments_apply() -> None:
    assert rehearsed("", "-- This is an empty migration.\n", " \n;;\n").complete


def test_a_transaction_that_is_left_open_swallows_the_rest() -> None:
    """The file "succeeds", as do the next ones; all of it is gone in the end."""
    result = rehearsed("BEGIN; CREATE TABLE a (id int);", "CREATE TABLE b (id int); SELECT count(*) FROM a;")
    assert [(run.outcome, run.made) for run in result.runs] == [(APPLIED, ()), (APPLIED, ())]
    assert result.schema.tables == ()


def test_an_open_transaction_is_made_by_the_file_that_commits_it() -> None:
    result = rehearsed("BEGIN; CREATE TABLE a (id int);", "CREATE TABLE b (id int);", "COMMIT;")
    assert [names(run) for run in result.runs[:2]] == [[], []]
    assert "table public.a" in names(result.runs[2])
    assert "table public.b" in names(result.runs[2])


def test_an_empty_search_path_breaks_prismas_own_record() -> None:
    """The first lines of a dump do this; the statements of the file itself stay committed."""
    result = rehearsed(
        "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.a (id int);", "SELECT 1"
    )
    (first, second) = result.runs
    assert (first.outcome, second.outcome) == (FAILED, NOT_REACHED)
    assert first.error is not None
    assert first.error.sqlstate == "42P01"
    assert "_prisma_migrations" in first.error.message
    assert first.error.context is not None
    assert "Prisma's own record" in first.error.context
    assert "table public.a" in names(first)


def test_prismas_table_is_there_for_migrations_and_left_out_of_everything_else() -> None:
    result = rehearsed(
        'DO $$ BEGIN ASSERT (SELECT count(*) FROM "_prisma_migrations") = 1; END $$;'
        'CREATE SCHEMA other; CREATE TABLE other."_prisma_migrations" (id int);'
    )
    assert result.complete
    assert [str(table.name) for table in result.schema.tables] == ["other._prisma_migrations"]
    assert "table other._prisma_migrations" in names(result.runs[0])


def test_the_place_of_an_error_counts_lines_and_characters() -> None:
    """The server counts characters, not bytes, and so do editors."""
    text = "-- Grüße, 世界 🐘\r\nCREATE TABLE a (id int);\r\n/* 🐘🐘 */ SELECT 'ü', nowhere FROM a;\n"
    (run,) = rehearsed(text).runs
    assert run.error is not None
    assert (run.error.sqlstate, run.error.line, run.error.column) == ("42703", 3, 22)
    assert text.split("\n")[2][21:28] == "nowhere"
    assert run.error.statement == 2


def test_a_syntax_error_has_a_place_and_no_statement() -> None:
    """The whole text is parsed before anything runs, so the server does not say which statement it was."""
    (run,) = rehearsed("CREATE TABLE a (id int);\nCREATE TABEL b (id int);").runs
    assert run.error is not None
    assert (run.error.sqlstate, run.error.line, run.error.column, run.error.statement) == ("42601", 2, 8, None)


def test_an_error_inside_a_block_has_its_context() -> None:
    (run,) = rehearsed("SELECT 1; DO $$ BEGIN\n  EXECUTE 'SELEC 1';\nEND $$;").runs
    assert run.error is not None
    assert run.error.statement == 2
    assert run.error.line is None
    assert run.error.context is not None
    assert "line 2" in run.error.context


def test_detail_and_hint_are_kept() -> None:
    (run,) = rehearsed("DO $$ BEGIN RAISE 'no' USING ERRCODE = 'XX123', DETAIL = 'why', HINT = 'do'; END $$").runs
    assert run.error is not None
    assert (run.error.sqlstate, run.error.detail, run.error.hint) == ("XX123", "why", "do")


def test_a_nul_is_refused_with_its_place() -> None:
    (run,) = rehearsed("CREATE TABLE a (id int);\nSELECT '\0';").runs
    assert run.outcome is FAILED
    assert run.error is not None
    assert (run.error.sqlstate, run.error.line, run.error.column) == ("22021", 2, 9)
    assert run.made == ()


def test_a_byte_order_mark_is_a_syntax_error_as_for_prisma() -> None:
    (run,) = rehearsed("\ufeffSELECT 1").runs
    assert run.error is not None
    assert (run.error.sqlstate, run.error.line, run.error.column) == ("42601", 1, 1)


def test_an_index_built_concurrently_works_only_alone() -> None:
    result = rehearsed("CREATE TABLE a (id int)", "CREATE INDEX CONCURRENTLY i ON a (id);")
    assert result.complete
    result = rehearsed("CREATE TABLE a (id int)", "SELECT 1; CREATE INDEX CONCURRENTLY i ON a (id);")
    assert result.runs[1].error is not None
    assert result.runs[1].error.sqlstate == "25001"


def test_a_new_enum_value_cannot_be_used_in_the_same_file() -> None:
    result = rehearsed(
        "CREATE TYPE role AS ENUM ('a'); CREATE TABLE t (r role);",
        "ALTER TYPE role ADD VALUE 'b'; ALTER TABLE t ALTER COLUMN r SET DEFAULT 'b';",
    )
    assert result.runs[1].error is not None
    assert result.runs[1].error.sqlstate == "55P04"


def test_a_flood_of_rows_does_not_fill_our_memory() -> None:
    """About 1 GB of rows goes over the wire; it would not fit if it were kept."""
    result = rehearsed("SELECT repeat('x', 10000) FROM generate_series(1, 20000); CREATE TABLE a (id int);")
    assert result.complete


def test_copy_from_the_client_fails_and_does_not_hang() -> None:
    (run,) = rehearsed("CREATE TABLE a (id int); COPY a FROM STDIN;").runs
    assert run.error is not None
    assert run.error.statement == 2
    assert "no data to copy" in run.error.message


def test_progress_is_told_before_each_migration_and_at_the_end() -> None:
    told: list[tuple[int, int, str]] = []
    rehearse(of_texts("SELECT 1", "SELECT 2"), on_progress=lambda *now: told.append(now))
    assert told == [(0, 2, "m1"), (1, 2, "m2"), (2, 2, "")]


def test_no_migrations_at_all_is_an_empty_structure() -> None:
    result = rehearsed()
    assert (result.runs, result.schema.tables, result.complete) == ((), (), True)


def test_a_text_that_fills_the_socket_is_sent_to_its_end() -> None:
    """A socket's buffer takes some 200 kB; the rest waits until the server has read them."""
    comment = f"-- {'x' * 3_000_000}\n"
    result = rehearsed(f"{comment}CREATE TABLE a (id int);", rerun=True, limits=Limits(migration_seconds=20))
    assert result.complete
    assert result.runs[0].rerun is not None


def test_a_transaction_that_is_left_open_is_told() -> None:
    result = rehearsed("CREATE TABLE a (id int)", "BEGIN; CREATE TABLE b (id int);", "COMMIT; SELECT 1;")
    assert [run.leaves_open for run in result.runs] == [False, True, False]
