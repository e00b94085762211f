"""Status cards: one per feature group, what needs a person first.

Each says its verdict in a word, then its numbers; a side without keys says "none".
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from pgready.figures.card_strips import LOOKS, more_strip, whole_strip
from pgready.figures.describe import card_lines
from pgready.figures.ids import group_id
from pgready.figures.parts import MARGIN, heading
from pgready.figures.scene import Box, Scene, Shape, Words, render
from pgready.figures.style import CALM, FAINT, INK, PAPER, QUIET, TOLERATED, TOLERATED_WORDS, WIDEST, WORDS
from pgready.figures.text import TIMES, fitted, plural, visible, width_of
from pgready.graph.pages import LinkKind
from pgready.graph.status import GroupStatus, StatusVerdict
from pgready.model.groups import ContractVerdict, CrossingVerdict
from pgready.model.names import QualifiedName

__all__ = ["cards_scene", "draw_status_cards"]

_MOST_CARDS = 24
_MOST_LINES = 6
_IN_A_ROW = 3
_APART = 12
_WIDTH = (WIDEST - 2 * MARGIN - (_IN_A_ROW - 1) * _APART) / _IN_A_ROW
_PAD = 14
_HEAD = 124  # px of a card above its lines
_LINE = 16

_Told = tuple[str, str]
"""A line of a card and its colour."""


def draw_status_cards(statuses: Sequence[GroupStatus], whole: Sequence[ContractVerdict] = ()) -> Figure:
    """Draw the cards in the order given, three in a row; 820 CSS pixels wide.

    `whole` are the contracts that name no groups (`graph.status.whole_schema`); they stand above the cards. Of more
    than 24 groups the last ones, of which least is to be said, have a line each below the cards.
    """
    return render(cards_scene(statuses, whole))


def cards_scene(statuses: Sequence[GroupStatus], whole: Sequence[ContractVerdict] = ()) -> Scene:
    """The cards as shapes."""
    title, line = card_lines(statuses, whole)
    shapes, y = heading(title, line, "", WIDEST)
    above, y = whole_strip(whole, y + 8)
    shapes += above
    y += _APART * bool(above)
    shown = list(statuses[:_MOST_CARDS])
    for start in range(0, len(shown), _IN_A_ROW):
        row = shown[start : start + _IN_A_ROW]
        told = [_lines(status) for status in row]
        lines = max((len(it) for it in told), default=0)
        height = _HEAD + _LINE * lines + (8 if lines else -4)
        for place, status in enumerate(row):
            box = Box(x=MARGIN + place * (_WIDTH + _APART), y=y, width=_WIDTH, height=height)
            shapes += _card(status, told[place], box)
        y += height + _APART
    below, y = more_strip(statuses[len(shown) :], y)
    return Scene(width=WIDEST, height=(y if below else y - _APART) + MARGIN, shapes=(*shapes, *below))


def _card(status: GroupStatus, told: Sequence[_Told], box: Box) -> Iterator[Shape]:
    gid = group_id(status.group)
    sign, edge, colour = LOOKS[status.verdict]
    # What a contract promises may hold, and yet the group is not there: then the card is not calm as a whole.
    edge = edge if status.verdict is StatusVerdict.BROKEN or not _lost(status) else TOLERATED
    x, y, width = box.x + _PAD, box.y, box.width - 2 * _PAD
    yield Box(x=x - _PAD, y=y, width=box.width, height=box.height, edge=FAINT, fill=PAPER, radius=5, gid=gid)
    yield Box(x=x - _PAD, y=y, width=5, height=box.height, fill=edge, radius=2.4, layer=3, gid=gid)
    verdict = f"{sign} {status.verdict.value}"
    taken = width_of(verdict, 12, bold=True)
    name = fitted(status.group, width - taken - 8, 14, bold=True)
    yield Words(x=x, y=y + 19, text=name, size=14, bold=True, gid=gid)
    yield Words(x=x + width, y=y + 19, text=verdict, size=12, bold=True, colour=colour, align="right", gid=gid)
    yield from _numbers(status, x, y + 46, width, gid)
    for place, (text, tint) in enumerate(_facts(status)):
        at = y + 84 + _LINE * place
        shown = fitted(text, width, 11)
        yield Words(x=x, y=at, text=shown, size=11, colour=tint, gid=gid)
    for place, (text, tint) in enumerate(told):
        at = y + _HEAD + _LINE * place
        yield Words(x=x, y=at, text=fitted(text, width, 11), size=11, colour=tint, gid=gid)


def _numbers(status: GroupStatus, x: float, y: float, width: float, gid: str) -> Iterator[Shape]:
    """Four numbers with their words below."""
    coupling = status.coupling
    four = (
        (coupling.tables, "table" if coupling.tables == 1 else "tables", 0.0, 0.22),
        (coupling.inside, "keys inside", 0.22, 0.32),
        (coupling.outgoing, "keys out", 0.56, 0.22),
        (coupling.incoming, "keys in", 0.81, 0.19),
    )
    for number, word, start, share in four:
        none = not number and word in {"keys out", "keys in"}
        text = "none" if none else f"{number:,}"
        size = 14.0 if none else min(17.0, 0.9 * share * width / width_of(text, 1, bold=True))
        at = x + start * width
        yield Words(x=at, y=y, text=text, size=size, bold=True, colour=CALM if none else INK, gid=gid)
        yield Words(x=at, y=y + 17, text=word, size=10.5, colour=QUIET, gid=gid)


def _lost(status: GroupStatus) -> str:
    """`6 of 9 tables and 5 of 8 keys missing`; empty: nothing is, or it is not known."""
    counts = (
        (status.missing or 0, status.coupling.tables, "table"),
        (status.missing_keys if status.missing is not None else 0, _owned(status), "key"),
    )
    told = [f"{lost:,} of {plural(total, noun)}" for lost, total, noun in counts if lost]
    return f"{' and '.join(told)} missing" if told else ""


def _owned(status: GroupStatus) -> int:
    return status.coupling.inside + status.coupling.outgoing


def _facts(status: GroupStatus) -> Iterator[_Told]:
    """Two lines: what was not made or is without a key, and the key identifier."""
    alone, tables = len(status.coupling.keyless), status.coupling.tables
    if not tables:
        yield "no tables", QUIET
    elif lost := _lost(status):
        yield lost, WORDS[LinkKind.FORBIDDEN]
    else:
        yield f"{plural(alone, 'table')} with no key" if alone else "every table has a key", QUIET
    if status.key:
        yield f"key identifier {status.key}: {status.with_key:,} of {tables:,}", QUIET
    else:
        yield "no key identifier", QUIET


def _lines(status: GroupStatus) -> list[_Told]:
    """Where its references go: what breaks a contract first, each on its own; then sums."""
    told = [*_bad(status), *_allowed(status)]
    lines = [(text, colour) for texts, colour in told for text in texts]
    if len(lines) <= _MOST_LINES:
        return lines
    shown: list[_Told] = []
    for place, (texts, colour) in enumerate(told):
        if len(shown) + len(texts) >= _MOST_LINES:
            return [*shown, (f"+ {len(told) - place:,} more", QUIET)]
        shown += [(text, colour) for text in texts]
    return shown


def _bad(status: GroupStatus) -> Iterator[tuple[tuple[str, ...], str]]:
    for verdict, sign in ((CrossingVerdict.FORBIDDEN, "✕"), (CrossingVerdict.UNDECLARED, "!")):
        for crossing in status.outgoing(verdict):
            key = crossing.foreign_key
            made = ", key missing" if crossing.declared and crossing.rehearsed is False else ""
            target = fitted(status.labels[key.referenced_table], 130, 11) + made
            yield _edge(status, sign, key.table, ",".join(key.columns), target), WORDS[LinkKind(verdict.value)]
    for crossing in status.outgoing(CrossingVerdict.ALLOWED):
        if crossing.baselined:
            key = crossing.foreign_key
            target = fitted(status.labels[key.referenced_table], 130, 11) + ", tolerated"
            yield _edge(status, "~", key.table, ",".join(key.columns), target), TOLERATED_WORDS
    for it in status.unkeyed:
        target = fitted(status.labels[it.referenced_table], 130, 11)
        yield _edge(status, "?", it.table, it.column, target), WORDS[LinkKind.UNKEYED]


def _edge(status: GroupStatus, sign: str, table: QualifiedName, columns: str, target: str) -> tuple[str, ...]:
    """`✕ Table.column → Other, key missing`, in two lines where one is too short for it."""
    room, left = _WIDTH - 2 * _PAD, f"{sign} {visible(status.labels[table])}.{visible(columns)}"
    if width_of(f"{left} → {target}", 11) <= room:
        return (f"{left} → {target}",)
    return fitted(left, room, 11), f"    → {target}"


def _allowed(status: GroupStatus) -> Iterator[tuple[tuple[str, ...], str]]:
    crossings = [it for it in status.outgoing(CrossingVerdict.ALLOWED) if not it.baselined]
    keys = Counter(crossing.foreign_key.referenced_table for crossing in crossings)
    lost = Counter(
        crossing.foreign_key.referenced_table
        for crossing in crossings
        if crossing.declared and crossing.rehearsed is False
    )
    for table, number in keys.most_common():
        some = "all keys" if lost[table] == number else plural(lost[table], "key")
        missing = f", {'key' if lost[table] == number == 1 else some} missing" if lost[table] else ""
        name = fitted(status.labels[table], 110, 11)
        yield (f"→ {name} {TIMES}{number:,}, allowed{missing}",), WORDS[LinkKind.ALLOWED]
