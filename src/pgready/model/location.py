"""Places in the files of the project under audit."""

from dataclasses import dataclass

__all__ = ["Location"]


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file: `file` relative to the project with forward slashes, `line` and `column` 1-based or None.

    The column counts characters, as editors do.
    """

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """`file:line:column`, leaving out what is not known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
