"""Prisma's own statements around each migration, on the same connection.

They are not decoration: after a migration that leaves `search_path` empty or a transaction open they fail or vanish,
and so does the deployment. Source: prisma-engines, `apply_migrations.rs` (order of the calls),
`sql_migration_persistence.rs` (statements), `flavour/postgres.rs` (table, advisory lock 72707369).
"""

from uuid import uuid4

from pgready.model.migration import Migration
from pgready.rehearsal.connection import Connection

__all__ = ["begin_deploy", "continue_deploy", "record_failed", "record_finished", "record_started"]

_LOCK = b"SELECT pg_advisory_lock(72707369)"
_BEGIN = (
    _LOCK,
    b"""CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
);""",
)


def begin_deploy(connection: Connection) -> None:
    """What happens before the first migration; psycopg.Error if refused."""
    for command in _BEGIN:
        connection.execute(command)


def continue_deploy(connection: Connection) -> None:
    """What happens before the next migration over a new connection; psycopg.Error if refused."""
    connection.execute(_LOCK)


def record_started(connection: Connection, migration: Migration) -> str:
    """Insert the row of a migration that is about to run and return its id."""
    row = str(uuid4())
    connection.execute(
        b'INSERT INTO "_prisma_migrations" ("id", "checksum", "started_at", "migration_name") '
        b"VALUES (%s, %s, clock_timestamp(), %s)",
        (row, migration.checksum or "", migration.name),
    )
    return row


def record_finished(connection: Connection, row: str) -> None:
    """Count the step and close the row, two statements as Prisma sends them."""
    connection.execute(
        b'UPDATE "_prisma_migrations" SET "applied_steps_count" = "applied_steps_count" + 1 WHERE "id" = %s', (row,)
    )
    connection.execute(b'UPDATE "_prisma_migrations" SET "finished_at" = clock_timestamp() WHERE "id" = %s', (row,))


def record_failed(connection: Connection, row: str, logs: str) -> None:
    """Write the error into the row."""
    connection.execute(b'UPDATE "_prisma_migrations" SET "logs" = %s WHERE "id" = %s', (logs, row))
