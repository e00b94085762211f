"""The order of all tables, and the kind of every pair."""

from pgready.graph.block_matrix import BlockMatrix, block_matrix
from pgready.graph.pages import LinkKind
from situations import Drawn, Situation


def blocks(drawn: Drawn) -> BlockMatrix:
    found = drawn.isolation
    return block_matrix(drawn.matrix, drawn.grouping, found.keys, found.crossings, unkeyed=drawn.unkeyed)


def pairs(matrix: BlockMatrix) -> dict[LinkKind, list[tuple[str, str]]]:
    tables = [table.name for table in matrix.tables]
    return {kind: [(tables[row], tables[column]) for row, column in cells] for kind, cells in matrix.cells.items()}


def test_every_table_has_one_row_in_the_block_of_its_group(seed: Drawn) -> None:
    matrix = blocks(seed)
    group_of = seed.grouping.group_of()
    assert sorted(matrix.tables) == sorted(group_of)
    assert [block.name for block in matrix.blocks] == [group.name for group in seed.matrix.groups]
    for block in matrix.blocks:
        own = matrix.tables[block.start : block.start + block.tables]
        assert {group_of[table] for table in own} == {block.name}
    assert sum(block.tables for block in matrix.blocks) == 28


def test_a_table_stands_before_those_of_its_group_that_it_refers_to(situation: Situation) -> None:
    drawn = situation({"A": ["c", "b", "a", "alone"]}, [("a", "b"), ("b", "c"), ("a", "c")])
    matrix = blocks(drawn)
    assert [table.name for table in matrix.tables] == ["alone", "a", "b", "c"]
    assert all(row < column for cells in matrix.cells.values() for row, column in cells)


def test_a_pair_stands_under_the_worst_of_its_keys_once(situation: Situation) -> None:
    drawn = situation(
        {"A": ["a"], "B": ["b"], "C": ["c"]},
        [("a", "b"), ("a", "b"), ("c", "b"), ("c", "c")],
        unkeyed=[("a", "b"), ("b", "c")],
        alone=["A"],
        hubs=["b"],
    )
    assert pairs(blocks(drawn)) == {
        LinkKind.FORBIDDEN: [("a", "b")],
        LinkKind.ALLOWED: [("c", "b")],
        LinkKind.INTERNAL: [("c", "c")],
        LinkKind.UNKEYED: [("b", "c")],
    }


def test_the_tables_that_other_groups_refer_to_most_are_named(situation: Situation) -> None:
    drawn = situation({"A": ["x", "y"], "B": ["b", "b2"]}, [("b", "x"), ("b", "y"), ("b2", "y"), ("x", "y")])
    matrix = blocks(drawn)
    assert [(it.table.name, it.keys) for it in matrix.targets] == [("y", 2), ("x", 1)]
    assert all(matrix.tables[it.place] == it.table for it in matrix.targets)


def test_the_keys_out_of_a_block_are_those_of_its_row_in_the_group_matrix(seed: Drawn) -> None:
    social = next(it for it in blocks(seed).blocks if it.name == "Social")
    assert (social.out.allowed, social.out.undeclared, social.out.unkeyed) == (6, 1, 1)


def test_cycles_and_an_empty_structure_are_no_hindrance(situation: Situation) -> None:
    assert blocks(situation({})).tables == ()
    assert len(blocks(situation({"A": ["a", "b"]}, [("a", "b"), ("b", "a")])).tables) == 2
