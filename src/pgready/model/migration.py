"""Migrations as they stand on disk."""

from dataclasses import dataclass

from pgready.model.location import Location

__all__ = ["Migration", "MigrationRecord", "Statement"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One SQL command of a migration.

    `position` counts from 1 within the file; `kind` is the name of the parse tree's node (`CreateStmt`, `DoStmt`);
    `line` and `column` are the place of its first token, 1-based, in characters; `sql` is its text without the
    closing semicolon.
    """

    position: int
    line: int
    column: int
    kind: str
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One migration, a directory with a `migration.sql`.

    `position` counts from 1 in the order of execution. `file` is the path of the SQL file relative to the project;
    `sql` is its text, None when the file is missing. `checksum` is the lower-case hex SHA-256 of the file's bytes, as
    Prisma records it. `undecodable_bytes` counts bytes that are not UTF-8 (they stand as U+FFFD in `sql`).
    """

    name: str
    position: int
    file: str
    sql: str | None
    checksum: str | None = None
    undecodable_bytes: int = 0

    @property
    def location(self) -> Location:
        """The beginning of the SQL file."""
        return Location(self.file)


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationRecord:
    """What an audit keeps of a migration: everything but its text, which stays in the project.

    `statements` counts its SQL commands; `unreadable` is the parser's message when it is not valid PostgreSQL;
    `opaque` are the places whose effect cannot be read from the text (dynamic SQL). `has_file` is False when the
    directory holds no migration.sql.
    """

    name: str
    position: int
    file: str
    checksum: str | None = None
    has_file: bool = True
    statements: int = 0
    unreadable: str | None = None
    opaque: tuple[Location, ...] = ()

    @property
    def location(self) -> Location:
        """The beginning of the SQL file."""
        return Location(self.file)
