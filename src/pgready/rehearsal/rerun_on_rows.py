"""Run a migration a second time on tables with rows: on empty ones UPDATE, DELETE and INSERT ... SELECT do nothing.

One more deployment, in a database of its own. Before each migration whose second run counts as harmless, and whose text
may read or write rows, the bare tables are filled; those that it makes are filled behind it. Then it is run again,
catalogs and rows are compared, and the rows are taken out again: the migrations behind meet what they met before.
"""

import contextlib
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import psycopg
from psycopg import sql

from pgready.errors import RehearsalError
from pgready.model.migration import Migration
from pgready.model.names import ObjectKind
from pgready.model.trace import MigrationRun, Rerun, RerunOutcome, RunOutcome
from pgready.rehearsal.apply import Applied, raise_if_dead
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import Database
from pgready.rehearsal.deploy import Pieces
from pgready.rehearsal.limits import Limits, Watch
from pgready.rehearsal.rerun import run_again
from pgready.rehearsal.rerun_in_place import Begin, run_in_place
from pgready.rehearsal.seeding.filling import Keys, empty, seed, seeder
from pgready.rehearsal.seeding.state import read_marks, read_names

__all__ = ["Filling", "filling", "touches_rows", "with_rows", "worth_rows"]

_MOST_SECONDS = 30.0
_MOST_DEPLOYMENTS = 6
_NOT_ASKED = "nobody asked for it: a clean deploy meets no rows"
_HOLDS = frozenset({ObjectKind.TABLE, ObjectKind.COLUMN})
# Conservative: in comments, strings and bodies of functions, too. ALTER ... TYPE computes values anew with USING.
_TOUCHES = re.compile(
    r"\b(?:insert|update|delete|merge|copy|truncate|do|call|select|execute|refresh|values|perform|nextval|setval)"
    r"\b|\btype\b[^;]*\busing\b",
    re.IGNORECASE,
)
_NO_TOUCH = re.compile(
    r"\bon[ \t]+(?:update|delete)[ \t]+(?:cascade|restrict|no[ \t]+action|set[ \t]+(?:null|default))\b",
    re.IGNORECASE,
)
_NO_ROOM = frozenset({"22001", "22003", "22008"})
_HIDES_NAMES = re.compile(r"\b(?:execute|call|perform)\b", re.IGNORECASE)


def touches_rows(text: str) -> bool:
    """Whether a text may read or write rows; False only where no word of it can."""
    return _TOUCHES.search(_NO_TOUCH.sub(" ", text)) is not None


def worth_rows(rerun: Rerun | None, text: str) -> bool:
    """Whether a second run that changed nothing on empty tables may change rows."""
    if rerun is None or rerun.outcome not in {RerunOutcome.SAME, RerunOutcome.RECREATES}:
        return False
    return not any(ref.kind in _HOLDS for ref in rerun.recreated) and touches_rows(text)


@dataclass(slots=True, kw_only=True)
class Filling:
    """Bare tables of a database that are filled for a while; `unfilled` are names of those that could not be."""

    database: Database
    writer: Connection
    later: Keys
    watch: Watch
    filled: set[int] = field(default_factory=set)
    unfilled: dict[str, str] = field(default_factory=dict)

    def fill(self) -> None:
        """Rows for every table that has none."""
        self.database.let_owner_in()
        names = read_names(self.database.admin, read_marks(self.database.admin).keys())
        self.watch.begin()
        with self.watch.guarding():
            bare = _bare(self.writer, names)
        told = seed(self.writer, self.database.admin, bare, self.later, self.watch)
        self.filled |= {oid for oid, why in told.items() if why is None}
        self.unfilled |= {names[oid][1]: why.why for oid, why in told.items() if why is not None}
        # Without a column that can be written nothing is told at all.
        self.unfilled |= {names[oid][1]: "it has no column" for oid in bare if oid not in told}

    def empty(self) -> None:
        """Take the rows out again of what was filled."""
        empty(self.writer, read_names(self.database.admin, self.filled), self.watch)
        self.filled, self.unfilled = set(), {}

    def lacks(self, text: str) -> str | None:
        """Why rows are missing where the text may look for them."""
        hidden, lower = _HIDES_NAMES.search(text) is not None, text.lower()
        found = (f"{name} could not be filled: {why}" for name, why in self.unfilled.items())
        named = (hidden or name.lower() in lower for name in self.unfilled)
        return next((why for why, is_named in zip(found, named, strict=True) if is_named), None)


@contextlib.contextmanager
def filling(database: Database, later: Keys, limits: Limits) -> Iterator[Filling]:
    """What fills the bare tables of a database."""
    with seeder(database) as writer:
        yield Filling(database=database, writer=writer, later=later, watch=Watch.over(writer, database, limits))


def _bare(writer: Connection, names: Mapping[int, tuple[str, str]]) -> list[int]:
    if not names:
        return []
    one = sql.SQL("SELECT {} WHERE NOT EXISTS (SELECT FROM ONLY {})")
    asked = [one.format(sql.Literal(oid), sql.Identifier(*name)) for oid, name in names.items()]
    return [oid for (oid,) in writer.execute(sql.SQL(" UNION ALL ").join(asked)).fetchall()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The texts, which migrations are run in place a second time, and the limits."""

    migrations: Sequence[Migration]
    pieces: Pieces
    in_place: Collection[str]
    later: Keys
    limits: Limits
    ends: float

    def parts(self, name: str) -> Sequence[str]:
        text = next((each.sql or "" for each in self.migrations if each.name == name), "")
        return self.pieces.get(name, (text,))


def with_rows(
    begin: Begin,
    migrations: Sequence[Migration],
    runs: Sequence[MigrationRun],
    *,
    wanted: Collection[str] | None,
    in_place: Collection[str],
    pieces: Pieces,
    later: Keys,
    limits: Limits,
) -> tuple[MigrationRun, ...]:
    """The runs with what the second runs of the wanted (None: of all) do on rows; `in_place` cannot be undone.

    A second run that nobody saw on rows says why (`Rerun.no_rows`). At most six deployments and half a minute.
    """
    texts = {each.name: each.sql or "" for each in migrations}
    left = {run.migration: run.rerun for run in runs if worth_rows(run.rerun, texts[run.migration])}
    asked = _Asked(
        migrations=migrations,
        pieces=pieces,
        in_place=in_place,
        later=later,
        limits=limits,
        ends=time.monotonic() + _MOST_SECONDS,
    )
    told: dict[str, Rerun | str] = {name: _NOT_ASKED for name in left if wanted is not None and name not in wanted}
    for _ in range(_MOST_DEPLOYMENTS):
        missing = [name for name in left if name not in told]
        if not missing or time.monotonic() > asked.ends:
            break
        seen: dict[str, Rerun | str] = {}
        with contextlib.suppress(psycopg.Error), begin() as (database, deployed):
            # What was seen before something breaks is kept.
            for name, found in _until_changed(database, deployed, missing, asked):
                seen |= {name: found}
        told |= seen
        if not seen:
            break
    return tuple(replace(run, rerun=_judged(run.rerun, told, run.migration, left)) for run in runs)


def _judged(rerun: Rerun | None, told: Mapping[str, Rerun | str], name: str, wanted: Collection[str]) -> Rerun | None:
    if rerun is None or name not in wanted:
        return rerun
    found = told.get(name, "there was no time for it, or the deployment does not come to it a second time")
    return (
        replace(rerun, on_rows=False, no_rows=found) if isinstance(found, str) else replace(_grown(found), on_rows=True)
    )


def _until_changed(
    database: Database, deployed: Iterator[MigrationRun], wanted: Collection[str], asked: _Asked
) -> Iterator[tuple[str, Rerun | str]]:
    """The second runs up to the first after which the database is no good for those behind it."""
    with filling(database, asked.later, asked.limits) as rows:
        missing = len(wanted)
        for migration in asked.migrations:
            if not missing or time.monotonic() > asked.ends:
                return
            if migration.name not in wanted:
                run = next(deployed, None)
                if run is None or run.outcome is not RunOutcome.APPLIED or run.leaves_open:
                    return
                continue
            missing -= 1
            found, clean = _safely(database, partial(_one, rows, deployed, migration.name, asked))
            yield migration.name, found
            if not clean:
                return


def _safely(database: Database, look: Callable[[], tuple[Rerun | str, bool]]) -> tuple[Rerun | str, bool]:
    try:
        return look()
    except (psycopg.Error, RehearsalError) as error:
        raise_if_dead(database)
        return f"it could not be looked at: {' '.join(str(error).split())}", False


def _one(rows: Filling, deployed: Iterator[MigrationRun], name: str, asked: _Asked) -> tuple[Rerun | str, bool]:
    """Its second run on rows or why there is none, and whether the deployment can go on behind it."""
    rows.fill()
    run = next(deployed, None)
    if run is None or run.outcome is not RunOutcome.APPLIED or run.leaves_open:
        error = run.error.message if run is not None and run.error is not None else "it does not end well"
        return f"on made-up rows it fails: {error}", False
    rows.fill()
    text = "".join(asked.parts(name))
    lacking = rows.lacks(text)
    found, clean = _second_run(rows, name, asked)
    if clean:
        rows.empty()
    harmless = isinstance(found, Rerun) and found.outcome is RerunOutcome.SAME
    return (lacking if lacking is not None and harmless else found), clean


def _second_run(rows: Filling, name: str, asked: _Asked) -> tuple[Rerun | str, bool]:
    database, parts = rows.database, asked.parts(name)
    if name in asked.in_place:
        return run_in_place(database, parts, asked.limits)
    database.let_owner_in()
    with contextlib.closing(database.connect_owner()) as owner:
        watch = Watch.over(owner, database, asked.limits)
        found = run_again(owner, "".join(parts), Applied(tags=(), error=None, duration_ms=0.0), watch)
    if found.rerun is None:
        return found.skipped or "it could not be looked at", True
    return found.rerun, True


def _grown(rerun: Rerun) -> Rerun:
    """A value that has no room any more has changed: real ones may be smaller than those that are made up."""
    if rerun.error is not None and rerun.error.sqlstate in _NO_ROOM:
        return Rerun(outcome=RerunOutcome.CHANGES)
    return rerun
