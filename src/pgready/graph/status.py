"""The status of every group on one card: what the contracts say of it, and the numbers behind that."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from pgready.graph.coupling import GroupCoupling, group_coupling
from pgready.graph.isolation import MergedKey, group_order
from pgready.graph.matrix import tables_of
from pgready.graph.names import short_names
from pgready.graph.tenancy import GroupTenancy, Standing
from pgready.model.groups import (
    UNGROUPED,
    ContractOutcome,
    ContractVerdict,
    Crossing,
    CrossingVerdict,
    Grouping,
)
from pgready.model.names import QualifiedName
from pgready.model.unkeyed import UnkeyedReference

__all__ = ["GroupStatus", "StatusVerdict", "group_statuses", "whole_schema"]


_Value = TypeVar("_Value")


class StatusVerdict(StrEnum):
    """What the contracts of a group come to; the value is the word that people read.

    BROKEN: a key of the group breaks one, be it one that names no groups. BASELINED: all hold, one of them only because
    the baseline tolerates references of the group. VACUOUS: all hold, and the group owns no foreign key that could
    break one. NONE: no contract speaks of the group.
    """

    BROKEN = "broken"
    BASELINED = "holds, baselined"
    HOLDS = "holds"
    VACUOUS = "holds, vacuous"
    NONE = "no contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStatus:
    """One group: `verdict` over its `contracts`, those that name it or that its references break, and its numbers.

    `coupling` counts tables and keys, `missing` how many of its tables a rehearsal did not make (None: none was made).
    `crossings` are its outgoing keys, `unkeyed` the references without a key from its tables to those of other groups,
    `unkeyed_inside` counts the others. `key` is the column that says whose a row is, which `with_key` tables have.
    `labels` are unambiguous names of all tables that the card may name.
    """

    group: str
    verdict: StatusVerdict
    contracts: tuple[ContractVerdict, ...]
    coupling: GroupCoupling
    missing: int | None
    missing_keys: int
    crossings: tuple[Crossing, ...]
    unkeyed: tuple[UnkeyedReference, ...]
    unkeyed_inside: int
    key: str | None
    with_key: int
    labels: Mapping[QualifiedName, str]

    def outgoing(self, verdict: CrossingVerdict) -> tuple[Crossing, ...]:
        """The outgoing keys of that verdict."""
        return tuple(crossing for crossing in self.crossings if crossing.verdict is verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Everything by group."""

    grouping: Grouping
    crossings: Mapping[str, Sequence[Crossing]]
    contracts: Sequence[ContractVerdict]
    missing_tables: Collection[QualifiedName] | None
    missing_keys: Mapping[str, int]
    unkeyed: Mapping[str, Sequence[UnkeyedReference]]
    tenancy: Mapping[str, GroupTenancy]
    group_of: Mapping[QualifiedName, str]


def group_statuses(
    grouping: Grouping,
    keys: Iterable[MergedKey],
    crossed: Iterable[Crossing],
    contracts: Iterable[ContractVerdict] = (),
    *,
    missing_tables: Collection[QualifiedName] | None = None,
    unkeyed: Iterable[UnkeyedReference] = (),
    tenancy: Iterable[GroupTenancy] = (),
) -> tuple[GroupStatus, ...]:
    """One status per group, what needs a person first: broken, then undeclared keys, then unkeyed references.

    Groups of which nothing is to be said follow by verdict (baselined, vacuous, no contract, holds), equal ones in the
    order of the configuration; "(ungrouped)" is one of them when it has a table or a key. The arguments are those of
    `group_matrix` and the contracts of `judge_isolation` and the values of `group_tenancy`. Contracts that name no
    groups stand in `whole_schema`.
    """
    found, order, group_of = tuple(keys), group_order(grouping), grouping.group_of()
    known = _Known(
        grouping=grouping,
        crossings=_by_group((crossing.from_group, crossing) for crossing in crossed),
        contracts=tuple(contracts),
        missing_tables=missing_tables,
        missing_keys={
            group: len(lost)
            for group, lost in _by_group(
                (group_of.get(key.foreign_key.table, UNGROUPED), key) for key in found if key.missing
            ).items()
        },
        unkeyed=_by_group((group_of.get(it.table, UNGROUPED), it) for it in unkeyed),
        tenancy={it.group: it for it in tenancy},
        group_of=group_of,
    )
    statuses = [_status(it, known) for it in group_coupling(grouping, (key.foreign_key for key in found))]
    return tuple(sorted(statuses, key=lambda it: (*_urgency(it), order[it.group])))


def whole_schema(contracts: Iterable[ContractVerdict]) -> tuple[ContractVerdict, ...]:
    """The verdicts of the contracts that name no groups, and so stand on no group's card, in their order.

    Those are contracts about tables (`protected`) and about all groups (`acyclic`, `no_cascade_across`, `unique_names`
    and `exhaustive` without `groups`).
    """
    return tuple(it for it in contracts if not it.contract.groups)


def _by_group(pairs: Iterable[tuple[str, _Value]]) -> dict[str, list[_Value]]:
    found: dict[str, list[_Value]] = {}
    for group, value in pairs:
        found.setdefault(group, []).append(value)
    return found


def _status(coupling: GroupCoupling, known: _Known) -> GroupStatus:
    name = coupling.group
    own = tables_of(known.grouping, name)
    beginnings = tuple(f"{spelt}." for table in own for spelt in (table.name, str(table)))
    mine = tuple(it for it in known.contracts if _concerns(it, name, beginnings))
    crossings = tuple(known.crossings.get(name, ()))
    unkeyed = known.unkeyed.get(name, ())
    leaving = tuple(it for it in unkeyed if known.group_of.get(it.referenced_table, UNGROUPED) != name)
    tenancy = known.tenancy.get(name)
    ends = (it for crossing in crossings for it in (crossing.foreign_key.table, crossing.foreign_key.referenced_table))
    named = (it for reference in leaving for it in (reference.table, reference.referenced_table))
    return GroupStatus(
        group=name,
        verdict=_verdict(coupling, mine, beginnings),
        contracts=mine,
        coupling=coupling,
        missing=None if known.missing_tables is None else sum(table in known.missing_tables for table in own),
        missing_keys=known.missing_keys.get(name, 0),
        crossings=crossings,
        unkeyed=leaving,
        unkeyed_inside=len(unkeyed) - len(leaving),
        key=tenancy.key if tenancy else None,
        with_key=len(tenancy.of(Standing.HAS)) if tenancy else 0,
        labels=short_names([*ends, *named]),
    )


def _verdict(
    coupling: GroupCoupling, contracts: Sequence[ContractVerdict], beginnings: tuple[str, ...]
) -> StatusVerdict:
    if not contracts:
        return StatusVerdict.NONE
    if any(_breaks(it, coupling.group) for it in contracts):
        return StatusVerdict.BROKEN
    if any(_is_baselined_for(it, beginnings) for it in contracts):
        return StatusVerdict.BASELINED
    owned = coupling.inside + coupling.outgoing
    return StatusVerdict.HOLDS if owned and not all(it.vacuous for it in contracts) else StatusVerdict.VACUOUS


def _breaks(verdict: ContractVerdict, group: str) -> bool:
    """Whether the group broke it: not when all that breaks it are keys of the contract's other groups."""
    if verdict.passed:
        return False
    guilty = _guilty(verdict)
    return group in guilty or guilty.isdisjoint(verdict.contract.groups)


def _guilty(verdict: ContractVerdict) -> frozenset[str]:
    """The groups that broke it, as far as that can be said."""
    names = (name for violation in verdict.violations for name in violation.groups)
    return frozenset((*(crossing.from_group for crossing in verdict.broken_by), *names))


def _concerns(verdict: ContractVerdict, group: str, beginnings: tuple[str, ...]) -> bool:
    named = group in verdict.contract.groups or group in _guilty(verdict)
    return named or _is_baselined_for(verdict, beginnings)


def _is_baselined_for(verdict: ContractVerdict, beginnings: tuple[str, ...]) -> bool:
    """Whether it holds only because of the baseline, which has a reference that is spelt with one of `beginnings`."""
    return verdict.outcome is ContractOutcome.BASELINED and any(it.startswith(beginnings) for it in verdict.baselined)


def _urgency(status: GroupStatus) -> tuple[int, int]:
    undeclared = len(status.outgoing(CrossingVerdict.UNDECLARED))
    calm = (
        StatusVerdict.BROKEN,
        StatusVerdict.BASELINED,
        StatusVerdict.VACUOUS,
        StatusVerdict.NONE,
        StatusVerdict.HOLDS,
    )
    if status.verdict is StatusVerdict.BROKEN:
        return 0, -len(status.outgoing(CrossingVerdict.FORBIDDEN))
    if undeclared:
        return 1, -undeclared
    return (2, -len(status.unkeyed)) if status.unkeyed else (3, calm.index(status.verdict))
