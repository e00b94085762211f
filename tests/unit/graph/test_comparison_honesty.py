"""A schema that only hides a reference, its groups or its findings must not look better isolated."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from pgready.findings import Severity
from pgready.graph.comparison.studies import compare_studies
from pgready.graph.comparison.values import Direction, RemovalReason, RuleKind, UnkeyedReason, Weight
from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import IsolationRules
from pgready.graph.study import Study, Tolerance, make_study
from pgready.graph.what_if import what_if
from pgready.model.contracts import Contract, ContractKind, EdgeKind
from pgready.model.groups import ContractOutcome
from pgready.model.schema import Column, ReferentialAction, Schema
from pgready.model.suppressions import Suppression
from pgready.model.unkeyed import ArrayReference, PolymorphicReference
from structures import column, name, structure

ALONE = Contract(kind=ContractKind.INTERNAL_ONLY, name="A is alone", groups=("A",))
RULES = IsolationRules(contracts=(ALONE,))
UNKEYED_TOO = IsolationRules(contracts=(replace(ALONE, edges=EdgeKind.FK_AND_UNKEYED),))
CROSSING = "a.b_id -> b"
GROUPS = {"A": ["a", "a2"], "B": ["b", "b2"], "C": ["c"]}


def study(schema: Schema, given: IsolationRules | None = None, /, **groups: str) -> Study:
    rules = given or RULES
    listed = {group: tables.split() for group, tables in groups.items()} or GROUPS
    return make_study(schema, None, resolve_groups(schema, listed), rules)


def with_columns(*keys: str, **also: Iterable[Column]) -> Schema:
    return structure(*keys, also={table: tuple(columns) for table, columns in also.items()})


PLAIN = with_columns(a=(), b=())


def typed(schema: Schema, type_: str) -> Schema:
    """The same with identifiers of another type."""
    tables = (
        replace(it, columns=tuple(replace(each, type=type_) if each.name == "id" else each for each in it.columns))
        for it in schema.tables
    )
    return replace(schema, tables=tuple(tables))


@pytest.mark.parametrize(
    ("after", "stand_ins"),
    [
        (typed(with_columns(a=[column("b_ref", "uuid")], b=()), "uuid"), ["a.b_ref"]),
        (with_columns(a=[column("other", "uuid")], b=()), ["a.other"]),
        (with_columns(a=[column("other", "bigint")], b=()), ["a.other"]),
        (with_columns(a=[column("others", "uuid[]")], b=()), ["a.others"]),
        (with_columns(a=(), b=[column("owner_ref")]), ["b.owner_ref"]),
        (with_columns(a=(), b=(), a2=[column("left"), column("right")]), ["a2.left", "a2.right"]),
        (with_columns(a=(), b=(), b2=[column("left")]), ["b2.left"]),
        (with_columns(a=(), b=(), stray=[column("left")]), ["stray.left"]),
        (with_columns(b=(), a2=[column("ref")]), ["a2.ref"]),
        (replace(with_columns(b=()), views=(name("a"),)), ["a."]),
    ],
)  # fmt: skip
def test_a_crossing_that_is_gone_is_unsure_where_something_could_have_taken_its_place(
    after: Schema, stand_ins: list[str]
) -> None:
    change = compare_studies(study(structure(CROSSING)), study(after))
    (gone,) = change.removed
    assert [f"{table.name}.{at}" for table, at in gone.stand_ins] == stand_ins
    assert (gone.weight, change.direction) == (Weight.UNSURE, Direction.UNSURE)
    assert change.reason == "1 key gone whose reference may live on, which only a person can judge."


@pytest.mark.parametrize(
    "after",
    [
        PLAIN,
        with_columns(b=()),
        with_columns(a=[column("done", "boolean"), column("at", "timestamp(3) without time zone")], b=()),
        with_columns(a=(), b=(), a2=[column("done", "boolean")]),
        with_columns(a=(), b=(), c=[column("title")]),
        with_columns("a.a2_id -> a2", a=(), b=()),
    ],
    ids=["column", "table", "no identifiers", "table without one", "table of another group", "key to its own group"],
)
def test_a_crossing_that_is_gone_with_nothing_in_its_place_is_better(after: Schema) -> None:
    rules, groups = RULES, {"A": "a a2", "B": "b b2", "C": "c"}
    before = with_columns(CROSSING, c=()) if after.table(name("c")) else structure(CROSSING)
    change = compare_studies(study(before, rules, **groups), study(after, rules, **groups))
    assert [(it.weight, it.stand_ins) for it in change.removed] == [(Weight.BETTER, ())]
    assert change.direction is Direction.BETTER


def test_an_unused_column_that_was_there_before_may_take_over_where_it_is_called_like_a_reference() -> None:
    def with_spare(*keys: str, spare: Column) -> Study:
        return study(with_columns(*keys, a=[spare], b=(), b2=()))

    found = {
        spare: compare_studies(with_spare(CROSSING, spare=each), with_spare(spare=each)).direction
        for spare, each in {
            "external_ref": column("external_ref", not_null=False),
            "stripe_id": column("stripe_id", not_null=False),
            "the same table": column("bId"),
            "of another type": column("stripe_id", "boolean", not_null=False),
            "always filled": column("stripe_id"),
            "title": column("title", not_null=False),
            "refers to another": column("b2_id", not_null=False),
        }.items()
    }
    assert found == {
        "external_ref": Direction.UNSURE,
        "stripe_id": Direction.UNSURE,
        "the same table": Direction.UNSURE,
        "of another type": Direction.BETTER,
        "always filled": Direction.BETTER,
        "title": Direction.BETTER,
        "refers to another": Direction.BETTER,
    }


def test_a_table_of_a_group_that_is_new_may_hold_the_reference() -> None:
    after = with_columns(a=(), b=(), link=[column("left"), column("right")])
    change = compare_studies(study(structure(CROSSING)), study(after, A="a", B="b", Links="link"))
    assert change.direction is Direction.UNSURE
    # So may a table of no group, also where other tables are in none.
    ungrouped = compare_studies(
        study(with_columns(CROSSING, x=()), A="a", B="b"), study(replace_x(after), A="a", B="b")
    )
    assert [table.name for table, _ in ungrouped.removed[0].stand_ins] == ["link", "link"]


def test_a_column_may_have_moved_to_another_table_of_the_group() -> None:
    before = with_columns(CROSSING, a2=(), c=())
    found = {
        (table, at): compare_studies(
            study(before), study(with_columns(a=(), b=(), **({"a2": (), "c": ()} | {table: [column(at)]})))
        ).direction
        for table, at in (("a2", "owner_ref"), ("a2", "title"), ("c", "owner_ref"))
    }
    assert found == {
        ("a2", "owner_ref"): Direction.UNSURE,
        ("a2", "title"): Direction.BETTER,
        ("c", "owner_ref"): Direction.BETTER,
    }


def replace_x(schema: Schema) -> Schema:
    """With a table `x` that is in no group."""
    return replace(schema, tables=tuple(sorted((*schema.tables, *with_columns(x=()).tables), key=lambda it: it.name)))


def test_a_many_to_many_relation_given_up_for_an_array_is_worse() -> None:
    before = structure("a2.left -> a", "a2.right -> b")
    plain = compare_studies(study(before), study(PLAIN))
    assert plain.direction is Direction.BETTER
    array = compare_studies(study(before), study(with_columns(a=[column("b_ids", "text[]")], b=())))
    assert [(it.reference.column, it.reason, it.weight) for it in array.unkeyed_added] == [
        ("b_ids", UnkeyedReason.NEW_COLUMN, Weight.WORSE)
    ]
    assert isinstance(array.unkeyed_added[0].reference, ArrayReference)
    assert Weight.BETTER not in {it.weight for it in array.removed}
    assert array.direction is Direction.WORSE
    # Named like nothing, it may still be one.
    odd = compare_studies(study(before), study(with_columns(a=[column("others", "text[]")], b=())))
    assert odd.direction is Direction.UNSURE


def test_a_new_pair_of_a_column_and_its_type_is_a_new_reference_without_a_key() -> None:
    after = with_columns(a=[column("target_id"), column("target_type")], b=())
    change = compare_studies(study(PLAIN), study(after))
    (pair,) = change.unkeyed_added
    assert isinstance(pair.reference, PolymorphicReference)
    assert (pair.reason, pair.weight, change.direction) == (UnkeyedReason.NEW_COLUMN, Weight.WORSE, Direction.WORSE)
    assert compare_studies(study(after), study(after)).empty
    assert compare_studies(study(after), study(PLAIN)).direction is Direction.SAME


def test_a_key_that_passes_to_a_table_that_came_in_place_of_another_is_unsure() -> None:
    """As when a model gets a new name, and a glob takes it into the group."""
    change = compare_studies(study(structure(CROSSING)), study(structure("a.b_id -> a2")))
    assert [(it.reason, it.weight) for it in change.removed] == [(RemovalReason.KEYED_ELSEWHERE, Weight.UNSURE)]
    assert change.direction is Direction.UNSURE
    own = compare_studies(study(structure(CROSSING)), study(structure("b2.b_id -> b")))
    assert [(it.reason, it.weight) for it in own.removed] == [(RemovalReason.REPLACED, Weight.UNSURE)]
    assert own.direction is Direction.UNSURE


@pytest.mark.parametrize(
    "groups",
    [
        {"A": "a b", "B": "b2"},
        {"A": "a2", "B": "b b2", "C": "a c"},
        {"B": "a a2", "A": "b b2"},
    ],
    ids=["into one group", "where no contract holds", "names swapped"],
)
def test_other_groups_alone_are_at_best_unsure_and_better_only_where_the_move_is_meant(groups: dict[str, str]) -> None:
    schema = with_columns(CROSSING, a2=(), b2=(), c=())
    before = study(schema)
    change = compare_studies(before, study(schema, None, **groups))
    assert change.direction is Direction.UNSURE
    assert "regrouped" in change.reason
    assert "only by other groups or names" in change.reason
    for compared, better in (
        (change, False),
        (compare_studies(before, study(schema, None, **groups), regrouping_meant=True), True),
    ):
        weights = {*(it.weight for it in compared.removed), *(it.weight for it in compared.changed)}
        assert (Weight.BETTER in weights) is better


def test_a_table_moved_out_of_a_contract_about_tables_is_no_merit() -> None:
    rules = IsolationRules(contracts=(replace(ALONE, kind=ContractKind.KEYED_BY, column="tenant"),))
    schema = with_columns(a=[column("tenant")], a2=(), b=())
    before, after = study(schema, rules), study(schema, rules, A="a", B="a2 b")
    change = compare_studies(before, after)
    assert [(it.before, it.after, it.weight) for it in change.contracts] == [
        (ContractOutcome.FAILED, ContractOutcome.PASSED, Weight.UNSURE)
    ]
    assert change.direction is Direction.UNSURE
    assert compare_studies(before, after, regrouping_meant=True).direction is Direction.BETTER


def test_a_key_between_groups_that_nothing_allows_and_that_cascades_now_is_worse_and_any_other_is_told() -> None:
    def cascading(rules: IsolationRules, action: str = " CASCADE", key: str = CROSSING) -> Study:
        return study(structure(key + action), rules)

    minded = compare_studies(cascading(IsolationRules(), ""), cascading(IsolationRules()))
    assert [(it.after.on_delete, it.weight) for it in minded.conduct] == [(ReferentialAction.CASCADE, Weight.WORSE)]
    assert (minded.direction, minded.reason) == (
        Direction.WORSE,
        "1 key newly cascading between groups and not allowed.",
    )
    allowed = compare_studies(cascading(IsolationRules(hubs=("b",)), ""), cascading(IsolationRules(hubs=("b",))))
    assert ([it.weight for it in allowed.conduct], allowed.direction) == ([Weight.NEUTRAL], Direction.SAME)
    back = compare_studies(cascading(IsolationRules()), cascading(IsolationRules(), ""))
    assert ([it.weight for it in back.conduct], back.direction) == ([Weight.NEUTRAL], Direction.SAME)
    null = compare_studies(cascading(RULES, ""), cascading(RULES, "", "a.b_id? -> b"))
    assert [(it.before.optional, it.after.optional, it.weight) for it in null.conduct] == [
        (False, True, Weight.NEUTRAL)
    ]
    assert not null.empty


def keyed_by_tenant(schema: Schema, key: str | None = "tenant") -> Study:
    grouping = resolve_groups(schema, GROUPS, {"A": key} if key else {})
    return make_study(schema, None, grouping, IsolationRules())


def test_a_table_that_says_less_of_whose_its_rows_are_is_worse() -> None:
    before = with_columns(a=[column("tenant")], a2=[column("tenant")], b=())
    after = with_columns(a=(), a2=[column("tenant", not_null=False)], b=())
    change = compare_studies(keyed_by_tenant(before), keyed_by_tenant(after))
    assert [(it.table.name, it.before, it.after, it.weight) for it in change.key_identifiers] == [
        ("a", 2, 0, Weight.WORSE),
        ("a2", 2, 1, Weight.WORSE),
    ]
    assert change.direction is Direction.WORSE
    back = compare_studies(keyed_by_tenant(after), keyed_by_tenant(before))
    assert {it.weight for it in back.key_identifiers} == {Weight.NEUTRAL}
    assert back.direction is Direction.SAME
    # A required key leads to a table that has it: as much is known as before.
    reaching = with_columns("a.a2_id -> a2", a2=[column("tenant")], b=())
    holding = with_columns("a.a2_id -> a2", a=[column("tenant")], a2=[column("tenant")], b=())
    assert compare_studies(keyed_by_tenant(holding), keyed_by_tenant(reaching)).key_identifiers == ()


def test_a_key_identifier_taken_out_or_changed_is_a_rule_loosened() -> None:
    schema = with_columns(a=[column("tenant"), column("owner")], b=())
    for key in (None, "owner"):
        change = compare_studies(keyed_by_tenant(schema), keyed_by_tenant(schema, key))
        assert [(it.kind, it.weight) for it in change.rules] == [(RuleKind.KEY_IDENTIFIER, Weight.LOOSENED)]
        assert change.direction is Direction.UNSURE
    assert compare_studies(keyed_by_tenant(schema, None), keyed_by_tenant(schema)).direction is Direction.SAME


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ([column("ref")], UnkeyedReason.RENAMED_MAYBE),
        ([column("b_id", "bytea")], UnkeyedReason.RETYPED),
    ],
)
def test_a_reference_without_a_key_that_is_hidden_by_a_name_or_a_type_is_unsure(
    columns: list[Column], reason: UnkeyedReason
) -> None:
    before = with_columns(a=[column("b_id")], b=())
    change = compare_studies(study(before, UNKEYED_TOO), study(with_columns(a=columns, b=()), UNKEYED_TOO))
    assert [(it.reason, it.weight) for it in change.unkeyed_removed] == [(reason, Weight.UNSURE)]
    assert [(it.before, it.after) for it in change.contracts] == [(ContractOutcome.FAILED, ContractOutcome.VACUOUS)]
    assert change.direction is Direction.UNSURE


def test_a_contract_that_is_kept_only_since_a_column_is_read_otherwise_is_unsure() -> None:
    """Keys of another table taught that `owner` means `b`; that table is gone, and the column is as it was."""
    taught = with_columns("b2.owner -> b", "c.owner -> b", a=[column("owner")])
    groups = {"A": "a", "B": "b b2 c"}
    change = compare_studies(
        study(taught, UNKEYED_TOO, **groups), study(with_columns(a=[column("owner")], b=()), UNKEYED_TOO, **groups)
    )
    assert [(it.reason, it.weight) for it in change.unkeyed_removed] == [(UnkeyedReason.NOT_SEEN, Weight.NEUTRAL)]
    assert [it.weight for it in change.contracts] == [Weight.UNSURE]
    assert change.direction is Direction.UNSURE


def suppressed(rule: str, object_: str | None = None, expires: date | None = None) -> Suppression:
    return Suppression(rule=rule, object=object_, reason="x", expires=expires)


@pytest.mark.parametrize(
    ("one", "other", "kind", "direction"),
    [
        (Tolerance(), Tolerance(suppressions=(suppressed("ISO001", "a"),)), RuleKind.SUPPRESSION, Direction.UNSURE),
        (
            Tolerance(suppressions=(suppressed("ISO001", "a", date(2026, 1, 1)),)),
            Tolerance(suppressions=(suppressed("ISO001", "a", date(2027, 1, 1)),)),
            RuleKind.SUPPRESSION,
            Direction.UNSURE,
        ),
        (
            Tolerance(suppressions=(suppressed("ISO001"),)),
            Tolerance(suppressions=(suppressed("ISO001"), suppressed("ISO001", "a"))),
            None,
            Direction.SAME,
        ),
        (Tolerance(suppressions=(suppressed("ISO001", "a"),)), Tolerance(), RuleKind.SUPPRESSION, Direction.SAME),
        (
            Tolerance(severities={"ISO001": Severity.BLOCK}),
            Tolerance(severities={"ISO001": Severity.NOTE}),
            RuleKind.SEVERITY,
            Direction.UNSURE,
        ),
        (
            Tolerance(severities={"ISO001": Severity.WARN}, blocking=Severity.WARN),
            Tolerance(severities={"ISO001": Severity.WARN}),
            RuleKind.SEVERITY,
            Direction.UNSURE,
        ),
        (
            Tolerance(severities={"ISO001": Severity.NOTE}),
            Tolerance(severities={"ISO001": Severity.BLOCK}),
            RuleKind.SEVERITY,
            Direction.SAME,
        ),
    ],
)
def test_findings_that_nobody_sees_any_more_are_rules_loosened(
    one: Tolerance, other: Tolerance, kind: RuleKind | None, direction: Direction
) -> None:
    plain = study(structure(CROSSING))
    change = compare_studies(replace(plain, tolerance=one), replace(plain, tolerance=other))
    expected = [kind] if kind else []
    assert list(dict.fromkeys(it.kind for it in change.rules)) == expected
    assert change.direction is direction


def test_what_if_keeps_what_becomes_of_findings() -> None:
    before = replace(study(structure(CROSSING)), tolerance=Tolerance(suppressions=(suppressed("ISO001"),)))
    changed = what_if(before, drop=["a.b_id->b"])
    assert changed.tolerance == before.tolerance
    assert compare_studies(before, changed).rules == ()


def test_without_any_group_a_hub_asks_for_nothing_and_a_contract_on_all_tables_does() -> None:
    schema = structure(CROSSING)
    all_placed = Contract(kind=ContractKind.EXHAUSTIVE, name="all")

    def bare(it: Schema, rules: IsolationRules) -> Study:
        return make_study(it, None, resolve_groups(it, {"A": []}), rules)

    hub = compare_studies(bare(schema, IsolationRules()), bare(schema, IsolationRules(hubs=("b",))))
    assert ([it.weight for it in hub.rules], hub.direction) == ([Weight.NEUTRAL], Direction.SAME)
    vacuous = compare_studies(bare(schema, RULES), bare(schema, IsolationRules()))
    assert vacuous.direction is Direction.SAME
    asked = compare_studies(bare(schema, IsolationRules(contracts=(all_placed,))), bare(schema, IsolationRules()))
    assert ([it.weight for it in asked.contracts], asked.direction) == ([Weight.LOOSENED], Direction.UNSURE)
