"""The column that most tables of a group share to say whose a row is."""

from dataclasses import replace
from fractions import Fraction

from pgready.graph.key_pattern import key_patterns
from pgready.model.schema import Column, PrimaryKey, Table
from structures import column, structure


def patterns(*tables: Table) -> list[tuple[str, int, int]]:
    return [(it.column, it.tables, it.out_of) for it in key_patterns(tables)]


def with_columns(**columns: tuple[Column, ...]) -> tuple[Table, ...]:
    return structure(also=columns).tables


def test_the_column_that_most_tables_share_is_the_pattern() -> None:
    tables = with_columns(a=(column("businessId"),), b=(column("businessId"),), c=(column("title"),))
    assert patterns(*tables) == [("businessId", 2, 3)]
    assert key_patterns(tables)[0].share == Fraction(2, 3)


def test_sixty_percent_are_enough_and_less_are_not() -> None:
    with_it = {f"t{number}": (column("orgId"),) for number in range(3)}
    assert patterns(*with_columns(**with_it, u=(), v=())) == [("orgId", 3, 5)]
    assert patterns(*with_columns(**with_it, u=(), v=(), w=())) == []


def test_one_table_shares_nothing() -> None:
    assert patterns(*with_columns(a=(column("orgId"),))) == []


def test_columns_that_every_table_has_for_other_reasons_are_no_pattern() -> None:
    common = (
        column("createdAt", "timestamp(3) without time zone"),
        column("title"),
        column("deletedId", "boolean"),
        column("memberIds", "text[]"),
    )
    assert patterns(*with_columns(a=common, b=common)) == []


def test_the_primary_key_is_no_pattern_but_a_part_of_one_is() -> None:
    tables = with_columns(a=(column("tenant_id"),), b=(column("tenant_id"),))
    whole = [replace(it, primary_key=PrimaryKey(name="p", columns=("tenant_id",))) for it in tables]
    part = [replace(it, primary_key=PrimaryKey(name="p", columns=("tenant_id", "id"))) for it in tables]
    assert patterns(*whole) == []
    assert patterns(*part) == [("tenant_id", 2, 2)]


def test_a_primary_key_that_is_a_foreign_key_counts() -> None:
    tables = structure("a.userId -> user", "b.userId -> user").tables[:2]
    keyed = [replace(it, primary_key=PrimaryKey(name="p", columns=("userId",))) for it in tables]
    assert patterns(*keyed) == [("userId", 2, 2)]


def test_a_column_with_a_foreign_key_counts_whatever_its_name() -> None:
    assert patterns(*structure("a.owner -> user", "b.owner -> user").tables[:2]) == [("owner", 2, 2)]


def test_of_equally_many_the_one_with_more_keys_comes_first_then_the_required_one_then_the_name() -> None:
    keys = ("a.zId -> z", "b.zId -> z")
    loose = (column("aId", not_null=False), column("cId"), column("bId"))
    tables = structure(*keys, also={"a": loose, "b": loose}).tables[:2]
    assert [name for name, _, _ in patterns(*tables)] == ["zId", "bId", "cId", "aId"]


def test_no_tables_have_no_pattern() -> None:
    assert patterns() == []
