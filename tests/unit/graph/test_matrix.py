"""The group matrix and the group pages as values."""

from pgready.graph.cycles import group_cycles
from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import IsolationRules, judge_isolation
from pgready.graph.matrix import GroupMatrix, KeyCounts, group_matrix, merged_groups
from pgready.graph.pages import GroupPage, LinkKind, group_pages
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema, Table
from pgready.model.unkeyed import ReferenceRule, UnkeyedReference


def name(table: str) -> QualifiedName:
    return QualifiedName("public", table)


def schema(*edges: str, also: tuple[str, ...] = ()) -> Schema:
    """Edges are `a->b`; several equal ones are keys on different columns."""
    pairs = [edge.split("->") for edge in edges]
    keys = [
        ForeignKey(
            name=f"fk{number}",
            table=name(one),
            columns=(f"c{number}",),
            referenced_table=name(other),
            referenced_columns=("id",),
        )
        for number, (one, other) in enumerate(pairs)
    ]
    names = sorted({it for pair in pairs for it in pair} | set(also))
    return Schema(
        tables=tuple(
            Table(name=name(it), columns=(), foreign_keys=tuple(key for key in keys if key.table.name == it))
            for it in names
        )
    )


def matrix(declared: Schema, groups: dict[str, list[str]], rehearsed: Schema | None = None) -> GroupMatrix:
    grouping = resolve_groups(declared, groups)
    found = judge_isolation(declared, rehearsed, grouping, IsolationRules(hubs=("hub",)))
    missing = [it.name for it in declared.tables if rehearsed is not None and rehearsed.table(it.name) is None]
    return group_matrix(grouping, found.keys, found.crossings, missing_tables=None if rehearsed is None else missing)


def pages(declared: Schema, groups: dict[str, list[str]], rehearsed: Schema | None = None) -> tuple[GroupPage, ...]:
    grouping = resolve_groups(declared, groups)
    found = judge_isolation(declared, rehearsed, grouping, IsolationRules())
    missing = [it.name for it in declared.tables if rehearsed is not None and rehearsed.table(it.name) is None]
    return group_pages(grouping, found.keys, found.crossings, missing_tables=missing)


def order(found: GroupMatrix) -> list[str]:
    return [group.name for group in found.groups]


def test_groups_that_refer_stand_before_those_referred_to() -> None:
    found = matrix(schema("c->b", "b->a"), {"A": ["a"], "B": ["b"], "C": ["c"]})
    assert order(found) == ["C", "B", "A"]
    assert found.cycles == ()


def test_groups_without_keys_between_them_keep_the_order_of_the_configuration() -> None:
    found = matrix(schema("z->hub", "m->hub", also=("x",)), {"Hub": ["hub"], "Z": ["z"], "M": ["m"], "X": ["x"]})
    assert order(found) == ["Z", "M", "Hub", "X"]


def test_a_filled_cell_below_the_diagonal_is_a_cycle() -> None:
    found = matrix(schema("a->b", "a1->b", "b->a", "c->a"), {"B": ["b"], "A": ["a", "a1"], "C": ["c"]})
    assert order(found) == ["C", "A", "B"]
    assert found.cycles == (("B", "A"),)


def test_cells_count_keys_by_verdict_and_only_filled_cells_exist() -> None:
    found = matrix(schema("a->a", "a->hub", "a->b", "a->b"), {"A": ["a"], "B": ["b"], "Hub": ["hub"]})
    assert dict(found.cells) == {
        ("A", "A"): KeyCounts(internal=1),
        ("A", "B"): KeyCounts(undeclared=2),
        ("A", "Hub"): KeyCounts(allowed=1),
    }
    assert (found.total.keys, found.total.crossing) == (4, 2)


def test_declared_keys_and_tables_that_the_rehearsal_does_not_make_are_missing() -> None:
    found = matrix(schema("a->b", "a->a"), {"A": ["a"], "B": ["b"]}, schema(also=("a",)))
    assert found.cells["A", "B"] == KeyCounts(undeclared=1, missing=1)
    assert [(group.name, group.tables, group.missing) for group in found.groups] == [("A", 1, 0), ("B", 1, 1)]
    assert found.rehearsed


def test_keys_that_only_the_rehearsal_makes_are_extra() -> None:
    found = matrix(schema(also=("a", "b")), {"A": ["a"], "B": ["b"]}, schema("a->b"))
    assert found.cells["A", "B"] == KeyCounts(undeclared=1, extra=1)


def test_ungrouped_tables_are_a_row_only_where_there_are_any() -> None:
    assert order(matrix(schema("a->b"), {"A": ["a"]})) == ["A", "(ungrouped)"]
    assert order(matrix(schema("a->b"), {"A": ["a", "b"]})) == ["A"]
    assert order(matrix(schema(), {})) == []


def test_unkeyed_references_are_counted_apart_from_keys() -> None:
    declared = schema(also=("a", "b"))
    grouping = resolve_groups(declared, {"A": ["a"], "B": ["b"]})
    reference = UnkeyedReference(table=name("a"), column="bId", referenced_table=name("b"), rule=ReferenceRule.TABLE)
    found = group_matrix(grouping, (), (), unkeyed=(reference,))
    assert found.cells["A", "B"] == KeyCounts(unkeyed=1)
    assert found.total.keys == 0
    page = group_pages(grouping, (), (), unkeyed=(reference,))[0]
    assert [(link.kind, link.keys) for link in page.outgoing] == [(LinkKind.UNKEYED, 1)]


def test_merging_groups_keeps_totals_and_the_groups_with_findings() -> None:
    groups = {f"G{number}": [f"t{number}"] for number in range(10)}
    found = matrix(schema(*(f"t{number}->t{number}" for number in range(9)), "t9->t3", also=()), groups)
    merged = merged_groups(found, 4)
    assert order(merged) == ["G0", "G9", "G3", "(7 more groups)"]
    assert merged.total == found.total
    assert sum(group.tables for group in merged.groups) == 10
    assert merged_groups(found, 10) is found


def test_a_page_splits_keys_into_inside_coming_in_and_going_out() -> None:
    page = pages(schema("a->b", "b->c", "d->a"), {"G": ["a", "b"], "H": ["c", "d"]})[0]
    assert [(link.table.name, link.referenced_table.name) for link in page.inside] == [("a", "b")]
    assert [(link.table.name, link.to_group) for link in page.outgoing] == [("b", "H")]
    assert [(link.table.name, link.from_group) for link in page.incoming] == [("d", "H")]
    assert page.keys_inside == 1


def test_a_table_stands_left_of_those_that_it_refers_to_and_a_cycle_shares_a_column() -> None:
    page = pages(schema("a->b", "b->c", "a->c", "x->y", "y->x", "x->c", also=("alone",)), {"G": ["*"]})[0]
    assert {table.name.name: table.column for table in page.tables} == {
        "a": 0,
        "b": 1,
        "c": 2,
        "x": 1,
        "y": 1,
        "alone": None,
    }


def test_keys_of_a_table_to_itself_are_counted_on_the_table() -> None:
    page = pages(schema("a->a", "a->a"), {"G": ["a"]}, schema(also=("a",)))[0]
    assert page.inside == ()
    assert [(table.own, table.own_missing, table.column) for table in page.tables] == [(2, 2, None)]
    assert (page.keys_inside, page.missing_inside) == (2, 2)


def test_parallel_keys_are_one_link_that_counts_them() -> None:
    page = pages(schema("a->b", "a->b", "a->b"), {"G": ["a"], "H": ["b"]}, schema("a->b"))[0]
    assert [(link.keys, link.missing, link.kind) for link in page.outgoing] == [(3, 2, LinkKind.UNDECLARED)]


def test_pages_come_in_the_order_of_the_configuration_with_the_ungrouped_last() -> None:
    found = pages(schema("a->b", also=("c",)), {"B": ["b"], "A": ["a"], "Empty": []})
    assert [page.name for page in found] == ["B", "A", "Empty", "(ungrouped)"]
    assert found[2].tables == ()


def test_tables_of_one_name_are_labelled_with_their_schema() -> None:
    both = Schema(tables=tuple(Table(name=QualifiedName(it, "users"), columns=()) for it in ("auth", "public")))
    assert set(pages(both, {"G": ["users"]})[0].labels.values()) == {"auth.users", "public.users"}


def test_only_the_keys_of_the_smallest_cut_stand_below_the_diagonal() -> None:
    """The group that refers most is not for that the first."""
    declared = schema("a->b", "a->b", "b->c", "b->c", "c->a", "d->a", "c->d", "a->e", "a->e", "e->b", "e->b", "e->c")
    groups = {name.upper(): [name] for name in "edcba"}
    found = matrix(declared, groups)
    (cycle,) = group_cycles(resolve_groups(declared, groups), declared.foreign_keys())
    pairs = {(key.table.name.upper(), key.referenced_table.name.upper()) for key in cycle.cut}
    assert set(found.cycles) == pairs
    assert sum(found.cells[pair].keys for pair in found.cycles) == len(cycle.cut) == 2


def test_groups_outside_a_cycle_stay_in_topological_order_around_it() -> None:
    found = matrix(schema("z->a", "a->b", "a->b", "b->a", "a->y"), {name.upper(): [name] for name in "yabz"})
    assert order(found) == ["Z", "A", "B", "Y"]
    assert found.cycles == (("B", "A"),)
