"""In which pieces the project's Prisma sends each migration, and in which another version would."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pgready.model.effects import Script
from pgready.model.migration import Migration
from pgready.sources.prisma import PrismaVersion
from pgready.sources.prisma.splitting import is_split
from pgready.sources.sql.parse import on_deep_stack
from pgready.sources.sql.pieces import pieces

__all__ = ["Sent", "by_statement", "sent"]

_SPLITS = (7, 4, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """`pieces`: name of a migration -> its text in the pieces that are sent; the others are sent whole.

    `otherwise`: the same for the other way, where it is not known which one the project's Prisma takes; else empty.
    """

    pieces: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    otherwise: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def by_statement(prisma: PrismaVersion | None) -> bool | None:
    """Whether this Prisma sends a script statement by statement where it can; None when the version does not say.

    A range says so when all of its versions agree: `^7.1.0` lets in versions of both kinds.
    """
    lowest = prisma.lowest if prisma else None
    if prisma is None or lowest is None:
        return None
    if prisma.exact or lowest >= _SPLITS:
        return lowest >= _SPLITS
    ends_before = prisma.text.startswith("~") or (prisma.text.startswith("^") and lowest[0] < _SPLITS[0])
    return False if ends_before else None


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
