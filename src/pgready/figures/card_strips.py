"""What stands above and below the status cards: contracts about the whole schema, and groups without a card."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pgready.figures.parts import MARGIN
from pgready.figures.scene import Box, Shape, Words
from pgready.figures.style import (
    CALM,
    COLOURS,
    INK,
    PANEL,
    QUIET,
    TOLERATED,
    TOLERATED_WORDS,
    WIDEST,
    WORDS,
)
from pgready.figures.text import MINUS, fitted, plural, width_of
from pgready.graph.pages import LinkKind
from pgready.graph.status import GroupStatus, StatusVerdict
from pgready.model.groups import ContractOutcome, ContractVerdict, CrossingVerdict

__all__ = ["LOOKS", "more_strip", "whole_strip"]

LOOKS: Mapping[StatusVerdict, tuple[str, str, str]] = {
    StatusVerdict.BROKEN: ("✕", COLOURS[LinkKind.FORBIDDEN], WORDS[LinkKind.FORBIDDEN]),
    StatusVerdict.BASELINED: ("~", TOLERATED, TOLERATED_WORDS),
    StatusVerdict.HOLDS: ("✓", CALM, CALM),
    StatusVerdict.VACUOUS: ("○", COLOURS[LinkKind.INTERNAL], QUIET),
    StatusVerdict.NONE: (MINUS, COLOURS[LinkKind.INTERNAL], QUIET),
}
"""Sign, colour of the edge and colour of the words of every verdict."""

_OUTCOMES = {
    ContractOutcome.FAILED: StatusVerdict.BROKEN,
    ContractOutcome.BASELINED: StatusVerdict.BASELINED,
    ContractOutcome.PASSED: StatusVerdict.HOLDS,
    ContractOutcome.VACUOUS: StatusVerdict.VACUOUS,
}
_PAD = 14
_LINE = 17
_HEAD = 36
_MOST_CONTRACTS = 12
_MOST_NAMED = 180
_WIDTH = WIDEST - 2 * MARGIN

_Told = tuple[str, str, str]
"""A sign, a text and their colour."""


def whole_strip(contracts: Sequence[ContractVerdict], top: float) -> tuple[list[Shape], float]:
    """The contracts that name no groups, what is broken first; and the y below them."""
    if not contracts:
        return [], top
    place = list(_OUTCOMES)
    ranked = sorted(contracts, key=lambda it: place.index(it.outcome))
    most = _MOST_CONTRACTS if len(ranked) <= _MOST_CONTRACTS else _MOST_CONTRACTS - 1
    told = [_contract(verdict) for verdict in ranked[:most]]
    if len(ranked) > most:
        told.append(("", f"+ {len(ranked) - most:,} more", QUIET))
    return _strip("Contracts about the whole schema", "", told, 2, top)


def _contract(verdict: ContractVerdict) -> _Told:
    status = _OUTCOMES[verdict.outcome]
    sign, _, colour = LOOKS[status]
    number = len(verdict.broken_by) + len(verdict.violations)
    word = f"broken in {plural(number, 'place')}" if status is StatusVerdict.BROKEN else status.value
    return sign, f"{fitted(verdict.contract.name, 210, 11)}: {word}", colour


def more_strip(rest: Sequence[GroupStatus], top: float) -> tuple[list[Shape], float]:
    """The groups without a card, a line each, and what they come to; and the y below them."""
    if not rest:
        return [], top
    verdicts = Counter(status.verdict for status in rest)
    counts = ", ".join(f"{LOOKS[it][0]} {verdicts[it]:,} {it.value}" for it in StatusVerdict if verdicts[it])
    counts += "; in brackets the keys that nothing allows" if any(map(_not_allowed, rest)) else ""
    most = _MOST_NAMED if len(rest) <= _MOST_NAMED else _MOST_NAMED - 1
    told = [_group(status) for status in rest[:most]]
    if len(rest) > most:
        told.append(("", f"+ {len(rest) - most:,} more in audit.json", QUIET))
    return _strip(f"+ {plural(len(rest), 'more group')}", counts, told, 3, top)


def _group(status: GroupStatus) -> _Told:
    sign, _, colour = LOOKS[status.verdict]
    bad = _not_allowed(status)
    out = status.coupling.outgoing
    words = f"out {out:,}" + (f" (✕ {bad:,})" if bad else "") if out else "none out"
    text = f"{fitted(status.group, 108, 11)}: {words}, "
    return sign, text + (f"in {status.coupling.incoming:,}" if status.coupling.incoming else "none in"), colour


def _not_allowed(status: GroupStatus) -> int:
    return sum(it.verdict is not CrossingVerdict.ALLOWED for it in status.crossings)


def _strip(title: str, note: str, told: Sequence[_Told], columns: int, top: float) -> tuple[list[Shape], float]:
    """A panel over the whole width with its lines in columns, read downwards."""
    rows = -(-len(told) // columns)
    height = _HEAD + _LINE * rows + 6
    shapes: list[Shape] = [
        Box(x=MARGIN, y=top, width=_WIDTH, height=height, fill=PANEL, edge=None, radius=5),
        Words(x=MARGIN + _PAD, y=top + 19, text=title, size=14, bold=True),
    ]
    if note:
        x = MARGIN + _PAD + width_of(title, 14, bold=True) + 16
        shapes.append(Words(x=x, y=top + 19, text=fitted(note, MARGIN + _WIDTH - _PAD - x, 11), size=11, colour=QUIET))
    wide = (_WIDTH - _PAD) / columns
    for place, line in enumerate(told):
        column, row = divmod(place, rows)
        shapes += _line(line, MARGIN + _PAD + column * wide, top + _HEAD + 7 + row * _LINE, wide - _PAD)
    return shapes, top + height


def _line(told: _Told, x: float, y: float, width: float) -> Iterator[Shape]:
    sign, text, colour = told
    if sign:
        yield Words(x=x + 5, y=y, text=sign, size=11, bold=True, colour=colour, align="center")
    yield Words(x=x + 16, y=y, text=fitted(text, width - 16, 11), size=11, colour=INK if sign else QUIET)
