"""Try what may repair a wrong order, in databases of their own: only what was seen to work is worth an advice."""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from pgready.model.migration import Migration
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun, Remedy, RunOutcome, Trial
from pgready.rehearsal.names import Names, difference
from pgready.rehearsal.remedy_rows import Attempt, fewer, refused

__all__ = ["Mends", "Outcome", "mended", "rearranged", "try_remedies"]

Outcome = tuple[Sequence[MigrationRun], Names]
"""The runs of a deployment and the names that are there at its end."""


class Mends(Protocol):
    """What is known of the migrations before they are tried in another order."""

    def __call__(self, remedy: Remedy, runs: Sequence[MigrationRun], /) -> Iterable[Remedy]:
        """From the runs of a deployment that fails under a remedy to remedies with one renaming more, best first."""

    def renamed(self, migration: str, /) -> Mapping[ObjectRef, ObjectRef]:
        """What a migration gives another name or schema, old -> new."""


_MOST_MOVES = 4
_MOST_TRIALS = 24
_MOST_SECONDS = 60.0
_HOLDS_ROWS = frozenset({ObjectKind.TABLE, ObjectKind.COLUMN})


def try_remedies(
    alternatives: Iterable[Sequence[Remedy]],
    deploy: Callable[[Remedy], Attempt],
    runs: Sequence[MigrationRun],
    base: Attempt,
) -> tuple[Trial, ...]:
    """Of each sequence of alternatives the first that works, else the last that was tried.

    `runs` are those of the deployment as it is, with their second runs, and `base` is what is there at its end.
    """
    look = partial(_looked_at, deploy, runs, base)
    return tuple(_first_that_works(each, look) for each in alternatives if each)


def _first_that_works(alternatives: Sequence[Remedy], look: Callable[[Remedy], Trial]) -> Trial:
    trial = look(alternatives[0])
    for remedy in alternatives[1:]:
        if trial.works:
            break
        trial = look(remedy)
    return trial


def _looked_at(
    deploy: Callable[[Remedy], Attempt], runs: Sequence[MigrationRun], base: Attempt, remedy: Remedy
) -> Trial:
    """Names and rows: what moves may leave no table with fewer rows, what is repeated must leave them as they are."""
    attempt = deploy(remedy)
    trial = _trial(remedy, (attempt.runs, attempt.names), base.names)
    if trial.failed is not None:
        return trial
    there = {(schema, name) for kind, schema, _, name in attempt.names if kind == ObjectKind.TABLE}
    lost = (*fewer(base.rows, attempt.rows, there), *attempt.lost)
    unproved = refused(remedy.repeats, runs) or base.unproved or attempt.unproved
    return replace(trial, rows_lost=tuple(dict.fromkeys(lost)), unproved=unproved)


def _trial(remedy: Remedy, outcome: Outcome, names: Names) -> Trial:
    runs, found = outcome
    appeared, vanished = difference(names, found)
    failed = next((run for run in runs if run.outcome is not RunOutcome.APPLIED or run.leaves_open), None)
    return Trial(
        remedy=remedy,
        failed=failed.migration if failed else None,
        error=failed.error if failed else None,
        appeared=appeared,
        vanished=vanished,
        applied=_applied(runs),
    )


def _applied(runs: Iterable[MigrationRun]) -> int:
    return sum(run.outcome is RunOutcome.APPLIED for run in runs)


def mended(
    migrations: Sequence[Migration],
    base: Outcome,
    mends: Mends,
    deploy: Callable[[Remedy], Outcome],
) -> tuple[Trial, ...]:
    """The fewest renamings with which a deployment that fails comes to its end; else what was tried and went furthest.

    Of several that are equally few, those after which most is there. Nothing when nothing could be tried. At most four
    renamings, two dozen deployments and a minute.
    """
    ends = time.monotonic() + _MOST_SECONDS
    level: list[tuple[Remedy, Sequence[MigrationRun]]] = [(Remedy(), base[0])]
    seen, tried = {_order(migrations, Remedy())}, list[tuple[Trial, int]]()
    for _ in range(_MOST_MOVES):
        behind: list[tuple[Remedy, Sequence[MigrationRun]]] = []
        for remedy in _fresh(migrations, level, mends, seen):
            if len(tried) == _MOST_TRIALS or time.monotonic() > ends:
                break
            runs, found = deploy(remedy)
            tried.append((_mending(remedy, (runs, found), base, mends), len(found)))
            behind.append((remedy, runs))
        if any(trial.works for trial, _ in tried):
            break
        # The furthest first; what went equally far stays in the order in which it was proposed.
        level = sorted(behind, key=lambda each: -_applied(each[1]))
    best = max(tried, key=lambda each: (each[0].works, each[0].applied, each[1]), default=None)
    return () if best is None else (best[0],)


def _fresh(
    migrations: Sequence[Migration],
    level: Iterable[tuple[Remedy, Sequence[MigrationRun]]],
    mends: Mends,
    seen: set[tuple[int, ...]],
) -> Iterator[Remedy]:
    """What follows from each of these deployments, every order once."""
    for remedy, runs in level:
        for following in mends(remedy, runs):
            order = _order(migrations, following)
            if order not in seen:
                seen.add(order)
                yield following


def _order(migrations: Sequence[Migration], remedy: Remedy) -> tuple[int, ...]:
    renamed = {move.migration: move.new_name for move in remedy.moves}
    names = [os.fsencode(renamed.get(each.name, each.name)) for each in migrations]
    return tuple(sorted(range(len(names)), key=names.__getitem__)) if renamed else tuple(range(len(names)))


def _mending(remedy: Remedy, outcome: Outcome, base: Outcome, mends: Mends) -> Trial:
    """What was there where the base stopped may be gone by right: its later migrations may drop it."""
    trial = replace(_trial(remedy, outcome, base[1]), base_failed=True)
    runs, found = outcome
    made = {ref for run in runs for ref in run.made}
    never = [ref for ref in trial.vanished if ref not in made]
    present = set(difference(frozenset(), found)[0])
    lost = [ref for ref in _dropped_by_earlier(remedy, runs, base[0], mends) if ref not in present]
    return replace(trial, vanished=tuple(dict.fromkeys((*never, *lost))) if trial.failed is None else ())


def _dropped_by_earlier(
    remedy: Remedy, runs: Iterable[MigrationRun], base: Iterable[MigrationRun], mends: Mends
) -> Iterator[ObjectRef]:
    """Tables and columns that a migration drops, and that were written to be made after it.

    What holds no rows is left out: an index that comes earlier is rightly dropped by what always meant to drop it. So
    is what only has another name then.
    """
    original = {move.new_name: move.migration for move in remedy.moves}
    position = {run.migration: run.position for run in base}
    makers: dict[ObjectRef, int] = {}
    for run in runs:
        name = original.get(run.migration, run.migration)
        kept = {old for old, new in mends.renamed(name).items() if new in run.made}
        gone = [ref for ref in run.dropped if ref.kind in _HOLDS_ROWS and not kept & {ref, _table_of(ref)}]
        yield from (ref for ref in gone if makers.get(ref, 0) > position[name])
        makers |= dict.fromkeys(run.made, position[name])


def _table_of(ref: ObjectRef) -> ObjectRef:
    return ObjectRef(kind=ObjectKind.TABLE, schema=ref.schema, name=ref.table or ref.name)


def rearranged(migrations: Sequence[Migration], remedy: Remedy) -> tuple[Migration, ...]:
    """The migrations as the remedy would have them, in the order in which they then run."""
    renamed = {move.migration: move.new_name for move in remedy.moves}
    texts = {migration.name: migration for migration in migrations}
    moved = [replace(each, name=renamed.get(each.name, each.name)) for each in migrations]
    ordered = sorted(moved, key=lambda each: os.fsencode(each.name)) if renamed else moved
    made = [] if remedy.sql is None else [_new(remedy.sql)]
    last = [*made, *(replace(texts[name], name=f"{name} (again)") for name in remedy.repeats)]
    return tuple(replace(each, position=position) for position, each in enumerate((*ordered, *last), 1))


def _new(text: str) -> Migration:
    checksum = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Migration(name="(new)", position=0, file="(new)", sql=text, checksum=checksum)
