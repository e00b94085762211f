"""What a project itself says of feature groups: tags in comments, PostgreSQL schemas, files, relations.

Each function gives, of the tables that its source speaks of, the group and the words that say so. How the sources
rank is decided in `grouping`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pgready.model.groups import UNGROUPED, GroupSource, Placement
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema, Table

__all__ = ["LONGEST_TAG", "Tags", "by_file", "by_partition", "by_relation", "by_schema", "is_join_table", "read_tags"]

LONGEST_TAG = 63
"""Characters of a group's name in a comment: as many as PostgreSQL allows in a name."""

_TAG = re.compile(r'(?<![\w@])@group\b(?:[^\S\n]+(?:"(?P<quoted>[^"\n]*)"|(?P<word>\w(?:[\w./-]*\w)?)))?')
# Files that are named for what they are and not for what they hold; such a file says nothing, but its folder may.
_GENERAL_STEMS = frozenset({"base", "db", "index", "main", "model", "models", "prisma", "schema"})

_Placements = dict[QualifiedName, Placement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What comments say: `groups` of each tagged table in order, each once; `nameless` as in `Grouping`."""

    groups: dict[QualifiedName, tuple[str, ...]]
    nameless: tuple[QualifiedName, ...]


def read_tags(*schemas: Schema | None) -> Tags:
    """The `@group name` of the tables' comments: `///` above a Prisma model, `COMMENT ON TABLE` of an introspected one.

    A name is one word (letters, digits, and `_ . / -` inside it), or stands in double quotes and can be printed; it has
    at most `LONGEST_TAG` characters. The tag may stand anywhere in the comment. What several structures say of a table
    is read in their order.
    """
    groups: dict[QualifiedName, tuple[str, ...]] = {}
    nameless: set[QualifiedName] = set()
    for table in (table for schema in schemas if schema for table in schema.tables if table.comment):
        for name in _tags(table.comment or ""):
            if name is None:
                nameless.add(table.name)
            else:
                groups[table.name] = tuple(dict.fromkeys((*groups.get(table.name, ()), name)))
    return Tags(groups=groups, nameless=tuple(sorted(nameless)))


def _tags(comment: str) -> Iterator[str | None]:
    """The name of each tag, None where it is no name."""
    for found in _TAG.finditer(comment):
        name = (found["word"] or found["quoted"] or "").strip()
        yield name if name and len(name) <= LONGEST_TAG and name.isprintable() and name != UNGROUPED else None


def by_schema(schema: Schema, *, unasked: bool = False) -> _Placements:
    """The PostgreSQL schema of each table (`@@schema` in Prisma).

    `unasked`: nobody has asked for it, so only when there are several; one that only migrations make does not count.
    """
    declared = {table.name.schema for table in schema.tables if table.location is not None}
    several = len(declared or {table.name.schema for table in schema.tables}) > 1
    if unasked and not several:
        return {}
    return {
        table.name: Placement(
            table=table.name, group=table.name.schema, source=GroupSource.SCHEMA, detail=table.name.schema
        )
        for table in schema.tables
        if table.name.schema != UNGROUPED
    }


def by_file(schema: Schema, *, unasked: bool = False) -> _Placements:
    """The file that declares each table, without its ending: `crm.prisma` -> crm. `unasked` as in `by_schema`.

    A file that is named for what it is (`schema.prisma`, `main.prisma`, `models.prisma`) gives the name of its folder,
    and none in the topmost folder: there it holds whatever has no file of its own. Files of one name in several folders
    are told apart by their folders (`auth/user`, `crm/user`).
    """
    files = {table.location.file for table in schema.tables if table.location is not None}
    if unasked and len(files) < 2:  # noqa: PLR2004 - several
        return {}
    groups = _file_groups(files)
    return {
        table.name: Placement(table=table.name, group=group, source=GroupSource.FILE, detail=table.location.file)
        for table in schema.tables
        if table.location is not None and (group := groups.get(table.location.file))
    }


def _file_groups(files: Iterable[str]) -> dict[str, str]:
    """File -> group, for the files that give one."""
    parts = {file: _below(PurePosixPath(file)) for file in files}
    top = _common([it[:-1] for it in parts.values()])
    below = {file: it[top:] for file, it in parts.items()}
    # The folder of a file that says nothing itself.
    telling = {file: it[:-1] if it[-1].lower() in _GENERAL_STEMS else it for file, it in below.items()}
    found = {file: it for file, it in telling.items() if it}
    last: dict[str, set[tuple[str, ...]]] = {}
    for it in found.values():
        last.setdefault(it[-1], set()).add(it)
    named = {file: it[-1] if len(last[it[-1]]) == 1 else "/".join(it) for file, it in found.items()}
    return {file: name for file, name in named.items() if name != UNGROUPED}


def _below(path: PurePosixPath) -> tuple[str, ...]:
    return (*path.parts[:-1], path.stem)


def _common(folders: list[tuple[str, ...]]) -> int:
    """The number of folders that all paths begin with."""
    length = 0
    for level in zip(*folders, strict=False):
        if len(set(level)) > 1:
            break
        length += 1
    return length


def is_join_table(table: Table) -> bool:
    """Whether Prisma makes the table for an implicit many-to-many relation: declared, and without a model."""
    return table.model is None and table.location is not None


def by_relation(schema: Schema, placed: Mapping[QualifiedName, Placement]) -> _Placements:
    """The tables of implicit many-to-many relations, by where their two models are `placed`.

    The group of both sides when it is one; else that of model A, which is the first by name (Prisma's manual, "Implicit
    many-to-many relations"), or of model B when A has none. Nobody can list such a table by a model or comment it.
    """
    found: _Placements = {}
    for table in (it for it in schema.tables if is_join_table(it) and it.name not in placed):
        sides = {key.columns: placed.get(key.referenced_table) for key in table.foreign_keys}
        a, b = sides.get(("A",)), sides.get(("B",))
        side = a or b
        if side is not None:
            both = a is not None and b is not None and a.group == b.group
            found[table.name] = Placement(
                table=table.name,
                group=side.group,
                source=GroupSource.RELATION,
                detail="of both its models" if both else f"of {side.table.name}",
            )
    return found


def by_partition(schema: Schema, placed: Mapping[QualifiedName, Placement]) -> _Placements:
    """Partitions that nothing else places, by their partitioned table, through any number of levels."""
    found: _Placements = {}
    for table in (it for it in schema.tables if it.partition_of is not None and it.name not in placed):
        top = _partitioned(schema, table)
        if (above := placed.get(top)) is not None:
            found[table.name] = Placement(
                table=table.name, group=above.group, source=GroupSource.PARTITION, detail=f"of {top.name}"
            )
    return found


def _partitioned(schema: Schema, table: Table) -> QualifiedName:
    """The topmost partitioned table; structures that are no tree end the walk where it began to turn."""
    seen, name = {table.name}, table.partition_of or table.name
    while (above := schema.table(name)) is not None and above.partition_of is not None and name not in seen:
        seen.add(name)
        name = above.partition_of
    return name
