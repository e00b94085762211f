"""What a statement sets going: functions, triggers, rules, defaults; and what ROLLBACK takes back."""

import time

import pytest

from pgready.model.effects import Effect
from pgready.sources.sql import read_scripts
from rehearsals import of_texts

BASE = "CREATE TABLE u (id int, name text); CREATE TABLE p (id int); "
WIPES = "CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DELETE FROM p; RETURN 1; END $$; "
FIRED = (
    "CREATE FUNCTION wipe() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM p; RETURN NEW; END $$; "
    "CREATE TRIGGER t AFTER UPDATE OF name ON u EXECUTE FUNCTION wipe(); "
)


def last(*texts: str) -> list[str]:
    """What the last of some migrations does, in short."""
    return [told(effect) for effect in read_scripts(of_texts(*texts))[-1].effects]


def told(effect: Effect) -> str:
    detail = f" [{effect.detail}]" if effect.detail else ""
    return f"{effect.action} {effect.object.name}{detail}"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT wipe()",
        "SELECT * FROM wipe()",
        "UPDATE u SET id = wipe()",
        "INSERT INTO u SELECT wipe()",
        "ALTER TABLE u ADD COLUMN x int DEFAULT wipe()",
        "ALTER TABLE u ADD CHECK (wipe() = 1)",
        "ALTER TABLE u ALTER id TYPE bigint USING wipe()",
        "CREATE TABLE x AS SELECT wipe()",
        "DO $$ BEGIN PERFORM wipe(); END $$",
        "DO $$ DECLARE a int; BEGIN a := wipe(); END $$",
        "CREATE TABLE x (id int DEFAULT wipe()); INSERT INTO x DEFAULT VALUES",
        "CREATE MATERIALIZED VIEW x AS SELECT wipe()",
        "CREATE PROCEDURE c() LANGUAGE plpgsql AS 'BEGIN PERFORM wipe(); END'; CALL c()",
    ],
)
def test_a_function_of_an_earlier_migration_does_what_its_body_says_wherever_it_is_called(sql: str) -> None:
    assert "writes p [DELETE]" in last(BASE + WIPES, sql)


@pytest.mark.parametrize(
    "body",
    [
        "RETURNS int LANGUAGE sql AS 'DELETE FROM p; SELECT 1'",
        "RETURNS int LANGUAGE sql BEGIN ATOMIC DELETE FROM p; SELECT 1; END",
        "RETURNS int LANGUAGE sql SET search_path = public AS 'DELETE FROM p; SELECT 1'",
        "RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF now() > now() THEN DELETE FROM p; END IF; RETURN 1; END $$",
    ],
)
def test_bodies_are_read_in_every_form(body: str) -> None:
    assert "writes p [DELETE]" in last(BASE, f"CREATE FUNCTION f() {body}", "UPDATE u SET id = f()")


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("LANGUAGE plpgsql AS $$ BEGIN EXECUTE current_setting('a.b'); END $$", "opaque EXECUTE"),
        ("LANGUAGE plpython3u AS 'plpy.execute(x)'", "opaque f [UPDATE]"),
        ("LANGUAGE c AS 'lib'", "opaque f [UPDATE]"),
        ("LANGUAGE sql AS 'DELETE FRM p'", "opaque f [UPDATE]"),
    ],
)
def test_a_body_that_cannot_be_read_is_opaque_at_the_call(function: str, expected: str) -> None:
    found = last(BASE, f"CREATE FUNCTION f() RETURNS void {function}", "UPDATE u SET name = f()")
    assert any(each.startswith(expected) for each in found)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE u SET name = lower(name)",
        "UPDATE u SET name = uuid_generate_v4(), id = unknown_to_us()",
        "ALTER TABLE u ADD COLUMN x uuid DEFAULT gen_random_uuid()",
        "ALTER TABLE u ALTER id SET DEFAULT wipe()",
        "ALTER TABLE u ADD CHECK (wipe() = 1) NOT VALID",
        "CREATE TABLE x (id int DEFAULT wipe())",
        "UPDATE u SET id = pure(id)",
        "UPDATE u SET id = reads(id)",
        "UPDATE u SET id = adds(id)",
        "CREATE FUNCTION other() RETURNS int LANGUAGE sql AS 'SELECT wipe()'",
        "CREATE INDEX ON u (pure(id))",
    ],
)
def test_what_calls_nothing_or_nothing_that_writes_sets_nothing_going(sql: str) -> None:
    pure = "CREATE FUNCTION pure(int) RETURNS int IMMUTABLE LANGUAGE c AS 'x'; "
    reads = "CREATE FUNCTION reads(int) RETURNS int STABLE LANGUAGE plpgsql AS 'BEGIN EXECUTE $1; END'; "
    adds = "CREATE FUNCTION adds(a int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN a + 1; END'; "
    found = last(BASE + WIPES + pure + reads + adds, sql)
    assert not [each for each in found if each.startswith(("writes p", "opaque"))]


@pytest.mark.parametrize("call", ["lo_unlink(1)", "query_to_xml('x', true, true, '')", "dblink_exec('x', 'y')"])
def test_functions_of_postgresql_that_write_or_run_text_are_opaque_in_every_statement(call: str) -> None:
    name = call.partition("(")[0]
    assert f"opaque {name} [UPDATE]" in last(BASE, f"UPDATE u SET name = {call}::text")
    assert f"opaque {name} [INSERT]" in last(BASE, f"INSERT INTO u (name) SELECT {call}::text")


def test_overloads_are_told_apart_by_the_number_of_arguments() -> None:
    other = "CREATE FUNCTION wipe(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'; "
    assert last(BASE + WIPES + other, "UPDATE u SET id = wipe(1)") == ["writes u [UPDATE]"]
    assert "writes p [DELETE]" in last(BASE + WIPES + other, "UPDATE u SET id = wipe()")


def test_a_function_that_calls_itself_ends() -> None:
    own = "CREATE FUNCTION again() RETURNS int LANGUAGE sql AS 'DELETE FROM p; SELECT again()'"
    assert last(BASE, own, "UPDATE u SET id = again()") == ["writes u [UPDATE]", "writes p [DELETE]"]


def test_a_later_definition_counts_and_one_under_a_condition_counts_as_well() -> None:
    harmless = "CREATE OR REPLACE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';"
    assert last(BASE + WIPES, harmless, "UPDATE u SET id = wipe()") == ["writes u [UPDATE]"]
    perhaps = f"DO $do$ BEGIN IF now() > now() THEN {harmless} END IF; END $do$"
    assert "writes p [DELETE]" in last(BASE + WIPES, perhaps, "UPDATE u SET id = wipe()")


@pytest.mark.parametrize(
    ("sql", "fires"),
    [
        ("UPDATE u SET name = 'x'", True),
        ("UPDATE u SET id = 1", False),
        ("INSERT INTO u VALUES (1)", False),
        ("DROP TRIGGER t ON u; UPDATE u SET name = 'x'", False),
        ("ALTER TABLE u DISABLE TRIGGER ALL; UPDATE u SET name = 'x'", False),
        ("ALTER TABLE u DISABLE TRIGGER ALL; ALTER TABLE u ENABLE TRIGGER ALL; UPDATE u SET name = 'x'", True),
        ("ALTER TABLE u RENAME TO v; UPDATE v SET name = 'x'", True),
        ("DROP TABLE u; CREATE TABLE u (name text); UPDATE u SET name = 'x'", False),
    ],
)
def test_a_trigger_fires_while_it_is_there_and_for_what_it_is_about(sql: str, fires: bool) -> None:  # noqa: FBT001 - a parameter of the table above
    assert ("writes p [DELETE]" in last(BASE + FIRED, sql)) is fires


def test_a_trigger_whose_function_no_migration_makes_is_opaque_unless_it_only_changes_the_row() -> None:
    made = "CREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION"
    assert "opaque somewhere [trigger t]" in last(BASE + f"{made} somewhere()", "INSERT INTO u VALUES (1)")
    assert last(BASE + f"{made} moddatetime(name)", "INSERT INTO u VALUES (1)") == ["writes u [INSERT]"]


def test_a_rule_adds_its_commands() -> None:
    rule = "CREATE RULE r AS ON DELETE TO u DO ALSO DELETE FROM p"
    assert last(BASE + rule, "DELETE FROM u WHERE id = 1") == ["writes u [DELETE WHERE]", "writes p [DELETE]"]


def test_an_event_trigger_fires_on_definitions_only() -> None:
    made = "CREATE FUNCTION wipe() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM p; END'; "
    made += "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION wipe()"
    assert "writes p [DELETE]" in last(BASE + made, "CREATE TABLE x ()")
    assert "writes p [DELETE]" not in last(BASE + made, "UPDATE u SET id = 1")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("BEGIN; SAVEPOINT a; DROP TABLE u; ROLLBACK TO a; DROP TABLE p; COMMIT", ["drops p"]),
        ("BEGIN; DROP TABLE u; ROLLBACK; DROP TABLE p", ["drops p"]),
        ("BEGIN; DROP TABLE u; COMMIT; BEGIN; DROP TABLE p; ABORT", ["drops u"]),
        ("BEGIN; SAVEPOINT a; DROP TABLE u; RELEASE a; ROLLBACK", []),
        ("BEGIN; SAVEPOINT a; DROP TABLE u; SAVEPOINT a; DROP TABLE p; ROLLBACK TO a; COMMIT", ["drops u"]),
        ("DROP TABLE u; ROLLBACK", ["drops u"]),
        ("BEGIN; DROP TABLE u; ROLLBACK AND CHAIN; DROP TABLE p; ROLLBACK", []),
    ],
)
def test_what_is_rolled_back_never_happened(sql: str, expected: list[str]) -> None:
    assert last(BASE, sql) == expected


def test_a_function_that_is_rolled_back_is_not_known_later() -> None:
    assert last(BASE, f"BEGIN; {WIPES} ROLLBACK", "UPDATE u SET id = wipe()") == ["writes u [UPDATE]"]


@pytest.mark.parametrize(
    ("sql", "schema"),
    [
        ("SET search_path = junk, public; DROP TABLE p", "public"),
        ("SET search_path = junk, public; DROP TABLE k", "junk"),
        ("CREATE TABLE junk.p (); SET search_path = junk, public; DROP TABLE p", "junk"),
        ("SET search_path = junk, public; DROP TABLE nowhere", "junk"),
        ("DROP TABLE k; CREATE TABLE k (); SET search_path TO junk, public; DROP TABLE junk.k; DROP TABLE k", "public"),
    ],
)
def test_a_name_is_looked_up_in_every_schema_of_the_search_path(sql: str, schema: str) -> None:
    before = BASE + "CREATE SCHEMA junk; CREATE TABLE junk.k (); CREATE TABLE k ()"
    assert read_scripts(of_texts(before, sql))[-1].effects[-1].object.schema == schema


def test_each_action_of_an_alter_table_has_its_own_place() -> None:
    sql = '/* é */ ALTER TABLE IF EXISTS public."ü" ADD b int CHECK (b IN (1, 2)), -- x, y\n  DROP COLUMN "ä",\n'
    sql += "\tALTER c TYPE int;\nALTER TABLE u DROP c;\nDO $$ BEGIN ALTER TABLE u DROP a,\n DROP b; END $$"
    effects = read_scripts(of_texts(BASE, sql))[-1].effects
    assert [(each.object.name, each.line, each.column, each.begins) for each in effects] == [
        ("b", 1, 42, (1, 9)),
        ("ü_b_check", 1, 42, (1, 9)),
        ("ä", 2, 3, (1, 9)),
        ("c", 3, 2, (1, 9)),
        ("c", 4, 1, None),
        ("a", 5, 27, (5, 13)),
        ("b", 6, 2, (5, 13)),
    ]


@pytest.mark.parametrize(
    ("sql", "whole", "by_statement"),
    [
        ("SET LOCAL search_path = o; DELETE FROM p", "o", "public"),
        ("SELECT set_config('search_path', 'o', true); DELETE FROM p", "o", "public"),
        ("SET search_path = o; DELETE FROM p", "o", "o"),
        ("BEGIN; SET LOCAL search_path = o; DELETE FROM p; COMMIT", "o", "o"),
        ("BEGIN; SET LOCAL search_path = o; COMMIT; DELETE FROM p", "public", "public"),
        ("CREATE TEMP TABLE p (id int) ON COMMIT DROP; DELETE FROM p", "pg_temp", "public"),
        ("CREATE TEMP TABLE p ON COMMIT DROP AS SELECT 1 AS id; DELETE FROM p", "pg_temp", "public"),
        ("CREATE TEMP TABLE p (id int); DELETE FROM p", "pg_temp", "pg_temp"),
        ("BEGIN; CREATE TEMP TABLE p (id int) ON COMMIT DROP; COMMIT; TRUNCATE p", "public", "public"),
        ("BEGIN; CREATE TEMP TABLE p (id int) ON COMMIT DROP; TRUNCATE p; COMMIT", "pg_temp", "pg_temp"),
    ],
)
def test_what_lasts_for_a_transaction_ends_where_it_does(sql: str, whole: str, by_statement: str) -> None:
    migrations = of_texts(BASE, sql)

    def written(sent: tuple[str, ...]) -> list[str | None]:
        effects = read_scripts(migrations, by_statement=sent)[-1].effects
        return [effect.object.schema for effect in effects if effect.action == "writes"]

    assert (written(()), written(("m2",))) == ([whole], [by_statement])


def test_triggers_that_fire_each_other_are_read_once_for_each_statement() -> None:
    count = 20
    texts = [f"CREATE TABLE t{i} (id int PRIMARY KEY, v int);" for i in range(count)]
    texts += [
        f"CREATE FUNCTION f{i}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE t{(i + 1) % count} SET v = 1; "
        f"UPDATE t{(i + 7) % count} SET v = 1; DELETE FROM t{(i + 11) % count}; RETURN NEW; END $$; "
        f"CREATE TRIGGER tr AFTER UPDATE OR DELETE ON t{i} EXECUTE FUNCTION f{i}();"
        for i in range(count)
    ]
    texts += [f"UPDATE t{i} SET v = 2 WHERE id = 1;" for i in range(count)]
    migrations = of_texts("\n".join(texts))
    started = time.perf_counter()
    [script] = read_scripts(migrations)
    assert time.perf_counter() - started < 6  # 15 s before each was remembered, 0.9 s since
    emptied = {effect.object.name for effect in script.effects if effect.detail == "DELETE"}
    assert {f"t{i}" for i in range(count)} <= emptied
