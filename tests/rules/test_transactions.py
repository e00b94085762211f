"""RES008, RES010, RES011: what a file does to its transaction and to its connection."""

from dataclasses import replace

import pytest

from pgready.checks import transactions
from pgready.checks.gathered import Gathered
from pgready.checks.transactions.literals import Literal, literals
from pgready.config import Config
from pgready.findings import Evidence, Finding, Outcome, Severity
from pgready.history import replay_history
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.schema import Schema
from pgready.sources.sql import read_scripts
from rehearsals import of_texts, rehearsed
from transaction_cases import ADD, CASES, NEW_ENUM, SETUP, TransactionCase

RULES = {"55P04": "RES010", "25001": "RES011", None: None}


def gathered(*texts: str, by_statement: bool = False) -> Gathered:
    migrations = of_texts(*texts)
    scripts = read_scripts(migrations)
    return Gathered(
        config=Config(),
        declared=Schema(),
        migrations=tuple(migrations),
        scripts=scripts,
        history=replay_history(migrations, scripts),
        by_statement=frozenset(each.name for each in migrations) if by_statement else frozenset(),
    )


def judged(evidence: Gathered, rule: str) -> list[Finding]:
    [check] = [check for check in transactions.CHECKS if check.rule.id == rule]
    result = check.judge(evidence)
    assert result.outcome in (Outcome.PASSED, Outcome.FAILED)
    return list(result.findings)


def found(evidence: Gathered) -> set[str]:
    return {each.rule for rule in ("RES010", "RES011") for each in judged(evidence, rule)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_the_server_refuses_in_one_transaction_is_found_and_nothing_else(case: TransactionCase) -> None:
    rule = RULES[case.sqlstate]
    assert found(gathered(SETUP, case.sql)) == ({rule} if rule else set())


@pytest.mark.parametrize("case", [case for case in CASES if case.sqlstate], ids=lambda case: case.name)
def test_statement_by_statement_only_an_explicit_transaction_and_a_do_block_are_refused(case: TransactionCase) -> None:
    still = "in a DO block" in case.name and case.sqlstate == "25001"
    assert found(gathered(SETUP, case.sql, by_statement=True)) == ({"RES011"} if still else set())
    whole = f"BEGIN; {case.sql} COMMIT;"
    if "BEGIN" not in case.sql and "COMMIT" not in case.sql:
        assert found(gathered(SETUP, whole, by_statement=True)) == {RULES[case.sqlstate]}


def test_the_finding_stands_at_the_use_and_says_where_the_value_was_added() -> None:
    [unsafe] = judged(gathered(SETUP, f'-- why\n{ADD}\n\nUPDATE "t" SET "e" = \'new\';'), "RES010")
    assert unsafe.severity is Severity.BLOCK
    assert unsafe.location is not None
    assert unsafe.location.line == 4
    assert "adds new to E in line 2" in unsafe.message
    assert "55P04" in unsafe.message


def test_what_is_not_deployed_is_only_described() -> None:
    since = Deployment(kind=DeploymentKind.SINCE, migrations=frozenset({"m3"}), base="main")
    bad = f'{ADD} UPDATE "t" SET "e" = \'new\'; VACUUM; SET search_path TO x;'
    evidence = replace(gathered(SETUP, bad, "SELECT 1;"), deployment=since)
    for rule in ("RES008", "RES010", "RES011"):
        [described] = judged(evidence, rule)
        assert described.severity is Severity.NOTE
        assert described.message.endswith("(not in what is deployed)")


def test_the_rehearsal_decides() -> None:
    bad = f'{ADD} UPDATE "t" SET "e" = \'new\';'
    evidence = gathered(SETUP, bad)
    [seen] = judged(replace(evidence, rehearsal=rehearsed(SETUP, bad)), "RES010")
    assert seen.evidence is Evidence.REHEARSED
    [refused] = judged(replace(gathered("SELECT 1; VACUUM;"), rehearsal=rehearsed("SELECT 1; VACUUM;")), "RES011")
    assert refused.evidence is Evidence.REHEARSED
    # Somebody has shown that it runs: then the reading was wrong.
    assert judged(replace(evidence, rehearsal=rehearsed(SETUP, "SELECT 1;")), "RES010") == []


def test_a_new_value_of_a_new_enum_fails_on_old_servers_only() -> None:
    evidence = gathered(NEW_ENUM)
    for each in (evidence, replace(evidence, rehearsal=rehearsed(NEW_ENUM))):
        assert [found.severity for found in judged(each, "RES010")] == [Severity.NOTE]
        assert "before PostgreSQL 17" in judged(each, "RES010")[0].message


def leaks(*texts: str) -> list[str]:
    return [f"{each.object} {each.severity.word}" for each in judged(gathered(*texts), "RES008")]


@pytest.mark.parametrize(
    "sql",
    [
        "SET search_path TO shop;",
        "SELECT set_config('search_path', '', false);",
        "SELECT pg_catalog.set_config('search_path', '', false);",
        "DO $$ BEGIN PERFORM set_config('search_path', 'shop', false); END $$;",
        "SET search_path TO shop, public;",
        "SET ROLE reader;",
        "SET SESSION AUTHORIZATION reader;",
        "SET session_replication_role = replica;",
        "SET standard_conforming_strings = off;",
        "SET TIME ZONE 'Europe/Berlin';",
        "SET timezone TO 'America/New_York';",
        "SET DateStyle = 'SQL, DMY';",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;",
        "SET default_transaction_read_only = on;",
        "SET default_tablespace = fast;",
        "SET statement_timeout = '5s';",
        "RESET search_path; SET search_path TO shop;",
        "SET search_path TO shop; RESET role;",
    ],
)
def test_a_setting_that_changes_the_meaning_of_what_follows_leaks(sql: str) -> None:
    assert leaks(sql) == ["m1 warn"]


@pytest.mark.parametrize(
    "sql",
    [
        "SET search_path TO shop; RESET search_path;",
        "SET search_path TO shop; SET search_path TO DEFAULT;",
        "SET search_path TO shop; RESET ALL;",
        "SET search_path TO shop; SET search_path TO public;",
        'SET search_path TO "$user", public;',
        "SET LOCAL search_path TO shop;",
        "SELECT set_config('search_path', 'shop', true);",
        "SET ROLE reader; RESET ROLE;",
        "SET ROLE reader; SET ROLE NONE;",
        "SET SESSION AUTHORIZATION reader; RESET SESSION AUTHORIZATION;",
        "SET session_replication_role = replica; SET session_replication_role = DEFAULT;",
        "SET session_replication_role = replica; SET session_replication_role = 'origin';",
        "SET standard_conforming_strings = on;",
        "SET TIME ZONE 'UTC';",
        "SET client_min_messages = warning;",
        "SET check_function_bodies = false;",
        "SET statement_timeout = 0;",
        "SET client_encoding = 'UTF8';",
        "SET work_mem = '64MB';",
        "ALTER ROLE reader SET search_path = shop;",
        "CREATE FUNCTION f() RETURNS integer LANGUAGE sql SET search_path = shop AS 'SELECT 1';",
        "-- SET search_path TO shop;\nSELECT 'SET search_path TO shop';",
    ],
)
def test_what_is_set_back_or_changes_nothing_does_not_leak(sql: str) -> None:
    assert leaks(sql) == []


def test_a_lock_timeout_that_stays_is_only_worth_a_note() -> None:
    assert leaks("SET lock_timeout = '5s';", "SET row_security = off;") == ["m1 note", "m2 note"]


def test_the_message_says_what_becomes_different() -> None:
    [leak] = judged(gathered("SELECT 1;\nSET search_path TO shop;"), "RES008")
    assert leak.message == (
        "m1 leaves search_path at shop: later names without a schema mean other objects, "
        "Prisma's own table _prisma_migrations too"
    )
    assert leak.location is not None
    assert leak.location.line == 2


@pytest.mark.parametrize(
    ("sql", "texts"),
    [
        ("SELECT 'a', 'b''c', \"d'e\", 'f'", ["a", "b'c", "f"]),
        (r"SELECT E'a\'b', 'c\', 'd'", ["a\\'b", "c\\", "d"]),
        ("SELECT 'a' -- 'b'\n, /* 'c' /* 'd' */ 'e' */ 'f'", ["a", "f"]),
        ("DO $x$ SELECT 'a'; SELECT $$b$$ $x$", [" SELECT 'a'; SELECT $$b$$ ", "a", "b"]),
        ("SELECT $1, a$b$c, 'd'", ["d"]),
        ("SELECT 'open", []),
        ("SELECT 'a' /* open 'b'", ["a"]),
    ],
)
def test_string_constants_are_told_from_comments_and_names(sql: str, texts: list[str]) -> None:
    assert [literal.text for literal in literals(sql)] == texts


def test_a_cast_names_the_type_without_its_schema() -> None:
    found = list(literals("""SELECT 'a'::"E", 'b' :: public."F", 'c'::Text, 'd'"""))
    assert found == [Literal("a", "E"), Literal("b", "F"), Literal("c", "text"), Literal("d")]


def test_long_hostile_texts_are_read_in_linear_time() -> None:
    for text in ("'" * 200_001, "$a" * 100_000, '"' * 200_001, "/*" * 50_000, "E'\\" * 60_000):
        list(literals(text))
