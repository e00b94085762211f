"""What a column may refer to: the tables of a structure by the names that people give to references."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgready.graph.words import is_generic, name_words, read_identifier, singulars, squashed
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, Schema, Table

__all__ = ["KeyedName", "Target", "Targets", "identifying_column", "keyed_columns", "read_targets", "type_family"]

_CHARACTERS = frozenset({"text", "character varying", "character"})
_INTEGERS = frozenset({"smallint", "integer", "bigint"})
_SHARE = 0.8
_HABIT = 2


def type_family(type_: str) -> str:
    """Two columns whose types have the same answer can refer to each other.

    Not only equal types: PostgreSQL accepts a foreign key from `character varying(30)` to `text` or from `integer` to
    `bigint` (manual, "Operator Classes and Operator Families"), and real schemas have both, because keys are widened
    one table at a time. `text` and `uuid` differ.
    """
    plain = type_.partition("(")[0].rstrip()
    if plain in _CHARACTERS:
        return "text"
    return "bigint" if plain in _INTEGERS else type_


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The column whose values references to a table hold; `family` is its type's."""

    table: QualifiedName
    column: str
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedName:
    """What foreign keys on columns of one name refer to, and how many of them do; two and more are a `habit`."""

    target: Target
    keys: int

    @property
    def habit(self) -> bool:
        """Whether it is more than one key, which may be chance."""
        return self.keys >= _HABIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """The tables that references can mean, in the structure's order; the keys are words of names, written in one.

    `named`: by the table's own name and its model's; `plural`: by what those may be the plurals of; `tails`: by their
    last words, also in the singular. `keyed`: by the name of a column, where at least 80 % of the foreign keys on
    columns of that name refer to one table. `owned`: by the name of the primary key's only column, where it has a name
    of its own.
    """

    named: Mapping[str, Sequence[Target]]
    plural: Mapping[str, Sequence[Target]]
    tails: Mapping[str, Sequence[Target]]
    keyed: Mapping[str, KeyedName]
    owned: Mapping[str, Sequence[Target]]

    def called(self, words: Sequence[str], after: str = "") -> Sequence[Target]:
        """The tables called so: exactly before in the plural, and the words as they are before in the singular.

        `after` stands before the words, in one.
        """
        found = self._called(after + "".join(words))
        if found or not words[-1].endswith("s"):
            return found
        return next((it for name in _singular(words) if (it := self._called(after + name))), ())

    def _called(self, name: str) -> Sequence[Target]:
        return self.named.get(name) or self.plural.get(name, ())


def read_targets(schema: Schema) -> Targets:
    """The names of all tables of `schema` and what its foreign keys say; a partition is no target of its own."""
    found = [(table, target) for table in schema.tables if (target := _target(table))]
    names = [(words, target) for table, target in found for words in _names(table)]
    tails = [(words[start:], target) for words, target in names for start in range(1, len(words))]
    return Targets(
        named=_grouped(("".join(words), target) for words, target in names),
        plural=_grouped((name, target) for words, target in names for name in _singular(words)),
        tails=_grouped((name, target) for words, target in tails for name in ("".join(words), *_singular(words))),
        keyed=_keyed(schema),
        owned=_grouped((squashed(target.column), target) for table, target in found if _names_itself(table, target)),
    )


def identifying_column(table: Table) -> Column | None:
    """The column that one-column references to `table` hold values of, None where there is no such column.

    That is the primary key's only column; of several the one called `id` or `<table>Id` (the others say to whom the
    row belongs, or in which partition it is). Without a primary key, a unique `id`.
    """
    if table.partition_of:
        return None
    columns = table.primary_key.columns if table.primary_key else ("id",) if _is_unique(table, "id") else ()
    own = columns if len(columns) == 1 else _own(table, columns)
    return table.column(own[0]) if len(own) == 1 else None


def keyed_columns(table: Table) -> frozenset[str]:
    """The columns that are a foreign key or part of one."""
    return frozenset(column for key in table.foreign_keys for column in key.columns)


def _target(table: Table) -> Target | None:
    column = identifying_column(table)
    return Target(table=table.name, column=column.name, family=type_family(column.type)) if column else None


def _is_unique(table: Table, column: str) -> bool:
    return any(it.unique and it.valid and not it.where and it.columns == (column,) for it in table.indexes)


def _own(table: Table, columns: Sequence[str]) -> Sequence[str]:
    names = {"", *(name for words in _names(table) for name in ("".join(words), *_singular(words)))}
    return [column for column in columns if "".join(read_identifier(column).base) in names]


def _names(table: Table) -> dict[tuple[str, ...], None]:
    """The words of the table's name and of its model's."""
    return dict.fromkeys(words for name in (table.name.name, table.model) if name and (words := name_words(name)))


def _singular(words: Sequence[str]) -> Iterator[str]:
    """Ways to say the last word of several in the singular; all words in one."""
    yield from ("".join((*words[:-1], one)) for one in singulars(words[-1]))


def _names_itself(table: Table, target: Target) -> bool:
    """Whether the primary key's only column has a name of its own and belongs to no other table."""
    alone = table.primary_key is not None and len(table.primary_key.columns) == 1
    return alone and not is_generic(target.column) and target.column not in keyed_columns(table)


def _grouped(pairs: Iterable[tuple[str, Target]]) -> dict[str, list[Target]]:
    """All targets of a name, each once, in order."""
    found: dict[str, dict[Target, None]] = {}
    for name, target in pairs:
        found.setdefault(name, {})[target] = None
    return {name: list(targets) for name, targets in found.items()}


def _keyed(schema: Schema) -> dict[str, KeyedName]:
    seen: dict[str, Counter[Target]] = {}
    for key in schema.foreign_keys():
        for name, target in _evidence(schema, key):
            seen.setdefault(name, Counter())[target] += 1
    return {name: keyed for name, counts in seen.items() if (keyed := _clear(schema, name, counts))}


def _clear(schema: Schema, name: str, counts: Counter[Target]) -> KeyedName | None:
    """What most keys say. A single one says nothing about others when it may just copy an identifier of elsewhere.

    That is when its column has the name of the referenced one (`buzzTransactionId` -> `Purchase.buzzTransactionId`), or
    the referenced one is merely unique and does not identify the table.
    """
    target, keys = counts.most_common(1)[0]
    found = KeyedName(target=target, keys=keys)
    believed = found.habit or (squashed(target.column) != name and _identifies(schema, target))
    return found if believed and keys >= _SHARE * counts.total() else None


def _identifies(schema: Schema, target: Target) -> bool:
    table = schema.table(target.table)
    column = identifying_column(table) if table else None
    return column is not None and column.name == target.column


def _evidence(schema: Schema, key: ForeignKey) -> Iterator[tuple[str, Target]]:
    """The names of columns of a key that hold an identifier of the referenced table.

    In `(account_id, user_id)` -> `account(id, user_id)` that is `account_id`: values of the referenced `user_id` alone
    identify no account. A foreign key of a table on itself says nothing about other tables (`parentId`).
    """
    table = schema.table(key.referenced_table)
    if table is None or key.table == key.referenced_table:
        return
    identifying = identifying_column(table)
    for name, referenced in zip(key.columns, key.referenced_columns, strict=False):
        column = table.column(referenced)
        if column and not is_generic(name) and (column == identifying or _is_unique(table, referenced)):
            yield squashed(name), Target(table=table.name, column=referenced, family=type_family(column.type))
