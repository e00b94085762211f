"""From the names and globs of pgready.toml to groups."""

import pytest

from pgready.graph.grouping import resolve_groups
from pgready.model.groups import UNGROUPED, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema, Table

MODELS = {"users": "User", "crm_contacts": "CrmContact", "crm_tags": "CrmTag", "audit_log": None}


def schema(models: dict[str, str | None] | None = None) -> Schema:
    named = sorted((MODELS if models is None else models).items())
    return Schema(
        tables=tuple(Table(name=QualifiedName("public", name), columns=(), model=model) for name, model in named)
    )


def tables(grouping: Grouping) -> dict[str, list[str]]:
    return {group.name: [table.name for table in group.tables] for group in grouping.groups}


@pytest.mark.parametrize("spelling", ["User", "users", "public.users"])
def test_a_table_is_named_by_its_model_its_name_or_with_its_schema(spelling: str) -> None:
    assert tables(resolve_groups(schema(), {"Auth": [spelling]})) == {"Auth": ["users"]}


@pytest.mark.parametrize("spelling", ["user", "USERS", "crm*", "Public.users"])
def test_names_are_case_sensitive(spelling: str) -> None:
    models = {"users": "User", "CrmTag": "CrmTag"}
    found = resolve_groups(schema(dict(models)), {"Auth": [spelling]})
    assert found.unknown == (("Auth", spelling),)
    assert found.groups[0].tables == ()


def test_groups_keep_the_order_of_the_configuration_and_their_tables_are_sorted() -> None:
    found = resolve_groups(schema(), {"CRM": ["CrmTag", "CrmContact"], "Auth": ["User"]}, {"CRM": "businessId"})
    assert tables(found) == {"CRM": ["crm_contacts", "crm_tags"], "Auth": ["users"]}
    assert [group.key for group in found.groups] == ["businessId", None]


@pytest.mark.parametrize("order", [["Tags", "CRM"], ["CRM", "Tags"]])
def test_an_explicit_name_wins_over_a_glob_wherever_it_stands(order: list[str]) -> None:
    listed = {"CRM": ["Crm*"], "Tags": ["CrmTag"]}
    found = resolve_groups(schema(), {name: listed[name] for name in order})
    assert tables(found)["Tags"] == ["crm_tags"]
    assert found.overlaps == ()


def test_of_several_globs_the_last_that_matches_wins() -> None:
    found = resolve_groups(schema(), {"All": ["*"], "CRM": ["Crm*"], "Late": ["*Tag"]})
    assert tables(found) == {"All": ["audit_log", "users"], "CRM": ["crm_contacts"], "Late": ["crm_tags"]}


def test_a_glob_that_loses_every_table_is_not_unknown() -> None:
    assert resolve_groups(schema(), {"CRM": ["Crm*"], "All": ["*"]}).unknown == ()


def test_a_table_listed_by_several_groups_is_an_overlap_and_belongs_to_the_first() -> None:
    found = resolve_groups(schema(), {"Auth": ["User"], "People": ["users"], "Also": ["public.users"]})
    assert found.overlaps == ((QualifiedName("public", "users"), ("Auth", "People", "Also")),)
    assert tables(found) == {"Auth": ["users"], "People": [], "Also": []}


def test_a_table_listed_twice_by_one_group_is_no_overlap() -> None:
    assert resolve_groups(schema(), {"Auth": ["User", "users"]}).overlaps == ()


def test_names_and_globs_that_match_nothing_are_unknown() -> None:
    found = resolve_groups(schema(), {"Auth": ["User", "Acount", "Sess*"]})
    assert found.unknown == (("Auth", "Acount"), ("Auth", "Sess*"))


def test_tables_that_no_group_lists_are_ungrouped() -> None:
    found = resolve_groups(schema(), {"CRM": ["Crm*"]})
    assert [table.name for table in found.ungrouped] == ["audit_log", "users"]
    assert found.group_of()[QualifiedName("public", "users")] == UNGROUPED


def test_a_glob_means_the_schema_only_with_a_dot() -> None:
    """Else `p*` would take every table of `public`."""
    assert resolve_groups(schema(), {"P": ["p*"]}).unknown == (("P", "p*"),)
    assert tables(resolve_groups(schema(), {"P": ["public.u*"]})) == {"P": ["users"]}


def test_a_table_whose_name_looks_like_a_glob_is_named_explicitly() -> None:
    found = resolve_groups(schema({"log[1]": None, "log1": None}), {"A": ["log[1]"], "B": ["log[12]"]})
    assert tables(found) == {"A": ["log[1]"], "B": ["log1"]}


def test_tables_of_one_name_in_two_schemas_are_told_apart_by_the_schema() -> None:
    both = Schema(tables=tuple(Table(name=QualifiedName(it, "users"), columns=()) for it in ("auth", "public")))
    found = resolve_groups(both, {"Auth": ["auth.users"]})
    assert found.groups[0].tables == (QualifiedName("auth", "users"),)
    assert found.ungrouped == (QualifiedName("public", "users"),)
    assert len(resolve_groups(both, {"Auth": ["users"]}).groups[0].tables) == 2


def test_without_groups_every_table_is_ungrouped() -> None:
    found = resolve_groups(schema(), {})
    assert found.groups == ()
    assert len(found.ungrouped) == len(MODELS)
