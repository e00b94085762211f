"""The place of a finding in its file: a few lines with their numbers, and carets below what is meant.

Nothing is parsed: the end of a statement is guessed from its look, which decides on nothing but how much is shown.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pgready.model.location import Location
from pgready.reports.terminal.row import Row, row
from pgready.reports.visible import visible

__all__ = ["excerpt"]

_MOST_LINES = 6
_NEXT_BUT_ONE = 2
_TAB = 4
_UNKNOWN_WIDTH = 140
_MOST_UNDERLINED = 1000
_FEWEST_CELLS = 24
_CUT = "..."
_COMMAND = re.compile(
    r"(ALTER|ANALYZE|BEGIN|CALL|CLUSTER|COMMENT|COMMIT|COPY|CREATE|DELETE|DO|DROP|ELSIF|EXECUTE|FOR|GRANT|IF|INSERT|LOCK"
    r"|MERGE|PERFORM|REFRESH|REINDEX|RENAME|REVOKE|ROLLBACK|SELECT|SET|TRUNCATE|UPDATE|VACUUM|WITH)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(r";\s*(--.*)?$")
_BLOCK = re.compile(r"\s*(model|view|enum|type|datasource|generator)\b.*\{")
# Up to the end of the statement or a comment; quoted parts are taken whole.
_REST_OF_STATEMENT = re.compile(r"""(?:'[^']*'|"[^"]*"|-(?!-)|[^;'"-]|['"])*""")
_WORD = re.compile(r"@{0,2}[\w.]+|\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """The lines of a file, the index of the one that is meant, and the part of it, in characters."""

    lines: Sequence[str]
    at: int
    start: int
    end: int

    @property
    def line(self) -> str:
        return self.lines[self.at]


def excerpt(
    text: str, location: Location, *, width: int | None = None, style: str = "", indent: int = 4
) -> Iterator[Row]:
    """At most six lines of the file around the place; nothing where the text has no such line.

    Nothing either for the first line of a model, which says no more than its name.

    `text` is the whole file, lines end with a line feed as for the numbers of `Location`. `width` is that of the
    terminal in cells (None: unknown), `style` that of the carets. Lines that are too long are cut around the place.
    """
    place = _place(text, location)
    if place is None or (location.file.endswith(".prisma") and _BLOCK.match(place.line)):
        return
    shown = _shown(place, location.file)
    digits = len(str(max(number for number in shown if number is not None) + 1))
    room = max(_FEWEST_CELLS, (width or _UNKNOWN_WIDTH) - indent - digits - 3)
    margin = " " * indent
    for number in shown:
        if number is None:
            yield row(margin, (f"{_CUT:>{digits}}", "dim"))
            continue
        drawn, carets = _drawn(place, number, room)
        yield row(margin, (f"{number + 1:>{digits}} | ", "dim"), drawn)
        if carets:
            yield row(margin, (f"{'':>{digits}} | ", "dim"), (carets, style))


def _place(text: str, location: Location) -> _Place | None:
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if location.line is None or not 0 < location.line <= len(lines):
        return None
    line = lines[location.line - 1]
    start = (location.column or len(line) - len(line.lstrip()) + 1) - 1
    if not line.strip() or start >= len(line):
        return None
    end = _end(line, start, location.file) if location.column else len(line.rstrip())
    return _Place(lines=lines, at=location.line - 1, start=start, end=end)


def _end(line: str, start: int, file: str) -> int:
    pattern = _REST_OF_STATEMENT if file.endswith(".sql") else _WORD
    found = pattern.match(line, start, start + _MOST_UNDERLINED)
    return start + max(1, len(found.group().rstrip())) if found else start + 1


def _shown(place: _Place, file: str) -> list[int | None]:
    """Indexes of the lines to show, in order; None stands for lines that are left out."""
    head = _head(place, file)
    before = [] if head is None else [head, *_between(head, place.at)]
    # The carets are a line as well.
    most = _MOST_LINES - 1 - len(before)
    after = _after(place) if file.endswith(".sql") else [place.at]
    return [*before, *after] if len(after) <= most else [*before, *after[: most - 1], None]


def _between(head: int, at: int) -> list[int | None]:
    """What stands between the two: the only line, or that there are some."""
    return list(range(head + 1, at)) if at - head <= _NEXT_BUT_ONE else [None]


def _head(place: _Place, file: str) -> int | None:
    """The line that says where the place is: of the model, or of the command when it begins further up."""
    if file.endswith(".prisma"):
        return next((at for at in range(place.at - 1, -1, -1) if _BLOCK.match(place.lines[at])), None)
    if not file.endswith(".sql"):
        return None
    at = place.at
    while not _COMMAND.match(place.lines[at].lstrip()):
        at -= 1
        if at < 0 or not _continues(place.lines[at]):
            return None
    return at if at < place.at else None


def _continues(line: str) -> bool:
    """Whether a statement may go on after that line."""
    return bool(line.strip()) and not line.lstrip().startswith("--") and not _ENDS.search(line)


def _after(place: _Place) -> list[int]:
    """From the place to the end of its statement, no more than are ever shown."""
    found = [place.at]
    while len(found) <= _MOST_LINES and not _ENDS.search(place.lines[found[-1]]):
        if found[-1] + 1 >= len(place.lines) or not place.lines[found[-1] + 1].strip():
            break
        found.append(found[-1] + 1)
    return found


def _drawn(place: _Place, number: int, room: int) -> tuple[str, str]:
    """The line as it can be printed in so many cells, and the carets below it (none: another line)."""
    line = place.lines[number]
    if number != place.at:
        # A line of megabytes is not drawn to show its beginning.
        cells = _cells(line[: room + 1])
        return _window(cells, 0, room)[0], ""
    reach = room * 2
    skipped = max(0, place.start - reach)
    cells = _cells(line[skipped : place.start + reach])
    start, end = place.start - skipped, min(place.end - skipped, len(cells))
    offset = sum(width for _, width in cells[:start])
    total = offset + sum(width for _, width in cells[start:])
    cut = skipped > 0 or total > room
    first = _first_shown(cells, start, room) if cut else 0
    text, before = _window(cells, first, room)
    length = sum(width for _, width in cells[start:end])
    lead = before + sum(width for _, width in cells[first:start])
    return text, " " * lead + "^" * max(1, min(length, room - lead))


def _first_shown(cells: Sequence[tuple[str, int]], start: int, room: int) -> int:
    """The character to begin with so that the place is in the first third, or the beginning where it fits."""
    used, first = 0, start
    while first > 0 and used + cells[first - 1][1] <= room // 3:
        first -= 1
        used += cells[first][1]
    return first


def _window(cells: Sequence[tuple[str, int]], first: int, room: int) -> tuple[str, int]:
    """What fits, with the cuts shown, and how many cells the cut in front takes."""
    lead = _CUT if first else ""
    drawn, used = [lead], len(lead)
    for number, (char, width) in enumerate(cells[first:], first):
        rest = sum(each for _, each in cells[number : number + room])
        if used + width > room - len(_CUT) and used + rest > room:
            return "".join(drawn) + _CUT, len(lead)
        drawn.append(char)
        used += width
    return "".join(drawn).rstrip(), len(lead)


def _cells(line: str) -> list[tuple[str, int]]:
    """Every character as it is drawn, and the cells that it takes."""
    cells: list[tuple[str, int]] = []
    column = 0
    for char in line:
        drawn = " " * (_TAB - column % _TAB) if char == "\t" else visible(char)
        width = _width(char) if drawn == char else len(drawn)
        cells.append((drawn, width))
        column += width
    return cells


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
