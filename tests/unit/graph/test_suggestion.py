"""Suggested groups: sensible where names and keys are, honest about the reason, the same every time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pgready.graph.grouping import resolve_groups
from pgready.graph.name_families import name_families
from pgready.graph.suggestion import OTHER, SuggestedGroup, suggest_groups
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, Schema, Table
from structures import column, example, structure


def named(*names: str) -> Schema:
    tables = sorted((Table(name=QualifiedName("public", it), columns=()) for it in names), key=lambda it: it.name)
    return Schema(tables=tuple(tables))


def groups(found: tuple[SuggestedGroup, ...]) -> dict[str, list[str]]:
    return {group.name: [it.table.name for it in group.tables] for group in found}


def reasons(found: tuple[SuggestedGroup, ...]) -> dict[str, str]:
    return {it.table.name: it.reason for group in found for it in group.tables}


def test_the_example_is_divided_by_features() -> None:
    schema, _ = example()
    found = groups(suggest_groups(schema))
    assert {name: len(tables) for name, tables in found.items()} == {
        "Auth": 4,
        "Ai": 7,
        "Availability": 2,
        "Booking": 6,
        "Crm": 4,
        "Image": 2,
        "ReviewRequest": 4,
        "Social": 6,
        "Other": 5,
    }
    assert found["Auth"] == ["Account", "Session", "User", "VerificationToken"]


def test_names_that_begin_alike_stand_together_in_any_spelling() -> None:
    found = groups(suggest_groups(named("users", "user_settings", "CrmTag", "crm_contact", "CRMNote")))
    assert found == {"CRM": ["CRMNote", "CrmTag", "crm_contact"], "User": ["user_settings", "users"]}


def test_a_word_that_nearly_all_names_begin_with_is_passed_over() -> None:
    found = groups(suggest_groups(named("app_crm_a", "app_crm_b", "app_shop_a", "app_shop_b", "app_shop_c")))
    assert [sorted(tables) for tables in found.values()] == [
        ["app_crm_a", "app_crm_b"],
        ["app_shop_a", "app_shop_b", "app_shop_c"],
    ]


def test_a_single_name_goes_where_its_keys_go() -> None:
    found = suggest_groups(
        structure("Vote -> PollOption", "PollOption -> Poll", "Comment -> Poll", "MailLog -> MailBox")
    )
    assert groups(found) == {"Mail": ["MailBox", "MailLog"], "Poll": ["Comment", "Poll", "PollOption", "Vote"]}
    assert reasons(found)["Vote"] == "refers to PollOption"
    assert reasons(found)["Poll"] == "name begins with Poll"


def test_a_table_that_is_referred_to_says_by_whom() -> None:
    assert (
        reasons(suggest_groups(structure("PollVote -> Choice", "Poll -> PollVote")))["Choice"]
        == "referred to by PollVote"
    )


def test_a_column_that_looks_like_a_key_ties_as_well() -> None:
    schema = structure("PollVote -> Poll", also={"Comment": (column("pollId"),)})
    assert groups(suggest_groups(schema)) == {"Poll": ["Comment", "Poll", "PollVote"]}


def test_referring_to_what_everybody_refers_to_is_no_reason() -> None:
    found = suggest_groups(structure(*(f"T{letter} -> User" for letter in "abcdef"), "CrmTag -> CrmNote"))
    assert groups(found) == {"Crm": ["CrmNote", "CrmTag"], OTHER: [*(f"T{it}" for it in "abcdef"), "User"]}
    assert reasons(found)["Ta"] == "refers only to User, as many do"
    assert reasons(found)["User"] == "many tables of several groups refer to it"


def test_an_account_is_of_a_login_only_when_a_column_says_so() -> None:
    provider = Column(name="providerAccountId", type="text", not_null=True)

    def families(*columns: Column) -> list[tuple[str, int]]:
        tables = structure(also={"User": (), "Account": columns, "Passkey": ()}).tables
        return [(it.title, len(it.tables)) for it in name_families(tables)]

    assert families(provider) == [("Auth", 3)]
    assert families() == [("Account", 1), ("Auth", 2)]


def test_there_are_few_groups() -> None:
    found = suggest_groups(
        named(*(f"{one}{two}Thing{n}" for one in "ABCDEFGHIJKLM" for two in "xyz" for n in range(2)))
    )
    assert len(found) <= 14


def test_what_the_project_says_is_kept_and_only_the_rest_is_suggested() -> None:
    schema = named("Poll", "PollVote", "CrmNote", "CrmTag")
    given = resolve_groups(schema, {"polls": ["Poll"]})
    found = suggest_groups(schema, given)
    assert [(it.name, it.given) for it in found] == [("polls", True), ("Crm", False)]
    assert groups(found)["polls"] == ["PollVote"]


def test_a_group_of_the_project_draws_tables_of_its_name() -> None:
    schema = named("Contact", "CrmTag", "Mail")
    given = resolve_groups(schema, {"crm": ["Contact"]})
    found = suggest_groups(schema, given)
    assert groups(found) == {"crm": ["CrmTag"], "Other": ["Mail"]}


@pytest.mark.parametrize("names", [(), ("x",), ("测试", "表"), ("", "-", "--"), ("Other", "OtherThing", "Lone")])
def test_strange_structures_lose_no_table(names: tuple[str, ...]) -> None:
    found = suggest_groups(named(*names))
    assert sorted(reasons(found)) == sorted(names)
    assert len({group.name for group in found}) == len(found)
    assert all(group.name for group in found)


def test_another_process_suggests_the_same() -> None:
    """Sets of strings have another order in every process, and Louvain's method visits sets."""
    code = (
        "from structures import structure; from pgready.graph.suggestion import suggest_groups;"
        "print(suggest_groups(structure(*(f't{i * 7 % 40} -> u{i * 3 % 11}' for i in range(40)))))"
    )
    path = str(Path(__file__).parents[2])

    def run(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    assert run("1") == run("2")
    assert "u1" in run("1")
