"""Which scripts Prisma 7.4 and newer send statement by statement."""

import time

import pytest

from pgready.sources.prisma.splitting import is_split


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "-- only a comment",
        'CREATE TABLE "a" ("x" int);\nCREATE INDEX CONCURRENTLY "i" ON "a" ("x");',
        "ALTER TYPE e ADD VALUE 'x'; UPDATE t SET a = 'x';",
        "BEGIN; CREATE TYPE e_new AS ENUM ('a'); COMMIT;",
    ],
)
def test_what_the_parser_of_the_engine_reads_is_sent_statement_by_statement(sql: str) -> None:
    assert is_split(sql) is True


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE a (x int);\nDO $$ BEGIN NULL; END $$;",
        "DROP INDEX CONCURRENTLY i; DROP INDEX CONCURRENTLY j;",
        "REINDEX TABLE a; SELECT 1;",
        "SELEC 1",
        "\ufeffSELECT 1",
        "SELECT 1; \0",
        "SELECT '\ud800'",
    ],
)
def test_one_statement_that_it_cannot_read_sends_the_whole_script_in_one_piece(sql: str) -> None:
    assert is_split(sql) is False


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "+".join("1" * 100_000),
        "SELECT 1" + " UNION SELECT 1" * 50_000,
        "SELECT " + "(" * 100_000 + "1" + ")" * 100_000,
        "/*" * 100_000,
    ],
    ids=["operators", "unions", "brackets", "comments"],
)
def test_a_hostile_script_neither_ends_the_process_nor_takes_long(sql: str) -> None:
    started = time.perf_counter()
    assert is_split(sql) in {True, False}
    assert time.perf_counter() - started < 20


def test_a_script_that_is_too_long_to_be_asked_about_is_not_guessed() -> None:
    assert is_split("SELECT 1;" * 200_000) is None
