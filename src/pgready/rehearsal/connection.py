"""Connections to the throw-away server, and to nothing else.

Neither PG* variables of the environment nor the user's password and service files have a say: a rehearsal never
touches a server that it did not start. Source: PostgreSQL manual, "Environment Variables" of libpq.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

from pgready.rehearsal.settings import PORT

__all__ = ["ADMIN_OPTIONS", "Connection", "connect"]

Connection = psycopg.Connection[TupleRow]

ADMIN_OPTIONS = (
    "-c search_path=pg_catalog -c statement_timeout=60s -c client_min_messages=error "
    "-c default_transaction_read_only=off"
)
"""For the superuser, whatever a migration sets for the database: only names of the catalog are found unqualified, and
what is to be repaired can be written."""

_environment = threading.Lock()


def connect(*, socket: Path, user: str, password: str, database: str, options: str = "") -> Connection:
    """An autocommitting connection, UTF-8, without prepared statements; psycopg.OperationalError if refused."""
    with _without_pg_variables():
        return psycopg.connect(
            host=str(socket),
            port=PORT,
            user=user,
            password=password,
            dbname=database,
            options=options,
            passfile=str(socket / "no-password-file"),
            sslmode="disable",
            gssencmode="disable",
            client_encoding="UTF8",
            application_name="pgready",
            connect_timeout=30,
            autocommit=True,
            prepare_threshold=None,
        )


@contextlib.contextmanager
def _without_pg_variables() -> Iterator[None]:
    """Hide the variables while libpq reads them: PGSERVICE, PGTZ and others have no parameter that overrides them."""
    with _environment:
        ours = tuple(name for name in os.environ if name.startswith("PG") and not name.startswith("PGREADY_"))
        hidden = {name: os.environ.pop(name) for name in ours}
        try:
            yield
        finally:
            os.environ.update(hidden)
