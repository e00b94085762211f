"""What may hold a reference whose key is gone: a schema that hides a key from view must not look better isolated.

Nothing here is proved. A key between groups that is gone was given up for certain only where nothing is left or new
that could hold its values; else a person has to look.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pgready.graph.comparison.sides import Identity, Side
from pgready.graph.reference_targets import type_family
from pgready.graph.words import IdentifierKind, name_words, read_identifier
from pgready.model.groups import UNGROUPED
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, Table

__all__ = ["StandIns", "element_family", "fresh_columns"]

# No identifier of a row is of these types; of every other one it may be, `jsonb` and types of extensions included.
_NO_IDENTIFIERS = ("boolean", "real", "double precision", "money", "date", "time", "interval", "tsvector", "tsquery")
_SHAPES = frozenset({"point", "line", "lseg", "box", "path", "polygon", "circle"})
_REFERENCE = frozenset({"ref", "refs", "reference", "references", "pointer", "link", "links"})


def element_family(type_: str) -> str:
    """The family of a type, of an array that of its elements: an array of references may take the place of one."""
    return type_family(type_.removesuffix("[]"))


def fresh_columns(table: Table, here: Side, there: Side) -> tuple[Column, ...]:
    """The columns of a table of `there` that may hold references, are in no key and are new or of a new type."""
    old, keyed = here.structure.table(table.name), there.keyed(table.name)
    own = _own_identifier(table)
    enums = {str(enum.name) for enum in there.structure.enums}
    return tuple(
        column
        for column in table.columns
        if column.name not in keyed | own and _is_fresh(column, old) and _may_hold(column, enums)
    )


def _is_fresh(column: Column, old: Table | None) -> bool:
    was = old.column(column.name) if old is not None else None
    return was is None or type_family(was.type) != type_family(column.type)


def _own_identifier(table: Table) -> frozenset[str]:
    """The only column of the primary key says which row this is."""
    columns = table.primary_key.columns if table.primary_key else ()
    return frozenset(columns) if len(columns) == 1 else frozenset()


def _may_hold(column: Column, enums: set[str]) -> bool:
    plain = (column.base_type or column.type).removesuffix("[]")
    return not plain.startswith(_NO_IDENTIFIERS) and plain not in _SHAPES and plain not in enums


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIns:
    """What of `there` may hold the references of keys that are only `here`."""

    here: Side
    there: Side

    def of(self, key: Identity) -> tuple[tuple[QualifiedName, str], ...]:
        """The tables and columns that may have taken the place of the key, ordered; "" for a view in a table's place.

        These are the fresh columns of its table, of the referenced one (references may be held at their other end) and
        of new tables of their groups; those of other tables of its group that are called like a reference; columns of
        its table that nobody used as a reference and that are called like one; and a view of the name of the table. Of
        a table that is gone, as the table of a many-to-many relation, every table that it referred to is an end.
        """
        own = self.there.structure.table(key[0])
        ends = {key[2]} if own is not None else {it[2] for it in self.here.keys_of.get(key[0], ())}
        tables = [it for name in {key[0], *ends} if (it := self.there.structure.table(name)) is not None]
        found = {(it.name, column.name) for it in (*tables, *self._new(key)) for column in self._fresh(it)}
        found |= {
            (it.name, column.name) for it in self._beside(key) for column in self._fresh(it) if _named_like_one(column)
        }
        if own is not None:
            found |= {(own.name, name) for name in self._unused(key, own)}
        found |= {(key[0], "")} & {(view, "") for view in self.there.structure.views}
        return tuple(sorted(found))

    def _fresh(self, table: Table) -> tuple[Column, ...]:
        return fresh_columns(table, self.here, self.there)

    def _new(self, key: Identity) -> Iterator[Table]:
        """New tables of the groups of both ends, of no group, or of a group that is new itself."""
        ends = {UNGROUPED, *(side.group(table) for side in (self.here, self.there) for table in (key[0], key[2]))}
        known = set(self.here.group_of.values())
        for table in self.there.structure.tables:
            group = self.there.group(table.name)
            if self.here.structure.table(table.name) is None and (group in ends or group not in known):
                yield table

    def _beside(self, key: Identity) -> Iterator[Table]:
        """The other tables of its group that were there before: a column may have moved from one to another."""
        group = self.here.group(key[0])
        for table in self.there.structure.tables:
            if self.there.group(table.name) == group and self.here.structure.table(table.name) is not None:
                yield table

    def _unused(self, key: Identity, table: Table) -> Iterator[str]:
        """Columns that were there before, in no key, of a fitting type, and read as a reference to no other table.

        One that every row had to fill holds something of its own, unless it is read as a reference to that very table.
        """
        old = self.here.structure.table(table.name)
        families = self.families(key)
        read = {name: to for at, name, to in self.there.unkeyed if at == table.name}
        own = frozenset(table.primary_key.columns if table.primary_key else ())
        taken = self.there.keyed(table.name) | self.here.keyed(table.name) | own
        for column in table.columns:
            was = old.column(column.name) if old is not None else None
            if was is None or column.name in taken or element_family(column.type) not in families:
                continue
            may_be_empty = not (was.not_null and column.not_null) and _named_like_one(column)
            if read[column.name] == key[2] if column.name in read else may_be_empty:
                yield column.name

    def families(self, key: Identity) -> frozenset[str]:
        """The families of types of the key's columns here, and of those that it refers to, here and there."""
        ends = [(self.here, key[0], 0), (self.here, key[2], 1), (self.there, key[2], 1)]
        found = (
            held.column(pair[place])
            for side, name, place in ends
            if (held := side.structure.table(name)) is not None
            for pair in key[1]
        )
        return frozenset(element_family(it.type) for it in found if it is not None)


def _named_like_one(column: Column) -> bool:
    words = name_words(column.name)
    speaks = read_identifier(column.name).kind is not IdentifierKind.UNSAID or (words and words[-1] in _REFERENCE)
    return bool(speaks) or element_family(column.type) == "uuid"
