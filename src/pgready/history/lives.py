"""From a history to the lives that a report tells: members told with their table, what reads left out."""

from collections.abc import Iterator

from pgready.model.effects import Action
from pgready.model.history import Biography, Event, History, ProviderKind
from pgready.model.lives import Deed, Life, Misplaced
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["lives_of", "misplaced"]

_MEMBERS = frozenset(
    {
        ObjectKind.COLUMN,
        ObjectKind.CONSTRAINT,
        ObjectKind.INDEX,
        ObjectKind.TRIGGER,
        ObjectKind.POLICY,
        ObjectKind.RULE,
        ObjectKind.ENUM_VALUE,
    }
)
_QUIET = frozenset({Action.READS, Action.OPAQUE, Action.SETS})


def lives_of(history: History) -> tuple[Life, ...]:
    """One life per object that stands alone, in the order in which they begin; each deed is told once.

    A member belongs to the object that has its table's name when it happens. Columns, keys and indexes that come with
    CREATE TABLE, and what goes away with a table, are not told one by one: the table stands for them.
    """
    owners = _Owners(history)
    told: dict[int, list[tuple[int, Deed]]] = {}
    orphans: dict[ObjectRef, list[tuple[int, Deed]]] = {}
    for life in history.biographies:
        for event in life.events:
            if event.action in _QUIET:
                continue
            owner = owners.of(life, event)
            if owner is None:
                orphans.setdefault(_table_of(event), []).append((event.order, _deed(event)))
            elif not _stands_for(owner, owners.made(owner), life, event):
                told.setdefault(id(owner), []).append((event.order, _deed(event)))
    lives = [(told[id(life)], _life(life, told[id(life)])) for life in owners.lives if id(life) in told]
    # What a guard left out of a table that no migration makes has no other place to be told.
    lives += [(found, _orphaned(table, found)) for table, found in orphans.items()]
    return tuple(life for found, life in sorted(lives, key=lambda pair: min(order for order, _ in pair[0])))


def _life(life: Biography, found: list[tuple[int, Deed]]) -> Life:
    return Life(
        object=life.object,
        names=tuple(dict.fromkeys(str(naming.object) for naming in life.names)) or (str(life.object),),
        deeds=_in_order(found),
        alive=life.alive,
    )


def _orphaned(table: ObjectRef, found: list[tuple[int, Deed]]) -> Life:
    return Life(object=table, names=(str(table),), deeds=_in_order(found), alive=False)


def _in_order(found: list[tuple[int, Deed]]) -> tuple[Deed, ...]:
    return tuple(deed for _, deed in sorted(found, key=lambda pair: pair[0]))


def _table_of(event: Event) -> ObjectRef:
    kind = ObjectKind.TYPE if event.object.kind is ObjectKind.ENUM_VALUE else ObjectKind.TABLE
    return ObjectRef(kind=kind, schema=event.object.schema, name=event.object.table or "")


class _Owners:
    """Which life an event is told in."""

    def __init__(self, history: History) -> None:
        self.lives = [life for life in history.biographies if life.kind not in _MEMBERS]
        self._made: dict[int, frozenset[tuple[str, int]]] = {}
        self._by_name: dict[tuple[str | None, str], list[Biography]] = {}
        for life in self.lives:
            for name in {naming.object for naming in life.names} | {life.object}:
                self._by_name.setdefault((name.schema, name.name), []).append(life)

    def made(self, life: Biography) -> frozenset[tuple[str, int]]:
        """The migrations and statements that make it, or would."""
        if id(life) not in self._made:
            self._made[id(life)] = frozenset(
                (it.migration, it.statement) for it in life.events if it.action is Action.CREATES
            )
        return self._made[id(life)]

    def of(self, life: Biography, event: Event) -> Biography | None:
        if life.kind not in _MEMBERS:
            return life
        found = self._by_name.get((event.object.schema, event.object.table or ""), ())
        return next((each for each in found if _has_name(each, event)), next(iter(found), None))


def _has_name(life: Biography, event: Event) -> bool:
    """Whether the life goes by the table's name when the event happens; also at the end of its own first statement."""
    there = life.name_at(event.order + 1)
    return there is not None and there.name == event.object.table


def _stands_for(owner: Biography, made: frozenset[tuple[str, int]], life: Biography, event: Event) -> bool:
    """Whether the owner's own creation, even one that a guard left out, or its end tells what happens to a member."""
    if life is owner:
        return False
    if event.implied_by is not None and event.action is Action.DROPS:
        return True
    return event.action is Action.CREATES and (event.migration, event.statement) in made


def _deed(event: Event) -> Deed:
    return Deed(
        migration=event.migration,
        position=event.position,
        location=event.location,
        action=event.action,
        object=event.object,
        detail=event.detail,
        new_name=event.new_name if event.new_schema is None else f"{event.new_schema}.{event.new_name}",
        implied=event.implied_by is not None,
        certainty=event.certainty,
    )


def misplaced(history: History) -> tuple[Misplaced, ...]:
    """The needs that only a later migration meets, or none, in order of execution."""
    return tuple(_misplaced(history))


def _misplaced(history: History) -> Iterator[Misplaced]:
    for need in history.unmet:
        if need.provider.kind in (ProviderKind.LATER, ProviderKind.NOBODY):
            yield Misplaced(
                migration=need.migration,
                position=need.position,
                location=need.location,
                needed=need.needed,
                made_by=need.provider.migration,
                made_at=need.provider.position,
                certainty=need.certainty,
            )
