"""The sides of a group page: the tables outside that keys come from or go to, listed under their groups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pgready.figures.scene import Box, Shape, Words
from pgready.figures.style import CALM, COLOURS, INK, PAPER, QUIET, WORDS
from pgready.figures.text import TIMES, fitted, plural, width_of
from pgready.graph.pages import Link, LinkKind, count_keys
from pgready.model.names import QualifiedName

__all__ = ["Panel", "Port", "panel", "port_shapes"]

_MOST_PORTS = 12
_WIDEST_NAME = 160
_WIDEST_DETAILS = 200
_SEVERITY = (LinkKind.FORBIDDEN, LinkKind.UNDECLARED, LinkKind.UNKEYED, LinkKind.ALLOWED, LinkKind.INTERNAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A table outside. `tables` are those it stands for: one, or all that are not drawn."""

    tables: frozenset[QualifiedName]
    text: str
    kind: LinkKind
    count: str
    details: str
    below: bool
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One side: its ports and headings, relative to its left upper corner."""

    ports: tuple[Port, ...]
    headings: tuple[Words, ...]
    width: float
    height: float


def panel(links: Sequence[Link], labels: Mapping[QualifiedName, str], *, outgoing: bool, room: float) -> Panel:
    """List the tables at the far end of `links` under their groups; without a key it begins with the word "none".

    Details stand beside a port where both fit into `room`, else below it.
    """
    ends: dict[QualifiedName, list[Link]] = {}
    for link in links:
        ends.setdefault(link.referenced_table if outgoing else link.table, []).append(link)
    groups = {end: (found[0].to_group if outgoing else found[0].from_group) for end, found in ends.items()}
    shown = _most_telling(ends)
    headings: list[Words] = []
    ports: list[Port] = []
    y = 0.0
    if not count_keys(links):
        headings.append(Words(x=0, y=12, text="none", size=18, bold=True, colour=CALM))
        y = 34
    group = None
    for end in [end for end in ends if end in shown]:
        if groups[end] != group:
            group = groups[end]
            headings.append(Words(x=0, y=y + 9, text=fitted(group, _WIDEST_NAME + 20, 12, bold=True), bold=True))
            y += 22
        ports.append(_port(frozenset({end}), labels[end], ends[end], y, room))
        y = _bottom(ports[-1]) + 8
    if hidden := frozenset(ends) - shown:
        rest = [link for end in hidden for link in ends[end]]
        ports.append(_port(hidden, f"+ {plural(len(hidden), 'more table')}", rest, y + 4, room))
        y = _bottom(ports[-1]) + 8
    return Panel(ports=tuple(ports), headings=tuple(headings), width=_width(ports, headings), height=max(0, y - 8))


def _most_telling(ends: Mapping[QualifiedName, Sequence[Link]]) -> frozenset[QualifiedName]:
    ranked = sorted(ends, key=lambda end: (_SEVERITY.index(_worst(ends[end])), -count_keys(ends[end])))
    most = _MOST_PORTS if len(ranked) <= _MOST_PORTS else _MOST_PORTS - 1
    return frozenset(ranked[:most])


def _worst(links: Iterable[Link]) -> LinkKind:
    """What the port looks like; a key says more than a reference without one, whatever its verdict."""
    kinds = {link.kind for link in links}
    keyed = kinds - {LinkKind.UNKEYED}
    return next(kind for kind in _SEVERITY if kind in (keyed or kinds))


def _port(tables: frozenset[QualifiedName], name: str, links: Sequence[Link], y: float, room: float) -> Port:
    text = fitted(name, min(_WIDEST_NAME, room - 35), 12)
    keys, kind = count_keys(links), _worst(links)
    count = f"{TIMES}{keys:,}" if keys else f"{TIMES}{sum(link.keys for link in links):,} ?"
    box = Box(x=0, y=y, width=width_of(text, 12) + 14, height=22, edge=COLOURS[kind], fill=PAPER)
    details = fitted(_details(links, keys), _WIDEST_DETAILS, 10.5)
    beside = box.width + width_of(count, 12, bold=True) + width_of(details, 10.5) + 14
    return Port(
        tables=tables,
        text=text,
        kind=kind,
        count=count,
        details=details,
        below=bool(details) and beside > room,
        box=replace(box, line=2 if kind is LinkKind.FORBIDDEN else 1.3, dashed=kind is LinkKind.UNKEYED),
    )


def _details(links: Sequence[Link], keys: int) -> str:
    """What the number alone does not say: verdicts other than "allowed", the baseline, what was not made."""
    words = []
    for kind in _SEVERITY:
        number = sum(link.keys for link in links if link.kind is kind)
        if kind is LinkKind.UNKEYED and number:
            words.append(f"+{number:,} unkeyed ?" if keys else "unkeyed")
        elif kind in {LinkKind.FORBIDDEN, LinkKind.UNDECLARED} and number:
            words.append(kind.value if number == keys else f"{number:,} {kind.value}")
    if tolerated := sum(link.tolerated for link in links):
        words.append("tolerated ~" if tolerated == keys else f"{tolerated:,} tolerated ~")
    if missing := sum(link.missing for link in links):
        some = "all keys" if missing == keys else plural(missing, "key")
        words.append(f"{'key' if missing == keys == 1 else some} missing")
    return ", ".join(words)


def _bottom(port: Port) -> float:
    return port.box.bottom + (15 if port.below else 0)


def _width(ports: Iterable[Port], headings: Iterable[Words]) -> float:
    widths = [width_of(words.text, words.size, bold=words.bold) for words in headings]
    for port in ports:
        details = width_of(port.details, 10.5)
        beside = port.box.width + 7 + width_of(port.count, 12, bold=True)
        widths += [beside, details] if port.below else [beside + 7 + details]
    return max(widths, default=0)


def port_shapes(port: Port, *, outgoing: bool) -> tuple[Shape, ...]:
    """The port's box with its name, and its number and details on the side away from the group."""
    box, y, away = port.box, port.box.left[1], 1 if outgoing else -1
    tint = QUIET if port.kind is LinkKind.ALLOWED else WORDS[port.kind]
    align: Literal["left", "right"] = "left" if outgoing else "right"
    near, far = (box.x, box.x + box.width) if outgoing else (box.x + box.width, box.x)
    number = Words(x=far + 7 * away, y=y, text=port.count, bold=True, colour=WORDS[port.kind], align=align)
    beside = number.x + (width_of(port.count, 12, bold=True) + 7) * away
    details = Words(x=beside, y=y, text=port.details, size=10.5, colour=tint, align=align)
    if port.below:
        details = replace(details, x=near, y=box.bottom + 9)
    name = Words(x=box.x + 7, y=y, text=port.text, colour=INK)
    return (box, name, number, details) if port.details else (box, name, number)
