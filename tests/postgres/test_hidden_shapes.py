"""What IF NOT EXISTS hides is proved on a real server: the object is taken away, and what the statement makes read."""

from collections.abc import Sequence
from functools import partial

import pytest

from pgready.checks import Gathered
from pgready.checks.hidden_shapes import res005
from pgready.config import Config
from pgready.findings import CheckResult, Finding, Outcome, Severity
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.schema import Schema
from pgready.orchestrator.hidden import to_compare
from pgready.rehearsal import rehearse
from pgready.sources.sql import read_scripts
from pgready.sources.sql.pieces import pieces
from rehearsals import of_texts

TABLE = "CREATE TABLE u (id int PRIMARY KEY, email text);"
INDEX = f"{TABLE} CREATE INDEX i ON u (email);"
ENUM = "CREATE TYPE m AS ENUM ('a');"
TWO = "CREATE TABLE a (id int PRIMARY KEY, x int); CREATE TABLE b (id int PRIMARY KEY, a int);"
KEY = "ALTER TABLE b ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES a (id)"


def judged(
    *texts: str,
    stand_ins: str | None = None,
    deployment: Deployment | None = None,
    resilient: Sequence[str] = (),
    by_statement: bool = False,
) -> CheckResult:
    migrations = of_texts(*texts)
    scripts = read_scripts(migrations)
    cut = {each.name: pieces(each.sql) for each in migrations if each.sql is not None}
    rehearsal = rehearse(
        migrations,
        hidden=partial(to_compare, scripts),
        stand_ins=stand_ins,
        pieces=cut if by_statement else None,
    )
    assert rehearsal.complete, [run.error for run in rehearsal.runs]
    gathered = Gathered(
        config=Config(resilient=tuple(resilient)),
        declared=Schema(),
        migrations=tuple(migrations),
        scripts=tuple(scripts),
        rehearsal=rehearsal,
        deployment=deployment or Deployment(),
    )
    return res005(gathered, rehearsal)


def found(*texts: str, stand_ins: str | None = None) -> Finding:
    result = judged(*texts, stand_ins=stand_ins)
    (finding,) = result.findings
    assert result.outcome is Outcome.FAILED
    assert finding.severity is Severity.WARN
    return finding


def do_if(catalog: str, column: str, name: str, statement: str) -> str:
    condition = f"NOT EXISTS (SELECT 1 FROM {catalog} WHERE {column} = '{name}')"
    return f"DO $$ BEGIN IF {condition} THEN {statement}; END IF; END $$;"


@pytest.mark.parametrize(
    "texts",
    [
        (TABLE, "CREATE TABLE IF NOT EXISTS u (email text, id int PRIMARY KEY);"),
        (TABLE, "CREATE TABLE IF NOT EXISTS u (id int, email text, CONSTRAINT other PRIMARY KEY (id));"),
        (TABLE, "ALTER TABLE u ADD COLUMN IF NOT EXISTS email text;"),
        (INDEX, "CREATE INDEX IF NOT EXISTS i ON u (email);"),
        (f"{TABLE} ALTER TABLE u ADD COLUMN more int;", "CREATE TABLE IF NOT EXISTS u (id int PRIMARY KEY);"),
        ("CREATE SEQUENCE s;", "CREATE SEQUENCE IF NOT EXISTS s;"),
        (ENUM, f"DO $$ BEGIN {ENUM} EXCEPTION WHEN duplicate_object THEN NULL; END $$;"),
        ("CREATE TYPE m AS ENUM ('a', 'b');", do_if("pg_type", "typname", "m", ENUM.rstrip(";"))),
        (f"{TWO} {KEY};", do_if("pg_constraint", "conname", "k", KEY)),
    ],
    ids=lambda texts: texts[1][:50],
)
def test_the_same_shape_in_any_order_and_with_more_than_is_asked_for_is_no_finding(texts: tuple[str, ...]) -> None:
    result = judged(*texts)
    assert result.outcome is Outcome.PASSED, result
    assert result.why.startswith("1 guarded creation was compared with what was there before")


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (
            (TABLE, "CREATE TABLE IF NOT EXISTS u (id int PRIMARY KEY, email varchar(320) NOT NULL);"),
            "column email: text there, character varying(320) NOT NULL asked for",
        ),
        ((TABLE, "CREATE TABLE IF NOT EXISTS u (id int PRIMARY KEY, age int);"), "column age is missing (integer)"),
        (
            (TABLE, "CREATE TABLE IF NOT EXISTS u (id int PRIMARY KEY, email text DEFAULT 'x');"),
            "column email: text there, text DEFAULT 'x'::text asked for",
        ),
        (
            ("CREATE TABLE u (a int, z int NOT NULL);", "CREATE TABLE IF NOT EXISTS u (a int);"),
            "column z is there (integer NOT NULL), which the statement does not know and gives no value",
        ),
        (
            (TABLE, "ALTER TABLE u ADD COLUMN IF NOT EXISTS email text UNIQUE;"),
            "constraint u_email_key is missing (UNIQUE (email))",
        ),
        (
            (INDEX, "CREATE UNIQUE INDEX IF NOT EXISTS i ON u (email);"),
            "an index ON public.u USING btree (email), and a unique index ON public.u USING btree (email) is asked for",
        ),
        (
            (INDEX, "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON u (id, email) WHERE id > 3;"),
            "an index ON public.u USING btree (id, email) WHERE (id > 3) is asked for",
        ),
        (
            (ENUM, "DO $$ BEGIN CREATE TYPE m AS ENUM ('a', 'b'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;"),
            "m1 (number 1) has made it: enum value b is missing",
        ),
        (
            (ENUM, do_if("pg_type", "typname", "m", "CREATE TYPE m AS ENUM ('b')")),
            "enum value b is missing",
        ),
        (
            (f"{TWO} {KEY};", do_if("pg_constraint", "conname", "k", f"{KEY} ON DELETE CASCADE")),
            "FOREIGN KEY (a) REFERENCES public.a(id) ON DELETE CASCADE asked for",
        ),
        (
            (f"{TWO} ALTER TABLE a ADD CONSTRAINT k CHECK (x > 0);", do_if("pg_constraint", "conname", "k", KEY)),
            "constraint public.a.k is there, which the guard takes for it: constraint k is missing",
        ),
        (
            ("CREATE VIEW v AS SELECT 1 AS x;", "CREATE TABLE IF NOT EXISTS v (x int);"),
            "it is a view, and a table is asked for",
        ),
        (("CREATE SEQUENCE s;", "CREATE SEQUENCE IF NOT EXISTS s START 100;"), "START 1 INCREMENT 1"),
        (
            ('CREATE TABLE "T""; -- %s" (x int);', 'CREATE TABLE IF NOT EXISTS "T""; -- %s" (x text);'),
            "column x: integer there, text asked for",
        ),
        (("CREATE TABLE x (a int); CREATE TABLE IF NOT EXISTS x (a text);",), "it has made it before: column a"),
    ],
    ids=lambda each: each[-1][:50] if isinstance(each, tuple) else None,
)
def test_another_shape_is_told_with_both_sides_and_with_who_made_it(texts: tuple[str, ...], told: str) -> None:
    finding = found(*texts)
    assert told in finding.message
    assert finding.location is not None
    assert finding.location.file == f"prisma/migrations/m{len(texts)}/migration.sql"


def test_what_was_there_before_all_migrations_is_told_so() -> None:
    finding = found("CREATE TABLE IF NOT EXISTS other (x int);", stand_ins="CREATE TABLE other (x text);")
    assert "it was there before all migrations: column x: text there, integer asked for" in finding.message


@pytest.mark.parametrize(
    "texts",
    [
        (TABLE, "CREATE TABLE IF NOT EXISTS u (id int PRIMARY KEY, a int); ALTER TABLE u ADD COLUMN a int;"),
        (TABLE, "CREATE TABLE IF NOT EXISTS u (id int PRIMARY KEY, a int);", "ALTER TABLE u ADD COLUMN a int;"),
        (TABLE, "CREATE TABLE IF NOT EXISTS u (id text PRIMARY KEY);", "DROP TABLE u;"),
        (
            "CREATE TABLE k (id int PRIMARY KEY, z text NOT NULL);",
            "CREATE TABLE IF NOT EXISTS k (id int PRIMARY KEY); ALTER TABLE k ALTER z DROP NOT NULL;",
        ),
        (TABLE, "ALTER TABLE u ADD COLUMN IF NOT EXISTS email int;", "ALTER TABLE u DROP COLUMN email;"),
        (TABLE, "CREATE TABLE IF NOT EXISTS u (id text PRIMARY KEY);", "ALTER TABLE u RENAME TO v;"),
    ],
    ids=["same migration", "later migration", "table dropped", "not needed any more", "column dropped", "renamed"],
)
def test_what_is_repaired_or_gone_in_the_end_is_no_finding(texts: tuple[str, ...]) -> None:
    assert judged(*texts).outcome is Outcome.PASSED


F = "CREATE FUNCTION ff(int) RETURNS int LANGUAGE sql AS 'select %s'"
T = "CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TABLE k (i int);"
TG = "CREATE TRIGGER tg %s INSERT ON k FOR EACH ROW EXECUTE FUNCTION tf()"
PO = "CREATE POLICY po ON k USING (i > %s)"
VIEW = "CREATE VIEW vv AS SELECT %s AS x"


def unless(statement: str, condition: str) -> str:
    return f"DO $$ BEGIN IF {condition} THEN {statement}; END IF; END $$;"


def unless_taken(statement: str, error: str = "duplicate_object") -> str:
    return f"DO $$ BEGIN {statement}; EXCEPTION WHEN {error} THEN NULL; END $$;"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (F % 1, unless(F % "{}", "to_regprocedure('ff(int)') IS NULL")),
        (F % 1, unless(F % "{}", "NOT EXISTS (SELECT FROM pg_proc WHERE proname = 'ff')")),
        (F % 1, unless_taken(F % "{}", "duplicate_function")),
        (T + PO % 1, unless_taken(PO % "{}")),
        (VIEW % 1, unless_taken(VIEW % "{}", "duplicate_table")),
        (T + TG % "BEFORE", unless_taken(TG % "{}")),
        (T + TG % "BEFORE", unless(TG % "{}", "NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'tg')")),
    ],
)
def test_functions_triggers_policies_and_views_behind_a_guard_are_compared_as_well(first: str, second: str) -> None:
    same, other = ("BEFORE", "AFTER") if "TRIGGER" in second else ("1", "2")
    result = judged(first, second.format(same))
    assert result.outcome is Outcome.PASSED, result
    assert "1 guarded creation was compared" in result.why
    (finding,) = judged(first, second.format(other)).findings
    assert other in finding.message


def test_a_long_definition_is_not_repeated_in_the_message() -> None:
    long = unless_taken(F % f"{'1 + ' * 99}1", "duplicate_function")
    assert "function ff(integer) is there with another definition than is asked for" in found(F % 1, long).message


def test_a_guard_that_asks_for_something_else_hides_nothing() -> None:
    assert judged(F % 1, unless(F % 2, "current_setting('work_mem') = 'none'")).outcome is Outcome.PASSED


def test_a_statement_that_fails_when_nothing_is_in_its_way_is_told_as_not_compared() -> None:
    result = judged("CREATE TABLE u (x int);", "CREATE TABLE IF NOT EXISTS u (x int, y nowhere);")
    assert (result.outcome, result.findings) == (Outcome.SKIPPED, ())
    assert 'm2: line 1: without table public.u it fails: type "nowhere" does not exist (42704)' in result.why


def test_what_belongs_to_an_extension_cannot_be_taken_away_and_is_told_so() -> None:
    taken = "DO $$ BEGIN CREATE TYPE hstore AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
    result = judged("CREATE EXTENSION hstore;", taken)
    assert result.outcome is Outcome.SKIPPED
    assert "type public.hstore cannot be taken away" in result.why


def test_own_transactions_and_texts_in_pieces_are_compared_as_well() -> None:
    own = "BEGIN; CREATE TABLE IF NOT EXISTS u (id int PRIMARY KEY, email int); COMMIT;"
    assert len(judged(TABLE, own).findings) == 1
    mixed = f"CREATE INDEX CONCURRENTLY IF NOT EXISTS j ON u (email); {own}"
    assert len(judged(TABLE, mixed, by_statement=True).findings) == 1


def test_what_ends_its_connection_or_fails_beside_the_rehearsal_is_told_as_not_compared() -> None:
    kills = "SELECT pg_terminate_backend(pg_backend_pid())"
    hostile = f"DO $$ BEGIN IF to_regclass('u') IS NULL THEN PERFORM ({kills}); CREATE TABLE u (x int); END IF; END $$;"
    result = judged(TABLE, hostile, "CREATE TABLE IF NOT EXISTS u (id int PRIMARY KEY, x int);")
    assert result.outcome is Outcome.SKIPPED
    assert "m2: " in result.why
    assert "m3: a migration before it cannot be run a second time beside the rehearsal" in result.why


@pytest.mark.parametrize("bound", ["IN (1)", "IN (2)"])
def test_a_partition_with_another_bound_is_another_shape(bound: str) -> None:
    start = "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);"
    result = judged(start, f"CREATE TABLE IF NOT EXISTS t1 PARTITION OF t FOR VALUES {bound};")
    assert len(result.findings) == (bound != "IN (1)")


def test_settings_of_the_session_are_those_of_the_deployment() -> None:
    before = f"{TABLE} CREATE SCHEMA other; CREATE DOMAIN other.word AS text; SET search_path = public, other;"
    inside = "CREATE TABLE IF NOT EXISTS u (id int PRIMARY KEY, w word);"
    assert "column w is missing (other.word)" in found(before, inside).message


def test_the_claim_of_resilience_blocks_and_what_is_not_deployed_is_a_note() -> None:
    texts = TABLE, "CREATE TABLE IF NOT EXISTS u (id int PRIMARY KEY, a int);"
    (claimed,) = judged(*texts, resilient=["m2"]).findings
    assert claimed.severity is Severity.BLOCK
    since = Deployment(kind=DeploymentKind.SINCE, migrations=frozenset({"m3"}), base="main")
    result = judged(*texts, "SELECT 1;", deployment=since)
    (past,) = result.findings
    assert (past.severity, past.described, result.outcome) == (Severity.NOTE, True, Outcome.PASSED)


def test_the_rehearsal_itself_is_untouched() -> None:
    migrations = of_texts(INDEX, "CREATE TABLE IF NOT EXISTS u (id text); CREATE INDEX IF NOT EXISTS i ON u (id);")
    scripts = read_scripts(migrations)
    plain, looked = rehearse(migrations), rehearse(migrations, hidden=partial(to_compare, scripts))
    assert looked.schema == plain.schema
    assert [run.made for run in looked.runs] == [run.made for run in plain.runs]
    assert looked.runs[1].hidden_compared == 2
