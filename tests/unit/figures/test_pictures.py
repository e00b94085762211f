"""What the pictures show, and that nothing in them overlaps or leaves them."""

import subprocess
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from matplotlib.text import Text

from pgready.figures.group_matrix import matrix_scene
from pgready.figures.group_page import draw_group_page, page_scene
from pgready.figures.scene import Box, Curve, Scene
from pgready.figures.style import COLOURS
from pgready.figures.text import TIMES
from pgready.graph.pages import LinkKind
from scene_faults import HOSTILE, faults, words_of
from situations import Drawn, Situation


def scenes(drawn: Drawn) -> list[Scene]:
    return [matrix_scene(drawn.matrix), *(page_scene(page) for page in drawn.pages.values())]


def check(found: Iterable[Scene]) -> None:
    for scene in found:
        assert faults(scene) == []
        wide = scene.width > 820
        assert scene.width <= (1080 if wide else 820)
        assert scene.height <= (1300 if wide else 1100)


def test_nothing_overlaps_in_the_pictures_of_the_seed(seed: Drawn) -> None:
    check(scenes(seed))


@pytest.mark.parametrize("count", [1, 2, 5, 8, 9, 12, 20, 40])
def test_nothing_overlaps_however_many_groups_there_are(situation: Situation, count: int) -> None:
    groups = {f"Feature number {number}": [f"table_{number}_{n}" for n in range(8)] for number in range(count)}
    edges = [(f"table_{a}_{n}", f"table_{(a * n + n) % count}_{(n * 3) % 8}") for a in range(count) for n in range(6)]
    check(scenes(situation(groups, edges, lost=edges[::3], hubs=["table_0_0"], alone=["Feature number 1"])))


@pytest.mark.parametrize("count", [0, 1, 26, 27, 60])
def test_nothing_overlaps_however_many_tables_a_group_has(situation: Situation, count: int) -> None:
    own = [f"LongishTableName{number}" for number in range(count)]
    edges = [*pairwise(own), *((table, "User") for table in own[::2]), *(("Log", it) for it in own)]
    drawn = situation({"Big": own, "Auth": ["User"], "Logs": ["Log"]}, edges, lost_tables=own[::3])
    check(scenes(drawn))


def test_nothing_overlaps_with_hostile_names(situation: Situation) -> None:
    groups = {
        name: [table[: 60 - number] + str(number) for table in HOSTILE]
        for number, name in enumerate(["$x^2$ 😀\n", "שלום", "G" * 80, "<b>"])
    }
    tables = [table for listed in groups.values() for table in listed]
    edges = [(table, tables[(place * 7 + 3) % len(tables)]) for place, table in enumerate(tables)]
    check(scenes(situation(groups, edges, lost=edges[::4], lost_tables=tables[::5], alone=["שלום"])))


def test_the_matrix_says_how_many_keys_were_made(seed: Drawn) -> None:
    words = words_of(matrix_scene(seed.matrix))
    assert words.count("0 made") == 6  # four cells; again where Review and Social sum up what goes out
    assert "9 tables" not in words
    assert "5 tables, 3 missing" in words


def test_the_matrix_says_none_where_nothing_goes_out_or_comes_in(seed: Drawn) -> None:
    assert words_of(matrix_scene(seed.matrix)).count("none") == 3 + 4


def test_undeclared_and_forbidden_differ_in_words_and_in_the_border(situation: Situation) -> None:
    drawn = situation({"A": ["a"], "B": ["b"], "C": ["c"]}, [("a", "c"), ("b", "c")], alone=["B"])
    scene = matrix_scene(drawn.matrix)
    assert {"undeclared", "forbidden"} <= set(words_of(scene))
    borders = [shape.edge for shape in scene.shapes if isinstance(shape, Box) and shape.height > 20]
    assert sorted(borders, key=str) == ["#D55E00", None]


def test_narrow_cells_mark_verdicts_with_signs(situation: Situation) -> None:
    groups = {f"G{number}": [f"t{number}"] for number in range(16)}
    words = words_of(matrix_scene(situation(groups, [("t0", "t3"), ("t1", "t3")], alone=["G1"]).matrix))
    assert {"!1", "✕1", "undeclared: no rule speaks of it (!)", "forbidden by a contract (✕)"} <= set(words)


def test_a_page_says_none_on_a_side_without_keys(seed: Drawn) -> None:
    assert words_of(page_scene(seed.pages["CRM"])).count("none") == 2
    assert words_of(page_scene(seed.pages["Social"])).count("none") == 1


def test_a_group_with_only_an_unkeyed_reference_says_none_and_shows_the_reference(seed: Drawn) -> None:
    words = words_of(page_scene(seed.pages["Scheduler"]))
    assert words.count("none") == 2
    assert {"User", f"{TIMES}1 ?", "unkeyed"} <= set(words)


def test_missing_keys_are_dashed_grey_and_called_missing(seed: Drawn) -> None:
    scene = page_scene(seed.pages["Review"])
    lines = [shape for shape in scene.shapes if isinstance(shape, Curve) and len(shape.steps) > 1 and shape.dashed]
    assert {line.colour for line in lines} == {COLOURS[LinkKind.INTERNAL]}
    assert {f"{TIMES}5", "all keys missing", "key missing after a clean deploy"} <= set(words_of(scene))


def test_missing_tables_are_dashed_and_called_missing(seed: Drawn) -> None:
    scene = page_scene(seed.pages["Social"])
    dashed = [shape for shape in scene.shapes if isinstance(shape, Box) and shape.dashed and shape.x < 400]
    assert len(dashed) == 2  # the table, and the legend's
    assert {"table missing", "table missing after a clean deploy"} <= set(words_of(scene))


def test_tables_that_do_not_fit_are_counted(situation: Situation) -> None:
    drawn = situation({"Big": [f"t{number:02}" for number in range(60)]}, lost_tables=["t59"])
    words = words_of(page_scene(drawn.pages["Big"]))
    assert "+ 35 more tables" in words
    assert len([word for word in words if word.startswith("t") and word[1:].isdigit()]) == 25
    assert "t59" in words  # what is missing is drawn before what is not


def test_a_table_that_refers_to_itself_is_marked(situation: Situation) -> None:
    words = words_of(page_scene(situation({"A": ["a"]}, [("a", "a")]).pages["A"]))
    assert {"↻", "refers to itself"} <= set(words)


@pytest.mark.parametrize("text", ["a$b$c", "x_{2}^$\\frac{1}{2}$"])
def test_names_are_never_read_as_formulas(situation: Situation, text: str) -> None:
    figure = draw_group_page(situation({"A": [text]}).pages["A"])
    texts = [artist for artist in figure.get_children() if isinstance(artist, Text)]
    assert text in [artist.get_text() for artist in texts]
    assert not any(artist.get_parse_math() or artist.get_usetex() for artist in texts)


def test_pictures_are_figures_and_pyplot_is_never_loaded() -> None:
    """pyplot keeps every figure alive and chooses a window system."""
    code = (
        "import sys; from situations import seed_situation; from pgready.figures.group_matrix import draw_group_matrix;"
        "from pgready.figures.svg import svg_bytes; figure = draw_group_matrix(seed_situation().matrix);"
        "svg_bytes(figure, title='t', description='d');"
        "print(type(figure).__name__, 'matplotlib.pyplot' in sys.modules)"
    )
    tests = str(Path(__file__).parents[2])
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tests)
    assert run.stdout.split() == ["Figure", "False"]


def test_a_project_without_tables_is_drawn_as_such(situation: Situation) -> None:
    drawn = situation({})
    assert words_of(matrix_scene(drawn.matrix))[0] == "0 foreign keys"
    assert drawn.pages == {}


def test_a_group_without_tables_says_so(situation: Situation) -> None:
    assert "no tables" in words_of(page_scene(situation({"Empty": []}).pages["Empty"]))
