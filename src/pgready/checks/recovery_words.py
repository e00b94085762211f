"""What a stopped migration leaves, and how it is repaired, in words; only what was seen to work is advised."""

import shlex
from collections.abc import Sequence

from pgready.model.crash_points import CrashPoint, Recovery
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun, Sending

__all__ = ["in_words", "lines_of", "named", "repair"]

_FEW = 3
_PART_OF = frozenset({ObjectKind.COLUMN, ObjectKind.CONSTRAINT, ObjectKind.INDEX, ObjectKind.ENUM_VALUE})


def in_words(point: CrashPoint) -> str:
    """Where it was stopped, and what is there then that was not, or not any more."""
    place = f"line {point.line}" if point.line else "its end"
    where = f"stopped inside the statement at {place}" if point.inside else f"failing at {place}"
    left = [f"leaves {named(point.stays)}"] if point.stays else []
    left += [f"has dropped {named(point.gone)}"] if point.gone else []
    if point.altered:
        left.append("has changed rows or definitions of what was there")
    if point.unseen:
        left.append(f"may have changed rows ({point.unseen})")
    return f"{where} it {' and '.join(left)}"


def named(refs: Sequence[ObjectRef]) -> str:
    """A few of them; what goes with a table that is among them is not said."""
    whole = {(ref.schema, ref.name) for ref in refs if ref.kind in {ObjectKind.TABLE, ObjectKind.TYPE}}
    told = [ref for ref in refs if ref.kind not in _PART_OF or (ref.schema, ref.table) not in whole]
    told.sort(key=lambda ref: (ref.kind is not ObjectKind.TABLE, ref.kind is ObjectKind.SEQUENCE, ref))
    more = f" and {len(told) - _FEW} more" if len(told) > _FEW else ""
    return ", ".join(f"{ref.kind} {ref}" for ref in told[:_FEW]) + more


def lines_of(points: Sequence[CrashPoint], every: Sequence[CrashPoint] = ()) -> str:
    """`line 3`, `line 3 or 7`, `lines 3 to 40`; a range only where all that was stopped in it is among the points.

    Statements are numbered instead where two of `every`, the places at which the migration was stopped, begin on one
    line.
    """
    like = {point.inside for point in points}
    known = {(point.statements, point.line or 0) for point in (*every, *points) if point.inside in like}
    stops = sorted(stop for stop in known if stop[1])
    one_line = len({line for _, line in stops}) < len(stops)
    mine = {(point.statements, point.line) for point in points}
    spans: list[list[int]] = []
    for before, stop in zip([None, *stops], stops, strict=False):
        if stop in mine:
            told = stop[0] + 1 if one_line else stop[1]
            spans[-1:] = [[*spans[-1], told]] if spans and before in mine else [*spans[-1:], [told]]
    return _in_spans(spans, "statement" if one_line else "line")


def _in_spans(spans: Sequence[Sequence[int]], what: str) -> str:
    parts = [
        part
        for span in spans
        for part in ([f"{span[0]} to {span[-1]}"] if len(span) > _FEW else [str(number) for number in span])
    ]
    if not parts:
        return "the end"
    many = any(" to " in part for part in parts)
    return f"{what}{'s' if many else ''} {' or '.join(parts)}"


def repair(run: MigrationRun, partial: Sequence[CrashPoint], hopeless: Sequence[CrashPoint]) -> str:
    """The proven recovery for each place, and how to leave nothing in the first place."""
    ways: dict[tuple[Recovery, tuple[str, ...], bool, int | None], list[CrashPoint]] = {}
    for point in partial:
        if (trial := point.recovery) is not None:
            # What is sent whole is taken back up to the last COMMIT: where its rest begins is a line of its own.
            begins = point.line if trial.recovery is Recovery.REST and _whole(run) else None
            ways.setdefault((trial.recovery, trial.sql, point.inside, begins), []).append(point)
    told = [
        f"{_when(run, points, recovery, inside=inside)}, seen to work: {_way(run, points[0], recovery, sql)}"
        for (recovery, sql, inside, _), points in list(ways.items())[:_FEW]
    ]
    if len(ways) > _FEW:
        told.append(f"{len(ways) - _FEW} more ways stand in audit.json, at their places.")
    if hopeless:
        told.append("Nothing that was tried repairs the other places." if told else _instead(run))
    if run.enclosable:
        told.append(
            "Before it is deployed: with BEGIN; before and COMMIT; behind the text it ends the same (tried), and"
        )
        told.append("a failure leaves nothing.")
    return " ".join(told)


def _whole(run: MigrationRun) -> bool:
    return run.sending is not Sending.BY_STATEMENT


def _instead(run: MigrationRun) -> str:
    """How to leave less, where there is a way."""
    if all(point.inside and not point.statements for point in run.crash_points):
        return "It is one step that works in several transactions: have ready how to finish or undo it by hand."
    return "Give each step its own migration."


def _when(run: MigrationRun, points: Sequence[CrashPoint], recovery: Recovery, *, inside: bool) -> str:
    place = lines_of(points, run.crash_points)
    if inside:
        return f"Stopped inside {place}"
    following = next((point for point in run.crash_points if point.statements > points[-1].statements), None)
    if not _whole(run) or points[-1].line is None or (following is None and recovery is not Recovery.REST):
        return f"After a failure at {place}"
    until = f", before {lines_of([following], run.crash_points)}" if following else ""
    return f"After a failure at {place} or behind it{until}"


def _way(run: MigrationRun, point: CrashPoint, recovery: Recovery, sql: Sequence[str]) -> str:
    first = f"run {' '.join(sql)} by hand, then " if sql else ""
    name = shlex.quote(run.migration)
    if recovery is Recovery.REST:
        rest = "run the text by hand from the statement that failed (or the BEGIN before it) on, then "
        if _whole(run):
            place = lines_of([point], run.crash_points)
            rest = (
                f"run the text by hand from {place} on, wherever behind it it failed, inside BEGIN and COMMIT "
                "(or in one message), then "
            )
        return f"{first}{rest}`prisma migrate resolve --applied {name}`."
    return f"{first}`prisma migrate resolve --rolled-back {name}`, then `prisma migrate deploy`."
