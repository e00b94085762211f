"""ISO002, ISO004, ISO005 and ISO006: what ties groups together, seen or unseen."""

from dataclasses import replace

import pytest

from builders import Build, Judge
from isolation_cases import accepting, config_of, gathered_of, told, tolerating
from pgready.checks.isolation.ties import iso004
from pgready.findings import Confidence, Evidence, Outcome, Severity
from pgready.graph.edges import Edge, unkeyed_edges
from pgready.model.contracts import EdgeKind
from pgready.model.groups import Contract, ContractKind
from pgready.model.location import Location
from pgready.model.names import QualifiedName
from pgready.model.schema import Enum, Schema
from structures import column, structure

CIRCLE = structure("order.contact_id -> contact", "order.tag_id -> tag", "contact.order_id -> order")


def test_groups_in_a_circle_are_a_warning_with_the_fewest_keys_to_give_up(build: Build, judge: Judge) -> None:
    config = config_of(Shop="order", CRM="contact tag")
    (found,) = judge("ISO002", gathered_of(build, config, CIRCLE)).findings
    assert (found.object, found.severity, found.evidence) == ("Shop, CRM", Severity.WARN, Evidence.READ)
    assert found.message == (
        "Shop and CRM refer to each other in a circle; the fewest to give up are 1 of its 3 foreign keys: "
        "contact.order_id->order"
    )


def test_a_circle_over_a_hub_an_accepted_key_or_a_contract_is_none(build: Build, judge: Judge) -> None:
    config = config_of(Shop="order", CRM="contact tag")
    acyclic = Contract(kind=ContractKind.ACYCLIC, name="no circles")
    for quiet in (
        replace(config, hubs=("order",)),
        accepting(config, "contact.order_id->order"),
        replace(config, contracts=(acyclic,)),
        config_of(All="order contact tag"),
        # Tables without a group make no circle of groups.
        config_of(Shop="order"),
    ):
        assert judge("ISO002", gathered_of(build, quiet, CIRCLE)).outcome is Outcome.PASSED
    broken = judge("ISO001", gathered_of(build, replace(config, contracts=(acyclic,)), CIRCLE))
    assert [it.object for it in broken.findings] == ["Shop, CRM"]


def test_a_column_that_refers_to_another_group_is_a_warning_with_its_rule(build: Build, judge: Judge) -> None:
    schema = structure(
        *(f"t{number}.ownerId -> user" for number in range(5)),
        also={
            "note": (column("userId"), column("ownerId"), column("authorUserId"), column("labelId")),
            "label": (),
        },
    )
    config = config_of(Auth="user t*", Notes="note label")
    result = judge("ISO004", gathered_of(build, config, schema))
    assert [(it.object, it.confidence, it.message.partition("(")[2][:6]) for it in result.findings] == [
        ("public.note.authorUserId", Confidence.MEDIUM, "rule R"),
        ("public.note.ownerId", Confidence.MEDIUM, "rule S"),
        ("public.note.userId", Confidence.HIGH, "rule T"),
    ]
    assert all(it.severity is Severity.WARN for it in result.findings)
    assert result.why.endswith("4 columns without a foreign key that look like a reference")
    accepted = accepting(config, *(f"note.{name}?->user" for name in ("userId", "ownerId", "authorUserId")))
    assert judge("ISO004", gathered_of(build, accepted, schema)).outcome is Outcome.PASSED
    assert judge("ISO007", gathered_of(build, accepted, schema)).outcome is Outcome.PASSED
    gone = judge("ISO007", gathered_of(build, accepting(config, "note.gone?->user"), schema))
    assert told(gone.findings) == [("note.gone?->user", "no column without a foreign key is note.gone?->user")]


def test_references_without_a_key_are_searched_once_for_a_check(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """With accepted ones among them they were searched twice, which takes 0.3 s at 5,000 tables."""
    schema = structure(also={"user": (), "note": (column("user_id"),)})
    gathered = gathered_of(build, accepting(config_of(Auth="user", Notes="note"), "note.user_id?->user"), schema)
    asked: list[Schema] = []

    def counted(asked_for: Schema) -> tuple[Edge, ...]:
        asked.append(asked_for)
        return unkeyed_edges(asked_for)

    monkeypatch.setattr("pgready.checks.isolation.known.unkeyed_edges", counted)
    assert iso004(gathered).outcome is Outcome.PASSED
    assert asked == [schema]


def test_a_column_that_has_a_key_in_one_structure_is_not_unkeyed(build: Build, judge: Judge) -> None:
    """The migrations may make a key that no relation declares, and the other way round."""
    keyed, bare = structure("note.user_id -> user"), structure(also={"user": (), "note": (column("user_id"),)})
    config = config_of(Auth="user", Notes="note")
    for declared, made in ((keyed, bare), (bare, keyed)):
        assert judge("ISO004", gathered_of(build, config, declared, made=made)).outcome is Outcome.PASSED
    assert judge("ISO004", gathered_of(build, config, bare)).outcome is Outcome.FAILED
    only_made = structure(also={"user": (), "note": (), "log": (column("user_id"),)})
    (found,) = judge(
        "ISO004",
        gathered_of(
            build,
            config_of(Auth="user", Notes="note log"),
            Schema(tables=tuple(it for it in only_made.tables if it.name.name != "log")),
            made=only_made,
        ),
    ).findings
    assert (found.object, found.evidence) == ("public.log.user_id", Evidence.REHEARSED)


def test_a_table_of_a_group_with_a_key_must_say_whose_its_rows_are(build: Build, judge: Judge) -> None:
    schema = structure(
        "contact.shopId -> shop",
        "tag.shopId? -> shop",
        "note.contact_id -> contact",
        "loose.contact_id? -> contact",
        also={"deal": (column("shopId", "uuid"),), "kind": ()},
    )
    config = replace(config_of(CRM="contact tag note loose deal kind shop"), keys={"CRM": "shopId"})
    result = judge("ISO005", gathered_of(build, config, schema))
    assert told(result.findings) == [
        ("public.deal.shopId", "table deal of CRM has shopId of type uuid, where most have text"),
        (
            "public.kind",
            "table kind of CRM has no column shopId, and no required foreign keys lead to a table that has it",
        ),
        (
            "public.loose",
            "table loose of CRM has no column shopId, and no required foreign keys lead to a table that has it",
        ),
        ("public.tag.shopId", "table tag of CRM allows NULL in shopId"),
    ]
    assert result.why.endswith("7 tables of 1 group with a key; 1 without it reach it by required foreign keys")


def test_a_key_that_no_table_has_is_one_finding(build: Build, judge: Judge) -> None:
    schema = structure(also={"a": (), "b": ()})
    config = replace(config_of(G="a b"), keys={"G": "shopID"})
    (found,) = judge("ISO005", gathered_of(build, config, schema)).findings
    assert found.object == "groups.G.key"
    assert "no table of G has the column shopID" in found.message
    assert found.location == Location("pgready.toml")
    keyed = Contract(kind=ContractKind.KEYED_BY, name="k", groups=("G",), column="id")
    both = replace(config_of(keyed, G="a b"), keys={"G": "id"})
    assert judge("ISO005", gathered_of(build, both, schema)).outcome is Outcome.PASSED


CASCADES = structure(
    "order.contact_id -> contact CASCADE",
    "invoice.contact_id -> contact CASCADE",
    "line.order_id -> order CASCADE",
    "contact.user_id -> user CASCADE",
    "order.image_id? -> image SET NULL",
)


def test_a_cascade_into_another_group_is_one_finding_per_deleted_table(build: Build, judge: Judge) -> None:
    config = config_of(Auth="user", CRM="contact", Shop="order invoice line", Media="image")
    found = judge("ISO006", gathered_of(build, config, CASCADES)).findings
    assert told(found) == [
        (
            "public.contact",
            (
                "2 foreign keys of Shop delete rows there when a row of contact (CRM) is deleted: "
                "invoice.contact_id->contact, order.contact_id->contact. "
                "Deleting one contact reaches 3 tables in 1 group."
            ),
        ),
        (
            "public.user",
            (
                "1 foreign key of CRM deletes rows there when a row of user (Auth) is deleted: contact.user_id->user. "
                "Deleting one user reaches 4 tables in 2 groups."
            ),
        ),
    ]
    assert all(it.severity is Severity.WARN for it in found)


def test_a_cascade_from_a_hub_or_an_accepted_one_is_none(build: Build, judge: Judge) -> None:
    config = replace(config_of(Auth="user", CRM="contact", Shop="order invoice line", Media="image"), hubs=("user",))
    accepted = accepting(config, "order.contact_id->contact", "invoice.contact_id->contact")
    assert judge("ISO006", gathered_of(build, accepted, CASCADES)).outcome is Outcome.PASSED
    contract = Contract(kind=ContractKind.NO_CASCADE_ACROSS, name="none", allowed=("user",))
    broken = replace(config, contracts=(contract,))
    assert judge("ISO006", gathered_of(build, broken, CASCADES)).outcome is Outcome.PASSED
    assert [it.object for it in judge("ISO001", gathered_of(build, broken, CASCADES)).findings] == [
        "public.invoice.fk1",
        "public.order.fk0",
    ]


def test_the_links_of_a_many_to_many_relation_go_with_what_they_link(build: Build, judge: Judge) -> None:
    linked = structure("_AToB.A -> a CASCADE", "_AToB.B -> b CASCADE")
    config = config_of(One="a _AToB", Two="b")
    assert [it.object for it in judge("ISO006", gathered_of(build, config, linked)).findings] == ["public.b"]
    place = Location("schema.prisma", 3)
    links = replace(linked, tables=tuple(replace(it, location=place) for it in linked.tables))
    assert judge("ISO006", gathered_of(build, config, links)).outcome is Outcome.PASSED


def test_an_array_and_a_pair_with_a_type_column_are_references_without_a_key_too(build: Build, judge: Judge) -> None:
    kinds = Enum(name=QualifiedName("public", "Kind"), values=("user", "team"))
    plain = structure(
        also={
            "user": (),
            "team": (),
            "note": (column("userIds", "text[]"), column("targetId"), column("targetType", "public.Kind")),
        }
    )
    schema = replace(plain, enums=(kinds,))
    config = config_of(Auth="user team", Notes="note")
    result = judge("ISO004", gathered_of(build, config, schema))
    assert told(result.findings) == [
        (
            "public.note.targetId",
            (
                "note.targetId of Notes looks like a reference to team of Auth or user of Auth and has no foreign key "
                "(targetType says to which table)"
            ),
        ),
        (
            "public.note.userIds",
            (
                "note.userIds of Notes looks like a reference to user of Auth and has no foreign key "
                "(an array, rule T: the column is named after the table)"
            ),
        ),
    ]
    assert result.why.endswith("2 columns without a foreign key that look like a reference")
    half = accepting(config, "note.targetId?->team", "note.userIds?->user")
    (left,) = judge("ISO004", gathered_of(build, half, schema)).findings
    assert "looks like a reference to user of Auth and" in left.message
    strict = Contract(kind=ContractKind.INTERNAL_ONLY, name="alone", groups=("Notes",), edges=EdgeKind.FK_AND_UNKEYED)
    broken = gathered_of(build, replace(config, contracts=(strict,)), schema)
    assert [it.object for it in judge("ISO001", broken).findings] == [
        "public.note.targetId",
        "public.note.targetId",
        "public.note.userIds",
    ]
    assert judge("ISO004", broken).outcome is Outcome.PASSED


def test_a_cascade_that_only_the_migrations_make_is_told_with_both_actions(build: Build, judge: Judge) -> None:
    declared, made = structure("order.contact_id -> contact RESTRICT"), structure("order.contact_id -> contact CASCADE")
    config = config_of(CRM="contact", Shop="order")
    (found,) = judge("ISO006", gathered_of(build, config, declared, made=made)).findings
    assert (
        "order.contact_id->contact (declared RESTRICT, made CASCADE). Deleting one contact reaches 1" in found.message
    )
    quiet = Contract(kind=ContractKind.NO_CASCADE_ACROSS, name="quiet")
    strict = gathered_of(build, replace(config, contracts=(quiet,)), declared, made=made)
    (broken,) = judge("ISO001", strict).findings
    assert broken.message.endswith("(ON DELETE: declared RESTRICT, made CASCADE)")
    assert judge("ISO006", strict).outcome is Outcome.PASSED
    lost = structure(also={"order": (column("contact_id"),), "contact": ()})
    (only,) = judge("ISO006", gathered_of(build, config, made, made=lost)).findings
    assert "order.contact_id->contact (declared; a clean deploy does not make it)" in only.message
    assert only.message.endswith("1 of 1 table is reached only over keys that a clean deploy does not make.")


def test_a_baseline_that_tolerates_a_key_leaves_its_cascade_to_be_told(build: Build, judge: Judge) -> None:
    schema = structure("order.contact_id -> contact CASCADE")
    alone = Contract(kind=ContractKind.INTERNAL_ONLY, name="alone", groups=("Shop",))
    config = tolerating(config_of(alone, CRM="contact", Shop="order"), "order.contact_id->contact")
    assert judge("ISO001", gathered_of(build, config, schema)).outcome is Outcome.PASSED
    assert [it.object for it in judge("ISO006", gathered_of(build, config, schema)).findings] == ["public.contact"]


def test_a_way_to_the_key_over_keys_that_are_not_made_is_counted_apart(build: Build, judge: Judge) -> None:
    declared = structure("contact.shopId -> shop", "note.contact_id -> contact")
    made = structure("contact.shopId -> shop", also={"note": (column("contact_id"),)})
    config = replace(config_of(CRM="contact note shop"), keys={"CRM": "shopId"})
    why = judge("ISO005", gathered_of(build, config, declared, made=made)).why
    assert why.endswith("1 without it reach it by required foreign keys, 1 over keys that a clean deploy does not make")
