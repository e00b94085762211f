"""What a remedy does to rows: nothing is worth an advice that loses them.

What runs in another order must leave no table with fewer rows. What runs once more, at the end, must leave the rows of
every table as they are, those too that are written before it where a table has none.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import psycopg

from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun, RerunOutcome, RunOutcome
from pgready.rehearsal.apply import raise_if_dead
from pgready.rehearsal.catalog_state import State
from pgready.rehearsal.database import Database
from pgready.rehearsal.limits import Limits
from pgready.rehearsal.names import Names, read_names
from pgready.rehearsal.rerun_in_place import state_of
from pgready.rehearsal.rerun_on_rows import Filling, touches_rows
from pgready.rehearsal.rows import Rows

__all__ = ["Attempt", "at_its_end", "attempted", "fewer", "refused"]

_UNREAD = "its rows could not be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The runs under a remedy, the names and rows at its end, and what it did to rows that were there before it."""

    runs: tuple[MigrationRun, ...]
    names: Names
    rows: Rows
    lost: tuple[ObjectRef, ...] = ()
    unproved: str | None = None


def attempted(
    database: Database,
    deployed: Iterator[MigrationRun],
    *,
    known: int,
    again: Sequence[str],
    filling: Filling | None,
    limits: Limits,
) -> Attempt:
    """So many migrations of a deployment, and then, on tables that are filled if they may be, the texts `again`."""
    base = at_its_end(database, tuple(islice(deployed, known)), limits)
    usable = all(run.outcome is RunOutcome.APPLIED and not run.leaves_open for run in base.runs)
    if not usable or not again:
        more = (*base.runs, *deployed)
        return replace(base, runs=more, names=read_names(database.admin))
    lacking = "on made-up rows it fails" if any(map(touches_rows, again)) else None
    if filling is not None:
        filling.fill()
        lacking = next((why for text in again if (why := filling.lacks(text)) is not None), None)
    before = _state(database, limits)
    runs = (*base.runs, *deployed)
    after = _state(database, limits)
    unread = _UNREAD if before is None or after is None else None
    lost = tuple(_others(before, after)) if before and after else ()
    return replace(base, runs=runs, names=read_names(database.admin), lost=lost, unproved=unread or lacking)


def at_its_end(database: Database, runs: tuple[MigrationRun, ...], limits: Limits) -> Attempt:
    """What is there behind these runs."""
    state = _state(database, limits)
    return Attempt(
        runs=runs,
        names=read_names(database.admin),
        rows=state.rows if state else {},
        unproved=None if state else _UNREAD,
    )


def _state(database: Database, limits: Limits) -> State | None:
    try:
        return state_of(database, limits)
    except psycopg.Error:
        raise_if_dead(database)
        return None


def fewer(before: Rows, after: Rows, names: Collection[tuple[str, str]]) -> tuple[ObjectRef, ...]:
    """Tables with fewer rows than before, or that nobody could read, in order; only those of these names."""
    lost = (name for name, told in before.items() if name in names and _number(told) > _number(after.get(name, (0, 0))))
    return tuple(map(_table, sorted(lost)))


def _number(told: tuple[int, int] | None) -> int:
    return -1 if told is None else told[0]


def _others(before: State, after: State) -> Iterator[ObjectRef]:
    """Tables that are there before and after, with other rows or made anew.

    Where a table has got or lost columns the text of its rows is another; then their number counts.
    """
    old, new = _shapes(before), _shapes(after)
    for name in sorted(old.keys() & new.keys()):
        was, is_ = before.rows.get(name, (0, 0)), after.rows.get(name, (0, 0))
        same = was == is_ if old[name] == new[name] else _number(was) == _number(is_)
        then, now = _identity(before, name), _identity(after, name)
        if not same or any(then[part] != now[part] for part in then.keys() & now.keys()):
            yield _table(name)


def _shapes(state: State) -> dict[tuple[str, str], frozenset[str]]:
    """Tables with the names of their columns."""
    found: dict[tuple[str, str], set[str]] = {}
    for kind, schema, table, name in state.names:
        if kind == ObjectKind.TABLE:
            found.setdefault((schema, name), set())
        elif kind == ObjectKind.COLUMN:
            found.setdefault((schema, table), set()).add(name)
    tables = {(schema, name) for kind, schema, _, name in state.names if kind == ObjectKind.TABLE}
    return {name: frozenset(columns) for name, columns in found.items() if name in tables}


def _identity(state: State, name: tuple[str, str]) -> Mapping[str, int]:
    """Numbers of a table and its columns that change when they are made anew."""
    schema, table = name
    own = state.definitions.get(("relation", schema, "", table))
    columns = {
        column: identity
        for (kind, in_schema, in_table, column), (identity, _) in state.definitions.items()
        if (kind, in_schema, in_table) == ("column", schema, table)
    }
    return {"": own[0] if own else 0} | columns


def _table(name: tuple[str, str]) -> ObjectRef:
    return ObjectRef(kind=ObjectKind.TABLE, schema=name[0], name=name[1])


def refused(repeats: Collection[str], runs: Iterable[MigrationRun]) -> str | None:
    """Why no text of these may run once more: a second run of it is known to change something."""
    for run in runs:
        if run.migration in repeats and run.rerun is not None and run.rerun.outcome is RerunOutcome.CHANGES:
            return f"a second run of {run.migration} changes what is there"
    return None
