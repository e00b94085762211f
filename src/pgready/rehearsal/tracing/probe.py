"""What the running transaction holds and has done, seen from within, and which tables were there before it.

Source: PostgreSQL manual, "pg_locks", and `pg_stat_get_xact_numscans` in "Statistics Functions". The counters are those
of the session that have not been passed on yet, so they are passed on (`pg_stat_force_next_flush`) before a transaction
begins; that exists since PostgreSQL 15, and without it no scans are told.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pgready.model.locks import LockMode
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import TableLock
from pgready.rehearsal.connection import Connection

__all__ = ["TELLS_SCANS", "Look", "Seen", "Tables", "flush", "judge", "locks_of", "probe", "read_tables"]

TELLS_SCANS = 150000
"""The first version of PostgreSQL of which scans can be told, as a number."""

Look = Iterable[tuple[int, str, int | None, int]]
"""OID of a relation, name of a lock that is held on it, its file, and its scans so far."""

_MODES = {f"{mode.name.replace('_', '').lower()}lock": mode for mode in LockMode}
_TABLES = b"""
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind = 'm', pg_relation_filenode(c.oid)::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.oid >= 16384 AND n.nspname !~ '^pg_temp'
  AND NOT (n.nspname = 'public' AND c.relname = '_prisma_migrations')
"""
# Run as the owner, whose search_path may hold anything: every name and operator is the catalog's own.
_PROBE = """
SELECT l.relation::pg_catalog.int8, l.mode, pg_catalog.pg_relation_filenode(l.relation)::pg_catalog.int8,
  pg_catalog.pg_stat_get_xact_numscans(l.relation)
FROM pg_catalog.pg_locks l
WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AND l.locktype OPERATOR(pg_catalog.=) 'relation'
  AND l.relation::pg_catalog.int8 OPERATOR(pg_catalog.>=) 16384
  AND l.relation::pg_catalog.int8 OPERATOR(pg_catalog.<=) {}
"""


# Apart, as a join takes more time to plan than all the rest.
_NAMES = """
SELECT c.oid::pg_catalog.int8, n.nspname, c.relname
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid::pg_catalog.int8 OPERATOR(pg_catalog.=) ANY ('{{{}}}'::pg_catalog.int8[])
"""
_NEW_NAMES = re.compile(r"rename|schema", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Tables:
    """Tables by OID, as they are before the next statement: name, file, and scans so far."""

    names: dict[int, ObjectRef]
    files: dict[int, int | None]
    scans: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is held, and what the statement has done; how long it took, where the server was asked for that."""

    locks: tuple[TableLock, ...] = ()
    rewrites: tuple[ObjectRef, ...] = ()
    scans: tuple[ObjectRef, ...] = ()
    duration_ms: float = 0.0


def read_tables(admin: Connection) -> Tables:
    """What is committed, apart from Prisma's own table."""
    names, files = {}, {}
    for oid, schema, name, materialized, file in admin.execute(_TABLES).fetchall():
        kind = ObjectKind.MATERIALIZED_VIEW if materialized else ObjectKind.TABLE
        names[oid], files[oid] = ObjectRef(kind=kind, schema=schema, name=name), file
    return Tables(names=names, files=files)


def flush(owner: Connection) -> None:
    """Pass the counters on; to be called outside a transaction."""
    if owner.info.server_version >= TELLS_SCANS:
        owner.execute(b"SELECT pg_catalog.pg_stat_force_next_flush()")


def probe(owner: Connection, tables: Tables, text: str) -> Seen:
    """Look behind the statement `text`, and remember names, files and scans for the next one.

    psycopg.Error if a setting of the migration forbids to look.
    """
    if not tables.names:
        return Seen()
    # What was made since then has a higher number: the server counts them up.
    rows = owner.execute(_PROBE.format(max(tables.names)).encode()).fetchall()
    found = judge(rows, tables, scans=owner.info.server_version >= TELLS_SCANS)
    if rows and _NEW_NAMES.search(text):
        _rename(owner, tables)
    return found


def judge(rows: Look, tables: Tables, *, scans: bool) -> Seen:
    """What these rows say of the tables; files and scans are remembered. `scans`: whether those can be told."""
    held: list[tuple[int, str]] = []
    rewritten, scanned = set(), set()
    for oid, mode, file, count in rows:
        held.append((oid, mode))
        if oid not in tables.names:
            continue
        if file is not None and file != tables.files[oid]:
            rewritten.add(oid)
        if scans and count > tables.scans.get(oid, 0):
            scanned.add(oid)
        tables.files[oid], tables.scans[oid] = file, count
    return Seen(
        locks=locks_of(held, tables.names),
        rewrites=_named(rewritten, tables.names),
        scans=_named(scanned, tables.names),
    )


def _rename(owner: Connection, tables: Tables) -> None:
    for oid, schema, name in owner.execute(_NAMES.format(",".join(map(str, tables.names))).encode()).fetchall():
        tables.names[oid] = replace(tables.names[oid], schema=schema, name=name)


def locks_of(held: Iterable[tuple[int, str]], names: Mapping[int, ObjectRef]) -> tuple[TableLock, ...]:
    """The strongest lock on each table that has a name, ordered by table."""
    strongest: dict[int, LockMode] = {}
    for oid, word in held:
        mode = _MODES.get(word.lower())
        if mode is not None and oid in names:
            strongest[oid] = max(mode, strongest.get(oid, mode))
    return tuple(
        TableLock(table=names[oid], mode=strongest[oid]) for oid in sorted(strongest, key=lambda oid: names[oid])
    )


def _named(oids: Iterable[int], names: Mapping[int, ObjectRef]) -> tuple[ObjectRef, ...]:
    return tuple(sorted(names[oid] for oid in oids))
