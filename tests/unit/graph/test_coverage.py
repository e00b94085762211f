"""How many id-like columns have a foreign key."""

from dataclasses import replace
from fractions import Fraction

from pgready.graph.coverage import Coverage, key_coverage
from pgready.model.groups import UNGROUPED
from pgready.model.schema import Schema
from pgready.model.unkeyed import ReferenceRule, UnkeyedReference
from structures import column, example, grouped, name, structure


def unkeyed(table: str, at: str, to: str) -> UnkeyedReference:
    return UnkeyedReference(table=name(table), column=at, referenced_table=name(to), rule=ReferenceRule.TABLE)


def coverage(schema: Schema, *references: UnkeyedReference, **groups: str) -> Coverage:
    return key_coverage(schema, grouped(schema, **groups), references)


def test_the_share_is_of_columns_with_a_key_or_a_reference_without_one() -> None:
    schema = structure("a.bId -> b", "a.cId -> c", also={"a": (column("dId"), column("title"))})
    found = coverage(schema, unkeyed("a", "dId", "d"), A="a", B="b c")
    assert [(it.group, it.keyed, it.columns, it.share) for it in found.groups] == [
        ("A", 2, 3, Fraction(2, 3)),
        ("B", 0, 0, None),
    ]
    assert [it.column for it in found.groups[0].unkeyed] == ["dId"]
    assert found.total.share == Fraction(2, 3)


def test_every_column_counts_once() -> None:
    """Two keys over one column, a key over two columns, two references of one column."""
    schema = structure("a.x -> b", "a.x -> c", "a.x,y -> d")
    found = coverage(schema, unkeyed("a", "z", "b"), unkeyed("a", "z", "c")).total
    assert (found.keyed, found.columns) == (2, 3)
    assert [it.referenced_table.name for it in found.unkeyed] == ["b"]


def test_a_column_with_a_key_is_keyed_whatever_else_it_looks_like() -> None:
    found = coverage(structure("a.bId -> b"), unkeyed("a", "bId", "b2")).total
    assert (found.keyed, found.unkeyed) == (1, ())


def test_tables_that_no_key_touches_are_listed() -> None:
    found = coverage(structure("a -> b", also={"lone": (), "stray": ()}), A="a lone", B="b")
    assert {it.group: [table.name for table in it.keyless] for it in found.groups} == {
        "A": ["lone"],
        "B": [],
        UNGROUPED: ["stray"],
    }
    assert [table.name for table in found.total.keyless] == ["lone", "stray"]


def test_a_partition_does_not_count_its_columns_again() -> None:
    schema = structure("a.bId -> b")
    part = replace(schema.tables[0], name=name("a_1"), partition_of=name("a"))
    found = coverage(Schema(tables=(*schema.tables, part)), unkeyed("a_1", "zId", "b")).total
    assert (found.tables, found.keyed, found.unkeyed, found.keyless) == (2, 1, (), ())


def test_a_schema_that_drops_its_keys_loses_coverage() -> None:
    """The trap of every other measure: without keys a schema looks better isolated."""
    schema = structure("a.bId -> b", "b.cId -> c")
    dropped = Schema(tables=tuple(replace(table, foreign_keys=()) for table in schema.tables))
    references = (unkeyed("a", "bId", "b"), unkeyed("b", "cId", "c"))
    assert coverage(schema, *references).total.share == 1
    assert coverage(dropped, *references).total.share == 0


def test_the_example_has_a_key_on_all_but_the_actor_of_the_audit_log() -> None:
    schema, grouping = example()
    found = key_coverage(schema, grouping, (unkeyed("BookingRequestAuditLog", "actorUserId", "User"),))
    assert found.total.share == Fraction(26, 27)
    assert {it.group: it.share for it in found.groups if it.share != 1} == {"Scheduler": Fraction(2, 3)}
    assert len(found.total.keyless) == 16
