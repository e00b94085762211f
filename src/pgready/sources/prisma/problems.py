"""Errors of a run, gathered: one wrong line does not hide the rest."""

from pgready.errors import SourceError
from pgready.model.location import Location

__all__ = ["MAX_PROBLEMS", "NothingElse", "Problems", "TooManyProblems"]

MAX_PROBLEMS = 100
"""After so many errors reading stops: a hostile file could have millions."""

_LONGEST_MESSAGE = 400


class NothingElse(Exception):  # noqa: N818 - never leaves this package
    """After the error that was noted, nothing else about the schema makes sense."""


class TooManyProblems(Exception):  # noqa: N818 - never leaves this package
    """There are more errors than anybody reads; those found so far are kept."""


class Problems:
    """Collects errors with their places; the same twice counts once."""

    def __init__(self) -> None:
        """Begin without errors."""
        self._found: dict[tuple[Location, str], None] = {}
        self._more = False

    def add(self, location: Location, message: str) -> None:
        """Note what is wrong at a place.

        Raises:
            TooManyProblems: when there are already as many as are kept.

        """
        if len(self._found) >= MAX_PROBLEMS:
            self._more = True
            raise TooManyProblems
        shown = message if len(message) <= _LONGEST_MESSAGE else message[:_LONGEST_MESSAGE] + "..."
        self._found.setdefault((location, shown))

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._found)

    def error(self) -> SourceError:
        """All of them as one error, in order of place; call only when there is one."""
        errors = [
            SourceError(message, path=place.file, line=place.line, column=place.column)
            for place, message in sorted(self._found, key=_order)
        ]
        if self._more:
            errors.append(SourceError(f"more errors follow; these are the first {MAX_PROBLEMS}", path=errors[-1].path))
        errors[0].others = tuple(errors[1:])
        return errors[0]

    def raise_if_any(self) -> None:
        """Raise them as one SourceError.

        Raises:
            SourceError: when there is any; the others are in its `others`.

        """
        if self._found:
            raise self.error()


def _order(found: tuple[Location, str]) -> tuple[str, int, int]:
    place = found[0]
    return place.file, place.line or 0, place.column or 0
