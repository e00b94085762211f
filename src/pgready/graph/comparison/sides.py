"""The two schemas of a comparison made comparable: judged on the same structures, in common names.

The names of before are the common ones. A table that is gone and a new one of the same Prisma model are one table (only
`@@map` or `@@schema` changed); a group that is gone and a new one with the same tables are one group.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pgready.graph.comparison.values import Basis, HiddenKey, KeyStrength
from pgready.graph.edges import both_structures
from pgready.graph.isolation import IsolationRules
from pgready.graph.study import Study, make_study
from pgready.graph.unkeyed import unkeyed_columns
from pgready.model.groups import UNGROUPED, ContractVerdict, Crossing, CrossingVerdict, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema, Table
from pgready.model.unkeyed import ArrayReference, PolymorphicReference, UnkeyedColumns, UnkeyedReference

__all__ = ["Identity", "Loose", "Named", "Side", "Sides", "make_sides", "strictness"]

Identity = tuple[QualifiedName, tuple[tuple[str, str], ...], QualifiedName]
"""`ForeignKey.identity` in common names."""

Named = tuple[QualifiedName, str, QualifiedName]
"""A reference without a key in common names: table, column, referenced table."""

Loose = tuple[QualifiedName, str, QualifiedName | None]
"""Any reference without a key in common names, as `Named`; None where it is one of several tables."""

_STRICTNESS = {CrossingVerdict.ALLOWED: 0, CrossingVerdict.UNDECLARED: 1, CrossingVerdict.FORBIDDEN: 2}


def strictness(verdict: CrossingVerdict | None) -> int:
    """0 for a key inside a group or an allowed one, then undeclared, then forbidden."""
    return _STRICTNESS[verdict] if verdict is not None else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One schema. `structure`, `group_of` and the keys of all mappings are in common names; their values in its own.

    `crossings` are those between groups; `held` the verdicts on them, and `contracts` the outcomes, by the rules of
    before. `loose` are `unkeyed` and also arrays and pairs of a column and its type. `tables` and `groups` lead from
    common names to its own ones.
    """

    study: Study
    own_structure: Schema
    structure: Schema
    group_of: Mapping[QualifiedName, str]
    keys: Mapping[Identity, ForeignKey]
    crossings: Mapping[Identity, Crossing]
    held: Mapping[Identity, CrossingVerdict]
    contracts: tuple[ContractVerdict, ...]
    strength: Mapping[Identity, KeyStrength]
    unkeyed: Mapping[Named, UnkeyedReference]
    loose: Mapping[Loose, UnkeyedReference | ArrayReference | PolymorphicReference]
    tables: Mapping[QualifiedName, QualifiedName]
    groups: Mapping[str, str]
    keys_of: Mapping[QualifiedName, Sequence[Identity]]

    @property
    def grouped(self) -> bool:
        """Whether any table is in a group."""
        return any(group.tables for group in self.study.grouping.groups)

    def group(self, table: QualifiedName) -> str:
        """The group of a table, both in common names."""
        return self.group_of.get(table, UNGROUPED)

    def own_group(self, table: QualifiedName) -> str:
        """The side's own name for the group of a table, by its common name."""
        return self.groups.get(self.group(table), self.group(table))

    def keyed(self, table: QualifiedName) -> frozenset[str]:
        """The columns of a table that are in a key."""
        return frozenset(column for identity in self.keys_of.get(table, ()) for column, _ in identity[1])

    def crosses(self, identity: Identity) -> bool:
        """Whether the key is between two groups here."""
        return identity in self.crossings


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Both schemas; `names` and `groups` are what was renamed, from after to before.

    `hidden` are keys of the only rehearsed side, `unrehearsed` the other; `regrouping_meant`: a person asks for moves.
    """

    before: Side
    after: Side
    basis: Basis
    names: Mapping[QualifiedName, QualifiedName]
    groups: Mapping[str, str]
    hidden: tuple[HiddenKey, ...] = ()
    unrehearsed: str | None = None
    regrouping_meant: bool = False

    @property
    def one_sided(self) -> bool:
        """Whether only one of the two has groups."""
        return self.before.grouped != self.after.grouped

    @property
    def ungrouped(self) -> bool:
        """Whether none of the two has groups: then no rule about groups asks for anything."""
        return not (self.before.grouped or self.after.grouped)

    def lasts(self, table: QualifiedName) -> bool:
        """Whether the table is there before and after."""
        return all(it.structure.table(table) is not None for it in (self.before, self.after))

    def regrouped(self, table: QualifiedName) -> bool:
        """Whether the table is there before and after, in another group."""
        return self.lasts(table) and self.before.group(table) != self.after.group(table)


def make_sides(before: Study, after: Study, *, regrouping_meant: bool = False) -> Sides:
    """Judge both on the same structures, and after also by the rules of before."""
    basis = Basis.DECLARED if before.rehearsed is None or after.rehearsed is None else Basis.BOTH
    one, other = _on(basis, before), _on(basis, after)
    first, second = (both_structures(it.declared, it.rehearsed) for it in (one, other))
    naming = _Naming(tables=_renamed_tables(first, second))
    naming = replace(naming, groups=_renamed_groups(one.grouping, naming.grouping(other.grouping), first, second))
    held = one if other is one else naming.study(other, before.rules)
    return Sides(
        before=_side(one, first, one, _Naming()),
        after=_side(other, second, held, naming),
        basis=basis,
        names=naming.tables,
        groups=naming.groups,
        hidden=_hidden(before, after),
        unrehearsed=_unrehearsed(before, after),
        regrouping_meant=regrouping_meant,
    )


def _unrehearsed(before: Study, after: Study) -> str | None:
    missing = [name for name, it in (("before", before), ("after", after)) if it.rehearsed is None]
    return missing[0] if len(missing) == 1 else None


def _hidden(before: Study, after: Study) -> tuple[HiddenKey, ...]:
    """Keys that the rehearsal of one side alone tells apart from what is declared."""
    missing = _unrehearsed(before, after)
    if missing is None:
        return ()
    found = (before if missing == "after" else after).isolation.keys
    return tuple(
        HiddenKey(foreign_key=it.foreign_key, made=not it.declared, before=missing == "after")
        for it in found
        if it.missing or not it.declared
    )


def _on(basis: Basis, study: Study) -> Study:
    if basis is Basis.BOTH or study.rehearsed is None:
        return study
    return replace(make_study(study.declared, None, study.grouping, study.rules), tolerance=study.tolerance)


def _renamed_tables(before: Schema, after: Schema) -> dict[QualifiedName, QualifiedName]:
    gone, new = (_by_model(one, other) for one, other in ((before, after), (after, before)))
    return {table: gone[model] for model, table in new.items() if model in gone}


def _by_model(schema: Schema, other: Schema) -> dict[str, QualifiedName]:
    """The tables that only `schema` has, by their model."""
    return {table.model: table.name for table in schema.tables if table.model and other.table(table.name) is None}


def _renamed_groups(before: Grouping, after: Grouping, one: Schema, other: Schema) -> dict[str, str]:
    """Group of after -> group of before with the same of the tables that are there before and after."""
    lasting = {table.name for table in one.tables} & set(after.group_of()) if other.tables else set()
    sides = []
    for mine, theirs in ((before, after), (after, before)):
        known = {group.name for group in theirs.groups}
        held = {group.name: frozenset(group.tables) & lasting for group in mine.groups if group.name not in known}
        sides.append({tables: name for name, tables in held.items() if tables})
    gone, new = sides
    return {name: gone[tables] for tables, name in new.items() if tables in gone}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Naming:
    """From the names of after to the common ones."""

    tables: Mapping[QualifiedName, QualifiedName] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)

    def table(self, name: QualifiedName) -> QualifiedName:
        return self.tables.get(name, name)

    def key(self, key: ForeignKey) -> ForeignKey:
        if not self.tables:
            return key
        return replace(key, table=self.table(key.table), referenced_table=self.table(key.referenced_table))

    def schema(self, schema: Schema) -> Schema:
        if not self.tables:
            return schema
        return replace(schema, tables=tuple(sorted(map(self._table, schema.tables), key=lambda it: it.name)))

    def _table(self, table: Table) -> Table:
        above = table.partition_of
        return replace(
            table,
            name=self.table(table.name),
            foreign_keys=tuple(map(self.key, table.foreign_keys)),
            partition_of=None if above is None else self.table(above),
        )

    def _all(self, tables: Iterable[QualifiedName]) -> tuple[QualifiedName, ...]:
        return tuple(sorted(map(self.table, tables)))

    def grouping(self, it: Grouping) -> Grouping:
        if not self.tables and not self.groups:
            return it
        named = self.groups
        return replace(
            it,
            groups=tuple(
                replace(group, name=named.get(group.name, group.name), tables=self._all(group.tables))
                for group in it.groups
            ),
            ungrouped=self._all(it.ungrouped),
            overlaps=tuple(
                (self.table(table), tuple(named.get(name, name) for name in names)) for table, names in it.overlaps
            ),
        )

    def study(self, it: Study, rules: IsolationRules) -> Study:
        """The study in common names, by other rules."""
        if not self.tables and not self.groups and rules == it.rules:
            return it
        made = None if it.rehearsed is None else self.schema(it.rehearsed)
        return make_study(self.schema(it.declared), made, self.grouping(it.grouping), rules)


def _side(own: Study, structure: Schema, held: Study, naming: _Naming) -> Side:
    common = {naming.key(it.foreign_key).identity: it.foreign_key for it in reversed(own.isolation.keys)}
    keys = {identity: common[identity] for identity in sorted(common)}
    keys_of: dict[QualifiedName, list[Identity]] = {}
    for identity in keys:
        keys_of.setdefault(identity[0], []).append(identity)
    unkeyed = unkeyed_columns(structure)
    return Side(
        study=own,
        own_structure=structure,
        structure=naming.schema(structure),
        group_of=naming.grouping(own.grouping).group_of(),
        keys=keys,
        crossings={naming.key(it.foreign_key).identity: it for it in reversed(own.isolation.crossings)},
        held={it.foreign_key.identity: it.verdict for it in reversed(held.isolation.crossings)},
        contracts=held.isolation.contracts,
        strength=_strength(own, naming),
        unkeyed=_unkeyed(unkeyed, naming),
        loose=_loose(unkeyed, naming),
        tables={common: name for name, common in naming.tables.items()},
        groups={common: name for name, common in naming.groups.items()},
        keys_of=keys_of,
    )


def _unkeyed(found: UnkeyedColumns, naming: _Naming) -> dict[Named, UnkeyedReference]:
    named = {(naming.table(it.table), it.column, naming.table(it.referenced_table)): it for it in found.references}
    return {name: named[name] for name in sorted(named)}


def _loose(
    found: UnkeyedColumns, naming: _Naming
) -> dict[Loose, UnkeyedReference | ArrayReference | PolymorphicReference]:
    one: tuple[UnkeyedReference | ArrayReference, ...] = (*found.references, *found.arrays)
    named: dict[Loose, UnkeyedReference | ArrayReference | PolymorphicReference] = {
        (naming.table(it.table), it.column, naming.table(it.referenced_table)): it for it in one
    }
    named |= {(naming.table(it.table), it.column, None): it for it in found.polymorphic}
    return {name: named[name] for name in sorted(named, key=lambda it: it[:2])}


def _strength(study: Study, naming: _Naming) -> dict[Identity, KeyStrength]:
    """What the rehearsal made of every key; without one, what is declared."""
    judged = study.rehearsed if study.rehearsed is not None else study.declared
    found = {naming.key(it.foreign_key).identity: KeyStrength.NOT_MADE for it in study.isolation.keys}
    for key in judged.foreign_keys():
        identity = naming.key(key).identity
        found[identity] = max(found.get(identity, KeyStrength.NOT_MADE), _of(key))
    return found


def _of(key: ForeignKey) -> KeyStrength:
    if not key.enforced:
        return KeyStrength.NOT_ENFORCED
    return KeyStrength.FULL if key.validated else KeyStrength.NOT_VALIDATED
