"""Names to know about before writing SQL by hand."""

from dataclasses import replace

import pytest

from pgready.graph.naming import RESERVED, NameTrait, remarkable_names
from pgready.model.names import ObjectKind, ObjectRef, QualifiedName
from pgready.model.schema import CutName, Schema
from pgready.sources.sql.parse import SqlError, parse
from structures import column, structure


def _traits(schema: Schema) -> set[tuple[str, str]]:
    return {(it.trait.value, it.object.name) for it in remarkable_names(schema)}


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_a_reserved_word_is_one_that_the_parser_refuses_as_a_table(word: str) -> None:
    with pytest.raises(SqlError):
        parse(f"CREATE TABLE {word} (a int)".encode())
    parse(f'CREATE TABLE "{word}" (a int)'.encode())


@pytest.mark.parametrize("word", ["name", "role", "type", "value", "account", "session", "between"])
def test_other_key_words_are_names_like_any_other(word: str) -> None:
    parse(f"CREATE TABLE t ({word} int)".encode())
    assert word not in RESERVED


def test_capitals_need_quotes_and_reserved_words_are_told_as_that_alone() -> None:
    found = _traits(structure(also={"User": (column("createdAt"),), "order_item": (column("with space"),)}))
    assert {("reserved", "User"), ("quoted", "createdAt"), ("quoted", "with space")} <= found
    assert ("quoted", "User") not in found
    assert not any(name in {"order_item", "id"} for _, name in found)


def test_a_model_with_another_name_and_names_that_capitals_alone_tell_apart_are_found() -> None:
    schema = structure(also={"users": (), "Users": ()})
    lower = next(table for table in schema.tables if table.name.name == "users")
    tables = tuple(replace(table, model="Person") if table is lower else table for table in schema.tables)
    mapped, *_ = remarkable_names(Schema(tables=tables))
    assert (mapped.trait, mapped.object.name, mapped.other) == (NameTrait.MAPPED, "users", "Person")
    (alike,) = [it for it in remarkable_names(Schema(tables=tables)) if it.trait is NameTrait.ALIKE]
    assert {alike.object.name, alike.other} == {"users", "Users"}


def test_bytes_are_counted_and_not_letters() -> None:
    found = _traits(structure(also={"e" * 63: (), "é" * 31 + "e": (), "é" * 31: (), "e" * 62: ()}))
    assert {name for trait, name in found if trait == "full"} == {"e" * 63, "é" * 31 + "e"}


def test_a_cut_name_is_told_with_what_was_written() -> None:
    ref = ObjectRef(kind=ObjectKind.TABLE, schema="public", name="a" * 63)
    schema = Schema(cut_names=(CutName(object=ref, written="a" * 70),))
    (cut,) = remarkable_names(schema)
    assert (cut.trait, cut.other) == (NameTrait.CUT, "a" * 70)


def test_the_same_name_in_two_schemas_is_not_alike() -> None:
    schema = structure(also={"a": ()})
    other = replace(schema.tables[0], name=QualifiedName("other", "A"))
    assert not [it for it in remarkable_names(Schema(tables=(*schema.tables, other))) if it.trait is NameTrait.ALIKE]
