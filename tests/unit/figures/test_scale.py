"""Pictures of structures with many groups and many tables stay readable, or say what they leave out."""

import re

import pytest

from pgready.figures.block_matrix import block_scene
from pgready.figures.group_matrix import matrix_scene
from pgready.figures.scene import Scene, Words
from pgready.figures.status_cards import cards_scene
from pgready.figures.table_map import map_scene
from pgready.figures.text import brief
from pgready.graph.block_matrix import block_matrix
from pgready.graph.status import group_statuses
from pgready.graph.table_map import table_map
from scene_faults import faults, words_of
from situations import Drawn, Situation


def crowd(situation: Situation, groups: int, tables: int) -> Drawn:
    """Groups of `tables` tables in two ranks; every group refers to its neighbour, and every third to the first."""
    names = {f"Feature {group:03}": [f"f{group:03}_table_{it:02}" for it in range(tables)] for group in range(groups)}
    every = list(names.values())
    inside = [(own[place], own[place // 4]) for own in every for place in range(1, tables)]
    across = [(own[-1], every[(number + 1) % groups][0]) for number, own in enumerate(every)]
    across += [(own[1], every[0][0]) for own in every[1::3]]
    return situation(names, [*inside, *across], alone=["Feature 001"], rehearsed=False)


def smallest(scene: Scene) -> float:
    return min(shape.size for shape in scene.shapes if isinstance(shape, Words))


@pytest.mark.parametrize(("groups", "tables", "highest"), [(6, 12, 900), (12, 20, 2_300)])
def test_a_map_of_many_tables_is_dense_and_its_names_can_be_read(
    situation: Situation, groups: int, tables: int, highest: float
) -> None:
    scene = map_scene(table_map(tuple(crowd(situation, groups, tables).pages.values())))
    assert scene.width <= 1080
    assert scene.height <= highest
    assert smallest(scene) >= 9
    assert faults(scene) == []
    assert len([word for word in words_of(scene) if re.fullmatch(r"f\d+_table_\d+", word)]) == groups * tables


def test_a_map_of_few_tables_keeps_to_the_width_of_the_text(situation: Situation) -> None:
    assert map_scene(table_map(tuple(crowd(situation, 5, 12).pages.values()))).width <= 820


@pytest.mark.parametrize("groups", [40, 41, 200])
def test_the_matrix_shows_forty_groups_and_says_what_became_of_the_others(situation: Situation, groups: int) -> None:
    drawn = crowd(situation, groups, 3)
    scene = matrix_scene(drawn.matrix)
    words = words_of(scene)
    rows = [word for word in words if re.fullmatch(r"Feature \d+ \(3\)", word)]
    assert len(rows) == (40 if groups == 40 else 39)
    assert any(f"the other {groups - 39} are one" in word for word in words) is (groups > 40)
    assert any(f"({groups - 39} more groups)" in word for word in words) is (groups > 40)
    assert "Feature 001 (3)" in words  # nothing allows its keys, and more keys come into Feature 000
    assert "Feature 000 (3)" in words
    assert scene.width <= 1080
    assert faults(scene) == []


def test_the_cards_of_200_groups_name_every_group(situation: Situation) -> None:
    drawn = crowd(situation, 200, 3)
    found = drawn.isolation
    cards = group_statuses(drawn.grouping, found.keys, found.crossings, found.contracts)
    scene = cards_scene(cards)
    told = " ".join(words_of(scene))
    assert faults(scene) == []
    assert all(f"Feature {number:03}" in told for number in range(200))
    assert "+ 176 more groups" in told


def test_the_cards_of_more_groups_count_those_that_they_do_not_name(situation: Situation) -> None:
    drawn = situation({f"G{number:03}": [f"t{number}"] for number in range(300)})
    found = drawn.isolation
    words = words_of(cards_scene(group_statuses(drawn.grouping, found.keys, found.crossings)))
    assert "+ 97 more in audit.json" in words
    assert len([word for word in words if re.match(r"G\d+", word)]) + 97 == 300


def test_the_block_matrix_of_200_groups_says_how_many_it_does_not_name(situation: Situation) -> None:
    drawn = crowd(situation, 200, 3)
    found = drawn.isolation
    scene = block_scene(block_matrix(drawn.matrix, drawn.grouping, found.keys, found.crossings))
    assert faults(scene) == []
    assert "Of the groups 156 are not named" in " ".join(words_of(scene))


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1_000, "1.0k"), (1_783, "1.8k"), (9_949, "9.9k"), (9_950, "10k"), (1_250_000, "1.2M")],
)
def test_numbers_are_brief_where_there_is_no_room(number: int, text: str) -> None:
    assert brief(number) == text
