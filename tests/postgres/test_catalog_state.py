"""Whatever a migration changes in a database is seen as a change, and two databases that are alike are alike."""

import contextlib
from collections.abc import Iterator, Sequence

import pytest

from pgready.model.trace import RerunOutcome
from pgready.rehearsal.catalog_state import compare, read_state, redefined
from pgready.rehearsal.cluster import throwaway_cluster
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database, new_database

BASE = """
CREATE TABLE a (id serial PRIMARY KEY, b int, c text, d text COLLATE "C");
CREATE INDEX i ON a (b);
CREATE INDEX e ON a (lower(c));
CREATE TABLE r (id int CONSTRAINT positive CHECK (id > 0));
INSERT INTO r VALUES (1), (2);
CREATE SEQUENCE s; CREATE SEQUENCE used CACHE 5; SELECT nextval('s'), nextval('used');
CREATE FUNCTION f(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE FUNCTION g(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 < $2';
CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER t AFTER INSERT ON a FOR EACH STATEMENT EXECUTE FUNCTION t();
CREATE AGGREGATE total (int) (sfunc = f, stype = int, initcond = '0');
CREATE TYPE pair AS (x int, y int);
CREATE TYPE span AS RANGE (subtype = int);
CREATE DOMAIN word AS text CONSTRAINT short CHECK (length(VALUE) < 9);
CREATE VIEW v AS SELECT id FROM a;
CREATE MATERIALIZED VIEW m AS SELECT id FROM r;
CREATE PUBLICATION p FOR TABLE a;
CREATE STATISTICS st ON b, c FROM a;
CREATE OPERATOR ### (leftarg = int, rightarg = int, procedure = f);
CREATE OPERATOR <<<< (leftarg = int, rightarg = int, procedure = g);
CREATE COLLATION col (provider = libc, locale = 'C');
CREATE TEXT SEARCH CONFIGURATION ts (copy = simple);
CREATE TEXT SEARCH DICTIONARY td (template = simple);
SELECT lo_create(4711);
ALTER TABLE r ENABLE ROW LEVEL SECURITY;
CREATE POLICY pol ON r USING (id > 5);
CREATE TABLE forced (id int); INSERT INTO forced VALUES (1);
ALTER TABLE forced ENABLE ROW LEVEL SECURITY; ALTER TABLE forced FORCE ROW LEVEL SECURITY;
CREATE TABLE closed (id int); INSERT INTO closed VALUES (1); REVOKE ALL ON closed FROM CURRENT_USER;
"""
OF_OWNER = [
    "CREATE PUBLICATION q",
    "ALTER PUBLICATION p ADD TABLE r",
    "ALTER PUBLICATION p SET (publish = 'insert')",
    "DROP PUBLICATION p",
    "CREATE STATISTICS other ON b, d FROM a",
    "ALTER STATISTICS st SET STATISTICS 7",
    "COMMENT ON STATISTICS st IS 'x'",
    "CREATE OPERATOR #### (leftarg = int, rightarg = int, procedure = f)",
    "ALTER OPERATOR <<<< (int, int) SET (restrict = eqsel)",
    "DROP OPERATOR ### (int, int)",
    "CREATE COLLATION other (provider = libc, locale = 'C')",
    "COMMENT ON COLLATION col IS 'x'",
    "CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
    "CREATE CAST (pair AS text) WITH INOUT",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC",
    "CREATE OR REPLACE AGGREGATE total (int) (sfunc = f, stype = int, initcond = '1')",
    "CREATE TEXT SEARCH CONFIGURATION tt (copy = simple)",
    "ALTER TEXT SEARCH CONFIGURATION ts DROP MAPPING FOR word",
    "ALTER TEXT SEARCH DICTIONARY td (accept = false)",
    "SELECT lo_create(0)",
    "SELECT lo_unlink(4711)",
    "SELECT lo_put(4711, 0, 'text')",
    "GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC",
    "COMMENT ON LARGE OBJECT 4711 IS 'x'",
    "ALTER SEQUENCE s OWNED BY a.b",
    "ALTER SEQUENCE a_id_seq OWNED BY NONE",
    "SELECT setval('s', nextval('s') + 100)",
    "SELECT setval('s', 1, false)",
    "ALTER SEQUENCE s RESTART WITH 77",
    "SELECT setval('used', 1)",
    "ALTER TABLE a ALTER b SET (n_distinct = 5)",
    "ALTER TABLE a ALTER b SET STATISTICS 5",
    "ALTER TABLE a ALTER c SET STORAGE EXTERNAL",
    "ALTER TABLE a ALTER c SET COMPRESSION pglz",
    'ALTER TABLE a ALTER d TYPE text COLLATE "POSIX"',
    "ALTER INDEX e ALTER COLUMN 1 SET STATISTICS 5",
    "ALTER TABLE a SET (toast.autovacuum_enabled = false)",
    "ALTER TABLE a SET (fillfactor = 50)",
    "ALTER INDEX i SET (fillfactor = 50)",
    "ALTER TABLE a REPLICA IDENTITY FULL",
    "ALTER TABLE a CLUSTER ON i",
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''9MB''', current_database()); END $$",
    "DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS ''x''', current_database()); END $$",
    "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO PUBLIC', current_database()); END $$",
    "COMMENT ON CONSTRAINT positive ON r IS 'x'",
    "COMMENT ON CONSTRAINT short ON DOMAIN word IS 'x'",
    "COMMENT ON INDEX i IS 'x'",
    "COMMENT ON TRIGGER t ON a IS 'x'",
    "COMMENT ON POLICY pol ON r IS 'x'",
    "COMMENT ON COLUMN a.b IS 'x'",
    "COMMENT ON TYPE pair IS 'x'",
    "COMMENT ON SCHEMA public IS 'x'",
    "COMMENT ON AGGREGATE total (int) IS 'x'",
    "ALTER TABLE r NO FORCE ROW LEVEL SECURITY; ALTER TABLE r DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE r FORCE ROW LEVEL SECURITY",
    "ALTER POLICY pol ON r TO CURRENT_USER",
    "ALTER TABLE a DISABLE TRIGGER t",
    "CREATE RULE rule AS ON INSERT TO v DO INSTEAD NOTHING",
    "DROP TYPE span; CREATE TYPE span AS RANGE (subtype = bigint)",
    "ALTER TABLE r DROP CONSTRAINT positive; ALTER TABLE r ADD CONSTRAINT positive CHECK (id > 0) NOT VALID",
    "INSERT INTO r VALUES (3)",
    "UPDATE r SET id = 7 WHERE id = 1",
    "INSERT INTO r VALUES (3); REFRESH MATERIALIZED VIEW m; DELETE FROM r WHERE id = 3",
    "REFRESH MATERIALIZED VIEW m WITH NO DATA",
    "ALTER TABLE forced NO FORCE ROW LEVEL SECURITY; DELETE FROM forced; ALTER TABLE forced FORCE ROW LEVEL SECURITY",
    "GRANT ALL ON closed TO CURRENT_USER; UPDATE closed SET id = 2; REVOKE ALL ON closed FROM CURRENT_USER",
]
OF_SUPERUSER = [
    "CREATE OPERATOR FAMILY public.family USING btree",
    "ALTER OPERATOR FAMILY fam USING btree ADD FUNCTION 1 (int, bigint) btint48cmp (int, bigint)",
    "CREATE OPERATOR CLASS cls FOR TYPE pair USING hash AS FUNCTION 1 hash_record (record)",
    "COMMENT ON EXTENSION plpgsql IS 'x'",
    "CREATE EVENT TRIGGER other ON ddl_command_end EXECUTE FUNCTION ev()",
    "ALTER EVENT TRIGGER ev DISABLE",
    "CREATE FOREIGN DATA WRAPPER other",
    "ALTER FOREIGN DATA WRAPPER fdw OPTIONS (ADD a 'x')",
    "CREATE SERVER other FOREIGN DATA WRAPPER fdw",
    "ALTER SERVER server OPTIONS (ADD a 'x')",
    "CREATE USER MAPPING FOR PUBLIC SERVER server",
    "CREATE FOREIGN TABLE ft (id int) SERVER server",
    "ALTER FOREIGN TABLE far OPTIONS (ADD a 'x')",
    "ALTER FOREIGN TABLE far ALTER id OPTIONS (ADD a 'x')",
    "ALTER TABLE a OWNER TO CURRENT_USER",
    "ALTER FUNCTION f OWNER TO CURRENT_USER",
    "ALTER TYPE pair OWNER TO CURRENT_USER",
    "ALTER SCHEMA public OWNER TO CURRENT_USER",
    "ALTER SEQUENCE s OWNER TO CURRENT_USER",
]
FOR_SUPERUSER = """
SET search_path = public;
CREATE FUNCTION ev() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER ev ON ddl_command_end EXECUTE FUNCTION ev();
CREATE OPERATOR FAMILY fam USING btree;
CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER server FOREIGN DATA WRAPPER fdw;
CREATE FOREIGN TABLE far (id int) SERVER server;
SET search_path = pg_catalog;
"""
NO_CHANGE = [
    "",
    "SELECT nextval('s')",
    "SELECT nextval('s') FROM generate_series(1, 33)",
    "SELECT nextval('s') FROM generate_series(1, 100)",
    "SELECT nextval('used') FROM generate_series(1, 16)",
    "UPDATE r SET id = 3 - id",
    "INSERT INTO r VALUES (3); DELETE FROM r WHERE id = 3",
    "REFRESH MATERIALIZED VIEW m",
    "CREATE TABLE x (); DROP TABLE x",
    "COMMENT ON TABLE a IS NULL",
    "SET CONSTRAINTS ALL IMMEDIATE",
]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with throwaway_cluster() as cluster, new_database(cluster) as made:
        with contextlib.closing(made.connect_owner()) as owner:
            owner.execute(BASE.encode())
        made.admin.execute(FOR_SUPERUSER.encode())
        yield made


def told(connection: Connection, texts: Sequence[str]) -> tuple[RerunOutcome, bool]:
    """What is said of the texts, which are then undone; two readings in one transaction."""
    connection.execute(b"BEGIN")
    try:
        connection.execute(b"SET LOCAL search_path = pg_catalog")
        before = read_state(connection, connection)
        for text in texts:
            connection.execute(b"SET LOCAL search_path = public")
            connection.execute(text.encode())
        connection.execute(b"SET LOCAL search_path = pg_catalog")
        after = read_state(connection, connection)
        return compare(before, after).outcome, redefined(before, after)
    finally:
        connection.execute(b"ROLLBACK")


@pytest.mark.parametrize("text", OF_OWNER)
def test_whatever_a_migration_may_do_is_seen_as_a_change(database: Database, text: str) -> None:
    with contextlib.closing(database.connect_owner()) as owner:
        assert told(owner, [text])[0] is RerunOutcome.CHANGES


@pytest.mark.parametrize("text", OF_SUPERUSER)
def test_what_only_a_superuser_may_do_is_seen_as_well(database: Database, text: str) -> None:
    assert told(database.admin, [text])[0] is RerunOutcome.CHANGES


@pytest.mark.parametrize("text", NO_CHANGE)
def test_what_leaves_everything_as_it_was_is_no_change(database: Database, text: str) -> None:
    with contextlib.closing(database.connect_owner()) as owner:
        assert told(owner, [text] * bool(text)) == (RerunOutcome.SAME, False)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("CREATE PUBLICATION q", True),
        ("DROP STATISTICS st", True),
        ("ALTER TABLE a ALTER b SET (n_distinct = 5)", True),
        ("SELECT setval('s', 4711, false)", True),  # sequences stay as other tests have left them
        ("CREATE TABLE x (id int); COMMENT ON TABLE x IS 'x'; CREATE INDEX y ON x (id)", False),
        ("DROP TABLE r CASCADE", False),
        ("INSERT INTO a DEFAULT VALUES", False),
    ],
)
def test_what_was_there_is_told_from_what_comes_and_goes_by_name(database: Database, text: str, *, seen: bool) -> None:
    with contextlib.closing(database.connect_owner()) as owner:
        assert told(owner, [text])[1] is seen


def test_two_databases_that_were_made_alike_are_alike_whatever_their_oids(database: Database) -> None:
    states = []
    for name in ("one", "other"):
        with (
            new_database(database.cluster, name, beside=database) as each,
            contextlib.closing(each.connect_owner()) as owner,
        ):
            owner.execute(b"CREATE TYPE shift AS ENUM ('a'); DROP TYPE shift" if name == "other" else b"")
            owner.execute(BASE.encode())
            each.admin.execute(FOR_SUPERUSER.encode())
            states.append(read_state(each.admin, owner))
    one, two = states
    texts = [{key: text for key, (_, text) in state.definitions.items()} for state in states]
    assert texts[0] == texts[1]
    assert (one.rows, one.names, one.database) == (two.rows, two.names, two.database)
    assert len(one.rows) == 4, "of the tables that hold rows, and of the materialized view"
    assert not redefined(one, two)


def test_of_very_many_sequences_only_a_step_back_is_seen(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgready.rehearsal.sequences._MOST", 1)
    with contextlib.closing(database.connect_owner()) as owner:
        owner.execute(b"SELECT setval('s', 50)")
        assert told(owner, ["SELECT setval('s', 40)"]) == (RerunOutcome.CHANGES, True)
        assert told(owner, ["SELECT nextval('s')"]) == (RerunOutcome.SAME, False)


def test_superuser_and_owner_read_the_same(database: Database) -> None:
    with contextlib.closing(database.connect_owner()) as owner:
        by_admin = read_state(database.admin, owner)
        owner.execute(b"SET search_path = pg_catalog")
        by_owner = read_state(owner, owner)
    assert compare(by_admin, by_owner).outcome is RerunOutcome.SAME
