"""The isolation of two schemas compared: before and after a branch, or before and after "what if".

The law: a schema that only dropped its keys must not look better isolated. What counts as better: a key between groups
that nobody allowed and that is gone with its columns, with nothing that could have taken its place; a key declared on
columns that were there. What counts as worse: a key dropped, made no longer or not enforced; a new key between groups
that the rules of before do not allow, or one that cascades now; a new reference without a key, arrays and pairs
included; a table that no longer says whose its rows are; a contract that the rules of before held; a new cycle of
groups. Rules that ask for less, tables that moved, and a reference that may live on without a key are for a person to
judge. A change of a key that the rules allow, and a table that came or went, is told and counts as neither.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pgready.graph.comparison.conduct import conduct_changes, key_identifier_changes
from pgready.graph.comparison.keys import (
    added_keys,
    changed_crossings,
    removed_keys,
    strength_changes,
)
from pgready.graph.comparison.rules import contract_changes, rule_changes
from pgready.graph.comparison.sides import Side, Sides, make_sides
from pgready.graph.comparison.sum import Changes, judge_changes
from pgready.graph.comparison.unkeyed import unkeyed_changes
from pgready.graph.comparison.values import (
    CycleChange,
    GroupChange,
    GroupNumbers,
    IsolationChange,
    TableMove,
    Weight,
)
from pgready.graph.coverage import Coverage, key_coverage
from pgready.graph.cycles import group_cycles
from pgready.graph.group_graph import keys_between
from pgready.graph.study import Study
from pgready.model.groups import UNGROUPED
from pgready.model.names import QualifiedName

__all__ = ["compare_studies"]


def compare_studies(before: Study, after: Study, *, regrouping_meant: bool = False) -> IsolationChange:
    """Everything that changed in the isolation from `before` to `after`, weighed, and the sum of it.

    Both structures of each are compared where both were rehearsed to the end, else only what is declared. Each is
    judged by its own rules; what is worse is also asked of the rules of `before`, so that a looser rule hides nothing.
    A key that stands twice in a structure counts once. `compare_studies(b, a)` has the same removed as this has added.
    `regrouping_meant`: a person asks what a move would do, so that what it mends counts as better; of two schemas
    nobody knows whether a table moved because it belongs there, or because no contract holds there.
    """
    sides = make_sides(before, after, regrouping_meant=regrouping_meant)
    unkeyed_removed, unkeyed_added = unkeyed_changes(sides)
    cycles = [_cycles(side) for side in (sides.before, sides.after)]
    removed, added = removed_keys(sides), added_keys(sides)
    changed, strength = changed_crossings(sides), strength_changes(sides)
    contracts, rules, moves = contract_changes(sides), rule_changes(sides), _moves(sides)
    appeared = _cycle_changes(sides.after, cycles[1], cycles[0], Weight.NEUTRAL if sides.one_sided else Weight.WORSE)
    conduct, identifiers = conduct_changes(sides), key_identifier_changes(sides)
    changes = Changes(
        removed=removed,
        added=added,
        changed=changed,
        strength=strength,
        unkeyed=(*unkeyed_removed, *unkeyed_added),
        contracts=contracts,
        rules=rules,
        moves=moves,
        cycles=appeared,
        conduct=conduct,
        key_identifiers=identifiers,
        hidden=sides.hidden,
        one_sided=sides.one_sided,
    )
    direction, reason = judge_changes(changes)
    one, other = _Numbers.of(sides.before), _Numbers.of(sides.after)
    return IsolationChange(
        direction=direction,
        reason=reason,
        basis=sides.basis,
        one_sided=sides.one_sided,
        removed=removed,
        added=added,
        changed=changed,
        strength=strength,
        unkeyed_removed=unkeyed_removed,
        unkeyed_added=unkeyed_added,
        contracts=contracts,
        rules=rules,
        moves=moves,
        tables_added=_only(sides.after, sides.before),
        tables_removed=_only(sides.before, sides.after),
        renamed_tables=tuple(sorted((common, own) for own, common in sides.names.items())),
        renamed_groups=tuple(sorted((common, own) for own, common in sides.groups.items())),
        cycles_appeared=appeared,
        cycles_resolved=_cycle_changes(sides.before, cycles[0], cycles[1], Weight.NEUTRAL),
        groups=_group_changes(sides, one, other),
        coverage_before=one.coverage,
        coverage_after=other.coverage,
        conduct=conduct,
        key_identifiers=identifiers,
        hidden=sides.hidden,
        unrehearsed=sides.unrehearsed,
    )


def _only(here: Side, there: Side) -> tuple[QualifiedName, ...]:
    """The tables of one side, in its own names."""
    found = (table.name for table in here.structure.tables if there.structure.table(table.name) is None)
    return tuple(sorted(here.tables.get(name, name) for name in found))


def _moves(sides: Sides) -> tuple[TableMove, ...]:
    before, after = sides.before, sides.after
    found = []
    for table in before.structure.tables:
        if after.structure.table(table.name) is None or before.group(table.name) == after.group(table.name):
            continue
        found.append(
            TableMove(
                table=after.tables.get(table.name, table.name),
                from_group=before.own_group(table.name),
                to_group=after.own_group(table.name),
                weight=_move_weight(sides, after.group(table.name)),
            )
        )
    return tuple(found)


def _move_weight(sides: Sides, group: str) -> Weight:
    if sides.one_sided:
        return Weight.NEUTRAL
    if group == UNGROUPED:
        return Weight.LOOSENED
    return Weight.NEUTRAL if sides.regrouping_meant else Weight.UNSURE


def _cycles(side: Side) -> list[tuple[str, ...]]:
    """The cycles of groups of a side, in common names."""
    common = {own: name for name, own in side.groups.items()}
    found = group_cycles(side.study.grouping, side.keys.values())
    return [tuple(common.get(name, name) for name in cycle.groups) for cycle in found]


def _cycle_changes(
    side: Side, here: Iterable[tuple[str, ...]], there: Iterable[tuple[str, ...]], weight: Weight
) -> tuple[CycleChange, ...]:
    """Cycles of which two groups are in no cycle together on the other side: a smaller cycle is not a new one."""
    others = [set(cycle) for cycle in there]
    new = [cycle for cycle in here if not any(set(cycle) <= other for other in others)]
    return tuple(CycleChange(groups=tuple(side.groups.get(name, name) for name in it), weight=weight) for it in new)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbers:
    """The groups of one side in numbers, by common name."""

    coverage: Coverage
    groups: dict[str, GroupNumbers]

    @classmethod
    def of(cls, side: Side) -> "_Numbers":
        common = {own: name for name, own in side.groups.items()}
        coverage = key_coverage(side.own_structure, side.study.grouping, side.unkeyed.values())
        between = {pair: len(keys) for pair, keys in keys_between(side.study.grouping, side.keys.values()).items()}
        groups = {
            common.get(it.group, it.group): GroupNumbers(
                tables=it.tables,
                inside=between.get((it.group, it.group), 0),
                out=sum(number for (one, other), number in between.items() if one == it.group != other),
                incoming=sum(number for (one, other), number in between.items() if other == it.group != one),
                keyed=it.keyed,
                unkeyed=len(it.unkeyed),
            )
            for it in coverage.groups
        }
        return cls(coverage=coverage, groups=groups)


def _group_changes(sides: Sides, before: _Numbers, after: _Numbers) -> tuple[GroupChange, ...]:
    """In the order of after, those of before only behind them, "(ungrouped)" last."""
    names = sorted(dict.fromkeys((*after.groups, *before.groups)), key=lambda name: name == UNGROUPED)
    return tuple(
        GroupChange(
            name=sides.after.groups.get(name, name), before=before.groups.get(name), after=after.groups.get(name)
        )
        for name in names
    )
