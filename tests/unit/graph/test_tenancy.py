"""Whose a row is: the key identifier of every group."""

from pgready.graph.grouping import resolve_groups
from pgready.graph.ownership import required_keys
from pgready.graph.tenancy import GroupTenancy, Standing, group_tenancy
from pgready.model.groups import UNGROUPED
from pgready.model.schema import Schema
from structures import column, example, grouped, name, structure

KEY = column("orgId")


def tenancy(schema: Schema, key: str | None = "orgId", tables: str = "*") -> GroupTenancy:
    grouping = resolve_groups(schema, {"A": tables.split()}, {"A": key} if key else {})
    return group_tenancy(schema, grouping)[0]


def standings(found: GroupTenancy) -> dict[str, Standing]:
    return {it.table.name: it.standing for it in found.tables}


def way(found: GroupTenancy, table: str) -> list[str]:
    return next([str(key) for key in it.path] for it in found.tables if it.table == name(table))


def test_tables_with_and_without_the_key_are_told_apart() -> None:
    found = tenancy(structure(also={"a": (KEY,), "b": ()}))
    assert standings(found) == {"a": Standing.HAS, "b": Standing.NONE}
    assert (found.key, found.configured, found.type) == ("orgId", True, "text")


def test_a_nullable_key_is_told() -> None:
    found = tenancy(structure(also={"a": (KEY,), "b": (column("orgId", not_null=False),)}))
    assert [it.table.name for it in found.nullable] == ["b"]


def test_a_key_of_another_type_than_most_have_is_told() -> None:
    found = tenancy(structure(also={"a": (KEY,), "b": (KEY,), "c": (column("orgId", "uuid"),)}))
    assert found.type == "text"
    assert [(it.table.name, it.type) for it in found.of_other_type] == [("c", "uuid")]


def test_a_table_without_the_key_reaches_it_by_required_keys() -> None:
    found = tenancy(structure("line.invoiceId -> invoice", "tax.lineId -> line", also={"invoice": (KEY,)}))
    assert standings(found) == {"invoice": Standing.HAS, "line": Standing.REACHES, "tax": Standing.REACHES}
    assert way(found, "tax") == ["tax(lineId) -> line(id)", "line(invoiceId) -> invoice(id)"]


def test_a_key_that_may_be_null_is_no_way() -> None:
    found = tenancy(structure("line.invoiceId? -> invoice", also={"invoice": (KEY,)}))
    assert standings(found)["line"] is Standing.NONE


def test_a_table_that_is_only_referred_to_does_not_reach_the_key() -> None:
    found = tenancy(structure("invoice.rateId -> rate", also={"invoice": (KEY,)}))
    assert standings(found)["rate"] is Standing.NONE


def test_the_table_that_the_key_refers_to_is_its_owner() -> None:
    found = tenancy(structure("a.orgId -> org", "b.orgId -> org", "org.parentId? -> org"))
    assert standings(found) == {"a": Standing.HAS, "b": Standing.HAS, "org": Standing.OWNER}
    assert found.target is not None
    assert (found.target.table.name, found.target.column, found.target.tables) == ("org", "id", 2)


def test_a_required_key_of_another_name_to_the_owner_is_a_way() -> None:
    found = tenancy(structure("a.orgId -> org", "b.belongsTo -> org"))
    assert standings(found)["b"] is Standing.REACHES
    assert way(found, "b") == ["b(belongsTo) -> org(id)"]


def test_a_way_to_a_required_key_is_preferred_to_a_shorter_one_to_a_nullable_key() -> None:
    schema = structure(
        "x.looseId -> loose",
        "x.midId -> mid",
        "mid.sureId -> sure",
        also={"loose": (column("orgId", not_null=False),), "sure": (KEY,)},
    )
    assert way(tenancy(schema), "x") == ["x(midId) -> mid(id)", "mid(sureId) -> sure(id)"]


def test_a_way_that_ends_at_a_nullable_key_says_so() -> None:
    schema = structure("x.looseId -> loose", also={"loose": (column("orgId", not_null=False),)})
    found = tenancy(schema)
    assert [(it.table.name, it.nullable) for it in found.of(Standing.REACHES)] == [("x", True)]


def test_a_way_leads_on_from_a_nullable_key_to_a_required_one() -> None:
    schema = structure(
        "x.looseId -> loose", "loose.sureId -> sure", also={"loose": (column("orgId", not_null=False),), "sure": (KEY,)}
    )
    assert way(tenancy(schema), "x") == ["x(looseId) -> loose(id)", "loose(sureId) -> sure(id)"]


def test_a_way_that_a_required_key_has_settled_stays_when_it_also_leads_to_a_nullable_one() -> None:
    """`sure` itself refers to `loose`, which must not lengthen the way of `x`."""
    schema = structure(
        "x.sureId -> sure", "sure.looseId -> loose", also={"loose": (column("orgId", not_null=False),), "sure": (KEY,)}
    )
    assert way(tenancy(schema), "x") == ["x(sureId) -> sure(id)"]


def test_a_way_goes_over_tables_of_other_groups() -> None:
    found = tenancy(structure("note.invoiceId -> invoice", also={"invoice": (KEY,)}), tables="note")
    assert way(found, "note") == ["note(invoiceId) -> invoice(id)"]


def test_required_keys_in_a_circle_lead_nowhere() -> None:
    found = tenancy(structure("a.bId -> b", "b.aId -> a", "c.cId -> c", also={"k": (KEY,)}))
    assert {it.table.name for it in found.of(Standing.NONE)} == {"a", "b", "c"}


def test_a_key_over_two_columns_is_required_when_both_are() -> None:
    loose = (column("y", not_null=False),)
    assert required_keys(structure("a.x,y -> b")).keys[name("a")] != []
    assert required_keys(structure("a.x,y -> b", also={"a": loose})).keys[name("a")] == []


def test_without_a_configured_key_the_data_shows_it() -> None:
    found = tenancy(structure(also={"a": (KEY,), "b": (KEY,), "c": ()}), key=None)
    assert (found.key, found.configured) == ("orgId", False)
    assert standings(found)["c"] is Standing.NONE


def test_a_configured_key_wins_over_what_the_data_shows_and_both_are_told() -> None:
    found = tenancy(structure(also={"a": (KEY,), "b": (KEY,)}), key="userId")
    assert (found.key, found.type, found.target) == ("userId", None, None)
    assert [it.column for it in found.patterns] == ["orgId"]
    assert len(found.of(Standing.NONE)) == 2


def test_a_group_without_any_key_says_nothing_of_its_tables() -> None:
    found = tenancy(structure(also={"a": (), "b": ()}), key=None)
    assert (found.key, found.patterns, found.tables) == (None, (), ())


def test_tables_without_a_group_have_a_pattern_too() -> None:
    schema = structure(also={"a": (KEY,), "b": (KEY,)})
    (found,) = group_tenancy(schema, grouped(schema))
    assert (found.group, found.key) == (UNGROUPED, "orgId")


def test_the_key_identifiers_of_the_example_are_those_of_its_report() -> None:
    """Also without being configured."""
    schema, grouping = example()
    found = {it.group: it for it in group_tenancy(schema, grouping)}
    assert {group: it.key for group, it in found.items()} == {
        "Auth": None,
        "Scheduler": "businessId",
        "CRM": "businessId",
        "Review": "userId",
        "Social": "userId",
        "Other": "businessId",
    }
    assert {group: it.target.table.name for group, it in found.items() if it.target} == {
        "Review": "User",
        "Social": "User",
    }
    assert all(not it.nullable and not it.of_other_type for it in found.values())
    assert way(found["Other"], "ImageEvent") == ["ImageEvent(imageRequestId) -> ImageRequest(id)"]
    assert [it.table.name for it in found["Other"].of(Standing.NONE)] == ["BrandProfile", "ProReport", "RateLimitEvent"]
