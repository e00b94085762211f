"""The draft of a pgready.toml: what it proposes holds, and what it takes over is not repeated."""

from dataclasses import replace

import pytest

from pgready.checks import RULES
from pgready.config import Config, parse_config
from pgready.graph.draft import Draft, make_draft
from pgready.graph.draft_text import DraftProject, draft_text
from pgready.graph.grouping import resolve_groups
from pgready.model.contracts import EdgeKind
from pgready.model.groups import ContractKind, GroupSource
from pgready.model.location import Location
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema
from structures import column, example, structure

PROJECT = DraftProject(name="shop", schema=("prisma/schema.prisma",), migrations="prisma/migrations", asked=False)


def in_files(schema: Schema, **files: str) -> Schema:
    """The tables of `schema`, declared in these files; those not named are in schema.prisma."""
    file_of = {table: file for file, tables in files.items() for table in tables.split()}
    return replace(
        schema,
        tables=tuple(
            replace(it, location=Location(f"{file_of.get(it.name.name, 'schema')}.prisma", 1, 1), model=it.name.name)
            for it in schema.tables
        ),
    )


def config_of(draft: Draft, project: DraftProject = PROJECT) -> Config:
    return parse_config(draft_text(draft, project), rules=RULES)


def test_the_draft_of_the_example_says_what_holds() -> None:
    schema, _ = example()
    draft = make_draft(schema)
    contracts = {it.contract.groups[0]: (it.contract.kind, it.contract.allowed, it.vacuous) for it in draft.contracts}
    assert contracts == {
        "Auth": (ContractKind.INTERNAL_ONLY, (), False),
        "Ai": (ContractKind.INTERNAL_ONLY, (), True),
        "Availability": (ContractKind.INTERNAL_ONLY, (), True),
        # BookingRequestAuditLog.actorUserId and SocialPostingDestination.selectedAccountId have no key.
        "Booking": (ContractKind.ONLY_REFERENCES, ("User",), False),
        "Crm": (ContractKind.INTERNAL_ONLY, (), False),
        "Image": (ContractKind.INTERNAL_ONLY, (), False),
        "ReviewRequest": (ContractKind.ONLY_REFERENCES, ("User",), False),
        "Social": (ContractKind.ONLY_REFERENCES, ("Account", "ImageRequest", "User"), False),
    }
    unkeyed = {it.contract.groups[0] for it in draft.contracts if it.contract.edges is EdgeKind.FK_AND_UNKEYED}
    assert unkeyed == {"Booking", "Social"}
    assert [(name, hub.referencing_tables) for name, hub in draft.hubs] == [("User", 14)]
    keys = {it.name: it.tenancy.key for it in draft.groups if it.tenancy}
    assert keys["Crm"] == "businessId"
    assert keys["Social"] == "userId"
    assert "Other" not in keys


def test_the_file_says_why_and_that_it_is_a_suggestion() -> None:
    schema, _ = example()
    text = draft_text(make_draft(schema), PROJECT)
    assert "The groups are suggestions." in text
    assert 'tables = [\n    "CrmContact",                             # name begins with Crm\n' in text
    assert 'key = "businessId"                            # 4 of 4 tables have it\n' in text
    assert '# hubs = ["User"]' in text
    assert "# Vacuous today" in text
    assert all(len(line) <= 120 for line in text.splitlines())


def test_the_inventory_holds_every_model() -> None:
    schema, _ = example()
    inventory = config_of(make_draft(schema)).inventory
    assert sorted(it for models in inventory.values() for it in models) == sorted(
        it.model or "" for it in schema.tables
    )


def test_files_are_taken_over_and_not_repeated() -> None:
    schema = in_files(structure("a -> b", "c -> d", "e -> a"), crm="a b", shop="c d")
    config = config_of(make_draft(schema))
    assert config.groups_from == (GroupSource.FILE,)
    assert config.groups == {"crm": ("e",), "shop": ()}


def test_files_of_a_single_table_are_no_features() -> None:
    schema = in_files(structure("CrmA -> CrmB", "ShopA -> ShopB"), a="CrmA", b="CrmB", c="ShopA", d="ShopB")
    config = config_of(make_draft(schema))
    assert config.groups_from is None
    assert config.groups == {"Crm": ("CrmA", "CrmB"), "Shop": ("ShopA", "ShopB")}


def test_tags_are_taken_over_without_being_listed() -> None:
    schema = in_files(structure("a -> b"))
    tagged = replace(schema, tables=tuple(replace(it, comment="@group crm") for it in schema.tables))
    text = draft_text(make_draft(tagged), PROJECT)
    assert "[groups.crm]\n# By comment @group: a, b.\n" in text
    assert parse_config(text, rules=RULES).groups == {"crm": ()}


def test_tables_that_only_the_migrations_make_are_listed_and_their_keys_count() -> None:
    declared, made = (
        structure("CrmA -> CrmB"),
        structure("CrmA -> CrmB", "Log -> CrmA", "CrmA.x_id -> Shop", "Shop -> ShopB"),
    )
    draft = make_draft(declared, made)
    assert {name: len(group) for name, group in config_of(draft).groups.items()} == {"Crm": 3, "Shop": 2}
    assert draft.contracts[0].contract.allowed == ("public.Shop",)


def test_a_table_is_spelt_so_that_no_group_or_other_table_is_meant() -> None:
    both = structure("PollVote -> Poll", "CrmTag -> Poll", "CrmTag -> CrmNote")
    elsewhere = [replace(it, name=QualifiedName("old", it.name.name), foreign_keys=()) for it in both.tables]
    schema = Schema(tables=tuple(sorted((*both.tables, *elsewhere), key=lambda it: it.name)))
    draft = make_draft(schema)
    config = config_of(draft)
    grouping = resolve_groups(schema, config.groups, config.keys, groups_from=config.groups_from)
    assert (grouping.ungrouped, grouping.overlaps, grouping.unknown) == ((), (), ())
    assert all("Poll" not in contract.allowed for contract in config.contracts)


def test_a_group_that_refers_to_very_much_gets_no_contract() -> None:
    schema = structure(*(f"Hub{n} -> F{n:02}A" for n in range(12)), *(f"F{n:02}B -> F{n:02}A" for n in range(12)))
    draft = make_draft(
        in_files(
            schema, hub=" ".join(f"Hub{n}" for n in range(12)), rest=" ".join(f"F{n:02}A F{n:02}B" for n in range(12))
        )
    )
    assert [name for name, _ in draft.unpromising] == ["hub"]
    assert "# None for groups that refer to too much" in draft_text(draft, PROJECT)


def test_paths_that_were_asked_for_stand_in_the_file() -> None:
    asked = replace(PROJECT, asked=True, schema=("db/a.prisma", "db/b.prisma"), migrations="db/sql")
    config = config_of(make_draft(structure("a -> b")), asked)
    assert (config.schema, config.migrations) == (("db/a.prisma", "db/b.prisma"), "db/sql")
    found = config_of(make_draft(structure("a -> b")))
    assert (found.schema, found.migrations, found.name) == ((), None, None)


@pytest.mark.parametrize("name", ['a"b', "a b", "[x]", "x\ny", "\u202ered", "a#b", "'''", "\\", "ключ", "*", "x" * 300])
def test_hostile_names_are_quoted(name: str) -> None:
    schema = structure("a -> b", also={"b": (column("userId"),)})
    hostile = replace(schema, tables=tuple(replace(it, name=QualifiedName(name, it.name.name)) for it in schema.tables))
    hostile = replace(
        hostile,
        tables=tuple(
            replace(it, name=QualifiedName("public", f"{name}{n}"), foreign_keys=())
            for n, it in enumerate(hostile.tables)
        ),
    )
    text = draft_text(make_draft(hostile), replace(PROJECT, name=name, migration_names=(name,)))
    config = parse_config(text, rules=RULES)
    assert sorted(it for tables in config.groups.values() for it in tables) == sorted(
        it.name.name for it in hostile.tables
    )
    assert text.replace("\n", "").isprintable()


def test_columns_without_a_key_are_no_reason_to_promise_that_a_group_keeps_to_itself() -> None:
    """A schema without any key would be nothing but groups that refer to themselves only."""
    schema = structure(
        also={
            "team": (),
            "team_note": (column("team_id"),),
            "user": (),
            "user_post": (column("user_id"), column("team_id")),
            "user_tag": (),
        }
    )
    draft = make_draft(schema)
    kinds = {it.contract.groups[0].lower(): (it.contract.kind, it.contract.edges) for it in draft.contracts}
    assert kinds["user"] == (ContractKind.ONLY_REFERENCES, EdgeKind.FK_AND_UNKEYED)
    assert [(it.edges, it.allowed) for it in config_of(draft).contracts] == [
        (it.contract.edges, it.contract.allowed) for it in draft.contracts
    ]
    assert kinds["team"] == (ContractKind.INTERNAL_ONLY, EdgeKind.FK)
