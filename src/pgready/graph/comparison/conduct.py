"""What keys do and what tables say of whose a row is, where no contract asks for it: told, and rarely weighed."""

from collections.abc import Iterator

from pgready.graph.comparison.sides import Identity, Side, Sides, strictness
from pgready.graph.comparison.values import Conduct, ConductChange, KeyIdentifierChange, Weight
from pgready.graph.tenancy import Standing, TenantTable, group_tenancy
from pgready.model.names import QualifiedName
from pgready.model.schema import ReferentialAction

__all__ = ["conduct_changes", "key_identifier_changes", "key_identifiers"]


def conduct_changes(sides: Sides) -> tuple[ConductChange, ...]:
    """Keys of both that act otherwise ON DELETE, or that a row may do without; by table and columns.

    Worse is one only: a key between groups that nothing allows cascades now, so that deleting in one group deletes in
    the other.
    """
    found = []
    for identity in sides.before.keys.keys() & sides.after.keys.keys():
        was, now = _conduct(sides.before, identity), _conduct(sides.after, identity)
        if was != now:
            key, weight = sides.after.keys[identity], _weight(sides, identity, was, now)
            found.append(ConductChange(foreign_key=key, before=was, after=now, weight=weight))
    return tuple(sorted(found, key=lambda it: (it.foreign_key.table, it.foreign_key.columns, it.foreign_key.name)))


def _conduct(side: Side, identity: Identity) -> Conduct:
    table = side.structure.table(identity[0])
    columns = (table.column(name) for name, _ in identity[1]) if table else ()
    return Conduct(
        on_delete=side.keys[identity].on_delete,
        optional=any(column is not None and not column.not_null for column in columns),
    )


def _weight(sides: Sides, identity: Identity, was: Conduct, now: Conduct) -> Weight:
    crossing = sides.after.crossings.get(identity)
    cascades = now.on_delete is ReferentialAction.CASCADE and now.on_delete is not was.on_delete
    minded = strictness(crossing.verdict if crossing else None) or strictness(sides.after.held.get(identity))
    return Weight.WORSE if cascades and minded and not sides.one_sided else Weight.NEUTRAL


def key_identifiers(side: Side) -> dict[str, str]:
    """Group in common names -> its key identifier, of groups for which the configuration names one."""
    common = {own: name for name, own in side.groups.items()}
    return {common.get(it.name, it.name): it.key for it in side.study.grouping.groups if it.key}


def key_identifier_changes(sides: Sides) -> tuple[KeyIdentifierChange, ...]:
    """Tables whose rows say less (worse) or more of whose they are, of a group with the same key identifier.

    A table that lost the column and reaches it over required keys says as much as before.
    """
    one, other = key_identifiers(sides.before), key_identifiers(sides.after)
    groups = {group for group, key in one.items() if other.get(group) == key}
    before, after = (dict(_standings(side, groups)) for side in (sides.before, sides.after))
    return tuple(
        KeyIdentifierChange(
            table=sides.after.tables.get(table, table),
            group=sides.after.own_group(table),
            column=one[group],
            before=was,
            after=after[table, group],
            weight=Weight.WORSE if after[table, group] < was else Weight.NEUTRAL,
        )
        for (table, group), was in sorted(before.items())
        if after.get((table, group), was) != was
    )


def _standings(side: Side, groups: set[str]) -> Iterator[tuple[tuple[QualifiedName, str], int]]:
    common = {own: name for name, own in side.groups.items()}
    names = {own: name for name, own in side.tables.items()}
    for it in group_tenancy(side.own_structure, side.study.grouping) if groups else ():
        group = common.get(it.group, it.group)
        yield from (((names.get(at.table, at.table), group), _says(at)) for at in it.tables if group in groups)


def _says(table: TenantTable) -> int:
    if table.standing is Standing.NONE:
        return 0
    return 1 if table.nullable else 2
