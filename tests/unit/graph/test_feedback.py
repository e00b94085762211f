"""The smallest set of arcs without which there is no cycle."""

import random
from itertools import permutations

import networkx as nx
import pytest

from pgready.graph import feedback
from pgready.graph.feedback import EXACT_UP_TO, FeedbackArcs, feedback_arcs


def ring(count: int, first: str = "n") -> dict[tuple[str, str], int]:
    return {(f"{first}{number:03}", f"{first}{(number + 1) % count:03}"): 2 for number in range(count)}


def test_a_graph_without_a_cycle_loses_nothing() -> None:
    assert feedback_arcs({("a", "b"): 1, ("b", "c"): 1, ("a", "c"): 1}) == FeedbackArcs(arcs=(), exact=True)


def test_no_arcs_at_all_are_no_error() -> None:
    assert feedback_arcs({}) == FeedbackArcs(arcs=(), exact=True)


def test_of_two_opposite_arcs_the_lighter_goes() -> None:
    assert feedback_arcs({("a", "b"): 5, ("b", "a"): 2}).arcs == (("b", "a"),)


def test_one_heavy_arc_goes_before_several_that_are_heavier_together() -> None:
    weights = {("a", "b"): 3, ("b", "c"): 2, ("c", "a"): 2, ("b", "d"): 2, ("d", "a"): 2}
    assert feedback_arcs(weights).arcs == (("a", "b"),)


def test_of_equal_weights_the_fewest_arcs_go() -> None:
    weights = {("a", "b"): 4, ("b", "c"): 2, ("c", "a"): 2, ("b", "d"): 2, ("d", "a"): 2}
    assert feedback_arcs(weights).arcs == (("a", "b"),)


def test_a_loop_is_no_cycle_to_cut() -> None:
    assert feedback_arcs({("a", "a"): 1}).arcs == ()


def test_cycles_that_share_one_node_are_cut_each() -> None:
    weights = {("hub", "a"): 3, ("a", "hub"): 1, ("hub", "b"): 1, ("b", "hub"): 3}
    assert feedback_arcs(weights).arcs == (("a", "hub"), ("hub", "b"))


def test_many_small_cycles_at_one_node_stay_exact() -> None:
    """The limit is one of the parts that hang together twice, not of the whole."""
    weights = {arc: 1 for number in range(200) for arc in (("hub", f"n{number}"), (f"n{number}", "hub"))}
    found = feedback_arcs(weights)
    assert found.exact
    assert len(found.arcs) == 200


def test_above_the_limit_the_value_says_that_a_heuristic_found_it() -> None:
    assert feedback_arcs(ring(EXACT_UP_TO)).exact
    above = feedback_arcs(ring(EXACT_UP_TO + 1))
    assert not above.exact
    assert len(above.arcs) == 1


def test_the_heuristic_is_within_three_percent_of_the_best_on_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    source = random.Random(3)
    graphs = [
        {arc: source.randint(1, 6) for arc in permutations("abcdefgh", 2) if source.random() < density}
        for density in (0.2, 0.4, 0.8)
        for _ in range(30)
    ]

    def total() -> int:
        return sum(graph[arc] for graph in graphs for arc in feedback_arcs(graph).arcs)

    best = total()
    monkeypatch.setattr(feedback, "EXACT_UP_TO", 1)
    assert best <= total() <= best * 1.03


def test_the_heuristic_cuts_every_cycle_and_nothing_in_vain() -> None:
    source = random.Random(5)
    weights = {arc: source.randint(1, 9) for arc in permutations(range(40), 2) if source.random() < 0.1}
    named = {(f"{one:02}", f"{other:02}"): weight for (one, other), weight in weights.items()}
    found = feedback_arcs(named)
    left = nx.DiGraph(named.keys() - set(found.arcs))
    assert not found.exact
    assert nx.is_directed_acyclic_graph(left)
    assert all(nx.has_path(left, target, origin) for origin, target in found.arcs)


def test_the_order_of_the_arcs_changes_nothing() -> None:
    weights = ring(9) | ring(6, "m") | {("n000", "m000"): 1, ("m003", "n004"): 1}
    shuffled = list(weights.items())
    random.Random(1).shuffle(shuffled)
    assert feedback_arcs(dict(shuffled)) == feedback_arcs(weights)
