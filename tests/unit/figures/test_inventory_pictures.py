"""The pictures of the schema's inventory: how complete, how large, of which types."""

import pytest

from pgready.figures.completeness import (
    completeness_lines,
    completeness_scene,
    describe_completeness,
    draw_completeness,
)
from pgready.figures.scene import Box
from pgready.figures.svg import svg_bytes
from pgready.figures.table_shapes import describe_shapes, draw_shapes, shapes_lines, shapes_scene
from pgready.figures.type_uses import describe_types, draw_types, types_lines, types_scene
from pgready.graph.completeness import Completeness, GroupCompleteness, Tally
from pgready.graph.table_shapes import TableShape, TypeUse
from pgready.model.names import QualifiedName
from scene_faults import HOSTILE, faults, words_of

KINDS = ("tables", "columns", "foreign keys")
WHOLE = Tally(declared=4)
LOST = Tally(declared=9, missing=6, different=1, extra=2)


def complete(*groups: tuple[str, tuple[Tally, ...]], rehearsed: bool = True, stops: str | None = None) -> Completeness:
    made = tuple(GroupCompleteness(group=name, tallies=tallies) for name, tallies in groups)
    return Completeness(kinds=KINDS, groups=made, rehearsed=rehearsed, stops=stops)


EXAMPLE = complete(("Auth", (WHOLE, WHOLE, Tally())), ("CRM", (LOST, WHOLE, Tally(declared=2, different=1))))


def shape(name: str, columns: int = 4, *, missing: bool = False, keys: int = 0) -> TableShape:
    return TableShape(
        table=QualifiedName("public", name),
        in_primary_key=1,
        in_foreign_key=0,
        required=columns - 2,
        nullable=1,
        indexes=keys,
        keys_out=keys,
        keys_in=keys,
        missing=missing,
    )


def test_the_title_says_what_is_left_out_and_the_line_the_rest() -> None:
    title, line, _ = completeness_lines(EXAMPLE)
    assert title == "A clean deploy leaves out 6 of 13 tables"
    assert line == "Not as declared: 1 of 13 tables and 1 of 2 foreign keys."
    whole = completeness_lines(complete(("Auth", (WHOLE, WHOLE, Tally()))))
    assert whole[:2] == ("A clean deploy makes all that is declared", "4 tables and 4 columns.")


def test_what_is_not_known_is_no_success() -> None:
    unknown = complete(("Auth", (WHOLE, WHOLE, WHOLE)), rehearsed=False)
    assert "not known" in completeness_lines(unknown)[1]
    assert not [word for word in words_of(completeness_scene(unknown)) if "✓" in word]
    stopped = complete(("Auth", (LOST, WHOLE, WHOLE)), stops="b_second")
    assert completeness_lines(stopped)[0].startswith("The deploy, which does not run to its end, leaves out 6 of 9")
    so_far = complete(("Auth", (WHOLE, WHOLE, WHOLE)), stops="b_second")
    assert completeness_lines(so_far)[0] == "Nothing is missing so far, but the deploy does not run to its end"
    assert not any("✓" in word for word in words_of(completeness_scene(so_far)))


def test_each_cell_says_its_number_and_what_is_missing_is_an_empty_frame() -> None:
    scene = completeness_scene(EXAMPLE)
    assert {"✓ 4", "✗ 3 of 9 +2", "≠ 1 of 2"} <= {*words_of(scene)}
    frames = [it for it in scene.shapes if isinstance(it, Box) and it.layer == 3]
    bars = [it for it in scene.shapes if isinstance(it, Box) and it.layer == 1]
    (frame,) = frames
    whole = frame.width + 1 + sum(it.width for it in bars if it.y == frame.y - 0.5 and it.x < frame.x)
    assert frame.width == pytest.approx(whole * 6 / 9, abs=1.5)


def test_the_words_name_each_group_that_lacks_something() -> None:
    told = describe_completeness(EXAMPLE)
    assert "CRM: 6 of 9 tables missing, 1 table not as declared and 1 foreign key not as declared." in told
    assert "Auth:" not in told


@pytest.mark.parametrize("count", [1, 24, 25, 300])
def test_of_many_groups_those_that_lack_something_are_shown(count: int) -> None:
    groups = [(f"g{number}", (WHOLE, WHOLE, WHOLE)) for number in range(count)]
    found = complete(*groups, ("lacking", (LOST, LOST, LOST)))
    scene = completeness_scene(found)
    assert faults(scene) == []
    assert "lacking" in words_of(scene)
    assert scene.height < 1200
    assert len(svg_bytes(draw_completeness(found), title="t", description="d", live_text=True)) < 60_000


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_in_their_place(name: str) -> None:
    found = complete((name, (LOST, WHOLE, WHOLE)), rehearsed=True, stops=name)
    shapes = [shape(name, missing=True), shape("b")]
    uses = [TypeUse(type=name, columns=3, first=(f"{name}.{name}",)), TypeUse(type="x", columns=1, first=("a.b",))]
    for scene in (completeness_scene(found), shapes_scene(shapes), types_scene(uses)):
        assert faults(scene) == []
    for figure, told in (
        (draw_completeness(found), describe_completeness(found)),
        (draw_shapes(shapes), describe_shapes(shapes)),
        (draw_types(uses), describe_types(uses)),
    ):
        assert svg_bytes(figure, title="t", description=told, live_text=True).startswith(b"<?xml")


def test_nothing_declared_is_a_picture_too() -> None:
    assert completeness_lines(complete())[0] == "Nothing is declared"
    assert shapes_lines([])[0] == "No table is declared"
    assert types_lines([])[0] == "No column is declared"
    for figure in (draw_completeness(complete()), draw_shapes([]), draw_types([])):
        assert svg_bytes(figure, title="t", description="d")


def test_a_table_is_as_wide_as_its_columns_and_numbers_stand_beside_it() -> None:
    shapes = [shape("wide", 12, keys=7), shape("lost", 6, missing=True)]
    scene = shapes_scene(shapes, {shapes[0].table: "other.wide"})
    assert {"other.wide", "✗ lost", "12", "7"} <= {*words_of(scene)}
    ends: dict[float, float] = {}
    for box in scene.shapes:
        if isinstance(box, Box) and box.layer == 1:
            ends[box.y] = max(ends.get(box.y, 0), box.x + box.width)
    first, second = (end - 236 for end in ends.values())
    assert first == pytest.approx(2 * second)
    assert faults(scene) == []


@pytest.mark.parametrize("count", [1, 30, 31, 1000])
def test_many_tables_are_cut_and_the_rest_is_told(count: int) -> None:
    shapes = [shape(f"table_{number}", 40) for number in range(count)]
    scene = shapes_scene(shapes)
    assert faults(scene) == []
    assert any("more table" in word for word in words_of(scene)) == (count > 30)
    assert scene.height < 800


def test_types_for_one_purpose_are_named_and_enums_are_one_bar() -> None:
    uses = [
        TypeUse(type="timestamp(3) without time zone", columns=8, first=("a.b",)),
        TypeUse(type="timestamp with time zone", columns=3, first=("a.c",)),
        TypeUse(type="json", columns=2, first=("a.d",)),
        TypeUse(type="public.Role", columns=2, first=("a.r",), own=True),
        TypeUse(type="public.Kind[]", columns=1, first=("a.k",), own=True),
    ]
    assert types_lines(uses)[1] == "Both in use: times with and without a time zone (3 and 8)."
    assert "own types (2)" in words_of(types_scene(uses))
    assert faults(types_scene(uses)) == []
    many = [TypeUse(type=f"character varying({number})", columns=1, first=("a.b",)) for number in range(60)]
    assert "46 more types, of 46 columns in all." in words_of(types_scene(many))
