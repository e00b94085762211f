import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgready.reports import views
from pgready.reports.blocks import (
    FORMAT,
    MIME,
    Banner,
    Block,
    Bullets,
    Column,
    Fold,
    Picture,
    Prose,
    Span,
    Stack,
    Style,
    Table,
    Tone,
    decode,
    encode,
)
from pgready.reports.view import View
from pgready.verdict import AuditResult

_LINES = st.lists(st.builds(Span, text=st.text(), style=st.sampled_from(Style)), max_size=3).map(tuple)
_LEAVES = (
    st.builds(Prose, lines=st.lists(_LINES, max_size=3).map(tuple))
    | st.builds(Bullets, items=st.lists(_LINES, max_size=3).map(tuple), more=st.integers(0, 9))
    | st.builds(Picture, svg=st.text(), alt=st.text())
    | st.builds(Banner, tone=st.sampled_from(Tone), word=st.text(), reason=_LINES)
)
_BLOCKS = st.recursive(
    _LEAVES,
    lambda inner: (
        st.builds(Stack, body=st.lists(inner, max_size=3).map(tuple))
        | st.builds(Fold, summary=_LINES, body=st.lists(inner, max_size=3).map(tuple))
    ),
    max_leaves=6,
)


@given(_BLOCKS)
def test_a_block_comes_back_from_the_json_of_a_notebook_as_it_was(block: Block) -> None:
    assert decode(json.loads(json.dumps(encode(block)))) == block


@pytest.mark.parametrize(
    "data",
    [
        None,
        "text",
        {},
        {"format": FORMAT},
        {"format": "pgready-view/2", "block": {"kind": "prose", "lines": []}},
        {"format": FORMAT, "block": {"kind": "script", "text": "alert(1)"}},
        {"format": FORMAT, "block": {"kind": "prose", "lines": [[{"text": "x", "style": "onclick"}]]}},
        {"format": FORMAT, "block": {"kind": "prose", "lines": [], "html": "<b>"}},
        {"format": FORMAT, "block": {"kind": "prose", "lines": [[{"text": 7}]]}},
    ],
)
def test_json_that_is_not_ours_is_no_block(data: object) -> None:
    assert decode(data) is None


def test_json_nested_beyond_reason_is_no_block_and_no_crash() -> None:
    data: Any = {"kind": "prose", "lines": []}
    for _ in range(100_000):
        data = {"kind": "stack", "body": [data]}
    assert decode({"format": FORMAT, "block": data}) is None


def test_the_json_is_as_documented() -> None:
    table = Table(caption="c", columns=(Column(title="#", numeric=True),), rows=(((Span(text="7"),),),), more=2)
    assert json.loads(json.dumps(encode(table))) == {
        "format": "pgready-view/1",
        "block": {
            "kind": "table",
            "caption": "c",
            "columns": [{"title": "#", "numeric": True}],
            "rows": [[[{"text": "7"}]]],
            "more": 2,
        },
    }


def test_a_view_gives_own_json_html_and_text() -> None:
    forms = View(Prose(lines=((Span(text="<b>"),),)))._repr_mimebundle_()
    assert set(forms) == {MIME, "text/html", "text/plain"}
    assert forms["text/plain"] == "<b>"
    assert "<p>&lt;b&gt;</p>" in forms["text/html"]


def test_a_picture_also_gives_its_svg() -> None:
    forms = View(Picture(svg="<svg/>", alt="words"))._repr_mimebundle_()
    assert forms["image/svg+xml"] == "<svg/>"
    assert forms[MIME]["block"]["alt"] == "words"


@pytest.mark.parametrize("name", sorted({*views.__all__} - {"comparison", "find"}))
def test_every_view_survives_the_way_through_a_notebook(name: str, premium_audit: AuditResult) -> None:
    view = getattr(views, name)(premium_audit)
    assert decode(json.loads(json.dumps(encode(view.block)))) == view.block
