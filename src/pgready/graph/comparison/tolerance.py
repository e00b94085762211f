"""What became of findings about isolation: a finding that nobody sees any more is a rule that asks for less."""

from collections.abc import Iterable, Iterator
from datetime import date

from pgready.graph.comparison.values import RuleChange, RuleKind, Weight
from pgready.graph.study import Tolerance
from pgready.model.suppressions import Suppression

__all__ = ["tolerance_changes"]

_What = tuple[str, str | None]
"""Rule and object, None for any."""


def tolerance_changes(before: Tolerance, after: Tolerance) -> tuple[RuleChange, ...]:
    """Suppressions that came or went, then rules that weigh more or less; by rule and object.

    A suppression of one object is none where all objects of the rule were suppressed for as long before.
    """
    one, other = _accepted(before.suppressions), _accepted(after.suppressions)
    new = [_suppression(what, added=True) for what, until in other.items() if not _covered(one, what, until)]
    gone = [_suppression(what, added=False) for what, until in one.items() if not _covered(other, what, until)]
    return (*new, *gone, *_severities(before, after))


def _accepted(suppressions: Iterable[Suppression]) -> dict[_What, date]:
    """Until when each is accepted, at the longest."""
    found: dict[_What, date] = {}
    for it in suppressions:
        what, until = (it.rule, it.object), it.expires or date.max
        found[what] = max(found.get(what, until), until)
    return dict(sorted(found.items(), key=lambda it: (it[0][0], it[0][1] or "")))


def _covered(known: dict[_What, date], what: _What, until: date) -> bool:
    return any(known.get(each, date.min) >= until for each in (what, (what[0], None)))


def _suppression(what: _What, *, added: bool) -> RuleChange:
    name = " ".join(part for part in what if part)
    weight = Weight.LOOSENED if added else Weight.NEUTRAL
    return RuleChange(kind=RuleKind.SUPPRESSION, name=name, added=added, weight=weight)


def _severities(before: Tolerance, after: Tolerance) -> Iterator[RuleChange]:
    """Rules that both know; one that blocks no more is loosened, whatever its word."""
    for rule in sorted(before.severities.keys() & after.severities.keys()):
        was, now = before.severities[rule], after.severities[rule]
        blocked = (was >= before.blocking, now >= after.blocking)
        if was != now or blocked[0] != blocked[1]:
            weight = Weight.LOOSENED if now < was or blocked[0] > blocked[1] else Weight.NEUTRAL
            yield RuleChange(
                kind=RuleKind.SEVERITY, name=f"{rule}: {was.word}, now {now.word}", added=None, weight=weight
            )
