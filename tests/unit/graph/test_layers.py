"""Layers of groups."""

from pgready.graph.layers import Layer, group_layers
from pgready.model.groups import UNGROUPED
from pgready.model.schema import Schema
from structures import example, grouped, structure


def layers(schema: Schema, **groups: str) -> tuple[Layer, ...]:
    return group_layers(grouped(schema, **groups), schema.foreign_keys())


def test_a_group_lies_above_all_that_it_refers_to() -> None:
    found = layers(structure("c -> b", "b -> a", "c -> a"), C="c", B="b", A="a")
    assert [(it.number, it.groups) for it in found] == [(0, ("A",)), (1, ("B",)), (2, ("C",))]


def test_groups_without_keys_to_others_are_at_the_bottom_in_the_order_of_the_configuration() -> None:
    found = layers(structure("a -> b", "x -> x2", "y -> b"), Y="y", X="x x2", B="b", A="a")
    assert [it.groups for it in found] == [("X", "B"), ("Y", "A")]


def test_the_groups_of_a_cycle_share_a_layer_and_are_marked() -> None:
    found = layers(structure("a -> b", "b -> a", "c -> a", "a -> d", "e -> d"), A="a", B="b", C="c", D="d", E="e")
    assert [it.groups for it in found] == [("D",), ("A", "B", "E"), ("C",)]
    assert [it.cycles for it in found] == [(), (("A", "B"),), ()]
    assert found[1].cyclic == {"A", "B"}


def test_two_cycles_of_one_layer_are_told_apart() -> None:
    (found,) = layers(structure("a -> b", "b -> a", "c -> d", "d -> c"), A="a", C="c", B="b", D="d")
    assert found.groups == ("A", "C", "B", "D")
    assert found.cycles == (("A", "B"), ("C", "D"))


def test_tables_without_a_group_have_a_layer() -> None:
    assert [it.groups for it in layers(structure("a -> stray"), A="a")] == [(UNGROUPED,), ("A",)]


def test_no_groups_and_no_tables_have_no_layers() -> None:
    assert layers(Schema()) == ()


def test_the_layers_of_the_example() -> None:
    schema, grouping = example()
    found = group_layers(grouping, schema.foreign_keys())
    assert [it.groups for it in found] == [("Auth", "Scheduler", "CRM"), ("Review", "Other"), ("Social",)]
