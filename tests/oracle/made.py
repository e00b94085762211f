"""What SQL makes of an empty database: one throw-away server for many schemas, which is emptied in between."""

import contextlib
from collections.abc import Iterator

import psycopg
from psycopg import sql

from oracle.catalog import Comparison, compare
from pgready.checks.spelling import as_spelt
from pgready.model.schema import Schema
from pgready.model.spelling import questions
from pgready.model.trace import Rehearsal
from pgready.rehearsal.canonical import answer
from pgready.rehearsal.cluster import throwaway_cluster
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database, new_database
from pgready.rehearsal.overlay import prepare_extensions
from pgready.rehearsal.script import run_script
from pgready.rehearsal.snapshot import read_schema

__all__ = ["Maker", "Refused", "maker"]

_SCHEMAS = b"SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
_EMPTIED_OFTEN = 200
"""Dropped objects leave dead rows in the catalogs, and nobody else cleans up here."""


class Refused(Exception):  # noqa: N818 - it is not an error of a test
    """The server does not take the SQL; its words."""


class Maker:
    """A database that is made again and again."""

    def __init__(self, database: Database, owner: Connection) -> None:
        self._database = database
        self._owner = owner
        self._made = 0

    def compared(self, declared: Schema, text: str) -> Comparison:
        """Run the SQL and compare what it made with what is declared. Raises Refused."""
        try:
            self._run(text)
            return self._compare(declared)
        finally:
            self._empty()

    def run(self, text: str) -> None:
        """Run the SQL and undo it. Raises Refused."""
        try:
            self._run(text)
        finally:
            self._empty()

    def _run(self, text: str) -> None:
        result = run_script(self._owner, text)
        if result.error is not None:
            raise Refused(result.error.message)

    def _compare(self, declared: Schema) -> Comparison:
        admin = self._database.admin
        columns, indexes = answer(self._owner, questions(declared))
        made = Rehearsal(
            server=self._database.cluster.server,
            runs=(),
            schema=read_schema(admin),
            spelt_columns=columns,
            spelt_indexes=indexes,
        )
        spelt = as_spelt(declared, made)
        result = compare(spelt.declared, made.schema)
        result.same("definitions that the server refuses", {}, spelt.refused_columns | spelt.refused_indexes)
        result.same("questions without an answer", set(), spelt.unanswered_columns | spelt.unanswered_indexes)
        return result

    def _empty(self) -> None:
        with contextlib.suppress(psycopg.Error):
            self._owner.execute("ROLLBACK")
        for (name,) in self._database.admin.execute(_SCHEMAS).fetchall():
            self._owner.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
        self._owner.execute("CREATE SCHEMA public")
        self._made += 1
        if self._made % _EMPTIED_OFTEN == 0:
            self._database.admin.execute("SET statement_timeout = 0")
            self._database.admin.execute("VACUUM FULL")


@contextlib.contextmanager
def maker() -> Iterator[Maker]:
    """Start the server; afterwards nothing is left of it."""
    with (
        throwaway_cluster() as cluster,
        new_database(cluster) as database,
        contextlib.closing(database.connect_owner()) as owner,
    ):
        prepare_extensions(database, ())
        yield Maker(database, owner)
