"""The table of locks against a real server: what each command locks, and whether it reads, builds or writes anew."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from lock_cases import CASES, SETUP, LockCase
from pgready.checks.locks.modes import COMMANDS, command_of
from pgready.history import replay_history
from pgready.model.history import Event
from pgready.model.locks import LockedBy, LockMode, Work
from pgready.rehearsal.cluster import Cluster, throwaway_cluster
from pgready.rehearsal.connection import Connection
from pgready.sources.sql import read_scripts
from rehearsals import of_texts

MORE = """
CREATE UNIQUE INDEX "t_a_idx" ON "t" ("a");
CREATE FUNCTION "tf"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER "tr" BEFORE INSERT ON "t" FOR EACH ROW EXECUTE FUNCTION "tf"();
CREATE POLICY "po" ON "t";
CREATE RULE "ru" AS ON DELETE TO "t" DO ALSO SELECT 1;
CREATE TABLE "s" ("a" INTEGER, "b" INTEGER GENERATED ALWAYS AS ("a" * 2) STORED);
INSERT INTO "s" ("a") SELECT 1;
ALTER TABLE "t" ADD CONSTRAINT "later" FOREIGN KEY ("a") REFERENCES "u" ("id") NOT VALID;
"""
ALTER = 'ALTER TABLE "t" '
# The commands of the table, each by one statement; what locks another table than "t" says which one.
SAMPLES = {
    "CREATE INDEX": 'CREATE INDEX ON "t" ("b")',
    "DROP INDEX": 'DROP INDEX "t_b_idx"',
    "ADD FOREIGN KEY": ALTER + 'ADD FOREIGN KEY ("a") REFERENCES "u" ("id")',
    "ADD FOREIGN KEY NOT VALID": ALTER + 'ADD FOREIGN KEY ("a") REFERENCES "u" ("id") NOT VALID',
    "ADD CHECK": ALTER + 'ADD CHECK ("a" > 0)',
    "ADD CHECK NOT VALID": ALTER + 'ADD CHECK ("a" > 0) NOT VALID',
    "ADD NOT NULL": ALTER + 'ADD CONSTRAINT "nn" NOT NULL "b"',
    "ADD NOT NULL NOT VALID": ALTER + 'ADD CONSTRAINT "nn" NOT NULL "b" NOT VALID',
    "ADD UNIQUE": ALTER + 'ADD UNIQUE ("b")',
    "ADD UNIQUE USING INDEX": ALTER + 'ADD UNIQUE USING INDEX "t_a_idx"',
    "ADD PRIMARY KEY": 'ALTER TABLE "s" ADD PRIMARY KEY ("a")',
    "ADD PRIMARY KEY USING INDEX": 'ALTER TABLE "m2" ADD PRIMARY KEY USING INDEX "m2_id"',
    "ADD EXCLUDE": ALTER + 'ADD EXCLUDE USING btree ("a" WITH =)',
    "DROP CONSTRAINT": ALTER + 'DROP CONSTRAINT "f_given"',
    "DROP FOREIGN KEY": ALTER + 'DROP CONSTRAINT "t_g_fkey"',
    "VALIDATE CONSTRAINT": ALTER + 'VALIDATE CONSTRAINT "g_given"',
    "ALTER CONSTRAINT": ALTER + 'ALTER CONSTRAINT "t_g_fkey" DEFERRABLE',
    "RENAME CONSTRAINT": ALTER + 'RENAME CONSTRAINT "t_g_fkey" TO "k"',
    "ADD COLUMN": ALTER + 'ADD COLUMN "x" INTEGER DEFAULT 3',
    "ADD COLUMN with a value computed for each row": ALTER + 'ADD COLUMN "x" UUID DEFAULT gen_random_uuid()',
    "DROP COLUMN": ALTER + 'DROP COLUMN "v"',
    "RENAME COLUMN": ALTER + 'RENAME COLUMN "v" TO "v2"',
    "ALTER COLUMN TYPE": ALTER + 'ALTER COLUMN "v" TYPE INTEGER USING "v"::integer',
    "ALTER COLUMN SET NOT NULL": ALTER + 'ALTER COLUMN "b" SET NOT NULL',
    "ALTER COLUMN SET EXPRESSION": 'ALTER TABLE "s" ALTER COLUMN "b" SET EXPRESSION AS ("a" * 3)',
    "ALTER COLUMN SET STATISTICS": ALTER + 'ALTER COLUMN "a" SET STATISTICS 7',
    "ALTER COLUMN SET OPTIONS": ALTER + 'ALTER COLUMN "a" SET (n_distinct = 5)',
    "ALTER COLUMN RESET OPTIONS": ALTER + 'ALTER COLUMN "a" RESET (n_distinct)',
    "ALTER COLUMN": ALTER + 'ALTER COLUMN "a" SET DEFAULT 5',
    "SET LOGGED": 'ALTER TABLE "un" SET LOGGED',
    "SET UNLOGGED": 'ALTER TABLE "s" SET UNLOGGED',
    "SET REL OPTIONS": ALTER + "SET (fillfactor = 70)",
    "RESET REL OPTIONS": ALTER + "RESET (fillfactor)",
    "CLUSTER ON": ALTER + 'CLUSTER ON "t_pkey"',
    "DROP CLUSTER": ALTER + "SET WITHOUT CLUSTER",
    "ATTACH PARTITION": 'ALTER TABLE "whole" ATTACH PARTITION "part" FOR VALUES FROM (0) TO (10)',
    "ATTACH PARTITION to it": 'ALTER TABLE "whole" ATTACH PARTITION "part" FOR VALUES FROM (0) TO (10)',
    "DETACH PARTITION": 'ALTER TABLE "whole" DETACH PARTITION "old"',
    "DETACH PARTITION from it": 'ALTER TABLE "whole" DETACH PARTITION "old"',
    "CREATE TABLE PARTITION OF it": 'CREATE TABLE "new" PARTITION OF "whole" FOR VALUES FROM (50) TO (60)',
    "a new partition beside it": 'CREATE TABLE "new" PARTITION OF "split" FOR VALUES FROM (50) TO (60)',
    "ALTER TABLE": ALTER + "ENABLE ROW LEVEL SECURITY",
    "RENAME TABLE": ALTER + 'RENAME TO "t2"',
    "DROP TABLE": 'DROP TABLE "t"',
    "ENABLE or DISABLE TRIGGER": ALTER + 'DISABLE TRIGGER "tr"',
    "CREATE TRIGGER": 'CREATE TRIGGER "x" BEFORE INSERT ON "t" FOR EACH ROW EXECUTE FUNCTION "tf"()',
    "DROP TRIGGER": 'DROP TRIGGER "tr" ON "t"',
    "ALTER TRIGGER": 'ALTER TRIGGER "tr" ON "t" RENAME TO "x"',
    "CREATE POLICY": 'CREATE POLICY "x" ON "t"',
    "DROP POLICY": 'DROP POLICY "po" ON "t"',
    "ALTER POLICY": 'ALTER POLICY "po" ON "t" USING (true)',
    "CREATE RULE": 'CREATE RULE "x" AS ON INSERT TO "t" DO ALSO SELECT 1',
    "DROP RULE": 'DROP RULE "ru" ON "t"',
    "ALTER RULE": 'ALTER RULE "ru" ON "t" RENAME TO "x"',
    "COMMENT": "COMMENT ON TABLE \"t\" IS 'x'",
    "CLUSTER": 'CLUSTER "t" USING "t_pkey"',
    "REINDEX": 'REINDEX TABLE "t"',
    "REFRESH MATERIALIZED VIEW": 'REFRESH MATERIALIZED VIEW "m"',
    "REFRESH MATERIALIZED VIEW CONCURRENTLY": 'REFRESH MATERIALIZED VIEW CONCURRENTLY "m"',
    "TRUNCATE": 'TRUNCATE "t"',
    "INSERT": 'INSERT INTO "u" SELECT "id" + 100 FROM "t"',
    "UPDATE": 'UPDATE "t" SET "v" = \'9\'',
    "DELETE": 'DELETE FROM "t"',
    "MERGE": 'MERGE INTO "s" USING "u" ON "s"."a" = "u"."id" WHEN MATCHED THEN UPDATE SET "a" = 4',
    **{f"LOCK TABLE IN {mode.words} MODE": f'LOCK TABLE "t" IN {mode.words} MODE' for mode in LockMode},
}
MORE += """
CREATE TABLE "whole" ("a" INTEGER) PARTITION BY RANGE ("a");
CREATE TABLE "old" PARTITION OF "whole" FOR VALUES FROM (100) TO (110);
CREATE TABLE "part" ("a" INTEGER);
INSERT INTO "part" SELECT 1;
CREATE UNLOGGED TABLE "un" ("a" INTEGER);
CREATE TABLE "m2" ("id" INTEGER NOT NULL);
CREATE UNIQUE INDEX "m2_id" ON "m2" ("id");
"""
# Not inside a transaction: they are looked at while they wait for somebody else's lock.
ALONE = {
    "CREATE INDEX CONCURRENTLY": 'CREATE INDEX CONCURRENTLY "x" ON "t" ("b")',
    "DROP INDEX CONCURRENTLY": 'DROP INDEX CONCURRENTLY "t_b_idx"',
    "REINDEX CONCURRENTLY": 'REINDEX TABLE CONCURRENTLY "t"',
    "VACUUM": 'VACUUM "t"',
    "VACUUM FULL": 'VACUUM FULL "t"',
}
DETACHED = 'ALTER TABLE "whole" DETACH PARTITION "old" CONCURRENTLY'
# The lock of the index itself, a copy to another disk, another storage engine, data of the client.
ELSEWHERE = {"DETACH PARTITION CONCURRENTLY from it", "RENAME INDEX", "SET TABLESPACE", "SET ACCESS METHOD", "COPY"}
SINCE = {"ADD NOT NULL": 180000, "ADD NOT NULL NOT VALID": 180000, "ALTER COLUMN SET EXPRESSION": 170000}
LOCKED = """
SELECT c.relname, l.mode, l.granted FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.pid = %s AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm', 'p')"""
STATE = """
SELECT c.oid, c.relname, c.relkind, pg_relation_filenode(c.oid),
  coalesce((SELECT seq_scan FROM pg_stat_xact_all_tables x WHERE x.relid = c.oid), 0)
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm', 'i')"""


@dataclass(frozen=True)
class Seen:
    """What the server shows: the strongest lock on each table, and the tables that were written anew, or read."""

    locks: dict[str, LockMode]
    rewritten: frozenset[str]
    read: frozenset[str]
    new_indexes: bool


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with throwaway_cluster() as cluster:
        yield cluster


@pytest.fixture
def sessions(cluster: Cluster) -> Iterator[tuple[Connection, Connection]]:
    """One to work, one to look; with the tables of SETUP."""
    with cluster.connect_admin() as worker, cluster.connect_admin() as watcher:
        for session in (worker, watcher):
            session.execute("SET search_path = public")
        worker.execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;")
        worker.execute(SETUP.encode())
        worker.execute(MORE.encode())
        yield worker, watcher


def mode(name: str) -> LockMode:
    """`ShareRowExclusiveLock` -> SHARE_ROW_EXCLUSIVE."""
    return next(each for each in LockMode if each.name.replace("_", "").lower() + "lock" == name.lower())


def look(worker: Connection, watcher: Connection, sql: str) -> Seen:
    """Run it inside a transaction that is undone."""
    worker.execute("BEGIN")
    try:
        before = {oid: row for oid, *row in worker.execute(STATE)}
        worker.execute(sql.encode())
        after = {oid: row for oid, *row in worker.execute(STATE)}
        locks: dict[str, LockMode] = {}
        for name, held, _ in watcher.execute(LOCKED, (worker.info.backend_pid,)):
            locks[name] = max(mode(held), locks.get(name, LockMode.ACCESS_SHARE))
    finally:
        worker.execute("ROLLBACK")
    # name, kind, file and scans before; kind, file and scans after
    both = [(*before[oid], *after[oid][1:]) for oid in after if oid in before]
    return Seen(
        locks=locks,
        rewritten=frozenset(name for name, kind, old, _, _, new, _ in both if kind != "i" and new != old),
        read=frozenset(name for name, kind, _, old, _, _, new in both if kind == "r" and new > old),
        new_indexes=any(kind == "i" and new != old for _, kind, old, _, _, new, _ in both)
        or any(kind == "i" and oid not in before for oid, (_, kind, _, _) in after.items()),
    )


def commands(sql: str) -> list[tuple[LockedBy, Event]]:
    """What we read of it: the commands, without the index behind a key, as the rules see them."""
    migrations = of_texts(SETUP + MORE, sql)
    history = replay_history(migrations, read_scripts(migrations))
    found = [(command_of(event, life), event) for event, life in history.events_of("m2")]
    keyed = any(by is not None and by.command.startswith(("ADD UNIQUE", "ADD PRIMARY", "ADD EXCL")) for by, _ in found)
    return [(by, event) for by, event in found if by is not None and not (keyed and by.command == "CREATE INDEX")]


def test_every_command_of_the_table_is_tried() -> None:
    assert {*SAMPLES, *ALONE, *ELSEWHERE} == set(COMMANDS)


@pytest.mark.parametrize("command", SAMPLES)
def test_the_server_takes_the_lock_and_does_the_work_that_the_table_says(
    command: str, sessions: tuple[Connection, Connection]
) -> None:
    worker, watcher = sessions
    if worker.info.server_version < SINCE.get(command, 0):
        pytest.skip("a newer command")
    sql = SAMPLES[command]
    by, event = next(found for found in commands(sql) if found[0].command == command)
    table = event.object.table or event.object.name
    seen = look(worker, watcher, sql)
    assert seen.locks[table] is by.mode
    if by.referenced is not None:
        assert seen.locks["u"] is by.referenced
    assert seen.rewritten == (frozenset({table}) if by.work is Work.REWRITE or command == "TRUNCATE" else frozenset())
    if by.work in (Work.NOTHING, Work.SCAN, Work.INDEX) and command != "TRUNCATE":
        assert (table in seen.read) == (by.work is not Work.NOTHING)
        assert seen.new_indexes == (by.work is Work.INDEX)


@pytest.mark.parametrize("command", ALONE)
def test_what_cannot_run_in_a_transaction_asks_for_the_lock_that_the_table_says(
    command: str, sessions: tuple[Connection, Connection]
) -> None:
    assert [by.command for by, _ in commands(ALONE[command])] == [command]
    assert _asks_for(sessions, ALONE[command], "t") is COMMANDS[command].mode


def test_a_partition_is_detached_concurrently_beside_readers_and_writers(
    sessions: tuple[Connection, Connection],
) -> None:
    by, event = commands(DETACHED)[0]
    assert (by.command, event.object.name) == ("DETACH PARTITION CONCURRENTLY from it", "whole")
    assert _asks_for(sessions, DETACHED, "whole") is by.mode


def _asks_for(sessions: tuple[Connection, Connection], sql: str, table: str) -> LockMode:
    worker, watcher = sessions
    watcher.execute(f'BEGIN; LOCK TABLE "{table}" IN SHARE UPDATE EXCLUSIVE MODE'.encode())
    waiting = threading.Thread(target=_run, args=(worker, sql))
    waiting.start()
    try:
        return _asked(watcher, worker.info.backend_pid, table)
    finally:
        watcher.execute("SELECT pg_cancel_backend(%s)", (worker.info.backend_pid,))
        waiting.join(20)
        watcher.execute("ROLLBACK")


def _run(worker: Connection, sql: str) -> None:
    with pytest.raises(psycopg.errors.QueryCanceled):
        worker.execute(sql.encode())


def _asked(watcher: Connection, pid: int, table: str) -> LockMode:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for name, asked, granted in watcher.execute(LOCKED, (pid,)):
            if name == table and not granted:
                return mode(asked)
        time.sleep(0.02)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_the_rules_find_happens_and_what_they_pass_over_does_not(
    case: LockCase, sessions: tuple[Connection, Connection]
) -> None:
    worker, watcher = sessions
    if "COMMIT" in case.sql:
        worker.execute(case.sql.encode())
        return
    seen = look(worker, watcher, case.sql)
    if not case.writes:
        assert bool(seen.rewritten) == ("LCK004 warn" in case.found)
        works = any(each.startswith(("LCK001", "LCK002", "LCK003", "LCK008")) for each in case.found)
        assert bool(seen.read & {"t", "u"}) == (works or "LCK004 warn" in case.found)
    if any(each.startswith(("LCK003", "LCK004", "LCK006", "LCK008")) for each in case.found):
        assert LockMode.ACCESS_EXCLUSIVE in seen.locks.values()
    if case.found == ("LCK001 note",) and "USING INDEX" not in case.sql:
        assert seen.locks["t"] is LockMode.SHARE
    if case.found == ("LCK007 warn",):
        assert max(seen.locks.values()).stops_writes
