"""What may repair a wrong order of migrations, for the rehearsal to try.

Two things can: to rename the migration that comes too late, as long as no database has recorded it; or to run once
more, at the end, what skipped itself when it ran too early. Which of them works is not guessed but tried.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from pgready.model.migration import Migration
from pgready.model.names import ObjectRef
from pgready.model.trace import Move, Remedy, Skip

__all__ = ["remedies"]

_MOST_LATE = 4
_MOST_PLACES = 3
_STAMP = re.compile(r"((?:19|20)\d{12})_(.+)", re.DOTALL | re.ASCII)
_FORMAT = "%Y%m%d%H%M%S"


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
    for successor in before:
        place = names.index(successor)
        new = _name_between(names[place - 1] if place else None, successor, maker)
        if new is not None and new not in names:
            yield Move(migration=maker, new_name=new, before=successor)


def _name_between(before: str | None, after: str, name: str) -> str | None:
    """A dated name that sorts between two others; None where they leave no room or have no date.

    Midnight of the later one's day where that lies between, which is easy to read; else a second beside one of them.
    """
    later, earlier = _stamp(after), _stamp(before or "")
    if later is None or (before is not None and earlier is None):
        return None
    match = _STAMP.fullmatch(name)
    stem = match[2] if match else name
    midnight = later.replace(hour=0, minute=0, second=0)
    second = timedelta(seconds=1)
    for stamp in (midnight, earlier + second if earlier else later - second):
        new = f"{stamp.strftime(_FORMAT)}_{stem}"
        if (before is None or os.fsencode(before) < os.fsencode(new)) and os.fsencode(new) < os.fsencode(after):
            return new
    return None


def _stamp(name: str) -> datetime | None:
    match = _STAMP.fullmatch(name)
    try:
        # Only compared with each other; Prisma's names have no time zone.
        return datetime.strptime(match[1], _FORMAT) if match else None  # noqa: DTZ007
    except ValueError:
        return None
