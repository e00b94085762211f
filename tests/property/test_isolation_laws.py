"""Laws of groups, contracts and pictures that hold for every structure."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from pgready.graph.foreign_keys import fk_graph
from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import Isolation, IsolationRules, edge_name, judge_isolation
from pgready.graph.matrix import group_matrix, merged_groups
from pgready.graph.pages import count_keys, group_pages
from pgready.model.groups import UNGROUPED, Contract, ContractKind, DeclaredCrossing, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema, Table

TABLES = [f"t{number}" for number in range(9)]
GROUPS = ["A", "B", "C", "D"]

Edges = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A structure as edges between tables, of which `made` were made, with groups and rules."""

    edges: Edges
    made: Edges | None
    groups: dict[str, list[str]]
    rules: IsolationRules


def schema(edges: Edges, rename: Callable[[str], str] = str) -> Schema:
    numbered = Counter[tuple[str, str]]()
    keys: dict[str, list[ForeignKey]] = {}
    for one, other in edges:
        numbered[one, other] += 1
        column = f"{other}_{numbered[one, other]}"
        keys.setdefault(one, []).append(
            ForeignKey(
                name=f"{one}_{column}",
                table=QualifiedName("public", rename(one)),
                columns=(column,),
                referenced_table=QualifiedName("public", rename(other)),
                referenced_columns=("id",),
            )
        )
    return Schema(
        tables=tuple(
            sorted(
                (
                    Table(name=QualifiedName("public", rename(it)), columns=(), foreign_keys=tuple(keys.get(it, ())))
                    for it in TABLES
                ),
                key=lambda table: table.name,
            )
        )
    )


table_names = st.sampled_from(TABLES)
edge_lists = st.lists(st.tuples(table_names, table_names), max_size=14).map(tuple)
contracts = st.builds(
    Contract,
    kind=st.sampled_from(ContractKind),
    name=st.sampled_from(["one", "two"]),
    groups=st.lists(st.sampled_from(GROUPS), min_size=1, max_size=3, unique=True).map(tuple),
    allowed=st.lists(st.sampled_from([*GROUPS, *TABLES]), max_size=3, unique=True).map(tuple),
)
rules = st.builds(
    IsolationRules,
    contracts=st.lists(contracts, max_size=3).map(tuple),
    hubs=st.lists(table_names, max_size=2).map(tuple),
)
cases = st.builds(
    Case,
    edges=edge_lists,
    made=st.none() | edge_lists,
    groups=st.dictionaries(st.sampled_from(GROUPS), st.lists(table_names, max_size=5), max_size=4),
    rules=rules,
)


def judged(case: Case, rename: Callable[[str], str] = str) -> tuple[Grouping, Isolation]:
    declared = schema(case.edges, rename)
    rehearsed = None if case.made is None else schema(case.made, rename)
    known = {name: rename(name) for name in TABLES}

    def renamed(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(known.get(name, name) for name in names)

    grouping = resolve_groups(declared, {name: list(renamed(tuple(it))) for name, it in case.groups.items()})
    rules = replace(
        case.rules,
        hubs=renamed(case.rules.hubs),
        contracts=tuple(replace(it, allowed=renamed(it.allowed)) for it in case.rules.contracts),
    )
    return grouping, judge_isolation(declared, rehearsed, grouping, rules)


@given(cases)
def test_every_table_is_in_exactly_one_group_or_ungrouped(case: Case) -> None:
    grouping = resolve_groups(schema(case.edges), case.groups)
    places = [*(table for group in grouping.groups for table in group.tables), *grouping.ungrouped]
    assert sorted(table.name for table in places) == TABLES


@given(cases)
def test_the_cells_of_the_matrix_equal_a_brute_force_count(case: Case) -> None:
    grouping, found = judged(case)
    group_of = {table.name: group for table, group in grouping.group_of().items()}
    union = Counter(case.edges) | Counter(case.made or ())
    wanted = Counter((group_of[one], group_of[other]) for one, other in union.elements())
    matrix = group_matrix(grouping, found.keys, found.crossings, missing_tables=())
    assert {pair: counts.keys for pair, counts in matrix.cells.items()} == wanted
    assert matrix.total.keys == len(found.keys)
    assert matrix.total.keys - matrix.total.internal == len(found.crossings)


@given(cases, st.integers(1, 5))
def test_merging_groups_loses_no_key(case: Case, most: int) -> None:
    grouping, found = judged(case)
    matrix = group_matrix(grouping, found.keys, found.crossings, missing_tables=())
    merged = merged_groups(matrix, most)
    assert merged.total == matrix.total
    assert len(merged.groups) <= most


@given(cases)
def test_a_cell_below_the_diagonal_is_filled_only_where_groups_form_a_cycle(case: Case) -> None:
    grouping, found = judged(case)
    matrix = group_matrix(grouping, found.keys, found.crossings)
    reach = {pair for pair, counts in matrix.cells.items() if counts.keys}
    for _ in matrix.groups:
        reach |= {(one, far) for one, near in reach for near2, far in reach if near == near2}
    assert all((target, source) in reach for source, target in matrix.cycles)


@given(cases)
def test_the_pages_count_every_key_inside_once_and_every_crossing_out_once_and_in_once(case: Case) -> None:
    grouping, found = judged(case)
    pages = group_pages(grouping, found.keys, found.crossings, missing_tables=())
    inside = sum(page.keys_inside for page in pages)
    assert inside == len(found.keys) - len(found.crossings)
    assert sum(count_keys(page.outgoing) for page in pages) == len(found.crossings)
    assert sum(count_keys(page.incoming) for page in pages) == len(found.crossings)


@given(cases)
def test_renaming_tables_consistently_changes_no_verdict(case: Case) -> None:
    def rename(name: str) -> str:
        return f"zz{9 - int(name[1:])}"

    def facts(isolation: Isolation, back: Callable[[str], str]) -> list[tuple[str, str, str, str]]:
        return sorted(
            (back(it.foreign_key.table.name), back(it.foreign_key.referenced_table.name), it.verdict, it.to_group)
            for it in isolation.crossings
        )

    _, plain = judged(case)
    _, renamed = judged(case, rename)
    assert facts(plain, str) == facts(renamed, lambda name: f"t{9 - int(name[2:])}")
    assert [(it.passed, it.vacuous) for it in plain.contracts] == [(it.passed, it.vacuous) for it in renamed.contracts]


@given(cases, table_names, table_names)
def test_adding_a_key_never_mends_a_contract(case: Case, one: str, other: str) -> None:
    _, before = judged(case)
    _, after = judged(replace(case, edges=(*case.edges, (one, other))))
    assert all(not now.passed for was, now in zip(before.contracts, after.contracts, strict=True) if not was.passed)


@given(cases, st.permutations(GROUPS))
def test_the_order_of_the_groups_changes_no_verdict(case: Case, order: list[str]) -> None:
    """Overlapping lists aside: there the first group has the table."""
    taken: set[str] = set()
    groups: dict[str, list[str]] = {}
    for name, tables in case.groups.items():
        groups[name] = [table for table in tables if table not in taken]
        taken |= set(tables)
    _, plain = judged(replace(case, groups=groups))
    _, shuffled = judged(replace(case, groups={name: groups[name] for name in order if name in groups}))
    assert set(plain.crossings) == set(shuffled.crossings)
    assert [it.passed for it in plain.contracts] == [it.passed for it in shuffled.contracts]


@given(cases)
def test_accepting_every_crossing_by_its_printed_name_leaves_none_and_no_stale_entry(case: Case) -> None:
    _, before = judged(case)
    accepted = tuple(DeclaredCrossing(edge=edge_name(it.foreign_key), reason="accepted") for it in before.crossings)
    _, after = judged(replace(case, rules=replace(case.rules, accepted=accepted)))
    assert {it.reason for it in after.crossings} <= {"accepted"}
    assert after.stale == ()
    assert all(it.passed for it in after.contracts)


@given(edge_lists)
def test_the_graph_has_one_edge_per_key_and_one_node_per_table(edges: Edges) -> None:
    graph = fk_graph(schema(edges))
    assert graph.number_of_edges() == len(edges)
    assert sorted(graph.nodes) == [f"public.{name}" for name in TABLES]


@given(st.lists(st.text(min_size=1, max_size=12), max_size=4), st.lists(st.text(min_size=1, max_size=6), max_size=6))
def test_any_names_and_any_globs_resolve(tables: list[str], listed: list[str]) -> None:
    names = sorted(set(tables))
    found = resolve_groups(
        Schema(tables=tuple(Table(name=QualifiedName("s", it), columns=()) for it in names)), {"G": listed}
    )
    assert sorted(it.name for it in (*found.groups[0].tables, *found.ungrouped)) == names
    assert set(found.group_of().values()) <= {"G", UNGROUPED}
    assert all(re.search(r"[*?\[]", name) or name not in names for _, name in found.unknown)
