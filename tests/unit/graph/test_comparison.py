"""Two schemas compared: each reason why a key is gone or new, what counts as worse, and what only looks better."""

from dataclasses import replace
from typing import Any

import pytest

from pgready.graph.comparison.studies import compare_studies
from pgready.graph.comparison.values import (
    AdditionReason,
    Basis,
    Direction,
    IsolationChange,
    KeyStrength,
    RemovalReason,
    RuleKind,
    UnkeyedReason,
    Weight,
)
from pgready.graph.isolation import IsolationRules, edge_name
from pgready.graph.study import Study, make_study
from pgready.graph.what_if import what_if
from pgready.model.contracts import EdgeKind
from pgready.model.groups import Contract, ContractKind, ContractOutcome, CrossingVerdict, DeclaredCrossing
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema
from structures import column, example, grouped, name, structure

ALONE = Contract(kind=ContractKind.INTERNAL_ONLY, name="A is alone", groups=("A",))
RULES = IsolationRules(contracts=(ALONE,))
CROSSING = "a.b_id -> b"


def study(*keys: str, rules: IsolationRules = RULES, **also: str) -> Study:
    """`also` gives tables further columns: `a="x y"`; a table that is not named so has none. Groups A (a) and B."""
    schema = structure(*keys, also={table: tuple(map(column, it.split())) for table, it in also.items()})
    rest = " ".join(sorted(table.name.name for table in schema.tables if table.name.name not in {"a", "a2"}))
    return make_study(schema, None, grouped(schema, A="a a2", B=rest), rules)


def removed(change: IsolationChange) -> list[tuple[str, RemovalReason, Weight]]:
    return [(edge_name(it.foreign_key), it.reason, it.weight) for it in change.removed]


def added(change: IsolationChange) -> list[tuple[str, AdditionReason, Weight]]:
    return [(edge_name(it.foreign_key), it.reason, it.weight) for it in change.added]


def test_a_schema_compared_with_itself_is_the_same() -> None:
    before = study(CROSSING, "a -> a2")
    change = compare_studies(before, before)
    assert change.empty
    assert change.direction is Direction.SAME
    assert "No reference and no rule changed" in change.reason


@pytest.mark.parametrize("dropped", ["a.b_id->b", "a2.c1->a"])
def test_a_dropped_key_is_worse_between_groups_and_inside_one(dropped: str) -> None:
    before = study(CROSSING, "a2 -> a")
    change = compare_studies(before, what_if(before, drop=[dropped]))
    assert removed(change) == [(dropped, RemovalReason.KEY_DROPPED, Weight.WORSE)]
    assert change.direction is Direction.WORSE
    assert change.reason.startswith("1 key dropped with the columns still there")
    assert change.coverage_after.total.keyed == 1


def test_a_contract_that_is_kept_because_its_keys_were_dropped_is_no_merit() -> None:
    before = study(CROSSING)
    change = compare_studies(before, what_if(before, drop=["a.b_id->b"]))
    (contract,) = change.contracts
    assert (contract.before, contract.after) == (ContractOutcome.FAILED, ContractOutcome.VACUOUS)
    assert contract.weight is Weight.NEUTRAL
    assert change.direction is Direction.WORSE


def test_a_crossing_that_is_gone_with_its_column_is_better() -> None:
    change = compare_studies(study(CROSSING), study(a="", b=""))
    assert removed(change) == [("a.b_id->b", RemovalReason.COLUMN_GONE, Weight.BETTER)]
    assert change.direction is Direction.BETTER
    back = compare_studies(study(a="", b=""), study(CROSSING))
    assert added(back) == [("a.b_id->b", AdditionReason.NEW_COLUMN, Weight.WORSE)]
    assert back.direction is Direction.WORSE


def test_a_column_that_may_have_been_renamed_without_its_key_makes_nothing_better() -> None:
    change = compare_studies(study(CROSSING), study(a="other", b=""))
    assert removed(change) == [("a.b_id->b", RemovalReason.COLUMN_RENAMED_MAYBE, Weight.UNSURE)]
    assert change.direction is Direction.UNSURE
    # An array may take the place of a reference; a number may where identifiers are widened, and a time never.
    types = ("text[]", "integer", "jsonb", "boolean", "timestamp(3) without time zone")
    found = [
        compare_studies(study(CROSSING), make_study(it, None, grouped(it, A="a", B="b"), RULES)).removed[0]
        for it in (structure(also={"a": (column("other", type_),), "b": ()}) for type_ in types)
    ]
    assert [it.reason for it in found] == [RemovalReason.COLUMN_RENAMED_MAYBE, *[RemovalReason.COLUMN_GONE] * 4]
    assert [it.weight for it in found] == [*[Weight.UNSURE] * 3, *[Weight.BETTER] * 2]
    assert {it.stand_ins for it in found} == {((name("a"), "other"),), ()}


def test_a_column_renamed_together_with_its_key_is_the_same() -> None:
    change = compare_studies(study(CROSSING), study("a.owner_id -> b"))
    assert removed(change) == [("a.b_id->b", RemovalReason.REPLACED, Weight.NEUTRAL)]
    assert added(change) == [("a.owner_id->b", AdditionReason.REPLACES, Weight.NEUTRAL)]
    assert change.direction is Direction.SAME
    assert not change.empty


def test_one_new_key_hides_the_loss_of_one_key_only() -> None:
    before = study("a.b_id -> b", "a.second_id -> b")
    change = compare_studies(before, study("a.owner_id -> b", a="stray"))
    assert sorted(it.reason for it in change.removed) == [RemovalReason.COLUMN_RENAMED_MAYBE, RemovalReason.REPLACED]
    assert change.direction is Direction.UNSURE


def test_a_crossing_that_is_gone_with_its_table_is_better_unless_the_columns_live_on() -> None:
    rest = IsolationRules()
    gone = compare_studies(study("b.c_id -> a", "c -> b", rules=rest), study(a="", c="", rules=rest))
    assert ("b.c_id->a", RemovalReason.TABLE_GONE, Weight.BETTER) in removed(gone)
    passed_on = compare_studies(study("b.c_id -> a", "c -> b", rules=rest), study(a="", c="b_id", rules=rest))
    assert ("b.c_id->a", RemovalReason.TABLE_GONE, Weight.UNSURE) in removed(passed_on)
    moved = compare_studies(study("b.c_id -> a", rules=rest), study(a="", new="c_id", rules=rest))
    assert removed(moved) == [("b.c_id->a", RemovalReason.TABLE_GONE, Weight.UNSURE)]
    dangling = compare_studies(study("b.c_id -> a", rules=rest), study(b="c_id", rules=rest))
    assert removed(dangling) == [("b.c_id->a", RemovalReason.TABLE_GONE, Weight.UNSURE)]


def test_a_table_renamed_with_its_model_and_its_keys_is_the_same() -> None:
    change = compare_studies(study("b.a_id -> a"), study("newname.a_id -> a"))
    assert removed(change) == [("b.a_id->a", RemovalReason.REPLACED, Weight.NEUTRAL)]
    assert change.direction is Direction.SAME


def test_moving_a_table_makes_a_crossing_internal_or_an_internal_key_cross() -> None:
    before = study(CROSSING, "a2 -> a")
    inside = compare_studies(before, what_if(before, move={"b": "A"}), regrouping_meant=True)
    assert removed(inside) == [("a.b_id->b", RemovalReason.REGROUPED, Weight.BETTER)]
    assert [(it.table.name, it.from_group, it.to_group) for it in inside.moves] == [("b", "B", "A")]
    assert ("group B", False, Weight.LOOSENED) in [(f"{it.kind} {it.name}", it.added, it.weight) for it in inside.rules]
    # The group B holds nothing any more: whoever puts all tables into one group isolates nothing.
    assert inside.direction is Direction.UNSURE  # group B is gone, and one key crosses no more
    outside = compare_studies(before, what_if(before, move={"a2": "B"}))
    assert added(outside) == [("a2.c1->a", AdditionReason.REGROUPED, Weight.WORSE)]
    assert outside.direction is Direction.WORSE


def test_a_key_pointed_at_a_table_of_its_own_group_leaves_a_crossing() -> None:
    change = compare_studies(study(CROSSING, a2=""), study("a.b_id -> a2", b=""))
    assert removed(change) == [("a.b_id->b", RemovalReason.KEYED_ELSEWHERE, Weight.BETTER)]
    assert added(change) == [("a.b_id->a2", AdditionReason.REPOINTED, Weight.NEUTRAL)]
    assert change.removed[0].instead == (change.added[0].foreign_key,)
    assert change.direction is Direction.BETTER


def test_a_new_table_with_a_crossing_key_is_worse_unless_the_rules_allow_it() -> None:
    hub = IsolationRules(hubs=("b",))
    change = compare_studies(study(b=""), study(CROSSING))
    assert added(change) == [("a.b_id->b", AdditionReason.NEW_TABLE, Weight.WORSE)]
    allowed = compare_studies(study(b="", c="", rules=hub), study("a.b_id -> b", c="", rules=hub))
    assert added(allowed) == [("a.b_id->b", AdditionReason.NEW_TABLE, Weight.NEUTRAL)]


def test_a_key_that_only_new_rules_allow_is_worse_and_the_loosening_is_told() -> None:
    after = study(CROSSING, rules=IsolationRules(hubs=("b",)))
    change = compare_studies(study(a="", b="", rules=IsolationRules()), after)
    (new,) = change.added
    assert (new.verdict, new.loosened, new.weight) == (CrossingVerdict.ALLOWED, True, Weight.WORSE)
    assert [(it.kind, it.name, it.weight) for it in change.rules] == [(RuleKind.HUB, "b", Weight.LOOSENED)]
    assert change.direction is Direction.WORSE


def test_a_reference_without_a_key_that_gets_one_inside_its_group_is_better() -> None:
    before = study(a="a2Id", a2="")
    change = compare_studies(before, what_if(before, key=["a.a2Id->a2"]))
    assert added(change) == [("a.a2Id->a2", AdditionReason.KEY_DECLARED, Weight.BETTER)]
    assert [(it.reference.column, it.reason) for it in change.unkeyed_removed] == [("a2Id", UnkeyedReason.KEYED)]
    assert change.direction is Direction.BETTER


def test_a_reference_without_a_key_that_gets_one_between_groups_is_mixed() -> None:
    before = study(a="bId", b="")
    change = compare_studies(before, what_if(before, key=["a.bId->b"]))
    assert added(change) == [("a.bId->b", AdditionReason.KEY_DECLARED, Weight.MIXED)]
    assert change.direction is Direction.MIXED


@pytest.mark.parametrize(
    ("before", "after", "reason", "direction"),
    [
        ({"a": "bId", "b": ""}, {"a": "", "b": ""}, UnkeyedReason.COLUMN_GONE, Direction.SAME),
        ({"a": "bId", "b": ""}, {"b": ""}, UnkeyedReason.TABLE_GONE, Direction.SAME),
        ({"a": "bId", "b": ""}, {"a": "b_id", "b": ""}, UnkeyedReason.RENAMED, Direction.SAME),
    ],
)
def test_a_reference_without_a_key_that_is_gone_makes_nothing_better(
    before: dict[str, Any], after: dict[str, Any], reason: UnkeyedReason, direction: Direction
) -> None:
    change = compare_studies(study(**before), study(**after))
    assert [(it.reason, it.weight) for it in change.unkeyed_removed] == [(reason, Weight.NEUTRAL)]
    assert change.direction is direction
    back = compare_studies(study(**after), study(**before))
    expected = Weight.NEUTRAL if reason is UnkeyedReason.RENAMED else Weight.WORSE
    assert [it.weight for it in back.unkeyed_added] == [expected]


def test_a_column_that_is_only_read_otherwise_counts_for_nothing() -> None:
    """Two keys on `owner` teach that columns of this name mean `b`; the third is as it was."""
    keys = ("b2.owner -> b", "b3.owner -> b")
    bare = study(b2="owner", b3="owner", b4="owner", b="")
    taught = compare_studies(bare, study(*keys, b4="owner"))
    assert [(it.reference.table.name, it.reason, it.weight) for it in taught.unkeyed_added] == [
        ("b4", UnkeyedReason.SEEN, Weight.NEUTRAL)
    ]
    assert taught.direction is Direction.BETTER
    dropped = compare_studies(study(*keys, b4="owner"), bare)
    assert ("b4", UnkeyedReason.NOT_SEEN, Weight.NEUTRAL) in [
        (it.reference.table.name, it.reason, it.weight) for it in dropped.unkeyed_removed
    ]
    assert dropped.direction is Direction.WORSE


def test_a_key_that_the_migrations_make_no_longer_or_that_holds_less_is_worse() -> None:
    schema = structure("a2 -> a")
    bare = structure(also={"a2": (column("c0"),), "a": ()})
    tables = tuple(
        replace(it, foreign_keys=tuple(replace(key, enforced=False) for key in it.foreign_keys)) for it in schema.tables
    )
    made, without, weak = (
        make_study(schema, it, grouped(schema, A="a a2"), RULES)
        for it in (schema, bare, replace(schema, tables=tables))
    )
    for less, strength in ((without, KeyStrength.NOT_MADE), (weak, KeyStrength.NOT_ENFORCED)):
        change = compare_studies(made, less)
        assert change.basis is Basis.BOTH
        assert [(it.before, it.after) for it in change.strength] == [(KeyStrength.FULL, strength)]
        assert change.direction is Direction.WORSE
        assert compare_studies(less, made).direction is Direction.BETTER


def test_a_key_that_stands_twice_is_as_strong_as_the_stronger() -> None:
    schema = structure("a2 -> a")
    (key,) = schema.foreign_keys()
    weak = replace(key, name="weak", enforced=False)

    def twins(*keys: ForeignKey) -> Study:
        tables = tuple(replace(it, foreign_keys=keys if it.name == key.table else ()) for it in schema.tables)
        return make_study(schema, replace(schema, tables=tables), grouped(schema, A="a a2"), RULES)

    for both in ((key, weak), (weak, key)):
        assert compare_studies(twins(key), twins(*both)).strength == ()
    assert [it.weight for it in compare_studies(twins(key), twins(weak)).strength] == [Weight.WORSE]


def test_where_one_side_was_not_rehearsed_only_what_is_declared_is_compared() -> None:
    schema, more = structure("a2 -> a"), structure("a2 -> a", "a3 -> a")
    both = make_study(schema, more, grouped(more, A="a a2 a3"), RULES)
    change = compare_studies(both, make_study(schema, None, grouped(schema, A="a a2"), RULES))
    assert (change.basis, change.unrehearsed) == (Basis.DECLARED, "after")
    assert [*change.removed, *change.added, *change.strength] == []
    # The migrations of before make a key that nobody declares: whether those of after do, nobody knows.
    assert [(edge_name(it.foreign_key), it.made, it.before) for it in change.hidden] == [("a3.c1->a", True, True)]
    assert change.direction is Direction.UNSURE
    assert "1 key not comparable, since one of the two was not rehearsed" in change.reason
    back = compare_studies(make_study(schema, None, grouped(schema, A="a a2"), RULES), both)
    assert [(it.made, it.before) for it in back.hidden] == [(True, False)]
    plain = make_study(schema, schema, grouped(schema, A="a a2"), RULES)
    assert compare_studies(plain, make_study(schema, None, plain.grouping, RULES)).direction is Direction.SAME


K = ContractKind


def of(kind: ContractKind, **keys: object) -> dict[str, object]:
    return {"kind": kind, **keys}


def with_rules(**changed: object) -> IsolationRules:
    return IsolationRules(contracts=(replace(ALONE, **changed),))  # type: ignore[arg-type]


def test_a_contract_taken_out_a_hub_an_accepted_crossing_and_a_baseline_entry_are_rules_loosened() -> None:
    entries = (
        DeclaredCrossing(edge="a.b_id->b", reason="agreed"),
        DeclaredCrossing(edge="a2.b_id->b", reason="old", baselined=True),
    )
    keys = (CROSSING, "a2.b_id -> b")
    before = study(*keys)
    out = compare_studies(before, study(*keys, rules=IsolationRules()))
    assert [(it.name, it.after, it.weight) for it in out.contracts] == [("A is alone", None, Weight.LOOSENED)]
    assert (out.direction, out.reason) == (Direction.UNSURE, "1 rule loosened, which only a person can judge.")
    accepted = compare_studies(before, study(*keys, rules=replace(RULES, accepted=entries)))
    assert [(it.kind, it.name) for it in accepted.rules] == [
        (RuleKind.ACCEPTED, "a.b_id->b"),
        (RuleKind.BASELINED, "a2.b_id->b"),
    ]
    assert {it.weight for it in accepted.changed} == {Weight.LOOSENED}
    assert [it.weight for it in accepted.contracts] == [Weight.LOOSENED]
    assert accepted.direction is Direction.UNSURE
    assert accepted.reason == "2 rules loosened, which only a person can judge."
    # The other way round rules are tightened, which is told, and is no better structure.
    assert compare_studies(study(*keys, rules=replace(RULES, accepted=entries)), before).direction is Direction.SAME


def test_an_accepted_crossing_spelt_otherwise_is_not_loosened() -> None:
    one, other = (
        replace(RULES, accepted=(DeclaredCrossing(edge=edge, reason="x", baselined=old),))
        for edge, old in (("a.b_id->b", True), ("public.a.b_id -> public.b", False))
    )
    change = compare_studies(study(CROSSING, rules=one), study(CROSSING, rules=other))
    assert change.rules == ()
    assert change.direction is Direction.SAME


@pytest.mark.parametrize(
    ("one", "other", "weight"),
    [
        ({"allowed": ("b",)}, {"allowed": ("b", "c")}, Weight.LOOSENED),
        ({"allowed": ("b", "c")}, {"allowed": ("b",)}, Weight.NEUTRAL),
        ({"groups": ("A", "B")}, {"groups": ("A",)}, Weight.LOOSENED),
        ({"groups": ("A",)}, {"groups": ("A", "B")}, Weight.NEUTRAL),
        ({"edges": EdgeKind.FK_AND_UNKEYED}, {"edges": EdgeKind.FK}, Weight.LOOSENED),
        ({"edges": EdgeKind.FK}, {"edges": EdgeKind.FK_AND_UNKEYED}, Weight.NEUTRAL),
        (of(K.KEYED_BY, column="x"), of(K.KEYED_BY, column="y"), Weight.LOOSENED),
        (of(K.ACYCLIC, groups=()), of(K.ACYCLIC, groups=("A", "B")), Weight.LOOSENED),
        (of(K.ACYCLIC, groups=("A", "B")), of(K.ACYCLIC, groups=()), Weight.NEUTRAL),
        (of(K.LAYERS, groups=("A", "B")), of(K.LAYERS, groups=("B", "A")), Weight.LOOSENED),
        (of(K.FORBIDDEN, to=("b", "c")), of(K.FORBIDDEN, to=("b",)), Weight.LOOSENED),
        (of(K.MUST_REFERENCE, to=("b",)), of(K.MUST_REFERENCE, to=("b", "c")), Weight.LOOSENED),
        (of(K.PROTECTED, tables=("b", "c")), of(K.PROTECTED, tables=("b",)), Weight.LOOSENED),
        (of(K.PROTECTED, tables=("b",)), of(K.PROTECTED, tables=("b", "c")), Weight.NEUTRAL),
        (of(K.PROTECTED, allowed_from=("c",)), of(K.PROTECTED, allowed_from=("c", "B")), Weight.LOOSENED),
        (of(K.PROTECTED, allowed_from=("c", "B")), of(K.PROTECTED, allowed_from=("c",)), Weight.NEUTRAL),
        (of(K.KEYED_BY, column="id"), of(K.KEYED_BY, column="id", nullable=True), Weight.LOOSENED),
        (of(K.KEYED_BY, column="id", nullable=True), of(K.KEYED_BY, column="id"), Weight.NEUTRAL),
    ],
)  # fmt: skip
def test_a_contract_that_asks_for_less_is_told_apart_from_one_that_asks_for_more(
    one: dict[str, object], other: dict[str, object], weight: Weight
) -> None:
    sides = (study(a="", b="", c="", rules=with_rules(**it)) for it in (one, other))
    change = compare_studies(*sides)
    assert [(it.kind, it.added, it.weight) for it in change.rules] == [(RuleKind.CONTRACT, None, weight)]
    assert change.direction is (Direction.UNSURE if weight is Weight.LOOSENED else Direction.SAME)


def test_a_new_contract_that_fails_is_told_and_makes_nothing_worse() -> None:
    change = compare_studies(study(CROSSING, rules=IsolationRules()), study(CROSSING))
    assert [(it.before, it.after) for it in change.contracts] == [(None, ContractOutcome.FAILED)]
    assert [(it.before, it.after, it.weight) for it in change.changed] == [
        (CrossingVerdict.UNDECLARED, CrossingVerdict.FORBIDDEN, Weight.NEUTRAL)
    ]
    assert change.direction is Direction.SAME


def test_a_contract_about_tables_that_more_tables_break_is_worse_though_it_failed_before() -> None:
    keyed = IsolationRules(contracts=(replace(ALONE, kind=ContractKind.KEYED_BY, column="tenant"),))
    before, after = study(a="", a2="tenant", b="", rules=keyed), study(a="", a2="", b="", rules=keyed)
    worse = compare_studies(before, after)
    assert [(it.before, it.after, it.tables) for it in worse.contracts] == [
        (ContractOutcome.FAILED, ContractOutcome.FAILED, (name("a2"),))
    ]
    assert worse.direction is Direction.WORSE
    assert compare_studies(after, before).direction is Direction.BETTER


def test_a_contract_about_tables_that_a_dropped_key_mends_is_no_merit() -> None:
    """Without its key `userId` is taken for a reference to `user`, and a table that the column means is exempt."""
    keyed = IsolationRules(contracts=(replace(ALONE, kind=ContractKind.KEYED_BY, groups=("B",), column="userId"),))
    before = study("team.userId -> team", user="", rules=keyed)
    change = compare_studies(before, what_if(before, drop=["team.userId->team"]))
    assert change.direction is Direction.WORSE
    assert {it.weight for it in change.contracts} <= {Weight.NEUTRAL}


def test_cycles_of_groups_appear_and_resolve() -> None:
    hubs = IsolationRules(hubs=("a", "b"))
    before, after = study("b -> a", rules=hubs), study("b.c0 -> a", "a.c1 -> b", rules=hubs)
    change = compare_studies(before, after)
    assert [it.groups for it in change.cycles_appeared] == [("A", "B")]
    assert change.direction is Direction.WORSE
    back = compare_studies(after, before)
    assert [it.groups for it in back.cycles_resolved] == [("A", "B")]
    assert back.direction is Direction.SAME


def test_a_cycle_that_shares_a_group_with_one_of_before_is_new() -> None:
    hubs = IsolationRules(hubs=("a", "b", "c"))

    def three(*keys: str) -> Study:
        schema = structure(*keys, also={"c": ()})
        return make_study(schema, None, grouped(schema, A="a", B="b", C="c"), hubs)

    around = ("a.c0 -> b", "b.c1 -> a")
    other = compare_studies(three(*around), three("a.c0 -> b", "a.c2 -> c", "c.c3 -> a"))
    assert [it.groups for it in other.cycles_appeared] == [("A", "C")]
    assert [it.groups for it in other.cycles_resolved] == [("A", "B")]
    wider = compare_studies(three(*around), three(*around, "a.c2 -> c", "c.c3 -> a"))
    assert [it.groups for it in wider.cycles_appeared] == [("A", "B", "C")]


def named(schema: Schema) -> Schema:
    return replace(schema, tables=tuple(replace(it, model=it.name.name.removeprefix("t_")) for it in schema.tables))


def test_a_table_of_the_same_model_is_the_same_table_by_another_name() -> None:
    before, after = named(structure(CROSSING, "c -> b")), named(structure("a.b_id -> t_b", "c.c1 -> t_b"))
    rules = IsolationRules(hubs=("b",), accepted=(DeclaredCrossing(edge="a.b_id->b", reason="agreed"),))
    one, other = (make_study(it, None, grouped(it, A="a", B="b t_b c"), rules) for it in (before, after))
    change = compare_studies(one, other)
    assert change.renamed_tables == ((name("b"), name("t_b")),)
    assert (change.removed, change.added, change.changed, change.rules) == ((), (), (), ())
    assert change.direction is Direction.SAME


def test_a_table_moved_to_another_postgresql_schema_keeps_its_keys() -> None:
    before = named(structure(CROSSING))
    far = QualifiedName("sales", "b")
    tables = (
        replace(
            it,
            name=far if it.name == name("b") else it.name,
            foreign_keys=tuple(replace(key, referenced_table=far) for key in it.foreign_keys),
        )
        for it in before.tables
    )
    after = replace(before, tables=tuple(tables))
    change = compare_studies(*(make_study(it, None, grouped(it, A="a", B="b"), RULES) for it in (before, after)))
    assert change.renamed_tables == ((name("b"), far),)
    assert (change.removed, change.added, change.direction) == ((), (), Direction.SAME)


def test_a_group_with_the_same_tables_is_the_same_group_by_another_name() -> None:
    schema = structure(CROSSING)
    one = make_study(schema, None, grouped(schema, A="a", B="b"), RULES)
    other = make_study(schema, None, grouped(schema, Alpha="a", B="b"), with_rules(groups=("Alpha",)))
    change = compare_studies(one, other)
    assert change.renamed_groups == (("A", "Alpha"),)
    assert (change.moves, change.rules, change.changed, change.contracts) == ((), (), (), ())
    assert change.direction is Direction.SAME
    assert [it.name for it in change.groups] == ["Alpha", "B"]


def test_where_only_one_side_has_groups_nothing_is_said_of_crossings() -> None:
    schema = structure(CROSSING)
    bare = make_study(schema, None, grouped(schema), IsolationRules())
    change = compare_studies(bare, study(CROSSING))
    assert change.one_sided
    assert change.direction is Direction.UNSURE
    assert "Only one of the two schemas has groups" in change.reason
    gone = what_if(study(CROSSING), drop=["a.b_id->b"])
    assert compare_studies(bare, gone).direction is Direction.WORSE


def test_taking_tables_out_of_their_group_is_loosened_and_never_better() -> None:
    before = study(CROSSING, "a2 -> a")
    change = compare_studies(before, what_if(before, move={"a": "(ungrouped)", "b": "(ungrouped)"}))
    assert {it.weight for it in change.moves} == {Weight.LOOSENED}
    assert change.direction is Direction.WORSE


def test_a_forbidden_key_of_a_table_that_left_all_groups_is_no_merit() -> None:
    before = study(CROSSING, "a2 -> a")
    change = compare_studies(before, what_if(before, move={"a": "(ungrouped)"}), regrouping_meant=True)
    assert [(it.before, it.after, it.weight) for it in change.changed] == [
        (CrossingVerdict.FORBIDDEN, CrossingVerdict.UNDECLARED, Weight.NEUTRAL)
    ]


def test_the_numbers_of_a_group_are_told_before_and_after() -> None:
    change = compare_studies(study(CROSSING, "a2 -> a", a="bId"), study("a2.c1 -> a", b=""))
    numbers = {it.name: (it.before, it.after) for it in change.groups}
    before, after = numbers["A"]
    assert before is not None
    assert after is not None
    assert (before.tables, before.inside, before.out, before.incoming, before.keyed, before.unkeyed) == (
        2,
        1,
        1,
        0,
        2,
        1,
    )
    assert (after.tables, after.inside, after.out, after.incoming, after.keyed, after.unkeyed) == (2, 1, 0, 0, 1, 0)


def test_the_example_with_every_key_dropped_is_worse_with_every_key_named() -> None:
    schema, grouping = example()
    before = make_study(schema, None, grouping, IsolationRules(hubs=("User",)))
    every = [edge_name(key) for key in schema.foreign_keys()]
    assert len(every) == 26
    change = compare_studies(before, what_if(before, drop=every))
    assert sorted(edge_name(it.foreign_key) for it in change.removed) == sorted(every)
    assert {it.reason for it in change.removed} == {RemovalReason.KEY_DROPPED}
    assert (change.direction, change.reason) == (Direction.WORSE, "26 keys dropped with the columns still there.")


def test_the_example_with_brand_profile_moved_to_auth_changes_one_allowed_crossing() -> None:
    schema, grouping = example()
    before = make_study(schema, None, grouping, IsolationRules(hubs=("User",)))
    change = compare_studies(before, what_if(before, move={"BrandProfile": "Auth"}), regrouping_meant=True)
    assert removed(change) == [("BrandProfile.userId->User", RemovalReason.REGROUPED, Weight.NEUTRAL)]
    assert [(it.table.name, it.from_group, it.to_group) for it in change.moves] == [("BrandProfile", "Other", "Auth")]
    assert change.added == ()
    assert change.direction is Direction.SAME
