"""What appeared when, as a picture."""

from dataclasses import replace
from itertools import pairwise

import pytest

from pgready.figures.growth import describe_growth, draw_growth, growth_lines, growth_scene
from pgready.figures.scene import Marks
from pgready.figures.svg import svg_bytes
from pgready.figures.text import MINUS
from pgready.history.growth import Growth, Track
from scene_faults import HOSTILE, faults, words_of

TABLES = Track(noun="table", plural="tables", declared=40, there=(10, 20, 24), skipped=(0, 1, 1))
KEYS = Track(noun="foreign key", plural="foreign keys", declared=26, there=(4, 4, 12), skipped=(0, 5, 10))
ENUMS = Track(noun="enum", plural="enums", declared=3, there=(3, 3, 3), skipped=(0, 0, 0))
COLUMNS = Track(noun="column", plural="columns", declared=9, there=(5, 9, 8), skipped=(0, 0, 0), gone=1)
EXAMPLE = Growth(migrations=("a_first", "b_second", "c_third"), tracks=(TABLES, KEYS, ENUMS))


def test_the_title_answers_how_much_of_what_is_declared_is_made() -> None:
    assert growth_lines(EXAMPLE)[:2] == (
        "A clean deploy makes 24 of 40 tables and 12 of 26 foreign keys",
        "Of all else nothing is missing.",
    )
    whole = Growth(migrations=("a",), tracks=(ENUMS,))
    assert growth_lines(whole)[0] == "A clean deploy makes all that is declared: 3 enums"
    stopped = Growth(migrations=("a", "b", "c"), tracks=(TABLES,), stops=1)
    assert growth_lines(stopped)[0] == "The deploy stops at number 2: made are 24 of 40 tables"


def test_the_words_name_the_reasons_and_the_migrations_that_leave_out() -> None:
    told = describe_growth(Growth(migrations=EXAMPLE.migrations, tracks=(TABLES, KEYS, COLUMNS)))
    assert "Tables: 1 left out by guards and 15 never made." in told
    assert "Columns: 1 dropped again." in told
    assert (
        "Number 2 b_second leaves out 1 table and 5 foreign keys. Number 3 c_third leaves out 5 foreign keys." in told
    )


def test_what_is_left_out_once_more_is_told_and_drawn_in_brackets() -> None:
    keys = replace(KEYS, there=(4, 4, 4), skipped=(0, 5, 5), again=(0, 0, 5))
    growth = Growth(migrations=EXAMPLE.migrations, tracks=(keys,))
    assert {f"{MINUS}5", f"({MINUS}5)"} <= {*words_of(growth_scene(growth))}
    assert "Number 3 c_third leaves out 5 foreign keys again, as an earlier one did." in describe_growth(growth)
    assert faults(growth_scene(growth)) == []


def test_where_the_deploy_stops_the_rest_may_still_come() -> None:
    told = describe_growth(Growth(migrations=("a", "b", "c"), tracks=(TABLES,), stops=1))
    assert "15 not made so far" in told


def test_what_was_there_for_a_while_and_what_is_left_out_fit_into_their_panel() -> None:
    track = Track(noun="table", plural="tables", declared=10, there=(12, 4), skipped=(5, 6))
    scene = growth_scene(Growth(migrations=("a", "b"), tracks=(track,)))
    bars = [segment for shape in scene.shapes if isinstance(shape, Marks) for segment in shape.segments]
    upright = [(x, low, high) for x, low, to_x, high in bars if x == to_x and x > 214]
    assert min(high for _, _, high in upright) == pytest.approx(max(low for _, low, _ in upright) - 64)


def test_each_panel_says_its_numbers_and_each_gap_its_size() -> None:
    words = words_of(growth_scene(EXAMPLE))
    assert {"Tables", "24 of 40 made", "1 left out by guards", "15 never made", "✓ all 3 made"} <= {*words}
    assert words.count(f"{MINUS}1") == 1
    assert words.count(f"{MINUS}5") == 2


def test_nothing_leaves_the_picture_or_lies_on_something_else() -> None:
    assert faults(growth_scene(EXAMPLE)) == []


@pytest.mark.parametrize("count", [1, 2, 23, 60, 148, 149, 820, 5000])
def test_any_number_of_migrations_fits_and_the_last_bar_is_the_end(count: int) -> None:
    there = tuple(range(1, count + 1))
    skipped = tuple(place // 3 for place in range(count))
    track = Track(noun="table", plural="tables", declared=2 * count, there=there, skipped=skipped)
    growth = Growth(migrations=tuple(f"m{number}" for number in there), tracks=(track, track))
    scene = growth_scene(growth)
    assert faults(scene) == []
    drawn = (shape for shape in scene.shapes if isinstance(shape, Marks) and shape.segments[0][0] > 214)
    bars = next(shape for shape in drawn if len(shape.segments) == min(count, 148))
    heights = [segment[1] - segment[3] for segment in bars.segments]
    assert all(one <= other for one, other in pairwise(heights))
    assert heights[-1] == pytest.approx(32)
    assert bars.segments[-1][0] < 806
    assert len(svg_bytes(draw_growth(growth), title="t", description="d", live_text=True)) < 60_000


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_in_its_place(name: str) -> None:
    growth = Growth(migrations=("a", name, "c"), tracks=EXAMPLE.tracks)
    assert faults(growth_scene(growth)) == []
    svg = svg_bytes(draw_growth(growth), title="t", description=describe_growth(growth), live_text=True)
    assert svg.startswith(b"<?xml")


def test_nothing_declared_is_a_picture_too() -> None:
    empty = Growth(migrations=(), tracks=())
    assert describe_growth(empty) == "Nothing is declared."
    assert svg_bytes(draw_growth(empty), title="t", description="d")
