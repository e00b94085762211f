"""What each kind of statement does to named objects."""

from collections.abc import Callable

import pytest

from pgready.model.effects import Action, Script
from pgready.model.names import ObjectKind

Told = Callable[[str], list[str]]
Read = Callable[..., Script]


def test_a_table_comes_with_its_columns_constraints_indexes_and_needs(effects: Told) -> None:
    sql = """
    CREATE TABLE "Post" (
        "id" SERIAL NOT NULL,
        "kind" "PostKind" NOT NULL DEFAULT 'A',
        "tags" app."Tag"[],
        "title" TEXT NOT NULL,
        "authorId" TEXT REFERENCES "User"("id"),
        "parentId" INTEGER,
        CONSTRAINT "Post_pkey" PRIMARY KEY ("id"),
        FOREIGN KEY ("parentId") REFERENCES "Post"("id")
    )"""

    assert effects(sql) == [
        "creates table public.Post needs type public.PostKind, type app.Tag",
        "creates column public.Post.id [NOT NULL DEFAULT]",
        "creates sequence public.Post_id_seq",
        "creates column public.Post.kind [NOT NULL DEFAULT] needs type public.PostKind",
        "creates column public.Post.tags needs type app.Tag",
        "creates column public.Post.title [NOT NULL]",
        "creates column public.Post.authorId",
        "creates column public.Post.parentId",
        "creates constraint public.Post.Post_pkey [PRIMARY KEY]",
        "creates index public.Post.Post_pkey",
        (
            "creates constraint public.Post.Post_authorId_fkey [FOREIGN KEY] needs table public.User, "
            "column public.User.id"
        ),
        "creates constraint public.Post.Post_parentId_fkey [FOREIGN KEY]",
    ]


STATEMENTS = {
    'CREATE TABLE "app"."T" (a int)': [
        "creates table app.T needs schema app",
        "creates column app.T.a",
    ],
    "CREATE TABLE p PARTITION OF t FOR VALUES IN (1)": [
        "creates table public.p [PARTITION OF t] needs table public.t",
        "alters table public.t [PARTITION MADE]",
    ],
    "CREATE TABLE c () INHERITS (p)": ["creates table public.c [INHERITS p] needs table public.p"],
    "CREATE TABLE x (LIKE y)": [
        "creates table public.x needs table public.y",
        "alters table public.x [COLUMNS OF] needs table public.y",
    ],
    "CREATE TABLE x AS SELECT a, b AS c FROM y": [
        "creates table public.x [AS SELECT] needs relation public.y",
        "creates column public.x.a",
        "creates column public.x.c",
        "reads relation public.y",
    ],
    "SELECT a, lower(b) INTO x FROM y": [
        "creates table public.x [AS SELECT] needs relation public.y",
        "creates column public.x.a",
        "creates column public.x.lower",
        "reads relation public.y",
    ],
    "CREATE TABLE x AS TABLE y": [
        "creates table public.x [AS SELECT] needs relation public.y",
        "alters table public.x [COLUMNS OF] needs relation public.y",
        "reads relation public.y",
    ],
    "ALTER TABLE t ADD COLUMN c int NOT NULL": ["creates column public.t.c [NOT NULL] needs table public.t"],
    "ALTER TABLE t DROP COLUMN c CASCADE": ["drops column public.t.c [CASCADE] needs table public.t"],
    'ALTER TABLE t ADD c text, ADD CONSTRAINT f FOREIGN KEY (c, d) REFERENCES "U"(x, y) NOT VALID': [
        "creates column public.t.c needs table public.t",
        (
            "creates constraint public.t.f [FOREIGN KEY NOT VALID] needs table public.t, column public.t.d, "
            "table public.U, column public.U.x, column public.U.y"
        ),
    ],
    "ALTER TABLE t ADD PRIMARY KEY USING INDEX i": [
        "creates constraint public.t.i [PRIMARY KEY] needs table public.t, index public.t.i",
    ],
    "ALTER TABLE t DROP CONSTRAINT k": ["drops constraint public.t.k needs table public.t"],
    "ALTER TABLE t VALIDATE CONSTRAINT k": [
        "alters constraint public.t.k [VALIDATE CONSTRAINT] needs table public.t",
    ],
    "ALTER TABLE t ALTER a TYPE mood USING a::mood, ALTER b SET NOT NULL, ALTER c DROP DEFAULT": [
        "alters column public.t.a [TYPE] needs table public.t, type public.mood",
        "alters column public.t.b [SET NOT NULL] needs table public.t",
        "alters column public.t.c [DROP DEFAULT] needs table public.t",
    ],
    "ALTER TABLE t ALTER d SET DEFAULT 1": ["alters column public.t.d [SET DEFAULT] needs table public.t"],
    "ALTER TABLE t ALTER a ADD GENERATED ALWAYS AS IDENTITY": [
        "alters column public.t.a [ADD IDENTITY] needs table public.t",
        "creates sequence public.t_a_seq needs table public.t",
    ],
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY, OWNER TO joe, SET (fillfactor = 70), REPLICA IDENTITY FULL": [
        "alters table public.t [ENABLE ROW LEVEL SECURITY]",
        "alters table public.t [OWNER TO]",
        "alters table public.t [SET REL OPTIONS]",
        "alters table public.t [REPLICA IDENTITY]",
    ],
    "ALTER TABLE t ATTACH PARTITION p DEFAULT": [
        "alters table public.t [PARTITION ATTACHED] needs relation public.p",
        "alters table public.p [ATTACH PARTITION] needs table public.t",
    ],
    "ALTER TYPE c ADD ATTRIBUTE x mood": ["alters type public.c [ADD ATTRIBUTE]"],
    "ALTER INDEX i SET (fillfactor = 70)": ["alters index public.i [SET REL OPTIONS]"],
    'CREATE UNIQUE INDEX CONCURRENTLY "i" ON s.t (a, lower(b)) INCLUDE (c) WHERE d > 1': [
        (
            "creates index s.t.i [UNIQUE CONCURRENTLY] needs table s.t, column s.t.a, column s.t.b, column s.t.c, "
            "column s.t.d"
        ),
    ],
    "DROP INDEX CONCURRENTLY a.i, j": ["drops index a.i [CONCURRENTLY]", "drops index public.j [CONCURRENTLY]"],
    "CREATE TYPE mood AS ENUM ('sad', 'ok')": [
        "creates type public.mood [ENUM]",
        "creates enum value public.mood.sad",
        "creates enum value public.mood.ok",
    ],
    "ALTER TYPE mood ADD VALUE 'glad' BEFORE 'ok'": ["creates enum value public.mood.glad needs type public.mood"],
    "ALTER TYPE mood RENAME VALUE 'a' TO 'b'": ["renames enum value public.mood.a -> b needs type public.mood"],
    "ALTER TYPE mood RENAME TO humour": ["renames type public.mood -> humour"],
    "DROP TYPE mood, s.other CASCADE": ["drops type public.mood [CASCADE]", "drops type s.other [CASCADE]"],
    "CREATE TYPE c AS (a int, b s.d)": ["creates type public.c [COMPOSITE] needs type s.d"],
    "CREATE TYPE r AS RANGE (subtype = int)": ["creates type public.r"],
    "CREATE DOMAIN d AS mood CHECK (VALUE <> 'x')": [
        "creates type public.d [DOMAIN] needs type public.mood",
        "creates constraint public.d.d_check [CHECK]",
    ],
    "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 1)": ["creates constraint public.d.c [CHECK]"],
    "ALTER DOMAIN d DROP CONSTRAINT c": ["drops constraint public.d.c needs type public.d"],
    "ALTER DOMAIN d SET NOT NULL": ["alters type public.d [SET NOT NULL]"],
    "DROP TABLE a.b, c CASCADE": ["drops table a.b [CASCADE]", "drops table public.c [CASCADE]"],
    "DROP FUNCTION f(int), g": ["drops function public.f", "drops function public.g"],
    "DROP TRIGGER x ON s.t": ["drops trigger s.t.x needs relation s.t"],
    "DROP POLICY p ON t": ["drops policy public.t.p needs relation public.t"],
    "DROP SCHEMA a, b": ["drops schema a", "drops schema b"],
    "DROP EXTENSION x": ["drops extension x"],
    "DROP ROLE r": ["drops role r"],
    "DROP OWNED BY r": ["opaque other DROP OWNED"],
    "DROP STATISTICS s": ["drops other s [STATISTICS]"],
    "ALTER TABLE t RENAME TO u": ["renames table public.t -> u"],
    "ALTER TABLE t RENAME a TO b": ["renames column public.t.a -> b needs relation public.t"],
    "ALTER TABLE t RENAME CONSTRAINT a TO b": ["renames constraint public.t.a -> b needs relation public.t"],
    "ALTER INDEX i RENAME TO j": ["renames index public.i -> j"],
    "ALTER SCHEMA a RENAME TO b": ["renames schema a -> b"],
    "ALTER FUNCTION f(int) RENAME TO g": ["renames function public.f -> g"],
    "ALTER TRIGGER a ON t RENAME TO b": ["renames trigger public.t.a -> b needs relation public.t"],
    "ALTER TYPE c RENAME ATTRIBUTE a TO b": ["alters type public.c [RENAME ATTRIBUTE]"],
    "ALTER TABLE t SET SCHEMA s": ["renames table public.t -> s.t [SET SCHEMA] needs schema s"],
    "ALTER TYPE mood SET SCHEMA s": ["renames type public.mood -> s.mood [SET SCHEMA] needs schema s"],
    "ALTER VIEW v OWNER TO joe": ["alters view public.v [OWNER TO]"],
    "COMMENT ON COLUMN t.a IS 'x'": ["alters column public.t.a [COMMENT] needs relation public.t"],
    "CREATE SCHEMA app CREATE TABLE t (a int)": [
        "creates schema app",
        "creates table app.t",
        "creates column app.t.a",
    ],
    "CREATE SEQUENCE s OWNED BY t.a": ["creates sequence public.s needs table public.t, column public.t.a"],
    "ALTER SEQUENCE s RESTART": ["alters sequence public.s [RESTART]"],
    "CREATE VIEW v AS WITH q AS (SELECT * FROM z) SELECT * FROM a JOIN q ON true": [
        "creates view public.v needs relation public.a, relation public.z",
    ],
    "CREATE MATERIALIZED VIEW m AS SELECT * FROM a": [
        "creates materialized view public.m [AS SELECT] needs relation public.a",
        "reads relation public.a",
    ],
    "REFRESH MATERIALIZED VIEW m": ["writes materialized view public.m [REFRESH] needs materialized view public.m"],
    "CREATE FUNCTION f(a mood) RETURNS int LANGUAGE sql AS 'DROP TABLE x'": [
        "creates function public.f needs type public.mood",
    ],
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC DELETE FROM u; SELECT a FROM t; END": [
        "creates function public.f needs relation public.u, relation public.t",
    ],
    "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()": [
        "creates trigger public.t.x needs table public.t, function public.f",
    ],
    "CREATE POLICY p ON t USING (EXISTS (SELECT 1 FROM u))": [
        "creates policy public.t.p needs table public.t, relation public.u",
    ],
    "CREATE RULE r AS ON INSERT TO t DO ALSO DELETE FROM k": [
        "creates rule public.t.r needs table public.t, relation public.k",
    ],
    'CREATE EXTENSION "uuid-ossp" WITH SCHEMA x': ["creates extension uuid-ossp needs schema x"],
    "CREATE ROLE r": ["creates role r"],
    "CREATE PUBLICATION p FOR TABLE t": ["creates other p [PUBLICATION]"],
    "CREATE STATISTICS s ON a, b FROM t": ["creates other s [STATISTICS]"],
    "IMPORT FOREIGN SCHEMA x FROM SERVER s INTO y": ["opaque other IMPORT FOREIGN SCHEMA"],
    "INSERT INTO t (a) SELECT b FROM u ON CONFLICT DO NOTHING": [
        "writes table public.t [INSERT ON CONFLICT] needs table public.t, column public.t.a",
        "reads relation public.u",
    ],
    "UPDATE t SET a = 1": ["writes table public.t [UPDATE] needs table public.t, column public.t.a"],
    "DELETE FROM t": ["writes table public.t [DELETE] needs table public.t"],
    "DELETE FROM t WHERE a": ["writes table public.t [DELETE WHERE] needs table public.t"],
    "WITH gone AS (DELETE FROM y RETURNING *) INSERT INTO t SELECT * FROM gone": [
        "writes table public.t [INSERT] needs table public.t",
        "writes table public.y [DELETE] needs table public.y",
    ],
    "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE": [
        "writes table public.t [MERGE] needs table public.t",
        "reads relation public.u",
    ],
    "TRUNCATE a, b CASCADE": [
        "writes table public.a [TRUNCATE CASCADE] needs table public.a",
        "writes table public.b [TRUNCATE CASCADE] needs table public.b",
    ],
    "COPY t (a) FROM '/x'": ["writes table public.t [COPY] needs table public.t, column public.t.a"],
    "COPY t TO PROGRAM 'x'": ["reads table public.t [COPY] needs table public.t", "opaque other COPY PROGRAM"],
    "SELECT lower(a) FROM t": ["reads relation public.t"],
    "SELECT app.migrate()": ["opaque function app.migrate [SELECT]"],
    "SELECT query_to_xml('DROP TABLE x', true, true, '')": ["opaque function public.query_to_xml [SELECT]"],
    """SELECT setval('"S"', 1)""": ["writes sequence public.S [setval]"],
    "EXPLAIN ANALYZE DELETE FROM t": ["writes table public.t [DELETE] needs table public.t"],
    "EXPLAIN DELETE FROM t": [],
    "CALL p()": ["opaque other CallStmt"],
    "EXECUTE x": ["opaque other ExecuteStmt"],
}


@pytest.mark.parametrize("sql", STATEMENTS)
def test_every_kind_of_statement_says_what_it_does(sql: str, effects: Told) -> None:
    assert effects(sql) == STATEMENTS[sql]


@pytest.mark.parametrize(
    "sql",
    [
        "BEGIN",
        "COMMIT",
        "SHOW search_path",
    ],
)
def test_statements_without_an_effect_on_objects_are_statements_all_the_same(sql: str, read: Read) -> None:
    script = read(sql)

    assert (len(script.statements), script.effects, script.unreadable) == (1, (), None)


def test_what_is_not_known_is_opaque_and_named(effects: Told) -> None:
    assert effects("ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b") == ["opaque other AlterTableMoveAllStmt"]


def test_a_search_path_changes_what_later_names_mean(effects: Told) -> None:
    assert effects('CREATE TABLE a (); SET search_path TO "App", public; CREATE TABLE b ()') == [
        "creates table public.a",
        "sets other search_path [SET]",
        "creates table App.b",
    ]


@pytest.mark.parametrize("back", ["RESET search_path", "SET search_path TO DEFAULT", "RESET ALL", "DISCARD ALL"])
def test_a_search_path_that_is_taken_back_ends(back: str, effects: Told) -> None:
    assert effects(f"SET search_path TO a; {back}; CREATE TABLE t ()")[-1] == "creates table public.t"


def test_a_temporary_table_hides_the_real_one_until_it_is_dropped(effects: Told) -> None:
    sql = "CREATE TEMP TABLE t (a int); INSERT INTO t VALUES (1); DROP TABLE t; DROP TABLE t"

    told = effects(sql)

    assert told[0] == "creates table pg_temp.t"
    assert told[2:] == [
        "writes table pg_temp.t [INSERT] needs table pg_temp.t",
        "drops table pg_temp.t",
        "drops table public.t",
    ]


def test_types_of_postgresql_itself_are_no_needs(read: Read) -> None:
    script = read("CREATE TABLE t (a int, b timestamptz(3), c jsonb[], d varchar(9), e uuid, f bit(3), g citext)")

    needed = {need.name for effect in script.effects for need in effect.needs}
    assert needed == {"citext"}


def test_the_system_catalog_is_not_read_as_a_table_of_the_project(effects: Told) -> None:
    assert effects("SELECT 1 FROM pg_class, information_schema.tables, pg_catalog.pg_type, t") == [
        "reads relation public.t"
    ]


def test_a_function_body_is_not_executed_when_the_function_is_made(read: Read) -> None:
    script = read("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DROP TABLE x; RETURN NEW; END $$")

    assert [(effect.action, effect.object.kind) for effect in script.effects] == [(Action.CREATES, ObjectKind.FUNCTION)]


@pytest.mark.parametrize(
    "sql",
    [
        "-- DROP TABLE x",
        "/* DROP TABLE x; /* nested */ DROP TABLE y */",
        "COMMENT ON TABLE t IS 'DROP TABLE x;'",
        "SELECT '; DROP TABLE x; --'",
        "SELECT $$; DROP TABLE x; $$",
        'SELECT "; DROP TABLE x;" FROM t',
        "ALTER TABLE t ALTER a DROP DEFAULT",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DROP TABLE x'",
    ],
)
def test_words_in_comments_strings_and_names_drop_nothing(sql: str, read: Read) -> None:
    script = read(sql)

    assert script.unreadable is None
    assert all(effect.action is not Action.DROPS for effect in script.effects)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT '''' ; DROP TABLE x",
        "/* ' */ DROP TABLE x",
        "-- $$\nDROP TABLE x -- $$",
        "DO $$ BEGIN DROP TABLE x; END $$",
        "DO $$ BEGIN EXECUTE 'DROP TABLE x'; END $$",
        "DO $$ BEGIN EXECUTE $q$ DROP TABLE x $q$; END $$",
        "DO LANGUAGE plpgsql 'BEGIN DROP TABLE x; END'",
        "DO $a$ BEGIN EXECUTE 'DO $b$ BEGIN DROP TABLE x; END $b$'; END $a$",
        "EXPLAIN ANALYZE SELECT 1; DROP TABLE IF EXISTS x",
    ],
)
def test_a_drop_is_found_wherever_it_hides(sql: str, read: Read) -> None:
    dropped = [str(effect.object) for effect in read(sql).effects if effect.action is Action.DROPS]

    assert dropped == ["public.x"]


CLAUSES = {
    "CREATE TABLE IF NOT EXISTS t ()": "re-run IF NOT EXISTS: not relation public.t",
    "CREATE INDEX IF NOT EXISTS i ON t (a)": "re-run IF NOT EXISTS: not relation public.i",
    "CREATE SCHEMA IF NOT EXISTS s": "re-run IF NOT EXISTS: not schema *.s",
    "CREATE EXTENSION IF NOT EXISTS e": "re-run IF NOT EXISTS: not extension *.e",
    "CREATE SEQUENCE IF NOT EXISTS s": "re-run IF NOT EXISTS: not relation public.s",
    "ALTER TABLE t ADD COLUMN IF NOT EXISTS c int": "re-run IF NOT EXISTS: not column public.t.c",
    "ALTER TYPE e ADD VALUE IF NOT EXISTS 'x'": "re-run IF NOT EXISTS: not enum value public.e.x",
    "CREATE OR REPLACE VIEW v AS SELECT 1": "re-run OR REPLACE: ()",
    "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'": "re-run OR REPLACE: ()",
    "DROP TABLE IF EXISTS t": "re-run IF EXISTS: table public.t",
    "DROP INDEX IF EXISTS i": "re-run IF EXISTS: index public.i",
    "ALTER TABLE t DROP COLUMN IF EXISTS c": "re-run IF EXISTS: column public.t.c",
    "ALTER TABLE t DROP CONSTRAINT IF EXISTS k": "re-run IF EXISTS: constraint public.t.k",
    "ALTER TABLE IF EXISTS t RENAME TO u": "re-run IF EXISTS: table public.t",
    "ALTER TABLE IF EXISTS t ADD c int": "prerequisite IF EXISTS: table public.t",
    "ALTER SEQUENCE IF EXISTS s RESTART": "prerequisite IF EXISTS: sequence public.s",
}


@pytest.mark.parametrize("sql", CLAUSES)
def test_plain_clauses_are_guards(sql: str, guards: Callable[[str], dict[str, list[str]]]) -> None:
    assert next(iter(guards(sql).values())) == [CLAUSES[sql]]


def test_everything_that_a_guarded_statement_makes_stands_under_its_guard(read: Read) -> None:
    script = read("CREATE TABLE IF NOT EXISTS t (a int PRIMARY KEY, b serial UNIQUE REFERENCES u)")

    assert len(script.effects) == 9
    assert {effect.guards for effect in script.effects} == {script.effects[0].guards}
    assert script.effects[0].guards
