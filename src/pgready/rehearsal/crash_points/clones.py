"""Copies of databases: cheaper than to deploy anew, and nothing that is tried in one is seen in another.

Source: PostgreSQL manual, "CREATE DATABASE": nobody may be connected to the template, settings of the database are not
copied; FILE_COPY (since 15) and DROP DATABASE wait 100 ms where somebody is still about to leave.
"""

import contextlib
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import psycopg
from psycopg import sql

from pgready.errors import RehearsalError
from pgready.rehearsal.apply import raise_if_dead
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import OWNER, Database

__all__ = ["Clones", "connected", "new_clones"]

_FILE_COPY = 150000
_PAUSE_SECONDS = 0.0005
_LONGEST_SECONDS = 10.0
_SETTINGS = b"""
INSERT INTO pg_db_role_setting (setdatabase, setrole, setconfig)
SELECT n.oid, s.setrole, s.setconfig
FROM pg_db_role_setting s JOIN pg_database o ON o.oid = s.setdatabase JOIN pg_database n ON n.datname = %s
WHERE o.datname = %s
"""
_COUNT = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clones:
    """Makes copies within the cluster of `origin`; `server` is a connection that is in none of them."""

    origin: Database
    server: Connection
    made: list[str] = field(default_factory=list)

    def copy(self, template: str) -> str:
        """The name of a copy, to which nobody is connected; `template` must be without connections, or lose them now.

        RehearsalError if somebody stays, psycopg.Error if the server refuses.
        """
        name = f"copy{next(_COUNT)}"
        self._wait_until_left(template)
        num = self.origin.cluster.binaries.version_num
        strategy = sql.SQL(" STRATEGY FILE_COPY" if num >= _FILE_COPY else "")
        names = sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)
        self.server.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(*names) + strategy)
        self.made.append(name)
        self.server.execute(_SETTINGS, (name, template))
        return name

    def drop(self, name: str) -> None:
        """Drop a copy, whoever is still connected."""
        with contextlib.suppress(RehearsalError):
            self._wait_until_left(name, seconds=0.05)
        # A template cannot be dropped, and its owner may make it one.
        self.server.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(name)))
        self.server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        self.made.remove(name)

    def raise_if_dead(self) -> None:
        """RehearsalError if the server is not there any more."""
        raise_if_dead(replace(self.origin, admin=self.server))

    @contextlib.contextmanager
    def of(self, template: str) -> Iterator[Database]:
        """A copy with its doors, dropped at the end."""
        name = self.copy(template)
        try:
            with contextlib.closing(connected(self.origin, name)) as admin:
                yield replace(self.origin, name=name, admin=admin)
        finally:
            # A server that is gone has no database left.
            with contextlib.suppress(psycopg.Error):
                self.drop(name)

    def _wait_until_left(self, name: str, seconds: float = _LONGEST_SECONDS) -> None:
        ends = time.monotonic() + seconds
        while self.server.execute(b"SELECT FROM pg_stat_activity WHERE datname = %s", (name,)).fetchone() is not None:
            if time.monotonic() > ends:
                raise RehearsalError(f"somebody stays connected to the database {name}")
            time.sleep(_PAUSE_SECONDS)


def connected(database: Database, name: str) -> Connection:
    """A connection of the administrator to another database of the cluster, as `new_database` makes one."""
    admin = database.cluster.connect_admin(name)
    admin.prepare_threshold = 1000
    return admin


@contextlib.contextmanager
def new_clones(origin: Database) -> Iterator[Clones]:
    """Copies of databases of this cluster; whatever is left of them is dropped at the end."""
    with contextlib.closing(origin.cluster.connect_admin()) as server:
        clones = Clones(origin=origin, server=server)
        try:
            yield clones
        finally:
            with contextlib.suppress(psycopg.Error):
                for name in tuple(clones.made):
                    clones.drop(name)
