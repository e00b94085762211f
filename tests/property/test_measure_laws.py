"""Laws of the measures of isolation that hold for every structure and every grouping."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from random import Random

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from pgready.graph.cascades import blast_radius
from pgready.graph.coupling import group_coupling
from pgready.graph.coverage import key_coverage
from pgready.graph.cycles import group_cycles, table_cycles
from pgready.graph.feedback import feedback_arcs
from pgready.graph.group_graph import group_graph, keys_between
from pgready.graph.hubs import proposed_hubs
from pgready.graph.layers import group_layers
from pgready.graph.reach import cascade_reach, crossing_cascades
from pgready.graph.tenancy import Standing, group_tenancy
from pgready.model.groups import UNGROUPED, Group, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, ReferentialAction, Schema, Table
from pgready.model.unkeyed import ReferenceRule, UnkeyedReference

TABLES = [f"t{number}" for number in range(8)]
GROUPS = ["A", "B", "C", "D", "E"]
TENANT = "orgId"

UNHURRIED = settings(deadline=None)
"""Brute force takes long now and then, and a busy machine makes it longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A foreign key; `required`: its column is NOT NULL."""

    table: str
    to: str
    on_delete: ReferentialAction
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Keys, the group of each table (None: none), and the tables that have the tenant's column, nullable or not."""

    edges: tuple[Edge, ...]
    groups: dict[str, str | None]
    tenants: dict[str, bool]


table_names = st.sampled_from(TABLES)
edges = st.builds(
    Edge, table=table_names, to=table_names, on_delete=st.sampled_from(ReferentialAction), required=st.booleans()
)
cases = st.builds(
    Case,
    edges=st.lists(edges, max_size=16).map(tuple),
    groups=st.fixed_dictionaries({table: st.sampled_from([*GROUPS, None]) for table in TABLES}),
    tenants=st.dictionaries(table_names, st.booleans(), max_size=4),
)


def made(case: Case, rename: Callable[[str], str] = str) -> tuple[Schema, Grouping]:
    def name(table: str) -> QualifiedName:
        return QualifiedName("public", rename(table))

    def table(of: str) -> Table:
        own = [(number, edge) for number, edge in enumerate(case.edges) if edge.table == of]
        tenant = [Column(name=TENANT, type="text", not_null=case.tenants[of])] if of in case.tenants else []
        keys = [Column(name=f"c{number:02}", type="text", not_null=edge.required) for number, edge in own]
        return Table(
            name=name(of),
            columns=(Column(name="id", type="text", not_null=True), *tenant, *keys),
            foreign_keys=tuple(
                ForeignKey(
                    name=f"fk{number:02}",
                    table=name(of),
                    columns=(f"c{number:02}",),
                    referenced_table=name(edge.to),
                    referenced_columns=("id",),
                    on_delete=edge.on_delete,
                )
                for number, edge in own
            ),
        )

    groups = [
        Group(name=group, tables=tuple(sorted(name(it) for it in TABLES if case.groups[it] == group)), key=TENANT)
        for group in GROUPS
    ]
    return (
        Schema(tables=tuple(sorted(map(table, TABLES), key=lambda it: it.name))),
        Grouping(groups=tuple(groups), ungrouped=tuple(sorted(name(it) for it in TABLES if case.groups[it] is None))),
    )


def pair(case: Case, edge: Edge) -> tuple[str, str]:
    return case.groups[edge.table] or UNGROUPED, case.groups[edge.to] or UNGROUPED


@given(cases)
def test_the_keys_between_groups_equal_a_brute_force_count(case: Case) -> None:
    schema, grouping = made(case)
    wanted = Counter(pair(case, edge) for edge in case.edges)
    between = keys_between(grouping, schema.foreign_keys())
    assert {groups: len(keys) for groups, keys in between.items()} == wanted
    weights = {
        (one, other): weight for one, other, weight in group_graph(grouping, schema.foreign_keys()).edges.data("weight")
    }
    assert weights == {groups: count for groups, count in wanted.items() if groups[0] != groups[1]}


@given(cases)
def test_without_the_keys_to_cut_no_cycle_of_groups_is_left(case: Case) -> None:
    schema, grouping = made(case)
    cut = {key for cycle in group_cycles(grouping, schema.foreign_keys()) for key in cycle.cut}
    left = [key for key in schema.foreign_keys() if key not in cut]
    assert group_cycles(grouping, left) == ()
    pairs = [pair for pair in keys_between(grouping, left) if pair[0] != pair[1]]
    assert nx.is_directed_acyclic_graph(nx.DiGraph(pairs))


@UNHURRIED
@given(cases)
def test_no_smaller_set_of_keys_would_do(case: Case) -> None:
    """Brute force over all sets of pairs of groups: of the keys of a pair either all go or none."""
    schema, grouping = made(case)
    for cycle in group_cycles(grouping, schema.foreign_keys()):
        held = Counter(pair for pair, keys in keys_between(grouping, cycle.keys).items() for _ in keys)
        smaller = (
            pairs
            for count in range(len(held) + 1)
            for pairs in combinations(held, count)
            if sum(held[it] for it in pairs) < len(cycle.cut)
        )
        assert cycle.exact
        assert not any(nx.is_directed_acyclic_graph(nx.DiGraph(list(held.keys() - set(pairs)))) for pairs in smaller)


arcs = st.dictionaries(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")).filter(lambda arc: arc[0] != arc[1]),
    st.integers(1, 4),
    max_size=11,
)


@UNHURRIED
@given(arcs)
def test_the_smallest_set_of_arcs_is_smallest_by_weight_and_then_by_number(weights: dict[tuple[str, str], int]) -> None:
    found = feedback_arcs(weights).arcs
    cutting = [
        (sum(weights[arc] for arc in some), count)
        for count in range(len(weights) + 1)
        for some in combinations(weights, count)
        if nx.is_directed_acyclic_graph(nx.DiGraph(list(weights.keys() - set(some))))
    ]
    assert (sum(weights[arc] for arc in found), len(found)) == min(cutting)


@given(cases)
def test_tables_are_in_one_cycle_when_each_is_reached_from_each(case: Case) -> None:
    schema, _ = made(case)
    reach = {(edge.table, edge.to) for edge in case.edges}
    for _ in TABLES:
        reach |= {(one, far) for one, near in reach for near2, far in reach if near == near2}
    wanted = {
        frozenset(it for it in TABLES if {(one, it), (it, one)} <= reach) for one in TABLES if (one, one) in reach
    }
    assert {frozenset(table.name for table in it.tables) for it in table_cycles(schema.foreign_keys())} == wanted


@given(cases)
def test_layers_respect_every_key_outside_cycles_and_each_rests_on_the_one_below(case: Case) -> None:
    schema, grouping = made(case)
    layers = group_layers(grouping, schema.foreign_keys())
    layer_of = {group: layer.number for layer in layers for group in layer.groups}
    cycle_of = {group: cycle for layer in layers for cycle in layer.cycles for group in cycle}
    for edge in case.edges:
        one, other = pair(case, edge)
        same = one == other or (one in cycle_of and cycle_of[one] == cycle_of.get(other))
        assert layer_of[one] == layer_of[other] if same else layer_of[one] > layer_of[other]
    assert [layer.number for layer in layers] == list(range(len(layers)))
    rests = {(cycle_of.get(one, (one,)), layer_of[other]) for one, other in (pair(case, edge) for edge in case.edges)}
    assert all((cycle_of.get(it, (it,)), layer.number - 1) in rests for layer in layers[1:] for it in layer.groups)
    assert {it.groups for it in group_cycles(grouping, schema.foreign_keys())} == set(cycle_of.values())


@given(cases)
def test_couplings_add_up(case: Case) -> None:
    schema, grouping = made(case)
    found = group_coupling(grouping, schema.foreign_keys())
    crossing = sum(one != other for one, other in (pair(case, edge) for edge in case.edges))
    assert sum(it.outgoing for it in found) == sum(it.incoming for it in found) == crossing
    assert sum(it.inside for it in found) == len(case.edges) - crossing
    for it in found:
        assert it.instability == (Fraction(it.ce, it.ca + it.ce) if it.ca + it.ce else None)
        assert it.ce == len({edge.to for edge in case.edges if pair(case, edge)[0] == it.group != pair(case, edge)[1]})


def naive(case: Case, table: str) -> set[str]:
    """All tables that lose rows, by going over all keys until nothing is added."""
    lost = {table}
    for _ in TABLES:
        lost |= {it.table for it in case.edges if it.to in lost and it.on_delete is ReferentialAction.CASCADE}
    return lost


@UNHURRIED
@given(cases)
def test_the_blast_radius_equals_a_naive_fixpoint(case: Case) -> None:
    schema, grouping = made(case)
    for table in schema.tables:
        lost = naive(case, table.name.name)
        found = blast_radius(schema, grouping, table.name)
        assert {it.table.name for it in found.reached} == lost - {table.name.name}
        assert set(found.groups) == {case.groups[it.table.name] or UNGROUPED for it in found.reached}
        hit = [edge for edge in case.edges if edge.to in lost]
        changed = len(found.set_null) + len(found.set_default) + len(found.blockers)
        assert changed == sum(edge.on_delete is not ReferentialAction.CASCADE for edge in hit)
        for it in found.reached:
            path = found.path(it.table)
            assert len(path) == it.depth
            assert [key.referenced_table for key in path] == [table.name, *(key.table for key in path[:-1])]
            assert path[-1].table == it.table


@UNHURRIED
@given(cases)
def test_the_reach_in_numbers_is_that_of_the_blast_radius(case: Case) -> None:
    schema, grouping = made(case)
    radii = [blast_radius(schema, grouping, table.name) for table in schema.tables]
    wanted = {it.table: (it.group, len(it.reached), it.groups) for it in radii if it.reached}
    assert {it.table: (it.group, it.tables, it.groups) for it in cascade_reach(schema, grouping)} == wanted
    crossing = {it.foreign_key for it in crossing_cascades(grouping, schema.foreign_keys())}
    assert crossing == {key for it in radii for key in it.crossing}


@given(cases, st.lists(st.tuples(table_names, st.sampled_from(["x", "y", "c00", "c01"])), max_size=6))
def test_coverage_of_all_is_the_sum_of_the_groups(case: Case, columns: list[tuple[str, str]]) -> None:
    schema, grouping = made(case)
    references = [
        UnkeyedReference(
            table=QualifiedName("public", table),
            column=column,
            referenced_table=QualifiedName("public", "t0"),
            rule=ReferenceRule.TABLE,
        )
        for table, column in columns
    ]
    found = key_coverage(schema, grouping, references)
    keyed = {(edge.table, f"c{number:02}") for number, edge in enumerate(case.edges)}
    assert found.total.keyed == sum(it.keyed for it in found.groups) == len(keyed)
    assert {(it.table.name, it.column) for it in found.total.unkeyed} == set(columns) - keyed
    assert sum(len(it.unkeyed) for it in found.groups) == len(found.total.unkeyed)
    assert {it.name for it in found.total.keyless} == set(TABLES) - {
        it for edge in case.edges for it in (edge.table, edge.to)
    }


@given(cases)
def test_a_table_reaches_the_tenant_when_required_keys_lead_there(case: Case) -> None:
    schema, grouping = made(case)
    reach = set(case.tenants)
    for _ in TABLES:
        reach |= {edge.table for edge in case.edges if edge.required and edge.to in reach}
    for group in group_tenancy(schema, grouping):
        for it in group.tables:
            assert (it.standing is Standing.HAS) == (it.table.name in case.tenants)
            if group.key == TENANT:
                assert (it.standing is Standing.NONE) == (it.table.name not in reach)
            assert bool(it.path) == (it.standing is Standing.REACHES)
            if it.path:
                assert it.path[0].table == it.table
                assert it.path[-1].referenced_table.name in case.tenants


def measures(case: Case, rename: Callable[[str], str] = str, groups: list[str] | None = None) -> dict[str, object]:
    """Everything that does not depend on names, with the tables called as in the case."""
    schema, grouping = made(case, rename)
    if groups is not None:
        grouping = replace(grouping, groups=tuple(sorted(grouping.groups, key=lambda it: groups.index(it.name))))
    back = {rename(table): table for table in TABLES}

    def tables(names: Iterable[QualifiedName]) -> frozenset[str]:
        return frozenset(back[name.name] for name in names)

    keys = list(schema.foreign_keys())
    return {
        "cycles": {frozenset(it.groups): (len(it.keys), len(it.cut)) for it in group_cycles(grouping, keys)},
        "table cycles": {tables(it.tables): len(it.keys) for it in table_cycles(keys)},
        "layers": [(frozenset(it.groups), frozenset(map(frozenset, it.cycles))) for it in group_layers(grouping, keys)],
        "coupling": {
            it.group: (
                tables(it.afferent),
                tables(it.efferent),
                it.inside,
                it.outgoing,
                it.incoming,
                tables(it.keyless),
            )
            for it in group_coupling(grouping, keys)
        },
        "reach": {back[it.table.name]: (it.tables, frozenset(it.groups)) for it in cascade_reach(schema, grouping)},
        "coverage": {it.group: (it.keyed, tables(it.keyless)) for it in key_coverage(schema, grouping, ()).groups},
        "tenancy": {
            it.group: (
                it.key,
                it.type,
                {(back[table.table.name], table.standing, len(table.path)) for table in it.tables},
            )
            for it in group_tenancy(schema, grouping)
        },
        "hubs": {back[it.table.name]: (it.referencing_tables, it.keys) for it in proposed_hubs(grouping, keys)},
    }


@UNHURRIED
@given(cases)
def test_renaming_tables_consistently_changes_no_measure(case: Case) -> None:
    assert measures(case, lambda table: f"zz{9 - int(table[1:])}") == measures(case)


@UNHURRIED
@given(cases, st.permutations(GROUPS))
def test_the_order_of_the_groups_changes_no_measure(case: Case, order: list[str]) -> None:
    assert measures(case, groups=order) == measures(case)


@given(cases, st.permutations(GROUPS), st.randoms(use_true_random=False))
def test_the_order_of_groups_and_keys_does_not_change_what_is_cut(case: Case, order: list[str], source: Random) -> None:
    schema, grouping = made(case)
    keys = list(schema.foreign_keys())
    source.shuffle(keys)
    shuffled = replace(grouping, groups=tuple(sorted(grouping.groups, key=lambda it: order.index(it.name))))
    assert {it.cut for it in group_cycles(shuffled, keys)} == {
        it.cut for it in group_cycles(grouping, schema.foreign_keys())
    }
