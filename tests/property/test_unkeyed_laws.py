"""Laws of unkeyed references, on structures whose names are made of few words, so that they meet."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from pgready.graph.unkeyed import unkeyed_columns, unkeyed_references
from pgready.graph.words import name_words, read_identifier, squashed
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, Enum, ForeignKey, PrimaryKey, Schema, Table
from pgready.model.unkeyed import ArrayReference, PolymorphicReference, ReferenceRule, UnkeyedColumns, UnkeyedReference

T = TypeVar("T")
ALL = frozenset(ReferenceRule)
WORDS = ("user", "team", "address", "owner", "parent", "x2")
NAMESPACES = ("public", "auth")

stems = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2)
table_names = st.builds(
    lambda words, plural, camel: ("".join(it.title() for it in words) if camel else "_".join(words)) + plural,
    stems,
    st.sampled_from(["", "s", "es"]),
    st.booleans(),
)
column_names = st.builds(
    lambda words, ending: "_".join(words) + ending,
    stems,
    st.sampled_from(["_id", "Id", "ID", "_id", "_ids", "_type", "_by"]),
)
types = st.sampled_from(["text", "text", "text", "text", "uuid", "text[]", "public.Kind", "character varying(36)"])
columns = st.builds(Column, name=column_names, type=types, not_null=st.booleans())
any_name = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


def made(namespace: str, name: str, model: str | None, found: Sequence[Column], key: int) -> Table:
    own = Column(name="id", type="uuid" if key == 2 else "text", not_null=True)
    held = (own, *found)
    chosen = () if key == 0 else (held[-1].name,) if key == 1 else ("id",)
    return Table(
        name=QualifiedName(namespace, name),
        columns=held,
        primary_key=PrimaryKey(name="pk", columns=chosen) if chosen else None,
        model=model,
    )


tables = st.builds(
    made,
    st.sampled_from(NAMESPACES),
    table_names,
    st.none() | table_names,
    st.lists(columns, max_size=5, unique_by=lambda it: it.name),
    st.integers(0, 5),
)


def with_keys(found: list[Table], edges: list[tuple[int, int, int]]) -> Schema:
    """Each edge gives the n-th column of one table a foreign key to the `id` of another."""
    keys: dict[QualifiedName, dict[str, ForeignKey]] = {}
    for one, position, other in edges if found else ():
        table, referenced = found[one % len(found)], found[other % len(found)]
        column = table.columns[position % len(table.columns)].name
        keys.setdefault(table.name, {})[column] = key_of(table, column, referenced.name, "id")
    kept = (replace(it, foreign_keys=tuple(keys.get(it.name, {}).values())) for it in found)
    kinds = Enum(name=QualifiedName("public", "Kind"), values=("user", "Team"))
    return Schema(tables=tuple(sorted(kept, key=lambda it: it.name)), enums=(kinds,))


def key_of(table: Table, column: str, referenced: QualifiedName, referenced_column: str) -> ForeignKey:
    return ForeignKey(
        name=f"{column}_fkey",
        table=table.name,
        columns=(column,),
        referenced_table=referenced,
        referenced_columns=(referenced_column,),
    )


edge = st.tuples(st.integers(0, 20), st.integers(0, 5), st.integers(0, 20))
schemas = st.builds(
    with_keys, st.lists(tables, min_size=2, max_size=8, unique_by=lambda it: it.name), st.lists(edge, max_size=20)
)


def places(found: UnkeyedColumns) -> list[tuple[QualifiedName, str]]:
    several: list[UnkeyedReference | ArrayReference | PolymorphicReference] = [
        *found.references,
        *found.arrays,
        *found.polymorphic,
    ]
    return [(it.table, it.column) for it in several]


@given(schemas)
def test_every_reference_is_of_a_column_without_a_key_to_a_column_that_exists(schema: Schema) -> None:
    found = unkeyed_columns(schema, rules=ALL)
    keyed = {(it.table, column) for it in schema.foreign_keys() for column in it.columns}
    for table_name, column in places(found):
        table = schema.table(table_name)
        assert table is not None
        assert table.column(column) is not None
        assert (table_name, column) not in keyed
    targeted: list[UnkeyedReference | ArrayReference] = [*found.references, *found.arrays]
    for it in targeted:
        referenced = schema.table(it.referenced_table)
        assert referenced is not None
        assert referenced.column(it.referenced_column) is not None
    assert all(schema.table(name) for it in found.polymorphic for name in it.tables)


@given(schemas)
def test_no_column_is_told_twice_and_all_are_ordered(schema: Schema) -> None:
    found = unkeyed_columns(schema, rules=ALL)
    assert len(places(found)) == len(set(places(found)))
    for part in (found.references, found.arrays, found.polymorphic):
        assert [(it.table, it.column) for it in part] == sorted((it.table, it.column) for it in part)


@given(schemas, st.randoms(use_true_random=False))
def test_the_order_of_tables_columns_and_keys_changes_nothing(schema: Schema, random: Random) -> None:
    def shuffled(items: Sequence[T]) -> tuple[T, ...]:
        return tuple(random.sample(items, len(items)))

    mixed = tuple(
        replace(it, columns=shuffled(it.columns), foreign_keys=shuffled(it.foreign_keys)) for it in schema.tables
    )
    assert unkeyed_columns(replace(schema, tables=shuffled(mixed)), rules=ALL) == unkeyed_columns(schema, rules=ALL)


@given(schemas)
def test_renaming_postgresql_schemas_consistently_changes_nothing_else(schema: Schema) -> None:
    to = {"public": "zz", "auth": "public"}
    back = {new: old for old, new in to.items()}

    def renamed(name: QualifiedName) -> QualifiedName:
        return QualifiedName(to[name.schema], name.name)

    other = Schema(
        tables=tuple(
            replace(
                it,
                name=renamed(it.name),
                foreign_keys=tuple(
                    replace(key, table=renamed(key.table), referenced_table=renamed(key.referenced_table))
                    for key in it.foreign_keys
                ),
            )
            for it in schema.tables
        ),
        enums=schema.enums,
    )
    assert {
        (back[it.table.schema], it.table.name, it.column, back[it.referenced_table.schema], it.referenced_table.name)
        for it in unkeyed_references(other, rules=ALL)
    } == {
        (it.table.schema, it.table.name, it.column, it.referenced_table.schema, it.referenced_table.name)
        for it in unkeyed_references(schema, rules=ALL)
    }


@given(schemas)
def test_adding_the_foreign_key_removes_the_reference(schema: Schema) -> None:
    for reference in unkeyed_references(schema, rules=ALL):
        table = schema.table(reference.table)
        assert table is not None
        key = key_of(table, reference.column, reference.referenced_table, reference.referenced_column)
        keyed = replace(table, foreign_keys=(*table.foreign_keys, key))
        after = replace(schema, tables=tuple(keyed if it is table else it for it in schema.tables))
        assert (reference.table, reference.column) not in places(unkeyed_columns(after, rules=ALL))


@given(schemas, st.sets(st.sampled_from(ReferenceRule)))
def test_asking_for_some_rules_gives_their_part_of_all(schema: Schema, rules: set[ReferenceRule]) -> None:
    everything = unkeyed_references(schema, rules=ALL)
    assert unkeyed_references(schema, rules=rules) == tuple(it for it in everything if it.rule in rules)


@given(st.lists(any_name, unique=True, max_size=5), st.lists(any_name, unique=True, max_size=5), any_name)
def test_any_names_are_read(named: list[str], held: list[str], model: str) -> None:
    tables = tuple(
        Table(
            name=QualifiedName("s", name),
            columns=tuple(Column(name=it, type="text", not_null=True) for it in held),
            primary_key=PrimaryKey(name="k", columns=tuple(held[:1])) if held else None,
            model=model,
        )
        for name in sorted(named)
    )
    found = unkeyed_columns(Schema(tables=tables), rules=ALL)
    assert {table.name for table, _ in places(found)} <= set(named)


@given(any_name)
def test_the_words_of_a_name_are_its_letters_and_digits_in_order(name: str) -> None:
    assert squashed(name) == "".join(it.lower() for it in name if it.isalnum() or it.isalpha()) or not name.isascii()
    assert all(name_words(name))
    assert len(read_identifier(name).base) <= len(name_words(name))


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
def test_camel_case_and_snake_case_read_the_same(words: list[str]) -> None:
    camel = words[0] + "".join(it.title() for it in words[1:])
    assert squashed(camel) == squashed("_".join(words)) == squashed("_".join(words).upper())
