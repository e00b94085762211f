"""What IF NOT EXISTS and its like hide: one more deployment, in which such an object is taken away for a moment.

Before a migration that may meet what is there already, its statements run one by one inside a transaction that is
rolled back. Where a guard finds something, that is dropped, the statement runs, what it makes is read from the
catalogs, and all of it is undone up to the statement (SAVEPOINT). What is there afterwards is read after the migration
itself, and from the rehearsal at its end: a difference that somebody mends is none.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import psycopg
from psycopg.pq import TransactionStatus

from pgready.model.hidden_shapes import GuardedCreation, HiddenShape, ShapeDifference, ToCompare
from pgready.model.migration import Migration
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun, RunError, RunOutcome
from pgready.rehearsal.apply import apply_text, execute
from pgready.rehearsal.bookkeeping import begin_deploy
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database
from pgready.rehearsal.deploy import Pieces
from pgready.rehearsal.limits import Limits, Watch
from pgready.rehearsal.texts import query

__all__ = ["with_hidden_shapes"]

Shape = Mapping[tuple[str, str], tuple[str, bool]]
"""(kind, name) of each part -> its definition, and whether a row needs a value for it."""

_WHOLE = frozenset({ObjectKind.FUNCTION, ObjectKind.TRIGGER, ObjectKind.POLICY})
_WORDS = {kind: kind.value for kind in (ObjectKind.COLUMN, ObjectKind.CONSTRAINT, ObjectKind.TYPE, *_WHOLE)}
_MEMBERS = frozenset({ObjectKind.COLUMN, ObjectKind.CONSTRAINT})
# CONCURRENTLY cannot run inside a transaction, and makes the same index without it (manual, CREATE INDEX).
_CONCURRENTLY = re.compile(r"((?:\s|--[^\n]*\n)*CREATE\s+(?:UNIQUE\s+)?INDEX)\s+CONCURRENTLY\b", re.IGNORECASE)
_MOST = 500


class _CannotTell(Exception):  # noqa: N818  # no error: a creation that is then told as not compared
    """Why what a statement asks for cannot be seen."""


def with_hidden_shapes(
    database: Database,
    migrations: Sequence[Migration],
    runs: Sequence[MigrationRun],
    *,
    wanted: Mapping[str, ToCompare],
    end: Database,
    pieces: Pieces,
    limits: Limits,
) -> tuple[MigrationRun, ...]:
    """The runs with what the creations of the wanted migrations hide.

    `database` is prepared, and empty of all migrations; `end` is that of the rehearsal, as it came out. At most 500
    creations of a migration are looked at.
    """
    told: dict[str, MigrationRun] = {}
    with contextlib.closing(database.connect_owner()) as owner:
        begin_deploy(owner)
        watch = Watch.over(owner, database, limits)
        both = list(zip(migrations, runs, strict=True))
        last = max((number for number, (each, _) in enumerate(both) if each.name in wanted), default=-1)
        for migration, run in both[: last + 1]:
            asked = _Asked(owner, watch, wanted.get(migration.name))
            texts = pieces.get(migration.name, (migration.sql or "",))
            if run.outcome is not RunOutcome.APPLIED or execute(owner, migration, texts, watch).error is not None:
                break
            if migration.name in wanted:
                told[migration.name] = replace(
                    run,
                    hidden=tuple(asked.hidden(database.admin, end.admin)),
                    hidden_compared=asked.compared,
                    hidden_skipped=asked.skipped,
                )
    return tuple(told.get(run.migration, _unseen(run) if run.migration in wanted else run) for run in runs)


def _unseen(run: MigrationRun) -> MigrationRun:
    return replace(run, hidden_skipped="a migration before it cannot be run a second time beside the rehearsal")


class _Asked:
    """What the creations of one migration ask for, as far as something else was there; read before it runs."""

    def __init__(self, owner: Connection, watch: Watch, wanted: ToCompare | None) -> None:
        self._found: list[tuple[GuardedCreation, tuple[str, ...], Shape, Shape]] = []
        self._reasons: list[str] = []
        if wanted is None:
            return
        if owner.info.transaction_status != TransactionStatus.IDLE:
            self._reasons.append("an earlier migration leaves a transaction open")
            return
        watch.begin()
        owner.execute(b"BEGIN")
        try:
            self._statements(owner, watch, wanted)
        except (_CannotTell, psycopg.Error) as error:
            self._reasons.append(str(error).partition("\n")[0])
        finally:
            with contextlib.suppress(psycopg.Error):
                owner.execute(b"ROLLBACK")

    @property
    def compared(self) -> int:
        """How many creations found something, and could be compared with it."""
        return len(self._found)

    @property
    def skipped(self) -> str | None:
        """What could not be compared, and why."""
        return "; ".join(dict.fromkeys(self._reasons)) or None

    def _statements(self, owner: Connection, watch: Watch, wanted: ToCompare) -> None:
        creations = wanted.creations[:_MOST]
        if len(wanted.creations) > _MOST:
            self._reasons.append(f"it holds more than {_MOST} guarded creations")
        last = max(each.statement for each in creations)
        for statement in wanted.statements[:last]:
            if statement.kind == "TransactionStmt":
                continue
            text = _CONCURRENTLY.sub(r"\1", statement.sql)
            for creation in creations:
                if creation.statement == statement.position:
                    self._creation(owner, watch, creation, text)
            error = apply_text(owner, text, watch).error
            if error is not None:
                raise _CannotTell(f"inside one transaction line {statement.line} fails: {_in_words(error)}")

    def _creation(self, owner: Connection, watch: Watch, creation: GuardedCreation, text: str) -> None:
        try:
            with _undone(owner):
                found = _found(owner, creation.guard)
                before = _shape(owner, creation.object) if found else {}
                if found:
                    asked = _asked_for(owner, watch, creation, found, text)
                    if creation.guard == creation.object and not asked:
                        # A guard that was not understood asks for something else.
                        return
                    self._found.append((creation, tuple(what for what, _ in found), before, asked))
        except (_CannotTell, psycopg.Error) as error:
            if owner.closed or owner.broken:
                raise
            self._reasons.append(f"line {creation.line}: {str(error).partition(chr(10))[0]}")

    def hidden(self, admin: Connection, at_end: Connection) -> Iterator[HiddenShape]:
        """What differs after the migration and still does at the end; both connections have a path of pg_catalog."""
        for creation, found, before, asked in self._found:
            there, last = _shape(admin, creation.object), _shape(at_end, creation.object)
            if before and not last:
                continue
            extra = {key: value for key, value in before.items() if key[0] == "column"}
            at_last = {(each.kind, each.name): each for each in _differences(asked, extra, last)}
            differences = tuple(
                each for each in _differences(asked, extra, there) if _lasts(each, at_last.get((each.kind, each.name)))
            )
            if differences:
                yield HiddenShape(creation=creation, found=found, differences=differences)


def _lasts(difference: ShapeDifference, at_last: ShapeDifference | None) -> bool:
    """Whether it is still there at the end; what was dropped meanwhile is in nobody's way."""
    return at_last is not None and (at_last.there is not None or difference.there is None)


@contextlib.contextmanager
def _undone(owner: Connection) -> Iterator[None]:
    """Whatever happens inside is undone, the settings too (manual, SAVEPOINT, SET)."""
    owner.execute(b"SAVEPOINT pgready")
    try:
        yield
    finally:
        if not (owner.closed or owner.broken):
            owner.execute(b"ROLLBACK TO SAVEPOINT pgready; RELEASE SAVEPOINT pgready")


def _found(owner: Connection, guard: ObjectRef) -> list[tuple[str, str]]:
    """What the guard finds, in words, and the commands that take it away."""
    values = {
        "kind": _WORDS.get(guard.kind, "relation"),
        "schema": guard.schema,
        "table": guard.table,
        "name": guard.name,
    }
    with _undone(owner):
        owner.execute(b"SET LOCAL search_path = pg_catalog")
        rows = owner.execute(query("found"), values).fetchall()
    return [(f"{kind} {name}", command) for kind, name, command in rows]


def _asked_for(
    owner: Connection, watch: Watch, creation: GuardedCreation, found: Sequence[tuple[str, str]], text: str
) -> Shape:
    """What the statement makes when nothing is in its way."""
    for what, command in found:
        error = apply_text(owner, command, watch).error
        if error is not None:
            raise _CannotTell(f"{what} cannot be taken away: {_in_words(error)}")
    without = _shape(owner, creation.object)
    error = apply_text(owner, text, watch).error
    if error is not None:
        raise _CannotTell(f"without {found[0][0]} it fails: {_in_words(error)}")
    return {key: value for key, value in _shape(owner, creation.object).items() if key not in without}


def _shape(connection: Connection, made: ObjectRef) -> Shape:
    """The shape of an object, of a column or constraint that of its table; empty when it is not there."""
    name = made.table if made.kind in _MEMBERS else made.name
    whole = made.kind if made.kind in _WHOLE else None
    values = {
        "schema": made.schema,
        "name": None if whole else name,
        "type": made.kind is ObjectKind.TYPE,
        "whole": whole and whole.value,
        "table": made.table,
        "own": made.name,
    }
    inside = connection.info.transaction_status != TransactionStatus.IDLE
    with _undone(connection) if inside else contextlib.nullcontext():
        if inside:
            connection.execute(b"SET LOCAL search_path = pg_catalog")
        rows = connection.execute(query("shape"), values).fetchall()
    return {(kind, part): (definition, needed) for kind, part, definition, needed in rows}


def _differences(asked: Shape, extra: Shape, there: Shape) -> Iterator[ShapeDifference]:
    """What is asked for and is not there so, and columns that are there and need a value that nobody knows of.

    Constraints and indexes may have another name.
    """
    others = {(kind, definition) for (kind, _), (definition, _) in there.items() if kind in ("constraint", "index")}
    for (kind, name), (definition, _) in asked.items():
        found = there.get((kind, name), (None, False))[0]
        if found != definition and (kind, definition) not in others:
            yield ShapeDifference(kind=kind, name=name, there=found, asked=definition)
    if ("relation", _name_of(asked)) in asked:
        for (kind, name), (definition, needed) in extra.items():
            now, still_needed = there.get((kind, name), (definition, False))
            if needed and still_needed and (kind, name) not in asked:
                yield ShapeDifference(kind=kind, name=name, there=now, asked=None)


def _name_of(asked: Shape) -> str:
    return next((name for kind, name in asked if kind == "relation"), "")


def _in_words(error: RunError) -> str:
    return f"{error.message} ({error.sqlstate})"
