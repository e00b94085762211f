"""How the server spells what a schema declares: types, defaults, operator classes, predicates.

The server is asked by giving it the definition, on a temporary table that is rolled back: whatever it then holds in
its catalog is printed as the real objects are. Source: PostgreSQL manual, "CREATE TABLE" (a DEFAULT is read and not
run), `pg_get_expr` in "System Information Functions".
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import psycopg
from psycopg import sql

from pgready.model.names import quote_identifier
from pgready.model.spelling import ColumnQuestion, IndexQuestion, Question, SpeltColumn, SpeltIndex
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.spelling import spell, spell_default
from pgready.rehearsal.texts import query

__all__ = ["answer"]

_Read = TypeVar("_Read")

Answers = tuple[tuple[SpeltColumn, ...], tuple[SpeltIndex, ...]]

_EXTENSION_SCHEMAS = b"""
SELECT DISTINCT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'public') ORDER BY 1
"""
_TABLE = 'pg_temp."pgready asks"'
_AT_ONCE = 500
"""Columns of one temporary table; PostgreSQL allows 1,600."""

_REFUSED = ("22", "42", "0A", "P0")
"""Classes of SQLSTATE that say that the definition is wrong; of any other nothing is known."""
_NO_PRIVILEGE = "42501"


def answer(owner: Connection, asked: Iterable[Question], *, seconds: float = 600.0) -> Answers:
    """The answers in the order of the questions; one that could not be put, or not within `seconds`, is left out.

    Everything is done as the untrusted owner, one statement at a time (so that no text can end it and begin another),
    and undone. The connection must have been opened before the migrations, which may lock their own role out. Names
    are looked up as Prisma's connection would (`public`), then in the schemas of installed extensions.

    Raises:
        psycopg.OperationalError: when the connection is gone.

    """
    wanted = tuple(asked)
    columns = [each for each in wanted if isinstance(each, ColumnQuestion)]
    indexes = [each for each in wanted if isinstance(each, IndexQuestion)]
    if not wanted:
        return (), ()
    with owner.transaction(force_rollback=True):
        schemas = ["public", *(row[0] for row in owner.execute(_EXTENSION_SCHEMAS))]
        path = sql.SQL(", ").join(map(sql.Identifier, schemas))
        owner.execute(sql.SQL("SET LOCAL search_path = {}").format(path))
        owner.execute("SET LOCAL statement_timeout = '10s'")
        ends = time.monotonic() + seconds
        answers = dict(_columns(owner, columns, ends))
        return (
            tuple(answers[each] for each in columns if each in answers),
            tuple(each for question in indexes if time.monotonic() < ends for each in _index(owner, question)),
        )


def _columns(
    owner: Connection, asked: Sequence[ColumnQuestion], ends: float
) -> Iterator[tuple[ColumnQuestion, SpeltColumn]]:
    """Many at once; those that may speak of another column each on a copy of its table."""
    alone = [each for each in asked if each.table is not None]
    together = [each for each in asked if each.table is None]
    batches = [together[start : start + _AT_ONCE] for start in range(0, len(together), _AT_ONCE)]
    for batch in (*batches, *([each] for each in alone)):
        for spelt in _batch(owner, batch, ends):
            yield spelt.question, spelt


def _batch(owner: Connection, asked: Sequence[ColumnQuestion], ends: float) -> Iterator[SpeltColumn]:
    """One refused definition refuses the whole table, so that halves are tried until it stands alone."""
    if time.monotonic() >= ends:
        return
    try:
        yield from _asked_together(owner, asked)
    except psycopg.Error as error:
        refused = _words(owner, error)
        if len(asked) > 1:
            half = len(asked) // 2
            yield from _batch(owner, asked[:half], ends)
            yield from _batch(owner, asked[half:], ends)
        elif refused is not None:
            yield SpeltColumn(question=asked[0], refused=refused)


def _asked_together(owner: Connection, asked: Sequence[ColumnQuestion]) -> list[SpeltColumn]:
    table = asked[0].table
    items = [] if table is None else [f"LIKE {table.sql}"]
    items += [_definition(f"pgready {place}", question) for place, question in enumerate(asked)]

    def read() -> list[SpeltColumn]:
        rows = {row[0]: row for row in owner.execute(query("spelt_columns"))}
        return [_spelt(question, rows[f"pgready {place}"]) for place, question in enumerate(asked)]

    # Each on a line of its own: a text may end in a comment.
    definitions = "\n, ".join(items)
    return _undone(owner, [f"CREATE TABLE {_TABLE} (\n{definitions}\n)"], read)


def _definition(name: str, question: ColumnQuestion) -> str:
    default = f" DEFAULT {question.default}" if question.default is not None else ""
    return f"{quote_identifier(name)} {question.type}{default}"


def _spelt(question: ColumnQuestion, row: tuple[str, ...]) -> SpeltColumn:
    _, expression, identity, generated, *typed = row
    default = spell_default(expression, identity, generated)
    return SpeltColumn(question=question, type=spell(*typed), default=default)


def _index(owner: Connection, question: IndexQuestion) -> Iterator[SpeltIndex]:
    keys = ", ".join(
        f"{quote_identifier(column)} {operators}"
        for column, operators in zip(question.columns, question.operator_classes, strict=True)
    )
    where = f" WHERE {question.where}\n" if question.where is not None else ""

    def read() -> SpeltIndex:
        rows = owner.execute(query("spelt_index")).fetchall()
        return SpeltIndex(question=question, operator_classes=tuple(rows[0][0]), where=rows[0][1])

    table = f"CREATE TABLE {_TABLE} (LIKE {question.table.sql})"
    index = f"CREATE INDEX ON {_TABLE} USING {quote_identifier(question.method)} ({keys}){where}"
    try:
        yield _undone(owner, [table, index], read)
    except psycopg.Error as error:
        refused = _words(owner, error)
        if refused is not None:
            yield SpeltIndex(question=question, refused=refused)


def _undone(owner: Connection, commands: Iterable[str], read: Callable[[], _Read]) -> _Read:
    """Run the commands, read with the catalog's names only, and undo both."""
    with owner.transaction(force_rollback=True):
        for command in commands:
            # In the extended protocol (which "binary" asks for) a text holds one statement and no more.
            owner.execute(command.encode(), binary=True)
        owner.execute("SET LOCAL search_path = pg_catalog")
        return read()


def _words(owner: Connection, error: psycopg.Error) -> str | None:
    """The server's words where it refuses the definition, None where nothing is known; raises if it is gone."""
    if owner.closed:
        raise error
    state = error.sqlstate or ""
    if state == _NO_PRIVILEGE or not state.startswith(_REFUSED):
        return None
    return error.diag.message_primary or type(error).__name__
