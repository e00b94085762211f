"""The text of a baseline holds any names and any reason."""

from hypothesis import given
from hypothesis import strategies as st

from pgready.model.baseline import parse_baseline, read_baseline, render_baseline
from pgready.model.groups import DeclaredCrossing
from pgready.model.suppressions import Suppression


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8)),
        max_size=5,
    ),
    st.text(),
)
def test_a_baseline_with_any_names_and_any_reason_is_read_as_it_was_written(
    edges: list[tuple[str, str, str]], reason: str
) -> None:
    entries = [DeclaredCrossing(edge=f"{one}.{by}->{other}", reason=f"x {reason}") for one, by, other in edges]
    text = render_baseline(entries)
    read = parse_baseline(text)
    assert [it.edge for it in read] == sorted({it.edge for it in entries})
    assert render_baseline(read) == text


NAMES = st.text(min_size=1, max_size=8) | st.sampled_from(["in", "DES001", "a in b", "#", '"', "\u2028", "a  # b"])


@given(
    st.lists(st.tuples(st.sampled_from(["DES001", "LCK002"]), NAMES, st.none() | NAMES), max_size=5), NAMES, st.text()
)
def test_findings_with_any_names_and_any_reason_are_read_as_they_were_written(
    found: list[tuple[str, str, str | None]], name: str, reason: str
) -> None:
    entries = [
        Suppression(rule=rule, object=named, migration=migration, reason=f"x {reason}")
        for rule, named, migration in found
    ]
    edges = [
        DeclaredCrossing(edge=f"{name}.a->b", reason="x"),
        DeclaredCrossing(edge=f"DES001 {name}.a->b", reason="x"),
    ]
    text = render_baseline(edges, entries)
    read = read_baseline(text)
    assert [it.edge for it in read.crossings] == sorted(it.edge for it in edges)
    assert {(it.rule, it.object, it.migration) for it in read.findings} == set(found)
    assert render_baseline(reversed(read.crossings), reversed(read.findings)) == text
