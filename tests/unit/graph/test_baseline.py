"""The baseline: its text, and what it should hold."""

import pytest

from pgready.errors import ConfigError
from pgready.graph.baseline import NO_REASON, BaselineUpdate, update_baseline
from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import Isolation, IsolationRules, judge_isolation
from pgready.graph.names import table_names
from pgready.model.baseline import parse_baseline, render_baseline
from pgready.model.contracts import EdgeKind
from pgready.model.groups import Contract, ContractKind, ContractOutcome, CrossingVerdict, DeclaredCrossing
from pgready.model.location import Location
from pgready.model.schema import Schema
from structures import column, structure


def entry(edge: str, reason: str = "old") -> DeclaredCrossing:
    return DeclaredCrossing(edge=edge, reason=reason, baselined=True)


def test_each_line_is_an_edge_and_a_reason() -> None:
    text = "\ufeff# comment\n\n  A.b , c -> D   #  why # not\r\nA.x?->D # guessed\n"
    assert [(it.edge, it.reason, it.location, it.baselined) for it in parse_baseline(text)] == [
        ("A.b , c -> D", "why # not", Location("pgready.baseline", 3), True),
        ("A.x?->D", "guessed", Location("pgready.baseline", 4), True),
    ]
    assert parse_baseline("") == ()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("A.b->C", "f:2: no reason; expected 'Table.column->ReferencedTable  # reason'"),
        ("A.b->C  #  ", "f:2: no reason; expected 'Table.column->ReferencedTable  # reason'"),
        ("A to C  # x", "f:2: no reference between tables; expected 'Table.column->ReferencedTable  # reason'"),
        ('"A.b->C  # x', "f:2: no reference between tables; expected 'Table.column->ReferencedTable  # reason'"),
        ('"A.b\\q->C"  # x', "f:2: no reference between tables; expected 'Table.column->ReferencedTable  # reason'"),
        ("A.b->D  # x", "f:2: 'A.b->D' is listed twice, first in f:1"),
    ],
)
def test_a_line_that_is_none_is_named_with_its_place(line: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_baseline(f"A.b->D  # first\n{line}\n", shown_as="f")
    assert str(caught.value) == message


def test_the_text_is_sorted_and_does_not_depend_on_the_order() -> None:
    entries = [entry("B.a->C"), entry("A.b?->C", "two\nlines"), entry("A.a->C")]
    text = render_baseline(entries)
    assert text == render_baseline(reversed(entries))
    assert text.splitlines()[2:] == ["A.a->C  # old", "A.b?->C  # two lines", "B.a->C  # old"]
    assert all(line.startswith("#") for line in text.splitlines()[:2])


GROUPS = {"Shop": ["order", "line"], "CRM": ["contact", "tag"]}
SCHEMA = structure(
    "order.contact_id -> contact",
    "line.tag_id -> tag",
    "tag.order_id -> order",
    also={"line": (column("contactId"),)},
)
SHOP = Contract(kind=ContractKind.INTERNAL_ONLY, name="shop", groups=("Shop",), edges=EdgeKind.FK_AND_UNKEYED)


def isolation(*contracts: Contract, entries: tuple[DeclaredCrossing, ...] = (), schema: Schema = SCHEMA) -> Isolation:
    rules = IsolationRules(contracts=contracts, accepted=entries)
    return judge_isolation(schema, None, resolve_groups(schema, GROUPS), rules)


def update(*contracts: Contract, entries: tuple[DeclaredCrossing, ...] = (), schema: Schema = SCHEMA) -> BaselineUpdate:
    found = isolation(*contracts, entries=entries, schema=schema)
    return update_baseline(found.contracts, entries, found.stale, table_names(schema))


def test_the_baseline_holds_what_breaks_a_contract_and_then_all_hold() -> None:
    made = update(SHOP)
    assert made.added == ("line.contactId?->contact", "line.tag_id->tag", "order.contact_id->contact")
    assert {it.reason for it in made.entries} == {NO_REASON}
    found = isolation(SHOP, entries=parse_baseline(render_baseline(made.entries)))
    assert found.contracts[0].outcome is ContractOutcome.BASELINED
    assert found.contracts[0].baselined == made.added
    assert found.stale == ()
    assert {(it.verdict, it.baselined) for it in found.crossings if it.from_group == "Shop"} == {
        (CrossingVerdict.ALLOWED, True)
    }


def test_an_update_keeps_reasons_adds_what_is_new_and_removes_what_is_stale() -> None:
    entries = (entry("order.contact_id->contact", "agreed in May"), entry("line.gone->tag"))
    made = update(SHOP, entries=entries)
    assert made.removed == ("line.gone->tag",)
    assert made.added == ("line.contactId?->contact", "line.tag_id->tag")
    assert [it.reason for it in made.entries if it.edge.startswith("order.")] == ["agreed in May"]
    again = update(SHOP, entries=made.entries)
    assert (again.entries, again.added, again.removed) == (made.entries, (), ())


def test_what_crossings_accept_is_left_alone() -> None:
    accepted = DeclaredCrossing(edge="order.contact_id->contact", reason="agreed")
    made = update(SHOP, entries=(accepted, DeclaredCrossing(edge="line.gone->tag", reason="agreed")))
    assert [it.edge for it in made.entries] == ["line.contactId?->contact", "line.tag_id->tag"]
    assert made.removed == ()


def test_of_a_circle_the_smallest_cut_is_tolerated_and_stays_needed() -> None:
    acyclic = Contract(kind=ContractKind.ACYCLIC, name="no circles")
    made = update(acyclic)
    assert made.added == ("tag.order_id->order",)
    found = isolation(acyclic, entries=made.entries)
    assert (found.contracts[0].outcome, found.stale) == (ContractOutcome.BASELINED, ())
    # Nothing of it is left to tolerate when the circle is gone.
    straight = structure("order.contact_id -> contact", "line.tag_id -> tag")
    assert update(acyclic, entries=made.entries, schema=straight).removed == ("tag.order_id->order",)


def test_what_is_no_reference_cannot_be_tolerated_and_is_said() -> None:
    keyed = Contract(kind=ContractKind.KEYED_BY, name="key", groups=("CRM",), column="shopId")
    made = update(keyed)
    assert made.entries == ()
    assert made.untold == (
        "table contact of CRM has no column shopId",
        "table tag of CRM has no column shopId",
    )


def test_tables_of_one_name_are_spelt_with_their_schema() -> None:
    one, two = structure("order.contact_id -> contact"), structure("order.contact_id -> contact")
    tables = [*one.tables]
    for table in two.tables:
        name = type(table.name)("other", table.name.name)
        keys = tuple(
            type(key)(
                name=key.name,
                table=name,
                columns=key.columns,
                referenced_table=type(name)("other", "contact"),
                referenced_columns=("id",),
            )
            for key in table.foreign_keys
        )
        tables.append(type(table)(name=name, columns=table.columns, foreign_keys=keys))
    both = Schema(tables=tuple(sorted(tables, key=lambda it: it.name)))
    made = update(SHOP, schema=both)
    assert made.added == ("other.order.contact_id->other.contact", "public.order.contact_id->public.contact")
    assert isolation(SHOP, entries=made.entries, schema=both).contracts[0].passed
