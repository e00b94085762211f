"""What deleting one row reaches."""

from dataclasses import replace

import pytest

from pgready.graph.cascades import BlastRadius, blast_radius
from pgready.model.schema import Schema
from structures import column, example, grouped, name, structure


def radius(schema: Schema, table: str, **groups: str) -> BlastRadius:
    return blast_radius(schema, grouped(schema, **groups), name(table))


def tables(found: BlastRadius) -> list[tuple[str, int]]:
    return [(it.table.name, it.depth) for it in found.reached]


def test_a_delete_follows_cascades_from_the_referenced_to_the_referencing_table() -> None:
    found = radius(structure("b -> a CASCADE", "c -> b CASCADE", "a -> up CASCADE"), "a")
    assert tables(found) == [("b", 1), ("c", 2)]
    assert not found.itself


def test_only_cascades_are_followed() -> None:
    schema = structure(
        "b -> a NO ACTION", "c -> a RESTRICT", "d.x? -> a SET NULL", "e.x? -> a SET DEFAULT", "f -> b CASCADE"
    )
    assert tables(radius(schema, "a")) == []


def test_the_shortest_way_is_the_one_told() -> None:
    found = radius(structure("b -> a CASCADE", "c -> b CASCADE", "c.short -> a CASCADE", "d -> c CASCADE"), "a")
    assert tables(found) == [("b", 1), ("c", 1), ("d", 2)]
    assert [str(key) for key in found.path(name("d"))] == ["c(short) -> a(id)", "d(c3) -> c(id)"]
    assert found.path(name("elsewhere")) == ()


def test_a_cycle_ends_and_tells_that_rows_of_the_table_itself_are_reached() -> None:
    found = radius(structure("b -> a CASCADE", "a.x? -> b CASCADE"), "a")
    assert tables(found) == [("b", 1)]
    assert found.itself


def test_a_reference_to_itself_reaches_rows_of_its_own_and_no_table() -> None:
    found = radius(structure("node.up? -> node CASCADE"), "node")
    assert (found.reached, found.itself) == ((), True)
    assert found.sentence == "Deleting one node reaches further rows of its own."


def test_groups_are_those_of_the_tables_reached() -> None:
    schema = structure("b -> a CASCADE", "c -> b CASCADE", "d -> c CASCADE")
    found = radius(schema, "a", A="a", D="d c", B="b")
    assert found.groups == ("D", "B")
    assert [str(key) for key in found.crossing] == ["b(c0) -> a(id)", "c(c1) -> b(id)"]


def test_effects_on_every_table_that_loses_rows_are_listed_apart() -> None:
    schema = structure(
        "b -> a CASCADE",
        "n.b? -> b SET NULL",
        "d.b? -> b SET DEFAULT",
        "r.b -> b RESTRICT",
        "s.a -> a NO ACTION",
        "far.n -> n CASCADE",
    )
    found = radius(schema, "a")
    assert [str(key) for key in found.set_null] == ["n(b) -> b(id)"]
    assert [str(key) for key in found.set_default] == ["d(b) -> b(id)"]
    assert [str(it.foreign_key) for it in found.blockers] == ["r(b) -> b(id)", "s(a) -> a(id)"]
    assert tables(found) == [("b", 1)]


def test_a_blocking_key_of_a_table_that_is_reached_itself_is_told_as_that() -> None:
    schema = structure(
        "b -> a CASCADE", "c -> a CASCADE", "c.b -> b RESTRICT", "d -> b RESTRICT", "a.up? -> a NO ACTION"
    )
    found = radius(schema, "a")
    assert {str(it.foreign_key): it.reached for it in found.blockers} == {
        "a(up) -> a(id)": True,
        "c(b) -> b(id)": True,
        "d(c3) -> b(id)": False,
    }


@pytest.mark.parametrize(
    ("action", "default", "stops"),
    [
        ("SET NULL", None, True),
        ("SET NULL", "'x'", True),
        ("SET DEFAULT", None, True),
        ("SET DEFAULT", "'x'", False),
    ],
)
def test_setting_a_column_that_is_not_null_to_null_stops_the_delete(
    action: str, default: str | None, *, stops: bool
) -> None:
    schema = structure(f"b.a -> a {action}", also={"b": (column("a", default=default),)})
    found = radius(schema, "a")
    assert [str(it.foreign_key) for it in found.blockers] == ["b(a) -> a(id)"] * stops
    assert len(found.set_null) + len(found.set_default) == (not stops)


def test_a_sequence_or_an_unread_default_is_a_default() -> None:
    serial = replace(column("a", "integer"), autoincrement=True)
    unread = replace(column("b", "integer"), any_default=True)
    schema = structure("b.a -> a SET DEFAULT", "b.b -> a SET DEFAULT", also={"b": (serial, unread)})
    assert radius(schema, "a").blockers == ()


def test_the_sentence_says_everything_that_can_happen() -> None:
    schema = structure(
        "b -> a CASCADE", "a.up? -> a CASCADE", "n.b? -> b SET NULL", "d.b? -> b SET DEFAULT", "r -> b RESTRICT"
    )
    assert radius(schema, "a", A="a", B="b").sentence == (
        "Deleting one a reaches 1 table in 1 group and further rows of its own, sets references in 1 table to NULL, "
        "sets references in 1 table to their default; rows of 1 table can stop it."
    )


def test_where_nothing_is_grouped_the_sentence_speaks_of_no_groups() -> None:
    assert radius(structure("b -> a CASCADE"), "a").sentence == "Deleting one a reaches 1 table."
    assert radius(structure("b -> a CASCADE"), "b").sentence == "Deleting one b reaches no other table."


def test_a_table_that_does_not_exist_reaches_nothing() -> None:
    assert radius(structure("b -> a CASCADE"), "gone").reached == ()


def test_a_partition_is_not_reached_apart_from_its_table() -> None:
    schema = structure("b.a -> a CASCADE")
    part = replace(schema.tables[1], name=name("b_1"), partition_of=name("b"))
    part = replace(part, foreign_keys=tuple(replace(key, table=part.name) for key in part.foreign_keys))
    assert tables(radius(Schema(tables=(*schema.tables, part)), "a")) == [("b", 1)]


def test_deleting_one_user_of_the_example_reaches_fourteen_tables_in_four_groups() -> None:
    schema, grouping = example()
    found = blast_radius(schema, grouping, name("User"))
    assert found.sentence == ("Deleting one User reaches 14 tables in 4 groups, sets references in 1 table to NULL.")
    assert found.groups == ("Auth", "Review", "Social", "Other")
    assert len(found.crossing) == 12
    assert [str(key) for key in found.set_null] == ["ReviewRequestDataset(campaignId) -> ReviewRequestCampaign(id)"]
