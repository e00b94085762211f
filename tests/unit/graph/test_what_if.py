"""What if: a table moved, a key declared, a key dropped; names that are wrong say so."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from pgready.errors import ConfigError
from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import IsolationRules, edge_name
from pgready.graph.study import Study, make_study
from pgready.graph.what_if import what_if
from pgready.model.groups import UNGROUPED, Contract, ContractKind, GroupSource
from pgready.model.location import Location
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, PrimaryKey, ReferentialAction, Schema, Table
from structures import column, grouped, name, structure

ALONE = IsolationRules(contracts=(Contract(kind=ContractKind.INTERNAL_ONLY, name="A is alone", groups=("A",)),))


def study(schema: Schema, made: Schema | None = None, rules: IsolationRules = ALONE, /, **groups: str) -> Study:
    return make_study(schema, made, grouped(schema, **groups), rules)


def edges(schema: Schema | None) -> list[str]:
    return sorted(edge_name(key) for key in schema.foreign_keys()) if schema else []


def groups(found: Study) -> dict[str, list[str]]:
    return {group.name: [it.name for it in group.tables] for group in found.grouping.groups}


def test_nothing_asked_changes_nothing() -> None:
    before = study(structure("a.b_id -> b"), A="a", B="b")
    assert what_if(before) == before


def test_a_moved_table_is_judged_in_its_new_group_and_in_both_structures() -> None:
    schema = structure("a.b_id -> b", "c.b_id -> b")
    before = study(schema, schema, A="a", B="b c")
    assert not before.isolation.contracts[0].passed
    after = what_if(before, move={"public.b": "A"})
    assert groups(after) == {"A": ["a", "b"], "B": ["c"]}
    assert after.isolation.contracts[0].passed
    assert [(edge_name(it.foreign_key), it.rehearsed) for it in after.isolation.crossings] == [("c.b_id->b", True)]


def test_a_new_group_comes_last_and_a_table_can_leave_all_groups() -> None:
    before = study(structure("a -> b", "b -> c"), A="a", B="b c")
    after = what_if(before, move={"c": "New", "a": UNGROUPED})
    assert groups(after) == {"A": [], "B": ["b"], "New": ["c"]}
    assert after.grouping.ungrouped == (name("a"),)


def test_what_moves_is_settled_where_several_groups_listed_it() -> None:
    before = study(structure("a -> b"), A="a b", B="b")
    assert before.grouping.overlaps
    assert what_if(before, move={"b": "B"}).grouping.overlaps == ()


def partitioned() -> Schema:
    schema = structure("part.b_id -> b", "whole.b_id -> b")
    above = name("whole")
    tables = (replace(it, partition_of=above) if it.name == name("part") else it for it in schema.tables)
    return replace(schema, tables=tuple(tables))


def test_a_partition_goes_where_its_table_goes_unless_it_is_moved_itself() -> None:
    before = study(partitioned(), A="whole", B="b")
    assert groups(what_if(before, move={"whole": "B"})) == {"A": [], "B": ["b", "part", "whole"]}
    assert groups(what_if(before, move={"whole": "B", "part": "A"})) == {"A": ["part"], "B": ["b", "whole"]}


def test_a_partition_loses_and_gets_the_keys_of_its_table() -> None:
    before = study(partitioned(), A="whole", B="b")
    dropped = what_if(before, drop=["whole.b_id->b"])
    assert edges(dropped.declared) == []
    assert edges(what_if(dropped, key=["whole.b_id->b"]).declared) == ["part.b_id->b", "whole.b_id->b"]


def test_a_join_table_goes_with_its_models() -> None:
    schema = structure("_aToB.A -> a", "_aToB.B -> b")
    here = Location("schema.prisma", 1)
    tables = (replace(it, location=here, model=None if "To" in it.name.name else it.name.name) for it in schema.tables)
    schema = replace(schema, tables=tuple(tables))
    before = make_study(schema, None, resolve_groups(schema, {"A": ["a", "b"], "C": []}), ALONE)
    assert before.grouping.placement_of()[name("_aToB")].source is GroupSource.RELATION
    after = what_if(before, move={"a": "C"})
    assert groups(after) == {"A": ["b"], "C": ["_aToB", "a"]}
    assert groups(what_if(before, move={"_aToB": "C"})) == {"A": ["a", "b"], "C": ["_aToB"]}


def test_a_declared_key_is_made_in_both_structures_with_no_action_to_the_primary_key() -> None:
    schema = structure("c.b_id -> b", also={"a": (column("bRef"),), "b": ()})
    after = what_if(study(schema, schema, A="a", B="b c"), key=["a.bRef->b"])
    assert after.rehearsed is not None
    for made in (after.declared, after.rehearsed):
        table = made.table(name("a"))
        assert table is not None
        (key,) = table.foreign_keys
        assert (key.name, key.referenced_columns) == ("a_bRef_fkey", ("id",))
        assert (key.on_delete, key.on_update) == (ReferentialAction.NO_ACTION, ReferentialAction.NO_ACTION)
    assert [it.rehearsed for it in after.isolation.keys] == [True, True]


def test_a_declared_key_refers_to_the_column_that_the_reference_without_a_key_means() -> None:
    schema = structure(also={"user": (), "a": (column("userId"),)})
    user = schema.table(name("user"))
    assert user is not None
    two = replace(
        user, primary_key=PrimaryKey(name="pk", columns=("id", "tenant")), columns=(*user.columns, column("tenant"))
    )
    schema = replace(schema, tables=(*(it for it in schema.tables if it != user), two))
    (key,) = what_if(study(schema), key=["a.userId?->user"]).declared.foreign_keys()
    assert key.referenced_columns == ("id",)


def test_a_key_that_the_rehearsal_did_not_make_can_be_made() -> None:
    schema, bare = structure("a.b_id -> b"), structure(also={"a": (column("b_id"),), "b": ()})
    before = study(schema, bare, A="a", B="b")
    assert [it.missing for it in before.isolation.keys] == [True]
    after = what_if(before, key=["a.b_id->b"])
    assert after.declared == schema
    assert [it.missing for it in after.isolation.keys] == [False]


def test_a_key_over_several_columns_is_spelt_as_everywhere() -> None:
    schema = structure("a.x,y -> b", also={"b": (column("x"), column("y"))})
    before = study(schema, A="a", B="b")
    assert edges(what_if(before, drop=["a.x, y -> b"]).declared) == []
    b = schema.table(name("b"))
    assert b is not None
    wide = replace(b, primary_key=PrimaryKey(name="pk", columns=("x", "y")))
    bare = what_if(study(replace(schema, tables=(*(it for it in schema.tables if it != b), wide))), drop=["a.x,y->b"])
    assert edges(what_if(bare, key=["a.x,y->b"]).declared) == ["a.x,y->b"]


def test_two_spellings_of_one_key_drop_it_once_and_hide_no_ambiguity() -> None:
    before = study(structure("a.b_id -> b"), A="a", B="b")
    assert edges(what_if(before, drop=["a.b_id->b", "public.a.b_id -> public.b"]).declared) == []
    schema = structure("a.b_id -> b")
    a = schema.table(name("a"))
    assert a is not None
    other = QualifiedName("other", "a")
    keys = tuple(replace(it, table=other) for it in a.foreign_keys)
    twins = study(replace(schema, tables=(*schema.tables, replace(a, name=other, foreign_keys=keys))), A="b")
    with pytest.raises(ConfigError, match="means several keys"):
        what_if(twins, drop=["public.a.b_id->b", "a.b_id->b"])
    assert len(list(what_if(twins, drop=["public.a.b_id->b"]).declared.foreign_keys())) == 1


def test_a_key_can_be_pointed_elsewhere_in_one_question() -> None:
    before = study(structure("a.b_id -> b", "c -> b"), A="a", B="b c")
    after = what_if(before, drop=["a.b_id->b"], key=["a.b_id->c"])
    assert edges(after.declared) == ["a.b_id->c", "c.c1->b"]


def test_names_with_dots_commas_and_arrows_are_understood() -> None:
    odd = QualifiedName("public", "a.b->c")
    table = Table(name=odd, columns=(column("id"), column("x,y.z")), primary_key=PrimaryKey(name="pk", columns=("id",)))
    key = ForeignKey(name="k", table=odd, columns=("x,y.z",), referenced_table=odd, referenced_columns=("id",))
    before = make_study(
        Schema(tables=(replace(table, foreign_keys=(key,)),)), None, grouped(Schema()), IsolationRules()
    )
    bare = what_if(before, drop=["a.b->c.x,y.z->a.b->c"])
    assert edges(bare.declared) == []
    assert edges(what_if(bare, key=["a.b->c.x,y.z->a.b->c"]).declared) == ["a.b->c.x,y.z->a.b->c"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"move": {"Usr": "A"}}, "move: 'Usr' is no table; did you mean 'User'?"),
        ({"move": {"nothing like it": "A"}}, "move: 'nothing like it' is no table; expected a model, table or schema"),
        ({"move": {"User": "a"}}, "move: 'User' to 'a': did you mean the group 'A'?"),
        ({"move": {"User": " "}}, "move: 'User' to a group without a name; expected a group"),
        ({"move": {"twin": "A"}}, "move: 'twin' means several tables; expected one of: other.twin, public.twin"),
        ({"drop": ["Post.userID->User"]}, "'Post.userID->User' is no foreign key; did you mean 'Post.userId->User'?"),
        ({"drop": ["Post.userId?->User"]}, "drop: 'Post.userId?->User' is no foreign key; did you mean"),
        ({"key": ["Post"]}, "key: 'Post' is no reference; expected Table.column->Table"),
        ({"key": ["Post.userId->Usr"]}, "key: 'Post.userId->Usr': 'Usr' is no table; did you mean 'User'?"),
        ({"key": ["Post.ownerid->User"]}, "Post has no column 'ownerid'; did you mean 'ownerId'?"),
        ({"key": ["Post.userId->User"]}, "key: 'Post.userId->User' is a foreign key already"),
        ({"key": ["Post.number->User"]}, "key: 'Post.number->User' cannot be: integer does not refer to text"),
        ({"key": ["Post.ownerId->bare"]}, "key: 'Post.ownerId->bare' cannot be: bare has no primary key"),
        ({"key": ["Post.ownerId->twin"]}, "means several references; expected one of: public.Post.ownerId->other.twin"),
        ({"drop": ["twin.id->User"]}, "means several keys; expected one of: other.twin.id->public.User"),
    ],
)  # fmt: skip
def test_a_wrong_name_or_edge_says_what_is_meant(asked: Mapping[str, object], message: str) -> None:
    schema = structure(
        "Post.userId -> User", "twin.id -> User", also={"Post": (column("ownerId"), column("number", "integer"))}
    )
    twin = schema.table(name("twin"))
    assert twin is not None
    other = QualifiedName("other", "twin")
    keys = tuple(replace(it, table=other) for it in twin.foreign_keys)
    bare = Table(name=name("bare"), columns=(column("x"),))
    schema = replace(schema, tables=(*schema.tables, replace(twin, name=other, foreign_keys=keys), bare))
    with pytest.raises(ConfigError) as caught:
        what_if(study(schema, A="User", B="Post"), **asked)  # type: ignore[arg-type]
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"move": ["User"]}, "move: ['User'] does not say where to; expected tables with their groups, as move={"),
        ({"move": "User"}, "move: 'User' does not say where to; expected tables with their groups"),
        ({"move": {"User": None}}, "move: 'User' to None, which is no group"),
        ({"move": {5: "Auth"}}, "move: 5 is no table"),
        ({"key": None}, "key: None is no list; expected a list of texts, as key=['Order.userId->User']"),
        ({"key": [None]}, "key: None is no text"),
        ({"key": "X.y->Z"}, "key: 'X.y->Z' is a text; expected a list of texts"),
        ({"key": {"X.y->Z": "a"}}, "is no list; expected a list of texts"),
        ({"drop": "X.y->Z"}, "drop: 'X.y->Z' is a text; expected a list of texts"),
        ({"drop": 5}, "drop: 5 is no list"),
    ],
)
def test_arguments_of_another_form_say_what_is_expected(asked: Mapping[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        what_if(study(structure("Post.userId -> User"), A="User", B="Post"), **asked)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_what_is_asked_twice_counts_once() -> None:
    before = study(structure("c.b_id -> b", also={"a": (column("bRef"),)}), A="a", B="b c")
    assert edges(what_if(before, key=["a.bRef->b"] * 2, drop=["c.b_id->b"] * 2).declared) == ["a.bRef->b"]


@pytest.mark.parametrize(
    ("column_type", "referenced", "can"),
    [
        ("timestamp(3) without time zone", "text", False),
        ("jsonb", "uuid", False),
        ("text[]", "text", False),
        ("text", "integer", False),
        ("numeric(10,2)", "bigint", False),
        ("character varying(30)", "text", True),
        ("integer", "bigint", True),
        ("bigint", "smallint", True),
        ("integer", "numeric(10,2)", True),
        ("date", "timestamp(6) with time zone", True),
        ("citext", "text", True),
        ("text", "citext", False),
        ("public.code", "text", True),
    ],
)
def test_only_a_key_that_postgresql_could_make_is_declared(column_type: str, referenced: str, *, can: bool) -> None:
    """As measured on PostgreSQL 15; a type of the database itself may be a domain."""
    schema = structure(also={"a": (column("ref", column_type),), "b": (column("id", referenced),)})
    before = study(schema, A="a", B="b")
    if can:
        assert edges(what_if(before, key=["a.ref->b"]).declared) == ["a.ref->b"]
        return
    with pytest.raises(ConfigError, match=r"key: 'a.ref->b' cannot be: .* does not refer to"):
        what_if(before, key=["a.ref->b"])
