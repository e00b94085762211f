"""Groups that the project itself declares, and how they rank with pgready.toml."""

import pytest

from pgready.graph.grouping import resolve_groups, with_undeclared
from pgready.model.groups import Grouping, GroupSource
from pgready.model.location import Location
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema, Table


def table(
    name: str,
    file: str | None = "schema.prisma",
    comment: str | None = None,
    model: str | None = "",
    schema: str = "public",
) -> Table:
    return Table(
        name=QualifiedName(schema, name),
        columns=(),
        model=name.title() if model == "" else model,
        comment=comment,
        location=Location(file, 1, 1) if file else None,
    )


def join(name: str, a: str, b: str, file: str = "schema.prisma") -> Table:
    keys = tuple(
        ForeignKey(
            name=f"{name}_{letter}_fkey",
            table=QualifiedName("public", name),
            columns=(letter,),
            referenced_table=QualifiedName("public", to),
            referenced_columns=("id",),
        )
        for letter, to in (("A", a), ("B", b))
    )
    return Table(name=QualifiedName("public", name), columns=(), foreign_keys=keys, location=Location(file, 2, 1))


def structure(*tables: Table) -> Schema:
    return Schema(tables=tuple(sorted(tables, key=lambda it: it.name)))


def said(grouping: Grouping) -> dict[str, str]:
    return {it.table.name: str(it) for it in grouping.placements}


def groups(grouping: Grouping) -> dict[str, list[str]]:
    return {group.name: [it.name for it in group.tables] for group in grouping.groups}


def test_each_level_wins_over_the_next_and_says_so() -> None:
    tagged = "about money\n@group tagged"
    six = structure(
        table("listed", "crm.prisma", tagged, schema="shop"),
        table("tagged", "crm.prisma", tagged, schema="shop"),
        table("spaced", "crm.prisma", schema="shop"),
    )
    declared = {"List": ["listed"], "Glob": ["*"]}
    assert said(resolve_groups(six, declared, groups_from=("schema", "file"))) == {
        "listed": "List by list listed",
        "tagged": "tagged by comment @group",
        "spaced": "shop by schema shop",
    }
    assert said(resolve_groups(six, declared, groups_from=("file",)))["spaced"] == "crm by file crm.prisma"
    assert said(resolve_groups(six, declared))["spaced"] == "Glob by glob *"


def test_every_table_with_a_group_knows_its_source() -> None:
    found = resolve_groups(structure(table("a"), table("b"), table("c")), {"G": ["A", "b*"]})
    assert {it.table.name: it.source for it in found.placements} == {"a": GroupSource.LIST, "b": GroupSource.GLOB}
    assert found.placement_of()[QualifiedName("public", "a")].detail == "A"
    assert [it.name for it in found.ungrouped] == ["c"]


def test_configured_groups_keep_their_order_and_others_follow_by_name() -> None:
    two = structure(table("a", comment="@group zoo"), table("b", comment="@group ark"), table("c"))
    assert list(groups(resolve_groups(two, {"Z": ["c"], "A": []}))) == ["Z", "A", "ark", "zoo"]


def test_a_configured_group_without_a_list_takes_what_comments_say_and_has_its_key() -> None:
    found = resolve_groups(structure(table("a", comment="@group crm")), {"crm": ()}, {"crm": "businessId"})
    assert [(it.name, len(it.tables), it.key) for it in found.groups] == [("crm", 1, "businessId")]


@pytest.mark.parametrize(
    ("comment", "group"),
    [
        ("@group crm", "crm"),
        ("Contacts.  @group crm.", "crm"),
        ("@group\tcrm and more", "crm"),
        ("line\n@group billing/eu-west.1\nline", "billing/eu-west.1"),
        ('@group "Help desk"', "Help desk"),
        ("@group größe", "größe"),
        ("@group " + "x" * 63, "x" * 63),
    ],
)
def test_a_tag_names_a_group(comment: str, group: str) -> None:
    assert groups(resolve_groups(structure(table("a", comment=comment)), {})) == {group: ["a"]}


@pytest.mark.parametrize(
    "comment",
    [
        "@group",
        "@group\ncrm",
        "@group ",
        '@group "crm',
        '@group ""',
        '@group "a\tb"',
        '@group "\u202ecrm"',
        "@group \x1b[31mred",
        "@group 🔥",
        "@group (ungrouped)",
        '@group "(ungrouped)"',
        "@group " + "x" * 64,
        "@group " + "x" * 100_000,
    ],
)
def test_a_tag_without_a_proper_name_is_no_group_and_is_told(comment: str) -> None:
    found = resolve_groups(structure(table("a", comment=comment)), {})
    assert found.groups == ()
    assert found.nameless == (QualifiedName("public", "a"),)
    assert found.ungrouped == (QualifiedName("public", "a"),)


@pytest.mark.parametrize("comment", ["@groups crm", "me@group crm", "@@group crm", "@Group crm", "group crm", ""])
def test_what_is_no_tag_is_no_tag(comment: str) -> None:
    found = resolve_groups(structure(table("a", comment=comment)), {})
    assert (found.groups, found.nameless) == ((), ())


def test_several_tags_are_an_overlap_and_the_first_counts() -> None:
    found = resolve_groups(structure(table("a", comment="@group one\n@group two\n@group one")), {})
    assert groups(found) == {"one": ["a"]}
    assert found.overlaps == ((QualifiedName("public", "a"), ("one", "two")),)


def test_a_list_settles_what_several_tags_say() -> None:
    found = resolve_groups(structure(table("a", comment="@group one @group two")), {"three": ["a"]})
    assert groups(found) == {"three": ["a"]}
    assert found.overlaps == ()


def test_comment_on_table_counts_and_the_schema_file_counts_first() -> None:
    declared = structure(table("a"), table("b", comment="@group file"))
    made = structure(
        table("a", None, "@group sql", model=None),
        table("b", None, "@group sql", model=None),
        table("extra", None, "@group sql", model=None),
    )
    found = resolve_groups(with_undeclared(declared, made), {}, rehearsed=made)
    assert groups(found) == {"file": ["b"], "sql": ["a", "extra"]}
    assert found.overlaps == ((QualifiedName("public", "b"), ("file", "sql")),)


def test_without_configuration_files_and_schemas_count_only_where_there_are_several() -> None:
    one = structure(table("a", "crm.prisma"), table("b", "crm.prisma"))
    assert resolve_groups(one, {}).groups == ()
    files = structure(table("a", "crm.prisma"), table("b", "shop.prisma"))
    assert groups(resolve_groups(files, {})) == {"crm": ["a"], "shop": ["b"]}
    schemas = structure(table("a", schema="auth"), table("b"))
    assert groups(resolve_groups(schemas, {})) == {"auth": ["a"], "public": ["b"]}


def test_a_schema_that_only_migrations_make_does_not_turn_schemas_into_groups() -> None:
    found = resolve_groups(structure(table("a"), table("log", None, model=None, schema="audit")), {})
    assert found.groups == ()


def test_with_groups_or_an_empty_groups_from_files_do_not_count() -> None:
    files = structure(table("a", "crm.prisma"), table("b", "shop.prisma"))
    assert groups(resolve_groups(files, {"X": ["a"]})) == {"X": ["a"]}
    assert resolve_groups(files, {}, groups_from=()).groups == ()


@pytest.mark.parametrize(
    "general", ["schema.prisma", "main.prisma", "prisma/schema/Schema.prisma", "prisma/index.prisma"]
)
def test_the_main_file_gives_no_group(general: str) -> None:
    folder = general.rpartition("/")[0]
    other = f"{folder}/crm.prisma" if folder else "crm.prisma"
    found = resolve_groups(structure(table("a", general), table("b", other)), {})
    assert groups(found) == {"crm": ["b"]}
    assert [it.name for it in found.ungrouped] == ["a"]


def test_a_file_of_a_general_name_gives_that_of_its_folder() -> None:
    files = structure(
        table("a", "db/crm/schema.prisma"), table("b", "db/shop/models.prisma"), table("c", "db/schema.prisma")
    )
    assert groups(resolve_groups(files, {})) == {"crm": ["a"], "shop": ["b"]}


def test_files_of_one_name_in_two_folders_are_two_groups() -> None:
    files = structure(table("a", "db/auth/user.prisma"), table("b", "db/crm/user.prisma"), table("c", "db/mail.prisma"))
    assert groups(resolve_groups(files, {})) == {"auth/user": ["a"], "crm/user": ["b"], "mail": ["c"]}


def test_a_name_that_is_taken_for_the_ungrouped_is_no_group() -> None:
    files = structure(table("a", "(ungrouped).prisma"), table("b", "crm.prisma"))
    assert [it.name for it in resolve_groups(files, {}).ungrouped] == ["a"]
    schemas = structure(table("a", schema="(ungrouped)"), table("b"))
    assert [it.name for it in resolve_groups(schemas, {}).ungrouped] == ["a"]


def test_a_join_table_goes_with_both_its_models_or_with_model_a() -> None:
    tables = (table("post"), table("tag"), table("user"), join("_PostToTag", "post", "tag"), join("_X", "tag", "user"))
    found = resolve_groups(structure(*tables), {"Blog": ["post", "tag"], "Auth": ["user"]})
    assert said(found)["_PostToTag"] == "Blog by relation of both its models"
    assert said(found)["_X"] == "Blog by relation of tag"
    assert found.ungrouped == ()


def test_a_join_table_goes_with_model_b_when_a_has_no_group() -> None:
    tables = (table("post"), table("tag"), join("_PostToTag", "post", "tag"))
    assert said(resolve_groups(structure(*tables), {"T": ["tag"]}))["_PostToTag"] == "T by relation of tag"


def test_only_a_list_moves_a_join_table_from_its_models() -> None:
    tables = (table("post"), table("tag"), join("_PostToTag", "post", "tag", "late.prisma"))
    declared = {"Blog": ["post", "tag"], "Late": ["*"]}
    found = resolve_groups(structure(*tables), declared, groups_from=("file", "schema"))
    assert groups(found)["Blog"] == ["_PostToTag", "post", "tag"]
    assert groups(resolve_groups(structure(*tables), declared | {"Late": ["_PostToTag"]}))["Late"] == ["_PostToTag"]


def test_a_partition_goes_with_its_partitioned_table_unless_something_else_speaks_of_it() -> None:
    def part(name: str, of: str) -> Table:
        return Table(name=QualifiedName("public", name), columns=(), partition_of=QualifiedName("public", of))

    tables = structure(table("event"), part("e1", "event"), part("e1a", "e1"), part("x", "y"), part("y", "x"))
    found = resolve_groups(tables, {"Log": ["event"]})
    assert groups(found) == {"Log": ["e1", "e1a", "event"]}
    assert said(found)["e1a"] == "Log by partition of event"
    assert groups(resolve_groups(tables, {"Log": ["event"], "Old": ["e1"]}))["Old"] == ["e1"]
