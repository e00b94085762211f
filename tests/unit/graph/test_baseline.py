"""The baseline: its text, and what it should hold."""

import pytest

from pgready.errors import ConfigError
from pgready.graph.baseline import NO_REASON, BaselineUpdate, update_baseline
from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import Isolation, IsolationRules, judge_isolation
from pgready.graph.names import table_names
from pgready.model.baseline import may_be_baselined, parse_baseline, read_baseline, render_baseline
from pgready.model.contracts import EdgeKind
from pgready.model.groups import Contract, ContractKind, ContractOutcome, CrossingVerdict, DeclaredCrossing
from pgready.model.location import Location
from pgready.model.schema import Schema
from pgready.model.suppressions import SuppressionSource
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


EITHER = "expected 'Table.column->ReferencedTable  # reason' or 'RULE object  # reason'"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("A.b->C", "f:2: no reason; expected 'Table.column->ReferencedTable  # reason'"),
        ("A.b->C  #  ", "f:2: no reason; expected 'Table.column->ReferencedTable  # reason'"),
        ("A to C  # x", f"f:2: no reference between tables and no finding; {EITHER}"),
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


def test_a_finding_is_a_rule_an_object_and_perhaps_a_migration() -> None:
    text = (
        "A.b->C  # edge\nDES001 public.Old  # gone\n DES002\tpublic.Old.a in 2025_drop # why # not\r\n"
        'LCK001 "public.a b#\\n" in "in"  # odd\n"DES001 x.a->B"  # an edge\n'
    )
    read = read_baseline(text, rules=["DES001", "DES002", "LCK001"])
    assert [it.edge for it in read.crossings] == ["A.b->C", "DES001 x.a->B"]
    assert [(it.rule, it.object, it.migration, it.reason) for it in read.findings] == [
        ("DES001", "public.Old", None, "gone"),
        ("DES002", "public.Old.a", "2025_drop", "why # not"),
        ("LCK001", "public.a b#\n", "in", "odd"),
    ]
    assert read.findings[1].location == Location("pgready.baseline", 3)
    assert {it.source for it in read.findings} == {SuppressionSource.BASELINE}
    assert parse_baseline(text) == read.crossings


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("DES001 x", "f:2: no reason; expected 'RULE object  # reason' or 'RULE object in MIGRATION  # reason'"),
        ("DES001 x y # z", "f:2: no finding; expected 'RULE object  # reason' or 'RULE object in MIGRATION  # reason'"),
        (
            "DES001 x in # z",
            "f:2: no finding; expected 'RULE object  # reason' or 'RULE object in MIGRATION  # reason'",
        ),
        ('DES001 "x # z', "f:2: no finding; expected 'RULE object  # reason' or 'RULE object in MIGRATION  # reason'"),
        (
            'DES001 x in "\\q" # z',
            "f:2: no finding; expected 'RULE object  # reason' or 'RULE object in MIGRATION  # reason'",
        ),
        ("DES999 x # z", "f:2: 'DES999' is not a rule; expected an id such as DES001 (`pgready explain` lists them)"),
        *(
            (f"{family} x # z", f"f:2: '{family}' is a family; rules are named one by one: DES001")
            for family in ("DES*", "DES", "des", "DES00*")
        ),
        ("des001 x # z", "f:2: 'des001' is not a rule; did you mean 'DES001'?"),
        ('DES001 "" # z', "f:2: no finding; expected 'RULE object  # reason' or 'RULE object in MIGRATION  # reason'"),
        ("DES001 a # z", "f:2: 'DES001 a' is listed twice, first in f:1"),
    ],
)
def test_a_finding_that_is_none_is_named_with_its_place(line: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_baseline(f"DES001 a  # first\n{line}\n", shown_as="f", rules=["DES001"])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "rule", ["RES001", "RES002", "INV001", "INV003", "INV005", "HIS004", "HIS008", "ISO001", "SUP001"]
)
def test_what_says_that_a_deployment_goes_wrong_is_never_tolerated(rule: str) -> None:
    assert not may_be_baselined(rule)
    with pytest.raises(ConfigError, match=rf"f:1: no baseline can tolerate {rule}, only rules that describe the past"):
        read_baseline(f"{rule} public.User  # old\n", shown_as="f")


@pytest.mark.parametrize("rule", ["DES001", "LCK008", "CMP003", "SCH002", "HIS001", "HIS012"])
def test_what_describes_the_past_may_be_tolerated(rule: str) -> None:
    assert may_be_baselined(rule)


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


CASCADING = structure("order.contact_id -> contact CASCADE", "line.tag_id -> tag")
ALONE = Contract(kind=ContractKind.INTERNAL_ONLY, name="alone", groups=("Shop",))
TO_CONTACT = Contract(kind=ContractKind.FORBIDDEN, name="only", groups=("Shop",), to=("contact",))
QUIET = Contract(kind=ContractKind.NO_CASCADE_ACROSS, name="quiet")
KEY, CASCADE = "order.contact_id->contact  # old\n", "order.contact_id->contact  cascade  # old too\n"
BASELINED, FAILED = ContractOutcome.BASELINED, ContractOutcome.FAILED


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        ("", [FAILED, FAILED]),
        (KEY, [BASELINED, FAILED]),
        (CASCADE, [FAILED, BASELINED]),
        (KEY + CASCADE, [BASELINED, BASELINED]),
    ],
)
def test_a_line_for_a_key_says_nothing_of_its_cascade(text: str, outcomes: list[ContractOutcome]) -> None:
    found = isolation(TO_CONTACT, QUIET, entries=parse_baseline(text), schema=CASCADING)
    assert [it.outcome for it in found.contracts] == outcomes
    assert found.stale == ()
    crossing = next(it for it in found.crossings if it.foreign_key.table.name == "order")
    expected = CrossingVerdict.FORBIDDEN if FAILED in outcomes else CrossingVerdict.ALLOWED
    assert (crossing.verdict, crossing.baselined) == (expected, FAILED not in outcomes)


def test_a_key_that_becomes_a_cascade_breaks_its_contract_although_the_key_is_tolerated() -> None:
    before = structure("order.contact_id -> contact", "line.tag_id -> tag")
    kept = update(ALONE, QUIET, schema=before)
    assert kept.added == ("line.tag_id->tag", "order.contact_id->contact")
    now = isolation(ALONE, QUIET, entries=kept.entries, schema=CASCADING)
    assert [it.outcome for it in now.contracts] == [BASELINED, FAILED]
    made = update(ALONE, QUIET, entries=kept.entries, schema=CASCADING)
    assert made.added == ("order.contact_id->contact  cascade",)
    again = parse_baseline(render_baseline(made.entries))
    found = isolation(ALONE, QUIET, entries=again, schema=CASCADING)
    assert [it.outcome for it in found.contracts] == [BASELINED, BASELINED]
    # It is stale as soon as the cascade is gone, and the line of the key is not.
    back = update(ALONE, QUIET, entries=again, schema=before)
    assert (back.added, back.removed) == ((), ("order.contact_id->contact  cascade",))


def test_a_table_called_cascade_is_no_cascade() -> None:
    odd = (entry("a.b->x cascade"), entry("a.b->cascade"), DeclaredCrossing(edge="a.b->x", reason="r", cascade=True))
    read = parse_baseline(render_baseline(odd))
    expected = {("a.b->x cascade", False), ("a.b->cascade", False), ("a.b->x", True)}
    assert {(it.edge, it.cascade) for it in read} == expected
