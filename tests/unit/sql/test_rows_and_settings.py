"""What statements say about rows that they write and settings that they change."""

from collections.abc import Callable

import pytest

from pgready.model.effects import Action, Effect, Script
from pgready.model.facts import Reach, RowsFacts, RowSource, SettingFacts
from pgready.model.names import ObjectKind, ObjectRef

Read = Callable[..., Script]


def only(script: Script, action: Action) -> Effect:
    assert script.unreadable is None, script.unreadable
    (effect,) = (effect for effect in script.effects if effect.action is action)
    return effect


def rows(script: Script) -> RowsFacts:
    facts = only(script, Action.WRITES).facts
    assert isinstance(facts, RowsFacts)
    return facts


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "WHERE true",
        "WHERE 1=1",
        "WHERE 'a' = 'a'",
        "WHERE 1 = 1 AND true",
        "WHERE a OR 1=1",
        "WHERE (TRUE)",
        "WHERE NOT false",
        "WHERE 't'::bool",
        "WHERE EXISTS (SELECT 1)",
        "WHERE 1 < 2",
    ],
)
@pytest.mark.parametrize("statement", ["DELETE FROM t", "UPDATE t SET b = 1"])
def test_a_condition_that_is_always_true_is_none(statement: str, condition: str, read: Read) -> None:
    assert rows(read(f"{statement} {condition}")).unconditional


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM t WHERE a = 1",
        "DELETE FROM t WHERE a",
        "DELETE FROM t WHERE false",
        "DELETE FROM t WHERE 1 = 2",
        "DELETE FROM t WHERE a = a",
        "DELETE FROM t WHERE NULL = NULL",
        "DELETE FROM t WHERE 1 = '1' AND true",
        "DELETE FROM t WHERE true AND a",
        "DELETE FROM t WHERE NOT true",
        "DELETE FROM t WHERE 1 <> 1",
        "DELETE FROM t USING u",
        "DELETE FROM t WHERE EXISTS (SELECT 1 FROM u)",
        "UPDATE t SET a = 1 FROM u",
        "INSERT INTO t VALUES (1)",
        "MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_what_may_concern_some_rows_only_is_conditional(sql: str, read: Read) -> None:
    assert not rows(read(sql)).unconditional


def test_truncate_concerns_every_row_and_copy_some_columns(read: Read) -> None:
    assert rows(read("TRUNCATE t")) == RowsFacts(unconditional=True, reach=Reach(), removes=True)
    assert rows(read("COPY t (a, b) FROM STDIN")) == RowsFacts(columns=("a", "b"))


def test_the_delete_inside_a_with_clause_is_judged_by_its_own_condition(read: Read) -> None:
    assert rows(read("WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone WHERE a = 1")).unconditional


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("INSERT INTO t (a, b) VALUES (1, 2)", ("a", "b")),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET c = 1", ("a", "c")),
        ("INSERT INTO t VALUES (1, 2)", ()),
        ("UPDATE t SET a = 1, b = 2", ("a", "b")),
        ("UPDATE t SET (a, b) = (SELECT 1, 2)", ("a", "b")),
        ("DELETE FROM t WHERE a = 1", ()),
        ("MERGE INTO t USING u ON true WHEN MATCHED THEN UPDATE SET b = 1", ("b",)),
        ("MERGE INTO t USING u ON true WHEN NOT MATCHED THEN INSERT (c) VALUES (1)", ("c",)),
    ],
)
def test_the_columns_that_are_written_by_name(sql: str, columns: tuple[str, ...], read: Read) -> None:
    assert rows(read(sql)).columns == columns


def relation(name: str, schema: str = "public") -> ObjectRef:
    return ObjectRef(kind=ObjectKind.RELATION, schema=schema, name=name)


COPIES = {
    "UPDATE t SET b = a": [("b", relation("t"), "a")],
    "UPDATE t AS x SET b = x.a, c = 1": [("b", relation("t"), "a")],
    "UPDATE t SET b = u.a FROM app.u WHERE u.id = t.id": [("b", relation("u", "app"), "a")],
    "UPDATE t SET b = x.a FROM u x JOIN w ON x.id = w.id": [("b", relation("u"), "a")],
    "UPDATE t SET b = a FROM u": [],
    "UPDATE t SET b = lower(a)": [],
    "UPDATE t SET b = a::text": [],
    "UPDATE t SET b = q.a FROM (SELECT a FROM u) q": [],
    "WITH q AS (SELECT 1 AS a) UPDATE t SET b = q.a FROM q": [],
    "INSERT INTO t (b, c) SELECT a, 1 FROM u": [("b", relation("u"), "a")],
    "INSERT INTO t (b) SELECT x.a FROM u x JOIN w ON true": [("b", relation("u"), "a")],
    "INSERT INTO t (b) SELECT a FROM u JOIN w ON true": [],
    "INSERT INTO t (b) SELECT * FROM u": [],
    "INSERT INTO t SELECT a FROM u": [],
    "INSERT INTO t (b) VALUES (1)": [],
    "INSERT INTO t (b) SELECT a FROM u UNION SELECT a FROM w": [],
    "DELETE FROM t": [],
}


@pytest.mark.parametrize("sql", COPIES)
def test_plain_copies_of_columns_are_told_with_the_relation_read(sql: str, read: Read) -> None:
    assert list(rows(read(sql)).copies) == COPIES[sql]


@pytest.mark.parametrize(
    ("sql", "everything"),
    [
        ("INSERT INTO t (b) SELECT a FROM u", True),
        ("INSERT INTO t (b) SELECT a FROM u WHERE true ORDER BY a", True),
        ("INSERT INTO t (b) SELECT a FROM u WHERE a > 1", False),
        ("INSERT INTO t (b) SELECT DISTINCT a FROM u", False),
        ("INSERT INTO t (b) SELECT a FROM u LIMIT 5", False),
        ("INSERT INTO t (b) SELECT a FROM u GROUP BY a", False),
        ("INSERT INTO t (b) SELECT u.a FROM u, w", False),
        ("INSERT INTO t (b) SELECT a FROM u ON CONFLICT DO NOTHING", False),
        ("UPDATE t SET b = a", False),
    ],
)
def test_an_insert_that_copies_every_row_says_so(sql: str, *, everything: bool, read: Read) -> None:
    assert rows(read(sql)).copies_all is everything


REACHES = {
    "DELETE FROM t": Reach(),
    "DELETE FROM t WHERE a IS NOT NULL": Reach(not_null=("a",)),
    "DELETE FROM t WHERE a = a AND b >= b": Reach(not_null=("b", "a")),
    "DELETE FROM t WHERE a LIKE '%'": Reach(not_null=("a",)),
    "DELETE FROM t WHERE a IS DISTINCT FROM NULL": Reach(not_null=("a",)),
    "DELETE FROM t WHERE a IS NOT DISTINCT FROM a": Reach(),
    "DELETE FROM t WHERE a IN (SELECT a FROM t)": Reach(not_null=("a",)),
    "DELETE FROM t WHERE a = 1 OR a <> 1": Reach(not_null=("a",)),
    "DELETE FROM t WHERE a IS NULL OR a IS NOT NULL": Reach(),
    "DELETE FROM t WHERE ctid IS NOT NULL": Reach(),
    "DELETE FROM t WHERE a > 0": Reach(positive=("a",)),
    "DELETE FROM t WHERE a IS NULL": Reach(null=("a",)),
    "DELETE FROM t WHERE EXISTS (SELECT 1 FROM u)": Reach(if_any=(relation("u"),)),
    "DELETE FROM t USING u": Reach(if_any=(relation("u"),)),
    "DELETE FROM t USING u WHERE t.a = u.b": Reach(joined=True),
    "DELETE FROM t USING t x WHERE t.a = x.a": Reach(not_null=("a",)),
    "DELETE FROM t WHERE a = r.a": Reach(variable="r"),
    "MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE": Reach(if_any=(relation("u"),)),
    "MERGE INTO t USING t x ON t.a = x.a WHEN MATCHED THEN DELETE": Reach(not_null=("a",)),
    "MERGE INTO t USING u ON false WHEN NOT MATCHED BY SOURCE THEN DELETE": Reach(),
    "DELETE FROM t WHERE false": None,
    "DELETE FROM t WHERE a > 7": None,
    "DELETE FROM t WHERE a = 1 OR a <> 2": None,
    "DELETE FROM t WHERE a IN (SELECT a FROM t WHERE b)": None,
    "DELETE FROM t WHERE a IN (SELECT b FROM t)": None,
    "DELETE FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a)": None,
    "DELETE FROM t USING t x WHERE t.a < x.a": None,
    "DELETE FROM t USING (SELECT 1) x": None,
    "MERGE INTO t USING u ON true WHEN MATCHED AND u.a THEN DELETE": None,
    "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET a = 1": None,
}


@pytest.mark.parametrize("sql", REACHES)
def test_a_condition_says_which_rows_it_leaves(sql: str, read: Read) -> None:
    assert rows(read(sql)).reach == REACHES[sql]


@pytest.mark.parametrize(
    ("sql", "left_out"),
    [
        ("SELECT a FROM u", ()),
        ("SELECT a FROM u WHERE true ORDER BY a LIMIT ALL OFFSET 0", ()),
        ("SELECT u.a FROM u LEFT JOIN w ON u.a = w.a", ()),
        ("SELECT a FROM u UNION ALL SELECT a FROM u", ()),
        ("SELECT row_number() OVER () FROM u", ()),
        ("SELECT (SELECT max(a) FROM w) FROM u", ()),
        ("WITH x AS (SELECT * FROM u) SELECT a FROM x", ()),
        ("SELECT a FROM u WHERE a > 1", ("the WHERE condition",)),
        ("SELECT a FROM u WHERE false", ("a condition that is never true",)),
        ("SELECT a FROM u LIMIT 1", ("LIMIT",)),
        ("SELECT a FROM u OFFSET 1", ("OFFSET",)),
        ("SELECT DISTINCT a FROM u", ("DISTINCT",)),
        ("SELECT a FROM u GROUP BY a HAVING true", ("GROUP BY", "HAVING")),
        ("SELECT count(*) FROM u", ("an aggregate function",)),
        ("SELECT unnest(a) FROM u", ("a set-returning function",)),
        ("SELECT a FROM u TABLESAMPLE SYSTEM (1)", ("TABLESAMPLE",)),
        ("SELECT a FROM u EXCEPT SELECT a FROM w", ("EXCEPT",)),
        ("SELECT u.a FROM u JOIN w ON true", ("an inner join",)),
        ("SELECT u.a FROM w LEFT JOIN u ON true", ("an outer join",)),
        ("SELECT u.a FROM u, w", ("a join",)),
        ("WITH x AS (SELECT * FROM u LIMIT 1) SELECT a FROM x", ("LIMIT",)),
        ("SELECT a FROM (SELECT * FROM u LIMIT 1) x", ("LIMIT",)),
    ],
)
def test_a_copy_says_what_it_leaves_out(sql: str, left_out: tuple[str, ...], read: Read) -> None:
    sources = rows(read(f"INSERT INTO t (b) {sql}")).sources
    assert next(each.left_out for each in sources if each.relation == relation("u")) == left_out


def test_a_copy_through_a_deletion_names_the_columns_that_come_along(read: Read) -> None:
    script = read("WITH d AS (DELETE FROM u RETURNING a AS x, b) INSERT INTO t (p, q) SELECT x, lower(b) FROM d")
    [facts] = [effect.facts for effect in script.effects if str(effect.detail) == "INSERT"]
    assert isinstance(facts, RowsFacts)
    assert facts.sources == (
        RowSource(relation=relation("u"), columns=(("p", "a"), ("q", "b")), converted=(("q", "b"),), deleted=True),
    )


def test_create_table_as_says_what_it_copies(read: Read) -> None:
    script = read("CREATE TABLE t AS SELECT a, lower(b) AS c FROM u WITH NO DATA")
    facts = script.effects[0].facts
    assert isinstance(facts, RowsFacts)
    assert facts.copies == (("a", relation("u"), "a"),)
    columns = (("a", "a"), ("c", "b"))
    assert facts.sources == (RowSource(relation=relation("u"), columns=columns, left_out=("WITH NO DATA",)),)


@pytest.mark.parametrize(
    ("sql", "constants"),
    [
        ("UPDATE t SET a = NULL, b = '', c = now(), d = DEFAULT", ("a", "b", "c", "d")),
        ("UPDATE t SET (a, b) = (NULL, 1)", ("a", "b")),
        ("UPDATE t SET a = b, b = lower(b), c = (SELECT max(x) FROM u), d = (SELECT count(*) FROM u)", ()),
    ],
)
def test_an_update_names_the_columns_that_get_one_value(sql: str, constants: tuple[str, ...], read: Read) -> None:
    assert rows(read(sql)).constants == constants


SETTINGS = {
    "SET lock_timeout = '5s'": SettingFacts(name="lock_timeout", value="5s"),
    "SET SESSION Work_Mem TO 64": SettingFacts(name="work_mem", value="64"),
    "SET LOCAL statement_timeout TO 0": SettingFacts(name="statement_timeout", value="0", local=True),
    'SET search_path TO "App", public': SettingFacts(name="search_path", value="App, public"),
    "SET row_security = off": SettingFacts(name="row_security", value="off"),
    "SET seed TO -0.5": SettingFacts(name="seed", value="-0.5"),
    "SET a.b FROM CURRENT": SettingFacts(name="a.b", computed=True),
    "SET TIME ZONE 'UTC'": SettingFacts(name="timezone", value="UTC"),
    "SET TIME ZONE LOCAL": SettingFacts(name="timezone"),
    "SET lock_timeout TO DEFAULT": SettingFacts(name="lock_timeout"),
    "RESET lock_timeout": SettingFacts(name="lock_timeout"),
    "RESET ALL": SettingFacts(name="all"),
    "DISCARD ALL": SettingFacts(name="all"),
    "SET ROLE joe": SettingFacts(name="role", value="joe"),
    "SET LOCAL ROLE joe": SettingFacts(name="role", value="joe", local=True),
    "RESET ROLE": SettingFacts(name="role"),
    "SET SESSION AUTHORIZATION joe": SettingFacts(name="session_authorization", value="joe"),
    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE": SettingFacts(
        name="transaction", value="transaction_isolation serializable", local=True
    ),
    "SET TRANSACTION SNAPSHOT 'x-1'": SettingFacts(name="transaction snapshot", value="x-1", local=True),
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY": SettingFacts(
        name="session characteristics", value="transaction_read_only 1"
    ),
    "SELECT set_config('lock_timeout', '5s', true)": SettingFacts(name="lock_timeout", value="5s", local=True),
    "SELECT pg_catalog.set_config('search_path', '', false)": SettingFacts(name="search_path", value=""),
    "SELECT set_config('a.b', lower('X'), false)": SettingFacts(name="a.b", computed=True),
    "SELECT set_config('a.b', NULL, false)": SettingFacts(name="a.b"),
    "DO $$ BEGIN SET LOCAL a.b = 'c'; END $$": SettingFacts(name="a.b", value="c", local=True),
    "DO $$ BEGIN PERFORM set_config('a.b', 'c', false); END $$": SettingFacts(name="a.b", value="c"),
}


@pytest.mark.parametrize("sql", SETTINGS)
def test_a_setting_says_its_value_and_how_long_it_lasts(sql: str, read: Read) -> None:
    effect = only(read(sql), Action.SETS)

    assert effect.facts == SETTINGS[sql]
    assert (effect.object.kind, effect.object.name) == (ObjectKind.OTHER, SETTINGS[sql].name)


def test_a_setting_whose_name_is_computed_is_opaque(read: Read) -> None:
    effect = only(read("SELECT set_config(lower('A.B'), 'c', false)"), Action.OPAQUE)

    assert effect.object.name == "set_config"


@pytest.mark.parametrize(
    ("sql", "setting"),
    [
        ("ALTER ROLE joe SET work_mem = '1GB'", SettingFacts(name="work_mem", value="1GB")),
        ("ALTER DATABASE d RESET work_mem", SettingFacts(name="work_mem")),
        ("ALTER SYSTEM SET work_mem = '1GB'", SettingFacts(name="work_mem", value="1GB")),
    ],
)
def test_settings_of_roles_databases_and_the_server_are_not_of_the_session(
    sql: str, setting: SettingFacts, read: Read
) -> None:
    assert only(read(sql), Action.ALTERS).facts == setting
