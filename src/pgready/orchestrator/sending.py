"""In which pieces the project's Prisma sends each migration, and in which another version would."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pgready.model.effects import Script
from pgready.model.migration import Migration
from pgready.sources.prisma import PrismaVersion
from pgready.sources.prisma.splitting import is_split
from pgready.sources.sql.parse import on_deep_stack
from pgready.sources.sql.pieces import pieces

__all__ = ["Sent", "by_statement", "cut", "sent"]

_SPLITS = (7, 4, 0)
# A cheap sieve: what it lets through is read properly.
_OF_TRANSACTION = re.compile(r"\b(?:commit|local|set_config)\b", re.IGNORECASE)
_RANGE = re.compile(r"(?P<sign>[\^~]?)v?\d+(?:\.(?P<minor>\d+)(?:\.(?:\d+|[xX*]))?|(?:\.[xX*]){0,2})(?:-[\w.]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """`pieces`: name of a migration -> its text in the pieces that are sent; the others are sent whole.

    `otherwise`: the same for the other way, where it is not known which one the project's Prisma takes; else empty.
    """

    pieces: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    otherwise: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def by_statement(prisma: PrismaVersion | None) -> bool | None:
    """Whether this Prisma sends a script statement by statement where it can; None when the version does not say.

    A range says so when all of its versions agree: `^7.1.0` and `~7` let in versions of both kinds.
    """
    lowest = prisma.lowest if prisma else None
    if prisma is None or lowest is None:
        return None
    if prisma.exact or lowest >= _SPLITS:
        return lowest >= _SPLITS
    match = _RANGE.fullmatch(prisma.text.strip())
    if match is None:
        return None
    # Below which version the range ends (npm's semver: caret, tilde and x-ranges); there is no major version 0 here.
    by_major = match["sign"] == "^" or match["minor"] is None
    ends = (lowest[0] + 1, 0, 0) if by_major else (lowest[0], lowest[1] + 1, 0)
    return False if ends <= _SPLITS else None


def cut(migrations: Iterable[Migration], prisma: PrismaVersion | None) -> frozenset[str]:
    """The migrations that are certainly sent by statement, among those that say something about their transaction.

    Needed to read them: there SET LOCAL and ON COMMIT DROP last for one statement only.
    """
    if not by_statement(prisma):
        return frozenset()
    asked = [each for each in migrations if each.sql and _OF_TRANSACTION.search(each.sql)]
    if not asked:
        return frozenset()
    return on_deep_stack(lambda: frozenset(each.name for each in asked if is_split(each.sql or "")))


def sent(
    migrations: Iterable[Migration], scripts: Iterable[Script], prisma: PrismaVersion | None, *, rehearse: bool
) -> Sent:
    """A script of one statement is the same either way and stands in neither.

    What is not known is asked only for a rehearsal (`rehearse`), which can try both ways.
    """
    splits = by_statement(prisma)
    if splits is False or (splits is None and not rehearse):
        return Sent()
    several = {script.migration for script in scripts if len(script.statements) > 1 or script.unreadable}
    asked = [migration for migration in migrations if migration.name in several]
    # One thread for all of them: each of the calls below would start two.
    return on_deep_stack(lambda: _sent(asked, splits=splits))


def _sent(migrations: Iterable[Migration], *, splits: bool | None) -> Sent:
    known: dict[str, tuple[str, ...]] = {}
    unknown: dict[str, tuple[str, ...]] = {}
    for migration in migrations:
        cut = is_split(migration.sql) if migration.sql else False
        parts = pieces(migration.sql) if migration.sql and cut is not False else ()
        if len(parts) > 1:
            (known if cut and splits else unknown)[migration.name] = parts
    return Sent(pieces=known, otherwise={**known, **unknown} if unknown else {})
