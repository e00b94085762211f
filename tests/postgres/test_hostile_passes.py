"""What the SQL under audit leaves behind for our own statements, and what takes everything it can get.

Each case is stopped or does no harm; nothing is left of its server, and the next rehearsal of the process works.
"""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgready.errors import RehearsalError
from pgready.model.spelling import ColumnQuestion
from pgready.model.trace import RunOutcome
from pgready.rehearsal import Limits
from rehearsals import names, rehearsed, running_in

SHORT = Limits(migration_seconds=0.7, total_seconds=20.0, disk_bytes=300 << 20)

BOMBS = {
    "rows": "SELECT count(*) FROM generate_series(1, 1000000000000)",
    "a recursive query": "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    "a cross join": "SELECT count(*) FROM pg_class a, pg_class b, pg_class c, pg_class d",
    "a long string": "SELECT length(repeat('x', 2000000000))",
    "a string that doubles": "DO $$ DECLARE t text := 'x'; BEGIN LOOP t := t || t; END LOOP; END $$",
    "a regular expression": r"SELECT repeat('a', 40000) ~ '^(a?){30}(a|aa)*\1(b|a*)*\3c$', pg_sleep(60)",
    "functions without an end": """CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN f($1 + 1); END';
        SELECT f(1)""",
    "brackets": f"SELECT {'(' * 50000}1{')' * 50000}",
    "triggers without an end": """CREATE TABLE a (n int);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO a VALUES (1); RETURN NULL; END';
        CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION f(); INSERT INTO a VALUES (1)""",
    "100,000 tables": """DO $$ BEGIN FOR n IN 1..100000 LOOP
        EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY)', n); END LOOP; END $$""",
    "subtransactions": """DO $$ BEGIN LOOP BEGIN CREATE TABLE a (); RAISE division_by_zero;
        EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; END $$""",
    "notices": "DO $$ BEGIN LOOP RAISE NOTICE '%', repeat('x', 1000); END LOOP; END $$",
    "notifications": "LISTEN c; DO $$ BEGIN LOOP PERFORM pg_notify('c', random()::text); END LOOP; END $$",
    "large objects": "DO $$ BEGIN LOOP PERFORM lo_from_bytea(0, repeat('x', 1000000)::bytea); END LOOP; END $$",
    "a lock of its own": "SELECT pg_advisory_lock(1); SELECT pg_sleep(60)",
    "every error caught": """SET statement_timeout = 0; SET lock_timeout = 0; DO $$ BEGIN LOOP
        BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN OTHERS OR query_canceled THEN NULL; END; END LOOP; END $$""",
    "a commit in a loop": "DO $$ BEGIN LOOP PERFORM pg_sleep(0.001); COMMIT; END LOOP; END $$",
    "a check that sleeps at COMMIT": """CREATE TABLE a (n int);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER t AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f();
        INSERT INTO a VALUES (1)""",
}

STUBBORN = """CREATE FUNCTION evil() RETURNS boolean LANGUAGE plpgsql AS $f$ BEGIN LOOP
    BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN OTHERS OR query_canceled THEN NULL; END; END LOOP; END $f$;
"""
SLEEPY = "CREATE FUNCTION evil() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN true; END';"


@pytest.fixture(autouse=True)
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory for the servers of this test alone; at its end nothing is there, and the next rehearsal works."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        directory = Path(name)
        directory.chmod(0o1777)
        monkeypatch.setattr("pgready.rehearsal.directory._bases", lambda: iter([directory]))
        yield directory
        assert rehearsed("CREATE TABLE fine (id int)").complete
        assert list(directory.iterdir()) == []
        assert running_in(directory) == []


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


@pytest.mark.parametrize("bomb", BOMBS)
def test_what_takes_all_it_can_get_is_stopped(bomb: str) -> None:
    """As a failed migration, or as a rehearsal that says that a limit of ours was reached."""
    with within(20):
        try:
            result = rehearsed(BOMBS[bomb], "CREATE TABLE behind (id int)", limits=SHORT, rerun=True)
        except RehearsalError as error:
            assert any(word in str(error) for word in ("limit", "memory", "disk"))  # noqa: PT017  # either is right
        else:
            assert [run.outcome for run in result.runs] == [RunOutcome.FAILED, RunOutcome.NOT_REACHED]
            assert result.runs[0].error is not None
            assert result.runs[0].error.sqlstate in {"57014", "57P01", "54000", "54001", "53200"} | (
                # "memory exhausted at or near": the parser's own limit has the code of a syntax error.
                {"42601"} if bomb == "brackets" else set()
            )


@pytest.mark.parametrize("function", [SLEEPY, STUBBORN], ids=["sleepy", "stubborn"])
@pytest.mark.parametrize("event", ["INSERT", "UPDATE"])
def test_a_trigger_on_the_record_of_prisma_is_stopped(function: str, event: str) -> None:
    """Prisma's own statements run the project's code here; nobody waits for it without a limit."""
    trap = f"""CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM evil(); RETURN NEW; END';
        CREATE TRIGGER t BEFORE {event} ON _prisma_migrations FOR EACH ROW EXECUTE FUNCTION t();"""
    with within(20):
        result = rehearsed(function + trap, "CREATE TABLE b (id int)", limits=SHORT)
    failed = next(run for run in result.runs if run.outcome is not RunOutcome.APPLIED)
    assert failed.outcome is RunOutcome.FAILED
    assert failed.error is not None
    assert failed.error.sqlstate in {"57014", "57P01"}
    assert "_prisma_migrations" in (failed.error.context or "")


READING = {
    "a cast": """CREATE FUNCTION c(a) RETURNS text LANGUAGE plpgsql AS $c$ BEGIN PERFORM evil(); RETURN 'x'; END $c$;
        CREATE CAST (a AS text) WITH FUNCTION c(a);""",
    "a policy": """CREATE POLICY p ON a FOR SELECT USING (evil());
        CREATE POLICY q ON a FOR INSERT WITH CHECK (true); ALTER TABLE a ENABLE ROW LEVEL SECURITY;
        ALTER TABLE a FORCE ROW LEVEL SECURITY;""",
}


@pytest.mark.parametrize("function", [SLEEPY, STUBBORN], ids=["sleepy", "stubborn"])
@pytest.mark.parametrize("trap", READING)
@pytest.mark.parametrize("end", ["", "BEGIN; COMMIT;"], ids=["inside a transaction", "in place"])
def test_code_of_the_project_in_our_reading_of_rows_is_stopped(trap: str, function: str, end: str) -> None:
    ground = f"""CREATE TABLE a (n int);
        {function}
        INSERT INTO a VALUES (1);
        {READING[trap]}"""
    with within(25):
        result = rehearsed(ground, f"INSERT INTO a VALUES (1); {end}", rerun=True, limits=SHORT)
    assert [run.outcome for run in result.runs] == [RunOutcome.APPLIED, RunOutcome.APPLIED]


@pytest.mark.parametrize("function", [SLEEPY, STUBBORN], ids=["sleepy", "stubborn"])
def test_a_deferred_check_that_sleeps_in_the_second_run_is_stopped(function: str) -> None:
    text = f"""
        CREATE TABLE IF NOT EXISTS a (n int);
        {function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")}
        CREATE OR REPLACE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $t$
          BEGIN IF (SELECT count(*) FROM a) > 1 THEN PERFORM evil(); END IF; RETURN NULL; END $t$;
        DROP TRIGGER IF EXISTS t ON a;
        CREATE CONSTRAINT TRIGGER t AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION t();
        INSERT INTO a VALUES (1)"""
    with within(25):
        result = rehearsed(text, "CREATE TABLE b (id int)", rerun=True, limits=SHORT)
    assert result.complete
    assert result.runs[0].rerun is not None
    assert result.runs[0].rerun.error is not None
    assert result.runs[0].rerun.error.sqlstate == "57014"


@pytest.mark.parametrize("how", ["pg_terminate_backend", "pg_cancel_backend"])
def test_ending_our_other_sessions_does_not_end_the_rehearsal(how: str) -> None:
    """They have the same role, so the server allows it."""
    others = f"SELECT {how}(pid) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
    result = rehearsed(others, f"CREATE TABLE b (id int); {others}", questions=(ColumnQuestion(type="int[]"),))
    assert result.complete
    assert names(result.runs[1]) == ["column public.b.id", "table public.b"]
    assert [spelt.type for spelt in result.spelt_columns] == ["integer[]"]


def test_functions_operators_and_views_with_the_names_of_the_catalog_are_not_ours() -> None:
    """Our queries ask for `pg_catalog` alone, whatever stands before it for the role or the database."""
    result = rehearsed(
        """
        CREATE TABLE a (id int PRIMARY KEY, n name);
        CREATE VIEW pg_class AS SELECT 1 / 0 AS oid;
        CREATE VIEW pg_namespace AS SELECT 1 / 0 AS oid;
        CREATE FUNCTION age(xid) RETURNS int LANGUAGE plpgsql AS 'BEGIN RAISE ''ours''; END';
        CREATE FUNCTION hashtextextended(text, bigint) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RAISE ''ours''; END';
        CREATE FUNCTION never(name, name) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''ours''; END';
        CREATE OPERATOR = (LEFTARG = name, RIGHTARG = name, FUNCTION = never);
        CREATE OPERATOR <> (LEFTARG = name, RIGHTARG = name, FUNCTION = never);
        ALTER ROLE postgres SET search_path = public, pg_catalog;
        ALTER DATABASE rehearsal SET search_path = public, pg_catalog;
        """,
        "INSERT INTO a VALUES (1, 'x') ON CONFLICT DO NOTHING",
        "INSERT INTO a SELECT 2, 'x' WHERE NOT EXISTS (SELECT FROM a WHERE id = 2)",
        rerun=True,
        either_way=True,
        questions=(ColumnQuestion(type="name"),),
    )
    assert result.complete
    assert [str(table.name) for table in result.schema.tables] == ["public.a"]
    assert result.otherwise == ()


def test_a_lock_that_a_file_leaves_open_does_not_hold_up_our_reading() -> None:
    with within(20):
        result = rehearsed(
            "CREATE TABLE a (id int PRIMARY KEY, n int DEFAULT 1); CREATE VIEW v AS SELECT id FROM a",
            "BEGIN; LOCK TABLE a, _prisma_migrations IN ACCESS EXCLUSIVE MODE; ALTER TABLE a ADD COLUMN m int",
            rerun=True,
            either_way=True,
            limits=SHORT,
        )
    assert result.runs[1].leaves_open
    assert result.runs[1].made == ()


@pytest.mark.parametrize("either_way", [False, True])
def test_a_second_run_in_place_that_never_ends_is_stopped(*, either_way: bool) -> None:
    """It ends transactions itself, so it runs again in a database of its own."""
    text = """
        CREATE TABLE IF NOT EXISTS a (n int); BEGIN; INSERT INTO a VALUES (1); COMMIT; SET statement_timeout = 0;
        DO $$ BEGIN IF (SELECT count(*) FROM a) > 1 THEN LOOP
          BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN OTHERS OR query_canceled THEN NULL; END;
        END LOOP; END IF; END $$;
    """
    with within(20):
        result = rehearsed(text, rerun=True, limits=SHORT, either_way=either_way)
    assert result.complete
    assert result.runs[0].rerun is not None
    assert result.runs[0].rerun.error is not None
    assert result.runs[0].rerun.error.sqlstate == "57014"


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a read-only disk, which only root can")
def test_without_shared_memory_a_read_only_temporary_directory_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, base: Path
) -> None:
    """With nowhere else to go, the error names the place and what is wrong with it."""
    closed = Path(tempfile.mkdtemp(dir="/tmp"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=100m,mode=1777", "none", closed], check=False)
    try:
        if mounted.returncode:
            pytest.skip("this system does not let us mount a disk")
        with monkeypatch.context() as patch:
            patch.setattr("pgready.rehearsal.directory._bases", lambda: iter([closed, base]))
            assert rehearsed("CREATE TABLE a (id int)").complete
            patch.setattr("pgready.rehearsal.directory._bases", lambda: iter([closed]))
            with pytest.raises(RehearsalError, match=str(closed)) as caught:
                rehearsed("CREATE TABLE a (id int)")
            assert "not writable" in str(caught.value) or "ead-only" in str(caught.value)
    finally:
        subprocess.run(["umount", closed], check=False, stderr=subprocess.DEVNULL)
        closed.rmdir()
