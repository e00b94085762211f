"""A comparison of two schemas in words: one line for each change, for the notebooks and for the terminal."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from pgready.graph.comparison.values import (
    AddedKey,
    AdditionReason,
    ConductChange,
    ContractChange,
    Direction,
    IsolationChange,
    RemovalReason,
    RemovedKey,
    RuleChange,
    RuleKind,
    UnkeyedReason,
    Weight,
)
from pgready.graph.isolation import edge_name
from pgready.model.contracts import ContractKind
from pgready.model.groups import CrossingVerdict
from pgready.model.schema import ForeignKey
from pgready.model.unkeyed import ArrayReference, PolymorphicReference, UnkeyedReference
from pgready.reports.blocks import Line, Span, Tone
from pgready.reports.lines import code, count, line, listing, muted

__all__ = ["SECTIONS", "TONES", "Remark", "compared", "remarks", "share"]

TONES: Mapping[Direction, Tone] = MappingProxyType(
    {
        Direction.BETTER: Tone.GOOD,
        Direction.SAME: Tone.GOOD,
        Direction.WORSE: Tone.BAD,
        Direction.MIXED: Tone.WARN,
        Direction.UNSURE: Tone.OPEN,
    }
)
SECTIONS: Mapping[Weight, str] = MappingProxyType(
    {
        Weight.WORSE: "Worse",
        Weight.MIXED: "Worse and better at once",
        Weight.LOOSENED: "Loosened: the rules ask for less",
        Weight.UNSURE: "Unsure: only a person can judge",
        Weight.BETTER: "Better",
        Weight.NEUTRAL: "Neither better nor worse",
    }
)
"""The sections in the order in which they are told."""

_NAMED = 10
_REMOVED = MappingProxyType(
    {
        RemovalReason.KEY_DROPPED: "key dropped, its columns are still there",
        RemovalReason.COLUMN_GONE: "gone with its column",
        RemovalReason.COLUMN_RENAMED_MAYBE: "gone with its column; a new one of its type has no key",
        RemovalReason.TABLE_GONE: "gone with a table",
        RemovalReason.REGROUPED: "inside one group now",
        RemovalReason.KEYED_ELSEWHERE: "its columns refer to another table now",
        RemovalReason.REPLACED: "replaced by another key",
    }
)
_ADDED = MappingProxyType(
    {
        AdditionReason.KEY_DECLARED: "key declared on columns that had none",
        AdditionReason.NEW_COLUMN: "new, with its column",
        AdditionReason.RENAMED_COLUMN_MAYBE: "new, with its column, which may be a renamed one",
        AdditionReason.NEW_TABLE: "new, with a table",
        AdditionReason.REGROUPED: "between two groups now",
        AdditionReason.REPOINTED: "its columns referred to another table before",
        AdditionReason.REPLACES: "takes the place of another key",
    }
)
_UNKEYED = MappingProxyType(
    {
        UnkeyedReason.KEYED: "has a key now",
        UnkeyedReason.COLUMN_GONE: "gone with its column",
        UnkeyedReason.RENAMED: "its column has another name now",
        UnkeyedReason.RENAMED_MAYBE: "gone with its column; a new one of its type is read as no reference",
        UnkeyedReason.TABLE_GONE: "gone with a table",
        UnkeyedReason.RETYPED: "no longer read as a reference, since the types do not fit any more",
        UnkeyedReason.NOT_SEEN: "no longer read as a reference; the column is as it was",
        UnkeyedReason.KEY_DROPPED: "has no key any more",
        UnkeyedReason.NEW_COLUMN: "new column without a key",
        UnkeyedReason.NEW_NAME: "its column had another name before",
        UnkeyedReason.NEW_TABLE: "new table, no key",
        UnkeyedReason.FITS: "read as a reference now, since the types fit",
        UnkeyedReason.SEEN: "read as a reference now; the column is as it was",
    }
)


_SAYS = ("has no way to", "does not always have or reach", "has or reaches")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One change: what it is about, what became of it, and how that counts."""

    weight: Weight
    what: Line
    said: Line


def remarks(change: IsolationChange) -> tuple[Remark, ...]:
    """Every change, the worst sections first, keys before references, contracts, rules, groups and tables."""
    found = [*_keys(change), *_references(change), *_rules(change), *_groups(change), *_tables(change)]
    order = list(SECTIONS)
    return tuple(sorted(found, key=lambda it: order.index(it.weight)))


def _remark(weight: Weight, what: str | Span | Line, *said: str | Span | Line) -> Remark:
    return Remark(weight=weight, what=line(what), said=line(*said))


def _keys(change: IsolationChange) -> Iterator[Remark]:
    for gone in change.removed:
        to = line(" (", _edges(gone.instead), ")") if gone.instead else ()
        where = _between(gone.from_group, gone.to_group, gone.verdict)
        yield _remark(gone.weight, _edge(gone.foreign_key), _REMOVED[gone.reason], to, _stand_ins(gone), where)
    for new in change.added:
        place = line(" (", _edges(new.before), ")") if new.before else ()
        where = _between(new.from_group, new.to_group, new.verdict)
        yield _remark(new.weight, _edge(new.foreign_key), _ADDED[new.reason], place, where, _only_now(new))
    for other in change.changed:
        yield _remark(
            other.weight,
            _edge(other.foreign_key),
            f"{' -> '.join(other.groups_before)}, {other.before.value}; now {' -> '.join(other.groups_after)}, "
            f"{other.after.value}",
            muted(f"; {other.held.value} by the rules of before") if other.held is not other.after else "",
        )
    for each in change.strength:
        yield _remark(each.weight, _edge(each.foreign_key), f"{each.before.words} before, {each.after.words} now")
    for it in change.conduct:
        yield _remark(it.weight, _edge(it.foreign_key), _conduct(it))
    for hidden in change.hidden:
        side = "before" if hidden.before else "after"
        yield _remark(
            hidden.weight,
            _edge(hidden.foreign_key),
            f"{side}, {'only the migrations make it' if hidden.made else 'the migrations do not make it'}; "
            f"what they make {'after' if hidden.before else 'before'} is not known",
        )


def _conduct(it: ConductChange) -> str:
    was, now = it.before, it.after
    deletes = f"ON DELETE {was.on_delete} before, {now.on_delete} now" if was.on_delete != now.on_delete else ""
    null = ("may be NULL now" if now.optional else "may not be NULL any more") if was.optional != now.optional else ""
    return "; ".join(part for part in (deletes, null) if part)


def _stand_ins(gone: RemovedKey) -> Line:
    """`; what may hold it now: A.refs, B (a view)`."""
    names = [f"{table.name}.{name}" if name else f"{table.name} (a view)" for table, name in gone.stand_ins]
    return line("; what may hold it now: ", listing(names, _NAMED)) if names else ()


def _edge(key: ForeignKey) -> Span:
    return code(edge_name(key))


def _edges(keys: Iterable[ForeignKey]) -> Line:
    return listing([edge_name(key) for key in keys], _NAMED)


def _between(one: str, other: str, verdict: CrossingVerdict | None) -> Span:
    return muted(f"; inside {one}" if verdict is None else f"; {one} -> {other}, {verdict.value}")


def _only_now(key: AddedKey) -> str:
    return " only by the new rules" if key.loosened else ""


def _references(change: IsolationChange) -> Iterator[Remark]:
    return (
        _remark(it.weight, _reference(it.reference), _UNKEYED[it.reason], muted(_found_by(it.reference)))
        for it in (*change.unkeyed_removed, *change.unkeyed_added)
    )


_Reference: TypeAlias = UnkeyedReference | ArrayReference | PolymorphicReference


def _reference(it: _Reference) -> Span:
    if isinstance(it, PolymorphicReference):
        return code(f"{it.table.name}.{it.column}, {it.type_column}")
    array = "[]" if isinstance(it, ArrayReference) else ""
    return code(f"{it.table.name}.{it.column}{array}?->{it.referenced_table.name}")


def _found_by(it: _Reference) -> str:
    if isinstance(it, PolymorphicReference):
        return "; a column and its type, which no key can hold"
    return f"; rule {it.rule.value}{', an array, which no key can hold' if isinstance(it, ArrayReference) else ''}"


def _rules(change: IsolationChange) -> Iterator[Remark]:
    for contract in change.contracts:
        tables = listing([table.name for table in contract.tables], _NAMED)
        broken = line("; newly broken by ", tables) if contract.tables else ()
        yield _remark(contract.weight, _contract(contract.name, contract.kind), _outcome(contract), broken)
    for rule in change.rules:
        yield _remark(rule.weight, f"{rule.kind.value} {rule.name}", _changed_rule(rule))


def _contract(name: str, kind: ContractKind) -> str:
    return f"contract {name} ({kind.value})"


def _outcome(it: ContractChange) -> str:
    if it.before is None or it.after is None:
        known = it.after or it.before
        return f"{'new' if it.before is None else 'taken out'}: {known.value if known else 'not judged'}"
    held = it.held is not None and it.held is not it.after
    was = f"{it.before.value} before, {it.after.value} now"
    return f"{was}; {it.held.value} as it was before" if held and it.held else was


def _changed_rule(rule: RuleChange) -> str:
    if rule.added is None:
        return "asks for less, or for something else" if rule.weight is Weight.LOOSENED else "asks for something else"
    if rule.kind is RuleKind.GROUP and rule.added is False:
        return "holds no table any more"
    return "new" if rule.added else "taken out"


def _groups(change: IsolationChange) -> Iterator[Remark]:
    for new in change.cycles_appeared:
        yield _remark(new.weight, " <-> ".join(new.groups), "groups refer to each other in a circle now")
    for gone in change.cycles_resolved:
        yield _remark(gone.weight, " <-> ".join(gone.groups), "groups no longer refer to each other in a circle")
    for move in change.moves:
        yield _remark(move.weight, code(move.table.name), f"moved from {move.from_group} to {move.to_group}")
    for it in change.key_identifiers:
        said = f"{_SAYS[it.before]} {it.column} before, {_SAYS[it.after]} it now"
        yield _remark(it.weight, code(it.table.name), said, muted(f"; the key identifier of {it.group}"))
    for one, other in change.renamed_groups:
        yield _remark(Weight.NEUTRAL, f"group {one}", f"called {other} now; it holds the same tables")


def _tables(change: IsolationChange) -> Iterator[Remark]:
    yield from (_remark(Weight.NEUTRAL, code(table), "new table") for table in change.tables_added)
    yield from (_remark(Weight.NEUTRAL, code(table), "table gone") for table in change.tables_removed)
    for one, other in change.renamed_tables:
        yield _remark(Weight.NEUTRAL, code(one), "called ", code(other), " now; it is the same model")


def compared(change: IsolationChange) -> str:
    """`the declared structures`, and why not more where one side was rehearsed."""
    said = f"the {change.basis.value} structures"
    return f"{said}, since there is no finished rehearsal of {change.unrehearsed}" if change.unrehearsed else said


def share(keyed: int, unkeyed: int) -> str:
    """`3 of 4 columns`: how many columns that refer to a table have a key; "n/a" without such a column."""
    return f"{keyed} of {count(keyed + unkeyed, 'column')}" if keyed + unkeyed else "n/a"
