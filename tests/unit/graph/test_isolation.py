"""Crossings and contracts, judged on the keys of the declared and of the rehearsed structure."""

from dataclasses import replace

import pytest

from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import (
    Isolation,
    IsolationRules,
    UnknownName,
    edge_name,
    judge_isolation,
    merge_keys,
)
from pgready.model.groups import Contract, ContractKind, CrossingVerdict, DeclaredCrossing
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema, Table

ALLOWED, UNDECLARED, FORBIDDEN = CrossingVerdict.ALLOWED, CrossingVerdict.UNDECLARED, CrossingVerdict.FORBIDDEN
GROUPS = {"Auth": ["User", "Account"], "Social": ["Post", "Queue"], "Media": ["Image"], "Logs": ["Log"]}
KEYS = {"Account.userId": "User", "Post.userId": "User", "Queue.imageId": "Image", "Queue.postId": "Post"}


def schema(keys: dict[str, str], *, also: tuple[str, ...] = ("Log",)) -> Schema:
    """`table.column[,column]` -> referenced table."""
    names = {edge.split(".")[0] for edge in keys} | set(keys.values()) | set(also)
    return Schema(tables=tuple(table(name, keys) for name in sorted(names)))


def table(name: str, keys: dict[str, str]) -> Table:
    own = [(edge.split(".")[1], referenced) for edge, referenced in keys.items() if edge.split(".")[0] == name]
    return Table(
        name=QualifiedName("public", name.lower()),
        model=name,
        columns=(),
        foreign_keys=tuple(
            ForeignKey(
                name=f"{name}_{column}_fkey",
                table=QualifiedName("public", name.lower()),
                columns=tuple(column.split(",")),
                referenced_table=QualifiedName("public", referenced.lower()),
                referenced_columns=tuple(f"id{number}" for number, _ in enumerate(column.split(","))),
            )
            for column, referenced in sorted(own)
        ),
    )


def contract(kind: ContractKind, *groups: str, allowed: tuple[str, ...] = (), name: str = "rule") -> Contract:
    return Contract(kind=kind, name=name, groups=groups, allowed=allowed)


def judged(*contracts: Contract, hubs: tuple[str, ...] = (), accepted: tuple[str, ...] = ()) -> Isolation:
    declared = schema(KEYS)
    rules = IsolationRules(
        contracts=contracts,
        hubs=hubs,
        accepted=tuple(DeclaredCrossing(edge=edge, reason="we want it") for edge in accepted),
    )
    return judge_isolation(declared, None, resolve_groups(declared, GROUPS), rules)


def verdicts(isolation: Isolation) -> dict[str, CrossingVerdict]:
    return {edge_name(it.foreign_key): it.verdict for it in isolation.crossings}


POST, QUEUE = "post.userId->user", "queue.imageId->image"


def test_keys_inside_a_group_are_no_crossings_and_others_are_undeclared() -> None:
    assert verdicts(judged()) == {POST: UNDECLARED, QUEUE: UNDECLARED}


@pytest.mark.parametrize("hub", ["User", "user", "public.user"])
def test_a_key_to_a_hub_is_allowed(hub: str) -> None:
    found = judged(hubs=(hub,))
    assert verdicts(found) == {POST: ALLOWED, QUEUE: UNDECLARED}
    assert found.crossings[0].reason == "user is a hub"


def test_a_contract_forbids_even_a_key_to_a_hub() -> None:
    found = judged(contract(ContractKind.INTERNAL_ONLY, "Social", name="alone"), hubs=("User",))
    assert verdicts(found) == {POST: FORBIDDEN, QUEUE: FORBIDDEN}
    assert {it.reason for it in found.crossings} == {'breaks the contract "alone"'}
    assert found.contracts[0].broken_by == found.crossings
    assert not found.contracts[0].passed


@pytest.mark.parametrize("allowed", ["User", "user", "Auth"])
def test_only_references_allows_named_tables_and_groups(allowed: str) -> None:
    found = judged(contract(ContractKind.ONLY_REFERENCES, "Social", allowed=(allowed,), name="User only"))
    assert verdicts(found) == {POST: ALLOWED, QUEUE: FORBIDDEN}
    assert next(it.reason for it in found.crossings if it.verdict is ALLOWED) == 'named by the contract "User only"'


def test_independent_forbids_keys_between_its_groups_only() -> None:
    found = judged(contract(ContractKind.INDEPENDENT, "Social", "Media"))
    assert verdicts(found) == {POST: UNDECLARED, QUEUE: FORBIDDEN}


def test_independent_allows_what_it_names() -> None:
    found = judged(contract(ContractKind.INDEPENDENT, "Social", "Media", "Auth", allowed=("User", "Image")))
    assert verdicts(found) == {POST: ALLOWED, QUEUE: ALLOWED}
    assert found.contracts[0].passed


def test_a_contract_of_another_group_says_nothing() -> None:
    assert verdicts(judged(contract(ContractKind.INTERNAL_ONLY, "Media"))) == {POST: UNDECLARED, QUEUE: UNDECLARED}


@pytest.mark.parametrize(
    "edge",
    ["Queue.imageId->Image", "queue.imageId->image", "public.queue.imageId -> Image", "Queue.imageId->public.image"],
)
def test_an_accepted_crossing_wins_over_contracts_with_its_reason(edge: str) -> None:
    rule = contract(ContractKind.ONLY_REFERENCES, "Social", allowed=("User",))
    found = judged(rule, accepted=(edge,))
    assert verdicts(found) == {POST: ALLOWED, QUEUE: ALLOWED}
    assert [it.reason for it in found.crossings if it.foreign_key.columns == ("imageId",)] == ["we want it"]
    assert found.contracts[0].passed
    assert found.stale == ()


def test_an_accepted_crossing_names_every_column_of_a_composite_key() -> None:
    declared = schema({"Queue.tenantId,imageId": "Image"})
    grouping = resolve_groups(declared, GROUPS)
    for edge, stale in (("Queue.tenantId, imageId->Image", 0), ("Queue.imageId->Image", 1)):
        rules = IsolationRules(accepted=(DeclaredCrossing(edge=edge, reason="why"),))
        assert len(judge_isolation(declared, None, grouping, rules).stale) == stale


@pytest.mark.parametrize("edge", ["Queue.gone->Image", "Queue.postId->Post", "nonsense"])
def test_an_accepted_crossing_that_matches_no_key_between_groups_is_stale(edge: str) -> None:
    assert [it.edge for it in judged(accepted=(edge,)).stale] == [edge]


def test_two_broken_contracts_are_both_named() -> None:
    found = judged(
        contract(ContractKind.INTERNAL_ONLY, "Social", name="one"),
        contract(ContractKind.INDEPENDENT, "Social", "Media", name="two"),
    )
    assert [it.reason for it in found.crossings if it.foreign_key.columns == ("imageId",)] == [
        'breaks the contracts "one" and "two"'
    ]
    assert [len(it.broken_by) for it in found.contracts] == [2, 1]


@pytest.mark.parametrize(("group", "vacuous"), [("Social", False), ("Auth", False), ("Media", True), ("Logs", True)])
def test_a_contract_is_vacuous_when_its_groups_own_no_key(group: str, vacuous: bool) -> None:  # noqa: FBT001 - a parameter of the test
    found = judged(contract(ContractKind.ONLY_REFERENCES, group, allowed=("User", "Image")))
    assert (found.contracts[0].passed, found.contracts[0].vacuous) == (True, vacuous)


def test_a_contract_counts_declared_keys_that_the_migrations_do_not_make() -> None:
    """A structure that merely lost its keys must not look better isolated."""
    declared, rehearsed = schema(KEYS), schema({"Account.userId": "User"}, also=("Post", "Queue", "Image", "Log"))
    rules = IsolationRules(contracts=(contract(ContractKind.INTERNAL_ONLY, "Social"),))
    found = judge_isolation(declared, rehearsed, resolve_groups(declared, GROUPS), rules)
    assert not found.contracts[0].passed
    assert {(it.declared, it.rehearsed) for it in found.crossings} == {(True, False)}


def test_a_key_that_only_the_rehearsal_makes_is_judged_too() -> None:
    declared = schema({"Account.userId": "User"}, also=("Post", "Queue", "Image", "Log"))
    found = judge_isolation(declared, schema(KEYS), resolve_groups(declared, GROUPS), IsolationRules())
    assert {(it.declared, it.rehearsed) for it in found.crossings} == {(False, True)}


def test_unknown_names_of_contracts_and_hubs_are_reported_with_their_place() -> None:
    rule = contract(ContractKind.ONLY_REFERENCES, "Social", "Nope", allowed=("User", "Media", "Usr"), name="c")
    assert judged(rule, hubs=("Hub", "User")).unknown == (
        UnknownName(place='contract "c", groups', name="Nope"),
        UnknownName(place='contract "c", allowed', name="Usr"),
        UnknownName(place="hubs", name="Hub"),
    )


def test_crossings_are_ordered_by_groups_then_tables() -> None:
    assert list(verdicts(judged())) == [POST, QUEUE]


def test_ungrouped_tables_are_one_group_of_their_own() -> None:
    declared = schema(KEYS)
    found = judge_isolation(declared, None, resolve_groups(declared, {"Auth": ["User"]}), IsolationRules())
    assert [(it.from_group, it.to_group) for it in found.crossings] == [("(ungrouped)", "Auth")] * 2
    assert judge_isolation(declared, None, resolve_groups(declared, {}), IsolationRules()).crossings == ()


def test_keys_of_both_structures_are_one_key_whatever_their_names() -> None:
    declared = schema({"Post.userId": "User"})
    post = next(it for it in declared.tables if it.model == "Post")
    renamed = replace(post, foreign_keys=(replace(post.foreign_keys[0], name="other"),))
    rehearsed = Schema(tables=tuple(renamed if it is post else it for it in declared.tables))
    merged = merge_keys(declared, rehearsed)
    assert [(it.foreign_key.name, it.declared, it.rehearsed) for it in merged] == [("Post_userId_fkey", True, True)]


def test_a_key_made_twice_is_kept_twice_and_the_declared_name_is_the_declared_key() -> None:
    declared = schema({"Post.userId": "User"})
    post = next(it for it in declared.tables if it.model == "Post")
    twin = replace(post.foreign_keys[0], name="Aaa")
    doubled = replace(post, foreign_keys=(twin, *post.foreign_keys))
    merged = merge_keys(declared, Schema(tables=tuple(doubled if it is post else it for it in declared.tables)))
    assert {(it.foreign_key.name, it.declared, it.rehearsed) for it in merged} == {
        ("Post_userId_fkey", True, True),
        ("Aaa", False, True),
    }


def test_without_a_rehearsal_no_key_is_missing() -> None:
    assert {(it.rehearsed, it.missing) for it in merge_keys(schema(KEYS), None)} == {(None, False)}
