"""From the lists and globs of pgready.toml to feature groups with their tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType

from pgready.graph.names import spellings, table_names
from pgready.model.groups import Group, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema, Table

__all__ = ["resolve_groups"]

_NO_KEYS: Mapping[str, str] = MappingProxyType({})


def resolve_groups(
    schema: Schema, declared: Mapping[str, Sequence[str]], keys: Mapping[str, str] = _NO_KEYS
) -> Grouping:
    """Assign every table of `schema` to at most one group.

    `declared` maps a group's name to names or globs, in the order of the configuration; `keys` maps a group's name to
    its key column. A name means a table by its Prisma model, its own name or `schema.table`; it is case-sensitive, as
    PostgreSQL's names are. An explicit name wins over a glob; of several groups that list a table explicitly the first
    has it and the table is an overlap; of several globs the last wins, as in a CODEOWNERS file. A name with `*`, `?`
    or `[` is a glob unless a table is called exactly so; only a glob with a dot is matched against `schema.table`.
    Names and globs that match no table at all are unknown.
    """
    listed = _explicit(schema, declared)
    matched = _globbed(schema, declared, listed)
    group_of = matched.group_of | {table: groups[0] for table, groups in listed.groups.items()}
    return Grouping(
        groups=tuple(_group(name, group_of, keys.get(name)) for name in declared),
        ungrouped=tuple(sorted(table.name for table in schema.tables if table.name not in group_of)),
        overlaps=tuple(sorted((table, groups) for table, groups in listed.groups.items() if len(groups) > 1)),
        unknown=tuple(
            (group, name)
            for group, names in declared.items()
            for name in dict.fromkeys(names)
            if name not in listed.names and (group, name) not in matched.used
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Explicit:
    """`groups`: table -> groups that name it, in order; `names`: listed names that are a table's."""

    groups: dict[QualifiedName, tuple[str, ...]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Globbed:
    """`group_of`: table -> group of the last matching glob; `used`: (group, glob) pairs that match a table."""

    group_of: dict[QualifiedName, str]
    used: frozenset[tuple[str, str]]


def _explicit(schema: Schema, declared: Mapping[str, Sequence[str]]) -> _Explicit:
    known = table_names(schema)
    groups: dict[QualifiedName, tuple[str, ...]] = {}
    for group, names in declared.items():
        for table in dict.fromkeys(table for name in names for table in known.get(name, ())):
            groups[table] = (*groups.get(table, ()), group)
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
    return _Globbed(
        group_of={table: group for table, (group, _) in matches},
        used=frozenset(glob for _, glob in matches),
    )


def _matches(table: Table, glob: str) -> bool:
    # `schema.table` is only meant by a glob with a dot: else `p*` would take everything in `public`.
    names = spellings(table) if "." in glob else spellings(table)[:-1]
    return any(fnmatchcase(name, glob) for name in names)


def _group(name: str, group_of: Mapping[QualifiedName, str], key: str | None) -> Group:
    tables = tuple(sorted(table for table, group in group_of.items() if group == name))
    return Group(name=name, tables=tables, key=key)
