"""What holds only because the baseline tolerates it is drawn as that, and contracts about the whole schema are told."""

import pytest

from pgready.figures.block_matrix import block_scene
from pgready.figures.describe import card_lines, describe_status_cards, page_lines
from pgready.figures.group_matrix import matrix_scene
from pgready.figures.group_page import page_scene
from pgready.figures.parts import TOLERATED_SAMPLE
from pgready.figures.scene import Box
from pgready.figures.status_cards import cards_scene
from pgready.figures.style import TOLERATED
from pgready.figures.table_map import map_scene
from pgready.graph.block_matrix import block_matrix
from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import Isolation, IsolationRules, judge_isolation
from pgready.graph.matrix import group_matrix
from pgready.graph.pages import group_pages
from pgready.graph.status import GroupStatus, StatusVerdict, group_statuses, whole_schema
from pgready.graph.table_map import table_map
from pgready.model.groups import Contract, ContractKind, DeclaredCrossing, Grouping
from scene_faults import faults, words_of
from situations import structure

EDGES = [("a", "c"), ("a2", "c"), ("b", "b2"), ("c", "c2")]
SCHEMA = structure(["a", "a2", "b", "b2", "c", "c2"], EDGES)
GROUPING = resolve_groups(SCHEMA, {"A": ["a", "a2"], "B": ["b", "b2"], "C": ["c", "c2"]})
ALONE = Contract(kind=ContractKind.INTERNAL_ONLY, name="A and B alone", groups=("A", "B"))
CIRCLES = Contract(kind=ContractKind.ACYCLIC, name="no circles")
PROTECTED = Contract(kind=ContractKind.PROTECTED, name="c is C's", tables=("c",))
ALL = Contract(kind=ContractKind.EXHAUSTIVE, name="all grouped")
_LEGEND = TOLERATED_SAMPLE[1]


def judged(*edges: str, contracts: tuple[Contract, ...] = (ALONE,)) -> Isolation:
    accepted = tuple(DeclaredCrossing(edge=edge, reason="was there", baselined=True) for edge in edges)
    return judge_isolation(SCHEMA, None, GROUPING, IsolationRules(contracts=contracts, accepted=accepted))


def statuses(found: Isolation, grouping: Grouping = GROUPING) -> dict[str, GroupStatus]:
    cards = group_statuses(grouping, found.keys, found.crossings, found.contracts)
    return {it.group: it for it in cards}


def test_a_contract_that_holds_because_of_the_baseline_is_no_plain_pass() -> None:
    found = statuses(judged("a.c0->c", "a2.c0->c"))
    assert {name: it.verdict for name, it in found.items()} == {
        "A": StatusVerdict.BASELINED,
        "B": StatusVerdict.HOLDS,
        "C": StatusVerdict.NONE,
    }
    words = words_of(cards_scene([found["A"]]))
    assert {"~ holds, baselined", "~ a.c0 → c, tolerated", "~ a2.c0 → c, tolerated"} <= set(words)
    assert not [word for word in words if word.endswith("allowed")]


def test_its_card_is_amber_and_comes_before_those_that_need_nobody() -> None:
    found = statuses(judged("a.c0->c", "a2.c0->c"))
    assert list(found) == ["A", "C", "B"]
    edges = [shape.fill for shape in cards_scene([found["A"]]).shapes if isinstance(shape, Box) and shape.width == 5]
    assert edges == [TOLERATED]
    assert card_lines([found["A"]])[0] == "1 group: 1 holds but for the baseline"


def test_one_key_that_the_baseline_lacks_still_breaks_the_contract() -> None:
    status = statuses(judged("a.c0->c"))["A"]
    assert status.verdict is StatusVerdict.BROKEN
    words = words_of(cards_scene([status]))
    assert {"✕ a2.c0 → c", "~ a.c0 → c, tolerated"} <= set(words)


def test_tolerated_keys_are_told_from_allowed_ones_in_every_picture() -> None:
    found = judged("a.c0->c")
    matrix = group_matrix(GROUPING, found.keys, found.crossings)
    pages = group_pages(GROUPING, found.keys, found.crossings)
    assert matrix.cells["A", "C"].tolerated == 1
    assert [link.tolerated for link in pages[0].outgoing] == [1, 0]
    assert {"1 tolerated ~", _LEGEND} <= set(words_of(matrix_scene(matrix)))
    assert {"1 forbidden, 1 tolerated ~", _LEGEND} <= set(words_of(page_scene(pages[0])))
    assert {"~", _LEGEND} <= set(words_of(map_scene(table_map(pages))))
    assert " 1 of the allowed is so by the baseline only (~)." in page_lines(pages[0])[1]
    blocks = block_scene(block_matrix(matrix, GROUPING, found.keys, found.crossings))
    assert any("1 of the allowed is so by the baseline only (~)." in word for word in words_of(blocks))


def test_without_a_baseline_no_picture_speaks_of_one() -> None:
    found = judged()
    matrix, pages = (make(GROUPING, found.keys, found.crossings) for make in (group_matrix, group_pages))
    scenes = [matrix_scene(matrix), page_scene(pages[0]), map_scene(table_map(pages))]  # type: ignore[arg-type,index]  # of two makers
    assert not [word for scene in scenes for word in words_of(scene) if "tolerated" in word or "~" in word]


def test_contracts_that_name_no_groups_are_told_above_the_cards() -> None:
    found = judged("a.c0->c", contracts=(CIRCLES, PROTECTED, ALL))
    whole = whole_schema(found.contracts)
    assert [(it.contract.name, it.outcome.value) for it in whole] == [
        ("no circles", "pass"),
        ("c is C's", "fail"),
        ("all grouped", "pass"),
    ]
    cards = tuple(statuses(found).values())
    words = words_of(cards_scene(cards, whole))
    assert {"Contracts about the whole schema", "c is C's: broken in 1 place", "no circles: holds"} <= set(words)
    assert card_lines(cards, whole)[1].endswith(" Contracts about the whole schema: 1 broken, 2 hold.")
    assert "c is C's: fail." in describe_status_cards(cards, whole)
    assert "Contracts about the whole schema" not in words_of(cards_scene(cards))


def test_a_group_that_breaks_a_contract_about_the_whole_schema_is_broken() -> None:
    found = statuses(judged(contracts=(PROTECTED,)))
    assert {name: it.verdict for name, it in found.items()} == {
        "A": StatusVerdict.BROKEN,
        "B": StatusVerdict.NONE,
        "C": StatusVerdict.NONE,
    }


@pytest.mark.parametrize("count", [1, 12, 13, 60])
def test_nothing_overlaps_however_many_contracts_there_are(count: int) -> None:
    contracts = tuple(
        Contract(kind=ContractKind.PROTECTED, name=f"contract {number} " * 6, tables=("c",)) for number in range(count)
    )
    found = judged(contracts=(*contracts, ALL))
    scene = cards_scene(tuple(statuses(found).values()), whole_schema(found.contracts))
    assert faults(scene) == []
    assert ("+ 50 more" in words_of(scene)) is (count == 60)
