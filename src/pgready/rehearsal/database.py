"""The database of one rehearsal, owned by a role that can do nothing beyond it.

PostgreSQL manual, "CREATE ROLE", "Trusted extensions": the owner creates schemas, tables and trusted extensions; COPY
with a program or a file, lo_import, LANGUAGE C, ALTER SYSTEM, roles and untrusted extensions are denied to it.
"""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

from pgready.errors import RehearsalError
from pgready.rehearsal.cluster import Cluster
from pgready.rehearsal.connection import Connection, connect

__all__ = ["OWNER", "Database", "new_database"]

OWNER = "postgres"
"""The usual name of a project's role: `ALTER TABLE ... OWNER TO postgres` of a dump then means the owner itself."""

_RENEWED = sql.SQL("ALTER ROLE {} PASSWORD {}")
_RESET = sql.SQL("ALTER ROLE {} RESET ALL")
_FILE_COPY = 150000
_PUBLIC_OWNED_BY_DATABASE_OWNER = 150000


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An empty database and its two doors: `admin` is open, `connect_owner` opens one more as the owner."""

    cluster: Cluster
    name: str
    admin: Connection
    password: str

    def connect_owner(self) -> Connection:
        """A connection as the untrusted owner.

        `search_path` is `public` alone and a start-up parameter, as in Prisma's library quaint
        (`connector/postgres/native`): RESET and DISCARD ALL come back to it.
        """
        return connect(
            socket=self.cluster.directory.socket,
            user=OWNER,
            password=self.password,
            database=self.name,
            options="-c search_path=public",
        )

    def let_owner_in(self) -> None:
        """Undo what a migration has set for the role of the owner, which belongs to the whole server.

        It may change its own password and settings (PostgreSQL manual, ALTER ROLE), and would lock us out with them.
        """
        self.admin.execute(_RENEWED.format(sql.Identifier(OWNER), sql.Literal(self.password)))
        self.admin.execute(_RESET.format(sql.Identifier(OWNER)))


@contextlib.contextmanager
def new_database(cluster: Cluster, name: str = "rehearsal", *, beside: Database | None = None) -> Iterator[Database]:
    """Create a database and its owner; RehearsalError if the server refuses.

    `beside` is another database of the same cluster, the owner of which is there already; then this one is dropped at
    the end.
    """
    password = beside.password if beside else secrets.token_urlsafe(24)
    try:
        with cluster.connect_admin() as admin:
            if beside is None:
                admin.execute(_new_owner(password))
            else:
                beside.let_owner_in()
            admin.execute(_new_database(cluster.binaries.version_num, name))
        admin = cluster.connect_admin(name)
    except psycopg.Error as error:
        raise RehearsalError(f"cannot create the database of the rehearsal: {error}") from error
    admin.prepare_threshold = 1000  # lets the query of names be prepared, which asks for it, and nothing else
    try:
        with contextlib.closing(admin):
            if cluster.binaries.version_num < _PUBLIC_OWNED_BY_DATABASE_OWNER:
                admin.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER)))
            yield Database(cluster=cluster, name=name, admin=admin, password=password)
    finally:
        if beside is not None:
            # A server that is gone has no database left.
            with contextlib.suppress(psycopg.Error), cluster.connect_admin() as last:
                # A template cannot be dropped, and its owner may make it one.
                last.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(name)))
                last.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _new_owner(password: str) -> sql.Composed:
    return sql.SQL(
        "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS PASSWORD {}"
    ).format(sql.Identifier(OWNER), sql.Literal(password))


def _new_database(version_num: int, name: str) -> sql.Composed:
    strategy = sql.SQL(" STRATEGY FILE_COPY") if version_num >= _FILE_COPY else sql.SQL("")
    names = (sql.Identifier(name), sql.Identifier(OWNER))
    return sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(*names) + strategy
