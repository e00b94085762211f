"""Foreign keys and references without a key of two schemas side by side: what is gone, what is new, and why.

The law behind all weights: a schema that only dropped its keys must not look better isolated. A key that is gone while
its columns are still there always counts as worse, whether or not a naming rule still takes them for a reference.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pgready.graph.comparison.sides import Identity, Named, Side, Sides, strictness
from pgready.graph.comparison.values import (
    AddedKey,
    AdditionReason,
    ChangedCrossing,
    RemovalReason,
    RemovedKey,
    StrengthChange,
    UnkeyedChange,
    UnkeyedReason,
    Weight,
)
from pgready.graph.reference_targets import type_family
from pgready.model.groups import UNGROUPED, CrossingVerdict
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Table

__all__ = ["added_keys", "changed_crossings", "removed_keys", "strength_changes", "unkeyed_changes"]

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
        weight = _Removal(sides=sides, identity=identity, gone=gone).weight
        found.append(
            RemovedKey(
                foreign_key=before.keys[identity],
                from_group=before.own_group(identity[0]),
                to_group=before.own_group(identity[2]),
                verdict=crossing.verdict if crossing else None,
                reason=gone.reason,
                weight=weight,
                instead=tuple(after.keys[it] for it in gone.instead),
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
        fresh = {it.name: it for it in table.columns if old is None or old.column(it.name) is None}
        renamed = [it for it in self._new(key[0]) if it[2] == key[2] and fresh.keys() & {name for name, _ in it[1]}]
        if found := self._replaced(renamed):
            return found
        if self.there.structure.table(key[2]) is None:
            return _Gone(reason=RemovalReason.TABLE_GONE)
        families = {_family(it.type) for it in old.columns if it.name in lost} if old else set()
        free = fresh.keys() - self.there.keyed(key[0])
        maybe = any(_family(fresh[name].type) in families for name in free)
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


def _family(type_: str) -> str:
    """An array of references may take the place of one."""
    return type_family(type_.removesuffix("[]"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Removal:
    sides: Sides
    identity: Identity
    gone: _Gone

    @property
    def weight(self) -> Weight:
        match self.gone.reason:
            case RemovalReason.KEY_DROPPED:
                return Weight.WORSE
            case RemovalReason.COLUMN_RENAMED_MAYBE:
                return Weight.UNSURE
            case RemovalReason.TABLE_GONE if self._may_live_on:
                return Weight.UNSURE
            case RemovalReason.REGROUPED if self._ungrouped:
                return Weight.NEUTRAL
        minded = strictness(_verdict(self.sides.before, self.identity))
        still = max((_strict(self.sides, it) for it in self.gone.instead), default=0)
        replaced = self.gone.reason is RemovalReason.REPLACED
        return Weight.BETTER if minded > (still if replaced else 0) and not self.sides.one_sided else Weight.NEUTRAL

    @property
    def _ungrouped(self) -> bool:
        """Tables that are in no group any more are isolated from nothing."""
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
        return Weight.BETTER if now < was and not ungrouped else Weight.NEUTRAL
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


_UNKEYED_MIRROR: Mapping[UnkeyedReason, tuple[UnkeyedReason, Weight]] = MappingProxyType(
    {
        UnkeyedReason.KEYED: (UnkeyedReason.KEY_DROPPED, Weight.WORSE),
        UnkeyedReason.COLUMN_GONE: (UnkeyedReason.NEW_COLUMN, Weight.WORSE),
        UnkeyedReason.TABLE_GONE: (UnkeyedReason.NEW_TABLE, Weight.WORSE),
        UnkeyedReason.RENAMED: (UnkeyedReason.NEW_NAME, Weight.NEUTRAL),
        UnkeyedReason.NOT_SEEN: (UnkeyedReason.SEEN, Weight.NEUTRAL),
    }
)


def unkeyed_changes(sides: Sides) -> tuple[tuple[UnkeyedChange, ...], tuple[UnkeyedChange, ...]]:
    """References without a key that are gone (better only when they have a key now), and new ones (worse)."""
    gone, new = _unkeyed_gone(sides.before, sides.after), _unkeyed_gone(sides.after, sides.before)
    removed = (
        UnkeyedChange(
            reference=sides.before.unkeyed[name],
            reason=reason,
            weight=Weight.BETTER if reason is UnkeyedReason.KEYED else Weight.NEUTRAL,
        )
        for name, reason in gone.items()
    )
    added = (
        UnkeyedChange(reference=sides.after.unkeyed[name], reason=why, weight=weight)
        for name, (why, weight) in ((name, _UNKEYED_MIRROR[reason]) for name, reason in new.items())
    )
    return tuple(removed), tuple(added)


def _unkeyed_gone(here: Side, there: Side) -> dict[Named, UnkeyedReason]:
    found = {name: _unkeyed_reason(name, there) for name in here.unkeyed if name not in there.unkeyed}
    fresh = [name for name in there.unkeyed if name not in here.unkeyed]
    new = [name for name in fresh if _unkeyed_reason(name, here) is UnkeyedReason.COLUMN_GONE]
    for table, referenced in {(name[0], name[2]) for name in new}:
        lost = [
            name
            for name, reason in found.items()
            if reason is UnkeyedReason.COLUMN_GONE and (name[0], name[2]) == (table, referenced)
        ]
        taken = sum((name[0], name[2]) == (table, referenced) for name in new)
        found |= dict.fromkeys(lost[:taken], UnkeyedReason.RENAMED)
    return found


def _unkeyed_reason(name: Named, there: Side) -> UnkeyedReason:
    table, column, referenced = name
    now = there.structure.table(table)
    if now is None:
        return UnkeyedReason.TABLE_GONE
    if now.column(column) is None:
        return UnkeyedReason.COLUMN_GONE
    if column in there.keyed(table):
        return UnkeyedReason.KEYED
    return UnkeyedReason.TABLE_GONE if there.structure.table(referenced) is None else UnkeyedReason.NOT_SEEN
