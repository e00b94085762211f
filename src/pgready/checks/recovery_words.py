"""What a stopped migration leaves, and how it is repaired, in words; only what was seen to work is advised."""

import shlex
from collections.abc import Sequence

from pgready.model.crash_points import CrashPoint, Recovery
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun

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
    return f"{where} it {' and '.join(left)}"


def named(refs: Sequence[ObjectRef]) -> str:
    """A few of them; what goes with a table that is among them is not said."""
    whole = {(ref.schema, ref.name) for ref in refs if ref.kind in {ObjectKind.TABLE, ObjectKind.TYPE}}
    told = [ref for ref in refs if ref.kind not in _PART_OF or (ref.schema, ref.table) not in whole]
    told.sort(key=lambda ref: (ref.kind is not ObjectKind.TABLE, ref.kind is ObjectKind.SEQUENCE, ref))
    more = f" and {len(told) - _FEW} more" if len(told) > _FEW else ""
    return ", ".join(f"{ref.kind} {ref}" for ref in told[:_FEW]) + more


def lines_of(points: Sequence[CrashPoint]) -> str:
    """`line 3`, `line 3 or 7`, `lines 3 to 40`."""
    lines = sorted({point.line for point in points if point.line})
    if not lines:
        return "the end"
    if len(lines) > _FEW:
        return f"lines {lines[0]} to {lines[-1]}"
    return f"line {' or '.join(map(str, lines))}"


def repair(run: MigrationRun, partial: Sequence[CrashPoint], hopeless: Sequence[CrashPoint]) -> str:
    """The proven recovery for each place, and how to leave nothing in the first place."""
    ways: dict[tuple[Recovery, tuple[str, ...], bool], list[CrashPoint]] = {}
    for point in partial:
        if (trial := point.recovery) is not None:
            ways.setdefault((trial.recovery, trial.sql, point.inside), []).append(point)
    told = [
        f"{'Stopped inside' if inside else 'After a failure at'} {lines_of(points)}, seen to work: "
        f"{_way(run, recovery, sql)}"
        for (recovery, sql, inside), points in list(ways.items())[:_FEW]
    ]
    if len(ways) > _FEW:
        told.append(f"{len(ways) - _FEW} more ways stand in audit.json, at their places.")
    if hopeless:
        told.append("Nothing that was tried repairs the other places." if told else "Give each step its own migration.")
    if run.enclosable:
        told.append(
            "Before it is deployed: with BEGIN; before and COMMIT; behind the text it ends the same (tried), and"
        )
        told.append("a failure leaves nothing.")
    return " ".join(told)


def _way(run: MigrationRun, recovery: Recovery, sql: Sequence[str]) -> str:
    first = f"run {' '.join(sql)} by hand, then " if sql else ""
    name = shlex.quote(run.migration)
    if recovery is Recovery.REST:
        rest = "run the text by hand from the statement that failed (or the BEGIN before it) on, then "
        return f"{first}{rest}`prisma migrate resolve --applied {name}`."
    return f"{first}`prisma migrate resolve --rolled-back {name}`, then `prisma migrate deploy`."
