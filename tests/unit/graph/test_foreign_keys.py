"""The foreign keys of a structure as a networkx graph."""

import subprocess
import sys

from pgready.graph.foreign_keys import fk_graph
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, ReferentialAction, Schema, Table


def name(table: str) -> QualifiedName:
    return QualifiedName("public", table)


def key(table: str, column: str, referenced: str, constraint: str | None = None) -> ForeignKey:
    return ForeignKey(
        name=constraint or f"{table}_{column}_fkey",
        table=name(table),
        columns=(column,),
        referenced_table=name(referenced),
        referenced_columns=("id",),
        on_delete=ReferentialAction.CASCADE,
    )


def table(of: str, *keys: ForeignKey, nullable: tuple[str, ...] = ()) -> Table:
    columns = tuple(Column(name=it.columns[0], type="text", not_null=it.columns[0] not in nullable) for it in keys)
    return Table(name=name(of), columns=columns, foreign_keys=keys)


def test_every_table_is_a_node_and_every_key_an_edge_with_its_attributes() -> None:
    post = table("Post", key("Post", "authorId", "User"), nullable=("authorId",))
    graph = fk_graph(Schema(tables=(post, table("Tag"), table("User"))))
    assert list(graph.nodes) == ["public.Post", "public.Tag", "public.User"]
    assert graph.nodes["public.Post"]["table"] is post
    edge = graph.edges["public.Post", "public.User", "Post_authorId_fkey"]
    assert edge == {
        "columns": ("authorId",),
        "referenced_columns": ("id",),
        "on_delete": ReferentialAction.CASCADE,
        "on_update": ReferentialAction.NO_ACTION,
        "nullable": True,
        "validated": True,
        "foreign_key": post.foreign_keys[0],
    }


def test_two_keys_between_the_same_tables_stay_two_edges() -> None:
    message = table("Message", key("Message", "fromId", "User"), key("Message", "toId", "User"))
    graph = fk_graph(Schema(tables=(message, table("User"))))
    assert graph.number_of_edges("public.Message", "public.User") == 2


def test_two_keys_of_one_name_both_stay() -> None:
    pair = (key("Message", "fromId", "User", "same"), key("Message", "toId", "User", "same"))
    graph = fk_graph(Schema(tables=(table("Message", *pair), table("User"))))
    assert {edge[2]["columns"] for edge in graph.edges(data=True)} == {("fromId",), ("toId",)}


def test_a_table_that_a_key_refers_to_and_that_does_not_exist_is_marked_missing() -> None:
    graph = fk_graph(Schema(tables=(table("Post", key("Post", "authorId", "User")),)))
    assert dict(graph.nodes(data="missing")) == {"public.Post": False, "public.User": True}
    assert graph.nodes["public.User"]["table"] is None


def test_a_key_on_not_null_columns_is_not_nullable() -> None:
    graph = fk_graph(Schema(tables=(table("Post", key("Post", "authorId", "User")), table("User"))))
    assert [data["nullable"] for *_, data in graph.edges(data=True)] == [False]


def test_importing_pgready_loads_neither_networkx_nor_matplotlib() -> None:
    code = "import sys, pgready; print([it for it in ('networkx', 'matplotlib', 'numpy') if it in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
