"""The labelled cases on a real server: each is valid, and what is said to be lost is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import psycopg
import pytest
from psycopg import sql

from destruction_cases import BEFORE, KINDS, ROWS, Labelled, Narrowed, labelled, lookalikes, narrowed, wider
from pgready.rehearsal.cluster import Cluster, throwaway_cluster

Connection = psycopg.Connection[tuple[object, ...]]
CASES = [(kind, case) for kind in KINDS for case in labelled(kind)]
_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_temp'"
TABLES = f"""
SELECT c.oid::text, n.nspname, c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {_OURS}
"""
COLUMNS = f"""
SELECT a.attrelid || ' ' || a.attnum, n.nspname || '.' || c.relname || '.' || a.attname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND {_OURS}
"""
VALUES = """
SELECT n.nspname || '.' || t.typname || '.' || e.enumlabel
FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace
"""
NAMED = f"""
SELECT n.nspname || '.' || t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' OR t.typtype = 'c' AND {_OURS}
"""
SCHEMAS = f"SELECT n.oid::text, n.nspname FROM pg_namespace n WHERE {_OURS}"


@dataclass(frozen=True)
class State:
    """What a database holds, by name: tables, columns and schemas with their identity, the rows of each table."""

    tables: dict[str, str]
    rows: dict[str, frozenset[str]]
    columns: dict[str, str]
    values: frozenset[str]
    schemas: dict[str, str]
    named: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """Everything that an application may name (views too: they have a row type)."""
        return self.named | self.values | frozenset(self.columns) | frozenset(self.schemas)


def state_of(connection: Connection) -> State:
    tables = [(str(oid), str(schema), str(name)) for oid, schema, name in connection.execute(TABLES.encode())]
    return State(
        tables={f"{schema}.{name}": oid for oid, schema, name in tables},
        rows={oid: _rows(connection, schema, name) for oid, schema, name in tables},
        columns={str(name): str(identity) for identity, name in connection.execute(COLUMNS.encode())},
        values=frozenset(str(name) for (name,) in connection.execute(VALUES.encode())),
        schemas={str(name): str(oid) for oid, name in connection.execute(SCHEMAS.encode())},
        named=frozenset(str(name) for (name,) in connection.execute(NAMED.encode())),
    )


def _rows(connection: Connection, schema: str, name: str) -> frozenset[str]:
    """Each version of a row by its place and the transaction that wrote it."""
    query = sql.SQL("SELECT tableoid || ' ' || ctid::text || ' ' || xmin::text FROM {}")
    return frozenset(str(row) for (row,) in connection.execute(query.format(sql.Identifier(schema, name))))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with throwaway_cluster() as running:
        with running.connect_admin() as admin:
            admin.autocommit = True
            admin.execute("CREATE DATABASE filled")
        with running.connect_admin("filled") as connection:
            connection.execute("SET search_path = public")
            connection.execute(BEFORE.encode())
            connection.execute(ROWS.encode())
        yield running


_NUMBERS = count()


@contextmanager
def database(cluster: Cluster, text: str = "") -> Iterator[Connection]:
    """The filled database in a transaction that is undone; a copy of it for a text that commits."""
    if "COMMIT" in text:
        with _copy(cluster) as connection:
            yield connection
        return
    with cluster.connect_admin("filled") as connection:
        connection.autocommit = False
        connection.execute("SET search_path = public")
        yield connection
        connection.rollback()


@contextmanager
def _copy(cluster: Cluster) -> Iterator[Connection]:
    name = f"case_{next(_NUMBERS)}"
    with cluster.connect_admin() as admin:
        admin.autocommit = True
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE filled").format(sql.Identifier(name)))
        with cluster.connect_admin(name) as connection:
            connection.autocommit = True
            connection.execute("SET search_path = public")
            yield connection
        admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def ran(cluster: Cluster, case: Labelled) -> tuple[State, State]:
    with database(cluster, case.sql) as connection:
        before = state_of(connection)
        connection.execute(case.sql.encode())
        return before, state_of(connection)


def destroyed(before: State, after: State, rule: str) -> set[str]:
    """The names, as they were before, of what a rule is about and what is really gone."""
    tables = {name for name, oid in before.tables.items() if oid not in after.rows and before.rows[oid]}
    match rule:
        case "DES001":
            taken = {name for name, oid in before.tables.items() if after.tables.get(name, oid) != oid}
            # The name stands for another table now; whose rows are in it cannot be told from their places.
            return tables | taken
        case "DES002":
            return {name for name, identity in before.columns.items() if identity not in after.columns.values()}
        case "DES003":
            kept = {row for rows in after.rows.values() for row in rows}
            tables = {name for name, oid in before.tables.items() if before.rows[oid] and not before.rows[oid] & kept}
            # An UPDATE writes every row anew.
            return tables | {name for name in before.columns if name.rpartition(".")[0] in tables}
        case "DES005":
            return {name.rpartition(".")[0] for name in before.values - after.values}
        case "DES006":
            # What has the name now may be something else.
            other = {name for name, oid in before.tables.items() if after.tables.get(name, oid) != oid}
            other |= {name for name, which in before.columns.items() if after.columns.get(name, which) != which}
            return set(before.names - after.names) | other
        case "DES007":
            return {name for name, oid in before.schemas.items() if oid not in after.schemas.values()}
    raise AssertionError(rule)


@pytest.mark.parametrize(("kind", "case"), CASES, ids=[f"{kind}-{case.sql[:60]}" for kind, case in CASES])
def test_what_is_said_to_be_lost_is_lost(cluster: Cluster, kind: str, case: Labelled) -> None:
    before, after = ran(cluster, case)
    for rule in {rule for rule, _, _ in case.expected}:
        named = {name for own, _, name in case.expected if own == rule}
        gone = destroyed(before, after, rule)
        # What the same migration renamed first has another name in the finding.
        known = {name for name in named if name in before.names}
        assert known <= gone, (kind, rule)
        assert len(gone) >= len(named), (kind, rule)


@pytest.mark.parametrize("case", list(lookalikes()), ids=lambda case: case.sql[:60])
def test_what_only_looks_like_destruction_leaves_everything_there(cluster: Cluster, case: Labelled) -> None:
    before, after = ran(cluster, case)
    assert set(before.tables) <= set(after.tables) | {"public.log"}
    assert set(before.columns) <= set(after.columns) | {
        name for name in before.columns if name.startswith("public.log")
    }
    assert before.values <= after.values
    assert set(before.schemas) <= set(after.schemas)
    assert "public.log" in after.named, "as a table or as a view"


@pytest.mark.parametrize("case", list(narrowed()), ids=lambda case: f"{case.old} to {case.new}")
def test_a_narrowed_type_does_not_keep_the_value(cluster: Cluster, case: Narrowed) -> None:
    with database(cluster) as connection:
        connection.execute(f"CREATE TABLE t (id int, v {case.old})".encode())
        connection.execute(case.sql.encode())
    with database(cluster) as connection:
        connection.execute(f"CREATE TABLE t (id int, v {case.old})".encode())
        connection.execute(sql.SQL("INSERT INTO t VALUES (1, {})").format(sql.Literal(case.value)))
        was = connection.execute("SELECT v::text FROM t").fetchone()
        try:
            connection.execute(case.sql.encode())
        except psycopg.DataError:
            return
        assert connection.execute("SELECT v::text FROM t").fetchone() != was


@pytest.mark.parametrize("case", list(wider()), ids=lambda case: f"{case.old} to {case.new}")
def test_a_change_to_a_wider_type_is_valid(cluster: Cluster, case: Narrowed) -> None:
    with database(cluster) as connection:
        connection.execute(f"CREATE TABLE t (id int, v {case.old})".encode())
        connection.execute(case.sql.encode())
        row = connection.execute("SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'v'")
        assert row.fetchone() == (1,)
