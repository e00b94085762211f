"""The Prisma schema of a project -> the database that it declares.

`locate` finds the files, `read_schema` reads them. In between: `lexer` and `parser` make a syntax tree (`nodes`);
`settings`, `declarations`, `fields`, `indexes` and `relations` give it its meaning; `tables` and `to_schema` make the
tables that Prisma's engine would make. Everything that is not understood is a SourceError with its place.
"""

from pgready.sources.prisma.nodes import Document
from pgready.sources.prisma.parser import parse
from pgready.sources.prisma.project import ProjectFiles, locate
from pgready.sources.prisma.read import read_schema
from pgready.sources.prisma.to_schema import to_schema
from pgready.sources.prisma.version import PrismaVersion, find_version

__all__ = [
    "Document",
    "PrismaVersion",
    "ProjectFiles",
    "find_version",
    "locate",
    "parse",
    "read_schema",
    "to_schema",
]
