"""Errors of a run, gathered: one wrong line does not hide the rest."""

from pgready.errors import SourceError
from pgready.model.location import Location

__all__ = ["MAX_PROBLEMS", "Problems"]

MAX_PROBLEMS = 100
"""Errors that are kept; the count of the others is told."""


class Problems:
    """Collects SourceErrors in the order of their discovery, each place once."""

    def __init__(self) -> None:
        """Begin without errors."""
        self._found: dict[tuple[Location, str], None] = {}
        self._left_out = 0

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._found)

    def add(self, location: Location, message: str) -> None:
        """Note what is wrong at a place; the same twice counts once."""
        if len(self._found) >= MAX_PROBLEMS:
            self._left_out += 1
        else:
            self._found.setdefault((location, message))

    def error(self) -> SourceError:
        """All of them as one error, in order of place; call only when there is one."""
        errors = [
            SourceError(message, path=place.file, line=place.line, column=place.column)
            for place, message in sorted(self._found, key=_order)
        ]
        if self._left_out:
            errors.append(SourceError(f"and {self._left_out} more errors", path=errors[-1].path))
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
