"""The migrations as rows of a timeline: what each did, what was found in it, and what came too late for it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pgready.findings import Severity
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.effects import Action
from pgready.model.history import Certainty
from pgready.model.lives import Deed, Life
from pgready.model.migration import MigrationRecord
from pgready.model.names import ObjectKind

__all__ = ["MOST_ROWS", "Late", "Mark", "Timeline", "TimelineRow", "make_timeline"]

MOST_ROWS = 60
"""Of more migrations those in which nothing was found are folded into one row per stretch and year."""

_DATED = re.compile(r"(\d{4})(\d\d)(\d\d)\d{6}(?:_|$)")
_NEWEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The worst finding in a migration, and the rules that found something, ordered."""

    severity: Severity
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A migration that needs what a later one makes: `what` names it."""

    migration: str
    made_by: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """One migration, or a stretch of `count` of them (`name` and `last` are its ends).

    `date` is the day in front of the name (ISO), None for an undated one; `late` tells that it is undated among dated
    ones, so that it runs after all of them. `made` counts by kind what stands alone or is added to something older,
    `changed` and `dropped` count deeds, `skipped` those that a guard left out, `unread` what cannot be read.
    `deployed`: the deployment runs it.
    """

    name: str
    last: str
    first: int
    count: int = 1
    date: str | None = None
    late: bool = False
    made: Mapping[ObjectKind, int]
    changed: int = 0
    dropped: int = 0
    skipped: int = 0
    unread: int = 0
    mark: Mark | None = None
    deployed: bool = True

    @property
    def nothing(self) -> bool:
        """Whether it does nothing that can be read."""
        return not (self.made or self.changed or self.dropped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All migrations in order of execution; `late` are pairs of rows: the one that needs, the one that makes.

    `scoped`: only a part of them is deployed, so that the others are history.
    """

    rows: tuple[TimelineRow, ...]
    late: tuple[tuple[int, int, str], ...]
    migrations: int
    scoped: bool = False


def make_timeline(
    records: Sequence[MigrationRecord],
    lives: Iterable[Life],
    marks: Mapping[str, Mark],
    late: Iterable[Late],
    deployment: Deployment,
) -> Timeline:
    """One row per migration; beyond `MOST_ROWS` calm stretches are folded.

    Never folded are migrations with a mark or without a date, both ends of what came too late, and the newest ten.
    """
    deeds: dict[str, list[Deed]] = {}
    for life in lives:
        for deed in life.deeds:
            deeds.setdefault(deed.migration, []).append(deed)
    dated = any(_date(record.name) for record in records)
    rows = [_row(record, deeds.get(record.name, ()), marks, deployment, dated=dated) for record in records]
    known = [it for it in late if it.migration != it.made_by]
    ends = {name for it in known for name in (it.migration, it.made_by)}
    told = list(_folded(rows, ends)) if len(rows) > MOST_ROWS else rows
    place = {row.name: number for number, row in enumerate(told) if row.count == 1}
    pairs: dict[tuple[int, int], dict[str, None]] = {}
    for it in known:
        if it.migration in place and it.made_by in place:
            pairs.setdefault((place[it.migration], place[it.made_by]), {})[it.what] = None
    return Timeline(
        rows=tuple(told),
        late=tuple((one, other, ", ".join(what)) for (one, other), what in sorted(pairs.items())),
        migrations=len(rows),
        scoped=deployment.kind is not DeploymentKind.CLEAN,
    )


def _date(name: str) -> str | None:
    found = _DATED.match(name)
    return "-".join(found.groups()) if found else None


def _row(
    record: MigrationRecord, deeds: Iterable[Deed], marks: Mapping[str, Mark], deployment: Deployment, *, dated: bool
) -> TimelineRow:
    date = _date(record.name)
    told = [deed for deed in deeds if not deed.implied]
    done = [deed for deed in told if deed.certainty is not Certainty.SKIPPED]
    return TimelineRow(
        name=record.name,
        last=record.name,
        first=record.position,
        date=date,
        late=dated and date is None,
        made=Counter(deed.object.kind for deed in done if deed.action is Action.CREATES),
        changed=sum(deed.action in (Action.ALTERS, Action.RENAMES, Action.WRITES) for deed in done),
        dropped=sum(deed.action is Action.DROPS for deed in done),
        skipped=len(told) - len(done),
        unread=len(record.opaque) + (record.unreadable is not None),
        mark=marks.get(record.name),
        deployed=deployment.runs(record.name),
    )


def _folded(rows: Sequence[TimelineRow], ends: set[str]) -> Iterator[TimelineRow]:
    newest = len(rows) - _NEWEST

    def stays(pair: tuple[int, TimelineRow]) -> bool:
        number, row = pair
        loud = row.mark is not None and row.mark.severity > Severity.NOTE
        return loud or row.late or row.name in ends or row.unread > 0 or number >= newest

    for (kept, _), stretch in groupby(enumerate(rows), key=lambda pair: (stays(pair), (pair[1].date or "")[:4])):
        found = [row for _, row in stretch]
        yield from found if kept or len(found) == 1 else (_joined(found),)


def _joined(rows: Sequence[TimelineRow]) -> TimelineRow:
    made: Counter[ObjectKind] = Counter()
    for row in rows:
        made.update(row.made)
    rules = sorted({rule for row in rows if row.mark for rule in row.mark.rules})
    return TimelineRow(
        name=rows[0].name,
        last=rows[-1].name,
        first=rows[0].first,
        count=len(rows),
        date=rows[0].date,
        made=made,
        changed=sum(row.changed for row in rows),
        dropped=sum(row.dropped for row in rows),
        skipped=sum(row.skipped for row in rows),
        mark=Mark(severity=Severity.NOTE, rules=tuple(rules)) if rules else None,
        deployed=any(row.deployed for row in rows),
    )
