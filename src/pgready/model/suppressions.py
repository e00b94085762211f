"""Findings that somebody has accepted, with a reason: in a comment of the SQL, in pgready.toml, or in the baseline."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pgready.model.location import Location

__all__ = ["CommentFault", "Comments", "Place", "Span", "Suppression", "SuppressionSource"]

Place = tuple[int, int]
"""Line and column, 1-based; the column counts characters."""


class SuppressionSource(StrEnum):
    """Where it is written."""

    SQL = "comment"
    CONFIG = "configuration"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of a file: from the place of its first token to behind its last one. A whole file has no places."""

    file: str
    start: Place | None = None
    end: Place | None = None

    def holds(self, location: Location | None) -> bool:
        """Whether the location is in it.

        One without a line is in a whole file only, one without a column in what stands on its line.
        """
        if location is None or location.file != self.file:
            return False
        if self.start is None or self.end is None:
            return True
        if location.line is None:
            return False
        if location.column is None:
            return self.start[0] <= location.line <= self.end[0]
        return self.start <= (location.line, location.column) < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A finding that somebody has accepted: still counted, with the reason, up to and with the day `expires`.

    What it accepts are findings of `rule` on `object` (None: any) that lie in `span` (None: anywhere) and, where
    `migration` is set, in that migration. `location` is where it is written, None when that is not known. A comment
    that names several rules is one suppression for each.
    """

    rule: str
    object: str | None = None
    reason: str
    expires: date | None = None
    source: SuppressionSource = SuppressionSource.CONFIG
    location: Location | None = None
    span: Span | None = None
    migration: str | None = None

    @property
    def named(self) -> str:
        """What it accepts, for people: `DES001 public.Old`."""
        return " ".join(part for part in (self.rule, self.object) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentFault:
    """A comment that speaks to pgready and cannot be read: it suppresses nothing."""

    migration: str
    location: Location
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comments:
    """What the comments of migrations say to pgready, in the order of migrations and places."""

    suppressions: tuple[Suppression, ...] = ()
    faults: tuple[CommentFault, ...] = ()
