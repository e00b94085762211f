"""Files of a project -> its declared schema."""

from pgready.errors import SourceError
from pgready.model.schema import Schema
from pgready.sources.prisma.parser import parse_into
from pgready.sources.prisma.problems import Problems
from pgready.sources.prisma.project import ProjectFiles, display_path, read_text
from pgready.sources.prisma.to_schema import resolve

__all__ = ["read_schema"]


def read_schema(files: ProjectFiles) -> Schema:
    """The database that the project's Prisma schema declares.

    Prisma itself accepts a schema that declares nothing at all. For a project that is an error here: nothing could
    be compared, and nothing would be found wrong.

    Raises:
        SourceError: when a file cannot be read or understood, or declares what Prisma rejects for PostgreSQL; with
            the places of the errors of all files.

    """
    problems = Problems()
    documents = [
        parse_into(read_text(path, files.root), display_path(path, files.root), problems) for path in files.schema_files
    ]
    schema = resolve(documents, problems)
    problems.raise_if_any()
    if not (schema.tables or schema.enums or schema.views):
        message = "the schema declares no model: expected at least one"
        raise SourceError(message, path=display_path(files.schema_files[0], files.root))
    return schema
