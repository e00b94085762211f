"""Laws of comparing two schemas and of what-if, on small structures with groups and rules."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pgready.graph.comparison.studies import compare_studies
from pgready.graph.comparison.values import AdditionReason, Direction, IsolationChange, RemovalReason, Weight
from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import IsolationRules, edge_name
from pgready.graph.study import Study, make_study
from pgready.graph.what_if import what_if
from pgready.model.contracts import EdgeKind, NameScope
from pgready.model.groups import UNGROUPED, Contract, ContractKind, ContractOutcome, DeclaredCrossing
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, PrimaryKey, ReferentialAction, Schema, Table

UNHURRIED = settings(deadline=None)
TABLES = ["user", "team", "order", "item", "note", "log"]
GROUPS = ["A", "B", "C"]
COLUMNS = ["userId", "teamId", "ownerId", "orderId", "ref"]

tables = st.sampled_from(TABLES)
keys = st.dictionaries(st.tuples(tables, st.sampled_from(COLUMNS)), st.none() | tables, max_size=12)
"""(table, column) -> the table that it refers to, None for a column without a key."""
named = st.lists(st.sampled_from([*GROUPS, *TABLES]), max_size=2, unique=True).map(tuple)
contracts = st.builds(
    Contract,
    kind=st.sampled_from(ContractKind),
    name=st.sampled_from(["one", "two"]),
    groups=st.lists(st.sampled_from(GROUPS), min_size=1, max_size=3, unique=True).map(tuple),
    allowed=named,
    to=named,
    tables=named,
    allowed_from=named,
    column=st.sampled_from(COLUMNS),
    scope=st.sampled_from(NameScope),
    edges=st.sampled_from(EdgeKind),
)
accepted = st.builds(
    DeclaredCrossing,
    edge=st.builds("{}.{}->{}".format, tables, st.sampled_from(COLUMNS), tables),
    reason=st.just("agreed"),
    baselined=st.booleans(),
)
rules = st.builds(
    IsolationRules,
    contracts=st.lists(contracts, max_size=3).map(tuple),
    hubs=st.lists(tables, max_size=2, unique=True).map(tuple),
    accepted=st.lists(accepted, max_size=2, unique_by=lambda it: it.edge).map(tuple),
)
placed = st.fixed_dictionaries({table: st.sampled_from([*GROUPS, UNGROUPED]) for table in TABLES})

Keys = dict[tuple[str, str], str | None]


def schema(found: Keys, prefix: str = "", left_out: str = "") -> Schema:
    return Schema(
        tables=tuple(_table(it, found, prefix, left_out) for it in sorted(TABLES) if it != left_out),
    )


def _table(name: str, found: Keys, prefix: str, left_out: str) -> Table:
    own = [(column, to) for (table, column), to in sorted(found.items(), key=lambda it: it[0]) if table == name]
    return Table(
        name=QualifiedName("public", prefix + name),
        model=name,
        columns=tuple(Column(name=it, type="text", not_null=True) for it in ("id", *(column for column, _ in own))),
        primary_key=PrimaryKey(name="pk", columns=("id",)),
        foreign_keys=tuple(
            ForeignKey(
                name=f"{name}_{column}_fkey",
                table=QualifiedName("public", prefix + name),
                columns=(column,),
                referenced_table=QualifiedName("public", prefix + to),
                referenced_columns=("id",),
                on_delete=ReferentialAction.CASCADE if to < name else ReferentialAction.NO_ACTION,
            )
            for column, to in own
            if to is not None and to != left_out
        ),
    )


def made(found: Keys, groups: dict[str, str], rules: IsolationRules, rehearsed: Keys | None, prefix: str = "") -> Study:
    declared = schema(found, prefix)
    listed = {group: [table for table in TABLES if groups[table] == group] for group in GROUPS}
    return make_study(
        declared, None if rehearsed is None else schema(rehearsed, prefix), resolve_groups(declared, listed), rules
    )


studies = st.builds(made, keys, placed, rules, st.none() | keys)


def edges(study: Study) -> list[str]:
    return sorted({edge_name(it.foreign_key) for it in study.isolation.keys})


@UNHURRIED
@given(studies)
def test_a_schema_is_the_same_as_itself(study: Study) -> None:
    change = compare_studies(study, study)
    assert change.empty
    assert change.direction is Direction.SAME
    assert change.coverage_before == change.coverage_after


def facts(change: IsolationChange, *, mirrored: bool) -> dict[str, object]:
    """What must be the same read from the other side; reasons by their place in their list."""
    removed = Counter((it.foreign_key.identity, list(RemovalReason).index(it.reason)) for it in change.removed)
    added = Counter((it.foreign_key.identity, list(AdditionReason).index(it.reason)) for it in change.added)
    gone, new = (
        Counter((it.reference.table, it.reference.column) for it in found)
        for found in (change.unkeyed_removed, change.unkeyed_added)
    )
    groups = {it.name: (it.after, it.before) if mirrored else (it.before, it.after) for it in change.groups}
    moves = {
        (it.table, *((it.to_group, it.from_group) if mirrored else (it.from_group, it.to_group))) for it in change.moves
    }
    ends = (
        (change.coverage_after, change.coverage_before) if mirrored else (change.coverage_before, change.coverage_after)
    )
    cycles = [{it.groups for it in found} for found in (change.cycles_resolved, change.cycles_appeared)]
    turn = -1 if mirrored else 1
    return {
        "keys": (removed, added)[::turn],
        "unkeyed": (gone, new)[::turn],
        "groups": groups,
        "moves": moves,
        "coverage": ends,
        "cycles": cycles[::turn],
        "tables": (change.tables_removed, change.tables_added)[::turn],
    }  # fmt: skip


@UNHURRIED
@given(studies, studies)
def test_the_comparison_the_other_way_round_is_the_mirror_image(one: Study, other: Study) -> None:
    assert facts(compare_studies(one, other), mirrored=False) == facts(compare_studies(other, one), mirrored=True)


@UNHURRIED
@given(studies, studies)
def test_what_is_gone_and_new_equals_a_brute_force_count(one: Study, other: Study) -> None:
    change = compare_studies(one, other)
    both = one.rehearsed is not None and other.rehearsed is not None
    before, after = (
        {
            key.identity
            for schema in (it.declared, it.rehearsed if both else None)
            if schema is not None
            for key in schema.foreign_keys()
        }
        for it in (one, other)
    )
    regrouped = {RemovalReason.REGROUPED, AdditionReason.REGROUPED}
    assert {it.foreign_key.identity for it in change.removed if it.reason not in regrouped} == before - after
    assert {it.foreign_key.identity for it in change.added if it.reason not in regrouped} == after - before
    for keys_of, numbers in (
        (before, [it.before for it in change.groups]),
        (after, [it.after for it in change.groups]),
    ):
        there = [it for it in numbers if it is not None]
        assert sum(it.inside + it.out for it in there) == len(keys_of)
        assert sum(it.out for it in there) == sum(it.incoming for it in there)


@UNHURRIED
@given(st.data(), studies)
def test_dropping_any_keys_is_worse_and_names_every_one(data: st.DataObject, study: Study) -> None:
    known = edges(study)
    assume(known)
    dropped = data.draw(st.lists(st.sampled_from(known), min_size=1, unique=True))
    change = compare_studies(study, what_if(study, drop=dropped))
    assert change.direction is Direction.WORSE
    assert sorted(edge_name(it.foreign_key) for it in change.removed) == sorted(dropped)
    assert {it.reason for it in change.removed} == {RemovalReason.KEY_DROPPED}
    assert change.added == ()


@UNHURRIED
@given(st.data(), studies, placed, rules)
def test_dropping_keys_behind_other_groups_and_other_rules_is_never_better_nor_the_same(
    data: st.DataObject, study: Study, groups: dict[str, str], other: IsolationRules
) -> None:
    known = edges(study)
    assume(known)
    dropped = data.draw(st.lists(st.sampled_from(known), min_size=1, unique=True))
    moved = what_if(study, move=groups, drop=dropped)
    change = compare_studies(study, make_study(moved.declared, moved.rehearsed, moved.grouping, other))
    assert change.direction in {Direction.WORSE, Direction.MIXED}
    gone = {edge_name(it.foreign_key) for it in change.removed if it.reason is RemovalReason.KEY_DROPPED}
    assert gone == set(dropped)


@UNHURRIED
@given(st.data(), keys, placed, rules)
def test_a_key_for_a_reference_inside_a_group_is_never_worse(
    data: st.DataObject, found: Keys, groups: dict[str, str], rules: IsolationRules
) -> None:
    study = made(found, groups, rules, None)
    inside = [it for it in study.unkeyed if groups[it.table.name] == groups[it.referenced_table.name]]
    assume(inside)
    chosen = data.draw(st.sampled_from(inside))
    change = compare_studies(
        study, what_if(study, key=[f"{chosen.table.name}.{chosen.column}->{chosen.referenced_table.name}"])
    )
    assert change.direction in {Direction.BETTER, Direction.MIXED}
    assert [it.reason for it in change.added] == [AdditionReason.KEY_DECLARED]
    # What else may be told comes from other columns of that name, which are read as references only now.
    if all(it.contract.edges is EdgeKind.FK for it in study.isolation.contracts):
        assert change.direction is Direction.BETTER


@UNHURRIED
@given(studies, placed)
def test_moving_tables_alone_gives_moves_and_crossings_and_touches_no_key(study: Study, groups: dict[str, str]) -> None:
    after = what_if(study, move=groups)
    change = compare_studies(study, after)
    assert {it.reason for it in change.removed} <= {RemovalReason.REGROUPED}
    assert {it.reason for it in change.added} <= {AdditionReason.REGROUPED}
    assert [*change.unkeyed_removed, *change.unkeyed_added, *change.strength] == []
    assert (change.tables_added, change.tables_removed) == ((), ())
    was, now = study.grouping.group_of(), after.grouping.group_of()
    renamed = dict(change.renamed_groups)
    expected = {table for table, group in was.items() if renamed.get(group, group) != now[table]}
    assert {it.table for it in change.moves} == expected
    assert {table.name: now[table] for table in now} == groups


@UNHURRIED
@given(keys, placed, rules)
def test_taking_all_tables_out_of_their_groups_is_never_better(
    found: Keys, groups: dict[str, str], rules: IsolationRules
) -> None:
    study = made(found, groups, rules, None)
    after = what_if(study, move=dict.fromkeys(TABLES, UNGROUPED))
    assert compare_studies(study, after).direction is not Direction.BETTER


@UNHURRIED
@given(keys, placed, rules, st.integers(0, 3))
def test_rules_that_ask_for_less_are_never_better(
    found: Keys, groups: dict[str, str], rules: IsolationRules, without: int
) -> None:
    study = made(found, groups, rules, None)
    less = replace(rules, contracts=rules.contracts[:without], hubs=(*rules.hubs, "note"))
    after = make_study(study.declared, None, study.grouping, less)
    change = compare_studies(study, after)
    taken_out = study.isolation.contracts[without:]
    if any(it in GROUPS for it in groups.values()):
        loosened = bool(taken_out) or "note" not in rules.hubs
    else:
        # Without any group a hub asks for nothing, and neither does a contract that nothing could break.
        loosened = any(it.outcome is not ContractOutcome.VACUOUS for it in taken_out)
    assert change.direction is (Direction.UNSURE if loosened else Direction.SAME)


@UNHURRIED
@given(studies, placed, rules)
def test_other_groups_and_other_rules_alone_are_never_better(
    study: Study, groups: dict[str, str], other: IsolationRules
) -> None:
    listed = {group: [table for table in TABLES if groups[table] == group] for group in GROUPS}
    regrouped = make_study(study.declared, study.rehearsed, resolve_groups(study.declared, listed), other)
    assert compare_studies(study, regrouped).direction is not Direction.BETTER


@UNHURRIED
@given(st.data(), keys, placed, rules, st.sampled_from(["text", "uuid", "bigint", "text[]", "jsonb"]))
def test_a_key_given_up_for_a_column_that_nothing_reads_as_a_reference_is_never_better(
    data: st.DataObject, found: Keys, groups: dict[str, str], rules: IsolationRules, type_: str
) -> None:
    keyed = sorted((place, to) for place, to in found.items() if to is not None)
    assume(keyed)
    (table, column), to = data.draw(st.sampled_from(keyed))
    study = made(found, groups, rules, None)
    bare = schema({place: it for place, it in found.items() if place != (table, column)})
    where = QualifiedName("public", data.draw(st.sampled_from([table, to])))
    odd = Column(name="zz", type=type_, not_null=True)
    tables = tuple(replace(it, columns=(*it.columns, odd)) if it.name == where else it for it in bare.tables)
    after = make_study(replace(bare, tables=tables), None, study.grouping, rules)
    assert compare_studies(study, after).direction is not Direction.BETTER


@UNHURRIED
@given(keys, keys, placed)
def test_renaming_every_table_by_its_map_changes_nothing_else(one: Keys, other: Keys, groups: dict[str, str]) -> None:
    """Rules name models, which stay; only `@@map` changes."""
    hubs = IsolationRules(
        hubs=("user",), contracts=(Contract(kind=ContractKind.INTERNAL_ONLY, name="A", groups=("A",)),)
    )

    def told(change: IsolationChange) -> tuple[object, ...]:
        short: Callable[[QualifiedName], str] = lambda it: it.name.removeprefix("t_")  # noqa: E731 - a name for a key
        return (
            change.direction,
            [(short(it.foreign_key.table), it.foreign_key.columns, it.reason, it.weight) for it in change.removed],
            [(short(it.foreign_key.table), it.foreign_key.columns, it.reason, it.weight) for it in change.added],
            [(it.groups_before, it.groups_after, it.before, it.after) for it in change.changed],
            [(it.name, it.kind, it.before, it.after, it.weight) for it in change.contracts],
            change.rules,
            change.moves,
            change.groups,
        )

    before, plain = made(one, groups, hubs, None), made(other, groups, hubs, None)
    renamed = made(other, groups, hubs, None, prefix="t_")
    change = compare_studies(before, renamed)
    assert len(change.renamed_tables) == len(TABLES)
    assert told(change) == told(compare_studies(before, plain))


@UNHURRIED
@given(studies)
def test_dropping_and_declaring_the_same_key_gives_the_same_structure(study: Study) -> None:
    bare = what_if(study, drop=edges(study))
    change = compare_studies(study, what_if(bare, key=edges(study)))
    assert [*change.removed, *change.added] == []
    assert all(it.weight is Weight.BETTER for it in change.strength)
