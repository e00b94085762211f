"""What if a table stood in another group, a reference had a key, or a key were gone: the same study, changed.

Nothing is judged here: the changed structures and groups go through `make_study` like any other.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count

from pgready.errors import ConfigError
from pgready.graph.acceptance import accepted_edges
from pgready.graph.asked import asked_moves, asked_names
from pgready.graph.edges import Edge, both_structures
from pgready.graph.group_levels import by_partition, by_relation, is_join_table
from pgready.graph.isolation import edge_name
from pgready.graph.key_types import may_refer
from pgready.graph.names import TableNames, table_names
from pgready.graph.study import Study, make_study
from pgready.graph.unkeyed import unkeyed_references
from pgready.model.groups import UNGROUPED, DeclaredCrossing, Group, Grouping, GroupSource, Placement
from pgready.model.names import QualifiedName, truncate_identifier
from pgready.model.schema import ForeignKey, Schema, Table
from pgready.model.unkeyed import ReferenceRule

__all__ = ["what_if"]

_MOST_COMPARED = 2_000
_NO_MOVES: Mapping[str, str] = {}
_EDGE = "Order.userId->User"


def what_if(
    study: Study, *, move: Mapping[str, str] = _NO_MOVES, key: Iterable[str] = (), drop: Iterable[str] = ()
) -> Study:
    """The same study with tables moved, keys dropped and then keys declared.

    `move` maps tables to groups; "(ungrouped)" takes a table out of all groups, and a group that is not there comes
    last. A partition and the table of an implicit many-to-many relation go with their tables, as in `resolve_groups`,
    unless they are moved themselves or a list or comment has placed them.

    `key` and `drop` are edges as `[[crossings]]` spells them: `Table.column->Table`. A key is declared NO ACTION, to
    the column that its reference without a key means, else to the primary key, in every structure that has its tables
    and columns and not yet the key (a migration would make it); partitions get it too. A key is dropped from both
    structures, from partitions too, and all of that spelling are.

    Tables are named as in pgready.toml: by model, name or `schema.table`. Raises ConfigError for a name or edge that is
    unknown or means several, for a key that cannot be or is there already, and for arguments of another form: a text
    where a list is meant would be taken for its letters. What is asked twice counts once.
    """
    asked = _Asked.of(study)
    keys, dropped = asked_names("key", key, _EDGE), asked_names("drop", drop, _EDGE)
    moves = {asked.table(name, "move"): asked.group(group, name) for name, group in asked_moves(move).items()}
    grouping = _moved(asked.structure, study.grouping, moves) if moves else study.grouping
    gone = asked.dropped(tuple(dict.fromkeys(dropped)))
    declared, rehearsed = (it and _without(it, gone) for it in (study.declared, study.rehearsed))
    for text in dict.fromkeys(keys):
        declared, rehearsed = _Asked.of(study, declared, rehearsed).with_key(text)
    changed = make_study(declared or study.declared, rehearsed, grouping, study.rules)
    return replace(changed, tolerance=study.tolerance)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a question can be about; `structure` has the tables and keys of both structures."""

    declared: Schema
    rehearsed: Schema | None
    grouping: Grouping
    structure: Schema
    names: TableNames

    @classmethod
    def of(cls, study: Study, declared: Schema | None = None, rehearsed: Schema | None = None) -> "_Asked":
        first, second = declared or study.declared, rehearsed or study.rehearsed
        return cls(
            declared=first,
            rehearsed=second,
            grouping=study.grouping,
            structure=both_structures(first, second),
            names=table_names(first, second),
        )

    def table(self, name: str, place: str) -> QualifiedName:
        """The one table of that name."""
        found = self.names.get(name, ())
        if not found:
            raise ConfigError(
                f"{place}: {name!r} is no table{_near(name, self.names, 'a model, table or schema.table')}"
            )
        if len(found) > 1:
            raise ConfigError(f"{place}: {name!r} means several tables; expected one of: {', '.join(map(str, found))}")
        return found[0]

    def group(self, name: str, table: str) -> str:
        """The group, which may be new; not one that differs from another in spelling only."""
        known = [group.name for group in self.grouping.groups]
        if name in known or name == UNGROUPED:
            return name
        if not name.strip():
            raise ConfigError(f"move: {table!r} to a group without a name; expected a group")
        if alike := [group for group in known if _squeezed(group) == _squeezed(name)]:
            raise ConfigError(f"move: {table!r} to {name!r}: did you mean the group {alike[0]!r}?")
        return name

    def dropped(self, texts: tuple[str, ...]) -> frozenset[Edge]:
        """The keys that are spelt so."""
        edges = [Edge.of(key) for key in self.structure.foreign_keys()] if texts else []
        entries = [DeclaredCrossing(edge=text, reason="") for text in texts]
        # All at once against all keys, then each against the few that are meant: two spellings may mean one key.
        few = list(accepted_edges(entries, edges, self.names))
        for entry in entries:
            self._one_key(entry.edge, list(accepted_edges([entry], few, self.names)), edges)
        return frozenset(few)

    def _one_key(self, text: str, found: list[Edge], edges: list[Edge]) -> None:
        """All that is spelt so must be one key; a structure may hold the same one twice."""
        meant = {(edge.table, edge.columns, edge.referenced_table) for edge in found}
        if len(meant) > 1:
            spelt = ", ".join(sorted(f"{it.table}.{','.join(it.columns)}->{it.referenced_table}" for it in found))
            raise ConfigError(f"drop: {text!r} means several keys; expected one of: {spelt}")
        if not found:
            known = (edge_name(edge.foreign_key) for edge in edges if edge.foreign_key)
            raise ConfigError(f"drop: {text!r} is no foreign key{_near(text, known, 'Table.column->Table')}")

    def with_key(self, text: str) -> tuple[Schema, Schema | None]:
        """Both structures with the key."""
        edge = self._edge(text)
        key = ForeignKey(
            name="",
            table=edge.table,
            columns=edge.columns,
            referenced_table=edge.referenced_table,
            referenced_columns=self._referenced(edge, text),
        )
        made = [it and _with(it, key) for it in (self.declared, self.rehearsed)]
        if made == [self.declared, self.rehearsed]:
            raise ConfigError(f"key: {text!r} is a foreign key already; expected a column without one")
        return made[0] or self.declared, made[1]

    def _edge(self, text: str) -> Edge:
        """The edge that is spelt so: names may hold dots, commas and arrows, so every way to read it is tried."""
        found = {edge for one, other in _splits(text, "->") for edge in self._read(one.strip(), other.strip())}
        if len(found) == 1:
            return found.pop()
        if found:
            meant = ", ".join(sorted(f"{it.table}.{','.join(it.columns)}->{it.referenced_table}" for it in found))
            raise ConfigError(f"key: {text!r} means several references; expected one of: {meant}")
        raise ConfigError(f"key: {self._misread(text)}")

    def _read(self, column: str, referenced: str) -> Iterator[Edge]:
        for name, columns in _splits(column, "."):
            for table in self.names.get(name, ()):
                for found in self._columns(table, columns):
                    yield from (Edge(table, found, other) for other in self.names.get(referenced, ()))

    def _columns(self, table: QualifiedName, text: str) -> Iterator[tuple[str, ...]]:
        """`a,b` as two columns, or as the one that is called so; a `?`, as of an edge without a key, may follow."""
        held = self.structure.table(table)
        for spelt in dict.fromkeys((text, text.removesuffix("?"))):
            ways = {(spelt,), tuple(part.strip() for part in spelt.split(","))}
            yield from (way for way in sorted(ways) if held and all(held.column(name) for name in way))

    def _misread(self, text: str) -> str:
        """What is wrong with an edge, read the plain way."""
        left, arrow, right = text.rpartition("->")
        name, dot, column = left.strip().removesuffix("?").rpartition(".")
        if not arrow or not dot:
            return f"{text!r} is no reference; expected Table.column->Table"
        for each in (name, right.strip()):
            if each not in self.names:
                return f"{text!r}: {each!r} is no table{_near(each, self.names, 'a model, table or schema.table')}"
        held = self.structure.table(self.names[name][0])
        columns = [it.name for it in held.columns] if held else []
        return f"{text!r}: {name} has no column {column!r}{_near(column, columns, 'one of its columns')}"

    def _referenced(self, edge: Edge, text: str) -> tuple[str, ...]:
        """What the key refers to: what the reference without a key means, else the primary key."""
        target = self.structure.table(edge.referenced_table)
        likely = (
            it.referenced_column
            for it in unkeyed_references(self.structure, rules=frozenset(ReferenceRule))
            if (it.table, (it.column,), it.referenced_table) == (edge.table, edge.columns, edge.referenced_table)
        )
        guessed = next(likely, "")
        own = target.primary_key.columns if target and target.primary_key else ()
        columns = (guessed,) if guessed else own
        if len(columns) != len(edge.columns):
            wanted = f"{len(own)} columns" if own else "no primary key"
            raise ConfigError(f"key: {text!r} cannot be: {edge.referenced_table.name} has {wanted} to refer to")
        self._comparable(edge, columns, text)
        return columns

    def _comparable(self, edge: Edge, columns: tuple[str, ...], text: str) -> None:
        table, target = (self.structure.table(it) for it in (edge.table, edge.referenced_table))
        for name, referenced in zip(edge.columns, columns, strict=True):
            one, other = table and table.column(name), target and target.column(referenced)
            if one and other and not may_refer(one, other):
                raise ConfigError(f"key: {text!r} cannot be: {one.type} does not refer to {other.type}")


def _squeezed(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def _splits(text: str, mark: str) -> Iterator[tuple[str, str]]:
    """Every way to cut the text at a mark."""
    parts = text.split(mark)
    yield from ((mark.join(parts[:place]), mark.join(parts[place:])) for place in range(1, len(parts)))


def _near(name: str, known: Iterable[str], expected: str) -> str:
    """The words behind a message; only some names are compared, so that hostile ones cost no minutes."""
    candidates = [it for it, _ in zip(known, range(_MOST_COMPARED), strict=False) if len(it) <= 2 * len(name) + 9]
    near = difflib.get_close_matches(name[:200], candidates, n=1, cutoff=0.65)
    return f"; did you mean {near[0]!r}?" if near else f"; expected {expected}"


def _moved(structure: Schema, grouping: Grouping, moves: Mapping[QualifiedName, str]) -> Grouping:
    known = grouping.placement_of()
    placed = {
        table: known.get(table, Placement(table=table, group=group.name, source=GroupSource.LIST, detail=""))
        for group in grouping.groups
        for table in group.tables
    }
    firm = {table: it for table, it in placed.items() if not _follows(structure.table(table), it)}
    firm |= {
        table: Placement(table=table, group=group, source=GroupSource.LIST, detail="what if")
        for table, group in moves.items()
    }
    weak = {table: it for table, it in placed.items() if table not in firm and it.source not in _FOLLOWING}
    found = weak | by_relation(structure, firm) | firm
    found |= by_partition(structure, found)
    return _regrouped(grouping, {table: it for table, it in found.items() if it.group != UNGROUPED}, moves)


_FOLLOWING = frozenset({GroupSource.RELATION, GroupSource.PARTITION})


def _follows(table: Table | None, placement: Placement) -> bool:
    """Whether nobody has placed the table itself."""
    named = placement.source in {GroupSource.LIST, GroupSource.COMMENT}
    return placement.source in _FOLLOWING or (table is not None and is_join_table(table) and not named)


def _regrouped(
    grouping: Grouping, placed: Mapping[QualifiedName, Placement], moves: Mapping[QualifiedName, str]
) -> Grouping:
    keys = {group.name: group.key for group in grouping.groups}
    held: dict[str, list[QualifiedName]] = {name: [] for name in keys}
    # New groups in the order in which they were asked for.
    held |= {group: [] for group in moves.values() if group not in keys and group != UNGROUPED}
    for table in sorted(placed):
        held.setdefault(placed[table].group, []).append(table)
    everything = {*grouping.ungrouped, *(table for group in grouping.groups for table in group.tables)}
    return replace(
        grouping,
        groups=tuple(Group(name=name, tables=tuple(tables), key=keys.get(name)) for name, tables in held.items()),
        ungrouped=tuple(sorted(everything - placed.keys())),
        overlaps=tuple(it for it in grouping.overlaps if it[0] not in moves),
        placements=tuple(placed[table] for table in sorted(placed)),
    )


def _without(schema: Schema, gone: Iterable[Edge]) -> Schema:
    edges = {(edge.table, frozenset(edge.columns), edge.referenced_table) for edge in gone}
    if not edges:
        return schema
    tables = tuple(_lacking(table, edges, _partitioned(schema, table)) for table in schema.tables)
    return replace(schema, tables=tables)


_Gone = set[tuple[QualifiedName, frozenset[str], QualifiedName]]


def _lacking(table: Table, edges: _Gone, above: tuple[QualifiedName, ...]) -> Table:
    kept = tuple(
        key
        for key in table.foreign_keys
        if not any((name, frozenset(key.columns), key.referenced_table) in edges for name in above)
    )
    return table if len(kept) == len(table.foreign_keys) else replace(table, foreign_keys=kept)


def _partitioned(schema: Schema, table: Table) -> tuple[QualifiedName, ...]:
    """The table and the partitioned tables above it."""
    found = [table.name]
    while table.partition_of is not None and table.partition_of not in found:
        found.append(table.partition_of)
        above = schema.table(table.partition_of)
        if above is None:
            break
        table = above
    return tuple(found)


def _with(schema: Schema, key: ForeignKey) -> Schema:
    """The structure with the key; as it is where the tables or columns are not there, or the key is."""
    target = schema.table(key.referenced_table)
    if target is None or not all(target.column(name) for name in key.referenced_columns):
        return schema
    return replace(
        schema,
        tables=tuple(
            _keyed(table, key) if key.table in _partitioned(schema, table) else table for table in schema.tables
        ),
    )


def _keyed(table: Table, key: ForeignKey) -> Table:
    own = replace(key, table=table.name)
    there = any(it.identity == own.identity for it in table.foreign_keys)
    if there or not all(table.column(name) for name in key.columns):
        return table
    named = replace(own, name=_free_name(table, key.columns))
    return replace(table, foreign_keys=tuple(sorted((*table.foreign_keys, named), key=lambda it: it.name)))


def _free_name(table: Table, columns: Iterable[str]) -> str:
    """As Prisma and PostgreSQL name a key; numbered where another constraint has the name."""
    taken = {key.name for key in table.foreign_keys}
    names = (
        f"{truncate_identifier('_'.join((table.name.name, *columns)), 53)}_fkey{number or ''}" for number in count()
    )
    return next(name for name in names if name not in taken)
