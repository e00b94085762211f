"""A rehearsal against Prisma's own `migrate deploy`: the same migrations, two databases of one server, the same end.

The engine is asked over a driver adapter, and then sends a script in one piece, as the native engine did before 7.4 and
still does where it cannot cut it. How that one cuts is no part of what npm has, so that it cannot be asked here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from oracle.engine import Engine
from pgready.model.migration import Migration
from pgready.rehearsal.catalog_state import read_state
from pgready.rehearsal.cluster import Cluster, throwaway_cluster
from pgready.rehearsal.database import OWNER, Database, new_database
from pgready.rehearsal.deploy import deploy
from pgready.rehearsal.limits import Limits
from pgready.rehearsal.names import read_names
from pgready.rehearsal.settings import PORT
from rehearsals import of_texts

ENUM = "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (e e DEFAULT 'a');"
SWAP = """BEGIN;
CREATE TYPE "e_new" AS ENUM ('a', 'b');
ALTER TABLE "t" ALTER COLUMN "e" DROP DEFAULT;
ALTER TABLE "t" ALTER COLUMN "e" TYPE "e_new" USING ("e"::text::"e_new");
ALTER TYPE "e" RENAME TO "e_old";
ALTER TYPE "e_new" RENAME TO "e";
DROP TYPE "e_old";
COMMIT;
"""
FUNCTION = """CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$
BEGIN
  RETURN 1; -- a semicolon; and a 'quote
END $body$;
CREATE TABLE a (id int DEFAULT f());
"""
FAILS = "SELECT 1/0;"
CASES = {
    "one statement": ("CREATE TABLE a (id int PRIMARY KEY);",),
    "a failure behind a table": (f"CREATE TABLE a (id int); {FAILS} CREATE TABLE b (id int);",),
    "a failure, and a migration behind it": (f"CREATE TABLE a (id int); {FAILS}", "CREATE TABLE b (id int);"),
    "an empty file": ("", "CREATE TABLE a (id int);"),
    "comments only": ("-- nothing\n/* at all */\n", "CREATE TABLE a (id int);"),
    "a lone semicolon": (";", ";;\n;", "CREATE TABLE a (id int);;"),
    "BEGIN without COMMIT": ("BEGIN; CREATE TABLE a (id int);", "CREATE TABLE b (id int);"),
    "BEGIN without COMMIT, and COMMIT in the next": (
        "BEGIN; CREATE TABLE a (id int);",
        "CREATE TABLE b (id int); COMMIT;",
    ),
    "COMMIT without BEGIN": ("CREATE TABLE a (id int); COMMIT; CREATE TABLE b (id int);",),
    "a failure inside BEGIN and COMMIT": (f"CREATE TABLE a (id int); BEGIN; CREATE TABLE b (id int); {FAILS} COMMIT;",),
    "a failure behind COMMIT": (f"BEGIN; CREATE TABLE a (id int); COMMIT; CREATE TABLE b (id int); {FAILS}",),
    "ROLLBACK": ("BEGIN; CREATE TABLE a (id int); ROLLBACK; CREATE TABLE b (id int);",),
    "a savepoint": ("BEGIN; CREATE TABLE a (id int); SAVEPOINT s; CREATE TABLE b (id int); ROLLBACK TO s; COMMIT;",),
    "an enum swapped": (ENUM, SWAP),
    "an enum swapped, and a failure": (ENUM, SWAP + FAILS),
    "a value added and used": (ENUM, "ALTER TYPE e ADD VALUE 'b'; INSERT INTO t VALUES ('b');"),
    "a value added and used in BEGIN and COMMIT": (
        ENUM,
        "BEGIN; ALTER TYPE e ADD VALUE 'b'; INSERT INTO t VALUES ('b'); COMMIT;",
    ),
    "an index built concurrently, alone": ("CREATE TABLE a (id int);", "CREATE INDEX CONCURRENTLY i ON a (id);"),
    "an index built concurrently, with another": (
        "CREATE TABLE a (id int);",
        "CREATE INDEX CONCURRENTLY i ON a (id);\nCREATE INDEX CONCURRENTLY j ON a (id);",
    ),
    "an index built concurrently in BEGIN and COMMIT": (
        "CREATE TABLE a (id int);",
        "BEGIN; CREATE INDEX CONCURRENTLY i ON a (id); COMMIT;",
    ),
    "VACUUM beside others": ("CREATE TABLE a (id int); VACUUM a; CREATE TABLE b (id int);",),
    "COMMIT in a DO block": (f"DO $$ BEGIN CREATE TABLE a (id int); COMMIT; END $$; CREATE TABLE b (id int); {FAILS}",),
    "a function with semicolons": (FUNCTION,),
    "a temporary table": ("CREATE TEMP TABLE x AS SELECT 1 AS n; CREATE TABLE a AS SELECT * FROM x;",),
    "a temporary table that is gone": (
        "CREATE TEMP TABLE x ON COMMIT DROP AS SELECT 1 AS n; CREATE TABLE a AS SELECT * FROM x;",
    ),
    "a temporary table of the migration before": (
        "CREATE TEMP TABLE x AS SELECT 1 AS n;",
        "CREATE TABLE a AS SELECT * FROM x;",
    ),
    "SET LOCAL": ("CREATE SCHEMA s; SET LOCAL search_path = s; CREATE TABLE a (id int);",),
    "a search_path for the migration behind": (
        "CREATE SCHEMA s; SET search_path = s, public;",
        "CREATE TABLE a (id int);",
    ),
    "a search_path as in a dump": (
        "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.a (id int);",
        "CREATE TABLE public.b (id int);",
    ),
    "a setting that a function reads": (
        "SET app.who = 'me';",
        "CREATE TABLE a AS SELECT current_setting('app.who') AS who;",
    ),
    "a syntax error at the end": ("CREATE TABLE a (id int); CREATE TABEL b (id int);",),
    "what the parser of Prisma cannot read, and a failure": (
        f"CREATE TABLE a (id int); CREATE STATISTICS s (mcv) ON id, id FROM a; {FAILS}",
    ),
    "a deferred constraint": (
        "CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE a (u int REFERENCES u DEFERRABLE INITIALLY DEFERRED);",
        "CREATE TABLE b (id int); INSERT INTO a VALUES (1); CREATE TABLE c (id int);",
    ),
    "a deferred constraint in BEGIN and COMMIT": (
        "CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE a (u int REFERENCES u DEFERRABLE INITIALLY DEFERRED);",
        "BEGIN; CREATE TABLE b (id int); INSERT INTO a VALUES (1); COMMIT; CREATE TABLE c (id int);",
    ),
    "rows that nobody reads": ("SELECT * FROM generate_series(1, 1000); CREATE TABLE a (id int); SELECT 1;",),
    "a notice": ("DO $$ BEGIN RAISE NOTICE 'hello'; END $$; CREATE TABLE a (id int);",),
    "an error of its own": (
        "CREATE TABLE a (id int); DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'P1234'; END $$;",
    ),
    "quoted names with semicolons": ('CREATE TABLE "a;b" ("c;--d" int); CREATE TABLE "e""f" (id int);',),
    "strings with escapes": (r"CREATE TABLE a (t text DEFAULT E'it\'s;'); CREATE TABLE b (t text DEFAULT 'c:\');",),
    "nested comments": ("/* a /* b; */ c; */ CREATE TABLE a (id int); -- d; e\nCREATE TABLE b (id int);",),
    "a role that is set": (f"SET ROLE {OWNER}; CREATE TABLE a (id int);", "CREATE TABLE b (id int);"),
    "the lock let go": ("SELECT pg_advisory_unlock_all(); CREATE TABLE a (id int);",),
    "DISCARD ALL": ("DISCARD ALL;", "CREATE TABLE a (id int);"),
    "the records dropped": ("CREATE TABLE a (id int); DROP TABLE _prisma_migrations;", "CREATE TABLE b (id int);"),
    "a transaction that reads only": ("SET default_transaction_read_only = on;", "CREATE TABLE a (id int);"),
    "a rule and a trigger": (
        FUNCTION.replace("RETURNS int", "RETURNS trigger")
        .replace("RETURN 1", "RETURN NEW")
        .partition("CREATE TABLE")[0]
        + "CREATE TABLE a (id int); CREATE TRIGGER tr BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What is there at the end: names, definitions, and Prisma's records (name, steps, finished)."""

    names: frozenset[tuple[str, str, str, str]]
    definitions: tuple[object, ...]
    records: tuple[object, ...] | None


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with throwaway_cluster() as found:
        yield found


@pytest.fixture
def database(cluster: Cluster) -> Iterator[Database]:
    with new_database(cluster) as made:
        yield made
    with cluster.connect_admin() as admin:
        admin.execute("DROP DATABASE IF EXISTS rehearsal WITH (FORCE)")
        admin.execute(f"DROP ROLE IF EXISTS {OWNER}".encode())


def the_end(database: Database) -> End:
    with database.cluster.connect_admin(database.name) as admin, database.connect_owner() as owner:
        state = read_state(admin, owner)
        there = admin.execute("SELECT to_regclass('public._prisma_migrations') IS NOT NULL").fetchone()
        rows = None
        if there == (True,):
            rows = tuple(
                admin.execute(
                    "SELECT migration_name, applied_steps_count, finished_at IS NOT NULL, logs IS NOT NULL "
                    "FROM public._prisma_migrations ORDER BY 1"
                ).fetchall()
            )
    definitions = tuple(sorted((*key, text) for key, (_, text) in state.definitions.items()))
    return End(names=state.names, definitions=definitions, records=rows)


def by_prisma(engine: Engine, database: Database, migrations: Sequence[Migration]) -> End:
    engine.deploy(
        [(each.name, each.sql or "") for each in migrations],
        host=str(database.cluster.directory.socket),
        port=PORT,
        database=database.name,
        user=OWNER,
        password=database.password,
    )
    return the_end(database)


def by_pgready(database: Database, migrations: Sequence[Migration]) -> End:
    before = read_names(database.admin)
    tuple(
        deploy(
            database,
            migrations,
            before=before,
            pieces={},
            rerun=frozenset(),
            limits=Limits(total_seconds=60),
        )
    )
    return the_end(database)


@pytest.mark.parametrize("name", CASES)
def test_a_rehearsal_ends_as_a_deployment_by_prisma_does(engine: Engine, database: Database, name: str) -> None:
    migrations = of_texts(*CASES[name])
    with new_database(database.cluster, "second", beside=database) as second:
        assert by_pgready(second, migrations) == by_prisma(engine, database, migrations)
