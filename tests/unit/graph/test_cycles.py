"""Cycles of groups with the fewest keys to cut, and cycles of tables."""

from pgready.graph.cycles import GroupCycle, group_cycles, table_cycles
from pgready.model.groups import UNGROUPED
from pgready.model.schema import Schema
from structures import example, grouped, structure


def cycles(schema: Schema, **groups: str) -> tuple[GroupCycle, ...]:
    return group_cycles(grouped(schema, **groups), schema.foreign_keys())


def test_two_groups_that_refer_to_each_other_are_a_cycle_and_the_direction_with_fewer_keys_is_cut() -> None:
    (found,) = cycles(structure("a.x -> b", "a.y -> b", "b.z -> a"), A="a", B="b")
    assert found.groups == ("A", "B")
    assert len(found.keys) == 3
    assert [str(key) for key in found.cut] == ["b(z) -> a(id)"]
    assert found.exact


def test_cutting_one_pair_of_groups_means_all_keys_between_them() -> None:
    (found,) = cycles(
        structure("a.x -> b", "a.y -> b", "b.z -> c", "b.u -> c", "b.v -> c", "c.w -> a", "c.t -> a", "c.s -> a"),
        A="a",
        B="b",
        C="c",
    )
    assert [str(key) for key in found.cut] == ["a(x) -> b(id)", "a(y) -> b(id)"]


def test_a_way_over_other_tables_of_a_group_is_a_cycle_of_groups_and_none_of_tables() -> None:
    schema = structure("a -> b", "b2 -> a2")
    assert [it.groups for it in cycles(schema, A="a a2", B="b b2")] == [("A", "B")]
    assert table_cycles(schema.foreign_keys()) == ()


def test_keys_within_a_group_and_to_other_groups_are_no_part_of_its_cycle() -> None:
    schema = structure("a -> b", "b -> a", "a -> a2", "a2 -> a", "a -> c", "d -> a")
    (found,) = cycles(schema, A="a a2", B="b", C="c", D="d")
    assert [str(key) for key in found.keys] == ["a(c0) -> b(id)", "b(c1) -> a(id)"]


def test_a_group_that_refers_to_itself_is_no_cycle() -> None:
    assert cycles(structure("a -> a2", "a2 -> a"), A="a a2") == ()


def test_cycles_stand_in_the_order_of_the_configuration() -> None:
    schema = structure("a -> b", "b -> a", "c -> d", "d -> c")
    found = cycles(schema, D="d", A="a", B="b", C="c")
    assert [it.groups for it in found] == [("D", "C"), ("A", "B")]


def test_tables_without_a_group_take_part_as_one_group() -> None:
    (found,) = cycles(structure("a -> stray", "other -> a"), A="a")
    assert found.groups == ("A", UNGROUPED)


def test_the_order_of_the_groups_does_not_change_what_is_cut() -> None:
    schema = structure("a -> b", "b -> c", "c -> a")
    (one,) = cycles(schema, A="a", B="b", C="c")
    (other,) = cycles(schema, C="c", A="a", B="b")
    assert one.cut == other.cut
    assert len(one.cut) == 1


def test_tables_that_refer_to_each_other_are_a_cycle_with_all_their_keys() -> None:
    schema = structure("a -> b", "b -> c", "c -> a", "a -> a", "d -> a")
    (found,) = table_cycles(schema.foreign_keys())
    assert [table.name for table in found.tables] == ["a", "b", "c"]
    assert [str(key) for key in found.keys] == ["a(c0) -> b(id)", "a(c3) -> a(id)", "b(c1) -> c(id)", "c(c2) -> a(id)"]
    assert not found.of_itself


def test_a_table_that_refers_to_itself_is_told_as_that() -> None:
    (found,) = table_cycles(structure("node.up -> node", "leaf -> node").foreign_keys())
    assert found.of_itself
    assert [str(key) for key in found.keys] == ["node(up) -> node(id)"]


def test_the_example_has_no_cycle() -> None:
    schema, grouping = example()
    assert group_cycles(grouping, schema.foreign_keys()) == ()
    assert table_cycles(schema.foreign_keys()) == ()
