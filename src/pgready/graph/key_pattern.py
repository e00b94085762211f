"""The key identifier of a group as its tables show it: the column that most of them share to say whose a row is."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from pgready.graph.words import IdentifierKind, read_identifier
from pgready.model.schema import Column, Table

__all__ = ["LEAST_SHARE", "LEAST_TABLES", "KeyPattern", "key_patterns"]

LEAST_SHARE = Fraction(60, 100)
LEAST_TABLES = 2
_TYPES = ("text", "citext", "uuid", "character", "smallint", "integer", "bigint", "numeric")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPattern:
    """A column that `tables` tables out of `out_of` have: a group that is "businessId-based"."""

    column: str
    tables: int
    out_of: int

    @property
    def share(self) -> Fraction:
        """The share of the tables that have the column, 0 to 1."""
        return Fraction(self.tables, self.out_of)


def key_patterns(tables: Iterable[Table]) -> tuple[KeyPattern, ...]:
    """The columns that may be the key identifier of these tables; the likeliest first, empty when there is none.

    A column counts when it refers to something: it has a foreign key of its own, or its name speaks of an identifier
    (`businessId`, `business_id`) and its type can hold one. It does not count as the whole primary key of a table,
    unless that is a foreign key. At least `LEAST_TABLES` tables and `LEAST_SHARE` of all must have it. Of several
    columns in equally many tables the one comes first that has more foreign keys, then the one that is more often NOT
    NULL, then the first by name.
    """
    known = tuple(tables)
    names = Counter(column.name for table in known for column in table.columns)
    shared = {name: _speaks_of_one(name) for name, count in names.items() if _enough(count, len(known))}
    found: dict[str, list[tuple[bool, bool]]] = {}
    for table in known:
        for column, keyed in _candidates(table, shared):
            found.setdefault(column.name, []).append((keyed, column.not_null))
    enough = {name: seen for name, seen in found.items() if _enough(len(seen), len(known))}
    ranked = sorted(enough, key=lambda name: (*(-number for number in _rank(enough[name])), name))
    return tuple(KeyPattern(column=name, tables=len(enough[name]), out_of=len(known)) for name in ranked)


def _enough(tables: int, out_of: int) -> bool:
    return tables >= LEAST_TABLES and tables >= LEAST_SHARE * out_of


def _rank(seen: list[tuple[bool, bool]]) -> tuple[int, int, int]:
    return len(seen), sum(keyed for keyed, _ in seen), sum(not_null for _, not_null in seen)


def _speaks_of_one(name: str) -> bool:
    read = read_identifier(name)
    return read.kind is IdentifierKind.ONE and bool(read.base)


def _candidates(table: Table, shared: Mapping[str, bool]) -> Iterator[tuple[Column, bool]]:
    """The columns that count, and whether each has a foreign key. `shared`: name -> whether it speaks of one thing."""
    keyed = {key.columns for key in table.foreign_keys}
    primary = table.primary_key.columns if table.primary_key else ()
    for column in (column for column in table.columns if column.name in shared):
        own = (column.name,)
        if own in keyed or (own != primary and shared[column.name] and _holds_one(column.type)):
            yield column, own in keyed


def _holds_one(type_: str) -> bool:
    return type_.startswith(_TYPES) and not type_.endswith("[]")
