"""Where the rows of a table are when everything is done: copied, perhaps in several steps, and not lost on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pgready.checks.destruction.emptying import column_of, ends_of_rows, is_not_null
from pgready.checks.destruction.material import Material, RowCopy, columns_at, listed
from pgready.checks.destruction.undoing import changes_of_values, deletions
from pgready.checks.in_scope import TEMPORARY
from pgready.model.effects import Action
from pgready.model.history import Biography, Certainty, Event
from pgready.model.names import ObjectKind

__all__ = ["Kept", "kept_rows", "left_out_words", "lost_copy"]

_DEEPEST = 20
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Rows that are still there at the end: `copy` took them first, `target` has them.

    `left_out` says in words which are not among them; `columns` are those of the first table whose values are,
    `converted` those that are only part of an expression that need not keep them.
    """

    copy: RowCopy
    target: Biography
    left_out: tuple[str, ...]
    columns: frozenset[str]
    converted: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether every row is among them."""
        return not self.left_out


def kept_rows(material: Material, life: Biography, event: Event) -> Kept | None:
    """The best that was made of the rows of a table before an event takes them; None when they are nowhere at the end.

    All columns of all rows, else all rows, else the last copy; a copy of the same migration first.
    """
    moment = material.end_after(event.migration)
    search = _Search(material=material, moment=moment)
    found = [
        kept
        for copy in _copies_before(material, life, event)
        for kept in _ends(search, life, copy, 0)
        if kept.target is not life or kept.copy.event.order != event.order
    ]

    def worth(kept: Kept) -> tuple[bool, bool, int, int]:
        same = kept.copy.event.migration == event.migration
        return same, kept.complete, len(kept.columns), kept.copy.event.order

    return max(found, key=worth, default=None)


@dataclass(slots=True, kw_only=True)
class _Search:
    """Copies of copies are followed up to a moment, and up to a number of them."""

    material: Material
    moment: int
    left: int = _MOST


def _copies_before(material: Material, life: Biography, event: Event) -> Iterator[RowCopy]:
    """The copies of its rows before the event, or those that the statement itself makes of what it deletes."""
    since = life.made.order if life.made is not None else 0
    for copy in _copies_of(material, life, since):
        moves = copy.source.deleted and copy.event.migration == event.migration
        if copy.event.order < event.order or (moves and copy.event.location == event.location):
            yield _guarded(copy, event)


def _copies_of(material: Material, life: Biography, since: int) -> Iterator[RowCopy]:
    places = dict.fromkeys((name.schema, name.name) for name in (life.object, *(each.object for each in life.names)))
    for place in places:
        for copy in material.copies.get(place, ()):
            order = copy.event.order
            there = life.name_at(order)
            if since < order and (there is None or (there.schema, there.name) == place):
                yield copy


def _guarded(copy: RowCopy, event: Event) -> RowCopy:
    """A copy under a condition that the event does not stand under may not have been made."""
    if copy.event.certainty is Certainty.HAPPENS or copy.event.guards == event.guards[: len(copy.event.guards)]:
        return copy
    words = (*copy.source.left_out, "a condition around the copy")
    return replace(copy, source=replace(copy.source, left_out=words))


def _ends(search: _Search, life: Biography, copy: RowCopy, depth: int) -> Iterator[Kept]:
    """What becomes of copied rows: they stay where they are, or are copied on before they go there."""
    search.left -= 1
    if depth >= _DEEPEST or search.left < 0:
        return
    material, moment = search.material, search.moment
    target, order = copy.target, copy.event.order
    end = ends_of_rows(material, target, order, moment)
    if end is None:
        there = target.name_at(moment)
        if there is not None and target.object.schema != TEMPORARY:
            columns = _carried(material, life, copy, moment)
            left_out = _left_out(material, life, copy, moment)
            yield Kept(
                copy=copy, target=target, left_out=left_out, columns=columns, converted=_converted(copy) - columns
            )
            return
    until = end.order if end is not None else moment
    for onward in _copies_of(material, target, order):
        if onward.event.order >= until and not (onward.source.deleted and onward.event.order <= until + 1):
            continue
        left_out = _left_out(material, life, copy, onward.event.order)
        for kept in _ends(search, target, onward, depth + 1):
            carried = _carried(material, life, copy, onward.event.order)
            columns = frozenset(name for name in carried if _passes(material, copy, name, onward, kept))
            words = tuple(dict.fromkeys((*left_out, *kept.left_out)))
            converted = {name for name in carried if _images(copy, name) & kept.converted} | _converted(copy)
            yield Kept(
                copy=copy, target=kept.target, left_out=words, columns=columns, converted=frozenset(converted) - columns
            )


def _passes(material: Material, copy: RowCopy, name: str, onward: RowCopy, kept: Kept) -> bool:
    """Whether a column is also in what is copied on; `SELECT *` takes those that nobody has read, too."""
    images = _images(copy, name)
    unread = (column_of(material.history, copy.target, own, onward.event.order) is None for own in images)
    return bool(images & kept.columns) or (onward.source.every_column and any(unread))


def _left_out(material: Material, life: Biography, copy: RowCopy, until: int) -> tuple[str, ...]:
    """The words of the statement, and what deletes copied rows; a condition that no row fails leaves nothing out."""
    order = copy.event.order
    nulls = any(not is_not_null(material.history, life, name, order) for name in copy.source.not_null)
    deleted = (_deletion(event, copy) for event in deletions(material, copy.target, order, until))
    return (*copy.source.left_out, *(("the WHERE condition",) if nulls else ()), *deleted)


def _deletion(event: Event, copy: RowCopy) -> str:
    """`the DELETE of line 3`."""
    there = copy.target.name_at(event.order)
    other = f" from {event.object}" if there is not None and str(there) != str(event.object) else ""
    where = "" if event.migration == copy.event.migration else f" of {event.migration}"
    return f"the {str(event.detail).partition(' ')[0]}{other} in line {event.location.line}{where}"


def _converted(copy: RowCopy) -> frozenset[str]:
    return frozenset(read for _, read in copy.source.converted)


def _images(copy: RowCopy, name: str) -> frozenset[str]:
    """The columns of the target that have a column of the source; nobody knows better: the one of the same name."""
    pairs = [pair for pair in copy.source.columns if pair[1] == name]
    if pairs and all(pair in copy.source.converted for pair in pairs) and not copy.source.every_column:
        return frozenset()
    named = frozenset(own for own, _ in pairs if own is not None and (own, name) not in copy.source.converted)
    return named or frozenset({name})


def _carried(material: Material, life: Biography, copy: RowCopy, moment: int) -> frozenset[str]:
    """The columns of the source whose values the target still has at that moment."""
    read = {name for _, name in copy.source.columns}
    if copy.source.every_column:
        order = copy.event.order
        there = columns_at(material.history, life.name_at(order) or life.object, order)
        read |= {name.name for each in there if (name := each.name_at(order)) is not None}
    return frozenset(name for name in read if any(_has(material, copy, own, moment) for own in _images(copy, name)))


def _has(material: Material, copy: RowCopy, name: str, moment: int) -> bool:
    """Whether a column of the target was neither dropped nor overwritten since the copy."""
    history, order = material.history, copy.event.order
    column = column_of(history, copy.target, name, order + 1)
    if column is not None and column.ended is not None and column.ended < moment:
        return False
    if column is None and _dropped_since(material, copy, name, moment):
        return False
    source = next((read for own, read in copy.source.columns if own == name), name)
    read = copy.source.relation, source
    changes = changes_of_values(history, copy.target, name, order, moment, read=read)
    return next(changes, None) is None


def _dropped_since(material: Material, copy: RowCopy, name: str, moment: int) -> bool:
    """Whether a column that nobody has read (of LIKE, of `SELECT *`) is dropped by its name."""
    places = dict.fromkeys((*(each.object for each in copy.target.names), copy.target.object))
    return any(
        event.action is Action.DROPS
        and event.object.name == name
        and copy.event.order < event.order < moment
        and event.certainty is not Certainty.SKIPPED
        and copy.target.name_at(event.order) == place
        for place in places
        for life in material.history.members(place)
        if life.kind is ObjectKind.COLUMN
        for event in life.events
    )


def lost_copy(material: Material, life: Biography, event: Event) -> str:
    """A copy that did not last, in words that follow; empty when there was none."""
    moment = material.end_after(event.migration)
    for copy in _copies_before(material, life, event):
        if copy.event.migration != event.migration and not material.deployment.runs(copy.event.migration):
            continue
        end = ends_of_rows(material, copy.target, copy.event.order, moment)
        if end is not None and copy.target.object.schema != TEMPORARY and copy.target is not life:
            place = f"line {end.location.line}"
            where = place if end.migration == event.migration else f"{end.migration} ({place})"
            verb = "drops" if end.action is Action.DROPS else "empties"
            return f"; the copy that line {copy.event.location.line} makes does not last: {where} {verb} {end.object}"
    return ""


def left_out_words(left_out: tuple[str, ...]) -> str:
    """`LIMIT and an inner join leave out`."""
    words = list(dict.fromkeys(left_out))
    *some, last = words
    together = f"{listed(some)} and {last}" if some else last
    return f"{together} {'leave' if some else 'leaves'} out"
