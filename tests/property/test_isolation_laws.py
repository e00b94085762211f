"""Laws of groups, contracts and pictures that hold for every structure."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pgready.graph.baseline import update_baseline
from pgready.graph.contracts_on_tables import TABLE_CONTRACTS
from pgready.graph.foreign_keys import fk_graph
from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import Isolation, IsolationRules, edge_name, judge_isolation
from pgready.graph.matrix import group_matrix, merged_groups
from pgready.graph.names import table_names as table_names_of
from pgready.graph.pages import count_keys, group_pages
from pgready.model.baseline import parse_baseline, render_baseline
from pgready.model.contracts import EdgeKind, NameScope
from pgready.model.groups import (
    Contract,
    ContractKind,
    ContractOutcome,
    ContractVerdict,
    DeclaredCrossing,
    Grouping,
)
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, PrimaryKey, ReferentialAction, Schema, Table

UNHURRIED = settings(deadline=None)
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
    guessed: Edges = ()


def schema(edges: Edges, rename: Callable[[str], str] = str, guessed: Edges = ()) -> Schema:
    """`guessed` are columns that are named after a table and have no key."""
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
                on_delete=ReferentialAction.CASCADE if other < one else ReferentialAction.NO_ACTION,
            )
        )
    return Schema(
        tables=tuple(
            sorted(
                (
                    _table(rename(it), keys.get(it, ()), [f"{rename(other)}Id" for one, other in guessed if one == it])
                    for it in TABLES
                ),
                key=lambda table: table.name,
            ),
        )
    )


def _table(name: str, keys: Sequence[ForeignKey], guessed: Sequence[str]) -> Table:
    """With a column for each key that is only there with it."""
    names = dict.fromkeys(["id", *(column for key in keys for column in key.columns), *guessed])
    return Table(
        name=QualifiedName("public", name),
        columns=tuple(Column(name=column, type="text", not_null=True) for column in names),
        primary_key=PrimaryKey(name=f"{name}_pkey", columns=("id",)),
        foreign_keys=tuple(keys),
    )


table_names = st.sampled_from(TABLES)
edge_lists = st.lists(st.tuples(table_names, table_names), max_size=14).map(tuple)
table_names_in_keys = st.sampled_from([f"{name}_1" for name in TABLES])
named = st.lists(st.sampled_from([*GROUPS, *TABLES]), max_size=3, unique=True).map(tuple)
contracts = st.builds(
    Contract,
    kind=st.sampled_from(ContractKind),
    name=st.sampled_from(["one", "two"]),
    groups=st.lists(st.sampled_from(GROUPS), min_size=1, max_size=3, unique=True).map(tuple),
    allowed=named,
    to=named,
    tables=named,
    allowed_from=named,
    column=table_names_in_keys,
    scope=st.sampled_from(NameScope),
    edges=st.sampled_from(EdgeKind),
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
    declared = schema(case.edges, rename, case.guessed)
    rehearsed = None if case.made is None else schema(case.made, rename)
    known = {name: rename(name) for name in TABLES}

    def renamed(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(known.get(name, name) for name in names)

    grouping = resolve_groups(declared, {name: list(renamed(tuple(it))) for name, it in case.groups.items()})
    rules = replace(
        case.rules,
        hubs=renamed(case.rules.hubs),
        contracts=tuple(
            replace(
                it,
                allowed=renamed(it.allowed),
                to=renamed(it.to),
                tables=renamed(it.tables),
                allowed_from=renamed(it.allowed_from),
            )
            for it in case.rules.contracts
        ),
    )
    return grouping, judge_isolation(declared, rehearsed, grouping, rules)


def outcome(verdict: ContractVerdict) -> tuple[ContractOutcome, bool, int, int]:
    return verdict.outcome, verdict.vacuous, len(verdict.broken_by), len(verdict.violations)


@UNHURRIED
@given(cases)
def test_every_table_is_in_exactly_one_group_or_ungrouped(case: Case) -> None:
    grouping = resolve_groups(schema(case.edges), case.groups)
    places = [*(table for group in grouping.groups for table in group.tables), *grouping.ungrouped]
    assert sorted(table.name for table in places) == TABLES


@UNHURRIED
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


@UNHURRIED
@given(cases, st.integers(1, 5))
def test_merging_groups_loses_no_key(case: Case, most: int) -> None:
    grouping, found = judged(case)
    matrix = group_matrix(grouping, found.keys, found.crossings, missing_tables=())
    merged = merged_groups(matrix, most)
    assert merged.total == matrix.total
    assert len(merged.groups) <= most


@UNHURRIED
@given(cases)
def test_a_cell_below_the_diagonal_is_filled_only_where_groups_form_a_cycle(case: Case) -> None:
    grouping, found = judged(case)
    matrix = group_matrix(grouping, found.keys, found.crossings)
    reach = {pair for pair, counts in matrix.cells.items() if counts.keys}
    for _ in matrix.groups:
        reach |= {(one, far) for one, near in reach for near2, far in reach if near == near2}
    assert all((target, source) in reach for source, target in matrix.cycles)


@UNHURRIED
@given(cases)
def test_the_pages_count_every_key_inside_once_and_every_crossing_out_once_and_in_once(case: Case) -> None:
    grouping, found = judged(case)
    pages = group_pages(grouping, found.keys, found.crossings, missing_tables=())
    inside = sum(page.keys_inside for page in pages)
    assert inside == len(found.keys) - len(found.crossings)
    assert sum(count_keys(page.outgoing) for page in pages) == len(found.crossings)
    assert sum(count_keys(page.incoming) for page in pages) == len(found.crossings)


@UNHURRIED
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
    assert [outcome(it) for it in plain.contracts] == [outcome(it) for it in renamed.contracts]


@UNHURRIED
@given(cases, table_names, table_names)
def test_adding_a_key_never_mends_a_contract_that_forbids(case: Case, one: str, other: str) -> None:
    _, before = judged(case)
    _, after = judged(replace(case, edges=(*case.edges, (one, other))))
    for was, now in zip(before.contracts, after.contracts, strict=True):
        assert now.passed <= was.passed or was.contract.kind in {ContractKind.MUST_REFERENCE, ContractKind.KEYED_BY}


@UNHURRIED
@given(cases, edge_lists, table_names, table_names)
def test_adding_a_column_without_a_key_never_mends_a_contract_that_forbids_it(
    case: Case, guessed: Edges, one: str, other: str
) -> None:
    contracts = tuple(replace(it, edges=EdgeKind.FK_AND_UNKEYED) for it in case.rules.contracts)
    with_guesses = replace(case, guessed=guessed, rules=replace(case.rules, contracts=contracts))
    _, before = judged(with_guesses)
    _, after = judged(replace(with_guesses, guessed=(*guessed, (one, other))))
    for was, now in zip(before.contracts, after.contracts, strict=True):
        if was.contract.kind in {ContractKind.MUST_REFERENCE, ContractKind.KEYED_BY}:
            assert was.passed <= now.passed
        else:
            assert now.passed <= was.passed
    # Judged on foreign keys alone, a column changes nothing.
    on_keys = tuple(replace(it, edges=EdgeKind.FK) for it in case.rules.contracts)
    plain = replace(case, rules=replace(case.rules, contracts=on_keys))
    _, guessing = judged(replace(plain, guessed=guessed))
    assert [outcome(it) for it in guessing.contracts] == [outcome(it) for it in judged(plain)[1].contracts]


def test_a_guessed_reference_between_groups_breaks_what_allows_none() -> None:
    """The law above is not about nothing."""
    alone = Contract(kind=ContractKind.INTERNAL_ONLY, name="alone", groups=("A",), edges=EdgeKind.FK_AND_UNKEYED)
    case = Case(edges=(), made=None, groups={"A": ["t0"], "B": ["t1"]}, rules=IsolationRules(contracts=(alone,)))
    assert judged(case)[1].contracts[0].outcome is ContractOutcome.VACUOUS
    (verdict,) = judged(replace(case, guessed=(("t0", "t1"),)))[1].contracts
    assert [it.edges for it in verdict.violations] == [("t0.t1Id?->t1",)]


@UNHURRIED
@given(cases, table_names, table_names)
def test_adding_a_key_never_breaks_a_contract_that_asks_for_keys_or_columns(case: Case, one: str, other: str) -> None:
    _, before = judged(case)
    _, after = judged(replace(case, edges=(*case.edges, (one, other))))
    for was, now in zip(before.contracts, after.contracts, strict=True):
        if was.contract.kind in {ContractKind.MUST_REFERENCE, ContractKind.KEYED_BY}:
            assert {it.tables for it in now.violations} <= {it.tables for it in was.violations}


@UNHURRIED
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
    assert [outcome(it) for it in plain.contracts] == [outcome(it) for it in shuffled.contracts]


@UNHURRIED
@given(cases)
def test_accepting_every_crossing_by_its_printed_name_leaves_none_and_no_stale_entry(case: Case) -> None:
    _, before = judged(case)
    accepted = tuple(DeclaredCrossing(edge=edge_name(it.foreign_key), reason="accepted") for it in before.crossings)
    _, after = judged(replace(case, rules=replace(case.rules, accepted=accepted)))
    assert {it.reason for it in after.crossings} <= {"accepted"}
    assert after.stale == ()
    assert all(it.passed for it in after.contracts if it.contract.kind not in TABLE_CONTRACTS)


def baselined(case: Case, found: Isolation) -> tuple[DeclaredCrossing, ...]:
    """The baseline that makes the contracts of the case pass, written and read again."""
    names = table_names_of(schema(case.edges), None if case.made is None else schema(case.made))
    return parse_baseline(
        render_baseline(update_baseline(found.contracts, case.rules.accepted, found.stale, names).entries)
    )


@UNHURRIED
@given(cases)
def test_with_its_baseline_every_contract_on_references_holds_and_no_line_is_without_use(case: Case) -> None:
    _, before = judged(case)
    rules = replace(case.rules, accepted=baselined(case, before))
    _, after = judged(replace(case, rules=rules))
    assert after.stale == ()
    for was, now in zip(before.contracts, after.contracts, strict=True):
        if was.contract.kind not in TABLE_CONTRACTS:
            assert now.passed
            assert bool(now.baselined) >= (not was.passed)
    # A contract that held without it is not called baselined, but where another contract's edges lie on its way.
    assert {edge for it in after.contracts for edge in it.baselined} == {entry.edge for entry in rules.accepted}


@UNHURRIED
@given(cases, table_names, table_names)
def test_the_baseline_tolerates_no_key_that_is_new(case: Case, one: str, other: str) -> None:
    _, before = judged(case)
    accepted = baselined(case, before)
    new = replace(case, edges=(*case.edges, (one, other)), made=None)
    _, bare = judged(new)
    _, kept = judged(replace(new, rules=replace(case.rules, accepted=accepted)))
    column = f"{other}_{[*case.edges, (one, other)].count((one, other))}"
    fresh = f"{one}.{column}->{other}"
    known = {entry.edge for entry in accepted}
    for was, now in zip(bare.contracts, kept.contracts, strict=True):
        broken = {edge_name(it.foreign_key) for it in was.broken_by}
        assert {edge_name(it.foreign_key) for it in now.broken_by} == broken - known
        assert fresh in known or (fresh in broken) == (fresh in {edge_name(it.foreign_key) for it in now.broken_by})


@UNHURRIED
@given(cases)
def test_every_line_of_the_baseline_is_stale_when_all_keys_are_gone(case: Case) -> None:
    _, before = judged(case)
    accepted = baselined(case, before)
    _, after = judged(replace(case, edges=(), made=None, rules=replace(case.rules, accepted=accepted)))
    assert after.stale == accepted


@given(edge_lists)
def test_the_graph_has_one_edge_per_key_and_one_node_per_table(edges: Edges) -> None:
    graph = fk_graph(schema(edges))
    assert graph.number_of_edges() == len(edges)
    assert sorted(graph.nodes) == [f"public.{name}" for name in TABLES]
