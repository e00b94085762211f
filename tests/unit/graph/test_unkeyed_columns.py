"""All that is told of columns that look like references: pairs, arrays, likelihoods; the example, and the time."""

import time
from pathlib import Path

from pgready.graph.unkeyed import unkeyed_columns, unkeyed_references
from pgready.model.schema import Enum, Schema
from pgready.model.unkeyed import ArrayReference, Likelihood, PolymorphicReference, ReferenceRule
from pgready.sources.prisma import locate, read_schema
from referring_tables import ALL, column, qualified, table

EXAMPLES = Path(__file__).parents[3] / "examples"


def test_a_type_column_makes_a_reference_to_several_tables() -> None:
    enum = Enum(name=qualified("EntityType"), values=("Post", "USER", "nothing"))
    log = table("Log", column("entityId"), column("entityType", "public.EntityType"), "object_id", "object_type")
    schema = Schema(tables=(log, table("Post"), table("User"), table("Team", id_type="uuid")), enums=(enum,))
    result = unkeyed_columns(schema, rules=ALL)
    assert result.references == ()
    assert result.polymorphic == (
        PolymorphicReference(
            table=log.name,
            column="entityId",
            type_column="entityType",
            tables=(qualified("Post"), qualified("User")),
        ),
        PolymorphicReference(table=log.name, column="object_id", type_column="object_type"),
    )


def test_the_type_of_a_thing_beside_its_identifier_makes_no_pair() -> None:
    """The enum's values are no tables, the number is no name of one, and keys elsewhere say what is meant."""
    enum = Enum(name=qualified("Kind"), values=("TEST", "LIVE"))
    keyed = [table(name, "envId", to={"envId": "Environment"}) for name in ("A1", "B1")]
    log = table(
        "Log",
        *("userId", "userType", "envId", "envType", "planId", column("planType", "public.Kind")),
        *("rowId", column("rowType", "integer")),
    )
    result = unkeyed_columns(
        Schema(tables=(*keyed, table("Environment"), log, table("User")), enums=(enum,)), rules=ALL
    )
    assert [(it.column, it.rule.value) for it in result.references] == [("envId", "S"), ("userId", "T")]
    assert result.polymorphic == ()


def test_one_key_elsewhere_does_not_outweigh_a_type_column() -> None:
    log = table("Log", "targetId", "targetType")
    schema = Schema(tables=(table("A1", "targetId", to={"targetId": "User"}), log, table("User")))
    result = unkeyed_columns(schema, rules=ALL)
    assert (result.references, [it.column for it in result.polymorphic]) == ((), ["targetId"])


def test_arrays_of_identifiers_are_told_apart() -> None:
    hook = table(
        "Webhook", *(column(name, "text[]") for name in ("teamIds", "extraTeamIDs", "tags", "otherIds")), "teamIds2"
    )
    result = unkeyed_columns(Schema(tables=(table("Team"), hook)), rules=ALL)
    assert result.references == ()
    assert [(it.column, it.referenced_table.name, it.rule.value) for it in result.arrays] == [
        ("extraTeamIDs", "Team", "R"),
        ("teamIds", "Team", "T"),
    ]
    assert isinstance(result.arrays[0], ArrayReference)
    number = Schema(tables=(table("Team"), table("Webhook", column("teamIds", "integer[]"))))
    assert unkeyed_columns(number).arrays == ()


def test_without_asking_only_likely_and_maybe_are_told() -> None:
    log = table("Log", "contactId", "userId", "actorUserId")
    schema = Schema(tables=(log, table("User"), table("crm_contacts")))
    assert [it.likelihood for it in unkeyed_references(schema)] == [Likelihood.MAYBE, Likelihood.LIKELY]
    asked = unkeyed_references(schema, rules={ReferenceRule.LAST_WORDS})
    assert [(it.column, it.likelihood) for it in asked] == [("contactId", Likelihood.ON_REQUEST)]


def test_every_rule_says_in_a_sentence_what_it_believes() -> None:
    assert "".join(ReferenceRule) == "TSRLP"
    assert len({rule.sentence for rule in ReferenceRule}) == len(ReferenceRule)


def test_the_example_has_one_unkeyed_reference_in_the_scheduler_and_one_in_social() -> None:
    """The tenancy key `businessId` has no table, so it refers to nothing."""
    schema = read_schema(locate(EXAMPLES / "premium-apps"))
    assert [
        (it.table.name, it.column, it.referenced_table.name, it.rule.value)
        for it in unkeyed_references(schema, rules=ALL)
    ] == [
        ("BookingRequestAuditLog", "actorUserId", "User", "R"),
        ("SocialPostingDestination", "selectedAccountId", "Account", "R"),
    ]


def test_five_thousand_tables_take_less_than_half_a_second_of_a_usual_processor() -> None:
    """Three times that is allowed here, for slow machines."""
    stems = ("order", "user", "team", "project", "invoice", "address", "category", "event")
    names = [f"{stems[n % 8]}_{stems[n // 8 % 8]}_{n}" for n in range(5000)]
    tables = tuple(
        table(
            name,
            *(f"{names[(n + 13 * k + 1) % 5000]}_id" for k in range(3)),
            *(f"{role}_{names[(n + 5) % 5000]}_id" for role in ("actor", "owner")),
            *("note", "external_id", "entity_id", "entity_type"),
        )
        for n, name in enumerate(names)
    )
    schema = Schema(tables=tuple(sorted(tables, key=lambda it: it.name)))
    begun = time.process_time()
    result = unkeyed_columns(schema, rules=ALL)
    assert time.process_time() - begun < 1.5
    assert (len(result.references), len(result.polymorphic)) == (25000, 5000)
