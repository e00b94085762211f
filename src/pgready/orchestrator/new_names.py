"""New names for migrations that are to run at another place: Prisma runs directories in order of their names."""

import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pgready.model.trace import Move

__all__ = ["directly_after", "directly_before"]

_STAMP = re.compile(r"((?:19|20)\d{12})_(.+)", re.DOTALL | re.ASCII)
_FORMAT = "%Y%m%d%H%M%S"
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
# Of a name of a file on Linux and macOS, in bytes; Prisma's record of it holds as many characters.
_LONGEST = 255


def directly_before(names: Sequence[str], migration: str, successor: str, *, stem: str | None = None) -> Move | None:
    """`migration` renamed so that it runs directly before `successor`; None where no name does that.

    `names` are all in order of execution; `stem` is what the name is made of (default: its own name).
    """
    others = [name for name in names if name != migration]
    place = others.index(successor)
    new = _name_between(others[place - 1] if place else None, successor, stem or migration, others)
    return None if new is None else Move(migration=migration, new_name=new, before=successor)


def directly_after(names: Sequence[str], migration: str, predecessor: str, *, stem: str | None = None) -> Move | None:
    """`migration` renamed so that it runs directly behind `predecessor`; as `directly_before`."""
    others = [name for name in names if name != migration]
    place = others.index(predecessor) + 1
    new = _name_between(predecessor, others[place] if place < len(others) else None, stem or migration, others)
    return None if new is None else Move(migration=migration, new_name=new, after=predecessor)


def _name_between(before: str | None, after: str | None, name: str, others: Iterable[str]) -> str | None:
    """A name that sorts between two others (None: nothing is there), dated where they are; None where no room is left.

    Midnight of the later one's day where that lies between, which is easy to read; else a second behind the earlier
    one, or the day before where there is none; else the earlier one's name in front.
    """
    match = _STAMP.fullmatch(name)
    stem = match[2] if match else name
    earlier, later = _stamp(before or ""), _stamp(after or "")
    stamps: list[datetime] = []
    if later is not None and (before is None or earlier is not None):
        midnight = later.replace(hour=0, minute=0, second=0)
        stamps = [midnight, earlier + _SECOND if earlier else midnight - _DAY]
    elif earlier is not None:
        stamps = [earlier + _SECOND]
    dated = [f"{stamp.strftime(_FORMAT)}_{stem}" for stamp in stamps]
    undated = f"{before}_{stem}" if before is not None else f"0_{stem}"
    taken = set(map(_folded, others))
    free = (new for new in (*dated, undated) if _folded(new) not in taken)
    return next((new for new in free if _lies_between(before, new, after)), None)


def _folded(name: str) -> str:
    """Names that are one on file systems which know no case, or compose characters (those of macOS and Windows)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _lies_between(before: str | None, name: str, after: str | None) -> bool:
    here = os.fsencode(name)
    if len(here) > _LONGEST:
        return False
    return (before is None or os.fsencode(before) < here) and (after is None or here < os.fsencode(after))


def _stamp(name: str) -> datetime | None:
    match = _STAMP.fullmatch(name)
    try:
        # Only compared with each other; Prisma's names have no time zone.
        return datetime.strptime(match[1], _FORMAT) if match else None  # noqa: DTZ007
    except ValueError:
        return None
