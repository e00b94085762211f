"""How large tables are and which types they use."""

from pgready.graph.table_shapes import table_shapes, type_uses
from pgready.model.names import QualifiedName
from pgready.model.schema import Enum, Schema
from structures import column, structure


def test_every_column_is_counted_once_and_a_key_column_as_that() -> None:
    schema = structure("order.user_id? -> user", also={"order": (column("note", not_null=False), column("total"))})
    order, user = table_shapes(schema, [QualifiedName("public", "user")])
    assert (order.in_primary_key, order.in_foreign_key, order.required, order.nullable) == (1, 1, 1, 1)
    assert order.columns == 4
    assert (order.keys_out, order.keys_in, user.keys_out, user.keys_in) == (1, 0, 0, 1)
    assert (order.missing, user.missing) == (False, True)


def test_the_widest_table_comes_first_and_equal_ones_by_name() -> None:
    schema = structure(also={"b": (), "a": (), "wide": (column("x"), column("y"))})
    assert [shape.table.name for shape in table_shapes(schema)] == ["wide", "a", "b"]


def test_types_are_counted_with_their_first_columns_and_enums_are_told_apart() -> None:
    role = Enum(name=QualifiedName("public", "Role"), values=("A",))
    columns = (column("r", "public.Role"), column("rs", "public.Role[]"), column("n", "integer"))
    schema = structure(also={"t": columns})
    uses = type_uses(Schema(tables=schema.tables, enums=(role,)))
    assert [(use.type, use.columns, use.first, use.own) for use in uses] == [
        ("integer", 1, ("t.n",), False),
        ("public.Role", 1, ("t.r",), True),
        ("public.Role[]", 1, ("t.rs",), True),
        ("text", 1, ("t.id",), False),
    ]


def test_of_nothing_there_is_nothing() -> None:
    assert table_shapes(Schema()) == ()
    assert type_uses(Schema()) == ()
