"""What ALTER COLUMN ... TYPE costs, against the files of tables and indexes on a real server."""

from collections.abc import Iterator

import psycopg
import pytest

from pgready.checks.locks.type_changes import TypeChange, type_change
from pgready.rehearsal.cluster import throwaway_cluster
from pgready.rehearsal.connection import Connection

TYPES = (
    *("character varying(10)", "character varying(20)", "character varying", "text", "character(3)", "character(5)"),
    *("smallint", "integer", "bigint", "oid", "real", "double precision", "boolean", "uuid", "bytea", "date"),
    *("numeric", "numeric(10,2)", "numeric(12,2)", "numeric(10,4)", "numeric(12,4)", "numeric(5)"),
    *("timestamp without time zone", "timestamp(3) without time zone", "timestamp(6) without time zone"),
    *("timestamp with time zone", "timestamp(3) with time zone", "timestamp(6) with time zone"),
    *("time without time zone", "time(3) without time zone", "time(3) with time zone", "time with time zone"),
    *("interval", "interval(3)", "bit(5)", "bit varying", "bit varying(5)", "bit varying(8)"),
    *("json", "jsonb", "xml", "cidr", "inet", "name", '"char"', "citext", "public.mood", "public.temper"),
    *("text[]", "character varying[]", "character varying(10)[]", "integer[]", "bigint[]"),
    *("numeric[]", "numeric(10,2)[]", "timestamp without time zone[]", "timestamp(3) without time zone[]"),
)
WITHOUT_ORDER = {"json", "xml"}
FILES = """SELECT pg_relation_filenode('t'), (SELECT pg_relation_filenode(indexrelid) FROM pg_index
WHERE indrelid = 't'::regclass)"""


@pytest.fixture(scope="module")
def session() -> Iterator[Connection]:
    with throwaway_cluster() as cluster, cluster.connect_admin() as session:
        session.execute("SET search_path = public; CREATE EXTENSION IF NOT EXISTS citext")
        session.execute("CREATE TYPE mood AS ENUM ('a'); CREATE TYPE temper AS ENUM ('a')")
        yield session


def costs(session: Connection, old: str, new: str) -> TypeChange | None:
    """What the server does to a table with an index; None when it needs USING."""
    session.execute("BEGIN")
    try:
        session.execute(f"CREATE TABLE t (c {old})".encode())
        if WITHOUT_ORDER.isdisjoint((old, new)):
            session.execute("CREATE INDEX ON t (c)")
        before = session.execute(FILES).fetchone()
        session.execute(f"ALTER TABLE t ALTER c TYPE {new}".encode())
        after = session.execute(FILES).fetchone()
    except psycopg.errors.DatatypeMismatch:
        return None
    finally:
        session.execute("ROLLBACK")
    assert before is not None
    assert after is not None
    if before[0] != after[0]:
        return TypeChange.REWRITE
    return TypeChange.INDEXES if before[1] != after[1] else TypeChange.NOTHING


@pytest.mark.parametrize("old", TYPES)
def test_every_pair_of_types_costs_what_we_say(old: str, session: Connection) -> None:
    compared = 0
    for new in TYPES:
        ours = type_change(old, new)
        session.execute("SET timezone = 'UTC'")
        in_utc = costs(session, old, new)
        session.execute("SET timezone = 'Europe/Berlin'")
        elsewhere = costs(session, old, new)
        if in_utc is None:
            assert ours is TypeChange.REWRITE, (old, new, "USING computes every value")
        elif ours is TypeChange.BY_TIME_ZONE:
            assert (in_utc, elsewhere) == (TypeChange.INDEXES, TypeChange.REWRITE), (old, new)
        else:
            assert in_utc is elsewhere, (old, new)
            indexed = WITHOUT_ORDER.isdisjoint((old, new))
            assert ours is in_utc or (not indexed and in_utc is TypeChange.NOTHING), (old, new, ours, in_utc)
            compared += 1
    assert compared >= 1


def test_what_nobody_can_look_into_is_not_guessed() -> None:
    assert type_change(None, "text") is TypeChange.UNKNOWN
    assert type_change("text", None) is TypeChange.UNKNOWN
    assert type_change("integer", "public.Positive", domains=frozenset({"public.Positive"})) is TypeChange.UNKNOWN
    assert type_change("public.E", "public.E_new") is TypeChange.REWRITE
