"""Short ways to write lines of text and tables for the views."""

from collections.abc import Iterable, Sequence

from pgready.model.location import Location
from pgready.reports.blocks import Column, Line, Span, Style, Table

__all__ = [
    "NOTHING",
    "bad",
    "capped",
    "code",
    "count",
    "good",
    "line",
    "listing",
    "muted",
    "open_",
    "place",
    "said",
    "section",
    "strong",
    "table",
    "warn",
]

CAP = 200
NOTHING = Span(text="\N{EN DASH}", style=Style.MUTED)


def line(*parts: str | Span | Line) -> Line:
    """One line of its parts; a bare string is plain text, empty ones are left out."""
    spans: list[Span] = []
    for part in parts:
        match part:
            case "":
                continue
            case str():
                spans.append(Span(text=part))
            case Span():
                spans.append(part)
            case _:
                spans.extend(part)
    return tuple(spans)


def code(text: object) -> Span:
    """A name, a path or a command."""
    return Span(text=str(text), style=Style.CODE)


def strong(text: str) -> Span:
    """What the eye should find."""
    return Span(text=text, style=Style.STRONG)


def muted(text: str) -> Span:
    """What may be skipped."""
    return Span(text=text, style=Style.MUTED)


def good(text: str) -> Span:
    """It is well."""
    return Span(text=text, style=Style.GOOD)


def bad(text: str) -> Span:
    """It is not well."""
    return Span(text=text, style=Style.BAD)


def warn(text: str) -> Span:
    """It needs a look."""
    return Span(text=text, style=Style.WARN)


def open_(text: str) -> Span:
    """It is not known."""
    return Span(text=text, style=Style.OPEN)


def said(message: str) -> Line:
    """A message in which `names` stand between backticks."""
    pieces = message.split("`")
    if len(pieces) % 2 == 0:
        return line(message)
    return line(*(code(piece) if place % 2 else piece for place, piece in enumerate(pieces) if piece))


def place(location: Location | None) -> Line:
    """`file:line:column`, or a dash."""
    return line(NOTHING if location is None else code(location))


def section(title: str, text: str = "") -> Span:
    """A way to another section of the same report, in the words of its title or in others."""
    return Span(text=text or title, section=title)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 table`, `2 tables`, `2 foreign keys`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def listing(names: Iterable[object], limit: int = CAP) -> Line:
    """Names one after the other, with "and 3 more" where the list is cut."""
    names = list(names)
    shown = [part for name in names[:limit] for part in (", ", code(name))][1:]
    return line(*shown, f" and {len(names) - limit} more" if len(names) > limit else "")


def capped(caption: str, heads: Sequence[str], rows: Sequence[tuple[Line, ...]], limit: int = CAP) -> Table:
    """A table of at most `limit` rows; a head that begins with `#` is a column of numbers."""
    return table(caption, heads, rows[:limit], more=max(0, len(rows) - limit))


def table(caption: str, heads: Sequence[str], rows: Iterable[tuple[Line, ...]], *, more: int = 0) -> Table:
    """A table as it is given."""
    columns = tuple(Column(title=head.removeprefix("#"), numeric=head.startswith("#")) for head in heads)
    return Table(caption=caption, columns=columns, rows=tuple(rows), more=more)
