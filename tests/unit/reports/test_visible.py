import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgready.reports.visible import shorten, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Booking Request", "Booking Request"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("evil\u202etxt", r"evil\u202etxt"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("wide\u3000and\u00a0fixed", r"wide\u3000and\u00a0fixed"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("null\x00escape\x1b[31m", r"null\u0000escape\u001b[31m"),
        ("שלום", "שלום"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("a\u200db", r"a\u200db"),
    ],
)
def test_what_hides_or_reorders_is_spelt_out_and_the_rest_stays(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_no_hidden_character_survives_but_joiners_of_emoji(text: str) -> None:
    assert all(char.isprintable() or char == "\u200d" for char in visible(text))


@given(st.text())
def test_a_second_pass_changes_nothing(text: str) -> None:
    assert visible(visible(text)) == visible(text)


def test_line_feeds_may_be_kept_for_blocks_of_text() -> None:
    assert visible("a\nb\u202e", keep="\n") == "a\nb\\u202e"


def test_a_long_text_ends_in_an_ellipsis_within_the_limit() -> None:
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abcd", 4) == "abcd"
