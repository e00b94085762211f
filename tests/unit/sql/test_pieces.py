"""A script in pieces: nothing is lost, and each holds one statement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgready.sources.sql.pieces import pieces
from pgready.sources.sql.statements import RawStatement, raw_statements

_STATEMENTS = st.sampled_from(
    [
        "SELECT 1",
        "SELECT ';'",
        "DO $$ BEGIN PERFORM 1; END $$",
        'CREATE TABLE "a;b" (x int)',
        "SELECT $x$ ; $x$ -- ; in a comment\n",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END",
        "SELECT /* ; /* ; */ */ 2",
        "SELECT 'é\U0001f600'",
    ]
)
_BETWEEN = st.sampled_from([";", " ;\n", ";;", "; -- then;\n", "\n/* x; */;"])


@given(st.lists(st.tuples(_STATEMENTS, _BETWEEN)))
def test_together_they_are_the_text_and_each_holds_one_statement(parts: list[tuple[str, str]]) -> None:
    text = "".join(f"{statement}{between}" for statement, between in parts)
    found = pieces(text)
    assert "".join(found) == text
    read = [[raw.kind for raw in raw_statements(piece.encode()) if isinstance(raw, RawStatement)] for piece in found]
    assert [len(kinds) for kinds in read] == [1] * len(parts) or (not parts and found == ("",))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
def test_whatever_the_text_nothing_is_lost(text: str) -> None:
    assert "".join(pieces(text)) == text


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", ("",)),
        ("-- nothing\n", ("-- nothing\n",)),
        ("SELECT 1; -- a\nSELECT 2;\n-- end", ("SELECT 1;", " -- a\nSELECT 2;\n-- end")),
        ("SELECT 1; SELEC 2; SELECT 3", ("SELECT 1;", " SELEC 2;", " SELECT 3")),
    ],
)
def test_a_comment_stands_with_the_statement_behind_it(text: str, cut: tuple[str, ...]) -> None:
    assert pieces(text) == cut
