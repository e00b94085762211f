"""Coupling: how many tables of others depend on a group, and on how many tables of others it depends."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from pgready.graph.group_graph import group_graph, keys_between
from pgready.graph.matrix import tables_of
from pgready.model.groups import Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey

__all__ = ["GroupCoupling", "group_coupling"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCoupling:
    """What goes into a group, out of it, and on within it.

    Martin's measures with tables for classes (Robert C. Martin, "Clean Architecture", chapter 14, where both numbers
    count the classes outside): `afferent` are the tables of other groups that refer to one of this group, `efferent`
    the tables of other groups that one of this group refers to; both ordered by name. `inside`, `outgoing` and
    `incoming` count foreign keys, `tables` the group's tables. `keyless` are those of them without any key, out or
    in: nothing is known of their place from the structure alone.
    """

    group: str
    tables: int
    afferent: tuple[QualifiedName, ...]
    efferent: tuple[QualifiedName, ...]
    inside: int
    outgoing: int
    incoming: int
    keyless: tuple[QualifiedName, ...]

    @property
    def ca(self) -> int:
        """Afferent coupling: tables outside that refer into the group."""
        return len(self.afferent)

    @property
    def ce(self) -> int:
        """Efferent coupling: tables outside that the group refers to."""
        return len(self.efferent)

    @property
    def instability(self) -> Fraction | None:
        """Ce / (Ca + Ce): 0 when others only depend on the group, 1 when it only depends on others.

        None when neither: 0/0 is no number, and shown as "n/a".
        """
        both = self.ca + self.ce
        return Fraction(self.ce, both) if both else None


def group_coupling(grouping: Grouping, keys: Iterable[ForeignKey]) -> tuple[GroupCoupling, ...]:
    """One value per group in the order of the configuration; "(ungrouped)", the last, when it has a table or a key.

    The sum of `outgoing` is the number of keys between groups, and so is that of `incoming`.
    """
    found = tuple(keys)
    between = keys_between(grouping, found)
    keyed = {table for key in found for table in (key.table, key.referenced_table)}
    outgoing: dict[str, list[ForeignKey]] = {}
    incoming: dict[str, list[ForeignKey]] = {}
    for (source, target), held in between.items():
        if source != target:
            outgoing.setdefault(source, []).extend(held)
            incoming.setdefault(target, []).extend(held)
    return tuple(
        GroupCoupling(
            group=name,
            tables=len(tables_of(grouping, name)),
            afferent=tuple(sorted({key.table for key in incoming.get(name, ())})),
            efferent=tuple(sorted({key.referenced_table for key in outgoing.get(name, ())})),
            inside=len(between.get((name, name), ())),
            outgoing=len(outgoing.get(name, ())),
            incoming=len(incoming.get(name, ())),
            keyless=tuple(table for table in tables_of(grouping, name) if table not in keyed),
        )
        for name in group_graph(grouping, found)
    )
