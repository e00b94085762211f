"""TOML that holds whatever a name may hold."""

import tomllib

from hypothesis import assume, given
from hypothesis import strategies as st

from pgready.graph.toml_text import WIDTH, comment, key, listed, string

texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(text=texts, name=texts, values=st.lists(texts))
def test_what_is_written_is_read_again(text: str, name: str, values: list[str]) -> None:
    assume(name != "t")
    written = f"# {comment(text)}\n{key(name)} = {string(text)} # {comment(name)}\n[t]\nvalues = {listed(values)}\n"
    assert tomllib.loads(written) == {name: text, "t": {"values": values}}


def test_what_cannot_be_printed_is_shown() -> None:
    assert string("a\u202eb\x00\n\U000e0001") == r'"a\u202eb\u0000\n\U000e0001"'
    assert comment("a\u202eb\nc") == r"a\u202eb\u000ac"
    assert string("\ud800") == '"\ufffd"'


def test_keys_are_bare_where_that_is_enough() -> None:
    assert [key(it) for it in ("a-b_1", "a.b", "", "ä")] == ["a-b_1", '"a.b"', '""', '"ä"']


def test_long_lists_are_wrapped() -> None:
    text = listed([f"value{number}" for number in range(60)])
    assert text.count("\n") > 5
    assert all(len(line) <= WIDTH + 4 for line in text.splitlines())
