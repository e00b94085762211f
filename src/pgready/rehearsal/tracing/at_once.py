"""The trace of a migration in one message: its statements with a look behind each of them.

Several statements in one message are one implicit transaction (PostgreSQL manual, "Message Flow"), which is how a text
that is sent whole runs in the rehearsal, too. Prisma's records and the passing on of the counters stand in the same
message, so a migration costs one round trip instead of three for each statement. Whatever does not fit, and whatever
fails, leaves nothing behind and is traced in the usual way.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from uuid import uuid4

from psycopg import pq, sql
from psycopg.pq import TransactionStatus

from pgready.model.migration import Migration
from pgready.model.names import ObjectKind, ObjectRef
from pgready.rehearsal.apply import raise_if_dead
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.limits import Watch
from pgready.rehearsal.script import run_script
from pgready.rehearsal.tracing.probe import TELLS_SCANS, Seen, Tables, flush, judge, read_tables
from pgready.sources.sql.lexis import skip_trivia

__all__ = ["AtOnce"]

# Transactions of its own, or prepared statements like ours.
_NOT_AT_ONCE = re.compile(
    rb"(?:begin|start|commit|end|rollback|abort|savepoint|release|prepare|execute|deallocate|discard|set\s+transaction)\b",
    re.IGNORECASE,
)
_NEW_NAMES = re.compile(r"rename|\bschema\b", re.IGNORECASE)
# Every name and operator is the catalog's own: search_path may hold anything. The clocks stand around the look.
_LOOK = """PREPARE {look} (pg_catalog.int8) AS
SELECT EXTRACT(epoch FROM pg_catalog.clock_timestamp())::pg_catalog.text AS {look}
UNION ALL
SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', l.relation::pg_catalog.int8, l.mode,
  pg_catalog.pg_stat_get_xact_numscans(l.relation), pg_catalog.pg_relation_filenode(l.relation)::pg_catalog.int8), ',')
FROM pg_catalog.pg_locks l
WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AND l.locktype OPERATOR(pg_catalog.=) 'relation'
  AND l.relation::pg_catalog.int8 OPERATOR(pg_catalog.>=) 16384
  AND l.relation::pg_catalog.int8 OPERATOR(pg_catalog.<=) $1
UNION ALL
SELECT EXTRACT(epoch FROM pg_catalog.clock_timestamp())::pg_catalog.text"""
# Whoever makes, drops, renames or rewrites a table holds a lock on it to the end of the transaction.
_TABLES = """PREPARE {tables} AS
SELECT l.relation::pg_catalog.int8 AS {tables}, n.nspname, c.relname, c.relkind OPERATOR(pg_catalog.=) 'm',
  pg_catalog.pg_relation_filenode(c.oid)::pg_catalog.int8
FROM pg_catalog.pg_locks l
LEFT JOIN (pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace)
  ON c.oid OPERATOR(pg_catalog.=) l.relation AND c.relkind OPERATOR(pg_catalog.=) ANY ('{{r,p,m,f}}')
  AND n.nspname OPERATOR(pg_catalog.!~) '^pg_temp'
  AND (n.nspname OPERATOR(pg_catalog.<>) 'public' OR c.relname OPERATOR(pg_catalog.<>) '_prisma_migrations')
WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AND l.locktype OPERATOR(pg_catalog.=) 'relation'
  AND l.relation::pg_catalog.int8 OPERATOR(pg_catalog.>=) 16384"""
_STARTED = (
    'INSERT INTO "_prisma_migrations" ("id", "checksum", "started_at", "migration_name") '
    "VALUES ({row}, {checksum}, clock_timestamp(), {name})"
)
_FINISHED = (
    'UPDATE "_prisma_migrations" SET "applied_steps_count" = "applied_steps_count" + 1 WHERE "id" = {row};\n'
    'UPDATE "_prisma_migrations" SET "finished_at" = clock_timestamp() WHERE "id" = {row}'
)
_FLUSH = "SELECT pg_catalog.pg_stat_force_next_flush()"
_Row = tuple[str | None, ...]


@dataclass(slots=True)
class _Reading:
    """What comes back of our own statements: of each look its rows, and the tables."""

    look: bytes
    tables: bytes
    looks: list[list[_Row]] = field(default_factory=list)
    found: list[_Row] = field(default_factory=list)
    _rows: list[_Row] = field(default_factory=list)

    def __call__(self, result: pq.abc.PGresult) -> None:
        name = result.fname(0) if result.nfields else None
        if name not in {self.look, self.tables}:
            return
        if result.status == pq.ExecStatus.SINGLE_TUPLE:
            values = (result.get_value(0, place) for place in range(result.nfields))
            self._rows.append(tuple(None if value is None else value.decode() for value in values))
        elif name == self.look:
            self.looks.append(self._rows)
            self._rows = []
        else:
            self.found, self._rows = self._rows, []


@dataclass(slots=True)
class AtOnce:
    """Over the connection of a deployment; `tables` are known from one migration to the next while all goes well."""

    owner: Connection
    watch: Watch
    _names: tuple[str, str] | None = field(default=None, init=False)
    _tables: Tables | None = field(default=None, init=False)

    def forget(self) -> None:
        """Something else has run over the connection."""
        self._names = self._tables = None

    def trace(self, migration: Migration, texts: Sequence[str]) -> tuple[Seen, ...] | None:
        """Apply the migration, with its records, and tell what was seen; None: it was not applied, and left nothing.

        The connection is closed where that is not true. RehearsalError if the server is gone, psycopg.Error if a
        setting of an earlier migration forbids to prepare our statements.
        """
        if _unfit(texts):
            return None
        if self._tables is None:
            self._tables = read_tables(self.watch.database.admin)
            flush(self.owner)
        tables, (look, names) = self._tables, self._prepared()
        tables.scans.clear()
        reading = _Reading(look.encode(), names.encode())
        text = self._text(migration, texts, tables)
        result = run_script(self.owner, text, self.watch.tick, reading)
        if not result.connected:
            raise_if_dead(self.watch.database)
        if result.error is not None:
            self._undo()
            return None
        if len(reading.looks) != len(texts) + 1 or self._is_open():
            self.owner.close()
            return None
        told = tuple(self._seen(tables, *pair) for pair in pairwise(reading.looks))
        _learn(tables, reading.found)
        return told

    def _is_open(self) -> bool:
        return self.owner.info.transaction_status != TransactionStatus.IDLE

    def _undo(self) -> None:
        if not self.owner.closed and self._is_open():
            self.owner.execute(b"ROLLBACK")

    def _prepared(self) -> tuple[str, str]:
        """Under names that no migration can know beforehand."""
        if self._names is None:
            word = secrets.token_hex(8)
            look, tables = f"pgready_look_{word}", f"pgready_tables_{word}"
            self.owner.execute(_LOOK.format(look=look).encode())
            self.owner.execute(_TABLES.format(tables=tables).encode())
            self._names = look, tables
        return self._names

    def _text(self, migration: Migration, texts: Sequence[str], tables: Tables) -> str:
        look, names = self._prepared()
        values = (str(uuid4()), migration.checksum or "", migration.name)
        row, checksum, name = (sql.Literal(value).as_string(self.owner) for value in values)
        started, finished = _STARTED.format(row=row, checksum=checksum, name=name), _FINISHED.format(row=row)
        looked = f"\n;\nEXECUTE {look} ({max(tables.names, default=0)});\n"
        flushed = f";\n{_FLUSH}" if self.owner.info.server_version >= TELLS_SCANS else ""
        return f"{started}{looked}{looked.join(texts)}{looked}EXECUTE {names};\n{finished}{flushed}"

    def _seen(self, tables: Tables, before: Sequence[_Row], after: Sequence[_Row]) -> Seen:
        (began,), (held,), _ = after
        rows = (_lock(told.split(" ")) for told in (held or "").split(",") if told)
        seen = judge(rows, tables, scans=self.owner.info.server_version >= TELLS_SCANS)
        return replace(seen, duration_ms=(float(began or 0) - float(before[-1][0] or 0)) * 1000)


def _lock(told: Sequence[str]) -> tuple[int, str, int | None, int]:
    oid, mode, scans, *file = told
    return int(oid), mode, int(file[0]) if file else None, int(scans)


def _unfit(texts: Sequence[str]) -> bool:
    raws = [text.encode() for text in texts]
    return bool(_NEW_NAMES.search("".join(texts))) or any(_NOT_AT_ONCE.match(raw, skip_trivia(raw, 0)) for raw in raws)


def _learn(tables: Tables, rows: Sequence[_Row]) -> None:
    """What was made, dropped, renamed or written anew."""
    for oid, schema, name, materialized, file in rows:
        number = int(oid or 0)
        if schema is None or name is None:
            tables.names.pop(number, None)
            tables.files.pop(number, None)
            continue
        kind = ObjectKind.MATERIALIZED_VIEW if materialized == "t" else ObjectKind.TABLE
        tables.names[number] = ObjectRef(kind=kind, schema=schema, name=name)
        tables.files[number] = int(file) if file else None
