"""The groups as a graph."""

from dataclasses import replace

from pgready.graph.group_graph import group_graph, keys_between, tables_by_group
from pgready.model.groups import UNGROUPED, Grouping
from pgready.model.schema import Schema
from structures import grouped, name, structure


def test_every_key_between_groups_is_counted_also_two_of_the_same_tables() -> None:
    schema = structure("a.x -> b", "a.y -> b", "a2 -> b", "b -> b2")
    graph = group_graph(grouped(schema, A="a a2", B="b b2"), schema.foreign_keys())
    assert list(graph.edges(data="weight")) == [("A", "B", 3)]
    assert [key.columns for key in graph.edges["A", "B"]["foreign_keys"]] == [("x",), ("y",), ("c2",)]


def test_keys_within_a_group_are_counted_apart_and_are_no_edge() -> None:
    schema = structure("a -> a", "a -> a2")
    grouping = grouped(schema, A="a a2")
    assert {pair: len(keys) for pair, keys in keys_between(grouping, schema.foreign_keys()).items()} == {("A", "A"): 2}
    assert list(group_graph(grouping, schema.foreign_keys()).edges) == []


def test_tables_without_a_group_are_one_group_of_the_name_that_is_shown() -> None:
    schema = structure("a -> stray", "other -> a")
    graph = group_graph(grouped(schema, A="a"), schema.foreign_keys())
    assert list(graph) == ["A", UNGROUPED]
    assert sorted(graph.edges) == [(UNGROUPED, "A"), ("A", UNGROUPED)]


def test_without_a_stray_table_or_key_there_is_no_group_of_strays() -> None:
    schema = structure("a -> b")
    assert list(group_graph(grouped(schema, B="b", A="a"), schema.foreign_keys())) == ["B", "A"]


def test_a_key_to_a_table_that_the_grouping_does_not_know_goes_to_the_strays() -> None:
    schema = structure("a -> gone")
    known = Schema(tables=tuple(table for table in schema.tables if table.name.name == "a"))
    assert list(group_graph(grouped(known, A="a"), schema.foreign_keys()).edges) == [("A", UNGROUPED)]


def test_the_tables_of_a_group_are_without_partitions() -> None:
    schema = structure("a -> b")
    parts = Schema(tables=(*schema.tables, replace(schema.tables[0], name=name("a_1"), partition_of=name("a"))))
    found = tables_by_group(parts, grouped(parts, A="a a_1", Empty=""))
    assert {group: [it.name.name for it in tables] for group, tables in found.items()} == {
        "A": ["a"],
        "Empty": [],
        UNGROUPED: ["b"],
    }


def test_a_table_that_the_grouping_does_not_know_is_a_stray() -> None:
    assert list(tables_by_group(structure("a -> b"), Grouping())) == [UNGROUPED]
