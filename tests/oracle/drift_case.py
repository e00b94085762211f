"""A case of drift: a schema, what is done to the database that Prisma makes of it, and what then is said.

The cases stand in `drift/*.toml`, a block of the schema in a line with its fields between semicolons. Tables of many
columns, one row for each, stand in `drift_defaults.py` and `drift_types.py`.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

__all__ = ["Case", "Row", "read_cases", "schema_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`says` is what pgready says, as `Answers.says`; `prisma` is what Prisma would run, "" if it is silent.

    `made` is the SQL of the whole database; without it, it is Prisma's own SQL and then `change`. `why` is the reason
    where the two do not agree: Prisma writes and pgready is silent, or Prisma is silent and pgready blocks.
    """

    name: str
    schema: str
    datasource: str = ""
    features: str = ""
    change: str = ""
    prisma: str = ""
    says: tuple[str, ...] = ()
    made: str | None = None
    external_tables: tuple[str, ...] = ()
    why: str = ""

    @property
    def text(self) -> str:
        """The schema as Prisma reads it."""
        return schema_of(*self.schema.strip().splitlines(), datasource=self.datasource, features=self.features)


@dataclass(frozen=True, slots=True)
class Row:
    """A column of a table of many: the field of the schema without its name, and the SQL that the database has.

    `says` is what pgready says about the column: a severity of INV005, the name of a kind of noise, or "".
    """

    field: str
    made: str
    prisma_writes: bool
    says: str
    why: str = ""


def schema_of(*blocks: str, datasource: str = "", features: str = "") -> str:
    """A schema of blocks as `model T { id Int @id; n Int }`, with more lines of the datasource and preview features."""
    return "\n".join(
        (
            f'datasource db {{\n  provider = "postgresql"\n  {datasource}\n}}',
            f'generator client {{\n  provider = "prisma-client-js"\n  previewFeatures = [{features}]\n}}',
            *(_block(each) for each in blocks),
            "",
        )
    )


def _block(line: str) -> str:
    head, _, fields = line.strip().removesuffix(" }").partition(" { ")
    return f"{head} {{\n  " + "\n  ".join(fields.split("; ")) + "\n}"


def read_cases() -> Iterator[Case]:
    """All cases, file by file."""
    for path in sorted(Path(__file__).with_name("drift").glob("*.toml")):
        for values in tomllib.loads(path.read_text())["case"]:
            yield msgspec.convert(values, Case)
