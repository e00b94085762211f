"""Rows for tables that have none, written by a role that triggers and foreign keys do not stand in the way of."""

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import psycopg
from psycopg import sql

from pgready.model.kept_rows import Unseeded
from pgready.model.names import ObjectKind, ObjectRef, QualifiedName
from pgready.rehearsal.apply import apply_text
from pgready.rehearsal.connection import Connection, connect
from pgready.rehearsal.database import OWNER, Database
from pgready.rehearsal.limits import Watch
from pgready.rehearsal.seeding.values import ROWS, SeededType, value
from pgready.rehearsal.texts import query

__all__ = ["Keys", "empty", "seed", "seeder"]

Keys = frozenset[tuple[str, str, str]]
"""Schema, table and column of what becomes a key later: it needs the value that every key of its type has."""

_THIN_OUT = "DELETE FROM ONLY {0} WHERE ctid <> (SELECT min(ctid) FROM ONLY {0});\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    name: str
    not_null: bool
    key: bool
    values: tuple[str | None, ...]


@contextlib.contextmanager
def seeder(database: Database) -> Iterator[Connection]:
    """A connection of a role with the rights of the owner, for which triggers and foreign keys do not fire.

    `session_replication_role` is set for the role, which only a superuser can do and which a login then has in every
    version of PostgreSQL (manual, ALTER ROLE ... SET); BYPASSRLS keeps policies from running. The role is gone
    afterwards, and no migration knows its password, which is not the owner's either. Roles belong to the whole server,
    so it is named after the database: two databases may be filled at once.
    """
    name = f"pgready_seeder_{database.name}"
    role = sql.Identifier(name)
    admin = database.admin
    password = f"seed-{database.password}"
    admin.execute(
        sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB BYPASSRLS PASSWORD {} IN ROLE {}").format(
            role, sql.Literal(password), sql.Identifier(OWNER)
        )
    )
    try:
        for setting in ("session_replication_role = replica", "lock_timeout = '2s'", "statement_timeout = '20s'"):
            admin.execute(sql.SQL("ALTER ROLE {} SET ").format(role) + sql.SQL(setting))
        with contextlib.closing(
            connect(
                socket=database.cluster.directory.socket,
                user=name,
                password=password,
                database=database.name,
                options="-c search_path=pg_catalog -c client_min_messages=error",
            )
        ) as connection:
            yield connection
    finally:
        with contextlib.suppress(psycopg.Error):
            admin.execute(sql.SQL("DROP OWNED BY {}").format(role))
            admin.execute(sql.SQL("DROP ROLE {}").format(role))


def seed(
    connection: Connection,
    admin: Connection,
    tables: Collection[int],
    later: Keys,
    watch: Watch,
    *,
    beside: bool = False,
) -> dict[int, Unseeded | None]:
    """Three rows for each table, by oid: None where that worked, else the reason.

    Where a CHECK, a unique constraint or a type is in the way, fewer columns and then one row are tried. `beside`: next
    to those that are there, as many as do not clash with them.
    """
    if not tables:
        return {}
    rows = admin.execute(query("seeding_columns"), (list(tables),)).fetchall()
    found: dict[int, Unseeded | None] = {}
    for (oid, schema, name), group in groupby(rows, key=lambda row: row[:3]):
        columns = [_column(row, oid, later) for row in group]
        why = _fill(connection, QualifiedName(schema, name), columns, watch, beside=beside)
        table = ObjectRef(kind=ObjectKind.TABLE, schema=schema, name=name)
        found[oid] = Unseeded(table=table, why=why) if why is not None else None
    return found


def empty(
    connection: Connection, tables: Mapping[int, tuple[str, str]], watch: Watch, *, but_one: bool = False
) -> None:
    """Take the rows out again, all or all but one, in one message; a table that refuses keeps them."""
    form = _THIN_OUT if but_one else "DELETE FROM ONLY {0};\n"
    texts = [sql.SQL(form).format(sql.Identifier(*name)).as_string(connection) for name in tables.values()]
    watch.begin()
    if not texts or apply_text(connection, "".join(texts), watch).error is None:
        return
    for text in texts:
        watch.begin()
        apply_text(connection, text, watch)


def _column(row: Sequence[object], oid: int, later: Keys) -> _Column:
    _, schema, table, number, name, not_null, key, type_name, kind, modifier, array, labels = row
    type_ = SeededType(
        name=str(type_name),
        kind=str(kind),
        modifier=int(str(modifier)),
        array=bool(array),
        labels=tuple(labels) if isinstance(labels, list) else (),
    )
    is_key = bool(key) or (schema, table, name) in later or _looks_like_key(str(name))
    salt = 0 if is_key else 1 + (oid * 31 + int(str(number))) % 9000
    values = tuple(value(type_, row_number, salt) for row_number in range(1, ROWS + 1))
    return _Column(name=str(name), not_null=bool(not_null), key=is_key, values=values)


def _looks_like_key(name: str) -> bool:
    """Prisma's relations have names like these; a key that is added later is then no failure of the seed."""
    return name.lower() == "id" or name.endswith(("Id", "_id", "ID"))


def _fill(
    connection: Connection, table: QualifiedName, columns: Sequence[_Column], watch: Watch, *, beside: bool
) -> str | None:
    usable = [column for column in columns if column.values[0] is not None]
    required = [column for column in usable if column.not_null]
    keys = [column for column in usable if column.not_null or column.key]
    why = "it has no column that can be written"
    tried: list[tuple[list[str], int]] = []
    for choice, rows in ((usable, ROWS), (keys, ROWS), (required, ROWS), (usable, 1), (required, 1)):
        attempt = ([column.name for column in choice], rows)
        if attempt in tried or not columns:
            continue
        tried.append(attempt)
        watch.begin()
        text = _insert(connection, table, choice, rows) + (" ON CONFLICT DO NOTHING" if beside else "")
        error = apply_text(connection, text, watch).error
        if error is None:
            return None
        why = error.message
        if connection.closed or connection.broken:
            break
    return why


def _insert(connection: Connection, table: QualifiedName, columns: Sequence[_Column], rows: int) -> str:
    if not columns:
        return sql.SQL("INSERT INTO {} DEFAULT VALUES").format(sql.Identifier(table.schema, table.name)).as_string()
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    lines = sql.SQL(", ").join(
        sql.SQL("({})").format(sql.SQL(", ").join(sql.Literal(column.values[row]) for column in columns))
        for row in range(rows)
    )
    return (
        sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES {}")
        .format(sql.Identifier(table.schema, table.name), names, lines)
        .as_string(connection)
    )
