"""Every kind of contract: what keeps it, what breaks it, when keeping it says nothing."""

from dataclasses import replace

import pytest

from pgready.graph.grouping import resolve_groups, with_undeclared
from pgready.graph.isolation import Isolation, IsolationRules, UnknownName, edge_name, judge_isolation
from pgready.model.contracts import EdgeKind, NameScope
from pgready.model.groups import (
    Contract,
    ContractKind,
    ContractOutcome,
    ContractVerdict,
    CrossingVerdict,
    DeclaredCrossing,
)
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema, Table
from structures import column, name, structure

PASSED, VACUOUS, FAILED = ContractOutcome.PASSED, ContractOutcome.VACUOUS, ContractOutcome.FAILED
GROUPS = {"Auth": ["user", "account"], "CRM": ["contact", "tag"], "Shop": ["order", "line"], "Empty": ["lone"]}
SHOP = structure(
    "account.user_id -> user",
    "tag.contact_id -> contact",
    "contact.user_id -> user CASCADE",
    "line.order_id -> order",
    "order.contact_id -> contact CASCADE",
    also={"lone": ()},
)


def isolation(
    *contracts: Contract, schema: Schema = SHOP, made: Schema | None = None, accepted: tuple[str, ...] = ()
) -> Isolation:
    rules = IsolationRules(
        contracts=contracts, accepted=tuple(DeclaredCrossing(edge=edge, reason="agreed") for edge in accepted)
    )
    return judge_isolation(schema, made, resolve_groups(with_undeclared(schema, made), GROUPS), rules)


def judged(contract: Contract, schema: Schema = SHOP, made: Schema | None = None) -> ContractVerdict:
    return isolation(contract, schema=schema, made=made).contracts[0]


def broken(verdict: ContractVerdict) -> list[str]:
    return [*(edge_name(it.foreign_key) for it in verdict.broken_by), *(it.sentence for it in verdict.violations)]


def contract(kind: ContractKind, *groups: str, allowed: tuple[str, ...] = ()) -> Contract:
    return Contract(kind=kind, name="rule", groups=groups, allowed=allowed)


def forbidden(*groups: str, to: tuple[str, ...]) -> Contract:
    return Contract(kind=ContractKind.FORBIDDEN, name="rule", groups=groups, to=to)


def protected(*tables: str, allowed_from: tuple[str, ...] = ()) -> Contract:
    return Contract(kind=ContractKind.PROTECTED, name="rule", tables=tables, allowed_from=allowed_from)


LAYERS, ACYCLIC, NO_CASCADE = ContractKind.LAYERS, ContractKind.ACYCLIC, ContractKind.NO_CASCADE_ACROSS


@pytest.mark.parametrize(
    ("judging", "by"),
    [
        (forbidden("Shop", to=("CRM",)), ["order.contact_id->contact"]),
        (forbidden("Shop", to=("contact",)), ["order.contact_id->contact"]),
        (forbidden("Shop", to=("Auth", "tag")), []),
        (forbidden("CRM", "Shop", to=("Auth",)), ["contact.user_id->user"]),
        (protected("user"), ["contact.user_id->user"]),
        (protected("user", allowed_from=("CRM",)), []),
        (protected("user", allowed_from=("contact",)), []),
        (protected("user", allowed_from=("tag", "Shop")), ["contact.user_id->user"]),
        (protected("CRM", "user", allowed_from=("Shop",)), ["contact.user_id->user"]),
        (contract(LAYERS, "Shop", "CRM", "Auth"), []),
        (contract(LAYERS, "Auth", "CRM", "Shop"), ["contact.user_id->user", "order.contact_id->contact"]),
        (contract(LAYERS, "Auth", "CRM", "Shop", allowed=("user",)), ["order.contact_id->contact"]),
        # A group that is no layer is not judged.
        (contract(LAYERS, "Auth", "Shop"), []),
        (contract(NO_CASCADE), ["contact.user_id->user", "order.contact_id->contact"]),
        (contract(NO_CASCADE, allowed=("user",)), ["order.contact_id->contact"]),
        (contract(NO_CASCADE, "Shop", "CRM"), ["order.contact_id->contact"]),
        (contract(NO_CASCADE, "Shop", "Auth"), []),
    ],
)
def test_a_contract_on_keys_is_broken_by_exactly_these(judging: Contract, by: list[str]) -> None:
    verdict = judged(judging)
    assert broken(verdict) == by
    assert verdict.outcome is (FAILED if by else PASSED)
    assert all(it.verdict is CrossingVerdict.FORBIDDEN for it in verdict.broken_by)


@pytest.mark.parametrize(
    "judging",
    [
        forbidden("Empty", to=("Auth",)),
        # Within the group a contract says nothing.
        forbidden("Auth", to=("Auth", "user")),
        contract(LAYERS, "Empty", "Nowhere"),
        contract(ACYCLIC, "Empty", "Nowhere"),
        contract(NO_CASCADE, "Empty", "Nowhere"),
        protected("user", allowed_from=("CRM", "Shop")),
        Contract(kind=ContractKind.KEYED_BY, name="rule", groups=("Nowhere",), column="id"),
        Contract(kind=ContractKind.MUST_REFERENCE, name="rule", groups=("Auth",), column="x", to=("Auth",)),
        Contract(kind=ContractKind.UNIQUE_NAMES, name="rule", groups=("Empty",), scope=NameScope.DATABASE),
        Contract(kind=ContractKind.EXHAUSTIVE, name="rule", allowed=("Auth", "CRM", "Shop", "lone")),
    ],
)
def test_a_contract_with_nothing_to_judge_is_vacuous(judging: Contract) -> None:
    assert judged(judging).outcome is VACUOUS


def test_a_cascade_that_is_none_breaks_no_promise_about_cascades() -> None:
    quiet = structure("order.contact_id -> contact RESTRICT", "contact.user_id? -> user SET NULL", also={"lone": ()})
    assert judged(contract(NO_CASCADE), quiet).outcome is PASSED


@pytest.mark.parametrize(
    ("judging", "verdicts"),
    [
        (protected("user", allowed_from=("CRM",)), {"contact.user_id->user": "allowed"}),
        (contract(LAYERS, "CRM", "Auth"), {"contact.user_id->user": "allowed"}),
        (
            Contract(kind=ContractKind.MUST_REFERENCE, name="rule", groups=("CRM",), column="user_id", to=("user",)),
            {"contact.user_id->user": "allowed"},
        ),
        # These permit nothing.
        (forbidden("Shop", to=("Auth",)), {}),
        (contract(ACYCLIC, allowed=("user",)), {}),
        (contract(NO_CASCADE, allowed=("user", "contact")), {}),
    ],
)
def test_a_key_that_a_contract_names_is_allowed(judging: Contract, verdicts: dict[str, str]) -> None:
    crossed = isolation(judging).crossings
    found = {edge_name(it.foreign_key): it.verdict for it in crossed if it.verdict is not CrossingVerdict.UNDECLARED}
    assert found == verdicts


CIRCLE = structure(
    "contact.order_id -> order",
    "order.user_id -> user",
    "user.contact_id -> contact",
    "line.user_id -> user",
    "account.tag_id -> tag",
)


def test_groups_in_a_circle_are_one_violation_with_the_smallest_cut() -> None:
    verdict = judged(contract(ACYCLIC), CIRCLE)
    (violation,) = verdict.violations
    assert violation.groups == ("Auth", "CRM", "Shop")
    assert violation.edges == ("contact.order_id->order",)
    assert [edge_name(key) for key in violation.keys] == ["contact.order_id->order"]
    assert violation.sentence == (
        "Auth, CRM and Shop refer to each other in a circle; the fewest to give up are 1 of its 5 references: "
        "contact.order_id->order"
    )
    # No key by itself is to blame.
    assert verdict.broken_by == ()


def test_a_circle_ends_where_its_groups_are_not_all_named_or_a_key_is_left_out() -> None:
    for quiet in (
        contract(ACYCLIC, "Auth", "CRM"),
        contract(ACYCLIC, allowed=("user",)),
        contract(ACYCLIC, "CRM", "Shop"),
    ):
        assert judged(quiet, CIRCLE).outcome is PASSED
    assert isolation(contract(ACYCLIC), schema=CIRCLE, accepted=("contact.order_id->order",)).contracts[0].passed
    # One of the two keys from Auth to CRM is not enough.
    assert not isolation(contract(ACYCLIC), schema=CIRCLE, accepted=("account.tag_id->tag",)).contracts[0].passed


def test_a_circle_may_be_closed_by_a_reference_without_a_key() -> None:
    schema = structure("contact.order_id -> order", also={"order": (column("contactId"),)})
    assert judged(contract(ACYCLIC), schema).passed
    verdict = judged(replace(contract(ACYCLIC), edges=EdgeKind.FK_AND_UNKEYED), schema)
    (violation,) = verdict.violations
    assert len(violation.edges) == 1
    assert violation.edges[0] in {"contact.order_id->order", "order.contactId?->contact"}


def must(*groups: str, column: str, to: tuple[str, ...], edges: EdgeKind = EdgeKind.FK) -> Contract:
    return Contract(kind=ContractKind.MUST_REFERENCE, name="rule", groups=groups, column=column, to=to, edges=edges)


def test_every_table_of_a_group_must_refer_to_the_named_one() -> None:
    schema = structure(
        "account.user_id -> user",
        "contact.user_id -> account",
        "tag.user_id,id -> user",
        also={"order": (column("user_id"),), "line": ()},
    )
    assert broken(judged(must("Auth", column="user_id", to=("user",)), schema)) == []
    assert broken(judged(must("CRM", column="user_id", to=("user",)), schema)) == [
        "table contact of CRM refers by user_id to account and not to user"
    ]
    assert judged(must("CRM", column="user_id", to=("Auth",)), schema).outcome is PASSED
    verdict = judged(must("Shop", column="user_id", to=("user",)), schema)
    assert broken(verdict) == [
        "table line of Shop has no column user_id to refer to user with",
        "table order of Shop has user_id without a foreign key to user",
    ]
    assert [it.object for it in verdict.violations] == ["public.line", "public.order.user_id"]
    unkeyed = must("Shop", column="user_id", to=("user",), edges=EdgeKind.FK_AND_UNKEYED)
    assert [it.object for it in judged(unkeyed, schema).violations] == ["public.line"]


def test_a_reference_that_only_one_structure_has_is_enough() -> None:
    bare = structure(also={"user": (), "account": (column("user_id"),)})
    keyed = structure("account.user_id -> user")
    for declared, made in ((bare, keyed), (keyed, bare)):
        assert judged(must("Auth", column="user_id", to=("user",)), declared, made).passed
    assert not judged(must("Auth", column="user_id", to=("user",)), bare, bare).passed


def keyed_by(group: str, column: str, *, nullable: bool = False) -> Contract:
    return Contract(kind=ContractKind.KEYED_BY, name="rule", groups=(group,), column=column, nullable=nullable)


def test_every_table_of_a_group_must_have_the_key() -> None:
    schema = structure("contact.user_id? -> user", "account.user_id -> user", also={"tag": ()})
    assert broken(judged(keyed_by("CRM", "user_id"), schema)) == [
        "table contact of CRM allows NULL in user_id",
        "table tag of CRM has no column user_id",
    ]
    assert [it.columns for it in judged(keyed_by("CRM", "user_id"), schema).violations] == [("user_id",), ()]
    assert broken(judged(keyed_by("CRM", "user_id", nullable=True), schema)) == [
        "table tag of CRM has no column user_id"
    ]
    # The table that the key refers to is no row of somebody's.
    assert judged(keyed_by("Auth", "user_id"), schema).outcome is PASSED


def test_a_column_that_only_the_migrations_make_is_there() -> None:
    declared, made = structure(also={"tag": ()}), structure(also={"tag": (column("shop"),), "contact": ()})
    assert [it.object for it in judged(keyed_by("CRM", "shop"), declared, made).violations] == ["public.contact"]


def tables(*names: str) -> Schema:
    split = sorted(QualifiedName(*it.split(".")) for it in names)
    return Schema(tables=tuple(Table(name=it, columns=()) for it in split))


@pytest.mark.parametrize(
    ("scope", "objects"),
    [
        (NameScope.DATABASE, ["a.User", "a.tag"]),
        (NameScope.SCHEMA, ["b.User"]),
        (NameScope.GROUP, ["a.User"]),
    ],
)
def test_names_of_tables_differ_by_more_than_case(scope: NameScope, objects: list[str]) -> None:
    schema = tables("a.User", "b.User", "b.user", "a.tag", "b.Tag")
    grouping = resolve_groups(schema, {"A": ["User", "a.tag"], "B": ["user", "b.Tag"]})
    rules = IsolationRules(contracts=(Contract(kind=ContractKind.UNIQUE_NAMES, name="rule", scope=scope),))
    (verdict,) = judge_isolation(schema, None, grouping, rules).contracts
    assert [it.object for it in verdict.violations] == objects


def test_every_table_is_in_exactly_one_group() -> None:
    schema = tables("s.one", "s.two", "s.three")
    grouping = resolve_groups(schema, {"A": ["one", "two"], "B": ["two"]})
    exhaustive = Contract(kind=ContractKind.EXHAUSTIVE, name="rule")
    for allowed, found in (
        ((), ["table three is in no group", "table two is in 2 groups: A, B"]),
        (("three",), ["table two is in 2 groups: A, B"]),
    ):
        rules = IsolationRules(contracts=(replace(exhaustive, allowed=allowed),))
        assert broken(judge_isolation(schema, None, grouping, rules).contracts[0]) == found


def test_a_partition_is_judged_as_its_table() -> None:
    whole = structure(also={"tag": (column("user_id"),)})
    part = Table(name=name("contact"), columns=(), partition_of=name("tag"))
    schema = replace(whole, tables=(part, *whole.tables))
    assert judged(keyed_by("CRM", "user_id"), schema).outcome is PASSED


@pytest.mark.parametrize("kind", list(ContractKind))
def test_references_without_a_key_count_only_where_they_are_asked_for(kind: ContractKind) -> None:
    """Counting them never lets a contract pass that forbids, and never breaks one that asks for references."""
    schema = structure(
        "contact.user_id -> user",
        also={"order": (column("contactId"),), "user": (column("orderId"),), "lone": (column("userId"),)},
    )
    asking = Contract(
        kind=kind, name="rule", groups=("Auth", "CRM", "Shop", "Empty"), to=("Auth",), tables=("contact",),
        column="userId",
    )  # fmt: skip
    plain = judged(asking, schema)
    both = judged(replace(asking, edges=EdgeKind.FK_AND_UNKEYED), schema)
    if kind in {ContractKind.MUST_REFERENCE, ContractKind.KEYED_BY}:
        assert set(both.violations) <= set(plain.violations)
    else:
        assert set(both.broken_by) == set(plain.broken_by)
        assert both.passed <= plain.passed


def test_names_that_are_no_group_or_table_are_told_with_their_key() -> None:
    rule = Contract(
        kind=ContractKind.PROTECTED, name="c", tables=("user", "usr"), allowed_from=("CMR",), to=("Auth", "nix")
    )
    assert isolation(rule).unknown == (
        UnknownName(place='contract "c", to', name="nix"),
        UnknownName(place='contract "c", tables', name="usr"),
        UnknownName(place='contract "c", allowed_from', name="CMR"),
    )
