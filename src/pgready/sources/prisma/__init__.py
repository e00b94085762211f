"""The Prisma schema of a project -> the database that it declares.

`locate` finds the files (`project`; `config_file` and `external` read `prisma.config.*` as a text, through `script`),
`read_schema` reads them. In between: `lexer`, `lines`, `expressions` and `parser` make a syntax tree (`nodes`);
`generators`, `settings`, `declarations`, `fields`, `indexes` and `relations` give it its meaning; `tables` and
`to_schema` make the tables that Prisma's engine would make. Everything that Prisma rejects or that is not understood
is a SourceError with its place.
"""

from pgready.sources.prisma.external import External
from pgready.sources.prisma.nodes import Document
from pgready.sources.prisma.parser import parse
from pgready.sources.prisma.project import ProjectFiles, locate
from pgready.sources.prisma.read import read_schema
from pgready.sources.prisma.to_schema import to_schema
from pgready.sources.prisma.version import PrismaVersion, find_version

__all__ = [
    "Document",
    "External",
    "PrismaVersion",
    "ProjectFiles",
    "find_version",
    "locate",
    "parse",
    "read_schema",
    "to_schema",
]
