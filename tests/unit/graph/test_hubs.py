"""Tables proposed as shared."""

import pytest

from pgready.graph.hubs import Hub, hub_threshold, proposed_hubs
from pgready.model.schema import Schema
from structures import example, grouped, structure


def hubs(schema: Schema, **groups: str) -> tuple[Hub, ...]:
    return proposed_hubs(grouped(schema, **groups), schema.foreign_keys())


@pytest.mark.parametrize(("tables", "least"), [(0, 5), (50, 5), (51, 6), (60, 6), (61, 7), (5000, 500)])
def test_a_tenth_of_the_tables_makes_a_hub_and_never_fewer_than_five(tables: int, least: int) -> None:
    assert hub_threshold(tables) == least


def test_five_referring_tables_make_a_hub_four_do_not() -> None:
    schema = structure(*(f"t{number} -> user" for number in range(5)), *(f"t{number} -> team" for number in range(4)))
    assert [(it.table.name, it.referencing_tables) for it in hubs(schema)] == [("user", 5)]


def test_several_keys_of_one_table_and_references_to_itself_make_no_hub() -> None:
    schema = structure(*(f"a.c{number} -> user" for number in range(9)), "user.boss -> user")
    assert hubs(schema) == ()


def test_a_hub_tells_its_keys_and_the_other_groups_that_refer_to_it() -> None:
    schema = structure(*(f"t{number} -> user" for number in range(5)), "t0.second -> user")
    (found,) = hubs(schema, B="t3 t4", A="t0", Own="user t1 t2")
    assert (found.group, found.groups, found.keys, found.referencing_tables) == ("Own", ("B", "A"), 6, 5)


def test_the_hub_to_which_most_refer_comes_first() -> None:
    schema = structure(*(f"t{number} -> {to}" for to, count in (("a", 5), ("b", 6)) for number in range(count)))
    assert [it.table.name for it in hubs(schema)] == ["b", "a"]


def test_the_one_hub_of_the_example_is_the_user() -> None:
    schema, grouping = example()
    (found,) = proposed_hubs(grouping, schema.foreign_keys())
    assert (found.table.name, found.referencing_tables, found.groups) == ("User", 14, ("Review", "Social", "Other"))
