"""Hostile SQL that waits for what we do after the deployment: second runs, other ways, traces, rows.

None of it changes what is told of the deployment, and none of it ends the rehearsal.
"""

import time

import pytest

from pgready.model.kept_rows import OnRows
from pgready.model.trace import Rehearsal, Remedy, RerunOutcome, RunOutcome
from pgready.rehearsal import Limits, rehearse
from pgready.sources.sql.pieces import pieces
from rehearsals import names, of_texts, rehearsed

SHORT = Limits(migration_seconds=0.5, total_seconds=20.0, disk_bytes=300 << 20)
FIRST = "CREATE TABLE a (id int PRIMARY KEY, n text); INSERT INTO a VALUES (1);"
LAST = "CREATE TABLE IF NOT EXISTS b (id int); INSERT INTO b VALUES (1);"

ENDS_ITSELF = "PERFORM pg_terminate_backend(pg_backend_pid());"
ENDS_OTHERS = (
    "PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres' AND pid <> pg_backend_pid();"
)
NEVER_ENDS = "LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN OTHERS OR query_canceled THEN NULL; END; END LOOP;"


def everything(*texts: str, limits: Limits = SHORT, seconds: float = 30.0) -> Rehearsal:
    """All passes, whole files first; rows stand in the tables before the second migration."""
    migrations = of_texts(*texts)
    every = frozenset(each.name for each in migrations)
    started = time.monotonic()
    found = rehearse(
        migrations,
        rerun=every,
        traced=every,
        otherwise={each.name: pieces(each.sql or "") for each in migrations},
        on_rows=OnRows(before=frozenset({"m2"}), last=every - {"m1"}),
        remedies=lambda _: [[Remedy(repeats=("m3",))], [Remedy(repeats=("m3",))]],
        limits=limits,
    )
    assert time.monotonic() - started < seconds
    return found


def deployed(found: Rehearsal) -> None:
    """The deployment is told as if the second migration had done nothing."""
    assert [run.outcome for run in found.runs] == [RunOutcome.APPLIED] * 3
    assert names(found.runs[2]) == ["column public.b.id", "table public.b"]
    assert found.runs[2].rerun is not None
    assert found.runs[2].rerun.outcome is RerunOutcome.CHANGES


def second_time(what: str) -> str:
    return f"""CREATE TABLE IF NOT EXISTS c (n int); INSERT INTO c VALUES (1);
        DO $$ BEGIN IF (SELECT count(*) FROM c) > 1 THEN {what} END IF; END $$;"""


def in_pass(database: str, what: str) -> str:
    return f"DO $$ BEGIN IF current_database() LIKE '{database}' THEN {what} END IF; END $$;"


@pytest.mark.parametrize("begin", ["", "BEGIN; COMMIT;"], ids=["inside a transaction", "in place"])
@pytest.mark.parametrize(("what", "sqlstate"), [(ENDS_ITSELF, "57P01"), (NEVER_ENDS, "57014")])
def test_a_second_run_that_ends_its_connection_fails_alone(what: str, sqlstate: str, begin: str) -> None:
    found = rehearsed(FIRST, begin + second_time(what), LAST, rerun=True, limits=SHORT)
    deployed(found)
    rerun = found.runs[1].rerun
    assert rerun is not None
    assert rerun.outcome is RerunOutcome.FAILED
    assert rerun.error is not None
    assert rerun.error.sqlstate == sqlstate


@pytest.mark.parametrize("what", [ENDS_ITSELF, ENDS_OTHERS, NEVER_ENDS], ids=["itself", "others", "never"])
@pytest.mark.parametrize("database", ["again%", "otherwise", "trace", "rows", "remedy"])
def test_what_waits_for_one_pass_ends_that_pass_alone(database: str, what: str) -> None:
    begin = "BEGIN; COMMIT; " if database == "again%" else ""
    deployed(everything(FIRST, begin + in_pass(database, what), LAST))


LOCKS_OUT = {
    "another password": "ALTER ROLE postgres PASSWORD 'x'",
    "no password": "ALTER ROLE postgres PASSWORD NULL",
    "settings of the role": """ALTER ROLE postgres SET statement_timeout = 1; ALTER ROLE postgres SET search_path = x;
        ALTER ROLE postgres SET default_transaction_read_only = on; ALTER ROLE postgres SET row_security = off;
        ALTER ROLE postgres SET lock_timeout = 1; ALTER ROLE postgres SET idle_in_transaction_session_timeout = 1""",
    "settings of the database": """ALTER DATABASE rehearsal SET default_transaction_read_only = on;
        ALTER DATABASE rehearsal SET statement_timeout = 1; ALTER DATABASE rehearsal SET search_path = x""",
    "no connections": """ALTER DATABASE rehearsal CONNECTION LIMIT 0;
        REVOKE ALL ON DATABASE rehearsal FROM PUBLIC, postgres""",
    "nothing of its own": "REVOKE ALL ON SCHEMA public FROM PUBLIC, postgres",
    "a database that cannot be dropped": """DO $$ BEGIN EXECUTE format('ALTER DATABASE %I IS_TEMPLATE true',
        current_database()); END $$""",
    "other texts of values": """SET client_encoding = 'LATIN1'; SET standard_conforming_strings = off;
        SET bytea_output = 'escape'; SET DateStyle = 'German';
        SET TimeZone = 'Asia/Tokyo'; SET extra_float_digits = -15""",
    "a lock of the session": "SELECT pg_advisory_lock(72707369), pg_advisory_lock(1)",
    "a listener": "LISTEN c; NOTIFY c, 'x'",
    "a timeout of the session": "SET idle_in_transaction_session_timeout = 1; SET lock_timeout = 1",
}


@pytest.mark.parametrize("how", LOCKS_OUT)
def test_a_migration_cannot_lock_us_out(how: str) -> None:
    found = everything(FIRST, LOCKS_OUT[how], LAST)
    deployed(found)
    assert found.rows is not None
    assert found.rows.stopped is None
    assert len(found.trials) == 2
    assert [trial.failed for trial in found.trials] == [None, None]


REFUSED = {
    "DROP DATABASE rehearsal": "55006",
    "ALTER DATABASE rehearsal RENAME TO x": "42501",
    "ALTER DATABASE rehearsal ALLOW_CONNECTIONS false": "22023",
    "ALTER ROLE postgres VALID UNTIL '2000-01-01'": "42501",
    "ALTER ROLE postgres CONNECTION LIMIT 0": "42501",
    "ALTER ROLE postgres RENAME TO x": "0A000",
    "BEGIN; PREPARE TRANSACTION 'x'": "55000",
    "DROP OWNED BY postgres CASCADE": "42P01",
    "DROP TABLE _prisma_migrations": "42P01",
    "ALTER TABLE _prisma_migrations RENAME TO x": "42P01",
    "DROP SCHEMA public CASCADE": "42P01",
    "SET default_transaction_read_only = on": "25006",
}


@pytest.mark.parametrize("text", REFUSED)
def test_it_is_refused_or_fails_at_the_record_of_prisma(text: str) -> None:
    found = everything(FIRST, text, LAST)
    assert [run.outcome.value for run in found.runs] == ["applied", "failed", "not reached"]
    assert found.runs[1].error is not None
    assert found.runs[1].error.sqlstate == REFUSED[text]


EVIL = (
    "CREATE FUNCTION evil({arguments}) RETURNS boolean {kind} LANGUAGE plpgsql AS $$ BEGIN {body} RETURN true; END $$;"
)
# What runs when a row is written or read, on a table that is empty while it is deployed.
MET_BY_ROWS = {
    "a CHECK": ("", "", "CREATE TABLE t (id int, CHECK (evil()));"),
    "a domain": ("", "", "CREATE DOMAIN d AS int CHECK (evil()); CREATE TABLE t (id int, n d);"),
    "an index": ("int", "IMMUTABLE", "CREATE TABLE t (id int); CREATE INDEX i ON t (evil(id));"),
    "a generated column": (
        "int",
        "IMMUTABLE",
        "CREATE TABLE t (id int, g boolean GENERATED ALWAYS AS (evil(id)) STORED);",
    ),
}
# What must not run at all when we write rows.
NOT_MET_BY_ROWS = {
    "a default": "CREATE TABLE t (id int, n boolean DEFAULT evil());",
    "a rule": "CREATE TABLE t (id int); CREATE RULE r AS ON INSERT TO t DO ALSO SELECT evil();",
    "a policy": """CREATE TABLE t (id int); CREATE POLICY p ON t USING (evil()) WITH CHECK (evil());
        ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;""",
    "a trigger": """CREATE TABLE t (id int); CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN PERFORM evil(); RETURN NEW; END'; CREATE TRIGGER x BEFORE INSERT ON t
        FOR EACH ROW EXECUTE FUNCTION g();""",
    "a cast": """CREATE TABLE t (id int); CREATE FUNCTION h(t) RETURNS text LANGUAGE sql AS 'SELECT evil()::text';
        CREATE CAST (t AS text) WITH FUNCTION h(t);""",
}


def on_rows(*texts: str) -> Rehearsal:
    """Rows stand in the tables before the second migration; nothing else is looked at."""
    before, last = frozenset({"m2"}), frozenset({"m2", "m3"})
    return rehearse(of_texts(*texts), on_rows=OnRows(before=before, last=last), limits=SHORT)


@pytest.mark.parametrize(
    ("where", "body"),
    [("a CHECK", "PERFORM pg_sleep(60);"), *((where, NEVER_ENDS) for where in MET_BY_ROWS)],
)
def test_code_that_our_rows_meet_is_stopped(where: str, body: str) -> None:
    arguments, kind, text = MET_BY_ROWS[where]
    started = time.monotonic()
    found = on_rows(EVIL.format(arguments=arguments, kind=kind, body=body) + text, "SELECT 1", LAST)
    assert time.monotonic() - started < 15
    assert found.complete
    assert found.rows is not None
    assert found.rows.seeded == 0
    assert found.rows.unseeded or found.rows.stopped


@pytest.mark.parametrize("where", NOT_MET_BY_ROWS)
def test_code_that_our_rows_need_not_meet_does_not_run(where: str) -> None:
    ground = EVIL.format(arguments="", kind="", body="PERFORM pg_sleep(60);") + NOT_MET_BY_ROWS[where]
    found = on_rows(ground, "SELECT 1", LAST)
    assert found.complete
    assert found.rows is not None
    assert (found.rows.seeded, found.rows.unseeded, found.rows.stopped) == (1, (), None)
