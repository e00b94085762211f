"""SQL under audit may be written by anybody: it must neither leave the database nor outlive its time."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import pq

from pgready.errors import RehearsalError
from pgready.model.spelling import ColumnQuestion
from pgready.model.trace import RunOutcome
from pgready.rehearsal import Limits
from pgready.rehearsal.cluster import throwaway_cluster
from pgready.rehearsal.database import Database, new_database
from pgready.rehearsal.script import run_script
from pgready.rehearsal.settings import ADMIN
from rehearsals import rehearsed

DENIED = [
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "CREATE TEMP TABLE t (a text); COPY t FROM PROGRAM 'id'",
    "COPY (SELECT 1) TO '/tmp/pgready-was-here'",
    "CREATE TEMP TABLE t (a text); COPY t FROM '/etc/passwd'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(lo_create(0), '/tmp/pgready-was-here')",
    "CREATE FUNCTION f(cstring) RETURNS int LANGUAGE c AS 'libc.so.6', 'system'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE internal AS 'pg_reload_conf'",
    "LOAD 'dblink'",
    "LOAD '/tmp/evil.so'",
    "CREATE ROLE other",
    "CREATE DATABASE other",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE CURRENT_USER NOLOGIN",
    "GRANT pg_execute_server_program TO CURRENT_USER",
    "GRANT pg_read_server_files TO CURRENT_USER",
    f"SET ROLE {ADMIN}",
    f"SET SESSION AUTHORIZATION {ADMIN}",
    f"GRANT {ADMIN} TO CURRENT_USER",
    "CREATE TABLESPACE t LOCATION '/tmp'",
    """CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
    CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()""",
    "SELECT rolpassword FROM pg_authid",
    "SELECT * FROM pg_hba_file_rules",
    "SELECT pg_reload_conf()",
    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{ADMIN}'",
    "SET session_preload_libraries = 'x'",
    "ALTER DATABASE rehearsal SET session_preload_libraries = 'x'",
    "SET log_min_messages = 'debug5'",
    "SET temp_file_limit = -1",
    "SET dynamic_library_path = '/tmp'",
    "UPDATE pg_catalog.pg_proc SET prosrc = 'x'",
    "CREATE FUNCTION pg_catalog.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "BEGIN; LOCK TABLE pg_catalog.pg_class IN ACCESS EXCLUSIVE MODE",
    "CREATE SERVER s FOREIGN DATA WRAPPER file_fdw",
    "CREATE FOREIGN DATA WRAPPER w",
    "ALTER SYSTEM SET shared_buffers = '1MB'",
    "CREATE SUBSCRIPTION s CONNECTION 'host=/tmp' PUBLICATION p",
    "CREATE PUBLICATION p FOR ALL TABLES",
    "SELECT pg_create_physical_replication_slot('s')",
    "SELECT pg_rotate_logfile()",
    "SELECT pg_switch_wal()",
    "SELECT pg_stat_reset()",
    "SELECT pg_current_logfile()",
    "SET session_replication_role = replica",
    "SET zero_damaged_pages = on",
    "CREATE ACCESS METHOD m TYPE INDEX HANDLER bthandler",
    "CREATE OPERATOR CLASS c FOR TYPE int USING btree AS STORAGE int",
    "CREATE CAST (int AS bytea) WITHOUT FUNCTION",
    "CREATE TYPE s; CREATE FUNCTION f(cstring) RETURNS s LANGUAGE internal AS 'textin'",
    f"ALTER ROLE {ADMIN} PASSWORD 'x'",
    f"DROP ROLE {ADMIN}",
    f"REASSIGN OWNED BY {ADMIN} TO CURRENT_USER",
    "DROP DATABASE postgres",
    "DROP DATABASE template1",
    "ALTER DATABASE postgres CONNECTION LIMIT 0",
    "ALTER ROLE ALL SET search_path = x",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "GRANT ALL ON TABLE pg_catalog.pg_authid TO CURRENT_USER",
    "CREATE TABLE pg_catalog.t (a int)",
    "DO LANGUAGE plpython3u 'import os'",
    *(
        f"CREATE EXTENSION {name} CASCADE"
        for name in ("file_fdw", "dblink", "postgres_fdw", "plpython3u", "plperlu", "adminpack", "pageinspect")
    ),
]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with throwaway_cluster() as cluster, new_database(cluster) as made:
        yield made


@pytest.mark.parametrize("text", DENIED)
def test_it_is_denied(database: Database, text: str) -> None:
    with contextlib.closing(database.connect_owner()) as owner:
        result = run_script(owner, text)
    assert result.error is not None
    assert result.error.sqlstate in {"42501", "0A000", "42704", "55000"}, result.error
    assert database.cluster.is_alive()
    assert not Path("/tmp/pgready-was-here").exists()


CLUSTER = """SELECT 'role', rolname::text, (r.*)::text FROM pg_authid r
UNION ALL SELECT 'database', datname, concat_ws(' ', datdba, datistemplate, datallowconn, datconnlimit, datacl)
  FROM pg_database
UNION ALL SELECT 'setting', setdatabase::text, setconfig::text FROM pg_db_role_setting
UNION ALL SELECT 'member', roleid::text, member::text FROM pg_auth_members
UNION ALL SELECT 'tablespace', spcname, spcacl::text FROM pg_tablespace
UNION ALL SELECT 'configured', name, setting FROM pg_settings WHERE source NOT IN ('session', 'client')
UNION ALL SELECT 'event trigger', evtname, NULL FROM pg_event_trigger
UNION ALL SELECT 'wrapper', fdwname, NULL FROM pg_foreign_data_wrapper
UNION ALL SELECT 'language', lanname, NULL FROM pg_language
UNION ALL SELECT 'slot', slot_name, NULL FROM pg_replication_slots
UNION ALL SELECT 'shared', relname::text, NULL FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace
ORDER BY 1, 2, 3"""


def test_the_cluster_is_as_clean_after_all_of_them_as_before(database: Database) -> None:
    """Roles, databases, settings, tablespaces, languages and the catalog itself; and the files beside the data."""

    def state() -> object:
        root = database.cluster.directory.path
        files = sorted(str(path) for path in (*root.iterdir(), *database.cluster.directory.data.glob("*.conf")))
        return database.admin.execute(CLUSTER.encode()).fetchall(), files

    before = state()
    with contextlib.closing(database.connect_owner()) as owner:
        for text in DENIED:
            run_script(owner, text)
            if owner.info.transaction_status != pq.TransactionStatus.IDLE:
                owner.execute(b"ROLLBACK")
    assert state() == before


def test_the_superuser_has_a_password_that_the_owner_does_not_know(database: Database) -> None:
    """So that no statement that opens a connection from inside the server can become the superuser."""
    socket = str(database.cluster.directory.socket)
    with pytest.raises(psycopg.OperationalError, match=r"password|authentication"):
        psycopg.connect(host=socket, user=ADMIN, dbname="postgres", password="guess", passfile="/nowhere")
    rules = database.admin.execute("SELECT DISTINCT type, auth_method FROM pg_hba_file_rules").fetchall()
    assert {method for _, method in rules} == {"password"}


def test_a_reset_of_the_time_limit_changes_nothing() -> None:
    started = time.monotonic()
    (run,) = rehearsed("SET statement_timeout = 0; SELECT pg_sleep(60)", limits=Limits(migration_seconds=0.5)).runs
    assert time.monotonic() - started < 10
    assert run.outcome is RunOutcome.FAILED
    assert run.error is not None
    assert (run.error.sqlstate, run.error.statement) == ("57014", 2)
    assert run.error.message == "stopped by pgready: 0.5 s, the time limit of one migration, are over"


def test_a_caught_cancel_is_followed_by_the_end_of_the_connection() -> None:
    stubborn = """
        DO $$ BEGIN LOOP
          BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END;
        END LOOP; END $$
    """
    started = time.monotonic()
    result = rehearsed("CREATE TABLE a (id int)", stubborn, "SELECT 1", limits=Limits(migration_seconds=0.5))
    assert time.monotonic() - started < 10
    assert [run.outcome.value for run in result.runs] == ["applied", "failed", "not reached"]
    assert result.runs[1].error is not None
    assert "time limit" in result.runs[1].error.message
    assert [str(table.name) for table in result.schema.tables] == ["public.a"]


def test_an_endless_stream_of_rows_is_stopped() -> None:
    (run,) = rehearsed(
        "SELECT repeat('x', 1000) FROM generate_series(1, 1000000000)", limits=Limits(migration_seconds=0.5)
    ).runs
    assert run.outcome is RunOutcome.FAILED


def test_a_copy_to_the_client_that_never_ends_is_stopped() -> None:
    (run,) = rehearsed("COPY (SELECT pg_sleep(60)) TO STDOUT", limits=Limits(migration_seconds=0.5)).runs
    assert run.outcome is RunOutcome.FAILED
    (run,) = rehearsed("COPY (SELECT * FROM generate_series(1, 100000)) TO STDOUT; CREATE TABLE a ()").runs
    assert [str(ref) for ref in run.made] == ["public.a"]


def test_the_time_limit_of_all_migrations_holds_too() -> None:
    result = rehearsed("SELECT pg_sleep(0.4)", "SELECT pg_sleep(60)", limits=Limits(total_seconds=1.0))
    assert [run.outcome.value for run in result.runs] == ["applied", "failed"]
    assert result.runs[1].error is not None
    assert "1 s, the time limit of the whole rehearsal" in result.runs[1].error.message


def test_a_connection_that_ends_itself_is_a_failed_migration() -> None:
    result = rehearsed("SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1")
    assert [run.outcome.value for run in result.runs] == ["failed", "not reached"]
    assert result.runs[0].error is not None
    assert result.runs[0].error.sqlstate == "57P01"


def test_settings_for_role_and_database_do_not_reach_our_own_reading() -> None:
    """`ALTER DATABASE ... SET search_path` would hit a careless superuser."""
    result = rehearsed(
        """
        CREATE SCHEMA evil;
        CREATE TABLE evil.pg_class (oid oid, relname text);
        CREATE TABLE a (id int);
        ALTER DATABASE rehearsal SET search_path = evil, pg_catalog;
        ALTER DATABASE rehearsal SET default_transaction_read_only = on;
        ALTER ROLE postgres SET statement_timeout = 1;
        ALTER ROLE postgres PASSWORD NULL;
        REVOKE CONNECT ON DATABASE rehearsal FROM PUBLIC, postgres;
        ALTER DATABASE rehearsal CONNECTION LIMIT 0;
        """,
        "CREATE TABLE b (id int)",
        questions=(ColumnQuestion(type="int[]"),),
    )
    assert result.complete
    assert [str(table.name) for table in result.schema.tables] == ["evil.pg_class", "public.a", "public.b"]
    assert [spelt.type for spelt in result.spelt_columns] == ["integer[]"]


def test_too_much_disk_ends_the_rehearsal() -> None:
    text = "CREATE TABLE a AS SELECT repeat(md5(n::text), 30) FROM generate_series(1, 400000) AS s (n)"
    with pytest.raises(RehearsalError, match=r"write more than 0\.1 GB, the limit of a rehearsal"):
        rehearsed(text + "; SELECT pg_sleep(5)", limits=Limits(disk_bytes=100 << 20))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not limit address space")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "SELECT count(*) FROM (SELECT repeat('x', 1000) || n FROM generate_series(1, 3000000) s (n) ORDER BY 1) t",
            "a limit of the throw-away server was reached",
        ),
        (
            "DO $$ DECLARE a text[] := '{}'; BEGIN LOOP a := a || repeat('x', 90000000); END LOOP; END $$",
            "the throw-away server ran out of memory",
        ),
    ],
)
def test_a_limit_of_ours_is_never_a_failure_of_the_project(text: str, said: str) -> None:
    with pytest.raises(RehearsalError, match=said):
        rehearsed(text)


def test_a_very_long_error_is_cut() -> None:
    (run,) = rehearsed("DO $$ BEGIN RAISE '%', repeat('ü', 1000000); END $$").runs
    assert run.error is not None
    assert len(run.error.message) == 4004
    assert run.error.message.endswith("üü ...")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk, which only root can")
def test_a_full_disk_is_a_clear_error_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Path("/tmp") / f"small-{os.getpid()}"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m,mode=1777", "none", str(small)], check=False)
    try:
        if mounted.returncode:
            pytest.skip("this system does not let us mount a small disk")
        monkeypatch.setattr("pgready.rehearsal.directory._bases", lambda: iter([small]))
        text = "CREATE TABLE a AS SELECT repeat(md5(n::text), 30) FROM generate_series(1, 400000) AS s (n)"
        with pytest.raises(RehearsalError, match=r"disk .*full|No space left"):
            rehearsed(text, limits=Limits(free_bytes=0))
        assert list(small.iterdir()) == []
        with pytest.raises(RehearsalError, match="disk that holds the throw-away server is full"):
            rehearsed(text.replace("400000", "20000") + "; SELECT pg_sleep(5)", limits=Limits(free_bytes=75 << 20))
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", str(small)], check=False, stderr=subprocess.DEVNULL)
        small.rmdir()
