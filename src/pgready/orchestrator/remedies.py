"""What may repair a wrong order of migrations, for the rehearsal to try.

Two things can: to rename the migration that comes too late, as long as no database has recorded it; or to run once
more, at the end, what skipped itself when it ran too early. Which of them works is not guessed but tried.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from pgready.checks.skips import silent_skips
from pgready.model.effects import Script
from pgready.model.migration import Migration
from pgready.model.names import ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import Move, Rehearsal, Remedy, Skip
from pgready.orchestrator.absent import absent_tables
from pgready.orchestrator.new_names import directly_before

__all__ = ["remedies", "what_to_try"]

_MOST_LATE = 4
_MOST_PLACES = 3


def what_to_try(
    migrations: Sequence[Migration], scripts: Sequence[Script], declared: Schema, rehearsal: Rehearsal
) -> tuple[tuple[Remedy, ...], ...]:
    """For what a complete rehearsal has skipped: other orders, and the tables that no migration makes."""
    skips = silent_skips(migrations, scripts, rehearsal)
    return (*remedies(migrations, skips), *absent_tables(declared, rehearsal, skips))


def remedies(migrations: Sequence[Migration], skips: Iterable[Skip]) -> tuple[tuple[Remedy, ...], ...]:
    """For each migration that comes too late: alternatives, the best first; then all renamings together.

    Only objects that are missing in the end count. At most four such migrations, the earliest needed first.
    """
    names = [migration.name for migration in migrations]
    waiting: dict[str, list[Skip]] = {}
    for skip in skips:
        if skip.made_by is not None and not skip.exists_at_end:
            waiting.setdefault(skip.made_by, []).append(skip)
    late = list(waiting)[:_MOST_LATE]
    found: list[tuple[Remedy, ...]] = []
    for maker in late:
        skipped = list(dict.fromkeys(skip.migration for skip in waiting[maker]))
        moved = tuple(Remedy(moves=(move,)) for move in _moves(names, maker, skipped[:_MOST_PLACES]))
        found += [moved] if moved else []
        found.append((Remedy(repeats=tuple(_enough(waiting[maker]))),))
    first = [alternatives[0].moves for alternatives in found if alternatives[0].moves]
    if len(first) > 1:
        found.append((Remedy(moves=tuple(move for moves in first for move in moves)),))
    return tuple(found)


def _enough(skips: Iterable[Skip]) -> Iterator[str]:
    """The first migrations that together would make everything; a later one may skip the same again."""
    made: set[ObjectRef] = set()
    for migration, group in groupby(skips, key=lambda skip: skip.migration):
        wanted = {skip.would_make for skip in group}
        if wanted - made:
            yield migration
        made |= wanted


def _moves(names: Sequence[str], maker: str, before: Iterable[str]) -> Iterator[Move]:
    """The migration renamed so that it runs directly before each of these."""
    moves = (directly_before(names, maker, successor) for successor in before)
    return (move for move in moves if move is not None)
