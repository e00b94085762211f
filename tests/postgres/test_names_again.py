"""Looking again reads little, and must say exactly what reading everything says."""

import contextlib
from collections.abc import Iterator

import pytest

from pgready.rehearsal.cluster import throwaway_cluster
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database, new_database
from pgready.rehearsal.names import look, look_again, read_names

STEPS = {
    "columns": "ALTER TABLE a ADD COLUMN x int, ADD COLUMN y text; ALTER TABLE a RENAME x TO z; ALTER TABLE a DROP y",
    "a column that is made and dropped": "ALTER TABLE a ADD COLUMN w int; ALTER TABLE a DROP COLUMN w",
    "a column that is dropped alone": "ALTER TABLE a DROP COLUMN old",
    "only rows": "INSERT INTO a (id) VALUES (1)",
    "an index beside one that is dropped": "DROP INDEX a_old_idx; CREATE INDEX a_new_idx ON a (id)",
    "an index that gets another name": "ALTER INDEX a_old_idx RENAME TO a_other_idx",
    "a key that gets another name": "ALTER TABLE a RENAME CONSTRAINT a_pkey TO a_key",
    "a table that gets another name": "ALTER TABLE a RENAME TO c",
    "two tables that change their names": "ALTER TABLE a RENAME TO t; "
    "ALTER TABLE b RENAME TO a; ALTER TABLE t RENAME TO b",
    "a table dropped and made again": "DROP TABLE b; CREATE TABLE b (id int PRIMARY KEY)",
    "one table dropped, one made": "DROP TABLE b; CREATE TABLE n (m int)",
    "another schema": "CREATE SCHEMA other; ALTER TABLE a SET SCHEMA other; ALTER TYPE mood SET SCHEMA other",
    "a schema that gets another name": "ALTER SCHEMA public RENAME TO private",
    "a schema that was away": "CREATE SCHEMA s; CREATE TABLE s.t (id int); DROP SCHEMA s CASCADE",
    "an enum": "ALTER TYPE mood ADD VALUE 'fine'; ALTER TYPE mood RENAME VALUE 'sad' TO 'low'",
    "an enum that gets another name": "ALTER TYPE mood RENAME TO temper",
    "a type that is changed over": "ALTER TYPE mood RENAME TO m; CREATE TYPE mood AS ENUM ('new'); DROP TYPE m CASCADE",
    "a domain and its check": "CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0);",
    "a row type": "CREATE TYPE pair AS (l int, r int); ALTER TYPE pair DROP ATTRIBUTE r",
    "functions of one name": "CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 2'; DROP FUNCTION f(int)",
    "one of two functions gets another name": "ALTER FUNCTION f(int) RENAME TO g",
    "a function that is replaced": "CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 3'",
    "an extension": "CREATE EXTENSION citext",
    "what leaves an extension": "ALTER EXTENSION hstore DROP FUNCTION hstore_version_diag(hstore)",
    "an extension that goes": "DROP EXTENSION hstore",
    "temporary tables": "CREATE TEMP TABLE a (id int PRIMARY KEY, b text); CREATE TEMP VIEW v AS SELECT 1 AS one",
    "Prisma's own table under another name": "ALTER TABLE _prisma_migrations RENAME TO history",
    "a table under the name of Prisma's own": "DROP TABLE _prisma_migrations; "
    "ALTER TABLE b RENAME TO _prisma_migrations",
    "an index on Prisma's table, one less on another": "CREATE INDEX p ON _prisma_migrations (id); "
    "DROP INDEX a_old_idx",
    "partitions": """CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE p1 (id int PRIMARY KEY); ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);
        ALTER TABLE a ADD CONSTRAINT a_p FOREIGN KEY (id) REFERENCES p (id)""",
    "views": "CREATE VIEW v AS SELECT id FROM a; CREATE OR REPLACE VIEW v AS SELECT id, old FROM a; "
    "ALTER VIEW v RENAME old TO o",
    "attached": """CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER t1 BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION t(); ALTER TRIGGER t1 ON a RENAME TO t2;
        CREATE POLICY p ON a USING (true); CREATE RULE r AS ON DELETE TO a DO INSTEAD NOTHING; DROP POLICY p ON a""",
    "one policy goes, one rule comes": """CREATE POLICY p ON a USING (true); CREATE RULE q AS ON DELETE TO b
        DO INSTEAD NOTHING; DROP RULE r ON b""",
    "savepoints": "DO $$ BEGIN FOR i IN 1..50 LOOP BEGIN EXECUTE format('CREATE TABLE s%s (id int)', i);"
    " IF i % 7 = 0 THEN RAISE division_by_zero; END IF; EXCEPTION WHEN division_by_zero THEN NULL; "
    "END; END LOOP; END $$",
    "a failure": "CREATE TABLE lost (id int); SELECT 1 / 0",
    "vacuum full": "VACUUM FULL",
    "frozen rows": "VACUUM FREEZE",
    "nothing left": "DROP SCHEMA public CASCADE; CREATE SCHEMA public",
}
GROUND = """
CREATE TABLE _prisma_migrations (id int PRIMARY KEY);
CREATE EXTENSION hstore;
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE a (id int PRIMARY KEY, old text, feels mood);
CREATE INDEX a_old_idx ON a (old);
CREATE TABLE b (id int PRIMARY KEY, at date);
CREATE RULE r AS ON DELETE TO b DO INSTEAD NOTHING;
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1';
"""


@pytest.fixture(scope="module")
def first() -> Iterator[Database]:
    with throwaway_cluster() as cluster, new_database(cluster) as made:
        yield made


@pytest.fixture
def database(first: Database) -> Iterator[Database]:
    with new_database(first.cluster, "looked", beside=first) as made:
        yield made


@contextlib.contextmanager
def owner_of(database: Database) -> Iterator[Connection]:
    with contextlib.closing(database.connect_owner()) as owner:
        owner.pgconn.exec_(GROUND.encode())
        assert ("function", "public", "", "f") in read_names(database.admin)
        yield owner


@pytest.mark.parametrize("step", STEPS)
def test_looking_again_says_what_reading_everything_says(database: Database, step: str) -> None:
    with owner_of(database) as owner:
        seen = look(database.admin)
        assert seen.names == read_names(database.admin)
        for text in (STEPS[step], "SELECT 1", "CREATE TABLE later (id int PRIMARY KEY)", STEPS[step]):
            owner.pgconn.exec_(text.encode())
            seen = look_again(database.admin, seen)
            assert seen.names == read_names(database.admin)


def test_every_step_after_the_other_is_told_as_well(database: Database) -> None:
    """What one of them hides, another may bring to light."""
    with owner_of(database) as owner:
        seen = look(database.admin)
        for step, text in STEPS.items():
            owner.pgconn.exec_(text.encode())
            seen = look_again(database.admin, seen)
            assert seen.names == read_names(database.admin), step


def test_what_a_transaction_made_before_it_was_looked_is_told_once_it_commits(database: Database) -> None:
    with owner_of(database) as owner, contextlib.closing(database.connect_owner()) as other:
        seen = look(database.admin)
        owner.execute("BEGIN")
        owner.execute("CREATE TABLE open1 (id int)")
        other.execute("CREATE TABLE b2 (id int)")
        seen = look_again(database.admin, seen)
        owner.execute("CREATE TABLE open2 (id int)")
        other.execute("CREATE TABLE b3 (id int)")
        seen = look_again(database.admin, seen)
        assert seen.names == read_names(database.admin)
        owner.execute("COMMIT")
        seen = look_again(database.admin, seen)
        assert seen.names == read_names(database.admin)
        assert ("table", "public", "", "open1") in seen.names


def test_what_is_rolled_back_leaves_no_trace(database: Database) -> None:
    with owner_of(database) as owner:
        seen = look(database.admin)
        owner.pgconn.exec_(b"BEGIN; DROP TABLE a; CREATE TABLE c (id int); ROLLBACK")
        again = look_again(database.admin, seen)
        assert again.names is seen.names
