"""Rows for a migration that is stopped: what reads or writes rows shows nothing on empty tables.

Every table without rows gets some that are made up, in a copy, which is the template of the undisturbed run and of all
stops then. What cannot be seen so is said, and never passes for "it changes nothing".
"""

import contextlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import psycopg
from psycopg.pq import TransactionStatus

from pgready.errors import RehearsalError
from pgready.model.trace import RunError
from pgready.rehearsal.apply import apply_pieces
from pgready.rehearsal.catalog_state import State
from pgready.rehearsal.crash_points.clones import connected
from pgready.rehearsal.crash_points.stop import Scene, aimed, state_of
from pgready.rehearsal.crash_points.text import Text
from pgready.rehearsal.database import Database
from pgready.rehearsal.seeding.filling import seed, seeder
from pgready.rehearsal.seeding.state import read_marks, read_names

__all__ = ["on_rows"]

_NOTHING_DONE = re.compile(r"(?:INSERT 0|UPDATE|DELETE|MERGE|COPY) 0")
_COUNTED = re.compile(r"(?:INSERT 0|UPDATE|DELETE|MERGE|COPY) [1-9]")


@contextlib.contextmanager
def on_rows(scene: Scene, idle: list[bool]) -> Iterator[tuple[Scene, list[bool]]]:
    """The scene with rows in its tables, or with what cannot be seen of it; and whether each message ends at rest.

    As it is where no statement may touch rows. Where the migration fails on made-up rows, or none can be made, the
    tables stay empty, and nothing is known of any statement that may touch rows.
    """
    if not scene.text.touching:
        yield scene, idle
        return
    copy = scene.clones.copy(scene.template)
    try:
        try:
            found = _seeded(scene, copy)
        except (psycopg.Error, RehearsalError) as error:
            scene.clones.raise_if_dead()
            found = f"no rows could be made up ({error.__class__.__name__})"
        if isinstance(found, str):
            why = f"it was stopped on empty tables: {found}"
            yield replace(scene, unseen=dict.fromkeys(scene.text.touching, why), empty=True), idle
        else:
            yield found
    finally:
        with contextlib.suppress(psycopg.Error):
            scene.clones.drop(copy)


def _seeded(scene: Scene, copy: str) -> tuple[Scene, list[bool]] | str:
    """The scene on rows, or why there is none."""
    origin = scene.clones.origin
    with contextlib.closing(connected(origin, copy)) as admin:
        database = replace(origin, name=copy, admin=admin)
        unfilled = _fill(scene, database)
        before = state_of(scene.watch, database)
    with scene.clones.of(copy) as database:
        tags, idle, error = _run(scene, database)
        if error is not None:
            return f"on made-up rows it fails: {error.message} ({error.sqlstate})"
        after = state_of(scene.watch, database)
    unseen = _unseen(scene.text, tags, unfilled, _functions(before) | _functions(after))
    return replace(scene, template=copy, before=before, after=after, unseen=unseen), idle


def _fill(scene: Scene, database: Database) -> frozenset[str]:
    """Rows for all tables that have none; the names of those that refuse them."""
    tables = read_names(database.admin, read_marks(database.admin).keys())
    bare = [oid for oid, name in tables.items() if name not in scene.before.rows]
    if not bare:
        return frozenset()
    with seeder(database) as writer:
        told = seed(writer, database.admin, bare, frozenset(), aimed(scene.watch, database, writer))
    return frozenset(tables[oid][1] for oid, why in told.items() if why is not None)


def _run(scene: Scene, database: Database) -> tuple[tuple[str, ...], list[bool], RunError | None]:
    """The undisturbed run."""
    idle: list[bool] = []
    with contextlib.closing(database.connect_owner()) as owner:

        def noted() -> Iterator[str]:
            for message in scene.text.sent:
                yield message
                idle.append(owner.info.transaction_status == TransactionStatus.IDLE)

        applied = apply_pieces(owner, noted(), aimed(scene.watch, database, owner))
    return applied.tags, idle, applied.error


def _unseen(
    text: Text, tags: Sequence[str], unfilled: Collection[str], functions: Collection[str]
) -> Mapping[int, str]:
    """Statement -> why the rows do not show what it does, of those that touch rows."""
    if len(tags) != len(text.pieces):
        return dict.fromkeys(text.touching, "which of its statements have touched rows cannot be told")
    told = ((number, _why(text, number, tags[number], unfilled, functions)) for number in sorted(text.touching))
    return {number: why for number, why in told if why is not None}


def _why(text: Text, number: int, tag: str, unfilled: Collection[str], functions: Collection[str]) -> str | None:
    part, line = text.bare(number).lower(), text.line(number)
    empty = next((name for name in unfilled if name.lower() in part), None)
    if empty is not None:
        return f"line {line} was tried without rows in table {empty}, which takes none that are made up"
    if _NOTHING_DONE.fullmatch(tag):
        return f"line {line} was tried on made-up rows, none of which it meets"
    if number in text.batches:
        return f"line {line} may end transactions inside"
    if number in text.silent:
        return f"line {line} may meet other rows than those that were made up"
    if not _COUNTED.match(tag) and any(_calls(part, name) for name in functions):
        return f"line {line} runs a function of the project, which may meet other rows than those that were made up"
    return None


def _calls(part: str, function: str) -> bool:
    return re.search(rf"\b{re.escape(function.lower())}\"?\s*\(", part) is not None


def _functions(state: State) -> set[str]:
    return {name for kind, _, _, name in state.names if kind == "function"}
