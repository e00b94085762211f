"""What contracts ask for on both sides, and how they fared."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields

from pgready.diff.values import Change, Subject, Weight
from pgready.model.groups import Contract, ContractKind, ContractOutcome, ContractVerdict
from pgready.verdict import AuditResult

__all__ = ["contract_changes"]

_ALL_WITHOUT = frozenset({ContractKind.ACYCLIC, ContractKind.NO_CASCADE_ACROSS, ContractKind.UNIQUE_NAMES})
"""Kinds that mean every group when they name none."""

_TOLD = frozenset({"kind", "name"})


def contract_changes(before: AuditResult, after: AuditResult) -> Iterator[Change]:
    """Contracts of one side, with another outcome, or that ask for something else; known by kind and name."""
    old, new = (
        {(str(it.contract.name), str(it.contract.kind)): it for it in audit.contracts} for audit in (before, after)
    )
    for name, kind in sorted({*old, *new}):
        yield from _contract(f"{name} ({kind})", old.get((name, kind)), new.get((name, kind)))


def _contract(name: str, was: ContractVerdict | None, now: ContractVerdict | None) -> Iterator[Change]:
    terms = tuple(_terms(name, was.contract, now.contract)) if was and now else ()
    old, new = (None if it is None else it.outcome for it in (was, now))
    if old is not new:
        weight = _as_asked(_promised(old, new), {it.weight for it in terms})
        yield Change(subject=Subject.CONTRACT, name=name, before=old, after=new, weight=weight)
    yield from terms


def _promised(was: ContractOutcome | None, now: ContractOutcome | None) -> Weight:
    """Of two different outcomes; None where there is no such contract."""
    if was is None or now is None:
        return Weight.TIGHTENED if was is None else Weight.LOOSENED
    if ContractOutcome.BASELINED in (was, now):
        return Weight.LOOSENED if now is ContractOutcome.BASELINED else Weight.TIGHTENED
    if ContractOutcome.FAILED in (was, now):
        return Weight.WORSE if now is ContractOutcome.FAILED else Weight.BETTER
    return Weight.NEUTRAL


def _as_asked(outcome: Weight, terms: set[Weight]) -> Weight:
    """A contract that is kept since it asks for less is not repaired, and one that asks for more is not broken."""
    asked = terms - {Weight.NEUTRAL}
    if not asked or outcome not in (Weight.BETTER, Weight.WORSE):
        return outcome
    expected = Weight.LOOSENED if outcome is Weight.BETTER else Weight.TIGHTENED
    if asked == {expected}:
        return expected
    return outcome if asked == {expected.mirrored} else Weight.CHANGED


def _terms(name: str, was: Contract, now: Contract) -> Iterator[Change]:
    """Every term that is another one; the reason is a person's sentence and asks for nothing."""
    for field in fields(Contract):
        old, new = getattr(was, field.name), getattr(now, field.name)
        if field.name in _TOLD or old == new:
            continue
        weight = _WEIGH.get(field.name, _other)(was, now)
        said = f"{name}: {field.name}"
        yield Change(subject=Subject.CONTRACT, name=said, before=_said(old), after=_said(new), weight=weight)


def _said(value: object) -> str:
    """In words; what is not there, or empty, as that."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _other(_was: Contract, _now: Contract) -> Weight:
    return Weight.CHANGED


def _demands(was: Sequence[str], now: Sequence[str]) -> Weight:
    """Of two different lists of what is asked for."""
    old, new = set(was), set(now)
    if old < new or new < old:
        return Weight.TIGHTENED if old < new else Weight.LOOSENED
    return Weight.CHANGED


def _groups(was: Contract, now: Contract) -> Weight:
    if was.kind in _ALL_WITHOUT and not (was.groups and now.groups):
        return Weight.LOOSENED if now.groups else Weight.TIGHTENED
    if set(was.groups) == set(now.groups) and was.kind is not ContractKind.LAYERS:
        return Weight.NEUTRAL
    both = {*was.groups} & {*now.groups}
    old, new = ([name for name in it.groups if name in both] for it in (was, now))
    moved = was.kind is ContractKind.LAYERS and old != new
    return Weight.CHANGED if moved else _demands(was.groups, now.groups)


def _goals(was: Contract, now: Contract) -> Weight:
    """FORBIDDEN: more to stay away from. MUST_REFERENCE: more that will do."""
    weight = _demands(was.to, now.to)
    return weight.mirrored if was.kind is ContractKind.MUST_REFERENCE else weight


def _nullable(was: Contract, now: Contract) -> Weight:
    return Weight.LOOSENED if now.nullable and not was.nullable else Weight.TIGHTENED


_WEIGH: dict[str, Callable[[Contract, Contract], Weight]] = {
    "groups": _groups,
    "allowed": lambda was, now: _demands(was.allowed, now.allowed).mirrored,
    "allowed_from": lambda was, now: _demands(was.allowed_from, now.allowed_from).mirrored,
    "to": _goals,
    "tables": lambda was, now: _demands(was.tables, now.tables),
    "nullable": _nullable,
    "reason": lambda _was, _now: Weight.NEUTRAL,
}
