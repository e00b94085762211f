"""Foreign keys of two schemas side by side: what is gone, what is new, and why.

The law behind all weights: a schema that only dropped its keys must not look better isolated. A key that is gone while
its columns are still there always counts as worse, whether or not a naming rule still takes them for a reference.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pgready.graph.comparison.sides import Identity, Side, Sides, strictness
from pgready.graph.comparison.stand_ins import StandIns, element_family, fresh_columns
from pgready.graph.comparison.values import (
    AddedKey,
    AdditionReason,
    ChangedCrossing,
    RemovalReason,
    RemovedKey,
    StrengthChange,
    Weight,
)
from pgready.model.groups import UNGROUPED, CrossingVerdict
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Table

__all__ = ["added_keys", "changed_crossings", "removed_keys", "strength_changes"]

_MIRROR: Mapping[RemovalReason, AdditionReason] = MappingProxyType(
    {
        RemovalReason.KEY_DROPPED: AdditionReason.KEY_DECLARED,
        RemovalReason.COLUMN_GONE: AdditionReason.NEW_COLUMN,
        RemovalReason.COLUMN_RENAMED_MAYBE: AdditionReason.RENAMED_COLUMN_MAYBE,
        RemovalReason.TABLE_GONE: AdditionReason.NEW_TABLE,
        RemovalReason.REGROUPED: AdditionReason.REGROUPED,
        RemovalReason.KEYED_ELSEWHERE: AdditionReason.REPOINTED,
        RemovalReason.REPLACED: AdditionReason.REPLACES,
    }
)


def removed_keys(sides: Sides) -> tuple[RemovedKey, ...]:
    """Keys of before that are gone, and crossings that are none any more, by table and columns."""
    before, after = sides.before, sides.after
    found = []
    for identity, gone in _gone(before, after):
        crossing = before.crossings.get(identity)
        removal = _Removal(sides=sides, identity=identity, gone=gone)
        weight = removal.weight
        stand_ins = removal.stand_ins if weight is Weight.UNSURE else ()
        found.append(
            RemovedKey(
                foreign_key=before.keys[identity],
                from_group=before.own_group(identity[0]),
                to_group=before.own_group(identity[2]),
                verdict=crossing.verdict if crossing else None,
                reason=gone.reason,
                weight=weight,
                instead=tuple(after.keys[it] for it in gone.instead),
                stand_ins=tuple((after.tables.get(table, table), column) for table, column in stand_ins),
            )
        )
    return tuple(found)


def added_keys(sides: Sides) -> tuple[AddedKey, ...]:
    """Keys of after that are new, and keys that cross groups only now; the reasons are those of `removed_keys`."""
    before, after = sides.before, sides.after
    found = []
    for identity, gone in _gone(after, before):
        crossing = after.crossings.get(identity)
        verdict = crossing.verdict if crossing else None
        reason = _MIRROR[gone.reason]
        strict = _strict(sides, identity)
        replaced = max((strictness(_verdict(before, it)) for it in gone.instead), default=0)
        found.append(
            AddedKey(
                foreign_key=after.keys[identity],
                from_group=after.own_group(identity[0]),
                to_group=after.own_group(identity[2]),
                verdict=verdict,
                reason=reason,
                weight=_added_weight(reason, strict, replaced, one_sided=sides.one_sided),
                loosened=strict > strictness(verdict),
                before=tuple(before.keys[it] for it in gone.instead),
            )
        )
    return tuple(found)


def _added_weight(reason: AdditionReason, strict: int, replaced: int, *, one_sided: bool) -> Weight:
    """`strict` is how far the stricter of both rules minds the key, `replaced` how far the key before was minded."""
    minded = strict > (replaced if reason is AdditionReason.REPLACES else 0)
    if reason is AdditionReason.KEY_DECLARED:
        return Weight.MIXED if minded and not one_sided else Weight.BETTER
    return Weight.WORSE if minded and not one_sided else Weight.NEUTRAL


def _strict(sides: Sides, identity: Identity) -> int:
    """How far a key of after is minded by the stricter of the rules of before and of after."""
    own = strictness(_verdict(sides.after, identity))
    return own if sides.one_sided else max(own, strictness(sides.after.held.get(identity)))


def _verdict(side: Side, identity: Identity) -> CrossingVerdict | None:
    crossing = side.crossings.get(identity)
    return crossing.verdict if crossing else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gone:
    reason: RemovalReason
    instead: tuple[Identity, ...] = ()


def _gone(here: Side, there: Side) -> Iterator[tuple[Identity, _Gone]]:
    """The keys and crossings that are only `here`, with the reason; a replacing key takes the place of one."""
    search = _Search(here=here, there=there)
    for identity in here.keys:
        if identity not in there.keys:
            yield identity, search.why(identity)
        elif here.crosses(identity) and not there.crosses(identity):
            yield identity, _Gone(reason=RemovalReason.REGROUPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    here: Side
    there: Side
    taken: set[Identity] = field(default_factory=set)

    def why(self, key: Identity) -> _Gone:
        table = self.there.structure.table(key[0])
        if table is None:
            return self._replaced(self._elsewhere(key)) or _Gone(reason=RemovalReason.TABLE_GONE)
        columns = {column for column, _ in key[1]}
        lost = columns - {column.name for column in table.columns}
        return self._with_columns(key, columns) if not lost else self._without(key, lost, table)

    def _new(self, table: QualifiedName) -> list[Identity]:
        return [it for it in self.there.keys_of.get(table, ()) if it not in self.here.keys]

    def _with_columns(self, key: Identity, columns: set[str]) -> _Gone:
        """All its columns are still there: do they refer to something else, or to nothing?"""
        instead = tuple(it for it in self._new(key[0]) if columns & {column for column, _ in it[1]})
        if instead and columns <= self.there.keyed(key[0]):
            same = all(it[2] == key[2] for it in instead)
            return _Gone(reason=RemovalReason.REPLACED if same else RemovalReason.KEYED_ELSEWHERE, instead=instead)
        gone = self.there.structure.table(key[2]) is None
        return _Gone(reason=RemovalReason.TABLE_GONE if gone else RemovalReason.KEY_DROPPED)

    def _without(self, key: Identity, lost: set[str], table: Table) -> _Gone:
        old = self.here.structure.table(key[0])
        new = {it.name for it in table.columns if old is None or old.column(it.name) is None}
        renamed = [it for it in self._new(key[0]) if it[2] == key[2] and new & {name for name, _ in it[1]}]
        if found := self._replaced(renamed):
            return found
        if self.there.structure.table(key[2]) is None:
            return _Gone(reason=RemovalReason.TABLE_GONE)
        families = {element_family(it.type) for it in old.columns if it.name in lost} if old else set()
        families |= StandIns(here=self.here, there=self.there).families(key)
        free = (it for it in fresh_columns(table, self.here, self.there) if it.name in new)
        maybe = any(element_family(it.type) in families for it in free)
        return _Gone(reason=RemovalReason.COLUMN_RENAMED_MAYBE if maybe else RemovalReason.COLUMN_GONE)

    def _elsewhere(self, key: Identity) -> list[Identity]:
        """The same key on a table that is new: the table may have been renamed together with its model."""
        new = (table.name for table in self.there.structure.tables if self.here.structure.table(table.name) is None)
        return [it for table in new for it in self._new(table) if it[1:] == key[1:]]

    def _replaced(self, found: list[Identity]) -> _Gone | None:
        """One key takes the place of one: else a second one could vanish behind it."""
        free = next((it for it in found if it not in self.taken), None)
        if free is None:
            return None
        self.taken.add(free)
        return _Gone(reason=RemovalReason.REPLACED, instead=(free,))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Removal:
    sides: Sides
    identity: Identity
    gone: _Gone

    @property
    def weight(self) -> Weight:
        if self.gone.reason is RemovalReason.KEY_DROPPED:
            return Weight.WORSE
        if self._renamed_maybe:
            return Weight.UNSURE
        if self.sides.one_sided or not self._counts:
            return Weight.NEUTRAL
        open_ = self.stand_ins if self._given_up else not self.sides.regrouping_meant
        return Weight.UNSURE if open_ else Weight.BETTER

    @property
    def _renamed_maybe(self) -> bool:
        """Whether the key may be there by another name, whatever the rules say of it."""
        reason = self.gone.reason
        return reason is RemovalReason.COLUMN_RENAMED_MAYBE or (
            reason is RemovalReason.TABLE_GONE and self._may_live_on
        )

    @property
    def stand_ins(self) -> tuple[tuple[QualifiedName, str], ...]:
        """What may have taken its place; not for a key that is still there in another form."""
        sides = self.sides
        return StandIns(here=sides.before, there=sides.after).of(self.identity) if self._given_up else ()

    @property
    def _counts(self) -> bool:
        """Whether somebody minded the key, and minds what replaced it less.

        Tables that are in no group any more are isolated from nothing.
        """
        if self.gone.reason is RemovalReason.REGROUPED and self._ungrouped:
            return False
        minded = strictness(_verdict(self.sides.before, self.identity))
        still = max((_strict(self.sides, it) for it in self.gone.instead), default=0)
        return minded > (still if self.gone.reason is RemovalReason.REPLACED else 0)

    @property
    def _given_up(self) -> bool:
        """Whether the reference itself is gone; else only groups or names are others, and it lives on."""
        match self.gone.reason:
            case RemovalReason.REGROUPED | RemovalReason.REPLACED:
                return False
            case RemovalReason.KEYED_ELSEWHERE:
                tables = {self.identity[2], *(it[2] for it in self.gone.instead)}
                return all(self.sides.lasts(it) and not self.sides.regrouped(it) for it in tables)
        return True

    @property
    def _ungrouped(self) -> bool:
        return UNGROUPED in {self.sides.after.group(table) for table in (self.identity[0], self.identity[2])}

    @property
    def _may_live_on(self) -> bool:
        """Whether the columns are still there, in the table or in a new one: then a table may only have a new name."""
        before, after = self.sides.before.structure, self.sides.after.structure
        columns = {column for column, _ in self.identity[1]}
        own = after.table(self.identity[0])
        where = [own] if own else [table for table in after.tables if before.table(table.name) is None]
        return any(columns <= {column.name for column in table.columns} for table in where)


def changed_crossings(sides: Sides) -> tuple[ChangedCrossing, ...]:
    """Keys between groups before and after, with another verdict or between other groups."""
    before, after = sides.before, sides.after
    found = []
    for identity, was in before.crossings.items():
        now = after.crossings.get(identity)
        if now is None:
            continue
        held = after.held.get(identity, now.verdict)
        same = all(before.group(table) == after.group(table) for table in (identity[0], identity[2]))
        if was.verdict is now.verdict and same and held is now.verdict:
            continue
        found.append(
            ChangedCrossing(
                foreign_key=now.foreign_key,
                groups_before=(was.from_group, was.to_group),
                groups_after=(now.from_group, now.to_group),
                before=was.verdict,
                after=now.verdict,
                held=held,
                weight=_changed_weight(sides, identity, (was.verdict, now.verdict, held)),
            )
        )
    return tuple(sorted(found, key=lambda it: (it.foreign_key.table, it.foreign_key.columns, it.foreign_key.name)))


def _changed_weight(
    sides: Sides, identity: Identity, verdicts: tuple[CrossingVerdict, CrossingVerdict, CrossingVerdict]
) -> Weight:
    was, now, held = map(strictness, verdicts)
    if sides.one_sided:
        return Weight.NEUTRAL
    if held > was:
        return Weight.WORSE
    if held < was:
        ungrouped = UNGROUPED in {sides.after.group(table) for table in (identity[0], identity[2])}
        if now >= was or ungrouped:
            return Weight.NEUTRAL
        moved = any(map(sides.regrouped, (identity[0], identity[2])))
        return Weight.UNSURE if moved and not sides.regrouping_meant else Weight.BETTER
    return Weight.LOOSENED if now < was else Weight.NEUTRAL


def strength_changes(sides: Sides) -> tuple[StrengthChange, ...]:
    """Keys of both that are made, validated and enforced to another extent."""
    found = []
    for identity in sides.before.keys.keys() & sides.after.keys.keys():
        was, now = sides.before.strength[identity], sides.after.strength[identity]
        if was != now:
            weight = Weight.WORSE if now < was else Weight.BETTER
            key: ForeignKey = sides.after.keys[identity]
            found.append(StrengthChange(foreign_key=key, before=was, after=now, weight=weight))
    return tuple(sorted(found, key=lambda it: (it.foreign_key.table, it.foreign_key.columns, it.foreign_key.name)))
