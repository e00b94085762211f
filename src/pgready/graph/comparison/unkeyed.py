"""References without a foreign key of two schemas side by side: what is gone, what is new, and why.

Arrays of references and pairs of a column and its type count like any other: no key can hold them, and a key that is
given up for one of them is lost all the same.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pgready.graph.comparison.sides import Loose, Side, Sides
from pgready.graph.comparison.stand_ins import element_family, fresh_columns
from pgready.graph.comparison.values import UnkeyedChange, UnkeyedReason, Weight
from pgready.graph.reference_targets import identifying_column, type_family

__all__ = ["unkeyed_changes"]

_UNKEYED_MIRROR: Mapping[UnkeyedReason, tuple[UnkeyedReason, Weight]] = MappingProxyType(
    {
        UnkeyedReason.KEYED: (UnkeyedReason.KEY_DROPPED, Weight.WORSE),
        UnkeyedReason.COLUMN_GONE: (UnkeyedReason.NEW_COLUMN, Weight.WORSE),
        UnkeyedReason.TABLE_GONE: (UnkeyedReason.NEW_TABLE, Weight.WORSE),
        UnkeyedReason.RENAMED: (UnkeyedReason.NEW_NAME, Weight.NEUTRAL),
        UnkeyedReason.RENAMED_MAYBE: (UnkeyedReason.NEW_COLUMN, Weight.WORSE),
        UnkeyedReason.RETYPED: (UnkeyedReason.FITS, Weight.NEUTRAL),
        UnkeyedReason.NOT_SEEN: (UnkeyedReason.SEEN, Weight.NEUTRAL),
    }
)


_GONE: Mapping[UnkeyedReason, Weight] = MappingProxyType(
    {
        UnkeyedReason.KEYED: Weight.BETTER,
        UnkeyedReason.RENAMED_MAYBE: Weight.UNSURE,
        UnkeyedReason.RETYPED: Weight.UNSURE,
    }
)


def unkeyed_changes(sides: Sides) -> tuple[tuple[UnkeyedChange, ...], tuple[UnkeyedChange, ...]]:
    """References without a key that are gone (better only when they have a key now), and new ones (worse)."""
    gone, new = _unkeyed_gone(sides.before, sides.after), _unkeyed_gone(sides.after, sides.before)
    removed = (
        UnkeyedChange(reference=sides.before.loose[name], reason=reason, weight=_GONE.get(reason, Weight.NEUTRAL))
        for name, reason in gone.items()
    )
    added = (
        UnkeyedChange(reference=sides.after.loose[name], reason=why, weight=weight)
        for name, (why, weight) in ((name, _UNKEYED_MIRROR[reason]) for name, reason in new.items())
    )
    return tuple(removed), tuple(added)


def _unkeyed_gone(here: Side, there: Side) -> dict[Loose, UnkeyedReason]:
    found = {name: _unkeyed_reason(name, here, there) for name in here.loose if name not in there.loose}
    fresh = [name for name in there.loose if name not in here.loose]
    new = [name for name in fresh if _unkeyed_reason(name, there, here) in _COLUMN_GONE]
    for table, referenced in {(name[0], name[2]) for name in new}:
        lost = [
            name
            for name, reason in found.items()
            if reason in _COLUMN_GONE and (name[0], name[2]) == (table, referenced)
        ]
        taken = sum((name[0], name[2]) == (table, referenced) for name in new)
        found |= dict.fromkeys(lost[:taken], UnkeyedReason.RENAMED)
    return found


_COLUMN_GONE = frozenset({UnkeyedReason.COLUMN_GONE, UnkeyedReason.RENAMED_MAYBE})


def _unkeyed_reason(name: Loose, here: Side, there: Side) -> UnkeyedReason:
    table, column, referenced = name
    now = there.structure.table(table)
    if now is None:
        return UnkeyedReason.TABLE_GONE
    if now.column(column) is None:
        return UnkeyedReason.RENAMED_MAYBE if _may_be_renamed(name, here, there) else UnkeyedReason.COLUMN_GONE
    if column in there.keyed(table):
        return UnkeyedReason.KEYED
    if referenced is not None and there.structure.table(referenced) is None:
        return UnkeyedReason.TABLE_GONE
    return UnkeyedReason.RETYPED if _types(name, here) != _types(name, there) else UnkeyedReason.NOT_SEEN


def _may_be_renamed(name: Loose, here: Side, there: Side) -> bool:
    """Whether the table has a new column of that type which nothing reads as a reference."""
    table, column, _ = name
    was, now = here.structure.table(table), there.structure.table(table)
    old = was.column(column) if was else None
    if old is None or now is None or was is None:
        return False
    read = {at for where, at, _ in there.loose if where == table}
    free = (it for it in fresh_columns(now, here, there) if it.name not in read and was.column(it.name) is None)
    return any(element_family(it.type) == element_family(old.type) for it in free)


def _types(name: Loose, side: Side) -> tuple[str | None, str | None]:
    """The families of the column and of what it would refer to."""
    table, column, referenced = name
    held, target = side.structure.table(table), side.structure.table(referenced) if referenced else None
    found = (held.column(column) if held else None, identifying_column(target) if target else None)
    one, other = (None if it is None else type_family(it.type) for it in found)
    return one, other
