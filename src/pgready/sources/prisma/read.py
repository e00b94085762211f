"""Files of a project -> its declared schema."""

from pgready.model.schema import Schema
from pgready.sources.prisma.nodes import Document
from pgready.sources.prisma.parser import parse_into
from pgready.sources.prisma.problems import Problems
from pgready.sources.prisma.project import ProjectFiles, display_path, read_text
from pgready.sources.prisma.to_schema import to_schema

__all__ = ["read_documents", "read_schema"]


def read_documents(files: ProjectFiles) -> tuple[Document, ...]:
    """The syntax trees of all schema files, by path.

    Raises:
        SourceError: with the places of the syntax errors of all files.

    """
    problems = Problems()
    documents = tuple(
        parse_into(read_text(path, files.root), display_path(path, files.root), problems) for path in files.schema_files
    )
    problems.raise_if_any()
    return documents


def read_schema(files: ProjectFiles) -> Schema:
    """The database that the project's Prisma schema declares.

    Raises:
        SourceError: when a file cannot be read or understood, or declares what Prisma rejects for PostgreSQL.

    """
    return to_schema(read_documents(files))
