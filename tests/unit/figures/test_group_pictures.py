"""The pictures of a whole structure: table map, status cards, block matrix, blast radius."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from pgready.figures.blast_radius import blast_scene, draw_blast_radius
from pgready.figures.block_matrix import block_scene, draw_block_matrix
from pgready.figures.describe import (
    block_lines,
    card_lines,
    describe_blast_radius,
    describe_block_matrix,
    describe_status_cards,
    describe_table_map,
)
from pgready.figures.ids import edge_id, group_id, table_id
from pgready.figures.scene import Box, Curve, Marks, Scene, Words, render
from pgready.figures.spread import spread
from pgready.figures.status_cards import cards_scene, draw_status_cards
from pgready.figures.style import COLOURS
from pgready.figures.svg import svg_bytes
from pgready.figures.table_map import draw_table_map, map_scene
from pgready.figures.text import TIMES
from pgready.graph.block_matrix import BlockMatrix, block_matrix
from pgready.graph.cascades import BlastRadius, blast_radius
from pgready.graph.pages import LinkKind
from pgready.graph.status import GroupStatus, group_statuses
from pgready.graph.table_map import TableMap, table_map
from pgready.graph.tenancy import group_tenancy
from pgready.model.names import QualifiedName
from pgready.model.schema import ReferentialAction, Schema
from scene_faults import HOSTILE, faults, words_of
from situations import Drawn, Situation

SVG = "{http://www.w3.org/2000/svg}"


def public(name: str) -> QualifiedName:
    return QualifiedName("public", name)


def map_of(drawn: Drawn, *hubs: str) -> TableMap:
    return table_map(tuple(drawn.pages.values()), tuple(public(hub) for hub in hubs))


def cards_of(drawn: Drawn) -> tuple[GroupStatus, ...]:
    found = drawn.isolation
    return group_statuses(
        drawn.grouping,
        found.keys,
        found.crossings,
        found.contracts,
        missing_tables=drawn.missing,
        unkeyed=drawn.unkeyed,
        tenancy=group_tenancy(drawn.declared, drawn.grouping),
    )


def blocks_of(drawn: Drawn) -> BlockMatrix:
    found = drawn.isolation
    return block_matrix(drawn.matrix, drawn.grouping, found.keys, found.crossings, unkeyed=drawn.unkeyed)


def acting(schema: Schema, actions: Sequence[ReferentialAction]) -> Schema:
    """The structure with its keys' ON DELETE taken from `actions`, in turn."""
    number = iter(range(10**6))
    return Schema(
        tables=tuple(
            replace(
                table,
                foreign_keys=tuple(
                    replace(key, on_delete=actions[next(number) % len(actions)]) for key in table.foreign_keys
                ),
            )
            for table in schema.tables
        )
    )


CASCADE = (ReferentialAction.CASCADE,)
MIXED = (
    ReferentialAction.CASCADE,
    ReferentialAction.CASCADE,
    ReferentialAction.SET_NULL,
    ReferentialAction.RESTRICT,
    ReferentialAction.SET_DEFAULT,
)


def radius_of(drawn: Drawn, table: str, actions: Sequence[ReferentialAction] = CASCADE) -> BlastRadius:
    return blast_radius(acting(drawn.declared, actions), drawn.grouping, public(table))


def scenes(drawn: Drawn, *hubs: str) -> list[Scene]:
    tables = [table.name.name for table in drawn.declared.tables]
    radii = [radius_of(drawn, tables[0], MIXED), radius_of(drawn, tables[-1])] if tables else []
    return [
        map_scene(map_of(drawn, *hubs)),
        cards_scene(cards_of(drawn)),
        block_scene(blocks_of(drawn)),
        *(blast_scene(radius) for radius in radii),
    ]


def check(found: Sequence[Scene]) -> None:
    for scene in found:
        assert faults(scene) == []
        assert scene.width <= 1080


def crowded(situation: Situation, groups: int, tables: int) -> Drawn:
    """Groups with keys inside, to a hub, and everywhere."""
    listed = {f"Feature number {group}": [f"Table{group:02}_{n:03}" for n in range(tables)] for group in range(groups)}
    inside = [(one, other) for own in listed.values() for one, other in pairwise(own[: tables // 2])]
    flat = [table for own in listed.values() for table in own]
    hub = [(table, flat[0]) for table in flat[1::3]]
    far = [(table, flat[(place * 37 + 11) % len(flat)]) for place, table in enumerate(flat) if place % 7 == 0]
    edges = list(dict.fromkeys([*inside, *hub, *far]))
    unkeyed = [(flat[place], flat[-place]) for place in range(1, len(flat), 9)]
    return situation(
        listed, edges, lost=edges[::5], lost_tables=flat[3::11], unkeyed=unkeyed, alone=["Feature number 0"]
    )


def test_nothing_overlaps_in_the_pictures_of_the_seed(seed: Drawn) -> None:
    check(scenes(seed, "User"))


@pytest.mark.parametrize(("groups", "tables"), [(1, 1), (1, 30), (3, 12), (12, 4), (30, 2)])
def test_nothing_overlaps_however_many_groups_and_tables_there_are(
    situation: Situation, groups: int, tables: int
) -> None:
    drawn = crowded(situation, groups, tables)
    check(scenes(drawn))
    check(scenes(drawn, "Table00_000"))


def test_nothing_overlaps_with_hostile_names(situation: Situation) -> None:
    groups = {
        name: [table[: 60 - number] + str(number) for table in HOSTILE]
        for number, name in enumerate(["$x^2$ 😀\n", "שלום", "G" * 80, "<b>"])
    }
    tables = [table for listed in groups.values() for table in listed]
    edges = [(table, tables[(place * 7 + 3) % len(tables)]) for place, table in enumerate(tables)]
    drawn = situation(groups, edges, lost=edges[::4], lost_tables=tables[::5], alone=["שלום"])
    check(scenes(drawn, *tables[:3]))


def test_a_project_without_tables_is_drawn_as_such(situation: Situation) -> None:
    check(scenes(situation({})))
    assert "No group is declared" in words_of(cards_scene(()))
    assert "no tables" in words_of(map_scene(map_of(situation({"Empty": []}))))


def test_equal_values_give_equal_bytes_in_every_process() -> None:
    """Ids from hash() or id(), and sets in the layout, would differ."""
    code = (
        "import hashlib, sys; sys.path.insert(0, 'unit/figures'); import test_group_pictures as t;"
        "from situations import Situation, seed_situation; from pgready.figures.svg import svg_bytes;"
        "drawn = t.crowded(Situation(), 6, 9);"
        "all_ = [s for d in (drawn, seed_situation()) for s in t.scenes(d, 'Table00_000', 'User')];"
        "svgs = [svg_bytes(t.render(s), title='t', description='d') for s in all_];"
        "print(len(svgs), hashlib.sha256(b''.join(svgs)).hexdigest())"
    )
    tests = __file__.removesuffix("/unit/figures/test_group_pictures.py")
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=tests,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert next(iter(runs)).startswith("10 ")


def parsed(figure: Figure) -> ET.Element:
    return ET.fromstring(svg_bytes(figure, title="t", description="d"))


def ids(root: ET.Element) -> list[str]:
    return [element.attrib["id"] for element in root.iter() if "id" in element.attrib]


def test_every_group_table_and_line_of_the_map_has_its_own_id(seed: Drawn) -> None:
    drawn = map_of(seed, "User")
    found = ids(parsed(draw_table_map(drawn)))
    assert len(found) == len(set(found))
    assert {it for it in found if it.startswith("group:")} == {group_id(group.name) for group in drawn.groups}
    tables = {table_id(table.name) for group in drawn.groups for table in group.tables}
    assert {it for it in found if it.startswith("table:")} == tables
    lines = [*drawn.crossing, *(link for group in drawn.groups for link in group.inside)]
    assert {it for it in found if it.startswith("edge:")} == {edge_id(link) for link in lines}


def test_the_name_of_a_table_is_in_its_group_of_the_svg(seed: Drawn) -> None:
    root = parsed(draw_table_map(map_of(seed, "User")))
    group = next(it for it in root.iter(SVG + "g") if it.attrib.get("id") == "table:public.CrmTag")
    assert len(list(group.iter(SVG + "use"))) == len("CrmTag")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("User", "public.User"),
        ("crm_tag", "public.crm_tag"),
        ("a.b", "public.a%2Eb"),
        ("2fa", "public.%32fa"),
        ('"><script>', "public.%22%3E%3Cscript%3E"),
        ("é", "public.%C3%A9"),
        ("\ud800", "public.%ED%A0%80"),
        ("M 12.345 z", "public.M%2012%2E345%20z"),
    ],
)
def test_ids_hold_plain_characters_only_and_stay_apart(name: str, written: str) -> None:
    assert table_id(public(name)) == f"table:{written}"


@pytest.mark.parametrize("name", ["</g><script>", "12.3456", "DejaVuSans-Bold-41", "M 1 L 2; fill: red", "a\x00b", '"'])
def test_ids_come_through_the_svg_as_they_were_made(situation: Situation, name: str) -> None:
    """The SVG is made small by text replacement, which must not touch them."""
    drawn = situation({name: [name, "other"]}, [(name, "other")])
    found = ids(parsed(draw_table_map(map_of(drawn))))
    assert {group_id(name), table_id(public(name)), table_id(public("other"))} <= set(found)


def test_a_key_to_a_hub_is_a_dot_and_no_line(situation: Situation) -> None:
    drawn = situation({"A": ["User"], "B": ["one", "two"]}, [("one", "User")], lost=[("two", "User")], hubs=["User"])
    plain, hubs = map_scene(map_of(drawn)), map_scene(map_of(drawn, "User"))
    assert len(lines(plain)) == 2
    assert lines(hubs) == []
    dots = [it for it in hubs.shapes if isinstance(it, Box) and it.layer == 3 and it.gid]
    assert {(dot.gid, dot.fill) for dot in dots} == {
        ("table:public.one", COLOURS[LinkKind.ALLOWED]),
        ("table:public.two", "#FFFFFF"),
    }
    samples = [it for it in hubs.shapes if isinstance(it, Box) and it.width == 7.5 and not it.gid]
    assert COLOURS[LinkKind.ALLOWED] in {it.fill for it in samples}
    assert "#1A1A1A" not in {it.fill for it in samples}  # no dot of the picture is black
    assert {"key to the hub User", "hollow dot: key missing after a clean deploy"} <= set(words_of(hubs))


def lines(scene: Scene) -> list[Curve]:
    return [shape for shape in scene.shapes if isinstance(shape, Curve) and shape.gid]


def test_several_hubs_are_told_apart_by_letters(situation: Situation) -> None:
    drawn = situation({"Auth": ["User", "Team"], "Shop": ["one"]}, [("one", "User"), ("one", "Team")])
    words = words_of(map_scene(map_of(drawn, "User", "Team")))
    assert words.count("B") == 3  # in the legend, at the hub, and at the table
    assert {"key to the hub User", "key to the hub Team"} <= set(words)


def test_lines_between_groups_have_the_colour_of_their_verdict(situation: Situation) -> None:
    drawn = situation(
        {"A": ["a"], "B": ["b"], "C": ["c"]},
        [("a", "c"), ("b", "c"), ("c", "c")],
        unkeyed=[("c", "a")],
        hubs=["c"],
        alone=["A"],
    )
    found = {line.gid: (line.colour, line.dashed) for line in lines(map_scene(map_of(drawn)))}
    assert found == {
        "edge:forbidden:public.a:public.c": ("#D55E00", False),
        "edge:allowed:public.b:public.c": ("#0072B2", False),
        "edge:unkeyed:public.c:public.a": ("#AA3377", True),
    }
    assert "↻" in words_of(map_scene(map_of(drawn)))


def test_a_line_begins_at_its_table_and_ends_at_the_referenced_one(situation: Situation) -> None:
    scene = map_scene(map_of(crowded(situation, 8, 8), "Table00_000"))
    boxes = {it.gid: it for it in scene.shapes if isinstance(it, Box) and it.gid.startswith("table:") and it.layer == 2}
    for line in lines(scene):
        _, _, table, referenced = line.gid.split(":")
        assert line.start in {boxes[f"table:{table}"].left, boxes[f"table:{table}"].right}
        assert line.end in {boxes[f"table:{referenced}"].left, boxes[f"table:{referenced}"].right}


def test_the_map_tells_in_words_what_leaves_its_group(seed: Drawn) -> None:
    told = describe_table_map(map_of(seed, "User"))
    assert told.startswith("Map of all tables. 28 tables in 6 groups: 13 keys between groups, 1 undeclared.")
    assert told.endswith("Drawn as hubs: User. Not allowed: SocialQueueItem to ImageRequest (undeclared).")


def test_the_cards_say_verdicts_in_words_and_none_where_nothing_goes_out(situation: Situation) -> None:
    drawn = situation(
        {"Bad": ["a"], "Good": ["b", "b2"], "Empty": ["c"], "Free": ["d"]},
        [("a", "d"), ("b", "b2")],
        alone=["Bad", "Good", "Empty"],
    )
    cards = cards_of(drawn)
    assert [(card.group, card.verdict.value) for card in cards] == [
        ("Bad", "broken"),
        ("Empty", "holds, vacuous"),
        ("Free", "no contract"),
        ("Good", "holds"),
    ]
    words = words_of(cards_scene(cards))
    assert {"✕ broken", "✓ holds", "○ holds, vacuous", "\N{MINUS SIGN} no contract", "✕ a.c0 → d"} <= set(words)
    assert words.count("none") == 3 + 3
    assert card_lines(cards)[0] == (
        "4 groups: 1 breaks a contract, 1 holds, 1 holds without a key that could break it, 1 has no contract"
    )


def test_the_cards_of_the_seed_name_its_crossing_and_its_unkeyed_references(seed: Drawn) -> None:
    words = words_of(cards_scene(cards_of(seed)))
    assert {"! SocialQueueItem.c0", "    → ImageRequest, key missing"} <= set(words)
    assert {"? PostingDestination.x → Account", "? BookingRequestAuditLog.x → User"} <= set(words)
    assert "CRM: no contract, 4 tables, 3 keys inside, none out, none in." in describe_status_cards(cards_of(seed))


def test_groups_without_a_card_are_counted_by_verdict(situation: Situation) -> None:
    cards = cards_of(situation({f"G{number:02}": [f"t{number}"] for number in range(40)}))
    words = words_of(cards_scene(cards))
    assert {"+ 16 more groups", "\N{MINUS SIGN} 16 no contract", "G23", "G24: none out, none in"} <= set(words)
    assert "G24" not in words
    assert describe_status_cards(cards).endswith(" And 28 more groups.")


def test_every_key_is_under_a_mark_of_the_block_matrix(situation: Situation) -> None:
    """The marks of one kind are one path; neighbours are one mark."""
    matrix = blocks_of(crowded(situation, 20, 30))
    scene = block_scene(matrix)
    frame = next(it for it in scene.shapes if isinstance(it, Box) and it.layer == -2)
    cell = frame.width / len(matrix.tables)
    for kind in (LinkKind.INTERNAL, LinkKind.UNDECLARED, LinkKind.FORBIDDEN):
        marks = [it for it in scene.shapes if isinstance(it, Marks) and it.colour == COLOURS[kind] and it.layer == 1]
        pieces = [(piece, it.line) for it in marks for piece in it.segments]
        for row, column in matrix.cells[kind]:
            x, y = frame.x + (column + 0.5) * cell, frame.y + (row + 0.5) * cell
            assert any(one - 4 <= x <= end + 4 and abs(y - at) <= line / 2 + 4 for (one, at, end, _), line in pieces)


def test_the_block_matrix_is_small_however_many_tables_there_are(situation: Situation) -> None:
    svg = svg_bytes(draw_block_matrix(blocks_of(crowded(situation, 40, 25))), title="t", description="d")
    assert len(svg) < 150_000


def test_the_block_matrix_names_who_leaves_and_what_everybody_refers_to(seed: Drawn) -> None:
    matrix = blocks_of(seed)
    words = words_of(block_scene(matrix))
    assert {"Social (6)", "! 1", f"User {TIMES}12", "13 inside the group", "12 allowed"} <= set(words)
    assert words.count("none") == 5
    assert block_lines(matrix)[0] == "28 tables in 6 groups: 13 keys between groups, 1 undeclared"
    assert "Most keys out that nothing allows: Social (1 undeclared)." in describe_block_matrix(matrix)


def test_the_blast_radius_answers_in_its_title_and_keeps_what_is_not_deleted_apart(situation: Situation) -> None:
    drawn = situation(
        {"Auth": ["User", "Session"], "Shop": ["Cart", "Item", "Log", "Bill"]},
        [("Session", "User"), ("Cart", "User"), ("Item", "Cart"), ("Log", "User"), ("Bill", "Cart")],
    )
    schema = drawn.declared
    actions = {"Log": ReferentialAction.SET_NULL, "Bill": ReferentialAction.RESTRICT}
    schema = Schema(
        tables=tuple(
            replace(
                table,
                foreign_keys=tuple(
                    replace(key, on_delete=actions.get(table.name.name, ReferentialAction.CASCADE))
                    for key in table.foreign_keys
                ),
            )
            for table in schema.tables
        )
    )
    radius = blast_radius(schema, drawn.grouping, public("User"))
    words = words_of(blast_scene(radius))
    assert words[:2] == [
        "Deleting one User reaches 3 tables in 2 groups",
        "It sets references in 1 table to NULL. Rows of 1 table can stop it.",
    ]
    assert {"1 key away (2)", "2 keys away (1)", "Set to NULL (1)", "Can stop it (1)"} <= set(words)
    assert {"Log.c0 → User", "Bill.c0 → Cart: RESTRICT"} <= set(words)
    assert describe_blast_radius(radius).endswith("Auth: Session. Shop: Cart, Item.")


def test_a_table_that_nothing_refers_to_is_drawn_alone(situation: Situation) -> None:
    words = words_of(blast_scene(radius_of(situation({"A": ["a"]}), "a")))
    assert "Deleting one a reaches no other table" in words
    assert words.count("none") == 2


def test_deep_and_wide_radii_are_folded_and_counted(situation: Situation) -> None:
    chain = [f"deep{number}" for number in range(9)]
    wide = [f"wide{number:02}" for number in range(60)]
    edges = [*((other, one) for one, other in pairwise(chain)), *((table, "deep0") for table in wide)]
    scene = blast_scene(radius_of(situation({"A": chain, "B": wide}, edges), "deep0"))
    assert {"4 to 8 keys away (5)", "+ 35 more tables", "8", "B (60)"} <= set(words_of(scene))
    assert faults(scene) == []


def test_a_column_of_many_tables_in_many_groups_shows_the_groups(situation: Situation) -> None:
    for count, words in ((8, {"G7 (5)"}), (40, {"G24 (5)", "15 more groups (75)"})):
        groups = {"Auth": ["User"]} | {f"G{group}": [f"t{group}_{n}" for n in range(5)] for group in range(count)}
        edges = [(table, "User") for listed in groups.values() for table in listed if table != "User"]
        scene = blast_scene(radius_of(situation(groups, edges), "User"))
        assert words | {"a group, with its number of tables"} <= set(words_of(scene))
        assert faults(scene) == []
        assert scene.height < 1000


def test_pictures_need_no_more_than_820_pixels_and_are_figures(seed: Drawn) -> None:
    figures = [
        draw_table_map(map_of(seed, "User")),
        draw_status_cards(cards_of(seed)),
        draw_block_matrix(blocks_of(seed)),
        draw_blast_radius(radius_of(seed, "User")),
    ]
    for figure in figures:
        assert figure.get_size_inches()[0] * 96 <= 820.01
        assert len(svg_bytes(figure, title="t", description="d")) < 90_000


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(min_value=0, max_value=600), max_size=40).map(sorted), st.floats(min_value=1, max_value=30))
def test_labels_are_spread_in_order_within_their_room(wanted: list[float], apart: float) -> None:
    places = spread(wanted, apart, 0, 600)
    least = min(apart, 600 / max(1, len(wanted) - 1))
    assert all(-1e-6 <= place <= 600 + 1e-6 for place in places)
    assert all(other - one >= least - 1e-6 for one, other in pairwise(places))
    if all(other - one >= apart for one, other in pairwise(wanted)):
        assert places == pytest.approx(wanted)


def test_shapes_of_one_id_are_one_group_drawn_in_their_order() -> None:
    scene = Scene(
        width=50,
        height=50,
        shapes=(
            Words(x=5, y=5, text="a", gid="table:a"),
            Box(x=1, y=1, width=9, height=9, gid="table:a"),
            Box(x=20, y=20, width=9, height=9),
        ),
    )
    root = parsed(render(scene))
    group = next(it for it in root.iter(SVG + "g") if it.attrib.get("id") == "table:a")
    assert next(iter(group)).tag == SVG + "path"
    assert len(list(group.iter(SVG + "use"))) == 1


def test_what_a_clean_deploy_does_not_make_is_dashed_and_called_missing(situation: Situation) -> None:
    drawn = situation({"A": ["a", "b"], "C": ["c", "d"]}, [("b", "a"), ("c", "a"), ("d", "a")])
    schema = acting(drawn.declared, (*CASCADE, *CASCADE, ReferentialAction.RESTRICT))
    lost = [key for key in schema.foreign_keys() if key.table.name in {"c", "d"}]
    radius = blast_radius(schema, drawn.grouping, public("a"), missing=lost)
    scene = blast_scene(radius)
    assert {"c, key missing", "key missing after a clean deploy"} <= set(words_of(scene))
    assert any(it.endswith(": RESTRICT, key missing") for it in words_of(scene))
    curves = [it for it in scene.shapes if isinstance(it, Curve)]
    assert sorted(it.dashed for it in curves) == [False, False, False, True, True]
    assert not any(it.dashed for it in scene.shapes if isinstance(it, Box))  # the tables are there
    whole = blast_scene(blast_radius(schema, drawn.grouping, public("a")))
    assert not any(it.dashed for it in whole.shapes if isinstance(it, Box | Curve))
    assert not any("table missing" in it for it in words_of(scene))


def test_a_table_that_a_clean_deploy_does_not_make_is_a_dashed_box_and_called_so(situation: Situation) -> None:
    drawn = situation({"A": ["a"], "C": ["c", "d"]}, [("c", "a"), ("d", "a")])
    schema = acting(drawn.declared, (ReferentialAction.CASCADE, ReferentialAction.SET_NULL))
    lost = list(schema.foreign_keys())
    radius = blast_radius(schema, drawn.grouping, public("a"), missing=lost)
    scene = blast_scene(radius, [public("c"), public("d")])
    words = words_of(scene)
    assert {"c, table missing", "table missing after a clean deploy"} <= set(words)
    assert any(it.endswith("→ a, table missing") for it in words)
    assert [it.gid for it in scene.shapes if isinstance(it, Box) and it.dashed and it.gid] == [table_id(public("c"))]


def test_a_card_of_a_group_that_is_not_there_is_not_calm(situation: Situation) -> None:
    groups = {"Good": ["a", "b"], "Gone": ["c", "d"]}
    drawn = situation(groups, [("a", "b")], lost=[("c", "d")], lost_tables=["d"], alone=["Good", "Gone"])
    scene = cards_scene(cards_of(drawn))
    assert words_of(scene).count("✓ holds") == 2
    assert "1 of 2 tables and 1 of 1 key missing" in words_of(scene)
    bars = {it.gid: it.fill for it in scene.shapes if isinstance(it, Box) and it.width == 5}
    assert bars == {group_id("Good"): "#00664A", group_id("Gone"): "#E69F00"}
