"""A database structure: what schema.prisma declares, what a rehearsal made, or what a live database holds.

All three are the same values, so that they can be compared field by field.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest

from pgready.model.location import Location
from pgready.model.names import ObjectRef, QualifiedName

__all__ = [
    "Column",
    "CutName",
    "Enum",
    "ForeignKey",
    "Index",
    "PrimaryKey",
    "ReferentialAction",
    "Schema",
    "Table",
    "pair_foreign_keys",
]


class ReferentialAction(StrEnum):
    """ON DELETE / ON UPDATE of a foreign key, spelt as in SQL."""

    NO_ACTION = "NO ACTION"
    RESTRICT = "RESTRICT"
    CASCADE = "CASCADE"
    SET_NULL = "SET NULL"
    SET_DEFAULT = "SET DEFAULT"

    @property
    def harshness(self) -> int:
        """What it does to the rows that refer, the most last: nothing, change their columns, delete them."""
        return _HARSHNESS.index(self)


_HARSHNESS = (
    ReferentialAction.RESTRICT,
    ReferentialAction.NO_ACTION,
    ReferentialAction.SET_DEFAULT,
    ReferentialAction.SET_NULL,
    ReferentialAction.CASCADE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    `type` is what `format_type()` prints for built-in types (`timestamp(3) without time zone`, `text[]`). A type of
    the database itself is `schema.name` unquoted (`public.Role`, `public.Role[]`); a type of an extension is its bare
    name (`citext`), because an extension may be installed in any schema.
    `default` is an SQL expression: as the tool would write it when declared, as `pg_get_expr()` prints it when
    introspected. `base_type` is, of a domain that was introspected, the type below it. The rest is known of declared
    columns only: `verbatim_type` is True for a type that Prisma passes on
    unread (`Unsupported("...")`), `autoincrement` for a SERIAL, `any_default` where the schema says that there is a
    default and not which (`dbgenerated()`).
    """

    name: str
    type: str
    not_null: bool
    default: str | None = None
    base_type: str | None = None
    verbatim_type: bool = False
    autoincrement: bool = False
    any_default: bool = False
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimaryKey:
    """The primary key of a table; `columns` in key order, `include` as in `Index`."""

    name: str
    columns: tuple[str, ...]
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index that is not the primary key's.

    `columns` are the key columns in order; an expression stands as SQL text. `valid` is False for what a failed
    CREATE INDEX CONCURRENTLY leaves behind. `where` is the predicate of a partial index. `descending[i]` and
    `operator_classes[i]` belong to `columns[i]`; the operator class is "" for the default of the type. Both are empty
    when nothing is known about them. `include` are the columns that the index only carries (INCLUDE).
    """

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    method: str = "btree"
    where: str | None = None
    valid: bool = True
    descending: tuple[bool, ...] = ()
    operator_classes: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """A foreign key constraint; `columns[i]` refers to `referenced_columns[i]`.

    `validated` is False for NOT VALID (rows that were there before were not looked at), `enforced` for NOT ENFORCED
    (PostgreSQL 18: nothing is looked at).
    """

    name: str
    table: QualifiedName
    columns: tuple[str, ...]
    referenced_table: QualifiedName
    referenced_columns: tuple[str, ...]
    on_delete: ReferentialAction = ReferentialAction.NO_ACTION
    on_update: ReferentialAction = ReferentialAction.NO_ACTION
    validated: bool = True
    enforced: bool = True
    location: Location | None = None

    def __str__(self) -> str:
        """`Table(columns) -> Table(columns)`, schema left out: for messages."""
        columns, referenced = ", ".join(self.columns), ", ".join(self.referenced_columns)
        return f"{self.table.name}({columns}) -> {self.referenced_table.name}({referenced})"

    @property
    def identity(self) -> tuple[QualifiedName, tuple[tuple[str, str], ...], QualifiedName]:
        """What makes two constraints the same key, whatever their names: both tables, and the pairs of columns."""
        pairs = tuple(sorted(zip(self.columns, self.referenced_columns, strict=False)))
        return (self.table, pairs, self.referenced_table)

    @property
    def qualified_name(self) -> str:
        """`schema.table.constraint`, the name in audit.json."""
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; `columns` in their order, `indexes` and `foreign_keys` ordered by name.

    `model` is the name of the Prisma model that declares it (None when introspected, and for the tables of implicit
    many-to-many relations); `partition_of` the partitioned table when this is a partition.
    """

    name: QualifiedName
    columns: tuple[Column, ...]
    primary_key: PrimaryKey | None = None
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    model: str | None = None
    comment: str | None = None
    partition_of: QualifiedName | None = None
    location: Location | None = None

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enum:
    """An enum type; `values` in their sort order."""

    name: QualifiedName
    values: tuple[str, ...]
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CutName:
    """A declared name that is longer than PostgreSQL stores: `object` has the stored name, `written` is the whole."""

    object: ObjectRef
    written: str
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A whole database structure; all tuples are ordered by name.

    `views` are the names of views and materialized views; `extensions` the names of installed or declared extensions.
    `cut_names` (declared structures only) are tables, views, columns and enums with a name of more than 63 bytes.
    `namespaces` (declared structures only) are the PostgreSQL schemas that the datasource names.
    `partial_indexes`: predicates of indexes can be declared (Prisma's preview feature is on), so that one which is not
    declared is a difference.
    """

    tables: tuple[Table, ...] = ()
    enums: tuple[Enum, ...] = ()
    views: tuple[QualifiedName, ...] = ()
    extensions: tuple[str, ...] = ()
    partial_indexes: bool = False
    namespaces: tuple[str, ...] = ()
    cut_names: tuple[CutName, ...] = ()
    _by_name: dict[QualifiedName, Table] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Index the tables by name once: every comparison looks them up."""
        self._by_name.update((table.name, table) for table in self.tables)

    def table(self, name: QualifiedName) -> Table | None:
        """The table of that name, or None."""
        return self._by_name.get(name)

    def foreign_keys(self) -> Iterator[ForeignKey]:
        """All foreign keys, table by table."""
        for table in self.tables:
            yield from table.foreign_keys


def pair_foreign_keys(
    ours: Schema | None, theirs: Schema | None
) -> Iterator[tuple[ForeignKey | None, ForeignKey | None]]:
    """The foreign keys of two structures side by side: (ours, theirs), None where one does not have it.

    A structure may hold the same key twice (PostgreSQL allows it); of such twins those of equal name make a pair.
    """
    mine, other = _by_identity(ours), _by_identity(theirs)
    for identity in dict.fromkeys((*mine, *other)):
        yield from zip_longest(*_same_names_first(mine.get(identity, []), other.get(identity, [])))


def _by_identity(schema: Schema | None) -> dict[object, list[ForeignKey]]:
    found: dict[object, list[ForeignKey]] = {}
    for key in schema.foreign_keys() if schema else ():
        found.setdefault(key.identity, []).append(key)
    return found


def _same_names_first(ours: list[ForeignKey], theirs: list[ForeignKey]) -> tuple[list[ForeignKey], list[ForeignKey]]:
    common = {key.name for key in ours} & {key.name for key in theirs}
    mine, other = (sorted(keys, key=lambda key: (key.name not in common, key.name)) for keys in (ours, theirs))
    return mine, other
