"""From the weights of many changes to one word and one sentence."""

from collections.abc import Iterable
from dataclasses import dataclass

from pgready.graph.comparison.values import (
    AddedKey,
    AdditionReason,
    ChangedCrossing,
    ConductChange,
    ContractChange,
    CycleChange,
    Direction,
    HiddenKey,
    KeyIdentifierChange,
    RemovalReason,
    RemovedKey,
    RuleChange,
    StrengthChange,
    TableMove,
    UnkeyedChange,
    UnkeyedReason,
    Weight,
)

__all__ = ["Changes", "judge_changes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that has a weight."""

    removed: tuple[RemovedKey, ...]
    added: tuple[AddedKey, ...]
    changed: tuple[ChangedCrossing, ...]
    strength: tuple[StrengthChange, ...]
    unkeyed: tuple[UnkeyedChange, ...]
    contracts: tuple[ContractChange, ...]
    rules: tuple[RuleChange, ...]
    moves: tuple[TableMove, ...]
    cycles: tuple[CycleChange, ...]
    conduct: tuple[ConductChange, ...]
    key_identifiers: tuple[KeyIdentifierChange, ...]
    hidden: tuple[HiddenKey, ...]
    one_sided: bool

    @property
    def weights(self) -> set[Weight]:
        """The weights that there are."""
        one = (self.removed, self.added, self.changed, self.strength, self.unkeyed)
        other = (self.contracts, self.rules, self.moves, self.cycles)
        more = (self.conduct, self.key_identifiers, self.hidden)
        return {it.weight for kind in (one, other, more) for found in kind for it in found}


def judge_changes(changes: Changes) -> tuple[Direction, str]:
    """The word and one sentence of it; nothing outweighs anything: better and worse together are mixed.

    Rules that ask for less are never better, and no worse structure either: whether they may, a person has to say.
    """
    weights = changes.weights
    better = bool(weights & {Weight.BETTER, Weight.MIXED})
    worse = bool(weights & {Weight.WORSE, Weight.MIXED})
    bad, good = _joined([*_worse(changes), *_loosened(changes)]), _joined(_better(changes))
    if worse:
        return (Direction.MIXED, f"{_first(bad)}, but also {good}.") if better else (Direction.WORSE, f"{_first(bad)}.")
    if changes.one_sided:
        return Direction.UNSURE, "Only one of the two schemas has groups, so their crossings cannot be compared."
    if weights & {Weight.LOOSENED, Weight.UNSURE}:
        open_, also = _joined([*_loosened(changes), *_unsure(changes)]), f"; {good}" if better else ""
        return Direction.UNSURE, f"{_first(open_)}, which only a person can judge{also}."
    if better:
        return Direction.BETTER, f"{_first(good)}."
    return Direction.SAME, "No reference and no rule changed in a way that counts for isolation."


def _worse(it: Changes) -> list[str]:
    dropped = [key for key in it.removed if key.reason is RemovalReason.KEY_DROPPED]
    crossing = [key for key in it.added if key.weight in {Weight.WORSE, Weight.MIXED}]
    contracts = [each for each in it.contracts if each.weight is Weight.WORSE]
    return _told(
        (len(dropped), "key", "dropped with the columns still there"),
        (_number(it.strength, Weight.WORSE), "key", "in force to a lesser extent"),
        (len(crossing), "key", "newly between groups and not allowed"),
        (_number(it.changed, Weight.WORSE), "crossing", "judged worse"),
        (_unkeyed_only(it), "new reference", "without a key"),
        (len(contracts), "contract", "newly broken"),
        (sum(each.weight is Weight.WORSE for each in it.cycles), "new cycle", "of groups"),
        (_number(it.conduct, Weight.WORSE), "key", "newly cascading between groups and not allowed"),
        (_number(it.key_identifiers, Weight.WORSE), "table", "with less knowledge of whose its rows are"),
    )


def _loosened(it: Changes) -> list[str]:
    """The rules that ask for less; where none is known, what became allowed by them."""
    taken_out = [each for each in it.contracts if each.after is None]
    rules = sum(_number(each, Weight.LOOSENED) for each in (taken_out, it.rules, it.moves))
    number = rules or _number(it.contracts, Weight.LOOSENED) + _number(it.changed, Weight.LOOSENED)
    return _told((number, "rule", "loosened"))


def _unkeyed_only(it: Changes) -> int:
    """New references without a key, but for those whose key was dropped: these are told already."""
    return sum(each.weight is Weight.WORSE and each.reason is not UnkeyedReason.KEY_DROPPED for each in it.unkeyed)


def _better(it: Changes) -> list[str]:
    gone = [key for key in it.removed if key.weight is Weight.BETTER]
    declared = [
        key
        for key in it.added
        if key.reason is AdditionReason.KEY_DECLARED and key.weight in {Weight.BETTER, Weight.MIXED}
    ]
    return _told(
        (len(gone), "key", "gone from between groups that nothing allowed"),
        (len(declared), "key", "declared on columns that had none"),
        (_number(it.strength, Weight.BETTER), "key", "in force to a greater extent"),
        (_number(it.changed, Weight.BETTER), "crossing", "judged better"),
        (_number(it.contracts, Weight.BETTER), "contract", "broken by fewer tables"),
    ) or _told((_number(it.unkeyed, Weight.BETTER), "reference", "keyed now"))


def _unsure(it: Changes) -> list[str]:
    open_ = [key for key in it.removed if key.weight is Weight.UNSURE]
    lives = sum(key.reason in {RemovalReason.REGROUPED, RemovalReason.REPLACED} for key in open_)
    read = [each for each in it.contracts if each.weight is Weight.UNSURE]
    return _told(
        (len(open_) - lives, "key", "gone whose reference may live on"),
        (_number(it.moves, Weight.UNSURE), "table", "regrouped"),
        (lives + _number(it.changed, Weight.UNSURE), "key", "judged better only by other groups or names"),
        (_number(it.unkeyed, Weight.UNSURE), "reference", "without a key gone by another name or type"),
        (len(read), "contract", "broken less only by other groups, names or types"),
        (len(it.hidden), "key", "not comparable, since one of the two was not rehearsed"),
    )


def _number(
    found: Iterable[
        RemovedKey
        | ChangedCrossing
        | StrengthChange
        | UnkeyedChange
        | ContractChange
        | RuleChange
        | TableMove
        | ConductChange
        | KeyIdentifierChange
    ],
    weight: Weight,
) -> int:
    return sum(it.weight is weight for it in found)


def _told(*counted: tuple[int, str, str]) -> list[str]:
    return [f"{number} {noun}{'' if number == 1 else 's'} {rest}" for number, noun, rest in counted if number]


def _joined(parts: list[str]) -> str:
    return " and ".join([*([", ".join(parts[:-1])] if parts[1:] else []), *parts[-1:]])


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]
