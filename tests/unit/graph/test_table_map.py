"""Which tables stand where on the table map."""

from pgready.graph.names import table_names
from pgready.graph.pages import LinkKind
from pgready.graph.table_map import TableMap, coupled, drawn_hubs, table_map
from pgready.model.names import QualifiedName
from situations import Drawn, Situation


def public(name: str) -> QualifiedName:
    return QualifiedName("public", name)


def map_of(drawn: Drawn, *hubs: str) -> TableMap:
    return table_map(tuple(drawn.pages.values()), tuple(public(hub) for hub in hubs))


def names(drawn: TableMap, group: int = 0) -> tuple[list[list[str]], list[str]]:
    found = drawn.groups[group]
    return [[it.name.name for it in column] for column in found.columns], [it.name.name for it in found.alone]


def test_a_table_stands_left_of_those_that_it_refers_to(situation: Situation) -> None:
    drawn = situation(
        {"A": ["line", "order", "customer", "log", "tax"]}, [("line", "order"), ("order", "customer"), ("line", "tax")]
    )
    assert names(map_of(drawn)) == ([["line"], ["order"], ["customer", "tax"]], ["log"])


def test_tables_of_a_cycle_share_a_column(situation: Situation) -> None:
    drawn = situation({"A": ["a", "b", "c"]}, [("a", "b"), ("b", "a"), ("b", "c")])
    assert names(map_of(drawn)) == ([["a", "b"], ["c"]], [])


def test_a_reference_to_a_hub_is_a_mark_and_moves_no_table(situation: Situation) -> None:
    drawn = situation(
        {"Auth": ["User", "Session"], "Shop": ["Cart", "Item"]},
        [("Session", "User"), ("Cart", "User"), ("Item", "Cart"), ("User", "Cart")],
        unkeyed=[("Item", "User")],
        hubs=["User"],
    )
    found = map_of(drawn, "User")
    assert names(found) == ([], ["Session", "User"])
    assert names(found, 1) == ([["Item"], ["Cart"]], [])
    marks = {it.name.name: [link.kind for link in it.marks] for group in found.groups for it in group.tables}
    assert marks == {
        "User": [],
        "Session": [LinkKind.INTERNAL],
        "Cart": [LinkKind.ALLOWED],
        "Item": [LinkKind.UNKEYED],
    }
    assert [(it.table.name, it.referenced_table.name) for it in found.crossing] == [("User", "Cart")]


def test_every_reference_is_on_the_map_once(seed: Drawn) -> None:
    for hubs in ((), ("User",), ("User", "ImageRequest")):
        found = map_of(seed, *hubs)
        own = sum(table.own for group in found.groups for table in group.tables)
        keys = sum(link.keys for link in found.links if link.kind is not LinkKind.UNKEYED)
        assert keys + own == seed.matrix.total.keys == 26
        assert sum(link.missing for link in found.links) == seed.matrix.total.missing


def test_a_reference_to_a_table_that_is_not_there_is_left_out(situation: Situation) -> None:
    drawn = situation({"A": ["a"]}, [], unkeyed=[("a", "gone")])
    assert map_of(drawn).links == ()


def test_declared_hubs_come_before_proposed_ones(situation: Situation) -> None:
    tables = [f"t{number}" for number in range(6)]
    drawn = situation({"A": ["User", "Team"], "B": tables}, [(table, "Team") for table in tables])
    keys, known = drawn.isolation.keys, table_names(drawn.declared)
    assert drawn_hubs(drawn.grouping, keys) == (public("Team"),)
    assert drawn_hubs(drawn.grouping, keys, ["User", "nothing"], known) == (public("User"), public("Team"))
    assert drawn_hubs(drawn.grouping, keys, ["Team"], known) == (public("Team"),)


def test_coupling_counts_keys_both_ways(situation: Situation) -> None:
    drawn = situation({"A": ["a"], "B": ["b"], "C": ["c"]}, [("a", "b"), ("b", "a"), ("a", "b"), ("c", "c")])
    assert coupled(map_of(drawn).crossing) == {frozenset({"A", "B"}): 3}
