"""The text of a baseline: the references between groups that are tolerated because they were there, one a line.

`Table.column,column->Table  # reason`, with `?->` for a column without a foreign key. Empty lines and lines that begin
with `#` say nothing. An edge whose names would not survive that (line breaks, signs that are not printed, a `#`, a
quotation mark in front, spaces at the ends) is written as a JSON string.
"""

import json
import re
from collections.abc import Iterable

from pgready.errors import ConfigError
from pgready.model.groups import DeclaredCrossing
from pgready.model.location import Location

__all__ = ["BASELINE_NAME", "parse_baseline", "render_baseline"]

BASELINE_NAME = "pgready.baseline"

_HEAD = """\
# References between groups that break a contract today and are tolerated, one a line: edge  # reason.
# Written by `pgready baseline`; a new one fails the check (ISO001), and so does a line without use (ISO007).
"""
_LINE = re.compile(r'\s*(?P<edge>"(?:[^"\\]|\\.)*"|[^"#\s][^#]*?)\s*(?:#(?P<reason>.*))?')
_EDGE = re.compile(r".+\..+->.+", re.DOTALL)


def parse_baseline(text: str, *, shown_as: str = BASELINE_NAME) -> tuple[DeclaredCrossing, ...]:
    """The entries in the order of their lines. Raises ConfigError with the line of the first that cannot be read."""
    entries: dict[str, DeclaredCrossing] = {}
    # Not `splitlines`, which also breaks at signs that a name may hold.
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if (bare := line.strip()) and not bare.startswith("#"):
            entry = _entry(line.rstrip("\r"), Location(shown_as, number))
            if first := entries.get(entry.edge):
                raise ConfigError(f"{entry.location}: {entry.edge!r} is listed twice, first in {first.location}")
            entries[entry.edge] = entry
    return tuple(entries.values())


def _entry(line: str, location: Location) -> DeclaredCrossing:
    found = _LINE.fullmatch(line)
    edge = _unquoted(found["edge"]) if found else None
    if found is None or edge is None or not _EDGE.fullmatch(edge):
        raise ConfigError(
            f"{location}: no reference between tables; expected 'Table.column->ReferencedTable  # reason'"
        )
    reason = (found["reason"] or "").strip()
    if not reason:
        raise ConfigError(f"{location}: no reason; expected 'Table.column->ReferencedTable  # reason'")
    return DeclaredCrossing(edge=edge, reason=reason, baselined=True, location=location)


def _unquoted(edge: str) -> str | None:
    if not edge.startswith('"'):
        return edge
    try:
        return str(json.loads(edge))
    except ValueError:
        return None


def render_baseline(entries: Iterable[DeclaredCrossing]) -> str:
    """The whole file, ordered by edge, each edge once; the same entries give the same text, whatever their order.

    `parse_baseline` reads it back. Signs in a reason that are not printed become spaces.
    """
    reasons = {entry.edge: entry.reason for entry in sorted(entries, key=lambda it: (it.edge, it.reason), reverse=True)}
    lines = [f"{_quoted(edge)}  # {_one_line(reasons[edge])}\n" for edge in sorted(reasons)]
    return _HEAD + "".join(lines)


def _quoted(edge: str) -> str:
    plain = edge.isprintable() and "#" not in edge and edge.strip() == edge and not edge.startswith('"')
    return edge if plain else json.dumps(edge)


def _one_line(reason: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in reason).split())
