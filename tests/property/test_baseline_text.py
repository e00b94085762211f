"""The text of a baseline holds any names and any reason."""

from hypothesis import given
from hypothesis import strategies as st

from pgready.model.baseline import parse_baseline, render_baseline
from pgready.model.groups import DeclaredCrossing


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
