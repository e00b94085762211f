"""Names to know about before writing SQL by hand: those that must be quoted, that trap, or that were cut."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pgready.model.names import MAX_IDENTIFIER_BYTES, ObjectKind, ObjectRef, QualifiedName
from pgready.model.schema import Schema, Table

__all__ = ["RESERVED", "NameTrait", "Named", "remarkable_names"]


class NameTrait(StrEnum):
    """What is remarkable about a name.

    MAPPED: the model is called otherwise (`@@map`). QUOTED: it has capitals or signs, so it only works in double
    quotes. RESERVED: a reserved key word, which means something else without quotes. ALIKE: another name of its kind
    and place differs from it only by capitals. FULL: it has the 63 bytes that PostgreSQL keeps, so that a longer name
    with the same beginning would be taken for it. CUT: the schema declares a longer one, and PostgreSQL keeps this.
    """

    MAPPED = "mapped"
    QUOTED = "quoted"
    RESERVED = "reserved"
    ALIKE = "alike"
    FULL = "full"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An object whose name is remarkable in one way; `other` is the model's name, the whole name or the one alike."""

    trait: NameTrait
    object: ObjectRef
    other: str | None = None


_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")

RESERVED = frozenset(
    """all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
    column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
    from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
    localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
    returning right select session_user similar some symmetric system_user table tablesample then to trailing true
    union unique user using variadic verbose when where window with""".split()  # noqa: SIM905  # a hundred words are read in lines
)
"""Key words that no table and no column can have as a name without quotes.

Source: PostgreSQL manual, "SQL Key Words" (appendix C): reserved, or reserved but for functions and types.
"""


def remarkable_names(schema: Schema) -> tuple[Named, ...]:
    """What is remarkable about the names of tables, columns, indexes, foreign keys, views and enums, by trait and name.

    A name that is reserved in small letters is told as RESERVED only.
    """
    found = [*_mapped(schema), *_cut(schema), *_alike(schema)]
    for ref in _names(schema):
        found += (Named(trait=trait, object=ref) for trait in _traits(ref.name))
    order = list(NameTrait)
    return tuple(sorted(found, key=lambda it: (order.index(it.trait), str(it.object), it.object.kind)))


def _traits(name: str) -> Iterator[NameTrait]:
    if name.lower() in RESERVED:
        yield NameTrait.RESERVED
    elif not _PLAIN.fullmatch(name):
        yield NameTrait.QUOTED
    if len(name.encode()) == MAX_IDENTIFIER_BYTES:
        yield NameTrait.FULL


def _names(schema: Schema) -> Iterator[ObjectRef]:
    for table in schema.tables:
        yield _alone(ObjectKind.TABLE, table.name)
        yield from _parts(table)
    for view in schema.views:
        yield _alone(ObjectKind.VIEW, view)
    for enum in schema.enums:
        yield _alone(ObjectKind.TYPE, enum.name)


def _parts(table: Table) -> Iterator[ObjectRef]:
    for kind, parts in (
        (ObjectKind.COLUMN, table.columns),
        (ObjectKind.INDEX, table.indexes),
        (ObjectKind.CONSTRAINT, table.foreign_keys),
    ):
        for part in parts:
            yield ObjectRef(kind=kind, schema=table.name.schema, table=table.name.name, name=part.name)


def _alone(kind: ObjectKind, name: QualifiedName) -> ObjectRef:
    return ObjectRef(kind=kind, schema=name.schema, name=name.name)


def _mapped(schema: Schema) -> Iterator[Named]:
    for table in schema.tables:
        if table.model is not None and table.model != table.name.name:
            yield Named(trait=NameTrait.MAPPED, object=_alone(ObjectKind.TABLE, table.name), other=table.model)


def _cut(schema: Schema) -> Iterator[Named]:
    return (Named(trait=NameTrait.CUT, object=cut.object, other=cut.written) for cut in schema.cut_names)


def _alike(schema: Schema) -> Iterator[Named]:
    refs = list(_names(schema))
    small = Counter(_small(ref) for ref in refs)
    first: dict[tuple[str, ...], str] = {}
    for ref in refs:
        if small[_small(ref)] > 1:
            other = first.setdefault(_small(ref), ref.name)
            if other != ref.name:
                yield Named(trait=NameTrait.ALIKE, object=ref, other=other)


def _small(ref: ObjectRef) -> tuple[str, ...]:
    """What a name is without its capitals, within its schema or table; tables and views share their names."""
    kind = ObjectKind.RELATION if ref.kind in (ObjectKind.TABLE, ObjectKind.VIEW) else ref.kind
    return kind, ref.schema or "", ref.table or "", ref.name.lower()
