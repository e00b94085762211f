"""The reach of every table in numbers, and cascades between groups."""

from pgready.graph.reach import cascade_reach, crossing_cascades
from pgready.model.groups import UNGROUPED
from structures import example, grouped, structure


def test_the_widest_reach_comes_first_and_tables_without_any_are_left_out() -> None:
    schema = structure("b -> a CASCADE", "c -> b CASCADE", "d -> c RESTRICT", "x -> a2 CASCADE")
    found = cascade_reach(schema, grouped(schema, A="a a2", B="b", C="c"))
    assert [(it.table.name, it.group, it.tables, it.groups) for it in found] == [
        ("a", "A", 2, ("B", "C")),
        ("a2", "A", 1, (UNGROUPED,)),
        ("b", "B", 1, ("C",)),
    ]


def test_in_a_cycle_a_table_does_not_count_itself_and_its_group_only_for_others() -> None:
    schema = structure("b -> a CASCADE", "a -> b CASCADE", "a -> a CASCADE", "c -> b CASCADE")
    found = {it.table.name: (it.tables, it.groups) for it in cascade_reach(schema, grouped(schema, A="a c", B="b"))}
    assert found == {"a": (2, ("A", "B")), "b": (2, ("A",))}


def test_crossing_cascades_are_the_cascade_keys_between_groups() -> None:
    schema = structure("b -> a CASCADE", "b -> b2 CASCADE", "c -> a RESTRICT", "stray -> b CASCADE")
    found = crossing_cascades(grouped(schema, B="b b2", A="a", C="c"), schema.foreign_keys())
    assert [(str(it.foreign_key), it.from_group, it.to_group) for it in found] == [
        ("b(c0) -> a(id)", "B", "A"),
        ("stray(c3) -> b(id)", UNGROUPED, "B"),
    ]


def test_the_cascades_of_the_example_cross_from_auth_only() -> None:
    schema, grouping = example()
    found = crossing_cascades(grouping, schema.foreign_keys())
    assert {(it.from_group, it.to_group) for it in found} == {("Review", "Auth"), ("Social", "Auth"), ("Other", "Auth")}
    assert len(found) == 12
