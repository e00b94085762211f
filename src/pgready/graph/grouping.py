"""From pgready.toml and what the project itself says to feature groups with their tables."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from types import MappingProxyType

from pgready.graph.group_levels import Tags, by_file, by_partition, by_relation, by_schema, is_join_table, read_tags
from pgready.graph.names import spellings, table_names
from pgready.graph.partitions import plain_partitions
from pgready.model.groups import Group, Grouping, GroupSource, Placement
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema, Table

__all__ = ["resolve_groups", "with_undeclared"]

_NO_KEYS: Mapping[str, str] = MappingProxyType({})


def resolve_groups(
    schema: Schema,
    declared: Mapping[str, Sequence[str]],
    keys: Mapping[str, str] = _NO_KEYS,
    *,
    groups_from: Collection[str] | None = None,
    rehearsed: Schema | None = None,
) -> Grouping:
    """Assign every table of `schema` to at most one group, and say what put it there.

    `declared` maps a group's name to names or globs, in the order of the configuration; `keys` maps a group's name to
    its key column. The strongest of these that speaks of a table decides:

    1. a name in `declared`. A name means a table by its Prisma model, its own name or `schema.table`; it is
       case-sensitive, as PostgreSQL's names are. Of several groups that list a table the first has it;
    2. `@group name` in the comment of the table, in `schema` or in `rehearsed` (there by COMMENT ON TABLE);
    3. the PostgreSQL schema, when `groups_from` holds "schema";
    4. the file that declares the table, when `groups_from` holds "file";
    5. a glob in `declared`, the last that matches, as in a CODEOWNERS file. A name with `*`, `?` or `[` is a glob
       unless a table is called exactly so; only a glob with a dot is matched against `schema.table`.

    The table of an implicit many-to-many relation goes with its models unless 1 or 2 speak of it; a partition goes with
    its table when nothing else speaks of it. With `groups_from` None and nothing `declared`, 3 and 4 count where they
    tell tables apart: several schemas, several files.

    A table that several groups list, or whose comments name several, is an overlap. Names and globs that match no
    table at all are unknown. Groups that nobody has declared come last, by name. Partitions stand in groups and are
    not counted as tables, unless a foreign key of their own goes out or comes in (`plain_partitions`).
    """
    listed = _explicit(schema, declared)
    tags = read_tags(schema, rehearsed)
    matched = _globbed(schema, declared, listed)
    placed = _placed(schema, listed, tags, matched, _automatic(schema, declared, groups_from))
    return Grouping(
        groups=_groups(declared, placed.values(), keys),
        ungrouped=tuple(sorted(table.name for table in schema.tables if table.name not in placed)),
        overlaps=_overlaps(schema, listed, tags),
        unknown=tuple(
            (group, name)
            for group, names in declared.items()
            for name in dict.fromkeys(names)
            if name not in listed.names and (group, name) not in matched.used
        ),
        placements=tuple(placed[table] for table in sorted(placed)),
        nameless=tuple(table for table in tags.nameless if schema.table(table) is not None),
        partitions=tuple(it for it in plain_partitions(schema, rehearsed) if schema.table(it) is not None),
    )


def with_undeclared(declared: Schema, made: Schema | None) -> Schema:
    """What is declared, and the tables that only the migrations make: contracts hold for these as well."""
    extra = tuple(table for table in made.tables if declared.table(table.name) is None) if made else ()
    return replace(declared, tables=(*declared.tables, *extra))


_Placements = Mapping[QualifiedName, Placement]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Explicit:
    """`groups`: table -> (group, listed name) of all that name it, in order; `names`: listed names of tables."""

    groups: dict[QualifiedName, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Globbed:
    """`of`: table -> (group, glob) of the last matching glob; `used`: (group, glob) pairs that match a table."""

    of: dict[QualifiedName, tuple[str, str]]
    used: frozenset[tuple[str, str]]


def _explicit(schema: Schema, declared: Mapping[str, Sequence[str]]) -> _Explicit:
    known = table_names(schema)
    groups: dict[QualifiedName, tuple[tuple[str, str], ...]] = {}
    for group, names in declared.items():
        found = {table: name for name in reversed(names) for table in known.get(name, ())}
        for table, name in found.items():
            groups[table] = (*groups.get(table, ()), (group, name))
    listed = {name for names in declared.values() for name in names}
    return _Explicit(groups=groups, names=frozenset(listed & known.keys()))


def _globbed(schema: Schema, declared: Mapping[str, Sequence[str]], listed: _Explicit) -> _Globbed:
    globs = [
        (group, name)
        for group, names in declared.items()
        for name in names
        if name not in listed.names and any(mark in name for mark in "*?[")
    ]
    matches = [(table.name, glob) for glob in globs for table in schema.tables if _matches(table, glob[1])]
    return _Globbed(of=dict(matches), used=frozenset(glob for _, glob in matches))


def _matches(table: Table, glob: str) -> bool:
    # `schema.table` is only meant by a glob with a dot: else `p*` would take everything in `public`.
    names = spellings(table) if "." in glob else spellings(table)[:-1]
    return any(fnmatchcase(name, glob) for name in names)


def _automatic(
    schema: Schema, declared: Mapping[str, Sequence[str]], groups_from: Collection[str] | None
) -> _Placements:
    """What PostgreSQL schemas and files say, as far as somebody wants to hear it."""
    if groups_from is None:
        return {} if declared else {**by_file(schema, unasked=True), **by_schema(schema, unasked=True)}
    files = by_file(schema) if GroupSource.FILE in groups_from else {}
    return {**files, **(by_schema(schema) if GroupSource.SCHEMA in groups_from else {})}


def _placed(
    schema: Schema, listed: _Explicit, tags: Tags, matched: _Globbed, automatic: _Placements
) -> dict[QualifiedName, Placement]:
    """Level by level, the strongest last."""
    globs = {table: _placement(table, group, GroupSource.GLOB, glob) for table, (group, glob) in matched.of.items()}
    strong = {
        table.name: _placement(table.name, tags.groups[table.name][0], GroupSource.COMMENT, "@group")
        for table in schema.tables
        if table.name in tags.groups
    } | {
        table: _placement(table, group, GroupSource.LIST, name) for table, ((group, name), *_) in listed.groups.items()
    }
    joins = {table.name for table in schema.tables if is_join_table(table)}
    weak = {**globs, **automatic}
    models = {**{table: it for table, it in weak.items() if table not in joins}, **strong}
    placed = {**weak, **by_relation(schema, models), **strong}
    return placed | by_partition(schema, placed)


def _placement(table: QualifiedName, group: str, source: GroupSource, detail: str) -> Placement:
    return Placement(table=table, group=group, source=source, detail=detail)


def _overlaps(schema: Schema, listed: _Explicit, tags: Tags) -> tuple[tuple[QualifiedName, tuple[str, ...]], ...]:
    """Tables that several groups list; and those whose comments name several, unless a list has the say."""
    named = {table: tuple(group for group, _ in groups) for table, groups in listed.groups.items()}
    tagged = {table.name: tags.groups[table.name] for table in schema.tables if table.name in tags.groups}
    return tuple(sorted((table, groups) for table, groups in (tagged | named).items() if len(groups) > 1))


def _groups(
    declared: Mapping[str, Sequence[str]], placed: Iterable[Placement], keys: Mapping[str, str]
) -> tuple[Group, ...]:
    tables: dict[str, list[QualifiedName]] = {name: [] for name in declared}
    for it in placed:
        tables.setdefault(it.group, []).append(it.table)
    names = (*declared, *sorted(tables.keys() - declared.keys()))
    return tuple(Group(name=name, tables=tuple(sorted(tables[name])), key=keys.get(name)) for name in names)
