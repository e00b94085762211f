"""Hubs: tables to which so many refer that they may be meant to be shared. Proposed to a person, never allowed here."""

from collections.abc import Iterable
from dataclasses import dataclass

from pgready.graph.isolation import group_order
from pgready.model.groups import UNGROUPED, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey

__all__ = ["HUB_AT_LEAST", "HUB_PERCENT", "Hub", "hub_threshold", "proposed_hubs"]

HUB_AT_LEAST = 5
HUB_PERCENT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A table proposed as shared: the number of other tables that refer to it, and of their keys.

    `groups` are the other groups that refer to it, in the order of the configuration.
    """

    table: QualifiedName
    group: str
    referencing_tables: int
    keys: int
    groups: tuple[str, ...]


def hub_threshold(tables: int) -> int:
    """The referencing tables that make a hub in a structure of so many tables: 5, or a tenth of them, rounded up."""
    return max(HUB_AT_LEAST, -(-tables * HUB_PERCENT // 100))


def proposed_hubs(grouping: Grouping, keys: Iterable[ForeignKey]) -> tuple[Hub, ...]:
    """The tables of `grouping` to which at least `hub_threshold` other tables refer, those with most first.

    Counted are referencing tables, not keys: five keys of one table make no hub. References of a table to itself do
    not count, nor are partitions counted as tables. The 5 and the tenth are rules of thumb; whether a hub is allowed
    stands in the configuration only.
    """
    group_of, order = grouping.group_of(), group_order(grouping)
    referring: dict[QualifiedName, list[QualifiedName]] = {}
    for key in keys:
        if key.table != key.referenced_table and key.referenced_table in group_of:
            referring.setdefault(key.referenced_table, []).append(key.table)
    least = hub_threshold(len(group_of.keys() - set(grouping.partitions)))
    hubs = (_hub(table, tables, group_of, order) for table, tables in referring.items() if len(set(tables)) >= least)
    return tuple(sorted(hubs, key=lambda hub: (-hub.referencing_tables, -hub.keys, hub.table)))


def _hub(
    table: QualifiedName, referring: list[QualifiedName], group_of: dict[QualifiedName, str], order: dict[str, int]
) -> Hub:
    groups = {group_of.get(it, UNGROUPED) for it in referring} - {group_of[table]}
    return Hub(
        table=table,
        group=group_of[table],
        referencing_tables=len(set(referring)),
        keys=len(referring),
        groups=tuple(sorted(groups, key=order.__getitem__)),
    )
